"""Manifests with a part for each carrier, decisions by container and line, paper, and parties.

What they hold is read from the ledger: a rebuild after this step fills them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXTS = {
    "kind": "hazardous",
    "carriers": "[]",
    "decisions": "{}",
    "outcomes": "[]",
    "method": "",
    "paper_number": "",
}
_LONG = ("carriers", "decisions", "outcomes")
_TIMES = ("paper_at", "arrived_at", "confirmed_at")


def upgrade() -> None:
    with op.batch_alter_table("manifest") as table:
        for name, empty in _TEXTS.items():
            kind = sa.Text() if name in _LONG else sa.String()
            table.add_column(sa.Column(name, kind, nullable=False, server_default=empty))
        table.add_column(sa.Column("transfer", LEDGER_INDEX, nullable=True))
        for name in _TIMES:
            table.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("manifest") as table:
        for name in _TEXTS:
            table.alter_column(name, server_default=None)
    op.create_index("ix_manifest_transfer", "manifest", ["transfer"])
    op.create_table(
        "manifest_party",
        sa.Column("manifest", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("since_idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("manifest", "org", name="pk_manifest_party"),
    )
    op.create_index("ix_manifest_party_org", "manifest_party", ["org"])


def downgrade() -> None:
    op.drop_table("manifest_party")
    op.drop_index("ix_manifest_transfer", "manifest")
    with op.batch_alter_table("manifest") as table:
        for name in (*_TEXTS, "transfer", *_TIMES):
            table.drop_column(name)
