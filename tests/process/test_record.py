"""The record: chains that verify, tables that only grow, and what verification finds."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from process.audit import MISFITS, NewEvent, chain, genesis, verify
from process.migrate import head
from process.model import ADMINISTRATOR, SYSTEM, Actor, Held
from process.record import write
from process.tables import APPEND_ONLY, metadata

ACTOR = Actor(7, "Staf", request_id="r1")
HELD = Held(3, "staf", "PRK", "Staf", "plt")


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
def test_the_record_refuses_every_change(crew, office, table):
    crew.start()
    office.trail.seal()
    officer = Actor(None, "Petugas", system_roles=frozenset({ADMINISTRATOR}), source="command")
    office.erasing.erase(office.erasing.of_events(["system:1"]), officer, "Putusan")  # which may be done once
    key = ", ".join(APPEND_ONLY[table])
    column = {"event": "type", "event_payload": "data", "seal": "head", "erasure": "by_seq"}[table]
    statements = [
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"INSERT INTO {table} SELECT * FROM {table}",
    ]
    if office.store.sqlite:
        statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        statements.append(f"REPLACE INTO {table} SELECT * FROM {table}")
        statements.append(f"UPDATE OR REPLACE {table} SET seq = seq + 1")
    else:
        statements.append(
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"
        )
        statements.append(f"TRUNCATE {table}")
    for statement in statements:
        with (
            pytest.raises((sa.exc.IntegrityError, sqlite3.IntegrityError, psycopg.Error)),
            office.store.transaction() as tx,
        ):
            tx.execute(sa.text(statement))
    assert office.trail.verify().ok


def test_the_triggers_are_there_after_upgrade_head(office):
    with office.store.reading() as tx:
        if office.store.sqlite:
            found = {row[0] for row in tx.all(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))}
            expected = {f"{table}_no_{what}" for table in APPEND_ONLY for what in ("update", "delete", "replace")}
        else:
            found = {row[0] for row in tx.all(sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))}
            expected = {f"{table}_no_{what}" for table in APPEND_ONLY for what in ("change", "truncate")}
    assert expected <= found


def test_the_migrations_make_the_tables_that_the_code_knows(office):
    with office.store.reading() as tx:
        # Words are FTS5's own tables on SQLite and a tsvector on PostgreSQL: no Table could say both.
        opts = {"include_name": lambda name, kind, parents: kind != "table" or not name.startswith("audit_text")}
        context = MigrationContext.configure(tx.connection, opts=opts)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == head()


def test_the_migrations_make_indexes_of_the_rows_that_the_code_says(office):
    said = {
        index.name: index.info["where"]
        for table in metadata.tables.values()
        for index in table.indexes
        if "where" in index.info
    }
    sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    postgres = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% WHERE %'"
    with office.store.reading() as tx:
        rows = tx.all(sa.text(sqlite if office.store.sqlite else postgres))
    made = {name: text.partition(" WHERE ")[2] for name, text in rows}
    assert made.keys() == said.keys()
    if office.store.sqlite:  # the other one says it in words of its own
        assert made == said


def tampered(crew, sql):
    """Change the record behind the triggers' back, as somebody with the database file could."""
    names = [name for table in APPEND_ONLY for name in (f"{table}_no_update", f"{table}_no_delete")]
    with crew.office.store.transaction() as tx:
        for name in names:
            tx.execute(sa.text(f"DROP TRIGGER {name}"))
        tx.execute(sa.text(sql))


