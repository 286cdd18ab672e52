"""How long each step of an instance waited and was worked on, beside its standard time: in working time. Pure.

A step waits from when it is available until it is taken, and is worked on from then until it is done. What is still
open is counted until `now`. Every pass and every item (Bagian) stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bpmn.model import Duration, Process
from process.calendar import WorkingCalendar
from process.model import TaskState, UserTask

Outcome = Literal["waiting", "working", "done", "skipped", "obsolete"]


@dataclass(frozen=True, slots=True)
class Worked:
    """Working time: `minutes` in all; the same as working `days` and the minutes that are left over, `rest`.

    A day is what a deadline counts as one; beyond `calendar.MOST_DAYS` days are not counted further (see `Left`).
    """

    minutes: int
    days: int
    rest: int


@dataclass(frozen=True, slots=True)
class StepTime:
    """One task of one step. `standard`: of the version that the instance runs on, None where it has none; `waiting`;
    `working`: None when nobody took it; `late_by`: None when it was, or still is, in time.

    `taken` is None, too, when a step was ended without having been taken; `ended` while it is open.
    """

    task_id: str
    element: str
    item: str | None
    pass_: int
    number: int
    name: str
    unit: str
    standard: Duration | None
    outcome: Outcome
    available: datetime
    taken: datetime | None
    ended: datetime | None
    due: datetime | None
    waiting: Worked
    working: Worked | None
    late_by: Worked | None


def step_times(
    tasks: Iterable[UserTask], process: Process, calendar: WorkingCalendar, now: datetime
) -> tuple[StepTime, ...]:
    """The times of all tasks, in the order of the SOP: by step, item and pass. `calendar` is that of the owner unit."""
    found = [_time(task, process, calendar, now) for task in tasks]
    return tuple(sorted(found, key=lambda one: (one.number, one.element, one.item or "", one.pass_)))


def longest_wait(times: Iterable[StepTime]) -> StepTime | None:
    """The step that waited longest for somebody to take it; None when none waited a working minute."""
    waited = [one for one in times if one.waiting.minutes > 0]
    return max(waited, key=lambda one: (one.waiting.minutes, one.available), default=None)


def worked(calendar: WorkingCalendar, start: datetime, end: datetime) -> Worked:
    """The working time from `start` to `end`."""
    span = calendar.left(max(start, end), start)
    return Worked(calendar.working_minutes_between(start, end), span.days, span.minutes)


def _time(task: UserTask, process: Process, calendar: WorkingCalendar, now: datetime) -> StepTime:
    definition = process.tasks.get(task.element)
    end = task.completed or now
    taken = task.claimed if task.claimed is not None and task.claimed <= end else None
    return StepTime(
        task_id=task.id,
        element=task.element,
        item=task.item,
        pass_=task.pass_,
        number=task.number,
        name=task.name,
        unit=task.unit,
        standard=definition.duration if definition is not None else None,
        outcome=_outcome(task),
        available=task.available,
        taken=taken,
        ended=task.completed,
        due=task.due,
        waiting=worked(calendar, task.available, taken or end),
        working=worked(calendar, taken, end) if taken is not None else None,
        late_by=worked(calendar, task.due, end) if task.due is not None and task.due < end else None,
    )


def _outcome(task: UserTask) -> Outcome:
    if task.skipped:
        return "skipped"
    if task.state is TaskState.OBSOLETE:
        return "obsolete"
    if task.completed is not None:
        return "done"
    return "waiting" if task.claimed is None else "working"
