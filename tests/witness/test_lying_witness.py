"""A listed witness may lie as it likes: only what the log's own key has signed stops the ledger."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from api.witness.app import create_witness
from api.witness.client import AskOverHttp
from tests.cast import FACTORY
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.devices import Clock
from tests.http import http_client
from tests.ledger.sample_ledger import key
from tests.serving import application, serving
from tests.witness.liar import Liar, Lie, lying, never_begins, says, talks_for_ever
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from waste_trace.ledger.cosignature import cosigner_vkey
from waste_trace.ledger.policy import Group, Party, Policy, format_policy
from waste_trace.services.check_ledger import check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.services.last_round import Failure
from waste_trace.services.prove import newest_note
from waste_trace.services.sign_in import create_user
from waste_trace.services.witness_alarm import FILE as ALARM_FILE
from waste_trace.services.witness_alarm import WitnessAlarm
from waste_trace.services.witness_checkpoint import keep_witnessed
from waste_trace.services.witness_claims import FILE, REST
from waste_trace.store.sequencer import Draft
from waste_trace.witness.states import LogStates
from waste_trace.witness.witness import Witness, watched

HUGE = says(409, b"9000000000000000000\n")
#: The patience of the tests.
DEADLINE = 1.0


@dataclass
class Lied:
    """A ledger with one honest witness, which suffices, and one that lies."""

    deployment: Deployment
    liar: Liar

    def round(self) -> Failure:
        """Ask everybody once; what is shown of the liar. The honest one has cosigned."""
        found = keep_witnessed(self.deployment, AskOverHttp(trust_env=False, deadline=DEADLINE))
        assert found.quorum_met
        assert set(found.cosigned) == {"honest"}
        last = self.deployment.last_round.get()
        assert last is not None
        (failure,) = last.failures
        assert failure.witness == "liar"
        return failure

    def signed(self, size: int, root: bytes = bytes(32), number: int | None = None) -> bytes:
        """A checkpoint of this ledger's name, by the log's own key or by a number's."""
        own = self.deployment.keys.key("log")
        signer = own if number is None else key(number)
        checkpoint = Checkpoint(self.deployment.sequencer.origin, size, root)
        return sign_checkpoint(checkpoint, signer).encode()

    def goes_on(self) -> bool:
        """One more event is taken in."""
        body: dict[str, object] = {
            "org": "91330482MA2CXYZ12A",
            "name": "某单位",
            "kinds": ["platform"],
            "region": "330482",
        }
        sequencer = self.deployment.sequencer
        try:
            sequencer.compose("registrar", lambda _: [Draft("org.register", body)])
        except WitnessAlarm:
            return False
        return True


@pytest.fixture
def lied(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> Iterator[Lied]:
    first = open_deployment(opened_database, data_dir)
    log, seconds = first.sequencer.log_vkey, first.clock_ms() // 1000
    first.close()
    with ExitStack() as stack:
        liar = stack.enter_context(lying(HUGE))
        states = LogStates(data_dir / "honest.db")
        honest = Witness("honest.example", key(70), watched([log]), states, lambda: seconds)
        url = stack.enter_context(serving(create_witness(honest)))
        parties = {
            "liar": Party(cosigner_vkey("liar.example", key(71)), liar.url),
            "honest": Party(honest.vkey, url),
        }
        group = {"one": Group(1, ("liar", "honest"))}
        policy = data_dir / "policy.txt"
        policy.write_text(format_policy(Policy((Party(log),), parties, group, "one")), "utf-8")
        settings = {"witness_policy": str(policy), "witness_seconds": 0.05}
        yield Lied(open_deployment(opened_database, data_dir, **settings), liar)


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (HUGE, "unproven-claim"),
        (says(409, b"0\n"), "unproven-claim"),  # one size, two roots?
        (says(422, b"\x1b[2Jit does not hold\xff"), "unproven-claim"),
        (says(409, b"\xff\x00garbage"), "witness-unreachable"),
        (says(409, b"9" * 60_000), "witness-unreachable"),
        (says(200, bytes(range(256)) * 8), "malformed-note"),
        (says(200, "— liar.example AAAA\n".encode()), "malformed-note"),
        (says(200, b"x" * 70_000), "witness-unreachable"),
        (says(500, b""), "witness-unreachable"),
    ],
    ids=["huge", "same", "refusal", "garbage", "long size", "noise", "line", "long", "broken"],
)
def test_no_lie_stops_the_ledger_and_each_is_shown(lied: Lied, lie: Lie, code: str) -> None:
    lied.liar.to_post = lie
    failure = lied.round()
    assert (failure.code, failure.alarm) == (code, False)
    assert failure.zh.isprintable()
    assert lied.goes_on()
    report = check_ledger(lied.deployment.settings)
    assert report.exit_code == 0
    warned = [one for one in report.warnings if one.what == "witnesses"]
    assert [failure.zh in one.zh for one in warned] == [True] * (code == "unproven-claim")
    assert not (lied.deployment.settings.data_dir / ALARM_FILE).exists()


