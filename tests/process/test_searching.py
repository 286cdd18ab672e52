"""Whatever is selected, a page holds the newest of exactly that: compared with looking at every event."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from process import searching
from process.audit import NewEvent
from process.model import ADMINISTRATOR, SYSTEM, Actor
from process.record import SYSTEM_STREAM, append
from process.records import Record
from process.selection import Selection
from process.trail_index import unit_of
from process.trail_words import terms_of, words_of
from tests.bench.many import fill

FEW = searching.FEW
WORDS = ("kinerja", "staf", "Kepala Bagian", "pdf", "tidakada", "kaka", "KINERJA prk")


def means(selection: Selection, row: Record) -> bool:
    """The selection, said plainly."""
    process = row.process or row.data.get("proses")
    asked = (
        (selection.since, lambda: row.at >= selection.since),
        (selection.until, lambda: row.at < selection.until),
        (selection.person, lambda: row.header.actor == selection.person),
        (selection.unit, lambda: (unit_of(row.payload) or row.owner) == selection.unit),
        (selection.process, lambda: process == selection.process),
        (selection.instance, lambda: row.instance == selection.instance),
        (selection.types, lambda: row.type in selection.types),
        (selection.words, lambda: set(terms_of(selection.words)) <= set(terms_of(words_of(row.payload), 9_999))),
    )
    return all(not value or check() for value, check in asked)


def test_a_page_is_the_newest_of_what_is_selected(office, clock, monkeypatch):
    monkeypatch.setattr(searching, "NEAR", 7)
    made = fill(office, 700, units=14, processes=1, days=20)
    rows = [one for chunk in office.records.read(Selection(), upto=office.records.latest()) for one in chunk]
    upto = rows[-1].id
    first = rows[0].at

    def seldom(values):
        return st.one_of(st.none(), st.none(), st.sampled_from(sorted(set(values), key=str)))

    @given(
        since=st.one_of(st.none(), st.integers(0, 20)),
        length=st.one_of(st.none(), st.integers(1, 15)),
        person=seldom([row.header.actor for row in rows if row.header.actor]),
        unit=seldom(["PRK", "HKM", "SETDA", "KESRA", "U000", "XX"]),
        process=seldom(["pengumpulan_data_kinerja", "tidak_ada"]),
        instance=seldom(made.instances),
        types=st.lists(st.sampled_from(sorted({row.type for row in rows})), max_size=3, unique=True),
        words=st.one_of(st.just(""), st.just(""), st.sampled_from(WORDS)),
        per_page=st.sampled_from([1, 3, 50]),
    )
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def agrees(since, length, person, unit, process, instance, types, words, per_page):
        start = None if since is None else first + timedelta(days=since)
        if words and start is None and instance is None:
            start = first
        until = None if length is None else (start or first) + timedelta(days=length)
        selection = Selection(start, until, person, unit, process, instance, tuple(types), words)
        wanted = [row.id for row in reversed(rows) if means(selection, row)]
        for few in (FEW, 3):  # sorted; walked
            monkeypatch.setattr(searching, "FEW", few)
            compared(selection, wanted, per_page)

    def compared(selection, wanted, per_page):
        page = office.records.page(selection, per_page=per_page)
        assert [row.id for row in page.rows] == wanted[:per_page]
        assert (page.older is None) == (len(wanted) <= per_page)
        if page.older is not None:
            following = office.records.page(selection, before=page.older, per_page=per_page)
            assert [row.id for row in following.rows] == wanted[per_page : 2 * per_page]
        assert office.records.count(selection, upto=upto) == len(wanted)
        read = [row.id for chunk in office.records.read(selection, upto=upto, chunk=40) for row in chunk]
        assert read == wanted[::-1]

    agrees()


ALIKE = {"Straße": "STRASSE", "ﬁle": "file", "½": "2", "x²": "x2", "Café": "cafe", "нет": "НЕТ", "a.b-c_d": "c",
         "𞤀𞤁": "𞤀𞤁", "Ꞷx": "ꞷx"}  # fmt: skip


def test_words_are_split_alike_on_both_databases(office, clock):
    with office.store.transaction() as tx:
        events = [NewEvent("setting.changed", {"alasan": written}) for written in ALIKE]
        seq, _ = append(tx, SYSTEM_STREAM, events, SYSTEM, clock.now())
    office.index.catch_up()
    since = clock.now() - timedelta(days=1)
    for number, (written, asked) in enumerate(ALIKE.items(), seq - len(ALIKE) + 1):
        found = office.records.page(Selection(since, words=asked, types=("setting.changed",))).rows
        assert [row.header.seq for row in found] == [number], written


def test_on_sqlite_nothing_of_an_erased_text_stays_in_the_file(lite, tmp_path):
    office = lite.office
    admin = Actor(None, "Admin", system_roles=frozenset({ADMINISTRATOR}), source="command")
    for word in ("mengherankan", "menggemaskan"):
        with office.store.transaction() as tx:
            event = NewEvent("setting.changed", {"alasan": word})
            seq, _ = append(tx, SYSTEM_STREAM, [event], SYSTEM, lite.clock.now())
        office.index.catch_up()
    since = lite.clock.now() - timedelta(days=1)
    office.erasing.erase(office.erasing.of_events([f"{SYSTEM_STREAM}:{seq}"]), admin, "Putusan")
    assert len(office.records.page(Selection(since, words="mengherankan")).rows) == 1
    assert office.records.page(Selection(since, words="menggemaskan")).rows == ()
    office.close()  # which writes the log of changes into the file
    content = b"".join(path.read_bytes() for path in tmp_path.glob("alur.db*"))
    assert b"herankan" in content
    assert b"gemaskan" not in content
