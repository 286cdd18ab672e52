"""An expression is what its text says, however often it was parsed."""

from __future__ import annotations

from forms.feel.expression import parse


def test_an_expression_that_the_cache_let_go_is_the_same_when_it_is_parsed_again():
    first = parse("a.b + 1")
    parse.cache_clear()
    again = parse("a.b + 1")
    assert again is not first
    assert (again, hash(again)) == (first, hash(first))
    assert again != parse("a.b + 2")
