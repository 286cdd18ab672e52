"""Our answers against those of the evaluator in the browser: a form must mean the same on both sides."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from forms.feel import NOT_IN_BROWSER, parse

VECTORS = json.loads(
    Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal
)


def kinds(value):
    """The types all through a value: `True == 1` must not pass for equal."""
    if isinstance(value, list):
        return [kinds(item) for item in value]
    if isinstance(value, dict):
        return {key: kinds(item) for key, item in value.items()}
    return type(value)


def test_there_are_enough_vectors_and_few_differences():
    assert len({vector["expression"] for vector in VECTORS}) >= 400
    assert sum("differs" in vector for vector in VECTORS) <= 15


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["expression"])
def test_the_answer_is_that_of_the_browser(vector):
    expression = parse(vector["expression"])
    answer = expression.evaluate(vector.get("context", {}))
    expected = vector["ours"] if "differs" in vector else vector["feelin"]
    assert answer == expected
    assert kinds(answer) == kinds(expected)
    if "differs" in vector:
        assert answer != vector["feelin"] or kinds(answer) != kinds(vector["feelin"]), "no longer a difference"
    assert not expression.functions & NOT_IN_BROWSER
