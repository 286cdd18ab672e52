"""The record as a report on paper: per instance what it was, its diagram, how long its steps took, its events.

Everything is held at once, because pages refer to their number; so it takes a few thousand events at most.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import BinaryIO

from bpmn.picture import Mark
from forms.canonical import dumps
from process.durations import StepTime
from process.inspection import InstanceTrail
from process.model import AUDITOR, Actor, AuditEvent
from process.records import Record
from service import report
from service.exporting.source import ExportError, Source, Told
from service.pdf import PrintError
from service.printing import picture
from service.showing import OUTCOMES, STATES
from service.telling import Context
from service.words import baku, kerja, waktu

WHOLE = 40  # instances in one report up to which each has its diagram and the times of its steps


def write(out: BinaryIO, source: Source, told: Told) -> int:
    """Lay out everything selected and write the PDF. Raises ExportError when it takes more than its limits."""
    made = report_of(source, told)
    try:
        out.write(report.render(made))
    except PrintError as error:
        raise ExportError(f"Laporan PDF tidak dapat dibuat: {error}. Persempit pilihannya.") from error
    return sum(len(one.lines) for one in made.sections)


def report_of(source: Source, told: Told) -> report.Report:
    """The report of everything selected."""
    streams: dict[str, list[Record]] = {}
    for chunk in source.selected():
        for record in chunk:
            streams.setdefault(record.stream, []).append(record)
    whole = sum(records[0].instance is not None for records in streams.values()) <= WHOLE
    done, sections = 0, []
    for records in streams.values():
        sections.append(_section(source, records, whole))
        done += len(records)
        told(done)
    return _report(source, streams, sections, source.records.heads(source.selection, upto=source.upto), whole)


def _report(
    source: Source,
    streams: Mapping[str, list[Record]],
    sections: list[report.Section],
    heads: list[AuditEvent],
    whole: bool,
) -> report.Report:
    records = [record for some in streams.values() for record in some]
    names = {some[0].header.stream: name for name, some in streams.items()}
    ends = [report.Head(names[one.stream], one.seq, one.hash.hex()) for one in heads]
    facts = [
        *source.about,
        ("Banyaknya", f"{len(records)} peristiwa"),
        ("Pelaksanaan", str(sum(some[0].instance is not None for some in streams.values()))),
        ("Pegawai", str(len({one.header.actor for one in records} - {None}))),
        ("Peristiwa pertama", waktu(min((one.at for one in records), default=None))),
        ("Peristiwa terakhir", waktu(max((one.at for one in records), default=None))),
        ("Dibuat oleh", source.by),
        ("Dibuat pada", waktu(source.at)),
    ]
    said = [source.by, source.at.isoformat(), source.selection.plain(), [one.digest for one in ends]]
    return report.Report(
        title="Laporan Jejak Audit",
        subtitle="",
        letterhead=(),
        facts=[(name, report.clean(value)) for name, value in facts],
        sections=sections,
        heads=ends,
        created=source.at,
        identifier=hashlib.sha256(dumps(said)).hexdigest(),
        note="Waktu dalam WIB. Nama dan jabatan sebagaimana ketika peristiwa terjadi. "
        + ("" if whole else f"Diagram dan waktu tiap langkah dimuat sampai {WHOLE} pelaksanaan dalam satu laporan. ")
        + "Untuk pembuktian gunakan ekspor JSON Lines.",
    )


def _section(source: Source, records: list[Record], whole: bool) -> report.Section:
    first = records[0]
    if first.instance is None:
        process = first.process
        name = f"Proses {source.naming.processes.get(process, process)}" if process else "Seluruh kantor"
        context = Context(source.naming.units)
        return report.Section(name, (), [report.line_of(one, context) for one in records])
    actor = Actor(None, source.by, system_roles=frozenset({AUDITOR}), source="job")
    trail = source.inspection.instance(first.instance, actor)
    context = Context(source.naming.units, trail.tasks, trail.version)
    drawn = picture(trail.version.process.xml, marks=_marks(trail), title=trail.version.process.name) if whole else None
    return report.Section(
        trail.instance.title,
        _facts(source, trail),
        [report.line_of(one, context) for one in records],
        picture=drawn,
        caption=f"Diagram proses versi {trail.version.number}, langkah yang dilalui dan terlambat ditandai",
        tables=(_times(source, trail),) if whole else (),
    )


def _facts(source: Source, trail: InstanceTrail) -> list[tuple[str, str]]:
    one = trail.instance
    ended = [("Berakhir", waktu(one.finished))] if one.finished else []
    found = [
        ("Proses", f"{trail.version.process.name}, versi {trail.version.number}"),
        ("Kunci", f"{one.business_key} (ke-{one.ordinal})" if one.ordinal > 1 else one.business_key),
        ("Unit pemilik", source.naming.units.get(one.owner_unit, one.owner_unit)),
        ("Keadaan", STATES[one.state][0]),
        ("Dimulai", f"{waktu(one.started)} oleh {one.starter_name}"),
        *ended,
        ("Nomor pelaksanaan", one.id),
    ]
    return [(name, report.clean(value)) for name, value in found]


def _times(source: Source, trail: InstanceTrail) -> report.Table:
    return report.Table(
        ("Langkah", "Oleh", "Standar", "Menunggu", "Dikerjakan", "Terlambat", "Selesai"),
        tuple(_time(source, trail, one) for one in trail.times),
        "Waktu tiap langkah, dalam waktu kerja",
        (28, 18, 10, 11, 11, 11, 11),
    )


def _time(source: Source, trail: InstanceTrail, one: StepTime) -> tuple[str, ...]:
    again = f", lintasan ke-{one.pass_}" if one.pass_ > 1 else ""
    unit = source.naming.units.get(one.item or one.unit, one.item or one.unit)
    by = trail.done_by.get(one.task_id)
    return (
        f"{one.number}. {report.clean(one.name)}{again}",
        report.clean(f"{by}, {unit}" if by else unit),
        baku(one.standard),
        kerja(one.waiting),
        kerja(one.working) if one.working is not None else "–",
        kerja(one.late_by) if one.late_by is not None else "–",
        report.at(one.ended) if one.outcome == "done" else OUTCOMES[one.outcome][0].lower(),
    )


def _marks(trail: InstanceTrail) -> dict[str, Mark]:
    """Passed and late steps, and where the work stands."""
    marks = {element: Mark("visited") for element in trail.instance.visited}
    marks.update({one.element: Mark("current") for one in trail.times if one.ended is None})
    marks.update({one.element: Mark("late", kerja(one.late_by)) for one in trail.times if one.late_by is not None})
    return marks
