"""The components with a value: what each type's keys mean, and which of them are refused."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from forms import keys, text
from forms.feel import Expression, parse
from forms.pattern import PatternError, compile_pattern
from forms.schema import (
    UNSET,
    CheckboxField,
    ChoiceField,
    Condition,
    DateTimeField,
    ExpressionField,
    Field,
    FilesField,
    Kind,
    NumberField,
    Option,
    Options,
    Subtype,
    TextField,
    Zone,
)

if TYPE_CHECKING:
    from forms.read import Reader

MAX_OPTIONS = 1_000
_KINDS: dict[str, Kind] = {"custom": "text", "email": "email", "phone": "phone"}
_SUBTYPES: dict[str, Subtype] = {"date": "date", "time": "time", "datetime": "datetime"}
_ZONES: dict[str, Zone] = {z: z for z in get_args(Zone)}
Source = Mapping[str, Any]

# Not in every system's table of media types.
_MEDIA_TYPES = {
    ".heic": "image/heic",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def read_field(reader: Reader, base: dict[str, Any], source: Source) -> Field:
    """The field that `source` describes; `base` holds what every component has."""
    element, type_ = base["id"], base["type"]
    base["path"] = reader.path(element, source, "key", needed=True)
    validate = source.get("validate")
    if validate is None:
        validate = {}
    elif not isinstance(validate, dict):
        reader.say("validate", element, "Kunci “validate” harus berupa objek.")
        validate = {}
    else:
        known = keys.VALIDATE.get(type_, frozenset())
        for key in validate:
            if key not in known:
                reader.say("unknown-key", element, f"Kunci “validate.{key}” tidak berlaku untuk jenis {type_}.")
    if type_ == "expression":
        return _expression(reader, base, source)
    base["required"] = reader.flag(element, validate, "required")
    base["disabled"] = reader.flag(element, source, "disabled")
    base["readonly"] = _readonly(reader, element, source)
    return _READERS[type_](reader, base, source, validate)


def _readonly(reader: Reader, element: str, source: Source) -> Condition:
    value = source.get("readonly", False)
    if isinstance(value, str) and value:
        return reader.feel(element, "readonly", value) or False
    return reader.flag(element, source, "readonly")


def _text(reader: Reader, base: dict[str, Any], source: Source, validate: Source) -> Field:
    element = base["id"]
    pattern = validate.get("pattern") or None
    if pattern is not None:
        try:
            compile_pattern(str(pattern))
        except PatternError as error:
            reader.say("pattern", element, f"Pola (“validate.pattern”) ditolak: {error}.")
            pattern = None
    message = validate.get("patternErrorMessage") or None
    if message is not None and not isinstance(message, str):
        reader.say("pattern-message", element, "Kunci “validate.patternErrorMessage” harus berupa teks.")
        message = None
    wanted = validate.get("validationType") or "custom"
    kind = _KINDS.get(wanted) if isinstance(wanted, str) else None
    if kind is None:
        reader.say("validation-type", element, "Kunci “validate.validationType” hanya boleh email, phone atau custom.")
    if kind == "phone":
        reader.say(
            "phone",
            element,
            "Jenis “phone” menolak nomor yang diawali 08; pakai “validate.pattern” bila nomor dalam negeri boleh.",
            "warning",
        )
    limits: dict[str, int | Expression | None] = {}
    for name, key in (("min_length", "minLength"), ("max_length", "maxLength")):
        limit = _limit(reader, element, validate, key)
        if isinstance(limit, Decimal):
            if limit != int(limit) or not 0 <= limit <= text.MAX_TEXT:
                reader.say("length", element, f"“validate.{key}” harus bilangan bulat 0 sampai {text.MAX_TEXT}.")
                limit = None
            else:
                limits[name] = int(limit)
        if isinstance(limit, Expression):
            limits[name] = limit
    return TextField(
        **base,
        default=_default(reader, element, source, str),
        multiline=base["type"] == "textarea",
        pattern=pattern,
        pattern_message=message,
        kind=kind or "text",
        min_length=limits.get("min_length"),
        max_length=limits.get("max_length"),
    )


def _number(reader: Reader, base: dict[str, Any], source: Source, validate: Source) -> Field:
    element = base["id"]
    digits = source.get("decimalDigits")
    if digits is not None and not (isinstance(digits, Decimal) and digits == int(digits) and 0 <= digits <= 15):
        reader.say("decimal-digits", element, "Kunci “decimalDigits” harus bilangan bulat 0 sampai 15.")
        digits = None
    step = as_decimal(source.get("increment"))
    if source.get("increment") not in (None, "") and (step is None or step <= 0):
        reader.say("increment", element, "Kunci “increment” harus bilangan lebih besar dari nol.")
        step = None
    default = _default(reader, element, source, Decimal, str)
    if default is not UNSET and as_decimal(default) is None:
        default = UNSET if default == "" else _refuse_default(reader, element)
    return NumberField(
        **base,
        default=default,
        min=_limit(reader, element, validate, "min"),
        max=_limit(reader, element, validate, "max"),
        digits=None if digits is None else int(digits),
        step=step,
        as_string=reader.flag(element, source, "serializeToString"),
    )


def _checkbox(reader: Reader, base: dict[str, Any], source: Source, validate: Source) -> Field:
    return CheckboxField(**base, default=_default(reader, base["id"], source, bool))


def _choice(reader: Reader, base: dict[str, Any], source: Source, validate: Source) -> Field:
    many = base["type"] in ("checklist", "taglist")
    types: tuple[type, ...] = (list,) if many else (str, Decimal, bool)
    default = _default(reader, base["id"], source, *types)
    return ChoiceField(**base, default=default, many=many, options=_options(reader, base["id"], source))


def _datetime(reader: Reader, base: dict[str, Any], source: Source, validate: Source) -> Field:
    element = base["id"]
    wanted = source.get("subtype", "date")
    subtype = _SUBTYPES.get(wanted) if isinstance(wanted, str) else None
    if subtype is None:
        reader.say("subtype", element, "Kunci “subtype” hanya boleh date, time atau datetime.")
    wanted = source.get("timeSerializingFormat") or "no_timezone"
    zone = _ZONES.get(wanted) if isinstance(wanted, str) else None
    if zone is None:
        reader.say(
            "time-format",
            element,
            "Kunci “timeSerializingFormat” hanya boleh utc_offset, utc_normalized atau no_timezone.",
        )
    return DateTimeField(
        **base,
        default=_default(reader, element, source, str),
        subtype=subtype or "date",
        zone=zone or "no_timezone",
        no_past=reader.flag(element, source, "disallowPassedDates"),
    )


def _files(reader: Reader, base: dict[str, Any], source: Source, validate: Source) -> Field:
    element = base["id"]
    accept = source.get("accept") or ""
    types: list[str] = []
    if not isinstance(accept, str) or accept.startswith("=") or "{{" in accept:
        reader.say("accept", element, "Kunci “accept” harus berupa teks, misalnya “.pdf,.xlsx,image/*”.")
        accept = ""
    for part in filter(None, (p.strip().lower() for p in accept.split(","))):
        media_type = (_MEDIA_TYPES.get(part) or mimetypes.types_map.get(part)) if part.startswith(".") else part
        if media_type is None or "/" not in media_type:
            reader.say("accept", element, f"Jenis berkas “{part[:40]}” pada “accept” tidak dikenal.")
        else:
            types.append(media_type)
    return FilesField(**base, accept=tuple(types), multiple=reader.flag(element, source, "multiple"))


def _expression(reader: Reader, base: dict[str, Any], source: Source) -> Field:
    if source.get("computeOn", "change") not in ("change", "presubmit"):
        reader.say("compute-on", base["id"], "Kunci “computeOn” hanya boleh change atau presubmit.")
    expression = reader.feel(base["id"], "expression", source.get("expression"))
    if expression is None:
        expression = parse("null")
    return ExpressionField(**base, expression=expression)


def _options(reader: Reader, element: str, source: Source) -> Options:
    given = [k for k in ("values", "valuesKey", "valuesExpression") if source.get(k) not in (None, "")]
    if len(given) != 1:
        reader.say(
            "options", element, "Pilihan berasal dari tepat satu kunci: values, valuesKey atau valuesExpression."
        )
        return Options(values=())
    value = source[given[0]]
    if given[0] == "valuesExpression":
        return Options(expression=reader.feel(element, "valuesExpression", value))
    if given[0] == "valuesKey":
        # form-js reads this as one key, dots included.
        if not isinstance(value, str) or "." in value:
            reader.say("options", element, "Kunci “valuesKey” harus nama satu data tanpa titik.")
            return Options(values=())
        return Options(key=value)
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_OPTIONS:
        reader.say("options", element, f"Kunci “values” harus berupa daftar 1 sampai {MAX_OPTIONS} pilihan.")
        return Options(values=())
    found = read_options(value)
    if len(found) != len(value):
        reader.say(
            "options",
            element,
            "Setiap pilihan memerlukan “value” berupa teks, angka atau boolean, dan “label” berupa teks.",
        )
    if len({(type(o.value), o.value) for o in found}) != len(found):
        reader.say("options", element, "Ada dua pilihan dengan “value” yang sama.")
    return Options(values=found)


def read_options(source: object) -> tuple[Option, ...]:
    """The options of a list as form-js understands it: plain values, or objects with value and label."""
    if not isinstance(source, list):
        return ()
    found = []
    for item in source[:MAX_OPTIONS]:
        value, label = item, None
        if isinstance(item, dict):
            value, label = item.get("value"), item.get("label")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = Decimal(repr(value))
        if not isinstance(value, (str, Decimal, bool)) or value == "":
            continue
        shown = label if isinstance(label, str) and label else _label(value)
        found.append(Option(value, shown))
    return tuple(found)


def _label(value: str | Decimal | bool) -> str:
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    return value if isinstance(value, str) else format(value, "f").replace(".", ",")


def _limit(reader: Reader, element: str, validate: Source, key: str) -> Any:
    value = validate.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.startswith("="):
        return reader.feel(element, f"validate.{key}", value)
    number = as_decimal(value)
    if number is None:
        reader.say("limit", element, f"Kunci “validate.{key}” harus berupa angka atau ekspresi FEEL yang diawali “=”.")
    return number


def as_decimal(value: object) -> Decimal | None:
    """A definition's number, written as JSON number or as text; None when it is neither."""
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except ArithmeticError:
            return None
    return value if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 40 else None


def _default(reader: Reader, element: str, source: Source, *types: type) -> Any:
    value = source.get("defaultValue")
    if value is None:
        return UNSET
    return value if isinstance(value, types) else _refuse_default(reader, element)


def _refuse_default(reader: Reader, element: str) -> Any:
    reader.say("default", element, "Nilai awal (“defaultValue”) tidak sesuai dengan jenis isian.")
    return UNSET


_READERS: dict[str, Callable[[Any, dict[str, Any], Source, Source], Field]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "checkbox": _checkbox,
    "select": _choice,
    "radio": _choice,
    "checklist": _choice,
    "taglist": _choice,
    "datetime": _datetime,
    "filepicker": _files,
}
