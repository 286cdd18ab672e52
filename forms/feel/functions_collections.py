"""Built-in functions on lists and contexts."""

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from forms.feel.functions_basic import whole
from forms.feel.registry import builtin
from forms.feel.values import NUMBERS, Closure, Run, equal, order


def numbers(run: Run, items: list[Any]) -> list[Decimal] | None:
    """The items when all are numbers and there is at least one."""
    run.charge(len(items))
    return items if items and all(type(item) is Decimal for item in items) else None


def total(items: list[Decimal]) -> Decimal:
    result = items[0]
    for item in items[1:]:
        result = NUMBERS.add(result, item)
    return NUMBERS.plus(result)


@builtin("list contains(list: list, element: any)")
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    run.charge(len(items))
    return any(equal(item, element, run) is True for item in items)


@builtin("count(list: list)")
def count(run: Run, items: list[Any]) -> Decimal:
    return Decimal(len(items))


def _extreme(run: Run, items: list[Any], sign: int) -> Any:
    run.charge(len(items))
    if not items or items[0] is None:
        return None
    best = items[0]
    for item in items:
        compared = order(item, best)
        if compared is None:
            return None
        if compared == sign:
            best = item
    return best


@builtin("min(list: any...)")
def minimum(run: Run, items: list[Any]) -> Any:
    return _extreme(run, items, -1)


@builtin("max(list: any...)")
def maximum(run: Run, items: list[Any]) -> Any:
    return _extreme(run, items, 1)


@builtin("sum(list: any...)")
def sum_(run: Run, items: list[Any]) -> Decimal | None:
    values = numbers(run, items)
    return total(values) if values else None


@builtin("mean(list: any...)")
def mean(run: Run, items: list[Any]) -> Decimal | None:
    values = numbers(run, items)
    return NUMBERS.divide(total(values), Decimal(len(values))) if values else None


@builtin("product(list: any...)")
def product(run: Run, items: list[Any]) -> Decimal | None:
    values = numbers(run, items)
    if not values:
        return None
    result = Decimal(1)
    for value in values:
        result = NUMBERS.multiply(result, value)
    return result


@builtin("median(list: any...)")
def median(run: Run, items: list[Any]) -> Decimal | None:
    values = numbers(run, items)
    if not values:
        return None
    values = sorted(values)
    middle = len(values) // 2
    if len(values) % 2:
        return values[middle]
    return NUMBERS.divide(NUMBERS.add(values[middle - 1], values[middle]), Decimal(2))


@builtin("stddev(list: any...)")
def stddev(run: Run, items: list[Any]) -> Decimal | None:
    """Of a sample (divided by n - 1)."""
    values = numbers(run, items)
    if not values or len(values) < 2:
        return None
    middle = NUMBERS.divide(total(values), Decimal(len(values)))
    squares = [NUMBERS.power(NUMBERS.subtract(value, middle), 2) for value in values]
    return NUMBERS.sqrt(NUMBERS.divide(total(squares), Decimal(len(values) - 1)))


@builtin("mode(list: any...)")
def mode(run: Run, items: list[Any]) -> list[Any] | None:
    values = numbers(run, items)
    if not values:
        return None if items else []
    counts: dict[Decimal, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values())
    return sorted(value for value, often in counts.items() if often == most)


@builtin("all(list: any...)")
def all_(run: Run, items: list[Any]) -> bool | None:
    run.charge(len(items))
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@builtin("any(list: any...)")
def any_(run: Run, items: list[Any]) -> bool | None:
    run.charge(len(items))
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


def _position(items: list[Any], position: Decimal, extra: int = 0) -> int | None:
    """The Python index of a FEEL position (from 1, negative from the end); None outside the list."""
    at = whole(position)
    size = len(items) + extra
    if at is None or at == 0 or abs(at) > size:
        return None
    return at - 1 if at > 0 else size + at


@builtin(
    "sublist(list: list, start position: number, length: number?)",
    "sublist(list: list, start: number, length: number?)",
)
def sublist(run: Run, items: list[Any], start: Decimal, length: Decimal | None) -> list[Any] | None:
    begin = _position(items, start)
    if begin is None:
        return [] if whole(start) not in (None, 0) else None
    size = len(items) if length is None else whole(length)
    return None if size is None or size < 0 else run.listed(items[begin : begin + size])


@builtin("append(list: list, item: any...)")
def append(run: Run, items: list[Any], more: list[Any]) -> list[Any]:
    return run.listed([*items, *more])


