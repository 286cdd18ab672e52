"""Arithmetic of all types, and any value as text."""

import re
from datetime import timedelta
from decimal import Decimal, DecimalException
from typing import Any

from forms.feel.errors import FeelLimitError
from forms.feel.temporal import calculate_temporal, temporal_text
from forms.feel.values import NUMBERS, Closure, Range, Run, YearMonthDuration

_NO_NAME = re.compile(r"\W")


def calculate(operator: str, a: Any, b: Any, run: Run) -> Any:
    """`a operator b` for `+ - * / **`; None for wrong types, division by zero and results out of bounds."""
    if type(a) is Decimal and type(b) is Decimal:
        try:
            if operator == "+":
                return NUMBERS.add(a, b)
            if operator == "-":
                return NUMBERS.subtract(a, b)
            if operator == "*":
                return NUMBERS.multiply(a, b)
            if operator == "/":
                return NUMBERS.divide(a, b)
            result = NUMBERS.power(a, b) if b else Decimal(1)
            return result if result.is_finite() else None  # 0 ** -1 is infinite without an exception
        except DecimalException:
            return None
    if a is None or b is None:
        return None
    if operator == "+" and type(a) is str and type(b) is str:
        return run.text(a + b)
    return calculate_temporal(operator, a, b)


def negative(value: Any) -> Any:
    """`-value` for numbers and durations."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if type(value) is timedelta:
        return -value
    return YearMonthDuration(-value.months) if type(value) is YearMonthDuration else None


def plain(number: Decimal) -> str:
    """A number without exponent and without trailing zeros."""
    if not number:
        return "0"
    if number.adjusted() < -200:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_text(value: Any, run: Run, *, quoted: bool = False, depth: int = 0) -> str:
    """FEEL's `string()`: numbers plainly, texts as they are (within lists and contexts quoted), dates as ISO 8601."""
    if depth > run.limits.depth:
        raise FeelLimitError(f"data bersarang lebih dari {run.limits.depth} tingkat")
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            if not quoted:
                return value
            return run.text('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"')
        case Decimal():
            return plain(value)
        case list():
            run.charge(len(value))
            return run.text("[" + ", ".join(to_text(item, run, quoted=True, depth=depth + 1) for item in value) + "]")
        case dict():
            run.charge(len(value))
            entries = (
                (to_text(key, run, quoted=bool(_NO_NAME.search(key))), to_text(item, run, quoted=True, depth=depth + 1))
                for key, item in value.items()
            )
            return run.text("{" + ", ".join(f"{key}: {text}" for key, text in entries) + "}")
        case Range():
            low = to_text(value.low, run, quoted=True, depth=depth + 1)
            high = to_text(value.high, run, quoted=True, depth=depth + 1)
            return f"{'[' if value.low_included else '('}{low}..{high}{']' if value.high_included else ')'}"
        case Closure():
            return "function"
    return temporal_text(value)
