"""The table of built-in functions, and how arguments reach them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from forms.feel.values import Closure, Range, YearMonthDuration

MISMATCH = object()
"""An argument of a type that the function does not take: its result is null."""

_KINDS: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "context": (dict,),
    "day": (date, datetime),
    "time": (time,),
    "length": (timedelta, YearMonthDuration),
    "range": (Range,),
    "function": (Closure,),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind` is a key of the table above, `list` (a single value counts as a list of it) or `any`."""

    name: str
    kind: str
    optional: bool
    variadic: bool

    def accept(self, value: Any) -> Any:
        """The value as the function takes it, or MISMATCH; DMN's conversions to and from singleton lists are made."""
        if self.kind == "any":
            return value
        if self.kind == "list":
            if value is None:
                return None if self.optional else MISMATCH
            return value if type(value) is list else [value]
        if type(value) is list and len(value) == 1:
            value = value[0]
        if type(value) in _KINDS[self.kind]:
            return value
        return None if value is None and self.optional else MISMATCH


@dataclass(frozen=True, slots=True)
class Function:
    """One signature of a built-in function. `call(run, *arguments)` gets None for absent optional arguments."""

    name: str
    parameters: tuple[Parameter, ...]
    call: Callable[..., Any]


FUNCTIONS: dict[str, list[Function]] = {}

_SIGNATURE = re.compile(r"([a-z ]+)\((.*)\)")


def builtin(*signatures: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function under signatures such as `"substring(string: string, length: number?)"`.

    `?` marks an optional parameter, `...` a last one that takes any number of values.
    """

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        for signature in signatures:
            found = _SIGNATURE.fullmatch(signature)
            assert found, signature
            parameters = []
            for part in filter(None, found[2].split(", ")):
                name, kind = part.split(": ")
                variadic, optional = kind.endswith("..."), kind.endswith("?")
                parameters.append(Parameter(name, kind.rstrip(".?"), optional, variadic))
            FUNCTIONS.setdefault(found[1], []).append(Function(found[1], tuple(parameters), call))
        return call

    return register


def choose_positional(name: str, count: int) -> tuple[int, Function] | None:
    """The signature that takes that many positional arguments, with its number; None when there is none."""
    for index, function in enumerate(FUNCTIONS[name]):
        parameters = function.parameters
        if parameters and parameters[-1].variadic:
            if count >= len(parameters):
                return index, function
        elif sum(not p.optional for p in parameters) <= count <= len(parameters):
            return index, function
    return None


def choose_named(name: str, given: set[str]) -> tuple[int, Function] | None:
    """The signature that takes arguments of these names, with its number; None when there is none."""
    for index, function in enumerate(FUNCTIONS[name]):
        known = {p.name for p in function.parameters}
        if given <= known and {p.name for p in function.parameters if not p.optional} <= given:
            return index, function
    return None
