"""Canonical JSON: equal data gives equal bytes, and what cannot be kept safely is refused."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.canonical import MAX_DEPTH, MAX_DIGITS, CanonicalError, digest, dumps, loads

text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=8)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.integers(-(10**40), 10**40) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


class Colour(Enum):
    RED = "red"


def test_the_form_is_sorted_dense_and_utf8():
    assert dumps({"b": [1, None, True], "a": 'Séri "x"\n'}) == '{"a":"Séri \\"x\\"\\n","b":[1,null,true]}'.encode()
    assert dumps({"\U0001f600": 1, "\uffff": 2}) == '{"\uffff":2,"\U0001f600":1}'.encode(), "code points, not UTF-16"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Decimal("1.50"), b"1.5"),
        (Decimal("15E-1"), b"1.5"),
        (Decimal("1E+3"), b"1000"),
        (Decimal("0.00000001"), b"0.00000001"),
        (Decimal("-0.00"), b"0"),
        (Decimal("100"), b"100"),
        (-0.0, b"0"),
        (0.1, b"0.1"),
        (1e22, b"10000000000000000000000"),
        (12, b"12"),
        (Decimal("1500000000000.05"), b"1500000000000.05"),
    ],
)
def test_numbers_are_written_plainly_and_normalised(number, written):
    assert dumps(number) == written


@given(values)
@settings(max_examples=80)
def test_what_is_written_reads_back_equal_and_writes_the_same(value):
    encoded = dumps(value)
    again = loads(encoded)
    assert again == value
    assert dumps(again) == encoded
    assert json.loads(encoded, parse_float=Decimal) == value, "another reader agrees"


def test_whole_numbers_are_decimals_too():
    assert [type(n) for n in loads(b"[1, 1.0, -3e2]")] == [Decimal] * 3
    assert loads(b"-3e2") == -300


def test_the_digest_ignores_how_it_was_typed():
    assert digest(loads(b'{"b": 1.50, "a": [2]}')) == digest({"a": [Decimal(2)], "b": Decimal("1.5")})
    assert digest(b"x") == hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    "value",
    [
        "a\x00b",
        {"a\x00": 1},
        "\ud800",
        {"\udfff": 1},
        float("nan"),
        Decimal("Infinity"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
        10**MAX_DIGITS,
        {1: 2},
        {"a": b"bytes"},
        {1, 2},
        object(),
    ],
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(CanonicalError):
        dumps(value)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"{",
        b"[1,]",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b'"\\u0000"',
        b'{"a\\u0000":1}',
        b'"\\ud800"',
        b'{"k":["\\udc00"]}',
        b'"\x00"',
        b'"\n"',
        b"\xff",
        b"\xed\xa0\x80",
        b'{"a":1,"a":2}',
        b"1e999999999999999999999",
        b"1e-400",
        b"1" * 300,
        b"[" * 100_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    ],
)
def test_bad_bytes_are_refused(source):
    with pytest.raises(CanonicalError):
        loads(source)


def test_depth_and_size_hold_at_the_bound():
    deep = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert dumps(loads(deep)) == deep
    too_deep: list = []
    too_deep.append(too_deep)
    with pytest.raises(CanonicalError):
        dumps(too_deep)
    assert loads(b"[" + b"0," * 99 + b"0]", max_bytes=201) == [0] * 100
    with pytest.raises(CanonicalError):
        loads(b"[" + b"0," * 99 + b"0]", max_bytes=200)
    assert loads(b"[[[]],[]]", max_depth=3) == [[[]], []]
    with pytest.raises(CanonicalError):
        loads(b"[[[]],[]]", max_depth=2)


def test_a_pair_of_escaped_surrogates_is_one_character():
    assert loads(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_a_file_saved_with_a_byte_order_mark_is_read():
    assert loads(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


wild = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=6)
    | st.characters(categories=["Cs", "Cc", "Zl", "Zp"])
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.decimals(min_value=-100, max_value=100, places=3)
    | st.sampled_from([b"", date(2026, 11, 23), Colour.RED, UUID(int=1), 2**63, -(2**64), Decimal("1E+500")]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4)
        | st.lists(inner, max_size=2).map(tuple)
    ),
    max_leaves=8,
)


def written(value):
    try:
        return dumps(value)
    except CanonicalError as error:
        return str(error)


@given(wild)
@settings(max_examples=200)
def test_the_quick_way_gives_what_the_thorough_way_gives(value):
    """A tuple is a list, but not what data usually is: in it everything is looked at value by value."""
    assert written([value]) == written((value,))


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1])
def test_both_ways_stop_at_the_same_depth(depth):
    inner: object = "x"
    for _ in range(depth - 1):
        inner = {"a": inner}
    assert written([inner]) == written((inner,))


@given(st.binary(max_size=40))
def test_any_bytes_give_data_or_canonical_error(source):
    try:
        data = loads(source)
    except CanonicalError:
        return
    assert loads(dumps(data)) == data
