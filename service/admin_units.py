"""Units of the office as a tree: add, change, close, import; and which working calendar a unit follows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from forms.canonical import digest
from process.calendar_files import Import
from process.errors import InvalidData, NotFound, Stale
from process.model import Unit
from process.units import remark
from service.admin_parts import (
    NO_TROUBLE,
    REFUSALS,
    Trouble,
    code,
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
from service.admin_people import titled
from service.security import actor, office, takes_files

blueprint = Blueprint("units", __name__)

MAX_FILE = 1_000_000
NONE = "-"  # what a select sends for "no calendar of its own": an empty one is a field that was left out


def tree(units: Iterable[Unit]) -> list[tuple[int, Unit]]:
    """(depth, unit) with every unit below its parent, by name; one whose parent is not among them stands at the top."""
    by_parent: dict[str | None, list[Unit]] = {}
    known = {unit.code: unit for unit in units}
    for unit in sorted(known.values(), key=lambda one: (one.name.casefold(), one.code)):
        by_parent.setdefault(unit.parent if unit.parent in known else None, []).append(unit)

    def below(parent: str | None, depth: int) -> Iterable[tuple[int, Unit]]:
        for unit in by_parent.get(parent, ()):
            yield depth, unit
            yield from below(unit.code, depth + 1)

    return list(below(None, 0))


def mark(unit: Unit) -> str:
    """What an opened form is about: its digest tells whether the unit was changed meanwhile."""
    return digest({"nama": unit.name, "induk": unit.parent, "kop": list(unit.letterhead), "aktif": unit.active})[:16]


@blueprint.get("/administrasi/unit")
def listing() -> ResponseReturnValue:
    """All units as a tree, with the import."""
    return _listing()


def _listing(refused: Trouble = NO_TROUBLE) -> str:
    held: dict[str, int] = {}
    for position in office().people.positions(on=today()):
        held[position.unit] = held.get(position.unit, 0) + 1
    rows = [(min(depth, 6), unit) for depth, unit in tree(office().people.units(active=None))]
    return render("units.html", rows=rows, held=held, calendars=_calendars(), trouble=refused)


@blueprint.post("/administrasi/impor-unit")
@takes_files
def bring_in() -> ResponseReturnValue:
    """Units out of a CSV file or pasted text: all of them, or none and every row's error; the text stays to correct."""
    values: dict[str, Any] = {"isi": lines("isi", MAX_FILE), "berkas": ""}
    try:
        sent = uploaded("berkas", MAX_FILE)
        content = sent[0] if sent else values["isi"].encode()
        if not content.strip():
            raise wrong("berkas", "Pilih berkas CSV, atau tempelkan isinya.")
        if sent:
            values["isi"] = _text(content)
        added = office().people.import_units(content, actor())
    except (*REFUSALS, NotFound) as error:
        refused = trouble(error, "impor", values)
        return _listing(refused), refused.status
    flash(f"{len(added)} unit kerja ditambahkan.", "success")
    return redirect(url_for(".listing"))


