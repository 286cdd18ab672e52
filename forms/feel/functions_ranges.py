"""Built-in functions that compare points and ranges: `before`, `meets`, `overlaps` … as DMN 1.5 defines them.

A point is anything with an order. Where two bounds have no order the answer is null. A bound that is null is open to
its side: as a start it lies before, as an end after everything.
"""

import re
from typing import Any

from forms.feel import operations
from forms.feel.functions_basic import number
from forms.feel.registry import builtin
from forms.feel.temporal import read_temporal
from forms.feel.values import Range, Run, both, compare, equal, includes, order

Answer = bool | None


def _edge(range_: Range, end: bool) -> tuple[Any, int]:
    """A bound, and where a range that stops short of it lies: -1 just before, 0 at, 1 just after the value."""
    if end:
        return range_.high, 0 if range_.high_included else -1
    return range_.low, 0 if range_.low_included else 1


def _order(a: tuple[Any, int], a_end: bool, b: tuple[Any, int], b_end: bool) -> int | None:
    """-1, 0 or 1 as one edge lies before, at or after another."""
    if a[0] is None or b[0] is None:
        left = 0 if a[0] is not None else 1 if a_end else -1
        right = 0 if b[0] is not None else 1 if b_end else -1
        return (left > right) - (left < right)
    sign = order(a[0], b[0])
    return sign if sign else None if sign is None else (a[1] > b[1]) - (a[1] < b[1])


def _starts(a: Range, b: Range) -> int | None:
    return _order(_edge(a, False), False, _edge(b, False), False)


def _ends(a: Range, b: Range) -> int | None:
    return _order(_edge(a, True), True, _edge(b, True), True)


def _gap(a: Range, b: Range) -> int | None:
    """How the end of `a` lies to the start of `b`: -1 before it, without a common point; 0 they share just one; 1."""
    if a.high is None or b.low is None:
        return 1
    sign = order(a.high, b.low)
    if sign == 0:
        return 0 if a.high_included and b.low_included else -1
    return sign


def _is(sign: int | None, *wanted: int) -> Answer:
    return None if sign is None else sign in wanted


def _range(value: Any) -> Range:
    return value if type(value) is Range else Range(value, value)


@builtin("before(point1: any, point2: any)")
def before(run: Run, a: Any, b: Any) -> Answer:
    """`a` ends before `b` begins."""
    if a is None or b is None:
        return None
    if type(a) is not Range and type(b) is not Range:
        return compare("<", a, b, run)
    return _is(_gap(_range(a), _range(b)), -1)


@builtin("after(point1: any, point2: any)")
def after(run: Run, a: Any, b: Any) -> Answer:
    return before(run, b, a)


@builtin("meets(range1: range, range2: range)")
def meets(run: Run, a: Range, b: Range) -> Answer:
    """`a` ends with the very point that `b` begins with."""
    return _is(_gap(a, b), 0)


@builtin("met by(range1: range, range2: range)")
def met_by(run: Run, a: Range, b: Range) -> Answer:
    return meets(run, b, a)


@builtin("overlaps(range1: range, range2: range)")
def overlaps(run: Run, a: Range, b: Range) -> Answer:
    """They have a point in common."""
    return both(_is(_gap(a, b), 0, 1), _is(_gap(b, a), 0, 1))


@builtin("overlaps before(range1: range, range2: range)")
def overlaps_before(run: Run, a: Range, b: Range) -> Answer:
    """`a` begins before `b` and ends in it."""
    return both(both(_is(_starts(a, b), -1), _is(_gap(a, b), 0, 1)), _is(_ends(a, b), -1, 0))


@builtin("overlaps after(range1: range, range2: range)")
def overlaps_after(run: Run, a: Range, b: Range) -> Answer:
    """`a` begins in `b` and ends after it."""
    return both(both(_is(_ends(a, b), 1), _is(_gap(b, a), 0, 1)), _is(_starts(a, b), 0, 1))


@builtin("finishes(point: any, range: range)")
def finishes(run: Run, a: Any, b: Range) -> Answer:
    """`a` (a point, or a range that lies in `b`) ends where `b` ends."""
    if type(a) is not Range:
        return None if a is None else b.high_included and equal(a, b.high, run)
    return both(_is(_ends(a, b), 0), _is(_starts(a, b), 0, 1))


@builtin("finished by(range: range, point: any)")
def finished_by(run: Run, a: Range, b: Any) -> Answer:
    return finishes(run, b, a)


@builtin("includes(range: range, point: any)")
def includes_(run: Run, a: Range, b: Any) -> Answer:
    """Every point of `b` lies in `a`."""
    if type(b) is not Range:
        return None if b is None else includes(a, b)
    return both(_is(_starts(a, b), -1, 0), _is(_ends(a, b), 0, 1))


@builtin("during(point: any, range: range)")
def during(run: Run, a: Any, b: Range) -> Answer:
    return includes_(run, b, a)


@builtin("starts(point: any, range: range)")
def starts(run: Run, a: Any, b: Range) -> Answer:
    """`a` (a point, or a range that lies in `b`) begins where `b` begins."""
    if type(a) is not Range:
        return None if a is None else b.low_included and equal(a, b.low, run)
    return both(_is(_starts(a, b), 0), _is(_ends(a, b), -1, 0))


@builtin("started by(range: range, point: any)")
def started_by(run: Run, a: Range, b: Any) -> Answer:
    return starts(run, b, a)


@builtin("coincides(point1: any, point2: any)")
def coincides(run: Run, a: Any, b: Any) -> Answer:
    """The same point, or the same range."""
    if a is None or b is None:
        return None
    if type(a) is not Range or type(b) is not Range:
        return equal(a, b, run)
    return both(_is(_starts(a, b), 0), _is(_ends(a, b), 0))


_RANGE = re.compile(r"\s*([\[\](])\s*(.*?)\s*\.\.\s*(.*?)\s*([\[\])])\s*", re.DOTALL)


@builtin("range(from: string)")
def range_from(run: Run, text: str) -> Range | None:
    """The range written as `[1..5]`, `]2026-01-01..2026-02-01[` or `["a".."f")`; a bound left out is open."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    low, high = _bound(run, found[2]), _bound(run, found[3])
    known = [bound for bound in (low, high) if bound is not None]
    if not known or (low is None) != (not found[2]) or (high is None) != (not found[3]):
        return None
    if len(known) == 2 and order(low, high) not in (-1, 0):
        return None
    return Range(low, high, found[1] == "[", found[4] == "]")


def _bound(run: Run, text: str) -> Any:
    """A number, a text in quotes, or a date, time or duration, with or without `@"…"`."""
    bare = text.removeprefix("@")
    quoted = len(bare) > 1 and bare[0] == bare[-1] == '"'
    if quoted and bare == text:
        return text[1:-1]
    value = number(run, text, None, None)
    return value if value is not None else read_temporal(bare[1:-1] if quoted else bare)


@builtin("is(value1: any, value2: any)")
def is_(run: Run, a: Any, b: Any) -> bool:
    """The same value of the same type, written the same: instants in two offsets are not, though equal."""
    if type(a) is not type(b):
        return False
    return equal(a, b, run) is True and operations.to_text(a, run) == operations.to_text(b, run)
