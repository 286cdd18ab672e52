"""Pictures of diagrams: what is drawn where, that names fit, and that whatever a diagram says it stays a picture."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bpmn import lettering
from bpmn.picture import EMPTY, INK, Mark, to_svg
from bpmn.plane import MAX_SHAPES
from bpmn.symbols import SVG

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"
DRAWINGS = [*sorted((ROOT / "bpmn/diagrams").rglob("*.bpmn")), ROOT / "tests/acceptance/surat-masuk.bpmn"]
NS = {
    "svg": SVG,
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "bioc": "http://bpmn.io/schema/bpmn/biocolor/1.0",
    "color": "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
}
ELEMENTS = {"svg", "title", "g", "rect", "circle", "path", "polygon", "polyline", "text"}
ATTRIBUTES = {
    "viewBox", "width", "height", "role", "x", "y", "rx", "ry", "cx", "cy", "r", "d", "points", "transform", "fill",
    "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-family", "font-size", "text-anchor",
    "data-element",
}  # fmt: skip
COLOUR = re.compile(r"none|#[0-9a-f]{3}|#[0-9a-f]{6}")
HOSTILE = '"><script>alert(1)</script><a href="javascript:alert(2)" onclick="x()">&#x202e;'


def parsed(svg: bytes) -> etree._Element:
    return etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True))


def find(root: etree._Element, path: str, **values: str) -> list[etree._Element]:
    return root.xpath(path, namespaces=NS, **values)


def drawn(root: etree._Element, element: str) -> etree._Element:
    (group,) = find(root, "//svg:g[@data-element=$id]", id=element)
    return group


def points(figure: etree._Element) -> list[tuple[float, ...]]:
    return [tuple(map(float, pair.split(","))) for pair in figure.get("points").split()]


def said(root: etree._Element) -> list[str]:
    return [text.text for text in find(root, ".//svg:text")]


def diagram(inside: str, drawing: str) -> bytes:
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items() if prefix != "svg")
    return (
        f'<bpmn:definitions {spaces}><bpmn:process id="p" name="Uji">{inside}</bpmn:process><bpmndi:BPMNDiagram>'
        f'<bpmndi:BPMNPlane bpmnElement="p">{drawing}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>'
    ).encode()


def shape(element: str, bounds: str = 'x="0" y="0" width="100" height="80"', attributes: str = "") -> str:
    return f'<bpmndi:BPMNShape bpmnElement="{element}" {attributes}><dc:Bounds {bounds}/></bpmndi:BPMNShape>'


@pytest.fixture(scope="module", params=DRAWINGS, ids=lambda path: path.stem)
def pictured(request) -> tuple[etree._Element, etree._Element]:
    """A shipped diagram, and its picture."""
    source = request.param.read_bytes()
    return etree.fromstring(source), parsed(to_svg(source))


# --- Shipped diagrams ---


def test_everything_drawn_in_the_diagram_is_in_the_picture_with_its_whole_name(pictured):
    source, picture = pictured
    for part in find(source, "//bpmndi:BPMNShape | //bpmndi:BPMNEdge"):
        group = drawn(picture, part.get("bpmnElement"))
        (element,) = find(source, "//*[@id=$id]", id=part.get("bpmnElement"))
        titles = [title.text for title in find(group, "svg:title")]
        assert titles == ([element.get("name")] if element.get("name") else [])
    for step in find(source, "//bpmn:userTask"):
        assert " ".join(said(drawn(picture, step.get("id")))) == step.get("name")
    words = " ".join(said(picture))
    for label in find(source, "//bpmndi:BPMNLabel/.."):
        assert find(source, "//*[@id=$id]/@name", id=label.get("bpmnElement"))[0] in words


def test_flows_run_along_their_waypoints_and_their_arrows_end_where_they_end(pictured):
    source, picture = pictured
    for edge in find(source, "//bpmndi:BPMNEdge"):
        waypoints = [(float(p.get("x")), float(p.get("y"))) for p in find(edge, "di:waypoint")]
        group = drawn(picture, edge.get("bpmnElement"))
        assert points(find(group, "svg:polyline")[0]) == waypoints
        (tip, *wings) = points(find(group, "svg:polygon")[0])
        assert tip == waypoints[-1]
        before = waypoints[-2]
        for wing in wings:  # behind the tip, on the side from which the flow comes
            assert sum((t - w) * (t - b) for t, w, b in zip(tip, wing, before, strict=True)) > 0


def test_shapes_stand_where_they_were_drawn_within_the_page(pictured):
    source, picture = pictured
    left, top, width, height = map(float, picture.get("viewBox").split())
    assert (picture.get("width"), picture.get("height")) == tuple(picture.get("viewBox").split()[2:])
    for part in find(source, "//bpmndi:BPMNShape"):
        (bounds,) = find(part, "dc:Bounds")
        x, y, w, h = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
        outline = find(drawn(picture, part.get("bpmnElement")), "svg:rect | svg:circle | svg:polygon")[0]
        if outline.tag.endswith("rect"):
            assert [float(outline.get(name)) for name in ("x", "y", "width", "height")] == [x, y, w, h]
        elif outline.tag.endswith("circle"):
            assert [float(outline.get(name)) for name in ("cx", "cy", "r")] == [x + w / 2, y + h / 2, w / 2]
        else:
            assert points(outline) == [(x + w / 2, y), (x + w, y + h / 2), (x + w / 2, y + h), (x, y + h / 2)]
        assert left < x < x + w < left + width
        assert top < y < y + h < top + height


@pytest.mark.parametrize("letters", [12, 16])
@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.stem)
def test_no_text_leaves_its_shape_or_lies_on_another(path, letters):
    """Reckoned in a face broader than the one that the places were made for."""
    source, picture = etree.fromstring(path.read_bytes()), parsed(to_svg(path.read_bytes(), letters=letters))
    boxes = []
    for text in find(picture, "//svg:text"):
        size, anchor = float(text.get("font-size") or 12), text.get("text-anchor")
        assert (size >= 9, anchor) == (True, "middle")
        half = lettering.breadth(text.text, size) * lettering.BROADER / 2
        box = (
            float(text.get("x")) - half,
            float(text.get("y")) - size,
            float(text.get("x")) + half,
            float(text.get("y")),
        )
        element = text.getparent().get("data-element")
        if element is not None and find(source, "//bpmn:userTask[@id=$id]", id=element):
            frame = find(text.getparent(), "svg:rect")[0]
            x, y, w, h = (float(frame.get(name)) for name in ("x", "y", "width", "height"))
            assert x < box[0] < box[2] < x + w, text.text
            assert y + 20 < box[1] < box[3] < y + h - 18, text.text
        if not text.getparent().get("transform"):
            boxes.append((box, text.text))
    for (one, says), (other, too) in combinations(boxes, 2):
        meet = one[0] < other[2] and other[0] < one[2] and one[1] + 2 < other[3] and other[1] + 2 < one[3]
        assert not meet, (says, too)


# --- Marks and colours ---


def test_marks_are_seen_and_said():
    marks = {
        "membuat_draft": Mark("visited"),
        "mengisi_data": Mark("current", "11"),
        "memvalidasi": Mark("late", "1 hari"),
    }
    picture, plain = parsed(to_svg(SHIPPED.read_bytes(), marks=marks)), parsed(to_svg(SHIPPED.read_bytes()))
    outline = {key: find(drawn(picture, key), "svg:rect")[0].get("stroke") for key in (*marks, "mengarsipkan")}
    assert len(set(outline.values())) == 4
    assert outline["mengarsipkan"] == INK
    title = find(drawn(picture, "memvalidasi"), "svg:title")[0].text
    assert title == "Memvalidasi dan paraf data kinerja (terlambat)"
    assert Counter(said(picture)) - Counter(said(plain)) == Counter(["11", "1 hari"])
    assert to_svg(SHIPPED.read_bytes(), marks={"tidak_ada": Mark("late", "x")}) == to_svg(SHIPPED.read_bytes())


@pytest.mark.parametrize(
    ("attributes", "fill", "stroke"),
    [
        ('bioc:fill="#FFCDD2" bioc:stroke="#831311"', "#ffcdd2", "#831311"),
        ('color:background-color="#abc" bioc:fill="#000000"', "#abc", INK),
        ('bioc:fill="rgb(255, 224, 178)"', "#ffe0b2", INK),
        ('bioc:fill="url(http://x/)" bioc:stroke="javascript:x"', "#ffffff", INK),
        ('bioc:fill="rgb(256,0,0)" bioc:stroke="#12345"', "#ffffff", INK),
    ],
)
def test_only_true_colours_are_taken_over(attributes, fill, stroke):
    source = diagram('<bpmn:userTask id="a" name="A"/>', shape("a", attributes=attributes))
    outline = find(drawn(parsed(to_svg(source)), "a"), "svg:rect")[0]
    assert (outline.get("fill"), outline.get("stroke")) == (fill, stroke)
    marked = find(drawn(parsed(to_svg(source, marks={"a": Mark("late")})), "a"), "svg:rect")[0]
    assert marked.get("fill") not in (fill, "#ffffff")


# --- Symbols ---


@pytest.mark.parametrize(
    ("element", "figures"),
    [
        ('<bpmn:startEvent id="a"/>', ["circle"]),
        ('<bpmn:endEvent id="a"><bpmn:terminateEventDefinition/></bpmn:endEvent>', ["circle", "circle"]),
        ('<bpmn:boundaryEvent id="a" cancelActivity="false"/>', ["circle", "circle"]),
        ('<bpmn:parallelGateway id="a"/>', ["polygon", "polyline", "polyline"]),
        ('<bpmn:exclusiveGateway id="a"/>', ["polygon"]),
        ('<bpmn:inclusiveGateway id="a"/>', ["polygon", "circle"]),
        ('<bpmn:task id="a"><bpmn:multiInstanceLoopCharacteristics/></bpmn:task>', ["rect", *["polyline"] * 3]),
        ('<bpmn:transaction id="a"/>', ["rect", "rect", "rect", "polyline", "polyline"]),
        ('<bpmn:dataStoreReference id="a"/>', ["path", "path"]),
        ('<bpmn:textAnnotation id="a"><bpmn:text>ya</bpmn:text></bpmn:textAnnotation>', ["polyline", "text"]),
        ('<bpmn:apaSaja id="a" name="ya"/>', ["rect", "text"]),
    ],
)
def test_symbols_consist_of_what_bpmn_says(element, figures):
    group = drawn(parsed(to_svg(diagram(element, shape("a")))), "a")
    found = [etree.QName(part).localname for part in group.iter() if part is not group]
    assert [name for name in found if name not in ("g", "title")] == figures


def test_what_does_not_interrupt_is_dashed():
    for cancel, dashed in (("false", True), ("true", False)):
        source = diagram(f'<bpmn:boundaryEvent id="a" cancelActivity="{cancel}"/>', shape("a"))
        circles = find(drawn(parsed(to_svg(source)), "a"), "svg:circle")
        assert [bool(circle.get("stroke-dasharray")) for circle in circles] == [dashed, dashed]


def test_an_exclusive_gateway_has_its_cross_where_it_was_drawn_with_it():
    for visible, lines in (("true", 2), ("false", 0)):
        source = diagram('<bpmn:exclusiveGateway id="a"/>', shape("a", attributes=f'isMarkerVisible="{visible}"'))
        assert len(find(drawn(parsed(to_svg(source)), "a"), "svg:polyline")) == lines


def test_a_default_flow_has_its_tick_and_a_conditional_one_its_diamond():
    edge = (
        '<bpmndi:BPMNEdge bpmnElement="{}"><di:waypoint x="100" y="40"/><di:waypoint x="200" y="40"/></bpmndi:BPMNEdge>'
    )
    source = diagram(
        '<bpmn:task id="a" default="f"/><bpmn:sequenceFlow id="f" sourceRef="a"/>'
        '<bpmn:sequenceFlow id="g" sourceRef="a"><bpmn:conditionExpression/></bpmn:sequenceFlow>',
        shape("a") + edge.format("f") + edge.format("g"),
    )
    picture = parsed(to_svg(source))
    assert [len(points(line)) for line in find(drawn(picture, "f"), "svg:polyline")] == [2, 2]
    assert [len(points(area)) for area in find(drawn(picture, "f"), "svg:polygon")] == [3]
    assert [len(points(area)) for area in find(drawn(picture, "g"), "svg:polygon")] == [3, 4]


# --- Odd and hostile input ---


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"bukan xml",
        b"<a/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        diagram('<bpmn:task id="a" name="A"/>', ""),
        diagram('<bpmn:task id="a" name="A"/>', shape("lain")),
        diagram('<bpmn:task id="a" name="A"/>', '<bpmndi:BPMNShape bpmnElement="a"/>'),
        diagram('<bpmn:task id="a"/>', shape("a", 'x="NaN" y="0" width="10" height="10"')),
        diagram('<bpmn:task id="a"/>', shape("a", 'x="1e308" y="0" width="10" height="10"')),
        diagram('<bpmn:task id="a"/>', shape("a", 'x="0" y="0" width="-10" height="10"')),
    ],
)
def test_where_nothing_can_be_drawn_the_picture_says_so(source):
    picture = parsed(to_svg(source, title="Judul"))
    assert said(picture) == [EMPTY]
    assert find(picture, "svg:title")[0].text == "Judul"


def test_a_diagram_without_interchange_says_so(two_steps):
    assert said(parsed(to_svg(two_steps.xml))) == [EMPTY]


def test_many_and_endless_things_are_bounded():
    count = MAX_SHAPES + 500
    name = quoteattr("kata-panjang " * 700)
    tasks = "".join(f'<bpmn:task id="t{n}" name={name if n < 100 else quoteattr("x")}/>' for n in range(count))
    places = "".join(shape(f"t{n}") for n in range(count))
    picture = to_svg(diagram(tasks, places))
    assert len(find(parsed(picture), "//svg:g[@data-element]")) == MAX_SHAPES
    assert len(picture) < 2_000_000


names = st.one_of(st.text(max_size=60), st.sampled_from([HOSTILE, "kata " * 200, "x" * 400, "\x00\u202e\ufffe\ud800"]))
numbers = st.one_of(
    st.floats(-3000, 3000).map(str), st.sampled_from(["NaN", "inf", "-inf", "1e308", "", "x", "1_0", "-0.0", "1e-320"])
)
kinds = st.sampled_from(
    [
        "task", "userTask", "scriptTask", "serviceTask", "sendTask", "subProcess", "adHocSubProcess", "callActivity",
        "lane", "startEvent", "endEvent", "boundaryEvent", "intermediateThrowEvent", "exclusiveGateway",
        "eventBasedGateway", "group", "complexGateway", "dataStoreReference", "dataObjectReference", "textAnnotation",
        "participant", "sequenceFlow", "messageFlow", "association", "choreographyTask",
    ]
)  # fmt: skip
inner = st.sampled_from(
    [
        "",
        "<bpmn:timerEventDefinition/>",
        "<bpmn:errorEventDefinition/><bpmn:linkEventDefinition/>",
        "<bpmn:standardLoopCharacteristics/>",
        '<bpmn:multiInstanceLoopCharacteristics isSequential="true"/>',
        "<bpmn:conditionExpression/>",
    ]
)


def in_xml(text: str) -> str:
    """What of a text an XML file can hold."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


