"""The editors of a process and its forms: pages, drafts that save themselves, the check, what there is to choose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.model import Finding
from forms.canonical import CanonicalError, dumps, loads
from process import authority
from process.drafting import State
from process.errors import Conflict, InvalidData, NotFound
from process.model import PENGELOLA, FieldError
from service import reference
from service.problems import RequestRefused
from service.replies import as_json
from service.security import CSP, actor, body_json, office, quiet, takes_diagrams, whole_number

blueprint = Blueprint("editor", __name__)

#: The editor's libraries write `style` attributes; nothing else of the policy is loosened, and on no other page.
EDITOR_CSP = f"{CSP}; style-src-attr 'unsafe-inline'"
FORM = "__formulir__"


def may_edit() -> bool:
    """Whether this person may change processes."""
    return authority.has(actor(), PENGELOLA)


@blueprint.get("/proses/<process_id>/sunting")
def page(process_id: str) -> ResponseReturnValue:
    """The diagram's editor; who may not edit sees the draft."""
    state = office().drafts.state(process_id)
    return _loosened(
        render_template("editor/page.html", state=state, can_edit=may_edit(), form_placeholder=FORM, base=state.base)
    )


@blueprint.get("/proses/<process_id>/draf")
def draft(process_id: str) -> ResponseReturnValue:
    """The draft that counts, or the version that one would begin from."""
    return as_json(told(office().drafts.state(process_id)))


@blueprint.put("/proses/<process_id>/draf")
@takes_diagrams
def save(process_id: str) -> ResponseReturnValue:
    """Keeps the draft; 409 when somebody else saved the same part since."""
    body = body_json()
    data = body.get("data")
    if not isinstance(data, dict):
        raise RequestRefused("Draf harus berupa objek “data” dengan “xml” atau “forms”.")
    known = office().drafts.state(process_id).forms
    state = office().drafts.save(
        process_id, actor(), revision=_revision(body), xml=_xml(data), forms=_sources(data.get("forms"), known)
    )
    return as_json(_kept(state))


@blueprint.post("/proses/<process_id>/draf/buang")
def discard(process_id: str) -> ResponseReturnValue:
    """Closes the draft without putting it in force."""
    office().drafts.discard(process_id, actor())
    flash("Draf dibuang. Simpanannya masih dapat dibuka dari riwayat draf.", "success")
    known = any(row.process_id == process_id for row in office().definitions.list(process_id))
    return redirect(url_for("versions.page", process_id=process_id) if known else url_for("processes.listing"))


@blueprint.post("/proses/<process_id>/periksa")
@quiet
@takes_diagrams
def check(process_id: str) -> ResponseReturnValue:
    """What the publication check says of a drawing, each finding at its element or component."""
    body = body_json()
    state = office().drafts.state(process_id)
    xml = _xml(body)
    given = _sources(body.get("forms"), state.forms)
    found = office().drafts.check(process_id, state.xml if xml is None else xml, given)
    said = [_finding(one) for one in found]
    for form_id, source in (given or {}).items():
        if source is not None:
            said += [{**_finding(one), "form": form_id} for one in reference.findings(source)[1]]
    return as_json({"findings": said, "ok": not any(one.severity == "error" for one in found)})


@blueprint.get("/proses/<process_id>/acuan")
@quiet
def choices(process_id: str) -> ResponseReturnValue:
    """Forms, roles and units to choose from."""
    state = office().drafts.state(process_id)
    schemas = state.schemas()
    forms = []
    for form_id, source in state.forms.items():
        form = reference.findings(source)[0]
        entry = reference.form_entry(form) if form else reference.broken_entry(form_id, schemas.get(form_id))
        forms.append({**entry, "id": form_id})
    forms.sort(key=lambda one: str(one["title"]).lower())
    return as_json({"forms": forms, "roles": _roles(), "units": _units()})


# -- one form -------------------------------------------------------------------------------------------------------


@blueprint.post("/proses/<process_id>/formulir")
def create_form(process_id: str) -> ResponseReturnValue:
    """A new, empty form in the draft."""
    title = " ".join(str(body_json().get("title") or "").split())[:200]
    if not title:
        raise InvalidData([FieldError(("title",), "title", "Judul formulir wajib diisi.")])
    state = office().drafts.state(process_id)
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "formulir"
    form_id = next(one for one in (plain, *(f"{plain}-{n}" for n in range(2, 1000))) if one not in state.forms)
    schema = {"id": form_id, "title": title, "type": "default", "schemaVersion": 19, "components": []}
    office().drafts.save(process_id, actor(), revision=state.revision, forms={form_id: dumps(schema)})
    return as_json({"id": form_id, "url": url_for("editor.form_page", process_id=process_id, form_id=form_id)}), 201


@blueprint.get("/proses/<process_id>/formulir/<form_id>/sunting")
def form_page(process_id: str, form_id: str) -> ResponseReturnValue:
    """The designer of one form."""
    state = office().drafts.state(process_id)
    schema = _schema(state, form_id)
    title = str(schema.get("title") or form_id)
    return render_template("editor/form.html", state=state, form_id=form_id, title=title, can_edit=may_edit())


@blueprint.get("/proses/<process_id>/formulir/<form_id>/draf")
def form_draft(process_id: str, form_id: str) -> ResponseReturnValue:
    """One form of the draft."""
    state = office().drafts.state(process_id)
    return as_json({**told(state, whole=False), "data": {"schema": _schema(state, form_id)}})


