"""CSV after RFC 4180: one row per event, in the order of time."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO

from service.exporting.columns import NAMES, Cell, row_of
from service.exporting.source import Source, Told

BOM, END = b"\xef\xbb\xbf", "\r\n"
# Where cells begin that come again together: who it was, where in which process, at what; and those of any length,
# which hardly ever do.
_WHO, _WHERE, _WHAT, _ONCE, _CHAIN, _NUMBER = map(
    NAMES.index, ("peristiwa", "proses", "tugas", "alasan", "sumber", "nomor")
)
# A text that a spreadsheet might take for a formula, also behind white space, gets an apostrophe in front; so does one
# that begins with an apostrophe, so that taking one away always gives the text back.
_RISKY = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n']")
_QUOTED = re.compile(r'[",\r\n]')
# Control characters that RFC 4180 has no room for; the column `isi` still tells them, escaped.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def write(out: BinaryIO, source: Source, told: Told) -> int:
    """Write all rows below their heads; with the option `bom` behind a byte order mark."""
    if source.options.get("bom"):
        out.write(BOM)
    out.write((",".join(NAMES) + END).encode())
    done = 0
    for chunk in source.selected():
        out.write("".join([line(row_of(record, source.naming)) for record in chunk]).encode("utf-8", "replace"))
        done += len(chunk)
        told(done)
    return done


def line(row: tuple[Cell, ...]) -> str:
    """A row as it stands in the file. An event costs a few microseconds here: cells that come again together are not
    looked at twice, and digests not at all."""
    reason, before, after = row[_ONCE:_CHAIN]
    number, state, content, payload_digest, digest = row[_NUMBER:]
    return (
        f"{field(row[0])},{row[1]},{fields(row[_WHO:_WHERE])},{fields(row[_WHERE:_WHAT])},{fields(row[_WHAT:_ONCE])},"
        f"{field(reason)},{field(before)},{field(after)},{fields(row[_CHAIN:_NUMBER])},"
        f"{number},{state},{field(content)},{payload_digest or ''},{digest}{END}"
    )


def field(value: Cell) -> str:
    """A value as it stands in the file: numbers stay numbers, texts are made harmless and quoted where needed."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")[:19]
    text = str(value)
    if isinstance(value, int):
        return text
    if not text.isprintable() and _CONTROL.search(text):  # the first is quick, and hardly ever says no
        text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    if _RISKY.match(text):
        text = f"'{text}"
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


@lru_cache(maxsize=16_384)
def fields(values: tuple[Cell, ...]) -> str:
    """Cells as they stand side by side."""
    return ",".join(map(field, values))
