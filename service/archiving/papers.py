"""The papers of an archive bundle: its cover sheet (lembar berkas) and the audit trail to read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bpmn.picture import Mark
from forms.canonical import dumps
from forms.display import text_of
from forms.fields import identity
from forms.schema import ChoiceField, Field
from process.clock import instant_or_none
from process.inspection import TaskPlace
from service import pdf, report
from service.archiving import sheets
from service.archiving.bag import Entry
from service.printing import picture, templates
from service.telling import Context
from service.words import tanggal, ukuran, waktu

if TYPE_CHECKING:
    from process.bundle import Bundle, Document

PER_REPORT = 2_000  # events in one PDF of the trail: a longer one comes in parts

# What archivists ask of a file, under the keys that a form asks it with.
PARTICULARS: Mapping[str, tuple[str, str]] = {
    "nomor_berkas": ("Nomor berkas", ""),
    "nomor_item": ("Nomor item", ""),
    "kode_klasifikasi": ("Kode klasifikasi", ""),
    "uraian": ("Uraian", ""),
    "jumlah_salinan": ("Jumlah salinan kertas", ""),
    "retensi_aktif": ("Retensi aktif", " tahun"),
    "retensi_inaktif": ("Retensi inaktif", " tahun"),
    "nasib_akhir": ("Nasib akhir", ""),
    "lokasi_elektronik": ("Tempat arsip elektronik", ""),
    "lokasi_kertas": ("Tempat arsip kertas", ""),
    "keterangan": ("Keterangan", ""),
}


@dataclass(frozen=True)
class Particulars:
    """What the office recorded about the file; `document`: where, None when no form asked for it."""

    document: Document | None

    def told(self) -> dict[str, Any]:
        """The values by key."""
        data = self.document.data if self.document else {}
        return {key: data[key] for key in PARTICULARS if key in data}

    def text(self, key: str) -> str:
        """One value in words, empty when it is not known."""
        if self.document is None:
            return ""
        value = self.document.data.get(key)
        component = dict(sheets.walk(self.document.form.components, ())).get((key,))
        if isinstance(component, ChoiceField) and component.options.values is not None:
            labels = {identity(one.value): one.label for one in component.options.values}
            return labels.get(identity(value), str(value or ""))
        text = text_of(component, value) if isinstance(component, Field) else str(value or "")
        return f"{text}{PARTICULARS[key][1]}" if text else ""


def particulars(bundle: Bundle) -> Particulars:
    """From the newest document that says most of it; none when none says a classification or a place."""
    best: Document | None = None
    most = 0
    for one in bundle.documents:
        known = sum(one.data.get(key) not in (None, "") for key in PARTICULARS)
        if ("kode_klasifikasi" in one.data or "lokasi_kertas" in one.data) and known >= most:
            best, most = one, known
    return Particulars(best)


def cover(bundle: Bundle, payload: Sequence[Entry]) -> bytes:
    """The cover sheet, with the digests of all that is in the bundle before it."""
    one, process = bundle.instance, bundle.version.process
    known = particulars(bundle)
    head = bundle.records[-1].header
    told = [(name, known.text(key)) for key, (name, _) in PARTICULARS.items()]
    told.insert(4, ("Tanggal", f"{tanggal(one.started)} – {tanggal(bundle.finished)}"))
    told.insert(5, ("Jumlah", _amount(bundle)))
    html = templates.get_template("print/cover.html").render(
        title=one.title,
        letterhead=process.identity.instansi or (bundle.unit(one.owner_unit),),
        created=bundle.finished.isoformat(timespec="seconds"),
        faces=pdf.faces(),
        particulars=[(name, report.clean(value)) for name, value in told],
        facts=facts(bundle),
        items=_items(bundle, known),
        signatures=_signatures(bundle),
        heads=[report.Head(bundle.records[-1].stream, head.seq, head.hash.hex())],
        checksums=report.Table(
            ("Berkas", "Ukuran", "Sidik SHA-256"),
            tuple((entry.path.removeprefix("data/"), ukuran(entry.size), entry.sha256) for entry in payload),
            widths=(38, 10, 52),
        ),
    )
    return pdf.render(html, _identifier(bundle, "lembar"), limits=report.LIMITS)


def trail(bundle: Bundle) -> Iterator[bytes]:
    """The report of the record; several when it is very long."""
    tasks = [step.task for step in bundle.steps]
    places = {task.id: TaskPlace(task.element, task.item or None, task.pass_, task.number, task.name) for task in tasks}
    context = Context(bundle.units, places, bundle.version)
    lines = [report.line_of(record, context) for record in bundle.records]
    parts = range(0, len(lines), PER_REPORT)
    for begin in parts:
        some = lines[begin : begin + PER_REPORT]
        head = bundle.records[begin + len(some) - 1].header
        first = begin == 0
        more = f" (bagian {begin // PER_REPORT + 1} dari {len(parts)})" if len(parts) > 1 else ""
        section = report.Section(
            "Pelaksanaan",
            facts(bundle),
            some,
            picture=_picture(bundle) if first else None,
            caption=f"Diagram proses versi {bundle.version.number}, langkah yang dilalui dan terlambat ditandai",
            tables=(steps(bundle),) if first else (),
        )
        yield report.render(
            report.Report(
                title=f"Jejak Audit{more}",
                subtitle=bundle.instance.title,
                letterhead=bundle.version.process.identity.instansi,
                facts=(),
                sections=(section,),
                heads=(report.Head(bundle.records[-1].stream, head.seq, head.hash.hex()),),
                created=bundle.finished,
                identifier=_identifier(bundle, f"jejak-{begin}"),
                note="Waktu dalam WIB. Nama dan jabatan sebagaimana ketika peristiwa terjadi. Jejak yang sama, dengan "
                "sidik tiap peristiwa, ada dalam jejak-audit.jsonl.",
            )
        )


def facts(bundle: Bundle) -> list[tuple[str, str]]:
    """What the instance was."""
    one, process = bundle.instance, bundle.version.process
    versions = ", ".join(str(version.number) for version in bundle.versions)
    more = len(bundle.versions) > 1
    starter = f"{one.starter_name}, {one.starter_title}" if one.starter_title != one.starter_name else one.starter_name
    found = [
        ("Judul", one.title),
        ("Proses", process.name),
        ("Nomor SOP", process.identity.nomor),
        ("Versi proses", f"{versions} (berakhir pada versi {bundle.version.number})" if more else versions),
        ("Kunci", f"{one.business_key} (ke-{one.ordinal})" if one.ordinal > 1 else one.business_key),
        ("Unit pemilik", bundle.unit(one.owner_unit)),
        ("Dimulai", f"{waktu(one.started)} oleh {starter}"),
        ("Selesai", waktu(bundle.finished)),
        ("Nomor pelaksanaan", one.id),
    ]  # fmt: skip
    return [(name, report.clean(value)) for name, value in found]


def steps(bundle: Bundle) -> report.Table:
    """Every task with its instants as recorded: none of them changes when a calendar does."""
    definitions = {task.id: task for version in bundle.versions for task in version.process.tasks.values()}
    rows = []
    for step in bundle.steps:
        task = step.task
        standard = definitions[task.element].mutu_baku.waktu if task.element in definitions else ""
        late = task.late is not None or (
            task.due is not None and task.completed is not None and task.due < task.completed
        )
        state = "tidak menyampaikan" if task.skipped else "terlambat" if late else "tepat waktu" if task.due else "–"
        unit = bundle.unit(task.item or task.unit)
        again = f", lintasan ke-{task.pass_}" if task.pass_ > 1 else ""
        rows.append((
            f"{task.number}. {report.clean(task.name)}{again}",
            report.clean(f"{step.by.get('nama', '–')} ({unit})"),
            standard or "–",
            *(report.at(instant_or_none(value)) for value in (task.available, task.claimed, task.completed, task.due)),
            state,
        ))  # fmt: skip
    return report.Table(
        ("Langkah", "Oleh", "Waktu baku", "Tersedia", "Diambil", "Selesai", "Batas waktu", "Keadaan"),
        tuple(rows),
        "Langkah",
        (22, 16, 8, 11, 11, 11, 11, 10),
    )


def _picture(bundle: Bundle) -> Markup:
    visited = {element: Mark("visited") for element in bundle.instance.visited}
    late = {step.task.element: Mark("late") for step in bundle.steps if step.task.late is not None}
    return picture(bundle.version.process.xml, marks={**visited, **late}, title=bundle.version.process.name)


def _amount(bundle: Bundle) -> str:
    return (
        f"{len(bundle.documents)} versi dokumen, {len(bundle.files)} lampiran, {len(bundle.prints)} cetakan, "
        f"{len(bundle.records)} peristiwa"
    )


def _items(bundle: Bundle, known: Particulars) -> report.Table:
    """The items of the file: the newest version of each document, print-outs, attachments."""
    code = report.clean(known.text("kode_klasifikasi"))
    newest: dict[tuple[str, str | None], Document] = {}
    for one in bundle.documents:
        newest[one.version.key, one.version.item] = one
    rows: list[tuple[str, str, str, str]] = []
    for one in newest.values():
        of = f", {bundle.unit(one.version.item)}" if one.version.item else ""
        state = f" ({one.version.state})" if one.version.state else ""
        about = f"versi {one.version.number}"
        rows.append((f"{one.name}{of}{state}", tanggal(one.version.written_at), "1 dokumen", f"data isian, {about}"))
    for printed in bundle.prints:
        of = f", {bundle.unit(printed.document.item)}" if printed.document.item else ""
        state = f" ({printed.document.state})" if printed.document.state else ""
        made = tanggal(printed.document.written_at)
        rows.append((f"{printed.printout.title}{of}{state}", made, ukuran(printed.printout.size or 0), "cetakan PDF/A"))
    for file in bundle.files:
        step = f"lampiran langkah {file.number}" if file.number else "lampiran permintaan"
        rows.append((file.attachment.name, tanggal(file.at), ukuran(file.attachment.size), step))
    return report.Table(
        ("No. item", "Klasifikasi", "Uraian", "Tanggal", "Jumlah", "Keterangan"),
        tuple((str(n), code or "–", *(report.clean(cell) for cell in row)) for n, row in enumerate(rows, 1)),
        widths=(8, 13, 37, 16, 11, 15),
    )


def _signatures(bundle: Bundle) -> report.Table:
    kinds = {"paraf": "Paraf", "tandatangan": "Tanda tangan"}
    rows = [
        (
            f"{kinds.get(one.kind, one.kind)} ({one.label})", f"{document.name} versi {document.version.number}",
            f"{one.name}, {one.title}" if one.title and one.title != one.name else one.name, waktu(one.at),
        )
        for document in bundle.documents
        for one in document.signatures
    ]  # fmt: skip
    return report.Table(
        ("Jenis", "Dokumen", "Oleh", "Pada"),
        tuple(tuple(report.clean(cell) for cell in row) for row in rows),
        widths=(24, 28, 26, 22),
    )


def _identifier(bundle: Bundle, what: str) -> str:
    """Names a PDF by what it is of: the instance, the end of its chain, and which paper."""
    told = [bundle.instance.id, bundle.records[-1].header.hash.hex(), what]
    return hashlib.sha256(dumps(told)).hexdigest()[:32]
