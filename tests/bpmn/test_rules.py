"""The publication check: each code has a diagram that earns it, and a sentence that an author can act on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bpmn import rules_worker
from bpmn.codes import CODES, ERROR, WARNING, Report
from bpmn.model import Finding

FORM = '<sop:form ref="isi"/>'
STANDARD = '<sop:mutuBaku waktu="1 Hari"><sop:kelengkapan>a</sop:kelengkapan><sop:output>b</sop:output></sop:mutuBaku>'
EACH = '<bpmn:extensionElements><sop:each collection="daftar" item="u"/></bpmn:extensionElements>'


@pytest.fixture
def forms(form):
    return {
        "awal": form("awal", kunci="textfield", arah=["kiri", "kanan"], daftar="checklist", setuju="checkbox"),
        "isi": form("isi", hasil=["benar", "salah"], catatan="textarea", batas="date", angka="number"),
    }


@pytest.fixture
def findings(forms):
    def check(diagram, **more: bytes) -> tuple[Finding, ...]:
        return rules_worker.findings(diagram if isinstance(diagram, bytes) else diagram.xml(), {**forms, **more})

    return check


def codes(found) -> set[str]:
    return {finding.code for finding in found}


def line(diagram, *middle: str):
    """Start, these nodes, end, one after the other."""
    return diagram.end().path("mulai", *middle, "selesai")


def one(draw, **task):
    return line(draw().start().task("t", **task), "t")


def words(draw, more: str, **task):
    return one(draw, words=FORM + STANDARD + more, duration="P1D", **task)


def changed(draw, **fields):
    diagram = one(draw)
    for name, value in fields.items():
        setattr(diagram, name, value)
    return diagram


def gate(draw, *flows: tuple[str, str], default: str | None = None, task_words: str = FORM):
    """start → t → g, from which `flows` (target, condition) lead to ends of that name."""
    diagram = draw().start().task("t", words=task_words).choice("g", default=default).path("mulai", "t", "g")
    for target, condition in flows:
        diagram.end(target).flow("g", target, condition)
    return diagram


def around(draw, node: str, xml: str):
    return line(draw().start().task("t").raw(node, xml), "t", node)


CASES: dict[str, Callable] = {
    # --- the process ---
    "NOT_BPMN": lambda d: b"<a/>",
    "PROCESS_MISSING": lambda d: re.sub(b"<bpmn:process.*</bpmn:process>", b"", one(d).xml(), flags=re.S),
    "PROCESS_SEVERAL": lambda d: one(d).xml().replace(b"</bpmn:process>", b'</bpmn:process><bpmn:process id="p2"/>'),
    "PROCESS_NOT_EXECUTABLE": lambda d: changed(d, process_attributes='name="x" isExecutable="false"'),
    "PROCESS_NAME": lambda d: changed(d, process_attributes='isExecutable="true"'),
    "ID_MISSING": lambda d: around(d, "s", '<bpmn:userTask name="x"/>'),
    "ID_BAD": lambda d: around(d, "s", '<bpmn:userTask id="a b" name="x"/>'),
    "ID_DOUBLED": lambda d: changed(d, extra='<bpmn:userTask id="t" name="t"/>'),
    "ELEMENT_UNSUPPORTED": lambda d: around(d, "s", '<bpmn:scriptTask id="s"/>'),
    "PART_UNSUPPORTED": lambda d: one(d, inside="<bpmn:ioSpecification/>"),
    "ATTRIBUTE_UNSUPPORTED": lambda d: one(d, attributes='camunda:assignee="demo"'),
    "EVENT_UNSUPPORTED": lambda d: line(d().start(inside="<bpmn:messageEventDefinition/>").task("t"), "t"),
    "EXTENSION_UNKNOWN": lambda d: words(d, "<camunda:formData/>"),
    "EXTENSION_ATTRIBUTE": lambda d: words(d, '<sop:reads document="a" dokumen="b"/>'),
    "EXTENSION_MISSING": lambda d: words(d, "<sop:reads/>"),
    "EXTENSION_DOUBLED": lambda d: words(d, FORM),
    "EXTENSION_VALUE": lambda d: words(d, '<sop:sign kind="cap" document="a"/>'),
    "FEEL_SYNTAX": lambda d: words(d, '<sop:initial field="catatan">1 +</sop:initial>'),
    "FEEL_FOREIGN": lambda d: words(d, '<sop:initial field="catatan">${a}</sop:initial>'),
    "TEXT_TOO_LONG": lambda d: words(d, f'<sop:initial field="catatan">"{"x" * 10_001}"</sop:initial>'),
    # --- lanes ---
    "LANE_MISSING": lambda d: changed(d, lane_refs=["mulai", "selesai"]),
    "LANE_DOUBLED": lambda d: changed(d, lane_refs=["mulai", "t", "t", "selesai"]),
    "LANE_NESTED": lambda d: one(d).xml().replace(b"</bpmn:lane>", b"<bpmn:childLaneSet/></bpmn:lane>"),
    "LANE_ROLE": lambda d: changed(d, lane='name="Staf"'),
    "LANE_NAME": lambda d: changed(d, lane='sop:role="staf"'),
    "LANE_UNKNOWN_NODE": lambda d: changed(d, lane_refs=["mulai", "t", "selesai", "hantu"]),
    "UNIT_ITEM": lambda d: one(d, attributes='sop:unit="item"'),
    "UNIT_VARIABLE": lambda d: one(d, attributes='sop:unit="kantor.kode"'),
    # --- the flow ---
    "START_MISSING": lambda d: d().task("t").end().path("t", "selesai"),
    "START_SEVERAL": lambda d: one(d).start("mulai2").path("mulai2", "t"),
    "START_INCOMING": lambda d: one(d).flow("t", "mulai"),
    "END_MISSING": lambda d: d().start().task("t").path("mulai", "t"),
    "END_OUTGOING": lambda d: one(d).flow("selesai", "t"),
    "FLOW_ENDS": lambda d: one(d).flow("t", "hantu"),
    "FLOW_SELF": lambda d: one(d).flow("t", "t"),
    "FLOW_DOUBLED": lambda d: changed(
        d, extra='<bpmn:sequenceFlow id="lagi" sourceRef="mulai" targetRef="t"/>'
    ),
    "OUTGOING_MISSING": lambda d: one(d).task("u").flow("mulai", "u"),
    "OUTGOING_SEVERAL": lambda d: one(d).task("u").path("t", "u", "selesai"),
    "INCOMING_MISSING": lambda d: one(d).task("u").flow("u", "selesai"),
    "INCOMING_SEVERAL": lambda d: line(d().start().task("t").task("u").choice("g", default="selesai"), "t", "u", "g")
    .flow("g", "t", 'hasil = "salah"'),
    "UNREACHABLE": lambda d: one(d).task("u").task("v").path("u", "v", "u"),
    "NO_WAY_OUT": lambda d: one(d).choice("g").task("u").path("mulai", "g", "u", "g"),
    "CONDITION_MISSING": lambda d: gate(d, ("a", ""), ("b", "setuju")),
    "CONDITION_MISPLACED": lambda d: d().start().task("t").end().path("mulai", "t").flow("t", "selesai", "setuju"),
    "CONDITION_ON_DEFAULT": lambda d: gate(d, ("a", "setuju"), ("b", "not(setuju)"), default="a"),
    "CONDITION_CONSTANT": lambda d: gate(d, ("a", "1 = 1"), ("b", ""), default="b"),
    "CONDITION_NO_DEFAULT": lambda d: gate(d, ("a", "setuju"), ("b", "not(setuju)")),
    "CONDITION_VALUE": lambda d: gate(d, ("a", 'hasil = "bener"'), ("b", ""), default="b"),
    "DEFAULT_UNKNOWN": lambda d: gate(d, ("a", "setuju"), ("b", "not(setuju)"), default="hantu"),
    "CYCLE_IDLE": lambda d: line(
        d().start().task("t").choice("g").choice("h", default="selesai"), "t", "g", "h"
    ).flow("h", "g", "setuju"),
    "JOIN_DEADLOCK": lambda d: line(
        d().start().task("t").choice("g", default="u").task("u").task("v").fork("j"), "t", "g", "u", "j"
    ).flow("g", "v", "setuju").path("v", "j"),
    "TOKEN_DOUBLED": lambda d: line(
        d().start().fork("f").task("t").task("u").choice("m"), "f", "t", "m"
    ).path("f", "u", "m"),
    # --- timers ---
    "TIMER_MISSING": lambda d: one(d).raw(
        "b", '<bpmn:boundaryEvent id="b" attachedToRef="t" cancelActivity="false"/>'
    ),
    "TIMER_KIND": lambda d: one(d).timer("t", "R3/PT1H", kind="Cycle"),
    "TIMER_DURATION": lambda d: one(d, duration="P1W"),
    "TIMER_INTERRUPTING": lambda d: one(d).timer("t", "P1D", cancel="true"),
    "TIMER_ATTACHED": lambda d: one(d).timer("selesai", "P1D"),
    "TIMER_SEVERAL": lambda d: one(d, duration="P1D").timer("t", "P2D", node="b2"),
    "TIMER_OUTGOING": lambda d: one(d, duration="P1D").flow("batas_t", "selesai"),
    "TIMER_NONE": lambda d: one(d),
    "DUE_WITHOUT_TIMER": lambda d: one(d, words=FORM + "<sop:due>kunci</sop:due>"),
    # --- a step ---
    "TASK_NAME": lambda d: one(d, name=""),
    "TASK_NONE": lambda d: d().start().end().path("mulai", "selesai"),
    "STANDARD_MISSING": lambda d: one(d),
    "STANDARD_PART": lambda d: one(d, words=FORM + "<sop:mutuBaku/>"),
    "STANDARD_TIME_TEXT": lambda d: one(d, words=FORM + '<sop:mutuBaku waktu="segera"/>', duration="P1D"),
    "STANDARD_TIME": lambda d: one(d, words=FORM + STANDARD, duration="P2D"),
    "FORM_MISSING": lambda d: one(d, words=""),
    "FORM_UNKNOWN": lambda d: one(d, words='<sop:form ref="hantu"/>'),
    "START_FORM_MISSING": lambda d: changed(d, start_form=""),
    "BUSINESS_KEY_MISSING": lambda d: changed(d, key=""),
    "TITLE_MISSING": lambda d: changed(d, title=""),
    "START_VARIABLE": lambda d: changed(d, title="<sop:title>hasil</sop:title>"),
    "VARIABLE_UNKNOWN": lambda d: gate(d, ("a", 'nasib = "x"'), ("b", ""), default="b"),
    "VARIABLE_TYPE": lambda d: gate(d, ("a", "angka"), ("b", ""), default="b"),
    "DOCUMENT_UNKNOWN": lambda d: words(d, '<sop:reads document="hantu"/>'),
    "DOCUMENT_DOUBLED": lambda d: changed(d, documents='<sop:document key="a" name="A"/>' * 2),
    "DOCUMENT_KEY": lambda d: changed(d, documents='<sop:document key="a-b" name="A"/>'),
    "DOCUMENT_UNREAD": lambda d: changed(d, documents='<sop:document key="a" name="A"/>'),
    "DOCUMENT_EARLY": lambda d: _documents(
        line(
            d().start().task("t", words=FORM + '<sop:reads document="a"/>')
            .task("u", words=FORM + '<sop:writes document="a"/>'), "t", "u",
        )
    ),
    "WRITES_DOUBLED": lambda d: _documents(words(d, '<sop:writes document="a"/>' * 2)),
    "SIGN_DOCUMENT": lambda d: _documents(words(d, '<sop:sign kind="paraf" document="a"/>')),
    "SIGN_WHEN": lambda d: _documents(
        words(d, '<sop:writes document="a"/><sop:sign kind="paraf" document="a" when="setujui"/>')
    ),
    "SIGN_ITEM": lambda d: _documents(
        words(d, '<sop:writes document="a"/><sop:sign kind="paraf" document="a"/>', loop=EACH)
    ),
    "PRINT_DOCUMENT": lambda d: _documents(words(d, '<sop:printOut document="a" title="A"/>')),
    "AMENDABLE_TARGET": lambda d: words(d, '<sop:amendable while="selesai"/>'),
    "INITIAL_FIELD": lambda d: words(d, '<sop:initial field="hantu">1</sop:initial>'),
    "INITIAL_DOUBLED": lambda d: words(d, '<sop:initial field="catatan">1</sop:initial>' * 2),
    "INITIAL_VARIABLE": lambda d: words(d, '<sop:initial field="catatan">hantu.isi</sop:initial>'),
    "RETURN_NOTE_FIELD": lambda d: words(d, '<sop:returnNote field="hantu"/>'),
    "DISTRIBUTE_ITEM": lambda d: _documents(
        words(d, '<sop:distribute document="a" by="k">[]</sop:distribute>', loop=EACH)
    ),
    "EACH_MISSING": lambda d: one(d, loop=""),
    "EACH_SEQUENTIAL": lambda d: one(d, loop=EACH).xml().replace(b'isSequential="false"', b'isSequential="true"'),
    "EACH_ITEM_NAME": lambda d: one(d, loop=EACH.replace('item="u"', 'item="u k"')),
    # --- the identity page ---
    "IDENTITY_MISSING": lambda d: one(d),
    "IDENTITY_PART": lambda d: changed(d, identity='<sop:identity nama="x"/>'),
    "IDENTITY_NIP": lambda d: changed(d, identity='<sop:identity><sop:disahkanOleh nip="123"/></sop:identity>'),
}  # fmt: skip
ELSEWHERE = {"TOO_MANY_NODES", "TEXT_HIDDEN", "FORM_INVALID", "VARIABLE_MAYBE", "FLOW_TOO_COMPLEX", "FINDINGS_CUT"}


def _documents(diagram):
    diagram.documents = '<sop:document key="a" name="A"/>'
    return diagram


def test_every_code_has_a_case():
    files = {code for code in CODES if code.startswith(("FILE_", "MOVE_"))}
    assert set(CODES) == set(CASES) | ELSEWHERE | files


@pytest.mark.parametrize("code", CASES)
def test_the_code_is_found(draw, findings, code):
    found = findings(CASES[code](draw))
    matching = [finding for finding in found if finding.code == code]
    assert matching, [f.code for f in found]
    for finding in matching:
        assert finding.severity == CODES[code][0]
        assert not re.search(r"(?<!\$)\{", finding.message), "every placeholder is filled"
        assert finding.message.endswith((".", "”"))


def test_a_whole_diagram_has_no_findings(draw, findings):
    diagram = draw().start().choice("m").task("t", words=FORM + STANDARD + '<sop:writes document="a"/>', duration="P1D")
    diagram.task("u", words=FORM + STANDARD + '<sop:reads document="a"/>', duration="P1D", each="daftar")
    diagram.choice("g", default="m").path("mulai", "m", "t", "g", "m").flow("g", "u", 'hasil = "benar"').end()
    diagram.path("u", "selesai").documents = '<sop:document key="a" name="A" form="isi"/>'
    diagram.identity = (
        '<sop:identity nomor="1" nama="N" tanggalEfektif="x"><sop:instansi>a</sop:instansi>'
        '<sop:disahkanOleh jabatan="j" nip="196110719851210011"/><sop:dasarHukum>a</sop:dasarHukum>'
        "<sop:kualifikasiPelaksana>a</sop:kualifikasiPelaksana><sop:peringatan>a</sop:peringatan>"
        "<sop:pencatatan>a</sop:pencatatan></sop:identity>"
    )
    assert findings(diagram) == ()


def test_elements_and_lines_are_named(draw, findings):
    (finding,) = (f for f in findings(gate(draw, ("a", "1 +"), ("b", ""), default="b")) if f.code == "FEEL_SYNTAX")
    assert finding.element == "g__a"
    assert finding.line is not None
    assert finding.line > 1
    assert "kolom" in finding.message


def test_a_broken_form_is_named_with_its_reason(draw, findings):
    found = [f for f in findings(one(draw), isi=b"{}") if f.code == "FORM_INVALID"]
    assert found
    assert all(f.element == "t" and "“isi”" in f.message for f in found)


def test_a_variable_that_only_one_way_fills_is_a_warning(draw, findings):
    diagram = draw().start().task("t", words='<sop:form ref="awal"/>').choice("g", default="m").task("u").choice("m")
    diagram.choice("h", default="selesai").end().end("lain").path("mulai", "t", "g", "m", "h", "selesai")
    diagram.flow("g", "u", "setuju").path("u", "m").flow("h", "lain", 'hasil = "benar"')
    found = findings(diagram)
    assert [(f.severity, f.element) for f in found if f.code == "VARIABLE_MAYBE"] == [(WARNING, "h__lain")]


def test_answers_of_items_are_no_variables(draw, findings):
    diagram = draw().start().task("t", each="daftar").choice("g", default="selesai").end().end("a")
    found = findings(diagram.path("mulai", "t", "g", "selesai").flow("g", "a", 'hasil = "benar"'))
    assert "VARIABLE_UNKNOWN" in codes(found)


def test_two_choices_that_cover_a_field_need_no_default(draw, findings):
    found = findings(gate(draw, ("a", 'hasil = "benar"'), ("b", 'hasil = "salah"')))
    assert not codes(found) & {"CONDITION_NO_DEFAULT", "CONDITION_VALUE"}


def test_parallel_blocks_inside_a_loop_pass(draw, findings):
    diagram = (
        draw().start().choice("m").fork("f").task("t").task("u").fork("j").task("w").choice("g", default="m").end()
    )
    diagram.path("mulai", "m", "f", "t", "j", "w", "g", "m").path("f", "u", "j").flow("g", "selesai", 'hasil = "benar"')
    assert not {f.code for f in findings(diagram) if f.severity == ERROR}


def test_so_many_branches_that_nobody_can_tell_are_refused(draw, findings):
    diagram = draw().start().fork("f").fork("j").end().path("mulai", "f").path("j", "selesai")
    for number in range(14):
        a, b, g, m = (f"{letter}{number}" for letter in "abgm")
        diagram.choice(g, default=a).task(a).task(b).choice(m).path("f", g, a, m, "j").flow(g, b, "setuju").path(b, m)
    found = {f.code for f in findings(diagram) if f.severity == ERROR}
    assert found == {"FLOW_TOO_COMPLEX"}


def test_findings_are_said_once_and_not_without_end():
    report = Report()
    for number in range(1000):
        report.add("LANE_MISSING", "a", name="a")
        report.add("LANE_MISSING", str(number), name="a\nb" * 300)
    assert len(report.findings) == 201
    assert report.findings[-1].code == "FINDINGS_CUT"
    assert all(len(f.message) < 400 and "\n" not in f.message for f in report.findings)


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "acceptance").glob("*.bpmn")))
def test_another_sop_passes(path):
    sources = {form.stem: form.read_bytes() for form in path.parent.glob("*.form")}
    assert not [f for f in rules_worker.findings(path.read_bytes(), sources) if f.severity == ERROR]
