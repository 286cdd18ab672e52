"""What templates write of instants, deadlines, sizes and digests: filters over `forms.indonesian`, all in WIB."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from jinja2 import Environment

from forms import indonesian

NOTHING = "–"


def tanggal(value: date | datetime | None) -> str:
    """`23 November 2026`; an instant by its day in WIB."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = indonesian.today(value)
    return indonesian.long_date(value)


def waktu(moment: datetime | None) -> str:
    """`23 November 2026 pukul 10.18 WIB`."""
    return NOTHING if moment is None else indonesian.moment(moment)


def ringkas(moment: datetime | None) -> str:
    """Short form for tables: `Sen, 23 Nov 2026 10.18`."""
    if moment is None:
        return NOTHING
    there = moment.astimezone(indonesian.WIB)
    day, month = indonesian.DAYS[there.weekday()][:3], indonesian.MONTHS[there.month - 1][:3]
    return f"{day}, {there.day} {month} {there.year} {indonesian.clock(there)}"


def sisa(due: datetime, now: datetime) -> str:
    """How far a deadline is, in calendar time: `sisa 2 hari`, `lewat 3 jam`."""
    gap = due - now
    word = "sisa" if gap >= timedelta() else "lewat"
    minutes = int(abs(gap).total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        return f"{word} {minutes // (24 * 60)} hari"
    if minutes >= 120:
        return f"{word} {minutes // 60} jam"
    return f"{word} {max(minutes, 1)} menit"


def ukuran(size: int) -> str:
    """File size: `512 B`, `34 kB`, `1,2 MB`."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1000)} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def berkelompok(digest: str) -> str:
    """A digest in groups of eight, so that two can be compared by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


FILTERS = (tanggal, waktu, ringkas, sisa, ukuran, berkelompok)


def install(environment: Environment) -> None:
    """Makes the functions of this module filters of a Jinja environment."""
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.trim_blocks = True
    environment.lstrip_blocks = True
