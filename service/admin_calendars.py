"""Working calendars: a year at a glance, the office's own days, imports; a change shows the deadlines that it moves."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from forms import indonesian
from forms.canonical import digest, dumps
from process.calendar import ZONES, WorkingCalendar
from process.calendar_files import MAX_IMPORT_BYTES, MAX_NOTE, Import, read_import, to_data
from process.calendars import StoredCalendar, changed_days
from process.errors import InvalidData, NotFound, Stale
from process.model import FieldError
from process.reschedule import Change
from service import admin_year as year_of
from service.admin_parts import (
    NO_TROUBLE,
    REFUSALS,
    Trouble,
    code,
    day,
    line,
    lines,
    needed,
    render,
    today,
    trouble,
    typed,
    uploaded,
    wrong,
)
from service.processes import unit_names
from service.security import actor, office, takes_files

blueprint = Blueprint("calendars", __name__)

MOST_DAYS = 62  # in one go by hand; more come as a file
YEARS_AHEAD = 10
SHORT_DAYS = tuple(name[:3] for name in indonesian.DAYS)


# -- reading --------------------------------------------------------------------------------------------------------


@blueprint.get("/administrasi/kalender")
def listing() -> ResponseReturnValue:
    """All calendars, with what to look at for this year and the next."""
    year = today().year
    names = unit_names()
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "zone": ZONES[one.calendar.zone].tzname(None),
            "units": [names.get(unit, unit) for unit in one.units],
            "warnings": [(y, one.calendar.warnings(y)) for y in (year, year + 1) if one.calendar.warnings(y)],
        }
        for one in office().calendars.list()
    ]
    return render("calendars.html", rows=rows)


@blueprint.get("/administrasi/kalender/<calendar_code>")
def page(calendar_code: str) -> ResponseReturnValue:
    """One calendar in one year."""
    return _page(_stored(calendar_code))


def _page(stored: StoredCalendar, refused: Trouble = NO_TROUBLE) -> str:
    now = today()
    text = request.values.get("tahun", "")
    asked = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else now.year
    year = min(max(asked, now.year - YEARS_AHEAD), now.year + YEARS_AHEAD)
    names = unit_names()
    return render(
        "calendar.html",
        stored=stored,
        zone=ZONES[stored.calendar.zone].tzname(None),
        units=[names.get(unit, unit) for unit in stored.units],
        year=year,
        years=(now.year - YEARS_AHEAD, now.year + YEARS_AHEAD),
        warnings=stored.calendar.warnings(year),
        days=year_of.special_days(stored.calendar, year),
        months=year_of.months(stored.calendar, year, now),
        weekdays=list(zip(SHORT_DAYS, indonesian.DAYS, strict=True)),
        periods=year_of.periods(stored.calendar, year),
        kinds=year_of.KINDS,
        most=MOST_DAYS,
        note=MAX_NOTE,
        trouble=refused,
    )


@blueprint.get("/administrasi/kalender/<calendar_code>/unduh")
def download(calendar_code: str) -> ResponseReturnValue:
    """The calendar as JSON: to be edited by hand and imported again."""
    stored = _stored(calendar_code)
    answer = Response(dumps(to_data(stored.calendar)), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="kalender-{stored.code}.json"'
    return answer


# -- adding ---------------------------------------------------------------------------------------------------------


@blueprint.get("/administrasi/kalender-baru")
def new() -> ResponseReturnValue:
    """The form for a new calendar, which begins as a copy."""
    return _new({}, NO_TROUBLE)


def _new(values: Mapping[str, Any], refused: Trouble) -> str:
    zones = {name: zone.tzname(None) for name, zone in ZONES.items()}
    return render("calendar_new.html", values=values, sources=office().calendars.list(), zones=zones, trouble=refused)


@blueprint.post("/administrasi/kalender-baru")
def add() -> ResponseReturnValue:
    """A new calendar: the hours and days of another under its own name and zone."""
    values = typed("kode", "nama", "sumber", "zona")
    known = {one.code: one for one in office().calendars.list()}
    try:
        if values["kode"] in known:
            raise wrong("kode", f"Kode kalender “{values['kode']}” sudah ada.")
        if not values["nama"] or len(values["nama"]) > MAX_NOTE:
            raise wrong("nama", f"Nama kalender wajib diisi, paling panjang {MAX_NOTE} karakter.")
        if values["sumber"] not in known:
            raise wrong("sumber", "Pilih kalender yang disalin.")
        if values["zona"] not in ZONES:
            raise wrong("zona", "Pilih zona waktu.")
        copy = replace(known[values["sumber"]].calendar, name=values["nama"], zone=values["zona"])
        office().calendars.change(values["kode"], Import(copy, {}), actor())
    except (*REFUSALS, NotFound) as error:
        refused = trouble(error, "baru", values)
        return _new(values, refused), refused.status
    flash("Kalender ditambahkan. Tetapkan kalender ini pada halaman unit kerja yang mengikutinya.", "success")
    return redirect(url_for(".page", calendar_code=values["kode"]))


# -- changing -------------------------------------------------------------------------------------------------------


@blueprint.post("/administrasi/kalender/<calendar_code>/hari")
def days(calendar_code: str) -> ResponseReturnValue:
    """One day or several in a row, or one taken back: shown with what moves, not yet done."""
    stored = _stored(calendar_code)
    values = typed("tanggal", "sampai", "jenis", "keterangan", "jam")
    try:
        text = _as_csv(values)
        change = read_import(text.encode(), "isian")
    except REFUSALS as error:
        refused = trouble(_unrowed(error), "hari", values)
        return _page(stored, refused), refused.status
    return _preview(stored, change, text, "isian halaman")


def _as_csv(values: Mapping[str, Any]) -> str:
    first = day(values, "tanggal")
    if first is None:
        raise wrong("tanggal", "Tanggal wajib diisi.")
    last = day(values, "sampai") or first
    if last < first:
        raise wrong("sampai", "Tanggal terakhir tidak dapat mendahului tanggal pertama.")
    if (last - first).days >= MOST_DAYS:
        raise wrong("sampai", f"Paling banyak {MOST_DAYS} hari sekaligus; selebihnya melalui impor.")
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("tanggal", "jenis", "keterangan", "jam"))
    for count in range((last - first).days + 1):
        one = first + timedelta(days=count)
        writer.writerow((one.isoformat(), values["jenis"], values["keterangan"], values["jam"]))
    return made.getvalue()


def _unrowed(error: Exception) -> Any:
    """Errors of rows that the person did not write belong to the fields that the rows were made of."""
    if isinstance(error, InvalidData):
        return InvalidData([FieldError((one.field,), one.field, one.message) for one in error.errors])
    return error


@blueprint.post("/administrasi/kalender/<calendar_code>/impor")
@takes_files
def bring_in(calendar_code: str) -> ResponseReturnValue:
    """A file or pasted text: read, every row's error told, and shown with what moves; not yet done."""
    stored = _stored(calendar_code)
    values: dict[str, Any] = {"isi": lines("isi", MAX_IMPORT_BYTES), "berkas": ""}
    sent, content = None, b""
    try:
        sent = uploaded("berkas", MAX_IMPORT_BYTES)
        content, name = sent or (values["isi"].encode(), "tempelan")
        if not content.strip():
            raise wrong("berkas", "Pilih berkas, atau tempelkan isinya.")
        change = read_import(content, name)
    except REFUSALS as error:
        if sent:
            values["isi"] = content.decode("utf-8-sig", "replace").replace("\x00", "")
        refused = trouble(error, "impor", values)
        return _page(stored, refused), refused.status
    return _preview(stored, change, content.decode("utf-8-sig"), name)


