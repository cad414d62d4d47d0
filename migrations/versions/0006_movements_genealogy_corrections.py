"""The books of every kilogram, a genealogy with weights, and corrections.

What they hold is read from the ledger: a rebuild after this step fills them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("container", sa.Column("content_kg", sa.BigInteger(), nullable=True))
    op.drop_table("container_link")
    op.create_table(
        "movement",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("waste_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("weight_kg", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", "n", name="pk_movement"),
    )
    op.create_index("ix_movement_account", "movement", ["org", "waste_code", "at"])
    op.create_table(
        "genealogy_edge",
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("child", sa.String(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("weight_kg", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("parent", "child", "idx", name="pk_genealogy_edge"),
    )
    op.create_index("ix_genealogy_edge_child", "genealogy_edge", ["child"])
    _create_correction()


def _create_correction() -> None:
    op.create_table(
        "correction",
        sa.Column("idx", LEDGER_INDEX, autoincrement=False, nullable=False),
        sa.Column("corrects", LEDGER_INDEX, nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("others", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answered_idx", LEDGER_INDEX, nullable=True),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name="pk_correction"),
    )
    for column in ("corrects", "org", "status"):
        op.create_index(f"ix_correction_{column}", "correction", [column])


def downgrade() -> None:
    for table in ("correction", "genealogy_edge", "movement"):
        op.drop_table(table)
    op.create_table(
        "container_link",
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("child", sa.String(), nullable=False),
        sa.Column("weight_kg", sa.BigInteger(), nullable=True),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("parent", "child", name="pk_container_link"),
    )
    op.create_index("ix_container_link_child", "container_link", ["child"])
    op.drop_column("container", "content_kg")
