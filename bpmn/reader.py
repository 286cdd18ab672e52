"""From an element tree to a plain description of the diagram: nodes, flows, lanes; everything unknown is refused.

Nothing is skipped in silence. An element, attribute or event that is not in the lists below could change what the
author believes will happen, so each one becomes a finding that says what to do. What merely decorates (diagram
interchange, text annotations, documentation, colours) is let through and ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bpmn.codes import Report
from bpmn.errors import DiagramError

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SOP = "urn:alur:sop:1"
_DECORATION = {
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
    "http://bpmn.io/schema/bpmn/biocolor/1.0",
    "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
    "http://www.w3.org/2001/XMLSchema-instance",
}
MAX_NODES = 300
MAX_NAME = 300
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")

NODE_TYPES = {
    "startEvent",
    "endEvent",
    "userTask",
    "exclusiveGateway",
    "parallelGateway",
    "intermediateCatchEvent",
    "boundaryEvent",
}
# Attributes that every node may have, and the one value that they may then have ("" for any).
_COMMON = {"id": "", "name": ""}
_ATTRIBUTES: dict[str, dict[str, str]] = {
    "startEvent": {"isInterrupting": "true", "parallelMultiple": "false"},
    "endEvent": {},
    "userTask": {
        "implementation": "##unspecified",
        "isForCompensation": "false",
        "startQuantity": "1",
        "completionQuantity": "1",
    },
    "exclusiveGateway": {"default": "", "gatewayDirection": ""},
    "parallelGateway": {"gatewayDirection": ""},
    "intermediateCatchEvent": {"parallelMultiple": "false"},
    "boundaryEvent": {"attachedToRef": "", "cancelActivity": "", "parallelMultiple": "false"},
    "sequenceFlow": {"sourceRef": "", "targetRef": ""},
    "lane": {},
}
_PARTS = {"incoming", "outgoing", "documentation"}
_EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "boundaryEvent"}
_IGNORED_IN_PROCESS = {"documentation", "textAnnotation", "association", "group"}


@dataclass
class RawNode:
    """A node as drawn. `extension` and `each` are the elements that hold our own keywords, None when absent."""

    id: str
    type: str
    name: str
    line: int | None
    default: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    terminate: bool = False
    timer: str | None = None
    loop: bool = False
    sequential: bool = False
    extension: Any = None
    each: Any = None
    own: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How a message calls the node."""
        return self.name or self.id


@dataclass
class RawFlow:
    """A sequence flow as drawn."""

    id: str
    source: str
    target: str
    name: str
    condition: str | None
    line: int | None

    @property
    def label(self) -> str:
        """How a message calls the flow."""
        return self.name or self.id


@dataclass
class RawLane:
    """A lane as drawn; `own` are its `sop:` attributes, `refs` the nodes that it holds."""

    id: str
    name: str
    own: dict[str, str]
    refs: list[str]
    line: int | None


@dataclass
class Drawing:
    """The whole diagram as drawn, in the order of the file."""

    id: str = ""
    name: str = ""
    line: int | None = None
    nodes: dict[str, RawNode] = field(default_factory=dict)
    flows: list[RawFlow] = field(default_factory=list)
    lanes: list[RawLane] = field(default_factory=list)
    extension: Any = None

    def of_type(self, *types: str) -> list[RawNode]:
        """The nodes of these types."""
        return [node for node in self.nodes.values() if node.type in types]


def split(tag: str) -> tuple[str, str]:
    """Namespace and local name of an lxml tag or attribute name."""
    return (tag[1:].split("}", 1)[0], tag.split("}", 1)[1]) if tag.startswith("{") else ("", tag)


def draw(root: Any, report: Report) -> Drawing:
    """Reads the diagram under `root`, adding findings; raises DiagramError when there is nothing to go on with."""
    if root.tag != f"{{{BPMN}}}definitions":
        report.add("NOT_BPMN")
        raise DiagramError(report.findings)
    return _Reader(report).read(root)


