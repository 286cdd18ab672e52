"""Moving running instances to another version: previews of each, and the move of those that were chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from process.errors import AlurError, Forbidden, InvalidData, ReasonRequired
from process.model import FieldError
from process.move_preview import Preview, TaskShown
from service.security import actor, office
from service.tasks import reason
from service.words import waktu

blueprint = Blueprint("moving", __name__)

MOST = 50
CHANGED = {
    "name": "nama",
    "number": "nomor urut",
    "role": "peran",
    "unit": "unit",
    "form": "formulir",
    "documents": "dokumen",
    "initial": "isi awal",
    "sign": "paraf atau tanda tangan",
}
TIMERS = {
    "kept": "tetap",
    "added": "ditambah",
    "removed": "dihapus",
    "changed": "diubah",
    "fired": "sudah lewat, tetap tercatat",
}
VARIABLES = {
    "kept": "tetap",
    "seeded": "diisi dari dokumen",
    "absent": "belum ada; diisi langkah berikutnya",
    "dropped": "tidak dipakai lagi",
}


@blueprint.get("/proses/<process_id>/pindahkan")
def page(process_id: str) -> ResponseReturnValue:
    """The running instances of other versions, and what moving each would do."""
    number = request.args.get("ke", "")
    found = office().moving.page(process_id, actor(), int(number) if number.isdecimal() and len(number) < 7 else None)
    return render_template(
        "version/move.html",
        target=found.target,
        numbers=found.numbers,
        rows=[_row(one, found.target.number) for one in found.previews],
        most=MOST,
    )


@blueprint.post("/proses/<process_id>/pindahkan")
def move(process_id: str) -> ResponseReturnValue:
    """Moves the chosen ones, each in a transaction of its own: one that cannot be moved stops no other."""
    number = request.form.get("ke", "")
    target = int(number) if number.isdecimal() and len(number) < 7 else 0
    chosen = [one.partition(":") for one in request.form.getlist("pelaksanaan")][:MOST]
    why = reason()
    if not chosen:
        message = "Pilih sedikitnya satu pelaksanaan."
        raise InvalidData([FieldError(("pelaksanaan",), "pelaksanaan", message)])
    if not why:
        raise ReasonRequired("Alasan pemindahan wajib diisi.")
    moved, failed = [], []
    for instance_id, _, digest in chosen:
        try:
            moved.append(office().moving.move(instance_id, target, digest, actor(), why).instance.title)
        except (Forbidden, ReasonRequired):
            raise
        except AlurError as error:
            failed.append(str(error))
    if moved:
        flash(f"Dipindahkan ke versi {target}: {'; '.join(moved)}.", "success")
    for one in dict.fromkeys(failed):
        flash(f"Tidak dipindahkan: {one}", "danger")
    return redirect(url_for("moving.page", process_id=process_id, ke=target))


def _row(one: Preview, number: int) -> dict[str, Any]:
    """A preview in words."""
    plan = one.plan

    def name(element: str | None) -> str:
        return one.names.get(element or "") or element or ""

    return {
        "id": one.instance.id,
        "title": one.instance.title,
        "from": one.number,
        "to": number,
        "value": f"{one.instance.id}:{one.digest}",
        "possible": one.possible,
        "obstacles": [{"element": name(found.element), "message": found.message} for found in one.obstacles],
        "tasks": _tasks(one.tasks),
        "timers": [
            {
                "name": name(timer.attached_to or timer.element),
                "what": TIMERS[timer.what],
                "before": waktu(timer.before) if timer.before else None,
                "after": waktu(timer.after) if timer.after else None,
            }
            for timer in plan.timers
            if timer.what != "kept"
        ],
        "timers_kept": sum(timer.what == "kept" for timer in plan.timers),
        "branches": [f"{name(branch.source)} menunggu di {name(branch.element)}" for branch in plan.branches],
        "variables": [
            {"name": variable.name, "what": VARIABLES[variable.what], "seeded": variable.what == "seeded",
             "value": str(variable.value)[:80]}
            for variable in plan.variables
            if variable.what in ("seeded", "dropped")
        ],
        "documents": one.documents,
        "finished": one.finished,
        "drafts": one.drafts,
    }  # fmt: skip


def _tasks(shown: Iterable[TaskShown]) -> list[dict[str, Any]]:
    """The open tasks in words; those of several items that fare the same share a line, which names the items."""
    lines: dict[tuple[Any, ...], list[str]] = {}
    for task in shown:
        fate = (task.name, ", ".join(CHANGED[part] for part in task.changed), task.has_draft, task.released)
        lines.setdefault(fate, []).extend([task.item] if task.item else [])
    return [
        {"name": name + (f" ({', '.join(items)})" if items else ""), "changed": changed, "draft": draft,
         "released": released}
        for (name, changed, draft, released), items in lines.items()
    ]  # fmt: skip
