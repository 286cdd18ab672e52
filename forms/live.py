"""A form being filled in: every field of every row as a cell, and the FEEL contexts they stand in.

Contexts are those of form-js 2.0.0: the names are the top-level data (initial values and fields together); in a row
`this` is the row, `parent` what `this` was around the list, `i` the row numbers from 1, outermost first. A row's own
fields are reached by `this.key` only. Hidden fields are null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from forms import text
from forms.errors import Path
from forms.feel import Expression
from forms.schema import (
    UNSET,
    CheckboxField,
    ChoiceField,
    ExpressionField,
    Field,
    FilesField,
    NumberField,
    Rows,
    TextField,
    empty_value,
)
from forms.scope import Item, Scope, get_at, set_at

SPECIAL = {"this": "this", "_this_": "this", "parent": "parent", "_parent_": "parent", "i": "i", "_i_": "i"}


@dataclass(slots=True, eq=False)
class Cell:
    """One field in one row (or in the form): its value, and what the conditions made of it."""

    item: Item
    component: Field
    box: Box
    path: Path
    value: Any
    initial: Any
    hidden: bool = False
    readonly: bool = False

    @property
    def writable(self) -> bool:
        """Does the value come from the person who fills in the form?"""
        c = self.component
        return not (self.hidden or self.readonly or c.given)

    def current(self) -> Any:
        return None if self.hidden else self.initial if self.readonly else self.value

    def show(self) -> None:
        """Puts the value where expressions find it."""
        set_at(self.box.data, self.item.path, self.current())


@dataclass(slots=True, eq=False)
class List:
    """One dynamiclist in one scope."""

    item: Item
    component: Rows
    box: Box
    path: Path
    rows: list[Box]
    hidden: bool = False

    def show(self) -> None:
        set_at(self.box.data, self.item.path, None if self.hidden else [row.data for row in self.rows])


@dataclass(slots=True, eq=False)
class Box:
    """One scope with data: the form, or one row. `data` is what expressions see as `this`."""

    scope: Scope
    data: dict[str, Any]
    initial: Mapping[str, Any]
    path: Path
    parent: Box | None
    numbers: tuple[int, ...]
    parts: list[Cell | List] = field(default_factory=list)
    owner: List | None = None

    @property
    def shown(self) -> bool:
        """Is no list hidden that this scope is a row of?"""
        return self.owner is None or (not self.owner.hidden and self.owner.box.shown)

    def everything(self) -> list[Cell | List]:
        """Cells and lists in the order of the form, hidden or not."""
        found: list[Cell | List] = []
        for part in self.parts:
            found.append(part)
            if isinstance(part, List):
                for row in part.rows:
                    found += row.everything()
        return found

    def walk(self) -> Iterator[Cell | List]:
        """Cells and lists in the order of the form, the insides of a hidden list left out."""
        for part in self.parts:
            yield part
            if isinstance(part, List) and not part.hidden:
                for row in part.rows:
                    yield from row.walk()

    def context(self, expression: Expression) -> dict[str, Any]:
        """What an expression of this scope is evaluated with: only what it names. All of it are FEEL values."""
        root = self
        while root.parent is not None:
            root = root.parent
        context: dict[str, Any] = {}
        for name in expression.names:
            if name in root.data:
                context[name] = root.data[name]
                continue
            special = SPECIAL.get(name)
            if special == "this":
                context[name] = self.data
            elif special == "parent":
                context[name] = None if self.parent is None else self.parent.around()
            elif special == "i":
                context[name] = [Decimal(number) for number in self.numbers]
        return context

    def around(self) -> dict[str, Any]:
        """What `parent` is to a row in this scope: its data, and its own `this`, `parent` and `i`."""
        parent = None if self.parent is None else self.parent.around()
        special = {"this": self.data, "parent": parent, "i": [Decimal(number) for number in self.numbers]}
        return {**special, **self.data, **{f"_{name}_": value for name, value in special.items()}}

    def output(self) -> dict[str, Any]:
        """The data of this scope without what is hidden or disabled."""
        result: dict[str, Any] = {}
        for part in self.parts:
            if part.hidden:
                continue
            if isinstance(part, List):
                set_at(result, part.item.path, [row.output() for row in part.rows])
            elif not part.component.disabled:
                set_at(result, part.item.path, part.current())
        return result


def fill(
    scope: Scope,
    given: Mapping[str, Any],
    initial: Mapping[str, Any],
    path: Path = (),
    parent: Box | None = None,
    numbers: tuple[int, ...] = (),
) -> Box:
    """The live form of `given` (what passed the marshmallow schema) over `initial` (JSON values)."""
    box = Box(scope, _copy(initial, scope), initial, path, parent, numbers)
    for item in scope.items:
        component, here = item.component, path + item.path
        value, start = get_at(given, item.path), get_at(initial, item.path)
        if isinstance(component, Rows):
            assert item.rows is not None
            rows = value if isinstance(value, list) else []
            starts = [r if isinstance(r, dict) else {} for r in start] if isinstance(start, list) else []
            count = len(starts) if component.fixed else len(rows)
            part: Cell | List
            part = table = List(item, component, box, here, [])
            for number in range(count):
                row = rows[number] if number < len(rows) and isinstance(rows[number], dict) else {}
                # Rows that come and go have no lasting number: only fixed rows know their initial data.
                first = starts[number] if component.fixed else {}
                table.rows.append(fill(item.rows, row, first, (*here, number), box, (*numbers, number + 1)))
                table.rows[-1].owner = table
        else:
            first_value = UNSET if component.readonly is False and not component.given else normal(item, start)
            if component.given:
                value = first_value
            elif value is UNSET or value is None:
                value = empty_value(component)
            part = Cell(item, component, box, here, value, first_value, readonly=component.readonly is True)
        box.parts.append(part)
        part.show()
    return box


def normal(item: Item, start: Any) -> Any:
    """An initial value as form-js would take it over: the default when there is none, else of the field's type."""
    component = item.component
    assert isinstance(component, Field)
    if start is UNSET:
        start = component.default
    if start is UNSET or start is None:
        return empty_value(component)
    if isinstance(component, ExpressionField):
        return start
    if (
        isinstance(component, TextField)
        and isinstance(start, str)
        and text.clean(start, multiline=component.multiline) == start
    ):
        return start  # right or wrong: no check would change it
    try:
        value = item.check.taken(start) if item.check is not None else start
    except ValidationError:
        return start if fits(component, start) else empty_value(component)
    return empty_value(component) if value is None else value


def fits(component: Field, value: Any) -> bool:
    """Has the value the JSON type that form-js shows in such a field, right or wrong otherwise?"""
    if isinstance(component, ChoiceField):
        values = value if component.many else [value]
        return isinstance(values, list) and all(isinstance(v, (str, bool, int, Decimal, float)) for v in values)
    if isinstance(component, FilesField):
        return isinstance(value, list) and all(isinstance(v, str) for v in value)
    if isinstance(component, CheckboxField):
        return isinstance(value, bool)
    if isinstance(component, NumberField):
        return isinstance(value, (str, int, Decimal, float)) and not isinstance(value, bool)
    return isinstance(value, str) or isinstance(component, ExpressionField)


def _copy(initial: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """A copy in which the objects that fields stand in are copies too."""
    data = dict(initial)
    for path in scope.groups:
        inner = get_at(data, path)
        set_at(data, path, dict(inner) if isinstance(inner, dict) else {})
    return data
