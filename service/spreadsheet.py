"""Reads a table of cells out of an .xlsx file, a CSV file or pasted text. Knows nothing of forms.

Files are untrusted: size, number of rows and columns, and what a compressed file unpacks to are bounded, and a workbook
is opened in a process of its own, which may take only so much memory and time.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from process.errors import Busy, FileRefused, FileTooLarge

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_ROWS = 2000
MAX_COLUMNS = 60
MAX_CELL = 20_000  # characters

Cell = str | Decimal | bool | date | datetime | time | None
Table = list[list[Cell]]

TIMEOUT_SECONDS = 15
GATE_SECONDS = 3
CHILD = Path(__file__).with_name("table_child.py")
_gate = threading.BoundedSemaphore(2)  # children at once: the machine serves others meanwhile
_KINDS: Mapping[str, Callable[[str], Cell]] = {
    "number": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
}
_TOO_LONG = f"Tabel paling banyak {MAX_ROWS} baris."
_DAMAGED = "Berkas .xlsx ini rusak atau terkunci kata sandi. Simpan ulang, lalu unggah lagi."
_ENDLESS = "Berkas .xlsx ini terlalu rumit untuk dibaca. Salin hanya baris yang diperlukan ke berkas baru."


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
    head = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = max("\t;,", key=lambda mark: (head.count(mark), mark == "\t"))
    text = text.rstrip(delimiter + " \r\n")  # a file of line ends costs nothing, and rows of empty cells are none
    table: Table = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            table.append([cell.strip() or None for cell in row[: MAX_COLUMNS + 1]])
            if len(table) > MAX_ROWS + 1:
                raise FileRefused(_TOO_LONG)
    except csv.Error as error:
        raise FileRefused(
            "Isi tabel tidak dapat dibaca: tanda kutip tidak berpasangan atau sel terlalu panjang."
        ) from error
    return _bounded(table)


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
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefused(_DAMAGED) from error
    command = [sys.executable, "-I", str(CHILD), str(MAX_ROWS + 2), str(MAX_COLUMNS + 1)]
    if not _gate.acquire(timeout=GATE_SECONDS):
        raise Busy()
    try:
        done = subprocess.run(  # noqa: S603 - our own file, our own interpreter
            command, input=content, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused(_ENDLESS) from error
    finally:
        _gate.release()
    if done.returncode < 0:  # ended for the processor time that it took
        raise FileRefused(_ENDLESS)
    if done.returncode:
        raise FileRefused(_DAMAGED)
    return _bounded([[_value(cell) for cell in row] for row in json.loads(done.stdout)])


def _value(cell: Any) -> Cell:
    """A cell as the child told it."""
    if not isinstance(cell, dict):
        return cast(Cell, cell)
    return _KINDS[cell["kind"]](cell["text"])


def _bounded(table: Table) -> Table:
    """Without empty rows at the end; every row as long as it is filled. Raises FileRefused beyond the bounds."""
    for row in table:
        while row and row[-1] is None:
            row.pop()
    while table and not table[-1]:
        table.pop()
    if len(table) > MAX_ROWS + 1:
        raise FileRefused(_TOO_LONG)
    for number, row in enumerate(table, 1):
        if len(row) > MAX_COLUMNS:
            raise FileRefused(f"Baris {number}: paling banyak {MAX_COLUMNS} kolom.")
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row):
            raise FileRefused(f"Baris {number}: ada sel yang lebih panjang daripada {MAX_CELL} karakter.")
    return table
