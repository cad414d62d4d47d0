"""What is said of a finding in words is personal data: the step keeps digests alone."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _exchange("statement", sa.Column("digests", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    _exchange("digests", sa.Column("statement", sa.String(), nullable=False, server_default=""))


def _exchange(old: str, new: "sa.Column[str]") -> None:
    with op.batch_alter_table("finding_step") as table:
        table.drop_column(old)
        table.add_column(new)
    with op.batch_alter_table("finding_step") as table:
        table.alter_column(new.name, server_default=None)
