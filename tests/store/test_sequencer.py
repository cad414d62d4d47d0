"""The one writer: receipts that prove, batches in which each answers for itself."""

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.store.ledger_checks import check_ledger
from tests.store.signer import Signer, proven
from waste_trace.ledger.dsse import sign_envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import RefusedKeyEvent, UnknownKey
from waste_trace.ledger.event import PAYLOAD_TYPE, payload_hash
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.merkle import verify_consistency
from waste_trace.ledger.tiles import Grown, TreeReader
from waste_trace.services.deployment import Deployment
from waste_trace.store.engine import UnstorableValue
from waste_trace.store.sequencer import (
    DeviceFork,
    Draft,
    LedgerBusy,
    Recorded,
    Sequencer,
)
from waste_trace.store.sequencer.batch import Batch
from waste_trace.store.tables import CheckpointRow, Device, Entry, LogState, TileRow
from waste_trace.store.tiles import SqlTiles, read_head
from waste_trace.store.writing import table_of


@pytest.fixture
def sequencer(deployment: Deployment) -> Sequencer:
    """The sequencer of a ledger that is open."""
    return deployment.sequencer


@pytest.fixture
def signer(sequencer: Sequencer) -> Signer:
    """A device of that ledger."""
    return Signer(sequencer, "dev-signer")


def held(sequencer: Sequencer, signer: Signer) -> tuple[threading.Event, Future[object]]:
    """Hold the writer inside a batch, so that what is submitted next waits for one batch."""
    inside, release = threading.Event(), threading.Event()

    def build(_: Connection) -> Sequence[Draft]:
        inside.set()
        assert release.wait(30)
        return []

    answer: Future[object] = Future()

    def compose() -> None:
        answer.set_result(sequencer.compose("registrar", build))

    threading.Thread(target=compose, daemon=True).start()
    assert inside.wait(30)
    return release, answer


def test_every_receipt_proves_its_event(sequencer: Sequencer, signer: Signer) -> None:
    items = [signer.sign() for _ in range(20)]
    answers = [sequencer.submit(item) for item in items]
    for item, answer in zip(items, answers, strict=True):
        recorded = answer.result(30)
        verified = proven(sequencer, item, recorded)
        assert (verified.index, verified.ms) == (recorded.index, recorded.ms)


def test_a_payload_again_has_the_index_it_had(sequencer: Sequencer, signer: Signer) -> None:
    item = signer.sign()
    first = sequencer.submit(item).result(30)
    signer.append(3)
    again = sequencer.submit(item).result(30)
    assert (first.duplicate, again.duplicate) == (False, True)
    assert (again.index, again.ms) == (first.index, first.ms)
    assert proven(sequencer, item, again).checkpoint.size == first.index + 4


def test_identity_is_the_payload_and_not_the_signature(sequencer: Sequencer) -> None:
    """Browsers' signatures are not deterministic: signed twice it is still one event."""
    signer = Signer(sequencer, "dev-signer")
    item = signer.sign()
    sequencer.submit(item).result(30)
    other = SigningKey.generate()
    twice = sign_envelope(item.envelope.payload, PAYLOAD_TYPE, "dev-signer/0", other)
    assert sequencer.submit(signer.submitted(twice)).result(30).duplicate


def test_the_same_payload_twice_in_one_batch(sequencer: Sequencer, signer: Signer) -> None:
    item = signer.sign()
    release, _ = held(sequencer, signer)
    answers = [sequencer.submit(item) for _ in range(3)]
    release.set()
    recorded = [answer.result(30) for answer in answers]
    assert [one.duplicate for one in recorded] == [False, True, True]
    assert len({one.index for one in recorded}) == 1


def test_another_payload_with_a_number_that_is_taken_is_a_fork(
    sequencer: Sequencer, signer: Signer
) -> None:
    signer.append(2)
    with pytest.raises(DeviceFork) as caught:
        sequencer.submit(signer.sign(seq=1)).result(30)
    assert caught.value.facts == {"dev": "dev-signer", "ep": 0, "seq": 1}


