"""Positions of a person: add, end, and put somebody in an absent holder's place (Plh., Plt.) for a time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from process.model import Position
from process.positions import position_in
from process.roles import warning
from service.admin_parts import (
    KINDS,
    REFUSALS,
    Trouble,
    day,
    needed,
    number,
    render,
    roles,
    today,
    trouble,
    typed,
    units,
    wrong,
)
from service.admin_people import EVERYBODY, person_page, titled
from service.security import actor, office

blueprint = Blueprint("positions", __name__)


@blueprint.post("/administrasi/pegawai/<int:person_id>/jabatan")
def add(person_id: int) -> ResponseReturnValue:
    """Gives a person a position."""
    one = office().people.profile(number(person_id))
    values = typed("peran", "unit", "jenis", "nama_jabatan", "dasar", "mulai", "sampai")
    try:
        made = _add(one.id, values)
    except REFUSALS as error:
        refused = trouble(error, "jabatan", values)
        return person_page(one, refused=refused), refused.status
    flash(f"{titled(made)} diberikan kepada {one.name}.", "success")
    doubt = warning(office().definitions, made.role)
    if doubt:
        flash(doubt, "warning")
    return redirect(url_for("administration.people.page", person_id=one.id))


def _add(person_id: int, values: dict[str, Any]) -> Position:
    if values["peran"] not in roles():
        raise wrong("peran", "Pilih peran dari daftar.")
    if values["unit"] not in {unit.code for unit in units()}:
        raise wrong("unit", "Pilih unit kerja dari daftar.")
    return office().people.add_position(
        person_id,
        values["peran"],
        values["unit"],
        actor(),
        title=values["nama_jabatan"] or None,
        kind=values["jenis"] or "definitif",
        basis=values["dasar"] or None,
        from_date=day(values, "mulai"),
        to_date=day(values, "sampai"),
    )


@blueprint.post("/administrasi/jabatan/<int:position_id>/akhiri")
def end(position_id: int) -> ResponseReturnValue:
    """Ends a position with its last day; without one it ends at once."""
    held = _position(position_id)
    values = typed("sampai", "alasan")
    try:
        reason = needed(values)
        ended = office().people.end_position(held.id, actor(), to_date=day(values, "sampai"), reason=reason)
    except REFUSALS as error:
        refused = trouble(error, f"akhiri-{held.id}", values)
        return person_page(office().people.profile(held.person_id), refused=refused), refused.status
    over = ended.to_date is not None and ended.to_date < today()
    flash(f"{titled(held)} {'sudah berakhir' if over else 'berakhir pada tanggal yang dipilih'}.", "success")
    return redirect(url_for("administration.people.page", person_id=held.person_id))


@blueprint.get("/administrasi/jabatan/<int:position_id>/pengganti")
def stand_in(position_id: int) -> ResponseReturnValue:
    """Who stands in for the holder: everything but the person, the basis and the dates is known already."""
    return _stand_in_page(_position(position_id), {"jenis": "plh", "mulai": today().isoformat()})


@blueprint.post("/administrasi/jabatan/<int:position_id>/pengganti")
def add_stand_in(position_id: int) -> ResponseReturnValue:
    """Gives the stand-in the same role in the same unit, as an acting one, for the time of the absence."""
    held = _position(position_id)
    values = typed("pegawai", "jenis", "dasar", "mulai", "sampai")
    try:
        chosen = next((one for one in _others(held) if str(one.id) == values["pegawai"]), None)
        if chosen is None:
            raise wrong("pegawai", "Pilih pegawai yang menggantikan.")
        if values["jenis"] not in KINDS or values["jenis"] == "definitif":
            raise wrong("jenis", "Pilih Plh., Plt., atau Pj.")
        if values["jenis"] == "plh" and not values["sampai"]:
            raise wrong("sampai", "Plh. menggantikan untuk sementara: isi hari terakhirnya.")
        position = {"peran": held.role, "unit": held.unit, "nama_jabatan": held.title}
        made = _add(chosen.id, {**values, **position})
    except REFUSALS as error:
        refused = trouble(error, "pengganti", values)
        return _stand_in_page(held, values, refused), refused.status
    flash(f"{chosen.name} menjadi {titled(made)}. Tugasnya muncul di Kotak Tugas pengganti.", "success")
    return redirect(url_for("administration.people.page", person_id=held.person_id))


def _stand_in_page(held: Position, values: dict[str, Any], refused: Trouble | None = None) -> str:
    more = {"trouble": refused} if refused else {}
    return render(
        "stand_in.html",
        held=held,
        title=titled(held),
        holder=office().people.profile(held.person_id),
        unit=office().people.unit(held.unit),
        others=_others(held),
        kinds={key: word for key, word in KINDS.items() if key != "definitif"},
        values=values,
        **more,
    )


def _others(held: Position) -> list[Any]:
    found = office().people.find(active=True, limit=EVERYBODY)
    return sorted((one for one in found if one.id != held.person_id), key=lambda one: one.name.casefold())


def _position(position_id: int) -> Position:
    with office().store.reading() as tx:
        return position_in(tx, number(position_id))
