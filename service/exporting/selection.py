"""A selection of events in words, for pages and for the files themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from forms import indonesian
from process import audit
from process.naming import Meaning, meaning
from process.selection import Selection
from process.store import Store

EVERYTHING = "Seluruh jejak audit"
_STEP = timedelta(microseconds=1)


def described(store: Store, selection: Selection) -> tuple[tuple[str, str], ...]:
    """What is selected, as (name, value); one line for everything. Raises InvalidData for what does not exist."""
    return in_words(selection, meaning(store, selection))


def in_words(selection: Selection, names: Meaning) -> tuple[tuple[str, str], ...]:
    lines = (
        ("Periode", _period(selection.since, selection.until)),
        ("Pelaksanaan", f"{names.instance} ({selection.instance})" if selection.instance else ""),
        ("Proses", f"{names.process} ({selection.process})" if selection.process else ""),
        ("Unit kerja", f"{names.unit} ({selection.unit})" if selection.unit else ""),
        ("Pegawai", names.person),
        ("Jenis peristiwa", _types(selection.types)),
        ("Kata", selection.words.strip()),
    )
    return tuple((name, value) for name, value in lines if value) or (("Pilihan", EVERYTHING),)


def _period(since: datetime | None, until: datetime | None) -> str:
    if since is None and until is None:
        return ""
    if since is None:
        return f"sampai dengan {_end(until)}" if until else ""
    begin = _begin(since)
    return f"{begin} sampai dengan {_end(until)}" if until else f"sejak {begin}"


def _begin(at: datetime) -> str:
    """A day when it begins at midnight, else the moment."""
    there = at.astimezone(indonesian.WIB)
    return indonesian.long_date(there.date()) if _midnight(there) else indonesian.moment(at)


def _end(until: datetime) -> str:
    """The last day when the next begins at midnight, else the moment before which it ends."""
    there = until.astimezone(indonesian.WIB)
    return indonesian.long_date((there - _STEP).date()) if _midnight(there) else f"sebelum {indonesian.moment(until)}"


def _midnight(there: datetime) -> bool:
    return (there.hour, there.minute, there.second, there.microsecond) == (0, 0, 0, 0)


def _types(types: Iterable[str]) -> str:
    return ", ".join(audit.TYPES.get(one, one) for one in types)
