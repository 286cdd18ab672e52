"""Kotak Tugas: what a person may take, holds, and has done; and the notifications for a person or a position.

Every question is answered from the partial indexes of open tasks: the ids of one page are found first, and only these
25 rows are joined with what is shown of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from process.calendar import Left, WorkingCalendar
from process.calendars import Calendars
from process.clock import Clock, instant, instant_or_none, micros
from process.model import Actor
from process.notices import PAGE_SIZE, Notices, holding, places_of, told_to, unseen_by
from process.store import Prepared, Store, Tx
from process.tables import instance, notification, process_definition, process_version, user_task

MAX_SEARCH = 100
MAX_UNSEEN = 99  # a counter shows no more than this
NEAR, LATE = "mendekati", "terlambat"
Tab = Literal["tersedia", "saya", "selesai"]
Sort = Literal["due", "available", "title"]
TABS: tuple[Tab, ...] = ("tersedia", "saya", "selesai")
SORTS: tuple[Sort, ...] = ("due", "available", "title")

_t, _i = user_task, instance


@dataclass(frozen=True, slots=True)
class Counters:
    """How many tasks may be taken, are held, are near their deadline or late (of both); notifications not yet seen."""

    available: int
    mine: int
    done: int
    near: int
    late: int
    unseen: int

    @property
    def open(self) -> int:
        return self.available + self.mine


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A task in the list. `due_state` is None, `mendekati` (due within one working day) or `terlambat`; `left`: how far
    the deadline of an open task is."""

    task_id: str
    instance_id: str
    number: int
    name: str
    process_id: str
    process_name: str
    title: str
    business_key: str
    unit: str
    item: str | None
    available: datetime
    claimed: datetime | None
    completed: datetime | None
    due: datetime | None
    due_state: str | None
    left: Left | None
    assignee_name: str | None
    returned: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of one tab. `total` rows match, on `pages` pages (at least 1); `page` is the one shown, from 1."""

    tab: Tab
    rows: tuple[InboxRow, ...]
    counts: Counters
    total: int
    page: int
    pages: int
    search: str
    sort: Sort
    now: datetime


class Inbox(Notices):
    """Reads for one actor; nothing here changes a task."""

    def __init__(self, store: Store, clock: Clock, calendars: Calendars) -> None:
        self.store = store
        self.clock = clock
        self.calendars = calendars

    def page(
        self, actor: Actor, tab: str = "tersedia", *, search: str = "", sort: str = "due", page: int = 1
    ) -> InboxPage:
        """One page of a tab. `search` looks into the instance's title and business key and the task's name.

        An unknown tab or order falls back to the first; a page beyond the last shows the last.
        """
        now = self.clock.now()
        which: Tab = next((known for known in TABS if known == tab), "tersedia")
        order: Sort = next((known for known in SORTS if known == sort), "due")
        text = " ".join("".join(c if c.isprintable() else " " for c in search).split())[:MAX_SEARCH]
        with self.store.reading() as tx:
            counts = self._counters(tx, actor, now)
            total = getattr(counts, {"tersedia": "available", "saya": "mine", "selesai": "done"}[which])
            mine = _mine(which, actor.person_id, places_of(actor))
            found = sa.select(_t.c.id).where(mine)
            if order == "title":
                found = found.join(_i, _i.c.id == _t.c.instance)
            found = found.order_by(*_order(tx, which, order))
            matching: list[str] | None = None
            if text:  # searching costs most: once for the count and the page together
                matching = list(tx.execute(found.where(_matches(tx, text))).scalars())
                total = len(matching)
            pages = max(1, -(-total // PAGE_SIZE))
            page = min(max(1, page), pages)
            first = (page - 1) * PAGE_SIZE
            if matching is not None:
                ids = matching[first : first + PAGE_SIZE]
            else:
                ids = list(tx.execute(found.limit(PAGE_SIZE).offset(first)).scalars())
            rows = self._rows(tx, ids, actor if which == "saya" else None, now)
        return InboxPage(which, rows, counts, total, page, pages, text, order, now)

    def counters(self, actor: Actor) -> Counters:
        """The counters alone, as every page shows them."""
        now = self.clock.now()
        with self.store.reading() as tx:
            return self._counters(tx, actor, now)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _counters(self, tx: Tx, actor: Actor, now: datetime) -> Counters:
        places = places_of(actor)
        roles, units = (list(dict.fromkeys(part)) for part in zip(*places, strict=True)) if places else ([], [])
        shape = tuple((roles.index(role), units.index(unit)) for role, unit in places)
        values: dict[str, Any] = {"person": actor.person_id, "now": micros(now)}
        values |= {f"role{number}": role for number, role in enumerate(roles)}
        values |= {f"unit{number}": unit for number, unit in enumerate(units)}
        only = self.calendars.only(tx)
        if only is not None:  # as in nearly every office: one comparison tells what is near
            (row,) = tx.fetch(_prepared(shape), {**values, "near": micros(only.near_until(now))})
        else:
            (row,) = tx.all(_counting(shape, self._near(tx, now)), values)
        return Counters(*row)

    def _near(self, tx: Tx, now: datetime) -> sa.ColumnElement[bool]:
        """The condition that a deadline is near in the working time of whose process it is."""
        owners: dict[tuple[str, str], int] = {}
        versions: dict[int, list[int]] = {}
        for row in tx.all(
            sa.select(process_version.c.id, process_version.c.calendar, process_definition.c.owner_unit).join(
                process_definition, process_definition.c.id == process_version.c.process_id
            )
        ):
            owner = (row.owner_unit, row.calendar)
            if owner not in owners:
                owners[owner] = micros(self.calendars.for_unit(tx, *owner).near_until(now))
            versions.setdefault(owners[owner], []).append(row.id)
        if len(versions) <= 1:
            return _t.c.due <= next(iter(versions), 0)
        own = sa.or_(*(sa.and_(_i.c.version.in_(ids), _t.c.due <= until) for until, ids in versions.items()))
        return sa.and_(_t.c.due <= max(versions), sa.exists().where(_i.c.id == _t.c.instance, own).correlate(_t))

    def _rows(self, tx: Tx, ids: Sequence[str], holder: Actor | None, now: datetime) -> tuple[InboxRow, ...]:
        if not ids:
            return ()
        query = (
            sa.select(
                _t.c.id,
                _t.c.instance,
                _t.c.number,
                _t.c.name,
                _t.c.unit,
                _t.c.item,
                _t.c.available,
                _t.c.claimed,
                _t.c.completed,
                _t.c.due,
                _t.c.returned,
                _i.c.process_id,
                _i.c.title,
                _i.c.business_key,
                _i.c.owner_unit,
                process_definition.c.name.label("process_name"),
                process_version.c.calendar,
            )
            .join(_i, _i.c.id == _t.c.instance)
            .join(process_definition, process_definition.c.id == _i.c.process_id)
            .join(process_version, process_version.c.id == _i.c.version)
            .where(_t.c.id.in_(ids))
        )
        found = {row.id: row for row in tx.all(query)}
        calendars: dict[tuple[str, str], WorkingCalendar] = {}
        rows = []
        for task_id in ids:
            row = found[task_id]
            owner = (row.owner_unit, row.calendar)
            if owner not in calendars:
                calendars[owner] = self.calendars.for_unit(tx, *owner)
            calendar, due, completed = calendars[owner], instant_or_none(row.due), instant_or_none(row.completed)
            rows.append(
                InboxRow(
                    row.id,
                    row.instance,
                    row.number,
                    row.name,
                    row.process_id,
                    row.process_name,
                    row.title,
                    row.business_key,
                    row.unit,
                    row.item or None,
                    instant(row.available),
                    instant_or_none(row.claimed),
                    completed,
                    due,
                    due_state(calendar, due, now, completed),
                    calendar.left(due, now) if due is not None and completed is None else None,
                    holder.name if holder else None,
                    bool(row.returned),
                )
            )
        return tuple(rows)


def due_state(
    calendar: WorkingCalendar, due: datetime | None, now: datetime, completed: datetime | None = None
) -> str | None:
    """`terlambat` when the deadline has passed (or had, when it was done), `mendekati` within one working day."""
    if due is None:
        return None
    if completed is not None:
        return LATE if completed > due else None
    if now >= due:
        return LATE
    return NEAR if due <= calendar.near_until(now) else None


def _mine(tab: Tab, person: Any, places: Sequence[tuple[Any, Any]]) -> sa.ColumnElement[bool]:
    """The condition for a tab. The conditions of the partial indexes are repeated as they are written there."""
    if tab == "selesai":
        return sa.and_(_t.c.completed_by.is_not(None), _t.c.completed_by == person)
    if tab == "saya":
        return sa.and_(_t.c.completed.is_(None), _t.c.assignee.is_not(None), _t.c.assignee == person)
    return sa.and_(_t.c.completed.is_(None), _t.c.assignee.is_(None), holding(places, _t.c.role, _t.c.unit))


@lru_cache(maxsize=256)
def _prepared(shape: tuple[tuple[int, int], ...]) -> Prepared:
    """The counters, for everybody whose positions have this shape: every page asks for them."""
    return Prepared(_counting(shape, _t.c.due <= sa.bindparam("near")))


def _counting(shape: Sequence[tuple[int, int]], near: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The columns of `Counters` for the parameters `person`, `now`, and the positions `role0`, `unit0` and so on, which
    `shape` pairs by their numbers."""
    person = sa.bindparam("person", type_=sa.BigInteger)
    roles = {number: sa.bindparam(f"role{number}", type_=sa.Text) for number, _ in shape}
    units = {number: sa.bindparam(f"unit{number}", type_=sa.Text) for _, number in shape}
    places = [(roles[role], units[unit]) for role, unit in shape]
    due, at = _t.c.due, sa.bindparam("now", type_=sa.BigInteger)

    def count(tab: Tab, *more: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).select_from(_t).where(_mine(tab, person, places), *more).scalar_subquery()

    unseen = (
        sa.select(notification.c.id).where(told_to(person, places), unseen_by(person)).limit(MAX_UNSEEN + 1).subquery()
    )
    return sa.select(
        count("tersedia").label("available"),
        count("saya").label("mine"),
        count("selesai").label("done"),
        (count("tersedia", due > at, near) + count("saya", due > at, near)).label("near"),
        (count("tersedia", due <= at) + count("saya", due <= at)).label("late"),
        sa.select(sa.func.count()).select_from(unseen).scalar_subquery().label("unseen"),
    )


def _matches(tx: Tx, text: str) -> sa.ColumnElement[bool]:
    def contains(column: sa.Column[str]) -> sa.ColumnElement[bool]:
        if tx.sqlite:  # its LIKE ignores case by itself, at half the cost
            return column.contains(text, autoescape=True)
        return column.icontains(text, autoescape=True)

    # the instances first: each is looked at once, however many of its tasks there are
    named = sa.select(_i.c.id).where(sa.or_(contains(_i.c.title), contains(_i.c.business_key)))
    return sa.or_(_t.c.instance.in_(named), contains(_t.c.name))


def _order(tx: Tx, tab: Tab, sort: Sort) -> list[sa.ColumnElement[Any]]:
    if sort == "title":
        by_bytes = "BINARY" if tx.sqlite else "C"  # the same order on both databases
        return [sa.collate(sa.func.lower(_i.c.title), by_bytes), _t.c.number, _t.c.id]
    if tab == "selesai":
        return [_t.c.completed.desc(), _t.c.id]
    if sort == "available":
        return [_t.c.available.desc(), _t.c.id]
    return [sa.nulls_last(_t.c.due.asc()), _t.c.id]
