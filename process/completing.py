"""Completing a task, previewing what it would write, and correcting what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bpmn import runtime
from bpmn.errors import BpmnError
from forms.canonical import digest
from process import answers, policy
from process.changes import corrections, earlier_rows
from process.clock import instant
from process.errors import (
    ConfirmationMismatch,
    ConfirmationRequired,
    Conflict,
    Forbidden,
    NotFound,
    Stale,
    TaskDone,
    TaskTaken,
)
from process.model import Actor, Completed, Confirmation, Following, Preview, TaskState
from process.rows import TaskRow
from process.store import Prepared, Tx
from process.tables import person, user_task
from process.work import Desk, Work, Written

_ITEM_TASKS = Prepared(
    sa.select(user_task.c.element, user_task.c.item, user_task.c.unit)
    .where(user_task.c.instance == sa.bindparam("instance"), user_task.c.item != "")
    .distinct()
)
CONFIRMATION_LASTS = timedelta(minutes=5)
SENT_BACK = "dikembalikan"  # the state of what a step wrote that did not sign but sent back


def complete_task(
    desk: Desk,
    task_id: str,
    data: object,
    actor: Actor,
    *,
    revision: int | None = None,
    confirmation: Confirmation | None = None,
) -> Completed:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        work, task = desk.by_task(tx, task_id, actor, now)
        require_work(work, task)
        if revision is not None and revision != task.revision:
            raise Stale("Tugas ini telah berubah sejak halaman dibuka. Muat ulang halaman; isian Anda tetap tersimpan.")
        definition = work.definition(task)
        form = work.version.forms[definition.form]
        loaded = _load(work, task, data)
        signs = answers.signs(definition, loaded, now)
        written = _write(work, task, loaded, signs)
        if signs:
            _sign(work, task, written, confirmation)
        note = loaded.get(definition.return_note) if definition.return_note else None
        variables = answers.variables(work.version, form, loaded)
        try:
            advance = runtime.complete(work.version.process, work.row.snapshot, task.ref, variables, work.moment)
        except BpmnError as error:
            raise answers.stuck(error) from error
        work.fire(advance)
        done = _finish(work, work.open[task.id])
        work.apply(advance, cause=done, note=note if isinstance(note, str) and note.strip() else None)
        if signs is not False:
            _print(work, done, written)
        work.save()
        following = [one for one in work.made if policy.may_work(actor, one.role, one.unit, one.assignee)]
        waiting = sum(one.element == task.element for one in work.open.values())
        available = _following(work)
        return Completed(
            work.row.id, tuple(one.id for one in following), advance.finished, task.name, available, waiting
        )


def _following(work: Work) -> tuple[Following, ...]:
    """The steps that became available, each once."""
    process = work.version.process
    lanes = {lane.id: lane.name for lane in process.lanes}
    by_element: dict[str, list[TaskRow]] = {}
    for one in work.made:
        by_element.setdefault(one.element, []).append(one)
    return tuple(
        Following(rows[0].name, lanes.get(process.tasks[element].lane, ""), len(rows), bool(rows[0].returned))
        for element, rows in by_element.items()
    )


def preview(desk: Desk, task_id: str, data: object, actor: Actor) -> Preview:
    now = desk.clock.now()
    with desk.store.reading() as tx:
        work, task = desk.by_task(tx, task_id, actor, now)
        require_work(work, task)
        definition = work.definition(task)
        loaded = _load(work, task, data)
        found = list(answers.writes(work.version, definition))
        wanted = definition.sign.document if definition.sign else (found[0][0] if found else "")
        for key, _, form in found:
            if key == wanted:
                name = work.version.process.documents[key].name
                signs = answers.signs(definition, loaded, now) is True
                return Preview(key, name, loaded, digest(loaded), form, task.item or None, signs)
        raise NotFound("Langkah ini tidak menulis dokumen.")


def amend(desk: Desk, task_id: str, data: object, actor: Actor, *, revision: int | None = None) -> None:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        work, task = desk.by_task(tx, task_id, actor, now)
        if not amendable(work, task):
            raise Conflict("Isian ini tidak dapat diperbaiki lagi: langkah berikutnya sudah berjalan.")
        if work.held is None or actor.person_id is None:
            raise Forbidden("Hanya pemegang jabatan pada langkah ini yang dapat memperbaiki isiannya.")
        if revision is not None and revision != task.revision:
            raise Stale("Isian ini telah diperbaiki sejak halaman dibuka. Muat ulang halaman.")
        loaded = _load(work, task, data)
        work.note("task.amended", {"item": task.item or None}, task=task)
        _write(work, task, loaded)
        work.change(task)
        work.save()


def amendable(work: Work, task: TaskRow) -> bool:
    """Whether a completed task may be corrected now: the step that the SOP names is open, on the same pass."""
    definition = work.definition(task)
    if task.state != TaskState.COMPLETED or task.skipped or definition.amendable_while is None or task.version:
        return False
    waiting = [one for one in work.open.values() if one.element == definition.amendable_while]
    again = any(one.element == task.element and one.item == task.item for one in work.open.values())
    return bool(waiting) and not again and max(one.available for one in waiting) >= (task.completed or 0)


def require_open(tx: Tx, task: TaskRow) -> None:
    """Raise TaskDone when a task has ended."""
    if task.completed is not None:
        name = person_name(tx, task.completed_by)
        if task.state == TaskState.OBSOLETE:
            raise TaskDone("Tugas ini sudah tidak berlaku.", by=name, at=instant(task.completed))
        by = f" oleh {name}" if name else ""
        raise TaskDone(f"Tugas ini sudah dikerjakan{by}.", by=name, at=instant(task.completed))


def require_work(work: Work, task: TaskRow) -> None:
    """Raise unless the actor may do this task now."""
    if work.held is None or work.actor.person_id is None:
        if not task_visible(work, task):
            raise NotFound("Tugas ini tidak ada.")
        raise Forbidden("Tugas ini bukan wewenang jabatan Anda.")
    require_open(work.tx, task)
    if task.assignee is not None and task.assignee != work.actor.person_id:
        name = person_name(work.tx, task.assignee)
        at = instant(task.claimed) if task.claimed else None
        raise TaskTaken(f"Tugas ini sudah diambil oleh {name}.", by=name, at=at)


def task_visible(work: Work, task: TaskRow) -> bool:
    """Whether the actor may know that this task exists."""
    return sight_of(work).task(task.item or None)


def sight_of(work: Work) -> policy.Sight:
    """What the actor may see of this instance."""
    process, sources = work.version.process, work.sources
    if policy.sees_everything(work.actor):
        return policy.Sight(True)
    held = {one.role for one in work.actor.positions}
    parties = {
        task.id: policy.Party(task.role, sources.task_unit(task.unit, None))
        for task in process.tasks.values()
        if task.each is None and task.role in held
    }
    if process.start.role in held:
        parties[""] = policy.Party(process.start.role, sources.task_unit(process.start.unit, None))
    return policy.sight(work.actor, process, parties, item_tasks(work.tx, work.row.id))


def require_sight(work: Work) -> policy.Sight:
    """What the actor may see of this instance; NotFound for who may see nothing of it."""
    sight = sight_of(work)
    if not sight.anything:
        raise NotFound("Pelaksanaan ini tidak ada.")
    return sight


def item_tasks(tx: Tx, instance_id: str) -> Iterator[tuple[Any, ...]]:
    """(element, item, unit) of the tasks of an instance that exist per item; read only when the first is asked for."""
    yield from tx.fetch(_ITEM_TASKS, {"instance": instance_id})


def person_name(tx: Tx, person_id: int | None) -> str | None:
    if person_id is None:
        return None
    found: str | None = tx.scalar(sa.select(person.c.name).where(person.c.id == person_id))
    return found


def _load(work: Work, task: TaskRow, data: object) -> dict[str, Any]:
    definition = work.definition(task)
    form = work.version.forms[definition.form]
    initial = answers.initial_of(work.sources, task, definition)
    earlier = answers.own_data(work.sources, task, definition)
    files = answers.files_of_task(work.tx, form, data, task, initial, earlier)
    return answers.load(form, data, initial, files, work.sources)


def _write(work: Work, task: TaskRow, loaded: dict[str, Any], signs: bool | None = None) -> dict[str, Written]:
    definition = work.definition(task)
    earlier = earlier_rows(answers.own_data(work.sources, task, definition), loaded) if definition.distribute else {}
    written = {
        key: work.write_document(
            key, task.item, loaded, form=form, state=SENT_BACK if state and signs is False else state, task=task.id
        )
        for key, state, form in answers.writes(work.version, definition)
    }
    for key, item, data in answers.groups(work.sources, task, definition):
        document = work.version.process.documents[key]
        form = document.form or definition.form
        asking = work.version.forms[definition.form]
        naming, texts = answers.row_names(asking), answers.row_texts(asking)
        corrected = corrections(data["baris"], earlier, naming=naming, texts=texts)
        work.write_document(key, item, data, form=form, state=document.state, task=task.id, corrected=corrected or None)
    return written


def _sign(work: Work, task: TaskRow, written: dict[str, Written], confirmation: Confirmation | None) -> None:
    sign = work.definition(task).sign
    if sign is None:
        return
    document = written[sign.document]
    if confirmation is None:
        raise ConfirmationRequired()
    age = work.now - confirmation.password_checked_at
    if not timedelta(0) <= age <= CONFIRMATION_LASTS:
        raise ConfirmationRequired("Kata sandi sudah terlalu lama diperiksa. Masukkan kembali kata sandi Anda.")
    if confirmation.digest != document.digest:
        raise ConfirmationMismatch(
            "Dokumen yang akan ditulis berbeda dari yang ditampilkan. Periksa kembali dokumennya, lalu ulangi."
        )
    work.sign(sign.kind, document, task)


def _finish(work: Work, task: TaskRow) -> TaskRow:
    if task.assignee is None:
        work.note("task.claimed", {"bersama_penyelesaian": True}, task=task)
    done = work.change(
        task,
        sent=True,
        state=TaskState.COMPLETED.value,
        assignee=work.actor.person_id,
        claimed=task.claimed if task.claimed is not None else work.at,
        completed=work.at,
        completed_by=work.actor.person_id,
        position=work.held.position_id if work.held else None,
    )
    told: dict[str, Any] = {"lintasan": task.pass_}
    if task.item:
        told["item"] = task.item
    if done.late is not None:
        told["terlambat"] = True
    work.note("task.completed", told, task=done)
    return done


def _print(work: Work, task: TaskRow, written: dict[str, Written]) -> None:
    for out in work.definition(task).print_outs:
        if out.document in written:
            work.print_out(written[out.document], task.id, out.title, out.layout)
        else:
            pointer = work.sources.pointers.get(out.document, {})
            found = pointer.get(task.item) or pointer.get("")
            if found:
                work.print_out(found[0], task.id, out.title, out.layout)
