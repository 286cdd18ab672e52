"""The shipped forms on realistic data, from the start to the format that is with the Bagian."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from forms.feel import parse


# What the forms open with ---------------------------------------------------------------------------------------------
def test_every_form_of_the_diagrams_is_shipped_and_loads_without_warning(book):
    named = set()
    for path in (Path(__file__).parents[3] / "bpmn/diagrams").rglob("*.bpmn"):
        diagram = etree.parse(path)
        named |= {e.get("ref") for e in diagram.iter(f"{book.SOP}form")}
        named |= {e.get("form") for e in diagram.iter(f"{book.SOP}document", f"{book.SOP}startForm")}
    assert named == set(book.FORMS)
    assert not [form.findings for form in book.FORMS.values() if form.findings]


def test_every_initial_value_has_a_use_in_its_form(book):
    """Each is a field's, or the name of a list of options or of a value in an expression."""
    for task, extension in book.TASKS.items():
        form = book.form_of(task)
        for element in extension.iter(f"{book.SOP}initial"):
            field = element.get("field")
            source = form.source.decode()
            assert field in form.outputs or re.search(
                rf'"valuesKey": "{field}"|"expression": "[^"]*\b{field}\b', source
            )


def test_the_start_form_asks_for_the_period(book):
    form = book.FORMS["data-kinerja-0-permintaan"]
    bad = {"tahun": Decimal("26.5"), "triwulan": "V", "jenis_pk": None}
    assert set(book.errors_of(form.load, bad, initial={}, now=book.NOW)) == {("tahun",), ("triwulan",), ("jenis_pk",)}


def test_title_and_period_come_from_the_start_form(book):
    quarter = book.started()
    start = quarter.page("membuat_draft")
    assert start["judul"] == "Data Kinerja Triwulan I Tahun 2026"
    assert start["periode"] == "Triwulan I Tahun 2026"
    assert start["perjanjian_kinerja"] == "Perjanjian Kinerja Murni"
    assert [option["value"] for option in start["pilihan_bagian"]] == ["PERKEU", "UMUM", "HUKUM"], "its own Bagian only"
    quarter.documents["permintaan"].update(judul="Judul sendiri", jenis_pk="perubahan")
    start = quarter.page("membuat_draft")
    assert (start["judul"], start["perjanjian_kinerja"]) == ("Judul sendiri", "Perjanjian Kinerja Perubahan")


def test_an_indicator_is_of_a_bagian_on_the_list_and_complete(book):
    quarter = book.started()
    page = quarter.page("membuat_draft")
    page["indikator"] = [book.indicator("KEC", "1", "naik", "-1"), book.indicator("UMUM", "")]
    assert set(book.errors_of(quarter.send, "membuat_draft", page)) == {
        ("indikator", 0, "kode_bagian"),
        ("indikator", 0, "target"),
        ("indikator", 1, "kode"),
    }


def test_a_format_that_is_wrong_goes_back_with_a_note(book):
    quarter = book.distributed()
    page = quarter.page("mengkoreksi_format")
    assert set(book.errors_of(quarter.send, "mengkoreksi_format", page)) == {("keputusan",)}
    page["keputusan"] = "salah"
    assert set(book.errors_of(quarter.send, "mengkoreksi_format", page)) == {("catatan_pengembalian",)}
    result = quarter.send("mengkoreksi_format", {**page, "catatan_pengembalian": "Satuan keliru"})
    assert result["catatan_pengembalian"] == "Satuan keliru"
    result = quarter.send("mengkoreksi_format", {**page, "keputusan": "benar", "catatan_pengembalian": "sisa"})
    assert "catatan_pengembalian" not in result


def test_the_format_that_was_checked_is_the_one_that_was_sent(book):
    quarter = book.distributed()
    page = quarter.page("mengkoreksi_format")
    page["indikator"][0]["target"] = Decimal(1)
    result = quarter.send("mengkoreksi_format", {**page, "keputusan": "benar"})
    assert result["indikator"][0]["target"] == 90
    assert result["indikator"][0]["nama_bagian"] == "Bagian Umum"


def test_all_that_own_an_indicator_receive_the_format_by_the_standard_time(book):
    quarter = book.distributed()
    start = quarter.page("menggandakan_format")
    assert start["penerima"] == ["UMUM", "HUKUM", "PERKEU"]
    assert {option["value"] for option in start["pilihan_penerima"]} == {"UMUM", "HUKUM", "PERKEU"}
    assert start["batas_pengisian"] == start["batas_baku"] == "2026-04-07"
    due = parse(book.TASKS["mengisi_data"].find(f"{book.SOP}due").text)

    def due_of(**changed: Any) -> Any:
        result = quarter.send("menggandakan_format", {**start, **changed})
        return due.evaluate({key: result[key] for key in due.names}, now=book.NOW, strict=True)

    assert due_of() is None, "unchanged: the standard time"
    assert due_of(batas_pengisian=None) is None
    assert due_of(batas_pengisian="2026-04-10") == date(2026, 4, 10)
    for changed, field in (({"penerima": []}, "penerima"), ({"penerima": ["KEC"]}, "penerima")):
        assert set(book.errors_of(due_of, **changed)) == {(field,)}
    assert set(book.errors_of(due_of, batas_pengisian="2026-04-05")) == {("batas_pengisian",)}
