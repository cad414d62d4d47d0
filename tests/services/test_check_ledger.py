"""Checking the ledger where it stands: each kind of damage is found, and its first index named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.store.signer import Signer
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.tiles import append
from waste_trace.ledger.verify_result import Report, Verdict
from waste_trace.services.check_ledger import STATE_FILE, check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.settings import Settings
from waste_trace.store.engine import is_sqlite, open_engine
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.tables import CheckpointRow, Entry, EventIndex, LogState, TileRow
from waste_trace.store.tiles import SqlTiles, leaves, read_head
from waste_trace.store.writing import table_of, write_transaction

BAD = 300


@pytest.fixture
def grown(deployment: Deployment) -> Deployment:
    """A ledger of more than one tile, closed: nobody holds the database."""
    signer = Signer(deployment.sequencer, "dev-signer")
    answers = [deployment.sequencer.submit(signer.sign()) for _ in range(320)]
    for answer in answers:
        answer.result(60)
    return deployment


def tamper(settings: Settings, act: Callable[[Connection], object]) -> None:
    """Change rows as somebody with the database's password would, past the triggers."""
    engine = open_engine(settings.database)
    with write_transaction(engine) as connection:
        if is_sqlite(connection):
            names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in connection.execute(names).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        act(connection)
    engine.dispose()


def first_bad(report: Report) -> tuple[Verdict, str, int | None]:
    """Verdict, check and index."""
    assert report.problem is not None, report
    return report.verdict, report.problem.what, report.problem.index


def test_a_sound_ledger_is_checked_further_each_time(grown: Deployment) -> None:
    seen: list[tuple[int, int]] = []
    first = check_ledger(grown.settings, progress=lambda done, total: seen.append((done, total)))
    assert (first.verdict, first.problem) == (Verdict.PROVEN, None)
    assert first.size is not None
    assert seen[-1] == (first.size, first.size)
    Signer(grown.sequencer, "dev-other").append(3)
    seen.clear()
    again = check_ledger(grown.settings, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(4, 4)]  # an enrolment and three events
    full = check_ledger(grown.settings, full=True)
    assert (again.verdict, full.verdict) == (Verdict.PROVEN, Verdict.PROVEN)
    assert all(check["ok"] for check in _checks(full))
    state = json.loads((grown.settings.data_dir / STATE_FILE).read_text())
    assert state["size"] == full.size == first.size + 4


def _checks(report: Report) -> list[Any]:
    checks = report.to_value()["checks"]
    assert isinstance(checks, list)
    return checks


def _set(model: Any, where: dict[str, Any], **values: Any) -> Callable[[Connection], object]:
    table = table_of(model)
    conditions = [table.c[name] == value for name, value in where.items()]
    return lambda connection: connection.execute(update(table).where(*conditions).values(**values))


def _flip_leaf(connection: Connection) -> None:
    leaf = leaves(connection, BAD, BAD + 1)[0]
    place = leaf.index(b'"sig":"') + 7
    other = b"B" if leaf[place : place + 1] == b"A" else b"A"
    changed = leaf[:place] + other + leaf[place + 1 :]
    connection.execute(
        update(table_of(Entry)).where(table_of(Entry).c.idx == BAD).values(leaf=changed)
    )


def _flip_tile(level: int, at: int) -> Callable[[Connection], None]:
    def act(connection: Connection) -> None:
        table = table_of(TileRow)
        index, offset = divmod(at, 256)
        here = (table.c.level == level) & (table.c.n == index)
        data = bytearray(connection.execute(select(table.c.data).where(here)).scalar_one())
        data[offset * 32] ^= 1
        connection.execute(update(table).where(here).values(data=bytes(data)))

    return act


def _extra_index(connection: Connection) -> None:
    table = table_of(EventIndex)
    row = dict(connection.execute(select(table).where(table.c.idx == 5)).mappings().one())
    row |= {"idx": 100_000, "seq": 100_000}
    connection.execute(insert(table).values(**row))


@pytest.mark.parametrize(
    ("act", "what", "index"),
    [
        (_flip_leaf, "tiles", BAD),
        (_flip_tile(0, BAD), "tiles", BAD),
        (_flip_tile(0, 7), "tiles", 7),
        (_flip_tile(1, 0), "tiles", 0),
        (lambda c: c.execute(delete(table_of(Entry)).where(table_of(Entry).c.idx == BAD)),
         "entries", BAD),
        (_set(Entry, {"idx": BAD}, payload_hash=bytes(32)), "entries", BAD),
        (_set(EventIndex, {"idx": BAD}, org="91330482MA2CXYZ12A"), "event_index", BAD),
        (lambda c: c.execute(delete(table_of(EventIndex)).where(table_of(EventIndex).c.idx == 9)),
         "event_index", 9),
        (_extra_index, "event_index", None),
        (_set(LogState, {"id": 1}, root=bytes(32)), "root", None),
        (_set(LogState, {"id": 1}, size=BAD), "checkpoint", BAD),
    ],
    ids=["leaf", "leaf hash", "leaf hash in a full tile", "upper tile", "entry gone",
         "payload hash", "index row", "index row gone", "index row too many", "head root",
         "head size"],
)  # fmt: skip
def test_damage_is_found(
    grown: Deployment, act: Callable[[Connection], object], what: str, index: int | None
) -> None:
    grown.close()
    tamper(grown.settings, act)
    verdict, found, where = first_bad(check_ledger(grown.settings))
    assert (verdict, found) == (Verdict.TAMPERED, what)
    assert index is None or where == index


