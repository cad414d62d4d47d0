"""Administrators, one-time links, notices, webhooks; an index from events to their containers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _widen_accounts()
    op.create_table(
        "invitation",
        *_texts("token_hash", "username", "created_by"),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_invitation"),
    )
    op.create_index("ix_invitation_username", "invitation", ["username"])
    _create_notices()
    _create_webhooks()
    op.create_index("ix_container_event_idx", "container_event", ["idx"])


def _widen_accounts() -> None:
    with op.batch_alter_table("app_user") as table:
        table.add_column(
            sa.Column("admin", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("email", sa.String(), nullable=False, server_default=""))
    # The defaults were for the rows that are there; a new row says what it is.
    with op.batch_alter_table("app_user") as table:
        table.alter_column("admin", server_default=None)
        table.alter_column("email", server_default=None)


def _create_notices() -> None:
    op.create_table(
        "notice",
        *_texts("pseudonym", "fact", "kind", "zh", "en", "href"),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        *_texts("email"),
        sa.Column("mailed_at", TIME, nullable=True),
        *_texts("mail_error"),
        sa.PrimaryKeyConstraint("pseudonym", "fact", name="pk_notice"),
    )
    op.create_index("ix_notice_pseudonym_read_at", "notice", ["pseudonym", "read_at"])
    op.create_index("ix_notice_told_at", "notice", ["told_at"])
    op.create_table(
        "subscription",
        *_texts("pseudonym", "kind"),
        sa.Column("shown", sa.Boolean(), nullable=False),
        *_texts("email"),
        sa.PrimaryKeyConstraint("pseudonym", "kind", name="pk_subscription"),
    )


def _create_webhooks() -> None:
    op.create_table(
        "webhook",
        *_texts("id", "org", "url", "kinds"),
        sa.Column("generation", sa.Integer(), nullable=False),
        *_texts("created_by"),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("stopped_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_index("ix_webhook_org", "webhook", ["org"])
    op.create_table(
        "webhook_delivery",
        *_texts("id", "webhook", "kind"),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        *_texts("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *_texts("answered"),
        sa.Column("done_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
    )
    op.create_index("ix_webhook_delivery_webhook_idx", "webhook_delivery", ["webhook", "idx"])
    op.create_index("ix_webhook_delivery_created_at", "webhook_delivery", ["created_at"])
    op.create_index("ix_webhook_delivery_state", "webhook_delivery", ["state"])


def downgrade() -> None:
    op.drop_index("ix_container_event_idx", "container_event")
    for name in ("webhook_delivery", "webhook", "subscription", "notice", "invitation"):
        op.drop_table(name)
    with op.batch_alter_table("app_user") as table:
        table.drop_column("email")
        table.drop_column("admin")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
