"""Components laid out as data: a form, and every list in it, is a scope with values at paths.

A group is no scope: its children stand in the scope around it, at the group's path, under the group's condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from forms.feel import Expression
from forms.fields import FormField
from forms.schema import (
    UNSET,
    ChoiceField,
    Component,
    DateTimeField,
    ExpressionField,
    Field,
    FilesField,
    Group,
    KeyPath,
    NumberField,
    Rows,
    TextField,
)


@dataclass(frozen=True)
class Item:
    """A field or a list: where its value stands in its scope, and the conditions that hide it, outermost first."""

    component: Field | Rows
    path: KeyPath
    hides: tuple[Expression, ...]
    rows: Scope | None = None
    check: FormField | None = field(default=None, compare=False)

    @cached_property
    def key(self) -> str | None:
        """The key of its value, when that stands in the scope itself and not in an object there."""
        return self.path[0] if len(self.path) == 1 else None

    @cached_property
    def given(self) -> bool:
        """Does the value never come from the person who fills in the form?"""
        return isinstance(self.component, Field) and self.component.given

    @cached_property
    def starts(self) -> bool:
        """May what the form started with become the value?"""
        return isinstance(self.component, Field) and (self.given or self.component.readonly is not False)

    @cached_property
    def computed(self) -> bool:
        return isinstance(self.component, ExpressionField)

    @cached_property
    def lasting(self) -> bool:
        """Does it come from the initial row and is stored again: read-only, or `=this.x` of the own key x?"""
        c = self.component
        if isinstance(c, ExpressionField):
            return c.expression.text.strip() == f"this.{'.'.join(self.path)}"
        return isinstance(c, Field) and c.readonly is True and not c.disabled

    @cached_property
    def naming(self) -> tuple[Item, ...]:
        """The columns that name a row of this list: those that the property `unique` lists, else those called `kode` or
        `kode_…`, of those that a person cannot change and no condition hides; empty where there are none."""
        assert isinstance(self.component, Rows)
        assert self.rows is not None
        lasting = {item.path[-1]: item for item in self.rows.items if item.lasting and not item.hides}
        unique = self.component.unique
        if unique and lasting.keys() >= set(unique):
            return tuple(lasting[name] for name in unique)
        return tuple(item for name, item in lasting.items() if name == "kode" or name.startswith("kode_"))

    @cached_property
    def conditional(self) -> bool:
        """May it be hidden, or locked, in view of the rest?"""
        return bool(self.hides) or (
            isinstance(self.component, Field) and isinstance(self.component.readonly, Expression)
        )

    @cached_property
    def judged(self) -> bool:
        """May it be wrong in view of the rest, though every value is right on its own?"""
        c = self.component
        if isinstance(c, Rows):
            return bool(c.min_rows or c.unique)
        if self.given:
            return False
        limits = {TextField: ("min_length", "max_length"), NumberField: ("min", "max")}.get(type(c), ())
        return (
            c.required
            or isinstance(c, (ChoiceField, FilesField))
            or (isinstance(c, DateTimeField) and c.no_past)
            or any(isinstance(getattr(c, name), Expression) for name in limits)
        )


class Slot(NamedTuple):
    item: Item
    component: Field | Rows
    key: str | None
    starts: bool
    given: bool
    computed: bool
    conditional: bool
    judged: bool


@dataclass(frozen=True)
class Scope:
    items: tuple[Item, ...]

    @cached_property
    def groups(self) -> tuple[KeyPath, ...]:
        """The paths of the objects that values stand in, each once, the outer before the inner."""
        return tuple(dict.fromkeys(item.path[:end] for item in self.items for end in range(1, len(item.path))))

    @cached_property
    def files(self) -> tuple[Item, ...]:
        """The fields that name attachments, and the lists that have such in their rows."""
        return tuple(
            item
            for item in self.items
            if isinstance(item.component, FilesField) or (item.rows is not None and item.rows.files)
        )

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """What filling in the form asks of each item, once per form."""
        return tuple(
            Slot(i, i.component, i.key, i.starts, i.given, i.computed, i.conditional, i.judged) for i in self.items
        )

    def walk(self) -> Iterator[Item]:
        """Every item of this scope and of the lists in it."""
        for item in self.items:
            yield item
            if item.rows is not None:
                yield from item.rows.walk()


def scope_of(components: tuple[Component, ...]) -> Scope:
    return Scope(tuple(_items(components, (), ())))


def _items(components: tuple[Component, ...], path: KeyPath, hides: tuple[Expression, ...]) -> Iterator[Item]:
    for component in components:
        own = (*hides, component.hide) if component.hide is not None else hides
        if isinstance(component, Group):
            yield from _items(component.components, path + component.path, own)
        elif isinstance(component, Rows):
            yield Item(component, path + component.path, own, scope_of(component.components))
        elif isinstance(component, Field):
            check = FormField.of(component, attribute=component.path[-1])
            yield Item(component, path + component.path, own, check=check)


def get_at(data: Any, path: KeyPath) -> Any:
    """The value at `path`, or UNSET."""
    for key in path:
        if not isinstance(data, dict):
            return UNSET
        data = data.get(key, UNSET)
    return data


def set_at(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    """Puts the value at `path`; what is in the way and is no object gives way."""
    for key in path[:-1]:
        inner = data.get(key)
        if not isinstance(inner, dict):
            inner = data[key] = {}
        data = inner
    data[path[-1]] = value
