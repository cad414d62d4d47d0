"""Nobody looks events up by their id, and every event paid for that index."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_event_index_event_id", "event_index")


def downgrade() -> None:
    op.create_index("ix_event_index_event_id", "event_index", ["event_id"])
