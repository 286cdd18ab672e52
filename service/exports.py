"""Exports of the record: choosing what and in which form, and the list of one's own with their files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from forms import indonesian
from process import authority, naming
from process.errors import InvalidData
from process.export_rows import Export
from process.model import AUDITOR, PENGELOLA
from service import selecting
from service.exporting import FORMATS, Format
from service.exporting.selection import described, in_words
from service.exporting.writing import file_name, find, too_many
from service.security import actor, office, quiet

blueprint = Blueprint("exports", __name__)

PLACEHOLDER = "sidik-belum-dihitung"
LABELS = {
    "dari": "Dari", "sampai": "Sampai", "pegawai": "Pegawai", "unit": "Unit kerja", "proses": "Proses",
    "pelaksanaan": "Pelaksanaan", "jenis": "Jenis peristiwa", "kata": "Kata",
}  # fmt: skip
STATES = {
    "waiting": ("Menunggu giliran", "bg-secondary-lt"),
    "running": ("Sedang dibuat", "bg-blue-lt"),
    "done": ("Siap diunduh", "bg-green-lt"),
    "failed": ("Gagal", "bg-red-lt"),
    "cancelled": ("Dibatalkan", "bg-secondary-lt"),
    "expired": ("Tidak disimpan lagi", "bg-secondary-lt"),
}


@blueprint.get("/ekspor")
def listing() -> ResponseReturnValue:
    """The exports of this person; an auditor sees everybody's."""
    html, _ = _fragment()
    return render_template("export/list.html", fragment=Markup(html))  # noqa: S704 - our own template made it


@blueprint.get("/ekspor/daftar")
@quiet
def fragment() -> ResponseReturnValue:
    """The list alone, asked for while something is being made; 204 while nothing changed."""
    html, fingerprint = _fragment()
    if request.args.get("sidik") == fingerprint:
        return "", 204
    return html


@blueprint.get("/ekspor/baru")
def new() -> ResponseReturnValue:
    """What would be exported, in words and numbers, and the choice of a form."""
    authority.require(actor(), AUDITOR, PENGELOLA)
    asked = selecting.read(office(), request.args, office().clock.now())
    if asked.errors:
        return render_template("export/new.html", asked=asked, errors=asked.errors, labels=LABELS), 422
    records = office().records
    total = records.count(asked.selection, upto=records.latest())
    chosen = request.args.get("format", "")
    formats = [{"format": one, "why_not": _why_not(one, total)} for one in FORMATS.values()]
    if chosen not in FORMATS or _why_not(FORMATS[chosen], total):
        chosen = next(iter(FORMATS))
    return render_template(
        "export/new.html",
        asked=asked,
        errors={},
        about=described(office().store, asked.selection),
        total=total,
        formats=formats,
        chosen=chosen,
    )


@blueprint.post("/ekspor")
def ask() -> ResponseReturnValue:
    """Ask for a file; what was asked for already and is not done yet is not made twice."""
    asked = selecting.read(office(), request.form, office().clock.now())
    if asked.errors:
        raise InvalidData(message=" ".join(asked.errors.values()))
    format = find(request.form.get("format", ""))
    now = office().clock.now()
    options = {"bom": True} if format.bom and request.form.get("bom") else {}
    name = file_name(format, now, asked.selection.instance)
    made = office().exports.ask(format.code, asked.selection, actor(), name=name, options=options)
    if made.asked_at < now:
        flash("Ekspor yang sama sudah Anda minta sebelumnya, maka tidak dibuat dua kali.", "info")
    return redirect(url_for("exports.listing"))


@blueprint.post("/ekspor/<export_id>/batalkan")
def cancel(export_id: str) -> ResponseReturnValue:
    """Stop one that waits or is being made."""
    office().exports.cancel(export_id, actor())
    flash("Ekspor dibatalkan.", "success")
    return redirect(url_for("exports.listing"))


@blueprint.post("/ekspor/<export_id>/hapus")
def remove(export_id: str) -> ResponseReturnValue:
    """Keep a finished file no longer, so that there is room for others."""
    office().exports.remove(export_id, actor())
    flash("Berkas ekspor dihapus.", "success")
    return redirect(url_for("exports.listing"))


@blueprint.get("/ekspor/<export_id>/berkas")
def file(export_id: str) -> ResponseReturnValue:
    """The file, to be kept; only for who asked, or an auditor."""
    found, path = office().exports.fetch(export_id, actor())
    known = FORMATS.get(found.format)
    return kept_file(found, path, known.media_type if known is not None else "application/octet-stream")


def kept_file(found: Export, path: Path, media_type: str) -> Response:
    """A finished file as a download that nothing on the way keeps and no browser runs."""
    response: Response = send_file(
        path, mimetype=media_type, as_attachment=True, download_name=found.name, etag=found.sha256 or False
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _fragment() -> tuple[str, str]:
    """The list as HTML, and its fingerprint, which the list sends along when it asks whether it is still current."""
    who = actor()
    found = office().exports.mine(who)
    names = naming.meanings(office().store, [one.selection for one in found])
    persons = {one.selection.person for one in found if one.selection.person is not None}
    accounts = naming.accounts(office().store, persons)
    html = render_template(
        "export/fragment.html",
        rows=[_row(one, who.person_id, names[one.selection], accounts) for one in found],
        busy=any(one.open for one in found),
        everyone=authority.has(who, AUDITOR),
        sidik=PLACEHOLDER,
    )
    fingerprint = hashlib.sha256(html.encode()).hexdigest()[:16]
    return html.replace(PLACEHOLDER, fingerprint), fingerprint


def _row(one: Export, me: int | None, names: naming.Meaning, accounts: Mapping[int, str]) -> dict[str, Any]:
    format = FORMATS.get(one.format)
    state, badge = STATES[one.state]
    return {
        "export": one,
        "format": format.name if format else one.format.upper(),
        "about": in_words(one.selection, names),
        "state": state,
        "badge": badge,
        "progress": _progress(one),
        "again": _again(one, accounts) if format else None,
        "by": one.asked_name if one.asked_by != me else None,
    }


def _progress(one: Export) -> dict[str, Any] | None:
    if one.state != "running":
        return None
    if one.total is None:
        return {"text": "menghitung peristiwa …", "done": None, "total": 1}
    done, total = indonesian.number(one.done), indonesian.number(one.total)
    part = 100 * one.done // one.total if one.total else 100
    last = "; menyelesaikan berkas …" if one.done == one.total else ""
    return {"text": f"{done} dari {total} peristiwa ({part} %){last}", "done": one.done, "total": max(one.total, 1)}


def _again(one: Export, accounts: Mapping[int, str]) -> str:
    """The page that asks for the same anew."""
    person = one.selection.person
    account = accounts.get(person) if person is not None else None
    return url_for("exports.new", **selecting.query(one.selection, account), format=one.format)


def _why_not(format: Format, total: int) -> str:
    return too_many(format, total) if format.most is not None and total > format.most else ""
