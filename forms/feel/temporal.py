"""Dates, times and durations: reading, writing, properties and arithmetic.

Instants without an offset stay so ("local"); an instant with one is never compared with an instant without (null).
Indonesia has no daylight saving: `Asia/Jakarta`, `Asia/Makassar` and `Asia/Jayapura` are fixed offsets here, so that
nothing depends on a time zone database being installed.
"""

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal, DecimalException
from typing import Any
from zoneinfo import ZoneInfo

from forms.feel.values import NUMBERS, YearMonthDuration

JAKARTA = timezone(timedelta(hours=7), "Asia/Jakarta")
_ZONES: dict[str, tzinfo] = {
    "Z": UTC,
    "UTC": UTC,
    "Etc/UTC": UTC,
    "Asia/Jakarta": JAKARTA,
    "Asia/Pontianak": timezone(timedelta(hours=7), "Asia/Pontianak"),
    "Asia/Makassar": timezone(timedelta(hours=8), "Asia/Makassar"),
    "Asia/Jayapura": timezone(timedelta(hours=9), "Asia/Jayapura"),
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d)|@([A-Za-z_]+(?:/[A-Za-z_+-]+)*))?", re.ASCII
)
_DAYS = re.compile(
    r"(-)?P(?=\d|T\d)(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,9}))?S)?)?", re.ASCII
)
_WEEKS = re.compile(r"(-)?P(\d{1,8})W", re.ASCII)
_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d{1,6})Y)?(?:(\d{1,6})M)?", re.ASCII)


def read_date(text: str) -> date | None:
    """A date of `YYYY-MM-DD`."""
    found = _DATE.fullmatch(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """A time of `HH:MM[:SS[.f]]`, with `Z`, an offset `+07:00` or a zone `@Asia/Jakarta` if any."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second, fraction, utc, sign, hours, minutes, zone = found.groups()
    offset: tzinfo | None = None
    try:
        if utc:
            offset = UTC
        elif sign:
            shift = timedelta(hours=int(hours), minutes=int(minutes))
            offset = timezone(-shift if sign == "-" else shift)
        elif zone:
            offset = _ZONES.get(zone) or ZoneInfo(zone)
        micro = int((fraction or "").ljust(6, "0")[:6])
        return time(int(hour), int(minute), int(second or 0), micro, tzinfo=offset)
    except (ValueError, OSError, LookupError):
        return None


def read_date_and_time(text: str) -> datetime | None:
    """An instant of `<date>T<time>`, or of a date alone (its midnight)."""
    day, separator, clock = text.partition("T")
    read = read_date(day)
    if read is None:
        return None
    at = read_time(clock) if separator else time(0)
    return datetime.combine(read, at) if at is not None else None


def read_duration(text: str) -> timedelta | YearMonthDuration | None:
    """An ISO 8601 duration: of weeks, of days and time, or of years and months; never mixed."""
    try:
        if found := _WEEKS.fullmatch(text):
            return timedelta(weeks=int(found[2])) * (-1 if found[1] else 1)
        if found := _MONTHS.fullmatch(text):
            months = int(found[2] or 0) * 12 + int(found[3] or 0)
            return YearMonthDuration(-months if found[1] else months)
        if found := _DAYS.fullmatch(text):
            sign, days, hours, minutes, seconds, fraction = found.groups()
            length = timedelta(
                days=int(days or 0),
                hours=int(hours or 0),
                minutes=int(minutes or 0),
                seconds=int(seconds or 0),
                microseconds=int((fraction or "").ljust(6, "0")[:6]),
            )
            return -length if sign else length
    except OverflowError:
        return None
    return None


def read_temporal(text: str) -> Any:
    """What `@"…"` means: a duration, a date, an instant or a time; None when it is none of them."""
    if text.lstrip("-").startswith("P"):
        return read_duration(text)
    if "T" in text:
        return read_date_and_time(text)
    return read_date(text) or read_time(text)


def temporal_text(value: Any) -> str:
    """ISO 8601, seconds always, fractions only when there are any."""
    match value:
        case datetime():
            return f"{value.date().isoformat()}T{_clock_text(value.time(), value.tzinfo, value.utcoffset())}"
        case date():
            return value.isoformat()
        case time():
            return _clock_text(value, value.tzinfo, value.utcoffset())
        case timedelta():
            return _duration_text(value)
    return str(value)


def _clock_text(clock: time, zone: tzinfo | None, offset: timedelta | None) -> str:
    text = clock.replace(tzinfo=None).isoformat()
    if "." in text:
        text = text.rstrip("0")
    if zone is None:
        return text
    if zone is UTC:
        return text + "Z"
    if isinstance(zone, ZoneInfo):
        return f"{text}@{zone.key}"
    if zone in _ZONES.values() and (name := zone.tzname(None)) in _ZONES:
        return f"{text}@{name}"
    minutes = int((offset or timedelta()).total_seconds()) // 60
    return f"{text}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _duration_text(value: timedelta) -> str:
    length = abs(value)
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{length.microseconds:06}".rstrip("0") if length.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{length.days}D" if length.days else ""
    if not days and not clock:
        return "PT0S"
    return ("-P" if value < timedelta() else "P") + days + (f"T{clock}" if clock else "")


def temporal_property(value: Any, name: str) -> Any:
    """`.year`, `.weekday` … of a temporal value; None for anything else."""
    match value:
        case datetime() | date() if name in ("year", "month", "day", "weekday"):
            return Decimal(value.isoweekday() if name == "weekday" else getattr(value, name))
        case datetime() | time() if name in ("hour", "minute"):
            return Decimal(getattr(value, name))
        case datetime() | time() if name == "second":
            return seconds(value.second, value.microsecond)
        case datetime() | time() if name == "timezone":
            return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
        case datetime() | time() if name == "time offset":
            return value.utcoffset()
        case timedelta() if name in ("days", "hours", "minutes", "seconds"):
            length = abs(value)
            part = {
                "days": Decimal(length.days),
                "hours": Decimal(length.seconds // 3600),
                "minutes": Decimal(length.seconds // 60 % 60),
                "seconds": seconds(length.seconds % 60, length.microseconds),
            }[name]
            return -part if value < timedelta() else part
        case YearMonthDuration() if name in ("years", "months"):
            years, months = divmod(abs(value.months), 12)
            part = Decimal(years if name == "years" else months)
            return -part if value.months < 0 else part
    return None


def seconds(whole: int, micro: int = 0) -> Decimal:
    """Seconds and microseconds as one number."""
    return Decimal(whole) + Decimal(micro).scaleb(-6) if micro else Decimal(whole)


def add_months(day: Any, months: int) -> Any:
    """A date or instant that many months later; the last day of the month where there is no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


def months_between(start: Any, end: Any) -> YearMonthDuration:
    """Whole months from one date to another, negative when `end` comes first."""
    if end < start:
        return YearMonthDuration(-months_between(end, start).months)
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) > end:
        months -= 1
    return YearMonthDuration(months)