uprights, yes = st.sampled_from(["", 'isHorizontal="false"', 'isExpanded="true"']), st.booleans()


@st.composite
def drawings(draw) -> bytes:
    elements, places = [], []
    for number in range(draw(st.integers(1, 6))):
        kind, name = draw(kinds), in_xml(draw(names))
        text = f"<bpmn:text>{escape(name)}</bpmn:text>"
        elements.append(f'<bpmn:{kind} id="e{number}" name={quoteattr(name)}>{draw(inner)}{text}</bpmn:{kind}>')
        corners = " ".join(f'{key}="{draw(numbers)}"' for key in ("x", "y", "width", "height"))
        label = f"<bpmndi:BPMNLabel><dc:Bounds {corners}/></bpmndi:BPMNLabel>" if draw(yes) else ""
        colour = f"bioc:fill={quoteattr(in_xml(draw(names)))}" if draw(yes) else ""
        upright = draw(uprights)
        if kind in ("sequenceFlow", "messageFlow", "association"):
            ways = [f'<di:waypoint x="{draw(numbers)}" y="{draw(numbers)}"/>' for _ in range(draw(st.integers(0, 4)))]
            places.append(f'<bpmndi:BPMNEdge bpmnElement="e{number}">{"".join(ways)}{label}</bpmndi:BPMNEdge>')
        else:
            size = " ".join(f'{key}="{draw(numbers)}"' for key in ("x", "y", "width", "height"))
            bounds = f"<dc:Bounds {size}/>{label}"
            places.append(f'<bpmndi:BPMNShape bpmnElement="e{number}" {colour} {upright}>{bounds}</bpmndi:BPMNShape>')
    return diagram("".join(elements), "".join(places))


