"""Tables out of files and pasted text: what is read, and what is refused before it can do harm."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from process.errors import Busy, FileRefused, FileTooLarge
from service import spreadsheet

pytestmark = pytest.mark.slow


def workbook(rows: list[list[object]]) -> bytes:
    """A workbook whose first sheet is empty, and whose second holds these rows."""
    book = Workbook()
    sheet = book.create_sheet("Data")
    for row in rows:
        sheet.append(row)
    for (cell,) in sheet["D2:D3"]:
        cell.number_format = "0.0%"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_cells_keep_their_types_percents_mean_what_they_show_and_an_empty_sheet_is_passed_over() -> None:
    day = datetime(2026, 3, 31)
    rows = [["Kode", "Target", "Tanggal", "Capaian"], ["1.02", 84.5, day, 0.845], ["1.03", 100, None, None]]
    assert spreadsheet.read_file("a.xlsx", workbook(rows)) == [
        ["Kode", "Target", "Tanggal", "Capaian"],
        ["1.02", Decimal("84.5"), day, Decimal("84.500")],
        ["1.03", Decimal(100)],
    ]


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_text_finds_its_delimiter(mark: str) -> None:
    assert spreadsheet.read_text(mark.join("abc") + "\n" + mark.join("123") + "\n\n") == [list("abc"), list("123")]


def test_csv_of_an_old_windows_and_with_a_bom() -> None:
    assert spreadsheet.read_file("a.csv", "Kode;Catatan\n1;café".encode("cp1252")) == [
        ["Kode", "Catatan"],
        ["1", "café"],
    ]
    assert spreadsheet.read_file("a.csv", b"\xef\xbb\xbfKode;X\n") == [["Kode", "X"]]


def test_bomb_is_refused_before_it_unpacks() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (spreadsheet.MAX_UNPACKED + 1))
    with pytest.raises(FileTooLarge):
        spreadsheet.read_file("a.xlsx", out.getvalue())


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04rusak",
        b"\xd0\xcf\x11\xe0lama",
        b"\x00\x01\x02",
        b'a,"tak berpasangan' + b"x" * 200_000,
        "\n".join("x" for _ in range(spreadsheet.MAX_ROWS + 5)).encode(),
        ",".join("x" * 100).encode(),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(FileRefused) as caught:
        spreadsheet.read_file("a.xlsx", content)
    assert str(caught.value).endswith((".", "karakter."))


def test_xlsx_without_a_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(FileRefused):
        spreadsheet.read_file("a.xlsx", out.getvalue())


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        table = spreadsheet.read_file("a", content)
    except FileRefused:
        return
    assert all(isinstance(row, list) for row in table)


def packed(sheet: str, shared: str = "") -> bytes:
    """A workbook of one sheet and its shared strings, given as the inside of their elements."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    there = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{there}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{types}sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{there}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {space} xmlns:r="{kind}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{there}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"{sheet.partition('<row')[0]}<worksheet {space}><sheetData>"
        f"{''.join(sheet.partition('<row')[1:])}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {space}>{shared}</sst>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_small_file_that_means_endless_work_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "TIMEOUT_SECONDS", 0.7)
    bomb = packed('<row r="1"><c><v>1</v></c></row>', "<si/>" * 3_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(FileRefused, match="terlalu rumit"):
        spreadsheet.read_file("a.xlsx", bomb)


def test_heavy_files_do_not_take_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes while two files are being read is asked to come again, instead of keeping a thread of the service."""
    monkeypatch.setattr(spreadsheet, "GATE_SECONDS", 0.01)
    with spreadsheet._gate, spreadsheet._gate, pytest.raises(Busy):
        spreadsheet.read_file("a.xlsx", workbook([["a"]]))
    assert spreadsheet.read_file("a.xlsx", workbook([["a"]])) == [["a"]]


def test_a_file_cannot_bring_in_another() -> None:
    """External entities and those that multiply are refused, whatever they would have held."""
    cell = '<row r="1"><c t="inlineStr"><is><t>&amp;x;</t></is></c></row>'.replace("&amp;", "&")
    for entity in ('SYSTEM "file:///etc/hostname"', '"aaaaaaaaaa"'):
        with pytest.raises(FileRefused):
            spreadsheet.read_file("a.xlsx", packed(f"<!DOCTYPE w [<!ENTITY x {entity}>]>{cell}"))


def test_only_line_ends_are_an_empty_table_and_a_late_row_is_not_lost() -> None:
    assert spreadsheet.read_text("\n" * 200_000) == []
    assert spreadsheet.read_text("a;b\n\n1;2\n" + ";\n" * 50_000) == [["a", "b"], [], ["1", "2"]]
    with pytest.raises(FileRefused, match="paling banyak"):
        spreadsheet.read_text("a;b\n" + "\n" * 50_000 + "1;2\n")