@blueprint.put("/proses/<process_id>/formulir/<form_id>/draf")
def save_form(process_id: str, form_id: str) -> ResponseReturnValue:
    """Keeps one form of the draft; its id stays what it is."""
    body = body_json()
    data = body.get("data")
    schema = _schema_of(data if isinstance(data, dict) else {})
    if schema.get("id") != form_id:
        message = f"Id formulir harus tetap “{form_id}”."
        raise InvalidData([FieldError(("data", "schema", "id"), "id", message)])
    given = _sources({form_id: schema}, office().drafts.state(process_id).forms)
    return as_json(_kept(office().drafts.save(process_id, actor(), revision=_revision(body), forms=given)))


@blueprint.post("/proses/<process_id>/formulir/<form_id>/periksa")
@quiet
def check_form(process_id: str, form_id: str) -> ResponseReturnValue:
    """What is to be said about one form, at its components; and at the form itself what the diagram then lacks."""
    source = dumps(_schema_of(body_json()))
    form, found = reference.findings(source)
    entry = reference.form_entry(form) if form else {"outputs": [], "inputs": []}
    said = [_finding(one) for one in found]
    if form is not None:
        state = office().drafts.state(process_id)
        before = {(one.code, one.element, one.message) for one in office().drafts.check(process_id, state.xml)}
        for one in office().drafts.check(process_id, state.xml, {form_id: source}):
            if one.severity == "error" and (
                form_id in one.message or (one.code, one.element, one.message) not in before
            ):
                said.append({**_finding(one), "element": "", "at": one.element})
    return as_json({"findings": said, "ok": form is not None, "outputs": entry["outputs"], "inputs": entry["inputs"]})


@blueprint.get("/proses/<process_id>/formulir/<form_id>/contoh")
@quiet
def sample(process_id: str, form_id: str) -> ResponseReturnValue:
    """What the form opens with in the newest instance, for who may edit; the designer makes up what is not known."""
    return as_json({"data": office().samples.initial(process_id, form_id, actor())})


@blueprint.get("/proses/acuan")
@quiet
def offered() -> ResponseReturnValue:
    """What a new process chooses from."""
    authority.require(actor(), PENGELOLA)
    known = office().definitions.list()
    processes = {row.process_id: row.name for row in known} | {
        row.process_id: row.name for row in office().drafts.list()
    }
    listed = [{"id": key, "name": name} for key, name in sorted(processes.items(), key=lambda one: one[1].lower())]
    return as_json({"roles": _roles(), "units": _units(), "processes": listed})


# -- parts ----------------------------------------------------------------------------------------------------------


def _roles() -> list[dict[str, str]]:
    definitions = office().definitions
    current = [definitions.current(row.process_id).process for row in definitions.list() if row.in_force]
    return reference.roles(current, {position.role for position in office().people.positions()})


def _units() -> list[dict[str, str]]:
    return [{"code": unit.code, "name": unit.name} for unit in office().people.units()]


def _schema_of(body: Mapping[str, Any]) -> dict[str, Any]:
    schema = body.get("schema")
    if not isinstance(schema, dict):
        raise RequestRefused("Formulir harus berupa objek “schema”.")
    return schema


def _source_of(state: State, form_id: str) -> bytes:
    if form_id not in state.forms:
        raise NotFound("Formulir ini tidak ada dalam draf.")
    return state.forms[form_id]


def _loosened(html: str) -> Any:
    response = make_response(html)
    response.headers["Content-Security-Policy"] = EDITOR_CSP
    return response


def told(state: State, *, whole: bool = True) -> dict[str, Any]:
    """A state as scripts get it."""
    said = {
        "process": state.process_id,
        "name": state.name,
        "revision": state.revision,
        "savedAt": state.saved_at.isoformat() if state.saved_at else None,
        "savedBy": state.saved_by,
        "canEdit": may_edit(),
        "base": state.base,
    }
    return {**said, "data": {"xml": state.xml.decode(), "forms": state.schemas()}} if whole else said


def _kept(state: State) -> dict[str, Any]:
    return {"revision": state.revision, "savedAt": state.saved_at.isoformat() if state.saved_at else None}


def _finding(one: Finding | Any) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.severity,
        "element": one.element,
        "message": one.message,
        "line": getattr(one, "line", None),
    }


def _revision(body: Mapping[str, Any]) -> int:
    revision = whole_number(body, "revision")
    if revision is None:
        raise RequestRefused("Nomor draf (“revision”) tidak disebut.")
    return revision


def _xml(data: Mapping[str, Any]) -> bytes | None:
    xml = data.get("xml")
    if xml is not None and not isinstance(xml, str):
        raise RequestRefused("Diagram (“xml”) harus berupa teks.")
    return None if xml is None else xml.encode()


def _sources(forms: object, known: Mapping[str, bytes]) -> dict[str, bytes | None] | None:
    """Form sources of JSON schemas; one that says the same as before keeps its bytes."""
    if forms is None:
        return None
    if not isinstance(forms, dict) or not all(one is None or isinstance(one, dict) for one in forms.values()):
        raise RequestRefused("Formulir (“forms”) harus berupa objek: id dan definisinya.")
    found: dict[str, bytes | None] = {}
    for form_id, schema in forms.items():
        found[form_id] = None if schema is None else dumps(schema)
        if schema is not None and form_id in known:
            try:
                if loads(known[form_id]) == schema:
                    found[form_id] = known[form_id]
            except CanonicalError:
                continue
    return found


def _schema(state: State, form_id: str) -> dict[str, Any]:
    _source_of(state, form_id)
    found = state.schemas().get(form_id)
    if not isinstance(found, dict):
        raise Conflict("Definisi formulir ini tidak dapat dibaca.")
    return found


def wanted(name: str) -> str:
    """A text field of this request's form, without what no database holds."""
    return " ".join("".join(c for c in request.form.get(name, "") if c.isprintable()).split())
