"""Reports on paper about what is on record: per instance what it was, how long its steps took, and every event.

The same report serves the PDF export and the archive bundle. It is made of plain words here and laid out by a template;
nothing in it depends on the hour of making unless who asks for it says so in `facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from forms import indonesian
from process.records import Record
from service import pdf, telling, timeline
from service.printing import templates
from service.telling import Context

MOST_CHANGES = 40  # of one event: all of them are in the machine-readable forms
LIMITS = pdf.Limits(seconds=900, processor=600, memory=3 * 1024**3)


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


def render(report: Report) -> bytes:
    """The report as PDF/A. Raises pdf.PrintError when it takes more than its limits."""
    return pdf.render(html_of(report), report.identifier, limits=LIMITS)


def html_of(report: Report) -> str:
    """The page that is laid out."""
    return templates.get_template("print/report.html").render(report=report, faces=pdf.faces())


def line_of(record: Record, context: Context) -> Line:
    """An event as people read it: who they were when it happened, what they did, why, and what it changed."""
    told = telling.line(record, context)
    changes = [Change(*(clean(part) for part in (one.label, one.before, one.after))) for one in told["changes"]]
    return Line(
        record.header.seq,
        at(record.at),
        clean(_said(record, told, context)),
        clean(told["reason"]) if told["reason"] else None,
        tuple(changes[:MOST_CHANGES]),
        told["more"] + max(0, len(changes) - MOST_CHANGES),
        told["alert"],
    )


def _said(record: Record, told: Mapping[str, Any], context: Context) -> str:
    """The sentence of an event as in the history of an instance; of one that has none, what it is called and about."""
    if told["gone"]:
        return f"{told['name']}. {told['gone']}"
    sentence = timeline.SENTENCES.get(record.type)
    uncorrected = record.type == "document.written" and not record.data.get("koreksi")
    if sentence is None or context.version is None or uncorrected:
        about = f", {told['subject']}" if told["subject"] else ""
        return f"{told['who']}: {told['name']}{about}."
    place = context.tasks.get(record.header.task or "")
    step = telling.step_of(context.version, told["element"], place) or "langkah"
    item = record.data.get("item") or (place.item if place is not None else None)
    of = f" ({context.units.get(item, item)})" if item else ""
    process = context.version.process
    text = sentence(
        timeline.Telling(
            step[0].lower() + step[1:], of, record.data, process, context.units, str(record.by.get("nama"))
        )
    )
    if record.type in timeline.IMPERSONAL:
        return text[0].upper() + text[1:] + "."
    who = told["who"]
    return f"{who}{',' if ', ' in who else ''} {text}."


def clean(text: str) -> str:
    """Text on one line, without control characters and without those that turn the direction of what follows."""
    plain = "".join(c if c.isprintable() else " " for c in text if c not in _TURNING)
    return " ".join(plain.split())


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
templates.filters["clean"] = clean


def at(moment: datetime | None) -> str:
    """`23 Nov 2026 10.18.05`, in WIB."""
    if moment is None:
        return "–"
    there = moment.astimezone(indonesian.WIB)
    return f"{there.day} {indonesian.MONTHS[there.month - 1][:3]} {there.year} {there:%H.%M.%S}"
