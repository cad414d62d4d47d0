"""Who and where: organisations, sites and devices, as the ledger has registered them."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX, Kilograms


class Organisation(SQLModel, table=True):
    """A party (单位), keyed by its 统一社会信用代码."""

    __tablename__ = "organisation"

    org: str = Field(primary_key=True)
    name: str
    kinds: str  # comma-separated, in the order of registration
    region: str
    registered_idx: int = Field(sa_type=LEDGER_INDEX)


class Site(SQLModel, table=True):
    """A place where waste stands or is worked on (贮存设施, 处置设施, 收集点)."""

    __tablename__ = "site"

    site: str = Field(primary_key=True)
    org: str = Field(index=True)
    name: str
    kind: str
    latitude: str | None = None  # decimal degrees, WGS 84
    longitude: str | None = None
    capacity_kg: Decimal | None = Field(default=None, sa_type=Kilograms)


class Device(SQLModel, table=True):
    """A key that signs: a handheld, a camera station or one of our own services."""

    __tablename__ = "device"

    dev: str = Field(primary_key=True)
    ep: int = Field(primary_key=True)
    org: str = Field(index=True)
    name: str
    purpose: str
    alg: str
    public_key: str
    enrolled_idx: int = Field(sa_type=LEDGER_INDEX)
    revoked_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    last_good_seq: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    next_seq: int = Field(sa_type=LEDGER_INDEX)
    last_hash: str
    chain: str  # JSON of the chain state: gaps and heads
    last_seen_at: datetime | None = None
