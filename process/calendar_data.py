"""The calendar that a new office begins with. It is data: what the office decides later is imported over it."""

from __future__ import annotations

from datetime import date, time

from process.calendar import Hours, Shift, WorkingCalendar


def _shifts(*texts: str) -> tuple[Shift, ...]:
    return tuple(tuple(time.fromisoformat(part) for part in text.split("-")) for text in texts)  # type: ignore[misc]


# Perpres 21/2023: 37.5 hours a week from 07:30, a break of 60 minutes, on Friday of 90
_DAY, _FRIDAY = _shifts("07:30-12:00", "13:00-16:00"), _shifts("07:30-11:30", "13:00-16:30")
# in Ramadan 32.5 hours a week from 08:00, a break of 30 minutes, on Friday of 60
_FAST_DAY, _FAST_FRIDAY = _shifts("08:00-12:00", "12:30-15:00"), _shifts("08:00-11:30", "12:30-15:30")

WEEK = (_DAY,) * 4 + (_FRIDAY, (), ())
RAMADAN_WEEK = (_FAST_DAY,) * 4 + (_FAST_FRIDAY, (), ())

# first fasting day to the day before Idul Fitri, as the government set it (1448 H: as expected)
_RAMADAN = (
    ("Ramadan 1445 H", date(2024, 3, 12), date(2024, 4, 9)),
    ("Ramadan 1446 H", date(2025, 3, 1), date(2025, 3, 30)),
    ("Ramadan 1447 H", date(2026, 2, 19), date(2026, 3, 20)),
    ("Ramadan 1448 H (perkiraan)", date(2027, 2, 8), date(2027, 3, 9)),
)

STANDARD = WorkingCalendar(
    name="Kalender kerja standar",
    periods=(
        Hours("Jam kerja", WEEK),
        *(Hours(name, RAMADAN_WEEK, since, until) for name, since, until in _RAMADAN),
    ),
)
"""Perpres 21/2023 in WIB with the national holidays; key `standar` in a new database."""
