"""Built-in functions on numbers, booleans and strings."""

import re
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from forms.feel import patterns
from forms.feel.errors import MAGNITUDE
from forms.feel.operations import plain, to_text
from forms.feel.registry import builtin
from forms.feel.values import NUMBERS, Run, is_whole

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


def whole(number: Decimal | None) -> int | None:
    """A number as int, None when it is not whole."""
    return int(number) if number is not None and is_whole(number) else None


def round_to(number: Decimal, scale: Decimal | None, mode: str) -> Decimal | None:
    """The number with `scale` decimals (negative: tens, hundreds …)."""
    places = 0 if scale is None else whole(scale)
    if places is None or abs(places) > MAGNITUDE:
        return None
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    if -exponent <= places:
        return number
    rounded = number.quantize(Decimal((0, (1,), -places)), rounding=mode, context=NUMBERS)
    return Decimal(plain(rounded)) if places < 0 else rounded


@builtin("decimal(n: number, scale: number)")
def decimal(run: Run, n: Decimal, scale: Decimal) -> Decimal | None:
    return round_to(n, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, scale: number?)")
def floor(run: Run, n: Decimal, scale: Decimal | None) -> Decimal | None:
    return round_to(n, scale, ROUND_FLOOR)


@builtin("ceiling(n: number, scale: number?)")
def ceiling(run: Run, n: Decimal, scale: Decimal | None) -> Decimal | None:
    return round_to(n, scale, ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(run: Run, n: Decimal, scale: Decimal) -> Decimal | None:
    return round_to(n, scale, ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(run: Run, n: Decimal, scale: Decimal) -> Decimal | None:
    return round_to(n, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(run: Run, n: Decimal, scale: Decimal) -> Decimal | None:
    return round_to(n, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(run: Run, n: Decimal, scale: Decimal) -> Decimal | None:
    return round_to(n, scale, ROUND_HALF_DOWN)


@builtin("abs(n: number)")
def absolute(run: Run, n: Decimal) -> Decimal:
    return NUMBERS.abs(n)


@builtin("modulo(dividend: number, divisor: number)")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Decimal:
    """With the sign of the divisor, as DMN defines it."""
    rest = NUMBERS.remainder(dividend, divisor)
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt(number: number)")
def sqrt(run: Run, number: Decimal) -> Decimal:
    return NUMBERS.sqrt(number)


@builtin("log(number: number)")
def log(run: Run, number: Decimal) -> Decimal | None:
    return NUMBERS.ln(number) if number > 0 else None


@builtin("exp(number: number)")
def exp(run: Run, number: Decimal) -> Decimal:
    return NUMBERS.exp(number)


@builtin("odd(number: number)")
def odd(run: Run, number: Decimal) -> bool | None:
    value = whole(number)
    return None if value is None else value % 2 == 1


@builtin("even(number: number)")
def even(run: Run, number: Decimal) -> bool | None:
    value = whole(number)
    return None if value is None else value % 2 == 0


@builtin("number(from: string, grouping separator: string?, decimal separator: string?)")
def number(run: Run, text: str, grouping: str | None, point: str | None) -> Decimal | None:
    if grouping:
        text = text.replace(grouping, "")
    if point and point != ".":
        text = text.replace(".", "#").replace(point, ".")
    text = text.strip()
    if len(text) > 128 or not _NUMBER.fullmatch(text):
        return None
    return NUMBERS.create_decimal(text)


@builtin("string(from: any)")
def string(run: Run, value: Any) -> str | None:
    return None if value is None else to_text(value, run)


@builtin("is defined(value: any)")
def is_defined(run: Run, value: Any) -> bool:
    """Whether a variable or a path exists; the evaluator looks at the argument itself, other values are defined."""
    return True


@builtin("not(negand: any)")
def negation(run: Run, value: Any) -> bool | None:
    return not value if isinstance(value, bool) else None


@builtin("substring(string: string, start position: number, length: number?)")
def substring(run: Run, text: str, start: Decimal, length: Decimal | None) -> str | None:
    first = int(start)
    if first == 0:
        return None
    begin = first - 1 if first > 0 else max(len(text) + first, 0)
    return text[begin:] if length is None else text[begin : begin + max(int(length), 0)]


@builtin("string length(string: string)")
def string_length(run: Run, text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(run: Run, text: str) -> str:
    return run.text(text.upper())


@builtin("lower case(string: string)")
def lower_case(run: Run, text: str) -> str:
    return run.text(text.lower())


@builtin("trim(string: string)")
def trim(run: Run, text: str) -> str:
    return run.text(text.strip())


@builtin("substring before(string: string, match: string)")
def substring_before(run: Run, text: str, match: str) -> str:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(run: Run, text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@builtin("contains(string: string, match: string)")
def contains(run: Run, text: str, match: str) -> bool:
    return match in run.text(text)


@builtin("starts with(string: string, match: string)")
def starts_with(run: Run, text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(run: Run, text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("string join(list: list, delimiter: string?, prefix: string?, suffix: string?)")
def string_join(
    run: Run, items: list[Any], delimiter: str | None, prefix: str | None = None, suffix: str | None = None
) -> str | None:
    texts = [item for item in run.listed(items) if item is not None]
    if not all(isinstance(item, str) for item in texts):
        return None
    between = delimiter or ""
    run.charge((sum(map(len, texts)) + len(between) * len(texts)) >> 4)
    return run.text((prefix or "") + between.join(texts) + (suffix or ""))


builtin("matches(input: string, pattern: string, flags: string?)")(patterns.matches)
builtin("replace(input: string, pattern: string, replacement: string, flags: string?)")(patterns.replace)
builtin("split(string: string, delimiter: string)")(patterns.split)
