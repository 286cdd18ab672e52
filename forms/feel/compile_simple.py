"""Closures of literals, names, operators, tests and function calls."""

from decimal import DecimalException
from typing import Any

from forms.feel import tree
from forms.feel.compile_lists import property_of
from forms.feel.errors import FeelEvaluationError
from forms.feel.operations import calculate, negative
from forms.feel.registry import FUNCTIONS, MISMATCH
from forms.feel.scope import MISSING, Code, Scope, compile_node, compiles
from forms.feel.types import fits
from forms.feel.values import Closure, Range, Run, both, compare, equal, includes, order


@compiles(tree.Literal)
def _literal(node: tree.Literal) -> Code:
    value = node.value
    return lambda scope: value


@compiles(tree.Name)
def _name(node: tree.Name) -> Code:
    name, (line, column) = node.name, node.at

    def code(scope: Scope) -> Any:
        value = scope.find(name)
        if value is MISSING:
            if scope.run.strict:
                raise FeelEvaluationError(f"baris {line}, kolom {column}: variabel “{name}” tidak ada")
            return None
        return value

    return code


@compiles(tree.Call)
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
            result = invoke(run, *arguments)
        except (DecimalException, OverflowError, ValueError, TypeError):
            # Out of a function's domain: the root of a negative number, the 31st of February, mixed instants.
            return None
        return run.text(result) if type(result) is str else result

    return code


@compiles(tree.FunctionOf)
def _function_of(node: tree.FunctionOf) -> Code:
    body, parameters, cost = compile_node(node.body), node.parameters, tree.weight(node.body)

    def code(scope: Scope) -> Closure:
        run = scope.run
        run.closures = True
        # A copy of what it sees: scopes are changed in place while loops run.
        seen, outermost = scope.seen()
        run.charge(1 + len(seen))
        around = Scope(run, seen, outermost)

        def call(arguments: dict[str, Any]) -> Any:
            run.charge(cost + 1)
            return body(Scope(run, arguments, around))

        return Closure(parameters, call)

    return code


@compiles(tree.Invoke)
def _invoke(node: tree.Invoke) -> Code:
    name, names = node.function, node.names
    arguments = [compile_node(argument) for argument in node.arguments]

    def code(scope: Scope) -> Any:
        function = scope.find(name)
        if type(function) is not Closure:
            return None
        values = [argument(scope) for argument in arguments]
        if not any(names):
            return function(*values)
        given = dict(zip(names, values, strict=True))
        return function.call(given) if given.keys() == set(function.parameters) else None

    return code


def _is_defined(node: tree.Name | tree.Path) -> Code:
    if isinstance(node, tree.Name):
        name = node.name
        return lambda scope: scope.find(name) is not MISSING
    source, key = compile_node(node.source), node.name
    exists = _is_defined(node.source) if isinstance(node.source, (tree.Name, tree.Path)) else None

    def code(scope: Scope) -> bool:
        if exists is not None and not exists(scope):
            return False
        value = source(scope)
        return key in value if type(value) is dict else property_of(value, key) is not None

    return code


@compiles(tree.Negate)
def _negate(node: tree.Negate) -> Code:
    operand = compile_node(node.operand)
    return lambda scope: negative(operand(scope))


@compiles(tree.Arithmetic)
def _arithmetic(node: tree.Arithmetic) -> Code:
    first = compile_node(node.first)
    rest = [(operator, compile_node(operand)) for operator, operand in node.rest]

    def code(scope: Scope) -> Any:
        value = first(scope)
        for operator, operand in rest:
            value = calculate(operator, value, operand(scope), scope.run)
        return value

    return code


@compiles(tree.Compare)
def _compare(node: tree.Compare) -> Code:
    operator, left, right = node.operator, compile_node(node.left), compile_node(node.right)
    if operator in ("=", "!=") and isinstance(node.right, tree.Literal) and node.right.value is None:
        wanted = operator == "="
        return lambda scope: (left(scope) is None) is wanted
    if operator == "=":  # what most comparisons are: a call less
        return lambda scope: equal(left(scope), right(scope), scope.run)
    return lambda scope: compare(operator, left(scope), right(scope), scope.run)


@compiles(tree.All, tree.Any_)
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


@compiles(tree.Between)
def _between(node: tree.Between) -> Code:
    value, low, high = compile_node(node.value), compile_node(node.low), compile_node(node.high)

    def code(scope: Scope) -> bool | None:
        subject, run = value(scope), scope.run
        return both(compare(">=", subject, low(scope), run), compare("<=", subject, high(scope), run))

    return code


@compiles(tree.In)
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


@compiles(tree.InstanceOf)
def _instance_of(node: tree.InstanceOf) -> Code:
    value, wanted = compile_node(node.value), node.type
    weight = len(str(wanted))

    def code(scope: Scope) -> bool:
        subject = value(scope)
        if isinstance(subject, (list, dict)):
            scope.run.charge(len(subject) * weight)
        return fits(subject, wanted)

    return code


@compiles(tree.RangeOf)
def _range(node: tree.RangeOf) -> Code:
    low, high = compile_node(node.low), compile_node(node.high)
    low_included, high_included = node.low_included, node.high_included

    def code(scope: Scope) -> Range | None:
        start, end = low(scope), high(scope)
        # Bounds that have no order, or of two types, make no range; one bound may be null: open to that side.
        known = [bound for bound in (start, end) if bound is not None]
        if any(order(known[0], bound) is None for bound in known):
            return None
        return Range(start, end, low_included, high_included)

    return code


@compiles(tree.ListOf)
def _list(node: tree.ListOf) -> Code:
    items = [compile_node(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@compiles(tree.ContextOf)
def _context(node: tree.ContextOf) -> Code:
    entries = [(key, compile_node(value)) for key, value in node.entries]

    def code(scope: Scope) -> dict[str, Any]:
        result: dict[str, Any] = {}
        inner = Scope(scope.run, result, scope)
        for key, value in entries:
            result[key] = value(inner)
        return result

    return code


@compiles(tree.If)
def _if(node: tree.If) -> Code:
    condition, then, otherwise = compile_node(node.condition), compile_node(node.then), compile_node(node.otherwise)
    return lambda scope: then(scope) if condition(scope) is True else otherwise(scope)


@compiles(tree.Test)
def _test(node: tree.Test) -> Code:
    return compile_node(node.operand)
