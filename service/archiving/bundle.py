"""What an archive bundle holds, and under which names.

The order is fixed, names are made of what is archived, and nothing in it says when or by whom the bundle was made: its
dates are those of the finish.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpmn.picture import to_svg
from forms.canonical import dumps
from forms.indonesian import WIB
from process.errors import FileLost
from service.archiving import papers, sheets
from service.archiving.bag import BagWriter, Entry, safe_name
from service.exporting.jsonl import lines

if TYPE_CHECKING:
    from process.archive import Archive
    from process.bundle import Bundle, Document, Step
    from process.definitions import Version

LAYOUT = 1  # of the bundle, as docs/archive.md describes it; a new one gets a new number
TRAIL = "jejak-audit/jejak-audit.jsonl"
INDEX = "berkas.json"
COVER = "lembar-berkas.pdf"
AGENT = "Alur (susunan berkas arsip versi 1)"


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that was written: its size in bytes and its hexadecimal SHA-256."""

    size: int
    sha256: str


def file_name(bundle: Bundle) -> str:
    """What the bundle is called when it is kept: telling, and unlike every other."""
    one = bundle.instance
    again = f"-{one.ordinal}" if one.ordinal > 1 else ""
    return f"berkas-{safe_name(one.process_id)}-{safe_name(one.business_key)}{again}-{one.id}"


def write(bundle: Bundle, archive: Archive, part: Path) -> Made:
    """Write the bundle into the new file `part`. Raises FileLost, PrintError, and OSError of the disk; then a half file
    may be left."""
    with BagWriter(part, file_name(bundle), bundle.finished) as bag:
        index = _Index(bundle, archive, bag)
        index.versions()
        index.documents()
        index.files()
        index.prints()
        index.trail()
        bag.add(INDEX, dumps(index.told()) + b"\n")
        bag.add(COVER, papers.cover(bundle, bag.payload))
        bag.close(_info(bundle))
    with part.open("rb") as content:
        return Made(part.stat().st_size, hashlib.file_digest(content, "sha256").hexdigest())


def _info(bundle: Bundle) -> dict[str, str]:
    one = bundle.instance
    day = bundle.finished.astimezone(WIB).date().isoformat()
    return {
        "Source-Organization": ", ".join(bundle.version.process.identity.instansi) or bundle.unit(one.owner_unit),
        "External-Description": f"{bundle.version.process.name}: {one.title}",
        "External-Identifier": one.id,
        "Bag-Group-Identifier": f"{one.process_id}/{one.owner_unit}/{one.business_key}",
        "Internal-Sender-Description": "Berkas arsip satu pelaksanaan yang selesai. Cara memeriksanya: alur archive "
        "verify, atau sha256sum -c manifest-sha256.txt.",
        "Bagging-Date": day,
        "Bag-Software-Agent": AGENT,
    }


