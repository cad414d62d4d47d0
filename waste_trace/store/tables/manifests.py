"""Transfer manifests and whose business each of them is."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX, Kilograms


class Manifest(SQLModel, table=True):
    """An electronic transfer manifest (危险废物转移联单).

    ``lines``, ``containers``, ``carriers`` (one part each), ``decisions`` (by container) and
    ``outcomes`` (by line) are JSON. ``paper_number``, ``paper_at``: of the paper that it was
    entered from later. ``arrived_at``, ``confirmed_at``: at the receiver, and its first decision.
    """

    __tablename__ = "manifest"

    manifest: str = Field(primary_key=True)
    kind: str
    sender: str = Field(index=True)
    carrier: str = Field(index=True)
    receiver: str = Field(index=True)
    state: str = Field(index=True)
    lines: str = Field(sa_column=Column(Text, nullable=False))
    containers: str = Field(sa_column=Column(Text, nullable=False))
    carriers: str = Field(sa_column=Column(Text, nullable=False))
    decisions: str = Field(sa_column=Column(Text, nullable=False))
    outcomes: str = Field(sa_column=Column(Text, nullable=False))
    vehicle_plate: str
    method: str
    transfer: int | None = Field(default=None, sa_type=LEDGER_INDEX, index=True)
    paper_number: str
    paper_at: datetime | None = None
    planned_kg: Decimal | None = Field(default=None, sa_type=Kilograms)
    dispatched_kg: Decimal | None = Field(default=None, sa_type=Kilograms)
    received_kg: Decimal | None = Field(default=None, sa_type=Kilograms)
    opened_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    opened_at: datetime | None = None
    arrived_at: datetime | None = None
    confirmed_at: datetime | None = None
    last_idx: int = Field(sa_type=LEDGER_INDEX)


class ManifestParty(SQLModel, table=True):
    """Who has been named on a manifest: sender, receiver, each carrier. They may read it.

    ``since_idx``: the event since which they are.
    """

    __tablename__ = "manifest_party"

    manifest: str = Field(primary_key=True)
    org: str = Field(primary_key=True, index=True)
    since_idx: int = Field(sa_type=LEDGER_INDEX)
