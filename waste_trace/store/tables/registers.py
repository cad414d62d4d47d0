"""What parties hold and what bureaus have approved: plans, licences, qualifications, contracts.

Days are texts ("2026-11-25", Asia/Shanghai), which sort as days do.
"""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class Plan(SQLModel, table=True):
    """A management plan (管理计划) as it was filed or last amended; ``body``: the event's."""

    __tablename__ = "plan"

    org: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    level: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    filed_at: datetime
    filed_idx: int = Field(sa_type=LEDGER_INDEX)
    idx: int = Field(sa_type=LEDGER_INDEX)


class Permit(SQLModel, table=True):
    """A licence (经营许可证). ``confirmed``: a bureau has registered it, not its holder alone."""

    __tablename__ = "permit"

    permit: str = Field(primary_key=True)
    org: str = Field(index=True)
    kind: str
    wastes: str = Field(sa_column=Column(Text, nullable=False))
    valid_from: str
    valid_to: str
    confirmed: bool
    suspended_from: str
    suspended_to: str
    idx: int = Field(sa_type=LEDGER_INDEX)


class Qualification(SQLModel, table=True):
    """A transport qualification (运输资质) of a carrier, a vehicle or a person (pseudonym)."""

    __tablename__ = "qualification"

    org: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    number: str
    valid_from: str
    valid_to: str
    confirmed: bool
    idx: int = Field(sa_type=LEDGER_INDEX)


class Contract(SQLModel, table=True):
    """A contract (合同) of ``org`` with a carrier or receiver; no ``codes``: on all wastes."""

    __tablename__ = "contract"

    org: str = Field(primary_key=True)
    contract: str = Field(primary_key=True)
    partner: str = Field(index=True)
    role: str
    codes: str = Field(sa_column=Column(Text, nullable=False))
    valid_from: str
    valid_to: str
    idx: int = Field(sa_type=LEDGER_INDEX)


class TransferApplication(SQLModel, table=True):
    """An application to move waste to another province, by the entry that made it.

    ``status``: applied, endorsed (初步意见同意), agreed (移入地同意), approved, refused.
    ``approved_to``: the last day of the approval, "" before there is one.
    """

    __tablename__ = "transfer_application"

    idx: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    org: str = Field(index=True)
    receiver: str = Field(index=True)
    lines: str = Field(sa_column=Column(Text, nullable=False))
    valid_from: str
    valid_to: str
    permit: str
    contract: str
    status: str = Field(index=True)
    number: str
    approved_to: str
    applied_at: datetime
    opinion_at: datetime | None = None
    replied_at: datetime | None = None
    decided_at: datetime | None = None
