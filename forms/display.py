"""The text that shows one stored value, in Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from forms import indonesian
from forms.fields import to_decimal
from forms.schema import CheckboxField, DateTimeField, ExpressionField, Field, NumberField


def text_of(component: Field, value: Any) -> str:
    """Plain text (not escaped); empty for an empty value. What does not fit the component is shown as it is."""
    if value is None or value == "" or not _is_data(value):
        return ""
    if isinstance(component, DateTimeField):
        return moment(value)
    if isinstance(component, NumberField):
        return _number(component, value)
    if isinstance(component, (CheckboxField, ExpressionField)) or component.properties.get("format"):
        return _formatted(component.properties.get("format"), value)
    return plain(value)


def _number(component: NumberField, value: Any) -> str:
    number = to_decimal(value)
    if number is None:
        return plain(value)
    wanted = component.properties.get("format")
    return _formatted(wanted, number) if wanted else indonesian.number(number)


def _formatted(wanted: str | None, value: Any) -> str:
    if wanted == "tanggal":
        return moment(value)
    number = to_decimal(value) if wanted in ("rupiah", "persen") or not isinstance(value, str) else None
    if number is None:
        return plain(value)
    if wanted == "rupiah":
        return indonesian.rupiah(number)
    return indonesian.percent(number) if wanted == "persen" else indonesian.number(number, at_most=4)


def moment(value: Any) -> str:
    """ISO text as people write it; an offset is turned into Western Indonesian Time."""
    try:
        if len(value) == 10:
            return indonesian.long_date(date.fromisoformat(value))
        if "T" not in value:
            clock = time.fromisoformat(value)
            if clock.tzinfo is None:
                return indonesian.clock(clock)
            # The day does not matter: the zone has no summer time.
            return f"{indonesian.clock(datetime.combine(date(2000, 1, 2), clock).astimezone(indonesian.WIB))} WIB"
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            return f"{indonesian.long_date(instant)} pukul {indonesian.clock(instant)}"
        return indonesian.moment(instant.astimezone(UTC))
    except (TypeError, ValueError):
        return plain(value)


def plain(value: Any) -> str:
    """Any stored value without its component."""
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    if isinstance(value, (int, float, Decimal)):
        number = to_decimal(value)
        return str(value) if number is None else indonesian.number(number)
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, (plain(item) for item in value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain(item)}" for key, item in value.items())
    return "" if value is None else str(value)


def _is_data(value: Any) -> bool:
    return isinstance(value, (str, bool, int, float, Decimal, list, tuple, Mapping))
