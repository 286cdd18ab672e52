"""Drafts that mean harm are kept like any other, and every page that shows them stays a page."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

P = "/proses/pengumpulan_data_kinerja"
SCRIPT = '<img src=x onerror="alert(1)">'
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {"abcdefghij"[n]} "{("&" + "abcdefghij"[n - 1] + ";") * 10}">' for n in range(1, 10))
    + '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
)
BPMN = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
DIAGRAMS = {
    "entities": f'{LAUGHS}<definitions {BPMN}><process id="p" name="&j;&file;"/></definitions>',
    "inclusion": f'<definitions {BPMN} xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="file:///etc/passwd" '
    'parse="text"/><process id="p"/></definitions>',
    "stylesheet": f'<?xml-stylesheet href="file:///etc/passwd"?><definitions {BPMN}><process id="p"/></definitions>',
    "deep": f"<definitions {BPMN}>{'<process>' * 400}{'</process>' * 400}</definitions>",
    "wide": f"<definitions {BPMN}>{'<process/>' * 30_000}</definitions>",
    "half": f'<definitions {BPMN}><process id="p',
    "markup": f'<definitions {BPMN}><process id="p" name="{SCRIPT.replace("<", "&lt;").replace(chr(34), "&quot;")}">'
    '<userTask id="t" name="&lt;script>alert(1)&lt;/script>"/></process></definitions>',
}
PAGES = ("sunting", "versi", "versi/berlakukan", "bandingkan?ke=draf", "draf/riwayat", "draf/1", "draf")
WORST = 15.0  # seconds for all pages of a draft, on a busy machine too; without bounds some of these take minutes


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_hostile_diagram_opens_as_text_and_reads_no_file(visitor: Callable[[str], Any], name: str) -> None:
    editor = visitor("pengelola")
    form = {"id": "jahat", "title": SCRIPT, "type": "default", "schemaVersion": 19, "components": [
        {"id": "a", "type": "textfield", "key": "a", "label": SCRIPT, "validate": {"pattern": "(a+)+$"}},
        {"id": "b", "type": "expression", "key": "b", "expression": '=__import__("os").system("id")'},
    ]}  # fmt: skip
    data = {"xml": DIAGRAMS[name], "forms": {"jahat": form}}
    assert editor.send(f"{P}/draf", {"data": data, "revision": 0}, "PUT").status_code == 200
    began = perf_counter()
    for path in PAGES:
        shown = editor.page(f"{P}/{path}")
        assert shown.status_code == 200, path
        assert "root:" not in shown.text
        if path != "draf":
            assert SCRIPT not in shown.text
            assert "<script>alert" not in shown.text
    assert perf_counter() - began < WORST
    checked = editor.send(f"{P}/periksa", {}).json
    assert checked["ok"] is False
    refused = editor.submit(f"{P}/versi/berlakukan", catatan="Coba", revision="1")
    assert refused.status_code == 422
    assert len(editor.ask("/proses/acuan").json["processes"]) == 1
