"""The Flask application: one factory, one blueprint per resource, nothing kept between requests but the office."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, g, get_flashed_messages, request, url_for

from process.office import Office
from service import (
    administration,
    archives,
    assets,
    attachments,
    auth,
    comparing,
    creating,
    documents,
    editor,
    exports,
    health,
    inbox,
    instances,
    integrity,
    moving,
    printing,
    problems,
    processes,
    saved_drafts,
    security,
    starting,
    tables,
    tasks,
    trail,
    versions,
    words,
)
from service.exporting.running import Exporter
from service.settings import Settings

RESOURCES = (
    auth,
    inbox,
    tasks,
    tables,
    starting,
    creating,
    processes,
    editor,
    saved_drafts,
    versions,
    comparing,
    moving,
    instances,
    trail,
    integrity,
    archives,
    documents,
    attachments,
    administration,
    exports,
    health,
)
PARTS = {
    "inbox": ("tasks", "tables"),
    "processes": ("creating", "editor", "saved_drafts", "versions", "comparing", "moving", "starting"),
    "trail": ("integrity", "exports"),
    "integrity": ("trail",),
    "instances": ("documents",),
}


def create_app(office: Office, settings: Settings) -> Flask:
    """The WSGI app that serves `office`; print-outs are made by the office's jobs, whose handler is registered here."""
    app = Flask(__name__, static_folder=None)
    words.install(app.jinja_env)
    security.install(app)
    problems.install(app)
    for resource in RESOURCES:
        app.register_blueprint(resource.blueprint)
    assets.install(app)
    app.jinja_env.globals.update(navigation=navigation, messages=lambda: get_flashed_messages(True))
    app.context_processor(_everywhere)
    serve(app, office, settings)
    return app


def serve(app: Flask, office: Office, settings: Settings) -> None:
    """Let an app serve this office from now on: nothing else in it belongs to one."""
    app.secret_key = settings.secret_key or secrets.token_hex(32)  # a demonstration may do without one
    app.extensions["alur.office"] = office
    app.extensions["alur.settings"] = settings
    app.config.update(
        SESSION_COOKIE_NAME="alur_pesan",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 64 * 1024,
        MAX_FORM_MEMORY_SIZE=security.JSON_LIMIT,
        MAX_FORM_PARTS=100,
    )
    office.jobs.handlers["print"] = printing.Printer(office)
    office.exports.runner = Exporter(office)


def _everywhere() -> dict[str, Any]:
    """What every template may use."""
    given = security.settings()
    return {
        "person": g.get("actor"),
        "request_id": g.get("request_id", ""),
        "now": security.office().clock.now(),
        "demo": given.demo,
        "max_upload": given.max_upload_bytes,
    }


def navigation() -> list[dict[str, Any]]:
    """The main menu with its counters, for the person who is logged in."""
    office, who = security.office(), security.actor()
    counters = g.get("counters") or (None if g.get("troubled") else office.inbox.counters(who))
    entries = [
        ("inbox.page", "Kotak Tugas", "hitung-tugas", counters.open if counters else 0, "tugas terbuka"),
        ("processes.listing", "Proses", "", 0, ""),
        ("instances.listing", "Pelaksanaan", "", 0, ""),
        (
            "inbox.notifications",
            "Pemberitahuan",
            "hitung-pemberitahuan",
            counters.unseen if counters else 0,
            "belum dibaca",
        ),
    ]
    if trail.may_inspect():
        entries.append(("trail.listing", "Jejak Audit", "", 0, ""))
    elif integrity.may_check():
        entries.append(("integrity.page", "Jejak Audit", "", 0, ""))
    if administration.is_administrator():
        entries.append(("administration.home", "Administrasi", "", 0, ""))
    here = (request.endpoint or "").split(".")[0]
    result = []
    for endpoint, label, id_, count, unit in entries:
        exact = request.endpoint == endpoint
        room = endpoint.split(".")[0]
        section = room == here or here in PARTS.get(room, ())
        current = exact or (section and request.endpoint != "inbox.notifications" and endpoint != "inbox.notifications")
        result.append(
            {
                "url": url_for(endpoint),
                "label": label,
                "id": id_,
                "count": count,
                "unit": unit,
                "current": current,
                "exact": exact,
            }
        )
    return result