def _text(content: bytes) -> str:
    """The file's text, to be corrected on the page; nothing when it is no text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


@blueprint.get("/administrasi/unit-baru")
def new() -> ResponseReturnValue:
    """The form for a new unit."""
    return _new({"induk": line("induk")}, NO_TROUBLE)


def _new(values: dict[str, Any], refused: Trouble) -> str:
    parents = tree(office().people.units())
    return render("unit_new.html", values=values, parents=parents, calendars=_calendars(), trouble=refused)


@blueprint.post("/administrasi/unit-baru")
def add() -> ResponseReturnValue:
    """A new unit."""
    values = {**typed("kode", "nama", "induk", "kalender"), "kop": lines("kop", 4000)}
    made = Unit(
        values["kode"],
        values["nama"],
        values["induk"] or None,
        tuple(values["kop"].split("\n")),
        values["kalender"] if values["kalender"] not in ("", NONE) else None,
    )
    try:
        made = office().people.add_unit(made, actor())
    except (*REFUSALS, NotFound) as error:
        refused = trouble(error, "baru", values)
        return _new(values, refused), refused.status
    flash(f"{made.name} ditambahkan.", "success")
    return redirect(url_for(".page", unit_code=made.code))


@blueprint.get("/administrasi/unit/<unit_code>")
def page(unit_code: str) -> ResponseReturnValue:
    """One unit: data, calendar, who holds a position in it."""
    return _page(office().people.unit(code(unit_code)))


def _page(unit: Unit, refused: Trouble = NO_TROUBLE, moved: Any = None) -> str:
    everything = office().people.units(active=None)
    inside = {one.code for _, one in tree(_below(everything, unit.code))}
    names = {one.id: one for one in office().people.find(limit=100_000)}
    holders = [
        {"title": titled(one), "person": names[one.person_id]}
        for one in office().people.positions(on=today())
        if one.unit == unit.code and one.person_id in names
    ]
    with office().store.reading() as tx:
        counts = office().calendars.for_unit(tx, unit.code)
    return render(
        "unit.html",
        unit=unit,
        mark=mark(unit),
        parents=[(depth, one) for depth, one in tree(everything) if one.code not in inside and one.active],
        calendars=_calendars(),
        counts=counts.name,
        holders=holders,
        below=[one for one in everything if one.parent == unit.code and one.active],
        own=NONE,
        moved=moved,
        trouble=refused,
    )


def _below(units: Iterable[Unit], top: str) -> list[Unit]:
    units = list(units)
    found = {top}
    while True:
        more = {one.code for one in units if one.parent in found} - found
        if not more:
            return [one for one in units if one.code in found]
        found |= more


@blueprint.post("/administrasi/unit/<unit_code>")
def change(unit_code: str) -> ResponseReturnValue:
    """Name, parent, letterhead."""
    unit = office().people.unit(code(unit_code))
    values = {**typed("nama", "induk"), "kop": lines("kop", 4000)}
    try:
        if line("tanda", 16) != mark(unit):
            raise Stale("Unit kerja ini telah diubah sejak dibuka.")
        office().people.change_unit(
            unit.code,
            actor(),
            name=values["nama"],
            parent=values["induk"],
            letterhead=values["kop"].split("\n"),
        )
    except (*REFUSALS, NotFound) as error:
        refused = trouble(error, "ubah", values)
        return _page(unit, refused), refused.status
    flash("Data unit kerja disimpan.", "success")
    return redirect(url_for(".page", unit_code=unit.code))


@blueprint.post("/administrasi/unit/<unit_code>/keadaan")
def switch(unit_code: str) -> ResponseReturnValue:
    """Closes a unit, or opens it again. What it did stays; nobody gets a new position in a closed one."""
    unit = office().people.unit(code(unit_code))
    active = line("aktif") == "ya"
    office().people.change_unit(unit.code, actor(), active=active)
    flash(f"{unit.name} {'diaktifkan kembali' if active else 'dinonaktifkan'}.", "success")
    return redirect(url_for(".page", unit_code=unit.code))


@blueprint.post("/administrasi/unit/<unit_code>/kalender")
def follow(unit_code: str) -> ResponseReturnValue:
    """Another calendar for a unit. First what would move is shown; `terapkan` then does it, deadlines included."""
    unit = office().people.unit(code(unit_code))
    values = typed("kalender", "alasan")
    chosen = None if values["kalender"] in ("", NONE) else values["kalender"]
    apply = line("terapkan") == "ya"
    try:
        if chosen == unit.calendar:
            raise wrong("kalender", "Unit ini sudah mengikuti kalender tersebut.")
        if chosen is None:
            if apply:
                office().people.change_unit(unit.code, actor(), calendar="")
            moved: tuple[Any, ...] = ()
        else:
            if chosen not in {one for one, _ in _calendars()}:
                raise InvalidData([], "Kalender kerja tersebut tidak ada.")
            nothing = Import(None, {})
            if apply:
                reason = remark(needed(values))
                office().rescheduling.apply(chosen, nothing, actor(), reason=reason, unit_code=unit.code)
            else:
                moved = office().rescheduling.preview(chosen, nothing, actor(), unit_code=unit.code).moved
    except (*REFUSALS, NotFound) as error:
        refused = trouble(error, "kalender", values)
        again = None
        if "alasan" in refused.errors and chosen is not None:
            again = office().rescheduling.preview(chosen, Import(None, {}), actor(), unit_code=unit.code).moved
        return _page(unit, refused, again), refused.status
    if not apply:
        return _page(unit, Trouble("kalender", values), moved)
    flash("Kalender kerja unit disimpan.", "success")
    return redirect(url_for(".page", unit_code=unit.code))


def _calendars() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in office().calendars.list()]
