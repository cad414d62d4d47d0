"""When a small producer was last visited stands with the platform's clients."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("small_producer_visit")


def downgrade() -> None:
    op.create_table(
        "small_producer_visit",
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("last_collected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weight_kg", sa.BigInteger(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("org", name="pk_small_producer_visit"),
    )
    op.create_index("ix_small_producer_visit_platform", "small_producer_visit", ["platform"])
