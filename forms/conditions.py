"""Conditions as form-js decides them: unary tests of null.

`conditional.hide` and a FEEL `readonly` are given to the browser's evaluator as unary tests, not as expressions. So
null *holds* (`a > 1` hides while `a` is empty), other values than booleans do not, and a `not(…)` around the whole
condition turns the test, not the value. A server that decided otherwise would ask for a field nobody can see.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from forms.feel import Expression, parse
from forms.feel.tree import Call


def decide(condition: Expression, value: Callable[[Expression], Any]) -> bool | None:
    """Does the condition hold, where `value` evaluates an expression? None when the value is null.

    Null is where the two evaluators may differ: ours gives null, as DMN wants, for a comparison of a text with a
    number or for `null in [1..2]`, the browser's gives false.
    """
    asked, turned = _unary(condition)
    found = value(asked)
    if found is None:
        return None
    return (found is True or (isinstance(found, list) and None in found)) is not turned


def of_null(condition: Expression) -> bool:
    """Does the condition hold in the browser when its value is null there too?"""
    return not _unary(condition)[1]


@lru_cache(maxsize=4096)
def _unary(condition: Expression) -> tuple[Expression, bool]:
    """What is tested, and whether the test is turned."""
    node, text = condition.node, condition.text.lstrip()
    if isinstance(node, Call) and node.function == "not" and text.startswith("not"):
        return parse(text[len("not") :]), True  # what stands in the parentheses is an expression with them
    return condition, False
