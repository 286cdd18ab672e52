"""What the administrator's pages share: reading their forms, telling what was wrong at which field, lists by pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, render_template, request

from forms import indonesian
from process.calendar import CalendarError
from process.errors import AlurError, Conflict, InvalidData, NotFound, ReasonRequired
from process.model import FieldError, Unit
from process.positions import default_title
from process.roles import known
from service.problems import problem_of
from service.security import office

PER_PAGE = 25
KINDS = {"definitif": "Definitif", "plh": "Plh.", "plt": "Plt.", "pj": "Pj."}
SYSTEM_ROLES = {
    "administrator": ("Administrator", "pegawai, unit kerja, kalender kerja"),
    "pengelola": ("Pengelola proses", "SOP, dan tindakan pengelola pada tugas"),
    "auditor": ("Auditor", "membaca semuanya, tidak mengubah apa pun"),
}
#: What a form can be refused for; anything else is no affair of a form.
REFUSALS = (InvalidData, ReasonRequired, Conflict, CalendarError)
#: Errors that name no field say in their first words which one they are about.
_ABOUT = {"NIP ": "nip", "Akun ": "akun", "Unit induk ": "induk", "Unit kerja ": "kode", "Kalender kerja ": "kalender"}
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Trouble:
    """A form that was refused: which one, what was typed, what is wrong at each field and with the whole."""

    form: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[tuple[int | None, str]] = ()
    general: str = ""
    status: int = 200

    @property
    def any(self) -> bool:
        return bool(self.errors or self.general or self.rows)

    def of(self, form: str) -> Trouble:
        """The same for its own form, and nothing for another one of the page."""
        return self if form == self.form else NO_TROUBLE


NO_TROUBLE = Trouble()


def trouble(error: AlurError, form: str, values: Mapping[str, Any]) -> Trouble:
    """What a refused form shows. A message goes to its field, if the form has it; else to the head of the form.

    Messages of a file's rows are kept apart with their row numbers.
    """
    errors: dict[str, str] = {}
    rows: list[tuple[int | None, str]] = []
    general: list[str] = []
    if isinstance(error, InvalidData) and error.errors:
        for one in error.errors:
            if one.path and isinstance(one.path[0], int):
                rows.append((one.path[0], one.message))
            elif one.field in values:
                errors.setdefault(one.field, one.message)
            else:
                general.append(one.message)
    elif isinstance(error, ReasonRequired):
        errors["alasan"] = str(error)
    else:
        about = next((name for start, name in _ABOUT.items() if str(error).startswith(start)), "")
        if about in values:
            errors[about] = str(error)
        else:
            general.append(str(error))
    status = 422 if isinstance(error, NotFound) else int(problem_of(error)["status"])
    return Trouble(form, values, errors, tuple(rows), " ".join(general), status)


def wrong(name: str, message: str) -> InvalidData:
    """One field that is wrong."""
    return InvalidData([FieldError((name,), name, message)])


# -- reading a form -------------------------------------------------------------------------------------------------


def line(name: str, most: int = 1000) -> str:
    """One line of text of this request's form, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in request.form.get(name, "")[:most]).split())


def lines(name: str, most: int = 1_500_000) -> str:
    """Several lines of text of this request's form; of control characters only tabs and line ends stay."""
    text = request.form.get(name, "")[:most].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def typed(*names: str) -> dict[str, Any]:
    """Fields of one line, as typed."""
    return {name: line(name) for name in names}


def day(values: Mapping[str, Any], name: str) -> date | None:
    """A date of the form, None when it was left empty; raises InvalidData at the field."""
    text = str(values.get(name) or "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise wrong(name, "Tanggal ini tidak dapat dibaca; pilih dari kalender.") from error
    if not 1950 <= found.year <= 2200:
        raise wrong(name, "Tahun pada tanggal ini tidak wajar.")
    return found


def needed(values: Mapping[str, Any], name: str = "alasan") -> str:
    """The reason that was typed; raises ReasonRequired."""
    text = str(values.get(name) or "").strip()
    if not text:
        raise ReasonRequired("Alasan wajib diisi; alasan dicatat dalam jejak audit.")
    return text


def uploaded(name: str, most: int) -> tuple[bytes, str] | None:
    """The file of a form as (content, name), None when none was chosen. Raises InvalidData when it is too large."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        return None
    content = sent.stream.read(most + 1)
    if len(content) > most:
        raise wrong("berkas", f"Berkas melebihi {most // 1000} kB.")
    return content, "".join(c for c in sent.filename if c.isprintable())[:100]


# -- what there is to choose ----------------------------------------------------------------------------------------


def choices() -> dict[str, Any]:
    """What a position can be made of: units that are open, and roles by code."""
    return {"units": units(), "roles": roles()}


def units() -> tuple[Unit, ...]:
    return tuple(sorted(office().people.units(), key=lambda unit: unit.name.casefold()))


def roles() -> dict[str, str]:
    """Role code → words: those of processes in force or to come, and those that people hold, which say so when no
    process knows them."""
    found = known(office().definitions)
    some = bool(found)
    for position in office().people.positions():
        words = default_title(position.role, "")
        found.setdefault(position.role, f"{words} (tidak dipakai proses yang berlaku)" if some else words)
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


# -- addresses and lists --------------------------------------------------------------------------------------------


def number(given: int) -> int:
    """A row's number out of an address; 404 for one that no database has."""
    if given > _LARGEST:
        abort(404)
    return given


def code(given: str) -> str:
    """A code out of an address; 404 for what no code can be."""
    if not given.isascii() or not given.isprintable() or len(given) > 60:
        abort(404)
    return given


def asked(name: str, most: int = 200) -> str:
    """A text of this request's address."""
    return "".join(c for c in request.args.get(name, "") if c.isprintable()).strip()[:most]


def paged(rows: Sequence[Any]) -> tuple[Sequence[Any], int, int]:
    """(the rows of the page that the address asks for, its number, number of pages)."""
    pages = max(1, -(-len(rows) // PER_PAGE))
    text = request.args.get("hal", "1")
    page = min(max(int(text), 1), pages) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
    return rows[(page - 1) * PER_PAGE : page * PER_PAGE], page, pages


def today() -> date:
    """The date in the office's zone."""
    return indonesian.today(office().clock.now())


def render(template: str, **values: Any) -> str:
    """A page of the administrator's."""
    return render_template(f"administration/{template}", **{"trouble": NO_TROUBLE, **values})
