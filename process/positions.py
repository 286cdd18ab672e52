"""Positions: who holds a role in a unit, from when to when, and of which kind (definitif, Plh., Plt., Pj.)."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import get_args

import sqlalchemy as sa

from process import authority
from process.accounts import record
from process.acting import office_date, valid_on
from process.clock import Clock
from process.errors import Conflict, NotFound
from process.model import ADMINISTRATOR, Actor, Position, PositionKind
from process.store import Prepared, Store, Tx
from process.tables import person, position
from process.units import clean, remark, unit_in, wrong

KINDS: tuple[str, ...] = get_args(PositionKind)
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,59}")


class Positions:
    """Positions; a part of `People`. Changing one is for administrators."""

    store: Store
    clock: Clock

    def add_position(
        self,
        person_id: int,
        role: str,
        unit: str,
        actor: Actor,
        *,
        title: str | None = None,
        kind: str = "definitif",
        basis: str | None = None,
        from_date: date | None = None,
        to_date: date | None = None,
    ) -> Position:
        """Give a person a position from a date (default: today) to a last day, if any.

        An acting one (plh, plt, pj) needs its basis. Raises InvalidData, NotFound, or Conflict when the person holds
        the same role in the same unit at that time already.
        """
        authority.require(actor, ADMINISTRATOR)
        now = self.clock.now()
        with self.store.transaction() as tx:
            return add_position_in(
                tx,
                person_id,
                role,
                unit,
                actor,
                now,
                title=title,
                kind=kind,
                basis=basis,
                from_date=from_date,
                to_date=to_date,
            )

    def end_position(
        self, position_id: int, actor: Actor, *, to_date: date | None = None, reason: str | None = None
    ) -> Position:
        """End a position with a last day (default: yesterday, so that it holds no more). Raises InvalidData."""
        authority.require(actor, ADMINISTRATOR)
        now = self.clock.now()
        with self.store.transaction() as tx:
            before = position_in(tx, position_id)
            yesterday = date.fromordinal(date.fromisoformat(office_date(now)).toordinal() - 1)
            # one that began today can end yesterday: it then was never held, and no day is invented
            last = to_date or yesterday
            if to_date is not None and to_date < before.from_date:
                raise wrong("sampai", f"Jabatan tidak dapat berakhir sebelum mulai ({before.from_date.isoformat()}).")
            if before.to_date is not None and before.to_date <= last:
                raise Conflict(f"Jabatan ini sudah berakhir pada {before.to_date.isoformat()}.")
            tx.execute(position.update().where(position.c.id == position_id).values(to_date=last.isoformat()))
            payload: dict[str, object] = {
                "jabatan": position_id,
                "pegawai": before.person_id,
                "sebelum": {"sampai": before.to_date.isoformat() if before.to_date else None},
                "sesudah": {"sampai": last.isoformat()},
                "alasan": remark(reason),
            }
            record(tx, "position.ended", payload, actor, now)
            return position_in(tx, position_id)

    def positions(self, person_id: int | None = None, *, on: date | None = None) -> tuple[Position, ...]:
        """Positions by unit and role; of one person, or held on one date, where given."""
        query = sa.select(position).order_by(position.c.unit, position.c.role, position.c.id)
        if person_id is not None:
            query = query.where(position.c.person == person_id)
        if on is not None:
            query = query.where(*valid_on(on.isoformat()))
        with self.store.reading() as tx:
            return tuple(_position(row) for row in tx.all(query))

    def holders(self, tx: Tx, role: str, unit: str, now: datetime) -> tuple[int, ...]:
        """Active persons who hold a role in a unit now, definitive holders first."""
        rows = tx.fetch(_HOLDERS, {"role": role, "unit": unit, "day": office_date(now)})
        return tuple(person_id for person_id, _ in rows)


_HOLDERS = Prepared(
    sa.select(position.c.person, sa.func.min(sa.case((position.c.kind == "definitif", 0), else_=1)).label("k"))
    .join(person, person.c.id == position.c.person)
    .where(
        position.c.role == sa.bindparam("role"),
        position.c.unit == sa.bindparam("unit"),
        person.c.active.is_(True),
        *valid_on(sa.bindparam("day", type_=sa.Text)),
    )
    .group_by(position.c.person)
    .order_by(sa.text("k"), position.c.person)
)


def add_position_in(
    tx: Tx,
    person_id: int,
    role: str,
    unit: str,
    actor: Actor,
    now: datetime,
    *,
    title: str | None = None,
    kind: str = "definitif",
    basis: str | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
) -> Position:
    """Give a person a position; see `People.add_position`."""
    holder = tx.scalar(sa.select(person.c.username).where(person.c.id == person_id))
    if holder is None:
        raise NotFound("Pegawai tidak ada.")
    place = unit_in(tx, unit)
    if not _ROLE.fullmatch(role):
        raise wrong("peran", f"Kode peran “{role[:60]}” tidak sah, misalnya: kepala_bagian.")
    if kind not in KINDS:
        raise wrong("jenis", f"Jenis jabatan “{kind[:20]}” tidak dikenal; gunakan {', '.join(KINDS)}.")
    if kind != "definitif" and not (basis or "").strip():
        raise wrong("dasar", "Dasar penunjukan wajib diisi untuk Plh., Plt., dan Pj.")
    since = from_date or date.fromisoformat(office_date(now))
    if to_date is not None and to_date < since:
        raise wrong("sampai", "Jabatan tidak dapat berakhir sebelum mulai.")
    values = {
        "person": person_id,
        "role": role,
        "unit": place.code,
        "kind": kind,
        "title": clean(title or default_title(role, place.name), "nama_jabatan", "Nama jabatan"),
        "basis": clean(basis, "dasar", "Dasar penunjukan") if basis and basis.strip() else None,
        "from_date": since.isoformat(),
        "to_date": to_date.isoformat() if to_date else None,
    }
    same = [position.c.person == person_id, position.c.role == role, position.c.unit == place.code]
    overlapping = [sa.or_(position.c.to_date.is_(None), position.c.to_date >= values["from_date"])]
    if to_date is not None:
        overlapping.append(position.c.from_date <= values["to_date"])
    if tx.one(sa.select(position.c.id).where(*same, *overlapping)) is not None:
        raise Conflict(f"“{holder}” sudah memegang peran {role} di {place.name} pada masa itu.")
    made = tx.scalar(position.insert().values(**values).returning(position.c.id))
    words = ("pegawai", "peran", "unit", "jenis", "nama_jabatan", "dasar", "mulai", "sampai")
    payload: dict[str, object] = {"jabatan": made, **dict(zip(words, values.values(), strict=True))}
    record(tx, "position.added", payload, actor, now)
    return position_in(tx, made)


def default_title(role: str, unit_name: str) -> str:
    """A title made of a role code and a unit: `kepala_bagian`, `Bagian Hukum` → `Kepala Bagian Hukum`."""
    words, place = role.replace("_", " ").title().split(), unit_name.split()
    if place and words[-1].casefold() == place[0].casefold():
        words = words[:-1]
    return " ".join([*words, *place])


def position_in(tx: Tx, position_id: int) -> Position:
    """A position; raises NotFound."""
    row = tx.one(sa.select(position).where(position.c.id == position_id))
    if row is None:
        raise NotFound(f"Jabatan nomor {position_id} tidak ada.")
    return _position(row)


def _position(row: sa.Row[tuple[object, ...]]) -> Position:
    return Position(
        row.id,
        row.person,
        row.role,
        row.unit,
        row.kind,
        row.title,
        row.basis,
        date.fromisoformat(row.from_date),
        date.fromisoformat(row.to_date) if row.to_date else None,
    )
