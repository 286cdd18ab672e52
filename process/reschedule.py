"""A calendar changes while deadlines are running: a late decree, other office hours. What moves is shown before it is
done, and then done in one transaction with the change itself.

Only armed timers move: what is late already stays late. A deadline in standard time is counted again from when its task
became available; one that a step set as a date keeps its date, or moves on to the next working day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bpmn import runtime
from process import authority
from process.calendar import WorkingCalendar
from process.calendar_files import Import
from process.calendars import Calendars
from process.clock import instant as at
from process.clock import micros
from process.model import ADMINISTRATOR, Actor
from process.packing import unpack_plain
from process.rows import TaskRow, open_tasks, update_task
from process.store import Tx
from process.tables import instance, process_version, unit
from process.units import change_unit_in, unit_in
from process.work import Desk


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that moves: of all open tasks of one step in one instance."""

    instance_id: str
    title: str
    element: str
    name: str
    task_ids: tuple[str, ...]
    timer: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """What an import does. `calendar_before` is None for a new calendar."""

    calendar_before: WorkingCalendar | None
    calendar_after: WorkingCalendar
    moved: tuple[Moved, ...]


class Rescheduling:
    """Changes calendars together with the deadlines counted in them. For administrators."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def preview(self, code: str, change: Import, actor: Actor, *, unit_code: str | None = None) -> Change:
        """What importing `change` over the calendar `code`, and giving that calendar to a unit, would move."""
        authority.require(actor, ADMINISTRATOR)
        with self.desk.store.reading() as tx:
            before, after = self.desk.calendars.preview_in(tx, code, change)
            if unit_code is not None:
                unit_in(tx, unit_code)
            return Change(before, after, tuple(self._moves(tx, code, after, unit_code)))

    def apply(
        self, code: str, change: Import, actor: Actor, *, reason: str | None = None, unit_code: str | None = None
    ) -> Change:
        """Do it: calendar, unit and deadlines in one transaction, all of it on record."""
        now = self.desk.clock.now()
        with self.desk.store.transaction() as tx:
            before, after = self.desk.calendars.preview_in(tx, code, change)
            moved = tuple(self._moves(tx, code, after, unit_code))
            self.desk.calendars.change_in(tx, code, change, actor, now, reason=reason)
            if unit_code is not None:
                given = unit_in(tx, unit_code)
                change_unit_in(tx, given, replace(given, calendar=code), actor, now)
            of_instance: dict[str, list[Moved]] = {}
            for one in moved:
                of_instance.setdefault(one.instance_id, []).append(one)
            for instance_id, moves in of_instance.items():
                self._move(tx, instance_id, moves, actor, now, reason)
        return Change(before, after, moved)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _moves(self, tx: Tx, code: str, after: WorkingCalendar, unit_code: str | None) -> Iterator[Moved]:
        before_of = _Resolver(tx, self.desk.calendars)
        after_of = _Resolver(tx, self.desk.calendars, code, after, unit_code)
        rows = tx.all(
            sa.select(instance.c.id, instance.c.title, instance.c.owner_unit, instance.c.version, instance.c.timers)
            .add_columns(process_version.c.calendar)
            .join(process_version, process_version.c.id == instance.c.version)
            .where(instance.c.state == "running", instance.c.next_due.is_not(None))
            .order_by(instance.c.started, instance.c.id)
        )
        for row in rows:
            old, new = (resolver.calendar(row.owner_unit, row.calendar) for resolver in (before_of, after_of))
            if old == new:
                continue
            process = self.desk.definitions.load(tx, row.version).process
            tasks = open_tasks(tx, row.id)
            for timer, _, element, due in unpack_plain(row.timers) or ():
                watched = [task for task in tasks.values() if task.element == element]
                definition = process.tasks.get(element or "")
                if not watched or definition is None or definition.duration is None:
                    continue  # an intermediate timer: when its waiting began is not known outside the engine
                begun = at(min(task.available for task in watched))
                if definition.due is None or old.after(definition.duration, begun) == at(due):
                    moved = new.after(definition.duration, begun)
                else:
                    moved = new.end_of(old.local_date(at(due)))
                if moved != at(due):
                    ids = tuple(task.id for task in watched)
                    yield Moved(row.id, row.title, definition.id, definition.name, ids, timer, at(due), moved)

    def _move(
        self, tx: Tx, instance_id: str, moves: list[Moved], actor: Actor, now: datetime, reason: str | None
    ) -> None:
        work = self.desk.by_instance(tx, instance_id, actor, now)
        dues = {one.timer: one.after for one in moves}
        advance = runtime.reschedule(work.version.process, work.row.snapshot, dues)
        work.apply(advance)
        for one in moves:
            rows = []
            for task_id in one.task_ids:
                task: TaskRow = work.open[task_id]
                # not a change by who holds it: the revision stays, so that nobody's open page becomes stale
                work.open[task_id] = task._replace(due=micros(one.after))
                update_task(tx, work.open[task_id])
                rows.append({"tugas": task_id, "unit": task.unit})
            told = {"sebelum": micros(one.before), "sesudah": micros(one.after), "alasan": reason, "rincian": rows}
            work.note("task.due_changed", told, element=one.element)
        work.save()


class _Resolver:
    """Which calendar counts for a unit: the stored ones, or as they would be after a change."""

    def __init__(
        self,
        tx: Tx,
        calendars: Calendars,
        code: str | None = None,
        changed: WorkingCalendar | None = None,
        unit_code: str | None = None,
    ) -> None:
        self._tx = tx
        self._calendars = calendars
        self._known: dict[str, WorkingCalendar] = {code: changed} if code and changed else {}
        self._units = {
            row.code: (row.parent, row.calendar)
            for row in tx.all(sa.select(unit.c.code, unit.c.parent, unit.c.calendar))
        }
        if unit_code is not None and unit_code in self._units:
            self._units[unit_code] = (self._units[unit_code][0], code)

    def calendar(self, unit_code: str, default: str) -> WorkingCalendar:
        above: str | None = unit_code
        for _ in range(21):
            if above is None or above not in self._units:
                break
            above, own = self._units[above]
            if own is not None:
                return self._load(own)
        return self._load(default)

    def _load(self, code: str) -> WorkingCalendar:
        if code not in self._known:
            self._known[code] = self._calendars.get(self._tx, code).calendar
        return self._known[code]
