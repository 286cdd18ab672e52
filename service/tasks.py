"""The task page, and what one does there: take it, give it back, draft, check, send, correct; and a manager's acts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms.render import to_html
from process.errors import InvalidData, NotAuthenticated, TooManyAttempts
from process.model import Confirmation
from process.views import TaskPage
from service import showing
from service.problems import PasswordWrong, RequestRefused
from service.processes import unit_names
from service.replies import as_json, attachment_data
from service.security import actor, address, body_json, office, whole_number
from service.words import waktu

blueprint = Blueprint("tasks", __name__)


@blueprint.get("/tugas/<task_id>")
def page(task_id: str) -> ResponseReturnValue:
    """A task: where it stands, what it starts from, its form."""
    found = office().views.task(task_id, actor())
    names = unit_names()
    task, definition = found.task, found.definition
    item_name = names.get(task.item, task.item) if task.item else None
    return render_template(
        "task/page.html",
        task=task,
        instance=found.instance,
        item_name=item_name,
        steps=showing.steps(found.version.process, found.instance, task.element, found.open_elements),
        mutu=definition.mutu_baku,
        doer=showing.doer(found.version.process, task.element, names.get(task.unit, task.unit)),
        holder=found.done_by if task.completed else found.holder,
        due_state=found.due_state,
        left=found.left,
        note=_note(found),
        reads=[showing.document(one, names) for one in found.reads],
        form_title=found.form.title,
        can=found.can,
        editable=found.can.edit or found.can.amend,
        sign=definition.sign.kind if definition.sign else None,
        done=_done(found),
        done_text=_done_text(found),
        prints=[showing.printout(one) for one in found.printouts],
        candidates=[{"id": one[0], "name": one[1]} for one in found.candidates],
        see_instance=found.can.see_instance,
    )


@blueprint.get("/tugas/<task_id>/formulir")
def form(task_id: str) -> ResponseReturnValue:
    """The form and what it opens with."""
    found = office().views.task(task_id, actor(), form_alone=True)
    sign = found.definition.sign
    editable = found.can.edit or found.can.amend
    return as_json(
        {
            "schema": found.form.schema,
            "data": found.data,
            "attachments": attachment_data(found.attachments),
            "readonly": not editable,
            "canEdit": editable,
            "revision": found.task.revision,
            "draftRevision": found.draft.revision if found.draft else 0,
            "savedAt": found.draft.saved_at.isoformat() if found.draft else None,
            "sign": sign
            and {
                "kind": sign.kind,
                "warning": list(found.version.process.identity.peringatan),
                "when": f"={sign.when.text}" if sign.when else None,
            },
        }
    )


@blueprint.put("/tugas/<task_id>/draf")
def draft(task_id: str) -> ResponseReturnValue:
    """Keeps a draft, complete or not."""
    body = body_json()
    who = actor()
    revision = office().engine.save_draft(task_id, body.get("data"), who, revision=whole_number(body, "revision") or 0)
    # Who may save a draft holds the task, or has just taken it by this first edit.
    return as_json({"revision": revision, "savedAt": office().clock.now().isoformat(), "holder": who.name})


@blueprint.post("/tugas/<task_id>/pratinjau")
def preview(task_id: str) -> ResponseReturnValue:
    """The document as it would be written, for the eyes of who is about to initial or sign it."""
    who = actor()
    found = office().engine.preview(task_id, body_json().get("data"), who)
    task = office().views.task(task_id, who, form_alone=True)
    html = to_html(task.version.forms[found.form_id], found.data, attachments=attachment_data(task.attachments))
    return as_json({"digest": found.digest, "html": html, "title": found.title, "signs": found.signs})


@blueprint.post("/tugas/<task_id>/kirim")
def submit(task_id: str) -> ResponseReturnValue:
    """Completes the task; answers where to go next: the next task of the same person, or the inbox."""
    body = body_json()
    done = office().engine.complete_task(
        task_id, body.get("data"), actor(), revision=whole_number(body, "revision"), confirmation=_confirmation(body)
    )
    flash(showing.sent(done), "success")
    if done.finished:
        return as_json({"next": url_for("instances.page", instance_id=done.instance_id)})
    return as_json({"next": url_for("tasks.page", task_id=done.next[0]) if done.next else url_for("inbox.page")})


@blueprint.post("/tugas/<task_id>/koreksi")
def amend(task_id: str) -> ResponseReturnValue:
    """Corrects what was sent, while the SOP allows it."""
    body = body_json()
    office().engine.amend(task_id, body.get("data"), actor(), revision=whole_number(body, "revision"))
    flash("Perbaikan tersimpan sebagai versi baru.", "success")
    return as_json({"next": url_for("tasks.page", task_id=task_id)})


@blueprint.post("/tugas/<task_id>/ambil")
def claim(task_id: str) -> ResponseReturnValue:
    """Takes the task."""
    office().engine.claim(task_id, actor())
    flash("Tugas ini sekarang Anda pegang.", "success")
    return redirect(url_for("tasks.page", task_id=task_id))


@blueprint.post("/tugas/<task_id>/lepaskan")
def release(task_id: str) -> ResponseReturnValue:
    """Gives the task back; its draft stays."""
    office().engine.release(task_id, actor())
    flash("Tugas dilepaskan dan dapat diambil pemegang jabatan yang sama. Draf tetap tersimpan.", "success")
    return redirect(url_for("inbox.page"))


@blueprint.post("/tugas/<task_id>/lepas-paksa")
def force_release(task_id: str) -> ResponseReturnValue:
    """A manager takes the task from its holder, with a reason."""
    office().engine.release(task_id, actor(), reason=reason())
    flash("Tugas dilepaskan dari pemegangnya.", "success")
    return redirect(url_for("tasks.page", task_id=task_id))


@blueprint.post("/tugas/<task_id>/alihkan")
def reassign(task_id: str) -> ResponseReturnValue:
    """A manager gives the task to another person, with a reason."""
    person = request.form.get("orang", "")
    if not person.isdecimal() or len(person) > 15:
        raise RequestRefused("Pilih pegawai yang menerima tugas ini.")
    office().engine.reassign(task_id, int(person), actor(), reason())
    flash("Tugas dialihkan.", "success")
    return redirect(url_for("tasks.page", task_id=task_id))


@blueprint.post("/tugas/<task_id>/lewati")
def skip(task_id: str) -> ResponseReturnValue:
    """A manager records that a Bagian does not answer, with a reason."""
    office().engine.skip(task_id, actor(), reason())
    flash("Bagian ini dicatat tidak menyampaikan.", "success")
    return redirect(url_for("tasks.page", task_id=task_id))


def reason() -> str:
    """The reason given in an ordinary form; the engine refuses an empty one."""
    return request.form.get("alasan", "").replace("\x00", "").strip()[:1000]


def _confirmation(body: dict[str, Any]) -> Confirmation | None:
    """The password given again, checked; with the digest of what the person saw."""
    given = body.get("confirmation")
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("digest"), str):
        raise RequestRefused("Konfirmasi tidak lengkap.")
    password = given.get("password")
    if not isinstance(password, str) or not password:
        raise PasswordWrong("Masukkan kata sandi Anda.")
    try:
        checked = office().people.verify_password(actor(), password[:1000], address())
    except TooManyAttempts:
        raise
    except (InvalidData, NotAuthenticated) as error:
        raise PasswordWrong("Kata sandi tidak cocok. Tugas belum dikirim.") from error
    return Confirmation(given["digest"], checked)


def _note(found: TaskPage) -> dict[str, Any] | None:
    if found.note is None or found.task.completed:
        return None
    if not found.note.text:  # the flow came here again, but nobody returned it: a corrected draft, for instance
        return {"text": "", "title": "Dikerjakan Lagi", "source": "Isian di bawah ini adalah yang terakhir dikirim."}
    by = f" oleh {found.note.by}" if found.note.by else ""
    at = f" pada {waktu(found.note.at)}" if found.note.at else ""
    return {
        "text": found.note.text,
        "title": "Dikembalikan untuk Diperbaiki",
        "source": f"Dikembalikan{by}{at}. Isian di bawah ini adalah yang terakhir dikirim.",
    }


def _done(found: TaskPage) -> str | None:
    if not found.task.completed:
        return None
    return "Tidak menyampaikan" if found.task.skipped else "Selesai"


def _done_text(found: TaskPage) -> str | None:
    task = found.task
    if not task.completed:
        return None
    if task.skipped:
        return f"Dicatat tidak menyampaikan pada {waktu(task.completed)}."
    by = f" oleh {found.done_by}" if found.done_by else ""
    correct = " Anda masih dapat memperbaiki isian ini." if found.can.amend else ""
    return f"Tugas ini sudah dikerjakan{by} pada {waktu(task.completed)}.{correct}"
