"""Rules about exclusive gateways and the choices of a form: every answer leads somewhere, every condition can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpmn.codes import Report
from bpmn.model import Flow, Process
from forms import Form

_EQUALS = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*"([^"\\]*)"\s*')


def check(process: Process, forms: list[Form], lines: Mapping[str, int | None], report: Report) -> None:
    """Adds findings about conditions of the form ``field = "value"``, for fields with fixed choices."""
    choices = _choices(forms)
    for node in process.nodes.values():
        outgoing = [flow for flow in process.flows if flow.source == node.id]
        if node.type != "exclusiveGateway" or len(outgoing) < 2:
            continue
        compared = {flow.id: _comparison(flow) for flow in outgoing}
        for flow in outgoing:
            name, value = compared[flow.id] or ("", "")
            for form, values in choices.get(name, ()):
                if value not in values:
                    report.add(
                        "CONDITION_VALUE",
                        flow.id,
                        line=lines.get(flow.id),
                        flow=flow.name or flow.id,
                        variable=name,
                        value=value,
                        form=form,
                    )
        if all(flow.condition is not None for flow in outgoing) and not _complete(list(compared.values()), choices):
            report.add("CONDITION_NO_DEFAULT", node.id, line=lines.get(node.id), name=node.name or node.id)


def _comparison(flow: Flow) -> tuple[str, str] | None:
    """Field and value of a condition that compares just these."""
    found = _EQUALS.fullmatch(flow.condition.text) if flow.condition is not None else None
    return (found[1], found[2]) if found else None


def _complete(compared: list[tuple[str, str] | None], choices: Mapping[str, list[tuple[str, set[str]]]]) -> bool:
    """Every choice of one and the same field is a condition, so that one always holds once the field is filled."""
    pairs = [pair for pair in compared if pair is not None]
    names = {name for name, _ in pairs}
    if len(pairs) != len(compared) or len(names) != 1:
        return False
    values = {value for _, value in pairs}
    offered = choices.get(names.pop(), [])
    return bool(offered) and all(offer <= values for _, offer in offered)


def _choices(forms: list[Form]) -> dict[str, list[tuple[str, set[str]]]]:
    """Fields with fixed choices -> the form and its values; a field whose choices come from data has none."""
    found: dict[str, list[tuple[str, set[str]]]] = {}
    for form in forms:
        for component in _components(form.schema):
            key, values = component.get("key"), component.get("values")
            if component.get("type") in ("radio", "select") and isinstance(key, str) and isinstance(values, list):
                offered = {str(option.get("value")) for option in values if isinstance(option, dict)}
                found.setdefault(key, []).append((form.id, offered))
    return found


def _components(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The components of the top level and of plain groups; not those of rows, which have keys of their own."""
    for component in schema.get("components", ()):
        if isinstance(component, dict) and component.get("type") == "group" and not component.get("path"):
            yield from _components(component)
        elif isinstance(component, dict):
            yield component
