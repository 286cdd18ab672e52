"""Bytes -> Form, cached by digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from forms import canonical
from forms.errors import Finding, FormDefinitionError
from forms.form import Form
from forms.read import Reader
from forms.review import review
from forms.schema import CheckboxField, ChoiceField, DateTimeField, ExpressionField, FilesField, NumberField, Rows
from forms.scope import Item, Scope, scope_of

MAX_BYTES = 1_000_000
MAX_DEPTH = 32


def load_form(source: bytes | str) -> Form:
    """The form of a form-js definition. One definition, by its bytes, is read and compiled once.

    Raises FormDefinitionError with every finding when one of them is an error; warnings are in `Form.findings`.
    """
    try:
        encoded = source.encode("utf-8") if isinstance(source, str) else bytes(source)
    except UnicodeEncodeError:
        raise FormDefinitionError([_unreadable()]) from None
    return _load(encoded)


@lru_cache(maxsize=256)
def _load(source: bytes) -> Form:
    if len(source) > MAX_BYTES:
        raise FormDefinitionError(
            [Finding("too-large", "error", "", f"Definisi formulir lebih besar dari {MAX_BYTES // 1000} kB; pecahlah.")]
        )
    try:
        parsed = canonical.loads(source, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
    except canonical.CanonicalError:
        raise FormDefinitionError([_unreadable()]) from None
    reader = Reader()
    components = reader.form(parsed)
    findings = list(reader.findings)
    scope = scope_of(components)
    if not any(f.severity == "error" for f in findings):
        findings += review(components, scope)
    if any(f.severity == "error" for f in findings):
        raise FormDefinitionError(findings)
    return Form(
        source=source,
        digest=canonical.digest(source),
        schema=json.loads(source.decode("utf-8-sig")),
        components=components,
        outputs=_outputs(scope),
        findings=tuple(findings),
    )


def _unreadable() -> Finding:
    return Finding(
        "not-json", "error", "", "Definisi formulir bukan JSON yang dapat dibaca; simpan kembali sebagai JSON."
    )


def _outputs(scope: Scope) -> Mapping[str, str]:
    found = {}
    for item in scope.items:
        if len(item.path) > 1:
            found[item.path[0]] = "context"
        elif isinstance(item.component, Rows):
            found[item.path[0]] = "list"
        elif not item.component.disabled:
            found[item.path[0]] = output_type(item)
    return MappingProxyType(found)


def output_type(item: Item) -> str:
    """The type of what a field yields, as in `Form.outputs`."""
    c = item.component
    if isinstance(c, NumberField):
        return "string" if c.as_string else "number"
    if isinstance(c, CheckboxField):
        return "boolean"
    if isinstance(c, ExpressionField):
        return "any"
    if isinstance(c, DateTimeField):
        return c.subtype
    if isinstance(c, FilesField):
        return "files"
    if isinstance(c, ChoiceField):
        if c.many:
            return "list"
        kinds = {type(option.value) for option in c.options.values or ()}
        names = {str: "string", Decimal: "number", bool: "boolean"}
        return names[kinds.pop()] if len(kinds) == 1 else "any"
    return "string"
