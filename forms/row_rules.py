"""What the rows of a list must be together: how many at least, and none twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forms.errors import FieldError
from forms.fields import identity
from forms.live import Box, Cell, List


def errors(table: List) -> Iterator[FieldError]:
    """Every error of the rows together: too few at the list, a doubled row at its last field that must be unique."""
    component = table.component
    if len(table.rows) < component.min_rows:
        yield FieldError(table.path, component.id, f"Isi paling sedikit {component.min_rows} baris.")
    if not component.unique:
        return
    seen: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(table.rows, 1):
        cells = _cells(row, component.unique)
        values = tuple(_same(cell.current()) for cell in cells)
        if len(cells) < len(component.unique) or not all(values):
            continue  # what is not filled in is no double of anything
        first = seen.setdefault(values, number)
        if first != number and any(cell.writable for cell in cells):
            last = cells[-1]
            names = " dan ".join(cell.component.label or cell.item.path[-1] for cell in cells)
            yield FieldError(last.path, last.component.id, f"{names} sama dengan baris {first}; tidak boleh ganda.")


def _cells(row: Box, keys: tuple[str, ...]) -> list[Cell]:
    found = {part.item.path[-1]: part for part in row.parts if isinstance(part, Cell)}
    return [found[key] for key in keys if key in found]


def _same(value: Any) -> Any:
    """Equal for values that are the same to people, whatever the case and spaces; empty: not filled in."""
    if value is None or isinstance(value, str):
        return " ".join((value or "").split()).casefold()
    return identity(value)
