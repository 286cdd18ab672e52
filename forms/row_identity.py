"""Which earlier row of a list with fixed rows is which row of now: by what names a row, never by its number alone.

Rows are made anew from the documents each time a step opens. When a row came or went since, the same number is another
row, and what somebody answered there belongs to the one that it was answered for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forms.fields import identity
from forms.live import normal
from forms.schema import UNSET
from forms.scope import Item, get_at

Name = tuple[Any, ...]


def arranged(table: Item, rows: Sequence[Mapping[str, Any]], earlier: Sequence[object]) -> list[Any]:
    """For each of `rows` the earlier row that is the same one, else None.

    A row is named by its key, without one by all that is read-only in it. Where that is empty or not its own alone,
    the row of the same number is the same one when all that is read-only in it is.
    """
    given = _given(table)
    key = table.naming or tuple(item for item in given if not item.hides)
    now, before = [_name(key, row) for row in rows], [_name(key, row) for row in earlier]
    often, once = Counter(now), Counter(before)
    at = {name: number for number, name in enumerate(before)}
    found: list[Any] = [None] * len(rows)
    taken: set[int] = set()
    for number, name in enumerate(now):
        if key and _says(name) and often[name] == once[name] == 1:
            found[number] = earlier[at[name]]
            taken.add(at[name])
    for number, row in enumerate(rows):
        if found[number] is None and number < len(earlier) and number not in taken:
            pairs = zip(_name(given, row), _name(given, earlier[number]), strict=True)
            if all(was is UNSET or is_now == was for is_now, was in pairs):
                found[number] = earlier[number]
    return found


def others(table: Item, rows: Sequence[Mapping[str, Any]], sent: Sequence[object]) -> Iterator[int]:
    """The numbers of rows for which something was sent that says by its key that it was filled in for another row."""
    key = table.naming
    for number, (row, given) in enumerate(zip(rows, sent, strict=True)):
        if all(
            type(get_at(row, item.path)) is str and get_at(row, item.path) == get_at(given, item.path) for item in key
        ):
            continue  # the same texts: the same name
        now, then = _name(key, row), _name(key, given)
        if now != then and _says(now) and _says(then):
            yield number


def _given(table: Item) -> tuple[Item, ...]:
    assert table.rows is not None
    return tuple(item for item in table.rows.items if item.lasting)


def _name(columns: Sequence[Item], row: object) -> Name:
    """The values in these columns; UNSET where the row has none."""
    return tuple(_value(item, get_at(row, item.path)) for item in columns)


def _value(item: Item, value: Any) -> Any:
    return UNSET if value is UNSET else identity(normal(item, value))


def _says(name: Name) -> bool:
    """Is every value there, and one of them more than empty?"""
    return UNSET not in name and any(value not in (("text", ""), ("other", "None")) for value in name)
