"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_calendar")),
    )
    op.create_table(
        "event_payload",
        sa.Column("stream", _KEY, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_event_payload")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_kind_key")),
    )
    op.create_index(
        "ix_job_due",
        "job",
        ["run_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    op.create_index("ix_login_attempt_subject_at", "login_attempt", ["subject", "at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nip", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("system_roles", sa.Text(), server_default="", nullable=False),
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "stream",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("head", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
        sa.UniqueConstraint("name", name=op.f("uq_stream_name")),
    )
    op.create_table(
        "event",
        sa.Column("stream", _KEY, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor", _KEY, nullable=True),
        sa.Column("position", _KEY, nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("element", sa.Text(), nullable=True),
        sa.Column("payload_digest", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_event_stream")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_event")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seal",
        sa.Column("stream", _KEY, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_seal_stream")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_seal")),
    )
    op.create_table(
        "security_event",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("person", _KEY, nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_security_event_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index(op.f("ix_security_event_at"), "security_event", ["at"], unique=False)
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person", _KEY, nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_session_person")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_person"), "session", ["person"], unique=False)
    op.create_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("letterhead", sa.Text(), server_default="", nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["calendar"], ["calendar.code"], name=op.f("fk_unit_calendar")),
        sa.ForeignKeyConstraint(["parent"], ["unit.code"], name=op.f("fk_unit_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_table(
        "position",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("person", _KEY, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("from_date", sa.Text(), nullable=False),
        sa.Column("to_date", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_position_person")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_position_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_person"), "position", ["person"], unique=False)
    op.create_index("ix_position_role_unit", "position", ["role", "unit"], unique=False)
    op.create_table(
        "process_definition",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner_unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["owner_unit"], ["unit.code"], name=op.f("fk_process_definition_owner_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_definition")),
    )
    op.create_table(
        "process_version",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("process_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("diagram", sa.LargeBinary(), nullable=False),
        sa.Column("effective_from", sa.BigInteger(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("published_by", _KEY, nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["calendar"], ["calendar.code"], name=op.f("fk_process_version_calendar")),
        sa.ForeignKeyConstraint(["process_id"], ["process_definition.id"], name=op.f("fk_process_version_process_id")),
        sa.ForeignKeyConstraint(["published_by"], ["person.id"], name=op.f("fk_process_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_version")),
        sa.UniqueConstraint("process_id", "number", name=op.f("uq_process_version_process_id_number")),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", _KEY, nullable=False),
        sa.Column("process_id", sa.Text(), nullable=False),
        sa.Column("owner_unit", sa.Text(), nullable=False),
        sa.Column("business_key", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("timers", sa.LargeBinary(), nullable=True),
        sa.Column("visited", sa.LargeBinary(), nullable=True),
        sa.Column("documents", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("next_due", sa.BigInteger(), nullable=True),
        sa.Column("starter", _KEY, nullable=True),
        sa.Column("starter_name", sa.Text(), nullable=False),
        sa.Column("starter_title", sa.Text(), nullable=False),
        sa.Column("starter_unit", sa.Text(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger(), nullable=True),
        sa.Column("stream", _KEY, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_head", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["owner_unit"], ["unit.code"], name=op.f("fk_instance_owner_unit")),
        sa.ForeignKeyConstraint(["process_id"], ["process_definition.id"], name=op.f("fk_instance_process_id")),
        sa.ForeignKeyConstraint(["starter"], ["person.id"], name=op.f("fk_instance_starter")),
        sa.ForeignKeyConstraint(["stream"], ["stream.id"], name=op.f("fk_instance_stream")),
        sa.ForeignKeyConstraint(["version"], ["process_version.id"], name=op.f("fk_instance_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint(
            "process_id",
            "owner_unit",
            "business_key",
            "ordinal",
            name=op.f("uq_instance_process_id_owner_unit_business_key_ordinal"),
        ),
    )
    op.create_index(
        "ix_instance_next_due",
        "instance",
        ["next_due"],
        unique=False,
        sqlite_where=sa.text("next_due IS NOT NULL"),
        postgresql_where=sa.text("next_due IS NOT NULL"),
    )
    op.create_index("ix_instance_started", "instance", ["started"], unique=False)
    op.create_table(
        "version_form",
        sa.Column("version", _KEY, nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["process_version.id"], name=op.f("fk_version_form_version")),
        sa.PrimaryKeyConstraint("version", "form_id", name=op.f("pk_version_form")),
    )
    op.create_table(
        "user_task",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("pass", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("assignee", _KEY, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=True),
        sa.Column("completed", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("late", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("completed_by", _KEY, nullable=True),
        sa.Column("position", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["assignee"], ["person.id"], name=op.f("fk_user_task_assignee")),
        sa.ForeignKeyConstraint(["completed_by"], ["person.id"], name=op.f("fk_user_task_completed_by")),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_user_task_instance")),
        sa.ForeignKeyConstraint(["position"], ["position.id"], name=op.f("fk_user_task_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task")),
        sa.UniqueConstraint(
            "instance", "element", "pass", "item", name=op.f("uq_user_task_instance_element_pass_item")
        ),
    )
    op.create_index(
        "ix_user_task_done",
        "user_task",
        ["completed_by", "completed"],
        unique=False,
        sqlite_where=sa.text("completed_by IS NOT NULL"),
        postgresql_where=sa.text("completed_by IS NOT NULL"),
    )
    op.create_index(
        "ix_user_task_held",
        "user_task",
        ["assignee", "due"],
        unique=False,
        sqlite_where=sa.text("completed IS NULL AND assignee IS NOT NULL"),
        postgresql_where=sa.text("completed IS NULL AND assignee IS NOT NULL"),
    )
    op.create_index(
        "ix_user_task_offered",
        "user_task",
        ["role", "unit", "due"],
        unique=False,
        sqlite_where=sa.text("completed IS NULL"),
        postgresql_where=sa.text("completed IS NULL"),
    )
    op.create_index(
        "ix_user_task_open",
        "user_task",
        ["instance"],
        unique=False,
        sqlite_where=sa.text("completed IS NULL"),
        postgresql_where=sa.text("completed IS NULL"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("process", sa.Text(), nullable=True),
        sa.Column("uploaded_by", _KEY, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_attachment_instance")),
        sa.ForeignKeyConstraint(["process"], ["process_definition.id"], name=op.f("fk_attachment_process")),
        sa.ForeignKeyConstraint(["task"], ["user_task.id"], name=op.f("fk_attachment_task")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_attachment_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_instance"), "attachment", ["instance"], unique=False)
    op.create_table(
        "document_version",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("same_as", _KEY, nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("person", _KEY, nullable=True),
        sa.Column("position", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_document_version_instance")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_document_version_person")),
        sa.ForeignKeyConstraint(["position"], ["position.id"], name=op.f("fk_document_version_position")),
        sa.ForeignKeyConstraint(["same_as"], ["document_version.id"], name=op.f("fk_document_version_same_as")),
        sa.ForeignKeyConstraint(["task"], ["user_task.id"], name=op.f("fk_document_version_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint(
            "instance", "key", "item", "number", name=op.f("uq_document_version_instance_key_item_number")
        ),
    )
    op.create_table(
        "draft",
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("saved_by", _KEY, nullable=True),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name=op.f("fk_draft_saved_by")),
        sa.ForeignKeyConstraint(["task"], ["user_task.id"], name=op.f("fk_draft_task")),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_draft")),
    )
    op.create_table(
        "notification",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("person", _KEY, nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("instance", sa.Text(), nullable=True),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_notification_instance")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_notification_person")),
        sa.ForeignKeyConstraint(["task"], ["user_task.id"], name=op.f("fk_notification_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(op.f("ix_notification_person"), "notification", ["person"], unique=False)
    op.create_index("ix_notification_role_unit", "notification", ["role", "unit", "at"], unique=False)
    op.create_table(
        "notification_seen",
        sa.Column("person", _KEY, nullable=False),
        sa.Column("notification", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["notification"], ["notification.id"], name=op.f("fk_notification_seen_notification")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_notification_seen_person")),
        sa.PrimaryKeyConstraint("person", "notification", name=op.f("pk_notification_seen")),
    )
    op.create_table(
        "printout",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document_version", _KEY, nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=True),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_version"], ["document_version.id"], name=op.f("fk_printout_document_version")
        ),
        sa.ForeignKeyConstraint(["instance"], ["instance.id"], name=op.f("fk_printout_instance")),
        sa.ForeignKeyConstraint(["task"], ["user_task.id"], name=op.f("fk_printout_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printout")),
        sa.UniqueConstraint("document_version", "layout", name=op.f("uq_printout_document_version_layout")),
    )
    op.create_index(op.f("ix_printout_instance"), "printout", ["instance"], unique=False)
    op.create_table(
        "signature",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document_version", _KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("person", _KEY, nullable=False),
        sa.Column("position", _KEY, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_version"], ["document_version.id"], name=op.f("fk_signature_document_version")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_signature_person")),
        sa.ForeignKeyConstraint(["position"], ["position.id"], name=op.f("fk_signature_position")),
        sa.ForeignKeyConstraint(["task"], ["user_task.id"], name=op.f("fk_signature_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_index(op.f("ix_signature_document_version"), "signature", ["document_version"], unique=False)
