"""The index of the record, erasure of payloads by law, and exports.

From here on a payload may be deleted, but only one that an `erasure` names; it can still never be changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _tables()
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, seq in (("instance", "event_seq"), ("stream", "seq")):
        op.add_column(table, sa.Column("indexed", sa.Integer(), server_default="0", nullable=False))
        op.create_index(
            f"ix_{table}_unindexed",
            table,
            ["id"],
            sqlite_where=sa.text(f"{seq} > indexed"),
            postgresql_where=sa.text(f"{seq} > indexed"),
        )
    op.create_index("ix_instance_stream", "instance", ["stream"], unique=True)
    if sqlite:
        _sqlite()
    else:
        _postgresql()


def _tables() -> None:
    op.create_table(
        "audit_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_term")),
        sa.UniqueConstraint("text", name=op.f("uq_audit_term_text")),
    )
    op.create_table(
        "audit_facet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.Integer(), nullable=False),
        sa.Column("actor", _KEY, nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_facet")),
        sa.UniqueConstraint("actor", "type", "unit", "process", name=op.f("uq_audit_facet_actor_type_unit_process")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("stream", _KEY, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("slack", sa.BigInteger(), nullable=False),
        sa.Column("facet", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_audit_entry_stream_seq")),
    )
    op.create_index("ix_audit_entry_high", "audit_entry", ["high"])
    op.create_index("ix_audit_entry_facet", "audit_entry", ["facet", "id"])
    op.create_table(
        "erasure",
        sa.Column("stream", _KEY, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_erasure")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "export",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("selection", sa.LargeBinary(), nullable=False),
        sa.Column("options", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("asked_by", _KEY, nullable=True),
        sa.Column("asked_name", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("upto", _KEY, nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_export_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_asked_by", "export", ["asked_by", "asked_at"])
    op.create_index(
        "ix_export_open",
        "export",
        ["digest"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'running')"),
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )


def _sqlite() -> None:
    # Without contents and positions: some thirty bytes per event. What is found is read from the events. The words come
    # as `trail_words` splits them, which ASCII's rules leave as they are.
    op.execute(
        "CREATE VIRTUAL TABLE audit_text USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')"
    )
    for what in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER erasure_no_{what} BEFORE {what.upper()} ON erasure "
            f"BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER erasure_no_replace BEFORE INSERT ON erasure "
        "WHEN EXISTS (SELECT 1 FROM erasure WHERE stream = NEW.stream AND seq = NEW.seq) "
        "BEGIN SELECT RAISE(ABORT, 'erasure is append-only'); END"
    )
    op.execute("DROP TRIGGER event_payload_no_delete")
    op.execute(
        "CREATE TRIGGER event_payload_no_delete BEFORE DELETE ON event_payload "
        "WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE stream = OLD.stream AND seq = OLD.seq) "
        "BEGIN SELECT RAISE(ABORT, 'event_payload is append-only'); END"
    )


def _postgresql() -> None:
    op.execute("CREATE TABLE audit_text (id bigint PRIMARY KEY, words tsvector NOT NULL)")
    op.execute("CREATE INDEX ix_audit_text_words ON audit_text USING gin (words)")
    op.execute(
        "CREATE TRIGGER erasure_no_change BEFORE UPDATE OR DELETE ON erasure "
        "FOR EACH ROW EXECUTE FUNCTION append_only()"
    )
    op.execute(
        "CREATE TRIGGER erasure_no_truncate BEFORE TRUNCATE ON erasure "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    op.execute(
        "CREATE FUNCTION erased_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF TG_OP = 'DELETE' AND EXISTS "
        "(SELECT 1 FROM erasure WHERE stream = OLD.stream AND seq = OLD.seq) THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute("DROP TRIGGER event_payload_no_change ON event_payload")
    op.execute(
        "CREATE TRIGGER event_payload_no_change BEFORE UPDATE OR DELETE ON event_payload "
        "FOR EACH ROW EXECUTE FUNCTION erased_only()"
    )
