"""The symbols of BPMN as SVG: each function draws one shape into a parent element.

Only plain figures with attributes are used: no styles, references, markers or scripts, so that every renderer (the one
of our PDFs too) draws the same. Arrowheads are polygons for that reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from bpmn.plane import Box, Edge, Point, Shape, parts

SVG = "http://www.w3.org/2000/svg"
ROUND = 10  # corners of an activity
BAND = 30  # where a pool or lane has its name
ICON = 16  # an activity's kind stands in a square of this size
MARKER = 14


@dataclass(frozen=True, slots=True)
class Ink:
    """With what a shape is drawn. `width` is that of an ordinary outline."""

    stroke: str
    fill: str
    width: float = 2.0


def number(value: float) -> str:
    """A coordinate: two decimals at most, none where they say nothing."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def put(parent: Any, name: str, **attributes: float | str | None) -> Any:
    """A new element; `stroke_width=2` becomes `stroke-width="2"`, None is left out."""
    made = etree.SubElement(parent, f"{{{SVG}}}{name}")
    for key, value in attributes.items():
        if value is not None:
            made.set(key.rstrip("_").replace("_", "-"), value if isinstance(value, str) else number(value))
    return made


def figure(parent: Any, name: str, points: Iterable[Point], **attributes: float | str | None) -> Any:
    """A polygon or polyline through these points."""
    return put(parent, name, points=" ".join(f"{number(x)},{number(y)}" for x, y in points), **attributes)


def _rect(parent: Any, box: Box, inset: float = 0, **attributes: float | str | None) -> Any:
    width, height = max(box.width - 2 * inset, 0.1), max(box.height - 2 * inset, 0.1)
    return put(parent, "rect", x=box.x + inset, y=box.y + inset, width=width, height=height, **attributes)


# --- Activities ---


def activity(parent: Any, shape: Shape, ink: Ink) -> None:
    """A task, call activity or sub-process with its kind and markers; its name is not drawn here."""
    within = parts(shape.element)
    event = shape.kind == "subProcess" and shape.element.get("triggeredByEvent") == "true"
    width = 5 if shape.kind == "callActivity" else ink.width
    dash = "2 4" if event else None
    corner = min(ROUND, shape.box.width / 2, shape.box.height / 2)
    _rect(
        parent,
        shape.box,
        rx=corner,
        ry=corner,
        fill=ink.fill,
        stroke=ink.stroke,
        stroke_width=width,
        stroke_dasharray=dash,
    )
    if shape.kind == "transaction":
        _rect(parent, shape.box, 3, rx=7, ry=7, fill="none", stroke=ink.stroke, stroke_width=1.5)
    if shape.kind in _ICONS:
        _ICONS[shape.kind](put(parent, "g", fill=ink.fill, stroke=ink.stroke), shape.box.x + 6, shape.box.y + 6, ink)
    markers = markers_of(shape, within)
    left = shape.box.middle[0] - (len(markers) * (MARKER + 4) - 4) / 2
    top = shape.box.bottom - MARKER - 5
    for place, name in enumerate(markers):
        group = put(parent, "g", fill="none", stroke=ink.stroke, stroke_width=2)
        _MARKERS[name](group, left + place * (MARKER + 4), top, ink)


def markers_of(shape: Shape, within: list[str] | None = None) -> list[str]:
    """What stands at the foot of an activity, from left to right."""
    within = parts(shape.element) if within is None else within
    found = []
    if "multiInstanceLoopCharacteristics" in within:
        loop = next(child for child in shape.element if child.tag.endswith("}multiInstanceLoopCharacteristics"))
        found.append("sequential" if loop.get("isSequential") == "true" else "parallel")
    elif "standardLoopCharacteristics" in within:
        found.append("loop")
    if shape.element.get("isForCompensation") == "true":
        found.append("compensation")
    if shape.kind in ("subProcess", "transaction", "adHocSubProcess", "callActivity") and not shape.expanded:
        found.append("collapsed")
    if shape.kind == "adHocSubProcess":
        found.append("adhoc")
    return found


def has_icon(shape: Shape) -> bool:
    """Whether the upper left corner of an activity is taken."""
    return shape.kind in _ICONS


