"""What is refused when it is written, with the place; and the bounds of evaluating."""

from time import perf_counter

import pytest

from forms.feel import FeelLimitError, FeelSyntaxError, Limits, parse


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "kosong"),
        ("  \n ", 1, 1, "kosong"),
        ("1 +", 1, 4, "belum selesai"),
        ("count(", 1, 7, "belum selesai"),
        ("if a then b", 1, 12, "belum selesai"),
        ("1 2", 1, 3, "tidak diharapkan"),
        ("a and\n  or b", 2, 3, "“or” tidak diharapkan"),
        ("nama saya = 1", 1, 6, "tanpa spasi"),
        ('"abc', 1, 1, "tanda petik"),
        ('a = "b\nc"', 1, 5, "tanda petik"),
        ("a == b", 1, 3, "tulis “=”"),
        ("a <> b", 1, 3, "tulis “!=”"),
        ("a && b", 1, 3, "tulis “and”"),
        ("a || b", 1, 3, "tulis “or”"),
        ("a = 'b'", 1, 5, "petik ganda"),
        ("a = “b”", 1, 5, "petik lurus"),
        ("a ! = b", 1, 3, "not"),
        ("!= 3", 1, 1, "“!=” tidak diharapkan"),
        ("1 < 2 < 3", 1, 7, "“<”"),
        ("hitung(1)", 1, 1, "fungsi “hitung” tidak dikenal"),
        ("coun(1)", 1, 1, "maksudnya “count”"),
        ("1 +\n\n  upper  case(1, 2)", 3, 3, "tidak cocok dengan upper case(string)"),
        ('substring(string: "a", mulai: 1)', 1, 1, "start position"),
        ('contains(string: "a", string: "b")', 1, 1, "dua kali"),
        ("function(x, x) x", 1, 13, "“x” ditulis dua kali"),
        ("function(x) external {a: 1}", 1, 22, "tidak diharapkan"),
        ("function(x) f(x)", 1, 13, "fungsi “f” tidak dikenal"),
        ("{f: function(x) f(x)}.f", 1, 17, "fungsi “f” tidak dikenal"),
        ("f(1) + (for f in [1] return f(2))", 1, 1, "fungsi “f” tidak dikenal"),
        ("]1..2", 1, 6, "belum selesai"),
        ("a instance of list<bar>", 1, 3, "tipe “bar”"),
        ("`nama saya` = 1", 1, 1, "tidak dapat dipakai"),
        ("? > 1", 1, 1, "tidak dapat dipakai"),
        ('matches(a, "(")', 1, 1, "pola “(”"),
        ('matches(a, "(?=x)")', 1, 1, "pola"),
        ('matches(a, "x", "q")', 1, 1, "pola"),
        ('split(input: a, pattern: "x")', 1, 1, "tidak cocok"),
        ('@"kemarin"', 1, 1, "bukan tanggal"),
        ('@"2026-02-30"', 1, 1, "bukan tanggal"),
        ("a instance of foo", 1, 3, "tipe “foo”"),
        ("{a: 1, a: 2}", 1, 8, "“a” ditulis dua kali"),
        ("1e61", 1, 1, "angka di luar batas"),
        ("1e99999999999999999999", 1, 1, "angka di luar batas"),
        ("1" * 35, 1, 1, "angka di luar batas"),
        ('"\\u0000"', 1, 1, "tidak dapat disimpan"),
        ('"\\uD800"', 1, 1, "tidak dapat disimpan"),
        ("a = \x00", 1, 5, "tidak dapat disimpan"),
        ("\u202e1", 1, 1, "U+202E"),
        ("a[1", 1, 4, "belum selesai"),
        ("for x in xs", 1, 12, "belum selesai"),
        ("then + 1", 1, 1, "“then”"),
        ("for " + ", ".join(f"x{i} in xs" for i in range(9)) + " return 1", 1, 85, "perulangan"),
    ],
)
def test_what_is_refused_says_where_and_why(text, line, column, words):
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert words in error.message
    assert str(error) == f"baris {line}, kolom {column}: {error.message}"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 4000 + "]" * 4000,
        "-" * 5000 + "a",
        "a" + ".b" * 4000,
        "a" + "[1]" * 3000,
        "not(" * 1500 + "a" + ")" * 1500,
        "if a then b else " * 500 + "c",
        "1 ** " + "(1 ** " * 1500 + "1" + ")" * 1500,
        "x" * 10_001,
        "[" * 9000,
        "{a:" * 2000 + "1" + "}" * 2000,
    ],
    ids=lambda text: text[:12],
)
def test_deep_or_long_text_is_refused_and_never_overflows(text):
    with pytest.raises(FeelSyntaxError):
        parse(text)


