"""What two definitions of a form say differently, component by component. Pure; the definitions may be wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ADDED, REMOVED, CHANGED = "ditambah", "dihapus", "diubah"
MOST = 300
_PART_OF_PLACE = frozenset({"key", "path", "components"})
_DRAWING = frozenset({"id", "layout"})


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a component, such as `validate.required`; None where it is absent."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A component: `place` its key with the lists and groups around it, `what` ditambah | dihapus | diubah."""

    place: str
    label: str
    type: str
    what: str
    properties: tuple[Property, ...] = ()


def differences(before: Any, after: Any) -> tuple[Difference, ...]:
    """The components that are more, fewer or other in `after` (parsed form-js JSON), in the order of the forms.

    A component is the same when it stands at the same key within the same lists and groups; one without a key, when
    it has the same id. Where it stands on the page, and its own id, are no difference.
    """
    old, new = dict(_components(before, "")), dict(_components(after, ""))
    found: list[Difference] = []
    head = _properties(_top(before), _top(after))
    if head:
        found.append(Difference("", "Formulir", "form", CHANGED, head))
    for place, component in new.items():
        if place not in old:
            found.append(_difference(place, component, ADDED))
        else:
            changed = _properties(_flat(old[place]), _flat(component))
            if changed:
                found.append(_difference(place, component, CHANGED, changed))
    found += [_difference(place, component, REMOVED) for place, component in old.items() if place not in new]
    return tuple(found[:MOST])


def _top(form: Any) -> dict[str, str]:
    return {"title": str(form["title"])} if isinstance(form, Mapping) and form.get("title") else {}


def _components(parent: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every component with the place that names it."""
    inner = parent.get("components") if isinstance(parent, Mapping) else None
    for number, component in enumerate(inner if isinstance(inner, list) else ()):
        if not isinstance(component, Mapping):
            continue
        name = component.get("key") or component.get("path")
        own = f"{place}.{name}" if place and name else str(name or f"{place}#{component.get('id', number)}")
        yield own, component
        if isinstance(component.get("components"), list):
            yield from _components(component, own if name else place)


def _difference(
    place: str, component: Mapping[str, Any], what: str, properties: tuple[Property, ...] = ()
) -> Difference:
    label = component.get("label") or component.get("text") or component.get("key") or component.get("id") or ""
    return Difference(place, " ".join(str(label).split())[:120], str(component.get("type", "")), what, properties)


def _properties(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Property, ...]:
    names = dict.fromkeys((*before, *after))
    return tuple(
        Property(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _flat(component: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The properties of a component by dotted name; lists as one JSON text."""
    found: dict[str, str] = {}
    for name, value in component.items():
        if not prefix and (name in _PART_OF_PLACE or name in _DRAWING):
            continue
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{name}.")
        elif isinstance(value, str):
            found[f"{prefix}{name}"] = value
        else:
            found[f"{prefix}{name}"] = json.dumps(value, ensure_ascii=False, default=str)
    return found
