"""The administrator's pages: persons and their positions, units, working calendars. Closed to everybody else."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from process import authority
from process.model import ADMINISTRATOR
from service import admin_calendars, admin_people, admin_positions, admin_units
from service.security import actor

blueprint = Blueprint("administration", __name__)
for part in (admin_people, admin_positions, admin_units, admin_calendars):
    blueprint.register_blueprint(part.blueprint)


@blueprint.before_request
def only_administrators() -> None:
    """Every page of this blueprint and its parts; the use cases below ask again for themselves."""
    authority.require(actor(), ADMINISTRATOR)


@blueprint.get("/administrasi")
def home() -> ResponseReturnValue:
    """Where administration begins: the persons."""
    return redirect(url_for("administration.people.listing"))


def is_administrator() -> bool:
    """Whether the menu has an entry for these pages."""
    return authority.has(actor(), ADMINISTRATOR)
