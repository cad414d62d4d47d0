"""Far marks on containers, coordinates of sites, and since when an event is proven to be."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = (
    ("container", sa.Column("mark", sa.Integer(), nullable=True)),
    ("site", sa.Column("latitude", sa.String(), nullable=True)),
    ("site", sa.Column("longitude", sa.String(), nullable=True)),
    ("event_index", sa.Column("proven_after", sa.DateTime(timezone=True), nullable=True)),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, column)


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)
