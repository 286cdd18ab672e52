"""What templates write of instants, deadlines, sizes and digests: filters over `forms.indonesian`, all in WIB."""

from __future__ import annotations

from datetime import date, datetime

from jinja2 import Environment

from bpmn.model import Duration
from forms import indonesian
from process.calendar import MOST_DAYS, Left
from process.durations import Worked

NOTHING = "–"


def tanggal(value: date | datetime | None) -> str:
    """`23 November 2026`; an instant by its day in WIB."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = indonesian.today(value)
    return indonesian.long_date(value)


def iso(moment: datetime) -> str:
    """The day of an instant in WIB, for scripts: `2026-11-23`."""
    return indonesian.today(moment).isoformat()


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


def jam(moment: datetime) -> str:
    """`10.18`, in WIB."""
    return indonesian.clock(moment.astimezone(indonesian.WIB))


def detik(moment: datetime) -> str:
    """To the second: `Sen, 23 Nov 2026 10.18.05 WIB`."""
    return f"{ringkas(moment)}.{moment.second:02d} WIB"


def sisa(left: Left) -> str:
    """How far a deadline is, in working time: `sisa 1 hari kerja 2 jam`, `lewat 20 menit kerja`."""
    word = "lewat" if left.over else "sisa"
    if left.days > MOST_DAYS:
        return f"{word} lebih dari {MOST_DAYS} hari kerja"
    hours, minutes = divmod(left.minutes, 60)
    rest = f"{hours} jam" if hours else f"{minutes} menit" if minutes else ""
    if left.days:
        return f"{word} {left.days} hari kerja {rest}".rstrip()
    if hours and minutes:
        rest += f" {minutes} menit"
    if rest:
        return f"{word} {rest} kerja"
    return "baru saja lewat" if left.over else "sisa kurang dari 1 menit kerja"


def kerja(time: Worked) -> str:
    """An amount of working time: `1 hari 3 jam 35 menit`, `< 1 menit`."""
    if time.days > MOST_DAYS:
        return f"lebih dari {MOST_DAYS} hari"
    hours, minutes = divmod(time.rest, 60)
    parts = ((time.days, "hari"), (hours, "jam"), (minutes, "menit"))
    return " ".join(f"{number} {word}" for number, word in parts if number) or "< 1 menit"


def baku(standard: Duration | None) -> str:
    """A standard time: `1 hari`, `30 menit`; a dash without one."""
    if standard is None:
        return NOTHING
    if standard.days:
        return f"{standard.days} hari"
    hours, minutes = divmod(standard.minutes, 60)
    return " ".join(f"{number} {word}" for number, word in ((hours, "jam"), (minutes, "menit")) if number)


def ukuran(size: int) -> str:
    """`512 B`, `34 kB`, `1,2 MB`."""
    return indonesian.size(size)


def angka(value: int) -> str:
    """`1.234.567`."""
    return indonesian.number(value)


def berkelompok(digest: str) -> str:
    """A digest in groups of eight, so that two can be compared by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


FILTERS = (tanggal, iso, waktu, ringkas, jam, detik, sisa, kerja, baku, ukuran, angka, berkelompok)


def install(environment: Environment) -> None:
    """Makes the functions of this module filters of a Jinja environment."""
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.trim_blocks = True
    environment.lstrip_blocks = True
