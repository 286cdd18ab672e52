"""Documents alone, and their print-outs."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from process.errors import NotFound
from service import showing
from service.processes import unit_names
from service.replies import as_json
from service.security import actor, office, quiet

blueprint = Blueprint("documents", __name__)


@blueprint.get("/dokumen/<int:version_id>")
def page(version_id: int) -> ResponseReturnValue:
    """One version of a document: content, digest, who wrote and who signed it."""
    found = office().views.document(version_id, actor())
    newer = found.newest if found.newest and found.newest.id != version_id else None
    return render_template(
        "document/page.html",
        document=showing.document(found.document, unit_names()),
        instance=found.instance,
        see_instance=True,
        newer={"number": newer.number, "url": url_for("documents.page", version_id=newer.id)} if newer else None,
        signatures=[
            {"label": showing.SIGNATURES.get(one.kind, one.kind), "name": one.name, "title": one.title, "at": one.at}
            for one in found.document.signatures
        ],
        earlier=[showing.earlier(one) for one in found.document.earlier],
        prints=[showing.printout(one) for one in found.printouts],
    )


@blueprint.get("/cetak/<print_id>")
@quiet
def print_page(print_id: str) -> ResponseReturnValue:
    """Where a print-out stands; refreshes itself until it is ready."""
    found = office().views.printout(print_id, actor())
    return render_template("document/print.html", print=showing.printout(found.printout), instance=found.instance)


@blueprint.post("/cetak/<print_id>/ulang")
def print_again(print_id: str) -> ResponseReturnValue:
    """Asks anew for a print-out that could not be made."""
    office().prints.again(print_id, actor())
    return redirect(url_for("documents.print_page", print_id=print_id))


@blueprint.get("/cetak/<print_id>/status")
@quiet
def print_status(print_id: str) -> ResponseReturnValue:
    """The same for scripts."""
    found = office().views.printout(print_id, actor()).printout
    url = url_for("documents.pdf", print_id=print_id) if found.state == "ready" else None
    return as_json({"state": found.state, "sha256": found.sha256, "size": found.size, "url": url})


@blueprint.get("/cetak/<print_id>.pdf")
def pdf(print_id: str) -> ResponseReturnValue:
    """The PDF, shown in the browser: it is made here from escaped data, unlike what people upload."""
    found = office().views.printout(print_id, actor())
    if found.printout.state != "ready" or found.path is None:
        if found.printout.state == "waiting":
            return redirect(url_for("documents.print_page", print_id=print_id))
        raise NotFound("Cetakan ini tidak berhasil dibuat.")
    name = f"{found.printout.title} - {found.instance.business_key}.pdf"
    response: Response = send_file(
        found.path, mimetype="application/pdf", download_name=name, etag=found.printout.sha256 or False
    )
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response
