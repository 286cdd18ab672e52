"""Kotak Tugas: who sees which task, in which order, how near its deadline; notifications."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from process.calendar import Left, Override
from process.calendar_data import STANDARD
from process.calendar_files import to_data
from process.calendars import Calendars
from process.clock import ManualClock, micros
from process.inbox import LATE, NEAR, Inbox
from process.model import Actor, Held
from process.packing import pack
from process.store import Store
from process.tables import (
    calendar,
    instance,
    metadata,
    notification,
    person,
    process_definition,
    process_version,
    stream,
    unit,
    user_task,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # Monday, 10.00 WIB
HOUR = timedelta(hours=1)


def actor(person_id, *places):
    held = tuple(Held(n, role, where, role.title()) for n, (role, where) in enumerate(places, 1))
    return Actor(person_id, f"Orang {person_id}", held)


HEAD = actor(1, ("kepala_bagian", "HKM"))
BOTH = actor(2, ("kepala_bagian", "HKM"), ("staf", "UMUM"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory, migrated):
    path = tmp_path_factory.mktemp("empty") / "alur.sqlite3"
    shutil.copy(migrated, path)
    store = Store(f"sqlite:///{path}")
    with store.transaction() as tx:
        Calendars(store, ManualClock(NOW)).ensure_standard(tx, NOW)
        tx.insert_many(unit, ("code", "name"), [("HKM", "Bagian Hukum"), ("UMUM", "Bagian Umum")])
        people = [(n, f"akun{n}", f"Orang {n}", "x", 0) for n in (1, 2, 3)]
        tx.insert_many(person, ("id", "username", "name", "password_hash", "created"), people)
        tx.execute(process_definition.insert().values(id="sop", name="SOP", owner_unit="UMUM"))
        version = {"id": 1, "process_id": "sop", "number": 1, "digest": "x", "diagram": b"\0", "calendar": "standar"}
        tx.execute(process_version.insert().values(**version, effective_from=0, published_at=0))
        for number, title in enumerate(("Triwulan I", "Triwulan II", "Rencana 100% Selesai")):
            tx.execute(stream.insert().values(id=100 + number, name=f"instance:i{number}"))
            values = {"id": f"i{number}", "version": 1, "process_id": "sop", "owner_unit": "UMUM", "ordinal": 1}
            values |= {"business_key": f"2026-{number}", "title": title, "state": "running", "snapshot": b"\0"}
            values |= {"revision": 1, "starter_name": "x", "starter_title": "x", "starter_unit": "UMUM"}
            tx.execute(instance.insert().values(**values, started=micros(NOW), stream=100 + number, event_seq=1))
    store.close()
    return path


@pytest.fixture
def inbox(tmp_path, empty):
    shutil.copy(empty, tmp_path / "alur.sqlite3")
    store = Store(f"sqlite:///{tmp_path}/alur.sqlite3")
    clock = ManualClock(NOW)
    yield Inbox(store, clock, Calendars(store, clock))
    store.close()


def put(inbox, task_id, *, of="i0", role="kepala_bagian", where="HKM", due=None, **more):
    values = {"id": task_id, "instance": of, "ref": task_id, "element": task_id, "pass": 1, "number": 4}
    values |= {"name": "Mengisi data", "role": role, "unit": where, "state": "Ready", "available": micros(NOW - HOUR)}
    values |= {"due": None if due is None else micros(due)} | more
    with inbox.store.transaction() as tx:
        tx.execute(user_task.insert().values(**values))


def ids(page):
    return [row.task_id for row in page.rows]


def test_a_task_is_offered_to_who_holds_the_role_in_that_unit(inbox):
    put(inbox, "a")
    put(inbox, "b", where="UMUM")
    put(inbox, "c", role="staf", where="UMUM")
    put(inbox, "d", role="staf")
    assert ids(inbox.page(HEAD)) == ["a"]
    assert ids(inbox.page(BOTH)) == ["a", "c"]  # a pair of role and unit counts, not each alone
    assert ids(inbox.page(actor(3))) == []
    assert inbox.page(HEAD).rows[0].process_name == "SOP"


def test_a_held_task_is_its_holders_and_a_done_one_leaves_the_lists(inbox):
    put(inbox, "a", assignee=1, state="Reserved")
    done = {"state": "Completed", "completed": micros(NOW), "completed_by": 1}
    put(inbox, "b", **done)
    put(inbox, "c", state="Obsolete", completed=micros(NOW))
    assert ids(inbox.page(HEAD, "tersedia")) == []
    assert ids(inbox.page(HEAD, "saya")) == ["a"]
    assert ids(inbox.page(HEAD, "selesai")) == ["b"]
    assert ids(inbox.page(BOTH, "saya")) == []
    counts = inbox.counters(HEAD)
    assert (counts.available, counts.mine, counts.done, counts.open) == (0, 1, 1, 1)


def test_late_and_near_in_working_time(inbox):
    put(inbox, "late", due=NOW)
    put(inbox, "near", due=datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    put(inbox, "far", due=datetime(2026, 11, 24, 3, 1, tzinfo=UTC), assignee=1, state="Reserved")
    put(inbox, "never")
    states = {row.task_id: row.due_state for tab in ("tersedia", "saya") for row in inbox.page(HEAD, tab).rows}
    assert states == {"late": LATE, "near": NEAR, "far": None, "never": None}
    left = {row.task_id: row.left for tab in ("tersedia", "saya") for row in inbox.page(HEAD, tab).rows}
    assert left == {"late": Left(0, 0, True), "near": Left(1, 0, False), "far": Left(1, 1, False), "never": None}
    counts = inbox.counters(HEAD)
    assert (counts.late, counts.near) == (1, 1)
    # on Friday afternoon Monday is within one working day
    inbox.clock.set(datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
    put(inbox, "monday", due=datetime(2026, 11, 30, 8, 0, tzinfo=UTC))
    assert {row.task_id: row.due_state for row in inbox.page(HEAD).rows}["monday"] == NEAR


def test_what_is_near_is_counted_in_the_working_time_of_the_owner_as_the_rows_show_it(inbox):
    """Bagian Hukum does not work on Tuesday: what is due on Wednesday is near in its process, not in the others'."""
    closed = replace(STANDARD, name="Hukum", overrides={date(2026, 11, 24): Override("libur")})
    with inbox.store.transaction() as tx:
        tx.execute(calendar.insert().values(code="hkm", name="Hukum", data=pack(to_data(closed))))
        tx.execute(unit.update().where(unit.c.code == "HKM").values(calendar="hkm"))
        tx.execute(process_definition.insert().values(id="piket", name="Piket", owner_unit="HKM"))
        version = {"id": 2, "process_id": "piket", "number": 1, "digest": "y", "diagram": b"\0", "calendar": "standar"}
        tx.execute(process_version.insert().values(**version, effective_from=0, published_at=0))
        tx.execute(
            instance.update().where(instance.c.id == "i1").values(version=2, process_id="piket", owner_unit="HKM")
        )
    wednesday = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    put(inbox, "theirs", due=wednesday)
    put(inbox, "own", of="i1", due=wednesday)
    put(inbox, "held", of="i1", due=wednesday, assignee=1, state="Reserved")
    rows = [row for tab in ("tersedia", "saya") for row in inbox.page(HEAD, tab).rows]
    assert {row.task_id: row.due_state for row in rows} == {"theirs": None, "own": NEAR, "held": NEAR}
    left = {row.task_id: row.left for row in rows}
    assert left["own"] == left["held"] == replace(left["theirs"], days=left["theirs"].days - 1)
    assert inbox.counters(HEAD).near == 2


