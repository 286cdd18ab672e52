"""Calendars as files and as stored JSON: what the office imports, with the error at the row where it is.

Stored and exported shape, everything readable and editable by hand:

    {"nama": "Kalender kerja standar", "zona": "Asia/Jakarta", "libur_nasional": true,
     "jam": [{"nama": "Jam kerja", "mulai": null, "selesai": null,
              "pekan": {"senin": ["07:30-12:00", "13:00-16:00"], …, "minggu": []}}, …],
     "hari": [{"tanggal": "2026-12-31", "jenis": "libur", "keterangan": "…", "jam": []}]}

`jenis` is `libur`, `cuti bersama`, `kerja`, or, in an import, `hapus`: the office's own entry for that date goes away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from forms.canonical import CanonicalError, loads
from process.calendar import CalendarError, Hours, Override, Shift, WorkingCalendar
from process.errors import InvalidData
from process.model import FieldError

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
MAX_IMPORT_BYTES = 1_000_000
MAX_NOTE = 200
REMOVE = "hapus"
_KIND_WORDS = {
    "libur": "libur",
    "libur nasional": "libur",
    "cuti bersama": "cuti bersama",
    "cuti": "cuti bersama",
    "kerja": "kerja",
    "hari kerja": "kerja",
    "masuk": "kerja",
    "hapus": REMOVE,
}
_SHIFT = re.compile(r"([01]\d|2[0-3])[.:]([0-5]\d)\s*[-–]\s*([01]\d|2[0-3])[.:]([0-5]\d)", re.ASCII)
_LOCAL_DATE = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)


@dataclass(frozen=True)
class Import:
    """What a file says: a whole calendar, or only dates (an Override, or None to remove one) for an existing one."""

    calendar: WorkingCalendar | None
    days: Mapping[date, Override | None]

    def over(self, before: WorkingCalendar) -> WorkingCalendar:
        """The calendar that comes out when this is imported over `before`."""
        if self.calendar is not None:
            return self.calendar
        days = dict(before.overrides)
        for day, override in self.days.items():
            if override is None:
                days.pop(day, None)
            else:
                days[day] = override
        return replace(before, overrides=days)


# -- stored JSON -------------------------------------------------------------------------------------------------------


def to_data(calendar: WorkingCalendar) -> dict[str, Any]:
    """The calendar as plain JSON data of the shape above."""
    return {
        "nama": calendar.name,
        "zona": calendar.zone,
        "libur_nasional": calendar.national,
        "jam": [
            {
                "nama": period.name,
                "mulai": period.since.isoformat() if period.since else None,
                "selesai": period.until.isoformat() if period.until else None,
                "pekan": {name: _shift_texts(shifts) for name, shifts in zip(WEEKDAYS, period.week, strict=True)},
            }
            for period in calendar.periods
        ],
        "hari": [
            {"tanggal": day.isoformat(), "jenis": o.kind, "keterangan": o.note, "jam": _shift_texts(o.shifts)}
            for day, o in sorted(calendar.overrides.items())
        ],
    }


def from_data(data: Any) -> WorkingCalendar:
    """The calendar of such data; raises InvalidData with the path of each thing that is wrong."""
    reader = _Reader()
    calendar = reader.calendar(data)
    if reader.errors or calendar is None:
        raise InvalidData(reader.errors)
    return calendar


def _shift_texts(shifts: Sequence[Shift]) -> list[str]:
    return [f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in shifts]


# -- imports -----------------------------------------------------------------------------------------------------------


def read_import(content: bytes, name: str) -> Import:
    """Read an import file: JSON (a calendar, or a list of days) or CSV `tanggal,jenis,keterangan[,jam]`.

    CSV may be separated by commas or semicolons and be written by a spreadsheet (UTF-8, with or without BOM). Raises
    InvalidData with one error per row; `path` is (row number in the file,) for CSV.
    """
    if len(content) > MAX_IMPORT_BYTES:
        raise _wrong(f"Berkas {name} melebihi {MAX_IMPORT_BYTES // 1000} kB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong(f"Berkas {name} bukan teks UTF-8. Simpan sebagai CSV UTF-8.") from error
    if "\x00" in text:
        raise _wrong(f"Berkas {name} bukan berkas teks.")
    reader = _Reader()
    calendar = None
    if text.lstrip()[:1] in ("{", "["):
        try:
            data = loads(text.encode())
        except CanonicalError as error:
            raise _wrong(f"Berkas {name} bukan JSON yang sah: {error}.") from error
        if isinstance(data, dict) and "jam" in data:
            calendar = reader.calendar(data)
        else:
            reader.days(data.get("hari") if isinstance(data, dict) else data, ("hari",))
    else:
        reader.csv(text)
    if not reader.errors and calendar is None and not reader.found:
        raise _wrong(f"Berkas {name} tidak memuat satu pun tanggal.")
    if reader.errors:
        raise InvalidData(reader.errors)
    return Import(calendar, reader.found)


def _wrong(message: str) -> InvalidData:
    return InvalidData([FieldError((), "berkas", message)])


class _Reader:
    """Collects every error of a file instead of stopping at the first."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []
        self.found: dict[date, Override | None] = {}

    def wrong(self, path: tuple[str | int, ...], name: str, message: str) -> None:
        self.errors.append(FieldError(path, name, message))

    def calendar(self, data: Any) -> WorkingCalendar | None:
        if not isinstance(data, dict):
            self.wrong((), "kalender", "Kalender harus berupa objek JSON.")
            return None
        periods = data.get("jam")
        if not isinstance(periods, list) or not periods:
            self.wrong(("jam",), "jam", "Kalender harus memuat daftar “jam” dengan paling sedikit satu periode.")
            periods = []
        hours = [self.period(period, ("jam", index)) for index, period in enumerate(periods)]
        self.days(data.get("hari") or [], ("hari",))
        name, zone, public = data.get("nama"), data.get("zona", "Asia/Jakarta"), data.get("libur_nasional", True)
        if not isinstance(name, str) or not name.strip() or len(name) > MAX_NOTE:
            self.wrong(("nama",), "nama", "Nama kalender wajib diisi.")
        if not isinstance(public, bool):
            self.wrong(("libur_nasional",), "libur_nasional", "“libur_nasional” harus true atau false.")
        if self.errors:
            return None
        try:
            return WorkingCalendar(
                name=str(name).strip(),
                periods=tuple(period for period in hours if period),
                overrides={day: override for day, override in self.found.items() if override},
                national=bool(public),
                zone=str(zone),
            )
        except CalendarError as error:
            self.wrong((), "kalender", str(error))
            return None

    def period(self, data: Any, path: tuple[str | int, ...]) -> Hours | None:
        if not isinstance(data, dict) or not isinstance(data.get("pekan"), dict):
            self.wrong(path, "jam", "Setiap periode jam kerja harus memuat “pekan”.")
            return None
        unknown = set(data["pekan"]) - set(WEEKDAYS)
        if unknown:
            self.wrong((*path, "pekan"), "pekan", f"Nama hari “{min(unknown)}” tidak dikenal.")
        week = tuple(self.shifts(data["pekan"].get(day) or [], (*path, "pekan", day)) for day in WEEKDAYS)
        since = self.day(data["mulai"], (*path, "mulai")) if data.get("mulai") else None
        until = self.day(data["selesai"], (*path, "selesai")) if data.get("selesai") else None
        return Hours(str(data.get("nama") or "Jam kerja")[:MAX_NOTE], week, since, until)

    def days(self, rows: Any, path: tuple[str | int, ...]) -> None:
        if not isinstance(rows, list):
            self.wrong(path, "hari", "Daftar hari harus berupa larik JSON.")
            return
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                self.wrong((*path, index), "hari", "Setiap hari harus berupa objek JSON.")
                continue
            self.row((*path, index), row.get("tanggal"), row.get("jenis"), row.get("keterangan"), row.get("jam"))

    def csv(self, text: str) -> None:
        first = text.lstrip("\r\n").split("\n", 1)[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        header: list[str] | None = None
        try:
            for row in rows:
                if not any(cell.strip() for cell in row):
                    continue
                if header is None:
                    header = [cell.strip().lower() for cell in row]
                    if "tanggal" not in header or "jenis" not in header:
                        self.wrong(
                            (rows.line_num,), "judul", "Baris pertama harus memuat judul tanggal,jenis,keterangan."
                        )
                        return
                    continue
                cell = dict(zip(header, row, strict=False))
                shifts = [part for part in re.split(r"[,;\s]+(?=\d)", (cell.get("jam") or "").strip()) if part]
                self.row((rows.line_num,), cell.get("tanggal"), cell.get("jenis"), cell.get("keterangan"), shifts)
        except csv.Error as error:
            self.wrong((rows.line_num,), "berkas", f"Baris tidak dapat dibaca sebagai CSV: {error}.")

    def row(self, path: tuple[str | int, ...], day: Any, kind: Any, note: Any, shifts: Any) -> None:
        found = self.day(day, path)
        word = _KIND_WORDS.get(" ".join(str(kind or "").lower().replace("_", " ").split()))
        if word is None:
            message = f"Jenis “{str(kind or '')[:40]}” tidak dikenal; gunakan libur, cuti bersama, kerja, atau hapus."
            self.wrong(path, "jenis", message)
        times = self.shifts(shifts or [], path)
        if times and word != "kerja":
            self.wrong(path, "jam", "Jam hanya diisi untuk jenis kerja.")
        text = "".join(c for c in str(note or "") if c.isprintable()).strip()
        if len(text) > MAX_NOTE:
            self.wrong(path, "keterangan", f"Keterangan paling panjang {MAX_NOTE} karakter.")
        if found is None or word is None:
            return
        if found in self.found:
            self.wrong(path, "tanggal", f"Tanggal {found.isoformat()} tertulis dua kali.")
            return
        self.found[found] = None if word == REMOVE else Override(word, text, times)

    def day(self, value: Any, path: tuple[str | int, ...]) -> date | None:
        text = str(value or "").strip()
        local = _LOCAL_DATE.fullmatch(text)
        try:
            if local:
                return date(int(local[3]), int(local[2]), int(local[1]))
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.wrong(path, "tanggal", f"Tanggal “{text[:40]}” tidak sah; tulis seperti 2026-12-31 atau 31/12/2026.")
        return None

    def shifts(self, value: Any, path: tuple[str | int, ...]) -> tuple[Shift, ...]:
        found: list[Shift] = []
        if not isinstance(value, list):
            self.wrong(path, "jam", "Jam kerja harus berupa daftar, misalnya 07:30-12:00.")
            return ()
        for text in value:
            match = _SHIFT.fullmatch(str(text).strip())
            if match is None:
                self.wrong(path, "jam", f"Jam “{str(text)[:40]}” tidak sah; tulis seperti 07:30-12:00.")
                return ()
            numbers = [int(part) for part in match.groups()]
            found.append((time(numbers[0], numbers[1]), time(numbers[2], numbers[3])))
        return tuple(found)