def test_one_bad_neighbour_does_not_fail_the_others(
    sequencer: Sequencer, signer: Signer, deployment: Deployment
) -> None:
    taken = signer.sign()
    sequencer.submit(taken).result(30)
    good = [signer.sign() for _ in range(3)]
    stranger = Signer(sequencer, "dev-stranger")
    unknown = stranger.sign()
    revoke(sequencer, stranger)
    rotation = signer.sign("key.rotate", {"ep": 7})
    release, _ = held(sequencer, signer)
    answers = [
        sequencer.submit(item)
        for item in (good[0], signer.sign(seq=0), good[1], unknown, rotation, good[2], taken)
    ]
    release.set()
    outcomes = [answer.exception(30) or answer.result() for answer in answers]
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [
        Recorded, DeviceFork, Recorded, UnknownKey, RefusedKeyEvent, Recorded, Recorded,
    ]  # fmt: skip
    check_ledger(deployment.engine, sequencer.log_vkey)


def revoke(sequencer: Sequencer, signer: Signer) -> None:
    """End a device before its first event."""
    body: dict[str, object] = {"dev": signer.dev, "ep": 0, "last_good_seq": -1, "reason": "lost"}
    sequencer.compose("registrar", lambda _: [Draft("key.revoke", body)])


def test_a_batch_that_cannot_be_written_is_tried_one_by_one(
    sequencer: Sequencer, signer: Signer, deployment: Deployment
) -> None:
    """A neighbour that breaks the transaction itself fails alone, and leaves nothing behind."""
    good = [signer.sign() for _ in range(2)]
    breaking = Signer(sequencer, "dev-breaking")
    finer = {"batch": "HWCS20261123099", "weight_kg": "0.0001"}  # than what its column can hold
    body = breaking.sign(body={**good[0].event.body, **finer})
    release, _ = held(sequencer, signer)
    answers = [sequencer.submit(item) for item in (good[0], body, good[1])]
    release.set()
    assert isinstance(answers[1].exception(30), Exception)
    assert [answers[place].result(30).duplicate for place in (0, 2)] == [False, False]
    whole = check_ledger(deployment.engine, sequencer.log_vkey)
    assert payload_hash(body.envelope.payload) not in whole.hashes


def test_a_failed_batch_leaves_the_registry_as_it_was(
    sequencer: Sequencer, deployment: Deployment
) -> None:
    """What was enrolled in a transaction that is rolled back was never enrolled."""
    ghost: dict[str, object] = {
        "dev": "dev-ghost", "ep": 0, "alg": "ed25519", "org": "", "purpose": "device",
        "pub": b64(SigningKey.generate().public_key), "name": "ghost", "from_seq": 0,
    }  # fmt: skip
    refused: dict[str, object] = {"dev": "dev-nobody", "ep": 0, "last_good_seq": 0, "reason": "x"}
    before = size_of(deployment.engine)
    drafts = [Draft("key.enrol", ghost), Draft("key.revoke", refused)]
    with pytest.raises(RefusedKeyEvent):
        sequencer.compose("registrar", lambda _: drafts)
    assert size_of(deployment.engine) == before
    assert sequencer.registry.key_for("dev-ghost", 0) is None
    assert sequencer.compose("registrar", lambda _: drafts[:1])[0].index == before
    assert sequencer.registry.key_for("dev-ghost", 0) is not None


def size_of(engine: Engine) -> int:
    """The size of the log."""
    with engine.connect() as connection:
        head = read_head(connection)
    assert head is not None
    return head.size


def test_a_service_sees_what_was_placed_before_it_in_the_batch(
    sequencer: Sequencer, signer: Signer
) -> None:
    seen: list[int] = []

    def build(connection: Connection) -> Sequence[Draft]:
        device = table_of(Device)
        query = select(device.c.next_seq).where(device.c.dev == signer.dev)
        seen.append(connection.execute(query).scalar_one())
        return []

    item = signer.sign()
    release, _ = held(sequencer, signer)
    answer = sequencer.submit(item)
    waiting: Future[object] = Future()
    thread = threading.Thread(
        target=lambda: waiting.set_result(sequencer.compose("registrar", build)), daemon=True
    )
    thread.start()
    while sequencer._queue.qsize() < 2:
        pass
    release.set()
    answer.result(30)
    waiting.result(30)
    assert seen == [1]


