"""How large and how deep data may be, checked without recursion before anything else looks at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from forms.errors import FieldError, FormInvalid

MAX_DEPTH = 12
MAX_VALUES = 100_000
MAX_CHARACTERS = 2_000_000
MAX_ROWS = 2_000
MAX_KEYS = 2_000  # of one object
MAX_ERRORS = 300  # told at once; nobody reads more, and a hostile submission could hold a hundred thousand
MAX_DIGITS = 40  # of a number, before and after the decimal point together

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

TOO_DEEP = "Data bersarang terlalu dalam."
TOO_LARGE = "Data terlalu besar untuk satu formulir."
NOT_JSON = "Data berisi nilai yang tidak dapat disimpan."
NOT_OBJECT = "Data formulir harus berupa pasangan nama dan nilai."


def check(data: object, *, storable: bool = False) -> dict[str, Any]:
    """`data` itself when it is JSON of a size that a form can have; else FormInvalid.

    JSON means dict with text keys, list, str, bool, None, int, float, Decimal; numbers finite and of at most
    MAX_DIGITS digits. `storable` refuses NUL and lone surrogates in texts too (in a submission the field does).
    """
    if not isinstance(data, dict):
        raise _invalid(NOT_OBJECT)
    problem = problem_of(data, storable=storable)
    if problem:
        raise _invalid(problem)
    return data


def problem_of(data: object, *, storable: bool = True) -> str | None:
    """The Indonesian sentence that says why the value cannot be taken, or None."""
    plain = type(data) is dict or type(data) is list
    return None if plain and _harmless(data, storable) else _looked_through(data, storable)


def _harmless(data: Any, storable: bool) -> bool:
    """Is it at once clear that the value can be taken? Texts, numbers and keys are gathered, then asked together."""
    texts: list[str] = []
    numbers: list[str] = []
    names: list[str] = []
    values = 1
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for outer in level:
            values += len(outer)
            if values > MAX_VALUES:
                return False
            if type(outer) is dict:
                if len(outer) > MAX_KEYS:
                    return False
                names += outer
                outer = outer.values()
            for value in outer:
                kind = type(value)
                if kind is str:
                    texts.append(value)
                elif kind is Decimal:
                    numbers.append(str(value))
                elif kind is dict or kind is list:
                    deeper.append(value)
                elif value is not None and kind is not bool:
                    return False
        if not deeper:
            return _short(numbers) and _storable_texts(names, texts, storable)
        level = deeper
    return False


def _short(numbers: list[str]) -> bool:
    """Are they written with few digits, sign and point alone: finite, and no exponent larger than their length?"""
    return not numbers or (max(map(len, numbers)) <= MAX_DIGITS and not "".join(numbers).strip("0123456789.-"))


def _storable_texts(names: list[str], texts: list[str], storable: bool) -> bool:
    try:
        keys, said = "".join(names), "".join(texts)
    except TypeError:  # a key that is no text
        return False
    return len(keys) + len(said) <= MAX_CHARACTERS and _storable(keys) and (not storable or _storable(said))


def _storable(text: str) -> bool:
    """Has the text neither NUL nor lone surrogates?"""
    try:
        return "\x00" not in text and (text.isascii() or bool(text.encode()))
    except UnicodeEncodeError:
        return False


def _looked_through(data: object, storable: bool) -> str | None:
    """The same, value by value, and the sentence about the first that cannot be taken."""
    values = characters = 0
    level: list[object] = [data]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[object] = []
        for value in level:
            values += 1
            if isinstance(value, str):
                characters += len(value)
                if storable and _UNSTORABLE.search(value):
                    return NOT_JSON
            elif value is None or value is True or value is False:
                pass
            elif isinstance(value, Decimal):  # what most other values are: asked before the slower questions
                if not _number(value):
                    return NOT_JSON
            elif isinstance(value, Mapping):
                if len(value) > MAX_KEYS:
                    return TOO_LARGE
                keys = "".join(key if isinstance(key, str) else "\0" for key in value)
                if _UNSTORABLE.search(keys):
                    return NOT_JSON
                characters += len(keys)
                deeper.extend(value.values())
            elif isinstance(value, list):
                deeper.extend(value)
            elif not _number(value):
                return NOT_JSON
            if values + len(deeper) > MAX_VALUES or characters > MAX_CHARACTERS:
                return TOO_LARGE
        if not deeper:
            return None
        level = deeper
    return TOO_DEEP


def _number(value: object) -> bool:
    """A finite number that stays small when written out."""
    if isinstance(value, int):
        return abs(value) < 10**MAX_DIGITS
    if isinstance(value, float):
        value = Decimal(repr(value))
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    _, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and len(digits) + abs(exponent) <= 2 * MAX_DIGITS


def _invalid(message: str) -> FormInvalid:
    return FormInvalid([FieldError((), "", message)])
