"""Management plans, licences, qualifications, contracts and approvals across provinces.

What they hold is read from the ledger.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.String(), nullable=False)


def _long(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False)


def _index(name: str) -> "sa.Column[int]":
    return sa.Column(name, LEDGER_INDEX, nullable=False)


def upgrade() -> None:
    op.create_table(
        "plan",
        _text("org"),
        sa.Column("year", sa.Integer(), nullable=False),
        _text("level"),
        _long("body"),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        _index("filed_idx"),
        _index("idx"),
        sa.PrimaryKeyConstraint("org", "year", name="pk_plan"),
    )
    op.create_table(
        "permit",
        *map(_text, ("permit", "org", "kind")),
        _long("wastes"),
        *map(_text, ("valid_from", "valid_to")),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        *map(_text, ("suspended_from", "suspended_to")),
        _index("idx"),
        sa.PrimaryKeyConstraint("permit", name="pk_permit"),
    )
    op.create_index("ix_permit_org", "permit", ["org"])
    op.create_table(
        "qualification",
        *map(_text, ("org", "kind", "subject", "number", "valid_from", "valid_to")),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        _index("idx"),
        sa.PrimaryKeyConstraint("org", "kind", "subject", name="pk_qualification"),
    )
    op.create_table(
        "contract",
        *map(_text, ("org", "contract", "partner", "role")),
        _long("codes"),
        *map(_text, ("valid_from", "valid_to")),
        _index("idx"),
        sa.PrimaryKeyConstraint("org", "contract", name="pk_contract"),
    )
    op.create_index("ix_contract_partner", "contract", ["partner"])
    _create_application()


def _create_application() -> None:
    times = ("opinion_at", "replied_at", "decided_at")
    op.create_table(
        "transfer_application",
        sa.Column("idx", LEDGER_INDEX, autoincrement=False, nullable=False),
        *map(_text, ("org", "receiver")),
        _long("lines"),
        *map(_text, ("valid_from", "valid_to", "permit", "contract", "status", "number")),
        _text("approved_to"),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in times),
        sa.PrimaryKeyConstraint("idx", name="pk_transfer_application"),
    )
    for column in ("org", "receiver", "status"):
        op.create_index(f"ix_transfer_application_{column}", "transfer_application", [column])


def downgrade() -> None:
    for table in ("transfer_application", "contract", "qualification", "permit", "plan"):
        op.drop_table(table)
