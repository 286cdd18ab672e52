"""Which words of an event can be searched for, and how a search is written for each database. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST_CHARACTERS = 8_000  # of one event
MOST_WORDS = 12  # of one search
# Keys whose values are identities or digests: found by what they belong to, not by their letters.
_UNSEARCHED = frozenset(
    {"sidik", "sha256", "tugas", "lampiran", "cetakan", "segel", "rantai", "pemegang", "berkas_sha256"}
)
_WORD = re.compile(r"\w+")


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


def terms_of(search: str) -> tuple[str, ...]:
    """The words to search for; each must occur, whole or as the beginning of a word."""
    return tuple(dict.fromkeys(word.casefold() for word in _WORD.findall(search)))[:MOST_WORDS]


def fts5(terms: tuple[str, ...]) -> str:
    """As an FTS5 query string. Terms are letters and digits only, so quoting them is enough."""
    return " AND ".join(f'"{term}"*' for term in terms)


def tsquery(terms: tuple[str, ...]) -> str:
    """As text for `to_tsquery('simple', …)`."""
    return " & ".join(f"'{term}':*" for term in terms)
