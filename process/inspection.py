"""Looking at the record: the trail of one instance, and that of everything. Says who may see which event, and how much.

Auditors and the pengelola see all of it. Others see the trail of instances that they take part in; who heads one item
(a Bagian) sees the events of that item, and of the others only that a step was done, not what it said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from forms.canonical import dumps
from process import authority, policy
from process.completing import require_sight
from process.definitions import Version
from process.documents import names_of
from process.durations import StepTime, step_times
from process.model import AUDITOR, PENGELOLA, Actor, Instance, UserTask
from process.records import PER_PAGE, Record, RecordPage, Records, of_stream
from process.rows import all_tasks, to_instance, to_task
from process.selection import Selection
from process.store import Tx
from process.tables import document_version, instance, user_task
from process.work import Desk

INSPECTORS = (AUDITOR, PENGELOLA)


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """Which task an event is about: its step, item and pass."""

    element: str
    item: str | None
    pass_: int
    number: int
    name: str


@dataclass(frozen=True)
class InstanceTrail:
    """`records`: what the actor may see of the events, oldest first; `times`: of the tasks that the actor may see;
    `tasks`: of all tasks by id; `done_by`: by task, the name of who did or holds
    it; `documents`: ids of the document versions that may be seen, by (key, item, number); `hidden`: how many events
    are not shown.
    """

    instance: Instance
    version: Version
    records: tuple[Record, ...]
    times: tuple[StepTime, ...]
    tasks: Mapping[str, TaskPlace]
    done_by: Mapping[str, str]
    documents: Mapping[tuple[str, str, int], int]
    hidden: int


@dataclass(frozen=True)
class Found:
    """A page of the record of everything. `versions`: by instance, the version that it runs on; `tasks`: by id."""

    page: RecordPage
    versions: Mapping[str, Version]
    tasks: Mapping[str, TaskPlace]


class Inspection:
    def __init__(self, desk: Desk, records: Records) -> None:
        self.desk = desk
        self.records = records

    def page(self, selection: Selection, actor: Actor, *, before: int | None = None, per_page: int = PER_PAGE) -> Found:
        """A page of what is selected, for inspectors. Raises Forbidden, InvalidData, NotFound."""
        authority.require(actor, *INSPECTORS)
        page = self.records.page(selection, before=before, per_page=per_page)
        with self.desk.store.reading() as tx:
            ids = {row.instance for row in page.rows if row.instance is not None}
            known = tx.all(sa.select(instance.c.id, instance.c.version).where(instance.c.id.in_(ids))) if ids else ()
            versions = {row.id: self.desk.definitions.load(tx, row.version) for row in known}
            named = {row.header.task for row in page.rows if row.header.task is not None}
            return Found(page, versions, _places(tx, user_task.c.id.in_(named)) if named else {})

    def instance(self, instance_id: str, actor: Actor) -> InstanceTrail:
        """The trail of one instance; NotFound also for who may not see it."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            work = self.desk.by_instance(tx, instance_id, actor, now)
            sight = require_sight(work)
            rows = [to_task(row) for row in all_tasks(tx, instance_id)]
            places = {task.id: _place(task) for task in rows}
            names = names_of(tx, [task.completed_by or task.assignee for task in rows])
            done_by = {task.id: names.get(task.completed_by or task.assignee, "") for task in rows}
            events = of_stream(tx, work.row.stream)
            seen = [one for one in (_seen(record, sight, places) for record in events) if one is not None]
            shown = [task for task in rows if not task.item or sight.task(task.item)]
            process, calendar = work.version.process, work.sources.calendar
            return InstanceTrail(
                to_instance(work.row),
                work.version,
                tuple(seen),
                step_times(shown, process, calendar, now),
                places,
                {task.id: done_by[task.id] for task in shown},
                _documents(tx, instance_id, sight),
                len(events) - len(seen),
            )


def _documents(tx: Tx, instance_id: str, sight: policy.Sight) -> dict[tuple[str, str, int], int]:
    columns = (document_version.c[name] for name in ("id", "key", "item", "number"))
    rows = tx.all(sa.select(*columns).where(document_version.c.instance == instance_id))
    return {(row.key, row.item, row.number): row.id for row in rows if sight.document(row.key, row.item or None)}


def _places(tx: Tx, where: sa.ColumnElement[bool]) -> dict[str, TaskPlace]:
    columns = (user_task.c[name] for name in ("id", "element", "item", "number", "name"))
    rows = tx.all(sa.select(*columns, user_task.c["pass"].label("pass_")).where(where))
    return {row.id: TaskPlace(row.element, row.item or None, row.pass_, row.number, row.name) for row in rows}


def _place(task: UserTask) -> TaskPlace:
    return TaskPlace(task.element, task.item, task.pass_, task.number, task.name)


def _seen(record: Record, sight: policy.Sight, places: Mapping[str, TaskPlace]) -> Record | None:
    """The event as this actor may see it, or None."""
    if sight.everything:
        return record
    place = places.get(record.header.task or "")
    item = (place.item if place is not None else None) or record.data.get("item")
    if item:
        return record if sight.task(str(item)) else None
    if record.type.startswith("instance.") or record.type == "task.completed":
        return record
    return _own_lines(record, sight, places)


def _own_lines(record: Record, sight: policy.Sight, places: Mapping[str, TaskPlace]) -> Record | None:
    """An event about the tasks of several items: only the lines of the actor's own; None without one."""
    lines = record.data.get("rincian")
    if not isinstance(lines, list):
        return None
    own = [line for line in lines if isinstance(line, dict) and _is_own(line, sight, places)]
    if not own:
        return None
    return replace(record, raw=dumps({**record.payload, "rincian": own}))


def _is_own(line: Mapping[str, object], sight: policy.Sight, places: Mapping[str, TaskPlace]) -> bool:
    place = places.get(str(line.get("tugas")))
    return place is not None and sight.task(place.item)