def _rewrite(connection: Connection, deployment: Deployment) -> None:
    """History rewritten with care: leaf, tiles and head agree, and a new checkpoint is signed."""
    head = read_head(connection)
    assert head is not None
    _flip_leaf(connection)
    hashes = [leaf_hash(leaf) for leaf in leaves(connection, 0, head.size)]
    connection.execute(delete(table_of(TileRow)))
    again = append(0, SqlTiles(connection), hashes)
    rows = [
        {"level": one.level, "n": one.index, "width": one.width, "data": one.data}
        for one in again.tiles
    ]
    connection.execute(insert(table_of(TileRow)), rows)
    connection.execute(update(table_of(LogState)).values(root=again.root))
    note = sign_checkpoint(
        Checkpoint(head.origin, head.size, again.root), deployment.keys.key("log")
    )
    table = table_of(CheckpointRow)
    connection.execute(update(table).where(table.c.size == head.size).values(note=note))


def test_a_rewritten_history_contradicts_an_older_checkpoint(grown: Deployment) -> None:
    Signer(grown.sequencer, "dev-other").append(2)
    grown.close()
    tamper(grown.settings, lambda connection: _rewrite(connection, grown))
    verdict, what, index = first_bad(check_ledger(grown.settings))
    assert (verdict, what) == (Verdict.TAMPERED, "root")
    assert index is not None
    assert index <= BAD


def test_a_rewritten_history_contradicts_the_last_check(grown: Deployment) -> None:
    assert check_ledger(grown.settings).verdict is Verdict.PROVEN
    state = json.loads((grown.settings.data_dir / STATE_FILE).read_text())
    grown.close()
    tamper(grown.settings, lambda connection: _rewrite(connection, grown))
    report = check_ledger(grown.settings)
    assert report.verdict is Verdict.TAMPERED
    # What was reached stays: the evidence is not overwritten by the check that found it.
    assert json.loads((grown.settings.data_dir / STATE_FILE).read_text()) == state


def test_a_rewritten_history_that_has_grown_contradicts_the_last_check(
    grown: Deployment, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    """What is new is sound, and nothing but the last check knows better of what is old."""
    assert check_ledger(grown.settings).verdict is Verdict.PROVEN
    grown.close()
    tamper(grown.settings, lambda connection: _rewrite(connection, grown))
    (data_dir / "high-water").unlink()
    again = open_deployment(opened_database, data_dir)
    Signer(again.sequencer, "dev-late").append(2)
    again.close()
    verdict, what, _ = first_bad(check_ledger(grown.settings))
    assert (verdict, what) == (Verdict.TAMPERED, "root")


def test_a_database_that_went_back_is_found(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment, tmp_path: Path
) -> None:
    deployment = open_deployment(opened_database, data_dir)
    Signer(deployment.sequencer, "dev-signer").append(3)
    mark, origin = HighWater(data_dir / "high-water"), deployment.sequencer.origin
    size, root = mark.reached(origin) or (0, b"")
    mark.raise_to(origin, size + 1, root)
    verdict, what, _ = first_bad(check_ledger(deployment.settings))
    assert (verdict, what) == (Verdict.TAMPERED, "high-water")


def test_a_mark_that_cannot_be_read_is_found(grown: Deployment) -> None:
    (grown.settings.data_dir / "high-water").write_bytes(b"garbage")
    verdict, what, _ = first_bad(check_ledger(grown.settings))
    assert (verdict, what) == (Verdict.TAMPERED, "high-water")


def test_a_forged_signature_is_found_by_the_full_check(grown: Deployment) -> None:
    """An entry that the log itself wrote and signed, with a signature that no device made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("waste_trace.store.sequencer.batch.KeyRegistry.authorise", lambda *_: None)
        signer = Signer(grown.sequencer, "dev-other")
        item = signer.sign()
        forged = type(item.envelope)(
            item.envelope.payload, item.envelope.payload_type, item.envelope.key_id, bytes(64)
        )
        index = grown.sequencer.submit(type(item)(forged, item.event, item.payload_hash)).result(30)
    assert check_ledger(grown.settings).verdict is Verdict.PROVEN  # hashes say nothing of it
    verdict, what, where = first_bad(check_ledger(grown.settings, full=True))
    assert (verdict, what, where) == (Verdict.TAMPERED, "signatures", index.index)


def test_without_a_ledger_there_is_nothing_to_check(database: Database, data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir, database_url=database.url, broker_url="", blob_url="")
    assert check_ledger(settings).verdict is Verdict.INCOMPLETE
    assert not data_dir.exists()  # and no new keys were made in passing


def test_a_state_file_that_cannot_be_read_costs_time_and_no_more(grown: Deployment) -> None:
    (grown.settings.data_dir / STATE_FILE).write_text("{")
    report = check_ledger(grown.settings)
    assert report.verdict is Verdict.PROVEN
    assert [one.what for one in report.warnings] == ["state"]
    shutil.copy(grown.settings.data_dir / STATE_FILE, grown.settings.data_dir / "copy")
