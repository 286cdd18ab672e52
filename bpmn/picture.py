"""A diagram as an SVG picture without a browser: for print-outs, archive bundles and downloads.

It looks as in the editor. Equal input gives equal bytes; nothing in the picture refers to anything outside it; whatever
the diagram's names say, they are text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from lxml import etree

from bpmn import lettering, symbols
from bpmn.event_symbols import event
from bpmn.lettering import LINE, clean, fit
from bpmn.plane import Box, Edge, Plane, Shape, parts, read_plane
from bpmn.symbols import BAND, ICON, MARKER, SVG, Ink, number, put

# `Alur Cetak` is the face of our print-outs. Without quotes and spaces after commas, because WeasyPrint needs it so.
FACES = "Alur Cetak,Arial,Liberation Sans,Helvetica,DejaVu Sans,sans-serif"
SIZE = 12.0  # names inside shapes, as in the editor
LARGEST = 24.0
LABEL = 11.0  # names beside them
MARGIN = 16.0
INK = "#22242a"
PAPER = "#ffffff"
LABEL_WIDTH = 90.0
EMPTY = "Diagram ini tidak memuat gambar."

State = Literal["visited", "current", "late"]
_STATES: Mapping[str, tuple[Ink, str]] = {
    "visited": (Ink("#2b7a3f", PAPER, 2.5), "dilalui"),
    "current": (Ink("#14558f", "#dcecfb", 3), "sedang berjalan"),
    "late": (Ink("#a61e1e", "#fde4e4", 3), "terlambat"),
}

_ACTIVITIES = {
    "task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask", "businessRuleTask",
    "callActivity", "subProcess", "transaction", "adHocSubProcess",
}  # fmt: skip
_CONTAINERS = {"subProcess", "transaction", "adHocSubProcess"}
_FRAMES = {"participant", "lane"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a report says of an element: passed, where the work stands, or late; `badge`: a word or number on it."""

    state: State
    badge: str = ""


UNMARKED: Mapping[str, Mark] = MappingProxyType({})


def to_svg(xml: bytes, *, marks: Mapping[str, Mark] = UNMARKED, title: str = "", letters: float = SIZE) -> bytes:
    """The picture of a diagram, in UTF-8 with an XML declaration; one unit of the diagram is one pixel.

    `marks` by element id. `title` is what the picture is called, else the process's name. `letters` is the size of the
    names inside shapes where there is room: on paper, where a broad diagram is shrunk, larger ones are easier to read.
    Never fails: what has no place in the diagram is left out, and without any the picture says so.
    """
    plane = read_plane(xml)
    root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
    put(root, "title").text = clean(title) or plane.name or "Diagram"
    sheet = put(root, "g", font_family=FACES, font_size=SIZE)
    if plane.shapes or plane.edges:
        page = _Picture(sheet, plane, marks, min(max(letters, SIZE), LARGEST)).draw()
    else:
        page = Box(0, 0, 320, 60)
        _lines(sheet, fit(EMPTY, page.width, page.height, SIZE), page.middle[0], 23, INK)
    root.set("viewBox", " ".join(map(number, (page.x, page.y, page.width, page.height))))
    root.set("width", number(page.width))
    root.set("height", number(page.height))
    root.set("role", "img")
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True)) + b"\n"


