"""Background work that a committed fact asks for; the broker only wakes whoever does it."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class Outbox(SQLModel, table=True):
    """A job, written in the same transaction as the fact that asks for it."""

    __tablename__ = "outbox"

    id: str = Field(primary_key=True)
    task: str
    args: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime
    not_before: datetime = Field(index=True)
    leased_until: datetime | None = None
    attempts: int
    done_at: datetime | None = Field(default=None, index=True)
    last_error: str
