"""What is handed out proves itself with public keys alone: receipts, tiles, bundles."""

import shutil
import threading
import zipfile
from itertools import combinations_with_replacement
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.cast import FACTORY, Cast, produce
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.devices import Clock
from tests.services.lives import drum, merged
from waste_trace.ledger.checkpoint import open_checkpoint
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.merkle import leaf_hash, verify_consistency
from waste_trace.ledger.receipt import parse_receipt, verify_receipt
from waste_trace.ledger.tiles import TreeReader, entries_path, split_entries, tile_path
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle, export_bundle_zip
from waste_trace.services.prove import (
    NotInLedger,
    newest_note,
    prove_consistency,
    prove_event,
    read_tile,
)
from waste_trace.store.tiles import SqlTiles, leaves


@pytest.fixture
def told(cast: Cast, clock: Clock) -> Deployment:
    """A ledger in which something has happened."""
    drum(cast, clock)
    merged(cast, clock)
    return cast.deployment


def size_of(deployment: Deployment) -> int:
    """The size of the newest checkpoint, verified."""
    return open_checkpoint(newest_note(deployment), deployment.sequencer.log_vkey).size


def test_every_entry_has_a_receipt_under_the_newest_checkpoint(told: Deployment) -> None:
    size, vkey = size_of(told), told.sequencer.log_vkey.text
    with told.engine.connect() as connection:
        written = leaves(connection, 0, size)
    for index, leaf in enumerate(written):
        verified = verify_receipt(prove_event(told, index), parse_leaf(leaf).envelope, vkey)
        assert (verified.index, verified.checkpoint.size) == (index, size)
    for index in (-1, size, 10**30):
        with pytest.raises(NotInLedger):
            prove_event(told, index)


def test_every_two_sizes_are_consistent(told: Deployment) -> None:
    size = size_of(told)
    with told.engine.connect() as connection:
        tree = TreeReader(SqlTiles(connection), size)
        roots = [tree.root(known) for known in range(size + 1)]
    for size1, size2 in combinations_with_replacement([*range(1, size, 3), size], 2):
        proof = prove_consistency(told, size1, size2)
        verify_consistency(size1, roots[size1], size2, roots[size2], proof)
    assert prove_consistency(told, 0, size) == prove_consistency(told, size, size) == []
    for size1, size2 in ((-1, 1), (2, 1), (0, size + 1)):
        with pytest.raises(NotInLedger):
            prove_consistency(told, size1, size2)


def test_tiles_are_exactly_as_wide_as_they_are_asked_for(told: Deployment) -> None:
    size = size_of(told)
    entries = split_entries(read_tile(told, entries_path(0, size)), size)
    hashes = read_tile(told, tile_path(0, 0, size))
    assert hashes == b"".join(leaf_hash(leaf) for leaf in entries)
    assert read_tile(told, tile_path(0, 0, 3)) == hashes[: 3 * 32]
    assert split_entries(read_tile(told, entries_path(0, 3)), 3) == entries[:3]
    for path in (tile_path(0, 0, size + 1), tile_path(1, 0, 1), entries_path(1, 1)):
        with pytest.raises(NotInLedger):
            read_tile(told, path)


def test_a_receipt_is_good_while_others_write(cast: Cast) -> None:
    """Between two statements the ledger may grow; a proof and its checkpoint belong together."""
    device = cast.device(FACTORY)
    envelopes = [device.sign("produce", produce()) for _ in range(3)]
    deployment, vkey = cast.deployment, cast.deployment.sequencer.log_vkey.text
    first = device.send(envelopes[0])
    waiting = envelopes[1:]

    def grow(*_: object) -> None:
        if waiting and threading.current_thread() is threading.main_thread():
            envelope = waiting.pop()
            writer = threading.Thread(target=device.send, args=(envelope,))
            writer.start()
            writer.join(2)

    event.listen(deployment.engine, "after_cursor_execute", grow)
    receipt = prove_event(deployment, first.index)
    event.remove(deployment.engine, "after_cursor_execute", grow)
    with deployment.engine.connect() as connection:
        envelope = parse_leaf(leaves(connection, first.index, first.index + 1)[0]).envelope
    assert verify_receipt(receipt, envelope, vkey).index == first.index
    assert waiting == []


