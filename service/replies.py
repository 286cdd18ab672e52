"""Answers for scripts: JSON with exact numbers and instants in ISO 8601; diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, url_for

from forms.canonical import dumps
from process.model import Attachment

PICTURE = "image/svg+xml"


def as_json(data: Mapping[str, Any]) -> Response:
    """The data as JSON; decimals keep every digit."""
    return Response(dumps(data), mimetype="application/json")


def diagram_file(content: bytes, name: str, media_type: str = "application/xml") -> Response:
    """A diagram or its picture as an answer: shown nowhere by itself, and saved under a name of its own."""
    response = Response(content, mimetype=media_type)
    ending = "svg" if media_type == PICTURE else "bpmn"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{ending}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def attachment_url(attachment_id: str) -> str:
    return url_for("attachments.download", attachment_id=attachment_id)


def attachment_data(attachments: Iterable[Attachment]) -> dict[str, Any]:
    """What a page needs to show files by name: by id, with the address of each."""
    return {
        one.id: {
            "id": one.id,
            "name": one.name,
            "size": one.size,
            "media_type": one.media_type,
            "url": attachment_url(one.id),
        }
        for one in attachments
    }