def test_long_chains_and_parentheses_are_not_deep():
    assert parse("1" + "+1" * 4000).evaluate({}) == 4001
    assert parse("a" + " and a" * 1500).evaluate({"a": True}) is True
    assert parse("(" * 2000 + "1" + ")" * 2000).evaluate({}) == 1


@pytest.mark.parametrize("text", ["9**9**9", "9**(9**9)", "1.0000001**(10**50)", "0.5**(10**50)", "exp(10**40)"])
def test_huge_numbers_answer_at_once(text):
    parse(text)
    begin = perf_counter()
    answer = parse(text).evaluate({})
    assert answer is None or answer == 0
    assert perf_counter() - begin < 0.1


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10**30 return i",
        "for i in 1..10000, j in 1..10000 return i",
        "some i in 1..10000, j in 1..10000 satisfies false",
        "count(for i in 1..10000 return substring(teks, 2))",
        "count(for i in 1..10000 return upper case(teks))",
        "string join(for i in 1..10000 return teks)",
        "string(for i in 1..10000 return teks)",
        "for i in 1..60 return [partial[-1], partial[-1]]",
        "string(for i in 1..60 return [partial[-1], partial[-1]])",
        "flatten(for i in 1..60 return [partial[-1], partial[-1]])",
        "for i in 1..5000 return [partial[-1]]",
        "for i in 1..100 return partial",
        "(for i in 1..60 return [partial[-1], partial[-1]]) = (for i in 1..60 return [partial[-1], partial[-1]])",
        "distinct values(for i in 1..5000 return [i])",
        'replace(teks, "x", "yyy")',
        'replace(teks, "", "zz")',
        'split(teks, "x")',
        "teks + teks",
        "concatenate(daftar, daftar)",
        "{f: function(g) g(g), r: f(f)}.r",
        "sort(for i in 1..10000 return i, function(a, b) count(for j in 1..100 return j) < b)",
        "{f: function(n) for i in 1..10000 return n, r: for i in 1..10000 return f(i)}.r",
        "for d in date(1, 1, 1)..date(9999, 1, 1) return d",
    ],
)
def test_evaluating_is_bounded(text):
    expression = parse(text)
    with pytest.raises(FeelLimitError, match=r"batas|lebih dari|terlalu dalam"):
        expression.evaluate({"teks": "x" * 60_000, "daftar": [1] * 6000}, limits=Limits(steps=200_000))


def test_each_limit_can_be_set():
    assert parse("for i in 1..50 return i").evaluate({}, limits=Limits(items=50))[-1] == 50
    with pytest.raises(FeelLimitError):
        parse("for i in 1..51 return i").evaluate({}, limits=Limits(items=50))
    with pytest.raises(FeelLimitError):
        parse('"abc" + "def"').evaluate({}, limits=Limits(characters=5))
    with pytest.raises(FeelLimitError):
        parse("sum(for i in 1..100 return i)").evaluate({}, limits=Limits(steps=100))
    deep: list = []
    for _ in range(10):
        deep = [deep]
    assert parse("count(x)").evaluate({"x": deep}, limits=Limits(depth=11)) == 1
    with pytest.raises(FeelLimitError):
        parse("count(x)").evaluate({"x": deep}, limits=Limits(depth=10))


def test_a_pattern_from_data_takes_linear_time():
    begin = perf_counter()
    assert parse("matches(t, p)").evaluate({"t": "x" * 5000, "p": "(x+x+)+y"}) is False
    assert perf_counter() - begin < 0.5
