"""Stored calendars: which one counts for a unit, imports with the error at its row, changes on record."""

from datetime import UTC, date, datetime, time

import pytest

from forms.canonical import dumps
from process.calendar import Override
from process.calendar_data import STANDARD
from process.calendar_files import from_data, read_import, to_data
from process.calendars import Calendars, changed_days, difference
from process.clock import ManualClock
from process.errors import Forbidden, InvalidData, NotFound, ReasonRequired, Stale
from process.model import ADMINISTRATOR, Actor, Unit
from process.packing import unpack
from process.people import People
from process.tables import event, event_payload

ADMIN = Actor(None, "operator", system_roles=frozenset({ADMINISTRATOR}), source="command")
DECREE = b"tanggal,jenis,keterangan\n2026-12-31,cuti bersama,SKB perubahan\n2026-11-28,kerja,Pengganti\n"


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))


@pytest.fixture
def calendars(store, clock):
    made = Calendars(store, clock)
    with store.transaction() as tx:
        made.ensure_standard(tx, clock.now())
        made.ensure_standard(tx, clock.now())
    return made


def imported(text, name="libur.csv"):
    return read_import(text if isinstance(text, bytes) else text.encode(), name)


def events(store):
    with store.reading() as tx:
        rows = tx.all(event.select().order_by(event.c.seq))
        return [
            (row.type, unpack(tx.one(event_payload.select().where(event_payload.c.seq == row.seq)).data))
            for row in rows
        ]


def test_a_calendar_reads_back_as_it_was_written():
    changed = imported(DECREE).over(STANDARD)
    assert from_data(to_data(changed)) == changed
    assert changed.overrides[date(2026, 12, 31)] == Override("cuti bersama", "SKB perubahan")


def test_the_nearest_calendar_up_the_tree_counts(store, clock, calendars):
    people = People(store, clock)
    for code, parent in (("SETDA", None), ("PRK", "SETDA"), ("SUB", "PRK"), ("LAIN", None)):
        people.add_unit(Unit(code, code, parent), ADMIN)
    city = to_data(STANDARD) | {"nama": "Kota"}
    calendars.change("kota", imported(dumps(city), "kota.json"), ADMIN)
    people.change_unit("PRK", ADMIN, calendar="kota")
    assert [calendars.of_unit(code).name for code in ("SUB", "PRK", "SETDA", "LAIN", "TIDAK")] == [
        "Kota",
        "Kota",
        STANDARD.name,
        STANDARD.name,
        STANDARD.name,
    ]
    assert [(one.code, one.units) for one in calendars.list()] == [("standar", ()), ("kota", ("PRK",))]
    with store.reading() as tx:
        assert calendars.for_unit(tx, "LAIN", "kota").name == "Kota"


def test_a_change_is_seen_by_another_process_at_once(store, clock, calendars):
    other = Calendars(store, clock)
    assert other.of_unit("X").is_working_day(date(2026, 12, 31))
    calendars.change("standar", imported(DECREE), ADMIN, reason="SKB")
    assert not other.of_unit("X").is_working_day(date(2026, 12, 31))


def test_a_change_needs_authority_and_a_reason_and_is_on_record(store, calendars):
    with pytest.raises(Forbidden):
        calendars.change("standar", imported(DECREE), Actor(None, "siapa saja"), reason="x")
    with pytest.raises(ReasonRequired):
        calendars.change("standar", imported(DECREE), ADMIN, reason="  ")
    assert calendars.change("standar", imported(DECREE), ADMIN, reason="SKB", revision=1).revision == 2
    with pytest.raises(Stale):
        calendars.change("standar", imported(DECREE), ADMIN, reason="SKB", revision=1)
    calendars.change("standar", imported(DECREE), ADMIN, reason="sekali lagi")  # nothing differs, nothing is written
    (first, _), (second, payload) = events(store)
    assert (first, second) == ("calendar.added", "calendar.changed")
    assert payload["alasan"] == "SKB"
    assert payload["sebelum"] == {"hari": []}
    assert [day["tanggal"] for day in payload["sesudah"]["hari"]] == ["2026-11-28", "2026-12-31"]


