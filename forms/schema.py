"""The typed, frozen components of a form definition (form-js 2.0.0, schemaVersion 19).

Paths are tuples of keys relative to the *scope* a component stands in: the form itself, or one row of a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from forms.feel import Expression

KeyPath = tuple[str, ...]
Condition = bool | Expression
Scalar = str | Decimal | bool


class _Unset:
    def __repr__(self) -> str:
        return "UNSET"


UNSET: Any = _Unset()

Subtype = Literal["date", "time", "datetime"]
Zone = Literal["utc_offset", "utc_normalized", "no_timezone"]
Kind = Literal["text", "email", "phone"]


@dataclass(frozen=True)
class Option:
    """One choice: what is stored, and what is shown."""

    value: Scalar
    label: str


@dataclass(frozen=True)
class Options:
    """Where choices come from: exactly one of static values, a key of the data, a FEEL expression."""

    values: tuple[Option, ...] | None = None
    key: str | None = None
    expression: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Component:
    """What every component has. `hide` is a FEEL condition or None; `properties` are the custom ones."""

    id: str
    type: str
    label: str
    hide: Expression | None = None
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def printed(self) -> bool:
        return self.properties.get("print") != "no"


@dataclass(frozen=True, kw_only=True)
class Static(Component):
    """Text, image, table, button and the like: no value."""


@dataclass(frozen=True, kw_only=True)
class Group(Component):
    path: KeyPath
    components: tuple[Component, ...]


@dataclass(frozen=True, kw_only=True)
class Rows(Component):
    """A dynamiclist: an array of objects. `fixed`: the rows are those of the initial data, in their order.

    `min_rows`: how many there must be; `unique`: keys of a row that no two rows may have alike, all together.
    """

    path: KeyPath
    components: tuple[Component, ...]
    fixed: bool
    default_rows: int
    min_rows: int = 0
    unique: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Field(Component):
    """A component with a value. `default` is UNSET when the definition names none."""

    path: KeyPath
    required: bool = False
    readonly: Condition = False
    disabled: bool = False
    default: Any = UNSET

    @property
    def given(self) -> bool:
        """Does the value never come from the person who fills in the form? What is sent for it is not looked at."""
        return self.readonly is True or self.disabled


@dataclass(frozen=True, kw_only=True)
class TextField(Field):
    """Textfield and textarea. Lengths are compared trimmed; `pattern` is not anchored."""

    multiline: bool
    min_length: int | Expression | None = None
    max_length: int | Expression | None = None
    pattern: str | None = None
    pattern_message: str | None = None
    kind: Kind = "text"


@dataclass(frozen=True, kw_only=True)
class NumberField(Field):
    """`as_string`: submitted and stored as a decimal string (money); `digits` after the point; `step` from 0."""

    min: Decimal | Expression | None = None
    max: Decimal | Expression | None = None
    digits: int | None = None
    step: Decimal | None = None
    as_string: bool = False


@dataclass(frozen=True, kw_only=True)
class CheckboxField(Field):
    """`required` means that it must be true."""


@dataclass(frozen=True, kw_only=True)
class ChoiceField(Field):
    """Select and radio (one value), checklist and taglist (`many`)."""

    many: bool
    options: Options


@dataclass(frozen=True, kw_only=True)
class DateTimeField(Field):
    """`subtype` date `YYYY-MM-DD`, time `HH:MM`, datetime both joined by T; a time ends as `zone` says."""

    subtype: Subtype
    zone: Zone = "no_timezone"
    no_past: bool = False


@dataclass(frozen=True, kw_only=True)
class FilesField(Field):
    """An array of attachment ids. `accept` holds media types (`image/*` possible); empty: all."""

    accept: tuple[str, ...] = ()
    multiple: bool = False


@dataclass(frozen=True, kw_only=True)
class ExpressionField(Field):
    """A computed value; what is submitted for it is never looked at."""

    expression: Expression

    @property
    def given(self) -> bool:
        return True


EMPTY: Mapping[type[Field], Any] = {TextField: "", CheckboxField: False}


def empty_value(component: Field) -> Any:
    """What form-js submits for a field that nobody filled in."""
    kind = type(component)
    if kind in EMPTY:
        return EMPTY[kind]
    many = isinstance(component, FilesField) or (isinstance(component, ChoiceField) and component.many)
    return [] if many else None
