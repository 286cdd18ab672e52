"""Turns a table of cells into rows of a form's list: columns by their headings, values by the list's fields.

What cannot be read is said at its cell, in the table's own row numbers, and left empty; nothing is guessed silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from forms.canonical import CanonicalError, plain
from forms.schema import (
    CheckboxField,
    ChoiceField,
    Component,
    DateTimeField,
    ExpressionField,
    Field,
    FilesField,
    Group,
    NumberField,
    Option,
    Rows,
    Scalar,
    TextField,
)
from service.spreadsheet import Cell, Table
from service.words import tanggal

_YES = {"ya", "y", "true", "benar", "1", "x", "v", "✓"}
_NO = {"tidak", "t", "false", "salah", "0", "-", ""}
_ORDER_WORDS = {"no", "nomor", "nourut"}
_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)?")
_ENGLISH = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+")
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class CellError(ValueError):
    """One cell cannot be read; the message is Indonesian."""


@dataclass(frozen=True)
class Problem:
    """What is wrong at one cell: `row` as numbered in the table, from 1; `column` the heading."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Result:
    """`rows` hold the keys of columns that were found; `ignored` are headings that belong to no field."""

    rows: list[dict[str, Any]]
    errors: list[Problem]
    ignored: list[str]


@dataclass(frozen=True)
class Column:
    field: Field
    path: tuple[str, ...]
    label: str
    writable: bool


def columns_of(rows: Rows) -> list[Column]:
    """The fields of a list in their order; those that cannot be written still help to tell rows apart."""

    def walk(components: Sequence[Component], prefix: tuple[str, ...]) -> Iterator[Column]:
        for component in components:
            if isinstance(component, Group):
                yield from walk(component.components, prefix + tuple(component.path))
            elif isinstance(component, Field) and not isinstance(component, FilesField):
                fixed = isinstance(component, ExpressionField) or component.readonly is True or component.disabled
                path = prefix + tuple(component.path)
                yield Column(component, path, component.label or path[-1], not fixed)

    return list(walk(rows.components, ()))


def read(
    rows: Rows, table: Table, options: Mapping[str, Sequence[Option]], current: Sequence[Mapping[str, Any]] = ()
) -> Result:
    """The rows that a table holds.

    `options` gives the choices of each choice field by its component id. For a list of fixed rows, `current` are those
    rows: the table's rows are laid beside them by the read-only columns that both have, or else by their order.
    """
    columns = columns_of(rows)
    start, found, ignored = _headings(columns, table)
    body = [(n, row) for n, row in enumerate(table[start:], start + 1) if any(c is not None for c in row)]
    errors: list[Problem] = []
    result: list[tuple[int, dict[str, Any]]] = []
    grouping = {i: _indonesian(column, [row[i] for _, row in body if i < len(row)]) for i, column in found.items()}
    for number, cells in body:
        row: dict[str, Any] = {}
        for index, column in found.items():
            cell = cells[index] if index < len(cells) else None
            try:
                value = convert(column.field, cell, options.get(column.field.id, ()), indonesian=grouping[index])
            except CellError as error:
                errors.append(Problem(number, column.label, str(error)))
                continue
            if column.writable or rows.fixed:
                _put(row, column.path, value)
        result.append((number, row))
    if rows.fixed:
        merged = _beside(columns, list(found.values()), result, current, errors)
        return Result(merged, errors, ignored)
    return Result([row for _, row in result], errors, ignored)


def convert(field: Field, cell: Cell, options: Sequence[Option] = (), *, indonesian: bool | None = None) -> Any:
    """The value of one cell for `field`. Raises CellError."""
    if cell is None or cell == "":
        return None if not isinstance(field, TextField) else ""
    if isinstance(field, NumberField | ExpressionField):
        number = _number(cell, indonesian)
        if isinstance(field, NumberField) and field.as_string:
            return plain(number)
        return number
    if isinstance(field, CheckboxField):
        word = _text(cell).casefold()
        if word in _YES or cell is True:
            return True
        if word in _NO or cell is False:
            return False
        raise CellError(f"“{_text(cell)[:40]}” harus Ya atau Tidak.")
    if isinstance(field, ChoiceField):
        return _choice(field, cell, options)
    if isinstance(field, DateTimeField):
        return _moment(field, cell)
    return _text(cell)


def _headings(columns: list[Column], table: Table) -> tuple[int, dict[int, Column], list[str]]:
    """(index of the first row of data, column per cell index, headings of no field)."""
    names: dict[str, Column] = {}
    for column in columns:
        for name in (column.label, column.path[-1], ".".join(column.path)):
            names.setdefault(_norm(name), column)
    for index, row in enumerate(table[:10]):
        found: dict[int, Column] = {}
        for i, cell in enumerate(row):
            match = names.get(_norm(cell)) if isinstance(cell, str) else None
            if match and match not in found.values():
                found[i] = match
        filled = [cell for cell in row if cell is not None]
        if found and (len(found) >= 2 or len(filled) <= 2):
            ignored = [
                str(cell)
                for i, cell in enumerate(row)
                if cell is not None and i not in found and _norm(cell) not in _ORDER_WORDS
            ]
            return index + 1, found, ignored
    writable = [column for column in columns if column.writable]
    return 0, dict(enumerate(writable)), []