@pytest.fixture
def bundle(told: Deployment, tmp_path: Path) -> Path:
    """An audit bundle, and beside it the public keys."""
    export_bundle(told, tmp_path / "bundle")
    told.write_public_keys(tmp_path / "keys")
    return tmp_path / "bundle"


def test_a_bundle_is_proven_by_the_verifier(bundle: Path, told: Deployment) -> None:
    report = verify_bundle(bundle, bundle.parent / "keys")
    assert report.verdict is Verdict.PROVEN, report.problem
    assert verify_bundle(bundle).verdict is Verdict.PROVEN


def test_a_flipped_byte_is_named(bundle: Path, told: Deployment) -> None:
    size = size_of(told)
    entries = bundle / entries_path(0, size)
    good = entries.read_bytes()
    written = split_entries(good, size)
    for index in (0, size // 2, size - 1):
        offset = sum(2 + len(leaf) for leaf in written[:index]) + 2 + len(written[index]) // 2
        entries.write_bytes(good[:offset] + bytes([good[offset] ^ 1]) + good[offset + 1 :])
        report = verify_bundle(bundle, bundle.parent / "keys")
        assert report.verdict is Verdict.TAMPERED
        assert report.problem is not None
        assert (report.problem.index, report.problem.file) == (index, entries_path(0, size))
    entries.write_bytes(good)
    assert verify_bundle(bundle, bundle.parent / "keys").verdict is Verdict.PROVEN


def test_a_pinned_checkpoint_of_this_history_is_confirmed_and_of_another_not(
    cast: Cast, clock: Clock, tmp_path: Path
) -> None:
    pinned = newest_note(cast.deployment)
    drum(cast, clock)
    export_bundle(cast.deployment, tmp_path / "bundle", {"bureau": pinned})
    assert verify_bundle(tmp_path / "bundle").verdict is Verdict.PROVEN
    export_bundle(cast.deployment, tmp_path / "other", {"bureau": _of_another_history(pinned)})
    assert verify_bundle(tmp_path / "other").verdict is not Verdict.PROVEN


def _of_another_history(note: str) -> str:
    lines = note.split("\n")
    root = lines[2]
    lines[2] = ("A" if root[0] != "A" else "B") + root[1:]
    return "\n".join(lines)


def test_a_bundle_is_whole_while_others_write(cast: Cast, tmp_path: Path) -> None:
    device = cast.device(FACTORY)
    envelopes = [device.sign("produce", produce()) for _ in range(40)]
    for envelope in envelopes[:10]:
        device.send(envelope)
    writer = threading.Thread(target=lambda: [device.send(one) for one in envelopes[10:]])
    writer.start()
    reports = []
    for number in range(4):
        export_bundle(cast.deployment, tmp_path / str(number))
        reports.append(verify_bundle(tmp_path / str(number)))
    writer.join()
    assert [report.verdict for report in reports] == [Verdict.PROVEN] * 4


def test_a_bundle_in_one_file(told: Deployment, tmp_path: Path) -> None:
    packed = export_bundle_zip(told)
    assert zipfile.is_zipfile(packed)
    assert verify_bundle(packed).verdict is Verdict.PROVEN
    shutil.move(packed, tmp_path)


def test_a_ledger_that_is_not_open_proves_nothing(
    database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    closed = open_deployment(database, data_dir)
    with pytest.raises(NotInLedger):
        newest_note(closed)
    with pytest.raises(NotInLedger):
        prove_event(closed, 0)
    with pytest.raises(NotInLedger):
        export_bundle(closed, data_dir / "bundle")


def test_a_duplicate_has_a_receipt_of_its_own_leaf(cast: Cast) -> None:
    device = cast.device(FACTORY)
    envelope = device.sign("produce", produce())
    first = device.send(envelope)
    device.tell("produce", produce())
    assert parse_receipt(device.send(envelope).receipt).index == first.index
