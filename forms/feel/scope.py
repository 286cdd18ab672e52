"""Scopes, and the way from a syntax tree to closures: each node becomes a function of a scope.

Variables are looked up from the innermost scope outwards. Scopes are changed in place while a loop runs: nothing in
the language can hold on to one.
"""

from collections.abc import Callable
from typing import Any

from forms.feel.errors import FeelLimitError
from forms.feel.tree import Node
from forms.feel.values import Closure, Run

MISSING = object()
"""What a scope answers for a name that nobody gave."""


class Scope:
    """Names of one level, over those of `parent`; the outermost has none and asks the run's context."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, run: Run, names: dict[str, Any], parent: "Scope | None") -> None:
        self.run = run
        self.names = names
        self.parent = parent

    def find(self, name: str) -> Any:
        """The value of a name, MISSING when nobody gave it."""
        scope = self
        while scope.parent is not None:
            value = scope.names.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.parent
        run = scope.run
        value = run.context.get(name, MISSING)
        return value if run.exact or value is MISSING else run.take(value)

    def seen(self) -> tuple[dict[str, Any], "Scope"]:
        """A copy of all names that are bound here, and the outermost scope."""
        names: dict[str, Any] = {}
        scope = self
        while scope.parent is not None:
            names = {**scope.names, **names}
            scope = scope.parent
        return names, scope


Code = Callable[[Scope], Any]
COMPILERS: dict[type, Callable[[Any], Code]] = {}


def compiles(*kinds: type) -> Callable[[Callable[[Any], Code]], Callable[[Any], Code]]:
    """Registers what makes the closure of these kinds of nodes."""

    def register(compiler: Callable[[Any], Code]) -> Callable[[Any], Code]:
        for kind in kinds:
            COMPILERS[kind] = compiler
        return compiler

    return register


def compile_node(node: Node) -> Code:
    """The closure of a node."""
    return COMPILERS[type(node)](node)


def evaluate(code: Code, run: Run) -> Any:
    """Runs compiled code; raises FeelLimitError also for a result that is nested too deep or too large to walk."""
    try:
        value = code(Scope(run, {}, None))
        if run.closures:
            value = _without_functions(value, run, 0)
        if isinstance(value, (list, dict)):
            _measure(value, run, 0)
    except RecursionError:
        raise FeelLimitError("perhitungan bersarang terlalu dalam") from None
    return value


def _without_functions(value: Any, run: Run, depth: int) -> Any:
    """A function is no value outside of evaluating: it becomes null."""
    if isinstance(value, (list, dict)):
        run.charge(2 + 2 * len(value))
        if depth >= run.limits.depth:
            raise FeelLimitError(f"hasil bersarang lebih dari {run.limits.depth} tingkat")
        if isinstance(value, list):
            return [_without_functions(item, run, depth + 1) for item in value]
        return {key: _without_functions(item, run, depth + 1) for key, item in value.items()}
    return None if type(value) is Closure else value


def _measure(value: Any, run: Run, depth: int) -> None:
    # Shared parts count each time: a small graph may be a huge tree once it is written as JSON.
    run.charge(2 + 2 * len(value))
    if depth >= run.limits.depth:
        raise FeelLimitError(f"hasil bersarang lebih dari {run.limits.depth} tingkat")
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, (list, dict)):
            _measure(item, run, depth + 1)
