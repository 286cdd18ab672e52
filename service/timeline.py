"""An instance's events as sentences: who did what, in which capacity, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bpmn.model import Process
from forms import indonesian
from forms.schema import Field, Rows
from process.definitions import Version
from process.model import TimelineEntry
from process.views import TaskRow

KINDS = {"plh": "Plh.", "plt": "Plt.", "pj": "Pj."}
ALERTS = frozenset({"task.late", "task.returned", "task.skipped", "instance.cancelled"})


@dataclass(frozen=True)
class Telling:
    """What a sentence may need: the step in words, the unit that it concerns, the event's data, and names."""

    step: str
    of: str
    data: Mapping[str, Any]
    process: Process
    names: Mapping[str, str]
    actor: str

    def document(self) -> str:
        key = str(self.data.get("dokumen", ""))
        known = self.process.documents.get(key)
        version = self.data.get("versi")
        return f"{known.name if known else key}" + (f" versi {version}" if version else "")

    def name(self, key: str, before: str) -> str:
        other = self.data.get(key)
        return f"{before}{other}" if other and other != self.actor else ""

    def corrected(self) -> int:
        """How many values became others; what came with them, such as the reason, is not counted."""
        changed = [one for row in self.data["koreksi"] for one in row["perubahan"]]
        return sum(one["sebelum"] is not None for one in changed)

    def units(self) -> str:
        rows = self.data.get("rincian")
        return f" oleh {len(rows)} unit" if isinstance(rows, list) and len(rows) > 1 else self.of


SENTENCES: dict[str, Callable[[Telling], str]] = {
    "instance.started": lambda t: "memulai pelaksanaan",
    "instance.finished": lambda t: "Pelaksanaan selesai",
    "instance.cancelled": lambda t: "membatalkan pelaksanaan",
    "instance.moved": lambda t: f"memindahkan pelaksanaan dari versi {t.data.get('dari')} ke versi {t.data.get('ke')}",
    "task.available": lambda t: f"{t.step} dapat dikerjakan{t.units()}",
    "task.claimed": lambda t: f"mengambil {t.step}{t.of}",
    "task.released": lambda t: f"melepaskan {t.step}{t.of}{t.name('nama', ' dari ')}",
    "task.reassigned": lambda t: f"mengalihkan {t.step}{t.of}{t.name('kepada_nama', ' kepada ')}",
    "task.completed": lambda t: f"menyelesaikan {t.step}{t.of}",
    "task.amended": lambda t: f"memperbaiki isian {t.step}{t.of}",
    "task.skipped": lambda t: f"mencatat {t.step}{t.of} tidak menyampaikan",
    "task.returned": lambda t: f"{t.step}{t.of} dikembalikan untuk diperbaiki",
    "task.late": lambda t: f"Batas waktu {t.step}{t.units()} terlewati",
    "task.due_changed": lambda t: f"Batas waktu {t.step}{t.of} dihitung ulang",
    "document.paraf": lambda t: f"membubuhkan paraf (tidak tersertifikasi) pada {t.document()}",
    "document.signed": lambda t: f"menandatangani (tidak tersertifikasi) {t.document()}",
    "document.written": lambda t: f"mengoreksi data{t.of}: {t.corrected()} isian",
    "document.withheld": lambda t: f"Isi {t.document()} ditutup",
}
# Events in which somebody acts; the others happen by themselves, and the sentence stands alone.
IMPERSONAL = frozenset({"instance.finished", "task.available", "task.returned", "task.late", "task.due_changed"})


def lines(
    entries: Iterable[TimelineEntry], version: Version, tasks: Sequence[TaskRow], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The events that people want to read, the newest first, as `{text, reason, at, alert, corrections}`; the last is
    a list of `{row, field, before, after}`, `before` None for what came with a correction."""
    process = version.process
    items = {row.task.id: row.task.item for row in tasks}
    told = []
    for entry in entries:
        sentence = SENTENCES.get(entry.type)
        if sentence is None or _unsaid(entry):
            continue
        item = entry.data.get("item") or (items.get(entry.task_id) if entry.task_id else None)
        definition = process.tasks.get(entry.element or "")
        step = f"langkah {definition.number} “{definition.name}”" if definition else "langkah"
        text = sentence(
            Telling(step, f" ({names.get(item, item)})" if item else "", entry.data, process, names, entry.name)
        )
        if entry.type in IMPERSONAL:
            text = text[0].upper() + text[1:] + "."
        else:
            text = f"{_who(entry)} {text}."
        reason = entry.data.get("alasan") or entry.data.get("catatan")
        told.append({
            "text": text,
            "reason": str(reason) if reason else None,
            "at": entry.at,
            "alert": entry.type in ALERTS,
            "corrections": _corrections(entry, version),
            "seq": entry.seq,
        })  # fmt: skip
    return sorted(told, key=lambda line: line["seq"], reverse=True)


def _who(entry: TimelineEntry) -> str:
    """Name and position as they were when it happened; an acting position says so."""
    kind = KINDS.get(entry.kind or "", "")
    title = " ".join(part for part in (kind, entry.title) if part)
    return f"{entry.name}, {title}," if title and title != entry.name else entry.name


def _corrections(entry: TimelineEntry, version: Version) -> list[dict[str, Any]]:
    """What a step corrected, old and new, by the names that the forms of the process give the fields."""
    found = entry.data.get("koreksi") or []
    if not found:
        return []
    tasks = version.process.tasks
    own = tasks[entry.element].form if entry.element and entry.element in tasks else ""
    labels: dict[str, str] = {}
    for form in sorted(version.forms.values(), key=lambda form: (form.id != own, form.id)):
        for rows in form.components:
            if isinstance(rows, Rows):
                for field in rows.components:
                    if isinstance(field, Field) and field.label:
                        labels.setdefault(field.path[-1], field.label)
    return [
        {
            "row": row["baris"],
            "field": labels[one["isian"]],
            "before": None if one["sebelum"] is None else _said(one["sebelum"]),
            "after": _said(one["sesudah"]),
        }
        for row in found
        for one in row["perubahan"]
        if one["isian"] in labels
    ]


def _said(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return indonesian.number(value) if isinstance(value, Decimal) else str(value)


def _unsaid(entry: TimelineEntry) -> bool:
    """What another event of the same moment says already: taking a task by sending it, coming back without a note."""
    if entry.type == "document.written":
        return not entry.data.get("koreksi")
    if entry.type == "task.returned":
        return not entry.data.get("catatan")
    return bool(entry.data.get("bersama_penyelesaian"))