@blueprint.post("/administrasi/kalender/<calendar_code>/terapkan")
def apply(calendar_code: str) -> ResponseReturnValue:
    """Does exactly what was shown, calendar and deadlines together; shows it anew when it would be something else."""
    stored = _stored(calendar_code)
    values = {**typed("alasan", "tanda"), "isi": lines("isi"), "asal": line("asal", 100)}
    try:
        change = read_import(values["isi"].encode(), values["asal"] or "isian")
    except REFUSALS as error:
        refused = trouble(error, "impor", values)
        return _page(stored, refused), refused.status
    try:
        reason = needed(values)
        shown = office().rescheduling.preview(stored.code, change, actor())
        if _mark(shown) != values["tanda"]:
            raise Stale("Keadaan berubah sejak ditinjau. Di bawah ini yang berlaku sekarang; periksa sekali lagi.")
        done = office().rescheduling.apply(stored.code, change, actor(), reason=reason)
    except REFUSALS as error:
        refused = trouble(error, "terapkan", values)
        return _preview(stored, change, values["isi"], values["asal"], refused)
    moved = f" {len(done.moved)} batas waktu dihitung ulang." if done.moved else ""
    flash(f"Kalender disimpan.{moved}", "success")
    chosen = min(change.days, default=None)
    return redirect(url_for(".page", calendar_code=stored.code, tahun=chosen.year if chosen else None))


