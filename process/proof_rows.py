"""Comparing rows with what events said about them: shared by the checks of instances and of the office."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from forms.canonical import read
from process.audit import Misfit
from process.store import Tx

Row = Mapping[str, Any]
# What values raise that no column can hold: SQLite keeps a text in a column of numbers, and instants have their ends.
ODD = (TypeError, ValueError, AttributeError, LookupError, OverflowError)


IMPOSSIBLE = "ada nilai yang tidak mungkin ditulis oleh sistem"

log = logging.getLogger("alur.proof")


class _Unknown:
    """What no event says (any more): an erased payload, or one written before events said it."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Any = _Unknown()


class Told:
    """What an event's payload says. Of an erased one only `about` is left: the keys that the erasing event kept."""

    def __init__(self, payload: bytes | None, about: Mapping[str, Any] | None = None) -> None:
        self.erased = payload is None
        self._payload = payload
        self._data: Mapping[str, Any] | None = dict(about or {}) if payload is None else None

    @property
    def data(self) -> Mapping[str, Any]:
        """The values; decoded only when somebody asks."""
        if self._data is None:
            self._data = decoded(self._payload or b"")
        return self._data

    def must(self, name: str) -> Any:
        """A value that every event of this type has; UNKNOWN where it is missing."""
        return self.data.get(name, UNKNOWN)

    def may(self, name: str, default: Any = None) -> Any:
        """A value that is left out when there is none."""
        return self.data.get(name, UNKNOWN if self.erased else default)

    def by(self, name: str) -> Any:
        """Of who acted."""
        found = self.data.get("oleh")
        if not isinstance(found, Mapping):
            return UNKNOWN if self.erased else None
        return found.get(name)


def decoded(payload: bytes) -> Mapping[str, Any]:
    """Payload values; exact numbers matter to no check."""
    try:
        found = orjson.loads(payload)
    except ValueError:  # a number that only exact decimals can hold
        try:
            found = read(payload)
        except ValueError:
            return {}
    return found if isinstance(found, Mapping) else {}


def rows(tx: Tx, table: str, columns: Sequence[str], by: str, keys: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of a table whose column `by` is one of the keys."""
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f'SELECT {names} FROM "{table}" WHERE "{by}" IN ({{}})'  # noqa: S608 - names of ours
    return [dict(zip(columns, row, strict=True)) for row in tx.fetch_in(sql, keys)]


def altered(expected: Row, found: Row) -> list[str]:
    """The columns in which a row differs from what is known of it."""
    return [name for name, value in expected.items() if value is not UNKNOWN and not same(value, found[name])]


def same(expected: Any, found: Any) -> bool:
    """Whether a stored value is the expected one; SQLite knows no booleans."""
    if type(expected) is type(found):
        return bool(expected == found)
    if isinstance(expected, bool) and isinstance(found, int):
        return int(expected) == found
    if isinstance(found, memoryview):
        found = bytes(found)
    return isinstance(found, bytes) and isinstance(expected, bytes) and expected == found


class Findings:
    """Collects the misfits of one stream's rows."""

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.found: list[Misfit] = []

    def add(self, code: str, table: str, key: object, columns: Iterable[str] = (), seq: int = 0) -> None:
        which = ", ".join(columns)
        where = f"tabel {table}, baris {key}" + (f": {which}" if which else "")
        self.found.append(Misfit(self.stream, seq, code, where))

    def odd(self, table: str) -> None:
        """Reading a table met what no column can hold."""
        log.warning("table %s, of %s, holds what no column can", table, self.stream, exc_info=True)
        self.found.append(Misfit(self.stream, 0, "row_altered", f"tabel {table}: {IMPOSSIBLE}"))

    def compare(
        self,
        table: str,
        expected: Mapping[Any, Row],
        found: Mapping[Any, Row],
        seqs: Mapping[Any, int],
        *,
        tolerant: bool = False,
    ) -> None:
        """Rows by key: what is told must be there and the same, and nothing else may be there (unless `tolerant`: of
        some rows nothing is known any more)."""
        for key, row in expected.items():
            there = found.get(key)
            if there is None:
                self.add("row_missing", table, _shown(key), (), seqs.get(key, 0))
                continue
            columns = altered(row, there)
            if columns:
                self.add("row_altered", table, _shown(key), columns, seqs.get(key, 0))
        if not tolerant:
            for key in found:
                if key not in expected:
                    self.add("row_inserted", table, _shown(key))

    def __iter__(self) -> Iterator[Misfit]:
        return iter(self.found)


def _shown(key: object) -> str:
    return "/".join(str(part) for part in key if part != "") if isinstance(key, tuple) else str(key)
