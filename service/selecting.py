"""A selection of events as the query of an address, and back: the page of the record, and exports from it.

Names: `dari`, `sampai` (dates in WIB, both included), `pegawai` (account), `unit`, `proses`, `pelaksanaan`, `jenis`
(may be repeated), `kata`. What is absent does not narrow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from forms import indonesian
from process import naming
from process.audit import TYPES
from process.errors import InvalidData
from process.office import Office
from process.selection import Selection, check

NAMES = ("dari", "sampai", "pegawai", "unit", "proses", "pelaksanaan", "kata")
LONGEST = 200
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """What an address asks for. `values`: as it was written, by name, with `jenis` as a list; `errors`: by name, what
    is wrong with it; then there is nothing to look for."""

    selection: Selection
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)


def read(office: Office, args: MultiDict[str, str], now: datetime, *, days: int | None = None) -> Asked:
    """The selection of a query. `days`: how many days back it begins when it names neither a period nor an instance."""
    values: dict[str, Any] = {name: clean(args.get(name, "")) for name in NAMES}
    errors: dict[str, str] = {}
    values["jenis"] = types(args, TYPES, errors)
    if days is not None and not any(name in args for name in ("dari", "sampai", "pelaksanaan")):
        values["dari"] = (indonesian.today(now) - timedelta(days=days - 1)).isoformat()
    since, until = period(values, errors)
    person = None
    if values["pegawai"]:
        person = naming.person_of(office.store, values["pegawai"])
        if person is None:
            errors["pegawai"] = f"Tidak ada pegawai dengan akun “{values['pegawai'][:60]}”."
    selection = Selection(
        since=since,
        until=until,
        person=person,
        unit=values["unit"] or None,
        process=values["proses"] or None,
        instance=values["pelaksanaan"] or None,
        types=tuple(values["jenis"]),
        words=values["kata"],
    )
    for require in (check, lambda one: naming.meaning(office.store, one)):
        try:
            require(selection)
        except InvalidData as error:
            for one in error.errors:
                errors.setdefault(one.field, one.message)
    return Asked(selection, values, errors)


def types(args: MultiDict[str, str], known: Collection[str], errors: dict[str, str]) -> list[str]:
    """The types of `jenis`, each once. More than there are is told in `errors`, and none of them is looked at: every
    link of the page would repeat them all."""
    found = list(dict.fromkeys(one for text in args.getlist("jenis") if (one := clean(text))))
    if len(found) > len(known):
        errors["jenis"] = f"Jenis peristiwa yang disebut ({len(found)}) lebih banyak daripada yang ada ({len(known)})."
        return []
    return found


def period(values: Mapping[str, Any], errors: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """The instants that `dari` and `sampai` mean, the end not included; what is no date is told in `errors`."""
    since, until = (_date(str(values[name]), name, errors) for name in ("dari", "sampai"))
    return _begin(since) if since else None, _begin(until + _DAY) if until else None


def query(selection: Selection, account: str | None = None) -> dict[str, Any]:
    """The query of a selection by whole days, for `url_for`; `account`: of `selection.person`."""
    found = {
        "dari": _day(selection.since),
        "sampai": _day(selection.until - _DAY) if selection.until else None,
        "pegawai": account,
        "unit": selection.unit,
        "proses": selection.process,
        "pelaksanaan": selection.instance,
        "jenis": list(selection.types) or None,
        "kata": selection.words or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def kept(values: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """The query as it was asked, with some of it changed; empty values are left out, but for `dari` and `sampai`."""
    found = {**values, **changed}
    return {name: value for name, value in found.items() if value or (name in ("dari", "sampai") and value == "")}


def presets(now: datetime) -> tuple[tuple[str, str, str], ...]:
    """Periods that people ask for: name, first and last day (ISO)."""
    today = indonesian.today(now)
    month = today.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    before = quarter - _DAY
    last = before.replace(day=1, month=before.month - 2)
    return (
        ("30 hari terakhir", (today - 29 * _DAY).isoformat(), today.isoformat()),
        ("Bulan ini", month.isoformat(), today.isoformat()),
        ("Triwulan ini", quarter.isoformat(), today.isoformat()),
        ("Triwulan lalu", last.isoformat(), before.isoformat()),
        ("Tahun ini", today.replace(month=1, day=1).isoformat(), today.isoformat()),
    )


def clean(text: str) -> str:
    """A value of the query as it is used: without blanks around it, and not endless."""
    return text.replace("\x00", " ").strip()[:LONGEST]


def _date(text: str, name: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        errors[name] = "Tulis tanggal yang ada, misalnya 2026-11-23."
        return None
    if not 1970 < found.year < 9999:
        errors[name] = "Tulis tahun antara 1971 dan 9998."
        return None
    return found


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), indonesian.WIB)


def _day(at: datetime | None) -> str | None:
    return None if at is None else indonesian.today(at).isoformat()
