"""The first schema: the ledger, what is read from it, access, quarantine and the outbox.

The ledger's own rows cannot be changed or deleted by a statement that slips through: triggers
refuse it. That is hygiene; the proof is the tree.
"""

from typing import Any

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
        *_required(sa.Integer(), "id"),
        *_required(sa.String(), "origin"),
        *_required(LEDGER_INDEX, "size"),
        *_required(sa.LargeBinary(), "root"),
        *_required(sa.Integer(), "epoch"),
        *_required(LEDGER_INDEX, "ms_last"),
        sa.PrimaryKeyConstraint("id", name="pk_log_state"),
    )
    op.create_table(
        "entry",
        *_required(LEDGER_INDEX, "idx"),
        *_required(sa.LargeBinary(), "leaf", "payload_hash"),
        sa.PrimaryKeyConstraint("idx", name="pk_entry"),
        sa.UniqueConstraint("payload_hash", name="uq_entry_payload_hash"),
    )
    op.create_table(
        "tile",
        *_required(sa.Integer(), "level"),
        *_required(LEDGER_INDEX, "n"),
        *_required(sa.Integer(), "width"),
        *_required(sa.LargeBinary(), "data"),
        sa.PrimaryKeyConstraint("level", "n", name="pk_tile"),
    )
    op.create_table(
        "checkpoint",
        *_required(LEDGER_INDEX, "size"),
        *_required(sa.String(), "note"),
        *_required(LEDGER_INDEX, "ms"),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "event_index",
        *_required(LEDGER_INDEX, "idx"),
        *_required(sa.String(), "event_id", "typ", "dev"),
        *_required(sa.Integer(), "ep"),
        *_required(LEDGER_INDEX, "seq"),
        *_required(sa.String(), "org", "site", "act"),
        *_required(sa.DateTime(timezone=True), "claimed_at", "logged_at"),
        *_required(sa.Boolean(), "offline"),
        *_required(sa.String(), "chain_flags", "manifest"),
        *_required(sa.Text(), "body"),
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
        *_required(sa.String(), "org", "name", "kinds", "region"),
        *_required(LEDGER_INDEX, "registered_idx"),
        sa.PrimaryKeyConstraint("org", name="pk_organisation"),
    )
    op.create_table(
        "site",
        *_required(sa.String(), "site", "org", "name", "kind"),
        *_optional(sa.BigInteger(), "capacity_kg"),
        sa.PrimaryKeyConstraint("site", name="pk_site"),
    )
    op.create_index("ix_site_org", "site", ["org"])
    op.create_table(
        "device",
        *_required(sa.String(), "dev"),
        *_required(sa.Integer(), "ep"),
        *_required(sa.String(), "org", "name", "purpose", "alg", "public_key"),
        *_required(LEDGER_INDEX, "enrolled_idx"),
        *_optional(LEDGER_INDEX, "revoked_idx", "last_good_seq"),
        *_required(LEDGER_INDEX, "next_seq"),
        *_required(sa.String(), "last_hash", "chain"),
        *_optional(sa.DateTime(timezone=True), "last_seen_at"),
        sa.PrimaryKeyConstraint("dev", "ep", name="pk_device"),
    )
    op.create_index("ix_device_org", "device", ["org"])


def _create_custody() -> None:
    op.create_table(
        "batch",
        *_required(sa.String(), "batch", "org", "waste_code", "edition", "waste_name", "form"),
        *_required(sa.BigInteger(), "weight_kg"),
        *_required(sa.String(), "facility"),
        *_required(sa.DateTime(timezone=True), "produced_at"),
        *_required(LEDGER_INDEX, "idx"),
        sa.PrimaryKeyConstraint("batch", "org", name="pk_batch"),
    )
    op.create_index("ix_batch_waste_code", "batch", ["waste_code"])
    op.create_table(
        "container",
        *_required(
            sa.String(),
            "container",
            "unit",
            "waste_code",
            "batch",
            "state",
            "holder",
            "site",
            "manifest",
        ),
        *_required(sa.Boolean(), "issued"),
        *_required(sa.Integer(), "rotation"),
        *_optional(sa.Integer(), "volume_l"),
        *_optional(sa.BigInteger(), "declared_kg", "dispatched_kg", "received_kg"),
        *_required(sa.String(), "method"),
        *_required(LEDGER_INDEX, "first_idx", "last_idx"),
        *_required(sa.DateTime(timezone=True), "changed_at"),
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
        *_required(sa.String(), "container"),
        *_required(LEDGER_INDEX, "idx"),
        *_required(sa.String(), "role"),
        sa.PrimaryKeyConstraint("container", "idx", "role", name="pk_container_event"),
    )
    op.create_table(
        "container_link",
        *_required(sa.String(), "parent", "child"),
        *_optional(sa.BigInteger(), "weight_kg"),
        *_required(LEDGER_INDEX, "idx"),
        sa.PrimaryKeyConstraint("parent", "child", name="pk_container_link"),
    )
    op.create_index("ix_container_link_child", "container_link", ["child"])
    op.create_table(
        "manifest",
        *_required(sa.String(), "manifest", "sender", "carrier", "receiver", "state"),
        *_required(sa.Text(), "lines", "containers"),
        *_required(sa.String(), "vehicle_plate"),
        *_optional(sa.BigInteger(), "planned_kg", "dispatched_kg", "received_kg"),
        *_optional(LEDGER_INDEX, "opened_idx"),
        *_optional(sa.DateTime(timezone=True), "opened_at"),
        *_required(LEDGER_INDEX, "last_idx"),
        sa.PrimaryKeyConstraint("manifest", name="pk_manifest"),
    )
    op.create_index("ix_manifest_carrier", "manifest", ["carrier"])
    op.create_index("ix_manifest_receiver", "manifest", ["receiver"])
    op.create_index("ix_manifest_sender", "manifest", ["sender"])
    op.create_index("ix_manifest_state", "manifest", ["state"])


