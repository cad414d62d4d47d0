"""What is wrong or might be: findings, quarantined input, camera frames and their verdicts."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class Finding(SQLModel, table=True):
    """Something that the rules say of the record (问题). ``facts`` is JSON, ready to be shown."""

    __tablename__ = "finding"

    key: str = Field(primary_key=True)  # rule:subject:index, so that a rule never doubles itself
    rule: str = Field(index=True)
    severity: str
    subject: str = Field(index=True)
    org: str = Field(index=True)
    zh: str
    en: str
    clause: str
    facts: str = Field(sa_column=Column(Text, nullable=False))
    raised_idx: int = Field(sa_type=LEDGER_INDEX)
    raised_at: datetime
    cleared_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)


class Quarantine(SQLModel, table=True):
    """Input that was refused and may be evidence. Not part of the ledger, never deleted by us."""

    __tablename__ = "quarantine"
    # The same bytes for the same reason are one row, however many send them at once.
    __table_args__ = (Index("ux_quarantine_sha256", "sha256", "reason", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    received_at: datetime = Field(index=True)
    channel: str
    remote: str
    reason: str = Field(index=True)
    zh: str
    en: str
    sha256: str
    length: int
    media_type: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    times: int
    # As the body says it, which nobody has proven; None where it says nothing.
    dev: str | None = Field(default=None, index=True)
    payload_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class QuarantineResolution(SQLModel, table=True):
    """What somebody decided about refused input; append-only, the newest one counts.

    ``outcome``: "recorded" (as entry ``idx``), "rejected" for good, or "forwarded".
    """

    __tablename__ = "quarantine_resolution"

    id: int | None = Field(default=None, primary_key=True)
    quarantine_id: int = Field(foreign_key="quarantine.id", index=True)
    resolved_at: datetime
    outcome: str
    idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    reason: str
    username: str


class Camera(SQLModel, table=True):
    """A storage-site camera and the frames that it is judged against."""

    __tablename__ = "camera"

    camera: str = Field(primary_key=True)
    org: str = Field(index=True)
    site: str
    reference_sha256: str
    previous_sha256: str
    last_verdict: str
    last_idx: int = Field(sa_type=LEDGER_INDEX)


class Frame(SQLModel, table=True):
    """A frame that was captured (event) and, once the worker has looked, its verdict (event)."""

    __tablename__ = "frame"

    idx: int = Field(sa_type=LEDGER_INDEX, primary_key=True)
    camera: str = Field(index=True)
    org: str = Field(index=True)
    site: str
    sha256: str = Field(index=True)
    media_type: str
    captured_at: datetime
    verdict_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    verdict: str
    detail: str = Field(sa_column=Column(Text, nullable=False))
