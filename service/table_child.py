"""The process that reads the cells out of one .xlsx file, and then ends.

Run as a file in an interpreter of its own (`python -I table_child.py ROWS COLUMNS`), it knows nothing of the rest of
the project: the file on stdin, JSON on stdout, the first sheet that holds something as rows of cells. A cell is null, a
boolean, a text, or {"kind": number | date | datetime | time, "text": …}. A small file can unpack to work without end,
so memory and processor time are bounded before a byte is looked at.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

MEMORY = 768 * 1024**2
PROCESSOR_SECONDS = 10


def limit() -> None:
    """Bounds this process: memory in bytes, processor time in seconds; it leaves no core behind."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(content: bytes, rows: int, columns: int) -> list[list[Any]]:
    """The cells of the first sheet that is not empty, at most so many rows and columns of it."""
    # openpyxl loads numpy where it happens to be installed, though here are no arrays: as long again as all the rest,
    # and memory for a thread on each processor out of what this process may have.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what the file says about its own size is not to be believed
        table = [[_cell(cell) for cell in row] for row in sheet.iter_rows(max_row=rows, max_col=columns)]
        if any(cell is not None for row in table for cell in row):
            return table
    return []


def _cell(cell: Any) -> Any:
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            return None
        # A cell that shows 84,5 % holds 0.845: the person means what the cell shows.
        return _told("number", number * 100 if "%" in (cell.number_format or "") else number)
    if isinstance(value, datetime):
        return _told("datetime", value.isoformat())
    if isinstance(value, date):
        return _told("date", value.isoformat())
    if isinstance(value, time):
        return _told("time", value.isoformat())
    return str(value).strip() or None


def _told(kind: str, value: object) -> dict[str, str]:
    return {"kind": kind, "text": str(value)}


def main() -> None:
    limit()
    table = read(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(table))


if __name__ == "__main__":
    main()
