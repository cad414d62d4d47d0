"""What follows from findings and inspections: lives, selections, visits, lists, filings, routes."""

from datetime import date, datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class FindingLife(SQLModel, table=True):
    """How far a finding is; without a row it is as it was raised.

    ``since``: when this status began, by the ledger.
    """

    __tablename__ = "finding_life"

    key: str = Field(primary_key=True)
    status: str = Field(index=True)
    since: datetime
    last_idx: int = Field(sa_type=LEDGER_INDEX)


class FindingStep(SQLModel, table=True):
    """One step of a finding's life.

    ``applied``: false where it did not fit and changed nothing. ``digests``: of what was said in
    words, which stands beside the ledger.
    """

    __tablename__ = "finding_step"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    key: str = Field(index=True)
    typ: str
    org: str
    act: str
    at: datetime
    applied: bool
    reason: str
    digests: str = Field(sa_column=Column(Text, nullable=False))  # comma-separated
    evidence: str = Field(sa_column=Column(Text, nullable=False))  # JSON: SHA-256 in hex


class Selection(SQLModel, table=True):
    """A random selection (双随机): its announcement, and the draw once there is one.

    ``verdict``: "" before the draw, true where it follows from the announcement, else false.
    ``digests``: of what was said of it in words, comma-separated.
    """

    __tablename__ = "selection"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    org: str
    purpose: str
    digests: str = Field(sa_column=Column(Text, nullable=False))
    at_size: int = Field(sa_type=LEDGER_INDEX)
    candidates: str = Field(sa_column=Column(Text, nullable=False))
    inspectors: str = Field(sa_column=Column(Text, nullable=False))
    orgs: int
    per_org: int
    beacon: str
    announced_at: datetime
    drawn_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    root: str
    beacon_value: str
    visits: str = Field(sa_column=Column(Text, nullable=False))
    verdict: str


class Inspection(SQLModel, table=True):
    """A visit or an online inspection, scored by the checklist; ``permille`` of possible points."""

    __tablename__ = "inspection"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    org: str = Field(index=True)
    act: str
    mode: str
    day: date
    selection: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    edition: str
    scores: str = Field(sa_column=Column(Text, nullable=False))
    points: int
    possible: int
    permille: int
    grade: str
    failed: str  # comma-separated key items at 0
    photographs: str = Field(sa_column=Column(Text, nullable=False))


class PositiveListing(SQLModel, table=True):
    """An organisation of the positive list (正面清单): inspected online only until ``until``."""

    __tablename__ = "positive_listing"

    org: str = Field(primary_key=True)
    listed: bool
    until: date
    reason: str
    idx: int = Field(sa_type=LEDGER_INDEX)


class OrgClass(SQLModel, table=True):
    """An organisation's management class (管理类别)."""

    __tablename__ = "org_class"

    org: str = Field(primary_key=True)
    management: str
    since: datetime
    idx: int = Field(sa_type=LEDGER_INDEX)


class Filing(SQLModel, table=True):
    """A declaration or plan that was filed; of several of one period the first counts."""

    __tablename__ = "filing"

    org: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    document: str
    filed_at: datetime
    idx: int = Field(sa_type=LEDGER_INDEX)


class RoutePlan(SQLModel, table=True):
    """The planned route of a manifest. ``points``: JSON, pairs of decimal degrees as text."""

    __tablename__ = "route_plan"

    manifest: str = Field(primary_key=True)
    org: str
    points: str = Field(sa_column=Column(Text, nullable=False))
    width_m: int | None = None
    minutes: int | None = None
    idx: int = Field(sa_type=LEDGER_INDEX)
