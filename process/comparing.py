"""Two versions of a process side by side, apart from their pictures: identity page, steps, forms. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.durations import describe, parse_iso
from bpmn.outline import Outline, Step, outline
from forms.differences import ADDED, CHANGED, REMOVED
from forms.differences import Difference as FormPart
from forms.differences import differences as form_differences

# What each part is called on the pages.
IDENTITY: Mapping[str, str] = {
    "nomor": "Nomor SOP",
    "tanggalPembuatan": "Tanggal pembuatan",
    "tanggalRevisi": "Tanggal revisi",
    "tanggalEfektif": "Tanggal efektif",
    "nama": "Nama SOP",
    "instansi": "Instansi",
    "disahkanOleh.jabatan": "Disahkan oleh (jabatan)",
    "disahkanOleh.nama": "Disahkan oleh (nama)",
    "disahkanOleh.pangkat": "Disahkan oleh (pangkat)",
    "disahkanOleh.nip": "Disahkan oleh (NIP)",
    "dasarHukum": "Dasar hukum",
    "kualifikasiPelaksana": "Kualifikasi pelaksana",
    "keterkaitan": "Keterkaitan",
    "peralatan": "Peralatan/perlengkapan",
    "peringatan": "Peringatan",
    "pencatatan": "Pencatatan dan pendataan",
}
STEP: Mapping[str, str] = {
    "nama": "Kegiatan",
    "pelaksana": "Pelaksana",
    "peran": "Peran",
    "unit": "Unit",
    "kelengkapan": "Kelengkapan",
    "waktu": "Waktu",
    "batas": "Pengatur waktu",
    "output": "Output",
    "keterangan": "Keterangan",
    "formulir": "Formulir",
    "membaca": "Dokumen yang dibaca",
    "menulis": "Dokumen yang ditulis",
    "isian_awal": "Isi awal",
    "berulang": "Diulang untuk setiap",
    "tanda": "Paraf atau tanda tangan",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One text that differs; empty where it is absent."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step; `what`: ditambah | dihapus | diubah."""

    id: str
    name: str
    what: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class FormChange:
    """A form that is more, less or other; `parts`: its components that differ."""

    id: str
    title: str
    what: str
    parts: tuple[FormPart, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`readable`: whether both diagrams could be read at all; without, only the forms are compared."""

    readable: bool
    identity: tuple[Change, ...]
    steps: tuple[StepChange, ...]
    flows: tuple[Change, ...]
    forms: tuple[FormChange, ...]

    @property
    def same(self) -> bool:
        return self.readable and not (self.identity or self.steps or self.flows or self.forms)


def compare(
    xml_before: bytes, forms_before: Mapping[str, bytes], xml_after: bytes, forms_after: Mapping[str, bytes]
) -> Comparison:
    """What the second says differently from the first; either may be a draft that cannot run."""
    old, new = outline(xml_before), outline(xml_after)
    forms = tuple(_forms(forms_before, forms_after))
    if old is None or new is None:
        return Comparison(False, (), (), (), forms)
    return Comparison(True, tuple(_identity(old, new)), tuple(_steps(old, new)), tuple(_flows(old, new)), forms)


def _identity(old: Outline, new: Outline) -> list[Change]:
    found = [Change("Nama proses", old.name, new.name)] if old.name != new.name else []
    return found + _changes(IDENTITY, old.identity, new.identity)


def _changes(labels: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    return [
        Change(label, before.get(key, ""), after.get(key, ""))
        for key, label in labels.items()
        if before.get(key, "") != after.get(key, "")
    ]


def _steps(old: Outline, new: Outline) -> list[StepChange]:
    before, after = ({step.id: step for step in one.steps} for one in (old, new))
    found = []
    for key, step in after.items():
        changes = _changes(STEP, _says(before[key]) if key in before else {}, _says(step))
        if changes:
            found.append(StepChange(key, _name(step), CHANGED if key in before else ADDED, tuple(changes)))
    for key, step in before.items():
        if key not in after:
            found.append(StepChange(key, _name(step), REMOVED, tuple(_changes(STEP, _says(step), {}))))
    return found


def _says(step: Step) -> dict[str, str]:
    """What a step says, its timer in the words of an SOP; a timer that is no standard time stays as it was drawn."""
    duration = parse_iso(step.says.get("batas", ""))
    return {**step.says, "batas": describe(duration)} if duration else dict(step.says)


def _name(step: Step) -> str:
    return step.says.get("nama") or step.id


def _flows(old: Outline, new: Outline) -> list[Change]:
    """Names of what is no step, and flows by where they lead: one that was drawn again the same is no change."""
    steps = {step.id for step in (*old.steps, *new.steps)} | {old.id, new.id}
    found = [
        Change("Nama simbol", old.names[key], name)
        for key, name in new.names.items()
        if key in old.names and key not in steps and old.names[key] != name
    ]
    names = {**old.names, **new.names}
    before, after = _arrows(old), _arrows(new)
    return found + [
        Change(" → ".join(names.get(one, one) for one in key), before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*after, *before))
        if before.get(key) != after.get(key)
    ]


def _arrows(one: Outline) -> dict[tuple[str, str], str]:
    return {
        (source, target): f"jika {condition}" if condition else "ada"
        for source, target, condition in one.flows.values()
    }


def _forms(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FormChange]:
    found = []
    for form_id in sorted({*before, *after}):
        if before.get(form_id) == after.get(form_id):
            continue
        old, new = _json(before.get(form_id)), _json(after.get(form_id))
        parts = form_differences(old, new)
        what = ADDED if form_id not in before else REMOVED if form_id not in after else CHANGED
        if parts or what != CHANGED:
            found.append(FormChange(form_id, _title(new) or _title(old) or form_id, what, parts))
    return found


def _json(source: bytes | None) -> Any:
    try:
        return json.loads(source.decode("utf-8-sig")) if source else {}
    except ValueError:
        return {}


def _title(form: Any) -> str:
    title = form.get("title") if isinstance(form, Mapping) else None
    return title if isinstance(title, str) else ""
