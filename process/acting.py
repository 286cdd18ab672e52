"""Who acts: an account with the positions that it holds on a date, read in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from process.calendar import ZONES
from process.model import Actor, Held
from process.store import Prepared
from process.tables import person, position, session


def office_date(now: datetime) -> str:
    """The date in the office's zone, as positions are dated (ISO)."""
    return now.astimezone(ZONES["Asia/Jakarta"]).date().isoformat()


def valid_on(day: str | sa.BindParameter[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: the position holds on that ISO date."""
    return (position.c.from_date <= day, sa.or_(position.c.to_date.is_(None), position.c.to_date >= day))


# Every request begins with this: the account and the positions that it holds, a row per position, in one statement.
_positions = sa.and_(position.c.person == person.c.id, *valid_on(sa.bindparam("day", type_=sa.Text)))
_own, _holder = position.alias("own"), person.alias("holder")
# In whose place an acting one (Plh., Plt., Pj.) stands; not asked for who holds a position definitively.
_definitive = (
    sa.select(_holder.c.name)
    .join_from(_own, _holder, _holder.c.id == _own.c.person)
    .where(
        _own.c.role == position.c.role,
        _own.c.unit == position.c.unit,
        _own.c.kind == "definitif",
        _own.c.person != position.c.person,
        _own.c.from_date <= sa.bindparam("day", type_=sa.Text),
        sa.or_(_own.c.to_date.is_(None), _own.c.to_date >= sa.bindparam("day", type_=sa.Text)),
    )
    .order_by(_own.c.id)
    .limit(1)
    .correlate(position)
    .scalar_subquery()
)
_person = (
    sa.select(
        *(person.c.id, person.c.name, person.c.system_roles, person.c.must_change_password),
        *(position.c.id, position.c.role, position.c.unit, position.c.title, position.c.kind),
        sa.case((position.c.kind != "definitif", _definitive)).label("acting_for"),
    )
    .select_from(person)
    .outerjoin(position, _positions)
    .where(person.c.active.is_(True))
    .order_by(position.c.id)
)
PERSON = Prepared(_person.where(person.c.id == sa.bindparam("person")))
SESSION = Prepared(
    sa.select(session.c.csrf, session.c.seen, session.c.expires, *_person.selected_columns)
    .select_from(session)
    .join(person, person.c.id == session.c.person)
    .outerjoin(position, _positions)
    .where(session.c.token_hash == sa.bindparam("token"), person.c.active.is_(True))
    .order_by(position.c.id)
)


def actor_of(rows: Sequence[Sequence[Any]], request_id: str | None) -> Actor:
    person_id, name, roles, must_change = rows[0][:4]
    held = tuple(Held(*row[4:]) for row in rows if row[4] is not None)
    return Actor(person_id, name, held, frozenset(roles.split()), "page", request_id, bool(must_change))