class _Picture:
    """Draws a plane: frames, then nodes (the larger below), flows, what sits on a border, names beside, badges."""

    def __init__(self, sheet: Any, plane: Plane, marks: Mapping[str, Mark], letters: float) -> None:
        self.sheet, self.plane, self.marks, self.letters = sheet, plane, marks, letters
        self.label_size = LABEL * min(
            letters / SIZE, 1.2
        )  # places of labels were measured for LABEL: only a little more
        self.xs: list[float] = []
        self.ys: list[float] = []

    def draw(self) -> Box:
        """Draws everything; gives the box of it all with a margin."""
        shapes, edges = self.plane.shapes, self.plane.edges
        attached = {shape.element.get("attachedToRef") for shape in shapes if shape.kind == "boundaryEvent"}
        defaults = {shape.element.get("default") for shape in shapes}
        activities = {shape.id for shape in shapes if shape.kind in _ACTIVITIES}
        ordered = sorted(shapes, key=_layer)
        for shape in ordered:
            if shape.kind != "boundaryEvent":
                self.shape(shape, low=shape.id in attached)
            self.reach(shape.box)
        for edge in edges:
            conditional = "conditionExpression" in parts(edge.element) and edge.element.get("sourceRef") in activities
            ink = _ink(edge, self.marks.get(edge.id))
            symbols.edge(self.group(edge), edge, ink, default=edge.id in defaults, conditional=conditional)
            for x, y in edge.points:
                self.reach(Box(x, y, 0, 0))
        for shape in ordered:
            if shape.kind == "boundaryEvent":
                self.shape(shape, low=False)
        for drawn, place in self.labels():
            self.reach(self.label(drawn, place))
        for shape in shapes:
            mark = self.marks.get(shape.id)
            if mark is not None and mark.badge:
                self.reach(self.badge(shape, mark))
        left, top = min(self.xs) - MARGIN, min(self.ys) - MARGIN
        return Box(left, top, max(self.xs) + MARGIN - left, max(self.ys) + MARGIN - top)

    def reach(self, box: Box) -> None:
        """The picture must show this box."""
        self.xs += (box.x, box.right)
        self.ys += (box.y, box.bottom)

    def group(self, drawn: Shape | Edge) -> Any:
        """The element that holds a drawn one: its id for whoever looks for it, its whole name for whoever hears it."""
        group = put(self.sheet, "g", data_element=drawn.id)
        mark = self.marks.get(drawn.id)
        said = " ".join(drawn.name.split())
        if mark is not None:
            said = f"{said} ({_STATES[mark.state][1]})".strip()
        if said:
            put(group, "title").text = said
        return group

    def shape(self, shape: Shape, *, low: bool) -> None:
        """One shape with what is written inside. `low`: something sits on its lower border."""
        group, ink, box = self.group(shape), _ink(shape, self.marks.get(shape.id)), shape.box
        if shape.kind in _FRAMES:
            symbols.frame(group, shape, ink)
            self.frame_name(group, shape)
        elif shape.kind in _ACTIVITIES:
            symbols.activity(group, shape, ink)
            if shape.kind in _CONTAINERS and shape.expanded:
                self.write(group, shape, Box(box.x, box.y + 4, box.width, 2 * SIZE * LINE), upper=True)
            else:
                self.write(group, shape, _inside(shape, low))
        elif shape.kind.endswith("Event"):
            event(group, shape, ink)
        elif shape.kind.endswith("Gateway"):
            symbols.gateway(group, shape, ink)
        elif shape.kind.startswith("data"):
            symbols.data(group, shape, ink)
        else:
            symbols.other(group, shape, ink)
            if shape.kind == "textAnnotation":
                block = fit(shape.name, box.width - 10, box.height - 3, self.letters)
                _lines(group, block, box.x + 5, box.y + 3, _letters(shape), "start")
            elif shape.kind != "group":
                self.write(group, shape, box)

    def frame_name(self, group: Any, shape: Shape) -> None:
        """A pool's or lane's name stands in its band, along its side; that of a pool without content in its middle."""
        box = shape.box
        if shape.kind == "participant" and not shape.element.get("processRef"):
            self.write(group, shape, box)
        elif shape.horizontal:
            x, y = box.x + BAND / 2, box.middle[1]
            turned = put(group, "g", transform=f"rotate(-90 {number(x)} {number(y)})")
            self.write(turned, shape, Box(x - box.height / 2, y - BAND / 2, box.height, BAND))
        else:
            self.write(group, shape, Box(box.x, box.y, box.width, BAND))

    def write(self, parent: Any, shape: Shape, place: Box, *, upper: bool = False) -> None:
        """The name inside a place, at the height of the shape's middle where that is free."""
        width = min(place.width - 14, (place.width - 4) / lettering.BROADER)
        block = fit(shape.name, width, place.height, self.letters)
        middle = shape.box.middle[1] if place.height < shape.box.height else place.middle[1]
        y = min(middle - block.height / 2, place.bottom - block.height)
        _lines(parent, block, place.middle[0], place.y if upper else max(y, place.y), _letters(shape))

    def labels(self) -> Iterator[tuple[Shape | Edge, Box]]:
        """The names that stand beside what they name, each with its place: as drawn, else where editors put it."""
        for shape in self.plane.shapes:
            beside = shape.kind.endswith(("Event", "Gateway")) or shape.kind.startswith("data") or shape.kind == "group"
            if shape.name and beside:
                y = shape.box.y + 4 if shape.kind == "group" else shape.box.bottom + 3
                yield shape, shape.label or Box(shape.box.middle[0] - LABEL_WIDTH / 2, y, LABEL_WIDTH, 0)
        for edge in self.plane.edges:
            if edge.name:
                yield edge, edge.label or _beside(edge)

    def label(self, drawn: Shape | Edge, place: Box) -> Box:
        """Writes a name at its place; gives the box that it fills.

        The place was measured in the face of some browser: what was one line there stays one, a little broader if so.
        """
        lines = max(1, round(place.height / (LABEL * LINE))) if place.height else 4
        for broader in (1.0, 1.15, 1.35, 1.6, 2.0):
            block = fit(drawn.name, max(place.width * broader, 20), 100 * LABEL, self.label_size)
            if len(block.lines) <= lines:
                break
        _lines(self.sheet, block, place.middle[0], place.y, drawn.ink or INK)
        width = max(lettering.breadth(line, block.size) for line in block.lines) * lettering.BROADER
        return Box(place.middle[0] - width / 2, place.y, width, block.height)

    def badge(self, shape: Shape, mark: Mark) -> Box:
        """A pill on the upper right corner of a shape, where no symbol is."""
        text = clean(mark.badge, 24)
        width = max(20.0, lettering.breadth(text, self.label_size) * lettering.BROADER + 12)
        box = Box(shape.box.right + 10 - width, shape.box.y - 11, width, 20)
        fill = _STATES[mark.state][0].stroke
        put(
            self.sheet,
            "rect",
            x=box.x,
            y=box.y,
            width=width,
            height=20,
            rx=10,
            fill=fill,
            stroke=PAPER,
            stroke_width=1.5,
        )
        _lines(self.sheet, lettering.Block((text,), self.label_size), *_centred(box, self.label_size), PAPER)
        return box


