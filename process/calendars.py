"""Stored calendars: which one counts for a unit, and how the office changes one on record.

A unit follows its own calendar, else that of the nearest unit above it, else the one that the process version names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from weakref import WeakSet

import sqlalchemy as sa

from process import authority
from process.audit import NewEvent
from process.calendar import WorkingCalendar
from process.calendar_data import STANDARD
from process.calendar_files import Import, from_data, to_data
from process.clock import Clock
from process.errors import InvalidData, NotFound, ReasonRequired, Stale
from process.model import ADMINISTRATOR, SYSTEM_JOB, Actor, FieldError
from process.packing import pack, unpack
from process.record import SYSTEM_STREAM, append
from process.store import Prepared, Store, Tx
from process.tables import calendar, unit
from process.units import remark

STANDARD_CODE = "standar"
_CODE_MAX = 40

_FOR_UNIT = Prepared(
    sa.text(
        "WITH RECURSIVE up (parent, calendar, depth) AS ("
        " SELECT parent, calendar, 0 FROM unit WHERE code = :unit"
        " UNION ALL SELECT unit.parent, unit.calendar, up.depth + 1 FROM unit JOIN up ON unit.code = up.parent"
        " WHERE up.depth < 20)"
        " SELECT code, revision FROM calendar WHERE code = coalesce("
        "(SELECT calendar FROM up WHERE calendar IS NOT NULL ORDER BY depth LIMIT 1), :default)"
    )
)


_TWO = Prepared(sa.text("SELECT code, revision FROM calendar LIMIT 2"))


@dataclass(frozen=True, slots=True)
class StoredCalendar:
    """A calendar as stored; `units` are the codes of those that name it themselves."""

    code: str
    revision: int
    calendar: WorkingCalendar
    units: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.calendar.name


class Calendars:
    """Stored calendars. Changing one is for administrators."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._read: dict[tuple[str, int], WorkingCalendar] = {}
        # transactions that changed a calendar: what they read may be rolled back, and must not be remembered
        self._changing: WeakSet[Tx] = WeakSet()

    # -- reading ----------------------------------------------------------------------------------------------------

    def for_unit(self, tx: Tx, unit_code: str, default: str = STANDARD_CODE) -> WorkingCalendar:
        """The calendar that counts for a unit: one statement, its contents cached by revision."""
        rows = tx.fetch(_FOR_UNIT, {"unit": unit_code, "default": default})
        return self._load(tx, *rows[0]) if rows else STANDARD

    def only(self, tx: Tx) -> WorkingCalendar | None:
        """The calendar that counts for every unit; None when there are several. One statement, cached as above."""
        rows = tx.fetch(_TWO, {})
        if len(rows) > 1:
            return None
        return self._load(tx, *rows[0]) if rows else STANDARD

    def of_unit(self, unit_code: str) -> WorkingCalendar:
        """The same, in a transaction of its own."""
        with self.store.reading() as tx:
            return self.for_unit(tx, unit_code)

    def list(self) -> tuple[StoredCalendar, ...]:
        """All calendars by code, the standard one first."""
        with self.store.reading() as tx:
            codes = [row.code for row in tx.all(sa.select(calendar.c.code))]
            ordered = sorted(codes, key=lambda code: (code != STANDARD_CODE, code))
            return tuple(self.get(tx, code) for code in ordered)

    def get(self, tx: Tx, code: str) -> StoredCalendar:
        """One calendar; raises NotFound."""
        row = tx.one(sa.select(calendar.c.code, calendar.c.revision).where(calendar.c.code == code))
        if row is None:
            raise NotFound(f"Kalender kerja “{code}” tidak ada.")
        units = tx.all(sa.select(unit.c.code).where(unit.c.calendar == code).order_by(unit.c.code))
        return StoredCalendar(code, row.revision, self._load(tx, code, row.revision), tuple(u.code for u in units))

    def _load(self, tx: Tx, code: str, revision: int) -> WorkingCalendar:
        changing = tx in self._changing
        known = None if changing else self._read.get((code, revision))
        if known is None:
            row = tx.one(sa.select(calendar.c.data, calendar.c.revision).where(calendar.c.code == code))
            assert row is not None
            known = from_data(unpack(row.data))
            if len(self._read) > 200:
                self._read.clear()
            if not changing:
                self._read[(code, row.revision)] = known
        return known

    # -- changing ---------------------------------------------------------------------------------------------------

    def ensure_standard(self, tx: Tx, now: datetime) -> None:
        """Put the standard calendar (Perpres 21/2023) into a database that has none."""
        if tx.scalar(sa.select(sa.func.count()).select_from(calendar).where(calendar.c.code == STANDARD_CODE)):
            return
        self._write(tx, STANDARD_CODE, None, STANDARD, SYSTEM_JOB, now, None)

    def preview(self, code: str, change: Import) -> tuple[WorkingCalendar | None, WorkingCalendar]:
        """The calendar before (None: it is new) and after a change, nothing being written."""
        with self.store.reading() as tx:
            return self.preview_in(tx, code, change)

    def change(
        self,
        code: str,
        change: Import,
        actor: Actor,
        *,
        reason: str | None = None,
        revision: int | None = None,
    ) -> StoredCalendar:
        """Import over a calendar, or make a new one; on record with before and after.

        An existing calendar is changed for a `reason`. Raises Stale when `revision` is given and no longer current.
        Open deadlines keep their instants: recalculating them is a step of its own (`process.reschedule`).
        """
        now = self.clock.now()
        with self.store.transaction() as tx:
            self.change_in(tx, code, change, actor, now, reason=reason, revision=revision)
            return self.get(tx, code)

    def change_in(
        self,
        tx: Tx,
        code: str,
        change: Import,
        actor: Actor,
        now: datetime,
        *,
        reason: str | None,
        revision: int | None = None,
    ) -> tuple[WorkingCalendar | None, WorkingCalendar]:
        """`change` inside a transaction that is open already; returns the calendar before and after."""
        authority.require(actor, ADMINISTRATOR)
        _check_code(code)
        query = sa.select(calendar.c.revision).where(calendar.c.code == code)
        row = tx.one(query if tx.sqlite else query.with_for_update())
        if row is not None and revision is not None and row.revision != revision:
            raise Stale("Kalender telah diubah sejak dibuka.")
        before, after = self.preview_in(tx, code, change)
        if before is not None and before != after and remark(reason) is None:
            raise ReasonRequired("Alasan perubahan kalender wajib diisi.")
        if before != after:
            self._write(tx, code, before, after, actor, now, remark(reason))
        return before, after

    def preview_in(self, tx: Tx, code: str, change: Import) -> tuple[WorkingCalendar | None, WorkingCalendar]:
        """`preview` inside a transaction."""
        row = tx.one(sa.select(calendar.c.revision).where(calendar.c.code == code))
        if row is not None:
            before = self._load(tx, code, row.revision)
            return before, change.over(before)
        if change.calendar is None and code != STANDARD_CODE:
            raise NotFound(f"Kalender kerja “{code}” belum ada. Impor dahulu kalender lengkap (JSON).")
        return None, change.over(STANDARD)

    def _write(
        self,
        tx: Tx,
        code: str,
        before: WorkingCalendar | None,
        after: WorkingCalendar,
        actor: Actor,
        now: datetime,
        reason: str | None,
    ) -> None:
        self._changing.add(tx)
        data = to_data(after)
        if before is None:
            tx.execute(calendar.insert().values(code=code, name=after.name, data=pack(data), revision=1))
            append(tx, SYSTEM_STREAM, [NewEvent("calendar.added", {"kode": code, "sesudah": data})], actor, now)
            return
        tx.execute(
            calendar.update()
            .where(calendar.c.code == code)
            .values(name=after.name, data=pack(data), revision=calendar.c.revision + 1)
        )
        payload: dict[str, Any] = {"kode": code, "alasan": reason, **difference(to_data(before), data)}
        append(tx, SYSTEM_STREAM, [NewEvent("calendar.changed", payload)], actor, now)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What changed, `sebelum` and `sesudah`, for the record: whole fields, and of the days only those that differ."""
    old = {key: value for key, value in before.items() if key != "hari" and value != after.get(key)}
    new = {key: after[key] for key in old}
    old_days, new_days = ({day["tanggal"]: day for day in data["hari"]} for data in (before, after))
    changed = sorted(day for day in old_days.keys() | new_days.keys() if old_days.get(day) != new_days.get(day))
    if changed:
        old["hari"] = [old_days[day] for day in changed if day in old_days]
        new["hari"] = [new_days[day] for day in changed if day in new_days]
    return {"sebelum": old, "sesudah": new}


def changed_days(before: WorkingCalendar, after: WorkingCalendar, since: date, days: int = 800) -> tuple[date, ...]:
    """The dates from `since` on whose working hours differ: what a preview shows."""
    first = since.toordinal()
    dates = (date.fromordinal(number) for number in range(first, min(first + days, date.max.toordinal())))
    return tuple(day for day in dates if before.shifts_on(day) != after.shifts_on(day))


def _check_code(code: str) -> None:
    if not code or len(code) > _CODE_MAX or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in code):
        raise InvalidData(
            [FieldError(("kode",), "kode", "Kode kalender terdiri atas huruf, angka, “-”, “_” atau “.”.")]
        )
