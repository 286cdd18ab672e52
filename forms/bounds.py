"""How large and how deep data may be, checked without recursion before anything else looks at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from forms.errors import FieldError, FormInvalid
from forms.levels import USUAL, levels, named

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
    return None if _harmless(data, storable) else _looked_through(data, storable)


def _harmless(data: object, storable: bool) -> bool:
    """Is it at once clear that the value can be taken?"""
    values = characters = 0
    for depth, (level, kinds) in enumerate(levels(data)):
        values += len(level)
        if depth > MAX_DEPTH or values > MAX_VALUES or not kinds <= USUAL:
            return False
        numbers = [str(value) for value in level if type(value) is Decimal]
        # Written with nothing but digits, sign and point: it is finite, and its exponent no larger than its length.
        if numbers and (max(map(len, numbers)) > MAX_DIGITS or "".join(numbers).strip("0123456789.-")):
            return False
        texts = "".join([value for value in level if type(value) is str])
        keys = named(level)
        if keys is None or not _storable(keys) or (storable and not _storable(texts)):
            return False
        characters += len(texts) + len(keys)
        if characters > MAX_CHARACTERS or any(len(value) > MAX_KEYS for value in level if type(value) is dict):
            return False
    return True


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
