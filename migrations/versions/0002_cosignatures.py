"""Witnesses' cosignatures, beside the checkpoints that they are for."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cosignature",
        sa.Column("size", LEDGER_INDEX, autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("unix_seconds", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_cosignature"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER cosignature_no_{verb.lower()} BEFORE {verb} ON cosignature "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER cosignature_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON cosignature "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("cosignature")
