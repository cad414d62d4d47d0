"""The handheld in Python against the real server, and against everything else that may answer."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from scanner.agent import Handheld, LedgerForked, LedgerUnproven, enrol, sync
from scanner.agent.notebook import RECEIVED, REFUSED, WAITING
from scanner.agent.sync import EnrolmentFailed
from tests.cast import FACTORY, produce, weigh_in
from tests.conftest import Furnished, OpenDeployment
from tests.databases import Database
from tests.devices import ACTOR
from tests.http import http_client
from tests.serving import application, serving
from tests.store.signer import Signer
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.dsse import envelope_value, sign_envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import InvalidSignature, LedgerError
from waste_trace.ledger.event import PAYLOAD_TYPE, build_payload, parse_event
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.leaf import leaf_bytes
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.reasons import RenewalReason
from waste_trace.ledger.receipt import build_receipt
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import create_enrolment_code
from waste_trace.services.key_changes import key_changes
from waste_trace.services.renew_key import renew_key

Meddle = Callable[[httpx.Request], httpx.Response | None]


class BetweenThem(httpx.BaseTransport):
    """Passes requests on to the server, unless somebody on the way answers first."""

    def __init__(self) -> None:
        self.meddle: Meddle = lambda request: None
        self._honest = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        answer = self.meddle(request)
        return self._honest.handle_request(request) if answer is None else answer

    def close(self) -> None:
        """Let go of the connections."""
        self._honest.close()


@pytest.fixture
def between() -> BetweenThem:
    """The way from the handheld to the server."""
    return BetweenThem()


@pytest.fixture
def client(deployment: Deployment, between: BetweenThem) -> Iterator[httpx.Client]:
    """The handheld's HTTP client; the server runs on a port of its own."""
    with (
        serving(application(deployment)) as url,
        http_client(url, transport=between) as made,
    ):
        yield made


@pytest.fixture
def device(deployment: Deployment, client: httpx.Client, quick_path: Path) -> Iterator[Handheld]:
    """A handheld that enrolled over HTTP and has recorded one event."""
    handheld = Handheld(quick_path / "handheld", "tests")
    enrol(handheld, client, create_enrolment_code(deployment, FACTORY, "", ACTOR, "x"), "手持端")
    handheld.record("produce", produce(), at=deployment.now())
    yield handheld
    handheld.close()


def states(device: Handheld) -> list[str]:
    """What became of each record."""
    return [record.state for record in device.notebook.records()]


def test_what_waits_is_sent_and_proven(device: Handheld, client: httpx.Client) -> None:
    device.record("produce", produce("1.000"), offline=True)
    report = sync(device, client)
    assert (report.received, report.refused, report.waiting) == ([0, 1], [], 0)
    seen = device.notebook.recall("seen")
    records = device.notebook.records(RECEIVED)
    assert [record.index for record in records] == [seen["n"] - 2, seen["n"] - 1]
    assert sync(device, client).received == []


def test_a_device_enrols_with_a_registrar_that_has_changed_its_key(
    device: Handheld, client: httpx.Client, deployment: Deployment, quick_path: Path
) -> None:
    """Before and after, and with an answer that was lost and asked for again in between."""
    renew_key(deployment, "registrar", RenewalReason.SCHEDULED)
    code = create_enrolment_code(deployment, FACTORY, "", ACTOR, "x")
    second = Handheld(quick_path / "second", "tests")
    enrol(second, client, code, "手持端")
    renew_key(deployment, "registrar", RenewalReason.SCHEDULED)
    enrol(second, client, code, "手持端")
    for handheld in (device, second):
        handheld.record("produce", produce("1.000"))
        assert sync(handheld, client).waiting == 0
    vkeys = {one.identity["registrar_vkey"] for one in (device, second)}
    assert vkeys == {deployment.registrar_vkey(f"registrar/{ep}").text for ep in (0, 1)}
    second.close()


