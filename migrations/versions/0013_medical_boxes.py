"""Boxes of medical waste with both sides of every hand-over.

What the table holds is read from the ledger: a rebuild after this step fills it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    sides: list[sa.Column[Any]] = []
    for side in ("handed", "stored", "given", "taken"):
        sides += [
            sa.Column(f"{side}_at", TIME, nullable=True),
            sa.Column(f"{side}_dev", sa.String(), nullable=False),
            sa.Column(f"{side}_idx", LEDGER_INDEX, nullable=True),
        ]
    names = ("container", "org", "waste_code", "department", "box")
    op.create_table(
        "medical_box",
        *(sa.Column(name, sa.String(), nullable=False) for name in names),
        sa.Column("filled_at", TIME, nullable=True),
        *sides,
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("container", name="pk_medical_box"),
    )
    for name in ("org", "taken_at", "taken_by"):
        op.create_index(f"ix_medical_box_{name}", "medical_box", [name])


def downgrade() -> None:
    op.drop_table("medical_box")
