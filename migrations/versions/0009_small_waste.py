"""Small producers: registered wastes, contacts, clients, requests, rounds and their stops.

What they hold is read from the ledger: a rebuild after this step fills them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_producers()
    _create_collection()


def downgrade() -> None:
    for name in ("round_stop", "collection_round", "collection_request", "client", "contact",
                 "waste_stream"):  # fmt: skip
        op.drop_table(name)


def _create_producers() -> None:
    op.create_table(
        "waste_stream",
        *_texts("org", "waste_code", "edition", "waste_name", "form", "hazards"),
        sa.Column("forecast_kg", sa.BigInteger(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("org", "waste_code", name="pk_waste_stream"),
    )
    op.create_index("ix_waste_stream_waste_code", "waste_stream", ["waste_code"])
    op.create_table(
        "contact",
        *_texts("org"),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("org", name="pk_contact"),
    )
    op.create_table(
        "client",
        *_texts("platform", "producer", "status", "contract", "since", "until", "waste_codes"),
        sa.Column("interval_days", sa.Integer(), nullable=True),
        *_texts("waiting", "planned_round"),
        sa.Column("visited_at", TIME, nullable=True),
        *_texts("outcome"),
        sa.Column("collected_at", TIME, nullable=True),
        sa.Column("signed_idx", LEDGER_INDEX, nullable=True),
        sa.PrimaryKeyConstraint("platform", "producer", name="pk_client"),
    )
    op.create_index("ix_client_producer", "client", ["producer"])


def _create_collection() -> None:
    op.create_table(
        "collection_request",
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        *_texts("platform", "producer"),
        sa.Column("wastes", sa.Text(), nullable=False),
        *_texts("wanted_by", "channel"),
        sa.Column("asked_at", TIME, nullable=False),
        *_texts("status", "round"),
        sa.Column("answered_idx", LEDGER_INDEX, nullable=True),
        sa.PrimaryKeyConstraint("idx", name="pk_collection_request"),
    )
    for name in ("platform", "producer", "status"):
        op.create_index(f"ix_collection_request_{name}", "collection_request", [name])
    op.create_table(
        "collection_round",
        *_texts("platform", "round", "day", "vehicle_plate", "driver"),
        sa.Column("producers", sa.Text(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("platform", "round", name="pk_collection_round"),
    )
    op.create_table(
        "round_stop",
        *_texts("platform", "round", "producer"),
        sa.Column("n", sa.Integer(), nullable=False),
        *_texts("requests"),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        *_texts("outcome", "reason"),
        sa.Column("visited_at", TIME, nullable=True),
        sa.Column("visited_idx", LEDGER_INDEX, nullable=True),
        sa.Column("containers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "round", "producer", name="pk_round_stop"),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