def _beside(
    columns: list[Column],
    found: list[Column],
    given: list[tuple[int, dict[str, Any]]],
    current: Sequence[Mapping[str, Any]],
    errors: list[Problem],
) -> list[dict[str, Any]]:
    """The current rows, with the given values laid into their writable columns."""
    keys = [c for c in found if not c.writable and isinstance(c.field, TextField | ChoiceField)]
    writable = [c for c in columns if c.writable]
    merged: list[dict[str, Any]] = [dict(row) for row in current]
    places: dict[tuple[str, ...], int] = {}
    for index, row in enumerate(current):
        places.setdefault(tuple(_norm(_get(row, key.path)) for key in keys), index)
    by_key = bool(keys) and len(places) == len(current)
    if not by_key and len(given) != len(current):
        number = given[-1][0] if given else 1
        errors.append(
            Problem(number, "–", f"Tabel berisi {len(given)} baris, sedangkan daftar ini {len(current)} baris.")
        )
    for order, (number, row) in enumerate(given):
        key = tuple(_norm(_get(row, column.path)) for column in keys)
        index = places.get(key, -1) if by_key else order
        if not 0 <= index < len(merged):
            if by_key:
                shown = " · ".join(_text(_get(row, column.path)) for column in keys)
                errors.append(Problem(number, keys[0].label, f"Baris “{shown[:80]}” tidak ada dalam daftar ini."))
            continue
        for column in writable:
            if column in found and _has(row, column.path):
                _put(merged[index], column.path, _get(row, column.path))
    return merged


def _indonesian(column: Column, cells: Sequence[Cell]) -> bool | None:
    """Whether `1.500` in this column means fifteen hundred: True, False, or None when nothing tells."""
    if not isinstance(column.field, NumberField | ExpressionField):
        return None
    texts = [_bare(cell) for cell in cells if isinstance(cell, str)]
    if any("," in text or text.count(".") > 1 for text in texts):
        return True
    if any("." in text and not _GROUPED.fullmatch(text) for text in texts):
        return False
    whole = isinstance(column.field, NumberField) and column.field.digits == 0
    if whole or column.field.properties.get("format") == "rupiah":
        return True
    return None


def _bare(text: str) -> str:
    text = re.sub(r"^\s*rp\.?", "", text.strip(), flags=re.IGNORECASE)
    return re.sub(r"[\s\u00a0%]", "", text).replace("\u2212", "-")


def _number(cell: Cell, indonesian: bool | None) -> Decimal:
    if isinstance(cell, Decimal):
        return _bounded(cell)
    if not isinstance(cell, str):
        raise CellError("harus berupa angka.")
    text = _bare(cell)
    negative = text.startswith("(") and text.endswith(")")
    if negative:
        text = "-" + text[1:-1]
    if _ENGLISH.fullmatch(text):
        return _bounded(Decimal(text.replace(",", "")))
    if _GROUPED.fullmatch(text):
        if text.count(".") == 1 and "," not in text and indonesian is None:
            whole, part = text.split(".")
            raise CellError(
                f"“{cell.strip()}” dapat dibaca {whole}{part} atau {whole},{part}. "
                "Tulis tanpa titik, atau dengan koma desimal."
            )
        if indonesian is not False or text.count(".") > 1 or "," in text:
            return _bounded(Decimal(text.replace(".", "").replace(",", ".")))
    if _PLAIN.fullmatch(text):
        return _bounded(Decimal(text.replace(",", ".")))
    raise CellError(f"“{cell.strip()[:40]}” bukan angka. Contoh: 84,5 atau 1.500.000.")


def _bounded(number: Decimal) -> Decimal:
    try:
        return Decimal(plain(number))
    except CanonicalError as error:
        raise CellError("angka terlalu panjang.") from error


def _choice(field: ChoiceField, cell: Cell, options: Sequence[Option]) -> Any:
    def one(text: str) -> Scalar:
        wanted = _norm(text)
        for option in options:
            if wanted in (_norm(option.label), _norm(option.value)):
                return option.value
        known = ", ".join(option.label for option in options[:8])
        raise CellError(f"“{text[:60]}” tidak ada dalam pilihan{': ' + known if known else ''}.")

    text = _text(cell)
    if field.many:
        return [one(part.strip()) for part in re.split(r"[;\n]", text) if part.strip()]
    return one(text)


def _moment(field: DateTimeField, cell: Cell) -> str:
    if field.subtype == "time":
        if isinstance(cell, time | datetime):
            return f"{cell:%H:%M}"
        match = re.fullmatch(r"(\d{1,2})[:.](\d{2})", _text(cell))
        if match and int(match[1]) < 24 and int(match[2]) < 60:
            return f"{int(match[1]):02}:{match[2]}"
        raise CellError("tulis jam seperti 09.30.")
    if field.subtype != "date":
        raise CellError("kolom ini tidak dapat diisi dari tabel.")
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    text = _text(cell)
    match = _DATE.fullmatch(text)
    try:
        day = date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text)
    except ValueError as error:
        raise CellError(f"“{text[:40]}” bukan tanggal. Tulis hari/bulan/tahun, misalnya 31/03/2026.") from error
    return day.isoformat()


def _text(cell: Any) -> str:
    if isinstance(cell, Decimal):
        return plain(_bounded(cell))
    if isinstance(cell, bool):
        return "Ya" if cell else "Tidak"
    if isinstance(cell, date | datetime):
        return tanggal(cell.date() if isinstance(cell, datetime) else cell)
    return "" if cell is None else str(cell).strip()


def _norm(value: Any) -> str:
    return re.sub(r"[\W_]+", "", _text(value)).casefold()


def _get(row: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = row
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _has(row: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    inner = _get(row, path[:-1]) if len(path) > 1 else row
    return isinstance(inner, Mapping) and path[-1] in inner


def _put(row: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        row[key] = dict(row.get(key) or {})
        row = row[key]
    row[path[-1]] = value