def calculate_temporal(operator: str, a: Any, b: Any) -> Any:
    """Arithmetic with dates, times and durations; None where DMN defines none."""
    try:
        if operator == "+":
            if isinstance(a, (timedelta, YearMonthDuration)) and isinstance(b, (date, time)):
                a, b = b, a
            return _shift(a, b, 1)
        if operator == "-":
            if isinstance(a, date) and type(a) is type(b):
                return a - b
            if isinstance(a, time) and isinstance(b, time):
                return datetime.combine(date.min, a) - datetime.combine(date.min, b)
            return _shift(a, b, -1)
        if operator == "*":
            return _scale(b, a) if isinstance(a, Decimal) else _scale(a, b)
        if operator == "/":
            return _divide(a, b)
    except (OverflowError, TypeError, ValueError, DecimalException):
        return None  # beyond the years 1 to 9999, or an instant with an offset and one without
    return None


def _shift(a: Any, b: Any, sign: int) -> Any:
    match a, b:
        case timedelta(), timedelta():
            return a + b * sign
        case YearMonthDuration(), YearMonthDuration():
            return YearMonthDuration(a.months + b.months * sign)
        case datetime(), timedelta():
            return a + b * sign
        case date(), timedelta():
            # The day that many hours away lies in, from its midnight.
            return (datetime.combine(a, time(0)) + b * sign).date()
        case date(), YearMonthDuration():
            return add_months(a, b.months * sign)
        case time(), timedelta():
            clock = timedelta(hours=a.hour, minutes=a.minute, seconds=a.second, microseconds=a.microsecond)
            moved = datetime.combine(date(2000, 1, 1), time(0)) + (clock + b * sign) % timedelta(days=1)
            return moved.time().replace(tzinfo=a.tzinfo)
    return None


def _scale(length: Any, factor: Any) -> Any:
    if not isinstance(factor, Decimal):
        return None
    if isinstance(length, timedelta):
        micros = NUMBERS.multiply(Decimal(length // timedelta(microseconds=1)), factor)
        return timedelta(microseconds=int(micros))
    if isinstance(length, YearMonthDuration):
        months = int(NUMBERS.multiply(Decimal(length.months), factor))
        return YearMonthDuration(months) if abs(months) < 10**8 else None
    return None


def _divide(length: Any, divisor: Any) -> Any:
    if isinstance(divisor, Decimal):
        return _quotient(length, divisor)
    if isinstance(length, timedelta) and isinstance(divisor, timedelta):
        micro = timedelta(microseconds=1)
        return NUMBERS.divide(Decimal(length // micro), Decimal(divisor // micro))
    if isinstance(length, YearMonthDuration) and isinstance(divisor, YearMonthDuration):
        return NUMBERS.divide(Decimal(length.months), Decimal(divisor.months))
    return None


def _quotient(length: Any, divisor: Decimal) -> Any:
    if isinstance(length, timedelta):
        return timedelta(microseconds=int(NUMBERS.divide(Decimal(length // timedelta(microseconds=1)), divisor)))
    if isinstance(length, YearMonthDuration):
        return YearMonthDuration(int(NUMBERS.divide(Decimal(length.months), divisor)))
    return None
