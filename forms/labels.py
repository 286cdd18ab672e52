"""What a value inside a form's data is called and how it reads: for lists of changes, which name fields by path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forms.display import plain, text_of
from forms.fields import identity
from forms.form import Form
from forms.schema import ChoiceField, Component, Field, FilesField, Group, Rows

_PART = re.compile(r"[^.\[\]]+|\[\d+\]")
_ROW = "baris"

Key = str | int


def named(forms: Iterable[Form], path: str) -> tuple[str, Component | None]:
    """The label of `path` (`baris[2].realisasi`: keys, rows counted from 1) as `Data kinerja, baris 2: Realisasi`, and
    the component there: of the first of the forms that knows such a field by a name. Without one: the path
    itself, None.
    """
    keys: list[Key] = [int(part[1:-1]) if part.startswith("[") else part for part in _PART.findall(path)]
    known: tuple[str, Component | None] = (path, None)
    for form in forms:
        found = _find(form.components, keys)
        if found is not None:
            if found[1].label:
                return found
            known = found
    return known


def shown(component: Component | None, value: Any) -> str:
    """One value as plain text, with labels instead of stored choices; empty for an empty one. A whole row of a list:
    its fields that have something, by label."""
    if isinstance(component, Rows) and isinstance(value, Mapping):
        return "; ".join(_row(component.components, value))
    if isinstance(component, Rows) and isinstance(value, list):
        return f"{len(value)} baris"
    if isinstance(component, FilesField) and isinstance(value, list):
        return f"{len(value)} berkas" if value else ""
    if isinstance(component, ChoiceField):
        labels = {identity(one.value): one.label for one in component.options.values or ()}
        many = value if isinstance(value, list) else [value]
        value = [labels.get(identity(one), one) for one in many]
        value = value if len(value) != 1 else value[0]
    return text_of(component, value) if isinstance(component, Field) else plain(value)


def _find(components: Iterable[Component], keys: Sequence[Key]) -> tuple[str, Component] | None:
    for one in components:
        if not isinstance(one, Group | Rows | Field):
            continue
        length = len(one.path)
        if tuple(keys[:length]) != one.path:
            continue
        rest = keys[length:]
        if isinstance(one, Group):
            inner = _find(one.components, rest) if rest else None
            if inner is not None:
                return inner
        elif not rest and length:
            return _name(one), one
        elif isinstance(one, Rows) and rest and isinstance(rest[0], int):
            where = f"{_name(one)}, {_ROW} {rest[0]}"
            if len(rest) == 1:
                return where, one
            inner = _find(one.components, rest[1:])
            if inner is not None:
                return f"{where}: {inner[0]}", inner[1]
    return None


def _row(components: Iterable[Component], row: Mapping[str, Any]) -> Iterable[str]:
    for one in components:
        if isinstance(one, Group):
            yield from _row(one.components, row)
        elif isinstance(one, Field) and len(one.path) == 1 and one.label:
            text = shown(one, row.get(one.path[0]))
            if text:
                yield f"{one.label}: {text}"


def _name(component: Field | Rows) -> str:
    return component.label or ".".join(component.path)
