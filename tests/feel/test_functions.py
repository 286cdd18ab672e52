"""What only the server has: the rest of DMN's relations of ranges, functions of the author's, types with parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.feel import NOT_IN_BROWSER, Limits, Range, parse
from forms.feel.brackets import Brackets


def value(text, **context):
    return parse(text).evaluate(context)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("overlaps before([1..5], [3..8])", True),
        ("overlaps before([1..5], [6..8])", False),
        ("overlaps before([1..5], [5..8])", True),
        ("overlaps before([1..5], (5..8])", False),
        ("overlaps before([1..5), (1..5])", True),
        ("overlaps before([1..5], [1..5])", False),
        ("overlaps after([3..8], [1..5])", True),
        ("overlaps after((5..8], [1..5])", False),
        ("overlaps after((1..5], [1..5))", True),
        ("overlaps after((1..5], [1..5])", False),
        ("finishes(10, [1..10])", True),
        ("finishes(10, [1..10))", False),
        ("finishes([5..10), [1..10])", False),
        ("finishes([5..10), [1..10))", True),
        ("finished by([1..10], (1..10])", True),
        ("finished by([1..10), 10)", False),
        ("during((1..5], (1..10])", True),
        ("during(1, (1..10])", False),
        ("starts((1..5], [1..10])", False),
        ("starts((1..10), (1..10))", True),
        ("starts(1, (1..10])", False),
        ("started by([1..10], (1..5])", False),
        ("started by((1..10], (1..5])", True),
        ("coincides((1..5), [1..5])", False),
        ('coincides(@"2026-01-01", @"2026-01-01")', True),
        ('before([1.."a"], 2)', None),
        ('meets([1..5], ["a".."b"])', None),
        ('is(1, "1")', False),
        ('is(@"2026-01-01T00:00:00Z", @"2026-01-01T07:00:00+07:00")', False),
        ('@"2026-01-01T00:00:00Z" = @"2026-01-01T07:00:00+07:00"', True),
        ('range("[1..3]")', Range(Decimal(1), Decimal(3))),
        ('range("]2026-01-01..2026-02-01[")', Range(date(2026, 1, 1), date(2026, 2, 1), False, False)),
        ('range("(\\"a\\"..\\"f\\"]")', Range("a", "f", False, True)),
        ('range("[..5]")', Range(None, Decimal(5))),
        ('range("[5..1]")', None),
        ('range("[besok..lusa]")', None),
        ('range("[1..\\"a\\"]")', None),
        ("[1,2,3][item in ]1..3[]", [Decimal(2)]),
        ("for i in ]1..4[ return i", [Decimal(2), Decimal(3)]),
        ("]a..b[.start included", False),
        ('for d in @"2026-02-27"..@"2026-03-01" return d.day', [Decimal(27), Decimal(28), Decimal(1)]),
        ('for d in ]@"2026-03-01"..@"2026-02-27"[ return d.day', [Decimal(28)]),
        ('@"2026-01-01T08:00:00+07:00".time offset', timedelta(hours=7)),
        ('@"08:00:00".time offset', None),
        ('date and time(2026, 1, 2, 3, 4, 5.5, @"PT0S")', datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)),
        ("date and time(2026, 2, 30, 0, 0, 0)", None),
        ('string join(["a", null, "b"], "-", "<", ">")', "<a-b>"),
        ('string join(list: ["a"], suffix: "!")', "a!"),
    ],
)
def test_values(text, expected):
    answer = value(text, a=1, b=2)
    assert answer == expected
    assert type(answer) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("[1, null] instance of list<number>", False),
        ("[] instance of list<date and time>", True),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ('{a: "x"} instance of context<a: number>', False),
        ("{} instance of context<a: number>", False),
        ("[{n: [1]}] instance of list<context<n: list<number>>>", True),
        ('[@"2026-01-01"..@"2026-02-01"] instance of range<date>', True),
        ("[1..2] instance of range<date>", False),
        ("(function(x) x) instance of function", True),
        ("1 instance of number and true", True),
    ],
)
def test_instance_of_looks_inside(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
        ("sort(list: rows, precedes: function(a, b) a.n < b.n).n", [1, 2, 3]),
        ("sort([1, 2], function(a) a)", [1, 2]),
        ('sort([3, "a"], function(a, b) string(a) < string(b))', [3, "a"]),
        ("list replace([2, 4, 7], function(item, new) item < new, 5)", [5, 5, 7]),
        ("list replace([2, 4, 7], -1, 5)", [2, 4, 5]),
        ('list replace([2, 4, 7], "x", 5)', None),
        ("{f: function(x) x * faktor, r: for i in [1, 2] return f(i)}.r", [10, 20]),
        ("{f: function(x, y) x - y, r: f(y: 1, x: 3)}.r", 2),
        ("{f: function(x, y) x - y, r: f(y: 1, z: 3)}.r", None),
        ("{f: function(x) x, r: f(1, 2)}.r", None),
        ("{f: 1, r: f(1)}.r", None),
        ("{f: function() 7, r: f()}.r", 7),
        ("(for i in 1..3 return {i: i, f: function(x) x + i, r: f(10)}).r", [11, 12, 13]),
        ("{tambah: function(n) function(x) x + n, dua: tambah(2), r: dua(5)}.r", 7),
    ],
)
def test_functions_of_the_author(text, expected):
    assert value(text, faktor=10, rows=[{"n": 2}, {"n": 3}, {"n": 1}]) == expected


def test_a_function_keeps_what_it_saw_where_it_was_written():
    text = "{fs: for i in 1..3 return function(x) x * i, r: for f in fs return f(2)}.r"
    assert value(text) == [2, 4, 6]


def test_a_function_never_leaves_the_evaluation():
    assert value("function(x) x") is None
    assert value("{f: function(x) x, a: [function() 1]}") == {"f": None, "a": [None]}
    assert value("string(function(x) x)") == "function"


def test_a_function_as_an_argument_is_known_to_browsers():
    assert not parse("sort(xs, function(a, b) a > b)").functions & NOT_IN_BROWSER


def test_the_names_of_a_function_are_its_own():
    expression = parse("sort(rows, function(a, b) a.n < b.n + geser)")
    assert expression.names == {"rows", "geser"}
    assert parse("if is defined(a.b) then a.b else c").asked == {"a"}


@pytest.mark.parametrize(
    "text",
    [
        "sort(a)",
        "during(1, [1..2])",
        'string join(a, ",", "<", ">")',
        "date and time(2026, 1, 1, 0, 0, 0)",
        "a.time offset",
        "a instance of list<number>",
    ],
)
def test_what_a_form_must_not_say_is_marked(text):
    assert parse(text).functions & NOT_IN_BROWSER


def test_sorting_by_a_function_is_bounded():
    numbers = list(range(2000))
    answer = parse("sort(xs, function(a, b) a > b)").evaluate({"xs": numbers}, limits=Limits())
    assert answer == numbers[::-1]


points = st.integers(0, 4)
ranges = st.builds(
    lambda low, more, a, b: f"{'[' if a else '('}{low}..{low + more}{']' if b else ')'}",
    points,
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
)


def members(text):
    """The range as the set of quarter points that lie in it: what the relations mean, by counting."""
    range_ = parse(text).evaluate({})
    low, high = int(range_.low) * 4, int(range_.high) * 4
    return set(range(low if range_.low_included else low + 1, high + 1 if range_.high_included else high))


@given(ranges, ranges)
def test_relations_of_ranges_are_those_of_the_sets_of_their_points(a, b):
    one, other = members(a), members(b)
    told = {
        name: value(f"{name}({a}, {b})")
        for name in ("before", "after", "overlaps", "includes", "during", "starts", "finishes", "coincides", "meets")
    }
    assert told == {
        "before": max(one) < min(other),
        "after": min(one) > max(other),
        "overlaps": bool(one & other),
        "includes": one >= other,
        "during": one <= other,
        "starts": one <= other and min(one) == min(other),
        "finishes": one <= other and max(one) == max(other),
        "coincides": one == other,
        "meets": len(one & other) == 1 and max(one) == min(other),
    }


@given(ranges, points)
def test_open_brackets_mean_the_same_as_parentheses(text, point):
    brackets = text.replace("(", "]").replace(")", "[")
    assert value(f"{point} in {text}") == value(f"{point} in {brackets}")
    assert value(f"[{point} in {brackets}, 1]") == value(f"[{point} in {text}, 1]")


def test_brackets_that_open_and_close_nothing_else_stay():
    assert Brackets().always_accept == ()
    assert value("[[1, 2], []][1][-1]") == 2
    assert value("[][1]") is None
    assert value("rows[n > 1][1].n", rows=[{"n": 1}, {"n": 2}]) == 2
