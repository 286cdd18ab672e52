"""An expression that was parsed: what it needs, and its value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from forms.feel import compile_lists, compile_simple, tree  # noqa: F401 (they register)
from forms.feel.errors import Limits
from forms.feel.parser import parse_tree
from forms.feel.scope import Code, compile_node, evaluate
from forms.feel.tree import Node
from forms.feel.values import Run

NOT_IN_BROWSER = frozenset(
    (
        "is defined",
        "trim",
        "sort without a function",
        "is",
        "range",
        "coincides",
        "during",
        "finishes",
        "finished by",
        "starts",
        "started by",
        "overlaps before",
        "overlaps after",
        "string join with prefix",
        "date and time of numbers",
        "time offset",
        "instance of list<>",
    )
)
"""What the browser's evaluator (feelin) lacks or takes differently: of no use in a form's own conditions. Functions by
name, and some forms of writing."""


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A parsed expression; immutable, and safe to share between threads.

    names: variables that the context may have to give, without those that the expression binds itself.
    required: those of them that stand outside every filter. Within `rows[status = "x"]`, `status` may be a key of a
    row or a variable; it is in `names`, not in `required`.
    asked: those of them that `is defined(...)` asks about, so that the author knows that they may be absent.
    paths: the same variables with the path that is read from them, dotted, such as `a.b`.
    functions: the built-in functions that are called, and those of NOT_IN_BROWSER that are written otherwise.
    """

    text: str
    node: Node
    names: frozenset[str]
    required: frozenset[str]
    asked: frozenset[str]
    paths: frozenset[str]
    functions: frozenset[str]
    _code: Code = field(repr=False)

    # The text says all: what is parsed again, because the cache let it go, is the same expression.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def evaluate(
        self,
        context: Mapping[str, Any],
        *,
        now: datetime | None = None,
        strict: bool = False,
        limits: Limits = Limits(),
        exact: bool = False,
    ) -> Any:
        """The value in this context.

        Ints and floats of the context count as Decimal; values of types that FEEL does not have are null. A wrong
        type, a division by zero and the like give None. Raises FeelLimitError beyond the limits, and, when `strict`,
        FeelEvaluationError for a variable that the context does not have. `now` answers now() and today().

        `exact` says that the context holds FEEL values already (finite Decimal, str, bool, None, list, dict, dates):
        then nothing of it is converted or copied, which is most of the work where documents are large.
        """
        return evaluate(self._code, Run(context, now, strict, limits, exact))


@lru_cache(maxsize=2048)
def parse(text: str) -> Expression:
    """The expression of a text, cached. Raises FeelSyntaxError, with line and column, for all that is not supported."""
    node = parse_tree(text)
    names: set[str] = set()
    required: set[str] = set()
    asked: set[str] = set()
    paths: set[str] = set()
    functions: set[str] = set()
    stack: list[tuple[Node, frozenset[str], bool]] = [(node, frozenset(), False)]
    while stack:
        current, bound, filtered = stack.pop()
        root, steps = current, []
        while isinstance(root, tree.Path):
            steps.append(root.name)
            root = root.source
        if "time offset" in steps:
            functions.add("time offset")
        if isinstance(root, tree.Name):
            if root.name not in bound:
                names.add(root.name)
                paths.add(".".join([root.name, *reversed(steps)]))
                if not filtered:
                    required.add(root.name)
            continue
        if isinstance(root, tree.Call):
            functions.add(root.function)
            given = sum(argument is not None for argument in root.arguments)
            functions |= {beyond for name, counts, beyond in _BEYOND if root.function == name and given in counts}
            if root.function == "is defined":
                asked |= _root(root.arguments[0]) - bound
        if isinstance(root, tree.InstanceOf) and not isinstance(root.type, str):
            functions.add("instance of list<>")
        for child, more in tree.children(root):
            inside = isinstance(root, tree.Filter) and child is root.condition
            stack.append((child, bound | more, filtered or inside))
    return Expression(
        text,
        node,
        frozenset(names),
        frozenset(required),
        frozenset(asked),
        frozenset(paths),
        frozenset(functions),
        compile_node(node),
    )


_BEYOND = (
    ("sort", (1,), "sort without a function"),
    ("string join", (3, 4), "string join with prefix"),
    ("date and time", (6, 7), "date and time of numbers"),
)
"""Functions that the browser has with other numbers of arguments only."""


def _root(node: Node | None) -> frozenset[str]:
    """The variable at the beginning of a path."""
    while isinstance(node, tree.Path):
        node = node.source
    return frozenset((node.name,)) if isinstance(node, tree.Name) else frozenset()
