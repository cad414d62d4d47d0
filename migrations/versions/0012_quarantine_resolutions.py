"""Refused input names its device and payload; what became of it is said beside it, append-only."""

import base64
import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("dev", sa.String(), nullable=True))
    op.add_column("quarantine", sa.Column("payload_hash", sa.LargeBinary(), nullable=True))
    op.create_index("ix_quarantine_dev", "quarantine", ["dev"])
    _name_devices()
    op.create_table(
        "quarantine_resolution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quarantine_id", sa.Integer(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["quarantine_id"],
            ["quarantine.id"],
            name="fk_quarantine_resolution_quarantine_id_quarantine",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine_resolution"),
    )
    op.create_index(
        "ix_quarantine_resolution_quarantine_id", "quarantine_resolution", ["quarantine_id"]
    )
    _freeze()


def _name_devices() -> None:
    """Rows that were kept before: read what they say of themselves."""
    bind = op.get_bind()
    change = sa.text("UPDATE quarantine SET dev = :dev, payload_hash = :hash WHERE id = :id")
    for row_id, body in bind.execute(sa.text("SELECT id, body FROM quarantine")).all():
        try:
            value = json.loads(bytes(body))
            payload = base64.b64decode(value.get("envelope", value)["payload"])
            dev = str(json.loads(payload)["dev"])[:64].replace("\x00", "")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        bind.execute(change, {"id": row_id, "dev": dev, "hash": hashlib.sha256(payload).digest()})


def _freeze() -> None:
    table = "quarantine_resolution"
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'resolutions are append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("quarantine_resolution")
    op.drop_index("ix_quarantine_dev", "quarantine")
    op.drop_column("quarantine", "payload_hash")
    op.drop_column("quarantine", "dev")
