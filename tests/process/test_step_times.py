"""How long steps waited and were worked on, in working time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.compile import compile_process
from bpmn.model import Duration
from process.calendar import ZONES
from process.calendar_data import STANDARD
from process.durations import longest_wait, step_times
from process.model import TaskState, UserTask

DIAGRAM = Path(__file__).parents[2] / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"
PROCESS = compile_process(DIAGRAM.read_bytes())


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONES["Asia/Jakarta"]).astimezone(UTC)


def task(element="menandatangani", *, available, claimed=None, completed=None, due=None, item=None, pass_=1, **more):
    definition = PROCESS.tasks[element]
    state = TaskState.COMPLETED if completed else TaskState.RESERVED if claimed else TaskState.READY
    values = {
        "id": f"{element}-{item}-{pass_}", "instance_id": "i", "ref": "r", "element": element, "item": item,
        "pass_": pass_, "role": definition.role, "unit": "SETDA", "assignee": None, "state": state, "skipped": False,
        "available": available, "claimed": claimed, "completed": completed, "due": due, "late": None, "revision": 1,
        "completed_by": None, "position_id": None, "number": definition.number, "name": definition.name,
    }  # fmt: skip
    return UserTask(**values | more)


def only(one, now="2026-11-30T10:00"):
    (found,) = step_times([one], PROCESS, STANDARD, wib(now))
    return found


def test_why_the_signature_took_two_days():
    """Available on Monday at 14.05, taken on Wednesday at 09.10, signed at 09.40; the standard is in the diagram."""
    found = only(task(
        available=wib("2026-11-23T14:05"), claimed=wib("2026-11-25T09:10"), completed=wib("2026-11-25T09:40"),
        due=wib("2026-11-24T16:00"),
    ))  # fmt: skip
    assert found.standard == PROCESS.tasks["menandatangani"].duration
    # Monday to 16.00: 1 h 55; Tuesday: 7 h 30; Wednesday from 07.30: 1 h 40
    assert found.waiting.minutes == 115 + 450 + 100
    assert (found.waiting.days, found.waiting.rest) == (1, 215)
    assert found.working.minutes == 30
    assert found.late_by.minutes == 130  # since Tuesday 16.00
    assert found.outcome == "done"


def test_what_is_open_counts_until_now():
    waiting = only(task(available=wib("2026-11-30T08:00")))
    assert (waiting.outcome, waiting.waiting.minutes, waiting.working, waiting.late_by) == ("waiting", 120, None, None)
    working = only(
        task(available=wib("2026-11-30T08:00"), claimed=wib("2026-11-30T09:00"), due=wib("2026-11-30T09:30"))
    )
    assert (working.outcome, working.waiting.minutes, working.working.minutes) == ("working", 60, 60)
    assert working.late_by.minutes == 30


def test_passes_and_bagian_stand_apart_in_the_order_of_the_sop():
    at = wib("2026-11-23T08:00")
    tasks = [
        task("menyerahkan_data", available=at),
        task("mengisi_data", available=at, item="PRK"),
        task("mengisi_data", available=at, item="HKM", pass_=2),
        task("mengisi_data", available=at, item="HKM"),
        task("membuat_draft", available=at),
    ]
    found = [(one.element, one.item, one.pass_) for one in step_times(tasks, PROCESS, STANDARD, at)]
    assert found == [
        ("membuat_draft", None, 1), ("mengisi_data", "HKM", 1), ("mengisi_data", "HKM", 2), ("mengisi_data", "PRK", 1),
        ("menyerahkan_data", None, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("more", "outcome"), [
    ({"skipped": True}, "skipped"), ({"state": TaskState.OBSOLETE}, "obsolete"),
])  # fmt: skip
def test_what_ended_without_being_done_says_so(more, outcome):
    start = wib("2026-11-23T08:00")
    found = only(task(available=start, completed=start + timedelta(hours=1), **more))
    assert (found.outcome, found.working, found.waiting.minutes) == (outcome, None, 60)


def test_a_step_that_this_version_lacks_has_no_standard():
    found = only(task(available=wib("2026-11-23T08:00"), element="membuat_draft"))
    gone = task(available=wib("2026-11-23T08:00"))
    assert found.standard == Duration(days=PROCESS.tasks["membuat_draft"].duration.days)
    object.__setattr__(gone, "element", "langkah_lama")
    assert only(gone).standard is None


def test_the_longest_wait_is_the_one_that_nobody_took():
    at = wib("2026-11-23T08:00")
    short = task("membuat_draft", available=at, claimed=at + timedelta(minutes=5), completed=at + timedelta(hours=7))
    long = task(available=at, claimed=at + timedelta(hours=2))
    times = step_times([short, long], PROCESS, STANDARD, at + timedelta(hours=8))
    assert longest_wait(times).element == "menandatangani"
    assert longest_wait(step_times([task(available=at)], PROCESS, STANDARD, at)) is None


instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))


@given(st.lists(instants, min_size=4, max_size=4), st.booleans(), st.booleans())
def test_waiting_and_working_are_all_the_time_there_was(moments, taken, done):
    available, claimed, completed, now = sorted(moments)
    one = task(
        available=available, claimed=claimed if taken else None, completed=completed if done else None, due=claimed
    )
    (found,) = step_times([one], PROCESS, STANDARD, now)
    end = completed if done else now
    parts = found.waiting.minutes + (found.working.minutes if found.working else 0)
    whole = STANDARD.working_minutes_between(available, end)
    assert whole - 1 <= parts <= whole  # each part is cut to whole minutes
    late = found.late_by.minutes if found.late_by else 0
    assert late == STANDARD.working_minutes_between(claimed, end)
    assert (found.working is None) == (not taken)
