"""Small producers and their collection (小微收集): who, what, when asked, on which round."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX, Kilograms


class WasteStream(SQLModel, table=True):
    """A waste that a unit has registered (废物登记)."""

    __tablename__ = "waste_stream"

    org: str = Field(primary_key=True)
    waste_code: str = Field(primary_key=True, index=True)
    edition: str
    waste_name: str
    form: str
    hazards: str
    forecast_kg: Decimal = Field(sa_type=Kilograms)  # a year
    idx: int = Field(sa_type=LEDGER_INDEX)


class Contact(SQLModel, table=True):
    """Whom to call (联系方式): the entry whose disclosures say it; they are kept elsewhere."""

    __tablename__ = "contact"

    org: str = Field(primary_key=True)
    idx: int = Field(sa_type=LEDGER_INDEX)


class Client(SQLModel, table=True):
    """A producer as a platform knows it: contract, plan, last visit.

    ``status``: signed, ended, or none (visited or asked without a contract).
    """

    __tablename__ = "client"

    platform: str = Field(primary_key=True)
    producer: str = Field(primary_key=True, index=True)
    status: str
    contract: str
    since: str
    until: str
    waste_codes: str  # comma-separated
    interval_days: int | None = None
    waiting: str  # comma-separated indices of requests that are not served
    planned_round: str
    visited_at: datetime | None = None
    outcome: str
    collected_at: datetime | None = None
    signed_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)


class CollectionRequest(SQLModel, table=True):
    """A request to come (收集申请).

    ``status``: open, planned, done, refused, cancelled, or void (asked by no party of it).
    """

    __tablename__ = "collection_request"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    platform: str = Field(index=True)
    producer: str = Field(index=True)
    wastes: str = Field(sa_column=Column(Text, nullable=False))
    wanted_by: str
    channel: str
    asked_at: datetime
    status: str = Field(index=True)
    round: str
    answered_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)


class Round(SQLModel, table=True):
    """A collection round (收集线路) as it was planned last."""

    __tablename__ = "collection_round"

    platform: str = Field(primary_key=True)
    round: str = Field(primary_key=True)
    day: str
    vehicle_plate: str
    driver: str
    producers: str = Field(sa_column=Column(Text, nullable=False))  # comma-separated, in order
    idx: int = Field(sa_type=LEDGER_INDEX)


class Stop(SQLModel, table=True):
    """A door of a round, and what came of it. ``dropped``: a later plan left it out."""

    __tablename__ = "round_stop"

    platform: str = Field(primary_key=True)
    round: str = Field(primary_key=True)
    producer: str = Field(primary_key=True)
    n: int
    requests: str  # comma-separated indices
    dropped: bool
    outcome: str
    reason: str
    visited_at: datetime | None = None
    visited_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    containers: int  # how many were collected there