def _preview(
    stored: StoredCalendar, change: Import, text: str, origin: str, refused: Trouble = NO_TROUBLE
) -> ResponseReturnValue:
    try:
        shown = office().rescheduling.preview(stored.code, change, actor())
    except REFUSALS as error:
        failed = trouble(error, "impor", {"isi": text, "berkas": ""})
        return _page(stored, failed), failed.status
    before, after = shown.calendar_before or stored.calendar, shown.calendar_after
    touched = sorted(set(before.overrides) ^ set(after.overrides) | _differing(before, after))
    rows = [
        {
            "date": one,
            "weekday": indonesian.DAYS[one.weekday()],
            "before": year_of.called(before, one),
            "after": year_of.called(after, one),
        }
        for one in touched
    ]
    page = render(
        "preview.html",
        stored=stored,
        rows=rows,
        hours=[one for one in changed_days(before, after, today()) if one not in touched],
        fields=_fields(before, after),
        moved=shown.moved,
        same=before == after,
        mark=_mark(shown),
        text=text,
        origin=origin,
        trouble=refused,
    )
    return page, refused.status


def _differing(before: WorkingCalendar, after: WorkingCalendar) -> set[date]:
    both = set(before.overrides) & set(after.overrides)
    return {one for one in both if before.overrides[one] != after.overrides[one]}


def _fields(before: WorkingCalendar, after: WorkingCalendar) -> list[tuple[str, str, str]]:
    yes = {True: "berlaku", False: "tidak berlaku"}
    names = [", ".join(period.name for period in one.periods) for one in (before, after)]
    rows = [
        ("Nama", before.name, after.name),
        ("Zona waktu", str(ZONES[before.zone].tzname(None)), str(ZONES[after.zone].tzname(None))),
        ("Libur nasional", yes[before.national], yes[after.national]),
    ]
    found = [row for row in rows if row[1] != row[2]]
    if before.periods != after.periods:
        found.append(("Jam kerja", names[0], names[1] if names[0] != names[1] else f"{names[1]} (jamnya berubah)"))
    return found


def _mark(shown: Change) -> str:
    """What a preview showed: the calendar before, and each deadline with its instants."""
    moved = [[one.instance_id, one.timer, one.before.isoformat(), one.after.isoformat()] for one in shown.moved]
    before = to_data(shown.calendar_before) if shown.calendar_before else None
    return digest({"sebelum": before, "sesudah": to_data(shown.calendar_after), "pindah": moved})[:32]


def _stored(calendar_code: str) -> StoredCalendar:
    with office().store.reading() as tx:
        return office().calendars.get(tx, code(calendar_code))
