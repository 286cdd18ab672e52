"""Reports on paper about what is on record: per instance what it was, how long its steps took, and every event.

The same report serves the PDF export and the archive bundle. It is made of plain words here and laid out by a template;
nothing in it depends on the hour of making unless who asks for it says so in `facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from bpmn.model import Process
from forms import indonesian
from forms.canonical import dumps
from process import audit
from process.records import Record
from service import pdf, timeline
from service.printing import templates

MOST_CHARACTERS = 300  # of one value: the rest is in the machine-readable forms
MOST_CHANGES = 40  # of one event, for the same reason
LIMITS = pdf.Limits(seconds=900, processor=600, memory=3 * 1024**3)
ERASED = "Isi peristiwa ini telah dihapus menurut hukum"


@dataclass(frozen=True, slots=True)
class Change:
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `at` in WIB with seconds; `more`: changes that are not listed."""

    number: int
    at: str
    text: str
    reason: str | None
    changes: tuple[Change, ...]
    more: int
    alert: bool


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain as far as it is in the report."""

    stream: str
    number: int
    digest: str


@dataclass(frozen=True)
class Table:
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    widths: tuple[int, ...] = ()  # percent


@dataclass(frozen=True)
class Section:
    """An instance, a process or the system: what it is, its diagram (`printing.picture`), its steps, its events."""

    title: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    picture: Markup | None = None
    caption: str = ""  # of the picture
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Report:
    """`created`: the instant that the PDF says it was made; `identifier`: hexadecimal, of what is reported."""

    title: str
    subtitle: str
    letterhead: Sequence[str]
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    heads: Sequence[Head]
    created: datetime
    identifier: str
    note: str = ""


@dataclass
class Names:
    """What the codes in events are called. `items`: item of a task by its id; `units`: names by code."""

    process: Process | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)


def render(report: Report) -> bytes:
    """The report as PDF/A. Raises pdf.PrintError when it takes more than its limits."""
    html = templates.get_template("print/report.html").render(report=report, faces=pdf.faces())
    return pdf.render(html, report.identifier, limits=LIMITS)


def line_of(record: Record, names: Names) -> Line:
    """An event as people read it: who they were when it happened, what they did, why, and what it changed."""
    reason = record.data.get("alasan") or record.data.get("catatan")
    changes, more = _changes(record.data)
    return Line(
        record.header.seq,
        at(record.at),
        said(record, names),
        clean(str(reason)) if reason else None,
        changes,
        more,
        record.type in timeline.ALERTS,
    )


def said(record: Record, names: Names) -> str:
    """The sentence of an event, as on the pages; of an event that has none, what its type is called."""
    if record.raw is None:
        return f"{audit.TYPES.get(record.type, record.type)}. {ERASED}."
    return clean(_sentence(record, names))


def _sentence(record: Record, names: Names) -> str:
    who = _who(record)
    telling = timeline.SENTENCES.get(record.type)
    plain = record.type == "document.written" and not record.data.get("koreksi")
    if telling is None or names.process is None or plain:
        return f"{who}: {audit.TYPES.get(record.type, record.type)}."
    item = record.data.get("item") or names.items.get(record.header.task or "")
    step = names.process.tasks.get(record.header.element or "")
    called = f"langkah {step.number} “{step.name}”" if step else "langkah"
    of = f" ({names.units.get(item, item)})" if item else ""
    text = telling(timeline.Telling(called, of, record.data, names.process, names.units, record.by.get("nama", "")))
    if record.type in timeline.IMPERSONAL:
        return text[0].upper() + text[1:] + "."
    return f"{who} {text}."


def _who(record: Record) -> str:
    name, title = str(record.by.get("nama", "")), record.by.get("jabatan")
    kind = timeline.KINDS.get(record.header.kind or "", "")
    full = " ".join(part for part in (kind, title) if part)
    return f"{name}, {full}," if full and full != name else name


def _changes(data: Mapping[str, Any]) -> tuple[tuple[Change, ...], int]:
    """Before and after per field: of documents as they were compared, of settings by their keys."""
    found: list[Change] = []
    total = 0
    rows = data.get("perubahan")
    if isinstance(rows, list):
        found = [
            Change(clean(str(row.get("isian", ""))), shown(row.get("sebelum")), shown(row.get("sesudah")))
            for row in rows
            if isinstance(row, dict)
        ]
        total = int(data.get("jumlah") or len(found))
    else:
        before, after = data.get("sebelum"), data.get("sesudah")
        if isinstance(before, dict) or isinstance(after, dict):
            old, new = before or {}, after or {}
            found = [Change(clean(key), shown(old.get(key)), shown(new.get(key))) for key in sorted({*old, *new})]
            total = len(found)
    return tuple(found[:MOST_CHANGES]), max(0, total - len(found[:MOST_CHANGES]))


def shown(value: Any) -> str:
    """A value of an event in words."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, (int, Decimal)):
        return indonesian.number(value)
    text = clean(value if isinstance(value, str) else dumps(value).decode())
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rstrip() + " …"


def clean(text: str) -> str:
    """Text without control characters and without those that turn the direction of what follows."""
    plain = "".join(c if c.isprintable() else " " for c in text if c not in _TURNING)
    return " ".join(plain.split())


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def at(moment: datetime | None) -> str:
    """`23 Nov 2026 10.18.05`, in WIB."""
    if moment is None:
        return "–"
    there = moment.astimezone(indonesian.WIB)
    return f"{there.day} {indonesian.MONTHS[there.month - 1][:3]} {there.year} {there:%H.%M.%S}"
