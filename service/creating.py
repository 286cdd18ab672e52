"""A new process: from an empty diagram, from a template, as a copy of another, or from a file made elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.outline import outline
from bpmn.rewrite import process_of
from bpmn.safexml import MAX_BYTES
from process import authority
from process.comparing import Comparison, compare
from process.definitions import Version
from process.draft_states import check_content
from process.errors import FileRefused, InvalidData
from process.model import PENGELOLA, FieldError
from service.demo import shipped
from service.editor import wanted
from service.problems import RequestRefused
from service.replies import as_json
from service.security import actor, body_json, office, takes_diagrams, takes_files

blueprint = Blueprint("creating", __name__)

EMPTY = "kosong"


def templates() -> dict[str, bytes]:
    """Diagrams to begin from, by name without ending; the empty one among them."""
    folder = files("bpmn").joinpath("diagrams", "templat")
    found = [path for path in folder.iterdir() if path.name.endswith(".bpmn")] if folder.is_dir() else []
    return {path.name.removesuffix(".bpmn"): path.read_bytes() for path in sorted(found, key=lambda path: path.name)}


@dataclass(frozen=True, slots=True)
class Revision:
    """A shipped revision of a process. `says`: what it is about, in its author's sentences; `differs`: from the version
    that it was compared with, None without one."""

    template: str
    title: str
    says: tuple[str, ...]
    differs: Comparison | None


def revisions_of(process_id: str, than: Version | None) -> list[Revision]:
    """The shipped revisions of this very process, compared with a version of it."""
    found = []
    for name, xml in templates().items():
        read = outline(xml)
        if read is None or read.id != process_id:
            continue
        differs = None
        if than is not None:
            forms = {form_id: form.source for form_id, form in than.forms.items()}
            differs = compare(than.process.xml, forms, xml, template_forms(xml))
        found.append(Revision(name, read.name, read.explained, differs))
    return found


def revision(process_id: str, template: str) -> bytes | None:
    """A shipped revision of this very process, by its name; None when there is none."""
    xml = templates().get(template)
    found = process_of(xml) if xml is not None else None
    return xml if found is not None and found[0] == process_id else None


def template_forms(xml: bytes) -> dict[str, bytes]:
    """The shipped forms that a template names anywhere."""
    known = {**shipped()[1], **_beside()}
    text = xml.decode()
    return {form_id: source for form_id, source in known.items() if f'"{form_id}"' in text}


def _beside() -> dict[str, bytes]:
    folder = files("bpmn").joinpath("diagrams", "templat")
    found = [path for path in folder.iterdir() if path.name.endswith(".form")] if folder.is_dir() else []
    return {path.name.removesuffix(".form"): path.read_bytes() for path in found}


@blueprint.get("/proses/baru")
def page() -> ResponseReturnValue:
    """What to begin from."""
    authority.require(actor(), PENGELOLA)
    return _page({}, {})


def _page(typed: dict[str, str], errors: dict[str, str]) -> str:
    known: list[dict[str, Any]] = []
    for name, xml in templates().items():
        if name != EMPTY:
            found = process_of(xml)
            read = outline(xml)
            known.append({
                "id": name, "name": found[1] if found else name, "steps": len(read.steps) if read else 0,
                "revises": found[0] if found else None,
            })  # fmt: skip
    rows = {row.process_id: row.name for row in office().definitions.list()}
    return render_template(
        "process/new.html",
        sources=rows,
        templates=known,
        units=office().people.units(),
        values={"cara": "unggah", **typed},
        errors=errors,
    )


@blueprint.post("/proses/baru")
@takes_files
@takes_diagrams
def create() -> ResponseReturnValue:
    """The draft of a new process."""
    authority.require(actor(), PENGELOLA)
    if request.is_json:
        return _drawn()
    typed = {name: wanted(name) for name in ("cara", "nama", "unit", "sumber", "templat")}
    try:
        xml, forms = _content(typed)
        if not typed["nama"]:
            found = process_of(xml)
            typed["nama"] = found[1] if found else ""
        if not typed["unit"]:
            raise InvalidData([FieldError(("unit",), "unit", "Pilih unit pemilik proses.")])
        made = office().drafts.create(typed["nama"], typed["unit"], xml, forms, actor())
    except InvalidData as error:
        return _page(typed, {one.field: one.message for one in error.errors}), 422
    flash("Draf proses baru dibuat. Proses ini dapat dijalankan setelah diberlakukan.", "success")
    return redirect(url_for("editor.page", process_id=made))


@blueprint.post("/proses/<process_id>/draf/templat")
def from_template(process_id: str) -> ResponseReturnValue:
    """A shipped revision of this very process becomes its draft; what the draft was stays among its saved states."""
    authority.require(actor(), PENGELOLA)
    name = wanted("templat")
    xml = revision(process_id, name)
    if xml is None:
        raise InvalidData([FieldError(("templat",), "templat", "Templat ini bukan revisi proses ini.")])
    state = office().drafts.state(process_id)
    office().drafts.save(process_id, actor(), revision=state.revision, xml=xml, forms=template_forms(xml))
    flash("Draf diisi dari templat. Simpanan sebelumnya masih ada dalam riwayat draf.", "success")
    return redirect(url_for("editor.page", process_id=process_id))


def _drawn() -> ResponseReturnValue:
    """A new process as the page's script sends it: a drawing with lanes, or a copy."""
    body = body_json()
    texts = {name: body.get(name) for name in ("id", "name", "unit", "xml", "copyOf")}
    if any(text is not None and not isinstance(text, str) for text in texts.values()):
        raise RequestRefused("Id, nama, unit, dan diagram harus berupa teks.")
    if not texts["unit"]:
        raise InvalidData([FieldError(("unit",), "unit", "Pilih unit pemilik proses.")])
    if texts["copyOf"]:
        state = office().drafts.state(texts["copyOf"])
        xml, forms = state.xml, dict(state.forms)
    else:
        xml, forms = (texts["xml"] or "").encode() or templates()[EMPTY], {}
    made = office().drafts.create(
        texts["name"] or "", texts["unit"], xml, forms, actor(), process_id=texts["id"] or None
    )
    return as_json({"next": url_for("editor.page", process_id=made)}), 201


def _content(typed: dict[str, str]) -> tuple[bytes, dict[str, bytes]]:
    way = typed["cara"]
    if way == "salin":
        state = office().drafts.state(typed["sumber"])
        return state.xml, dict(state.forms)
    if way == "unggah":
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise InvalidData([FieldError(("file",), "file", "Pilih berkas .bpmn.")])
        xml = sent.stream.read(MAX_BYTES + 1)
        check_content(xml, None)
        if b"definitions" not in xml:
            raise FileRefused("Berkas ini bukan diagram BPMN 2.0.")
        return xml, template_forms(xml)
    name = typed["templat"] if way == "templat" else EMPTY
    found = templates().get(name)
    if found is None:
        raise InvalidData([FieldError(("templat",), "templat", "Pilih salah satu templat.")])
    return found, template_forms(found)
