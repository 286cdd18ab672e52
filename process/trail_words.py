"""Which words of an event can be searched for, and how a search is written for each database. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from unicodedata import combining, normalize

# Of how an event's words are found, below and in `trail_index._text`. Whoever changes that gives it another number:
# then every index is made anew before it is used. SQLite forgets words only when it is told which ones it holds.
RULE = 1
MOST_CHARACTERS = 8_000  # of one event
MOST_WORDS = 12  # of one search
LONGEST_WORD = 200
# Keys whose values are identities or digests: found by what they belong to, not by their letters.
_UNSEARCHED = frozenset(
    {"sidik", "sha256", "tugas", "lampiran", "cetakan", "segel", "rantai", "pemegang", "berkas_sha256"}
)
_WORD = re.compile(r"[^\W_]+")


def words_of(payload: Mapping[str, Any]) -> str:
    """The texts of a payload, joined; a text that occurs twice is there once."""
    found = dict.fromkeys(_texts(payload))
    return " ".join(found)[:MOST_CHARACTERS]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        text = value.replace("\x00", " ").strip()
        if text:
            yield text
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _UNSEARCHED:
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def terms_of(text: str, most: int = MOST_WORDS) -> tuple[str, ...]:
    """The words of a text, each once, without regard to case and accents."""
    plain = text if text.isascii() else "".join(one for one in normalize("NFKD", text) if not combining(one))
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(plain.casefold())))[:most]


def facet_word(name: str, number: int) -> str:
    """The word that stands for a type, person, unit or process in the index of words."""
    return f"zq{name[0]}{number}"


def fts5(groups: Iterable[Iterable[str]]) -> str:
    """As an FTS5 query string: of each group one word at least. Words are letters and digits: quoting is enough."""
    return " AND ".join("(" + " OR ".join(f'"{word}"' for word in group) + ")" for group in groups)


def tsquery(groups: Iterable[Iterable[str]]) -> str:
    """The same as PostgreSQL writes a tsquery."""
    return " & ".join("(" + " | ".join(f"'{word}'" for word in group) + ")" for group in groups)
