"""Change rows of the ledger behind the product's back: `ledger check` finds it and says where.

``./run python -m tests.campaigns.database_changes --count 10000 --seed 1 [--json]``

Somebody with the database's password edits, deletes, adds and exchanges rows past the triggers.
Each change is checked by ``ledger check --full``, then taken back, so that every one stands alone.

Not among the changes, because nothing that the ledger says depends on them: ``log_state.epoch``
(a fence between writers) and an older checkpoint that is missing as a whole (nobody signed that
there was one; what devices had seen of it shows in their events).
"""

import argparse
import itertools
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from tests.campaigns.changes import changed_number, changed_text, changes
from tests.campaigns.specimen import KINDS, Bench, bench
from tests.campaigns.tally import Tally
from tests.conftest import settings_for
from tests.ledger.sample_ledger import WITNESSES
from tests.store.signer import Signer
from waste_trace.ledger.cosignature import cosign, cosigner_vkey
from waste_trace.ledger.note import log_vkey, parse_note
from waste_trace.ledger.policy import Group, Party, Policy, format_policy
from waste_trace.ledger.tiles import HASH_BYTES, TILE_WIDTH
from waste_trace.services.check_ledger import STATE_FILE, check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.settings import Settings
from waste_trace.store.cosignatures import keep_cosignatures, witness_id
from waste_trace.store.engine import is_sqlite, open_engine
from waste_trace.store.tables import (
    CheckpointRow,
    Cosignature,
    Entry,
    EventIndex,
    LogState,
    TileRow,
)
from waste_trace.store.writing import table_of, write_transaction

Row = dict[str, Any]
TABLES: tuple[type[SQLModel], ...] = (Entry, TileRow, CheckpointRow, Cosignature, LogState)
ALL: tuple[type[SQLModel], ...] = (*TABLES, EventIndex)
SKIPPED = {("log_state", "epoch"), ("event_index", "chain_flags"), ("event_index", "proven_after")}


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one table.

    Attributes:
        words: its class. rows: what stands there afterwards instead of ``old``. index: the first
            entry that is no longer what it was, where that can be said.
    """

    words: str
    model: type[SQLModel]
    old: list[Row]
    new: list[Row]
    index: tuple[int, int] | None


def grow(deployment: Deployment, events: int) -> None:
    """Events in several batches, and three witnesses under some of the checkpoints."""
    signer = Signer(deployment.sequencer, "dev-signer")
    for _ in range(4):
        signer.append(1)
    answers = [deployment.sequencer.submit(signer.sign()) for _ in range(events - 4)]
    for answer in answers:
        answer.result(60)
    with write_transaction(deployment.engine) as connection:
        rows = connection.execute(select(table_of(CheckpointRow))).mappings().all()
        for row in rows[-3:]:
            note = parse_note(row["note"]).text
            for name, key in WITNESSES.items():
                line = cosign(note, f"{name}.example", key, row["ms"] // 1000)
                identity = witness_id(cosigner_vkey(f"{name}.example", key))
                keep_cosignatures(connection, row["size"], {identity: line})


def settings_with_witnesses(found: Bench) -> Settings:
    """Settings whose policy names the three witnesses."""
    plain = settings_for(found.database.url, found.folder)
    deployment = Deployment.open(plain)
    log = log_vkey(deployment.sequencer.origin, deployment.keys.key("log"))
    deployment.close()
    witnesses = {n: Party(cosigner_vkey(f"{n}.example", k)) for n, k in WITNESSES.items()}
    policy = Policy((Party(log),), witnesses, {"all": Group(2, tuple(witnesses))}, "all")
    place = found.folder / "policy.txt"
    place.write_text(format_policy(policy))
    return settings_for(found.database.url, found.folder, witness_policy=str(place))


@contextmanager
def past_the_triggers(settings: Settings) -> Iterator[Connection]:
    """A transaction of somebody with the database's password."""
    engine = open_engine(settings.database)
    try:
        with write_transaction(engine) as connection:
            if is_sqlite(connection):
                names = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for name in connection.execute(names).scalars().all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            yield connection
    finally:
        engine.dispose()


