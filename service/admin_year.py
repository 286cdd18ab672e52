"""What a working calendar says of a year and of its days, in the words and rows that pages show. Pure."""

from __future__ import annotations

from calendar import Calendar
from datetime import date
from typing import Any

from forms import indonesian
from process.calendar import WorkingCalendar, national_holidays
from process.calendar_files import WEEKDAYS

KINDS = {"libur": "Libur", "cuti bersama": "Cuti bersama", "kerja": "Hari kerja"}


def special_days(calendar: WorkingCalendar, year: int) -> list[dict[str, Any]]:
    """The days of a year that are not as the week has them, and who says so."""
    public = national_holidays(year) if calendar.national else {}
    own = {one: override for one, override in calendar.overrides.items() if one.year == year}
    rows = []
    for one in sorted({*public, *own}):
        name, kind = public.get(one, ("", ""))
        override = own.get(one)
        rows.append(
            {
                "date": one,
                "weekday": indonesian.DAYS[one.weekday()],
                "kind": KINDS[override.kind if override else kind],
                "note": (override.note or name) if override else name,
                "own": override is not None,
                "hours": hours_of(override.shifts) if override and override.shifts else "",
                "guess": override is None and "perkiraan" in name,
            }
        )
    return rows


def months(calendar: WorkingCalendar, year: int, now: date) -> list[dict[str, Any]]:
    """Twelve months of weeks of days (None: of another month), each day with its state and its word."""
    public = national_holidays(year) if calendar.national else {}
    rows = []
    for month in range(1, 13):
        weeks = []
        for week in Calendar().monthdatescalendar(year, month):
            cells: list[dict[str, Any] | None] = []
            for one in week:
                if one.month != month:
                    cells.append(None)
                    continue
                override = calendar.overrides.get(one)
                kind = override.kind if override else public.get(one, ("", ""))[1]
                state = {"libur": "libur", "cuti bersama": "cuti", "kerja": "kerja"}.get(kind, "")
                if not state and not calendar.is_working_day(one):
                    state = "akhir"
                cells.append({"day": one.day, "state": state, "word": KINDS.get(kind, ""), "today": one == now})
            weeks.append(cells)
        rows.append({"name": indonesian.MONTHS[month - 1], "weeks": weeks})
    return rows


def periods(calendar: WorkingCalendar, year: int) -> list[dict[str, Any]]:
    """The weekly hours that hold in a year, period by period."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return [
        {
            "name": period.name,
            "since": period.since,
            "until": period.until,
            "week": [(name.capitalize(), hours_of(shifts)) for name, shifts in zip(WEEKDAYS, period.week, strict=True)],
        }
        for period in calendar.periods
        if (period.since or first) <= last and (period.until or last) >= first
    ]


def hours_of(shifts: Any) -> str:
    """`07.30–12.00, 13.00–16.00`."""
    return ", ".join(f"{opens:%H.%M}–{closes:%H.%M}" for opens, closes in shifts)


def called(calendar: WorkingCalendar, one: date) -> str:
    """What one date is: `Libur · Hari Jadi Kota`."""
    override = calendar.overrides.get(one)
    name, kind = national_holidays(one.year).get(one, ("", "")) if calendar.national else ("", "")
    if override:
        parts = (KINDS[override.kind], override.note, hours_of(override.shifts))
    elif kind:
        parts = (KINDS[kind], name, "")
    else:
        hours = hours_of(calendar.shifts_on(one))
        parts = ("Hari kerja" if hours else "Bukan hari kerja", "", hours)
    return " · ".join(part for part in parts if part)
