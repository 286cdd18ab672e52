"""Closures of paths, filters and loops."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from forms.feel import tree
from forms.feel.errors import FeelLimitError
from forms.feel.scope import Code, Scope, compile_node, compiles
from forms.feel.temporal import temporal_property
from forms.feel.values import NUMBERS, Range, Run, YearMonthDuration, is_whole

_TEMPORAL = (date, time, timedelta, YearMonthDuration)


def property_of(value: Any, name: str) -> Any:
    if type(value) is dict:
        return value.get(name)
    if isinstance(value, _TEMPORAL):
        return temporal_property(value, name)
    if type(value) is Range:
        bounds = {"start": value.low, "end": value.high}
        return (bounds | {"start included": value.low_included, "end included": value.high_included}).get(name)
    return None


@compiles(tree.Path)
def _path(node: tree.Path) -> Code:
    source, name = compile_node(node.source), node.name
    variable = node.source.name if isinstance(node.source, tree.Name) else None

    def code(scope: Scope) -> Any:
        if variable is not None:  # most paths are one key of a variable: a call less
            value = scope.find(variable)
            if type(value) is dict:
                return value.get(name)
        value = source(scope)
        if type(value) is dict:
            return value.get(name)
        if type(value) is list:
            scope.run.charge(len(value))
            return [property_of(item, name) for item in value]
        return property_of(value, name)

    return code


def _element(values: list[Any], position: Decimal) -> Any:
    if not position or not is_whole(position) or position.copy_abs() > len(values):
        return None
    at = int(position)
    return values[at - 1 if at > 0 else at]


@compiles(tree.Filter)
def _filter(node: tree.Filter) -> Code:
    source = compile_node(node.source)
    condition, cost = compile_node(node.condition), tree.weight(node.condition)
    if isinstance(node.condition, tree.Literal) and type(node.condition.value) is Decimal:
        index = node.condition.value

        def pick(scope: Scope) -> Any:
            value = source(scope)
            if value is None:
                return None
            return _element(value if type(value) is list else [value], index)

        return pick

    def code(scope: Scope) -> Any:
        value = source(scope)
        if value is None:
            return None
        values = value if type(value) is list else [value]
        run = scope.run
        if not values:
            return _of_nothing(condition, scope)
        around: dict[str, Any] = {}
        outer = Scope(run, around, scope)
        inner = Scope(run, {}, outer)
        kept = []
        for position, item in enumerate(values):
            run.charge(cost)
            around["item"] = item
            inner.names = item if type(item) is dict else {}
            result = condition(inner)
            if result is True:
                kept.append(item)
            elif position == 0 and type(result) is Decimal:
                return _element(values, result)
        return kept

    return code


def _of_nothing(condition: Code, scope: Scope) -> Any:
    """`[][x]`: null when x is a position, else the empty list."""
    run = scope.run
    strict, run.strict = run.strict, False  # the keys of elements that are not there are unknown, and no mistake
    try:
        result = condition(Scope(run, {"item": None}, scope))
    finally:
        run.strict = strict
    return None if type(result) is Decimal else []


class _NoList(Exception):
    """An iterator's domain is neither a list nor a range of whole numbers: the whole loop is null."""


def _loop(iterators: tuple[tree.Iterate, ...], cost: int) -> Callable[[Scope, dict[str, Any]], Iterator[None]]:
    """A generator that binds every combination of the iterators in `names`, in order."""
    compiled = [(i.name, compile_node(i.domain), compile_node(i.end) if i.end else None) for i in iterators]

    def rounds(scope: Scope, names: dict[str, Any], level: int = 0) -> Iterator[None]:
        if level == len(compiled):
            scope.run.charge(cost)
            yield
            return
        name, domain, end = compiled[level]
        first = domain(scope)
        if end is not None:
            first = Range(first, end(scope))
        for value in first if type(first) is list else _whole_numbers(first, scope.run):
            scope.run.charge(1)
            names[name] = value
            yield from rounds(scope, names, level + 1)
        names.pop(name, None)

    return rounds


def _whole_numbers(domain: Any, run: Run) -> list[Any]:
    if type(domain) is not Range:
        raise _NoList
    low, high = domain.low, domain.high
    if type(low) is date and type(high) is date:
        # Days are whole numbers too.
        days = Range(Decimal(low.toordinal()), Decimal(high.toordinal()), domain.low_included, domain.high_included)
        return [date.fromordinal(int(day)) for day in _whole_numbers(days, run)]
    if type(low) is not Decimal or type(high) is not Decimal or not is_whole(low) or not is_whole(high):
        raise _NoList
    step = 1 if low <= high else -1
    if NUMBERS.subtract(high, low).copy_abs() > run.limits.items:
        raise FeelLimitError(f"daftar melebihi batas {run.limits.items} unsur")
    start, stop = int(low), int(high)
    numbers = range(start if domain.low_included else start + step, stop + (step if domain.high_included else 0), step)
    return run.listed([Decimal(number) for number in numbers])


@compiles(tree.For)
def _for(node: tree.For) -> Code:
    loop, result = _loop(node.iterators, tree.weight(node.result)), compile_node(node.result)
    partial = tree.mentions(node.result, "partial")

    def code(scope: Scope) -> list[Any] | None:
        results: list[Any] = []
        names: dict[str, Any] = {}
        around: dict[str, Any] = {}
        inner = Scope(scope.run, names, Scope(scope.run, around, scope))
        limit = scope.run.limits.items
        try:
            for _ in loop(inner, names):
                if partial:
                    # A copy: a result that held the list itself would contain itself.
                    around["partial"] = scope.run.listed(results[:])
                results.append(result(inner))
                if len(results) > limit:
                    scope.run.listed(results)
        except _NoList:
            return None
        return results

    return code


@compiles(tree.Quantified)
def _quantified(node: tree.Quantified) -> Code:
    loop, condition = _loop(node.iterators, tree.weight(node.condition)), compile_node(node.condition)
    every = node.every

    def code(scope: Scope) -> bool | None:
        names: dict[str, Any] = {}
        inner = Scope(scope.run, names, scope)
        unknown = False
        try:
            for _ in loop(inner, names):
                value = condition(inner)
                if isinstance(value, bool):
                    if value is not every:
                        return value
                else:
                    unknown = True
        except _NoList:
            return None
        return None if unknown else every

    return code
