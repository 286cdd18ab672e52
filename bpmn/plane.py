"""The drawn side of a diagram: which shape stands where, along which points each flow runs, in which colours.

Anything is read, runnable or not, from whichever editor: what cannot be drawn (no place, no number, absurdly far away)
is left out, never an error. Only the first plane counts, as in viewers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from bpmn import safexml
from bpmn.codes import Report
from bpmn.errors import DiagramError
from bpmn.lettering import clean
from bpmn.reader import BPMN

BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
BIOC = "http://bpmn.io/schema/bpmn/biocolor/1.0"
COLOR = "http://www.omg.org/spec/BPMN/non-normative/color/1.0"
FARTHEST = 100_000.0  # from the origin, in the unit of the diagram
MAX_SHAPES = 1_000
MAX_EDGES = 2_000
MAX_POINTS = 200

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_RGB = re.compile(r"rgb\(\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*,\s*([0-9]{1,3})\s*\)")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return (self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Shape:
    """A node, lane or pool as drawn. `kind` is its BPMN tag, `element` what it means; colours None where default."""

    id: str
    kind: str
    name: str
    element: Any
    box: Box
    label: Box | None
    fill: str | None
    stroke: str | None
    ink: str | None
    horizontal: bool
    expanded: bool
    marker: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow or association as drawn; at least two points."""

    id: str
    kind: str
    name: str
    element: Any
    points: tuple[Point, ...]
    label: Box | None
    stroke: str | None
    ink: str | None


@dataclass(frozen=True, slots=True)
class Plane:
    """Everything that is drawn, in the order of the file. `name` is the process's."""

    name: str
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]


def read_plane(xml: bytes) -> Plane:
    """The first plane of a diagram; an empty one when there is none or the file cannot be read."""
    try:
        root = safexml.read(xml, Report())
    except DiagramError:
        return Plane("", (), ())
    elements: dict[str, Any] = {}
    for element in root.iter(f"{{{BPMN}}}*"):
        elements.setdefault(element.get("id", ""), element)
    elements.pop("", None)
    process = root.find(f"{{{BPMN}}}process")
    name = clean(process.get("name", "")) if process is not None else ""
    plane = root.find(f"{{{BPMNDI}}}BPMNDiagram/{{{BPMNDI}}}BPMNPlane")
    if plane is None:
        return Plane(name, (), ())
    shapes = (_shape(drawn, elements) for drawn in plane.findall(f"{{{BPMNDI}}}BPMNShape")[:MAX_SHAPES])
    edges = (_edge(drawn, elements) for drawn in plane.findall(f"{{{BPMNDI}}}BPMNEdge")[:MAX_EDGES])
    return Plane(name, tuple(filter(None, shapes)), tuple(filter(None, edges)))


def _shape(drawn: Any, elements: dict[str, Any]) -> Shape | None:
    element, box = _meant(drawn, elements), _box(drawn)
    if element is None or box is None:
        return None
    return Shape(
        id=clean(element.get("id", "")),
        kind=tag(element),
        name=_name(element, elements),
        element=element,
        box=box,
        label=_label(drawn),
        fill=_colour(drawn, (COLOR, "background-color"), (BIOC, "fill")),
        stroke=_colour(drawn, (COLOR, "border-color"), (BIOC, "stroke")),
        ink=_ink(drawn),
        horizontal=drawn.get("isHorizontal", "true") != "false",
        expanded=drawn.get("isExpanded") == "true",
        marker=drawn.get("isMarkerVisible") == "true",
    )


def _edge(drawn: Any, elements: dict[str, Any]) -> Edge | None:
    element = _meant(drawn, elements)
    found = (_point(waypoint) for waypoint in drawn.findall(f"{{{DI}}}waypoint")[:MAX_POINTS])
    points = tuple(point for point in found if point is not None)
    if element is None or len(points) < 2:
        return None
    stroke = _colour(drawn, (COLOR, "border-color"), (BIOC, "stroke"))
    name = _name(element, elements)
    return Edge(clean(element.get("id", "")), tag(element), name, element, points, _label(drawn), stroke, _ink(drawn))


def tag(element: Any) -> str:
    """The BPMN name of an element's kind."""
    return str(etree.QName(element).localname)


def parts(element: Any) -> list[str]:
    """The kinds of an element's BPMN children."""
    return [tag(child) for child in element.iterchildren(f"{{{BPMN}}}*")]


def _meant(drawn: Any, elements: dict[str, Any]) -> Any | None:
    """The element that a shape or edge draws; its reference may carry a prefix."""
    reference = drawn.get("bpmnElement", "").strip()
    return elements.get(reference, elements.get(reference.rpartition(":")[2]))


def _name(element: Any, elements: dict[str, Any]) -> str:
    if tag(element) == "textAnnotation":
        return clean(element.findtext(f"{{{BPMN}}}text") or "")
    if tag(element) == "group":
        value = elements.get(element.get("categoryValueRef", "").rpartition(":")[2])
        return clean(value.get("value", "")) if value is not None else ""
    return clean(element.get("name", ""))


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if abs(value) <= FARTHEST else None  # neither for NaN nor for infinities


def _point(element: Any) -> Point | None:
    x, y = _number(element.get("x")), _number(element.get("y"))
    return None if x is None or y is None else (x, y)


def _box(drawn: Any) -> Box | None:
    bounds = drawn.find(f"{{{DC}}}Bounds")
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds.get(name)) for name in ("x", "y", "width", "height"))
    if x is None or y is None or width is None or height is None or width <= 0 or height <= 0:
        return None
    return Box(x, y, width, height)


def _label(drawn: Any) -> Box | None:
    label = drawn.find(f"{{{BPMNDI}}}BPMNLabel")
    return None if label is None else _box(label)


def _ink(drawn: Any) -> str | None:
    label = drawn.find(f"{{{BPMNDI}}}BPMNLabel")
    return None if label is None else _colour(label, (COLOR, "color"))


def _colour(drawn: Any, *names: tuple[str, str]) -> str | None:
    """The first valid colour among some attributes, as #rgb or #rrggbb; None when there is none."""
    for namespace, name in names:
        value = drawn.get(f"{{{namespace}}}{name}", "").strip()
        if _HEX.fullmatch(value):
            return str(value.lower())
        rgb = _RGB.fullmatch(value)
        if rgb is not None and all(int(part) < 256 for part in rgb.groups()):
            return "#" + "".join(f"{int(part):02x}" for part in rgb.groups())
    return None
