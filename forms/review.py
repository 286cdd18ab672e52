"""Findings about how the components of a form stand together: paths, names in rows, conditions that run in circles."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from marshmallow import ValidationError

from forms.conditions import decide, of_null
from forms.errors import Finding
from forms.feel import Expression, FeelError
from forms.schema import (
    UNSET,
    ChoiceField,
    Component,
    ExpressionField,
    Field,
    Group,
    NumberField,
    Rows,
    TextField,
)
from forms.scope import Item, Scope
from forms.settle import words

SPECIAL = frozenset({"this", "parent", "i", "_this_", "_parent_", "_i_"})


def review(components: tuple[Component, ...], scope: Scope) -> Iterator[Finding]:
    """Everything that can only be seen with all components at hand."""
    yield from _paths(scope)
    yield from _values(scope)
    yield from _free_rows(scope, fixed=True)
    top = {item.path[0] for item in scope.items}
    yield from _names(components, top, None)
    for item in scope.walk():
        if item.rows is not None:
            assert isinstance(item.component, Rows)
            yield from _names(item.component.components, top, {i.path[0] for i in item.rows.items})
    yield from _chains(scope)


def _paths(scope: Scope) -> Iterator[Finding]:
    """Two components may not claim one path of one level, nor a value and a group the same."""
    leaves: dict[tuple[str, ...], str] = {}
    for item in scope.items:
        taken = [p for p in leaves if p[: len(item.path)] == item.path or item.path[: len(p)] == p]
        if taken:
            yield _error(
                "duplicate-key", item, f"Kunci “{'.'.join(item.path)}” sudah dipakai komponen {leaves[taken[0]]}."
            )
        leaves[item.path] = item.component.id
        if item.rows is not None:
            yield from _paths(item.rows)


def _values(scope: Scope) -> Iterator[Finding]:
    """Defaults must be what the field itself takes; limits must leave room."""
    tops = {item.path[0] for item in scope.items}
    for item in scope.walk():
        c = item.component
        if not isinstance(c, Field):
            continue
        if c.default is not UNSET and item.check is not None:
            try:
                item.check.deserialize(c.default)
            except ValidationError as error:
                yield _error("default", item, f"Nilai awal tidak memenuhi aturan isian ini: {' '.join(error.messages)}")
        if c.required and c.readonly is True:
            message = (
                "Isian hanya-baca tidak dapat dilengkapi orang; hapus “required”, sebab bila kosong formulir macet."
            )
            yield Finding("readonly-required", "warning", c.id, message)
        if isinstance(c, NumberField) and isinstance(c.min, Decimal) and isinstance(c.max, Decimal) and c.min > c.max:
            yield _error("limits", item, "Batas terkecil lebih besar daripada batas terbesar.")
        if isinstance(c, TextField):
            lengths = [n for n in (c.min_length, c.max_length) if isinstance(n, int)]
            if lengths != sorted(lengths):
                yield _error("limits", item, "Panjang terkecil lebih besar daripada panjang terbesar.")
        if isinstance(c, ChoiceField):
            if c.options.key in tops:
                yield _error(
                    "options", item, f"“{c.options.key}” adalah isian formulir ini; ambil pilihan dari data awal."
                )
            if c.options.values is not None and c.default is not UNSET:
                known = [(type(o.value), o.value) for o in c.options.values]
                for value in c.default if c.many else [c.default]:
                    if (type(value), value) not in known:
                        yield _error("default", item, "Nilai awal tidak ada di antara pilihan.")


def _free_rows(scope: Scope, *, fixed: bool) -> Iterator[Finding]:
    """Rows that can be added and removed have no initial row to take a read-only value from."""
    for item in scope.items:
        if isinstance(item.component, Rows):
            assert item.rows is not None
            yield from _free_rows(item.rows, fixed=fixed and item.component.fixed)
        elif not fixed and isinstance(item.component, ExpressionField):
            if f"this.{item.path[-1]}" in item.component.expression.text:
                message = (
                    f"Baris yang bebas ditambah tidak punya data awal, sehingga “this.{item.path[-1]}” selalu kosong."
                )
                yield _error("carried-row", item, message)
        elif not fixed and item.component.readonly is not False:
            yield _error(
                "readonly-row",
                item,
                "Isian hanya-baca memerlukan baris tetap: beri daftar “allowAddRemove” false, atau hapus “readonly”.",
            )


def _names(components: tuple[Component, ...], top: set[str], row: set[str] | None) -> Iterator[Finding]:
    """In a row, a field of the row is `this.key`; its bare name is a top-level name, and would silently be null."""
    for component in components:
        if isinstance(component, Group):
            yield from _names(component.components, top, row)
        if row is None:
            continue
        for expression in _expressions(component):
            for name in sorted((expression.required & row) - top - SPECIAL):
                yield Finding(
                    "row-name",
                    "error",
                    component.id,
                    f"“{name}” adalah isian pada baris yang sama; tulis “this.{name}”.",
                )


def _expressions(component: Component) -> Iterator[Expression]:
    candidates: list[object] = [component.hide]
    if isinstance(component, Field):
        candidates.append(component.readonly)
    if isinstance(component, NumberField):
        candidates += [component.min, component.max]
    if isinstance(component, TextField):
        candidates += [component.min_length, component.max_length]
    if isinstance(component, ChoiceField):
        candidates.append(component.options.expression)
    if isinstance(component, ExpressionField):
        candidates.append(component.expression)
    return (c for c in candidates if isinstance(c, Expression))


def _chains(scope: Scope) -> Iterator[Finding]:
    """form-js decides conditions in two passes; a longer chain, or a circle, would show other fields than we check."""
    hidden = [item for item, _ in _placed(scope, ()) if item.hides]
    places = {id(item): lists for item, lists in _placed(scope, ())}
    computed = [(item, lists) for item, lists in _placed(scope, ()) if isinstance(item.component, ExpressionField)]

    def named(item: Item) -> frozenset[str]:
        """The words of an item's conditions, and of the computed values that these name."""
        found = frozenset[str]().union(*(words(h) for h in item.hides))
        for other, lists in computed:
            if other.path[-1] in found and _reachable(found, lists, places[id(item)]):
                assert isinstance(other.component, ExpressionField)
                found |= words(other.component.expression)
        return found

    def needs(item: Item) -> list[Item]:
        found = named(item)
        return [o for o in hidden if o.path[-1] in found and _reachable(found, places[id(o)], places[id(item)])]

    asked = {id(item): needs(item) for item in hidden}
    emptied: set[int] = set()  # what only hides itself when empty is, to all others, empty either way
    for item in hidden:
        if any(other is item for other in asked[id(item)]):
            # "Hide when empty" names itself, and stays true once its value is taken away: no circle.
            asked[id(item)] = [other for other in asked[id(item)] if other is not item]
            if not all(_true_of_nothing(h) for h in item.hides if item.path[-1] in words(h)):
                yield _error("condition-circle", item, "Kondisi isian ini bergantung pada isian itu sendiri.")
            elif not asked[id(item)]:
                emptied.add(id(item))
    for item in hidden:
        second = [other for other in asked[id(item)] if id(other) not in emptied]
        if any(id(third) not in emptied for other in second for third in asked[id(other)]):
            yield _error(
                "condition-chain",
                item,
                "Kondisi isian ini bergantung pada isian bersyarat yang juga bergantung pada isian bersyarat; "
                "sederhanakan paling banyak dua tingkat.",
            )


def _true_of_nothing(condition: Expression) -> bool:
    try:
        decided = decide(condition, lambda asked: asked.evaluate({"this": {}, "parent": {}}))
    except FeelError:
        return False
    return of_null(condition) if decided is None else decided


def _placed(scope: Scope, lists: tuple[str, ...]) -> Iterator[tuple[Item, tuple[str, ...]]]:
    """Every item with the keys of the lists around it."""
    for item in scope.items:
        yield item, lists
        if item.rows is not None:
            yield from _placed(item.rows, (*lists, item.path[-1]))


def _reachable(found: frozenset[str], lists: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Can an expression inside the lists `own` that holds these words reach a field inside the lists `lists`?"""
    return lists == own[: len(lists)] or all(name in found for name in lists)


def _error(code: str, item: Item, message: str) -> Finding:
    return Finding(code, "error", item.component.id, message)
