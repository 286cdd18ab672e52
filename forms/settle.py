"""Conditions and computed values of a live form, decided on the data that they themselves change."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any

from forms import bounds
from forms.conditions import decide, of_null
from forms.errors import FieldError, Path
from forms.feel import Expression, FeelError
from forms.live import SPECIAL, Cell, List, Live
from forms.schema import ChoiceField, ExpressionField, Field, NumberField, TextField
from forms.scope import Item, Scope

MAX_PASSES = 10
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@lru_cache(maxsize=4096)
def words(expression: Expression) -> frozenset[str]:
    """Every word of an expression, in texts too: a key that is not among them cannot matter to it."""
    return frozenset(_WORD.findall(expression.text))


class Plan:
    """What a form's expressions depend on, worked out once per form."""

    def __init__(self, scope: Scope) -> None:
        items = list(scope.walk())
        asked: set[str] = set()
        for item in items:
            for condition in (*item.hides, *_conditions(item)):
                asked |= words(condition)
        self.computed = _ordered([i for i in items if isinstance(i.component, ExpressionField)])
        # Computed values that conditions, limits or options rest on are computed before those.
        early: set[int] = set()
        deciding = set(asked)
        for item in reversed(self.computed):
            if item.path[-1] in deciding:
                assert isinstance(item.component, ExpressionField)
                early.add(id(item))
                deciding |= words(item.component.expression)
        self.early = tuple(item for item in self.computed if id(item) in early)
        self.late = tuple(item for item in self.computed if id(item) not in early)
        self.deciding = frozenset(deciding)
        lists = [item for item in items if item.rows is not None and not early.isdisjoint(map(id, item.rows.walk()))]
        self._early_keys = {key for item in (*self.early, *lists) for key in item.path}
        self._looks_at = {id(item): _looks_at(item) for item in items if item.conditional}

    def changed(self, parts: Iterable[Cell | List]) -> set[str] | None:
        """The keys of values that are not what they were since these parts were hidden, shown, locked or unlocked; None
        when conditions are to be decided that never were."""
        keys = set(self._early_keys)
        for part in parts:
            if isinstance(part, List):
                return None
            keys.update(part.item.path)
            box = part.box
            while box.owner is not None:
                keys.update(box.owner.item.path)
                box = box.owner.box
        return keys

    def concerned(self, item: Item, keys: set[str]) -> bool:
        """Could the conditions of an item be decided differently when the values of these keys have changed?"""
        looks_at = self._looks_at[id(item)]
        return looks_at is None or not keys.isdisjoint(looks_at)


class Evaluator:
    """Evaluates a form's expressions at one instant, and keeps what could not be evaluated as errors.

    `sent` tells whether the submission has something at a path.
    """

    def __init__(self, now: datetime, sent: Callable[[Path], bool]) -> None:
        self.now = now
        self.sent = sent
        self.errors: list[FieldError] = []
        self._decided: dict[tuple[Expression, int], bool | None] = {}
        self.begin()

    def begin(self) -> None:
        """Before all values are computed (again): what they may hold together."""
        self._left = bounds.MAX_VALUES

    def again(self) -> None:
        """Before all conditions are decided (again): the data may have changed."""
        self._decided.clear()

    def computed(self, expression: Expression, cell: Cell) -> Any:
        """The value as form data; null, and an error at the cell, when it is too large."""
        value = self.value(expression, cell)
        try:
            if type(value) is str or value is None:  # what `storable` would say of most values
                self._spend()
                return value
            return storable(value, self._spend)
        except OverflowError:
            self._complain(cell)
            return None

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OverflowError

    def _complain(self, part: Cell | List) -> None:
        message = "Perhitungan isian ini melampaui batas; kurangi datanya."
        self.errors.append(FieldError(part.path, part.component.id, message))

    def value(self, expression: Expression, part: Cell | List) -> Any:
        """The FEEL value; null, and an error at the cell or list, when it took more than the limits allow."""
        try:
            return expression.evaluate(part.box.context(expression), now=self.now, exact=True)
        except FeelError:
            self._complain(part)
            return None

    def _holds(self, condition: Expression, part: Cell | List) -> bool | None:
        """Does the condition hold? Fields of one row that share it have it decided once."""
        key = condition, id(part.box)
        if key in self._decided:
            return self._decided[key]
        decided = self._decided[key] = decide(condition, lambda asked: self.value(asked, part))
        return decided

    def hidden(self, part: Cell | List) -> bool:
        """Is the part hidden? One condition that holds is enough.

        Where a condition is null, and somebody could have filled the field in, the submission tells what the browser
        showed: form-js sends exactly what it shows. So nothing that a person saw and typed is dropped for a null.
        """
        undecided = False
        for condition in part.item.hides:
            decided = self._holds(condition, part)
            if decided is True:
                return True
            if decided is None:
                filled = not part.item.given
                undecided = undecided or (not self.sent(part.path) if filled else of_null(condition))
        return undecided

    def locked(self, cell: Cell) -> bool:
        """Is the field read-only?"""
        readonly = cell.component.readonly
        if not isinstance(readonly, Expression):
            return readonly
        decided = self._holds(readonly, cell)
        return of_null(readonly) if decided is None else decided


