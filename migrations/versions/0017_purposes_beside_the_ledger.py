"""What a selection is for in words is personal data: the row has a code and digests.

What the column holds is read from the ledger: a rebuild after this step fills it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("selection") as table:
        table.add_column(sa.Column("digests", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("selection") as table:
        table.alter_column("digests", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("selection") as table:
        table.drop_column("digests")
