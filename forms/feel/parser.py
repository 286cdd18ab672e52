"""Text to syntax tree."""

import re
from decimal import Decimal, DecimalException
from difflib import get_close_matches
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from forms.feel import (  # noqa: F401 (the functions register)
    functions_basic,
    functions_collections,
    functions_ranges,
    functions_temporal,
    tree,
    types,
)
from forms.feel.brackets import Brackets
from forms.feel.errors import DIGITS, MAGNITUDE, MAX_ITERATORS, MAX_NESTING, MAX_TEXT, FeelSyntaxError
from forms.feel.explain import explain, position
from forms.feel.patterns import compile_pattern
from forms.feel.registry import FUNCTIONS, choose_named, choose_positional
from forms.feel.tables import parser_of
from forms.feel.temporal import read_temporal
from forms.feel.tree import At, Node
from forms.feel.types import read_type

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)")
_ESCAPED = {'"': '"', "'": "'", "\\": "\\", "n": "\n", "r": "\r", "t": "\t", "/": "/"}
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def parse_tree(text: str) -> Node:
    """The syntax tree of one expression; raises FeelSyntaxError."""
    if len(text) > MAX_TEXT:
        raise FeelSyntaxError(f"ungkapan lebih panjang dari {MAX_TEXT} karakter", 1, 1)
    if unfit := _UNFIT.search(text):
        raise FeelSyntaxError("ungkapan memuat karakter yang tidak dapat disimpan", *position(text, unfit.start()))
    if not text.strip():
        raise FeelSyntaxError("ungkapan masih kosong", 1, 1)
    try:
        node: Node = _lark().parse(text)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise explain(text, error) from None
    _check_nesting(node)
    _check_invoked(node)
    return node


@cache
def _lark() -> Lark:
    grammar = FilePath(__file__).with_name("feel.lark").read_text(encoding="utf-8")
    functions = [name for name in FUNCTIONS if " " in name]
    parameters = [p.name for many in FUNCTIONS.values() for one in many for p in one.parameters if " " in p.name]
    for terminal, names, before in ("FUNCTION", functions, r"\("), ("PARAMETER", parameters, ":"):
        choices = "|".join(
            name.replace(" ", r"\s+") for name in sorted(set(names), key=lambda name: (-len(name), name))
        )
        grammar += f"\n{terminal}.2: /(?:{choices})(?=\\s*{before})/\n"
    grammar += f"\nINSTANCE_OF.3: /{types.pattern()}/\n"
    return parser_of(grammar, _Builder(), Brackets())


def _check_nesting(root: Node) -> None:
    stack: list[tuple[Node, int, At]] = [(root, 1, (1, 1))]
    while stack:
        node, depth, at = stack.pop()
        at = getattr(node, "at", at)
        if depth > MAX_NESTING:
            raise FeelSyntaxError(f"ungkapan bersarang lebih dari {MAX_NESTING} tingkat", *at)
        stack.extend((child, depth + 1, at) for child, _ in tree.children(node))


def _check_invoked(root: Node) -> None:
    """Only built-in functions and those that the expression itself binds to a name can be called."""
    stack: list[tuple[Node, frozenset[str]]] = [(root, frozenset())]
    while stack:
        node, bound = stack.pop()
        if isinstance(node, tree.Invoke) and node.function not in bound:
            near = get_close_matches(node.function, FUNCTIONS, 1)
            hint = f"; mungkin maksudnya “{near[0]}”" if near else ""
            raise FeelSyntaxError(f"fungsi “{node.function}” tidak dikenal{hint}", *node.at)
        stack.extend((child, bound | more) for child, more in tree.children(node))


