"""Text in pictures: nothing of it is lost unseen, and its lines keep to their place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn import lettering


def test_text_is_cleaned_of_what_no_picture_can_hold():
    assert lettering.clean(" a\x00 b\u202ec\ufffe\ud800 \r\n\n  d ") == "a bc\nd"
    assert lettering.clean("x" * 400) == "x" * 299 + "…"
    assert lettering.clean("\u200b\n\t") == ""


def test_a_text_rather_shrinks_than_breaks_a_word():
    roomy = lettering.fit("Menindaklanjuti disposisi", 100, 80, 12)
    assert (roomy.lines, roomy.size) == (("Menindaklanjuti", "disposisi"), 12)
    narrow = lettering.fit("Menindaklanjuti disposisi", 70, 80, 12)
    assert narrow.lines == ("Menindaklanjuti", "disposisi")
    assert lettering.READABLE <= narrow.size < 12
    assert lettering.fit("Surat/tembusan-lengkap", 60, 80, 12).lines == ("Surat/", "tembusan-", "lengkap")


def test_what_does_not_fit_ends_in_an_ellipsis():
    block = lettering.fit("kata " * 50, 60, 20, 12)
    assert (block.size, len(block.lines)) == (lettering.SMALLEST, 2)
    assert block.lines[-1].endswith("…")


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=200).map(lettering.clean),
    st.floats(1, 300),
    st.floats(1, 200),
    st.sampled_from([11.0, 12.0, 16.0]),
)
def test_lines_hold_the_text_and_are_no_broader_than_their_place(text, width, height, size):
    block = lettering.fit(text, width, height, size)
    widest = max(map(lettering.breadth, text), default=0)
    for line in block.lines:
        assert lettering.breadth(line.rstrip(), block.size) <= max(width, (widest + 1) * block.size) + 0.001
    whole = "".join(text.split())
    shown = "".join("".join(block.lines).split())
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]) and block.size == lettering.SMALLEST)
    assert block.height <= max(height, block.size * lettering.LINE) + 0.5
