"""The generator of large records makes what the engine would: chains that verify, indexed in the order of time."""

from __future__ import annotations

import sqlalchemy as sa

from forms.canonical import dumps, loads
from process import trail_index
from process.selection import Selection
from tests.bench.many import fill


def test_what_the_generator_fills_in_is_a_sound_record(crew, office):
    before = len(crew.rows("SELECT 1 FROM event"))
    made = fill(office, 400, units=12, processes=1)
    assert made.events >= 400
    # The chains are sound; rows of persons and files that the events tell of were not made.
    assert [one for one in office.trail.verify().misfits if not one.code.startswith("row_")] == []
    rows = [one for chunk in office.records.read(Selection(), upto=office.records.latest()) for one in chunk]
    assert len(rows) == before + made.events
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert rows[-1].at == made.until
    assert all(dumps(loads(row.raw)) == row.raw for row in rows)
    with office.store.reading() as tx:
        known = {row.id for row in tx.all(sa.text("SELECT id FROM user_task"))}
    told = {row.header.task for row in rows if row.header.task}
    assert told
    assert told <= known


def test_an_instance_that_was_filled_in_has_its_page(lite, clock):
    made = fill(lite.office, 400, units=12, processes=1)
    clock.set(made.until)
    page = lite.office.views.instance(made.instances[0], lite.actor("auditor"))
    assert page.timeline
    assert {row.task.element for row in page.tasks} >= {"membuat_draft", "mengisi_data"}


def test_a_large_backlog_is_indexed_in_the_order_of_time(lite, monkeypatch):
    """Also with more instances waiting than one transaction looks at, while fewer than that ran at the same time."""
    monkeypatch.setattr(trail_index, "_STREAMS", 3)
    fill(lite.office, 500, units=12, processes=1, days=200, index=False)
    lite.office.index.catch_up(batch=40)
    rows = [one for chunk in lite.office.records.read(Selection(), upto=lite.office.records.latest()) for one in chunk]
    assert len(rows) == len(lite.rows("SELECT 1 FROM event"))
    assert [row.at for row in rows] == sorted(row.at for row in rows)
