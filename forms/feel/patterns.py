"""Regular expressions of FEEL, on RE2: time linear in the text, whatever the pattern."""

from functools import lru_cache
from typing import Any

import re2

from forms.feel.values import Run

MAX_PATTERN = 1_000


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, flags: str = "") -> Any:
    """The compiled pattern, or None when RE2 does not take it.

    Flags are `i` (ignore case), `m` (`^` and `$` at each line), `s` (`.` matches line ends too); others give None.
    """
    if len(pattern) > MAX_PATTERN or set(flags) - set("ims"):
        return None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 22
    prefix = f"(?{''.join(sorted(set(flags)))})" if flags else ""
    try:
        return re2.compile(prefix + pattern, options)
    except re2.error:
        return None


def matches(run: Run, text: str, pattern: str, flags: str | None) -> bool | None:
    """Whether the pattern occurs in the text (unanchored); None for a pattern that RE2 does not take."""
    compiled = compile_pattern(pattern, flags or "")
    if compiled is None:
        return None
    run.charge(len(text) >> 3)
    return compiled.search(text) is not None


def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None) -> str | None:
    """The text with each match replaced; `$1` … `$9` are groups, `$0` the match, `$$` a dollar sign."""
    compiled = compile_pattern(pattern, flags or "")
    if compiled is None:
        return None
    run.charge(len(text) >> 3)
    parts: list[str] = []
    size = at = 0
    for found in compiled.finditer(text):
        parts += text[at : found.start()], _expand(replacement, found)
        at = found.end()
        size += len(parts[-1]) + len(parts[-2])
        run.charge(4)
        if size > run.limits.characters:
            break  # refused just below
    parts.append(text[at:])
    return run.text("".join(parts))


def _expand(replacement: str, found: Any) -> str:
    if "$" not in replacement:
        return replacement
    parts: list[str] = []
    at = 0
    while at < len(replacement):
        following = replacement[at + 1 : at + 2]
        if replacement[at] == "$" and following == "$":
            parts.append("$")
            at += 2
        elif replacement[at] == "$" and following.isdecimal() and int(following) <= found.re.groups:
            parts.append(found.group(int(following)) or "")
            at += 2
        else:
            parts.append(replacement[at])
            at += 1
    return "".join(parts)


def split(run: Run, text: str, pattern: str) -> list[Any] | None:
    """The pieces between the matches; a pattern that matches nothing at all splits into characters."""
    compiled = compile_pattern(pattern)
    if compiled is None:
        return None
    run.charge(len(text) >> 3)
    pieces: list[Any] = []
    at = 0
    for found in compiled.finditer(text):
        start, end = found.span()
        if start == end and (start == 0 or start == len(text)):
            continue
        pieces.append(text[at:start])
        run.charge(4)
        at = end
        if len(pieces) > run.limits.items:
            break  # refused just below
    pieces.append(text[at:])
    return run.listed(pieces)
