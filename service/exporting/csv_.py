"""CSV after RFC 4180: one row per event, in the order of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

from service.exporting.columns import NAMES, Cell, row_of
from service.exporting.source import Source, Told

BOM, END = b"\xef\xbb\xbf", "\r\n"
# Where cells begin that come again and again, and those of any length that hardly ever do. Before the first are
# instants, behind the last digests.
_AGAIN, _ONCE, _CHAIN, _CONTENT, _DIGESTS = map(NAMES.index, ("peristiwa", "alasan", "sumber", "isi", "sidik_isi"))
_NOTHING = (None,) * (_CHAIN - _ONCE)
# A text that a spreadsheet might take for a formula, also behind white space, gets an apostrophe in front; so does one
# that begins with an apostrophe, so that taking one away always gives the text back.
_RISKY = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n']")
_QUOTED = re.compile(r"[,\r\n]")
# Control characters that RFC 4180 has no room for; the column `isi` still tells them, escaped.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def write(out: BinaryIO, source: Source, told: Told) -> int:
    """Write all rows below their heads; with the option `bom` behind a byte order mark."""
    if source.options.get("bom"):
        out.write(BOM)
    out.write((",".join(NAMES) + END).encode())
    done = 0
    names, known = source.naming, _Known().__getitem__
    for chunk in source.selected():
        out.write("".join([line(row_of(record, names), known) for record in chunk]).encode("utf-8", "replace"))
        done += len(chunk)
        told(done)
    return done


def line(row: tuple[Cell, ...], known: Callable[[Cell], str]) -> str:
    """A row as it stands in the file. An event costs a few microseconds here (half of what `csv.writer` takes): what
    comes again is not looked at twice (`known`), instants and digests not at all."""
    again, chain = ",".join(map(known, row[_AGAIN:_ONCE])), ",".join(map(known, row[_CHAIN:_CONTENT]))
    once = row[_ONCE:_CHAIN]
    told = ",," if once == _NOTHING else ",".join(map(field, once))
    payload_digest, digest = row[_DIGESTS:]
    return f"{row[0]},{row[1]},{again},{told},{chain},{field(row[_CONTENT])},{payload_digest or ''},{digest}{END}"


def field(value: Cell) -> str:
    """A value as it stands in the file: numbers stay numbers, texts are made harmless and quoted where needed."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    text = value
    if not text.isprintable() and _CONTROL.search(text):  # the first is quick, and hardly ever says no
        text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    if _RISKY.match(text):
        text = f"'{text}"
    if '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return f'"{text}"' if _QUOTED.search(text) else text


class _Known(dict[Cell, str]):
    """Values as they stand in the file, while they are not too many. To look up in it takes half the time that calling
    a function does that remembers."""

    def __missing__(self, value: Cell) -> str:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        text = self[value] = field(value)
        return text


_MOST_KNOWN = 16_384