class _Builder(Transformer):
    """One method per rule of the grammar, called with its children from the bottom up."""

    def number(self, c: list[Any]) -> Node:
        try:
            value = Decimal(str(c[0]))
            fits = len(value.as_tuple().digits) <= DIGITS and -MAGNITUDE <= value.adjusted() <= MAGNITUDE
        except DecimalException:
            fits = False
        if not fits:
            message = f"angka di luar batas ({DIGITS} angka, kurang dari 10 pangkat {MAGNITUDE + 1})"
            raise FeelSyntaxError(message, *_at(c[0]))
        return tree.Literal(Decimal(format(value, "f")))

    def text(self, c: list[Any]) -> Node:
        return tree.Literal(_string(c[0]))

    def temporal(self, c: list[Any]) -> Node:
        text = str(c[0])[1:].strip()[1:-1]
        value = read_temporal(text)
        if value is None:
            message = f"“{text}” bukan tanggal (2026-11-23), waktu (08:30:00) atau durasi (P1D, PT2H, P1Y6M)"
            raise FeelSyntaxError(message, *_at(c[0]))
        return tree.Literal(value)

    def true(self, c: list[Any]) -> Node:
        return tree.Literal(True)

    def false(self, c: list[Any]) -> Node:
        return tree.Literal(False)

    def null(self, c: list[Any]) -> Node:
        return tree.Literal(None)

    def name(self, c: list[Any]) -> Node:
        return tree.Name(str(c[0]), _at(c[0]))

    def path(self, c: list[Any]) -> Node:
        return tree.Path(c[0], " ".join(str(c[1]).split()))

    def filtered(self, c: list[Any]) -> Node:
        return tree.Filter(c[0], c[1])

    def any_of(self, c: list[Any]) -> Node:
        return tree.Any_(tuple(c))

    def all_of(self, c: list[Any]) -> Node:
        return tree.All(tuple(c))

    def compare(self, c: list[Any]) -> Node:
        return tree.Compare(str(c[1]), c[0], c[2])

    def between(self, c: list[Any]) -> Node:
        return tree.Between(c[0], c[1], c[2])

    def contained(self, c: list[Any]) -> Node:
        return tree.In(c[0], tuple(c[1:]))

    def unary_test(self, c: list[Any]) -> Node:
        return tree.Test(str(c[0]), c[1])

    def instance_of(self, c: list[Any]) -> Node:
        try:
            wanted = read_type(" ".join(str(c[1]).split()).removeprefix("instance of "))
        except ValueError as error:
            raise FeelSyntaxError(f"tipe “{error}” tidak dikenal", *_at(c[1])) from None
        return tree.InstanceOf(c[0], wanted)

    def arithmetic(self, c: list[Any]) -> Node:
        return tree.Arithmetic(c[0], tuple((str(c[i]), c[i + 1]) for i in range(1, len(c), 2)))

    def negate(self, c: list[Any]) -> Node:
        operand = c[1]
        if isinstance(operand, tree.Literal) and type(operand.value) is Decimal:
            return tree.Literal(operand.value.copy_negate() if operand.value else operand.value)
        return tree.Negate(operand)

    def range_of(self, c: list[Any]) -> Node:
        return tree.RangeOf(c[1], c[2], c[0].type == "SQUARE_OPEN", c[3].type == "SQUARE_CLOSE")

    def list_of(self, c: list[Any]) -> Node:
        return tree.ListOf(tuple(c))

    def entry(self, c: list[Any]) -> tuple[Token, str, Node]:
        return c[0], _string(c[0]) if c[0].type == "STRING" else str(c[0]), c[1]

    def context_of(self, c: list[Any]) -> Node:
        seen: set[str] = set()
        for token, key, _ in c:
            if key in seen:
                raise FeelSyntaxError(f"“{key}” ditulis dua kali", *_at(token))
            seen.add(key)
        return tree.ContextOf(tuple((key, node) for _, key, node in c))

    def conditional(self, c: list[Any]) -> Node:
        return tree.If(c[0], c[1], c[2])

    def iterator(self, c: list[Any]) -> tree.Iterate:
        return tree.Iterate(str(c[0]), c[1], c[2] if len(c) > 2 else None, _at(c[0]))

    def for_each(self, c: list[Any]) -> Node:
        return tree.For(_few(c[:-1]), c[-1])

    def quantified(self, c: list[Any]) -> Node:
        return tree.Quantified(c[0] == "every", _few(c[1:-1]), c[-1])

    def named(self, c: list[Any]) -> tuple[Token, str, Node]:
        return c[0], " ".join(str(c[0]).split()), c[1]

    def function_of(self, c: list[Any]) -> Node:
        parameters = tuple(str(token) for token in c[:-1])
        for number, token in enumerate(c[:-1]):
            if str(token) in parameters[:number]:
                raise FeelSyntaxError(f"“{token}” ditulis dua kali", *_at(token))
        if len(parameters) > MAX_ITERATORS:
            raise FeelSyntaxError(f"lebih dari {MAX_ITERATORS} parameter", *_at(c[MAX_ITERATORS]))
        return tree.FunctionOf(parameters, c[-1])

    def call(self, c: list[Any]) -> Node:
        token, arguments = c[0], c[1:]
        name, at = " ".join(str(token).split()), _at(token)
        if name not in FUNCTIONS:
            given = [one if isinstance(one, tuple) else (None, "", one) for one in arguments]
            return tree.Invoke(name, tuple(key for _, key, _ in given), tuple(node for _, _, node in given), at)
        named = {key: node for _, key, node in arguments} if arguments and isinstance(arguments[0], tuple) else None
        if named is None:
            chosen = choose_positional(name, len(arguments))
        else:
            if len(named) < len(arguments):
                raise FeelSyntaxError(f"satu parameter fungsi “{name}” diisi dua kali", *at)
            chosen = choose_named(name, set(named))
        if chosen is None:
            signatures = " atau ".join(f"{name}({', '.join(p.name for p in f.parameters)})" for f in FUNCTIONS[name])
            raise FeelSyntaxError(f"isi dalam kurung tidak cocok dengan {signatures}", *at)
        index, function = chosen
        if named is not None:
            arguments = [named.get(p.name) for p in function.parameters]
        _check_pattern(name, arguments, at)
        return tree.Call(name, index, tuple(arguments), at)


