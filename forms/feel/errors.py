"""What can go wrong with a FEEL expression, and the bounds that hold."""

from dataclasses import dataclass


class FeelError(Exception):
    """Common to all errors of the expression language. `str(error)` is one Indonesian sentence for authors."""


class FeelSyntaxError(FeelError):
    """The text is not an expression of the supported language. `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"baris {line}, kolom {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


class FeelEvaluationError(FeelError):
    """An expression could not be evaluated: in strict mode, a variable that nobody gave."""


class FeelLimitError(FeelEvaluationError):
    """An evaluation would take more steps, depth or space than `Limits` allows."""


MAX_TEXT = 10_000
"""Characters of one expression."""
MAX_NESTING = 100
"""Depth of one expression's tree; chains such as `a + b + c` and `a and b and c` count as one level."""
MAX_ITERATORS = 8
"""Iterators of one `for`, `some` or `every`."""
DIGITS = 34
"""Significant digits of a number, as in DMN (IEEE 754 decimal128)."""
MAGNITUDE = 60
"""Numbers stay below 10**61, so that their plain notation is short; beyond, a result is null."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one evaluation.

    `steps` counts nodes evaluated in loops and elements or characters walked by functions (a million takes about a
    second at most), `items` the elements of one list, `characters` those of one text, `depth` the nesting of values.
    """

    steps: int = 1_000_000
    items: int = 10_000
    characters: int = 100_000
    depth: int = 64