@pytest.mark.parametrize(
    ("sql", "seq", "reason"),
    [
        ("UPDATE event SET at = at + 1 WHERE seq = 3 AND stream = :s", 3, "kepala peristiwa"),
        ("UPDATE event SET actor = 2 WHERE seq = 2 AND stream = :s", 2, "kepala peristiwa"),
        ("DELETE FROM event WHERE seq = 2 AND stream = :s", 2, "peristiwa hilang"),
        ("UPDATE event_payload SET data = x'007b7d' WHERE seq = 4 AND stream = :s", 4, "isi peristiwa telah diubah"),
        ("UPDATE event_payload SET data = x'01ff' WHERE seq = 4 AND stream = :s", 4, "isi peristiwa telah diubah"),
        ("DELETE FROM event_payload WHERE seq = 1 AND stream = :s", 1, "isi peristiwa hilang"),
        (
            "DELETE FROM event WHERE stream = :s AND seq = (SELECT max(seq) FROM event WHERE stream = :s)",
            None,
            "tercatat",
        ),
        ("UPDATE instance SET event_head = x'00'", None, "ujung rantai"),
    ],
)
def test_verification_names_the_first_event_that_does_not_fit(lite, sql, seq, reason):
    instance = lite.start()
    lite.complete(instance, "membuat_draft")
    stream = lite.rows("SELECT stream FROM instance")[0].stream
    assert lite.office.trail.verify().ok
    tampered(lite, sql.replace(":s", str(stream)))
    found = lite.office.trail.verify(instance)
    assert not found.ok
    assert reason in found.misfits[0].reason
    if seq is not None:
        assert found.misfits[0].seq == seq


def test_a_seal_shows_a_chain_that_was_made_anew(lite):
    """Who recomputes a whole chain after its head was sealed is found out by the seal."""
    instance = lite.start()
    assert lite.office.trail.seal() >= 1
    assert lite.office.trail.seal() == 0, "nothing moved since"
    stream = lite.rows("SELECT stream FROM instance")[0].stream
    count = lite.rows("SELECT event_seq FROM instance")[0].event_seq
    made, _, last = chain(
        stream, 0, genesis(f"instance:{instance}"), [NewEvent("instance.started", {})] * count, SYSTEM, None, 1
    )
    tampered(lite, f"DELETE FROM event WHERE stream = {stream}")
    with lite.office.store.transaction() as tx:
        tx.execute(sa.text(f"DELETE FROM event_payload WHERE stream = {stream}"))
        write(tx, made)
        tx.execute(sa.text("UPDATE instance SET event_head = :h"), {"h": last})
    found = lite.office.trail.verify()
    assert [one.reason for one in found.misfits] == ["rantai berbeda dari segel yang pernah dibuat"]


def test_names_and_titles_stay_as_they_were(lite):
    instance = lite.start()
    with lite.office.store.transaction() as tx:
        tx.execute(sa.text("UPDATE person SET name = 'Nama Baru' WHERE username = 'staf'"))
        tx.execute(sa.text("UPDATE position SET title = 'Jabatan Baru'"))
    first = lite.office.trail.timeline(instance)[0]
    assert (first.name, first.title, first.kind) == ("Staf", "STAF", "definitif")


events = st.lists(
    st.builds(
        NewEvent,
        st.sampled_from(["task.claimed", "task.completed", "task.late"]),
        st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.integers(), st.text(max_size=8)), max_size=3).map(
            lambda data: {key.replace("\x00", ""): value for key, value in data.items() if "\x00" not in str(value)}
        ),
    ),
    min_size=1,
    max_size=7,
)
ALTERED = [
    ("header_altered", {"at": 6}),
    ("header_altered", {"type": "task.skipped"}),
    ("header_altered", {"type": b"task.claimed"}),
    ("header_altered", {"actor": 8}),
    ("header_altered", {"position": None}),
    ("header_altered", {"kind": "definitif"}),
    ("header_altered", {"source": "timer"}),
    ("header_altered", {"request": None}),
    ("header_altered", {"task": "t"}),
    ("header_altered", {"element": "e"}),
    ("header_altered", {"payload_digest": bytes(32)}),
    ("header_altered", {"payload_digest": 7}),
    ("header_altered", {"hash": bytes(32)}),
]