@pytest.mark.parametrize(
    "lie",
    [talks_for_ever(200, b"x" * 4096, 0), talks_for_ever(409, b"9", 0.05), never_begins],
    ids=["endless", "slow", "slow headers"],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_who_talks_for_ever_is_hung_up_on(lied: Lied, lie: Lie, method: str) -> None:
    if method == "POST":
        lied.liar.to_post = lie
    else:
        lied.liar.to_get = lie
    expected = {"POST": "witness-unreachable", "GET": "unproven-claim"}[method]
    assert lied.round().code == expected
    assert lied.liar.hung_up.wait(20)
    assert lied.goes_on()


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_redirect_leads_nowhere(lied: Lied, method: str) -> None:
    """Not even to what would be proof: this server asks whom the policy names, and nobody else."""
    proof = lied.signed(10_000)
    with lying(says(200, proof), says(200, proof)) as elsewhere:
        away = says(307, b"", location=f"{elsewhere.url}/private")
        if method == "POST":
            lied.liar.to_post = away
        else:
            lied.liar.to_get = away
        assert not lied.round().alarm
        assert elsewhere.asked == []
    assert lied.goes_on()


def test_what_the_log_did_not_sign_is_no_proof(lied: Lied, clock: Clock) -> None:
    mine = newest_note(lied.deployment)
    signature = mine.rpartition("\n\n")[2]
    text = lied.signed(10_000).decode().rpartition("\n\n")[0]
    shown = [
        lied.signed(10_000, number=71),  # by another key
        f"{text}\n\n{signature}".encode(),  # with a line of ours from elsewhere
        (text + "\n").encode(),
        b"\xff\xfe",
        mine.encode(),  # ours, and here
        mine.replace("example/1", "example/2").encode(),
    ]
    for note in shown:
        lied.liar.to_get = says(200, note)
        lied.liar.asked.clear()
        assert lied.round().code == "unproven-claim", note
        origin = hashlib.sha256(lied.deployment.sequencer.origin.encode()).hexdigest()
        assert lied.liar.asked[-1] == ("GET", f"/{origin}/checkpoint")
        assert lied.goes_on()
        clock.forward(seconds=REST.total_seconds())


@pytest.mark.parametrize(
    ("size", "reason"), [(10_000, "witness-ahead"), (2, "two-histories")], ids=["more", "other"]
)
def test_what_the_log_did_sign_stops_it(lied: Lied, size: int, reason: str) -> None:
    """Whoever shows it: our own signature under what this database does not have."""
    proof = lied.signed(size)
    lied.liar.to_get = says(200, proof + "— other.example AAAAAAAA\n".encode())
    failure = lied.round()
    assert (failure.code, failure.alarm) == (reason, True)
    assert not lied.goes_on()
    alarm = lied.deployment.sequencer.read_only
    assert alarm is not None
    assert str(alarm.facts["note"]).encode() == proof
    assert check_ledger(lied.deployment.settings).exit_code == 1


def test_who_claims_without_proof_is_asked_again_only_after_a_while(
    lied: Lied, clock: Clock
) -> None:
    first = lied.round()
    asked = list(lied.liar.asked)
    assert [method for method, _ in asked] == ["POST", "GET"]
    for _ in range(3):
        assert lied.round() == first  # still shown
    assert lied.liar.asked == asked
    clock.forward(seconds=REST.total_seconds())
    lied.round()
    assert len(lied.liar.asked) == 4
    clock.forward(seconds=REST.total_seconds())
    lied.liar.to_post = says(500, b"")
    assert lied.round().code == "witness-unreachable"
    folder = lied.deployment.settings.data_dir
    assert "liar" in (folder / FILE).read_text("utf-8")  # nothing has taken it back
    (folder / FILE).write_text("[", encoding="utf-8")
    assert lied.round().code == "witness-unreachable"
    assert check_ledger(lied.deployment.settings).exit_code == 0


def test_the_pages_show_the_claim(lied: Lied) -> None:
    size = read_checkpoint(newest_note(lied.deployment)).size
    create_user(lied.deployment, "one", "correct-horse-9", "测试员", "producer", FACTORY)
    lied.round()
    with serving(application(lied.deployment)) as url:
        shown = httpx.get(f"{url}/v1/ledger/witnessing").json()
        health = httpx.get(f"{url}/healthz")
        with http_client(url, headers={"accept": "text/html"}) as browser:
            browser.post("/login", data={"username": "one", "password": "correct-horse-9"})
            page = browser.get("/ledger").text
    assert [(one["witness"], one["code"]) for one in shown["unanswered"]] == [
        ("liar", "unproven-claim")
    ]
    assert (shown["alarms"], shown["read_only"], shown["quorum_met"]) == ([], False, True)
    assert shown["witnessed_size"] == size
    assert health.status_code == 200
    assert "没有本台账的签名为证" in page