def test_a_done_task_was_late_or_not(inbox):
    for name, completed in (("late", NOW + HOUR), ("good", NOW)):
        put(inbox, name, due=NOW, state="Completed", completed=micros(completed), completed_by=1)
    rows = inbox.page(HEAD, "selesai").rows
    assert [(row.task_id, row.due_state, row.left) for row in rows] == [("late", LATE, None), ("good", None, None)]


def test_orders(inbox):
    put(inbox, "x", of="i2", due=NOW + 3 * HOUR, available=micros(NOW - 3 * HOUR))
    put(inbox, "y", of="i0", due=None, available=micros(NOW - 2 * HOUR))
    put(inbox, "z", of="i1", due=NOW + HOUR, available=micros(NOW - 5 * HOUR))
    assert ids(inbox.page(HEAD, sort="due")) == ["z", "x", "y"]  # without a deadline last
    assert ids(inbox.page(HEAD, sort="available")) == ["y", "x", "z"]
    assert ids(inbox.page(HEAD, sort="title")) == ["x", "y", "z"]
    assert ids(inbox.page(HEAD, sort="; DROP TABLE")) == ["z", "x", "y"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("triwulan", ["a", "b"]), ("TRIWULAN II", ["b"]), ("2026-2", ["c"]), ("100%", ["c"]), ("%", ["c"]), ("_", [])],
)
def test_search_in_title_key_and_name_takes_text_literally(inbox, text, found):
    for task_id, of in (("a", "i0"), ("b", "i1"), ("c", "i2")):
        put(inbox, task_id, of=of)
    page = inbox.page(HEAD, search=text)
    assert (ids(page), page.total) == (found, len(found))
    assert page.counts.available == 3  # the counters do not depend on the search