def _create_evidence() -> None:
    op.create_table(
        "finding",
        *_required(sa.String(), "key", "rule", "severity", "subject", "org", "zh", "en", "clause"),
        *_required(sa.Text(), "facts"),
        *_required(LEDGER_INDEX, "raised_idx"),
        *_required(sa.DateTime(timezone=True), "raised_at"),
        *_optional(LEDGER_INDEX, "cleared_idx"),
        sa.PrimaryKeyConstraint("key", name="pk_finding"),
    )
    op.create_index("ix_finding_org", "finding", ["org"])
    op.create_index("ix_finding_rule", "finding", ["rule"])
    op.create_index("ix_finding_subject", "finding", ["subject"])
    op.create_table(
        "quarantine",
        *_required(sa.Integer(), "id"),
        *_required(sa.DateTime(timezone=True), "received_at"),
        *_required(sa.String(), "channel", "remote", "reason", "zh", "en", "sha256"),
        *_required(sa.Integer(), "length"),
        *_required(sa.String(), "media_type"),
        *_required(sa.LargeBinary(), "body"),
        *_required(sa.Integer(), "times"),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_reason", "quarantine", ["reason"])
    op.create_index("ix_quarantine_received_at", "quarantine", ["received_at"])
    op.create_index("ix_quarantine_sha256", "quarantine", ["sha256"])
    op.create_table(
        "camera",
        *_required(
            sa.String(),
            "camera",
            "org",
            "site",
            "reference_sha256",
            "previous_sha256",
            "last_verdict",
        ),
        *_required(LEDGER_INDEX, "last_idx"),
        sa.PrimaryKeyConstraint("camera", name="pk_camera"),
    )
    op.create_index("ix_camera_org", "camera", ["org"])
    op.create_table(
        "frame",
        *_required(LEDGER_INDEX, "idx"),
        *_required(sa.String(), "camera", "org", "site", "sha256", "media_type"),
        *_required(sa.DateTime(timezone=True), "captured_at"),
        *_optional(LEDGER_INDEX, "verdict_idx"),
        *_required(sa.String(), "verdict"),
        *_required(sa.Text(), "detail"),
        sa.PrimaryKeyConstraint("idx", name="pk_frame"),
    )
    op.create_index("ix_frame_camera", "frame", ["camera"])
    op.create_index("ix_frame_org", "frame", ["org"])
    op.create_index("ix_frame_sha256", "frame", ["sha256"])


def _create_access() -> None:
    op.create_table(
        "app_user",
        *_required(
            sa.String(), "username", "display_name", "password_hash", "role", "org", "pseudonym"
        ),
        *_required(sa.Boolean(), "disabled"),
        sa.PrimaryKeyConstraint("username", name="pk_app_user"),
        sa.UniqueConstraint("pseudonym", name="uq_app_user_pseudonym"),
    )
    op.create_index("ix_app_user_org", "app_user", ["org"])
    op.create_table(
        "login_session",
        *_required(sa.String(), "token_hash", "username"),
        *_required(sa.DateTime(timezone=True), "created_at", "expires_at"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_login_session"),
    )
    op.create_index("ix_login_session_username", "login_session", ["username"])
    op.create_table(
        "enrolment_code",
        *_required(sa.String(), "code_hash", "org", "site", "actor", "created_by"),
        *_required(sa.DateTime(timezone=True), "expires_at"),
        *_required(sa.String(), "used_by_dev"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_enrolment_code"),
    )


def _create_work() -> None:
    op.create_table(
        "outbox",
        *_required(sa.String(), "id", "task"),
        *_required(sa.Text(), "args"),
        *_required(sa.DateTime(timezone=True), "created_at", "not_before"),
        *_optional(sa.DateTime(timezone=True), "leased_until"),
        *_required(sa.Integer(), "attempts"),
        *_optional(sa.DateTime(timezone=True), "done_at"),
        *_required(sa.String(), "last_error"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_done_at", "outbox", ["done_at"])
    op.create_index("ix_outbox_not_before", "outbox", ["not_before"])


def _required(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _optional(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=True) for name in names]


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
