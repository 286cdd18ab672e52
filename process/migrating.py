"""Moving running instances to another version of their process: first what would happen, then exactly that.

A preview lists every open task, timer and variable, and what is kept, or says why it cannot be done and where. Its
digest stands for all that was shown and for the state that it was shown of; a move names it, and is refused when
anything has changed since. One transaction per instance; on record with both versions.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn import moving
from bpmn.errors import BpmnError
from bpmn.move_plan import Known, MovePlan, TaskMove, TimerMove
from process import authority
from process.clock import instant as at
from process.clock import micros_or_none
from process.context import Sources, per_item, read_data
from process.definitions import Version
from process.errors import Conflict, MoveRefused, NotFound, ReasonRequired, Stale
from process.model import PENGELOLA, Actor, TaskState
from process.move_preview import MovingPage, Preview, TaskShown, told
from process.rows import TaskRow, to_instance
from process.store import Tx
from process.tables import document_version, draft, instance, process_version, user_task
from process.units import remark
from process.work import Desk, Work


class Moving:
    """For the pengelola proses."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def page(self, process_id: str, actor: Actor, number: int | None = None, limit: int = 50) -> MovingPage:
        """Previews for the running instances of other versions, the oldest first; `number` None: the version in force.

        Raises NotFound, Conflict when no version is in force, Forbidden."""
        authority.require(actor, PENGELOLA)
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            target = self._target(tx, process_id, number, now)
            rows = tx.all(
                sa.select(instance.c.id)
                .where(
                    instance.c.process_id == process_id,
                    instance.c.state == "running",
                    instance.c.version != target.id,
                )
                .order_by(instance.c.started, instance.c.id)
                .limit(limit)
            )
            numbers = tx.execute(
                sa.select(process_version.c.number)
                .where(
                    process_version.c.process_id == process_id,
                    process_version.c.revoked_at.is_(None),
                    process_version.c.effective_from <= micros_or_none(now),
                )
                .order_by(process_version.c.number.desc())
            ).scalars()
            previews = (_Move(self.desk, tx, row.id, target, actor, now).preview() for row in rows)
            return MovingPage(target, tuple(numbers), tuple(previews))

    def preview(self, instance_id: str, number: int, actor: Actor) -> Preview:
        """What moving one instance to a version would do."""
        authority.require(actor, PENGELOLA)
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            target = self._target(tx, _process_of(tx, instance_id), number, now)
            return _Move(self.desk, tx, instance_id, target, actor, now).preview()

    def move(self, instance_id: str, number: int, shown: str, actor: Actor, reason: str) -> Preview:
        """Move an instance as the preview with the digest `shown` said; returns that preview.

        Raises Stale when anything has changed since, MoveRefused when it cannot be moved, ReasonRequired.
        """
        authority.require(actor, PENGELOLA)
        why = remark(reason)
        if why is None:
            raise ReasonRequired
        now = self.desk.clock.now()
        with self.desk.store.transaction() as tx:
            target = self._target(tx, _process_of(tx, instance_id), number, now)
            move = _Move(self.desk, tx, instance_id, target, actor, now)
            found = move.preview()
            if not found.possible:
                first = found.obstacles[0]
                raise MoveRefused(" ".join(one.message for one in found.obstacles), element=first.element)
            if found.digest != shown:
                raise Stale("Keadaan pelaksanaan ini telah berubah sejak pratinjau dibuat. Lihat kembali pratinjaunya.")
            move.perform(found, why)
        return found

    def _target(self, tx: Tx, process_id: str, number: int | None, now: datetime) -> Version:
        definitions = self.desk.definitions
        if number is None:
            found = definitions.in_force(tx, process_id, now)
            if found is None:
                raise Conflict("Tidak ada versi yang sedang berlaku.")
            return definitions.load(tx, found)
        row = tx.one(
            sa.select(process_version).where(
                process_version.c.process_id == process_id, process_version.c.number == number
            )
        )
        if row is None:
            raise NotFound("Versi proses ini tidak ada.")
        if row.revoked_at is not None or at(row.effective_from) > now:
            raise Conflict("Pelaksanaan hanya dapat dipindahkan ke versi yang sudah berlaku dan tidak dicabut.")
        return definitions.load(tx, row.id)


