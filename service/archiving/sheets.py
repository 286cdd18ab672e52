"""The newest form data of an instance as a workbook: a table per document, and one per list in it.

Made of the data alone: the same data make the same bytes. What a cell cannot hold exactly (numbers of more than fifteen
digits) is text; nothing that people wrote becomes a formula.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter

from forms.canonical import dumps, plain
from forms.display import text_of
from forms.fields import identity
from forms.schema import ChoiceField, Component, DateTimeField, Field, FilesField, Group, KeyPath, Rows
from forms.scope import get_at
from service.cells import MOST_CHARACTERS, fitted
from service.words import waktu

if TYPE_CHECKING:
    from process.bundle import Bundle, Document

EXACT_DIGITS = 15
WHOLE = "utuh dalam berkas JSON"


@dataclass(frozen=True)
class Column:
    label: str
    path: KeyPath
    component: Field


@dataclass
class _Book:
    book: Any
    head: Any
    day: Any
    wrap: Any
    names: set[str] = field(default_factory=set)

    def sheet(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """A table with a frozen head and filters."""
        made = self.book.add_worksheet(self._name(title))
        for number, text in enumerate(heads):
            made.write_string(0, number, text[:MOST_CHARACTERS], self.head)
            width = max([len(text), *(_width(row[number]) for row in rows)])
            made.set_column(number, number, min(max(width + 2, 8), 60))
        for line, row in enumerate(rows, 1):
            for number, value in enumerate(row):
                self._cell(made, line, number, value)
        made.freeze_panes(1, 0)
        made.autofilter(0, 0, max(len(rows), 1), len(heads) - 1)

    def _cell(self, sheet: Any, line: int, number: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_boolean(line, number, value)
        elif isinstance(value, (int, Decimal)):
            sheet.write_number(line, number, value)
        elif isinstance(value, date):
            sheet.write_datetime(line, number, value, self.day)
        else:
            sheet.write_string(line, number, fitted(str(value), WHOLE), self.wrap)

    def _name(self, title: str) -> str:
        """A name of a sheet: at most 31 characters, none that is forbidden, and only once."""
        plain_title = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", title).strip("' ") or "Lembar"
        name, again = plain_title[:31].rstrip("' "), 1
        while name.lower() in self.names:
            again += 1
            name = f"{plain_title[: 31 - len(f' ({again})')].rstrip()} ({again})"
        self.names.add(name.lower())
        return name


def workbook(bundle: Bundle) -> bytes:
    """The workbook: a list of all document versions, then the newest data of each document."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": bundle.instance.title, "created": bundle.finished.astimezone(UTC).replace(tzinfo=None)}
    )
    made = _Book(
        book,
        book.add_format({"bold": True, "bg_color": "#ECEFF3", "border": 1}),
        book.add_format({"num_format": "dd/mm/yyyy", "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    made.sheet("Daftar", ("Dokumen", "Unit", "Versi", "Keadaan", "Ditulis", "Oleh", "Jabatan", "Sidik SHA-256"), [
        (one.name, bundle.unit(one.version.item), one.version.number, one.version.state, waktu(one.version.written_at),
         one.by.get("nama"), one.by.get("jabatan"), one.version.digest)
        for one in bundle.documents
    ])  # fmt: skip
    for number, documents in enumerate(_newest(bundle), 1):
        _document(made, bundle, number, documents)
    book.close()
    return target.getvalue()


def _newest(bundle: Bundle) -> list[list[Document]]:
    """The newest version of each document by key, one per item, in the order of their first writing."""
    found: dict[str, dict[str, Document]] = {}
    for one in bundle.documents:
        found.setdefault(one.version.key, {})[one.version.item or ""] = one
    return [[items[item] for item in sorted(items)] for items in found.values()]


def _document(made: _Book, bundle: Bundle, number: int, documents: Sequence[Document]) -> None:
    """One table of the single values, a row per unit; one table per list, its rows of all units."""
    per_item = any(one.version.item for one in documents)
    before = ("Unit",) if per_item else ()
    singles, lists = _shape(documents)
    title = f"{number} {documents[0].name}"
    if singles:
        heads = (*before, *(one.label for one in singles))
        made.sheet(title, heads, [
            (*_of_item(bundle, one, per_item), *(_value(column, one.data, one.data) for column in singles))
            for one in documents
        ])  # fmt: skip
    for label, path, columns in lists:
        rows = [
            (*_of_item(bundle, one, per_item), line, *(_value(column, row, one.data) for column in columns))
            for one in documents
            for line, row in enumerate(_rows(one.data, path), 1)
        ]
        made.sheet(f"{number} {label}", (*before, "No.", *(one.label for one in columns)), rows)


def _of_item(bundle: Bundle, one: Document, per_item: bool) -> tuple[str, ...]:
    return (bundle.unit(one.version.item),) if per_item else ()


def _shape(documents: Sequence[Document]) -> tuple[list[Column], list[tuple[str, KeyPath, list[Column]]]]:
    """Columns of the single values and of the lists, over the forms of all these documents."""
    singles: dict[KeyPath, Column] = {}
    lists: dict[KeyPath, tuple[str, dict[KeyPath, Column]]] = {}
    for one in documents:
        for path, component in walk(one.form.components, ()):
            if isinstance(component, Field):
                singles.setdefault(path, Column(component.label or ".".join(path), path, component))
            elif isinstance(component, Rows):
                columns = lists.setdefault(path, (component.label or ".".join(path), {}))[1]
                for inner, cell in walk(component.components, ()):
                    if isinstance(cell, Field):
                        columns.setdefault(inner, Column(cell.label or ".".join(inner), inner, cell))
    tables = [(label, path, list(columns.values())) for path, (label, columns) in lists.items() if columns]
    return list(singles.values()), tables


def walk(components: Sequence[Component], path: KeyPath) -> Iterator[tuple[KeyPath, Component]]:
    for component in components:
        if isinstance(component, Group):
            yield from walk(component.components, path + component.path)
        elif isinstance(component, (Field, Rows)):
            yield path + component.path, component


def _rows(data: Mapping[str, Any], path: KeyPath) -> list[Any]:
    found = get_at(data, path)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _value(column: Column, scope: Any, data: Mapping[str, Any]) -> Any:
    """What a cell holds: numbers and dates as such, of a choice its label, of a file its id, else text."""
    value = get_at(scope, column.path)
    component = column.component
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return value if len(value.normalize().as_tuple().digits) <= EXACT_DIGITS else plain(value)
    if isinstance(component, DateTimeField) and component.subtype == "date" and isinstance(value, str):
        return _day(value)
    if isinstance(component, ChoiceField) and not component.many and component.options.values is not None:
        labels = {identity(one.value): one.label for one in component.options.values}
        return labels.get(identity(value), text_of(component, value)) if not isinstance(value, list) else str(value)
    if isinstance(component, FilesField) and isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, (dict, list)):
        return dumps(value).decode() if value else None
    return value if isinstance(value, str) else None


def _day(text: str) -> Any:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return datetime(found.year, found.month, found.day) if found.year >= 1900 else text  # noqa: DTZ001 - a date


def _width(value: Any) -> int:
    return max((len(line) for line in str(value).splitlines()), default=0) if value is not None else 0
