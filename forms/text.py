"""Text as a browser counts it, and what no text may hold.

Line ends become `\\n`. Bidirectional controls (U+202A to U+202E, U+2066 to U+2069) are taken out: nobody can
see them, they come along with copied text, and all they can do is show a figure in another order than it is
stored. NUL, other control characters and halves of surrogate pairs are refused: no honest browser sends them.
"""

from __future__ import annotations

import re

MAX_LINE = 2_000  # characters of a one-line text without a length of its own
MAX_TEXT = 20_000  # characters of any text

_REFUSED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LINE_SPACE = re.compile("[\n\t]")
# What String.prototype.trim of JavaScript takes away.
_SPACE = (
    " \t\n\x0b\x0c\r\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def refused(text: str) -> bool:
    """Does the text hold characters that no text may hold?"""
    return not (text.isascii() and text.isprintable()) and _REFUSED.search(text) is not None


def clean(text: str, *, multiline: bool) -> str:
    """The text as it is stored: one kind of line end, no bidirectional controls; one line unless `multiline`."""
    if text.isascii() and text.isprintable():
        return text
    text = _BIDI.sub("", _LINE_END.sub("\n", text))
    return text if multiline else _LINE_SPACE.sub(" ", text)


def length(text: str) -> int:
    """The length that the browser compares: trimmed, in UTF-16 units."""
    text = text.strip(_SPACE)
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
