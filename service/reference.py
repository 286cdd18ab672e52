"""What the editor offers to choose from: the draft's forms with what each yields, roles, and units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bpmn.model import Process
from forms import Form, FormDefinitionError, load_form
from forms.errors import Finding
from forms.load import output_type
from forms.schema import ChoiceField, Rows
from forms.scope import Item, Scope


def form_entry(form: Form) -> dict[str, Any]:
    """A form as a choice: its outputs, and the inputs that only fill its lists of options."""
    return {
        "id": form.id,
        "title": form.title,
        "outputs": outputs(form.scope, form.outputs),
        "inputs": sorted(_inputs(form.scope)),
    }


def broken_entry(form_id: str, schema: Any) -> dict[str, Any]:
    """A form that cannot be loaded yet: it can be chosen, and yields nothing so far."""
    title = schema.get("title") if isinstance(schema, Mapping) else None
    return {"id": form_id, "title": title if isinstance(title, str) else form_id, "outputs": [], "inputs": []}


def outputs(scope: Scope, types: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The values of a scope: key, label, type, for lists their columns, for choices their options."""
    found: dict[str, dict[str, Any]] = {}
    for item in scope.items:
        key = item.path[0]
        if types is not None and key not in types:
            continue  # a disabled field yields nothing
        if len(item.path) > 1:
            found.setdefault(key, {"key": key, "label": key, "type": "context"})
            continue
        entry: dict[str, Any] = {"key": key, "label": item.component.label or key, "type": _type(item)}
        if item.rows is not None:
            entry["columns"] = outputs(item.rows)
        elif isinstance(item.component, ChoiceField) and item.component.options.values:
            entry["options"] = [{"value": one.value, "label": one.label} for one in item.component.options.values]
        found[key] = entry
    return list(found.values())


def findings(source: bytes) -> tuple[Form | None, tuple[Finding, ...]]:
    """A form, when it can be loaded, and all that is to be said about it."""
    try:
        form = load_form(source)
    except FormDefinitionError as error:
        return None, tuple(error.findings)
    return form, form.findings


def roles(processes: Iterable[Process], held: Iterable[str]) -> list[dict[str, str]]:
    """The roles that lanes and positions know, each by a lane's name where one has it."""
    names: dict[str, str] = {}
    for process in processes:
        for lane in process.lanes:
            if lane.role:
                names.setdefault(lane.role, lane.name or lane.role)
    for code in held:
        names.setdefault(code, code.replace("_", " ").title())
    return [{"code": code, "name": names[code]} for code in sorted(names, key=lambda one: names[one].lower())]


def _type(item: Item) -> str:
    return "list" if isinstance(item.component, Rows) else output_type(item)


def _inputs(scope: Scope) -> set[str]:
    return {
        item.component.options.key
        for item in scope.walk()
        if isinstance(item.component, ChoiceField) and item.component.options.key
    }
