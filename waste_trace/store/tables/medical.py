"""Medical waste (医疗废物) by container: where it arose, both signatures of each hand-over."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class MedicalBox(SQLModel, table=True):
    """A container of medical waste.

    A hand-over has two sides, each by a device of its own: the department hands in and the store
    stores in; the store gives out and the collector takes. ``*_dev``: which device signed.
    """

    __tablename__ = "medical_box"

    container: str = Field(primary_key=True)
    org: str = Field(index=True)  # the institution (医疗机构)
    waste_code: str
    department: str
    box: str
    filled_at: datetime | None = None
    handed_at: datetime | None = None
    handed_dev: str
    handed_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    stored_at: datetime | None = None
    stored_dev: str
    stored_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    given_at: datetime | None = None
    given_dev: str
    given_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    taken_at: datetime | None = Field(default=None, index=True)
    taken_dev: str
    taken_idx: int | None = Field(default=None, sa_type=LEDGER_INDEX)
    taken_by: str = Field(index=True)
