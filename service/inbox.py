"""Kotak Tugas: what waits for a person, what that person holds, what is done; and notifications."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Literal, cast

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from process import authority
from process.model import AUDITOR, PENGELOLA, Actor
from process.proposals import Proposal
from service.processes import may_start, unit_names
from service.security import actor, office, quiet

blueprint = Blueprint("inbox", __name__)

TABS = {"tersedia": "Tersedia", "saya": "Tugas saya", "selesai": "Selesai"}
SORTS = {"batas": ("due", "Batas waktu"), "masuk": ("available", "Terbaru masuk"), "judul": ("title", "Judul")}
PLACEHOLDER = "sidik-belum-dihitung"
Tab = Literal["tersedia", "saya", "selesai"]


def first_page() -> str:
    """Where this person begins: at the inbox, or at the record when it is all that an auditor is here for."""
    inspects_only = authority.has(actor(), AUDITOR) and not actor().positions
    return url_for("trail.listing" if inspects_only else "inbox.page")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The front door leads to where this person works."""
    return redirect(first_page())


@blueprint.get("/tugas")
def page() -> ResponseReturnValue:
    """The inbox with its search and sorting."""
    state = _state()
    html, _ = _fragment(state)
    state["proposals"] = _proposals()
    return render_template("inbox/page.html", **state, fragment=Markup(html))  # noqa: S704 - our own template made it


@blueprint.get("/tugas/daftar")
@quiet
def fragment() -> ResponseReturnValue:
    """The list alone, asked for every few seconds; 204 while nothing changed, so that nothing moves for the reader."""
    state = _state()
    g.counters = state["counters"]
    html, fingerprint = _fragment(state)
    if request.args.get("sidik") == fingerprint:
        return "", 204
    return render_template("inbox/refreshed.html", fragment=Markup(html))  # noqa: S704 - our own template made it


@blueprint.get("/pemberitahuan")
def notifications() -> ResponseReturnValue:
    """What happened to one's tasks (late, returned, handed over) and to proposals of versions. Newest first."""
    found = office().inbox.notifications(actor(), page=_number(request.args.get("hal")))
    return render_template(
        "inbox/notifications.html",
        found=found,
        page_url=lambda n: url_for("inbox.notifications", hal=n),
    )


@blueprint.post("/pemberitahuan")
def mark_seen() -> ResponseReturnValue:
    """Marks all, or one, as read."""
    wanted = request.form.get("id", "")
    office().inbox.mark_seen(actor(), [int(wanted)] if wanted.isdecimal() and len(wanted) < 16 else None)
    return redirect(url_for("inbox.notifications"))


def _proposals() -> list[Proposal]:
    """What waits for this person's approval, also of who became pengelola after it was proposed."""
    who = actor()
    if not authority.has(who, PENGELOLA):
        return []
    return [one for one in office().versions.waiting().values() if one.proposed_by != who.person_id]


def _state() -> dict[str, Any]:
    who = actor()
    tab = request.args.get("tab", "")
    sort = request.args.get("urut", "")
    chosen: str | None = tab if tab in TABS else None
    search = request.args.get("cari", "").replace("\x00", "").strip()[:200]
    key, _ = SORTS.get(sort, SORTS["batas"])
    if chosen is None:  # open where there is work
        counters = g.counters = office().inbox.counters(who)
        chosen = "tersedia" if counters.available or not counters.mine else "saya"
    found = office().inbox.page(who, cast(Tab, chosen), search=search, sort=key, page=_number(request.args.get("hal")))
    sort = sort if sort in SORTS else "batas"

    def link(endpoint: str) -> Callable[..., str]:
        def make(**changes: Any) -> str:
            values = {"tab": chosen, "cari": search or None, "urut": sort if sort != "batas" else None} | changes
            return url_for(endpoint, **values)

        return make

    return {
        "found": found,
        "tabs": TABS,
        "tab": chosen,
        "search": search,
        "sort": sort,
        "sorts": SORTS,
        "link": link("inbox.page"),
        "refresh": link("inbox.fragment"),
        "page_url": lambda n: link("inbox.page")(hal=n),
        "counters": found.counts,
        "startable": _startable(who) if chosen == "tersedia" and not found.total and not search else None,
        "unit_names": unit_names() if any(row.item for row in found.rows) else {},
    }


def _startable(who: Actor) -> str | None:
    """Where this person may start a process: its start page, or the list when there are several; None for nobody."""
    rows = [row.process_id for row in office().definitions.list() if row.in_force]
    found = [one for one in rows if may_start(office().definitions.current(one), who)]
    if not found:
        return None
    return url_for("starting.page", process_id=found[0]) if len(found) == 1 else url_for("processes.listing")


def _fragment(state: dict[str, Any]) -> tuple[str, str]:
    """The list as HTML, and its fingerprint, which the list sends along when it asks whether it is still current."""
    html = render_template("inbox/fragment.html", **state, sidik=PLACEHOLDER)
    fingerprint = hashlib.sha256(html.encode()).hexdigest()[:16]
    return html.replace(PLACEHOLDER, fingerprint), fingerprint


def _number(text: str | None) -> int:
    """A page number from an address: 1 for anything odd."""
    return max(1, int(text)) if text and text.isdecimal() and len(text) < 7 else 1
