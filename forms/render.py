"""A document as read-only HTML, for pages and print: escaped, in Indonesian, lists as tables with repeated heads.

What `Form.load` left out because it was hidden stays out; a field that is merely absent (a blank format) shows empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from forms.display import text_of
from forms.fields import identity
from forms.form import Form
from forms.read_fields import read_options
from forms.schema import (
    UNSET,
    ChoiceField,
    Component,
    ExpressionField,
    Field,
    FilesField,
    Group,
    KeyPath,
    NumberField,
    Rows,
)
from forms.scope import get_at

NOTHING = "–"


def to_html(
    form: Form,
    data: Mapping[str, Any],
    *,
    attachments: Mapping[str, Any],
    only: Collection[str] | None = None,
) -> str:
    """The HTML of one document.

    Definition lists for single values, a section with a heading for a labelled group or list, a table with `<thead>`
    for a list, whose cells name their column too (`data-label`, for screens too narrow for a table). `attachments` are
    objects or mappings with `name` and perhaps `url`, by id: a link where a path on this server is given, else the
    name. `only` limits it to components with these top-level keys. Options out of data show their label when `data`
    holds the list they come from. Components with `print: no` are left out.
    """
    page = _Page(data, attachments, None if only is None else frozenset(only))
    return page.components(form.components, data, _Place((), 3, False))


@dataclass(frozen=True)
class _Place:
    """Where components stand: their path, the level of a heading there, and whether a condition is around them."""

    path: KeyPath
    level: int
    conditional: bool

    def inside(self, group: Group) -> _Place:
        return _Place(self.path + group.path, min(self.level + 1, 6), self.conditional or group.hide is not None)


@dataclass(frozen=True)
class _Page:
    data: Mapping[str, Any]
    attachments: Mapping[str, Any]
    only: frozenset[str] | None
    labels: dict[str, dict[Any, str]] = field(default_factory=dict)

    def components(self, components: Iterable[Component], data: Any, place: _Place) -> str:
        """Components one after another: neighbouring single values share a definition list."""
        parts: list[str] = []
        pairs: list[str] = []
        for component in components:
            if not _shown(component):
                continue
            block = ""
            if isinstance(component, Group):
                block = self.components(component.components, data, place.inside(component))
            elif isinstance(component, (Field, Rows)) and self._wanted(place.path + component.path):
                value = get_at(data, place.path + component.path)
                # Hidden fields are absent from stored data; without a condition, absent just means empty.
                if value is UNSET and (place.conditional or component.hide is not None):
                    continue
                if isinstance(component, Field):
                    pairs.append(self._pair(component, value))
                    continue
                block = self._table(component, value, min(place.level + 1, 6))
            if block:
                parts += _definitions(pairs)
                pairs = []
                parts.append(_section(component.label, block, place.level))
        return "".join(parts + _definitions(pairs))

    def _wanted(self, path: KeyPath) -> bool:
        return self.only is None or path[0] in self.only

    def _pair(self, component: Field, value: Any) -> str:
        return f"<div><dt>{escape(_label(component))}</dt><dd>{self._value(component, value) or NOTHING}</dd></div>"

    def _table(self, component: Rows, value: Any, level: int) -> str:
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        columns = [
            (path, column)
            for path, column, conditional in _columns(component.components, _Place((), level, False))
            if not conditional or any(get_at(row, path) is not UNSET for row in rows)
        ]
        if not columns:
            return ""
        head = "".join(f'<th scope="col"{_kind(column)}>{escape(_label(column))}</th>' for _, column in columns)
        body = "".join(
            f'<tr><td class="nomor">{number}</td>'
            + "".join(
                f'<td{_kind(column)} data-label="{escape(_label(column))}">'
                f"{self._cell(column, get_at(row, path), level)}</td>"
                for path, column in columns
            )
            + "</tr>"
            for number, row in enumerate(rows, 1)
        )
        if not rows:
            body = f'<tr><td class="kosong" colspan="{len(columns) + 1}">Tidak ada baris.</td></tr>'
        return (
            '<table class="dokumen-tabel"><thead><tr><th scope="col" class="nomor">No.</th>'
            f"{head}</tr></thead><tbody>{body}</tbody></table>"
        )

    def _cell(self, component: Field | Rows, value: Any, level: int) -> str:
        if isinstance(component, Rows):
            return self._table(component, value, level) if isinstance(value, list) and value else ""
        return self._value(component, value)

    def _value(self, component: Field, value: Any) -> str:
        if isinstance(component, FilesField):
            return self._files(value)
        if isinstance(component, ChoiceField):
            value = self._choice(component, value)
        return _lines(text_of(component, value))

    def _choice(self, component: ChoiceField, value: Any) -> Any:
        labels = self.labels.get(component.id)
        if labels is None:
            options = component.options.values
            if options is None and component.options.key is not None:
                options = read_options(self.data.get(component.options.key))
            labels = self.labels[component.id] = {identity(o.value): o.label for o in options or ()}
        if isinstance(value, list):
            return [labels.get(identity(one), one) for one in value]
        return labels.get(identity(value), value)

    def _files(self, value: Any) -> str:
        names = []
        for attachment_id in value if isinstance(value, list) else []:
            found = self.attachments.get(attachment_id) if isinstance(attachment_id, str) else None
            name, url = _part(found, "name"), _part(found, "url")
            shown = escape(name if isinstance(name, str) and name else "Lampiran")
            # Only paths on this server: a foreign scheme or host never becomes a link.
            if isinstance(url, str) and url.startswith("/") and not url.startswith(("//", "/\\")):
                shown = f'<a href="{escape(url)}">{shown}</a>'
            names.append(f"<li>{shown}</li>")
        return f'<ul class="dokumen-lampiran">{"".join(names)}</ul>' if names else ""


def _columns(components: Iterable[Component], place: _Place) -> Iterable[tuple[KeyPath, Field | Rows, bool]]:
    """Path, component and whether it can be hidden, of every column of a table."""
    for component in components:
        if not _shown(component):
            continue
        if isinstance(component, Group):
            yield from _columns(component.components, place.inside(component))
        elif isinstance(component, (Field, Rows)):
            yield place.path + component.path, component, place.conditional or component.hide is not None


def _shown(component: Component) -> bool:
    """A computed value without a label carries data from step to step; nobody is meant to read it."""
    return component.printed and not (isinstance(component, ExpressionField) and not component.label)


def _definitions(pairs: list[str]) -> list[str]:
    return [f'<dl class="dokumen-isian">{"".join(pairs)}</dl>'] if pairs else []


def _section(label: str, block: str, level: int) -> str:
    heading = f"<h{level}>{escape(label)}</h{level}>" if label else ""
    return f'<section class="dokumen-bagian">{heading}{block}</section>'


def _label(component: Field | Rows) -> str:
    return component.label or component.path[-1]


def _kind(component: Field | Rows) -> str:
    """A class for columns of figures, which are set flush right."""
    figures = isinstance(component, NumberField) or (
        isinstance(component, ExpressionField) and component.properties.get("format") in ("rupiah", "persen")
    )
    return ' class="angka"' if figures else ""


def _part(attachment: Any, name: str) -> Any:
    return attachment.get(name) if isinstance(attachment, Mapping) else getattr(attachment, name, None)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
