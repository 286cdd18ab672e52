"""Reads a table of cells out of an .xlsx file, a CSV file or pasted text. Knows nothing of forms.

Files are untrusted: size, number of rows and columns, and what a compressed file unpacks to are bounded.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from process.errors import FileRefused, FileTooLarge

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_ROWS = 2000
MAX_COLUMNS = 60
MAX_CELL = 20_000  # characters

Cell = str | Decimal | bool | date | datetime | time | None
Table = list[list[Cell]]


def read_file(name: str, content: bytes) -> Table:
    """The cells of a file's first sheet that holds something. Raises FileRefused, FileTooLarge."""
    if len(content) > MAX_BYTES:
        raise FileTooLarge("Berkas tabel paling besar 5 MB.")
    if content.startswith(b"PK"):
        return _xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused("Berkas .xls lama tidak dapat dibaca. Simpan sebagai .xlsx, lalu unggah lagi.")
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused("Berkas ini bukan tabel. Unggah berkas .xlsx atau .csv.")
    return read_text(_decode(content))


def read_text(text: str) -> Table:
    """The cells of pasted text (tabs) or of CSV (semicolon, comma or tab)."""
    if len(text) > MAX_BYTES:
        raise FileTooLarge("Teks tabel paling besar 5 MB.")
    text = text.lstrip("\ufeff").replace("\x00", "")
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max("\t;,", key=lambda mark: (head.count(mark), mark == "\t"))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise FileRefused(
            "Isi tabel tidak dapat dibaca: tanda kutip tidak berpasangan atau sel terlalu panjang."
        ) from error
    return _bounded([[cell.strip() or None for cell in row] for row in rows])


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _xlsx(content: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise FileTooLarge("Berkas tabel terlalu besar setelah dibuka. Salin hanya baris yang diperlukan.")
            if "xl/workbook.xml" not in archive.namelist():
                raise FileRefused("Berkas ini bukan tabel. Unggah berkas .xlsx atau .csv.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what the file says about its own size is not to be believed
                table = _bounded(
                    [
                        [_value(cell) for cell in row]
                        for row in sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1)
                    ]
                )
                if table:
                    return table
        finally:
            book.close()
    except (FileRefused, FileTooLarge):
        raise
    except Exception as error:  # the reader raises whatever a damaged file leads it into
        raise FileRefused("Berkas .xlsx ini rusak atau terkunci kata sandi. Simpan ulang, lalu unggah lagi.") from error
    return []


def _value(cell: Any) -> Cell:
    value = cell.value
    if value is None or isinstance(value, bool | date | datetime | time):
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            return None
        # A cell that shows 84,5 % holds 0.845: the person means what the cell shows.
        return number * 100 if "%" in (cell.number_format or "") else number
    return str(value).strip() or None


def _bounded(table: Table) -> Table:
    """Without empty rows at the end; every row as long as it is filled. Raises FileRefused beyond the bounds."""
    for row in table:
        while row and row[-1] is None:
            row.pop()
    while table and not table[-1]:
        table.pop()
    if len(table) > MAX_ROWS + 1:
        raise FileRefused(f"Tabel paling banyak {MAX_ROWS} baris.")
    for number, row in enumerate(table, 1):
        if len(row) > MAX_COLUMNS:
            raise FileRefused(f"Baris {number}: paling banyak {MAX_COLUMNS} kolom.")
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row):
            raise FileRefused(f"Baris {number}: ada sel yang lebih panjang daripada {MAX_CELL} karakter.")
    return table
