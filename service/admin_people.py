"""Persons and their accounts: list, add, change, a new password, close and open. Passwords are shown exactly once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from process.errors import Conflict, Stale
from process.model import Position
from process.people import Person
from service.admin_parts import (
    KINDS,
    NO_TROUBLE,
    REFUSALS,
    SYSTEM_ROLES,
    Trouble,
    asked,
    choices,
    line,
    needed,
    number,
    paged,
    render,
    today,
    trouble,
    typed,
)
from service.processes import unit_names
from service.security import actor, office
from service.timeline import KINDS as ACTING

blueprint = Blueprint("people", __name__)

STATES = {"aktif": "Aktif", "nonaktif": "Nonaktif", "semua": "Semua"}
EVERYBODY = 100_000
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read from paper


def new_password() -> str:
    """A password to begin with: four groups of four, some 79 bits, easy to read out and to type."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def titled(position: Position) -> str:
    """The title with its kind in front, unless it says so itself: `Plh. Kepala Bagian Hukum`."""
    kind = ACTING.get(position.kind, "")
    return position.title if not kind or position.title.startswith(kind) else f"{kind} {position.title}"


# -- list -----------------------------------------------------------------------------------------------------------


@blueprint.get("/administrasi/pegawai")
def listing() -> ResponseReturnValue:
    """Everybody, by account; found by name, account, position, unit, or a whole NIP."""
    search, state = asked("cari"), asked("keadaan")
    state = state if state in STATES else "aktif"
    held: dict[int, list[Position]] = {}
    for position in office().people.positions(on=today()):
        held.setdefault(position.person_id, []).append(position)
    names = unit_names()
    active = {"aktif": True, "nonaktif": False}.get(state)
    found = [
        one
        for one in office().people.find(active=active, limit=EVERYBODY)
        if _matches(one, held.get(one.id, []), names, search)
    ]
    rows, page, pages = paged(found)
    return render(
        "people.html",
        rows=[{"person": one, "positions": _shown(held.get(one.id, []), names)} for one in rows],
        total=len(found),
        search=search,
        state=state,
        states=STATES,
        roles=SYSTEM_ROLES,
        page=page,
        pages=pages,
        page_url=lambda n: url_for(".listing", cari=search or None, keadaan=state, hal=n),
    )


def _matches(one: Person, positions: list[Position], names: Mapping[str, str], search: str) -> bool:
    digits = search.replace(" ", "")
    if digits.isdecimal() and len(digits) == 18:
        return one.nip == digits
    text = " ".join([one.username, one.name, *(f"{titled(p)} {p.unit} {names.get(p.unit, '')}" for p in positions)])
    return all(word in text.casefold() for word in search.casefold().split())


def _shown(positions: list[Position], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "title": titled(one),
            "unit": names.get(one.unit, one.unit),
            "role": one.role,
            "kind": KINDS[one.kind],
            "basis": one.basis,
            "from_date": one.from_date,
            "to_date": one.to_date,
        }
        for one in positions
    ]


# -- adding ---------------------------------------------------------------------------------------------------------


@blueprint.get("/administrasi/pegawai/baru")
def new() -> ResponseReturnValue:
    """The form for a new person."""
    return render("person_new.html", roles=SYSTEM_ROLES, values={})


@blueprint.post("/administrasi/pegawai/baru")
def add() -> ResponseReturnValue:
    """A person with an account; the first password is made here and shown once, on the page that answers."""
    values = {**typed("akun", "nama", "nip"), "peran_sistem": request.form.getlist("peran_sistem")[:10]}
    password = new_password()
    try:
        made = office().people.add_person(
            values["akun"],
            values["nama"],
            password,
            actor(),
            nip=values["nip"] or None,
            system_roles=values["peran_sistem"],
        )
    except REFUSALS as error:
        refused = trouble(error, "baru", values)
        return render("person_new.html", roles=SYSTEM_ROLES, values=values, trouble=refused), refused.status
    return person_page(made, password=password), 201


