"""Instances as pages show them, and which of them an actor sees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from process import policy
from process.clock import micros
from process.completing import require_sight
from process.definitions import Version
from process.documents import (
    PrintOut,
    names_of,
    to_printout,
    versions,
)
from process.model import (
    Actor,
    InstanceState,
    TimelineEntry,
)
from process.pages import DocumentRow, InstanceList, InstancePage, InstanceRowView, TaskRow
from process.rows import INSTANCE_COLUMNS, InstanceRow, all_tasks, to_instance, to_task
from process.store import Tx
from process.tables import (
    document_version,
    instance,
    printout,
    process_definition,
    unit,
    user_task,
)
from process.trail import timeline
from process.work import Desk

PER_PAGE = 25


class InstanceViews:
    """A part of `Views`."""

    desk: Desk

    def instance(self, instance_id: str, actor: Actor) -> InstancePage:
        """The page of an instance; who heads one item sees the steps and events of that item, and those of all."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            work = self.desk.by_instance(tx, instance_id, actor, now)
            sight = require_sight(work)
            rows = all_tasks(tx, instance_id)
            names = names_of(tx, [who for row in rows for who in (row.assignee, row.completed_by)])
            shown = [row for row in rows if not row.item or sight.task(row.item)]
            newest = [
                pointer[0]
                for key, items in work.sources.pointers.items()
                for item, pointer in items.items()
                if sight.document(key, item or None)
            ]
            return InstancePage(
                to_instance(work.row),
                work.version,
                tuple(
                    TaskRow(
                        to_task(row), names.get(row.assignee), names.get(row.completed_by), sight.task(row.item or None)
                    )
                    for row in shown
                ),
                tuple(
                    DocumentRow(one, work.version_of(one.version_id).process.documents[one.key].name, author)
                    for one, author in versions(tx, newest)
                ),
                self._prints_seen(tx, instance_id, sight),
                _timeline_seen(timeline(tx, work.row.stream), sight, {row.id: row.item for row in rows}),
                policy.may_manage(actor) and work.row.state == InstanceState.RUNNING,
                sight.everything and work.row.state == InstanceState.FINISHED,
            )

    def _prints_seen(self, tx: Tx, instance_id: str, sight: policy.Sight) -> tuple[PrintOut, ...]:
        rows = tx.all(
            sa.select(
                printout,
                document_version.c.key,
                document_version.c.item,
                document_version.c.state.label("document_state"),
            )
            .join(document_version, document_version.c.id == printout.c.document_version)
            .where(printout.c.instance == instance_id)
            .order_by(printout.c.asked_at.desc(), printout.c.id)
        )
        return tuple(to_printout(row, row.document_state) for row in rows if sight.document(row.key, row.item or None))

    def instances(
        self, actor: Actor, *, search: str = "", state: str = "", process_id: str = "", page: int = 1
    ) -> InstanceList:
        """The instances that the actor may see, the newest first."""
        now = micros(self.desk.clock.now())
        with self.desk.store.reading() as tx:
            where = [self._seen(tx, actor)]
            if state:
                where.append(instance.c.state == state)
            if process_id:
                where.append(instance.c.process_id == process_id)
            if search.strip():
                text = search.strip()
                where.append(
                    sa.or_(
                        instance.c.title.icontains(text, autoescape=True),
                        instance.c.business_key.icontains(text, autoescape=True),
                    )
                )
            total = tx.scalar(sa.select(sa.func.count()).select_from(instance).where(*where)) or 0
            pages = max(1, -(-total // PER_PAGE))
            page = min(max(1, page), pages)
            rows = tx.all(
                sa.select(*(instance.c[name] for name in INSTANCE_COLUMNS), process_definition.c.name.label("process"))
                .join(process_definition, process_definition.c.id == instance.c.process_id)
                .where(*where)
                .order_by(instance.c.started.desc(), instance.c.id)
                .limit(PER_PAGE)
                .offset((page - 1) * PER_PAGE)
            )
            steps: dict[str, dict[str, bool]] = {}
            for one in tx.all(
                sa.select(user_task.c.instance, user_task.c.name, user_task.c.due, user_task.c.late)
                .where(user_task.c.instance.in_([row.id for row in rows]), user_task.c.completed.is_(None))
                .order_by(user_task.c.number)
            ):
                late = one.late is not None or (one.due is not None and one.due < now)
                known = steps.setdefault(one.instance, {})
                known[one.name] = known.get(one.name, False) or late
            return InstanceList(
                tuple(
                    InstanceRowView(
                        to_instance(InstanceRow._make(row[: len(INSTANCE_COLUMNS)])),
                        row.process,
                        tuple(steps.get(row.id, {})),
                        any(steps.get(row.id, {}).values()),
                    )
                    for row in rows
                ),
                total,
                page,
                pages,
            )

    def _seen(self, tx: Tx, actor: Actor) -> sa.ColumnElement[bool]:
        """Which instances an actor sees: those with a task of theirs, or whose version has a step of theirs."""
        if policy.sees_everything(actor):
            return sa.true()
        held = [(one.role, one.unit) for one in actor.positions]
        if not held:
            return sa.false()
        mine = sa.select(user_task.c.instance).where(sa.tuple_(user_task.c.role, user_task.c.unit).in_(held))
        found: list[sa.ColumnElement[bool]] = [instance.c.id.in_(mine)]
        # Steps that are still to come belong to their lane already: by version and owning unit.
        parents = {row.code: row for row in tx.all(sa.select(unit.c.code, unit.c.name, unit.c.parent))}
        pairs = tx.all(sa.select(instance.c.version, instance.c.owner_unit).distinct())
        for pair in pairs:
            version = self.desk.definitions.load(tx, pair.version)
            if _lane_of(version, pair.owner_unit, {(role, at) for role, at in held}, parents, self.desk.clock.now()):
                found.append(sa.and_(instance.c.version == pair.version, instance.c.owner_unit == pair.owner_unit))
        return sa.or_(*found)


def _timeline_seen(
    entries: tuple[TimelineEntry, ...], sight: policy.Sight, items: dict[str, str]
) -> tuple[TimelineEntry, ...]:
    """Who heads one item sees the events of that item; of the others only that a step was done, not what it said."""
    if sight.everything:
        return entries
    shown = []
    for entry in entries:
        item = items.get(entry.task_id or "", "") or entry.data.get("item") or ""
        if item:
            if sight.task(str(item)):
                shown.append(entry)
        elif entry.type.startswith("instance.") or entry.type == "task.completed":
            shown.append(entry)
    return tuple(shown)


def _lane_of(version: Version, owner: str, held: set[tuple[str, str]], units: dict[str, Any], now: datetime) -> bool:
    """Whether one of the positions is that of a step which is not done per item, or of the start."""
    from forms.feel import parse

    at = units.get(owner)
    about = {"kode": owner, "nama": at.name, "induk": at.parent} if at is not None else None
    process = version.process
    lanes = {(process.start.role, process.start.unit)}
    lanes.update((task.role, task.unit) for task in process.tasks.values() if task.each is None)
    roles = {role for role, _ in held}
    for role, text in lanes:
        if role not in roles:
            continue
        code = owner if text in ("owner", "item") else parse(text).evaluate({"owner": about, "item": None}, now=now)
        if (role, code) in held:
            return True
    return False
