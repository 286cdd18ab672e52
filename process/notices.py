"""Notifications: what a person, or who holds a position, was told; and what of it somebody has seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from process.clock import instant, micros
from process.model import Actor
from process.store import Store, Tx
from process.tables import notification, notification_seen

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class NotificationRow:
    """A notification; `message` is an Indonesian sentence."""

    id: int
    kind: str
    message: str
    at: datetime
    task_id: str | None
    instance_id: str | None
    process_id: str | None
    seen: bool


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """One page of notifications, the newest first."""

    rows: tuple[NotificationRow, ...]
    total: int
    page: int
    pages: int


class Notices:
    """Reads and marks notifications; a part of `Inbox`."""

    store: Store

    def notifications(self, actor: Actor, *, page: int = 1) -> NotificationPage:
        """What the actor, or the positions held, were told."""
        with self.store.reading() as tx:
            told = told_to(actor.person_id, places_of(actor))
            total = tx.scalar(sa.select(sa.func.count()).select_from(notification).where(told))
            pages = max(1, -(-total // PAGE_SIZE))
            page = min(max(1, page), pages)
            rows = tx.all(
                sa.select(notification, notification_seen.c.person.label("seen"))
                .outerjoin(
                    notification_seen,
                    (notification_seen.c.notification == notification.c.id)
                    & (notification_seen.c.person == actor.person_id),
                )
                .where(told)
                .order_by(notification.c.at.desc(), notification.c.id.desc())
                .limit(PAGE_SIZE)
                .offset((page - 1) * PAGE_SIZE)
            )
        made = (
            NotificationRow(
                row.id,
                row.kind,
                row.message,
                instant(row.at),
                row.task,
                row.instance,
                row.process,
                row.seen is not None,
            )
            for row in rows
        )
        return NotificationPage(tuple(made), total, page, pages)

    def mark_seen(self, actor: Actor, ids: Iterable[int] | None = None) -> None:
        """Mark notifications as seen by the actor: the given ones, or all. Those of others are left alone."""
        if actor.person_id is None:
            return
        wanted = [told_to(actor.person_id, places_of(actor)), unseen_by(actor.person_id)]
        if ids is not None:
            wanted.append(notification.c.id.in_(list(ids)[:1000]))
        with self.store.transaction() as tx:
            rows = tx.all(sa.select(notification.c.id).where(*wanted))
            if rows:
                tx.execute(
                    tx.insert(notification_seen).on_conflict_do_nothing(),
                    [{"person": actor.person_id, "notification": row.id} for row in rows],
                )


def tell_about(tx: Tx, process_id: str, persons: Iterable[int], kind: str, message: str, now: datetime) -> None:
    """Tell these persons something about a process, within the transaction in which it happens."""
    rows = [(one, process_id, kind, message, micros(now)) for one in sorted(persons)]
    if rows:
        tx.insert_many(notification, ("person", "process", "kind", "message", "at"), rows)


def places_of(actor: Actor) -> list[tuple[str, str]]:
    """Role and unit of each position that the actor holds, each pair once."""
    return sorted({(held.role, held.unit) for held in actor.positions})


def holding(
    places: Sequence[tuple[Any, Any]], role: sa.ColumnElement[str], unit: sa.ColumnElement[str]
) -> sa.ColumnElement[bool]:
    """The columns name one of the places (texts or bind parameters). The two lists are what an index can use, the pairs
    are exact: of alternatives alone SQLite makes a scan of all open tasks."""
    exact = [sa.and_(role == one, unit == two) for one, two in places]
    if len(exact) < 2:
        return sa.or_(sa.false(), *exact)
    roles, units = (list(dict.fromkeys(part)) for part in zip(*places, strict=True))
    return sa.and_(role.in_(roles), unit.in_(units), sa.or_(*exact))


def told_to(person_id: Any, places: Sequence[tuple[Any, Any]]) -> sa.ColumnElement[bool]:
    return sa.or_(notification.c.person == person_id, holding(places, notification.c.role, notification.c.unit))


def unseen_by(person_id: Any) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(
        notification_seen.c.notification == notification.c.id, notification_seen.c.person == person_id
    )
