"""Finding events over all streams: the index holds each event once, and selections mean what they say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from process.audit import NewEvent
from process.errors import InvalidData, NotFound
from process.model import ADMINISTRATOR, Actor, Held
from process.office import Office
from process.record import append, process_stream
from process.records import CHUNK_BYTES
from process.selection import Selection
from process.trail_index import TrailIndex, _index, forget_words

ALL = Selection()


def everything(office):
    upto = office.records.latest()
    return [one for chunk in office.records.read(ALL, upto=upto, chunk=7) for one in chunk]


def recorded(office):
    with office.store.reading() as tx:
        return {(row.stream, row.seq) for row in tx.all(sa.text("SELECT stream, seq FROM event"))}


def test_every_event_is_in_the_index_once_and_what_comes_later_is_added(crew, office):
    office.index.catch_up(batch=3)
    first = everything(office)
    crew.start()
    assert office.records.page(ALL).pending
    office.index.catch_up()
    found = everything(office)
    assert [one.id for one in found] == list(range(1, len(found) + 1))
    assert {(one.header.stream, one.header.seq) for one in found} == recorded(office)
    assert [one.header for one in found[: len(first)]] == [one.header for one in first]
    assert not office.records.page(ALL).pending
    assert office.index.catch_up() == 0


def test_large_contents_come_a_few_at_a_time_and_each_once(crew, office, clock):
    rows = [{"uraian": "kata " * 4000} for _ in range(100)]  # a document of the largest size
    with office.store.transaction() as tx:
        for number in range(12):
            told = [NewEvent("document.written", {"perubahan": [{"isian": "baris", "sesudah": rows}], "ke": number})]
            append(tx, process_stream(f"p{number % 3}"), told, Actor(None, "Uji"), clock.now())
    office.index.catch_up()
    upto = office.records.latest()
    read = list(office.records.read(ALL, upto=upto))
    chains = [[record for record, _ in chunk] for chunk in office.records.chains(ALL, upto=upto)]
    for chunks in (read, chains):
        assert max(sum(len(one.raw or b"") for one in chunk) for chunk in chunks) < CHUNK_BYTES + 2_100_000
        places = [(one.header.stream, one.header.seq) for chunk in chunks for one in chunk]
        assert len(places) == len(set(places))
        assert set(places) == recorded(office)


def test_who_comes_second_to_index_finds_nothing_to_do(office):
    office.index.catch_up()

    class Late(TrailIndex):
        """It saw that something was missing, which another thread has indexed meanwhile."""

        def pending(self, tx):
            return 1

    assert Late(office.store).catch_up() == 0


def test_pages_follow_each_other_by_key_without_a_gap(crew, office, clock):
    for _ in range(3):
        crew.start()
        clock.advance(hours=1)
    office.index.catch_up()
    seen, before = [], None
    while True:
        page = office.records.page(ALL, before=before, per_page=4)
        seen += page.rows
        if page.older is None:
            break
        before = page.older
    assert [one.id for one in seen] == [one.id for one in reversed(everything(office))]


def test_each_filter_selects_what_it_names(crew, office, clock):
    one = crew.start()
    clock.advance(days=2)
    later = clock.now()
    other = crew.start()
    crew.complete(other, "membuat_draft")
    office.index.catch_up()
    rows = everything(office)
    staf = crew.actor("staf").person_id
    cases = {
        Selection(since=later): lambda r: r.at >= later,
        Selection(until=later): lambda r: r.at < later,
        Selection(person=staf): lambda r: r.header.actor == staf,
        Selection(instance=one): lambda r: r.stream == f"instance:{one}",
        Selection(process="pengumpulan_data_kinerja"): lambda r: r.process == "pengumpulan_data_kinerja",
        Selection(types=("task.completed", "unit.added")): lambda r: r.type in ("task.completed", "unit.added"),
        Selection(since=later, words="draft Format"): (
            lambda r: r.data.get("dokumen") == "draft_format" and r.at >= later
        ),
        Selection(instance=other, words="STAF"): lambda r: r.instance == other and "STAF" in str(r.payload),
        Selection(unit="PRK"): lambda r: r.by.get("unit", r.data.get("unit", r.owner)) == "PRK",
    }
    for selection, expected in cases.items():
        found = office.records.page(selection, per_page=500).rows
        wanted = [row.id for row in rows if expected(row)]
        assert sorted(row.id for row in found) == wanted, selection
        assert wanted, selection
        assert office.records.count(selection, upto=office.records.latest()) == len(wanted)
        assert Selection.of(selection.plain()) == selection


@pytest.mark.parametrize(
    ("selection", "error"),
    [
        (Selection(types=("task.eaten",)), InvalidData),
        (Selection(words="data"), InvalidData),
        (Selection(words="!!", instance="x"), InvalidData),
        (Selection(instance="tidak-ada"), NotFound),
    ],
)
def test_what_cannot_be_meant_is_refused(lite, selection, error):
    with pytest.raises(error):
        lite.office.records.page(selection)


def test_a_period_that_ends_before_it_begins_is_refused(lite, clock):
    with pytest.raises(InvalidData, match="Akhir periode"):
        lite.office.records.page(Selection(since=clock.now(), until=clock.now()))


def test_unknown_units_processes_and_words_select_nothing(crew, office, clock):
    office.index.catch_up()
    long_ago = clock.now() - timedelta(days=999)
    for selection in (Selection(unit="X"), Selection(process="x"), Selection(since=long_ago, words="zzz"),
                      Selection(since=clock.now() + timedelta(days=1)), Selection(until=long_ago)):  # fmt: skip
        assert office.records.page(selection).rows == ()


@given(
    steps=st.lists(st.tuples(st.integers(0, 2), st.integers(-50, 50)), min_size=1, max_size=12),
    bounds=st.tuples(st.integers(-60, 200), st.integers(1, 120)),
    batch=st.integers(1, 5),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_period_is_exact_whatever_the_clock_did(lite, steps, bounds, batch):
    """Events may be committed out of order, and the clock may be set back: a period still means `at`."""
    office = lite.office
    now = base = office.clock.now()
    actor = Actor(None, "Uji")
    for number, (which, minutes) in enumerate(steps):
        now += timedelta(minutes=minutes)
        with office.store.transaction() as tx:
            append(tx, process_stream(f"p{which}"), [NewEvent("setting.changed", {"n": number})], actor, now)
        if number % 3 == 0:
            office.index.catch_up(batch=batch)
    office.index.catch_up(batch=batch)
    since = base + timedelta(minutes=bounds[0])
    selection = Selection(since=since, until=since + timedelta(minutes=bounds[1]))
    found = {(r.header.stream, r.header.seq) for r in office.records.page(selection, per_page=10_000).rows}
    expected = {
        (r.header.stream, r.header.seq) for r in everything(office) if selection.since <= r.at < selection.until
    }
    assert found == expected
    assert {(r.header.stream, r.header.seq) for r in everything(office)} == recorded(office)


def test_an_erased_payload_is_not_found_by_its_words(crew, office, clock):
    with office.store.transaction() as tx:
        held = Held(1, "staf", "PRK", "Staf")
        append(tx, "system", [NewEvent("setting.changed", {"alasan": "rahasia sekali"})], Actor(None, "Uji"),
               clock.now(), held)  # fmt: skip
    office.index.catch_up()
    selection = Selection(since=clock.now(), words="rahasia")
    (found,) = office.records.page(selection).rows
    with office.store.transaction() as tx:
        forget_words(tx, found.header.stream, found.header.seq, found.raw)
    assert office.records.page(selection).rows == ()
    office.index.rebuild()
    assert [one.header for one in office.records.page(selection).rows] == [found.header]


def test_words_that_an_older_rule_found_are_forgotten_too(office, database, tmp_path, clock, monkeypatch):
    with office.store.transaction() as tx:
        told = NewEvent("setting.changed", {"nama": "contoh", "alasan": "rahasia sekali"})
        seq, _ = append(tx, "system", [told], Actor(None, "Uji"), clock.now())
    with monkeypatch.context() as older:
        older.setattr("process.trail_index.words_of", lambda data: f"kuno{data.get('alasan', '')}")
        office.index.catch_up()

    def found(office, words):
        return {one.header.seq for one in office.records.page(Selection(since=clock.now(), words=words)).rows}

    assert found(office, "kunorahasia") == {seq}
    monkeypatch.setattr("process.trail_index.RULE", 2)
    for turn in range(2):  # the first finds another rule, the second its own
        later = Office.open(database, tmp_path / "data", clock=clock)
        if turn == 0:
            admin = Actor(None, "Admin", system_roles=frozenset({ADMINISTRATOR}), source="command")
            later.erasing.erase(later.erasing.of_events([f"system:{seq}"]), admin, "Putusan")
            assert found(later, "kunorahasia") == set(), "at once"
        later.index.catch_up()
        assert found(later, "kunorahasia") == found(later, "rahasia") == set()
        assert len(everything(later)) == len(recorded(later))
        later.close()


def test_words_that_are_being_indexed_while_their_payload_is_erased_do_not_stay(office, clock):
    told = NewEvent("setting.changed", {"nama": "contoh", "alasan": "rahasia sekali"})
    with office.store.transaction() as tx:
        seq, _ = append(tx, "system", [told], Actor(None, "Uji"), clock.now())
    admin = Actor(None, "Admin", system_roles=frozenset({ADMINISTRATOR}), source="command")
    chosen = office.erasing.of_events([f"system:{seq}"])
    with ThreadPoolExecutor(1) as pool:
        with office.store.transaction() as tx:
            assert _index(tx, 10_000)
            erased = pool.submit(office.erasing.erase, chosen, admin, "Putusan")
            wait([erased], 0.3)
        assert erased.result() == 1
    office.index.catch_up()
    assert office.records.page(Selection(since=clock.now(), words="sekali")).rows == ()