class _Reader:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.drawing = Drawing()
        self.ids: set[str] = set()

    def read(self, root: Any) -> Drawing:
        processes = []
        for child, namespace, name in self._children(root):
            if namespace == BPMN and name == "process":
                processes.append(child)
            elif namespace == BPMN and name == "collaboration":
                self._collaboration(child)
            elif namespace not in _DECORATION and not (namespace == BPMN and name == "documentation"):
                self.report.add("ELEMENT_UNSUPPORTED", child.get("id", ""), line=child.sourceline, tag=name)
        if len(processes) != 1:
            self.report.add("PROCESS_SEVERAL" if processes else "PROCESS_MISSING")
            raise DiagramError(self.report.findings)
        self._process(processes[0])
        return self.drawing

    def _collaboration(self, element: Any) -> None:
        """A pool around the process is only a frame; anything between pools is refused."""
        self._identify(element, "collaboration")
        for child, namespace, name in self._children(element):
            if namespace == BPMN and name == "participant":
                self._only(child, set(), self._identify(child, name) or "")
            elif not (namespace == BPMN and name in _IGNORED_IN_PROCESS):
                self.report.add("ELEMENT_UNSUPPORTED", child.get("id", ""), line=child.sourceline, tag=name)

    def _process(self, element: Any) -> None:
        drawing = self.drawing
        drawing.line = element.sourceline
        drawing.id = self._identify(element, "process") or ""
        drawing.name = " ".join(element.get("name", "").split())[:MAX_NAME]
        if not drawing.name:
            self.report.add("PROCESS_NAME", drawing.id, line=drawing.line)
        if element.get("isExecutable") != "true":
            self.report.add("PROCESS_NOT_EXECUTABLE", drawing.id, line=drawing.line)
        for child, namespace, name in self._children(element):
            if namespace == BPMN and name in NODE_TYPES:
                self._node(child, name)
            elif namespace == BPMN and name == "sequenceFlow":
                self._flow(child)
            elif namespace == BPMN and name == "laneSet":
                self._lanes(child)
            elif namespace == BPMN and name == "extensionElements":
                drawing.extension = child
            elif namespace != BPMN or name not in _IGNORED_IN_PROCESS:
                self.report.add("ELEMENT_UNSUPPORTED", child.get("id", ""), line=child.sourceline, tag=name)
        if len(drawing.nodes) > MAX_NODES:
            self.report.add("TOO_MANY_NODES", drawing.id, limit=MAX_NODES)
            raise DiagramError(self.report.findings)

    # --- nodes ---

    def _node(self, element: Any, kind: str) -> None:
        identifier = self._identify(element, kind)
        if identifier is None:
            return
        own = self._attributes(element, kind)
        node = RawNode(
            id=identifier,
            type=kind,
            name=" ".join(element.get("name", "").split())[:MAX_NAME],
            line=element.sourceline,
            default=element.get("default"),
            attached_to=element.get("attachedToRef"),
            interrupting=element.get("cancelActivity", "true") != "false",
            own=own,
        )
        if len(self.drawing.nodes) <= MAX_NODES:
            self.drawing.nodes[identifier] = node
        timers = 0
        for child, namespace, name in self._children(element):
            if namespace == BPMN and name in _PARTS:
                continue
            if namespace == BPMN and name == "extensionElements":
                node.extension = child
            elif kind == "userTask" and namespace == BPMN and name == "multiInstanceLoopCharacteristics":
                self._loop(child, node)
            elif kind in _EVENTS and namespace == BPMN and name.lower().endswith("eventdefinition"):
                if kind in ("intermediateCatchEvent", "boundaryEvent") and name == "timerEventDefinition":
                    timers += 1
                    self._timer(child, node)
                elif kind == "endEvent" and name == "terminateEventDefinition":
                    node.terminate = True
                    self._only(child, set(), node.id)
                else:
                    self.report.add("EVENT_UNSUPPORTED", identifier, line=child.sourceline, tag=name)
            else:
                self.report.add("PART_UNSUPPORTED", identifier, line=child.sourceline, tag=name)
        if kind in ("intermediateCatchEvent", "boundaryEvent") and timers != 1:
            self.report.add(
                "TIMER_MISSING" if timers == 0 else "TIMER_SEVERAL", identifier, line=node.line, name=node.label
            )

    def _timer(self, element: Any, node: RawNode) -> None:
        self._only(element, {"timeDuration", "timeDate", "timeCycle"}, node.id)
        for child, _, name in self._children(element):
            if name == "timeDuration":
                node.timer = self._text(child, node.id)
            elif name in ("timeDate", "timeCycle"):
                self.report.add("TIMER_KIND", node.id, line=child.sourceline, name=node.label)
                node.timer = node.timer or "P1D"  # said already: no second complaint about an empty one
        if not node.timer:
            self.report.add("TIMER_MISSING", node.id, line=node.line, name=node.label)

    def _loop(self, element: Any, node: RawNode) -> None:
        node.loop = True
        for name, value in element.attrib.items():
            if name == "isSequential":
                node.sequential = value != "false"
            elif name != "id":
                self.report.add("ATTRIBUTE_UNSUPPORTED", node.id, line=element.sourceline, name=split(name)[1])
        self._only(element, {"extensionElements"}, node.id)
        node.each = element.find(f"{{{BPMN}}}extensionElements")
        if node.sequential:
            self.report.add("EACH_SEQUENTIAL", node.id, line=element.sourceline, name=node.label)

    def _flow(self, element: Any) -> None:
        identifier = self._identify(element, "sequenceFlow")
        if identifier is None:
            return
        self._attributes(element, "sequenceFlow")
        condition = None
        for child, namespace, name in self._children(element):
            if namespace == BPMN and name == "conditionExpression":
                condition = self._text(child, identifier)
            elif namespace != BPMN or name != "documentation":
                self.report.add("PART_UNSUPPORTED", identifier, line=child.sourceline, tag=name)
        name = " ".join(element.get("name", "").split())[:MAX_NAME]
        source, target = element.get("sourceRef", ""), element.get("targetRef", "")
        self.drawing.flows.append(RawFlow(identifier, source, target, name, condition, element.sourceline))

    # --- lanes ---

    def _lanes(self, element: Any) -> None:
        for child, namespace, name in self._children(element):
            if namespace != BPMN or name != "lane":
                self.report.add("PART_UNSUPPORTED", element.get("id", ""), line=child.sourceline, tag=name)
                continue
            identifier = self._identify(child, "lane") or ""
            lane = RawLane(
                identifier,
                " ".join(child.get("name", "").split()),
                self._attributes(child, "lane"),
                [],
                child.sourceline,
            )
            for part, _, part_name in self._children(child):
                if part_name == "flowNodeRef":
                    lane.refs.append((part.text or "").strip())
                elif part_name == "childLaneSet":
                    self.report.add("LANE_NESTED", identifier, line=part.sourceline, name=lane.name)
                elif part_name != "documentation":
                    self.report.add("PART_UNSUPPORTED", identifier, line=part.sourceline, tag=part_name)
            self.drawing.lanes.append(lane)

    # --- helpers ---

    def _identify(self, element: Any, tag: str) -> str | None:
        identifier = element.get("id")
        if not identifier:
            self.report.add("ID_MISSING", "", line=element.sourceline, tag=tag)
            return None
        if not _ID.fullmatch(identifier):
            self.report.add("ID_BAD", identifier[:100], line=element.sourceline, id=identifier)
            return None
        if identifier in self.ids:
            self.report.add("ID_DOUBLED", identifier, line=element.sourceline, id=identifier)
            return None
        self.ids.add(identifier)
        return str(identifier)

    def _attributes(self, element: Any, kind: str) -> dict[str, str]:
        """Checks the attributes; gives those of our own namespace."""
        allowed, own = {**_COMMON, **_ATTRIBUTES[kind]}, {}
        for qualified, value in element.attrib.items():
            namespace, name = split(qualified)
            if namespace == SOP and kind in ("lane", "userTask") and name in ("role", "unit"):
                own[name] = " ".join(value.split())
            elif namespace in _DECORATION or (not namespace and name in allowed and allowed[name] in ("", value)):
                continue
            else:
                self.report.add("ATTRIBUTE_UNSUPPORTED", element.get("id", ""), line=element.sourceline, name=name)
        return own

    def _only(self, element: Any, allowed: set[str], identifier: str) -> None:
        for child, namespace, name in self._children(element):
            if namespace != BPMN or name not in allowed:
                self.report.add("PART_UNSUPPORTED", identifier, line=child.sourceline, tag=name)

    def _text(self, element: Any, identifier: str) -> str:
        self._only(element, set(), identifier)
        return (element.text or "").strip()

    @staticmethod
    def _children(element: Any) -> Iterator[tuple[Any, str, str]]:
        for child in element:
            if isinstance(child.tag, str):
                yield (child, *split(child.tag))
