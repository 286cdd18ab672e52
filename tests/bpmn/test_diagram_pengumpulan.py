"""The shipped diagram against the SOP's source, word for word, and its drawing against what a reader can follow."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from bpmn.rules import check

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "docs/sop/sop-pengumpulan-data-kinerja.txt").read_text("utf-8").splitlines()
READING = (ROOT / "docs/sop/reading.md").read_text("utf-8").splitlines()
NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "sop": "urn:alur:sop:1",
}
SOP = "{urn:alur:sop:1}"
DIAGRAM = etree.fromstring((ROOT / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn").read_bytes())


def xpath(path: str, of=DIAGRAM):
    return of.xpath(path, namespaces=NS)


TASKS = xpath("//bpmn:userTask")
BY_ID = {element.get("id"): element for element in xpath("//bpmn:process//*[@id]")}


# What the source says -----------------------------------------------------------------------------------------------
def source_steps() -> list[dict[str, str]]:
    """The nine rows of the chart's table; its columns are separated by tabs."""
    names = ["no", "kegiatan", "staf", "perencana", "kabag", "sekda", "kelengkapan", "waktu", "output", "keterangan"]
    rows = [line.split("\t") for line in SOURCE if re.match(r"\d\t", line)]
    return [dict(zip(names, [cell.strip() for cell in row] + [""], strict=False)) for row in rows]


def source_value(heading: str) -> str:
    return next(line.split("\t", 1)[1].strip() for line in SOURCE if line.startswith(heading + "\t"))


def source_list(heading: str) -> list[str]:
    """The items under a heading; two headings share a line, and so do their lists below."""
    line = next(i for i, text in enumerate(SOURCE) if heading + " :" in text.split("\t"))
    cell = SOURCE[line + 1].split("\t")[SOURCE[line].split("\t").index(heading + " :")]
    text = re.sub(r"<[^>]*>", "", cell).strip()
    if text.startswith("- "):
        return [text[2:]]
    items = []
    number = 1
    assert text.startswith("1. ")
    while True:
        text = text[len(f"{number}. ") :]
        number += 1
        item, found, rest = text.partition(f"{number}. ")
        items.append(item.strip())
        if not found:
            return items
        text = found + rest


def reading_lanes() -> list[str]:
    rows = [line.strip("|").split("|") for line in READING if re.match(r"\| \d \|", line)]
    return [row[2].split("(")[0].strip() for row in rows]


STEPS = source_steps()
SOURCE_LANES = next(line for line in SOURCE if line.startswith("\t\tStaf")).split("\t")[2:6]


def test_the_source_is_read_whole():
    assert len(STEPS) == 9
    assert STEPS[0]["kelengkapan"] == "Daftar Pertanyaan"
    assert STEPS[8]["output"] == "Dokumen"
    assert len(source_list("DASAR HUKUM")) == 5


# Wording ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", range(9))
def test_each_step_has_the_official_wording(number):
    task, step = TASKS[number], STEPS[number]
    (mutu_baku,) = xpath("bpmn:extensionElements/sop:mutuBaku", task)
    assert task.get("name") == step["kegiatan"]
    assert mutu_baku.get("waktu") == step["waktu"]
    assert mutu_baku.findtext(f"{SOP}kelengkapan") == step["kelengkapan"]
    assert mutu_baku.findtext(f"{SOP}output") == step["output"]
    assert (mutu_baku.findtext(f"{SOP}keterangan") or "") == step["keterangan"]


def test_there_are_nine_steps_in_four_lanes():
    lanes = xpath("//bpmn:lane")
    assert [lane.get("name") for lane in lanes] == SOURCE_LANES
    of = {ref.text: lane.get("name") for lane in lanes for ref in xpath("bpmn:flowNodeRef", lane)}
    assert len(TASKS) == 9
    assert [of[task.get("id")] for task in TASKS] == reading_lanes()
    nodes = [e.get("id") for e in xpath("//bpmn:process/*[bpmn:incoming or bpmn:outgoing or @attachedToRef]")]
    assert sorted(of) == sorted(nodes), "every flow node stands in exactly one lane"