# -- one person -----------------------------------------------------------------------------------------------------


@blueprint.get("/administrasi/pegawai/<int:person_id>")
def page(person_id: int) -> ResponseReturnValue:
    """One person: data, positions, account."""
    return person_page(office().people.profile(number(person_id)))


def person_page(one: Person, *, refused: Trouble = NO_TROUBLE, password: str | None = None) -> str:
    """The page of a person, with a form that was refused or a password that is shown this one time."""
    day = today()
    names = unit_names()
    positions = office().people.positions(one.id)
    return render(
        "person.html",
        one=one,
        own=one.id == actor().person_id,
        roles=SYSTEM_ROLES,
        held=_shown([p for p in positions if p.to_date is None or p.to_date >= day], names),
        past=_shown([p for p in positions if p.to_date is not None and p.to_date < day], names),
        password=password,
        today=day,
        trouble=refused,
        choices=choices(),
        kinds=KINDS,
    )


@blueprint.post("/administrasi/pegawai/<int:person_id>/ubah")
def change(person_id: int) -> ResponseReturnValue:
    """Name, NIP, system roles. The stored NIP is not sent to the page: an empty field leaves it as it is."""
    before = office().people.profile(number(person_id))
    values: dict[str, Any] = {
        **typed("nama", "nip"),
        "hapus_nip": bool(line("hapus_nip")),
        "peran_sistem": request.form.getlist("peran_sistem")[:10],
    }
    text = line("revisi", 12)
    try:
        office().people.change_person(
            before.id,
            actor(),
            name=values["nama"],
            nip="" if values["hapus_nip"] and not values["nip"] else values["nip"] or None,
            system_roles=values["peran_sistem"],
            revision=int(text) if text.isascii() and text.isdecimal() else None,
        )
    except Stale as error:
        refused = trouble(error, "ubah", values)
        return person_page(office().people.profile(before.id), refused=refused), refused.status
    except REFUSALS as error:
        refused = trouble(error, "ubah", values)
        return person_page(before, refused=refused), refused.status
    flash("Data pegawai disimpan.", "success")
    return redirect(url_for(".page", person_id=before.id))


@blueprint.post("/administrasi/pegawai/<int:person_id>/kata-sandi")
def set_password(person_id: int) -> ResponseReturnValue:
    """A new password to begin with, shown once; the person changes it at the next login."""
    one = office().people.profile(number(person_id))
    if one.id == actor().person_id:
        error = Conflict("Kata sandi Anda sendiri diganti melalui menu nama di kanan atas.")
        refused = trouble(error, "sandi", {})
        return person_page(one, refused=refused), refused.status
    password = new_password()
    office().people.reset_password(one.id, password, actor())
    return person_page(office().people.profile(one.id), password=password)


@blueprint.post("/administrasi/pegawai/<int:person_id>/nonaktifkan")
def disable(person_id: int) -> ResponseReturnValue:
    """Closes an account, for a reason; its sessions end at once."""
    return _switch(person_id, False)


@blueprint.post("/administrasi/pegawai/<int:person_id>/aktifkan")
def enable(person_id: int) -> ResponseReturnValue:
    """Opens a closed account again, for a reason."""
    return _switch(person_id, True)


def _switch(person_id: int, active: bool) -> ResponseReturnValue:
    one = office().people.profile(number(person_id))
    values = typed("alasan")
    switch = office().people.enable if active else office().people.disable
    try:
        switch(one.id, actor(), reason=needed(values))
    except REFUSALS as error:
        refused = trouble(error, "keadaan", values)
        return person_page(office().people.profile(one.id), refused=refused), refused.status
    flash(f"Akun “{one.username}” {'diaktifkan kembali' if active else 'dinonaktifkan'}.", "success")
    return redirect(url_for(".page", person_id=one.id))
