"""What the language means where the browser's evaluator is no judge: our types, names, time, strictness, patterns."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from forms.feel import FeelEvaluationError, Range, YearMonthDuration, parse
from forms.feel.registry import FUNCTIONS

WIB = timezone(timedelta(hours=7))


def value(text, context=None, **options):
    return parse(text).evaluate(context or {}, **options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@"2026-11-23"', date(2026, 11, 23)),
        ('date("2026-11-23")', date(2026, 11, 23)),
        ('date(date and time("2026-11-23T08:30:00"))', date(2026, 11, 23)),
        ('@"08:30:00"', time(8, 30)),
        ("time(8, 30, 15.25)", time(8, 30, 15, 250000)),
        ('time(8, 30, 0, duration("PT7H"))', time(8, 30, tzinfo=WIB)),
        ('date and time("2026-11-23T08:30:00+07:00")', datetime(2026, 11, 23, 8, 30, tzinfo=WIB)),
        ('date and time(date("2026-11-23"), time("08:30:00"))', datetime(2026, 11, 23, 8, 30)),
        ('@"2026-11-23T08:30:00@Asia/Jakarta"', datetime(2026, 11, 23, 8, 30, tzinfo=WIB)),
        ('@"P1DT2H"', timedelta(days=1, hours=2)),
        ('duration("-PT90M")', timedelta(minutes=-90)),
        ('duration("P2W")', timedelta(weeks=2)),
        ('duration("P1Y6M")', YearMonthDuration(18)),
        ('duration("P1Y6M").months', Decimal(6)),
        ('duration("P1Y2D")', None),
        ('duration("P")', None),
        ('duration("PT")', None),
        ("[1..3)", Range(Decimal(1), Decimal(3), True, False)),
        ('[1.."a"]', None),
        ("[[1]..[2]]", None),
        ("[1..3].end", Decimal(3)),
        ('date("2026-01-31") + duration("P1M")', date(2026, 2, 28)),
        ('date("2026-01-01") + duration("PT25H")', date(2026, 1, 2)),
        ('date("2026-03-01") - date("2026-02-01")', timedelta(days=28)),
        ('date and time("2026-01-01T00:00:00Z") - date and time("2026-01-01T00:00:00+07:00")', timedelta(hours=7)),
        ('date and time("2026-01-01T00:00:00Z") < date and time("2026-01-01T00:00:00")', None),
        ('time("01:00:00") - duration("PT2H")', time(23, 0)),
        ('time("09:00:00") - time("08:30:00")', timedelta(minutes=30)),
        ('duration("P1D") * 1.5', timedelta(hours=36)),
        ('duration("P3Y") / 2', YearMonthDuration(18)),
        ('duration("P1D") / duration("PT1H")', Decimal(24)),
        ('duration("P1D") / 0', None),
        ('-duration("P1M")', YearMonthDuration(-1)),
        ('years and months duration(date("2026-01-15"), date("2027-03-20"))', YearMonthDuration(14)),
        ('years and months duration(date("2027-03-20"), date("2026-01-15"))', YearMonthDuration(-14)),
        ('date("9999-12-31") + duration("P1D")', None),
        ('date("0001-01-01") - duration("P1M")', None),
        ("date(2026, 2, 29)", None),
        ("date(2026.5, 1, 1)", None),
        ('@"2026-11-23".weekday', Decimal(1)),
        ('day of week(@"2026-11-23")', "Monday"),
        ('month of year(@"2026-11-23")', "November"),
        ('string(@"2026-11-23T08:30:00@Asia/Jakarta")', "2026-11-23T08:30:00@Asia/Jakarta"),
        ('string(duration("-P1DT2.5S"))', "-P1DT2.5S"),
        ('min(@"2026-01-02", @"2026-01-01")', date(2026, 1, 1)),
        ('max("b", "a")', "b"),
        ('max("b", 1)', None),
        ("sort([3, 1, 2])", [Decimal(1), Decimal(2), Decimal(3)]),
        ('sort([3, "a"])', None),
        ('trim("  a ")', "a"),
        ("1 instance of number", True),
        ('"a" instance of number', False),
        ("null instance of any", False),
        ('@"2026-01-01" instance of date', True),
        ('date and time("2026-01-01T00:00:00") instance of date and time', True),
        ('duration("P1Y") instance of years and months duration', True),
        ('"\\uD83D\\uDE00"', "\U0001f600"),
        ('"\\U01F600"', "\U0001f600"),
        ("0 ** -1", None),
        ("0 ** 0", Decimal(1)),
        ("(-8) ** (1 / 3)", None),
        ("10 ** 61", None),
        ("1 / 3 * 3", Decimal("0.9999999999999999999999999999999999")),
        ("decimal(2.675, 2)", Decimal("2.68")),
        ("round half up(1.005, 2)", Decimal("1.01")),
        ("decimal(15, -1)", Decimal(20)),
        ("decimal(1, 1000)", None),
        ('replace("2026-11", "(\\d+)-(\\d+)", "$2/$1 $0 $$")', "11/2026 2026-11 $"),
        ('matches("a\nb", "a.b", "s")'.replace("\n", "\\n"), True),
        ('matches("a", pola)', None),
        ('split("abc", "")', ["a", "b", "c"]),
        ("1 + if true then 1 else 2 + 3", Decimal(2)),
        ("true or some x in [1] satisfies x = 2", True),
        ("{a: 1, b: {c: a + 1}}.b.c", Decimal(2)),
        ("for i in 1..3 return partial", [[], [[]], [[], [[]]]]),
        ("for i in (1..4) return i", [Decimal(2), Decimal(3)]),
        ("/* a */ 1 // b", Decimal(1)),
        ("some x in [null] satisfies x", None),
        ("every x in [true, null] satisfies x", None),
        ("null in [1..2]", None),
    ],
)
def test_values(text, expected):
    answer = value(text, {"pola": "("})
    assert answer == expected
    assert type(answer) is type(expected)


def test_python_values_come_in_as_feel_values():
    context = {
        "i": 2,
        "f": 0.1,
        "d": Decimal("1.50"),
        "t": (1, {"x": 2.5}),
        "b": True,
        "o": object(),
        "n": float("nan"),
    }
    assert value("[i, f, d, t, b, o, n]", context) == [
        Decimal(2),
        Decimal("0.1"),
        Decimal("1.5"),
        [Decimal(1), {"x": Decimal("2.5")}],
        True,
        None,
        None,
    ]
    assert value("b + 1", context) is None, "a boolean is no number"
    assert value("f + 0.2 = 0.3", context) is True
    assert value("huge", {"huge": 10**5000}) is None


def test_evaluating_does_not_change_what_it_was_given():
    context = {"rows": [{"a": 1}], "c": {"k": {"x": 1}}}
    value("append(rows, 1)", context)
    value('context put(c, ["k", "x"], 2)', context)
    value('for r in rows return context put(r, "a", 9)', context)
    assert context == {"rows": [{"a": 1}], "c": {"k": {"x": 1}}}


@pytest.mark.parametrize(
    ("text", "names", "required", "paths"),
    [
        ("a.b.c + d", {"a", "d"}, {"a", "d"}, {"a.b.c", "d"}),
        ("for x in xs return x.y + z", {"xs", "z"}, {"xs", "z"}, {"xs", "z"}),
        ("for x in xs, y in x.list return y", {"xs"}, {"xs"}, {"xs"}),
        ("some x in xs satisfies x = x0", {"xs", "x0"}, {"xs", "x0"}, {"xs", "x0"}),
        ("rows[n > batas].n", {"rows", "n", "batas"}, {"rows"}, {"rows", "n", "batas"}),
        ("rows[item.n > 1]", {"rows"}, {"rows"}, {"rows"}),
        ("{a: 1, b: a + c}", {"c"}, {"c"}, {"c"}),
        ("for i in 1..3 return partial[-1]", set(), set(), set()),
        ("item", {"item"}, {"item"}, {"item"}),
        ("count(a) + substring(string: s, start position: 1)", {"a", "s"}, {"a", "s"}, {"a", "s"}),
        ("x + (for x in [1] return x)", {"x"}, {"x"}, {"x"}),
        ("for x in x return 1", {"x"}, {"x"}, {"x"}),
    ],
)
def test_names_are_what_the_context_has_to_give(text, names, required, paths):
    expression = parse(text)
    assert (set(expression.names), set(expression.required), set(expression.paths)) == (names, required, paths)


def test_functions_are_known():
    assert parse('count(a[contains(item, "x")])').functions == {"count", "contains"}


def test_strict_refuses_a_variable_that_nobody_gave_and_names_it():
    assert value("setuju = true") is False
    with pytest.raises(FeelEvaluationError, match="baris 2, kolom 2: variabel “setuju” tidak ada"):
        value("1 = 1 and\n setuju = true", strict=True)
    assert value("setuju", {"setuju": None}, strict=True) is None
    assert value("a.b", {"a": {}}, strict=True) is None, "a key that is missing is null; only variables are strict"
    assert value("rows[n > 1]", {"rows": []}, strict=True) == [], "the keys of no rows are no mistake"
    with pytest.raises(FeelEvaluationError):
        value("rows[m > 1]", {"rows": [{"n": 1}]}, strict=True)


def test_is_defined_tells_null_from_absent():
    context = {"a": None, "b": {"c": None}}
    texts = ("a", "x", "b.c", "b.x", "x.y", "a.b", "1")
    assert [value(f"is defined({text})", context, strict=True) for text in texts] == [
        True,
        False,
        True,
        False,
        False,
        False,
        True,
    ]


def test_today_is_the_day_in_jakarta_unless_the_instant_has_another_offset():
    late = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    assert value("today()", now=late) == date(2026, 11, 23)
    assert value("now()", now=late) == late
    assert value("now().hour", now=late) == 1
    assert value("today()", now=late.astimezone(timezone(timedelta(hours=-5)))) == date(2026, 11, 22)
    assert value("today()", now=datetime(2026, 11, 22, 18, 30)) == date(2026, 11, 22)
    assert value("today()") is None
    with pytest.raises(FeelEvaluationError):
        value("today()", strict=True)


@pytest.mark.parametrize(
    "text",
    [
        "__class__",
        "a.__class__",
        "a.__class__.__mro__",
        '"x".__class__',
        '@"2026-01-01".__class__',
        '@"2026-01-01".replace',
        '@"P1D".resolution',
        'get value(a, "__class__")',
        "__import__",
        "a.keys",
        "a.get",
        "xs.append",
    ],
)
def test_python_stays_out_of_reach(text):
    assert value(text, {"a": {"b": 1}, "xs": []}) in (None, [])


def test_a_parsed_expression_is_cached():
    assert parse("1 + 1") is parse("1 + 1")


def test_the_papers_list_every_function():
    papers = Path(__file__).parents[2].joinpath("docs/feel.md").read_text(encoding="utf-8")
    listed = papers.partition("## Functions")[2].partition("## Values")[0]
    assert set(re.findall(r"`([a-z][a-z ]+)\(", listed)) == set(FUNCTIONS)
