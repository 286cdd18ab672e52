"""Laws that hold for any expression: exact numbers, three-valued logic, and that nothing but our errors comes out."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.feel import FeelError, FeelLimitError, FeelSyntaxError, Limits, parse, tree
from forms.feel.registry import FUNCTIONS
from forms.feel.values import TYPES

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
truths = st.sampled_from([True, False, None])


def value(text, **context):
    return parse(text).evaluate(context)


# --- numbers ---------------------------------------------------------------------------------------------------------


@given(numbers, numbers)
@settings(max_examples=60)
def test_arithmetic_is_exact(a, b):
    assert value("a + b", a=a, b=b) == a + b
    assert value("a - b", a=a, b=b) == a - b
    assert value("a * b", a=a, b=b) == a * b
    assert value("a + b - b = a", a=a, b=b) is True
    quotient = value("a / b", a=a, b=b)
    if b == 0:
        assert quotient is None
    else:
        assert abs(quotient * b - a) <= abs(a) * Decimal("1E-27")


@given(numbers)
@settings(max_examples=40)
def test_a_number_written_in_an_expression_is_that_number(number):
    text = format(number, "f")
    assert value(text) == number
    assert value("number(string(a)) = a", a=number) is True


@given(numbers, st.integers(-3, 6))
@settings(max_examples=40)
def test_rounding_stays_between_floor_and_ceiling(number, scale):
    step = Decimal(1).scaleb(-scale)
    low, high = value("[floor(n, s), ceiling(n, s)]", n=number, s=scale)
    assert low <= number <= high
    assert high - low in (0, step)
    for name in ("decimal", "round up", "round down", "round half up", "round half down"):
        rounded = value(f"{name}(n, s)", n=number, s=scale)
        assert rounded in (low, high), name
        if name not in ("round up", "round down"):
            assert abs(rounded - number) <= step / 2, name


@given(numbers, numbers.filter(bool))
@settings(max_examples=40)
def test_modulo_has_the_sign_of_the_divisor(a, b):
    rest = value("modulo(a, b)", a=a, b=b)
    assert 0 <= rest < b if b > 0 else b < rest <= 0
    assert (a - rest) % b == 0


# --- logic -----------------------------------------------------------------------------------------------------------


@given(truths, truths, truths)
@settings(max_examples=27)
def test_three_valued_logic_keeps_its_laws(a, b, c):
    def same(left, right):
        assert value(left, a=a, b=b, c=c) is value(right, a=a, b=b, c=c)

    same("not(a and b)", "not(a) or not(b)")
    same("not(a or b)", "not(a) and not(b)")
    same("a and b", "b and a")
    same("a or b", "b or a")
    same("a and (b and c)", "a and b and c")
    same("a and (b or c)", "a and b or a and c")
    same("not(not(a))", "a")
    same("a or a and b", "a")
    same("all([a, b, c])", "a and b and c")
    same("any([a, b, c])", "a or b or c")
    same("every x in [a, b, c] satisfies x", "a and b and c")
    same("some x in [a, b, c] satisfies x", "a or b or c")


# --- any text, any tree ----------------------------------------------------------------------------------------------

SIGNS = [*"()[]{},:.+-*/<>=@?", "..", "**", "<=", ">=", "!=", "//", "/*", "*/"]
WORDS = ["and", "or", "in", "if", "then", "else", "for", "return", "some", "every", "satisfies", "between", "item"]
WORDS += ["rows", "a", "true", "null", "1", "2.5", "0"]
STARTS = ['"x"', '"', '@"2026-01-01"', '@"P1D"', "count(", "substring(", "date and time(", "not(", "matches("]
STARTS += ["function(x) ", "]1..2["]
pieces = st.sampled_from([*SIGNS, *STARTS, " instance of date", *(f" {word} " for word in WORDS)])


@given(st.one_of(st.text(max_size=30), st.lists(pieces, max_size=16).map("".join)))
@settings(max_examples=300)
def test_any_text_is_an_expression_or_a_syntax_error_with_its_place(text):
    refused = None
    try:
        expression = parse(text)
    except FeelSyntaxError as error:
        refused = error
    if refused:
        lines = text.split("\n")
        assert 1 <= refused.line <= len(lines)
        assert 1 <= refused.column <= len(lines[refused.line - 1]) + 1
        return
    with suppress(FeelLimitError):
        assert type(expression.evaluate({"a": 1, "rows": [{"b": 2}]})) in TYPES


FUNCTION, PATTERN = st.sampled_from(sorted(FUNCTIONS)), st.sampled_from(["a", "[ab]+", "", "(b)|c"])


def calls(inner):
    def call(draw):
        name = draw(FUNCTION)
        signature = draw(st.integers(0, len(FUNCTIONS[name]) - 1))
        parameters = FUNCTIONS[name][signature].parameters
        count = len(parameters) - draw(st.integers(0, sum(p.optional for p in parameters)))
        arguments = [draw(inner) for _ in range(count)]
        if name in ("matches", "replace", "split"):
            arguments[1] = tree.Literal(draw(PATTERN))
            arguments[2 if name == "matches" else 3 :] = []
        first = next(
            i
            for i, f in enumerate(FUNCTIONS[name])
            if sum(not p.optional for p in f.parameters) <= len(arguments)
            and (len(arguments) <= len(f.parameters) or f.parameters[-1].variadic)
        )
        return tree.Call(name, first, tuple(arguments))

    return st.composite(call)()


NAMES = st.sampled_from(["a", "b", "rows", "t", "d", "item", "x"])
literals = st.one_of(
    st.sampled_from([None, True, False, "", "a", 'abc\n"\\d', "2026-01-31", "é"]),
    st.integers(0, 12).map(Decimal),
    st.sampled_from([Decimal("0.5"), Decimal("2.25"), Decimal("1000000")]),
).map(tree.Literal)
loops = st.lists(
    st.builds(tree.Iterate, st.sampled_from(["x", "y"]), NAMES.map(tree.Name), st.none()), min_size=1, max_size=2
)


def larger(inner):
    pair = st.tuples(inner, inner)
    many = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(tree.Path, inner, st.sampled_from(["n", "year", "b", "days"])),
        st.builds(tree.Filter, inner, inner),
        st.builds(tree.Arithmetic, inner, st.tuples(st.tuples(st.sampled_from(["+", "-"]), inner))),
        st.builds(tree.Arithmetic, inner, st.tuples(st.tuples(st.sampled_from(["*", "/"]), inner))),
        st.builds(tree.Arithmetic, inner, st.tuples(st.tuples(st.just("**"), inner))),
        st.builds(tree.Compare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        st.builds(tree.All, many),
        st.builds(tree.Any_, many),
        st.builds(tree.Between, inner, inner, inner),
        st.builds(tree.In, inner, many),
        st.builds(tree.In, inner, st.tuples(st.builds(tree.Test, st.sampled_from(["<", ">="]), inner))),
        st.builds(tree.InstanceOf, inner, st.sampled_from(["number", "date and time", "list"])),
        st.builds(tree.RangeOf, inner, inner, st.booleans(), st.booleans()),
        st.lists(inner, max_size=3).map(lambda items: tree.ListOf(tuple(items))),
        pair.map(lambda two: tree.ContextOf((("n", two[0]), ("b b", two[1])))),
        st.builds(tree.If, inner, inner, inner),
        st.builds(tree.For, loops.map(tuple), inner),
        st.builds(tree.Quantified, st.booleans(), loops.map(tuple), inner),
        calls(inner),
    )


trees = st.recursive(st.one_of(literals, NAMES.map(tree.Name)), larger, max_leaves=8)


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def show(node):
    """The text of a tree, every operand in parentheses."""

    def operand(inner):
        return f"({show(inner)})"

    def bind(iterators):
        return ", ".join(f"{i.name} in {operand(i.domain)}" for i in iterators)

    match node:
        case tree.Literal(value=str() as text):
            return quote(text)
        case tree.Literal(value=Decimal() as number):
            return format(number, "f")
        case tree.Literal(value=constant):
            return {None: "null", True: "true", False: "false"}[constant]
        case tree.Name(name=name):
            return name
        case tree.Path():
            return f"{operand(node.source)}.{node.name}"
        case tree.Filter():
            return f"{operand(node.source)}[{show(node.condition)}]"
        case tree.Call():
            return f"{node.function}({', '.join(show(argument) for argument in node.arguments)})"
        case tree.Arithmetic():
            return operand(node.first) + "".join(f" {operator} {operand(right)}" for operator, right in node.rest)
        case tree.Compare():
            return f"{operand(node.left)} {node.operator} {operand(node.right)}"
        case tree.All():
            return " and ".join(map(operand, node.operands))
        case tree.Any_():
            return " or ".join(map(operand, node.operands))
        case tree.Between():
            return f"{operand(node.value)} between {operand(node.low)} and {operand(node.high)}"
        case tree.Test():
            return f"{node.operator} {operand(node.operand)}"
        case tree.In():
            tests = [show(test) if isinstance(test, tree.Test) else operand(test) for test in node.tests]
            return f"{operand(node.value)} in ({', '.join(tests)})"
        case tree.InstanceOf():
            return f"{operand(node.value)} instance of {node.type}"
        case tree.RangeOf():
            low, high = "[" if node.low_included else "(", "]" if node.high_included else ")"
            return f"{low}{operand(node.low)}..{operand(node.high)}{high}"
        case tree.ListOf():
            return f"[{', '.join(map(show, node.items))}]"
        case tree.ContextOf():
            return "{" + ", ".join(f"{quote(key)}: {show(inner)}" for key, inner in node.entries) + "}"
        case tree.If():
            return f"if {show(node.condition)} then {show(node.then)} else {show(node.otherwise)}"
        case tree.For():
            return f"for {bind(node.iterators)} return {show(node.result)}"
        case tree.Quantified():
            return f"{'every' if node.every else 'some'} {bind(node.iterators)} satisfies {show(node.condition)}"
    raise AssertionError(node)


@given(trees)
@settings(max_examples=250, deadline=None)
def test_a_tree_written_out_reads_back_the_same_and_has_a_value(node):
    expression = parse(show(node))
    assert expression.node == node
    context = {
        "a": 2,
        "b": None,
        "rows": [{"n": 1, "b": "x"}, {"n": 2.5}],
        "t": "2026-01-31",
        "d": NOW.date(),
        "x": [1, 2],
    }
    limits = Limits(steps=20_000)
    try:
        answer = expression.evaluate(context, now=NOW, limits=limits)
    except FeelLimitError:
        return
    assert type(answer) in TYPES
    assert repr(answer) == repr(expression.evaluate(context, now=NOW, limits=limits)), "the same again"


@given(trees)
@settings(max_examples=80, deadline=None)
def test_strict_asks_for_no_more_than_its_names(node):
    expression = parse(show(node))
    context = dict.fromkeys(expression.names, 1)
    try:
        expression.evaluate(context, now=NOW, strict=True, limits=Limits(steps=20_000))
    except FeelLimitError:
        return
    except FeelError as error:
        pytest.fail(f"{expression.text}: {error}")
