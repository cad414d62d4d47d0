"""The first schema: the ledger, what is read from it, access, quarantine and the outbox.

The ledger's own rows cannot be changed or deleted by a statement that slips through: triggers
refuse it. That is hygiene; the proof is the tree.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LEDGER_INDEX = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "log_state",
    "entry",
    "tile",
    "checkpoint",
    "event_index",
    "organisation",
    "site",
    "device",
    "batch",
    "container",
    "container_event",
    "container_link",
    "manifest",
    "finding",
    "quarantine",
    "camera",
    "frame",
    "app_user",
    "login_session",
    "enrolment_code",
    "outbox",
)
FROZEN = ("entry", "checkpoint")


def upgrade() -> None:
    _create_ledger()
    _create_parties()
    _create_custody()
    _create_evidence()
    _create_access()
    _create_work()
    for table in FROZEN:
        _freeze(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _create_ledger() -> None:
    op.create_table(
        "log_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("size", LEDGER_INDEX, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("ms_last", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_state"),
    )
    op.create_table(
        "entry",
        sa.Column("idx", LEDGER_INDEX, autoincrement=False, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name="pk_entry"),
        sa.UniqueConstraint("payload_hash", name="uq_entry_payload_hash"),
    )
    op.create_table(
        "tile",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("n", LEDGER_INDEX, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "n", name="pk_tile"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", LEDGER_INDEX, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("ms", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "event_index",
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("typ", sa.String(), nullable=False),
        sa.Column("dev", sa.String(), nullable=False),
        sa.Column("ep", sa.Integer(), nullable=False),
        sa.Column("seq", LEDGER_INDEX, nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("chain_flags", sa.String(), nullable=False),
        sa.Column("manifest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name="pk_event_index"),
        sa.UniqueConstraint("dev", "ep", "seq", name="uq_event_index_dev"),
    )
    op.create_index("ix_event_index_claimed_at", "event_index", ["claimed_at"])
    op.create_index("ix_event_index_event_id", "event_index", ["event_id"])
    op.create_index("ix_event_index_manifest", "event_index", ["manifest"])
    op.create_index("ix_event_index_org", "event_index", ["org"])
    op.create_index("ix_event_index_typ", "event_index", ["typ"])


def _create_parties() -> None:
    op.create_table(
        "organisation",
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("registered_idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("org", name="pk_organisation"),
    )
    op.create_table(
        "site",
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("capacity_kg", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", name="pk_site"),
    )
    op.create_index("ix_site_org", "site", ["org"])
    op.create_table(
        "device",
        sa.Column("dev", sa.String(), nullable=False),
        sa.Column("ep", sa.Integer(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("alg", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("enrolled_idx", LEDGER_INDEX, nullable=False),
        sa.Column("revoked_idx", LEDGER_INDEX, nullable=True),
        sa.Column("last_good_seq", LEDGER_INDEX, nullable=True),
        sa.Column("next_seq", LEDGER_INDEX, nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("dev", "ep", name="pk_device"),
    )
    op.create_index("ix_device_org", "device", ["org"])


def _create_custody() -> None:
    op.create_table(
        "batch",
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("waste_code", sa.String(), nullable=False),
        sa.Column("edition", sa.String(), nullable=False),
        sa.Column("waste_name", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("weight_kg", sa.BigInteger(), nullable=False),
        sa.Column("facility", sa.String(), nullable=False),
        sa.Column("produced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("batch", "org", name="pk_batch"),
    )
    op.create_index("ix_batch_waste_code", "batch", ["waste_code"])
    op.create_table(
        "container",
        sa.Column("container", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("waste_code", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("manifest", sa.String(), nullable=False),
        sa.Column("issued", sa.Boolean(), nullable=False),
        sa.Column("rotation", sa.Integer(), nullable=False),
        sa.Column("volume_l", sa.Integer(), nullable=True),
        sa.Column("declared_kg", sa.BigInteger(), nullable=True),
        sa.Column("dispatched_kg", sa.BigInteger(), nullable=True),
        sa.Column("received_kg", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("first_idx", LEDGER_INDEX, nullable=False),
        sa.Column("last_idx", LEDGER_INDEX, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("container", name="pk_container"),
    )
    op.create_index("ix_container_holder", "container", ["holder"])
    op.create_index("ix_container_manifest", "container", ["manifest"])
    op.create_index("ix_container_site", "container", ["site"])
    op.create_index("ix_container_state", "container", ["state"])
    op.create_index("ix_container_unit", "container", ["unit"])
    op.create_index("ix_container_waste_code", "container", ["waste_code"])
    op.create_table(
        "container_event",
        sa.Column("container", sa.String(), nullable=False),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("container", "idx", "role", name="pk_container_event"),
    )
    op.create_table(
        "container_link",
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("child", sa.String(), nullable=False),
        sa.Column("weight_kg", sa.BigInteger(), nullable=True),
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("parent", "child", name="pk_container_link"),
    )
    op.create_index("ix_container_link_child", "container_link", ["child"])
    op.create_table(
        "manifest",
        sa.Column("manifest", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("containers", sa.Text(), nullable=False),
        sa.Column("vehicle_plate", sa.String(), nullable=False),
        sa.Column("planned_kg", sa.BigInteger(), nullable=True),
        sa.Column("dispatched_kg", sa.BigInteger(), nullable=True),
        sa.Column("received_kg", sa.BigInteger(), nullable=True),
        sa.Column("opened_idx", LEDGER_INDEX, nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("manifest", name="pk_manifest"),
    )
    op.create_index("ix_manifest_carrier", "manifest", ["carrier"])
    op.create_index("ix_manifest_receiver", "manifest", ["receiver"])
    op.create_index("ix_manifest_sender", "manifest", ["sender"])
    op.create_index("ix_manifest_state", "manifest", ["state"])


def _create_evidence() -> None:
    op.create_table(
        "finding",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("raised_idx", LEDGER_INDEX, nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_idx", LEDGER_INDEX, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_finding"),
    )
    op.create_index("ix_finding_org", "finding", ["org"])
    op.create_index("ix_finding_rule", "finding", ["rule"])
    op.create_index("ix_finding_subject", "finding", ["subject"])
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("remote", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_reason", "quarantine", ["reason"])
    op.create_index("ix_quarantine_received_at", "quarantine", ["received_at"])
    op.create_index("ix_quarantine_sha256", "quarantine", ["sha256"])
    op.create_table(
        "camera",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("reference_sha256", sa.String(), nullable=False),
        sa.Column("previous_sha256", sa.String(), nullable=False),
        sa.Column("last_verdict", sa.String(), nullable=False),
        sa.Column("last_idx", LEDGER_INDEX, nullable=False),
        sa.PrimaryKeyConstraint("camera", name="pk_camera"),
    )
    op.create_index("ix_camera_org", "camera", ["org"])
    op.create_table(
        "frame",
        sa.Column("idx", LEDGER_INDEX, nullable=False),
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict_idx", LEDGER_INDEX, nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx", name="pk_frame"),
    )
    op.create_index("ix_frame_camera", "frame", ["camera"])
    op.create_index("ix_frame_org", "frame", ["org"])
    op.create_index("ix_frame_sha256", "frame", ["sha256"])


def _create_access() -> None:
    op.create_table(
        "app_user",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_app_user"),
        sa.UniqueConstraint("pseudonym", name="uq_app_user_pseudonym"),
    )
    op.create_index("ix_app_user_org", "app_user", ["org"])
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_login_session"),
    )
    op.create_index("ix_login_session_username", "login_session", ["username"])
    op.create_table(
        "enrolment_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by_dev", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_enrolment_code"),
    )


def _create_work() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_done_at", "outbox", ["done_at"])
    op.create_index("ix_outbox_not_before", "outbox", ["not_before"])


def _freeze(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
