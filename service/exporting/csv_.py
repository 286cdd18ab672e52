"""CSV after RFC 4180: one row per event, in the order of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO

from service.exporting.columns import NAMES, Cell, row_of
from service.exporting.source import Source, Told

BOM, END = b"\xef\xbb\xbf", "\r\n"
_ONCE = NAMES.index("alasan")  # with what was before and after: of any length, and hardly ever the same
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


def line(row: Sequence[Cell]) -> str:
    """A row as it stands in the file. An event costs a few microseconds here: what comes again is not looked at twice,
    and instants and digests not at all."""
    local, utc, *_, content, payload_digest, digest = row
    once = [_field(value) for value in row[_ONCE : _ONCE + 3]]
    return ",".join(
        (_field(local), str(utc), *map(field, row[2:_ONCE]), *once, *map(field, row[_ONCE + 3 : -3]), _field(content),
         str(payload_digest or ""), str(digest))
    ) + END  # fmt: skip


def _field(value: Cell) -> str:
    """A value as it stands in the file: numbers stay numbers, texts are made harmless and quoted where needed."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")[:19]
    text = str(value)
    if isinstance(value, int):
        return text
    if _CONTROL.search(text):
        text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    if _RISKY.match(text):
        text = f"'{text}"
    if _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


field = lru_cache(maxsize=4096)(_field)  # names, titles and units come again and again