def test_a_full_queue_is_busy_and_takes_nothing(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    deployment = open_deployment(opened_database, data_dir, queue_events=2)
    sequencer = deployment.sequencer
    signer = Signer(sequencer, "dev-signer")
    items = [signer.sign() for _ in range(3)]
    release, _ = held(sequencer, signer)
    taken = [sequencer.submit(item) for item in items[:2]]
    with pytest.raises(LedgerBusy) as caught:
        sequencer.submit(items[2])
    assert caught.value.facts == {"waiting": 2}
    release.set()
    assert [answer.result(30).duplicate for answer in taken] == [False, False]
    assert not sequencer.submit(items[2]).result(30).duplicate


def test_a_closed_sequencer_takes_nothing(deployment: Deployment) -> None:
    signer = Signer(deployment.sequencer, "dev-signer")
    item = signer.sign()
    deployment.sequencer.close()
    with pytest.raises(LedgerBusy):
        deployment.sequencer.submit(item)


def test_what_waits_when_it_closes_is_committed(deployment: Deployment) -> None:
    sequencer = deployment.sequencer
    signer = Signer(sequencer, "dev-signer")
    release, _ = held(sequencer, signer)
    answers = [sequencer.submit(signer.sign()) for _ in range(5)]
    closing = threading.Thread(target=sequencer.close)
    closing.start()
    release.set()
    closing.join(30)
    assert all(not answer.result(0).duplicate for answer in answers)


def test_an_answer_that_nobody_waits_for_does_not_stop_the_writer(
    sequencer: Sequencer, signer: Signer
) -> None:
    """A client that hangs up cancels its future; asyncio does so when a request is dropped."""
    dropped = signer.sign()
    release, _ = held(sequencer, signer)
    assert sequencer.submit(dropped).cancel()
    release.set()
    kept = signer.sign()
    assert not sequencer.submit(kept).result(30).duplicate
    assert not sequencer.submit(dropped).result(30).duplicate  # it had not been taken


def test_all_checkpoints_are_consistent(
    sequencer: Sequencer, signer: Signer, deployment: Deployment
) -> None:
    for count in (1, 2, 3, 5, 250, 7):
        signer.append(count)
    whole = check_ledger(deployment.engine, sequencer.log_vkey)
    sizes = list(whole.checkpoints)
    assert sizes[-1] > 256
    with deployment.engine.connect() as connection:
        tree = TreeReader(SqlTiles(connection), sizes[-1])
        roots = {size: tree.root(size) for size in sizes}
        for size1, size2 in itertools.combinations(sizes[::3], 2):
            proof = tree.consistency(size1, size2)
            verify_consistency(size1, roots[size1], size2, roots[size2], proof)


def test_logged_time_never_runs_backwards(
    sequencer: Sequencer, signer: Signer, deployment: Deployment
) -> None:
    first = signer.append()[0]
    deployment.clock_ms.forward(hours=-5)  # type: ignore[attr-defined]
    item = signer.sign()
    second = sequencer.submit(item).result(30)
    assert second.ms == first.ms
    assert proven(sequencer, item, second).ms == first.ms  # the leaf's time, not the clock's
    deployment.clock_ms.forward(hours=6)  # type: ignore[attr-defined]
    assert signer.append()[0].ms > first.ms


Damage = Callable[[Batch], None]


def flip_leaf(batch: Batch) -> None:
    """A bit of a leaf changes between memory and disk."""
    disable = "DROP TRIGGER entry_no_update"
    if batch.connection.dialect.name == "postgresql":
        disable = "ALTER TABLE entry DISABLE TRIGGER entry_frozen"
    batch.connection.execute(text(disable))
    table = table_of(Entry)
    batch.connection.execute(update(table).where(table.c.idx == batch.size - 1).values(leaf=b"{}"))


def flip_tile(batch: Batch, place: int = -1) -> None:
    """A bit of a tile changes between memory and disk."""
    table = table_of(TileRow)
    stored = batch.connection.execute(select(table.c.data).where(table.c.level == 0)).scalar_one()
    data = bytearray(stored)
    data[place] ^= 1
    changed = update(table).where(table.c.level == 0).values(data=bytes(data))
    batch.connection.execute(changed)


def flip_old_hash(batch: Batch) -> None:
    """The bit is in a hash that an earlier batch had written."""
    flip_tile(batch, 0)


@pytest.mark.parametrize("damage", [flip_leaf, flip_tile, flip_old_hash])
def test_what_is_written_is_read_again_before_it_is_signed(
    sequencer: Sequencer,
    signer: Signer,
    deployment: Deployment,
    damage: Damage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = Batch._check_again

    def damaged(batch: Batch, grown: Grown) -> None:
        damage(batch)
        check(batch, grown)

    before = size_of(deployment.engine)
    monkeypatch.setattr(Batch, "_check_again", damaged)
    with pytest.raises(RuntimeError, match="read back"):
        signer.append()
    monkeypatch.undo()
    assert size_of(deployment.engine) == before
    assert newest_size(deployment.engine) == before
    signer.seq, signer.prev = 0, b""
    assert signer.append()[0].index == before


def newest_size(engine: Engine) -> int:
    """The size of the newest checkpoint."""
    table = table_of(CheckpointRow)
    with engine.connect() as connection:
        return int(connection.execute(select(table.c.size).order_by(table.c.size.desc())).scalars()
                   .first() or 0)  # fmt: skip


@pytest.mark.parametrize("moved", ["size", "epoch"])
def test_a_head_that_another_writer_moved_is_not_overwritten(
    signer: Signer, moved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Batch._check_again

    def overtaken(batch: Batch, grown: Grown) -> None:
        check(batch, grown)
        head = table_of(LogState)
        batch.connection.execute(update(head).values({moved: head.c[moved] + 1}))

    monkeypatch.setattr(Batch, "_check_again", overtaken)
    with pytest.raises(RuntimeError, match="another writer"):
        signer.append()


@pytest.fixture
def fresh(database: Database, data_dir: Path, open_deployment: OpenDeployment) -> Deployment:
    """A deployment on a migrated database whose ledger nobody has opened."""
    return open_deployment(database, data_dir)


def test_nothing_comes_before_the_opening(fresh: Deployment) -> None:
    with pytest.raises(RefusedKeyEvent):
        Signer(fresh.sequencer, "dev-early")
    assert size_of(fresh.engine) == 0


def test_two_processes_may_open_a_new_database_at_once(
    database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    opened: list[Deployment] = []
    threads = [
        threading.Thread(target=lambda: opened.append(open_deployment(database, data_dir)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [size_of(deployment.engine) for deployment in opened] == [0, 0, 0, 0]


def test_keys_that_another_process_enrols_are_known_here(
    deployment: Deployment,
    opened_database: Database,
    data_dir: Path,
    open_deployment: OpenDeployment,
) -> None:
    other = open_deployment(opened_database, data_dir)
    signer = Signer(other.sequencer, "dev-of-other")
    assert deployment.sequencer.registry.key_for("dev-of-other", 0) is None
    newer = deployment.sequencer.refresh()
    assert newer.key_for("dev-of-other", 0) is not None
    assert deployment.sequencer.registry is newer
    assert deployment.sequencer.refresh() is newer
    item = signer.sign()
    recorded = deployment.sequencer.submit(item).result(30)
    proven(other.sequencer, item, recorded)
    revoke(other.sequencer, signer)
    with pytest.raises(UnknownKey):
        deployment.sequencer.submit(signer.sign()).result(30)
    assert deployment.sequencer.registry.refusal("dev-of-other", 0, 1) is not None


def test_a_database_error_is_the_answer_and_not_the_end(
    sequencer: Sequencer, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = signer.sign()

    def broken(batch: Batch) -> str:
        batch.connection.execute(text("SELECT nonsense"))
        return ""

    monkeypatch.setattr(Batch, "seal", broken)
    with pytest.raises(DBAPIError):
        sequencer.submit(item).result(30)
    monkeypatch.undo()
    assert not sequencer.submit(item).result(30).duplicate


def test_an_event_that_no_row_could_hold_is_refused_and_not_tried_for_ever(
    sequencer: Sequencer, signer: Signer
) -> None:
    """Behind all checks of bodies: what the database itself will not take."""
    good, other = signer.sign(), Signer(sequencer, "dev-far")
    other.seq, other.prev = 2**53 - 2, bytes(32)
    body = {"camera": "C", "capture": 2**53 - 1, "sha256": "0" * 64, "verdict": "verified"}
    far = other.sign("verify_frame", {**body, "detail": {}})
    nul = other.sign("capture_frame", {"camera": "C", "sha256": "\x00", "media_type": "image/png"})
    release, _ = held(sequencer, signer)
    answers = [sequencer.submit(item) for item in (good, far, nul)]
    release.set()
    assert not answers[0].result(30).duplicate
    assert not answers[1].result(30).duplicate
    refusal = answers[2].exception(30)
    if sequencer._engine.dialect.name == "postgresql":
        assert isinstance(refusal, UnstorableValue)
    else:
        assert refusal is None
