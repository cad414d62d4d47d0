"""The life of findings, random selections, inspections, filings, planned routes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _findings()
    _selections()
    _inspections()
    _organisations()
    _routes()


def _findings() -> None:
    op.create_table(
        "finding_life",
        *_texts("key", "status"),
        _time("since"),
        _index("last_idx"),
        sa.PrimaryKeyConstraint("key", name="pk_finding_life"),
    )
    op.create_index("ix_finding_life_status", "finding_life", ["status"])
    op.create_table(
        "finding_step",
        _index("idx", autoincrement=False),
        *_texts("key", "typ", "org", "act"),
        _time("at"),
        sa.Column("applied", sa.Boolean(), nullable=False),
        *_texts("reason", "statement"),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name="pk_finding_step"),
    )
    op.create_index("ix_finding_step_key", "finding_step", ["key"])


def _selections() -> None:
    op.create_table(
        "selection",
        _index("idx", autoincrement=False),
        *_texts("org", "purpose"),
        _index("at_size"),
        sa.Column("candidates", sa.Text(), nullable=False),
        sa.Column("inspectors", sa.Text(), nullable=False),
        sa.Column("orgs", sa.Integer(), nullable=False),
        sa.Column("per_org", sa.Integer(), nullable=False),
        *_texts("beacon"),
        _time("announced_at"),
        sa.Column("drawn_idx", LEDGER_INDEX, nullable=True),
        *_texts("root", "beacon_value"),
        sa.Column("visits", sa.Text(), nullable=False),
        *_texts("verdict"),
        sa.PrimaryKeyConstraint("idx", name="pk_selection"),
    )


def _inspections() -> None:
    op.create_table(
        "inspection",
        _index("idx", autoincrement=False),
        *_texts("org", "act", "mode"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("selection", LEDGER_INDEX, nullable=True),
        *_texts("edition"),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("permille", sa.Integer(), nullable=False),
        *_texts("grade", "failed"),
        sa.Column("photographs", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name="pk_inspection"),
    )
    op.create_index("ix_inspection_org", "inspection", ["org"])
    op.create_table(
        "positive_listing",
        *_texts("org"),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        *_texts("reason"),
        _index("idx"),
        sa.PrimaryKeyConstraint("org", name="pk_positive_listing"),
    )


def _organisations() -> None:
    op.create_table(
        "org_class",
        *_texts("org", "management"),
        _time("since"),
        _index("idx"),
        sa.PrimaryKeyConstraint("org", name="pk_org_class"),
    )
    op.create_table(
        "filing",
        *_texts("org", "kind", "period", "document"),
        _time("filed_at"),
        _index("idx"),
        sa.PrimaryKeyConstraint("org", "kind", "period", name="pk_filing"),
    )
    op.create_table(
        "small_producer_visit",
        *_texts("org", "platform"),
        _time("last_collected_at"),
        sa.Column("weight_kg", sa.BigInteger(), nullable=False),
        _index("idx"),
        sa.PrimaryKeyConstraint("org", name="pk_small_producer_visit"),
    )
    op.create_index("ix_small_producer_visit_platform", "small_producer_visit", ["platform"])


def _routes() -> None:
    op.create_table(
        "route_plan",
        *_texts("manifest", "org"),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("width_m", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        _index("idx"),
        sa.PrimaryKeyConstraint("manifest", name="pk_route_plan"),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _index(name: str, **more: bool) -> sa.Column[int]:
    return sa.Column(name, LEDGER_INDEX, nullable=False, **more)  # type: ignore[arg-type]


def downgrade() -> None:
    for table in (
        "route_plan",
        "small_producer_visit",
        "filing",
        "org_class",
        "positive_listing",
        "inspection",
        "selection",
        "finding_step",
        "finding_life",
    ):
        op.drop_table(table)