def test_a_refused_record_holds_nobody_up(device: Handheld, client: httpx.Client) -> None:
    device.record("weigh_in", weigh_in("20263304000001", ["91330482MA2CUX11X39002140820261123001"]))
    device.record("produce", produce("2.000"))
    report = sync(device, client)
    assert (report.received, report.refused, report.waiting) == ([0, 2], [1], 0)
    (refused,) = device.notebook.records(REFUSED)
    assert refused.problem["code"] == "not-permitted"


def test_a_long_queue_goes_in_few_requests(
    device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    """With a refused record and a new key among them."""
    paths: list[str] = []
    between.meddle = lambda request: paths.append(request.url.path)
    for number in range(70):
        device.record("produce", produce(f"{number}.000"), offline=True)
    device.record("weigh_in", weigh_in("20263304000001", ["91330482MA2CUX11X39002140820261123001"]))
    device.rotate()
    report = sync(device, client)
    assert (len(report.received), report.refused, report.waiting) == (72, [71], 0)
    assert paths.count("/v1/events/batch") == 2
    assert "/v1/events" not in paths
    assert device.identity["ep"] == 1


@pytest.mark.parametrize("status", [400, 404, 405, 413])
def test_a_server_that_takes_no_batches_gets_one_by_one(
    status: int, device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    device.record("produce", produce("2.000"))
    between.meddle = only("/v1/events/batch", always(httpx.Response(status, json={"code": "x"})))
    assert sync(device, client).received == [0, 1]


@pytest.mark.parametrize(
    "answers",
    [None, [], [{}, {}], [1, 2], [{"status": 200, "recorded": None, "problem": None}] * 2],
)
def test_a_batch_answer_that_says_nothing_settles_nothing(
    answers: object, device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    device.record("produce", produce("2.000"))
    between.meddle = only(
        "/v1/events/batch", always(httpx.Response(200, json={"answers": answers}))
    )
    assert sync(device, client).received == []
    assert states(device) == [WAITING, WAITING]


def lost(request: httpx.Request) -> httpx.Response:
    """There is no network."""
    raise httpx.ConnectError("no network", request=request)


def only(path: str, answer: Callable[[httpx.Request], httpx.Response]) -> Meddle:
    """Meddle with the requests to one path."""
    return lambda request: answer(request) if request.url.path == path else None


def always(answer: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    """The same answer whatever is asked."""
    return lambda request: answer


#: What a handheld meets between itself and its ledger.
OTHERS: dict[str, Callable[[httpx.Request], httpx.Response]] = {
    "no network": lost,
    "a portal": always(httpx.Response(200, text="<html>Welcome to the hotel</html>")),
    "another service": always(httpx.Response(200, json=["not", "an", "object"])),
    "a redirect": always(httpx.Response(302, headers={"location": "https://hotel.example"})),
    "a filter": always(httpx.Response(403, text="<html>Blocked</html>")),
    "another application": always(httpx.Response(404, json={"detail": "Not Found"})),
    "too many requests": always(httpx.Response(429, json={"code": "slow-down"})),
    "a gateway": always(httpx.Response(502, text="Bad Gateway")),
    "a busy ledger": always(httpx.Response(503, json={"code": "ledger-busy"})),
}


@pytest.mark.parametrize("path", ["/v1/events", "/v1/ledger/consistency", "/v1/labels/withdrawn"])
def test_what_is_no_answer_of_the_ledger_decides_nothing(
    path: str, device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    sync(device, client)
    for name, answer in OTHERS.items():
        device.record("produce", produce("2.000"))
        between.meddle = only(path, answer)
        report = sync(device, client)
        held_up = path != "/v1/labels/withdrawn"
        assert states(device)[-1] == (WAITING if held_up else RECEIVED), name
        assert report.waiting == held_up, name
        between.meddle = lambda request: None
        sync(device, client)
        assert set(states(device)) == {RECEIVED}, name


def test_a_proof_that_proves_nothing_is_a_fork(
    device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    sync(device, client)
    device.record("produce", produce("2.000"))
    proofs: tuple[list[str], ...] = ([], [b64(bytes(32))], ["!"])
    for proof in proofs:
        answer = always(httpx.Response(200, json={"proof": proof}))
        between.meddle = only("/v1/ledger/consistency", answer)
        with pytest.raises(LedgerForked):
            sync(device, client)
        assert states(device) == [RECEIVED, WAITING]


def test_a_receipt_of_another_record_is_kept_out(
    device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    sync(device, client)
    receipt = device.notebook.records()[0].receipt
    device.record("produce", produce("2.000"))
    between.meddle = only(
        "/v1/events", lambda request: httpx.Response(201, json={"receipt": receipt})
    )
    with pytest.raises(LedgerError):
        sync(device, client)
    assert states(device) == [RECEIVED, WAITING]


def test_a_proof_that_is_refused_proves_nothing_and_the_records_wait(
    device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    sync(device, client)
    device.record("produce", produce("2.000"))
    device.record("produce", produce("3.000"))
    no = httpx.Response(404, json={"code": "not-in-ledger", "zh": "没有。", "en": "No."})
    between.meddle = only("/v1/ledger/consistency", always(no))
    report = sync(device, client)
    assert isinstance(report.doubt, LedgerUnproven)
    assert states(device) == [RECEIVED, WAITING, WAITING]
    between.meddle = lambda request: None
    assert sync(device, client).doubt is None
    assert states(device) == [RECEIVED] * 3


def test_a_device_with_nothing_to_send_follows_the_ledger(
    deployment: Deployment, device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    sync(device, client)
    before = device.notebook.recall("seen")["n"]
    Signer(deployment.sequencer, "dev-signer").append(3)
    assert sync(device, client).doubt is None
    assert device.notebook.recall("seen")["n"] == before + 4
    Signer(deployment.sequencer, "dev-other")
    for answer in OTHERS.values():
        between.meddle = only("/v1/ledger/checkpoint", answer)
        assert sync(device, client).doubt is None  # nobody to look at is no doubt
    assert device.notebook.recall("seen")["n"] == before + 4


def test_a_device_with_nothing_to_send_sees_a_fork(
    deployment: Deployment, device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    sync(device, client)
    seen = device.notebook.recall("seen")
    key = deployment.keys.key("log")
    for size in (seen["n"], seen["n"] + 1):
        forked = sign_checkpoint(Checkpoint(deployment.sequencer.origin, size, bytes(32)), key)
        answers = {
            "/v1/ledger/checkpoint": httpx.Response(200, text=forked),
            "/v1/ledger/consistency": httpx.Response(200, json={"proof": [b64(bytes(32))]}),
        }
        between.meddle = lambda request, answers=answers: answers.get(request.url.path)  # type: ignore[misc]
        with pytest.raises(LedgerForked):
            sync(device, client)
        assert device.notebook.recall("seen") == seen


def test_a_checkpoint_of_somebody_else_is_no_fork_and_is_not_believed(
    deployment: Deployment, device: Handheld, client: httpx.Client, between: BetweenThem
) -> None:
    sync(device, client)
    seen = device.notebook.recall("seen")
    origin = deployment.sequencer.origin
    forged = sign_checkpoint(Checkpoint(origin, 10_000, bytes(32)), SigningKey.generate())
    between.meddle = only("/v1/ledger/checkpoint", always(httpx.Response(200, text=forged)))
    assert isinstance(sync(device, client).doubt, LedgerError)
    assert device.notebook.recall("seen") == seen


def test_a_server_that_was_put_back_proves_nothing_and_then_a_fork(
    deployment: Deployment,
    device: Handheld,
    client: httpx.Client,
    furnished: Furnished,
    opened_database: Database,
    data_dir: Path,
    open_deployment: OpenDeployment,
) -> None:
    """Its high-water mark was put back with it; only the handheld remembers."""
    old = furnished.databases.copy(furnished.opened)
    signer = Signer(deployment.sequencer, "dev-signer")
    signer.append(5)
    sync(device, client)
    (data_dir / "high-water").unlink()
    back = open_deployment(old, data_dir)
    device.record("produce", produce("2.000"))
    waiting = device.notebook.records(WAITING)[0]
    with serving(application(back)) as url, http_client(url) as other:
        code = create_enrolment_code(back, FACTORY, "", ACTOR, "x")
        second = Handheld(data_dir / "again", "tests")
        second.key = device.key
        enrol(second, other, code, "同一密钥")
        second.close()
        assert isinstance(sync(device, other).doubt, LedgerUnproven)
        assert device.notebook.records(WAITING) == [waiting]
        # It grows past what the device has seen: now it contradicts itself, and that is proof.
        Signer(back.sequencer, "dev-signer").append(9)
        with pytest.raises(LedgerForked):
            sync(device, other)
    assert device.notebook.records(WAITING) == [waiting]
    back.close()
    furnished.databases.drop(old)


def test_a_code_that_is_no_good_is_said_in_the_servers_words(
    client: httpx.Client, between: BetweenThem, quick_path: Path
) -> None:
    handheld = Handheld(quick_path / "new", "tests")
    with pytest.raises(EnrolmentFailed, match="expired or used"):
        enrol(handheld, client, "AAAA-BBBB-CCCC-DDDD", "x")
    between.meddle = lambda request: httpx.Response(502, text="Bad Gateway")
    with pytest.raises(EnrolmentFailed):
        enrol(handheld, client, "AAAA-BBBB-CCCC-DDDD", "x")
    assert handheld.identity == {}
    handheld.close()


def test_a_device_is_the_same_after_it_was_switched_off(
    device: Handheld, client: httpx.Client, quick_path: Path
) -> None:
    device.close()
    again = Handheld(quick_path / "handheld", "tests")
    assert again.record("produce", produce("2.000")) == 1
    assert sync(again, client).received == [0, 1]
    with pytest.raises(WasteTraceError):
        Handheld(quick_path / "handheld", "another passphrase")
    again.close()


def test_an_enrolment_counts_only_if_the_ledger_holds_this_very_key(
    deployment: Deployment, client: httpx.Client, between: BetweenThem, quick_path: Path
) -> None:
    stranger = Handheld(quick_path / "stranger", "tests")
    enrol(stranger, client, create_enrolment_code(deployment, FACTORY, "", ACTOR, "x"), "甲")
    known = dict(stranger.identity)
    stranger.close()
    handheld = Handheld(quick_path / "handheld", "tests")
    code = create_enrolment_code(deployment, FACTORY, "", ACTOR, "x")
    enrol(handheld, client, code, "手持端")
    assert handheld.notebook.recall("seen")["n"] > 0
    own = dict(handheld.identity)
    lies: list[dict[str, object]] = [
        known,  # somebody else's enrolment, truly in the ledger
        {**own, "envelope": known["envelope"]},
        {**own, "receipt": known["receipt"]},
        {**own, "dev": known["dev"]},
        {**own, "org": "91330482MA28AB125R"},
        {**own, "origin": "another.example/1"},
        {**own, "registrar_vkey": own["log_vkey"]},
        {key: value for key, value in own.items() if key != "envelope"},
        {**own, "envelope": None},
        {**own, "receipt": 7},
    ]
    for lie in lies:
        between.meddle = only("/v1/devices/enrol", always(httpx.Response(201, json=lie)))
        handheld.notebook.remember(identity={})
        with pytest.raises(LedgerError):
            enrol(handheld, client, code, "手持端")
        assert handheld.identity == {}, lie
    between.meddle = lambda request: None
    enrol(handheld, client, code, "手持端")
    assert {**handheld.identity, "receipt": ""} == {**own, "receipt": ""}
    handheld.close()


@pytest.mark.parametrize("names", [["log"], ["registrar", "log", "log"], ["log", "registrar"]])
def test_a_handheld_learns_the_new_key_by_proof(
    names: list[str], device: Handheld, client: httpx.Client, deployment: Deployment
) -> None:
    for name in names:
        renew_key(deployment, name, RenewalReason.SCHEDULED)
    Signer(deployment.sequencer, "dev-signer", FACTORY).append(1)
    report = sync(device, client)
    assert (report.received, report.waiting, report.doubt) == ([0], 0, None)
    assert device.identity["log_vkey"] == deployment.sequencer.log_vkey.text
    renew_key(deployment, "registrar", RenewalReason.SCHEDULED)
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    Signer(deployment.sequencer, "dev-later", FACTORY).append(1)
    assert sync(device, client).doubt is None
    assert device.identity["log_vkey"] == deployment.sequencer.log_vkey.text
    assert (
        device.identity["registrar_vkey"]
        == deployment.registrar_vkey(
            f"registrar/{deployment.sequencer.registry.epochs['registrar']}"
        ).text
    )


def test_a_device_that_enrols_after_a_change_follows_from_there(
    device: Handheld, client: httpx.Client, deployment: Deployment, quick_path: Path
) -> None:
    code = create_enrolment_code(deployment, FACTORY, "", ACTOR, "x")
    second = Handheld(quick_path / "second", "tests")
    enrol(second, client, code, "手持端")
    for name in ("log", "registrar", "log"):
        renew_key(deployment, name, RenewalReason.SCHEDULED)
    Signer(deployment.sequencer, "dev-signer", FACTORY).append(1)
    enrol(second, client, code, "手持端")  # its answer was lost: the leaf is older than the keys
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    Signer(deployment.sequencer, "dev-later", FACTORY).append(1)
    second.record("produce", produce("1.000"))
    assert (sync(second, client).doubt, sync(second, client).waiting) == (None, 0)
    assert second.identity["log_vkey"] == deployment.sequencer.log_vkey.text
    second.close()


def told(deployment: Deployment, spoil: str, thief: SigningKey) -> dict[str, object]:
    """What somebody between device and server says of the log's key."""
    (real,) = key_changes(deployment, -1)
    if spoil == "told":
        return {"changes": [{"index": real.index, "envelope": envelope_value(real.envelope)}]}
    origin = deployment.sequencer.origin
    event = parse_event(real.envelope.payload)
    body = {**event.body, "vkey": log_vkey(origin, thief).text}
    payload = build_payload(replace(event, body=body))
    signer = thief if spoil == "registrar" else deployment.keys.key("registrar")
    envelope = sign_envelope(payload, PAYLOAD_TYPE, event.key_id, signer)
    old = deployment.keys.key("log")
    root = leaf_hash(leaf_bytes(envelope, 1_000))
    signers = {"registrar": [old, thief], "log": [thief], "possession": [old]}[spoil]
    note = sign_checkpoint(Checkpoint(origin, 1, root), *signers)
    receipt = build_receipt(0, 1_000, [], note)
    return {"changes": [{"index": 0, "envelope": envelope_value(envelope), "receipt": receipt}]}


@pytest.mark.parametrize("spoil", ["told", "registrar", "log", "possession"])
def test_a_handheld_is_not_told_a_key(
    spoil: str, device: Handheld, client: httpx.Client, deployment: Deployment,
    between: BetweenThem,
) -> None:  # fmt: skip
    """Without a proof, signed by another registrar, or by one of the two keys of the log alone."""
    before = device.identity
    device.notebook.remember(keys={"upto": -1, "log_at": 0}, seen={"n": 0, "root": ""})
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    Signer(deployment.sequencer, "dev-signer", FACTORY).append(1)
    answer = httpx.Response(200, json=told(deployment, spoil, SigningKey.generate()))
    between.meddle = only("/v1/ledger/key-changes", always(answer))
    with pytest.raises(LedgerError):
        sync(device, client)
    assert device.identity == before
    assert [record.state for record in device.notebook.records()] == [WAITING]
    between.meddle = lambda request: None
    assert sync(device, client).received == [0]
    assert [record.state for record in device.notebook.records()] == [RECEIVED]


def test_a_handheld_waits_where_the_change_is_kept_from_it(
    device: Handheld, client: httpx.Client, deployment: Deployment, between: BetweenThem
) -> None:
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    Signer(deployment.sequencer, "dev-signer", FACTORY).append(1)
    between.meddle = only("/v1/ledger/key-changes", always(httpx.Response(404, json={"code": "x"})))
    with pytest.raises(InvalidSignature):
        sync(device, client)
    assert [record.state for record in device.notebook.records()] == [WAITING]
