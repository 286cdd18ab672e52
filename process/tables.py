"""The tables. Instants are INTEGER microseconds UTC, form data canonical JSON bytes (see `packing.pack`).

Why it looks as it does:
- A document has no row of its own: `instance.documents` points at the newest version of each, under the instance's
  lock; `document_version` holds them all, numbered within (instance, key, item).
- Timers that are armed live packed in `instance.timers`; only the earliest instant, `next_due`, is searched for.
- The head of an instance's event stream lives in the instance row, which each step writes anyway; other streams keep
  theirs in `stream`.
- Partial indexes hold open tasks only: a finished instance costs next to nothing in them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives an automatic key to INTEGER PRIMARY KEY only; on PostgreSQL keys and instants need 64 bits.
_Key = BigInteger().with_variant(Integer, "sqlite")
_Instant = BigInteger


def partial(name: str, *columns: Column[object] | str, where: str, unique: bool = False) -> Index:
    """An index of some rows. Which ones is noted, not told to SQLAlchemy: the migrations make the indexes, and an
    option that belongs to one database loads all about it whenever a command starts."""
    return Index(name, *columns, unique=unique, info={"where": where})


calendar = Table(
    "calendar",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
)

unit = Table(
    "unit",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Text, ForeignKey("unit.code")),
    Column("letterhead", Text, nullable=False, server_default=""),  # lines, separated by newlines
    Column("calendar", Text, ForeignKey("calendar.code")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

person = Table(
    "person",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("nip", Text),
    Column("password_hash", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("system_roles", Text, nullable=False, server_default=""),  # codes, separated by spaces
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("created", _Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="1"),
)

position = Table(
    "position",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("person", _Key, ForeignKey("person.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("unit", Text, ForeignKey("unit.code"), nullable=False),
    Column("kind", Text, nullable=False),  # definitif | plh | plt | pj
    Column("title", Text, nullable=False),
    Column("basis", Text),
    Column("from_date", Text, nullable=False),  # ISO date in the office's zone
    Column("to_date", Text),  # last day, or null
    Index("ix_position_role_unit", "role", "unit"),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("person", _Key, ForeignKey("person.id"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("created", _Instant, nullable=False),
    Column("seen", _Instant, nullable=False),
    Column("expires", _Instant, nullable=False),
    Column("address", Text),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("subject", Text, nullable=False),  # "user:<name>" or "address:<ip>"
    Column("at", _Instant, nullable=False),
    Index("ix_login_attempt_subject_at", "subject", "at"),
)

security_event = Table(
    "security_event",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("at", _Instant, nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("person", _Key, ForeignKey("person.id")),
    Column("username", Text),
    Column("address", Text),
    Column("data", LargeBinary),
)

process_definition = Table(
    "process_definition",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner_unit", Text, ForeignKey("unit.code"), nullable=False),
)

process_version = Table(
    "process_version",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("process_id", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("digest", Text, nullable=False),  # over the diagram and its forms
    Column("diagram", LargeBinary, nullable=False),
    Column("effective_from", _Instant, nullable=False),
    Column("calendar", Text, ForeignKey("calendar.code"), nullable=False),
    Column("published_by", _Key, ForeignKey("person.id")),
    Column("published_at", _Instant, nullable=False),
    Column("note", Text),
    Column("revoked_at", _Instant),
    UniqueConstraint("process_id", "number"),
)

version_form = Table(
    "version_form",
    metadata,
    Column("version", _Key, ForeignKey("process_version.id"), primary_key=True),
    Column("form_id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # "instance:<id>", "process:<id>", "system"
    Column("seq", Integer),  # null for an instance's stream: its head is in the instance row
    Column("head", LargeBinary),
    Column("indexed", Integer, nullable=False, server_default="0"),  # the last event in the index (trail_tables)
    partial("ix_stream_unindexed", "id", where="seq > indexed"),
)

instance = Table(
    "instance",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", _Key, ForeignKey("process_version.id"), nullable=False),
    Column("process_id", Text, ForeignKey("process_definition.id"), nullable=False),
    Column("owner_unit", Text, ForeignKey("unit.code"), nullable=False),
    Column("business_key", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),  # running | finished | cancelled
    Column("snapshot", LargeBinary, nullable=False),
    Column("timers", LargeBinary),  # packed list of [ref, element, attached_to, due µs]
    Column("visited", LargeBinary),  # packed list of node and flow ids
    Column("documents", LargeBinary),  # packed {key: {item: [newest version's id, its number]}}
    Column("revision", Integer, nullable=False),
    Column("next_due", _Instant),
    Column("starter", _Key, ForeignKey("person.id")),
    Column("starter_name", Text, nullable=False),
    Column("starter_title", Text, nullable=False),
    Column("starter_unit", Text, nullable=False),
    Column("started", _Instant, nullable=False),
    Column("finished", _Instant),
    Column("stream", _Key, ForeignKey("stream.id"), nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("event_head", LargeBinary),
    Column("indexed", Integer, nullable=False, server_default="0"),  # the last event in the index (trail_tables)
    UniqueConstraint("process_id", "owner_unit", "business_key", "ordinal"),
    Index("ix_instance_started", "started"),
    Index("ix_instance_stream", "stream", unique=True),
    partial("ix_instance_next_due", "next_due", where="next_due IS NOT NULL"),
    partial("ix_instance_unindexed", "id", where="event_seq > indexed"),
)

user_task = Table(
    "user_task",
    metadata,
    Column("id", Text, primary_key=True),
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("ref", Text, nullable=False),  # the runtime's name of it
    Column("element", Text, nullable=False),
    Column("item", Text, nullable=False, server_default=""),  # "" when not of a multi-instance: so that keys are unique
    Column("pass", Integer, nullable=False),
    Column("number", Integer, nullable=False),  # of the step in the SOP
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("assignee", _Key, ForeignKey("person.id")),
    Column("state", Text, nullable=False),
    Column("skipped", Boolean, nullable=False, server_default=text("false")),
    Column("available", _Instant, nullable=False),
    Column("claimed", _Instant),
    Column("completed", _Instant),  # when it ended: completed or became obsolete
    Column("due", _Instant),
    Column("late", _Instant),
    Column("returned", Boolean, nullable=False, server_default=text("false")),  # the flow came back to it
    Column("note", Text),  # the return note that brought it back
    Column("returned_by", Text),  # the task that returned it
    Column("revision", Integer, nullable=False, server_default="1"),
    Column("completed_by", _Key, ForeignKey("person.id")),
    Column("position", _Key, ForeignKey("position.id")),  # in which completed_by acted
    Column("version", _Key),  # the one that it ended under, when that says other things than the instance's own
    UniqueConstraint("instance", "element", "pass", "item"),
    partial("ix_user_task_offered", "role", "unit", "due", where="completed IS NULL"),
    partial("ix_user_task_held", "assignee", "due", where="completed IS NULL AND assignee IS NOT NULL"),
    partial("ix_user_task_done", "completed_by", "completed", where="completed_by IS NOT NULL"),
    partial("ix_user_task_open", "instance", where="completed IS NULL"),
)

draft = Table(
    "draft",
    metadata,
    Column("task", Text, ForeignKey("user_task.id"), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("saved_at", _Instant, nullable=False),
    Column("saved_by", _Key, ForeignKey("person.id")),
)

document_version = Table(
    "document_version",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("instance", Text, ForeignKey("instance.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("item", Text, nullable=False, server_default=""),
    Column("number", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # sha256 of the canonical bytes
    Column("data", LargeBinary),  # null when `same_as` holds the very same bytes
    Column("same_as", _Key, ForeignKey("document_version.id")),
    Column("state", Text),
    Column("form", Text, nullable=False),
    Column("task", Text, ForeignKey("user_task.id")),
    Column("written_at", _Instant, nullable=False),
    Column("person", _Key, ForeignKey("person.id")),
    Column("position", _Key, ForeignKey("position.id")),
    Column("version", _Key),  # the one that wrote it, when that says other things than the instance's own
    UniqueConstraint("instance", "key", "item", "number"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("instance", Text, ForeignKey("instance.id"), index=True),
    Column("task", Text, ForeignKey("user_task.id")),
    Column("process", Text, ForeignKey("process_definition.id")),
    Column("uploaded_by", _Key, ForeignKey("person.id")),
    Column("at", _Instant, nullable=False),
)

printout = Table(
    "printout",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document_version", _Key, ForeignKey("document_version.id"), nullable=False),
    Column("instance", Text, ForeignKey("instance.id"), nullable=False, index=True),
    Column("task", Text, ForeignKey("user_task.id")),
    Column("layout", Text, nullable=False),  # portrait | landscape
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting | ready | failed
    Column("sha256", Text),
    Column("size", BigInteger),
    Column("asked_at", _Instant, nullable=False),
    Column("made_at", _Instant),
    Column("error", Text),
    UniqueConstraint("document_version", "layout"),
)

signature = Table(
    "signature",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("kind", Text, nullable=False),  # paraf | tandatangan
    Column("document_version", _Key, ForeignKey("document_version.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("task", Text, ForeignKey("user_task.id"), nullable=False),
    Column("person", _Key, ForeignKey("person.id"), nullable=False),
    Column("position", _Key, ForeignKey("position.id")),
    Column("name", Text, nullable=False),  # as of the signature
    Column("title", Text, nullable=False),
    Column("label", Text, nullable=False),  # "tidak tersertifikasi"
    Column("at", _Instant, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("stream", _Key, ForeignKey("stream.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", _Instant, nullable=False),
    Column("type", Text, nullable=False),
    Column("actor", _Key),
    Column("position", _Key),
    Column("kind", Text),
    Column("source", Text, nullable=False),
    Column("request", Text),
    Column("task", Text),
    Column("element", Text),
    Column("payload_digest", LargeBinary),
    Column("hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

event_payload = Table(
    "event_payload",
    metadata,
    Column("stream", _Key, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

seal = Table(
    "seal",
    metadata,
    Column("stream", _Key, ForeignKey("stream.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("head", LargeBinary, nullable=False),
    Column("at", _Instant, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("run_at", _Instant, nullable=False),
    Column("state", Text, nullable=False),  # waiting | running | done | failed
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    UniqueConstraint("kind", "key"),
    partial("ix_job_due", "run_at", where="state IN ('waiting', 'running')"),
)

notification = Table(
    "notification",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("person", _Key, ForeignKey("person.id"), index=True),  # one person, or else
    Column("role", Text),  # who holds this role
    Column("unit", Text),  # in this unit
    Column("instance", Text, ForeignKey("instance.id")),
    Column("task", Text, ForeignKey("user_task.id")),
    Column("process", Text),  # what is neither about an instance nor a task
    # late | escalated | returned | reassigned | released | cancelled | proposed | approved | rejected | approval
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", _Instant, nullable=False),
    Index("ix_notification_role_unit", "role", "unit", "at"),
)

notification_seen = Table(
    "notification_seen",
    metadata,
    Column("person", _Key, ForeignKey("person.id"), primary_key=True),
    Column("notification", _Key, ForeignKey("notification.id"), primary_key=True),
)

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

# Tables of the record: append only, enforced by triggers (migration 0002), and never migrated in batch mode,
# which would drop the triggers in silence.
# A payload may be deleted once an `erasure` names it (migration 0004).
APPEND_ONLY = {
    "event": ("stream", "seq"),
    "event_payload": ("stream", "seq"),
    "seal": ("stream", "seq"),
    "erasure": ("stream", "seq"),
}
