"""Heaps of loose waste that were taken stock of.

What the table holds is read from the ledger: a rebuild after this step fills it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heap",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("org", "site", "waste_code")),
        sa.Column("stocktakes", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org", "site", "waste_code", name="pk_heap"),
    )


def downgrade() -> None:
    op.drop_table("heap")
