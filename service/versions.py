"""The versions of a process: their list and history, putting the draft in force, revoking, going back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.outline import OFFICIAL, outline
from forms.indonesian import WIB
from process.errors import InvalidData
from process.model import FieldError, TimelineEntry
from process.proposals import subject
from process.versions import Outcome
from service.comparing import proposed
from service.creating import revisions_of
from service.editor import may_edit, wanted
from service.processes import bpmn, may_start, svg, unit_names
from service.security import actor, office
from service.tasks import reason

blueprint = Blueprint("versions", __name__)

STATES = {
    "berlaku": ("Berlaku", "bg-green-lt"),
    "terjadwal": ("Terjadwal", "bg-blue-lt"),
    "digantikan": ("Digantikan", "bg-secondary-lt"),
    "dicabut": ("Dicabut", "bg-red-lt"),
}
#: The identity page as the publication form asks for it: field → (attribute of sop:identity, label).
IDENTITY = {
    "nomor": ("nomor", "Nomor SOP"),
    "tanggal_revisi": ("tanggalRevisi", "Tanggal revisi"),
    "tanggal_efektif": ("tanggalEfektif", "Tanggal efektif"),
}
OFFICIAL_LABELS = {"jabatan": "Jabatan", "nama": "Nama", "pangkat": "Pangkat", "nip": "NIP"}
HISTORY = {
    "version.proposed": "mengusulkan {mengusulkan}",
    "version.approved": "menyetujui usulan {diusulkan_oleh}",
    "version.rejected": "menolak usulan {diusulkan_oleh}",
    "version.published": "memberlakukan versi {versi}",
    "version.revoked": "mencabut versi {versi}",
    "setting.changed": "{persetujuan}",
}
#: What became of the setting: whether a second person's approval is needed.
APPROVAL = {True: "mewajibkan persetujuan orang kedua", False: "meniadakan persetujuan orang kedua"}


@blueprint.get("/proses/<process_id>/versi")
def page(process_id: str) -> ResponseReturnValue:
    """All versions of a process, its draft, what waits for approval, and the history."""
    found = office().versions.page(process_id)
    current = found.in_force
    version = office().versions.version(process_id, current.number) if current and may_edit() else None
    older = sum(row.running for row in found.versions if current is None or row.number < current.number)
    return render_template(
        "version/list.html",
        page=found,
        owner_name=unit_names().get(found.owner_unit, found.owner_unit),
        states=STATES,
        can_edit=may_edit(),
        own=found.proposal is not None and found.proposal.proposed_by == actor().person_id,
        movable=older if current is not None else 0,
        history=_history(found.history),
        revisions=revisions_of(process_id, version) if may_edit() else [],
    )


@blueprint.get("/proses/<process_id>/versi/<int:number>")
def one(process_id: str, number: int) -> ResponseReturnValue:
    """One version as it was published."""
    version = office().versions.version(process_id, number)
    current = next((row for row in office().definitions.list(process_id) if row.in_force), None)
    in_force = current is not None and current.number == number
    return render_template(
        "process/page.html",
        process=version.process,
        version=version,
        owner_name=unit_names().get(version.owner_unit, version.owner_unit),
        may_start=in_force and may_start(version, actor()),
        may_edit=may_edit(),
        in_force=in_force,
        instances=None,
    )


@blueprint.get("/proses/<process_id>/versi/<int:number>/diagram.bpmn")
def diagram(process_id: str, number: int) -> ResponseReturnValue:
    """The diagram of a version, byte for byte."""
    return bpmn(office().versions.version(process_id, number))


@blueprint.get("/proses/<process_id>/versi/<int:number>/diagram.svg")
def picture(process_id: str, number: int) -> ResponseReturnValue:
    """The diagram of a version as a picture."""
    return svg(office().versions.version(process_id, number))


# -- putting in force -----------------------------------------------------------------------------------------------


@blueprint.get("/proses/<process_id>/versi/berlakukan")
def publish_page(process_id: str) -> ResponseReturnValue:
    """What putting the draft in force asks: findings first, then note, day, and the identity page's texts."""
    return _publish_page(process_id, {}, {})