def stored(new, name="instance:x"):
    made, seq, last = chain(1, 0, genesis(name), new, ACTOR, HELD, 5)
    return [(one.event, (one.salt, one.payload)) for one in made], seq, last


def numbered(rows, offset=1):
    return [(event._replace(seq=number), payload) for number, (event, payload) in enumerate(rows, offset)]


def test_the_first_event_exchanged_with_the_last_is_an_order_not_an_insertion():
    rows, seq, last = stored([NewEvent("task.claimed", {})] * 5)
    rows[0], rows[4] = rows[4], rows[0]
    found = verify("instance:x", numbered(rows), seq, last)
    assert (found.code, found.seq) == ("reordered", 1)


@given(events, st.data())
def test_any_single_change_of_a_stream_is_found_and_named(new, data):
    rows, seq, last = stored(new)
    assert verify("instance:x", rows, seq, last) is None
    place = data.draw(st.integers(0, seq - 1))
    event, payload = rows[place]
    found = None
    match data.draw(
        st.sampled_from(["alter", "payload", "delete", "renumber", "swap", "move", "insert", "cut", "end"])
    ):
        case "alter":
            code, values = data.draw(st.sampled_from(ALTERED))
            expected = (code, place + 1)
            rows[place] = (event._replace(**values), payload)
        case "payload":
            changed = data.draw(st.sampled_from([(payload[0], payload[1] + b" "), (bytes(16), payload[1]), None]))
            expected = ("payload_missing" if changed is None else "payload_altered", place + 1)
            rows[place] = (event, changed)
            if changed is None:
                assert verify("instance:x", rows, seq, last, erased={place + 1}) is None
        case "delete":
            expected = ("truncated" if place + 1 == seq else "missing", place + 1)
            del rows[place]
        case "renumber":
            expected = ("truncated" if place + 1 == seq else "missing", place + 1)
            del rows[place]
            rows = numbered(rows)
        case "swap":
            if seq < 2:
                return
            other = data.draw(st.integers(0, seq - 1).filter(lambda one: one != place))
            expected = ("reordered", min(place, other) + 1)
            rows[place], rows[other] = rows[other], rows[place]
            rows = numbered(rows)
        case "move":  # one event gets a number beyond the others
            expected = ("reordered", place + 1)
            rows = [*rows[:place], *rows[place + 1 :], (event._replace(seq=seq + 3), payload)]
        case "insert":
            forged, *_ = stored([NewEvent("task.skipped", {})], "instance:y")
            expected = ("inserted", place + 1)
            rows = numbered([*rows[:place], *data.draw(st.sampled_from([forged, rows[:1], rows[-1:]])), *rows[place:]])
            found = verify("instance:x", rows, seq, last)
            if found is not None and rows[place][0].hash == event.hash:
                expected = ("inserted", found.seq)  # a copy of what follows it: either may be called the inserted one
        case "cut":
            expected = ("truncated", place + 1)
            rows = rows[:place]
        case "end":
            wrong = data.draw(st.sampled_from([(seq, bytes(32)), (seq + 1, last), (seq - 1, last)]))
            found = verify("instance:x", rows, *wrong)
            assert found is not None
            assert found.code == "head_altered"
            return
    found = found or verify("instance:x", rows, seq, last)
    assert found is not None
    assert (found.code, found.seq) == expected
    assert found.reason.startswith(MISFITS[found.code])


@given(events)
def test_a_stream_cannot_pass_for_another_and_must_fit_its_seals(new):
    rows, seq, last = stored(new)
    assert verify("instance:y", rows, seq, last).code == "header_altered"
    assert verify("instance:x", rows, seq, last, {seq: last}) is None
    assert verify("instance:x", rows, seq, last, {seq: bytes(32)}).code == "seal_differs"
    assert verify("instance:x", rows[:-1], seq - 1, rows[-2][0].hash if seq > 1 else None, {seq: last}).seq == seq
