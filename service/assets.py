"""Static files: the built front end by its hashed names, compressed beforehand, and the few that need no build."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Flask, Response, make_response, request, send_from_directory, url_for

from service.security import public

STATIC = Path(__file__).parent / "static"
MANIFEST = STATIC / "dist" / "manifest.json"
YEAR = 365 * 24 * 3600
HOUR = 3600


@cache
def _names(stamp: float) -> dict[str, str]:
    names: dict[str, str] = json.loads(MANIFEST.read_text("utf-8"))
    return names


@cache
def _fingerprint(name: str, stamp: float) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def built(name: str) -> str | None:
    """The path under `static/` of a built file by its plain name; None when the front end has not been built."""
    try:
        found = _names(MANIFEST.stat().st_mtime).get(name)
    except OSError:
        return None
    return f"dist/{found}" if found else None


def asset(name: str) -> str:
    """The address of a file by its plain name: built, or beside the build with its fingerprint."""
    found = built(name)
    if found:
        return url_for("static", filename=found)
    own = STATIC / name
    if own.exists():
        return url_for("static", filename=name, v=_fingerprint(name, own.stat().st_mtime))
    return url_for("static", filename=f"dist/{name}")


def fonts() -> dict[str, Path]:
    """The bundled fonts of print-outs that were built: `print-regular`, `print-bold`, `print-italic`.

    Not as WOFF2: no browser asks for them, and to unpack it took the print process two thirds of its time.
    """
    found = {name: built(f"fonts/{name}.ttf") for name in ("print-regular", "print-bold", "print-italic")}
    return {name: STATIC / path for name, path in found.items() if path}


@public
def static(filename: str) -> Response:
    """A static file; the compressed twin goes out when there is one and the browser takes it."""
    hashed = filename.startswith("dist/")
    age = YEAR if hashed or "v" in request.args else HOUR
    if hashed and "gzip" in request.accept_encodings and (STATIC / f"{filename}.gz").is_file():
        plain = make_response(send_from_directory(STATIC, f"{filename}.gz", max_age=age))
        plain.headers["Content-Encoding"] = "gzip"
        plain.mimetype = "text/javascript" if filename.endswith(".js") else _mimetype(filename)
    else:
        plain = make_response(send_from_directory(STATIC, filename, max_age=age))
    if hashed:
        plain.cache_control.immutable = True
        plain.vary.add("Accept-Encoding")
    return plain


def _mimetype(filename: str) -> str:
    return "text/css" if filename.endswith(".css") else "image/svg+xml"


def install(app: Flask) -> None:
    """Serves `/static/…` and gives templates `asset()`."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static)
    app.jinja_env.globals.update(asset=asset)
