"""What an operator sees of everything that runs: for the pengelola proses and auditors, whatever their positions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from process import authority
from process.clock import instant as at
from process.clock import instant_or_none, micros
from process.errors import NotFound
from process.model import ADMINISTRATOR, AUDITOR, PENGELOLA, Actor
from process.store import Store
from process.tables import instance, person, user_task

_OPEN_STATES = {"berjalan": "running", "selesai": "finished", "dibatalkan": "cancelled"}
STATE_NAMES = {state: name for name, state in _OPEN_STATES.items()}


@dataclass(frozen=True, slots=True)
class InstanceLine:
    """An instance in a list; `open_tasks` and `late_tasks` count what is open now."""

    id: str
    title: str
    process_id: str
    owner_unit: str
    business_key: str
    ordinal: int
    state: str
    started: datetime
    finished: datetime | None
    open_tasks: int
    late_tasks: int


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in a list; `assignee` and `done_by` are account names."""

    id: str
    instance_id: str
    title: str
    number: int
    name: str
    item: str | None
    pass_: int
    role: str
    unit: str
    state: str
    skipped: bool
    assignee: str | None
    done_by: str | None
    available: datetime
    completed: datetime | None
    due: datetime | None
    late: bool


def instances(
    store: Store, actor: Actor, now: datetime, *, state: str | None = None, search: str = "", limit: int = 500
) -> tuple[InstanceLine, ...]:
    """Instances, the newest first; of one state (running | finished | cancelled) and containing a text, where given."""
    authority.require(actor, ADMINISTRATOR, PENGELOLA, AUDITOR)
    open_ = sa.and_(user_task.c.instance == instance.c.id, user_task.c.completed.is_(None))
    tasks = sa.select(sa.func.count()).select_from(user_task).where(open_)
    query = sa.select(
        instance,
        tasks.scalar_subquery().label("open_tasks"),
        tasks.where(user_task.c.due <= micros(now)).scalar_subquery().label("late_tasks"),
    )
    if state is not None:
        query = query.where(instance.c.state == state)
    if search.strip():
        text = search.strip()
        query = query.where(
            instance.c.title.icontains(text, autoescape=True) | instance.c.business_key.icontains(text, autoescape=True)
        )
    with store.reading() as tx:
        rows = tx.all(query.order_by(instance.c.started.desc(), instance.c.id).limit(limit))
    return tuple(
        InstanceLine(
            row.id,
            row.title,
            row.process_id,
            row.owner_unit,
            row.business_key,
            row.ordinal,
            row.state,
            at(row.started),
            instant_or_none(row.finished),
            row.open_tasks,
            row.late_tasks,
        )
        for row in rows
    )


def tasks(
    store: Store,
    actor: Actor,
    now: datetime,
    *,
    instance_id: str | None = None,
    open_only: bool = True,
    late_only: bool = False,
    unit: str | None = None,
    limit: int = 1000,
) -> tuple[TaskLine, ...]:
    """Tasks in the order in which they became available; open ones only, unless told otherwise."""
    authority.require(actor, ADMINISTRATOR, PENGELOLA, AUDITOR)
    holder, doer = person.alias("holder"), person.alias("doer")
    query = (
        sa.select(
            user_task,
            instance.c.title.label("instance_title"),
            holder.c.username.label("holder"),
            doer.c.username.label("doer"),
        )
        .join(instance, instance.c.id == user_task.c.instance)
        .outerjoin(holder, holder.c.id == user_task.c.assignee)
        .outerjoin(doer, doer.c.id == user_task.c.completed_by)
        .order_by(user_task.c.available, user_task.c.number, user_task.c.item, user_task.c.id)
        .limit(limit)
    )
    if instance_id is not None:
        query = query.where(user_task.c.instance == instance_id)
    if open_only:
        query = query.where(user_task.c.completed.is_(None))
    if late_only:
        query = query.where(user_task.c.due <= micros(now))
    if unit is not None:
        query = query.where(user_task.c.unit == unit)
    with store.reading() as tx:
        rows = tx.all(query)
    return tuple(
        TaskLine(
            row.id,
            row.instance,
            row.instance_title,
            row.number,
            row.name,
            row.item or None,
            getattr(row, "pass"),
            row.role,
            row.unit,
            row.state,
            bool(row.skipped),
            row.holder,
            row.doer,
            at(row.available),
            instant_or_none(row.completed),
            instant_or_none(row.due),
            row.due is not None and (row.completed or micros(now)) > row.due,
        )
        for row in rows
    )


def instance_line(store: Store, actor: Actor, now: datetime, instance_id: str) -> InstanceLine:
    """One instance; raises NotFound."""
    authority.require(actor, ADMINISTRATOR, PENGELOLA, AUDITOR)
    with store.reading() as tx:
        row = tx.one(sa.select(instance.c.title).where(instance.c.id == instance_id))
    if row is None:
        raise NotFound(f"Pelaksanaan “{instance_id[:40]}” tidak ada.")
    found = instances(store, actor, now, search=row.title)
    return next(line for line in found if line.id == instance_id)
