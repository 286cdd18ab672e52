"""The shipped diagram against the SOP's source, word for word."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from bpmn.rules import check

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "docs/sop/sop-pengumpulan-data-kinerja.txt").read_text("utf-8").splitlines()
READING = (ROOT / "docs/sop/reading.md").read_text("utf-8").splitlines()
NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
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


def test_the_templates_pass_the_check():
    """The proposed revision keeps the id of the process, so that it can become its second version."""
    forms = {path.stem: path.read_bytes() for path in (ROOT / "forms/definitions").glob("*.form")}
    revision = (ROOT / "bpmn/diagrams/templat/usulan-revisi-pengumpulan-data-kinerja.bpmn").read_bytes()
    assert [(f.code, f.element) for f in check(revision, forms)] == [("IDENTITY_NIP", "pengumpulan_data_kinerja")]
    assert {f.code for f in check((ROOT / "bpmn/diagrams/templat/kosong.bpmn").read_bytes(), forms)} == {
        "IDENTITY_PART"
    }


def test_the_proposed_revision_only_adds_returns():
    revision = etree.fromstring(
        (ROOT / "bpmn/diagrams/templat/usulan-revisi-pengumpulan-data-kinerja.bpmn").read_bytes()
    )
    for one, other in zip(TASKS, xpath("//bpmn:userTask", revision), strict=True):
        assert (one.get("id"), one.get("name")) == (other.get("id"), other.get("name"))
        parts = [etree.tostring(xpath("bpmn:extensionElements/sop:mutuBaku", task)[0]) for task in (one, other)]
        assert parts[0] == parts[1]
    identities = [etree.tostring(xpath("//sop:identity", diagram)[0]) for diagram in (DIAGRAM, revision)]
    assert identities[0] == identities[1]
    conditions = {
        (flow.get("sourceRef"), flow.get("targetRef")) for flow in xpath("//bpmn:sequenceFlow[@name='Tidak']", revision)
    }
    assert conditions == {
        ("format_benar", "gabung"),
        ("data_valid", "gabung_isian"),
        ("disetujui", "gabung_validasi"),
        ("bertanda_tangan", "gabung_koreksi"),
    }


def test_another_sop_drawn_with_the_same_vocabulary_passes_the_check():
    other = ROOT / "tests/acceptance"
    forms = {path.stem: path.read_bytes() for path in other.glob("*.form")}
    assert check((other / "surat-masuk.bpmn").read_bytes(), forms) == ()
