"""XLSX: typed cells that read back, a sheet about the export, and more sheets where one is not enough."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from process.selection import Selection
from service import cells
from service.exporting import xlsx
from service.exporting.columns import NAMES


def sheets(content):
    return load_workbook(io.BytesIO(content))


def test_cells_have_types_and_the_head_stays(exported, finished, instance):
    made = exported("xlsx", Selection(instance=instance))
    book = sheets(made.content)
    assert book.sheetnames == ["Keterangan", "Jejak 1"]
    sheet = book["Jejak 1"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(NAMES)).column_letter}{made.made.events + 1}"
    head, *rows = sheet.values
    assert head == NAMES
    assert len(rows) == made.made.events
    first = dict(zip(NAMES, rows[0], strict=True))
    assert isinstance(first["waktu_wib"], datetime)
    assert isinstance(first["pelaku_id"], int)
    assert [row[NAMES.index("nomor")] for row in rows] == list(range(1, len(rows) + 1))
    utc = datetime.fromisoformat(first["waktu_utc"]).replace(tzinfo=None)
    assert first["waktu_wib"] - utc == timedelta(hours=7)


def test_a_sheet_says_what_was_exported_by_whom_when_and_with_which_filter(exported, instance):
    book = sheets(exported("xlsx", Selection(instance=instance, types=("task.late",))).content)
    about = dict(row[:2] for row in book["Keterangan"].values)
    assert about["Diekspor oleh"] == "Auditor"
    assert about["Pada"] == "3 Januari 2050 pukul 08.00 WIB"
    assert instance in about["Pelaksanaan"]
    assert about["Jenis peristiwa"] == "Batas waktu terlampaui"
    assert about["Banyaknya peristiwa"] == book["Jejak 1"].max_row - 1


@pytest.mark.parametrize("most", [2, 51, 128, 1000])
def test_what_does_not_fit_on_a_sheet_goes_on_on_the_next(exported, most):
    made = exported("csv")
    out = io.BytesIO()
    assert xlsx.write(out, made.source, lambda _: None, most_rows=most) == made.made.events
    book = sheets(out.getvalue())
    names = book.sheetnames[1:]
    assert len(names) == dict(row[:2] for row in book["Keterangan"].values)["Lembar data"]
    assert all(book[name].max_row <= most for name in names)
    found = [row[-1] for name in names for row in list(book[name].values)[1:]]
    assert len(found) == len(set(found)) == made.made.events
    assert all(next(book[name].values) == NAMES for name in names)


AWKWARD = "=1+1<b>&\u202eعبد\x01\x1b_x0041_"


def test_formulas_markup_and_control_characters_are_plain_text(exported, note):
    note({"alasan": "x" * 40_000}, name=AWKWARD)
    row = list(sheets(exported("xlsx").content)["Jejak 1"].iter_rows())[-1]
    name, reason = row[NAMES.index("pelaku")], row[NAMES.index("alasan")]
    assert (name.data_type, unescape(name.value)) == ("s", AWKWARD)
    assert len(reason.value) == cells.MOST_CHARACTERS
    assert reason.value.endswith(f" … (terpotong; {xlsx.WHOLE})")
