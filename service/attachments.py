"""Attachments: taking files in, and giving them to who may see them. Never shown inside the site's own pages."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue

from process.errors import FileRefused
from service.replies import as_json, attachment_url
from service.security import actor, office, takes_files

blueprint = Blueprint("attachments", __name__)

SANDBOX = "default-src 'none'; sandbox"


@blueprint.post("/tugas/<task_id>/lampiran")
@takes_files
def upload(task_id: str) -> ResponseReturnValue:
    """Stores a file that the form of a task will name."""
    return stored(task_id=task_id)


@blueprint.get("/lampiran/<attachment_id>")
def download(attachment_id: str) -> ResponseReturnValue:
    """The file, always as a download and in a sandbox: what a colleague uploaded is still a stranger's file."""
    found, path = office().views.attachment(attachment_id, actor())
    response = send_file(
        path, mimetype=found.media_type, as_attachment=True, download_name=found.name, etag=found.sha256
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def stored(*, task_id: str | None = None, process_id: str | None = None) -> tuple[Response, int]:
    """Stores the file of this request for a task or for a process's start form, and answers what it is."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise FileRefused("Tidak ada berkas yang dikirim.")
    kept = office().files.store(
        cast(BinaryIO, sent.stream), sent.filename, sent.mimetype, actor(), task_id=task_id, process_id=process_id
    )
    return as_json(
        {
            "id": kept.id,
            "name": kept.name,
            "media_type": kept.media_type,
            "size": kept.size,
            "url": attachment_url(kept.id),
        }
    ), 201
