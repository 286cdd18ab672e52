"""The processes in force: their list, and each one's SOP as an identity page, a table of steps and a diagram."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from bpmn.picture import UNMARKED, Mark, to_svg
from process import authority
from process.definitions import Version
from process.errors import AlurError
from process.model import PENGELOLA, Actor
from service.replies import PICTURE, diagram_file
from service.security import actor, office

blueprint = Blueprint("processes", __name__)

LATEST = 5  # instances named on the process page


@blueprint.get("/proses")
def listing() -> ResponseReturnValue:
    """All processes in force, with what one needs to choose."""
    who = actor()
    names = unit_names()
    rows: list[dict[str, Any]] = []
    known = office().definitions.list()
    current = {row.process_id for row in known if row.in_force}
    # Not in force: for who may bring that about. Drafts of processes that are, are on their own pages.
    waiting = {row.process_id: row.name for row in office().drafts.list() if row.process_id not in current}
    waiting |= {row.process_id: row.name for row in known if row.process_id not in current}
    for row in known:
        if not row.in_force:
            continue
        version = office().definitions.current(row.process_id)
        rows.append(
            {
                "process_id": row.process_id,
                "name": row.name,
                "owner_name": names.get(row.owner_unit, row.owner_unit),
                "number": row.number,
                "effective_from": row.effective_from,
                "identity": version.process.identity,
                "steps": len(version.process.tasks),
                "may_start": may_start(version, who),
            }
        )
    editor = authority.has(who, PENGELOLA)
    return render_template(
        "process/list.html",
        rows=rows,
        may_edit=editor,
        waiting=waiting if editor else {},
        proposed=office().versions.waiting() if editor else {},
    )


@blueprint.get("/proses/<process_id>")
def page(process_id: str) -> ResponseReturnValue:
    """The SOP: everything that its identity page holds, the table of steps, the diagram."""
    who = actor()
    version = office().definitions.current(process_id)
    return render_template(
        "process/page.html",
        process=version.process,
        version=version,
        owner_name=unit_names().get(version.owner_unit, version.owner_unit),
        may_start=may_start(version, who),
        may_edit=authority.has(who, PENGELOLA),
        in_force=True,
        instances=[row.instance for row in office().views.instances(who, process_id=process_id).rows[:LATEST]],
    )


@blueprint.get("/proses/<process_id>/diagram.bpmn")
def diagram(process_id: str) -> ResponseReturnValue:
    """The diagram in force, byte for byte as published."""
    return bpmn(office().definitions.current(process_id))


@blueprint.get("/proses/<process_id>/diagram.svg")
def picture(process_id: str) -> ResponseReturnValue:
    """The diagram in force as a picture."""
    return svg(office().definitions.current(process_id))


def bpmn(version: Version) -> Response:
    """A version's diagram as an answer; it never changes."""
    return _lasting(diagram_file(version.process.xml, f"{version.process_id}-v{version.number}"), version.digest)


def svg(version: Version, marks: Mapping[str, Mark] = UNMARKED, *, title: str = "") -> Response:
    """A version's diagram as a picture, with what `marks` say of its elements."""
    drawn = to_svg(version.process.xml, marks=marks, title=title)
    response = diagram_file(drawn, f"{version.process_id}-v{version.number}", PICTURE)
    return _lasting(response, hashlib.sha256(drawn).hexdigest())


def _lasting(response: Response, tag: str) -> Response:
    """Kept by the browser of who may see it, and asked for again each time."""
    response.set_etag(tag)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def unit_names() -> dict[str, str]:
    """Names of all units by code, closed ones too: history shows them."""
    return {unit.code: unit.name for unit in office().people.units(active=None)}


def may_start(version: Version, who: Actor) -> bool:
    """Whether this person may start the process; asked of the engine itself, so that page and command agree."""
    try:
        office().engine.start_page(version.process_id, who)
    except AlurError:
        return False
    return True
