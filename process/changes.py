"""Field-level before and after of two versions of a document. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from forms.canonical import dumps

_ATOMS = frozenset((str, Decimal, bool, int, type(None)))
MOST = 200  # changes told one by one; beyond this only their number


def changes(before: Any, after: Any) -> dict[str, Any]:
    """`{"perubahan": [{"isian": path, "sebelum": …, "sesudah": …}, …], "jumlah": n}`; empty when nothing changed.

    Rows of a list are compared by position; a row more or less is one change.
    """
    found = []
    total = 0
    for path, old, new in _walk("", before, after):
        total += 1
        if total <= MOST:
            found.append({"isian": path, "sebelum": old, "sesudah": new})
    return {"perubahan": found, "jumlah": total} if total else {}


def corrections(
    rows: Iterable[Any],
    earlier: Mapping[bytes, Mapping[str, Any]],
    *,
    naming: Sequence[str],
    texts: Sequence[str],
) -> list[dict[str, Any]]:
    """What a step corrected in rows that it hands out: `[{"baris": name, "perubahan": [{"isian", "sebelum", "sesudah"},
    …]}, …]`, only rows in which a value that was there before became another.

    `earlier`: what they were, as `earlier_rows` gives it. Texts that are new in
    such a row are told too (`sebelum` null): the reason is among them. `naming`: the keys that say which row it is;
    `texts`: those of the texts that the step's form asks for.
    """
    found = []
    for row in rows:
        old = earlier.get(dumps(row), {})
        changed = [key for key in row if old.get(key) is not None and old[key] != row[key]]
        if not changed:
            continue
        added = [key for key in texts if old.get(key) is None and row.get(key)]
        name = " – ".join(str(row[key]) for key in naming if row.get(key))
        told = [{"isian": key, "sebelum": old.get(key), "sesudah": row[key]} for key in [*changed, *added]]
        found.append({"baris": name, "perubahan": told})
    return found


def earlier_rows(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[bytes, Mapping[str, Any]]:
    """What the rows of the lists of `after` were in `before`, at the same places: for `corrections`."""
    found: dict[bytes, Mapping[str, Any]] = {}
    for key, rows in after.items():
        olds = (before or {}).get(key)
        if isinstance(rows, list) and isinstance(olds, list):
            for row, old in zip(rows, olds, strict=False):
                if isinstance(row, Mapping) and isinstance(old, Mapping):
                    found.setdefault(dumps(row), old)
    return found


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            old, new = before.get(key), after.get(key)
            if type(old) in _ATOMS and type(old) is type(new) and old == new:
                continue  # what most values are: a path is not made for each
            yield from _walk(f"{path}.{key}" if path else key, old, new)
    elif isinstance(before, list) and isinstance(after, list) and (_rows(before) or _rows(after)):
        for number in range(max(len(before), len(after))):
            old = before[number] if number < len(before) else None
            new = after[number] if number < len(after) else None
            yield from _walk(f"{path}[{number + 1}]", old, new)
    elif type(before) is not type(after) or before != after:
        yield path, before, after


def _rows(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(row, Mapping) for row in value)
