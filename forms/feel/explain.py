"""What an author is told when a text is not an expression."""

import re

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from forms.feel.errors import FeelSyntaxError
from forms.feel.tree import At

_FOREIGN = {
    "==": "“=”",
    "<>": "“!=”",
    "&&": "“and”",
    "||": "“or”",
    "&": "“and”, atau “+” untuk menyambung teks",
    "|": "“or”",
    "!": "“not(…)”",
    "%": "“modulo(a, b)”",
    "^": "“**”",
    "'": 'teks di antara tanda petik ganda (")',
    "“": 'tanda petik lurus (")',
    "”": 'tanda petik lurus (")',
    ";": "“,” di antara nilai",
}
"""What people know from other languages or get from a word processor, and what it is here; longest first."""


def position(text: str, offset: int) -> At:
    """Line and column, from 1, of an offset in the text."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def explain(text: str, error: UnexpectedInput) -> FeelSyntaxError:
    """The parser's refusal as an author understands it."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return FeelSyntaxError("ungkapan belum selesai", *position(text, len(text.rstrip())))
    offset = error.pos_in_stream or 0
    at = position(text, offset)
    found = error.token if isinstance(error, UnexpectedToken) else text[offset]
    for foreign, ours in _FOREIGN.items():
        # The parser may stop at the first or at the last character of a foreign operator.
        for start in (offset, offset - len(foreign) + 1):
            if start >= 0 and text.startswith(foreign, start) and found != "!=":
                return FeelSyntaxError(f"“{foreign}” tidak dikenal; tulis {ours}", *position(text, start))
    before = re.search(r"\w\s+$", text[:offset])
    if before and isinstance(found, Token) and found.type == "NAME":
        hint = "; nama variabel ditulis tanpa spasi dan teks di antara tanda petik"
        return FeelSyntaxError(f"“{found}” tidak diharapkan di sini{hint}", *at)
    if isinstance(error, UnexpectedCharacters):
        if found == '"':
            return FeelSyntaxError("teks tidak ditutup dengan tanda petik", *at)
        shown = f"“{found}”" if found.isprintable() else f"U+{ord(found):04X}"
        return FeelSyntaxError(f"karakter {shown} tidak dapat dipakai di sini", *at)
    return FeelSyntaxError(f"“{found}” tidak diharapkan di sini", *at)
