"""What a cell of a worksheet takes."""

from __future__ import annotations

MOST_CHARACTERS = 32_767


def fitted(text: str, whole: str) -> str:
    """A text as a cell takes it: what is longer is cut, and says where the `whole` of it is."""
    if len(text) <= MOST_CHARACTERS:
        return text
    cut = f" … (terpotong; {whole})"
    return text[: MOST_CHARACTERS - len(cut)] + cut
