"""Personal data beside the ledger, sealed; the keys that unseal it; who has read it.

What a digest in a leaf stands for. The only tables about events whose rows may be erased; none of
them is read from the ledger, so a rebuild leaves them alone.
"""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class DisclosureRow(SQLModel, table=True):
    """A disclosure under its own key. Erased: ``sealed`` is empty and ``erased_at`` is set."""

    __tablename__ = "disclosure"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    digest: str = Field(primary_key=True, index=True)
    name: str
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime
    erased_at: datetime | None = None


class DisclosureKey(SQLModel, table=True):
    """The key of one disclosure, wrapped. Without it every copy of the row above is noise."""

    __tablename__ = "disclosure_key"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    digest: str = Field(primary_key=True)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DisclosureAccess(SQLModel, table=True):
    """Who was shown what, when and for what; append-only. ``names`` is comma-separated."""

    __tablename__ = "disclosure_access"

    id: int | None = Field(default=None, primary_key=True)
    read_at: datetime
    pseudonym: str = Field(index=True)
    org: str
    purpose: str
    idx: int = Field(sa_type=LEDGER_INDEX, index=True)
    names: str