class _Move:
    """One instance, read (and locked, when the transaction writes) for a move."""

    def __init__(self, desk: Desk, tx: Tx, instance_id: str, target: Version, actor: Actor, now: datetime) -> None:
        self.desk, self.tx, self.target = desk, tx, target
        self.work: Work = desk.by_instance(tx, instance_id, actor, now)
        self.old = self.work.version
        if self.work.row.process_id != target.process_id:
            raise Conflict("Versi yang dituju milik proses lain.")
        if self.work.row.state != "running":
            raise Conflict("Pelaksanaan ini sudah tidak berjalan.")
        if self.work.row.version == target.id:
            raise Conflict(f"Pelaksanaan ini sudah berada pada versi {target.number}.")
        # Working time and units as the new version has them.
        self.sources = Sources.of(tx, target, self.work.row, desk.calendars, now)
        self.by_ref = {task.ref: task for task in self.work.open.values()}
        self.known = self._known()
        # The same drawing with other forms: the state itself stays as it is.
        self.same_diagram = self.old.process.digest == target.process.digest
        self.moment = type(self.work.moment)(now, self.sources)
        self.plan = self._plan()

    def _known(self) -> Known:
        row, work = self.work.row, self.work
        passes = {(task.element, task.pass_) for task in work.open.values() if task.item}
        done: dict[str, set[str]] = {element: set() for element, _ in passes}
        for element, number in passes:
            ended = sa.select(user_task.c.item).where(
                user_task.c.instance == row.id, user_task.c.element == element, user_task.c["pass"] == number,
                user_task.c.completed.is_not(None),
            )  # fmt: skip
            done[element].update(self.tx.execute(ended).scalars())
        return Known(
            variables=self._variables(),
            forms=self.target.forms,
            since={task.ref: at(task.available) for task in work.open.values()},
            done=done,
        )

    def _variables(self) -> dict[str, Any]:
        """Values for what the new version asks, from the newest documents that hold such a key."""
        apart = per_item(self.old.process) | per_item(self.target.process)
        pointers = self.work.sources.pointers
        ids = [items[""][0] for key, items in pointers.items() if "" in items and key not in apart]
        data = read_data(self.tx, ids)
        found: dict[str, Any] = {}
        for one in sorted(ids):
            found |= {name: data[one][name] for name in self.target.process.variables if name in data[one]}
        return found

    def _plan(self) -> MovePlan:
        if not self.same_diagram:
            return moving.plan(self.old.process, self.target.process, self.work.row.snapshot, self.moment, self.known)
        tasks = tuple(
            TaskMove(
                task.ref, task.element, task.item or None, task.name, ("form",) if self._form_changed(task) else ()
            )
            for task in self.work.open.values()
        )
        timers = tuple(
            TimerMove(one.ref, one.element, one.attached_to, "kept", one.due, one.due) for one in self.work.timers()
        )
        state = hashlib.sha256(self.work.row.snapshot).hexdigest()
        return MovePlan(tasks, timers, (), (), (), f"{self.old.digest} {self.target.digest} {state}")

    def _form_changed(self, task: TaskRow) -> bool:
        return _form(self.old, task.element) != _form(self.target, task.element)

    def preview(self) -> Preview:
        """What would happen."""
        tx, row = self.tx, self.work.row
        drafts = set(tx.execute(sa.select(draft.c.task).where(draft.c.task.in_(list(self.work.open)))).scalars())
        tasks = []
        for one in self.plan.tasks:
            task = self.by_ref[one.ref]
            changed = one.changed
            if "form" not in changed and self._form_changed(task):
                changed = (*changed, "form")
            tasks.append(
                TaskShown(task.id, one.name, task.item or None, changed, self._released(task), task.id in drafts)
            )
        counts = (
            tx.scalar(
                sa.select(sa.func.count()).select_from(document_version).where(document_version.c.instance == row.id)
            ),
            tx.scalar(
                sa.select(sa.func.count())
                .select_from(user_task)
                .where(user_task.c.instance == row.id, user_task.c.completed.is_not(None))
            ),
        )
        state = sorted((task.id, task.revision, task.assignee or 0) for task in self.work.open.values())
        parts = [
            row.id, str(row.version), str(self.target.id), str(row.revision), self.plan.fingerprint, repr(tasks),
            repr(state), repr(sorted(self.work.sources.pointers.items())),
        ]  # fmt: skip
        names = {key: node.name for key, node in self.old.process.nodes.items()}
        names |= {key: node.name for key, node in self.target.process.nodes.items()}
        return Preview(
            to_instance(row),
            self.old.number,
            tuple(tasks),
            self.plan,
            int(counts[0] or 0),
            int(counts[1] or 0),
            len(drafts),
            hashlib.sha256("\n".join(parts).encode()).hexdigest(),
            names,
        )

    def _released(self, task: TaskRow) -> bool:
        """Whether its holder would have to give it back."""
        definition = self.target.process.tasks.get(task.element)
        if definition is None or task.assignee is None:
            return False
        unit = self.sources.task_unit(definition.unit, task.item or None)
        if (definition.role, unit) == (task.role, task.unit):
            return False
        return task.assignee not in self.desk.people.holders(self.tx, definition.role, unit, self.work.now)

    # -- doing it ---------------------------------------------------------------------------------------------------

    def perform(self, shown: Preview, reason: str) -> None:
        """Exactly what the preview said."""
        work, tx = self.work, self.tx
        dues: dict[str, int | None] = {}
        if not self.same_diagram:
            try:
                advance = moving.move(
                    self.old.process, self.target.process, work.row.snapshot, self.moment, self.known,
                    shown=self.plan.fingerprint,
                )  # fmt: skip
            except BpmnError as error:
                raise MoveRefused(str(error)) from error
            dues = {state.ref: micros_or_none(state.due) for state in advance.user_tasks}
            work.apply(advance)
        left = self._leave_behind()
        released = {one.task_id for one in shown.tasks if one.released}
        changed = {one.task_id: one.changed for one in shown.tasks}
        for task in list(work.open.values()):
            self._carry(task, dues.get(task.ref, task.due), task.id in released, bool(changed[task.id]), reason)
        tx.execute(instance.update().where(instance.c.id == work.row.id).values(version=self.target.id))
        work.row = work.row._replace(version=self.target.id)
        places = {one.id: (one.unit, one.role) for one in work.open.values()}
        work.note("instance.moved", told(shown, self.old, self.target, reason, places) | {"tertinggal": left})
        work.save()

    def _carry(self, task: TaskRow, due: int | None, released: bool, changed: bool, reason: str) -> None:
        """An open task under the new version; its id stays, and so does its draft."""
        definition = self.target.process.tasks[task.element]
        unit = self.sources.task_unit(definition.unit, task.item or None)
        after = task._replace(
            name=definition.name, number=definition.number, role=definition.role, unit=unit, due=due,
            assignee=None if released else task.assignee, claimed=None if released else task.claimed,
            state=TaskState.READY.value if released else task.state,
        )  # fmt: skip
        if after == task and not changed:
            return  # nothing about it changed: nobody's page becomes stale
        after = after._replace(revision=task.revision + 1)
        names = ("name", "number", "role", "unit", "due", "assignee", "claimed", "state", "revision")
        values = {name: getattr(after, name) for name in names}
        self.tx.execute(user_task.update().where(user_task.c.id == task.id).values(**values))
        self.work.open[task.id] = after
        if after.due != task.due:
            rows = [{"tugas": task.id, "unit": unit}]
            told = {"sebelum": task.due, "sesudah": after.due, "alasan": reason, "rincian": rows}
            self.work.note("task.due_changed", told, task=after)
        if released:
            self.work.note("task.released", {"dari": task.assignee, "alasan": reason}, task=after)
            message = (
                f"“{task.name}” kini wewenang jabatan lain: pelaksanaan dipindahkan ke versi {self.target.number}."
            )
            self.work.tell("released", message, person=task.assignee, task=after)

    def _leave_behind(self) -> dict[str, Any]:
        """What ended or was written under the old version goes on being read by it, where the new one says other
        things; where it says the same, nothing tells the difference (a sent answer can still be corrected). Returns
        which steps and which (document, form), for the record."""
        mine = self.work.row.id
        ended = sa.and_(user_task.c.instance == mine, user_task.c.completed.is_not(None), user_task.c.version.is_(None))
        elements = self.tx.execute(sa.select(user_task.c.element).where(ended).distinct()).scalars().all()
        other = [one for one in elements if not self._same_step(one)]
        if other:
            where = sa.and_(ended, user_task.c.element.in_(other))
            self.tx.execute(user_task.update().where(where).values(version=self.old.id))
        written = sa.and_(document_version.c.instance == mine, document_version.c.version.is_(None))
        query = sa.select(document_version.c.key, document_version.c.form).where(written).distinct()
        documents = []
        for row in self.tx.all(query):
            if not self._same_document(row.key, row.form):
                documents.append([row.key, row.form])
                where = sa.and_(written, document_version.c.key == row.key, document_version.c.form == row.form)
                self.tx.execute(document_version.update().where(where).values(version=self.old.id))
        return {"langkah": sorted(other), "dokumen": sorted(documents)}

    def _same_step(self, element: str) -> bool:
        new = self.target.process.tasks.get(element)
        old = self.old.process.tasks.get(element)
        return new is not None and old == new and _form(self.old, element) == _form(self.target, element)

    def _same_document(self, key: str, form_id: str) -> bool:
        old, new = self.old.process.documents.get(key), self.target.process.documents.get(key)
        forms = (self.old.forms.get(form_id), self.target.forms.get(form_id))
        return old == new and None not in forms and len({one.digest for one in forms if one}) == 1


def _form(version: Version, element: str) -> str | None:
    """The digest of the form of a step, None without."""
    definition = version.process.tasks.get(element)
    return version.forms[definition.form].digest if definition is not None else None


def _process_of(tx: Tx, instance_id: str) -> str:
    found = tx.scalar(sa.select(instance.c.process_id).where(instance.c.id == instance_id))
    if found is None:
        raise NotFound("Pelaksanaan ini tidak ada.")
    return str(found)
