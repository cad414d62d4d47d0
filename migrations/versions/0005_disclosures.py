"""Personal data beside the ledger: sealed disclosures, their keys, and who has read them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("idx", LEDGER_INDEX, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("idx", "digest", name="pk_disclosure"),
    )
    op.create_index("ix_disclosure_digest", "disclosure", ["digest"])
    op.create_table(
        "disclosure_key",
        sa.Column("idx", LEDGER_INDEX, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx", "digest", name="pk_disclosure_key"),
    )
    op.create_table(
        "disclosure_access",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("names", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disclosure_access"),
    )
    op.create_index("ix_disclosure_access_idx", "disclosure_access", ["idx"])
    op.create_index("ix_disclosure_access_pseudonym", "disclosure_access", ["pseudonym"])
    _freeze_access()


def _freeze_access() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER disclosure_access_no_{verb.lower()} BEFORE {verb} "
                "ON disclosure_access "
                "BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER disclosure_access_frozen BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON disclosure_access FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("disclosure_access")
    op.drop_table("disclosure_key")
    op.drop_table("disclosure")
