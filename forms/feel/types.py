"""The types of `instance of`: their names, and `list<number>`, `context<nama: string>`, `range<date>`."""

import re
from typing import Any

from forms.feel.values import TYPES

Type = str | tuple[str, Any]
"""A name of `values.TYPES`, ``any``, ``("list", type)``, ``("range", type)`` or ``("context", ((key, type), …))``."""

_LEVELS = 3
_NAMES = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "list": "list",
    "context": "context",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "days and time duration": "days and time duration",
    "years and months duration": "years and months duration",
    "range": "range",
    "function": "function",
    "any": "any",
    "Any": "any",
    "null": "nil",
    "Null": "nil",
}
_NAME = r"(?:date\s+and\s+time|days\s+and\s+time\s+duration|years\s+and\s+months\s+duration|[A-Za-z]\w*)"
_WORD = re.compile(rf"\s*({_NAME}|[<>:,])")


def pattern() -> str:
    """The regular expression of `instance of` and a type, nested up to a few levels."""
    inner = _NAME
    for _ in range(_LEVELS):
        entry = rf"\w+\s*:\s*{inner}"
        inner = rf"(?:(?:list|range)\s*<\s*{inner}\s*>|context\s*<\s*{entry}\s*(?:,\s*{entry}\s*)*>|{_NAME})"
    return rf"instance\s+of\s+{inner}"


def read_type(text: str) -> Type:
    """The type that a text matched by `pattern` names; raises ValueError with the name that is unknown."""
    words = [" ".join(word.split()) for word in _WORD.findall(text)]
    found, _ = _read(words, 0)
    return found


def _read(words: list[str], at: int) -> tuple[Type, int]:
    name = words[at]
    if words[at + 1 : at + 2] != ["<"]:
        if name not in _NAMES:
            raise ValueError(name)
        return _NAMES[name], at + 1
    if name != "context":
        inner, at = _read(words, at + 2)
        return (name, inner), at + 1
    entries = []
    at += 1
    while words[at] != ">":
        inner, after = _read(words, at + 3)
        entries.append((words[at + 1], inner))
        at = after
    return (name, tuple(entries)), at + 1


def fits(value: Any, wanted: Type) -> bool:
    """Whether a value is of a type; null is of none but `null`."""
    if wanted == "any":
        return value is not None
    if isinstance(wanted, str):
        return TYPES[type(value)] == wanted
    name, inner = wanted
    if TYPES[type(value)] != name:
        return False
    if name == "list":
        return all(fits(item, inner) for item in value)
    if name == "range":
        return all(fits(bound, inner) for bound in (value.low, value.high) if bound is not None)
    return all(key in value and fits(value[key], kind) for key, kind in inner)
