"""What the pengelola proses does when work stands still: mark a Bagian as not answering, or cancel; with a reason."""

from __future__ import annotations

from bpmn import runtime
from bpmn.errors import BpmnError
from process import answers
from process.claims import require_manager, required
from process.completing import require_open, sight_of
from process.errors import Conflict, NotFound
from process.model import Actor, TaskState
from process.tables import draft
from process.work import Desk


def skip(desk: Desk, task_id: str, actor: Actor, reason: str) -> None:
    """An item of a multi-instance is never cancelled: it completes without an answer, *tidak menyampaikan*."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        work, task = desk.by_task(tx, task_id, actor, now)
        require_manager(work, task)
        require_open(tx, task)
        why = required(reason)
        if not task.item:
            raise Conflict("Hanya langkah yang diisi banyak unit yang dapat dilewati per unit.")
        try:
            advance = runtime.complete(work.version.process, work.row.snapshot, task.ref, {}, work.moment, skipped=True)
        except BpmnError as error:
            raise answers.stuck(error) from error
        work.held = None
        work.fire(advance)
        done = work.change(
            work.open[task.id],
            state=TaskState.COMPLETED.value,
            skipped=True,
            assignee=None,
            completed=work.at,
            position=None,
        )
        work.note("task.skipped", {"item": task.item, "alasan": why}, task=done)
        work.tell("skipped", f"Dicatat tidak menyampaikan: {why}", role=task.role, unit=task.unit, task=task)
        work.apply(advance, cause=done)
        tx.execute(draft.delete().where(draft.c.task == task_id))
        work.save()


def cancel(desk: Desk, instance_id: str, actor: Actor, reason: str) -> None:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        work = desk.by_instance(tx, instance_id, actor, now)
        if not sight_of(work).anything:
            raise NotFound("Pelaksanaan ini tidak ada.")
        require_manager(work)
        if work.row.state != "running":
            raise Conflict("Pelaksanaan ini sudah berakhir.")
        why = required(reason)
        ended = []
        for task in list(work.open.values()):
            work.tell("cancelled", f"Pelaksanaan dibatalkan: {why}", role=task.role, unit=task.unit, task=task)
            work.change(task, state=TaskState.OBSOLETE.value, completed=work.at)
            tx.execute(draft.delete().where(draft.c.task == task.id))
            ended.append(task.id)
        work.row = work.row._replace(state="cancelled", finished=work.at, next_due=None, timers=None)
        work.note("instance.cancelled", {"alasan": why, "tugas": ended})
        work.save()