def _at(token: Token) -> At:
    return token.line or 1, token.column or 1


def _few(iterators: list[tree.Iterate]) -> tuple[tree.Iterate, ...]:
    if len(iterators) > MAX_ITERATORS:
        raise FeelSyntaxError(
            f"lebih dari {MAX_ITERATORS} perulangan dalam satu ungkapan", *iterators[MAX_ITERATORS].at
        )
    return tuple(iterators)


def _string(token: Token) -> str:
    """The value of a string literal; an unknown escape such as the `\\d` of a pattern stays as it is written."""

    def unescape(found: re.Match[str]) -> str:
        escape = found[1]
        if len(escape) > 1:
            code = int(escape[1:], 16)
            return chr(code) if code <= 0x10FFFF else found[0]
        return _ESCAPED.get(escape, found[0])

    value = _ESCAPE.sub(unescape, str(token)[1:-1])
    if _UNFIT.search(value):
        # A pair of escaped surrogates is one character; anything else cannot be stored.
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\x00" not in value else "\x00"
        if "\x00" in value or "\ufffd" in value:
            raise FeelSyntaxError("teks memuat karakter yang tidak dapat disimpan", *_at(token))
    return value


def _check_pattern(name: str, arguments: list[Any], at: At) -> None:
    """A pattern written in the expression itself is tried at once, so that its author hears of it."""
    if name not in ("matches", "replace", "split"):
        return
    flags = arguments[-1] if (name, len(arguments)) in (("matches", 3), ("replace", 4)) else None
    texts = [node.value if isinstance(node, tree.Literal) else "" for node in (arguments[1], flags)]
    pattern, flag_text = (value if isinstance(value, str) else "" for value in texts)
    if compile_pattern(pattern, flag_text) is None:
        raise FeelSyntaxError(f"pola “{pattern}” tidak sah atau tidak didukung", *at)
