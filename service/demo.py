"""The demonstration office: the units, positions and accounts of a Sekretariat Daerah, and the shipped SOP in force.

Accounts are named after positions and belong to nobody. All have one password, which the login page says: this is for
trying, never for a real office. A setting in the database marks it, so that a demonstration is never mistaken for one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from process import marks, passwords
from process.errors import Conflict
from process.model import ADMINISTRATOR, AUDITOR, PENGELOLA, Actor, Unit
from process.people import add_person_in
from process.positions import add_position_in
from process.units import add_unit_in

if TYPE_CHECKING:
    from process.office import Office

PASSWORD = "alur-jambi-2026"  # noqa: S105 - known on purpose
IN_FORCE = "pengumpulan-data-kinerja.bpmn"  # of the shipped diagrams the one that a new office begins with
MARK = "office"
OWNER, HEAD_OFFICE = "PRK", "SETDA"
EFFECTIVE = datetime(2024, 1, 4, 0, 30, tzinfo=UTC)  # the SOP's date of revision, 07.30 WIB
SINCE = date(2024, 1, 2)

_CITY = "PEMERINTAH KOTA JAMBI"
_SETDA = "SEKRETARIAT DAERAH KOTA JAMBI"
BAGIAN = {
    "PRK": "Bagian Perencanaan dan Keuangan",
    "PEM": "Bagian Tata Pemerintahan",
    "KESRA": "Bagian Kesejahteraan Rakyat",
    "HKM": "Bagian Hukum",
    "KS": "Bagian Kerja Sama",
    "EKO": "Bagian Perekonomian",
    "ADP": "Bagian Administrasi Pembangunan",
    "PBJ": "Bagian Pengadaan Barang dan Jasa",
    "ORG": "Bagian Organisasi",
    "UMUM": "Bagian Umum",
    "PROKOPIM": "Bagian Protokol dan Komunikasi Pimpinan",
}

# account → (role, unit, title)
POSITIONS = {
    "staf.prk": ("staf", OWNER, "Staf Bagian Perencanaan dan Keuangan"),
    "perencana.prk": ("perencana_ahli_muda", OWNER, "Perencana Ahli Muda"),
    **{f"kabag.{code.lower()}": ("kepala_bagian", code, f"Kepala {name}") for code, name in BAGIAN.items()},
    "sekda": ("sekretaris_daerah", HEAD_OFFICE, "Sekretaris Daerah Kota Jambi"),
}
SYSTEM = {
    "administrator": ("Administrator", ADMINISTRATOR),
    "pengelola": ("Pengelola Proses", PENGELOLA),
    "auditor": ("Auditor", AUDITOR),
}
ACTOR = Actor(None, "Peragaan", system_roles=frozenset({ADMINISTRATOR, PENGELOLA}), source="command")


def shipped() -> tuple[dict[str, bytes], dict[str, bytes]]:
    """What comes with the program: diagrams by file name, and forms by id."""
    return _folder("bpmn", "diagrams", ".bpmn"), {
        name.removesuffix(".form"): source for name, source in _folder("forms", "definitions", ".form").items()
    }


def is_demo(office: Office) -> bool:
    """Whether the database holds the demonstration office."""
    with office.store.reading() as tx:
        return bool(marks.get(tx, MARK) == "demo")


def is_empty(office: Office) -> bool:
    """Whether the database holds nobody and no unit yet."""
    return not office.people.find(limit=1) and not office.people.units(active=None)


def set_up(office: Office) -> None:
    """Load the demonstration office into an empty database and put the shipped SOP in force.

    Raises Conflict when the database holds anything else. What a demonstration already has is left as it is.
    """
    if not is_demo(office):
        if not is_empty(office):
            raise Conflict("Basis data ini memuat data kantor, bukan peragaan; data peragaan tidak dimuat.")
        _people(office)
    if not office.definitions.list():
        diagrams, forms = shipped()
        office.definitions.publish(diagrams[IN_FORCE], forms, ACTOR, owner_unit=OWNER, effective_from=EFFECTIVE)


def _people(office: Office) -> None:
    now = office.clock.now()
    hashed = passwords.make(PASSWORD)  # once for all of them: they share the password anyway
    with office.store.transaction() as tx:
        office.calendars.ensure_standard(tx, now)
        add_unit_in(tx, Unit(HEAD_OFFICE, "Sekretariat Daerah Kota Jambi", None, (_CITY, _SETDA)), ACTOR, now)
        for code, name in BAGIAN.items():
            add_unit_in(tx, Unit(code, name, HEAD_OFFICE, (_CITY, _SETDA, name.upper())), ACTOR, now)
        for account, (role, unit, title) in POSITIONS.items():
            made = add_person_in(tx, account, title, hashed, ACTOR, now, must_change_password=False)
            add_position_in(tx, made.id, role, unit, ACTOR, now, title=title, from_date=SINCE)
        for account, (name, system_role) in SYSTEM.items():
            add_person_in(tx, account, name, hashed, ACTOR, now, system_roles=[system_role], must_change_password=False)
        marks.put(tx, MARK, "demo", ACTOR, now)


def _folder(package: str, name: str, suffix: str) -> dict[str, bytes]:
    found = (path for path in files(package).joinpath(name).iterdir() if path.name.endswith(suffix))
    return {path.name: path.read_bytes() for path in sorted(found, key=lambda path: path.name)}
