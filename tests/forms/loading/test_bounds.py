"""What a hostile submission costs."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import bounds

values = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=4)
    | st.characters(categories=["Cs", "Cc"])
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.integers(-50, 50).map(lambda n: Decimal(7).scaleb(n))
    | st.sampled_from([b"", Decimal(10) ** 39, Decimal(10) ** 40, -(Decimal(10) ** 39)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.none(), inner, max_size=3),
    max_leaves=6,
)


class Unusual(dict):
    """What is no plain dict is looked at value by value."""


def test_no_more_errors_are_told_than_anybody_reads(forms):
    form = forms.make({"type": "textfield", "key": "nama"})
    assert len(forms.errors(form, {f"k{i}": i for i in range(1500)})) == bounds.MAX_ERRORS


def test_an_object_of_countless_keys_is_refused_before_each_is_looked_at(forms):
    form = forms.make({"type": "textfield", "key": "nama"})
    assert forms.errors(form, {f"k{i}": i for i in range(bounds.MAX_KEYS + 1)}) == {(): bounds.TOO_LARGE}


@settings(max_examples=200)
@given(values, st.booleans())
def test_what_is_clear_at_once_is_what_a_look_at_every_value_says(value, storable):
    usual, unusual = ({"a": value}, Unusual(a=value))
    assert bounds.problem_of(usual, storable=storable) == bounds.problem_of(unusual, storable=storable)


@pytest.mark.parametrize(
    "value",
    [
        ["x"] * (bounds.MAX_VALUES - 2),
        ["x"] * (bounds.MAX_VALUES - 1),
        "x" * (bounds.MAX_CHARACTERS - 1),
        "x" * bounds.MAX_CHARACTERS,
        {f"{n:x}": 1 for n in range(bounds.MAX_KEYS + 1)},
    ],
    ids=["most values", "one more", "most characters", "one character more", "too many keys"],
)
def test_both_draw_the_line_at_the_same_place(value):
    assert bounds.problem_of({"a": value}) == bounds.problem_of(Unusual(a=value))


@pytest.mark.parametrize("deeper", [[], {}, "x"])
@pytest.mark.parametrize("depth", [bounds.MAX_DEPTH - 1, bounds.MAX_DEPTH, bounds.MAX_DEPTH + 1])
def test_both_stop_at_the_same_depth(depth, deeper):
    for _ in range(depth - 1):
        deeper = [deeper]
    assert bounds.problem_of({"a": deeper}) == bounds.problem_of(Unusual(a=deeper))
