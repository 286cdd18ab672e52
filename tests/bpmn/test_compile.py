"""What is written in a diagram arrives in the process, and is read once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bpmn import compile as compiling
from bpmn import rules_worker
from bpmn.compile import compile_process, plan_of
from bpmn.model import Distribute, DocumentDefinition, Duration, Each, MutuBaku, Official, PrintOut, Sign, Write

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"
FORMS = {path.stem: path.read_bytes() for path in (ROOT / "forms/definitions").glob("*.form")}

WORDS = """<sop:form ref="isi"/>
<sop:mutuBaku waktu="2 jam"><sop:kelengkapan>Draft  “A”</sop:kelengkapan><sop:output>B</sop:output>
<sop:keterangan>C</sop:keterangan></sop:mutuBaku>
<sop:reads document="a"/><sop:reads document="b"/>
<sop:writes document="a" state="selesai" form="lain"/><sop:writes document="b"/>
<sop:initial field="x">a.x + 1</sop:initial><sop:initial field="y" always="true">null</sop:initial>
<sop:initial field="z" always="false">1</sop:initial>
<sop:due>batas</sop:due><sop:returnNote field="catatan"/>
<sop:sign kind="tandatangan" document="a"/>
<sop:printOut document="a" title="Cetak" layout="landscape"/><sop:printOut document="b" title="Lain"/>
<sop:amendable while="kedua"/><sop:distribute document="b" by="kode">a.baris</sop:distribute>"""


@pytest.fixture(scope="module")
def whole(draw):
    diagram = (
        draw().start().task("satu", words=WORDS, duration="PT2H", attributes='sop:role="khusus" sop:unit="owner.induk"')
    )
    diagram.task("kedua", each="daftar", attributes='sop:unit="item"').end()
    diagram.lane = 'name="Staf" sop:role="staf" sop:unit="owner"'
    diagram.documents = '<sop:document key="a" name="A" form="lihat" state="draf"/><sop:document key="b" name="B"/>'
    diagram.start_form = '<sop:startForm form="awal" writes="a"/>'
    diagram.identity = (
        '<sop:identity nomor="1/2" nama="N" tanggalPembuatan="p" tanggalRevisi="r" tanggalEfektif="e">'
        "<sop:instansi>X</sop:instansi><sop:instansi>Y</sop:instansi>"
        '<sop:disahkanOleh jabatan="j" nama="n" pangkat="g" nip="1"/><sop:dasarHukum>d1</sop:dasarHukum>'
        "<sop:dasarHukum>d2</sop:dasarHukum><sop:kualifikasiPelaksana>k</sop:kualifikasiPelaksana>"
        "<sop:keterkaitan>t</sop:keterkaitan><sop:peralatan>a</sop:peralatan><sop:peringatan>i</sop:peringatan>"
        "<sop:pencatatan>c</sop:pencatatan></sop:identity>"
    )
    return diagram.path("mulai", "satu", "kedua", "selesai")


def test_every_keyword_arrives(whole):
    process = whole.process()
    task, second = process.tasks["satu"], process.tasks["kedua"]
    assert (task.number, second.number) == (1, 2)
    assert (task.role, task.unit, task.lane, task.form) == ("khusus", "owner.induk", "lajur", "isi")
    assert (second.role, second.unit) == ("staf", "item")
    assert task.mutu_baku == MutuBaku(waktu="2 jam", kelengkapan="Draft  “A”", output="B", keterangan="C")
    assert (task.duration, task.timer) == (Duration(minutes=120), "batas_satu")
    assert task.reads == ("a", "b")
    assert task.writes == (Write("a", "selesai", "lain"), Write("b"))
    assert {field: value.text for field, value in task.initial.items()} == {"x": "a.x + 1", "y": "null", "z": "1"}
    assert task.always == {"y"}
    assert task.due is not None
    assert (task.due.text, task.return_note, task.amendable_while) == ("batas", "catatan", "kedua")
    assert task.sign == Sign("tandatangan", "a")
    assert task.print_outs == (PrintOut("a", "Cetak", "landscape"), PrintOut("b", "Lain"))
    assert task.distribute == (Distribute("b", "kode", task.distribute[0].rows),)
    assert second.each is not None
    assert second.each == Each(second.each.collection, "unit_kerja")
    assert process.documents == {"a": DocumentDefinition("a", "A", "lihat", "draf"), "b": DocumentDefinition("b", "B")}
    assert (process.start.form, process.start.writes, process.start.role) == ("awal", "a", "staf")
    assert process.variables == {"batas", "daftar"}
    assert process.business_key.text == process.title.text == "kunci"
    assert process.nodes["batas_satu"].type == "boundaryEvent"
    assert (process.flows[0].source, process.flows[0].target) == ("mulai", "satu")


def test_the_identity_page_arrives_word_for_word(whole):
    identity = whole.process().identity
    assert identity.instansi == ("X", "Y")
    assert identity.dasar_hukum == ("d1", "d2")
    assert identity.disahkan_oleh == Official("j", "n", "g", "1")
    assert (identity.nomor, identity.nama) == ("1/2", "N")
    assert (identity.tanggal_pembuatan, identity.tanggal_revisi, identity.tanggal_efektif) == ("p", "r", "e")
    rest = (identity.kualifikasi_pelaksana, identity.keterkaitan, identity.peralatan, identity.peringatan)
    assert (*rest, identity.pencatatan) == (("k",), ("t",), ("a",), ("i",), ("c",))


def test_the_same_bytes_are_read_once_and_other_bytes_apart(whole):
    xml = whole.xml()
    process = compile_process(xml)
    assert compile_process(bytes(bytearray(xml))) is process
    assert plan_of(process) is plan_of(process)
    other = compile_process(xml + b"\n")
    assert other is not process
    assert other.digest != process.digest


def test_threads_that_compile_at_once_get_one_process(whole, monkeypatch):
    monkeypatch.setattr(compiling, "_processes", compiling._Cache())
    with ThreadPoolExecutor(8) as pool:
        assert len({id(process) for process in pool.map(compile_process, [whole.xml()] * 16)}) == 1


def test_the_cache_is_bounded(monkeypatch):
    monkeypatch.setattr(compiling, "MAX_CACHED", 2)
    cache = compiling._Cache()
    for key in ("a", "b", "a", "c"):
        assert (cache.get(key) or cache.put(key, key)) == key
    assert [cache.get(key) for key in ("a", "b", "c")] == ["a", None, "c"]


def test_conditions_follow_the_order_of_the_file_not_the_drawing(draw):
    diagram = draw().start().task("t").choice("g").end("a").end("b").path("mulai", "t", "g")
    process = diagram.flow("g", "b", "x > 1").flow("g", "a", "x > 0").process()
    gate = plan_of(process).spec.task_specs["g"]
    assert [target for _, target, _ in gate.conditions] == ["b", "a"]


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_a_mangled_diagram_gets_findings_and_never_a_crash(seed):
    """Elements and attributes dropped, doubled, swapped: whatever is left, the check has an answer."""
    chance = random.Random(seed)
    root = etree.fromstring(SHIPPED.read_bytes())
    for _ in range(chance.randint(1, 6)):
        elements = [element for element in root.iter() if isinstance(element.tag, str) and element is not root]
        element = chance.choice(elements)
        parent = element.getparent()
        what = chance.randrange(5)
        if what == 0 and parent is not None:
            parent.remove(element)
        elif what == 1 and element.attrib:
            del element.attrib[chance.choice(list(element.attrib))]
        elif what == 2 and element.attrib:
            element.set(
                chance.choice(list(element.attrib)), chance.choice(["", "x", "mulai", "selesai", "1 +", "item"])
            )
        elif what == 3:
            element.text = chance.choice([None, "", "x", "P1D", "a = ", "null"])
        else:
            element.append(etree.fromstring(etree.tostring(chance.choice(elements))))
    xml = etree.tostring(root)
    found = rules_worker.findings(xml, FORMS)
    if not any(finding.severity == "error" for finding in found):
        assert compile_process(xml).tasks
