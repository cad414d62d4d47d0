"""The books: who had which waste, where it came from, where it went (流水, 去向图)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX, Kilograms


class MovementRow(SQLModel, table=True):
    """One booking on the account (``org``, ``site``, ``waste_code``); negative: it left.

    ``subject``: the container, "#index" of an event that weighed several together, whose
    difference is nobody's alone, or loose waste (散装): "@index" of an event, "@NUMBER/1" of a line
    of a manifest.
    """

    __tablename__ = "movement"
    __table_args__ = (Index("ix_movement_account", "org", "waste_code", "at"),)

    subject: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    idx: int = Field(sa_type=LEDGER_INDEX)
    org: str
    site: str
    waste_code: str
    kind: str
    weight_kg: Decimal = Field(sa_type=Kilograms)
    at: datetime


class HeapRow(SQLModel, table=True):
    """A heap or tank of loose waste (散装) that was taken stock of (盘点).

    ``stocktakes``: JSON, each as [when, ledger index, kilograms], the earliest first.
    """

    __tablename__ = "heap"

    org: str = Field(primary_key=True)
    site: str = Field(primary_key=True)
    waste_code: str = Field(primary_key=True)
    stocktakes: str = Field(sa_column=Column(Text, nullable=False))


class GenealogyEdge(SQLModel, table=True):
    """So much of ``parent`` went into ``child``. Nodes are containers, and batches as ORG/BATCH.

    ``kind``: fill (batch into container), merge, split, repack, secondary (treated container to
    the batch that came out of it: ``weight_kg`` is what was treated).
    """

    __tablename__ = "genealogy_edge"

    parent: str = Field(primary_key=True)
    child: str = Field(primary_key=True, index=True)
    idx: int = Field(sa_type=LEDGER_INDEX, primary_key=True)
    kind: str
    weight_kg: Decimal | None = Field(default=None, sa_type=Kilograms)


class CorrectionRow(SQLModel, table=True):
    """A correction (更正) and what became of it: pending, confirmed, disputed or void."""

    __tablename__ = "correction"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    corrects: int = Field(sa_type=LEDGER_INDEX, index=True)
    org: str = Field(index=True)
    field: str
    old: str
    new: str
    reason: str
    others: str  # comma-separated: the parties of whom one must agree
    status: str = Field(index=True)
    answered_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    answered_by: str
