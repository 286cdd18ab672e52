"""Files that nobody should trust: each gets a clear finding, quickly, and the check goes on working."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from bpmn import rules, rules_worker, safexml
from bpmn.compile import compile_process
from bpmn.errors import CheckUnfinished, DiagramError
from bpmn.reader import MAX_NODES

SHIPPED = Path(__file__).parents[2] / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
LAUGHS = (
    HEAD + '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]><lolz>&lol9;</lolz>"
)  # fmt: skip
XXE = HEAD + '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
PARAMETER = HEAD + '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><d/>'
EXTERNAL = HEAD + '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>'


def codes(findings) -> set[str]:
    return {finding.code for finding in findings}


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b" \n\t", "FILE_EMPTY"),
        (b"<a", "FILE_MALFORMED"),
        (b"bukan xml", "FILE_MALFORMED"),
        (b"PK\x03\x04 zip", "FILE_MALFORMED"),
        (b"<a></b>", "FILE_MALFORMED"),
        (b"<a>&x;</a>", "FILE_MALFORMED"),
        (b"<a>\x00</a>", "FILE_MALFORMED"),
        (b"<a/>", "NOT_BPMN"),
        (b"<definitions/>", "NOT_BPMN"),
        (b"<html><body>x</body></html>", "NOT_BPMN"),
        (b"\xff\xfe<\x00a\x00/\x00>\x00", "FILE_ENCODING"),
        ("<a/>".encode("utf-16"), "FILE_ENCODING"),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', "FILE_ENCODING"),
        (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-', "FILE_ENCODING"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', "FILE_ENCODING"),
        (b"<a>\xe9</a>", "FILE_ENCODING"),
        (LAUGHS.encode(), "FILE_DOCTYPE"),
        (XXE.encode(), "FILE_DOCTYPE"),
        (PARAMETER.encode(), "FILE_DOCTYPE"),
        (EXTERNAL.encode(), "FILE_DOCTYPE"),
        (b"<a>" * 30 + b"</a>" * 30, "FILE_TOO_DEEP"),
        (b"<a>" * 5000 + b"</a>" * 5000, "FILE_MALFORMED"),
        (b"<a>" + b"<b/>" * 20_001 + b"</a>", "FILE_TOO_MANY_ELEMENTS"),
        (b"<a>" + b" " * safexml.MAX_BYTES + b"</a>", "FILE_TOO_LARGE"),
        (b'<a xmlns:b="x" b:c="' + b"y" * 10_001 + b'"/>', "NOT_BPMN"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:30]),
)
def test_a_bad_file_has_a_clear_finding_from_both_doors(source, code):
    assert code in codes(rules.check(source, {}))
    with pytest.raises(DiagramError) as caught:
        compile_process(source)
    assert code in codes(caught.value.findings)


def test_a_line_is_named_where_it_is_known():
    (finding,) = rules.check(b"<a>\n<b>\n</a>", {})
    assert finding.line == 3


def test_ten_thousand_elements_are_refused_quickly(draw):
    diagram = draw().start()
    for number in range(10_000):
        diagram.task(f"t{number}", words="")
    source = diagram.end().path("mulai", *(f"t{number}" for number in range(10_000)), "selesai").xml()
    begun = time.monotonic()
    found = codes(rules.check(source, {}))
    assert found & {"TOO_MANY_NODES", "FILE_TOO_LARGE", "FILE_TOO_MANY_ELEMENTS"}
    assert time.monotonic() - begun < 5
    for number in range(MAX_NODES + 1, 10_000):
        del diagram.nodes[f"t{number}"]
    diagram.flows.clear()
    assert "TOO_MANY_NODES" in codes(rules.check(diagram.xml(), {}))


def test_as_many_nodes_as_allowed_run(draw, at):
    from bpmn import runtime

    names = [f"t{number}" for number in range(MAX_NODES - 2)]
    diagram = draw().start()
    for name in names:
        diagram.task(name)
    process = diagram.end().path("mulai", *names, "selesai").process()
    advance = runtime.start(process, {}, at())
    for _ in names:
        advance = runtime.complete(process, advance.snapshot, advance.user_tasks[0].ref, {}, at())
    assert advance.finished
    assert list(process.tasks) == names


def test_the_diagram_that_the_library_parses_without_end_is_refused_at_once(draw):
    """A data association from a doubly nested subprocess to a data object outside."""
    inner = (
        '<bpmn:subProcess id="s1"><bpmn:startEvent id="a1"/><bpmn:subProcess id="s2"><bpmn:startEvent id="a2"/>'
        '<bpmn:task id="dalam"><bpmn:dataInputAssociation><bpmn:sourceRef>ref</bpmn:sourceRef>'
        "</bpmn:dataInputAssociation></bpmn:task></bpmn:subProcess></bpmn:subProcess>"
        '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="ref" dataObjectRef="o"/>'
    )
    diagram = draw().start().task("t").raw("s1", inner).end().path("mulai", "t", "s1", "selesai")
    begun = time.monotonic()
    found = rules.check(diagram.xml(), {})
    assert {"ELEMENT_UNSUPPORTED"} <= codes(found)
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize("text", ["a\u202eb", "a\u2066b", "a\u200eb", "a\u0085b", "\ufeffa"])
@pytest.mark.parametrize("place", ["name", "keyword", "condition"])
def test_hidden_and_reordering_characters_are_refused_everywhere(draw, text, place):
    diagram = draw().start().task("t", name=text if place == "name" else "t").end().path("mulai", "t", "selesai")
    if place == "keyword":
        diagram.process_words = f'<sop:document key="d" name="{text}"/>'
    if place == "condition":
        diagram.choice("g").flow("g", "t", f'a = "{text}"')
    assert "TEXT_HIDDEN" in codes(rules_worker.findings(diagram.xml(), {}))


def test_markup_in_a_name_stays_text(draw):
    process = draw().start().task("t", name="<script>alert(1)</script>").end().path("mulai", "t", "selesai").process()
    assert process.tasks["t"].name == "<script>alert(1)</script>"


@pytest.fixture
def worker():
    """The process that checks, running."""
    assert rules.check(SHIPPED.read_bytes(), {})
    assert rules._worker._process is not None
    return rules._worker._process


def test_a_check_that_uses_too_much_of_the_processor_is_killed_and_the_next_one_works(draw, worker, monkeypatch):
    diagram = draw().start()
    for number in range(MAX_NODES - 2):
        diagram.task(f"t{number}")
    source = diagram.end().path("mulai", *(f"t{number}" for number in range(MAX_NODES - 2)), "selesai").xml()
    monkeypatch.setattr(rules, "PROCESSOR_LIMIT", 0.01)
    assert codes(rules.check(source, {})) == {"FILE_TIMEOUT"}
    assert worker.poll() == -signal.SIGPROF, "the kernel killed it"
    monkeypatch.undo()
    assert "STANDARD_MISSING" in codes(rules.check(source, {}))


def test_time_that_the_machine_gives_to_others_is_not_the_file_s_fault(worker, monkeypatch):
    monkeypatch.setattr(rules, "PROCESSOR_LIMIT", 1.0)
    os.kill(worker.pid, signal.SIGSTOP)
    threading.Timer(1.2, os.kill, (worker.pid, signal.SIGCONT)).start()
    assert "FORM_UNKNOWN" in codes(rules.check(SHIPPED.read_bytes(), {}))
    assert rules._worker._process is worker


def test_a_check_that_the_machine_has_no_time_for_says_nothing_of_the_file(worker, monkeypatch):
    source = SHIPPED.read_bytes()
    os.kill(worker.pid, signal.SIGSTOP)
    monkeypatch.setattr(rules, "WAIT_LIMIT", 0.2)
    begun = time.monotonic()
    with pytest.raises(CheckUnfinished, match="Server sedang sibuk"):
        rules.check(source, {})
    assert time.monotonic() - begun < 3
    assert worker.poll() is not None, "it was killed"
    monkeypatch.undo()
    assert "FORM_UNKNOWN" in codes(rules.check(source, {}))


def test_a_check_whose_process_dies_says_so_and_the_next_one_works():
    source = SHIPPED.read_bytes()
    rules.check(source, {})
    assert rules._worker._process is not None
    rules._worker._process.kill()
    assert codes(rules.check(source, {})) & {"FILE_CHECK_FAILED", "FORM_UNKNOWN"}
    assert "FORM_UNKNOWN" in codes(rules.check(source, {}))


def test_the_process_that_checks_answers_like_the_check_itself(draw):
    source = SHIPPED.read_bytes()
    assert rules.check(source, {}) == rules_worker.findings(source, {})


def test_forms_that_are_too_large_together_are_not_even_sent():
    found = rules.check(SHIPPED.read_bytes(), {"a": b"x" * (rules.MAX_FORMS_BYTES + 1)})
    assert codes(found) == {"FILE_TOO_LARGE"}
