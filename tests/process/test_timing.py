"""Deadlines: fired once, told to holders and the next lane up, and the work goes on."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from process.calendar import Left
from process.clock import ManualClock
from process.errors import AlurError
from process.model import InstanceState
from process.office import Office


def test_a_timer_fires_once_marks_late_and_tells_the_next_lane_up(crew, office, clock):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    due = office.views.task(task, crew.actor("staf")).task.due
    assert due == datetime(2026, 4, 7, 9, 0, tzinfo=UTC), "one working day: the end of Tuesday's hours"
    assert office.engine.fire_due(due - timedelta(seconds=1)) == 0
    assert (office.views.task(task, crew.actor("staf")).left.days, clock.now() < due) == (1, True)
    clock.set(due + timedelta(seconds=1))
    page = office.views.task(task, crew.actor("staf"))
    assert (page.due_state, page.left) == ("terlambat", Left(0, 0, True))
    assert office.engine.fire_due() == 1
    assert office.engine.fire_due() == 0
    page = office.views.task(task, crew.actor("staf"))
    assert page.task.late == due
    assert page.instance.state is InstanceState.RUNNING
    assert [one.kind for one in office.inbox.notifications(crew.actor("staf2")).rows] == ["late"]
    assert [one.kind for one in office.inbox.notifications(crew.actor("perencana")).rows] == ["escalated"]
    assert crew.events(instance).count("task.late") == 1
    crew.finish(instance)
    assert office.trail.verify().ok


def test_only_the_bagian_that_have_not_answered_are_late(crew, office, clock):
    instance = crew.brought("mengisi_data")
    crew.complete(instance, "mengisi_data", "HKM")
    clock.advance(days=3)
    assert office.engine.fire_due() == 1
    late = {row.item for row in crew.rows("SELECT item FROM user_task WHERE late IS NOT NULL")}
    assert late == {"PRK", "UMUM"}
    assert office.inbox.notifications(crew.actor("kabag.hkm")).total == 0
    told = office.inbox.notifications(crew.actor("sekda")).rows
    assert [one.kind for one in told] == ["escalated"]
    assert "2 belum" in told[0].message


def test_what_is_sent_after_its_deadline_is_late_even_when_nobody_woke_the_engine(crew, office, clock):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    clock.advance(days=5)
    crew.complete(instance, "membuat_draft")
    row = crew.rows("SELECT late, completed FROM user_task WHERE id = :t", t=task)[0]
    assert row.late is not None
    assert crew.events(instance).index("task.late") < crew.events(instance).index("task.completed")
    assert office.engine.fire_due() == 0


def test_many_at_once_fire_each_timer_once(crew, office, clock):
    instances = [crew.start() for _ in range(3)]
    clock.advance(days=5)
    fired = []
    threads = [threading.Thread(target=lambda: fired.append(office.engine.fire_due())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 3
    for instance in instances:
        assert crew.events(instance).count("task.late") == 1


def test_an_instance_that_cannot_go_on_keeps_no_other_waiting(crew, office, clock):
    broken, sound = crew.start(), crew.start()
    with office.store.transaction() as tx:
        tx.execute(sa.text("UPDATE instance SET snapshot = :raw WHERE id = :id"), {"raw": b"rusak", "id": broken})
    clock.advance(days=5)
    with pytest.raises(AlurError) as caught:
        office.engine.fire_due()
    assert broken in "".join(caught.value.__notes__)
    assert crew.events(sound).count("task.late") == 1
    assert crew.events(broken).count("task.late") == 0


def test_the_scheduler_fires_what_fell_due_while_nothing_ran(lite, tmp_path):
    instance = lite.start()
    lite.office.close()
    later = ManualClock(lite.clock.now() + timedelta(days=5))
    office = Office.open(f"sqlite:///{tmp_path / 'alur.db'}", tmp_path / "data", clock=later)
    done = threading.Event()
    office.jobs.handlers["tanda"] = lambda payload: done.set()
    with office.store.transaction() as tx:
        office.jobs.enqueue(tx, "tanda", "a", {})
        office.jobs.enqueue(tx, "tanda", "a", {})
    try:
        office.scheduler.start()
        assert done.wait(20)
        deadline = threading.Event()
        for _ in range(200):
            if "task.late" in [one.type for one in office.trail.timeline(instance)]:
                break
            deadline.wait(0.05)
        else:
            raise AssertionError("the timer did not fire")
    finally:
        office.close()


def test_a_failing_job_is_tried_again_later_and_given_up_in_the_end(lite):
    office, clock = lite.office, lite.clock
    tried = []

    def fail(payload):
        tried.append(payload)
        raise RuntimeError("printer on fire")

    office.jobs.handlers["gagal"] = fail
    with office.store.transaction() as tx:
        office.jobs.enqueue(tx, "gagal", "satu", {"n": 1})
    for _ in range(8):
        assert office.jobs.run_due(clock.now()) <= 1
        clock.advance(hours=1)
    assert tried == [{"n": 1}] * 5
    row = lite.rows("SELECT state, attempts, error FROM job WHERE kind = 'gagal'")[0]
    assert (row.state, row.attempts, row.error) == ("failed", 5, "printer on fire")


def test_a_job_left_running_by_a_stopped_server_is_taken_up_again(lite):
    office, clock = lite.office, lite.clock
    ran = []
    office.jobs.handlers["kerja"] = ran.append
    with office.store.transaction() as tx:
        office.jobs.enqueue(tx, "kerja", "satu", {})
    office.jobs.take(clock.now(), ["kerja"])
    assert office.jobs.run_due(clock.now()) == 0
    clock.advance(minutes=6)
    assert office.jobs.run_due(clock.now()) == 1
    assert ran == [{}]
