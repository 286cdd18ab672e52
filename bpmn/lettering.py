"""Text in a picture: how broad it is, where its lines break, how small it must be to fit.

Nobody knows which face will draw the picture, so widths come from a table: Helvetica's, which Arial and Liberation Sans
share. The face of our print-outs is narrower; the common substitute where none of them is installed is `BROADER`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bpmn.safexml import HIDDEN

LINE = 1.2  # height of a line in sizes
BROADER = 1.18  # a substitute face (DejaVu Sans) against the table
MAX_CHARACTERS = 300
SMALLEST = 6.0
READABLE = 8.0  # above this a text rather shrinks than breaks a word
_STEP = 0.5

# Thousandths of the size, for the characters from U+0020 to U+007E.
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_TABLE = {chr(32 + place): int(value) / 1000 for place, value in enumerate(_WIDTHS.split())}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text that fit, and the size at which they do."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LINE


def clean(text: str, limit: int = MAX_CHARACTERS) -> str:
    """The text fit for any XML: without control and reordering characters, its line breaks kept, not endless."""
    lines = (" ".join(line.split()) for line in re.split(r"\r\n|\r|\n", text[: 10 * limit]))
    kept = "\n".join(line for line in (HIDDEN.sub("", _NOT_XML.sub("", line)).strip() for line in lines) if line)
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def breadth(text: str, size: float = 1.0) -> float:
    """How broad one line of text is, in the unit of `size`."""
    return sum(map(_character, text)) * size


@lru_cache(maxsize=4096)
def _character(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    return _TABLE.get(unicodedata.normalize("NFD", character)[0], 0.65)


def fit(text: str, width: float, height: float, size: float) -> Block:
    """The text, broken into lines no broader than `width`, at `size` or as much smaller as `height` needs.

    What does not fit even at the smallest size ends in an ellipsis. One line is always given, unless there is no text.
    """
    width = max(width, 1.0)
    paragraphs = [[(word, breadth(word)) for word in _words(line)] for line in text.split("\n")]
    broadest = max((wide for words in paragraphs for _, wide in words), default=0.0)
    while True:
        lines = [line for words in paragraphs for line in _lines(words, width / size)]
        room = max(1, int(height / (size * LINE) + 0.01))
        if size <= SMALLEST or (len(lines) <= room and (broadest * size <= width or size <= READABLE)):
            break
        size = max(SMALLEST, size - _STEP)
    if len(lines) > room:
        lines = [*lines[: room - 1], _shortened(lines[room - 1], width / size)]
    return Block(tuple(lines), size)


def _words(line: str) -> list[str]:
    """What may stand on a line of its own: words, and the parts of a word after a hyphen or slash."""
    return re.findall(r"[^\s/-]*[/-]+ ?|[^\s/-]+ ?", line)


def _lines(words: list[tuple[str, float]], width: float) -> list[str]:
    made: list[str] = []
    line, used = "", 0.0
    for word, wide in words:
        bare = wide - _TABLE[" "] if word.endswith(" ") else wide
        if line and used + bare > width:
            made.append(line.rstrip())
            line, used = "", 0.0
        if bare > width:
            *whole, word = _broken(word, width)
            made.extend(whole)
            wide = breadth(word)
        line, used = line + word, used + wide
    return [*made, line.rstrip()] if line.strip() else made


def _broken(word: str, width: float) -> list[str]:
    """A word that is broader than a line, cut where it must be."""
    parts = [""]
    used = 0.0
    for character in word:
        wide = _character(character)
        if parts[-1] and used + wide > width and not character.isspace():
            parts.append("")
            used = 0.0
        parts[-1] += character
        used += wide
    return parts


def _shortened(line: str, width: float) -> str:
    while line and breadth(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"
