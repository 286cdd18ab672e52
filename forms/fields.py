"""marshmallow fields: what a value must be on its own, whatever the rest of the form says.

What depends on other values (required, computed limits, options out of data, files) is in `forms.rules`,
because a hidden field is not asked for anything.
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Context, Decimal
from typing import Any

from marshmallow import ValidationError, fields

from forms import text
from forms.pattern import EMAIL, PHONE, compile_pattern
from forms.schema import (
    CheckboxField,
    ChoiceField,
    DateTimeField,
    ExpressionField,
    Field,
    FilesField,
    NumberField,
    TextField,
)

MAX_FILES = 50
MAX_CHOICES = 1_000
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,2})?\Z", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_ZONES = {
    "no_timezone": re.compile(r"(\d{2}:\d{2})\Z", re.ASCII),
    "utc_offset": re.compile(r"(\d{2}:\d{2})[+-](?:0\d|1[0-4]):[0-5]\d\Z", re.ASCII),
    "utc_normalized": re.compile(r"(\d{2}:\d{2})Z\Z", re.ASCII),
}
_MONEY_DIGITS = 30
# Enough for every number taken here, so that nothing is rounded on the way.
_EXACT = Context(prec=120)


class FormField(fields.Field[Any]):
    """A field of ours: null is the empty value, absence is decided by the form."""

    def __init__(self, component: Field, *, attribute: str) -> None:
        super().__init__(allow_none=True, attribute=attribute, data_key=attribute)
        self.component = component

    def taken(self, value: Any) -> Any:
        """A value that is not None as this field stores it; raises ValidationError. It needs no frame of a schema."""
        return self._deserialize(value, None, None)

    @classmethod
    def of(cls, component: Field, *, attribute: str) -> FormField:
        return _FIELDS[type(component)](component, attribute=attribute)


class Text(FormField):
    component: TextField

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("Harus berupa teks.")
        c = self.component
        value = text.clean(value, multiline=c.multiline)
        if text.refused(value):
            raise ValidationError("Teks memuat karakter kendali yang tidak boleh disimpan; hapus lalu ketik ulang.")
        if not value:
            return value
        size = text.length(value)
        longest = text.MAX_TEXT if c.multiline or c.max_length is not None else text.MAX_LINE
        errors = []
        if len(value) > longest:
            # Spaces around do not count for the author's limit, but they are stored.
            errors.append(f"Paling banyak {longest} karakter.")
        elif isinstance(c.max_length, int) and size > c.max_length:
            errors.append(f"Paling banyak {c.max_length} karakter.")
        if isinstance(c.min_length, int) and size < c.min_length:
            errors.append(f"Paling sedikit {c.min_length} karakter.")
        if c.pattern and not errors and not compile_pattern(c.pattern).search(value):
            errors.append(c.pattern_message or "Bentuk isian tidak sesuai dengan yang ditentukan.")
        if c.kind == "email" and not compile_pattern(EMAIL).search(value):
            errors.append("Harus berupa alamat surel, misalnya nama@contoh.go.id.")
        if c.kind == "phone" and not compile_pattern(PHONE).search(value):
            errors.append("Harus berupa nomor telepon dengan kode negara, misalnya +62741123456.")
        if errors:
            raise ValidationError(errors)
        return value


class Number(FormField):
    component: NumberField

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal | str | None:
        c = self.component
        if value == "":
            return None
        number = to_decimal(value)
        if number is None:
            raise ValidationError("Harus berupa angka.")
        errors = []
        if c.digits is not None and decimals(number) > c.digits:
            errors.append(
                "Harus bilangan bulat." if c.digits == 0 else f"Paling banyak {c.digits} angka di belakang koma."
            )
        if c.step is not None and _EXACT.remainder(number, c.step):
            errors.append(f"Harus kelipatan {shown(c.step)}.")
        if isinstance(c.min, Decimal) and number < c.min:
            errors.append(f"Paling kecil {shown(c.min)}.")
        if isinstance(c.max, Decimal) and number > c.max:
            errors.append(f"Paling besar {shown(c.max)}.")
        if errors:
            raise ValidationError(errors)
        return format(number, "f") if c.as_string else number


class Checkbox(FormField):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Harus dicentang atau tidak dicentang.")
        return value


class Choice(FormField):
    component: ChoiceField

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not self.component.many:
            return None if value == "" else self._one(value)
        if not isinstance(value, list) or len(value) > MAX_CHOICES:
            raise ValidationError("Harus berupa daftar pilihan.")
        chosen = [self._one(v) for v in value]
        if len({identity(v) for v in chosen}) != len(chosen):
            raise ValidationError("Satu pilihan tidak boleh dipilih dua kali.")
        return chosen

    def _one(self, value: Any) -> Any:
        if isinstance(value, (str, bool)):
            return value
        number = to_decimal(value)
        if number is None:
            raise ValidationError("Pilihan tidak dikenal.")
        return number


class DateTime(FormField):
    component: DateTimeField

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        if value == "":
            return None
        c = self.component
        day, clock = value, value
        if isinstance(value, str) and c.subtype == "datetime":
            day, _, clock = value.partition("T")
        if c.subtype != "time" and not _is_date(day):
            raise ValidationError("Harus berupa tanggal yang ada.")
        if c.subtype != "date" and not self._is_time(clock):
            raise ValidationError("Harus berupa jam dan menit, misalnya 09:30.")
        return str(value)

    def _is_time(self, value: object) -> bool:
        match = _ZONES[self.component.zone].match(value) if isinstance(value, str) else None
        if match is None:
            return False
        try:
            time.fromisoformat(match[1])
        except ValueError:
            return False
        return True


class Files(FormField):
    component: FilesField

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        if value == "":
            return []
        if not isinstance(value, list) or not all(isinstance(v, str) and 0 < len(v) <= 200 for v in value):
            raise ValidationError("Harus berupa daftar lampiran.")
        if len(set(value)) != len(value):
            raise ValidationError("Satu lampiran tidak boleh disebut dua kali.")
        if len(value) > MAX_FILES:
            raise ValidationError(f"Paling banyak {MAX_FILES} berkas.")
        if len(value) > 1 and not self.component.multiple:
            raise ValidationError("Hanya satu berkas.")
        return list(value)


class Ignored(FormField):
    """A value that never comes from the person: whatever was submitted is not looked at."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> None:
        return None


