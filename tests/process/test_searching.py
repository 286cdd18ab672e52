"""Whatever is selected, a page holds the newest of exactly that: compared with looking at every event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from process import searching
from process.records import Record, Selection
from process.trail_index import unit_of
from process.trail_words import terms_of, words_of
from tests.bench.many import fill

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


@pytest.mark.parametrize("few", [searching.FEW, 3], ids=["sorted", "walked"])
def test_a_page_is_the_newest_of_what_is_selected(office, clock, monkeypatch, few):
    monkeypatch.setattr(searching, "FEW", few)
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