@dataclass
class _Index:
    """Writes the parts into the bag, and remembers them for `berkas.json`."""

    bundle: Bundle
    archive: Archive
    bag: BagWriter

    def __post_init__(self) -> None:
        self.parts: dict[str, Any] = {"versi": [], "dokumen": [], "lampiran": [], "cetakan": []}

    def versions(self) -> None:
        """Diagram, drawing and forms of every version that it ran on, byte for byte as published."""
        for version in self.bundle.versions:
            folder = f"proses/versi-{version.number}"
            process = version.process
            diagram = self.bag.add(f"{folder}/diagram.bpmn", process.xml)
            drawing = self.bag.add(f"{folder}/diagram.svg", self._picture(version))
            forms = {
                form_id: self.bag.add(f"{folder}/formulir/{safe_name(form_id)}.form", form.source).path
                for form_id, form in sorted(version.forms.items())
            }
            self.parts["versi"].append({
                "nomor": version.number,
                "sidik": version.digest,
                "nama": process.name,
                "nomor_sop": process.identity.nomor,
                "diagram": diagram.path,
                "gambar": drawing.path,
                "formulir": forms,
                "terakhir": version is self.bundle.version,
            })  # fmt: skip

    def _picture(self, version: Version) -> bytes:
        return to_svg(version.process.xml, title=version.process.name)

    def documents(self) -> None:
        """Every version of every document as the canonical bytes that its digest is of, and the newest as tables."""
        for number, one in enumerate(self.bundle.documents, 1):
            version = one.version
            item = f"-{safe_name(version.item)}" if version.item else ""
            name = f"dokumen/{number:04d}-{safe_name(version.key)}{item}-versi-{version.number}.json"
            entry = self.bag.add(name, dumps(one.data))
            self.parts["dokumen"].append({
                "kunci": version.key,
                "nama": one.name,
                "item": version.item,
                "versi": version.number,
                "keadaan": version.state,
                "formulir": version.form_id,
                "versi_proses": self._number(version.version_id),
                "sidik": version.digest,
                "ditulis": version.written_at.isoformat(),
                "oleh": dict(one.by),
                "peristiwa": one.seq,
                "tanda_tangan": _signatures(one),
                "berkas": entry.path,
            })  # fmt: skip
        self.bag.add("dokumen/isian.xlsx", sheets.workbook(self.bundle))

    def _number(self, version_id: int | None) -> int:
        wanted = version_id or self.bundle.instance.version_id
        return next(one.number for one in self.bundle.versions if one.id == wanted)

    def files(self) -> None:
        """Attachments, byte for byte, under names that every system takes."""
        for number, one in enumerate(self.bundle.files, 1):
            kept = one.attachment
            entry = self._kept(f"lampiran/{number:04d}-{safe_name(kept.name)}", kept.sha256, kept.name)
            self.parts["lampiran"].append({
                "id": kept.id,
                "nama": kept.name,
                "jenis": kept.media_type,
                "ukuran": kept.size,
                "sha256": kept.sha256,
                "ditambahkan": one.at.isoformat(),
                "langkah": one.number,
                "item": one.item,
                "berkas": entry.path,
            })  # fmt: skip

    def prints(self) -> None:
        """Print-outs as they were made when the step was done."""
        for number, one in enumerate(self.bundle.prints, 1):
            printed = one.printout
            item = f"-{safe_name(one.document.item)}" if one.document.item else ""
            name = f"cetakan/{number:04d}-{safe_name(printed.title)}{item}-versi-{one.document.number}.pdf"
            entry = self._kept(name, str(printed.sha256), printed.title)
            self.parts["cetakan"].append({
                "id": printed.id,
                "judul": printed.title,
                "dokumen": one.document.key,
                "item": one.document.item,
                "versi": one.document.number,
                "tata_letak": printed.layout,
                "sha256": printed.sha256,
                "dibuat": printed.made_at.isoformat() if printed.made_at else None,
                "berkas": entry.path,
            })  # fmt: skip

    def _kept(self, name: str, sha256: str, called: str) -> Entry:
        """A file out of the store; what is not there, or changes while it is read, ends the making."""
        entry = self.bag.add(name, self.archive.path(sha256))
        if entry.sha256 != sha256:
            raise FileLost(f"Isi “{called}” berubah ketika dibaca. Sampaikan kepada administrator.")
        return entry

    def trail(self) -> None:
        """The record as canonical lines and as a report to read."""
        bundle = self.bundle
        head = {
            "alur": "jejak audit",
            "versi": 1,
            "pelaksanaan": bundle.instance.id,
            "selesai": bundle.finished.isoformat(),
            "peristiwa": len(bundle.records),
        }
        self.bag.add(TRAIL, dumps(head) + b"\n" + b"".join(lines((one, True) for one in bundle.records)))
        for number, pdf in enumerate(papers.trail(bundle), 1):
            more = f"-{number}" if number > 1 else ""
            self.bag.add(f"jejak-audit/jejak-audit{more}.pdf", pdf)

    def told(self) -> Mapping[str, Any]:
        """The index of the bundle, for programs and for checking it."""
        one, process = self.bundle.instance, self.bundle.version.process
        return {
            "susunan": LAYOUT,
            "pelaksanaan": {
                "id": one.id,
                "proses": one.process_id,
                "nama_proses": process.name,
                "judul": one.title,
                "kunci": one.business_key,
                "ke": one.ordinal,
                "unit": {"kode": one.owner_unit, "nama": self.bundle.unit(one.owner_unit)},
                "versi": self.bundle.version.number,
                "dimulai": one.started.isoformat(),
                "oleh": {"nama": one.starter_name, "jabatan": one.starter_title, "unit": one.starter_unit},
                "selesai": self.bundle.finished.isoformat(),
                "peristiwa": len(self.bundle.records),
            },
            "berkas": papers.particulars(self.bundle).told(),
            **self.parts,
            "langkah": [_step(step) for step in self.bundle.steps],
            "jejak_audit": f"data/{TRAIL}",
        }


def _signatures(one: Document) -> list[dict[str, Any]]:
    return [
        {"jenis": s.kind, "nama": s.name, "jabatan": s.title, "pada": s.at.isoformat(), "keterangan": s.label}
        for s in one.signatures
    ]


def _step(step: Step) -> dict[str, Any]:
    task = step.task
    return {
        "tugas": task.id,
        "elemen": task.element,
        "nomor": task.number,
        "nama": task.name,
        "item": task.item or None,
        "lintasan": task.pass_,
        "peran": task.role,
        "unit": task.unit,
        "tersedia": task.available,
        "diambil": task.claimed,
        "selesai": task.completed,
        "batas": task.due,
        "terlambat": task.late,
        "dilewati": bool(task.skipped),
        "oleh": dict(step.by),
    }