def test_the_identity_page_is_the_source_word_for_word():
    (identity,) = xpath("//bpmn:process/bpmn:extensionElements/sop:identity")
    texts = {
        "dasarHukum": "DASAR HUKUM",
        "kualifikasiPelaksana": "KUALIFIKASI PELAKSANA",
        "keterkaitan": "KETERKAITAN",
        "peralatan": "PERALATAN/PERLENGKAPAN",
        "peringatan": "PERINGATAN",
        "pencatatan": "PENCATATAN DAN PENDATAAN",
    }
    for tag, heading in texts.items():
        assert [e.text for e in identity.iter(SOP + tag)] == source_list(heading), heading
    assert identity.get("nomor") == source_value("NOMOR SOP")
    assert identity.get("tanggalPembuatan") == source_value("TANGGAL PEMBUATAN")
    assert identity.get("tanggalRevisi") == source_value("TANGGAL REVISI")
    assert identity.get("tanggalEfektif") == source_value("TANGGAL EFEKTIF")
    assert identity.get("nama") == source_value("NAMA SOP")
    letterhead = [line for line in SOURCE if line.strip()][:3]
    assert [e.text for e in identity.iter(SOP + "instansi")] == letterhead
    (signer,) = identity.iter(SOP + "disahkanOleh")
    printed = [signer.get(k) for k in ("jabatan", "nama", "pangkat")] + [f"NIP. {signer.get('nip')}"]
    assert " ".join(printed) == source_value("DISAHKAN OLEH")
    assert len(signer.get("nip")) == 17, "the source prints one digit too few, and it is kept"


# Flow ---------------------------------------------------------------------------------------------------------------
def test_each_step_has_one_timer_that_says_its_standard_time():
    durations = []
    for task, step in zip(TASKS, STEPS, strict=True):
        (timer,) = xpath(f"//bpmn:boundaryEvent[@attachedToRef='{task.get('id')}']")
        assert timer.get("cancelActivity") == "false"
        (duration,) = xpath("bpmn:timerEventDefinition/bpmn:timeDuration", timer)
        count, unit = step["waktu"].split()
        assert duration.text == (f"P{count}D" if unit.lower() == "hari" else f"PT{count}M")
        durations.append(duration.text)
    assert durations == ["P1D", "P4D", "P1D", "P1D", "P1D", "P1D", "PT10M", "PT10M", "PT15M"]


def test_the_flow_is_the_faithful_one():
    flows = {(f.get("sourceRef"), f.get("targetRef")): f for f in xpath("//bpmn:sequenceFlow")}
    ids = [task.get("id") for task in TASKS]
    line = ["mulai", "gabung", ids[0], ids[1], "format_benar", *ids[2:], "selesai"]
    assert set(flows) == set(pairwise(line)) | {("format_benar", "gabung")}
    yes, no = flows["format_benar", ids[2]], flows["format_benar", "gabung"]
    assert BY_ID["format_benar"].get("name") == "Format benar?"
    assert (yes.get("name"), yes.findtext("bpmn:conditionExpression", namespaces=NS)) == ("Ya", 'keputusan = "benar"')
    assert (no.get("name"), no.findtext("bpmn:conditionExpression", namespaces=NS)) == ("Tidak", 'keputusan = "salah"')
    assert len(xpath("//bpmn:conditionExpression")) == 2


def test_step_four_runs_for_each_bagian_at_once():
    (loop,) = xpath("//bpmn:multiInstanceLoopCharacteristics")
    assert loop.getparent() is TASKS[3]
    assert loop.get("isSequential") == "false"
    (each,) = xpath("bpmn:extensionElements/sop:each", loop)
    assert dict(each.attrib) == {"collection": "penerima", "item": "bagian"}
    assert TASKS[3].get(SOP + "unit") == "item"


def test_the_publication_check_only_wonders_about_the_nip():
    forms = {path.stem: path.read_bytes() for path in (ROOT / "forms/definitions").glob("*.form")}
    findings = check((ROOT / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn").read_bytes(), forms)
    assert [(f.code, f.severity, f.element) for f in findings] == [
        ("IDENTITY_NIP", "warning", "pengumpulan_data_kinerja")
    ]


def test_another_sop_drawn_with_the_same_vocabulary_passes_the_check():
    other = ROOT / "tests/acceptance"
    forms = {path.stem: path.read_bytes() for path in other.glob("*.form")}
    assert check((other / "surat-masuk.bpmn").read_bytes(), forms) == ()


# Drawing ------------------------------------------------------------------------------------------------------------
Box = tuple[float, float, float, float]
Point = tuple[float, float]


def box(bounds) -> Box:
    x, y, w, h = (float(bounds.get(k)) for k in ("x", "y", "width", "height"))
    return (x, y, x + w, y + h)


SHAPES = {s.get("bpmnElement"): box(xpath("dc:Bounds", s)[0]) for s in xpath("//bpmndi:BPMNShape")}
LABELS = {
    s.get("bpmnElement"): box(xpath("bpmndi:BPMNLabel/dc:Bounds", s)[0])
    for s in xpath("//bpmndi:BPMNShape[bpmndi:BPMNLabel] | //bpmndi:BPMNEdge[bpmndi:BPMNLabel]")
}
EDGES: dict[str, list[Point]] = {
    e.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in xpath("di:waypoint", e)]
    for e in xpath("//bpmndi:BPMNEdge")
}
FRAMES = {e.get("id") for e in xpath("//bpmn:lane | //bpmn:participant")}
NODES = {key: value for key, value in SHAPES.items() if key not in FRAMES}


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def inside(a: Box, b: Box) -> bool:
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]


