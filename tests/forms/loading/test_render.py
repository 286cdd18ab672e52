"""A document as HTML: Indonesian, escaped, with what was hidden left out."""

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest
from lxml import html as parser

from forms.render import to_html

ROWS = {
    "type": "dynamiclist",
    "path": "baris",
    "label": "Indikator",
    "components": [
        {"type": "textfield", "key": "nama", "label": "Nama"},
        {"type": "number", "key": "target", "label": "Target"},
        {
            "type": "number",
            "key": "pagu",
            "label": "Pagu",
            "serializeToString": True,
            "properties": {"format": "rupiah"},
        },
        {
            "type": "expression",
            "key": "capaian",
            "label": "Capaian",
            "expression": "=1",
            "properties": {"format": "persen"},
        },
        {"type": "expression", "key": "kode", "expression": "=1"},
        {"type": "textfield", "key": "alasan", "label": "Alasan", "conditional": {"hide": '=this.nama = "A"'}},
        {"type": "textfield", "key": "rahasia", "label": "Rahasia", "properties": {"print": "no"}},
    ],
}


def shown(form, data, attachments=None, **more):
    return parser.fromstring(f"<main>{to_html(form, data, attachments=attachments or {}, **more)}</main>")


def pairs(tree):
    return {d.find("dt").text_content(): d.find("dd").text_content() for d in tree.iterfind(".//dl/div")}


def table(tree):
    return [[cell.text_content() for cell in row] for row in tree.iterfind(".//tr")]


def value_of(forms, component, value, data=None, **more):
    form = forms.make({"key": "a", "label": "A", **component})
    return pairs(shown(form, {"a": value, **(data or {})}, **more))["A"]


@pytest.mark.parametrize(
    ("component", "value", "text"),
    [
        ({"type": "textfield"}, "halo", "halo"),
        ({"type": "textfield"}, "", "–"),
        ({"type": "number"}, Decimal("1234567.5"), "1.234.567,5"),
        ({"type": "number"}, Decimal(0), "0"),
        ({"type": "number"}, None, "–"),
        ({"type": "number", "serializeToString": True}, "1500000.50", "1.500.000,5"),
        ({"type": "number", "properties": {"format": "rupiah"}}, Decimal(1500000), "Rp1.500.000,00"),
        ({"type": "number", "properties": {"format": "persen"}}, Decimal("84.5"), "84,5 %"),
        ({"type": "checkbox"}, True, "Ya"),
        ({"type": "checkbox"}, False, "Tidak"),
        ({"type": "radio", "values": [{"label": "Benar", "value": "b"}]}, "b", "Benar"),
        ({"type": "radio", "values": [{"label": "Benar", "value": "b"}]}, "lama", "lama"),
        ({"type": "checklist", "values": [{"label": "Satu", "value": 1}, "dua"]}, [Decimal(1), "dua"], "Satu, dua"),
        (
            {"type": "select", "values": [{"label": "Satu", "value": 1}, {"label": "Benar", "value": True}]},
            True,
            "Benar",
        ),
        ({"type": "datetime"}, "2026-11-23", "23 November 2026"),
        ({"type": "datetime", "subtype": "time"}, "09:30", "09.30"),
        ({"type": "datetime", "subtype": "time"}, "02:30Z", "09.30 WIB"),
        ({"type": "datetime", "subtype": "datetime"}, "2026-11-23T09:30", "23 November 2026 pukul 09.30"),
        ({"type": "datetime", "subtype": "datetime"}, "2026-11-23T20:30Z", "24 November 2026 pukul 03.30 WIB"),
        ({"type": "datetime"}, "bukan tanggal", "bukan tanggal"),
        ({"type": "expression", "expression": "=1"}, Decimal("33.333333"), "33,3333"),
        ({"type": "expression", "expression": "=1"}, "2026-11-23", "2026-11-23"),
        (
            {"type": "expression", "expression": "=1", "properties": {"format": "tanggal"}},
            "2026-11-23",
            "23 November 2026",
        ),
        ({"type": "expression", "expression": "=1"}, [{"a": Decimal("1.5")}, True], "a: 1,5, Ya"),
    ],
)
def test_values_are_written_as_people_write_them(forms, component, value, text):
    assert value_of(forms, component, value) == text


def test_labels_of_options_out_of_data(forms):
    component = {"type": "taglist", "valuesKey": "units"}
    assert value_of(forms, component, ["BP", "X"], {"units": [{"value": "BP", "label": "Bagian Perencanaan"}]}) == (
        "Bagian Perencanaan, X"
    )
    assert value_of(forms, component, ["BP"]) == "BP"


def test_everything_is_escaped(forms):
    bad = "<script>alert('1')</script>&\n\"x\""
    form = forms.make(
        {"type": "textarea", "key": "a", "label": bad},
        {**ROWS, "label": bad},
        {"type": "radio", "key": "b", "label": "B", "values": [{"label": bad, "value": "b"}]},
        {"type": "filepicker", "key": "c", "label": "C"},
    )
    data = {"a": bad, "baris": [{"nama": bad}], "b": "b", "c": ["x"]}
    files = {"x": {"name": bad, "url": '/lampiran/x"><script>'}}
    written = to_html(form, data, attachments=files)
    assert "<script" not in written
    tree = shown(form, data, files)
    assert not tree.xpath("//script")
    assert tree.xpath("//dd//br"), "lines stay lines"
    assert tree.xpath("//a/@href") == ['/lampiran/x"><script>']


