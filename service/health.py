"""Whether the service works: for whoever watches it."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from process.errors import AlurError
from service.security import office, public

blueprint = Blueprint("health", __name__)


@blueprint.get("/sehat")
@public
def health() -> ResponseReturnValue:
    """200 when the database answers; 503 when it does not. Says nothing about the data."""
    try:
        office().people.find(limit=1)
    except AlurError:
        return {"status": "sakit"}, 503
    return {"status": "sehat"}
