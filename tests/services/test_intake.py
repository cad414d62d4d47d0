"""Many events at once: checked in other processes, in order, each answered for itself."""

import fcntl
import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from tests.cast import FACTORY, Cast, produce
from tests.devices import Device
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope
from waste_trace.ledger.event import PAYLOAD_TYPE
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.receipt import verify_receipt
from waste_trace.services import check_apart
from waste_trace.services.check_apart import Question, named_key
from waste_trace.services.check_apart import check_apart as check_all
from waste_trace.services.checkers import Checkers
from waste_trace.services.deployment import Deployment
from waste_trace.services.intake import Intake
from waste_trace.services.quarantine import list_quarantine
from waste_trace.services.record_event import check_event, submit_event
from waste_trace.services.refused import WrongSignature
from waste_trace.store.sequencer import LedgerBusy


@pytest.fixture
def device(cast: Cast) -> Device:
    """A handheld of the factory."""
    return cast.device(FACTORY)


def warm(deployment: Deployment) -> Checkers:
    """The processes, running."""
    checkers = deployment.intake.checkers
    until = time.monotonic() + 60
    while not checkers.ready():
        assert time.monotonic() < until
        time.sleep(0.05)
    return checkers


def forged(device: Device) -> bytes:
    """An event of the device that somebody else has signed."""
    payload = parse_envelope(device.sign("produce", produce())).payload
    key_id = f"{device.dev}/0"
    return envelope_bytes(sign_envelope(payload, PAYLOAD_TYPE, key_id, SigningKey.generate()))


def question(deployment: Deployment, body: bytes) -> Question:
    """As the intake asks."""
    named = named_key(body)
    assert named is not None
    key = deployment.sequencer.registry.key_for(*named)
    assert key is not None
    return Question(body, key.algorithm, key.public_key)


def test_many_at_once_keep_their_order(deployment: Deployment, device: Device) -> None:
    warm(deployment)
    bodies = [device.sign("produce", produce(f"{n}.000")) for n in range(200)]
    answers = [submit_event(deployment, body, remote="test") for body in bodies]
    recorded = [answer.result(60) for answer in answers]
    assert [one.index for one in recorded] == list(
        range(recorded[0].index, recorded[0].index + 200)
    )
    for body, one in zip(bodies, recorded, strict=True):
        proven = verify_receipt(one.receipt, parse_envelope(body), deployment.sequencer.log_vkey)
        assert proven.index == one.index


def test_a_forged_one_among_many_is_refused_alone(deployment: Deployment, device: Device) -> None:
    warm(deployment)
    bodies = [device.sign("produce", produce(f"{n}.000")) for n in range(60)]
    bodies.insert(30, forged(device))
    answers = [submit_event(deployment, body, remote="test") for body in bodies]
    outcomes = [answer.exception(60) for answer in answers]
    assert [type(error) for error in outcomes if error] == [WrongSignature]
    assert type(outcomes[30]) is WrongSignature
    (kept,) = list_quarantine(deployment)
    assert kept.body == bodies[30]


def test_another_process_finds_what_this_one_finds(deployment: Deployment, device: Device) -> None:
    """Through the pipe and back: the same envelope, event, identity and personal data."""
    bodies = [
        device.sign("produce", produce()),
        device.sign("produce", produce(), personal={"handler": "王小明", "note": "备注"}),
    ]
    questions = [question(deployment, body) for body in bodies]
    found = warm(deployment).ask(questions).result(60)
    assert found == check_all(questions)
    assert found[1] is not None
    assert len(found[1].disclosures) == 2


def test_what_is_not_in_order_is_left_to_the_server(deployment: Deployment, device: Device) -> None:
    good = question(deployment, device.sign("produce", produce()))
    other = SigningKey.generate().public_key
    wrong = [
        question(deployment, forged(device)),
        question(deployment, device.sign("produce", {"batch": "x"})),
        Question(good.body, "ed25519", other),
        Question(b"[" * 20_000, "ed25519", other),
        Question(b"{}", "ed25519", other),
    ]
    found = warm(deployment).ask([*wrong, good]).result(60)
    assert found[:-1] == [None] * len(wrong)
    assert found[-1] is not None


