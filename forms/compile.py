"""Components -> marshmallow Schema: the shape of a submission, and what each value must be on its own.

Most submissions are right in every value. Those are taken by the schema's own fields, called one after the other; only
where one refuses does marshmallow load the whole, to say what is wrong where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load

from forms import bounds
from forms.errors import Path
from forms.schema import Field
from forms.scope import Item, Scope

UNKNOWN = "Isian ini tidak dikenal dalam formulir."
NOT_LIST = "Harus berupa daftar baris."
NOT_OBJECT = "Harus berupa kelompok isian."
TOO_MANY_ROWS = f"Paling banyak {bounds.MAX_ROWS} baris."


class FormSchema(Schema):
    """Base of every compiled schema: what no component names is refused."""

    class Meta:
        unknown = RAISE

    given: ClassVar[frozenset[str]] = frozenset()
    """Keys whose values never come from the person: what was sent for them is not looked at."""

    error_messages = {"unknown": UNKNOWN, "type": NOT_OBJECT}  # noqa: RUF012 - marshmallow reads it as it is

    @pre_load(pass_collection=True)
    def _leave_out(self, data: Any, many: bool, **_: Any) -> Any:
        if self.given and many and isinstance(data, list):
            return [self._without(row) for row in data]
        return self._without(data) if self.given and not many else data

    def _without(self, data: Any) -> Any:
        return {key: data[key] for key in data if key not in self.given} if isinstance(data, dict) else data


class _Rows(fields.Nested):
    def _deserialize(self, value: Any, attr: Any, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        if value is None:
            return []
        if not isinstance(value, list):
            raise ValidationError(NOT_LIST)
        if len(value) > bounds.MAX_ROWS:
            raise ValidationError(TOO_MANY_ROWS)
        return super()._deserialize(value, attr, data, partial=partial, **kwargs)


class Shape:
    """What submissions to a scope may be."""

    def __init__(self, scope: Scope) -> None:
        tree = _tree(scope)
        self._schema = _schema(tree)()
        self._take = _taker(tree)

    def load(
        self, submitted: Mapping[str, Any], start: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[Path, list[str]]]:
        """What of `submitted` is right on its own, and the messages about the rest by path. A key that is no field but
        stands in `start`, the initial data, need not be told: form-js does not send these, but a client that sends
        back what it was given does no harm."""
        try:
            return self._take(submitted, start), {}
        except ValidationError:
            pass
        try:
            return self._schema.load(submitted), {}
        except ValidationError as error:
            valid = error.valid_data if isinstance(error.valid_data, dict) else {}
            return valid, dict(_flat(error.normalized_messages(), ()))


def _tree(scope: Scope) -> dict[str, Any]:
    """Keys of one level -> Item, or the dict of the level below."""
    root: dict[str, Any] = {}
    for item in scope.items:
        level = root
        for key in item.path[:-1]:
            level = level.setdefault(key, {})
        level[item.path[-1]] = item
    return root


def _schema(level: Mapping[str, Any]) -> type[Schema]:
    # Attributes get neutral names: a key such as "load" or "Meta" must not meet a method of Schema.
    given = {key for key, node in level.items() if isinstance(node, Item) and getattr(node.component, "given", False)}
    declared: dict[str, Any] = {"given": frozenset(given)}
    for number, (key, node) in enumerate(level.items()):
        if key not in given:
            declared[f"f{number}"] = _field(key, node)
    return type("CompiledSchema", (FormSchema,), declared)


def _field(key: str, node: Any) -> fields.Field[Any]:
    if not isinstance(node, Item):
        return fields.Nested(_schema(node), data_key=key, attribute=key, allow_none=True)
    if isinstance(node.component, Field):
        assert node.check is not None
        return node.check
    assert node.rows is not None
    return _Rows(_schema(_tree(node.rows)), many=True, data_key=key, attribute=key, allow_none=True)


TakeValue = Callable[[Any], Any]
TakeInner = Callable[[Any, Any], Any]


def _taker(level: Mapping[str, Any]) -> TakeInner:
    """What takes an object of this level, given what it started with, as its schema would when everything in it is
    right; else ValidationError. Objects and lists that are no plain ones are left to the schema too."""
    fields: dict[str, TakeValue | None] = {}
    inner: dict[str, TakeInner] = {}
    for key, node in level.items():
        if not isinstance(node, Item):
            inner[key] = _taker(node)
        elif not isinstance(node.component, Field):
            assert node.rows is not None
            inner[key] = _rows_taker(_taker(_tree(node.rows)))
        else:
            assert node.check is not None
            fields[key] = None if node.component.given else node.check.taken

    def take(data: Any, start: Any) -> dict[str, Any]:
        if type(data) is not dict:
            raise ValidationError(NOT_OBJECT)
        first = start if type(start) is dict else {}
        taken = {}
        for key, value in data.items():
            if key in fields:
                taker = fields[key]
                if taker is not None:
                    taken[key] = None if value is None else taker(value)
            elif key in inner:
                taken[key] = None if value is None else inner[key](value, first.get(key))
            elif key not in first:
                raise ValidationError(UNKNOWN)
        return taken

    return take


def _rows_taker(take: TakeInner) -> TakeInner:
    def take_rows(rows: Any, start: Any) -> list[Any]:
        if type(rows) is not list or len(rows) > bounds.MAX_ROWS:
            raise ValidationError(NOT_LIST)
        starts = start if type(start) is list else []
        return [take(row, starts[number] if number < len(starts) else None) for number, row in enumerate(rows)]

    return take_rows


def _flat(messages: Any, path: Path) -> Iterator[tuple[Path, list[str]]]:
    if isinstance(messages, list):
        yield path, [str(m) for m in messages]
        return
    for key, inner in messages.items():
        yield from _flat(inner, path if key == "_schema" else (*path, key))