def _layer(shape: Shape) -> tuple[int, float]:
    area = -shape.box.width * shape.box.height
    return (0 if shape.kind in _FRAMES else 2 if shape.kind == "group" else 1, area)


def _ink(drawn: Shape | Edge, mark: Mark | None) -> Ink:
    """A mark's colours before the author's, the author's before ours; what is only passed keeps the author's ground."""
    fill = drawn.fill if isinstance(drawn, Shape) else None
    if mark is None:
        return Ink(drawn.stroke or INK, fill or PAPER)
    ink = _STATES[mark.state][0]
    return Ink(ink.stroke, fill or ink.fill, ink.width) if mark.state == "visited" else ink


def _letters(shape: Shape) -> str:
    return shape.ink or shape.stroke or INK


def _inside(shape: Shape, low: bool) -> Box:
    """Where an activity's name may stand: below its icon, above its markers and what sits on its lower border."""
    top = ICON + 6 if symbols.has_icon(shape) else 4
    foot = MARKER + 6 if symbols.markers_of(shape) else 20 if low else 4
    box = shape.box
    return Box(box.x, box.y + top, box.width, max(box.height - top - foot, 1))


def _beside(edge: Edge) -> Box:
    """Above the middle part of a flow, or right of it where that part is upright."""
    part = (len(edge.points) - 1) // 2
    (x, y), (to_x, to_y) = edge.points[part : part + 2]
    middle, height = ((x + to_x) / 2, (y + to_y) / 2), LABEL * LINE
    if abs(to_x - x) >= abs(to_y - y):
        return Box(middle[0] - LABEL_WIDTH / 2, middle[1] - height - 3, LABEL_WIDTH, height)
    width = min(LABEL_WIDTH, lettering.breadth(edge.name, LABEL) * lettering.BROADER)
    return Box(middle[0] + 5, middle[1] - height / 2, width, height)


def _centred(box: Box, size: float) -> tuple[float, float]:
    """Where one line in the middle of a box begins: its middle, and its upper edge."""
    return box.middle[0], box.middle[1] - size * LINE / 2


def _lines(parent: Any, block: lettering.Block, x: float, y: float, ink: str, anchor: str = "middle") -> None:
    """Text from the height `y` downwards, at or around `x`."""
    for place, line in enumerate(block.lines):
        baseline = y + (place + 0.5) * block.size * LINE + 0.35 * block.size
        size = None if block.size == SIZE else block.size
        put(parent, "text", x=x, y=baseline, text_anchor=anchor, fill=ink, font_size=size).text = line