def settle(live: Live, plan: Plan, evaluator: Evaluator) -> None:
    """Decides what is hidden and read-only, again while that changes data which conditions look at; then computes."""
    conditional, cells = live.conditional, live.computed
    changed: set[str] | None = None
    for _ in range(MAX_PASSES if conditional else 0):
        evaluator.begin()
        _compute(plan.early, cells, evaluator)
        again, changed = _decide(conditional, plan, evaluator, changed)
        if not again:
            _compute(plan.late, cells, evaluator)  # nothing that the early ones look at has changed since
            return
    evaluator.begin()
    _compute(plan.computed, cells, evaluator)


def _decide(
    conditional: Iterable[Cell | List], plan: Plan, evaluator: Evaluator, keys: set[str] | None
) -> tuple[bool, set[str] | None]:
    """One pass over all conditions that changed `keys` concern (None: all); tells whether another pass could decide
    differently, and what has changed for it."""
    evaluator.again()
    changes = []
    for part in conditional:
        if (keys is not None and not plan.concerned(part.item, keys)) or not part.box.shown:
            continue
        hidden = evaluator.hidden(part) if part.item.hides else False
        locked = isinstance(part, Cell) and evaluator.locked(part)
        if hidden != part.hidden or (isinstance(part, Cell) and locked != part.readonly):
            changes.append((part, hidden, locked))
    again = False
    for part, hidden, locked in changes:
        part.hidden = hidden
        if isinstance(part, Cell):
            part.readonly = locked
        part.show()
        again = again or bool(plan.deciding.intersection(part.item.path)) or not isinstance(part, Cell)
    return again, plan.changed(part for part, _, _ in changes) if again else None


def _compute(items: Iterable[Item], cells: Mapping[int, list[Cell]], evaluator: Evaluator) -> None:
    """Computes the visible cells of these items, in their order."""
    for item in items:
        component = item.component
        assert isinstance(component, ExpressionField)
        for cell in cells.get(id(item), ()):
            if not cell.hidden and cell.box.shown:
                cell.value = evaluator.computed(component.expression, cell)
                cell.show()


def storable(value: Any, spend: Callable[[], None] = lambda: None) -> Any:
    """A value as form data: numbers as Decimal, dates and times as ISO text; what no form can hold is null.

    `spend` is called for each value in it, and may raise.
    """
    spend()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return Decimal(repr(value)) if isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [storable(item, spend) for item in value]
    if isinstance(value, Mapping):
        return {str(key): storable(item, spend) for key, item in value.items()}
    return None


def stored(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """`storable` of all values; the mapping itself when that changes nothing, as with data out of documents."""
    if type(values) is dict and _is_stored(values, 0):
        return values
    return {key: storable(value) for key, value in values.items()}


def _is_stored(value: Any, depth: int) -> bool:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is Decimal:
        finite: bool = value.is_finite()
        return finite
    if kind is dict:
        return depth <= bounds.MAX_DEPTH and all(
            type(key) is str and (type(one) is str or _is_stored(one, depth + 1)) for key, one in value.items()
        )
    return kind is list and depth <= bounds.MAX_DEPTH and all(_is_stored(one, depth + 1) for one in value)


def _looks_at(item: Item) -> frozenset[str] | None:
    """The words of the conditions of an item; None when one of them takes a row as a whole."""
    conditions = list(item.hides)
    if isinstance(item.component, Field) and isinstance(item.component.readonly, Expression):
        conditions.append(item.component.readonly)
    if any(SPECIAL.get(path) in ("this", "parent") for condition in conditions for path in condition.paths):
        return None
    return frozenset().union(*map(words, conditions))


def _conditions(item: Item) -> Iterable[Expression]:
    component = item.component
    found: list[Any] = []
    if isinstance(component, Field):
        found.append(component.readonly)
    if isinstance(component, NumberField):
        found += [component.min, component.max]
    if isinstance(component, TextField):
        found += [component.min_length, component.max_length]
    if isinstance(component, ChoiceField):
        found.append(component.options.expression)
    return [f for f in found if isinstance(f, Expression)]


def _ordered(items: list[Item]) -> tuple[Item, ...]:
    """Computed items so that what an expression names comes before it; circles stay in the order of the form."""
    order: list[Item] = []
    seen: set[int] = set()

    def visit(item: Item) -> None:
        if id(item) in seen:
            return
        seen.add(id(item))
        assert isinstance(item.component, ExpressionField)
        named = words(item.component.expression)
        for other in items:
            if other.path[-1] in named:
                visit(other)
        order.append(item)

    for item in items:
        visit(item)
    return tuple(order)