def test_a_good_signature_of_another_key_is_none(deployment: Deployment, device: Device) -> None:
    """The process was asked about a key that the text named and the event does not."""
    body = forged(device)
    event = check_event(deployment, device.sign("produce", produce())).event
    envelope = parse_envelope(body)
    checked = check_apart.Checked(envelope, event, b"", (), SigningKey.generate().public_key)
    with pytest.raises(WrongSignature):
        check_event(deployment, body, checked)


def test_a_process_that_dies_costs_time_only(deployment: Deployment, device: Device) -> None:
    checkers = warm(deployment)
    for pid in checkers.pids():
        os.kill(pid, signal.SIGKILL)
    bodies = [device.sign("produce", produce(f"{n}.000")) for n in range(80)]
    answers = [submit_event(deployment, body, remote="test") for body in bodies]
    assert [answer.exception(60) for answer in answers] == [None] * 80


def unread(pid: int) -> int:
    """Bytes that a process could read from its standard input at once."""
    with Path(f"/proc/{pid}/fd/0").open("rb", buffering=0) as pipe:
        found = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(found, sys.byteorder)


def test_a_process_is_asked_on_while_it_works(deployment: Deployment, device: Device) -> None:
    checkers = warm(deployment)
    (pid,) = checkers.pids()
    chunks = [
        [question(deployment, device.sign("produce", produce(f"{n}.{at}00"))) for at in range(3)]
        for n in range(1, 4)
    ]
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)
    try:
        answers = [checkers.ask(chunk) for chunk in chunks]
        assert not any(answer.done() for answer in answers)
        assert unread(pid) > sum(len(one.body) for chunk in chunks for one in chunk)
    finally:
        os.kill(pid, signal.SIGCONT)
    for chunk, answer in zip(chunks, answers, strict=True):
        assert answer.result(60) == check_all(chunk)


def test_what_a_process_takes_with_it_is_checked_here(
    deployment: Deployment, device: Device
) -> None:
    checkers = warm(deployment)
    (pid,) = checkers.pids()
    asked = [question(deployment, device.sign("produce", produce("1.000")))]
    os.kill(pid, signal.SIGSTOP)
    answers = [checkers.ask(asked), checkers.ask(asked * 2)]
    os.kill(pid, signal.SIGKILL)
    assert [answer.result(60) for answer in answers] == [[None], [None, None]]
    assert checkers.ask(asked).result(60) == [None]


def test_the_processes_end_with_the_deployment(
    deployment: Deployment, ended: Callable[[int], bool]
) -> None:
    pids = warm(deployment).pids()
    assert pids
    deployment.close()
    assert all(map(ended, pids))


@pytest.fixture
def ended() -> Callable[[int], bool]:
    """Whether a process is gone."""

    def gone(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False

    return gone


class Held:
    """Checks that take as long as they are made to."""

    def __init__(self) -> None:
        self.inside, self.release = threading.Event(), threading.Event()

    def question(self, body: bytes) -> None:
        """Nothing that another process could look at."""

    def item(self, body: bytes, checked: object) -> NoReturn:
        """Wait, and find it bad."""
        self.inside.set()
        assert self.release.wait(30)
        raise WrongSignature("签名不符。", "The signature is wrong.")

    def refuse(self, body: bytes, error: WasteTraceError) -> None:
        """Keep nothing."""


def test_as_many_wait_as_may_and_the_next_is_told_so(deployment: Deployment) -> None:
    intake, checks = Intake(deployment.sequencer, 0, 3), Held()
    first = intake.hand_in(b"", checks)
    assert checks.inside.wait(30)
    waiting = [intake.hand_in(b"", checks) for _ in range(3)]
    with pytest.raises(LedgerBusy, match="3 events wait") as caught:
        intake.hand_in(b"", checks)
    assert caught.value.facts["waiting"] == 3
    checks.release.set()
    for answer in (first, *waiting):
        assert type(answer.exception(30)) is WrongSignature
    intake.close()


def test_nothing_is_taken_after_the_end(deployment: Deployment, device: Device) -> None:
    body = device.sign("produce", produce())
    deployment.close()
    with pytest.raises(WasteTraceError) as caught:
        submit_event(deployment, body, remote="test")
    assert type(caught.value) is LedgerBusy
    assert list_quarantine(deployment) == []
