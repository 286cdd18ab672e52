"""Standard times: ISO 8601 as drawn, and the words of an SOP (`1 Hari`, `10 menit`), both as working time."""

from __future__ import annotations

import re

from bpmn.model import Duration

MAX_DAYS = 1000
_DAYS = re.compile(r"P([0-9]{1,4})D")
_CLOCK = re.compile(r"PT(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?")
_WORDS = re.compile(r"([0-9]{1,5})(?:\s*\([^)]*\))?\s*(hari(?:\s+kerja)?|jam|menit)", re.IGNORECASE)
_MINUTES_OF_DAYS = 24 * 60 * MAX_DAYS


def parse_iso(text: str) -> Duration | None:
    """`PnD` or `PTnHnM` above zero; None for anything else (weeks, months, seconds, days with hours)."""
    days = _DAYS.fullmatch(text)
    if days:
        return _days(int(days[1]))
    clock = _CLOCK.fullmatch(text)
    if clock and (clock[1] or clock[2]):
        return _minutes(int(clock[1] or 0) * 60 + int(clock[2] or 0))
    return None


def parse_words(text: str) -> Duration | None:
    """`1 Hari`, `4 hari kerja`, `10 menit`, `1 jam 30 menit`; None when the words say something else."""
    words = " ".join(text.split())
    parts = _WORDS.findall(words)
    if not parts or _WORDS.sub("", words).strip(" ,.").replace("dan", "").strip():
        return None
    days = sum(int(number) for number, unit in parts if unit.lower().startswith("hari"))
    minutes = sum(int(number) * (60 if unit.lower() == "jam" else 1) for number, unit in parts if unit[0] not in "hH")
    if days and minutes:
        return None
    return _days(days) if days else _minutes(minutes)


def describe(duration: Duration) -> str:
    """The duration in Indonesian: `4 hari kerja`, `1 jam 30 menit kerja`."""
    if duration.days:
        return f"{duration.days} hari kerja"
    hours, minutes = divmod(duration.minutes, 60)
    return (
        " ".join(part for part in (f"{hours} jam" * bool(hours), f"{minutes} menit" * bool(minutes)) if part) + " kerja"
    )


def _days(days: int) -> Duration | None:
    return Duration(days=days) if 0 < days <= MAX_DAYS else None


def _minutes(minutes: int) -> Duration | None:
    return Duration(minutes=minutes) if 0 < minutes <= _MINUTES_OF_DAYS else None
