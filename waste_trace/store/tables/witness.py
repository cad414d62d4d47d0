"""What witnesses said about checkpoints. The checkpoint's own row stays as it was signed."""

from sqlmodel import Field, SQLModel

from waste_trace.store.tables.columns import LEDGER_INDEX


class Cosignature(SQLModel, table=True):
    """One witness's line under one checkpoint; the first one is kept: it proves the most."""

    __tablename__ = "cosignature"

    size: int = Field(
        sa_type=LEDGER_INDEX, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    witness: str = Field(primary_key=True)  # key name + key id: "witness.example/w1+b1c2d3e4"
    line: str
    unix_seconds: int = Field(sa_type=LEDGER_INDEX)
