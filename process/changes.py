"""Field-level before and after of two versions of a document. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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


def _walk(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted(before.keys() | after.keys()):
            yield from _walk(f"{path}.{key}" if path else key, before.get(key), after.get(key))
    elif isinstance(before, list) and isinstance(after, list) and (_rows(before) or _rows(after)):
        for number in range(max(len(before), len(after))):
            old = before[number] if number < len(before) else None
            new = after[number] if number < len(after) else None
            yield from _walk(f"{path}[{number + 1}]", old, new)
    elif type(before) is not type(after) or before != after:
        yield path, before, after


def _rows(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(row, Mapping) for row in value)