_FIELDS: dict[type[Field], type[FormField]] = {
    TextField: Text,
    NumberField: Number,
    CheckboxField: Checkbox,
    ChoiceField: Choice,
    DateTimeField: DateTime,
    FilesField: Files,
    ExpressionField: Ignored,
}


def to_decimal(value: object) -> Decimal | None:
    """A number as form-js submits it, JSON number or text with a decimal point; None when it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip(" ")
        return _plain(Decimal(value)) if _NUMBER.match(value) else None
    if isinstance(value, (int, Decimal)):
        return _plain(Decimal(value))
    return _plain(Decimal(repr(value))) if isinstance(value, float) else None


def _plain(number: Decimal) -> Decimal | None:
    """Without exponent and without minus zero; None when out of bounds (NaN, too many digits)."""
    text = str(number)
    if number and len(text) <= _MONEY_DIGITS and not text.strip("0123456789.-"):
        return number  # what nearly all numbers are, as they are
    if not number.is_finite() or not -20 <= number.adjusted() < _MONEY_DIGITS:
        return None
    if number.as_tuple().exponent < -40:  # type: ignore[operator]
        return None
    number = Decimal(format(number, "f"))
    return number if number else abs(number)


def identity(value: object) -> tuple[str, Any]:
    """What makes two values the same choice, as in form-js: 1, "1" and true are three."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, str):
        return "text", value
    number = to_decimal(value)
    return ("other", repr(value)) if number is None else ("number", number)


def decimals(number: Decimal) -> int:
    """Digits after the point that say something: 1.50 has one."""
    if str(number).isdecimal():
        return 0  # what most numbers are
    exponent = number.normalize(_EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def shown(number: Decimal) -> str:
    return format(number, "f").replace(".", ",")


def _is_date(value: object) -> bool:
    if not isinstance(value, str) or not _DATE.match(value):
        return False
    try:
        return 1900 <= date.fromisoformat(value).year <= 2200
    except ValueError:
        return False
