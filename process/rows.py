"""Stored rows of instances and tasks: the statements that every step runs, and what their rows mean."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from process.clock import instant, instant_or_none
from process.model import Instance, InstanceState, TaskState, UserTask
from process.packing import unpack_plain
from process.store import Prepared, Tx
from process.tables import draft, instance, user_task


class InstanceRow(NamedTuple):
    """A row of `instance`, columns in this order."""

    id: str
    version: int
    process_id: str
    owner_unit: str
    business_key: str
    ordinal: int
    title: str
    state: str
    snapshot: bytes
    timers: bytes | None
    visited: bytes | None
    documents: bytes | None
    revision: int
    next_due: int | None
    starter: int | None
    starter_name: str
    starter_title: str
    starter_unit: str
    started: int
    finished: int | None
    stream: int
    event_seq: int
    event_head: bytes


class TaskRow(NamedTuple):
    """A row of `user_task`, columns in this order; `pass_` is the column `pass`."""

    id: str
    instance: str
    ref: str
    element: str
    item: str
    pass_: int
    number: int
    name: str
    role: str
    unit: str
    assignee: int | None
    state: str
    skipped: bool
    available: int
    claimed: int | None
    completed: int | None
    due: int | None
    late: int | None
    returned: bool
    note: str | None
    returned_by: str | None
    revision: int
    completed_by: int | None
    position: int | None
    version: int | None = None  # the one that it ended under, when the instance has moved on from that

    @property
    def open(self) -> bool:
        return self.completed is None


class Earlier(NamedTuple):
    """An instance of an earlier period."""

    id: str
    title: str
    documents: bytes | None


INSTANCE_COLUMNS = tuple(InstanceRow._fields)
TASK_COLUMNS = tuple("pass" if name == "pass_" else name for name in TaskRow._fields)

_instance = sa.select(*(instance.c[name] for name in INSTANCE_COLUMNS))
_task = sa.select(*(user_task.c[name] for name in TASK_COLUMNS))
_mine = user_task.alias("mine")
_of_task = sa.select(_mine.c.instance).where(_mine.c.id == sa.bindparam("task")).scalar_subquery()

# The instance is locked by a statement of its own, before any task is read: PostgreSQL reads a row anew after waiting
# for its lock, but not the rows joined to it, so a join would show a task as it was before the other completion.
LOCK_BY_TASK = Prepared(_instance.where(instance.c.id == _of_task).with_for_update(of=instance))
LOCK = Prepared(_instance.where(instance.c.id == sa.bindparam("id")).with_for_update(of=instance))
READ = Prepared(_instance.where(instance.c.id == sa.bindparam("id")))
READ_BY_TASK = Prepared(_instance.where(instance.c.id == _of_task))
TASK = Prepared(_task.where(user_task.c.id == sa.bindparam("task")))
_open = sa.select(user_task.c.id).where(user_task.c.completed.is_(None))
_named = sa.select(sa.bindparam("task", type_=sa.Text))
# Not `completed IS NULL OR id = :task`: that would read every pass that ever was.
OPEN_TASKS = Prepared(
    _task.where(user_task.c.id.in_(_open.where(user_task.c.instance == sa.bindparam("instance")).union_all(_named)))
)
# On SQLite the whole database is locked already, and both come in one statement.
LOCK_AND_TASKS = Prepared(
    sa.select(*(instance.c[name] for name in INSTANCE_COLUMNS), *(user_task.c[name] for name in TASK_COLUMNS))
    .join_from(instance, user_task, user_task.c.id.in_(_open.where(user_task.c.instance == _of_task).union_all(_named)))
    .where(instance.c.id == _of_task)
)
# The newest pass of each item of an element.
LAST_PASSES = Prepared(
    _task.where(
        user_task.c.instance == sa.bindparam("instance"),
        user_task.c.element == sa.bindparam("element"),
        user_task.c["pass"]
        == sa.select(sa.func.max(user_task.c["pass"]))
        .where(user_task.c.instance == sa.bindparam("instance"), user_task.c.element == sa.bindparam("element"))
        .correlate(None)
        .scalar_subquery(),
    )
)
UPDATE_INSTANCE = Prepared(
    instance.update()
    .where(instance.c.id == sa.bindparam("key"))
    .values({name: sa.bindparam("new_" + name) for name in (
        "state", "snapshot", "timers", "visited", "documents", "revision", "next_due", "finished", "event_seq",
        "event_head",
    )})
)  # fmt: skip
_update_task = (
    user_task.update()
    .where(user_task.c.id == sa.bindparam("key"))
    .values({name: sa.bindparam("new_" + name) for name in (
        "assignee", "state", "skipped", "claimed", "completed", "due", "late", "revision", "completed_by", "position",
    )})
)  # fmt: skip
_forget = draft.delete().where(draft.c.task == sa.bindparam("key"))
UPDATE_TASK = Prepared(_update_task)
FORGET_DRAFT = Prepared(_forget)
# PostgreSQL does both in one statement. It needs one more than SQLite to lock; so a completion has as many on both.
UPDATE_TASK_FORGET_DRAFT = Prepared(_update_task.add_cte(_forget.cte("forgotten")))


_last = (
    sa.select(*(instance.c[name] for name in Earlier._fields))
    .where(
        instance.c.process_id == sa.bindparam("process"),
        instance.c.owner_unit == sa.bindparam("owner"),
        instance.c.state != "cancelled",
    )
    .order_by(instance.c.started.desc(), instance.c.id)
    .limit(1)
)
_LAST = Prepared(_last)
_BEFORE = Prepared(
    _last.where(
        instance.c.id != sa.bindparam("instance"),
        instance.c.started
        <= sa.select(instance.c.started).where(instance.c.id == sa.bindparam("instance")).scalar_subquery(),
    )
)


def lock_by_task(tx: Tx, task_id: str) -> tuple[InstanceRow, dict[str, TaskRow]] | None:
    """The instance of a task, locked, with its open tasks and that one task whatever its state; or None."""
    if tx.sqlite:
        rows = tx.fetch(LOCK_AND_TASKS, {"task": task_id})
        if not rows:
            return None
        split = len(INSTANCE_COLUMNS)
        tasks = (TaskRow._make(row[split:]) for row in rows)
        return InstanceRow._make(rows[0][:split]), {one.id: one for one in tasks}
    rows = tx.fetch(LOCK_BY_TASK if tx.writing else READ_BY_TASK, {"task": task_id})
    if not rows:
        return None
    found = InstanceRow._make(rows[0])
    return found, open_tasks(tx, found.id, task_id)


def lock(tx: Tx, instance_id: str) -> InstanceRow | None:
    rows = tx.fetch(LOCK if tx.writing else READ, {"id": instance_id})
    return InstanceRow(*rows[0]) if rows else None


def all_tasks(tx: Tx, instance_id: str) -> list[TaskRow]:
    """Every pass of every task of an instance, in the order of becoming available; sorted here, because databases sort
    texts each in their own way."""
    rows = [TaskRow._make(row) for row in tx.all(_task.where(user_task.c.instance == instance_id))]
    return sorted(rows, key=lambda row: (row.available, row.number, row.pass_, row.item, row.id))


def task(tx: Tx, task_id: str) -> TaskRow | None:
    rows = tx.fetch(TASK, {"task": task_id})
    return TaskRow(*rows[0]) if rows else None


def open_tasks(tx: Tx, instance_id: str, task_id: str = "") -> dict[str, TaskRow]:
    """The open tasks of an instance by id, and that one task whatever its state."""
    rows = (TaskRow(*row) for row in tx.fetch(OPEN_TASKS, {"instance": instance_id, "task": task_id}))
    return {row.id: row for row in rows}


def update_task(tx: Tx, row: TaskRow, *, sent: bool = False) -> None:
    """Write the columns of a task that may change. When it was sent, its draft goes."""
    tx.run(
        UPDATE_TASK_FORGET_DRAFT if sent and not tx.sqlite else UPDATE_TASK,
        {
            "key": row.id, "new_assignee": row.assignee, "new_state": row.state, "new_skipped": row.skipped,
            "new_claimed": row.claimed, "new_completed": row.completed, "new_due": row.due, "new_late": row.late,
            "new_revision": row.revision, "new_completed_by": row.completed_by, "new_position": row.position,
        },
    )  # fmt: skip
    if sent and tx.sqlite:
        tx.run(FORGET_DRAFT, {"key": row.id})


def previous_instance(tx: Tx, process_id: str, owner_unit: str, instance_id: str | None) -> Earlier | None:
    """The instance of the same process and owner that started last before this one; cancelled ones do not count."""
    asked = {"process": process_id, "owner": owner_unit}
    rows = tx.fetch(_LAST, asked) if instance_id is None else tx.fetch(_BEFORE, {**asked, "instance": instance_id})
    return Earlier(*rows[0]) if rows else None


def documents_of(row: InstanceRow | Earlier | sa.Row[Any]) -> dict[str, dict[str, list[int]]]:
    """{key: {item: [id of the newest version, its number]}} of an instance."""
    return unpack_plain(row.documents) or {}


def to_task(row: TaskRow) -> UserTask:
    return UserTask(
        id=row.id,
        instance_id=row.instance,
        ref=row.ref,
        element=row.element,
        item=row.item or None,
        pass_=row.pass_,
        role=row.role,
        unit=row.unit,
        assignee=row.assignee,
        state=TaskState(row.state),
        skipped=bool(row.skipped),
        available=instant(row.available),
        claimed=instant_or_none(row.claimed),
        completed=instant_or_none(row.completed),
        due=instant_or_none(row.due),
        late=instant_or_none(row.late),
        revision=row.revision,
        completed_by=row.completed_by,
        position_id=row.position,
        number=row.number,
        name=row.name,
    )


def to_instance(row: InstanceRow) -> Instance:
    return Instance(
        id=row.id,
        version_id=row.version,
        process_id=row.process_id,
        owner_unit=row.owner_unit,
        business_key=row.business_key,
        ordinal=row.ordinal,
        title=row.title,
        state=InstanceState(row.state),
        revision=row.revision,
        next_due=instant_or_none(row.next_due),
        starter_id=row.starter,
        starter_name=row.starter_name,
        starter_title=row.starter_title,
        starter_unit=row.starter_unit,
        started=instant(row.started),
        finished=instant_or_none(row.finished),
        visited=tuple(unpack_plain(row.visited) or ()),
    )
