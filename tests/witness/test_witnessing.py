"""The running product keeps its ledger witnessed by the policy of its settings, and shows it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.witness.app import create_witness
from tests.cast import FACTORY
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.http import http_client
from tests.ledger.sample_ledger import key
from tests.serving import application, serving
from tests.store.power_cut import PowerCut
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.policy import Group, Party, Policy, assess, format_policy
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.ledger.witness import Submission, format_submission
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.prove import newest_note
from waste_trace.services.sign_in import create_user
from waste_trace.services.witness_alarm import FILE, WitnessAlarm, keep_alarm
from waste_trace.services.witness_policy import UnusablePolicy
from waste_trace.store.sequencer import Draft
from waste_trace.witness.states import LogStates
from waste_trace.witness.witness import Witness, watched

NAMES = ("w1", "w2")


@dataclass
class Outside:
    """Witnesses that run, and the policy file that names them."""

    witnesses: dict[str, Witness]
    policy: Policy
    path: Path


@pytest.fixture
def outside(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> Iterator[Outside]:
    first = open_deployment(opened_database, data_dir)
    log = first.sequencer.log_vkey
    first.close()
    with ExitStack() as stack:
        witnesses, parties = {}, {}
        for number, name in enumerate(NAMES):
            states = LogStates(data_dir / f"{name}.db")
            clock = int(first.clock_ms() / 1000)
            watching = watched([log])
            witness = Witness(f"{name}.example", key(70 + number), watching, states, _at(clock))
            url = stack.enter_context(serving(create_witness(witness)))
            witnesses[name], parties[name] = witness, Party(witness.vkey, url)
        policy = Policy((Party(log),), parties, {"all": Group(2, NAMES)}, "all")
        path = data_dir / "policy.txt"
        path.write_text(format_policy(policy), encoding="utf-8")
        yield Outside(witnesses, policy, path)


@pytest.fixture
def watched_deployment(
    outside: Outside, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> Deployment:
    """A deployment whose settings name the witnesses."""
    return _open(open_deployment, opened_database, data_dir, outside)


def test_the_product_keeps_itself_witnessed_and_says_so(
    watched_deployment: Deployment, outside: Outside, tmp_path: Path
) -> None:
    with serving(application(watched_deployment)) as url:
        size = read_checkpoint(newest_note(watched_deployment)).size
        shown = _until(url, lambda value: value["witnessed_size"] == size)
        assert (shown["quorum"], shown["quorum_met"], shown["waiting"]) == ("all", True, 0)
        assert [one["witness"] for one in shown["witnesses"]] == list(NAMES)
        assert all(one["cosigned_at"] == "2026-11-23T08:00:00Z" for one in shown["witnesses"])
        assert (shown["unanswered"], shown["alarms"], shown["read_only"]) == ([], [], False)
        answer = httpx.get(f"{url}/log/checkpoint")
        assert answer.headers["waste-trace-witnessed"] == "yes"
        assert assess(outside.policy, answer.text).quorum_met
        create_user(watched_deployment, "one", "correct-horse-9", "测试员", "producer", FACTORY)
        with http_client(url, headers={"accept": "text/html"}) as browser:
            browser.post("/login", data={"username": "one", "password": "correct-horse-9"})
            for page in ("/", "/ledger"):
                text = browser.get(page).text
                assert "已见证" in text
                assert "尚未见证" not in text
        _grow(watched_deployment)
        assert _until(url, lambda value: value["witnessed_size"] == size + 1)["quorum_met"]
    export_bundle(watched_deployment, tmp_path / "bundle")
    watched_deployment.write_public_keys(tmp_path / "keys")
    assert (tmp_path / "keys/policy.txt").read_text() == outside.path.read_text()
    assert verify_bundle(tmp_path / "bundle", tmp_path / "keys").verdict is Verdict.PROVEN


def test_before_the_quorum_it_is_handed_out_and_called_unwitnessed(
    watched_deployment: Deployment, tmp_path: Path
) -> None:
    watched_deployment.write_public_keys(tmp_path / "keys")
    export_bundle(watched_deployment, tmp_path / "bundle")
    report = verify_bundle(tmp_path / "bundle", tmp_path / "keys")
    assert (report.verdict, report.exit_code) == (Verdict.INCOMPLETE, 2)
    assert report.problem is not None
    assert report.problem.what == "witnesses"


def test_a_witness_that_does_not_answer_is_named(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment, outside: Outside
) -> None:
    text = outside.path.read_text(encoding="utf-8")
    url = outside.policy.witnesses["w2"].url
    outside.path.write_text(text.replace(url, "http://127.0.0.1:9"), encoding="utf-8")
    deployment = _open(open_deployment, opened_database, data_dir, outside)
    with serving(application(deployment)) as served:
        shown = _until(served, lambda value: bool(value["unanswered"]))
        answer = httpx.get(f"{served}/log/checkpoint")
    assert [(one["witness"], one["code"]) for one in shown["unanswered"]] == [
        ("w2", "witness-unreachable")
    ]
    assert (shown["quorum_met"], shown["witnessed_size"]) == (False, None)
    assert shown["waiting"] == shown["size"]
    assert answer.headers["waste-trace-witnessed"] == "no"
    assert "w1.example" in answer.text  # whoever has cosigned is shown all the same
    assert deployment.sequencer.read_only is None


@pytest.mark.parametrize(("size", "code"), [(10_000, "witness-ahead"), (3, "two-histories")])
def test_an_alarm_makes_the_ledger_read_only_also_after_a_restart(
    opened_database: Database,
    data_dir: Path,
    open_deployment: OpenDeployment,
    outside: Outside,
    size: int,
    code: str,
) -> None:
    deployment = _open(open_deployment, opened_database, data_dir, outside)
    log = deployment.keys.key("log")
    other = sign_checkpoint(Checkpoint(deployment.sequencer.origin, size, bytes(32)), log)
    outside.witnesses["w1"].add_checkpoint(format_submission(Submission(0, (), other)))
    with serving(application(deployment)) as url:
        shown = _until(url, lambda value: bool(value["alarms"]))
        health = httpx.get(f"{url}/healthz")
    assert [one["code"] for one in shown["alarms"]] == [code]
    assert (shown["read_only"], health.status_code) == (True, 503)
    with pytest.raises(WitnessAlarm) as caught:
        _grow(deployment)
    assert caught.value.facts["witness"] == "w1"
    facts = json.loads((data_dir / FILE).read_text(encoding="utf-8"))["facts"]
    assert facts["reason"] == code
    assert facts["note"] == other  # the proof, for whoever asks why
    deployment.close()
    again = _open(open_deployment, opened_database, data_dir, outside)
    with pytest.raises(WitnessAlarm, match="w1"):
        _grow(again)
    again.close()
    (data_dir / FILE).unlink()  # what a person does who has found the cause
    _grow(_open(open_deployment, opened_database, data_dir, outside))


def test_an_alarm_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = PowerCut(monkeypatch)
    keep_alarm(tmp_path, "x/1", "2026-11-23T08:00:00+00:00", WitnessAlarm("报警", "An alarm."))
    assert cut.leaves(tmp_path / FILE)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("quorum\n"),
        lambda path: path.write_text("quorum none\n"),
        lambda path: path.write_text(format_policy(Policy((Party(_other_log()),)))),
    ],
    ids=["missing", "malformed", "no log", "another log"],
)
def test_a_policy_of_another_ledger_is_refused_at_the_start(
    opened_database: Database,
    data_dir: Path,
    open_deployment: OpenDeployment,
    outside: Outside,
    spoil: Callable[[Path], object],
) -> None:
    spoil(outside.path)
    with pytest.raises(UnusablePolicy) as caught:
        _open(open_deployment, opened_database, data_dir, outside)
    assert str(outside.path) in caught.value.en
    assert open_deployment(opened_database, data_dir).policy.witnesses == {}


def test_without_a_policy_nobody_is_asked_and_nothing_is_called_witnessed(
    deployment: Deployment,
) -> None:
    with serving(application(deployment)) as url:
        shown = httpx.get(f"{url}/v1/ledger/witnessing").json()
        answer = httpx.get(f"{url}/log/checkpoint")
    assert (shown["quorum"], shown["quorum_met"], shown["witnesses"]) == ("none", False, [])
    assert shown["asked_at"] is None
    assert answer.headers["waste-trace-witnessed"] == "no"


def _open(
    open_deployment: OpenDeployment, database: Database, folder: Path, outside: Outside
) -> Deployment:
    return open_deployment(database, folder, witness_policy=str(outside.path), witness_seconds=0.05)


def _until(url: str, done: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the ledger says of its witnesses, when it says what is waited for."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        value: dict[str, Any] = httpx.get(f"{url}/v1/ledger/witnessing").json()
        if done(value):
            return value
        time.sleep(0.05)
    raise AssertionError(value)


def _grow(deployment: Deployment) -> None:
    body: dict[str, object] = {
        "org": "91330482MA2CXYZ12A",
        "name": "某单位",
        "kinds": ["platform"],
        "region": "330482",
    }
    deployment.sequencer.compose("registrar", lambda _: [Draft("org.register", body)])


def _other_log() -> VerifierKey:
    return log_vkey("other.example/1", key(90))


def _at(seconds: int) -> Callable[[], int]:
    return lambda: seconds
