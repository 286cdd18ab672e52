"""Saved states of a draft: their list, one of them to look at, and taking one back as the draft."""

from __future__ import annotations

from math import ceil

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.outline import outline
from service import editor
from service.problems import wants_page
from service.replies import as_json, diagram_file
from service.security import actor, office

blueprint = Blueprint("saved_drafts", __name__)

PAGE = 25


@blueprint.get("/proses/<process_id>/draf/riwayat")
def listing(process_id: str) -> ResponseReturnValue:
    """The saved states that are still there, the newest first."""
    rows = office().drafts.history(process_id)
    if wants_page():
        pages = max(1, ceil(len(rows) / PAGE))
        asked = request.args.get("hal", "1")
        page = min(int(asked), pages) if asked.isdecimal() and len(asked) < 6 and int(asked) else 1
        return render_template(
            "draft/list.html",
            page=office().versions.page(process_id),
            rows=rows[(page - 1) * PAGE : page * PAGE],
            number=page,
            pages=pages,
            can_edit=editor.may_edit(),
        )
    states = [
        {
            "number": row.number,
            "savedAt": row.saved_at.isoformat(),
            "savedBy": row.saved_by,
            "current": row.current,
            "aside": row.aside,
        }
        for row in rows
    ]
    return as_json({"states": states})


@blueprint.get("/proses/<process_id>/draf/<int:number>")
def one(process_id: str, number: int) -> ResponseReturnValue:
    """A state that was saved earlier."""
    state = office().drafts.state(process_id, number)
    if not wants_page():
        return as_json(editor.told(state))
    read = outline(state.xml)
    titles = {key: str(schema.get("title") or key) for key, schema in state.schemas().items()}
    return render_template(
        "draft/one.html",
        state=state,
        page=office().versions.page(process_id),
        steps=read.steps if read else None,
        forms=sorted(titles.values(), key=str.lower),
        can_edit=editor.may_edit(),
    )


@blueprint.get("/proses/<process_id>/draf/<int:number>/diagram.bpmn")
def diagram(process_id: str, number: int) -> ResponseReturnValue:
    """The diagram of a saved state."""
    return diagram_file(office().drafts.state(process_id, number).xml, f"{process_id}-simpanan-{number}")


@blueprint.post("/proses/<process_id>/draf/<int:number>/kembalikan")
def take_back(process_id: str, number: int) -> ResponseReturnValue:
    """A saved state becomes the draft; what the draft was stays among the saved states."""
    office().drafts.take_back(process_id, number, actor())
    flash(f"Simpanan {number} kini menjadi draf. Isi draf sebelumnya tetap ada dalam riwayat draf.", "success")
    return redirect(url_for("editor.page", process_id=process_id))
