"""The specs that SpiffWorkflow executes, made from a checked drawing.

They are put together node by node instead of by the library's XML parser: what was not read and checked by us can then
never reach the engine, and depth or length of a diagram is no matter of recursion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from bpmn.durations import parse_iso
from bpmn.model import Process
from bpmn.nodes import Choice, Deadline, Finish, Fork, Item, Items, Node, Pass, Pause, Step
from bpmn.reader import Drawing, RawNode


@dataclass(frozen=True)
class Plan:
    """What a step needs of a compiled diagram. `names` numbers the specs for snapshots, in the order of the file."""

    digest: str
    spec: BpmnProcessSpec
    start: str
    variables: frozenset[str]
    labels: Mapping[str, str]
    flow_ids: Mapping[tuple[str, str], str]
    names: tuple[str, ...]
    numbers: Mapping[str, int]
    most_steps: int


def build(process: Process, drawing: Drawing) -> Plan:
    """The plan of a process whose drawing has no errors."""
    spec = BpmnProcessSpec(name=process.id)
    # The library's own start, join and end carry names that a node of the diagram may have; only the start is needed,
    # as the root of the tree. An instance is finished when no token is left.
    spec.task_specs.clear()
    spec.start.name = "[root]"
    for node in drawing.nodes.values():
        if node.type != "boundaryEvent":
            _add(spec, process, node)
    expressions = {flow.id: flow.condition for flow in process.flows}
    for flow in drawing.flows:
        source, target = spec.task_specs[flow.source], spec.task_specs[flow.target]
        if isinstance(source, Choice):
            source.lead(target, expressions[flow.id], flow.label)
        else:
            source.connect(target)
    names = tuple(name for name, task_spec in spec.task_specs.items() if isinstance(task_spec, Node))
    return Plan(
        digest=process.digest,
        spec=spec,
        start=drawing.of_type("startEvent")[0].id,
        variables=process.variables,
        labels={node.id: node.label for node in drawing.nodes.values()},
        flow_ids={(flow.source, flow.target): flow.id for flow in drawing.flows},
        names=names,
        numbers={name: number for number, name in enumerate(names)},
        most_steps=5 * len(names) + 50,
    )


def _add(spec: Any, process: Process, node: RawNode) -> None:
    label = node.label
    if node.type == "startEvent":
        Pass(spec, node.id, label=label)
    elif node.type == "endEvent":
        Finish(spec, node.id, terminate=node.terminate, label=label)
    elif node.type == "exclusiveGateway":
        Choice(spec, node.id, label=label)
    elif node.type == "parallelGateway":
        Fork(spec, node.id, label=label)
    elif node.type == "intermediateCatchEvent":
        duration = parse_iso(node.timer or "")
        assert duration is not None, "checked before"
        Pause(spec, node.id, deadline=Deadline(node.id, duration, None), label=label)
    else:
        task = process.tasks[node.id]
        deadline = None
        if task.timer is not None and task.duration is not None:
            deadline = Deadline(task.timer, task.duration, task.due)
        if task.each is None:
            Step(spec, node.id, deadline=deadline, label=label)
        else:
            child = f"{node.id} [item]"
            Items(spec, node.id, each=task.each, child=child, deadline=deadline, label=label)
            Item(spec, child, element=node.id, label=label)
