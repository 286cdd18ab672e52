"""A server of the contract "Editor" (docs/architecture.md) without an office: drafts in memory, real checks."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import waitress
from flask import Flask, Response, jsonify, request, send_from_directory

from bpmn import rules
from forms import FormDefinitionError, load_form
from service.security import CSP

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "service" / "static"
PROCESS = "pengumpulan_data_kinerja"
BASE = f"/proses/{PROCESS}"
ON_EDITOR = f"{CSP}; style-src-attr 'unsafe-inline'"
PAGE = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="csrf-token" content="t">
<meta name="alur-person" content="1"><link rel="stylesheet" href="/static/{app}">
<link rel="stylesheet" href="/static/{css}"><script type="module" src="/static/{js}"></script></head>
<body><main><h1>{title}</h1><div {hooks}></div></main></body></html>"""
TYPES = {"number": "number", "checkbox": "boolean", "dynamiclist": "list", "datetime": "date"}


def components(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in found:
        if one.get("type") == "group" and not one.get("path"):
            yield from components(one["components"])
        elif one.get("key") or one.get("path"):
            yield one


def output(one: dict[str, Any], kind: str | None = None) -> dict[str, Any]:
    key = one.get("key") or one["path"]
    found = {"key": key, "label": one.get("label") or key, "type": kind or TYPES.get(one["type"], "string")}
    if isinstance(one.get("values"), list):
        found["options"] = [{"value": option["value"], "label": option["label"]} for option in one["values"]]
    if one["type"] == "dynamiclist":
        found["columns"] = [output(column) for column in components(one["components"])]
    return found


class Bench:
    """`xml` and `forms` are the drafts; `cheat` saves as somebody else would."""

    def __init__(self) -> None:
        self.reset()
        self.server = waitress.create_server(self._app(), host="127.0.0.1", port=0, threads=6)
        self.address = f"http://127.0.0.1:{self.server.effective_port}"
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def reset(self) -> None:
        """The shipped diagram and forms."""
        self.xml = (ROOT / "bpmn" / "diagrams" / "pengumpulan-data-kinerja.bpmn").read_text("utf-8")
        sources = [path.read_bytes() for path in (ROOT / "forms" / "definitions").glob("*.form")]
        self.forms = {json.loads(source)["id"]: source for source in sources}
        self.revision = 1
        self.form_revision = 1

    def close(self) -> None:
        self.server.close()
        self.thread.join(0.5)

    def cheat(self, old: str, new: str) -> None:
        assert old in self.xml
        self.xml, self.revision = self.xml.replace(old, new), self.revision + 1

    def _page(self, title: str, name: str, policy: str, **hooks: str) -> Response:
        manifest = json.loads((STATIC / "dist" / "manifest.json").read_text())
        paths = {part: f"dist/{manifest[file]}" for part, file in (("css", f"{name}.css"), ("js", f"{name}.js"))}
        attributes = " ".join(f'data-{key.replace("_", "-")}="{value}"' for key, value in hooks.items())
        page = PAGE.format(title=title, app=f"dist/{manifest['app.css']}", hooks=attributes, **paths)
        return Response(page, headers={"Content-Security-Policy": policy})

    def _reference(self) -> dict[str, Any]:
        forms = []
        for name, source in sorted(self.forms.items()):
            form = load_form(source)
            known = {one.get("key") or one["path"]: one for one in components(form.schema["components"])}
            outputs = [
                output(known[key], kind) if key in known else {"key": key, "label": key, "type": kind}
                for key, kind in form.outputs.items()
            ]
            forms.append({"id": name, "title": form.title, "outputs": outputs, "inputs": []})
        roles = [{"code": "staf", "name": "Staf"}, {"code": "kepala_bagian", "name": "Kepala Bagian"}]
        return {"forms": forms, "roles": roles, "units": [{"code": "HUKUM", "name": "Bagian Hukum"}]}

    @staticmethod
    def _stale() -> Response:
        problem = {"type": "urn:alur:problem:sudah-berubah", "status": 409, "by": "Rina", "at": "2026-11-23T02:00:00Z"}
        return Response(json.dumps(problem), 409, content_type="application/problem+json")

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)

        @app.get("/static/<path:name>")
        def static(name: str) -> Response:
            return send_from_directory(STATIC, name)

        @app.get(f"{BASE}/sunting")
        def editor() -> Response:
            return self._page(
                "Sunting proses",
                "editor",
                ON_EDITOR,
                bpmn_editor="",
                process=PROCESS,
                draft=f"{BASE}/draf",
                check=f"{BASE}/periksa",
                reference=f"{BASE}/acuan",
                form_editor=f"{BASE}/formulir/__formulir__/sunting",
                publish=f"{BASE}/berlakukan",
            )

        @app.get(f"{BASE}/draf")
        def draft() -> Response:
            return jsonify(data={"xml": self.xml}, revision=self.revision, savedAt=None, savedBy=None, canEdit=True)

        @app.put(f"{BASE}/draf")
        def save() -> Response:
            body = request.get_json()
            if body["revision"] != self.revision:
                return self._stale()
            self.xml, self.revision = body["data"]["xml"], self.revision + 1
            return jsonify(revision=self.revision, savedAt="2026-11-23T03:00:00Z")

        @app.post(f"{BASE}/periksa")
        def check() -> Response:
            found = rules.check(request.get_json()["xml"].encode(), self.forms)
            return jsonify(findings=[_finding(one) for one in found])

        @app.get(f"{BASE}/acuan")
        def reference() -> Response:
            return jsonify(self._reference())

        @app.get(f"{BASE}/formulir/<name>/sunting")
        def designer(name: str) -> Response:
            at = f"{BASE}/formulir/{name}"
            return self._page(
                "Rancang formulir", "form-editor", CSP, form_editor="", draft=f"{at}/draf", check=f"{at}/periksa"
            )

        @app.get(f"{BASE}/formulir/<name>/draf")
        def form_draft(name: str) -> Response:
            schema = json.loads(self.forms[name])
            return jsonify(data={"schema": schema}, revision=self.form_revision, savedAt=None, canEdit=True)

        @app.put(f"{BASE}/formulir/<name>/draf")
        def save_form(name: str) -> Response:
            body = request.get_json()
            if body["revision"] != self.form_revision:
                return self._stale()
            self.forms[name], self.form_revision = json.dumps(body["data"]["schema"]).encode(), self.form_revision + 1
            return jsonify(revision=self.form_revision, savedAt="2026-11-23T03:00:00Z")

        @app.post(f"{BASE}/formulir/<name>/periksa")
        def check_form(name: str) -> Response:
            try:
                found = load_form(json.dumps(request.get_json()["schema"]).encode()).findings
            except FormDefinitionError as error:
                found = tuple(error.findings)
            return jsonify(findings=[_finding(one) for one in found])

        return app


def _finding(one: Any) -> dict[str, Any]:
    return {"code": one.code, "severity": one.severity, "element": one.element, "message": one.message}
