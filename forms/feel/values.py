"""FEEL's values: their types, equality and order, and what one evaluation may spend.

Every function is total: what DMN gives no meaning is None (FEEL's null), never a Python error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from forms.feel.errors import DIGITS, MAGNITUDE, FeelLimitError, Limits

NUMBERS = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-MAGNITUDE,
    Emax=MAGNITUDE,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
"""Arithmetic of all numbers: exact to 34 digits, and bounded, so that `9**9**9` is null at once."""


@dataclass(frozen=True, slots=True)
class YearMonthDuration:
    """A years-and-months duration; negative when `months` is."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-P" if self.months < 0 else "P") + text


@dataclass(frozen=True, slots=True)
class Range:
    """Values from `low` to `high`; a bound of None is open to that side."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Closure:
    """A function of the author's, with what it sees of where it was written; it exists only while evaluating."""

    parameters: tuple[str, ...]
    call: Callable[[dict[str, Any]], Any]

    def __call__(self, *arguments: Any) -> Any:
        """Its value; null when the number of arguments is another."""
        if len(arguments) != len(self.parameters):
            return None
        return self.call(dict(zip(self.parameters, arguments, strict=True)))


TYPES: dict[type, str] = {
    type(None): "nil",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    date: "date",
    datetime: "date and time",
    time: "time",
    timedelta: "days and time duration",
    YearMonthDuration: "years and months duration",
    Range: "range",
    Closure: "function",
}
_ORDERED = frozenset((Decimal, str, date, datetime, time, timedelta, YearMonthDuration))
_ATOMS = frozenset((type(None), bool, str, date, datetime, time, timedelta, YearMonthDuration))


class Run:
    """One evaluation: what it was given, and what it may still spend."""

    __slots__ = ("_taken", "closures", "context", "exact", "left", "limits", "now", "strict")

    def __init__(
        self, context: Mapping[str, Any], now: datetime | None, strict: bool, limits: Limits, exact: bool = False
    ) -> None:
        self.context = context
        self.now = now
        self.strict = strict
        self.exact = exact
        self.limits = limits
        self.left = limits.steps
        self.closures = False
        self._taken: dict[int, tuple[Any, Any]] | None = None

    def charge(self, steps: int) -> None:
        """Spends steps; raises FeelLimitError when none are left."""
        self.left -= steps
        if self.left < 0:
            raise FeelLimitError(f"perhitungan melebihi batas {self.limits.steps} langkah")

    def listed(self, values: list[Any]) -> list[Any]:
        """The list itself, when it is short enough."""
        self.charge(len(values))
        if len(values) > self.limits.items:
            raise FeelLimitError(f"daftar melebihi batas {self.limits.items} unsur")
        return values

    def text(self, value: str) -> str:
        """The text itself, when it is short enough."""
        self.charge(len(value) >> 4)
        if len(value) > self.limits.characters:
            raise FeelLimitError(f"teks melebihi batas {self.limits.characters} karakter")
        return value

    def take(self, value: Any, depth: int = 0) -> Any:
        """A value from outside as a FEEL value: numbers as Decimal, mappings as dict; None for what FEEL has not."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is Decimal:
            return value if value.is_finite() and value.adjusted() <= MAGNITUDE else None
        if isinstance(value, int) and value.bit_length() > 256:
            return None
        if isinstance(value, (int, float)):
            number = Decimal(value) if isinstance(value, int) else Decimal(repr(float(value)))
            return number if number.is_finite() and number.adjusted() <= MAGNITUDE else None
        if isinstance(value, (list, tuple, Mapping)):
            if self._taken is None:
                self._taken = {}
            known = self._taken.get(id(value))
            if known is None:
                if depth >= self.limits.depth:
                    raise FeelLimitError(f"data bersarang lebih dari {self.limits.depth} tingkat")
                known = value, self._take_all(value, depth + 1)
                self._taken[id(value)] = known
            return known[1]
        if isinstance(value, Range):
            return value
        return str(value) if isinstance(value, str) else None

    def _take_all(self, value: Any, depth: int) -> Any:
        self.charge(len(value) >> 3)
        if isinstance(value, Mapping):
            return {str(key): self.take(item, depth) for key, item in value.items()}
        if len(value) > self.limits.items:
            raise FeelLimitError(f"daftar melebihi batas {self.limits.items} unsur")
        return [self.take(item, depth) for item in value]


def is_whole(number: Decimal) -> bool:
    """Whether a number has no fraction."""
    return number == number.to_integral_value()


def equal(a: Any, b: Any, run: Run, depth: int = 0) -> bool | None:
    """`a = b`: null equals only null; values of different types are neither equal nor unequal (None)."""
    if a is None or b is None:
        return a is b
    kind = type(a)
    if kind is not type(b):
        return None
    if kind is not list and kind is not dict:
        return bool(a == b)
    if depth > run.limits.depth:
        raise FeelLimitError(f"data bersarang lebih dari {run.limits.depth} tingkat")
    run.charge(4 + 2 * len(a))
    if len(a) != len(b):
        return False
    if kind is dict:
        if a.keys() != b.keys():
            return False
        return all(equal(value, b[key], run, depth + 1) is True for key, value in a.items())
    return all(equal(x, y, run, depth + 1) is True for x, y in zip(a, b, strict=True))


def order(a: Any, b: Any) -> int | None:
    """-1, 0 or 1 as a is less than, equal to or more than b; None when they cannot be compared."""
    kind = type(a)
    if kind is not type(b) or kind not in _ORDERED:
        return None
    if kind is YearMonthDuration:
        a, b = a.months, b.months
    try:
        return -1 if a < b else 1 if a > b else 0
    except (TypeError, OverflowError):
        return None  # an instant with an offset and one without, or an offset beyond the year 1 or 9999


def compare(operator: str, a: Any, b: Any, run: Run) -> bool | None:
    """`a operator b` for `= != < <= > >=`."""
    if operator == "=":
        return equal(a, b, run)
    if operator == "!=":
        # As in the browser's evaluator: what is not equal is unequal, also when the types differ.
        return equal(a, b, run) is not True
    sign = order(a, b)
    if sign is None:
        return None
    if operator == "<":
        return sign < 0
    if operator == "<=":
        return sign <= 0
    return sign > 0 if operator == ">" else sign >= 0


def both(a: bool | None, b: bool | None) -> bool | None:
    """Three-valued `and` of two results."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def includes(range_: Range, value: Any) -> bool | None:
    """Whether the value lies in the range; None when it cannot be compared, or both bounds are null."""
    if range_.low is None and range_.high is None:
        return None
    above = below = True
    if range_.low is not None:
        sign = order(value, range_.low)
        if sign is None:
            return None
        above = sign > 0 or (sign == 0 and range_.low_included)
    if range_.high is not None:
        sign = order(value, range_.high)
        if sign is None:
            return None
        below = sign < 0 or (sign == 0 and range_.high_included)
    return above and below
