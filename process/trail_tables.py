"""Tables around the record: the index that finds its events, erasures by law, and exports.

Of these only `erasure` belongs to the record. `audit_entry` and its words are derived from the events and can be made
anew at any time; they are written outside the use cases' transactions, so that completing a task does not pay for them.
`instance.indexed` and `stream.indexed` say how far each stream is in it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from process.tables import metadata, partial

_Key = BigInteger().with_variant(Integer, "sqlite")

# Types, units and processes as they occur, each once: the index holds their numbers.
audit_term = Table(
    "audit_term",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
)

# Each combination of type, person, unit and process that occurs, once; 0 for none.
audit_facet = Table(
    "audit_facet",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("type", Integer, nullable=False),
    Column("actor", _Key, nullable=False),
    Column("unit", Integer, nullable=False),
    Column("process", Integer, nullable=False),
    UniqueConstraint("actor", "type", "unit", "process"),
)

# One per event, `id` in the order of indexing, which is that of time but for events that were committed late.
# `high`: the latest `at` of this and all earlier entries; `slack`: how far behind that any of them was, at most.
# Both only grow, so that a period becomes a range of ids.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("stream", _Key, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("slack", BigInteger, nullable=False),
    Column("facet", Integer, nullable=False),
    UniqueConstraint("stream", "seq"),
    Index("ix_audit_entry_high", "high"),
    Index("ix_audit_entry_facet", "facet", "id"),
)
# Their words are in `audit_text`: FTS5 without contents on SQLite, a table of (id, words tsvector) on PostgreSQL.
# It has no Table here, because the two have nothing but its name and its key in common.
TEXT_TABLE = "audit_text"

# Payloads that were erased by law; the event that says so is `by_seq` of the system's stream. Append only.
erasure = Table(
    "erasure",
    metadata,
    Column("stream", _Key, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("by_seq", Integer, nullable=False),
    sqlite_with_rowid=False,
)

export = Table(
    "export",
    metadata,
    Column("id", Text, primary_key=True),
    Column("format", Text, nullable=False),  # csv | xlsx | jsonl | pdf | xes | ocel | berkas
    Column("selection", LargeBinary, nullable=False),  # packed
    Column("options", LargeBinary, nullable=False),  # packed
    Column("digest", Text, nullable=False),  # of who asks for what: the same is not made twice at a time
    Column("asked_by", _Key, ForeignKey("person.id")),
    Column("asked_name", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # waiting | running | done | failed | cancelled | expired
    Column("upto", _Key),  # the last entry of the index when it began: what comes later is not in it
    Column("total", BigInteger),  # events selected
    Column("done", BigInteger, nullable=False, server_default="0"),  # events written so far
    Column("lease", BigInteger),  # while running: taken for lost after this instant
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("name", Text),  # of the file, as downloaded
    Column("size", BigInteger),
    Column("sha256", Text),
    Column("finished_at", BigInteger),
    Column("expires_at", BigInteger),  # the file is kept until then
    Column("error", Text),
    Index("ix_export_asked_by", "asked_by", "asked_at"),
    partial("ix_export_open", "digest", where="state IN ('waiting', 'running')", unique=True),
)
