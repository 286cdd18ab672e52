"""Two versions of a process side by side, or one and what may become one: the draft, a saved state, what is proposed, a
shipped revision."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from process.comparing import compare
from process.errors import NotFound
from service.creating import revision, template_forms
from service.replies import diagram_file
from service.security import office

blueprint = Blueprint("comparing", __name__)


@blueprint.get("/proses/<process_id>/bandingkan")
def page(process_id: str) -> ResponseReturnValue:
    """Pictures side by side, and what texts and forms say differently."""
    found = office().versions.page(process_id)
    sides = [str(row.number) for row in found.versions]
    asked = [request.args.get(name, "") for name in ("dari", "ke")]
    sides += dict.fromkeys(one for one in asked if _saved(one) or _shipped(one))
    if found.draft:
        sides.insert(0, "draf")
    if found.proposal and found.proposal.revokes is None:
        sides.insert(0, "usulan")
    if len(sides) < 2:
        return render_template("version/compare.html", page=found, sides=(), chosen=None, result=None)
    current = str(found.in_force.number) if found.in_force else sides[-1]
    after = request.args.get("ke", sides[0])
    default = current if current != after else next(side for side in sides if side != after)
    before = request.args.get("dari", default)
    old, new = (_side(process_id, one, sides) for one in (before, after))
    return render_template(
        "version/compare.html",
        page=found,
        sides=[(side, _called(side)) for side in sides],
        chosen=(before, after),
        titles=(_called(before), _called(after)),
        urls=(old[2], new[2]),
        result=compare(old[0], old[1], new[0], new[1]),
    )


@blueprint.get("/proses/<process_id>/draf/diagram.bpmn")
def draft_diagram(process_id: str) -> ResponseReturnValue:
    """The diagram of the draft."""
    return diagram_file(office().drafts.state(process_id).xml, f"{process_id}-draf")


@blueprint.get("/proses/<process_id>/usulan/<int:proposal_id>/diagram.bpmn")
def proposed_diagram(process_id: str, proposal_id: int) -> ResponseReturnValue:
    """The diagram of a proposal."""
    return diagram_file(proposed(process_id, proposal_id)[0], f"{process_id}-usulan")


@blueprint.get("/proses/<process_id>/templat/<name>/diagram.bpmn")
def template_diagram(process_id: str, name: str) -> ResponseReturnValue:
    """The diagram of a shipped revision."""
    return diagram_file(_template(process_id, name), f"{process_id}-usulan-revisi")


def proposed(process_id: str, proposal_id: int) -> tuple[bytes, dict[str, bytes]]:
    """Diagram and forms of a proposal for this process; raises NotFound."""
    asked, xml, forms = office().versions.proposed(proposal_id)
    if asked.process_id != process_id:
        raise NotFound("Usulan ini tidak ada.")
    return xml, forms


# -- parts ----------------------------------------------------------------------------------------------------------


def _side(process_id: str, side: str, sides: list[str]) -> tuple[bytes, Mapping[str, bytes], str]:
    if side not in sides:
        raise NotFound("Versi yang dibandingkan tidak ada.")
    if side == "draf":
        state = office().drafts.state(process_id)
        return state.xml, state.forms, url_for("comparing.draft_diagram", process_id=process_id)
    if (saved := _saved(side)) is not None:
        state = office().drafts.state(process_id, saved)
        return state.xml, state.forms, url_for("saved_drafts.diagram", process_id=process_id, number=saved)
    if (name := _shipped(side)) is not None:
        xml = _template(process_id, name)
        return xml, template_forms(xml), url_for("comparing.template_diagram", process_id=process_id, name=name)
    if side == "usulan":
        asked = office().versions.page(process_id).proposal
        if asked is None:
            raise NotFound("Usulan ini tidak ada lagi.")
        xml, forms = proposed(process_id, asked.id)
        return xml, forms, url_for("comparing.proposed_diagram", process_id=process_id, proposal_id=asked.id)
    version = office().versions.version(process_id, int(side))
    forms = {form_id: form.source for form_id, form in version.forms.items()}
    return version.process.xml, forms, url_for("versions.diagram", process_id=process_id, number=int(side))


def _saved(side: str) -> int | None:
    """The number of a saved state of the draft: `simpanan-12`."""
    name, _, number = side.partition("-")
    return int(number) if name == "simpanan" and number.isdecimal() and number.isascii() and len(number) < 9 else None


def _shipped(side: str) -> str | None:
    """The name of a shipped revision: `templat-usulan-revisi`."""
    kind, _, name = side.partition("-")
    return name if kind == "templat" and name else None


def _called(side: str) -> str:
    if (saved := _saved(side)) is not None:
        return f"Simpanan {saved}"
    if _shipped(side) is not None:
        return "Usulan revisi"
    return {"draf": "Draf", "usulan": "Usulan"}.get(side, f"Versi {side}")


def _template(process_id: str, name: str) -> bytes:
    xml = revision(process_id, name)
    if xml is None:
        raise NotFound("Usulan revisi ini tidak ada.")
    return xml