def _user(group: Any, x: float, y: float, ink: Ink) -> None:
    shoulders = f"M{number(x)} {number(y + 15)}v-3c0-3.5 3-4.5 7-4.5s7 1 7 4.5v3z"
    put(group, "path", d=shoulders, stroke_width=1)
    put(group, "circle", cx=x + 7, cy=y + 4.5, r=3.8, stroke_width=1)
    put(group, "path", d=f"M{number(x + 3.2)} {number(y + 4)}a3.8 3.8 0 0 1 7.6 0z", fill=ink.stroke, stroke_width=0.5)


def _envelope(group: Any, x: float, y: float, ink: Ink) -> None:
    _rect(group, Box(x, y + 2, 16, 11), stroke_width=1)
    figure(group, "polyline", [(x, y + 2), (x + 8, y + 8.5), (x + 16, y + 2)], fill="none", stroke_width=1)


def _sent(group: Any, x: float, y: float, ink: Ink) -> None:
    _rect(group, Box(x, y + 2, 16, 11), fill=ink.stroke, stroke_width=1)
    flap = [(x, y + 2), (x + 8, y + 8.5), (x + 16, y + 2)]
    figure(group, "polyline", flap, fill="none", stroke=ink.fill, stroke_width=1)


def _script(group: Any, x: float, y: float, ink: Ink) -> None:
    _rect(group, Box(x + 1, y, 12, 15), stroke_width=1)
    for line in range(4):
        figure(group, "polyline", [(x + 3.5, y + 3 + 3 * line), (x + 10.5, y + 3 + 3 * line)], stroke_width=1)


def _table(group: Any, x: float, y: float, ink: Ink) -> None:
    _rect(group, Box(x, y + 1, 16, 12), stroke_width=1)
    _rect(group, Box(x, y + 1, 16, 4), fill=ink.stroke, stroke_width=1)
    figure(group, "polyline", [(x, y + 9), (x + 16, y + 9)], stroke_width=1)
    figure(group, "polyline", [(x + 5, y + 5), (x + 5, y + 13)], stroke_width=1)


def _gear(group: Any, x: float, y: float, ink: Ink) -> None:
    teeth = []
    for tooth in range(8):
        for turn, radius in ((-0.24, 5.2), (-0.16, 7.4), (0.16, 7.4), (0.24, 5.2)):
            angle = tooth * math.pi / 4 + turn
            teeth.append((x + 7.5 + radius * math.cos(angle), y + 7.5 + radius * math.sin(angle)))
    figure(group, "polygon", teeth, stroke_width=1)
    put(group, "circle", cx=x + 7.5, cy=y + 7.5, r=2.4, stroke_width=1)


def _hand(group: Any, x: float, y: float, ink: Ink) -> None:
    palm = f"M{number(x)} {number(y + 5)}l4-4h5v2h-3v1.5h9.5v2.2h-1v2.2h-1v2.2h-1v2h-8.5l-4-2z"
    put(group, "path", d=palm, stroke_width=1, stroke_linejoin="round")


_ICONS: dict[str, Callable[[Any, float, float, Ink], None]] = {
    "userTask": _user,
    "receiveTask": _envelope,
    "sendTask": _sent,
    "scriptTask": _script,
    "businessRuleTask": _table,
    "serviceTask": _gear,
    "manualTask": _hand,
}


def _bars(group: Any, x: float, y: float, ink: Ink) -> None:
    for bar in (2, 7, 12):
        figure(group, "polyline", [(x + bar, y + 2), (x + bar, y + 13)], stroke_width=2.5)


def _layers(group: Any, x: float, y: float, ink: Ink) -> None:
    for bar in (2, 7, 12):
        figure(group, "polyline", [(x + 1, y + bar), (x + 13, y + bar)], stroke_width=2.5)


def _loop(group: Any, x: float, y: float, ink: Ink) -> None:
    put(group, "path", d=f"M{number(x + 4.5)} {number(y + 12)}a5.5 5.5 0 1 1 4 .5", stroke_width=1.5)
    figure(group, "polyline", [(x + 4.8, y + 8), (x + 4.5, y + 12), (x + 0.8, y + 11.5)], stroke_width=1.5)


def _back(group: Any, x: float, y: float, ink: Ink) -> None:
    for left in (0.5, 6.5):
        figure(group, "polygon", [(x + left, y + 7), (x + left + 6, y + 2.5), (x + left + 6, y + 11.5)], stroke_width=1)


