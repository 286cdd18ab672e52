"""Components -> marshmallow Schema: the shape of a submission, and what each value must be on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def compile_schema(scope: Scope) -> type[Schema]:
    """The schema class of a scope; lists become nested schemas of many, shared paths become nested ones."""
    return _schema(_tree(scope))


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
    return _Rows(compile_schema(node.rows), many=True, data_key=key, attribute=key, allow_none=True)


def load(schema: Schema, submitted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Path, list[str]]]:
    """What of `submitted` is right on its own, and the messages about the rest by path."""
    try:
        return schema.load(submitted), {}
    except ValidationError as error:
        valid = error.valid_data if isinstance(error.valid_data, dict) else {}
        return valid, dict(_flat(error.normalized_messages(), ()))


def _flat(messages: Any, path: Path) -> Iterator[tuple[Path, list[str]]]:
    if isinstance(messages, list):
        yield path, [str(m) for m in messages]
        return
    for key, inner in messages.items():
        yield from _flat(inner, path if key == "_schema" else (*path, key))
