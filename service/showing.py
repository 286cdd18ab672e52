"""What templates show of tasks, documents and instances: plain dictionaries, names instead of codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bpmn.model import Process
from forms.render import to_html
from process.documents import EarlierSignature
from process.model import Completed, Instance, InstanceState
from process.views import DocumentView, PrintOut
from service.replies import attachment_data
from service.words import waktu

SIGNATURES = {"paraf": "Paraf", "tandatangan": "Tanda tangan"}
STATES = {
    InstanceState.RUNNING: ("Berjalan", "bg-blue-lt"),
    InstanceState.FINISHED: ("Selesai", "bg-green-lt"),
    InstanceState.CANCELLED: ("Dibatalkan", "bg-secondary-lt"),
}
# What became of a step: `process.durations.StepTime.outcome`.
OUTCOMES = {
    "waiting": ("Menunggu diambil", "bg-secondary-lt"),
    "working": ("Sedang dikerjakan", "bg-blue-lt"),
    "done": ("Selesai", "bg-green-lt"),
    "skipped": ("Tidak menyampaikan", "bg-red-lt"),
    "obsolete": ("Dibatalkan", "bg-secondary-lt"),
}


def steps(process: Process, instance: Instance, current: str, open_elements: Collection[str]) -> list[dict[str, Any]]:
    """The SOP's steps in order, each `kini` (this one), `jalan` (open too), `lewat` (passed) or `nanti`."""
    passed = set(instance.visited)

    def state(element: str) -> str:
        if element == current:
            return "kini"
        if element in open_elements:
            return "jalan"
        return "lewat" if element in passed else "nanti"

    return [
        {"number": task.number, "name": task.name, "state": state(task.id)}
        for task in sorted(process.tasks.values(), key=lambda task: task.number)
    ]


def doer(process: Process, element: str, unit_name: str) -> str:
    """Who does a step: the lane's name and the unit."""
    task = process.tasks[element]
    lane = next((lane.name for lane in process.lanes if lane.id == task.lane), task.role)
    return f"{lane}, {unit_name}"


def sent(done: Completed) -> str:
    """What was sent, what follows and who has it next."""
    told = f"“{shortened(done.step)}” terkirim."
    if done.finished:
        return f"{told} Pelaksanaan ini selesai."
    if done.waiting and not done.following:
        return f"{told} Menunggu kiriman {done.waiting} unit kerja lain."
    parts = []
    for one in done.following:
        who = f"{one.lane} ({one.count} unit kerja)" if one.count > 1 else one.lane
        parts.append(f"{shortened(one.name)} — {who}{' (dikembalikan)' if one.returned else ''}")
    if parts:
        told += f" Berikutnya: {'; '.join(parts)}."
    return f"{told} Langkah itu juga tugas Anda." if done.next else told


def shortened(name: str, most: int = 60) -> str:
    """A name of at most `most` characters, cut between words."""
    return name if len(name) <= most else name[: most + 1].rpartition(" ")[0].rstrip(",;") + " …"


def document(view: DocumentView, names: Mapping[str, str], *, link: str | None = None) -> dict[str, Any]:
    """A document with its content as HTML."""
    version = view.version
    by = f" oleh {view.author}" if view.author else ""
    state = f"{version.state.capitalize()} · " if version.state else ""
    return {
        "id": version.id,
        "name": view.name,
        "item_name": names.get(version.item, version.item) if version.item else None,
        "state": version.state,
        "number": version.number,
        "digest": version.digest,
        "written_at": version.written_at,
        "author": view.author,
        "about": f"{state}versi {version.number}, ditulis {waktu(version.written_at)}{by}",
        "html": _safe(to_html(view.form, view.data, attachments=attachment_data(view.attachments))),
        "url": link,
    }


def earlier(one: EarlierSignature) -> dict[str, Any]:
    """A paraf or signature over an earlier version of a document, in words."""
    over = f"versi {one.number}" + (f" ({one.state})" if one.state else "")
    signature = one.signature
    void = ", gugur karena dikembalikan" if one.void else ""
    return {
        "label": f"{SIGNATURES.get(signature.kind, signature.kind)} atas {over}{void}",
        "name": signature.name,
        "title": signature.title,
        "at": signature.at,
        "certified": signature.label,
        "digest": one.digest,
    }


def printout(one: PrintOut) -> dict[str, Any]:
    """A print-out in a list."""
    made = f"dibuat {waktu(one.made_at)}" if one.made_at else "sedang disiapkan"
    if one.state == "failed":
        made = "belum berhasil dibuat; data tidak terpengaruh"
    return {
        "id": one.id,
        "title": one.title,
        "state": one.state,
        "state_name": one.document_state.capitalize() if one.document_state else None,
        "size": one.size or 0,
        "sha256": one.sha256 or "",
        "about": f"PDF/A, {made}" if one.state == "ready" else made,
    }


def state_of(instance: Instance) -> dict[str, Any]:
    """The state of an instance in words and colour."""
    name, badge = STATES[instance.state]
    return {"name": name, "badge": badge, "cancelled": instance.state is InstanceState.CANCELLED}


def _safe(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)  # noqa: S704 - forms.render escapes every value