def segments(flow: str) -> list[Box]:
    """The straight parts of a flow as boxes without breadth: all are horizontal or vertical."""
    points = EDGES[flow]
    return [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in pairwise(points)]


def touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def test_everything_is_drawn():
    drawn = set(SHAPES) | set(EDGES)
    wanted = {e.get("id") for e in xpath("//bpmn:participant | //bpmn:lane | //bpmn:sequenceFlow")}
    wanted |= {e.get("id") for e in xpath("//bpmn:process/*[bpmn:incoming or bpmn:outgoing or @attachedToRef]")}
    assert drawn == wanted
    for gateway in xpath("//bpmn:exclusiveGateway"):
        (shape,) = xpath(f"//bpmndi:BPMNShape[@bpmnElement='{gateway.get('id')}']")
        assert shape.get("isMarkerVisible") == "true"


def test_every_name_beside_a_shape_has_its_place():
    named = {e.get("id") for e in xpath("//bpmn:process/*[@name]") if not e.tag.endswith("}userTask")}
    assert named == set(LABELS)
    for key, (left, _, right, _) in LABELS.items():
        assert right - left >= 5 * len(BY_ID[key].get("name")), f"the label of {key} would break into two lines"


def test_flows_are_straight_and_end_at_their_shapes():
    for flow, points in EDGES.items():
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), flow
        for point, end in ((points[0], "sourceRef"), (points[-1], "targetRef")):
            left, top, right, bottom = SHAPES[BY_ID[flow].get(end)]
            middle = ((left + right) / 2, (top + bottom) / 2)
            docks = {(left, middle[1]), (right, middle[1]), (middle[0], top), (middle[0], bottom)}
            assert point in docks, f"{flow} does not end in the middle of a side"


def test_no_two_flows_cross_or_touch():
    for one, other in combinations(EDGES, 2):
        assert not any(touch(a, b) for a in segments(one) for b in segments(other)), f"{one} meets {other}"


def test_no_flow_runs_through_a_shape():
    for flow in EDGES:
        ends = {BY_ID[flow].get("sourceRef"), BY_ID[flow].get("targetRef")}
        for key, shape in NODES.items():
            meets = overlap if key in ends else touch
            assert not any(meets(part, shape) for part in segments(flow)), f"{flow} runs through {key}"


def test_labels_are_free_of_shapes_flows_and_each_other():
    for key, label in LABELS.items():
        assert not [n for n, shape in NODES.items() if overlap(label, shape)], key
        assert not [f for f in EDGES if any(touch(part, label) for part in segments(f))], key
        assert inside(label, SHAPES["setda"]), key
    for one, other in combinations(LABELS, 2):
        assert not overlap(LABELS[one], LABELS[other]), (one, other)


def test_shapes_keep_their_distance_and_their_lane():
    for lane in xpath("//bpmn:lane"):
        for ref in xpath("bpmn:flowNodeRef", lane):
            assert inside(SHAPES[ref.text], SHAPES[lane.get("id")]), ref.text
        assert inside(SHAPES[lane.get("id")], SHAPES["setda"])
    for one, other in combinations(NODES, 2):
        attached = {BY_ID[one].get("attachedToRef"), BY_ID[other].get("attachedToRef")} & {one, other}
        assert attached or not overlap(NODES[one], NODES[other]), (one, other)


def test_the_drawing_reads_from_left_to_right():
    middles = [(SHAPES[task.get("id")][0] + SHAPES[task.get("id")][2]) / 2 for task in TASKS]
    assert middles == sorted(middles)
    assert SHAPES["mulai"][2] < middles[0]
    assert SHAPES["selesai"][0] > middles[-1]
