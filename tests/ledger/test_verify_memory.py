"""What the verifier holds at once: it does not grow with the ledger."""

import tracemalloc
from pathlib import Path

from tests.ledger.sample_ledger import Device, key, small_ledger
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict


def long_bundle(folder: Path, entries: int) -> Path:
    """A bundle with so many entries of one device."""
    ledger, device = small_ledger(20), Device("dev-long", key(99))
    ledger.enrol(device)
    ledger.log(*(device.event("store_in", {"n": number}) for number in range(entries)))
    return ledger.write(folder / f"{entries}")


def size_of(bundle: Path) -> int:
    """The bytes of its files."""
    return sum(file.stat().st_size for file in bundle.rglob("*") if file.is_file())


def peak(bundle: Path) -> int:
    """The most bytes that a verification holds."""
    tracemalloc.start()
    report = verify_bundle(bundle, bundle.with_name(bundle.name + "-keys"))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.verdict is Verdict.PROVEN
    return most


def test_a_longer_ledger_takes_no_more_memory(tmp_path: Path) -> None:
    short, long = long_bundle(tmp_path, 500), long_bundle(tmp_path, 2000)
    peak(short)  # what is loaded once and stays is not counted
    longer = size_of(long) - size_of(short)
    assert longer > 500_000
    assert peak(long) - peak(short) < longer / 5