def _plus(group: Any, x: float, y: float, ink: Ink) -> None:
    _rect(group, Box(x, y, MARKER, MARKER), stroke_width=1)
    figure(group, "polyline", [(x + 7, y + 3), (x + 7, y + 11)], stroke_width=1)
    figure(group, "polyline", [(x + 3, y + 7), (x + 11, y + 7)], stroke_width=1)


def _tilde(group: Any, x: float, y: float, ink: Ink) -> None:
    put(group, "path", d=f"M{number(x + 1)} {number(y + 9)}c2-5 4-5 6-2s4 3 6-2", stroke_width=2)


_MARKERS = {
    "parallel": _bars,
    "sequential": _layers,
    "loop": _loop,
    "compensation": _back,
    "collapsed": _plus,
    "adhoc": _tilde,
}


# --- Gateways and data ---


def gateway(parent: Any, shape: Shape, ink: Ink) -> None:
    """A diamond with what it decides by. An exclusive one has its X only where it was drawn with it."""
    box, (x, y) = shape.box, shape.box.middle
    corners = [(x, box.y), (box.right, y), (x, box.bottom), (box.x, y)]
    figure(
        parent, "polygon", corners, fill=ink.fill, stroke=ink.stroke, stroke_width=ink.width, stroke_linejoin="round"
    )
    size = min(box.width, box.height) / 50
    for dx, dy in _ARMS.get(shape.kind, ()) if shape.kind != "exclusiveGateway" or shape.marker else ():
        line = [(x - dx * size, y - dy * size), (x + dx * size, y + dy * size)]
        figure(parent, "polyline", line, fill="none", stroke=ink.stroke, stroke_width=4 * size)
    if shape.kind == "inclusiveGateway":
        put(parent, "circle", cx=x, cy=y, r=12 * size, fill="none", stroke=ink.stroke, stroke_width=2.5)
    if shape.kind == "eventBasedGateway":
        for radius in (15, 12):
            put(parent, "circle", cx=x, cy=y, r=radius * size, fill="none", stroke=ink.stroke, stroke_width=1)
        pentagon = [(x + 8 * size * dx, y + 8 * size * dy) for dx, dy in _PENTAGON]
        figure(parent, "polygon", pentagon, fill="none", stroke=ink.stroke, stroke_width=1)


def data(parent: Any, shape: Shape, ink: Ink) -> None:
    """A sheet with a folded corner, or the drum of a data store."""
    box = shape.box
    if shape.kind.startswith("dataStore"):
        lip, x = min(10.0, box.height / 3), number(box.x)
        arc = f"{number(box.width / 2)} {number(lip / 2)} 0 0"
        side = number(box.height - lip)
        drum = f"M{x} {number(box.y + lip / 2)}a{arc} 1 {number(box.width)} 0v{side}a{arc} 1 -{number(box.width)} 0z"
        put(parent, "path", d=drum, fill=ink.fill, stroke=ink.stroke, stroke_width=ink.width)
        put(
            parent,
            "path",
            d=f"M{x} {number(box.y + lip / 2)}a{arc} 0 {number(box.width)} 0",
            fill="none",
            stroke=ink.stroke,
        )
        return
    fold = min(10.0, box.width / 3, box.height / 3)
    sheet = [
        (box.x, box.y),
        (box.right - fold, box.y),
        (box.right, box.y + fold),
        (box.right, box.bottom),
        (box.x, box.bottom),
    ]
    corner = [(box.right - fold, box.y), (box.right - fold, box.y + fold), (box.right, box.y + fold)]
    figure(parent, "polygon", sheet, fill=ink.fill, stroke=ink.stroke, stroke_width=ink.width, stroke_linejoin="round")
    figure(parent, "polyline", corner, fill="none", stroke=ink.stroke, stroke_width=ink.width)


def frame(parent: Any, shape: Shape, ink: Ink) -> None:
    """A pool or lane; a pool has a line between its name and its content."""
    box = shape.box
    _rect(parent, box, fill=ink.fill, stroke=ink.stroke, stroke_width=1.5)
    if shape.kind == "participant" and shape.element.get("processRef"):
        line = [(box.x + BAND, box.y), (box.x + BAND, box.bottom)]
        if not shape.horizontal:
            line = [(box.x, box.y + BAND), (box.right, box.y + BAND)]
        figure(parent, "polyline", line, fill="none", stroke=ink.stroke, stroke_width=1.5)