def test_lists_are_tables_with_heads_that_can_repeat(forms):
    form = forms.make(ROWS)
    rows = [
        {"nama": "A", "target": Decimal("1.5"), "pagu": "1000", "capaian": Decimal("84.5"), "kode": "x"},
        {"nama": "B", "target": None, "pagu": None, "capaian": None, "alasan": "belum", "rahasia": "x"},
    ]
    tree = shown(form, {"baris": rows})
    assert table(tree) == [
        ["No.", "Nama", "Target", "Pagu", "Capaian", "Alasan"],
        ["1", "A", "1,5", "Rp1.000,00", "84,5 %", ""],
        ["2", "B", "", "", "", "belum"],
    ]
    assert len(tree.xpath("//table/thead/tr")) == 1
    assert tree.xpath("//section/h3/text()") == ["Indikator"]
    assert len(tree.xpath('//td[@class="angka"]')) == 6
    assert tree.xpath("//tbody/tr[1]/td/@data-label") == ["Nama", "Target", "Pagu", "Capaian", "Alasan"]
    assert table(shown(form, {"baris": rows[:1]}))[0][-1] == "Capaian", "a column hidden in all rows is no column"


def test_an_empty_list_says_so_and_a_blank_format_shows_empty_cells(forms):
    form = forms.make(ROWS)
    assert table(shown(form, {"baris": []}))[1] == ["Tidak ada baris."]
    assert table(shown(form, {"baris": [{"nama": "A"}]}))[1] == ["1", "A", "", "", ""]
    assert table(shown(form, {}))[1] == ["Tidak ada baris."]


def test_hidden_fields_stay_hidden_and_absent_ones_show_empty(forms):
    form = forms.make(
        {"type": "textfield", "key": "a", "label": "A", "conditional": {"hide": "=true"}},
        {"type": "textfield", "key": "b", "label": "B"},
        {"type": "text", "text": "# Judul"},
    )
    assert pairs(shown(form, {})) == {"B": "–"}
    group = {"type": "group", "conditional": {"hide": "=true"}, "components": [{"type": "textfield", "key": "c"}]}
    assert not pairs(shown(forms.make(group), {}))
    rows = {"type": "dynamiclist", "path": "r", "components": [{"type": "textfield", "key": "x"}, group]}
    assert table(shown(forms.make(rows), {"r": [{"x": "1"}]})) == [["No.", "x"], ["1", "1"]]
    assert pairs(shown(form, {"a": ""})) == {"A": "–", "B": "–"}


def test_groups_become_sections_and_keep_the_order(forms):
    form = forms.make(
        {"type": "textfield", "key": "a", "label": "A"},
        {"type": "group", "path": "g", "label": "Kelompok", "components": [
            {"type": "textfield", "key": "b", "label": "B"},
            {"type": "group", "components": [{"type": "textfield", "key": "c"}]}]},
        {"type": "textfield", "key": "d", "label": "D"},
        {"type": "group", "label": "Kosong", "components": [{"type": "text", "text": "x"}]},
    )  # fmt: skip
    tree = shown(form, {"a": "1", "g": {"b": "2", "c": "3"}, "d": "4"})
    assert list(pairs(tree).items()) == [("A", "1"), ("B", "2"), ("c", "3"), ("D", "4")]
    assert tree.xpath("//section/h3/text()") == ["Kelompok"]


def test_only_some_keys(forms):
    form = forms.make(
        {"type": "textfield", "key": "a", "label": "A"},
        {"type": "group", "path": "g", "components": [{"type": "textfield", "key": "b", "label": "B"}]},
        ROWS,
    )
    data = {"a": "1", "g": {"b": "2"}, "baris": [{"nama": "A"}]}
    assert pairs(shown(form, data, only=["g"])) == {"B": "2"}
    assert not shown(form, data, only={"g"}).xpath("//table")
    assert shown(form, data, only=["baris"]).xpath("//table")
    assert to_html(form, data, attachments={}, only=[]) == ""


@dataclass(frozen=True)
class Kept:
    name: str
    media_type: str = "application/pdf"
    size: int = 1


def test_attachments_are_links_on_this_server_or_names(forms):
    form = forms.make({"type": "filepicker", "key": "a", "label": "A", "multiple": True})
    files = {
        "1": Kept("satu.pdf"),
        "2": {"name": "dua.pdf", "url": "/lampiran/2"},
        "3": SimpleNamespace(name="tiga.pdf", url="https://contoh.test/3"),
        "4": {"name": "empat.pdf", "url": "//contoh.test/4"},
        "5": {"name": "lima.pdf", "url": "javascript:alert(1)"},
    }
    tree = shown(form, {"a": ["1", "2", "3", "4", "5", "hilang"]}, files)
    assert [li.text_content() for li in tree.iterfind(".//li")] == [
        "satu.pdf",
        "dua.pdf",
        "tiga.pdf",
        "empat.pdf",
        "lima.pdf",
        "Lampiran",
    ]
    assert tree.xpath("//a/@href") == ["/lampiran/2"]


def test_lists_in_rows_are_tables_in_cells(forms):
    inner = {
        "type": "dynamiclist",
        "path": "dalam",
        "label": "Dalam",
        "components": [{"type": "textfield", "key": "x"}],
    }
    form = forms.make({**ROWS, "components": [{"type": "textfield", "key": "nama"}, inner]})
    tree = shown(form, {"baris": [{"nama": "A", "dalam": [{"x": "1"}]}, {"nama": "B", "dalam": []}]})
    assert [td.text_content() for td in tree.xpath("//td//table//td")] == ["1", "1"]


def test_data_of_any_shape_does_not_break_a_page(forms):
    form = forms.make({"type": "filepicker", "key": "a"}, {"type": "number", "key": "b"}, ROWS)
    for data in ({"a": 1, "b": "x", "baris": {}}, {"a": [None, {}], "b": [], "baris": [1, {"nama": {"x": [1]}}]}):
        assert shown(form, data) is not None