def test_a_day_can_be_taken_back(calendars):
    calendars.change("standar", imported(DECREE), ADMIN, reason="SKB")
    after = calendars.change("standar", imported("tanggal;jenis\n31/12/2026;hapus\n"), ADMIN, reason="dibatalkan")
    assert list(after.calendar.overrides) == [date(2026, 11, 28)]


def test_a_preview_writes_nothing_and_names_the_days(store, calendars):
    before, after = calendars.preview("standar", imported(DECREE))
    assert changed_days(before, after, date(2026, 11, 23)) == (date(2026, 11, 28), date(2026, 12, 31))
    assert len(events(store)) == 1
    with pytest.raises(NotFound, match="belum ada"):
        calendars.preview("baru", imported(DECREE))


def test_only_what_differs_is_recorded():
    before = to_data(STANDARD)
    after = to_data(imported(DECREE).over(STANDARD)) | {"nama": "Lain"}
    changed = difference(before, after)
    assert set(changed["sebelum"]) == {"nama", "hari"}
    assert changed["sesudah"]["nama"] == "Lain"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("tanggal,jenis\n2026-13-01,libur\n", (2,), "tidak sah"),
        ("tanggal,jenis\n\n2026-12-01,pesta\n", (3,), "tidak dikenal"),
        ("tanggal,jenis\n2026-12-01,libur\n01/12/2026,libur\n", (3,), "dua kali"),
        ("tanggal,jenis,jam\n2026-12-01,libur,07:30-12:00\n", (2,), "hanya diisi untuk jenis kerja"),
        ("tanggal,jenis,jam\n2026-12-01,kerja,730-12\n", (2,), "Jam"),
        ("tgl,jenis\n2026-12-01,libur\n", (1,), "judul"),
        ("tanggal,jenis\n٢٠٢٦-12-01,libur\n", (2,), "tidak sah"),
        ('{"hari": [{"tanggal": "2026-12-01"}]}', ("hari", 0), "tidak dikenal"),
        ('[{"tanggal": "2026-12-01", "jenis": "libur"}, 7]', ("hari", 1), "objek"),
        ('{"jam": [], "nama": "X"}', ("jam",), "paling sedikit satu"),
    ],
)
def test_an_error_stands_at_its_row(text, where, message):
    with pytest.raises(InvalidData, match=message) as caught:
        imported(text)
    assert caught.value.errors[0].path == where


@pytest.mark.parametrize(
    "content", [b"", b"tanggal,jenis\n", b"\xff\xfe\x00", b"{", b'{"a": ' + b"[" * 1000, b"a\x00b"]
)
def test_what_is_no_calendar_is_refused(content):
    with pytest.raises(InvalidData):
        imported(content)


def test_every_error_is_told_at_once():
    with pytest.raises(InvalidData) as caught:
        imported("tanggal,jenis\n2026-02-30,libur\n2026-12-01,x\nbukan,libur\n")
    assert [error.path for error in caught.value.errors] == [(2,), (3,), (4,)]


def test_hours_of_a_single_day_and_of_a_whole_calendar():
    change = imported("tanggal,jenis,keterangan,jam\n2026-12-05,kerja,Lembur,08:00-12:00 13.00-15.00\n")
    assert change.days[date(2026, 12, 5)].shifts == ((time(8), time(12)), (time(13), time(15)))
    with pytest.raises(InvalidData, match="tidak berurutan"):
        from_data({"nama": "X", "jam": [{"nama": "X", "pekan": {"senin": ["16:00-08:00"]}}]})
    with pytest.raises(InvalidData, match="“montag”"):
        from_data({"nama": "X", "jam": [{"nama": "X", "pekan": {"montag": []}}]})
    with pytest.raises(InvalidData, match="Zona"):
        from_data({"nama": "X", "zona": "Europe/Berlin", "jam": [{"nama": "X", "pekan": {"senin": ["08:00-16:00"]}}]})
