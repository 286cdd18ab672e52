"""The editor's addresses: drafts, the check, what there is to choose; only the pengelola writes."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from bpmn import rules
from bpmn.safexml import MAX_BYTES

Visitors = Callable[[str], Any]
P = "/proses/pengumpulan_data_kinerja"
FORM = "data-kinerja-9-arsip"
WRITES = [
    ("PUT", f"{P}/draf"),
    ("POST", f"{P}/formulir"),
    ("PUT", f"{P}/formulir/{FORM}/draf"),
    ("POST", f"{P}/draf/buang"),
    ("POST", "/proses/baru"),
]


@pytest.fixture
def editor(visitor: Visitors) -> Any:
    return visitor("pengelola")


def opened(who: Any) -> dict[str, Any]:
    return dict(who.ask(f"{P}/draf").json)


def test_everybody_sees_and_only_the_pengelola_writes(visitor: Visitors, editor: Any) -> None:
    for account in ("staf.prk", "auditor", "sekda"):
        who = visitor(account)
        assert who.page(f"{P}/sunting").status_code == 200
        assert opened(who)["canEdit"] is False
        assert "data-publish" not in who.page(f"{P}/sunting").text
        for method, path in WRITES:
            answer = who.send(path, {"data": {"xml": "<a/>", "schema": {"id": FORM}}, "revision": 0, "title": "x",
                                     "name": "x", "unit": "PRK"}, method)  # fmt: skip
            assert answer.status_code == 403, path
        assert "Sunting" not in who.page(P).text
    assert opened(editor)["canEdit"] is True
    assert f'href="{P}/sunting"' in editor.page(P).text


def test_without_a_token_nothing_is_written(editor: Any) -> None:
    for method, path in WRITES:
        answer = editor.client.open(path, method=method, json={"data": {}, "revision": 0})
        assert answer.status_code == 403, path


def test_a_draft_is_saved_and_the_second_to_save_gets_both_contents(editor: Any) -> None:
    first = opened(editor)
    assert (first["revision"], first["base"]) == (0, 1)
    xml = first["data"]["xml"].replace("Format benar?", "Sudah benar?")
    kept = editor.send(f"{P}/draf", {"data": {"xml": xml}, "revision": 0}, "PUT")
    assert kept.json["revision"] == 1
    other = first["data"]["xml"].replace("Format benar?", "Tepat?")
    late = editor.send(f"{P}/draf", {"data": {"xml": other}, "revision": 0}, "PUT")
    assert late.status_code == 409
    assert late.json["type"] == "urn:alur:problem:sudah-berubah"
    assert (late.json["by"], late.json["theirs"]["xml"]) == ("Pengelola Proses", xml)
    assert editor.ask(f"{P}/draf/{late.json['mine']}").json["data"]["xml"] == other
    again = editor.send(f"{P}/draf", {"data": {"xml": other}, "revision": late.json["theirs"]["revision"]}, "PUT")
    assert again.status_code == 200
    states = editor.ask(f"{P}/draf/riwayat").json["states"]
    assert [(one["number"], one["current"], one["aside"]) for one in states] == [
        (3, True, False), (2, False, True), (1, False, False),
    ]  # fmt: skip


def test_a_form_is_a_part_of_its_own(editor: Any) -> None:
    start = opened(editor)
    editor.send(f"{P}/draf", {"data": {"xml": start["data"]["xml"] + "\n"}, "revision": 0}, "PUT")
    form = editor.ask(f"{P}/formulir/{FORM}/draf").json
    assert form["data"]["schema"]["id"] == FORM
    unchanged = editor.send(f"{P}/formulir/{FORM}/draf", {"data": form["data"], "revision": 0}, "PUT")
    assert unchanged.json["revision"] == 1  # the same content makes no state
    schema = form["data"]["schema"] | {"title": "Arsip baru"}
    assert (
        editor.send(f"{P}/formulir/{FORM}/draf", {"data": {"schema": schema}, "revision": 0}, "PUT").status_code == 200
    )
    both = opened(editor)
    assert both["data"]["xml"] == start["data"]["xml"] + "\n"
    assert both["data"]["forms"][FORM]["title"] == "Arsip baru"
    renamed = schema | {"id": "lain"}
    assert (
        editor.send(f"{P}/formulir/{FORM}/draf", {"data": {"schema": renamed}, "revision": 2}, "PUT").status_code == 422
    )
    assert editor.page(f"{P}/formulir/{FORM}/sunting").status_code == 200
    assert editor.page(f"{P}/formulir/tidak-ada/sunting").status_code == 404
    made = editor.send(f"{P}/formulir", {"title": "Formulir Baru"})
    assert made.json["id"] == "formulir-baru"
    assert editor.page(made.json["url"]).status_code == 200


def test_the_check_points_at_elements_and_components(editor: Any) -> None:
    xml = opened(editor)["data"]["xml"]
    right = editor.send(f"{P}/periksa", {"xml": xml}).json
    assert right["ok"] is True
    wrong = editor.send(f"{P}/periksa", {"xml": xml.replace('keputusan = "benar"', 'keputusn = "benar"')}).json
    assert wrong["ok"] is False
    assert any("keputusn" in one["message"] and one["element"] for one in wrong["findings"])
    schema = opened(editor)["data"]["forms"]["data-kinerja-2-koreksi-format"]
    schema["components"] = [one for one in schema["components"] if one.get("key") != "keputusan"]
    lacking = editor.send(f"{P}/formulir/{schema['id']}/periksa", {"schema": schema}).json
    assert any("keputusan" in one["message"] and one["element"] == "" for one in lacking["findings"])
    schema["components"].append({"type": "peta", "id": "Peta_1", "key": "peta"})
    strange = editor.send(f"{P}/periksa", {"xml": xml, "forms": {schema["id"]: schema}}).json
    assert any(one.get("form") == schema["id"] and one["element"] == "Peta_1" for one in strange["findings"])
    assert opened(editor)["revision"] == 0  # asking changes nothing
    for source in ("", "<a", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "<a/>" * 9):
        answer = editor.send(f"{P}/periksa", {"xml": source})
        assert answer.status_code == 200
        assert answer.json["ok"] is False
        assert "root:" not in answer.text


def test_a_machine_too_busy_to_check_says_so_and_nothing_of_the_diagram(
    editor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    xml = opened(editor)["data"]["xml"]
    assert editor.send(f"{P}/periksa", {"xml": xml}).json["ok"] is True
    os.kill(rules._worker._process.pid, signal.SIGSTOP)
    monkeypatch.setattr(rules, "WAIT_LIMIT", 0.2)
    answer = editor.send(f"{P}/periksa", {"xml": xml})
    assert answer.status_code == 503
    assert answer.json["detail"].startswith("Server sedang sibuk: pemeriksaan belum selesai")
    monkeypatch.undo()
    assert editor.send(f"{P}/periksa", {"xml": xml}).json["ok"] is True


def test_what_there_is_to_choose(editor: Any) -> None:
    found = editor.ask(f"{P}/acuan").json
    form = next(one for one in found["forms"] if one["id"] == "data-kinerja-2-koreksi-format")
    choice = next(one for one in form["outputs"] if one["key"] == "keputusan")
    assert {one["value"] for one in choice["options"]} == {"benar", "salah"}
    rows = next(one for one in found["forms"] if one["id"] == "data-kinerja-1-draft-format")["outputs"]
    listed = next(one for one in rows if one["key"] == "indikator")
    assert listed["type"] == "list"
    assert "target" in [one["key"] for one in listed["columns"]]
    assert {"code": "perencana_ahli_muda", "name": "Perencana Ahli Muda"} in found["roles"]
    assert {"code": "HKM", "name": "Bagian Hukum"} in found["units"]


def test_sample_data_is_for_who_may_edit(editor: Any, visitor: Visitors) -> None:
    assert editor.ask(f"{P}/formulir/{FORM}/contoh").json == {"data": {}}
    assert "data-sample" in editor.page(f"{P}/formulir/{FORM}/sunting").text
    reader = visitor("staf.prk")
    assert reader.ask(f"{P}/formulir/{FORM}/contoh").status_code == 403
    assert "data-sample" not in reader.page(f"{P}/formulir/{FORM}/sunting").text


def test_one_bound_for_diagrams_sent_and_saved(editor: Any) -> None:
    """Whatever may be uploaded may be saved, as JSON with every quote escaped; more is refused in one sentence."""
    head, tail = '<definitions><documentation x="', '"/></definitions>'
    largest = head + '"' * (MAX_BYTES - len(head) - len(tail)) + tail
    saved = editor.send(f"{P}/draf", {"data": {"xml": largest}, "revision": 0}, "PUT")
    assert saved.status_code == 200
    assert editor.send(f"{P}/periksa", {"xml": largest}).json["findings"][0]["code"] == "FILE_MALFORMED"
    sentence = "Diagram melebihi 2 MB"
    data = {"csrf_token": editor.csrf, "cara": "unggah", "nama": "Besar", "unit": "PRK"}
    data["file"] = (io.BytesIO(largest.encode() + b" "), "besar.bpmn")  # type: ignore[assignment]
    sent = editor.client.post("/proses/baru", data=data, headers={"Accept": "text/html"})
    assert (sent.status_code, sentence in sent.text) == (413, True)
    for xml in (largest + " ", largest * 3):
        answer = editor.send(f"{P}/draf", {"data": {"xml": xml}, "revision": saved.json["revision"]}, "PUT")
        assert (answer.status_code, sentence in answer.json["detail"]) == (413, True)
        assert editor.send("/proses/baru", {"name": "B", "unit": "PRK", "xml": xml}).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": []},
        {"data": {"xml": 5}, "revision": 0},
        {"data": {"xml": "<a/>"}},
        {"data": {"forms": 1}, "revision": 0},
        {"data": {"xml": "<a/>"}, "revision": 1.5},
        {"data": {"xml": "<a/>"}, "revision": -1},
        {"data": {"xml": "<a/>"}, "revision": []},
        {"data": {"xml": "<a/>"}, "revision": {"a": 1}},
        {"data": {"xml": "<a/>"}, "revision": True},
        {"data": {"xml": "<a/>"}, "revision": 10**30},
    ],
)
def test_what_is_no_draft_is_refused(editor: Any, body: object) -> None:
    answer = editor.send(f"{P}/draf", body, "PUT")
    assert answer.status_code == 400
    assert opened(editor)["revision"] == 0


def test_a_new_process_from_a_template_a_copy_or_a_file(editor: Any) -> None:
    assert editor.page("/proses/baru").status_code == 200
    listed = editor.ask("/proses/acuan").json
    assert {"id": "pengumpulan_data_kinerja", "name": "Mekanisme Pengumpulan Data Kinerja"} in listed["processes"]
    copy = editor.send(
        "/proses/baru", {"id": "salinan", "name": "Salinan", "unit": "HKM", "copyOf": "pengumpulan_data_kinerja"}
    )
    assert copy.json["next"] == "/proses/salinan/sunting"
    assert FORM in editor.ask("/proses/salinan/draf").json["data"]["forms"]
    assert editor.send("/proses/baru", {"id": "salinan", "name": "S", "unit": "HKM", "xml": "<a/>"}).status_code == 422
    assert editor.send("/proses/baru", {"id": "lain", "name": "S", "xml": "<a/>"}).status_code == 422
    made = editor.submit("/proses/baru", cara="templat", templat="kosong", nama="Izin Cuti", unit="PRK")
    assert made.location == "/proses/izin_cuti/sunting"
    data = {"csrf_token": editor.csrf, "cara": "unggah", "nama": "Dari luar", "unit": "PRK"}
    data["file"] = (io.BytesIO(b"<definitions><scriptTask/></definitions>"), "luar.bpmn")  # type: ignore[assignment]
    sent = editor.client.post("/proses/baru", data=data, headers={"Accept": "text/html"})
    assert sent.location == "/proses/dari_luar/sunting"
    assert editor.page(sent.location).status_code == 200  # it opens although it cannot run
    assert editor.send("/proses/dari_luar/periksa", {}).json["ok"] is False
    assert "Dari luar" in editor.page("/proses").text
    missing = editor.submit("/proses/baru", cara="unggah", nama="X", unit="PRK")
    assert missing.status_code == 422
    assert "Pilih berkas" in missing.text


def test_saved_states_are_listed_shown_compared_and_taken_back(editor: Any, visitor: Visitors) -> None:
    xml = opened(editor)["data"]["xml"]
    assert "Belum ada draf" in editor.page(f"{P}/draf/riwayat").text
    for revision, name in enumerate(("Satu", "Dua &lt;b&gt;")):
        changed = xml.replace("Memvalidasi", name, 1)
        editor.send(f"{P}/draf", {"data": {"xml": changed}, "revision": revision}, "PUT")
    page = editor.page(f"{P}/draf/riwayat").text
    assert ("Simpanan 1" in page, "Simpanan 2" in page, "Draf sekarang" in page) == (True, True, True)
    shown = editor.page(f"{P}/draf/2").text
    assert ("Dua &lt;b&gt;" in shown, "<b>" in shown) == (True, False)
    assert "Dua" in editor.page(f"{P}/bandingkan?dari=simpanan-1&ke=draf").text
    assert "Satu" in editor.page(f"{P}/draf/1/diagram.bpmn").text
    for path in (f"{P}/draf/9", f"{P}/draf/9/diagram.bpmn", f"{P}/bandingkan?dari=simpanan-9&ke=draf"):
        assert editor.page(path).status_code == 404
    reader = visitor("staf.prk")
    assert "Jadikan draf" not in reader.page(f"{P}/draf/1").text
    assert reader.submit(f"{P}/draf/1/kembalikan").status_code == 403
    assert editor.submit(f"{P}/draf/1/kembalikan").location == f"{P}/sunting"
    assert (opened(editor)["revision"], "Satu" in opened(editor)["data"]["xml"]) == (3, True)
    assert [row["number"] for row in editor.ask(f"{P}/draf/riwayat").json["states"]] == [3, 2, 1]


def test_names_are_text_everywhere(editor: Any) -> None:
    name = '<script>alert("x")</script>'
    made = editor.send(
        "/proses/baru", {"id": "tanda", "name": name, "unit": "PRK", "copyOf": "pengumpulan_data_kinerja"}
    )
    for path in (made.json["next"], "/proses", "/proses/tanda/versi", "/proses/tanda/versi/berlakukan"):
        assert "<script>alert" not in editor.page(path).text


def test_only_the_editor_loosens_the_policy(editor: Any) -> None:
    loose = "style-src-attr 'unsafe-inline'"
    assert loose in editor.page(f"{P}/sunting").headers["Content-Security-Policy"]
    for path in (P, f"{P}/versi", f"{P}/bandingkan", f"{P}/formulir/{FORM}/sunting", "/proses/baru"):
        assert loose not in editor.page(path).headers["Content-Security-Policy"]
