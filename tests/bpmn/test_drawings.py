"""The drawings of the shipped diagrams: nothing crosses, nothing hides, every name has its place."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from bpmn.compile import compile_process

DIAGRAMS = Path(__file__).parents[2] / "bpmn/diagrams"
NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
Box = tuple[float, float, float, float]
Point = tuple[float, float]


def box(bounds) -> Box:
    x, y, w, h = (float(bounds.get(k)) for k in ("x", "y", "width", "height"))
    return (x, y, x + w, y + h)


class Picture:
    """A diagram and where its parts are drawn."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = etree.fromstring(path.read_bytes())
        self.by_id = {element.get("id"): element for element in self("//bpmn:process//*[@id]")}
        self.shapes = {s.get("bpmnElement"): box(self("dc:Bounds", s)[0]) for s in self("//bpmndi:BPMNShape")}
        self.labels = {
            s.get("bpmnElement"): box(self("bpmndi:BPMNLabel/dc:Bounds", s)[0])
            for s in self("//bpmndi:BPMNShape[bpmndi:BPMNLabel] | //bpmndi:BPMNEdge[bpmndi:BPMNLabel]")
        }
        self.edges: dict[str, list[Point]] = {
            e.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in self("di:waypoint", e)]
            for e in self("//bpmndi:BPMNEdge")
        }
        self.frames = {e.get("id") for e in self("//bpmn:lane | //bpmn:participant")}
        self.nodes = {key: value for key, value in self.shapes.items() if key not in self.frames}
        self.pool = self.shapes[self("//bpmn:participant")[0].get("id")]

    def __call__(self, path: str, of=None):
        return (self.root if of is None else of).xpath(path, namespaces=NS)

    def segments(self, flow: str) -> list[Box]:
        """The straight parts of a flow as boxes without breadth: all are horizontal or vertical."""
        points = self.edges[flow]
        return [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in pairwise(points)]


@pytest.fixture(scope="module", params=sorted(DIAGRAMS.rglob("*.bpmn")), ids=lambda path: path.stem)
def picture(request) -> Picture:
    return Picture(request.param)


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(a: Box, b: Box) -> bool:
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]


def touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def test_everything_is_drawn(picture):
    drawn = set(picture.shapes) | set(picture.edges)
    wanted = {e.get("id") for e in picture("//bpmn:participant | //bpmn:lane | //bpmn:sequenceFlow")}
    wanted |= {e.get("id") for e in picture("//bpmn:process/*[bpmn:incoming or bpmn:outgoing or @attachedToRef]")}
    assert drawn == wanted
    for gateway in picture("//bpmn:exclusiveGateway"):
        (shape,) = picture(f"//bpmndi:BPMNShape[@bpmnElement='{gateway.get('id')}']")
        assert shape.get("isMarkerVisible") == "true"


def test_nodes_name_their_flows(picture):
    """Other modelers read the flows from both ends."""
    for flow in picture("//bpmn:sequenceFlow"):
        source, target = picture.by_id[flow.get("sourceRef")], picture.by_id[flow.get("targetRef")]
        assert flow.get("id") in [e.text for e in picture("bpmn:outgoing", source)]
        assert flow.get("id") in [e.text for e in picture("bpmn:incoming", target)]
    assert len(picture("//bpmn:incoming")) == len(picture("//bpmn:outgoing")) == len(picture("//bpmn:sequenceFlow"))


def test_every_name_beside_a_shape_has_its_place(picture):
    named = {e.get("id") for e in picture("//bpmn:process/*[@name]") if not e.tag.endswith("}userTask")}
    assert named == set(picture.labels)
    for key, (left, _, right, _) in picture.labels.items():
        name = picture.by_id[key].get("name")
        assert right - left >= 5 * len(name), f"the label of {key} would break into two lines"


def test_flows_are_straight_and_end_at_their_shapes(picture):
    for flow, points in picture.edges.items():
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), flow
        for point, end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            left, top, right, bottom = picture.shapes[picture.by_id[flow].get(end)]
            middle = ((left + right) / 2, (top + bottom) / 2)
            docks = {(left, middle[1]), (right, middle[1]), (middle[0], top), (middle[0], bottom)}
            assert point in docks, f"{flow} does not end in the middle of a side"


def test_no_two_flows_cross_or_touch(picture):
    for one, other in combinations(picture.edges, 2):
        parts = [(a, b) for a in picture.segments(one) for b in picture.segments(other)]
        assert not any(touch(a, b) for a, b in parts), f"{one} meets {other}"


def test_no_flow_runs_through_a_shape(picture):
    for flow in picture.edges:
        ends = {picture.by_id[flow].get("sourceRef"), picture.by_id[flow].get("targetRef")}
        for key, shape in picture.nodes.items():
            meets = overlap if key in ends else touch
            assert not any(meets(part, shape) for part in picture.segments(flow)), f"{flow} runs through {key}"


def test_labels_are_free_of_shapes_flows_and_each_other(picture):
    for key, label in picture.labels.items():
        assert not [n for n, shape in picture.nodes.items() if overlap(label, shape)], key
        assert not [f for f in picture.edges if any(touch(part, label) for part in picture.segments(f))], key
        assert inside(label, picture.pool), key
    for one, other in combinations(picture.labels, 2):
        assert not overlap(picture.labels[one], picture.labels[other]), (one, other)


def test_shapes_keep_their_distance_and_their_lane(picture):
    for lane in picture("//bpmn:lane"):
        for ref in picture("bpmn:flowNodeRef", lane):
            assert inside(picture.shapes[ref.text], picture.shapes[lane.get("id")]), ref.text
        assert inside(picture.shapes[lane.get("id")], picture.pool)
    for one, other in combinations(picture.nodes, 2):
        attached = {picture.by_id[one].get("attachedToRef"), picture.by_id[other].get("attachedToRef")} & {one, other}
        assert attached or not overlap(picture.nodes[one], picture.nodes[other]), (one, other)


def test_the_drawing_reads_from_left_to_right(picture):
    tasks = compile_process(picture.path.read_bytes()).tasks
    middles = [(picture.shapes[task][0] + picture.shapes[task][2]) / 2 for task in tasks]
    assert middles == sorted(middles)
    assert picture.shapes["mulai"][2] < middles[0]
    assert picture.shapes["selesai"][0] > middles[-1]