class Forger:
    """Thinks up edits of the rows as they are."""

    def __init__(self, rows: dict[str, list[Row]], chance: random.Random) -> None:
        self._rows = rows
        self._chance = chance

    def edits(self) -> Iterator[Edit]:
        """Edits without end, every table and column in turn."""
        makers: list[Callable[[], Edit | None]] = []
        for model in ALL:
            for column in table_of(model).columns:
                place = (table_of(model).name, column.name)
                if place not in SKIPPED:
                    makers.append(lambda m=model, c=column.name: self._alter(m, c))  # type: ignore[misc]
        for model in ALL:
            makers.append(lambda m=model: self._remove(m))  # type: ignore[misc]
            makers.append(lambda m=model: self._add(m))  # type: ignore[misc]
        makers.append(self._exchange)
        for make in itertools.cycle(makers):
            edit = make()
            if edit is not None and edit.old != edit.new:
                yield edit

    def _alter(self, model: type[SQLModel], column: str) -> Edit | None:
        row = self._chance.choice(self._rows[table_of(model).name])
        value = row[column]
        index = _index(model, row, column)
        if isinstance(value, bool):
            other: Any = not value
        elif isinstance(value, int):
            other = changed_number(value, self._chance)
            if table_of(model).columns[column].type.python_type is int and abs(other) >= 2**31:
                other = value + 1
        elif isinstance(value, bytes):
            change = next(changes(value, 1, str(self._chance.random())))
            other = change.data
            if model is TileRow:
                index = _tile_index(row, change.first)
        elif isinstance(value, str):
            other = changed_text(value, self._chance)
        else:
            return None
        new = {**row, column: other}
        keys = [key.name for key in table_of(model).primary_key.columns]
        taken = {tuple(one[key] for key in keys) for one in self._rows[table_of(model).name]}
        if column in keys and tuple(new[key] for key in keys) in taken:
            return None
        return Edit(f"{table_of(model).name}.{column}", model, [row], [new], index)

    def _remove(self, model: type[SQLModel]) -> Edit | None:
        rows = self._rows[table_of(model).name]
        row = rows[-1] if model is CheckpointRow else self._chance.choice(rows)
        if model is Cosignature:
            return None  # it can be asked for again, and its absence is the quorum's matter
        index = (row["idx"], row["idx"]) if "idx" in row else None
        return Edit(f"{table_of(model).name} row gone", model, [row], [], index)

    def _add(self, model: type[SQLModel]) -> Edit | None:
        row = self._chance.choice(self._rows[table_of(model).name])
        far = self._chance.choice((-1, 10_000, 2**31 - 1))
        name = {"tile": "n", "checkpoint": "size", "cosignature": "size", "log_state": "id"}
        new = {**row, name.get(table_of(model).name, "idx"): far}
        if model is Entry:
            new["payload_hash"] = self._chance.randbytes(32)
        if model is EventIndex:
            new["seq"] = far
        return Edit(f"{table_of(model).name} row too many", model, [], [new], None)

    def _exchange(self) -> Edit:
        one, two = self._chance.sample(self._rows["entry"], 2)
        new = [{**one, "leaf": two["leaf"]}, {**two, "leaf": one["leaf"]}]
        first = min(one["idx"], two["idx"])
        return Edit("entry.leaf exchanged", Entry, [one, two], new, (first, first))


def _index(model: type[SQLModel], row: Row, column: str) -> tuple[int, int] | None:
    if model is Entry or (model is EventIndex and column != "idx"):
        return row["idx"], row["idx"]
    if model is CheckpointRow and column in ("note", "ms"):
        return 0, row["size"]
    return None