@settings(max_examples=60, deadline=None)
@given(drawings(), names, names, st.sampled_from(["visited", "current", "late"]), st.floats(-10, 1000))
def test_any_diagram_is_a_plain_picture_and_always_the_same_one(source, title, badge, state, letters):
    marks = {"e0": Mark(state, badge)}
    svg = to_svg(source, marks=marks, title=title, letters=letters)
    assert svg == to_svg(source, marks=marks, title=title, letters=letters)
    picture = parsed(svg)
    for element in picture.iter():
        assert isinstance(element.tag, str)
        assert etree.QName(element).namespace == SVG
        assert etree.QName(element).localname in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
        assert all(COLOUR.fullmatch(element.get(name, "none")) for name in ("fill", "stroke"))
        assert not re.search(
            "nan|inf", " ".join(element.get(name, "") for name in ("x", "y", "d", "points", "viewBox"))
        )
        assert not lettering.HIDDEN.search((element.text or "") + element.get("data-element", ""))
    width, height = map(float, picture.get("viewBox").split()[2:])
    assert width > 0 < height


def test_hostile_names_are_text():
    source = diagram(f'<bpmn:userTask id="a" name={quoteattr(HOSTILE.replace("&#x202e;", chr(0x202E)))}/>', shape("a"))
    svg = to_svg(source, title="\x00" + HOSTILE)
    assert b"<script" not in svg
    assert b"\xe2\x80\xae" not in svg
    assert find(parsed(svg), "svg:title")[0].text == HOSTILE
    assert "<script>" in find(drawn(parsed(svg), "a"), "svg:title")[0].text
