"""The abstract syntax tree: frozen, small, and walked without recursion.

`At` is (line, column), counted from 1, of what an author must look at when that node is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from forms.feel.types import Type

At = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    at: At = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    source: "Node"
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    source: "Node"
    condition: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function by name and number of its signature; an argument is None where an optional one is absent."""

    function: str
    signature: int
    arguments: tuple["Node | None", ...]
    at: At = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class FunctionOf:
    """`function(a, b) body`: a function of the author's."""

    parameters: tuple[str, ...]
    body: "Node"


@dataclass(frozen=True, slots=True)
class Invoke:
    """A call of a function that the expression binds to a name; `names` are the parameters, empty where by position."""

    function: str
    names: tuple[str, ...]
    arguments: tuple["Node", ...]
    at: At = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first op operand op operand …` from left to right; operators of one level of precedence."""

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """`a and b and …`"""

    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any_:
    """`a or b or …`"""

    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Between:
    value: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True, slots=True)
class Test:
    """`< 10` as a test of `in`."""

    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class In:
    value: "Node"
    tests: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class InstanceOf:
    value: "Node"
    type: Type


@dataclass(frozen=True, slots=True)
class RangeOf:
    low: "Node"
    high: "Node"
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class ContextOf:
    entries: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class If:
    condition: "Node"
    then: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Iterate:
    """`name in domain`, or `name in domain..end`."""

    name: str
    domain: "Node"
    end: "Node | None"
    at: At = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class For:
    iterators: tuple[Iterate, ...]
    result: "Node"


@dataclass(frozen=True, slots=True)
class Quantified:
    every: bool
    iterators: tuple[Iterate, ...]
    condition: "Node"


Node = (
    Literal
    | Name
    | Path
    | Filter
    | Call
    | FunctionOf
    | Invoke
    | Negate
    | Arithmetic
    | Compare
    | All
    | Any_
    | Between
    | Test
    | In
    | InstanceOf
    | RangeOf
    | ListOf
    | ContextOf
    | If
    | For
    | Quantified
)


def children(node: Node) -> Iterator[tuple[Node, frozenset[str]]]:
    """The direct children, each with the names that this node binds in it (iterators, earlier entries)."""
    nothing: frozenset[str] = frozenset()
    match node:
        case Literal() | Name():
            return
        case Path(source=source):
            yield source, nothing
        case Filter(source=source, condition=condition):
            yield source, nothing
            yield condition, frozenset({"item"})
        case Call(arguments=arguments):
            for argument in arguments:
                if argument is not None:
                    yield argument, nothing
        case FunctionOf(parameters=parameters, body=body):
            yield body, frozenset(parameters)
        case Invoke(arguments=invoked):
            for argument in invoked:
                yield argument, nothing
        case Negate(operand=operand) | Test(operand=operand):
            yield operand, nothing
        case Arithmetic(first=first, rest=rest):
            yield first, nothing
            for _, operand in rest:
                yield operand, nothing
        case Compare(left=left, right=right):
            yield left, nothing
            yield right, nothing
        case All(operands=operands) | Any_(operands=operands) | ListOf(items=operands):
            for operand in operands:
                yield operand, nothing
        case Between(value=value, low=low, high=high):
            yield value, nothing
            yield low, nothing
            yield high, nothing
        case In(value=value, tests=tests):
            yield value, nothing
            for test in tests:
                yield test, nothing
        case InstanceOf(value=value):
            yield value, nothing
        case RangeOf(low=low, high=high):
            yield low, nothing
            yield high, nothing
        case ContextOf(entries=entries):
            bound: set[str] = set()
            for key, value in entries:
                yield value, frozenset(bound)
                bound.add(key)
        case If(condition=condition, then=then, otherwise=otherwise):
            yield condition, nothing
            yield then, nothing
            yield otherwise, nothing
        case For(iterators=iterators, result=body) | Quantified(iterators=iterators, condition=body):
            bound = set()
            for iterate in iterators:
                yield iterate.domain, frozenset(bound)
                if iterate.end is not None:
                    yield iterate.end, frozenset(bound)
                bound.add(iterate.name)
            yield body, frozenset(bound | {"partial"} if isinstance(node, For) else bound)


def mentions(node: Node, name: str) -> bool:
    """Whether a variable of this name is read anywhere in the tree."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, Name) and current.name == name:
            return True
        stack.extend(child for child, _ in children(current))
    return False


def weight(node: Node) -> int:
    """How many nodes there are in the tree: what one round of a loop over it costs in steps."""
    count = 0
    stack = [node]
    while stack:
        count += 1
        stack.extend(child for child, _ in children(stack.pop()))
    return count
