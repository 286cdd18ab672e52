"""Tables of what comes before a version is in force: drafts with every saved state, and proposals awaiting approval.

None of them refers to `process_definition`: a process exists as a draft before its first version does.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text, text

from process.tables import metadata, partial

_Key = BigInteger().with_variant(Integer, "sqlite")

# One per process, opened or not: numbers of saved states are never given twice.
process_draft = Table(
    "process_draft",
    metadata,
    Column("process", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("owner_unit", Text, ForeignKey("unit.code"), nullable=False),
    Column("base", Integer),  # number of the version that it began from
    Column("head", Integer, nullable=False),  # the state that counts, 0 when no draft is open
    Column("last", Integer, nullable=False),  # the highest number given
)

draft_state = Table(
    "draft_state",
    metadata,
    Column("process", Text, ForeignKey("process_draft.process"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("diagram", LargeBinary, nullable=False),
    Column("forms", LargeBinary, nullable=False),  # packed {form id: digest}, contents in draft_form
    Column("saved_at", BigInteger, nullable=False),
    Column("saved_by", _Key, ForeignKey("person.id")),
    Column("saved_name", Text, nullable=False),
    Column("aside", Boolean, nullable=False, server_default=text("false")),  # sent too late: kept, but never the head
)

draft_form = Table(
    "draft_form",
    metadata,
    Column("process", Text, ForeignKey("process_draft.process"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

version_proposal = Table(
    "version_proposal",
    metadata,
    Column("id", _Key, primary_key=True),
    Column("process", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("owner_unit", Text, ForeignKey("unit.code"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("diagram", LargeBinary, nullable=False),
    Column("forms", LargeBinary, nullable=False),  # packed {form id: source as text}
    Column("note", Text, nullable=False),
    Column("effective_from", BigInteger),  # null: from the approval on
    Column("draft", Integer, nullable=False),  # the draft's state that it was made of, 0 for an older version
    Column("revokes", Integer),  # number of the version that is to be revoked; diagram and forms are then its own
    Column("state", Text, nullable=False),  # waiting | approved | rejected
    Column("proposed_by", _Key, ForeignKey("person.id")),
    Column("proposed_name", Text, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("decided_by", _Key, ForeignKey("person.id")),
    Column("decided_name", Text),
    Column("decided_at", BigInteger),
    Column("reason", Text),
    # one at a time
    partial("ix_version_proposal_waiting", "process", where="state = 'waiting'", unique=True),
)
