"""The custody projection: batches, containers and their events.

Weights of the three witnesses (declared, dispatched, received) are three columns and stay three.
"""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX, Kilograms


class Batch(SQLModel, table=True):
    """A production batch (产生批次, HJ 1259 B.1), or one of secondary waste."""

    __tablename__ = "batch"

    batch: str = Field(primary_key=True)
    org: str = Field(primary_key=True)
    waste_code: str = Field(index=True)
    edition: str
    waste_name: str
    form: str
    weight_kg: Decimal = Field(sa_type=Kilograms)
    facility: str
    produced_at: datetime
    idx: int = Field(sa_type=LEDGER_INDEX)


class Container(SQLModel, table=True):
    """A container (容器) by its HJ 1276 数字识别码, with the state that its events add up to."""

    __tablename__ = "container"

    container: str = Field(primary_key=True)
    unit: str = Field(index=True)
    waste_code: str = Field(index=True)
    batch: str
    state: str = Field(index=True)
    holder: str = Field(index=True)
    site: str = Field(index=True)
    manifest: str = Field(index=True)
    issued: bool
    rotation: int
    mark: int | None = None  # the AprilTag 36h11 beside its label, while it stands in one store
    volume_l: int | None = None
    declared_kg: Decimal | None = Field(default=None, sa_type=Kilograms)
    dispatched_kg: Decimal | None = Field(default=None, sa_type=Kilograms)
    received_kg: Decimal | None = Field(default=None, sa_type=Kilograms)
    content_kg: Decimal | None = Field(default=None, sa_type=Kilograms)  # by the newest scale
    method: str
    first_idx: int = Field(sa_type=LEDGER_INDEX)
    last_idx: int = Field(sa_type=LEDGER_INDEX)
    changed_at: datetime


class ContainerEvent(SQLModel, table=True):
    """Which event touched which container, and in which role; the event itself is in the index."""

    __tablename__ = "container_event"

    container: str = Field(primary_key=True)
    idx: int = Field(sa_type=LEDGER_INDEX, primary_key=True, index=True)
    role: str = Field(
        primary_key=True
    )  # subject, input, output, refused, source, correction, withdrawn
