"""The transparency log at rest: exact leaf bytes, tiles and signed checkpoints.

``entry``, ``tile`` and ``checkpoint`` are the ledger itself; ``event_index`` is read from it.
"""

from datetime import datetime

from sqlalchemy import Column, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class LogState(SQLModel, table=True):
    """One row: the head of the log. A batch commits only if size and epoch are what it read."""

    __tablename__ = "log_state"

    id: int = Field(primary_key=True)
    origin: str
    size: int = Field(sa_type=LEDGER_INDEX)
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    epoch: int
    ms_last: int = Field(sa_type=LEDGER_INDEX)


class Entry(SQLModel, table=True):
    """A leaf, byte for byte as it was hashed."""

    __tablename__ = "entry"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    leaf: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    payload_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))


class TileRow(SQLModel, table=True):
    """A tlog-tiles hash tile; a partial tile is overwritten as it grows."""

    __tablename__ = "tile"

    level: int = Field(primary_key=True)
    n: int = Field(sa_type=LEDGER_INDEX, primary_key=True)
    width: int
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CheckpointRow(SQLModel, table=True):
    """A checkpoint that was signed, as the signed note that was published."""

    __tablename__ = "checkpoint"

    size: int = Field(sa_type=LEDGER_INDEX, primary_key=True)
    note: str
    ms: int = Field(sa_type=LEDGER_INDEX)


class EventIndex(SQLModel, table=True):
    """Where each event stands, and what of it is searched by."""

    __tablename__ = "event_index"
    __table_args__ = (UniqueConstraint("dev", "ep", "seq"),)

    idx: int = Field(sa_type=LEDGER_INDEX, primary_key=True)
    event_id: str
    typ: str = Field(index=True)
    dev: str
    ep: int
    seq: int = Field(sa_type=LEDGER_INDEX)
    org: str = Field(index=True)
    site: str
    act: str
    claimed_at: datetime = Field(index=True)
    logged_at: datetime
    # The device had verified a checkpoint that was signed at this time, so it is not older.
    proven_after: datetime | None = None
    offline: bool
    chain_flags: str
    manifest: str = Field(index=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
