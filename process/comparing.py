"""Two versions of a process side by side, apart from their pictures: identity page, steps, forms. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.durations import describe, parse_iso
from bpmn.outline import Outline, Step, Symbol, outline
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
# What a step says to a reader of the SOP: all that is told of one that comes or goes. The rest is for who draws.
READ = ("nama", "pelaksana", "kelengkapan", "waktu", "output", "keterangan", "formulir", "membaca", "menulis", "tanda")
_TIMES = (STEP["waktu"], STEP["batas"])
SIGNS: Mapping[str, str] = {"paraf": "Paraf", "tandatangan": "Tanda tangan"}


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
    steps = tuple(_steps((old, _Words.of(old, forms_before)), (new, _Words.of(new, forms_after))))
    return Comparison(True, tuple(_identity(old, new)), steps, tuple(_flows(old, new, steps)), forms)


def _identity(old: Outline, new: Outline) -> list[Change]:
    found = [Change("Nama proses", old.name, new.name)] if old.name != new.name else []
    return found + _changes(IDENTITY, old.identity, new.identity)


def _changes(labels: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    return [
        Change(label, before.get(key, ""), after.get(key, ""))
        for key, label in labels.items()
        if before.get(key, "") != after.get(key, "")
    ]


@dataclass(frozen=True, slots=True)
class _Words:
    """What one version calls what its steps name by a key: forms by their titles, documents by their names."""

    forms: Mapping[str, str]
    documents: Mapping[str, str]

    @staticmethod
    def of(one: Outline, forms: Mapping[str, bytes]) -> _Words:
        return _Words({form_id: _title(_json(source)) for form_id, source in forms.items()}, one.documents)

    def say(self, key: str, text: str) -> str:
        if key == "batas":  # in the words of an SOP; a timer that is no standard time as it was drawn
            duration = parse_iso(text)
            return describe(duration) if duration else text
        kinds = {"formulir": self.forms, "membaca": self.documents, "menulis": self.documents, "tanda": SIGNS}
        known = kinds.get(key)
        return text if known is None else ", ".join(known.get(one) or one for one in text.split(", "))


def _steps(old: tuple[Outline, _Words], new: tuple[Outline, _Words]) -> list[StepChange]:
    before, after = ({step.id: step for step in one.steps} for one, _ in (old, new))
    found = []
    for key in dict.fromkeys((*after, *before)):
        what = CHANGED if key in before and key in after else ADDED if key in after else REMOVED
        step = after.get(key) or before[key]
        sides = tuple((one[key].says if key in one else {}, words) for one, (_, words) in ((before, old), (after, new)))
        changes = tuple(_step(STEP if what == CHANGED else READ, *sides))
        if changes:
            found.append(StepChange(key, _name(step), what, changes))
    return found


def _step(
    keys: Iterable[str], old: tuple[Mapping[str, str], _Words], new: tuple[Mapping[str, str], _Words]
) -> Iterator[Change]:
    for key in keys:
        before, after = old[0].get(key, ""), new[0].get(key, "")
        if before == after:
            continue
        if key == "isian_awal":  # a line a field: those that differ
            lines = [text.splitlines() for text in (before, after)]
            told = ["\n".join(x for x in a if x not in b) for a, b in (lines, lines[::-1])]
            if any(told):
                yield Change(STEP[key], *told)
            continue
        told = [words.say(key, text) for text, (_, words) in ((before, old), (after, new))]
        if told[0] == told[1]:  # others of the same name
            told = [f"{told[0]} ({before})", f"{told[1]} ({after})"]
        yield Change(STEP[key], *told)


def _name(step: Step) -> str:
    return step.says.get("nama") or step.id


def _flows(old: Outline, new: Outline, steps: Iterable[StepChange]) -> list[Change]:
    """Names of what is no step, and flows by where they lead: one that was drawn again the same is no change. What a
    step's timer is called follows from the step's time: where that is told, its name is not told once more."""
    told = {step.id for step in steps if any(one.label in _TIMES for one in step.changes)}
    found = [
        Change(_symbol(key, symbol, new), old.symbols[key].name, symbol.name)
        for key, symbol in new.symbols.items()
        if key in old.symbols
        and old.symbols[key].name != symbol.name
        and symbol.step not in told
        and old.flows.get(key, ())[:2] == new.flows.get(key, ())[:2]  # one that leads elsewhere is another flow
    ]
    names = {**old.names, **new.names}
    before, after = _arrows(old), _arrows(new)
    return found + [
        Change(" → ".join(names.get(one, one) for one in key), before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*after, *before))
        if before.get(key) != after.get(key)
    ]


def _symbol(key: str, symbol: Symbol, new: Outline) -> str:
    """What a row about the name of a symbol is headed by."""
    if symbol.step:
        return f"Nama pengatur waktu pada {new.names.get(symbol.step, symbol.step)}"
    if key in new.flows:
        return "Nama alur " + " → ".join(new.names.get(one, one) for one in new.flows[key][:2])
    return "Nama simbol"


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
