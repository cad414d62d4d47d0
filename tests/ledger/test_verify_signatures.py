"""Signatures that other processes check: the report is the one that a single process gives."""

from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.sample_ledger import ORIGIN, SampleLedger, key, small_ledger
from tests.ledger.sample_ledger import Device as Signer
from waste_trace.ledger import verify, verify_signatures
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report, Verdict


@pytest.fixture(autouse=True)
def _short_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "LONG", 1)
    monkeypatch.setattr(verify_signatures, "_CHUNK", 8)


def device() -> Signer:
    """A device that is not enrolled yet."""
    return Signer("dev-late", key(77))


def bent(envelope: Envelope) -> Envelope:
    """With a signature that is of nobody."""
    return replace(envelope, signature=bytes(63) + b"\x01")


def a_bad_one_then_good_ones(ledger: SampleLedger) -> int:
    """A bad signature, and much after it."""
    signer = device()
    ledger.enrol(signer)
    ledger.log(*(signer.event("store_in", {}) for _ in range(10)))
    ledger.log(bent(signer.event("store_in", {})))
    ledger.log(*(signer.event("store_in", {}) for _ in range(40)))
    return ledger.size - 41


def a_bad_one_then_a_worse_one(ledger: SampleLedger) -> int:
    """Reading stops at the later entry; the earlier one is still what is said."""
    signer = device()
    ledger.enrol(signer)
    ledger.log(bent(signer.event("store_in", {})))
    ledger.log(signer.event("store_in", {}, origin=ORIGIN + "/other"))
    return ledger.size - 2


def a_worse_one_then_a_bad_one(ledger: SampleLedger) -> int:
    """The first is said, whatever its kind."""
    signer = device()
    ledger.log(signer.event("store_in", {}))
    ledger.enrol(signer)
    ledger.log(bent(signer.event("store_in", {})))
    return ledger.size - 3


def two_bad_ones(ledger: SampleLedger) -> int:
    """In different chunks."""
    signer = device()
    ledger.enrol(signer)
    ledger.log(bent(signer.event("store_in", {})))
    ledger.log(*(signer.event("store_in", {}) for _ in range(30)))
    ledger.log(bent(signer.event("store_in", {})))
    return ledger.size - 32


CASES = (
    a_bad_one_then_good_ones,
    a_bad_one_then_a_worse_one,
    a_worse_one_then_a_bad_one,
    two_bad_ones,
)


def report_of(bundle: Path, processes: int) -> Report:
    """What the verifier says."""
    return verify_bundle(bundle, bundle.with_name(bundle.name + "-keys"), processes)


def test_a_true_log_is_proven(tmp_path: Path) -> None:
    bundle = small_ledger(300).write(tmp_path / "b")
    apart = report_of(bundle, 2)
    assert apart.verdict is Verdict.PROVEN
    assert apart.to_value() == report_of(bundle, 0).to_value()


@pytest.mark.parametrize("case", CASES)
def test_the_first_thing_wrong_is_what_is_said(
    case: Callable[[SampleLedger], int], tmp_path: Path
) -> None:
    ledger = small_ledger(30)
    index = case(ledger)
    bundle = ledger.write(tmp_path / "b")
    alone, apart = report_of(bundle, 0), report_of(bundle, 1)
    assert apart.verdict is Verdict.TAMPERED
    assert apart.problem is not None
    assert apart.problem.index == index
    assert apart.problem == alone.problem


def test_processes_that_die_leave_it_to_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        """A pool whose processes are gone."""

        def __init__(self, *_: object) -> None:
            pass

        def submit(self, *_: object) -> None:
            raise BrokenProcessPool

        def shutdown(self, **_: object) -> None:
            pass

    monkeypatch.setattr(verify_signatures, "ProcessPoolExecutor", Broken)
    ledger = small_ledger(30)
    index = a_bad_one_then_good_ones(ledger)
    problem = report_of(ledger.write(tmp_path / "b"), 1).problem
    assert problem is not None
    assert problem.index == index
