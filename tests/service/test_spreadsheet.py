"""Tables out of files and pasted text: what is read, and what is refused before it can do harm."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from process.errors import FileRefused, FileTooLarge
from service import spreadsheet


def workbook(rows: list[list[object]], number_format: str | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if number_format:
        for row in sheet.iter_rows():
            for cell in row:
                cell.number_format = number_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xlsx_cells_keep_their_types() -> None:
    day = datetime(2026, 3, 31)
    content = workbook([["Kode", "Target", "Tanggal"], ["1.02", 84.5, day], ["1.03", 100, None]])
    assert spreadsheet.read_file("a.xlsx", content) == [
        ["Kode", "Target", "Tanggal"],
        ["1.02", Decimal("84.5"), day],
        ["1.03", Decimal(100)],
    ]


def test_percent_cell_means_what_it_shows() -> None:
    assert spreadsheet.read_file("a.xlsx", workbook([[0.845]], "0.0%")) == [[Decimal("84.500")]]


def test_empty_sheet_before_the_data_is_passed_over() -> None:
    book = Workbook()
    book.create_sheet("Data").append(["a", 1])
    out = io.BytesIO()
    book.save(out)
    assert spreadsheet.read_file("a.xlsx", out.getvalue()) == [["a", Decimal(1)]]


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
