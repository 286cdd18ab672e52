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
from forms.fields import to_decimal
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
    value: Any
    initial: Any
    readonly: bool
    hidden: bool = False

    @property
    def path(self) -> Path:
        return self.box.path + self.item.path

    @property
    def writable(self) -> bool:
        """Does the value come from the person who fills in the form?"""
        return not (self.hidden or self.readonly or self.item.given)

    def current(self) -> Any:
        return None if self.hidden else self.initial if self.readonly else self.value

    def show(self) -> None:
        """Puts the value where expressions find it."""
        key = self.item.key
        if key is None:
            set_at(self.box.data, self.item.path, self.current())
        else:
            self.box.data[key] = self.current()


@dataclass(slots=True, eq=False)
class List:
    """One dynamiclist in one scope."""

    item: Item
    component: Rows
    box: Box
    rows: list[Box] = field(default_factory=list)
    hidden: bool = False

    @property
    def path(self) -> Path:
        return self.box.path + self.item.path

    def show(self) -> None:
        set_at(self.box.data, self.item.path, None if self.hidden else [row.data for row in self.rows])


@dataclass(slots=True, eq=False)
class Box:
    """One scope with data: the form, or one row. `data` is what expressions see as `this`, `top` that of the form."""

    data: dict[str, Any]
    initial: Mapping[str, Any]
    top: dict[str, Any]
    path: Path = ()
    numbers: tuple[int, ...] = ()
    owner: List | None = None
    parts: list[Cell | List] = field(default_factory=list)

    @property
    def parent(self) -> Box | None:
        return None if self.owner is None else self.owner.box

    @property
    def shown(self) -> bool:
        """Is no list hidden that this scope is a row of?"""
        owner = self.owner
        return owner is None or (not owner.hidden and owner.box.shown)

    def walk(self) -> Iterator[Cell | List]:
        """Cells and lists in the order of the form, the insides of a hidden list left out."""
        for part in self.parts:
            yield part
            if isinstance(part, List) and not part.hidden:
                for row in part.rows:
                    yield from row.walk()

    def context(self, expression: Expression) -> dict[str, Any]:
        """What an expression of this scope is evaluated with: only what it names. All of it are FEEL values."""
        top, context = self.top, {}
        for name in expression.names:
            if name in top:
                context[name] = top[name]
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
                value: Any = [row.output() for row in part.rows]
            elif part.component.disabled:
                continue
            else:
                value = part.initial if part.readonly else part.value
            key = part.item.key
            if key is None:
                set_at(result, part.item.path, value)
            else:
                result[key] = value
        return result


@dataclass(slots=True, eq=False)
class Live:
    """A whole form being filled in. Its parts once more, hidden or not, in the order of the form: those with conditions
    of their own, those that may be wrong in view of the rest, the lists; and the computed cells by their item."""

    root: Box
    conditional: list[Cell | List] = field(default_factory=list)
    judged: list[Cell | List] = field(default_factory=list)
    lists: list[List] = field(default_factory=list)
    computed: dict[int, list[Cell]] = field(default_factory=dict)


def fill(scope: Scope, given: Mapping[str, Any], initial: Mapping[str, Any]) -> Live:
    """The live form of `given` (what passed the marshmallow schema) over `initial` (JSON values)."""
    data = _copy(initial, scope)
    live = Live(Box(data, initial, data))
    _fill(live, live.root, scope, given)
    return live


def _fill(live: Live, box: Box, scope: Scope, given: Mapping[str, Any]) -> None:
    initial, data, parts = box.initial, box.data, box.parts
    for item, component, key, starts, fixed, computed, conditional, judged in scope.slots:
        value = get_at(given, item.path) if key is None else given.get(key)
        part: Cell | List
        if isinstance(component, Rows):
            part = List(item, component, box)
            live.lists.append(part)
            parts.append(part)
        else:
            first = UNSET
            if starts:
                first = normal(item, get_at(initial, item.path) if key is None else initial.get(key, UNSET))
            if fixed:
                value = first
            elif value is UNSET or value is None:
                value = empty_value(component)
            readonly = component.readonly is True
            shown = first if readonly else value
            part = Cell(item, component, box, value, first, readonly)
            parts.append(part)
            if computed:
                live.computed.setdefault(id(item), []).append(part)
        if conditional:
            live.conditional.append(part)
        if judged:
            live.judged.append(part)
        if isinstance(part, List):
            assert item.rows is not None
            _fill_rows(live, part, item.rows, value)
            shown = [row.data for row in part.rows]
        if key is None:
            set_at(data, item.path, shown)
        else:
            data[key] = shown


def _fill_rows(live: Live, table: List, scope: Scope, given: Any) -> None:
    """As many rows as the person sent, or, fixed ones, as the list started with."""
    box, item = table.box, table.item
    rows = given if isinstance(given, list) else []
    starts: list[Any] = []
    if table.component.fixed:
        # Rows that come and go have no lasting number: only fixed rows know their initial data.
        first = get_at(box.initial, item.path)
        starts = first if isinstance(first, list) else []
    path = table.path
    for number in range(len(starts) if table.component.fixed else len(rows)):
        row = rows[number] if number < len(rows) and isinstance(rows[number], dict) else {}
        start = starts[number] if number < len(starts) and isinstance(starts[number], dict) else {}
        inner = Box(_copy(start, scope), start, box.top, (*path, number), (*box.numbers, number + 1), table)
        table.rows.append(inner)
        _fill(live, inner, scope, row)


def normal(item: Item, start: Any) -> Any:
    """An initial value as form-js would take it over: the default when there is none, else of the field's type."""
    component: Any = item.component
    if start is UNSET:
        start = component.default
    if start is UNSET or start is None:
        return empty_value(component)
    kind = type(component)
    if kind is ExpressionField or (kind is TextField and _clean(component, start)):
        return start  # right or wrong: no check would change it
    if kind is NumberField and _plain(component, start):
        return start
    try:
        value = item.check.taken(start) if item.check is not None else start
    except ValidationError:
        return start if fits(component, start) else empty_value(component)
    return empty_value(component) if value is None else value


def _plain(component: Any, start: Any) -> bool:
    if component.as_string:
        return type(start) is str and start.isascii() and start.isdecimal() and start[0] != "0" and len(start) <= 30
    return type(start) is Decimal and to_decimal(start) is start


def _clean(component: Any, start: Any) -> bool:
    return type(start) is str and (
        (start.isascii() and start.isprintable()) or text.clean(start, multiline=component.multiline) == start
    )


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
