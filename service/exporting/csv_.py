"""CSV after RFC 4180: one row per event, in the order of time."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import BinaryIO

from service.exporting.columns import NAMES, Cell, row_of
from service.exporting.source import Source, Told

BOM = b"\xef\xbb\xbf"
# A text that a spreadsheet might take for a formula, also behind white space, gets an apostrophe in front; so does one
# that begins with an apostrophe, so that taking one away always gives the text back.
_RISKY = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n']")
# Control characters that RFC 4180 has no room for; the column `isi` still tells them, escaped.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def write(out: BinaryIO, source: Source, told: Told) -> int:
    """Write all rows below their heads; with the option `bom` behind a byte order mark."""
    if source.options.get("bom"):
        out.write(BOM)
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(NAMES)
    done = 0
    for chunk in source.selected():
        rows.writerows([[cell(value) for value in row_of(record, source.naming)] for record in chunk])
        out.write(text.getvalue().encode("utf-8", "replace"))
        text.seek(0)
        text.truncate()
        done += len(chunk)
        told(done)
    out.write(text.getvalue().encode("utf-8", "replace"))  # the heads, when nothing is selected
    return done


def cell(value: Cell) -> Cell:
    """A value as it may stand in a CSV file: numbers stay numbers, texts are made harmless."""
    if isinstance(value, str):
        if _CONTROL.search(value):
            value = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)
        return f"'{value}" if _RISKY.match(value) else value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value
