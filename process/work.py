"""One instance, locked, being changed in one transaction.

A use case asks `Desk.open` for a `Work`, lets the flow advance, writes documents, notes events, and calls `save` once:
only then is anything written, in a handful of statements. What it leaves unsaved never happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bpmn.model import Advance, Moment, TaskDefinition, TimerState
from forms.canonical import digest, dumps
from process import saving
from process.audit import NewEvent
from process.calendars import Calendars
from process.changes import changes
from process.clock import Clock, instant, micros, micros_or_none
from process.context import Sources
from process.definitions import Definitions, Version
from process.errors import NotFound
from process.model import Actor, Held, TaskState, new_id
from process.packing import pack_plain, unpack_plain
from process.people import People
from process.rows import (
    LAST_PASSES,
    InstanceRow,
    TaskRow,
    lock,
    lock_by_task,
    open_tasks,
    update_task,
)
from process.saving import NOT_CERTIFIED
from process.store import Store, Tx


@dataclass(frozen=True)
class Desk:
    """What every use case needs."""

    store: Store
    clock: Clock
    definitions: Definitions
    calendars: Calendars
    people: People

    def by_task(self, tx: Tx, task_id: str, actor: Actor, now: datetime) -> tuple[Work, TaskRow]:
        """Lock the instance of a task; raises NotFound."""
        both = lock_by_task(tx, task_id)
        if both is None:
            raise NotFound("Tugas ini tidak ada.")
        row, tasks = both
        found = tasks[task_id]
        work = self._work(tx, row, {key: one for key, one in tasks.items() if one.open}, actor, now, found.version)
        work.held = actor.holds(found.role, found.unit)
        return work, found

    def by_instance(self, tx: Tx, instance_id: str, actor: Actor, now: datetime) -> Work:
        """Lock an instance; raises NotFound."""
        row = lock(tx, instance_id)
        if row is None:
            raise NotFound("Pelaksanaan ini tidak ada.")
        return self._work(tx, row, open_tasks(tx, row.id), actor, now)

    def _work(
        self, tx: Tx, row: InstanceRow, tasks: dict[str, TaskRow], actor: Actor, now: datetime, older: int | None = None
    ) -> Work:
        """`older`: the version that an ended task is read by, when the instance has moved on from it."""
        version = self.definitions.load(tx, older or row.version)
        return Work(self, tx, row, version, tasks, actor, now, Sources.of(tx, version, row, self.calendars, now))


@dataclass
class Written:
    """A document version about to be stored."""

    id: int  # known once stored
    key: str
    item: str
    number: int
    digest: str
    data: bytes
    form: str
    state: str | None
    task: str | None


@dataclass
class Work:
    desk: Desk
    tx: Tx
    row: InstanceRow
    version: Version
    open: dict[str, TaskRow]  # open tasks by id
    actor: Actor
    now: datetime
    sources: Sources
    held: Held | None = None
    events: list[NewEvent] = field(default_factory=list)
    made: list[TaskRow] = field(default_factory=list)  # tasks that became available in this step
    written: list[Written] = field(default_factory=list)
    moved: bool = False  # whether the flow moved, and the instance's own columns with it
    notices: list[tuple[Any, ...]] = field(default_factory=list)
    prints: list[tuple[Written | int, str | None, str, str]] = field(default_factory=list)
    signatures: list[tuple[str, Written, str, str, str]] = field(default_factory=list)

    @property
    def at(self) -> int:
        return micros(self.now)

    @property
    def moment(self) -> Moment:
        return Moment(self.now, self.sources)

    def version_of(self, version_id: int | None) -> Version:
        """The version that wrote something: an older one, or (None) the instance's own."""
        return self.desk.definitions.load(self.tx, version_id or self.row.version)

    def definition(self, task: TaskRow) -> TaskDefinition:
        return self.version.process.tasks[task.element]

    def note(
        self, kind: str, data: Mapping[str, Any], *, task: TaskRow | None = None, element: str | None = None
    ) -> None:
        """Put an event on record."""
        self.events.append(
            NewEvent(kind, data, task.id if task else None, task.element if task is not None else element)
        )

    def tell(
        self, kind: str, message: str, *, role: str | None = None, unit: str | None = None, person: int | None = None,
        task: TaskRow | None = None,
    ) -> None:  # fmt: skip
        """Notify one person, or who holds a role in a unit."""
        self.notices.append((person, role, unit, self.row.id, task.id if task else None, kind, message, self.at))

    def change(self, task: TaskRow, *, keep_revision: bool = False, sent: bool = False, **values: Any) -> TaskRow:
        """Change columns of a task. Its revision grows, so that pages that show it become stale, unless it is kept:
        when a task is taken, the taker's own page must not become stale. When it was sent, its draft goes."""
        changed = task._replace(revision=task.revision + (0 if keep_revision else 1), **values)
        update_task(self.tx, changed, sent=sent)
        if changed.open:
            self.open[changed.id] = changed
        else:
            self.open.pop(changed.id, None)
        return changed

    # -- documents --------------------------------------------------------------------------------------------------

    def write_document(
        self, key: str, item: str, data: dict[str, Any], *, form: str, state: str | None, task: str | None,
        corrected: list[dict[str, Any]] | None = None,
    ) -> Written:  # fmt: skip
        """The next version of a document. `corrected`: see `changes.corrections`."""
        raw = dumps(data)
        pointer = self.sources.pointers.get(key, {}).get(item)
        before = self.sources.data(key, item) if pointer else None
        number = 1 + (pointer[1] if pointer else 0) + sum((one.key, one.item) == (key, item) for one in self.written)
        made = Written(0, key, item, number, digest(raw), raw, form, state, task)
        self.written.append(made)
        self.sources.fresh[key, item] = data
        told: dict[str, Any] = {"dokumen": key, "versi": made.number, "sidik": made.digest, "formulir": form}
        if item:
            told["item"] = item
        if state:
            told["keadaan"] = state
        if before is not None:
            told.update(changes(before, data))
        if corrected:
            told["koreksi"] = corrected
        self.events.append(NewEvent("document.written", told, task))
        return made

    def sign(self, kind: str, document: Written, task: TaskRow) -> None:
        """A paraf or signature over a document written in this step."""
        title = self.held.title if self.held else ""
        self.signatures.append((kind, document, task.id, self.actor.name, title))
        told = {"dokumen": document.key, "versi": document.number, "sidik": document.digest, "label": NOT_CERTIFIED}
        self.note("document.paraf" if kind == "paraf" else "document.signed", told, task=task)

    def print_out(self, document: Written | int, task: str | None, title: str, layout: str) -> None:
        """Ask for a PDF of a document version: one written in this step, or a stored one by its id."""
        self.prints.append((document, task, title, layout))

    # -- the flow ---------------------------------------------------------------------------------------------------

    def apply(self, advance: Advance, *, cause: TaskRow | None = None, note: str | None = None) -> None:
        """Take over what a step of the flow answered. `cause`: the task whose completion it was, `note` its return
        note."""
        timers = [[t.ref, t.element, t.attached_to, micros(t.due)] for t in advance.timers]
        visited = dict.fromkeys(unpack_plain(self.row.visited) or ())
        known = {task.ref for task in self.open.values()}
        fresh: dict[str, list[tuple[str, str | None, int | None]]] = {}
        for state in advance.user_tasks:
            if state.ref not in known:
                fresh.setdefault(state.element, []).append((state.ref, state.item, micros_or_none(state.due)))
        alive = {state.ref for state in advance.user_tasks}
        left = [one for one in self.open.values() if one.ref not in alive]
        for task in left:
            self.change(task, state=TaskState.OBSOLETE.value, completed=self.at)
        if left:
            self.note("task.obsolete", {"tugas": [one.id for one in left]})
        for element, states in fresh.items():
            self._make(element, states, element in visited, cause, note)
        visited.update(dict.fromkeys(advance.visited))
        self.row = self.row._replace(
            snapshot=advance.snapshot,
            timers=pack_plain(timers) if timers else None,
            visited=pack_plain(list(visited)),
            next_due=micros_or_none(advance.next_due),
            state="finished" if advance.finished else self.row.state,
            finished=self.at if advance.finished else None,
        )
        self.moved = True
        if advance.finished:
            self.note("instance.finished", {})

    def _make(
        self, element: str, states: Iterable[tuple[str, str | None, int | None]], again: bool, cause: TaskRow | None,
        note: str | None,
    ) -> None:  # fmt: skip
        definition = self.version.process.tasks[element]
        last: dict[str, TaskRow] = {}
        if again:
            rows = self.tx.fetch(LAST_PASSES, {"instance": self.row.id, "element": element})
            last = {row.item: row for row in (TaskRow(*values) for values in rows)}
        number = max((row.pass_ for row in last.values()), default=0) + 1
        told = []
        for ref, item, due in states:
            before = last.get(item or "")
            again_done = before is not None and before.state == TaskState.COMPLETED
            # Only a way back is a return: on the way forward again, the same step is simply there again.
            returned = again_done and cause is not None and cause.number >= definition.number
            unit = self.sources.task_unit(definition.unit, item)
            assignee = self._returning(before, definition.role, unit) if again_done and before else None
            task = TaskRow(
                id=new_id(),
                instance=self.row.id,
                ref=ref,
                element=element,
                item=item or "",
                pass_=number,
                number=definition.number,
                name=definition.name,
                role=definition.role,
                unit=unit,
                assignee=assignee,
                state=(TaskState.READY if assignee is None else TaskState.RESERVED).value,
                skipped=False,
                available=self.at,
                claimed=None if assignee is None else self.at,
                completed=None,
                due=due,
                late=None,
                returned=returned,
                note=note if returned else None,
                returned_by=cause.id if returned and cause else None,
                revision=1,
                completed_by=None,
                position=None,
            )
            self.made.append(task)
            self.open[task.id] = task
            line = {"tugas": task.id, "unit": unit, "batas": due}
            if item:
                line["item"] = item
            if assignee is not None:
                line["pemegang"] = assignee
            told.append(line)
            if returned:
                back = {"catatan": note, "kembali_dari": cause.element, "dari_tugas": cause.id} if cause else {}
                self.note("task.returned", back, task=task)
                message = f"“{task.name}” dikembalikan untuk diperbaiki."
                if assignee is None:
                    self.tell("returned", message, role=task.role, unit=unit, task=task)
                else:
                    self.tell("returned", message, person=assignee, task=task)
        common = {"peran": definition.role, "lintasan": number}
        self.events.append(
            NewEvent("task.available", {**common, "rincian": told}, None, element)
            if len(told) > 1
            else NewEvent("task.available", {**common, **told[0]}, str(told[0]["tugas"]), element)
        )

    def _returning(self, before: TaskRow, role: str, unit: str) -> int | None:
        """Who did it last, while that person still holds the position."""
        if before.completed_by is None:
            return None
        holders = self.desk.people.holders(self.tx, role, unit, self.now)
        return before.completed_by if before.completed_by in holders else None

    def fire(self, advance: Advance) -> None:
        """Take note of the timers that fired in a step; to be called before `apply`, while what is late is open."""
        for fired in advance.fired:
            self._fired(fired.element, fired.attached_to, micros(fired.due))

    def _fired(self, element: str, attached_to: str | None, due: int) -> None:
        if attached_to is None:
            self.note("timer.fired", {"jatuh_tempo": due}, element=element)
            return
        late = [task for task in self.open.values() if task.element == attached_to and task.late is None]
        if not late:
            return
        for task in late:
            # Not a change by anybody: the revision stays, so that nobody's page becomes stale by the clock.
            changed = task._replace(late=due)
            self.open[task.id] = changed
            update_task(self.tx, changed)
            message = f"Batas waktu “{task.name}” telah lewat."
            if task.assignee is None:
                self.tell("late", message, role=task.role, unit=task.unit, task=changed)
            else:
                self.tell("late", message, person=task.assignee, task=changed)
        rows = [{"tugas": task.id, "unit": task.unit, "pemegang": task.assignee} for task in late]
        self.note("task.late", {"jatuh_tempo": due, "rincian": rows}, element=attached_to)
        self._escalate(late)

    def _escalate(self, late: list[TaskRow]) -> None:
        """Tell the next lane up: the one after this in the order of the SOP's columns."""
        process = self.version.process
        definition = process.tasks[late[0].element]
        names = [lane.id for lane in process.lanes]
        above = process.lanes[names.index(definition.lane) + 1 :] if definition.lane in names else ()
        if not above:
            return
        unit = self.sources.task_unit(above[0].unit, None)
        many = f" ({len(late)} belum mengirim)" if definition.each is not None else ""
        message = f"“{definition.name}” melewati batas waktu{many}: {self.row.title}."
        self.tell("escalated", message, role=above[0].role, unit=unit, task=late[0] if len(late) == 1 else None)

    def timers(self) -> tuple[TimerState, ...]:
        """The armed timers as stored."""
        return tuple(TimerState(ref, el, to, instant(due)) for ref, el, to, due in unpack_plain(self.row.timers) or ())

    def save(self) -> None:
        """Write everything noted above, at once."""
        saving.save(self)
