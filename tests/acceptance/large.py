"""Diagrams and forms of the largest size that is still opened, for tests and the benchmark."""

from __future__ import annotations

import json
from typing import Any

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
    'targetNamespace="x" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">'
)
FIELDS: tuple[dict[str, Any], ...] = (
    {"type": "textfield"},
    {"type": "number"},
    {"type": "textarea"},
    {"type": "checkbox"},
    {"type": "datetime", "subtype": "date"},
    {"type": "select", "values": [{"label": "Ya", "value": "ya"}, {"label": "Tidak", "value": "tidak"}]},
)


def diagram(process_id: str, elements: int = 5_000, row: int = 50) -> str:
    """A process of so many drawn elements: tasks `t0`, `t1`, … in rows, each with a flow to the next."""
    tasks, flows, shapes, edges = [], [], [], []
    for n in range(elements // 2):
        x, y = 160 + n % row * 160, 80 + n // row * 120
        tasks.append(f'<userTask id="t{n}" name="Langkah {n}"/>')
        bounds = f'<dc:Bounds x="{x}" y="{y}" width="100" height="80"/>'
        shapes.append(f'<bpmndi:BPMNShape id="s{n}" bpmnElement="t{n}">{bounds}</bpmndi:BPMNShape>')
        ends = f'<di:waypoint x="{x + 100}" y="{y + 40}"/><di:waypoint x="{x + 160}" y="{y + 40}"/>'
        flows.append(f'<sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{min(n + 1, elements // 2 - 1)}"/>')
        edges.append(f'<bpmndi:BPMNEdge id="e{n}" bpmnElement="f{n}">{ends}</bpmndi:BPMNEdge>')
    process = f'<process id="{process_id}" name="Besar" isExecutable="true">{"".join(tasks + flows)}</process>'
    plane = f'<bpmndi:BPMNPlane id="P" bpmnElement="{process_id}">{"".join(shapes + edges)}</bpmndi:BPMNPlane>'
    return f'{HEAD}{process}<bpmndi:BPMNDiagram id="D">{plane}</bpmndi:BPMNDiagram></definitions>'


def form(source: bytes, components: int = 500) -> bytes:
    """A form with fields of every common kind added, `isian_1`, `isian_2`, …, some under a condition."""
    schema = json.loads(source)
    found = schema["components"]
    for n in range(1, components - _count(found) + 1):
        field = {**FIELDS[n % len(FIELDS)], "id": f"Isian_{n}", "key": f"isian_{n}"}
        field["dateLabel" if field["type"] == "datetime" else "label"] = f"Isian {n}"
        if n % 25 == 0:
            field["conditional"] = {"hide": "=isian_3 = true"}
        found.append(field)
    return json.dumps(schema).encode()


def _count(components: list[dict[str, Any]]) -> int:
    return sum(1 + _count(one.get("components", [])) for one in components)