def other(parent: Any, shape: Shape, ink: Ink) -> None:
    """Annotations as an open bracket, groups as a dashed frame; what has no symbol here as a plain box."""
    box = shape.box
    if shape.kind == "textAnnotation":
        bracket = [(box.x + 10, box.y), (box.x, box.y), (box.x, box.bottom), (box.x + 10, box.bottom)]
        figure(parent, "polyline", bracket, fill="none", stroke=ink.stroke, stroke_width=ink.width)
        return
    group = shape.kind == "group"
    dash, corner = ("8 4 1 4", ROUND) if group else (None, 0)
    fill = "none" if group else ink.fill
    _rect(parent, box, rx=corner, fill=fill, stroke=ink.stroke, stroke_width=1.5, stroke_dasharray=dash)


_ARMS = {
    "exclusiveGateway": ((7.5, 9.5), (-7.5, 9.5)),
    "parallelGateway": ((0, 12), (12, 0)),
    "complexGateway": ((0, 12), (12, 0), (8.5, 8.5), (-8.5, 8.5)),
}
_PENTAGON = [(math.sin(turn * math.tau / 5), -math.cos(turn * math.tau / 5)) for turn in range(5)]


# --- Flows ---


def edge(parent: Any, drawn: Edge, ink: Ink, *, default: bool, conditional: bool) -> None:
    """A line through the waypoints with what its kind puts at its ends."""
    first, last = drawn.points[0], drawn.points[-1]
    start = _direction(drawn.points)
    stop = _direction(drawn.points[::-1])
    dash, width = None, ink.width
    if drawn.kind == "messageFlow":
        dash, width = "10 11", 1.5
    elif drawn.kind != "sequenceFlow":
        dash = "1 4"
    line: dict[str, Any] = {"fill": "none", "stroke": ink.stroke, "stroke_width": width, "stroke_linejoin": "round"}
    figure(parent, "polyline", drawn.points, stroke_dasharray=dash, **line)
    full: dict[str, Any] = {"fill": ink.stroke, "stroke": ink.stroke, "stroke_width": 1.0, "stroke_linejoin": "round"}
    hollow: dict[str, Any] = {**full, "fill": "#ffffff", "stroke_width": 1.5}
    if drawn.kind == "sequenceFlow":
        figure(parent, "polygon", [last, _at(last, stop, 10, 5), _at(last, stop, 10, -5)], **full)
        if default:
            figure(parent, "polyline", [_at(first, start, 6, -6), _at(first, start, 10, 6)], **line)
        elif conditional:
            diamond = [first, _at(first, start, 8, 4.5), _at(first, start, 16, 0), _at(first, start, 8, -4.5)]
            figure(parent, "polygon", diamond, **hollow)
    elif drawn.kind == "messageFlow":
        figure(parent, "polygon", [last, _at(last, stop, 9, 4.5), _at(last, stop, 9, -4.5)], **hollow)
        middle = _at(first, start, 4, 0)
        put(parent, "circle", cx=middle[0], cy=middle[1], r=4, **hollow)
    else:
        direction = drawn.element.get("associationDirection", "None")
        ends = [(last, stop)] if direction in ("One", "Both") or drawn.kind.startswith("data") else []
        ends += [(first, start)] if direction == "Both" else []
        for end, along in ends:
            figure(parent, "polyline", [_at(end, along, 8, 4.5), end, _at(end, along, 8, -4.5)], **line)


def _direction(points: tuple[Point, ...]) -> Point:
    """The unit vector from the first point to the first that differs."""
    x, y = points[0]
    for to_x, to_y in points[1:]:
        length = math.hypot(to_x - x, to_y - y)
        if length > 0.01:
            return ((to_x - x) / length, (to_y - y) / length)
    return (1.0, 0.0)


def _at(origin: Point, along: Point, forward: float, aside: float) -> Point:
    return (origin[0] + along[0] * forward - along[1] * aside, origin[1] + along[1] * forward + along[0] * aside)
