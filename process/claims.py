"""Taking a task, giving it back, handing it to somebody else, and drafts."""

from __future__ import annotations

import sqlalchemy as sa

from bpmn.model import TaskDefinition
from forms import FormInvalid
from forms.canonical import CanonicalError
from process import policy
from process.clock import instant, micros
from process.completing import person_name, require_open, require_work, task_visible
from process.definitions import Version
from process.errors import Conflict, Forbidden, InvalidData, NotFound, ReasonRequired, Stale
from process.model import Actor, FieldError, TaskState
from process.packing import pack
from process.rows import TaskRow
from process.store import Tx
from process.tables import draft, instance, person, user_task
from process.work import Desk, Work

MAX_REASON = 1000


def claim(desk: Desk, task_id: str, actor: Actor) -> None:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        work, task = desk.by_task(tx, task_id, actor, now)
        require_work(work, task)
        if task.assignee == actor.person_id:
            return
        _take(work, task)
        work.save()


def release(desk: Desk, task_id: str, actor: Actor, reason: str | None = None) -> None:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        work, task = desk.by_task(tx, task_id, actor, now)
        own = actor.person_id is not None and task.assignee == actor.person_id
        if not own:
            require_manager(work, task)
        require_open(tx, task)
        if task.assignee is None:
            raise Conflict("Tugas ini tidak sedang dipegang siapa pun.")
        why = (reason or "").strip()[:MAX_REASON]
        if not own:
            why = required(reason)
            work.held = None
            work.tell("released", f"“{task.name}” dilepaskan oleh pengelola: {why}", person=task.assignee, task=task)
        told = {"dari": task.assignee, "nama": person_name(tx, task.assignee), "alasan": why or None}
        changed = work.change(task, assignee=None, claimed=None, state=TaskState.READY.value)
        work.note("task.released", told, task=changed)
        work.save()


def reassign(desk: Desk, task_id: str, person_id: int, actor: Actor, reason: str) -> None:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        work, task = desk.by_task(tx, task_id, actor, now)
        require_manager(work, task)
        require_open(tx, task)
        why = required(reason)
        name = tx.scalar(sa.select(person.c.name).where(person.c.id == person_id))
        if name is None:
            raise NotFound("Pegawai yang dituju tidak ada.")
        if person_id not in desk.people.holders(tx, task.role, task.unit, now):
            raise Conflict(
                f"{name} tidak memegang jabatan untuk langkah ini. Limpahkan dahulu jabatannya (Plh., Plt., atau Pj.)."
            )
        if task.assignee == person_id:
            raise Conflict(f"Tugas ini sudah dipegang {name}.")
        told = {
            "dari": task.assignee,
            "dari_nama": person_name(tx, task.assignee),
            "kepada": person_id,
            "kepada_nama": name,
            "alasan": why,
        }
        work.held = None
        if task.assignee is not None:
            work.tell("reassigned", f"“{task.name}” dialihkan kepada {name}: {why}", person=task.assignee, task=task)
        changed = work.change(task, assignee=person_id, claimed=work.at, state=TaskState.RESERVED.value)
        work.note("task.reassigned", told, task=changed)
        work.tell("reassigned", f"“{task.name}” dialihkan kepada Anda: {why}", person=person_id, task=task)
        work.save()


def save_draft(desk: Desk, task_id: str, data: object, actor: Actor, *, revision: int = 0) -> int:
    """Drafts have a revision of their own and leave the instance alone, except that the first edit by a sole holder
    takes the task."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        query = (
            sa.select(user_task.c.assignee, user_task.c.completed, user_task.c.element)
            .add_columns(sa.func.coalesce(user_task.c.version, instance.c.version).label("version"))
            .join(instance, instance.c.id == user_task.c.instance)
            .where(user_task.c.id == task_id)
        )
        found = tx.one(query if tx.sqlite else query.with_for_update(read=True, of=user_task))
        if found is None:
            raise NotFound("Tugas ini tidak ada.")
        version: Version = desk.definitions.load(tx, found.version)
        kept = _bounded(version, version.process.tasks[found.element], data)
        if found.completed is not None or found.assignee is None or found.assignee != actor.person_id:
            _first_edit(desk, tx, task_id, actor)
        values = {"data": kept, "saved_at": micros(now), "saved_by": actor.person_id}
        stored = tx.one(sa.select(draft.c.revision, draft.c.saved_by, draft.c.saved_at).where(draft.c.task == task_id))
        if stored is None:
            tx.execute(draft.insert().values(task=task_id, revision=1, **values))
            return 1
        if stored.revision != revision:
            raise Stale(
                "Draf telah disimpan dari perangkat lain setelah halaman ini dibuka.",
                by=person_name(tx, stored.saved_by),
                at=instant(stored.saved_at),
            )
        result = tx.execute(
            draft.update()
            .where(draft.c.task == task_id, draft.c.revision == revision)
            .values(revision=revision + 1, **values)
        )
        if result.rowcount != 1:
            raise Stale("Draf telah disimpan dari perangkat lain setelah halaman ini dibuka.")
        return revision + 1


def _first_edit(desk: Desk, tx: Tx, task_id: str, actor: Actor) -> None:
    work, task = desk.by_task(tx, task_id, actor, desk.clock.now())
    require_work(work, task)
    if task.assignee is None:
        if desk.people.holders(tx, task.role, task.unit, work.now) != (actor.person_id,):
            raise Conflict(
                "Ambil dahulu tugas ini sebelum mengisinya: ada pegawai lain yang juga dapat mengerjakannya."
            )
        _take(work, task)
        work.save()


def _take(work: Work, task: TaskRow) -> None:
    changed = work.change(
        task, keep_revision=True, assignee=work.actor.person_id, claimed=work.at, state=TaskState.RESERVED.value
    )
    work.note("task.claimed", {"item": task.item or None}, task=changed)


def _bounded(version: Version, definition: TaskDefinition, data: object) -> bytes:
    try:
        return pack(version.forms[definition.form].draft(data))
    except FormInvalid as error:
        raise InvalidData([FieldError(e.path, e.field, e.message) for e in error.errors]) from error
    except CanonicalError as error:
        raise InvalidData([FieldError((), "", f"Draf tidak dapat disimpan: {error}")]) from error


def require_manager(work: Work, task: TaskRow | None = None) -> None:
    """Raise unless the actor is a pengelola proses; NotFound for who may not even see the task."""
    if policy.may_manage(work.actor):
        return
    if task is not None and work.held is None and not task_visible(work, task):
        raise NotFound("Tugas ini tidak ada.")
    raise Forbidden("Tindakan ini hanya untuk pengelola proses.")


def required(reason: str | None) -> str:
    """The reason, or ReasonRequired."""
    why = (reason or "").replace("\x00", "").strip()[:MAX_REASON]
    if not why:
        raise ReasonRequired()
    return why