def _tile_index(row: Row, offset: int) -> tuple[int, int]:
    position = row["n"] * TILE_WIDTH + min(offset, len(row["data"]) - 1) // HASH_BYTES
    width = TILE_WIDTH ** row["level"]
    return position * width, (position + 1) * width - 1


def _replace(connection: Connection, model: type[SQLModel], old: list[Row], new: list[Row]) -> None:
    table = table_of(model)
    keys = [key.name for key in table.primary_key.columns]
    same = len(old) == len(new) and all(
        [one[k] for k in keys] == [two[k] for k in keys] for one, two in zip(old, new, strict=True)
    )
    for row in old:
        here = [table.c[key] == row[key] for key in keys]
        if same:
            values = new[old.index(row)]
            connection.execute(update(table).where(*here).values(**values))
        else:
            connection.execute(delete(table).where(*here))
    if not same and new:
        connection.execute(insert(table), new)


def run(found: Bench, count: int, seed: int, tally: Tally, *, events: int = 24) -> None:
    """``count`` edits of a ledger of about ``events`` entries."""
    deployment = Deployment.open(settings_for(found.database.url, found.folder))
    grow(deployment, events)
    deployment.close()
    settings = settings_with_witnesses(found)
    _require_sound(settings, tally, "before it is touched")
    with past_the_triggers(settings) as connection:
        rows = {table_of(model).name: _all(connection, model) for model in ALL}
    kind = f"{found.database.kind}, {len(rows['entry'])} entries"
    edits, until = Forger(rows, random.Random(f"{seed} {kind}")).edits(), tally.total + count
    while tally.total < until:
        edit = next(edits)
        try:
            with past_the_triggers(settings) as connection:
                _replace(connection, edit.model, edit.old, edit.new)
        except DBAPIError:
            tally.refused += 1  # a constraint of the table has no such row
            continue
        _ask(settings, f"{found.database.kind} {edit.words}", edit, tally)
        with past_the_triggers(settings) as connection:
            _replace(connection, edit.model, edit.new, edit.old)
    _require_sound(settings, tally, "after it was put back")


def _ask(settings: Settings, words: str, edit: Edit, tally: Tally) -> None:
    tally.tried[words] += 1
    (settings.data_dir / STATE_FILE).unlink(missing_ok=True)
    began = time.monotonic()
    try:
        report = check_ledger(settings, full=True)
    except Exception as error:  # a check that breaks off is a failure like any other
        tally.fail(f"{words} broke the check: {error!r}: {edit.new}"[:400])
        return
    tally.took(time.monotonic() - began)
    if report.exit_code == 0 or report.problem is None:
        tally.fail(f"{words} was not noticed: {edit.old} -> {edit.new}"[:400])
    elif report.problem.index is None:
        tally.fail(f"{words} was noticed, but no index was named: {report.problem.en}")
    elif edit.index is not None and not edit.index[0] <= report.problem.index <= edit.index[1]:
        found = report.problem
        tally.fail(f"{words} belongs to {edit.index}, and {found.index} was named ({found.en})")


def _require_sound(settings: Settings, tally: Tally, when: str) -> None:
    report = check_ledger(settings, full=True)
    if report.exit_code != 0:
        tally.fail(f"the ledger is not sound {when}: {report.problem}")


def _all(connection: Connection, model: type[SQLModel]) -> list[Row]:
    table = table_of(model)
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the exit code is 1 if anything passed unnoticed or unnamed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=[*KINDS, "both"], default="both")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    tally = Tally("database changes")
    kinds = KINDS if options.database == "both" else (options.database,)
    for kind in kinds:
        share = options.count // len(kinds)
        with bench(kind) as found:
            run(found, share * 9 // 10, options.seed, tally)
        with bench(kind) as found:  # full tiles, and tiles of the next level
            run(found, share - share * 9 // 10, options.seed, tally, events=300)
    return tally.report(as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
