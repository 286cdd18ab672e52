"""Which brackets belong to open ranges: `]1..5[` is 1 to 5 without its ends.

To a grammar with one token of lookahead `]` always closes and `[` always begins a list or a filter. Here the tokens on
both sides decide: `]` where a value must begin opens a range, and `[` where none can begin closes one.
"""

from collections.abc import Iterable, Iterator

from lark import Token

_WORDS = ("and", "or", "in", "between", "then", "else", "return", "satisfies")
_SIGNS = (",", "+", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=")
_BEFORE_A_VALUE = frozenset((*_SIGNS, *_WORDS, "(", ":", "..", "-", "if"))
_AFTER_A_VALUE = frozenset((*_SIGNS, *_WORDS, ")", "}", "."))
_ENDS_A_VALUE = frozenset(("NUMBER", "STRING", "AT", "NAME", "CLOSE", "SQUARE_CLOSE"))


class Brackets:
    """For Lark's `postlex`."""

    always_accept = ()

    def process(self, stream: Iterable[Token]) -> Iterator[Token]:
        """The same tokens, the brackets of open ranges with types of their own."""
        before: Token | None = None
        tokens = iter(stream)
        current = next(tokens, None)
        while current is not None:
            following = next(tokens, None)
            if current.type == "SQUARE_CLOSE" and (before is None or before in _BEFORE_A_VALUE):
                current = Token.new_borrow_pos("RANGE_OPEN", current.value, current)
            elif current.type == "SQUARE_OPEN" and before and before.type in _ENDS_A_VALUE and _ends(following):
                current = Token.new_borrow_pos("RANGE_CLOSE", current.value, current)
            yield current
            before, current = current, following


def _ends(following: Token | None) -> bool:
    """Whether `[` can only be the end of a range: no filter begins here. `a[]` is none, so in `[]1..5[]` the last but
    one belongs to the range."""
    return following is None or following in _AFTER_A_VALUE or following.type in ("INSTANCE_OF", "SQUARE_CLOSE")
