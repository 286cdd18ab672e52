"""Numbers, money and dates as Indonesian offices write them. Pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal

WIB = timezone(timedelta(hours=7), "WIB")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)


def number(value: Decimal | int, *, at_least: int = 0, at_most: int | None = None) -> str:
    """1234567.5 -> `1.234.567,5`. `at_least` and `at_most` bound the decimals; without `at_most` all are kept."""
    value = Decimal(value)
    if not value.is_finite():
        raise ValueError("not a finite number")
    exponent = value.normalize(_EXACT).as_tuple().exponent
    assert isinstance(exponent, int)
    places = max(at_least, -exponent)
    if at_most is not None:
        places = min(places, at_most)
        value = value.quantize(Decimal(1).scaleb(-places), context=_EXACT)
        exponent = value.normalize(_EXACT).as_tuple().exponent
        assert isinstance(exponent, int)
        places = max(at_least, -exponent)
    text = f"{value:,.{max(places, 0)}f}".translate(str.maketrans(",.", ".,"))
    return text[1:] if text.startswith("-") and not value else text


def rupiah(value: Decimal | int) -> str:
    """1500000 -> `Rp1.500.000,00`; a negative amount as `-Rp1.000,00`."""
    text = number(value, at_least=2, at_most=2)
    return f"-Rp{text[1:]}" if text.startswith("-") else f"Rp{text}"


def percent(value: Decimal | int) -> str:
    """84.5 -> `84,5 %`, with at most two decimals."""
    return f"{number(value, at_most=2)} %"


def size(size: int) -> str:
    """A size in bytes: `512 B`, `34 kB`, `1,2 MB`, `10,0 GB`."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1000)} kB"
    unit, divisor = ("MB", 10**6) if size < 10**9 else ("GB", 10**9)
    return f"{size / divisor:.1f} {unit}".replace(".", ",")


def long_date(value: date) -> str:
    """2026-11-23 -> `23 November 2026`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year:04d}"


def day_and_date(value: date) -> str:
    """2026-11-23 -> `Senin, 23 November 2026`."""
    return f"{DAYS[value.weekday()]}, {long_date(value)}"


def short_date(value: date) -> str:
    """2026-11-23 -> `23/11/2026`."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def clock(value: time | datetime) -> str:
    """09:30 -> `09.30`."""
    return f"{value.hour:02d}.{value.minute:02d}"


def moment(value: datetime) -> str:
    """An aware instant in Western Indonesian Time: `23 November 2026 pukul 09.30 WIB`."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    value = value.astimezone(WIB)
    return f"{long_date(value)} pukul {clock(value)} WIB"


def today(now: datetime) -> date:
    """The calendar day in Western Indonesian Time at an aware instant."""
    return now.astimezone(WIB).date()
