"""Events as SVG: the circle or circles, and inside what the event waits for or throws."""

from __future__ import annotations

import math
from typing import Any

from bpmn.plane import Point, Shape, parts
from bpmn.symbols import Ink, figure, number, put

_THROWING = {"endEvent", "intermediateThrowEvent"}
_DOUBLE = {"intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent"}
_GAP = 3  # between the two circles

# Outlines around the middle of the event, in radii; several for some kinds.
_OUTLINES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "signal": (((0, -0.55), (0.52, 0.38), (-0.52, 0.38)),),
    "error": (((-0.5, 0.45), (-0.2, -0.35), (0.1, 0.05), (0.5, -0.5), (0.2, 0.38), (-0.1, 0)),),
    "escalation": (((0, -0.58), (0.42, 0.5), (0, 0.12), (-0.42, 0.5)),),
    "link": (((-0.5, -0.2), (0.1, -0.2), (0.1, -0.45), (0.6, 0), (0.1, 0.45), (0.1, 0.2), (-0.5, 0.2)),),
    "compensate": (((-0.6, 0), (-0.08, -0.4), (-0.08, 0.4)), ((-0.08, 0), (0.44, -0.4), (0.44, 0.4))),
    "cancel": (
        (
            (-0.5, -0.32), (-0.32, -0.5), (0, -0.18), (0.32, -0.5), (0.5, -0.32), (0.18, 0),
            (0.5, 0.32), (0.32, 0.5), (0, 0.18), (-0.32, 0.5), (-0.5, 0.32), (-0.18, 0),
        ),
    ),
    "multiple": (tuple((0.58 * math.sin(n * math.tau / 5), -0.58 * math.cos(n * math.tau / 5)) for n in range(5)),),
    "parallelMultiple": (
        (
            (-0.14, -0.55), (0.14, -0.55), (0.14, -0.14), (0.55, -0.14), (0.55, 0.14), (0.14, 0.14),
            (0.14, 0.55), (-0.14, 0.55), (-0.14, 0.14), (-0.55, 0.14), (-0.55, -0.14), (-0.14, -0.14),
        ),
    ),
}  # fmt: skip


def event(parent: Any, shape: Shape, ink: Ink) -> None:
    """A start, end, intermediate or boundary event; dashed where it does not interrupt."""
    x, y = shape.box.middle
    radius = min(shape.box.width, shape.box.height) / 2
    element = shape.element
    goes_on = (shape.kind == "boundaryEvent" and element.get("cancelActivity") == "false") or (
        shape.kind == "startEvent" and element.get("isInterrupting") == "false"
    )
    width = 4 if shape.kind == "endEvent" else 1.5 if shape.kind in _DOUBLE else ink.width
    outline: dict[str, Any] = {"stroke": ink.stroke, "stroke_width": max(width, ink.width if width != 1.5 else 0)}
    if goes_on:
        outline["stroke_dasharray"] = "5 3"
    put(parent, "circle", cx=x, cy=y, r=radius, fill=ink.fill, **outline)
    if shape.kind in _DOUBLE:
        put(parent, "circle", cx=x, cy=y, r=max(radius - _GAP, 0.5), fill="none", **outline)
    kind = kind_of(shape)
    if kind == "timer":
        _clock(parent, x, y, radius, ink)
    elif kind == "terminate":
        put(parent, "circle", cx=x, cy=y, r=radius * 0.6, fill=ink.stroke, stroke="none")
    elif kind == "message":
        _letter(parent, shape, radius, ink)
    elif kind == "conditional":
        _conditions(parent, x, y, radius, ink)
    else:
        fill = ink.stroke if shape.kind in _THROWING else ink.fill
        for points in _OUTLINES.get(kind, ()):
            placed = [(x + dx * radius, y + dy * radius) for dx, dy in points]
            figure(parent, "polygon", placed, fill=fill, stroke=ink.stroke, stroke_width=1, stroke_linejoin="round")


def kind_of(shape: Shape) -> str:
    """`timer`, `message`, …; `multiple` or `parallelMultiple` for several at once; empty for a plain event."""
    kinds = [part.removesuffix("EventDefinition") for part in parts(shape.element) if part.endswith("EventDefinition")]
    if len(kinds) > 1:
        return "parallelMultiple" if shape.element.get("parallelMultiple") == "true" else "multiple"
    return kinds[0] if kinds else ""


def _clock(parent: Any, x: float, y: float, radius: float, ink: Ink) -> None:
    face = radius * 0.62
    put(parent, "circle", cx=x, cy=y, r=face, fill=ink.fill, stroke=ink.stroke, stroke_width=1.5)
    ticks = ""  # one figure for all: each costs time in print
    for hour in range(12):
        dx, dy = face * math.sin(hour * math.tau / 12), -face * math.cos(hour * math.tau / 12)
        ticks += f"M{number(x + 0.8 * dx)} {number(y + 0.8 * dy)}L{number(x + dx)} {number(y + dy)}"
    put(parent, "path", d=ticks, fill="none", stroke=ink.stroke, stroke_width=0.75)
    hands = [(x + face * 0.2, y - face * 0.75), (x, y), (x + face * 0.55, y)]
    figure(parent, "polyline", hands, fill="none", stroke=ink.stroke, stroke_width=1.5, stroke_linejoin="round")


def _letter(parent: Any, shape: Shape, radius: float, ink: Ink) -> None:
    x, y = shape.box.middle
    back, front = (ink.stroke, ink.fill) if shape.kind in _THROWING else (ink.fill, ink.stroke)
    left, top, right, bottom = x - 0.55 * radius, y - 0.38 * radius, x + 0.55 * radius, y + 0.38 * radius
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    figure(parent, "polygon", corners, fill=back, stroke=ink.stroke, stroke_width=1)
    flap = [(left, top), (x, y + 0.08 * radius), (right, top)]
    figure(parent, "polyline", flap, fill="none", stroke=front, stroke_width=1)


def _conditions(parent: Any, x: float, y: float, radius: float, ink: Ink) -> None:
    left, right, top, bottom = x - 0.4 * radius, x + 0.4 * radius, y - 0.5 * radius, y + 0.5 * radius
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    figure(parent, "polygon", corners, fill=ink.fill, stroke=ink.stroke, stroke_width=1)
    for line in (-0.3, -0.1, 0.1, 0.3):
        rule = [(left + 0.1 * radius, y + line * radius), (right - 0.1 * radius, y + line * radius)]
        figure(parent, "polyline", rule, fill="none", stroke=ink.stroke, stroke_width=1)
