"""JSON data looked at level by level, a whole level at once.

What nearly all data is can so be told without a step of Python for each value; what else there may be is for the caller
to look at value by value.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

ATOMS = frozenset((str, Decimal, bool, type(None)))
"""What values usually are that hold no others."""
_OUTER = frozenset((dict, list))
USUAL = ATOMS | _OUTER


def levels(data: Any) -> Iterator[tuple[list[Any], set[type]]]:
    """The values of each level, the outermost first, and their types. Only plain dicts and lists are gone into; it ends
    where there are none. Data may hold itself: the caller must stop at some depth."""
    level = [data]
    while True:
        kinds = set(map(type, level))
        yield level, kinds
        if kinds.isdisjoint(_OUTER):
            return
        level = [
            value
            for outer in level
            if type(outer) in _OUTER
            for value in (outer.values() if type(outer) is dict else outer)
        ]


def named(level: list[Any]) -> str | None:
    """The keys of all dicts of a level in one text; None when one of them is no text."""
    try:
        return "".join(["".join(one) for one in level if type(one) is dict])
    except TypeError:
        return None