@builtin("concatenate(list: any...)")
def concatenate(run: Run, lists: list[Any]) -> list[Any]:
    result: list[Any] = []
    for items in lists:
        result = run.listed(result + (items if isinstance(items, list) else [items]))
    return result


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(run: Run, items: list[Any], position: Decimal, new: Any) -> list[Any] | None:
    at = len(items) if position == len(items) + 1 else _position(items, position)
    return None if at is None else run.listed([*items[:at], new, *items[at:]])


@builtin("remove(list: list, position: number)")
def remove(run: Run, items: list[Any], position: Decimal) -> list[Any] | None:
    at = _position(items, position)
    return None if at is None else run.listed(items[:at] + items[at + 1 :])


@builtin(
    "list replace(list: list, position: any, newItem: any)", "list replace(list: list, match: function, newItem: any)"
)
def list_replace(run: Run, items: list[Any], position: Any, new: Any) -> list[Any] | None:
    """The item at a position, or those for which `match(item, newItem)` is true, replaced."""
    if type(position) is Closure:
        return run.listed([new if position(item, new) is True else item for item in items])
    at = _position(items, position) if type(position) is Decimal else None
    return None if at is None else run.listed([*items[:at], new, *items[at + 1 :]])


@builtin("reverse(list: list)")
def reverse(run: Run, items: list[Any]) -> list[Any]:
    return run.listed(items[::-1])


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: list[Any], match: Any) -> list[Any]:
    return run.listed([Decimal(at) for at, item in enumerate(items, 1) if equal(item, match, run) is True])


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    result: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    for item in run.listed(items):
        if isinstance(item, (list, dict)):
            run.charge(len(result))
            if any(equal(item, other, run) is True for other in result):
                continue
        else:
            key = type(item), item
            if key in seen:
                continue
            seen.add(key)
        result.append(item)
    return result


@builtin("union(list: any...)")
def union(run: Run, lists: list[Any]) -> list[Any]:
    return distinct_values(run, concatenate(run, lists))


@builtin("flatten(list: list)")
def flatten(run: Run, items: list[Any]) -> list[Any]:
    result: list[Any] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.charge(1)
            if isinstance(item, list):
                stack.append(iter(item))
                break
            result.append(item)
        else:
            stack.pop()
    return run.listed(result)


@builtin("sort(list: list, precedes: function?)")
def sort(run: Run, items: list[Any], precedes: Closure | None) -> list[Any] | None:
    """By `precedes(a, b)`, items that are equal by it keeping their order; without it values of one ordered type in
    natural order."""
    run.charge(len(items) * 4)
    if precedes is not None:
        return sorted(items, key=cmp_to_key(lambda a, b: -1 if precedes(a, b) is True else 1))
    if any(order(item, items[0]) is None for item in items):
        return None
    return sorted(items, key=cmp_to_key(lambda a, b: order(a, b) or 0))


@builtin("get value(m: context, key: string)")
def get_value(run: Run, context: dict[str, Any], key: str) -> Any:
    return context.get(key)


@builtin("get entries(m: context)")
def get_entries(run: Run, context: dict[str, Any]) -> list[Any]:
    return run.listed([{"key": key, "value": value} for key, value in context.items()])


@builtin("context(entries: any...)")
def context(run: Run, entries: list[Any]) -> dict[str, Any] | None:
    result: dict[str, Any] = {}
    for entry in run.listed(entries):
        if not isinstance(entry, dict) or "value" not in entry:
            return None
        key = entry.get("key")
        if not isinstance(key, str) or key in result:
            return None
        result[key] = entry["value"]
    return result


@builtin("context merge(contexts: any...)")
def context_merge(run: Run, contexts: list[Any]) -> dict[str, Any] | None:
    result: dict[str, Any] = {}
    for item in contexts:
        if not isinstance(item, dict):
            return None
        run.charge(1 + len(item))
        result.update(item)
    run.listed(list(result))
    return result


@builtin("context put(context: context, key: any, value: any)", "context put(context: context, keys: list, value: any)")
def context_put(run: Run, source: dict[str, Any], keys: Any, value: Any) -> dict[str, Any] | None:
    path = keys if isinstance(keys, list) else [keys]
    if not path or not all(isinstance(key, str) for key in path) or len(path) > run.limits.depth:
        return None
    result = step = dict(source)
    run.charge(len(source))
    for key in path[:-1]:
        inner = step.get(key)
        if not isinstance(inner, dict):
            return None
        run.charge(len(inner))
        step[key] = step = dict(inner)
    step[path[-1]] = value
    return result