def test_search_finds_the_tasks_name_and_bears_any_text(inbox):
    put(inbox, "a", name="Menandatangani")
    assert ids(inbox.page(HEAD, search="tangan")) == ["a"]
    assert ids(inbox.page(HEAD, search="\ud800tangan")) == ["a"]
    assert ids(inbox.page(HEAD, search="\x00' OR 1=1 --\\" + "x" * 5000)) == []


def test_pages_of_25(inbox):
    for number in range(60):
        put(inbox, f"t{number:02}", due=NOW + number * HOUR)
    first = inbox.page(HEAD)
    assert (len(first.rows), first.total, first.pages) == (25, 60, 3)
    assert ids(inbox.page(HEAD, page=3)) == [f"t{number}" for number in range(50, 60)]
    assert inbox.page(HEAD, page=99).page == 3
    assert inbox.page(HEAD, page=-5).page == 1
    seen = [task for number in (1, 2, 3) for task in ids(inbox.page(HEAD, search="mengisi", page=number))]
    assert seen == [f"t{number:02}" for number in range(60)]


def test_a_reader_asks_no_more_statements_for_more_tasks(inbox):
    def statements():
        seen = []
        engine = inbox.store.sql
        sa.event.listen(engine, "before_cursor_execute", spy := lambda *args: seen.append(args[2]))
        inbox.page(HEAD)
        sa.event.remove(engine, "before_cursor_execute", spy)
        return len(seen)

    put(inbox, "a")
    few = statements()
    for number in range(40):
        put(inbox, f"t{number}", of=f"i{number % 3}")
    assert statements() <= few <= 4


# -- notifications ----------------------------------------------------------------------------------------------------


def tell(inbox, number, **to):
    values = {"id": number, "kind": "late", "message": f"Pesan {number}", "at": micros(NOW) + number}
    with inbox.store.transaction() as tx:
        tx.execute(notification.insert().values(**values, **to))


def test_notifications_are_for_a_person_or_for_who_holds_a_position(inbox):
    tell(inbox, 1, person=1)
    tell(inbox, 2, role="kepala_bagian", unit="HKM")
    tell(inbox, 3, person=3)
    tell(inbox, 4, role="staf", unit="HKM")
    page = inbox.notifications(HEAD)
    assert [(row.id, row.message, row.seen) for row in page.rows] == [(2, "Pesan 2", False), (1, "Pesan 1", False)]
    assert [row.id for row in inbox.notifications(BOTH).rows] == [2]
    assert inbox.counters(HEAD).unseen == 2


def test_seen_is_each_readers_own(inbox):
    for number in (1, 2):
        tell(inbox, number, role="kepala_bagian", unit="HKM")
    tell(inbox, 3, person=3)
    inbox.mark_seen(HEAD, [1, 3, 999])
    inbox.mark_seen(HEAD, [1])
    assert [(row.id, row.seen) for row in inbox.notifications(HEAD).rows] == [(2, False), (1, True)]
    assert inbox.counters(HEAD).unseen == 1
    assert inbox.counters(BOTH).unseen == 2
    assert inbox.counters(actor(3)).unseen == 1  # nobody marks what others were told
    inbox.mark_seen(HEAD)
    assert inbox.counters(HEAD).unseen == 0


def test_the_indexes_that_the_inbox_needs_are_there():
    names = {index.name for index in metadata.tables["user_task"].indexes}
    assert {"ix_user_task_offered", "ix_user_task_held", "ix_user_task_done"} <= names
