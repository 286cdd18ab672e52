"""How dates, numbers, sizes and names are written on screen and on paper: formal Indonesian, WIB.

Pure functions of their arguments; also installed as Jinja filters by `install`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from jinja2 import Environment

WIB = ZoneInfo("Asia/Jakarta")
MONTHS = (
    "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()  # noqa: SIM905
)
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


def local(moment: datetime) -> datetime:
    """The instant (aware) as the office's clock shows it."""
    return moment.astimezone(WIB)


def tanggal(value: date | datetime | str | None) -> str:
    """`23 November 2026`; an instant is shown in WIB; text that is no ISO date is returned as it is."""
    if value is None or value == "":
        return "–"
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    if isinstance(value, datetime):
        value = local(value).date()
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def waktu(moment: datetime | None) -> str:
    """`23 November 2026 pukul 10.18 WIB`."""
    if moment is None:
        return "–"
    there = local(moment)
    return f"{tanggal(moment)} pukul {there:%H.%M} WIB"


def ringkas(moment: datetime | None) -> str:
    """Short form for tables: `Sen, 23 Nov 2026 10.18`."""
    if moment is None:
        return "–"
    there = local(moment)
    return f"{DAYS[there.weekday()][:3]}, {there.day} {MONTHS[there.month - 1][:3]} {there.year} {there:%H.%M}"


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


def angka(value: object) -> str:
    """Indonesian notation: point for thousands, comma for decimals; what is no number is returned as text."""
    if value is None or value == "":
        return "–"
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return str(value)
    text = f"{number:,f}"
    return text.translate(str.maketrans(",.", ".,"))


def ukuran(size: int) -> str:
    """File size: `512 B`, `34 kB`, `1,2 MB`."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1000)} kB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def nip_tersamar(nip: str | None) -> str:
    """NIP with the middle hidden, as lists show it."""
    if not nip:
        return "–"
    return nip[:4] + "•" * max(len(nip) - 7, 0) + nip[-3:] if len(nip) > 7 else "•" * len(nip)


def durasi(days: int, minutes: int) -> str:
    """A step's standard time in the SOP's own words."""
    if days:
        return f"{days} hari kerja"
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} jam"] if hours else []
    if rest:
        parts.append(f"{rest} menit")
    return " ".join(parts) + " kerja" if parts else "–"


def berkelompok(digest: str) -> str:
    """A digest in groups of eight, so that two can be compared by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


FILTERS = (tanggal, waktu, ringkas, sisa, angka, ukuran, nip_tersamar, durasi, berkelompok)


def install(environment: Environment) -> None:
    """Makes the functions of this module filters of a Jinja environment."""
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.trim_blocks = True
    environment.lstrip_blocks = True
