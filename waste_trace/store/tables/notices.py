"""What people were told and want to be told, and what is pushed to organisations' own systems.

None of it is read from the ledger: it is the readers' own state. A rebuild leaves it alone, so that
nobody is told twice.
"""

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class Notice(SQLModel, table=True):
    """One fact told to one person (通知). ``fact`` names it, so that it is told once.

    ``shown``: in the person's list. ``email``: off, each or digest; ``mailed_at``: when it went.
    """

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_pseudonym_read_at", "pseudonym", "read_at"),)

    pseudonym: str = Field(primary_key=True)
    fact: str = Field(primary_key=True)
    kind: str
    zh: str
    en: str
    href: str
    idx: int = Field(sa_type=LEDGER_INDEX)
    told_at: datetime = Field(index=True)
    shown: bool
    read_at: datetime | None = None
    email: str
    mailed_at: datetime | None = None
    mail_error: str


class Subscription(SQLModel, table=True):
    """How a person wants to hear of a kind; without a row the default of their role counts."""

    __tablename__ = "subscription"

    pseudonym: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    shown: bool
    email: str


class Webhook(SQLModel, table=True):
    """Where an organisation's own system wants to hear. ``kinds``: comma-separated, "" for all.

    The secret is derived from a key file, this row's id and ``generation``; no row holds it.
    """

    __tablename__ = "webhook"

    id: str = Field(primary_key=True)
    org: str = Field(index=True)
    url: str
    kinds: str
    generation: int
    created_by: str
    created_at: datetime
    stopped_at: datetime | None = None


class WebhookDelivery(SQLModel, table=True):
    """One fact for one webhook, with the exact body that is signed and sent. ``idx`` is the cursor.

    ``state``: waiting, delivered or dead (given up; it can be replayed).
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("ix_webhook_delivery_webhook_idx", "webhook", "idx"),)

    id: str = Field(primary_key=True)
    webhook: str
    kind: str
    idx: int = Field(sa_type=LEDGER_INDEX)
    body: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(index=True)
    state: str = Field(index=True)
    attempts: int
    answered: str
    done_at: datetime | None = None
