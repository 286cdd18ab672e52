"""Keutuhan: whether the record still is what was written; its heads, to be kept elsewhere on a sheet and in a file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from process import authority
from process.audit import MISFITS
from process.inspection import INSPECTORS
from process.integrity import MAY
from process.model import ADMINISTRATOR, AUDITOR, TimelineEntry
from service.security import actor, office, quiet

blueprint = Blueprint("integrity", __name__)


def may_check() -> bool:
    """Whether this person may open these pages."""
    return authority.has(actor(), *MAY)


@blueprint.get("/jejak/keutuhan")
def page() -> ResponseReturnValue:
    """The last checks and seals."""
    return render_template("trail/integrity.html", **_state())


@blueprint.get("/jejak/keutuhan/keadaan")
@quiet
def state() -> ResponseReturnValue:
    """The checks alone, asked for while one is under way; 204 until it is over, so that nothing is read aloud again."""
    found = _state()
    return ("", 204) if found["waiting"] else render_template("trail/integrity_state.html", **found)


@blueprint.post("/jejak/keutuhan/periksa")
def check() -> ResponseReturnValue:
    """Asks for a check of everything; how it goes the page says itself, where it can take it back."""
    office().integrity.ask(actor())
    return redirect(url_for("integrity.page"))


@blueprint.post("/jejak/keutuhan/segel")
def seal() -> ResponseReturnValue:
    """Seals the heads now, and shows the sheet."""
    return redirect(url_for("integrity.sheet", seq=office().integrity.seal(actor())))


@blueprint.get("/jejak/keutuhan/segel/<int:seq>")
def sheet(seq: int) -> ResponseReturnValue:
    """The heads as they were sealed, to be printed and signed."""
    return render_template("trail/seal.html", sheet=office().integrity.sheet(seq, actor()), seq=seq)


@blueprint.get("/jejak/keutuhan/segel/<int:seq>.json")
def file(seq: int) -> ResponseReturnValue:
    """The same as a file, for `alur audit verify --anchor`."""
    at, pieces = office().integrity.anchor(seq, actor())
    response = Response(pieces, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="segel-{at:%Y-%m-%d}-{seq}.json"'
    return response


def _state() -> dict[str, Any]:
    found = office().integrity.page(actor())
    return {
        "inspects": authority.has(actor(), *INSPECTORS),
        "security": authority.has(actor(), AUDITOR, ADMINISTRATOR),
        "seals": found.seals,
        "checks": [_check(one) for one in found.checks],
        "waiting": found.waiting,
        "failed": found.failed,
    }


def _check(entry: TimelineEntry) -> dict[str, Any]:
    """A check as the page shows it."""
    data = entry.data
    first = data.get("pertama")
    return {
        "at": entry.at,
        "by": entry.name or "–",
        "ok": data.get("utuh") is True,
        "counts": [
            (label, data[key])
            for key, label in (
                ("rantai", "rantai"), ("peristiwa", "peristiwa"), ("baris", "baris data"), ("berkas", "berkas"),
            )
            if key in data
        ],
        "erased": data.get("dihapus") or 0,
        "found": data.get("temuan") or 0,
        "first": [
            {
                "stream": one.get("rantai"),
                "seq": one.get("nomor"),
                "text": MISFITS.get(str(one.get("kode")), str(one.get("kode"))),
                "where": one.get("di"),
                "code": one.get("kode"),
            }
            for one in (first if isinstance(first, list) else [])
        ],
    }  # fmt: skip