def _publish_page(process_id: str, typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    state = office().drafts.state(process_id)
    read = outline(state.xml)
    says = read.identity if read else {}
    texts = {name: says.get(attribute, "") for name, (attribute, _) in IDENTITY.items()}
    texts |= {name: says.get(f"disahkanOleh.{name}", "") for name in OFFICIAL}
    found = office().drafts.check(process_id, state.xml) if state.revision else ()
    return render_template(
        "version/publish.html",
        state=state,
        findings=found,
        names=read.names if read else {},
        blocked=any(one.severity == "error" for one in found),
        values={**texts, **typed},
        errors=errors,
        identity=IDENTITY,
        official=OFFICIAL_LABELS,
        page=office().versions.page(process_id),
        can_edit=may_edit(),
        today=office().clock.now().astimezone(WIB).date(),
    )


@blueprint.post("/proses/<process_id>/versi/berlakukan")
def publish(process_id: str) -> ResponseReturnValue:
    """Puts the draft in force, or proposes it; what was typed stays when something is missing."""
    typed = {name: wanted(name) for name in ("mulai", *IDENTITY, *OFFICIAL)}
    typed["catatan"] = request.form.get("catatan", "").replace("\x00", "").strip()
    number = wanted("revision")
    try:
        outcome = office().versions.propose(
            process_id,
            actor(),
            revision=int(number) if number.isdecimal() and len(number) < 9 else 0,
            note=typed["catatan"],
            effective_from=_day(typed["mulai"]),
            identity={attribute: typed[name] for name, (attribute, _) in IDENTITY.items()},
            official={name: typed[name] for name in OFFICIAL},
        )
    except InvalidData as error:
        return _publish_page(process_id, typed, {one.field: one.message for one in error.errors}), 422
    return _after(process_id, outcome)


@blueprint.post("/proses/<process_id>/versi/<int:number>/berlakukan")
def restore(process_id: str, number: int) -> ResponseReturnValue:
    """An older version in force again."""
    return _after(process_id, office().versions.restore(process_id, number, actor(), reason()))


@blueprint.post("/proses/<process_id>/versi/<int:number>/cabut")
def revoke(process_id: str, number: int) -> ResponseReturnValue:
    """Takes a version out of force, or proposes it."""
    if office().versions.revoke(process_id, number, actor(), reason()) is None:
        flash(f"Versi {number} dicabut. Pelaksanaan yang berjalan di atasnya tetap berjalan.", "success")
    else:
        flash(f"Pencabutan versi {number} diusulkan. Versi itu dicabut setelah disetujui pengelola lain.", "success")
    return redirect(url_for("versions.page", process_id=process_id))


@blueprint.post("/proses/<process_id>/versi/usulan/<int:proposal_id>/setujui")
def approve(process_id: str, proposal_id: int) -> ResponseReturnValue:
    """The second person's approval."""
    proposed(process_id, proposal_id)
    made = office().versions.approve(proposal_id, actor())
    flash(f"Usulan disetujui: {f'versi {made.number} diberlakukan' if made else 'versi itu dicabut'}.", "success")
    return redirect(url_for("versions.page", process_id=process_id))


@blueprint.post("/proses/<process_id>/versi/usulan/<int:proposal_id>/tolak")
def reject(process_id: str, proposal_id: int) -> ResponseReturnValue:
    """Turns a proposal down, or takes one's own back."""
    proposed(process_id, proposal_id)
    office().versions.reject(proposal_id, actor(), reason())
    flash("Usulan ditutup; yang berlaku dan drafnya tidak berubah.", "success")
    return redirect(url_for("versions.page", process_id=process_id))


@blueprint.post("/proses/<process_id>/versi/persetujuan")
def set_approval(process_id: str) -> ResponseReturnValue:
    """Whether versions of this process need a second person's approval."""
    needed = wanted("perlu") == "ya"
    office().versions.set_approval(process_id, needed, actor(), reason())
    flash(
        "Versi baru dan pencabutan kini memerlukan persetujuan pengelola lain."
        if needed
        else "Versi baru dan pencabutan kini tidak memerlukan persetujuan.",
        "success",
    )
    return redirect(url_for("versions.page", process_id=process_id))


# -- parts ----------------------------------------------------------------------------------------------------------


def _after(process_id: str, outcome: Outcome) -> ResponseReturnValue:
    made = outcome.published
    if made is None:
        flash("Diusulkan. Versi ini berlaku setelah disetujui pengelola proses lain.", "success")
    else:
        flash(f"Versi {made.number} tersimpan. Pelaksanaan yang berjalan tetap pada versinya.", "success")
    return redirect(url_for("versions.page", process_id=process_id))


def _day(text: str) -> datetime | None:
    """The beginning of a day in WIB, or a moment of it; None for nothing and for today: in force at once."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = "Tanggal mulai berlaku tidak dapat dibaca; pilih dari kalender."
        raise InvalidData([FieldError(("mulai",), "mulai", message)]) from error
    begin = found if found.tzinfo else found.replace(tzinfo=WIB)
    now = office().clock.now().astimezone(WIB)
    if begin.time() == time() and begin.date() == now.date():
        return None
    if begin - now > timedelta(days=3660):
        message = "Tanggal mulai berlaku terlalu jauh di depan."
        raise InvalidData([FieldError(("mulai",), "mulai", message)])
    return begin


def _history(entries: tuple[TimelineEntry, ...]) -> list[dict[str, Any]]:
    lines = []
    for entry in reversed(entries):
        words = HISTORY.get(entry.type)
        if words is None:
            continue
        known = {key: entry.data.get(key, "") for key in ("versi", "diusulkan_oleh")}
        known["mengusulkan"] = subject(entry.data.get("mencabut"))
        known["persetujuan"] = APPROVAL[bool(entry.data.get("sesudah"))]
        who = f"{entry.name}, {entry.title}," if entry.title and entry.title != entry.name else entry.name
        why = entry.data.get("alasan") or entry.data.get("catatan")
        lines.append({"text": f"{who} {words.format(**known)}.", "reason": why, "at": entry.at})
    return lines
