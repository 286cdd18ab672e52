"""XLSX: the columns of CSV as typed cells, and a sheet that says what was exported by whom, when, with which filter."""

from __future__ import annotations

from datetime import UTC
from itertools import count
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from forms import indonesian
from process.records import Record
from service.cells import fitted
from service.exporting.columns import COLUMNS, row_of
from service.exporting.source import Source, Told

MOST_ROWS = 1_048_576  # of a sheet, with its head
WHOLE = "selengkapnya dalam CSV atau JSON Lines"
WIDTHS = {"instant": 19, "number": 9, "text": 22}
WIDE = {"peristiwa": 30, "nama_langkah": 40, "judul": 40, "alasan": 40, "isi": 60}


def write(out: BinaryIO, source: Source, told: Told, *, most_rows: int = MOST_ROWS) -> int:
    """Write the sheet about the export, then the events, on as many sheets as they need."""
    options = {"constant_memory": True, "tmpdir": None if source.folder is None else str(source.folder)}
    book = xlsxwriter.Workbook(out, options)
    try:
        made = _Book(book, source, most_rows)
        done = 0
        for chunk in source.selected():
            for record in chunk:
                made.add(record)
            done += len(chunk)
            told(done)
        made.filter()
        book.close()
    except FileCreateError as error:  # what the system said is what is wanted
        raise error.__cause__ or error.__context__ or error from error
    return done


class _Book:
    def __init__(self, book: xlsxwriter.Workbook, source: Source, most_rows: int) -> None:
        self.book = book
        self.names = source.naming
        self.most_rows = most_rows
        self.numbers = count(1)
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
        at = source.at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": "Jejak audit", "author": _plain(source.by), "created": at})
        self._about(source)
        self._sheet()

    def _about(self, source: Source) -> None:
        """Written at once, because rows must come in order; how many sheets follow is known from the total."""
        sheet = self.book.add_worksheet("Keterangan")
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        lines: list[tuple[str, Any]] = [
            ("Jejak audit", ""),
            ("Diekspor oleh", source.by),
            ("Pada", indonesian.moment(source.at)),
            *source.about,
            ("Banyaknya peristiwa", source.total),
            ("Lembar data", max(1, -(-source.total // (self.most_rows - 1)))),
            ("Waktu", "Waktu Indonesia Barat (UTC+7); waktu_utc sampai mikrodetik"),
            ("Arti kolom", "Panduan, bagian Ekspor jejak audit"),
        ]
        for row, (name, value) in enumerate(lines):
            sheet.write_string(row, 0, name, self.head if row == 0 else None)
            if isinstance(value, int):
                sheet.write_number(row, 1, value)
            else:
                sheet.write_string(row, 1, fitted(_plain(value), WHOLE))

    def _sheet(self) -> None:
        """A new sheet with its head, which stays in sight."""
        self.sheet = self.book.add_worksheet(f"Jejak {next(self.numbers)}")
        self.sheet.freeze_panes(1, 0)
        for column, (name, kind) in enumerate(COLUMNS):
            self.sheet.set_column(column, column, WIDE.get(name, WIDTHS[kind]))
            self.sheet.write_string(0, column, name, self.head)
        self.row = 1

    def filter(self) -> None:
        """A filter over all rows of the sheet."""
        self.sheet.autofilter(0, 0, self.row - 1, len(COLUMNS) - 1)

    def add(self, record: Record) -> None:
        if self.row >= self.most_rows:
            self.filter()
            self._sheet()
        sheet, row = self.sheet, self.row
        sheet.write_datetime(row, 0, record.at.astimezone(indonesian.WIB).replace(tzinfo=None), self.moment)
        for column, value in enumerate(row_of(record, self.names)[1:], 1):
            if isinstance(value, int):
                sheet.write_number(row, column, value)
            elif value is not None:
                sheet.write_string(row, column, fitted(value, WHOLE))  # a text cell is never a formula
        self.row += 1


def _plain(text: str) -> str:
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
