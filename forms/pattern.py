"""Patterns of text fields: JavaScript's regular expressions in the browser, RE2 here.

RE2 runs in linear time, so no pattern and no text can hang the server. Only what means the same in both
languages is taken; the rest is refused when the form is loaded.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

MAX_PATTERN = 1_000

# Escapes with one meaning in both languages: classes, boundaries, white space, \xHH, and punctuation as itself.
_ESCAPE = re.compile(r"\\(?:[dDwWsSbBnrtfv]|x[0-9A-Fa-f]{2}|[^A-Za-z0-9])")
_GROUP = re.compile(r"\(\?(?!:)")


class PatternError(ValueError):
    """The pattern is not understood alike by browser and server; the message (Indonesian) says why."""


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Any:
    """The RE2 pattern; use its `search`, since form-js does not anchor. PatternError for what is refused."""
    if len(text) > MAX_PATTERN:
        raise PatternError(f"pola lebih panjang dari {MAX_PATTERN} karakter")
    position = 0
    while (position := text.find("\\", position)) >= 0:
        match = _ESCAPE.match(text, position)
        if not match:
            raise PatternError(f"“{text[position : position + 2]}” pada posisi {position + 1} tidak didukung")
        position = match.end()
    group = _GROUP.search(re.sub(r"\\.", "__", text))
    if group:
        raise PatternError(
            f"“{text[group.start() : group.start() + 3]}” pada posisi {group.start() + 1} tidak didukung"
        )
    if "[[:" in text or "[]" in text or "[^]" in text:
        raise PatternError("kelas karakter ini tidak didukung")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(text, options)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        if isinstance(detail, bytes):
            detail = detail.decode("utf-8", "replace")
        raise PatternError(f"pola tidak dapat dibaca ({detail})") from error


# The pattern that the HTML standard gives for <input type=email>, written for RE2.
EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@" + r"{0}(\.{0})*$".format(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# An international number; form-js refuses 08… as well.
PHONE = r"^(\+|00)[1-9][0-9]{6,14}$"
