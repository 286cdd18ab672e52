"""The archive bundle of a finished instance: asked for, followed while it is made, fetched."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from process.archive import may_remove
from process.export_rows import Export
from service.exports import STATES, kept_file
from service.security import actor, office, quiet

blueprint = Blueprint("archives", __name__)


@blueprint.get("/pelaksanaan/<instance_id>/berkas")
def page(instance_id: str) -> ResponseReturnValue:
    """What the bundle is, and how far it is."""
    asked = office().archive.asked(instance_id, actor())
    found = office().views.instance(instance_id, actor())
    return render_template("instance/archive.html", instance=found.instance, **_state(asked))


@blueprint.get("/pelaksanaan/<instance_id>/berkas/keadaan")
@quiet
def state(instance_id: str) -> ResponseReturnValue:
    """How far it is, asked for while it is being made; 204 while it is as the page knows it (`kini`), so that nothing
    is read aloud again."""
    asked = office().archive.asked(instance_id, actor())
    if asked is not None and asked.state == request.args.get("kini"):
        return "", 204
    return render_template("instance/archive_state.html", instance_id=instance_id, **_state(asked))


@blueprint.post("/pelaksanaan/<instance_id>/berkas")
def ask(instance_id: str) -> ResponseReturnValue:
    """Ask for it; what is being made or is there is not made twice."""
    office().archive.ask(instance_id, actor())
    return redirect(url_for("archives.page", instance_id=instance_id))


@blueprint.post("/pelaksanaan/<instance_id>/berkas/batalkan")
def cancel(instance_id: str) -> ResponseReturnValue:
    """Stop the making."""
    office().archive.cancel(instance_id, actor())
    flash("Pembuatan berkas arsip dibatalkan.", "success")
    return redirect(url_for("archives.page", instance_id=instance_id))


@blueprint.post("/pelaksanaan/<instance_id>/berkas/hapus")
def remove(instance_id: str) -> ResponseReturnValue:
    """Keep the finished file no longer."""
    office().archive.remove(instance_id, actor())
    flash("Berkas arsip dihapus. Bila diperlukan, berkas yang sama dapat dibuat lagi.", "success")
    return redirect(url_for("archives.page", instance_id=instance_id))


@blueprint.get("/pelaksanaan/<instance_id>/berkas.zip")
def file(instance_id: str) -> ResponseReturnValue:
    """The bundle, to be kept; for who may see everything of the instance."""
    found, path = office().archive.fetch(instance_id, actor())
    return kept_file(found, path, "application/zip")


def _state(asked: Export | None) -> dict[str, Any]:
    name, badge = STATES[asked.state] if asked is not None else ("Belum diminta", "bg-secondary-lt")
    removable = asked is not None and may_remove(asked, actor())
    return {"asked": asked, "state_name": name, "badge": badge, "removable": removable}
