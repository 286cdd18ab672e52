"""Syntax tree to closures: each node becomes a function of a scope, so that evaluating costs no dispatch.

Variables are looked up from the innermost scope outwards. Scopes are changed in place while a loop runs: nothing in
the language can hold on to one.
"""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from forms.feel import tree
from forms.feel.errors import FeelEvaluationError, FeelLimitError
from forms.feel.operations import calculate, negative
from forms.feel.registry import FUNCTIONS, MISMATCH
from forms.feel.temporal import temporal_property
from forms.feel.tree import Node
from forms.feel.values import TYPES, Range, Run, YearMonthDuration, both, compare, equal, includes

_MISSING = object()
_TEMPORAL = (date, time, timedelta, YearMonthDuration)


class Scope:
    """Names of one level, over those of `parent`; the outermost has none and asks the run's context."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, run: Run, names: dict[str, Any], parent: "Scope | None") -> None:
        self.run = run
        self.names = names
        self.parent = parent

    def find(self, name: str) -> Any:
        """The value of a name, _MISSING when nobody gave it."""
        scope = self
        while scope.parent is not None:
            value = scope.names.get(name, _MISSING)
            if value is not _MISSING:
                return value
            scope = scope.parent
        value = scope.run.context.get(name, _MISSING)
        return value if value is _MISSING else scope.run.take(value)


Code = Callable[[Scope], Any]


def evaluate(code: Code, run: Run) -> Any:
    """Runs compiled code; raises FeelLimitError also for a result that is nested too deep or too large to walk."""
    try:
        value = code(Scope(run, {}, None))
        if isinstance(value, (list, dict)):
            _measure(value, run, 0)
    except RecursionError:
        raise FeelLimitError("perhitungan bersarang terlalu dalam") from None
    return value


def _measure(value: Any, run: Run, depth: int) -> None:
    # Shared parts count each time: a small graph may be a huge tree once it is written as JSON.
    run.charge(len(value))
    if depth >= run.limits.depth:
        raise FeelLimitError(f"hasil bersarang lebih dari {run.limits.depth} tingkat")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (list, dict)):
            _measure(item, run, depth + 1)


def compile_node(node: Node) -> Code:
    """The closure of a node."""
    return _COMPILERS[type(node)](node)


def _literal(node: tree.Literal) -> Code:
    value = node.value
    return lambda scope: value


def _name(node: tree.Name) -> Code:
    name, (line, column) = node.name, node.at

    def code(scope: Scope) -> Any:
        value = scope.find(name)
        if value is _MISSING:
            if scope.run.strict:
                raise FeelEvaluationError(f"baris {line}, kolom {column}: variabel “{name}” tidak ada")
            return None
        return value

    return code


def _property(value: Any, name: str) -> Any:
    if type(value) is dict:
        return value.get(name)
    if isinstance(value, _TEMPORAL):
        return temporal_property(value, name)
    if type(value) is Range:
        return {"start": value.low, "end": value.high}.get(name)
    return None


def _path(node: tree.Path) -> Code:
    source, name = compile_node(node.source), node.name

    def code(scope: Scope) -> Any:
        value = source(scope)
        if type(value) is dict:
            return value.get(name)
        if type(value) is list:
            scope.run.charge(len(value))
            return [_property(item, name) for item in value]
        return _property(value, name)

    return code


def _element(values: list[Any], position: Decimal) -> Any:
    if position != position.to_integral_value() or abs(position) > len(values) or not position:
        return None
    at = int(position)
    return values[at - 1 if at > 0 else at]


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


def _call(node: tree.Call) -> Code:
    if node.function == "is defined" and isinstance(node.arguments[0], (tree.Name, tree.Path)):
        return _is_defined(node.arguments[0])
    function = FUNCTIONS[node.function][node.signature]
    invoke, parameters = function.call, function.parameters
    nothing: Code = lambda scope: None  # noqa: E731
    codes = [nothing if argument is None else compile_node(argument) for argument in node.arguments]
    variadic = bool(parameters) and parameters[-1].variadic
    fixed = len(parameters) - 1 if variadic else len(parameters)
    pairs = [(parameters[at].accept, code) for at, code in enumerate(codes[:fixed])]
    absent = [None] * (fixed - len(pairs))
    rest = codes[fixed:]

    def code(scope: Scope) -> Any:
        arguments: list[Any] = []
        for accept, argument in pairs:
            value = accept(argument(scope))
            if value is MISMATCH:
                return None
            arguments.append(value)
        arguments += absent
        if variadic:
            values = [argument(scope) for argument in rest]
            # `sum(list)` and `sum(a, b, c)` mean the same.
            arguments.append(values[0] if not fixed and len(values) == 1 and type(values[0]) is list else values)
        run = scope.run
        run.charge(1)
        try:
            return invoke(run, *arguments)
        except (DecimalException, OverflowError, ValueError, TypeError):
            # Out of a function's domain: the root of a negative number, the 31st of February, mixed instants.
            return None

    return code


def _is_defined(node: tree.Name | tree.Path) -> Code:
    if isinstance(node, tree.Name):
        name = node.name
        return lambda scope: scope.find(name) is not _MISSING
    source, key = compile_node(node.source), node.name
    exists = _is_defined(node.source) if isinstance(node.source, (tree.Name, tree.Path)) else None

    def code(scope: Scope) -> bool:
        if exists is not None and not exists(scope):
            return False
        value = source(scope)
        return key in value if type(value) is dict else _property(value, key) is not None

    return code


def _negate(node: tree.Negate) -> Code:
    operand = compile_node(node.operand)
    return lambda scope: negative(operand(scope))


def _arithmetic(node: tree.Arithmetic) -> Code:
    first = compile_node(node.first)
    rest = [(operator, compile_node(operand)) for operator, operand in node.rest]

    def code(scope: Scope) -> Any:
        value = first(scope)
        for operator, operand in rest:
            value = calculate(operator, value, operand(scope), scope.run)
        return value

    return code


def _compare(node: tree.Compare) -> Code:
    operator, left, right = node.operator, compile_node(node.left), compile_node(node.right)
    return lambda scope: compare(operator, left(scope), right(scope), scope.run)


def _junction(node: tree.All | tree.Any_) -> Code:
    operands = [compile_node(operand) for operand in node.operands]
    decisive = isinstance(node, tree.Any_)

    def code(scope: Scope) -> bool | None:
        unknown = False
        for operand in operands:
            value = operand(scope)
            if value is decisive:
                return decisive
            unknown = unknown or not isinstance(value, bool)
        return None if unknown else not decisive

    return code


def _between(node: tree.Between) -> Code:
    value, low, high = compile_node(node.value), compile_node(node.low), compile_node(node.high)

    def code(scope: Scope) -> bool | None:
        subject, run = value(scope), scope.run
        return both(compare(">=", subject, low(scope), run), compare("<=", subject, high(scope), run))

    return code


def _in(node: tree.In) -> Code:
    value = compile_node(node.value)
    tests = [(test.operator if isinstance(test, tree.Test) else None, compile_node(test)) for test in node.tests]

    def code(scope: Scope) -> bool | None:
        subject, run = value(scope), scope.run
        answer: bool | None = False
        for operator, test in tests:
            against = test(scope)
            result = _passes(subject, against, run) if operator is None else compare(operator, subject, against, run)
            if result is True:
                return True
            if result is None:
                answer = None
        return answer

    return code


def _passes(subject: Any, test: Any, run: Run) -> bool | None:
    if type(test) is Range:
        return includes(test, subject)
    if type(test) is not list:
        return None if test is None else equal(subject, test, run)
    answer: bool | None = False
    for element in test:
        run.charge(1)
        result = includes(element, subject) if type(element) is Range else equal(subject, element, run)
        if result is True:
            return True
        if result is None and type(element) is Range:
            answer = None
    return answer


def _instance_of(node: tree.InstanceOf) -> Code:
    value, name = compile_node(node.value), node.type

    def code(scope: Scope) -> bool:
        subject = value(scope)
        return subject is not None if name == "any" else TYPES[type(subject)] == name

    return code


def _range(node: tree.RangeOf) -> Code:
    low, high = compile_node(node.low), compile_node(node.high)
    low_included, high_included = node.low_included, node.high_included
    return lambda scope: Range(low(scope), high(scope), low_included, high_included)


def _list(node: tree.ListOf) -> Code:
    items = [compile_node(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


def _context(node: tree.ContextOf) -> Code:
    entries = [(key, compile_node(value)) for key, value in node.entries]

    def code(scope: Scope) -> dict[str, Any]:
        result: dict[str, Any] = {}
        inner = Scope(scope.run, result, scope)
        for key, value in entries:
            result[key] = value(inner)
        return result

    return code


def _if(node: tree.If) -> Code:
    condition, then, otherwise = compile_node(node.condition), compile_node(node.then), compile_node(node.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


def _test(node: tree.Test) -> Code:
    return compile_node(node.operand)


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
    if type(low) is not Decimal or type(high) is not Decimal or low % 1 or high % 1:
        raise _NoList
    step = 1 if low <= high else -1
    size = abs(high - low)
    if size > run.limits.items:
        raise FeelLimitError(f"daftar melebihi batas {run.limits.items} unsur")
    start, stop = int(low), int(high)
    numbers = range(start if domain.low_included else start + step, stop + (step if domain.high_included else 0), step)
    return run.listed([Decimal(number) for number in numbers])


def _for(node: tree.For) -> Code:
    loop, result = _loop(node.iterators, tree.weight(node.result)), compile_node(node.result)

    def code(scope: Scope) -> list[Any] | None:
        partial: list[Any] = []
        names: dict[str, Any] = {}
        inner = Scope(scope.run, names, Scope(scope.run, {"partial": partial}, scope))
        limit = scope.run.limits.items
        try:
            for _ in loop(inner, names):
                partial.append(result(inner))
                if len(partial) > limit:
                    scope.run.listed(partial)
        except _NoList:
            return None
        return partial

    return code


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


_COMPILERS: dict[type, Callable[[Any], Code]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.Path: _path,
    tree.Filter: _filter,
    tree.Call: _call,
    tree.Negate: _negate,
    tree.Arithmetic: _arithmetic,
    tree.Compare: _compare,
    tree.All: _junction,
    tree.Any_: _junction,
    tree.Between: _between,
    tree.Test: _test,
    tree.In: _in,
    tree.InstanceOf: _instance_of,
    tree.RangeOf: _range,
    tree.ListOf: _list,
    tree.ContextOf: _context,
    tree.If: _if,
    tree.For: _for,
    tree.Quantified: _quantified,
}
