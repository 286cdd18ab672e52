"""One event as people read it: what it is called, what it is about, who acted in which capacity, and everything in it.

The record outlives versions of processes, people, and of this program: what is not known here, an unknown type or key,
is shown as it is written. Nothing here decides who may see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from forms.display import moment, plain
from forms.labels import named, shown
from process import audit
from process.clock import instant
from process.definitions import Version
from process.inspection import TaskPlace
from process.records import Record
from service.timeline import KINDS
from service.words import NOTHING, waktu

SOURCES = {"page": "halaman", "command": "perintah", "timer": "pengatur waktu", "job": "pekerjaan latar"}
ALERTS = frozenset({"task.late", "task.returned", "task.skipped", "instance.cancelled", "payload.erased"})
# Types by what they concern: code, name, and how their types begin.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("pelaksanaan", "Pelaksanaan", ("instance.",)),
    ("tugas", "Tugas dan batas waktu", ("task.", "timer.")),
    ("dokumen", "Dokumen, lampiran, dan cetakan", ("document.", "attachment.", "printout.")),
    ("versi", "Versi proses", ("version.", "draft.")),
    ("pegawai", "Pegawai dan jabatan", ("person.", "position.")),
    ("kantor", "Unit kerja, kalender, dan pengaturan", ("unit.", "calendar.", "setting.")),
    ("jejak", "Jejak audit, ekspor, dan arsip", ("stream.", "payload.", "trail.", "archive.", "export.")),
)
LABELS = {
    "kunci": "Kunci", "ke": "Ke", "dari": "Dari", "judul": "Judul", "versi": "Versi", "sidik": "Sidik SHA-256",
    "digest": "Sidik SHA-256", "dokumen": "Dokumen", "keadaan": "Keadaan", "item": "Bagian", "unit": "Unit kerja",
    "peran": "Peran", "batas": "Batas waktu", "jatuh_tempo": "Jatuh tempo", "lintasan": "Lintasan ke",
    "berkas": "Nama berkas", "ukuran": "Ukuran (bita)", "sha256": "Sidik SHA-256", "jenis": "Jenis", "label": "Label",
    "kembali_dari": "Dikembalikan dari langkah", "nama": "Nama", "kepada_nama": "Kepada", "dari_nama": "Dari",
    "formulir": "Formulir", "kalender": "Kalender kerja", "berlaku": "Berlaku sejak", "disetujui": "Disetujui oleh",
    "diusulkan_oleh": "Diusulkan oleh", "usulan": "Nomor usulan", "mencabut": "Mencabut versi",
    "simpanan": "Dari simpanan draf", "akun": "Akun",
    "nip": "NIP", "kode": "Kode",
    "induk": "Unit induk", "kop": "Kop surat", "aktif": "Aktif", "peran_sistem": "Peran sistem",
    "nama_jabatan": "Nama jabatan", "dasar": "Dasar", "mulai": "Mulai", "sampai": "Sampai",
    "pengaturan": "Pengaturan", "terlambat": "Terlambat", "bersama_penyelesaian": "Diambil saat dikirim",
    "diagram": "Sidik diagram", "tata_letak": "Tata letak", "pegawai": "Nomor pegawai", "jabatan": "Nomor jabatan",
    "sidik_lama": "Sidik versi lama", "sidik_baru": "Sidik versi baru", "pratinjau": "Sidik pratinjau",
    "name": "Nama", "hari": "Hari", "jumlah": "Jumlah perubahan", "segel": "Segel", "rantai": "Rantai",
    "nomor": "Nomor", "perihal": "Perihal", "format": "Format", "proses": "Proses", "catatan": "Catatan",
}  # fmt: skip
SETTINGS = {"office": "Jenis kantor", "persetujuan": "Persetujuan sebelum versi berlaku"}
_INSTANTS = frozenset({"batas", "jatuh_tempo", "diunggah", "diminta"})  # as microseconds
_MOMENTS = frozenset({"berlaku", "mulai", "sampai"})  # as ISO text
_APART = frozenset(
    {"alasan", "catatan", "perubahan", "sebelum", "sesudah", "oleh", "rincian"}
)  # shown in places of their own
_UNSHOWN = frozenset({"tugas", "pemegang", "dari_tugas", "kepada"})  # numbers that say nothing to people
LONGEST = 600


@dataclass(frozen=True)
class Context:
    """What an event's codes are called: units; of its instance the version, tasks and document versions."""

    units: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, TaskPlace] = field(default_factory=dict)
    version: Version | None = None
    documents: Mapping[tuple[str, str, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Facets:
    """What the events of an instance are filtered by: group, who acted (id, or `sistem`) with the name, step, unit."""

    group: str
    actor: str
    who: str
    element: str | None
    unit: str | None


def facets(record: Record, context: Context) -> Facets:
    """What is needed of every event, also of those that are on another page."""
    name = text(record.by.get("nama")) or _nameless(record)
    actor = str(record.header.actor or "sistem")
    return Facets(group_of(record.type), actor, name, _element(record, context), _unit(record, context))


def group_of(type_: str) -> str:
    """The code of the group that a type belongs to; empty for an unknown one."""
    return next((code for code, _, begins in GROUPS if type_.startswith(begins)), "")


def type_name(type_: str) -> str:
    return audit.TYPES.get(type_) or f"Jenis tidak dikenal ({type_})"


def line(record: Record, context: Context) -> dict[str, Any]:
    """Everything that the pages show of an event."""
    data = record.data
    place = context.tasks.get(record.header.task or "")
    element = _element(record, context)
    item = text(data.get("item")) or (place.item if place is not None else None)
    reason = data.get("alasan") or data.get("catatan")
    return {
        "id": record.id,
        "seq": record.header.seq,
        "at": record.at,
        "type": record.type,
        "name": type_name(record.type),
        "alert": record.type in ALERTS,
        "subject": _subject(record, context, element, item, place),
        "element": element,
        "who": who(record),
        "actor": record.header.actor,
        "unit": _unit(record, context),
        "reason": _cut(plain(reason)) if reason else None,
        "changes": _changes(record, context),
        "more": _more(data),
        "lines": _lines(data, context),
        "facts": _facts(record, context),
        "document": _document_id(data, context),
        "source": SOURCES.get(record.header.source, record.header.source),
        "request": record.header.request,
        "stream": record.stream,
        "hash": record.header.hash.hex(),
        "gone": _gone(record),
    }


def who(record: Record) -> str:
    """Name and position as they were; an acting one says so, and for whom."""
    by = record.by
    name = text(by.get("nama")) or _nameless(record)
    kind = KINDS.get(record.header.kind or "", "")
    title = text(by.get("jabatan")) or ""
    if kind and title and not title.startswith(kind):
        title = f"{kind} {title}"
    parts = [name] + ([title] if title and title != name else [])
    acting = text(by.get("mewakili"))
    return ", ".join(parts) + (f" (mewakili {acting})" if acting else "")


def _nameless(record: Record) -> str:
    return "Tidak diketahui" if record.header.actor else "Sistem"


def _element(record: Record, context: Context) -> str | None:
    place = context.tasks.get(record.header.task or "")
    return record.header.element or (place.element if place is not None else None)


def text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def step_of(version: Version | None, element: str | None, place: TaskPlace | None) -> str | None:
    """The step as it was called then, else as this version calls it."""
    if place is not None:
        return f"Langkah {place.number} “{place.name}”"
    task = version.process.tasks.get(element or "") if version is not None else None
    return f"Langkah {task.number} “{task.name}”" if task is not None else None


def _subject(record: Record, context: Context, element: str | None, item: str | None, place: TaskPlace | None) -> str:
    """What it is about, in a few words: step, document or file, Bagian."""
    data = record.data
    parts: list[str] = []
    step = step_of(context.version, element, place)
    if step:
        parts.append(step + (f", lintasan ke-{place.pass_}" if place is not None and place.pass_ > 1 else ""))
    document = text(data.get("dokumen"))
    if document:
        parts.append(_document(context, document) + (f" versi {plain(data['versi'])}" if "versi" in data else ""))
    if record.type == "setting.changed":
        parts += [name] if (name := setting_name(data)) else []
    else:
        for key in ("berkas", "nama_jabatan", "akun", "kode"):
            if text(data.get(key)):
                parts.append(str(data[key]))
        if not parts and text(data.get("nama")):
            parts.append(str(data["nama"]))
    if item:
        parts.append(context.units.get(item, item))
    lines = data.get("rincian")
    if isinstance(lines, list) and len(lines) > 1:
        parts.append(f"{len(lines)} tugas")
    return _cut(" · ".join(parts))


def setting_name(data: Mapping[str, Any]) -> str:
    """What the setting is called that an event tells of."""
    name = text(data.get("pengaturan")) or text(data.get("nama")) or ""
    return SETTINGS.get(name, name)


def _document(context: Context, key: str) -> str:
    known = context.version.process.documents.get(key) if context.version is not None else None
    return known.name if known is not None else key


def _document_id(data: Mapping[str, Any], context: Context) -> int | None:
    key, number = text(data.get("dokumen")), data.get("versi")
    if key is None or not isinstance(number, int | Decimal) or isinstance(number, bool):
        return None
    return context.documents.get((key, text(data.get("item")) or "", int(number)))


def _unit(record: Record, context: Context) -> str | None:
    code = text(record.by.get("unit"))
    return context.units.get(code, code) if code else None


def _changes(record: Record, context: Context) -> list[Change]:
    """Before and after, per field, under the names that people know."""
    data = record.data
    changed = data.get("perubahan")
    if isinstance(changed, list):
        forms = _forms(data, context)
        found = []
        for one in changed:
            if isinstance(one, dict) and "isian" in one:
                label, component = named(forms, str(one["isian"]))
                sides = [_cut(shown(component, one.get(side))) or NOTHING for side in ("sebelum", "sesudah")]
                found.append(Change(label, sides[0], sides[1]))
        return found
    if "sebelum" not in data and "sesudah" not in data:
        return []
    before, after = data.get("sebelum"), data.get("sesudah")
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = (one if isinstance(one, dict) else {} for one in (before, after))
        keys = dict.fromkeys([*old, *new])
        return [
            Change(_label(key), _value(key, old.get(key), context), _value(key, new.get(key), context)) for key in keys
        ]
    key = "batas" if record.type == "task.due_changed" else "nilai"
    label = "Batas waktu" if key == "batas" else "Nilai"
    return [Change(label, _value(key, before, context), _value(key, after, context))]


def _forms(data: Mapping[str, Any], context: Context) -> list[Any]:
    """The forms that may know the fields of a document: its own, and the one that wrote it."""
    if context.version is None:
        return []
    document = context.version.process.documents.get(str(data.get("dokumen")))
    names = [document.form if document is not None else None, data.get("formulir")]
    names += [
        write.form or task.form
        for task in context.version.process.tasks.values()
        for write in task.writes
        if write.document == data.get("dokumen")
    ]
    known = context.version.forms
    return [known[name] for name in dict.fromkeys(names) if isinstance(name, str) and name in known]


def _more(data: Mapping[str, Any]) -> int:
    """How many changes there were beyond those on record one by one."""
    changed, total = data.get("perubahan"), data.get("jumlah")
    if not isinstance(changed, list) or not isinstance(total, int | Decimal):
        return 0
    return max(0, int(total) - len(changed))


def _lines(data: Mapping[str, Any], context: Context) -> list[str]:
    """What an event says of each of several tasks."""
    lines = data.get("rincian")
    found = []
    for one in lines if isinstance(lines, list) else []:
        if isinstance(one, dict):
            parts = [f"{_label(key)}: {_value(key, one[key], context)}" for key in one if key not in _UNSHOWN]
            found.append(_cut("; ".join(parts)))
    return [one for one in found if one]


def _facts(record: Record, context: Context) -> list[tuple[str, str]]:
    """The rest of the payload."""
    found = []
    for key, value in record.data.items():
        if key in _APART or key in _UNSHOWN or value in (None, "", [], {}):
            continue
        if key == "jumlah" and isinstance(record.data.get("perubahan"), list):
            continue
        if record.type == "setting.changed" and key in ("nama", "pengaturan"):
            found.append((_label("pengaturan"), setting_name(record.data)))
            continue
        found.append((_label(key), _value(key, value, context)))
    return found


def _label(key: str) -> str:
    return LABELS.get(key) or key.replace("_", " ").capitalize()


def _value(key: str, value: Any, context: Context) -> str:
    if key in _INSTANTS and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return waktu(_instant(value))
    if key in _MOMENTS and isinstance(value, str):
        return moment(value)
    if key in ("unit", "item", "induk") and isinstance(value, str):
        return context.units.get(value, value)
    if key == "dokumen" and isinstance(value, str):
        return _document(context, value)
    if key == "kembali_dari" and isinstance(value, str):
        return step_of(context.version, value, None) or value
    if key == "versi" or (
        key in ("dari", "ke", "pegawai", "jabatan", "usulan", "simpanan", "mencabut") and isinstance(value, Decimal)
    ):
        return str(value)
    return _cut(plain(value)) or NOTHING


def _instant(value: int | Decimal) -> datetime | None:
    try:
        return instant(int(value))
    except (OverflowError, ValueError):
        return None


def _gone(record: Record) -> str | None:
    if record.raw is not None:
        return None
    if record.erased_by is not None:
        return f"Isi peristiwa ini dihapus menurut hukum (peristiwa nomor {record.erased_by} pada rantai sistem)."
    return "Isi peristiwa ini hilang. Periksa keutuhan jejak."


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST else value[:LONGEST].rstrip() + " …"


def types_by_group(known: Iterable[str] = audit.TYPES) -> list[tuple[str, list[tuple[str, str]]]]:
    """All types with their names, under the names of their groups."""
    found = []
    for code, name, _ in GROUPS:
        mine = [(one, audit.TYPES[one]) for one in known if group_of(one) == code]
        if mine:
            found.append((name, mine))
    return found
