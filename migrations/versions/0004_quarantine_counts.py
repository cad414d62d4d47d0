"""Refused input is one row for the same bytes and reason, also when many send it at once."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SAME = "one.sha256 = quarantine.sha256 AND one.reason = quarantine.reason"


def upgrade() -> None:
    op.execute(
        f"UPDATE quarantine SET times = (SELECT SUM(one.times) FROM quarantine one WHERE {_SAME})"  # noqa: S608 - no input in it
    )
    op.execute(
        "DELETE FROM quarantine WHERE id NOT IN "
        "(SELECT MIN(id) FROM quarantine GROUP BY sha256, reason)"
    )
    op.drop_index("ix_quarantine_sha256", "quarantine")
    op.create_index("ux_quarantine_sha256", "quarantine", ["sha256", "reason"], unique=True)


def downgrade() -> None:
    op.drop_index("ux_quarantine_sha256", "quarantine")
    op.create_index("ix_quarantine_sha256", "quarantine", ["sha256"])
