"""Starting a process: its start form, files for it, and the instance that comes of it."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.attachments import stored
from service.replies import as_json
from service.security import actor, body_json, office, takes_files

blueprint = Blueprint("starting", __name__)


@blueprint.get("/proses/<process_id>/mulai")
def page(process_id: str) -> ResponseReturnValue:
    """The start page, for who may start this process."""
    found = office().engine.start_page(process_id, actor())
    return render_template("process/start.html", process=found.process, form_title=found.form.title)


@blueprint.get("/proses/<process_id>/mulai/formulir")
def form(process_id: str) -> ResponseReturnValue:
    """The start form with what it opens with."""
    found = office().engine.start_page(process_id, actor())
    return as_json(
        {
            "schema": found.form.schema,
            "data": found.data,
            "attachments": {},
            "readonly": False,
            "canEdit": True,
            "revision": None,
            "draftRevision": 0,
            "savedAt": None,
            "sign": None,
        }
    )


@blueprint.post("/proses/<process_id>/mulai")
def submit(process_id: str) -> ResponseReturnValue:
    """Starts an instance; answers where to go next.

    A key that was started before is answered with the ordinal that the next start would take; the request that gives
    it back (`ke`) with a reason (`alasan`) starts it. So pressing twice, or in two browsers, starts one.
    """
    body = body_json()
    text = request.args.get("ke", "")
    offered = int(text) if text.isdecimal() and len(text) < 10 else None
    reason = request.args.get("alasan", "")[:500] if offered is not None else None
    instance_id = office().engine.start_instance(process_id, body.get("data"), actor(), reason=reason, ordinal=offered)
    return as_json({"next": url_for("instances.page", instance_id=instance_id)}), 201


@blueprint.post("/proses/<process_id>/mulai/lampiran")
@takes_files
def upload(process_id: str) -> ResponseReturnValue:
    """Stores a file that the start form will name."""
    return stored(process_id=process_id)
