"""FEEL, the expression language of DMN: the part that forms and diagrams use, with exact decimals and hard bounds.

`parse(text).evaluate(context)` is all that other rooms need; docs/feel.md says what the language has. It depends on
nothing else of ours, and never reaches Python's own evaluator.
"""

from forms.feel.errors import FeelError, FeelEvaluationError, FeelLimitError, FeelSyntaxError, Limits
from forms.feel.expression import NOT_IN_BROWSER, Expression, parse
from forms.feel.values import Range, YearMonthDuration

__all__ = [
    "NOT_IN_BROWSER",
    "Expression",
    "FeelError",
    "FeelEvaluationError",
    "FeelLimitError",
    "FeelSyntaxError",
    "Limits",
    "Range",
    "YearMonthDuration",
    "parse",
]
