"""Built-in functions on dates, times and durations.

`today()` and `now()` come from the evaluation's `now` argument. An instant in UTC is taken to Asia/Jakarta first; one
with another offset, or without any, is taken as it is: its date is today.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from forms.feel import temporal
from forms.feel.errors import FeelEvaluationError
from forms.feel.functions_basic import whole
from forms.feel.registry import builtin
from forms.feel.values import Run, YearMonthDuration


def _now(run: Run) -> datetime | None:
    if run.now is None:
        if run.strict:
            raise FeelEvaluationError("now() dan today() tidak tersedia di sini")
        return None
    return run.now.astimezone(temporal.JAKARTA) if run.now.utcoffset() == timedelta(0) else run.now


@builtin("now()")
def now(run: Run) -> datetime | None:
    return _now(run)


@builtin("today()")
def today(run: Run) -> date | None:
    at = _now(run)
    return at.date() if at else None


@builtin("date(from: any)")
def date_from(run: Run, value: Any) -> date | None:
    if isinstance(value, str):
        at = temporal.read_date_and_time(value)
        return at.date() if at else None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


@builtin("date(year: number, month: number, day: number)")
def date_of(run: Run, year: Decimal, month: Decimal, day: Decimal) -> date | None:
    parts = whole(year), whole(month), whole(day)
    if None in parts:
        return None
    return date(*parts)  # type: ignore[arg-type]


@builtin("date and time(from: string)")
def date_and_time_from(run: Run, text: str) -> datetime | None:
    return temporal.read_date_and_time(text)


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number, "
    "offset: length?)"
)
def date_and_time_from_parts(run: Run, *parts: Any) -> datetime | None:
    day, clock = date_of(run, *parts[:3]), time_of(run, *parts[3:])
    return None if day is None or clock is None else datetime.combine(day, clock)


@builtin("date and time(date: day, time: time)")
def date_and_time_of(run: Run, day: date, clock: time) -> datetime:
    return datetime.combine(day.date() if isinstance(day, datetime) else day, clock)


@builtin("time(from: any)")
def time_from(run: Run, value: Any) -> time | None:
    if isinstance(value, str):
        return temporal.read_time(value)
    if isinstance(value, datetime):
        return value.timetz()
    if isinstance(value, date):
        return time(0, tzinfo=UTC)
    return value if isinstance(value, time) else None


@builtin("time(hour: number, minute: number, second: number, offset: length?)")
def time_of(run: Run, hour: Decimal, minute: Decimal, second: Decimal, offset: Any) -> time | None:
    hours, minutes = whole(hour), whole(minute)
    if hours is None or minutes is None or second < 0 or second >= 60 or isinstance(offset, YearMonthDuration):
        return None
    micro = int((second % 1) * 1_000_000)
    zone = timezone(offset) if offset is not None else None
    return time(hours, minutes, int(second), micro, tzinfo=zone)


@builtin("duration(from: string)")
def duration(run: Run, text: str) -> timedelta | YearMonthDuration | None:
    return temporal.read_duration(text)


@builtin("years and months duration(from: day, to: day)")
def years_and_months_duration(run: Run, start: date, end: date) -> YearMonthDuration:
    return temporal.months_between(
        start.date() if isinstance(start, datetime) else start, end.date() if isinstance(end, datetime) else end
    )


@builtin("day of week(date: day)")
def day_of_week(run: Run, day: date) -> str:
    return temporal.WEEKDAYS[day.weekday()]


@builtin("day of year(date: day)")
def day_of_year(run: Run, day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@builtin("week of year(date: day)")
def week_of_year(run: Run, day: date) -> Decimal:
    """By ISO 8601."""
    return Decimal(day.isocalendar().week)


@builtin("month of year(date: day)")
def month_of_year(run: Run, day: date) -> str:
    return temporal.MONTHS[day.month - 1]
