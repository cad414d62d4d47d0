"""Witnesses' lines under our checkpoints, read and written."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from waste_trace.ledger.checkpoint import add_signatures
from waste_trace.ledger.cosignature import cosignature_time
from waste_trace.ledger.note import NoteSignature, parse_note
from waste_trace.ledger.vkey import VerifierKey
from waste_trace.store.engine import is_sqlite
from waste_trace.store.tables import CheckpointRow, Cosignature
from waste_trace.store.writing import table_of


def witness_id(key: VerifierKey) -> str:
    """How rows name a witness: key name and key id."""
    return f"{key.name}+{key.key_id.hex()}"


def keep_cosignatures(
    connection: Connection, size: int, lines: Mapping[str, NoteSignature]
) -> None:
    """Keep verified lines by `witness_id`; a witness's first line for a size stays."""
    rows: list[dict[str, Any]] = [
        {
            "size": size,
            "witness": witness,
            "line": line.line,
            "unix_seconds": cosignature_time(line.signature),
        }
        for witness, line in lines.items()
    ]
    if rows:
        insert = sqlite.insert if is_sqlite(connection) else postgresql.insert
        connection.execute(insert(table_of(Cosignature)).on_conflict_do_nothing(), rows)


def cosigned_note(connection: Connection, size: int) -> str | None:
    """The checkpoint of a size with every cosignature that is known; None if none was signed."""
    checkpoint, cosignature = table_of(CheckpointRow), table_of(Cosignature)
    note = connection.execute(
        select(checkpoint.c.note).where(checkpoint.c.size == size)
    ).scalar_one_or_none()
    if note is None:
        return None
    lines = connection.execute(
        select(cosignature.c.line)
        .where(cosignature.c.size == size)
        .order_by(cosignature.c.unix_seconds, cosignature.c.witness)
    ).scalars()
    return add_signatures(str(note), _signatures(str(note), lines))


def cosigned_sizes(connection: Connection) -> list[int]:
    """The sizes with at least one cosignature, newest first; at most 100."""
    table = table_of(Cosignature)
    query = select(table.c.size).distinct().order_by(table.c.size.desc()).limit(100)
    return [int(size) for size in connection.execute(query).scalars()]


def last_sizes(connection: Connection) -> dict[str, int]:
    """The newest size that each witness has cosigned, by `witness_id`."""
    table = table_of(Cosignature)
    query = select(table.c.witness, func.max(table.c.size)).group_by(table.c.witness)
    return {str(witness): int(size) for witness, size in connection.execute(query)}


def _signatures(note: str, lines: Iterable[str]) -> list[NoteSignature]:
    text = parse_note(note).text
    return [parse_note(f"{text}\n{line}").signatures[0] for line in lines]
