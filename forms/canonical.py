"""Canonical JSON: one byte string for one value, so that a digest names the data and not the way it was typed.

Form data, documents and audit payloads are kept as these bytes. The rules:

* UTF-8 without BOM, no white space, object keys sorted by code point, only `"`, `\\` and control characters escaped.
* Numbers are exact and normalised *numerically*: `1.50`, `1.5` and `15E-1` are all written `1.5`; `-0` is `0`; there is
  never an exponent. How many decimals somebody typed is presentation, not data, and must not change a digest.
* NaN, Infinity, NUL characters and lone surrogates are refused: no database column, PDF or browser carries them safely.
* Depth, size and digits are bounded, for what is read and what is written alike.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
import simplejson

MAX_DEPTH = 64
MAX_BYTES = 8 * 1024 * 1024
MAX_DIGITS = 128
"""Digits of one number in plain notation, before and after the point together."""

_INT_BOUND = 10**MAX_DIGITS
_NUMBER_TEXT = 2 * MAX_DIGITS
_ENCODER = simplejson.JSONEncoder(
    ensure_ascii=False,
    separators=(",", ":"),
    sort_keys=True,
    allow_nan=False,
    use_decimal=True,
    namedtuple_as_object=False,
)
_READER = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal)


class CanonicalError(ValueError):
    """The value or the bytes have no canonical form."""


def dumps(data: Any) -> bytes:
    """The canonical bytes of `data`.

    Accepts None, bool, int, Decimal, str, lists, tuples (as lists) and mappings with string keys, nested. A finite
    float is taken as the shortest decimal that reads back as it (0.1 is 0.1). Anything else, and what the module's
    rules refuse, raises CanonicalError.
    """
    encoded = _quick(data)
    if encoded is None:
        encoded = _thorough(data)
    if len(encoded) > MAX_BYTES:
        raise CanonicalError(f"more than {MAX_BYTES} bytes")
    return encoded


def loads(source: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """The data of any JSON text in UTF-8, canonical or not, with or without BOM; every number is a Decimal.

    Raises CanonicalError for what is no JSON, for doubled keys, for NaN and Infinity, for NUL characters and lone
    surrogates, and beyond the bounds. Whole numbers are Decimal because `int / int` would silently be a float.
    """
    if len(source) > max_bytes:
        raise CanonicalError(f"more than {max_bytes} bytes")
    try:
        text = source.decode("utf-8")
        data = simplejson.loads(
            text, parse_float=_number, parse_int=_number, allow_nan=False, object_pairs_hook=_object
        )
    except UnicodeDecodeError as error:
        raise CanonicalError("not UTF-8") from error
    except RecursionError as error:
        raise CanonicalError(f"nested deeper than {max_depth}") from error
    except CanonicalError:
        raise
    except ValueError as error:
        raise CanonicalError(f"not JSON: {error}") from error
    # Only an escape can bring NUL or a lone surrogate (raw ones are refused above), and only brackets bring depth:
    # most data has neither, and needs no second walk.
    if "\\u" in text or text.count("[") + text.count("{") > max_depth:
        _inspect(data, 1, max_depth)
    return data


def read(stored: bytes) -> Any:
    """The data of bytes that `dumps` wrote, every number a Decimal; nothing is checked that was checked then."""
    return _READER.decode(stored.decode("utf-8"))


def digest(data_or_bytes: Any) -> str:
    """Hexadecimal SHA-256 of the bytes as they are, or of the canonical bytes of anything else."""
    encoded = data_or_bytes if isinstance(data_or_bytes, bytes) else dumps(data_or_bytes)
    return hashlib.sha256(encoded).hexdigest()


def plain(number: Decimal) -> str:
    """A number in plain notation without exponent or trailing zeros: `1.5`, `100`, `0`.

    Raises CanonicalError for NaN, Infinity and for more than MAX_DIGITS digits.
    """
    text = str(number)
    if len(text) <= MAX_DIGITS:  # what nearly all numbers are
        if text.isdecimal():
            return text
        whole, point, rest = text.partition(".")
        if point and whole.isdecimal() and rest.isdecimal():
            return text.rstrip("0").rstrip(".")
    if not number.is_finite():
        raise CanonicalError("a number that is not finite")
    if not number:
        return "0"
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if len(digits) + abs(exponent) > _NUMBER_TEXT:
        raise CanonicalError(f"a number of more than {MAX_DIGITS} digits")
    return _shortest(format(number, "f"))


def _shortest(text: str) -> str:
    """Plain notation without trailing zeros."""
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if len(text) > MAX_DIGITS + 2:
        raise CanonicalError(f"a number of more than {MAX_DIGITS} digits")
    return text


_QUICK = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)
_ATOMS = frozenset((str, Decimal, bool, int, type(None)))
_OUTER = frozenset((dict, list))


def _quick(data: Any) -> bytes | None:
    """The canonical bytes of what data usually is: plain dicts, lists, texts, numbers that are no floats. None for
    anything else, be it right or wrong."""
    if not _usual(data, 1):
        return None
    try:
        encoded = orjson.dumps(data, default=_fragment, option=_QUICK)
    except TypeError:  # a key that is no text, a lone surrogate, a number out of bounds
        return None
    return None if b"\\u0000" in encoded else encoded


def _usual(value: Any, depth: int) -> bool:
    """Is there nothing in it but the usual types, no deeper than allowed?"""
    kind = type(value)
    if kind in _ATOMS:
        return True
    if depth > MAX_DEPTH or kind not in _OUTER:
        return False
    for inner in value.values() if kind is dict else value:
        if type(inner) not in _ATOMS and not _usual(inner, depth + 1):
            return False
    return True


def _fragment(number: Decimal) -> orjson.Fragment:
    return orjson.Fragment(plain(number))


def _thorough(data: Any) -> bytes:
    """The canonical bytes of anything that has them; raises CanonicalError."""
    try:
        return _ENCODER.encode(_normal(data, 1)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("text with a lone surrogate") from error


def _normal(value: Any, depth: int) -> Any:
    """A copy of `value` that simplejson writes canonically."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal):
        return simplejson.RawJSON(plain(value))
    if isinstance(value, int):
        if abs(value) >= _INT_BOUND:
            raise CanonicalError(f"a number of more than {MAX_DIGITS} digits")
        return int(value)
    if isinstance(value, float):
        return simplejson.RawJSON(plain(Decimal(repr(float(value)))))
    if depth > MAX_DEPTH:
        raise CanonicalError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise CanonicalError(f"a key that is no text: {type(key).__name__}")
        return {_text(key): _normal(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_normal(item, depth + 1) for item in value]
    raise CanonicalError(f"a value of type {type(value).__name__}")


def _text(value: str) -> str:
    if "\x00" in value:
        raise CanonicalError("text with a NUL character")
    return value


_SURROGATE = re.compile("[\ud800-\udfff]")


def _inspect(value: Any, depth: int, max_depth: int) -> None:
    """Refuses NUL, lone surrogates and depth in data that was just read."""
    if isinstance(value, str):
        if _SURROGATE.search(_text(value)):
            raise CanonicalError("text with a lone surrogate")
    elif isinstance(value, (dict, list)):
        if depth > max_depth:
            raise CanonicalError(f"nested deeper than {max_depth}")
        for item in value:
            _inspect(item, depth + 1, max_depth)
            if isinstance(value, dict):
                _inspect(value[item], depth + 1, max_depth)


def _number(text: str) -> Decimal:
    """A JSON number as Decimal; refused here when it is too long, so that `1e999999999` costs nothing."""
    if len(text) > _NUMBER_TEXT:
        raise CanonicalError(f"a number of more than {MAX_DIGITS} digits")
    if len(text) < MAX_DIGITS and "e" not in text and "E" not in text:
        return Decimal(text)
    try:
        number = Decimal(text)
    except ArithmeticError as error:
        raise CanonicalError("a number out of bounds") from error
    plain(number)
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise CanonicalError("an object with a doubled key")
    return result
