"""Static files: the built front end by its hashed names, compressed beforehand, and the few that need no build."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

from flask import Flask, Response, make_response, request, send_from_directory, url_for
from markupsafe import Markup

from service.built import STATIC, built, imports
from service.security import public

YEAR = 365 * 24 * 3600
HOUR = 3600


@cache
def _fingerprint(name: str, stamp: float) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a file by its plain name: built, or beside the build with its fingerprint."""
    found = built(name)
    if found:
        return _address(found, request.script_root)
    own = STATIC / name
    if own.exists():
        return url_for("static", filename=name, v=_fingerprint(name, own.stat().st_mtime))
    return url_for("static", filename=f"dist/{name}")


@lru_cache(maxsize=256)  # of the addresses on a page most are these
def _address(path: str, mounted: str) -> str:
    """Of a built file. `mounted`: below which path the application stands, which `url_for` looks up itself."""
    return url_for("static", filename=path)


def script(name: str) -> Markup:
    """The tags of a built script, with what it imports: a browser far away asks for all of it at once."""
    link = Markup('<link rel="modulepreload" href="{}">')
    links = [link.format(_address(one, request.script_root)) for one in imports(name)]
    return Markup("").join([*links, Markup('<script type="module" src="{}"></script>').format(asset(name))])


def early(*addresses: str) -> Markup:
    """Has the browser ask now for what a script of the page will ask for, as soon as it has been loaded itself."""
    link = Markup('<link rel="preload" as="fetch" crossorigin href="{}">')
    return Markup("").join(link.format(one) for one in addresses)


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
    """Serves `/static/…` and gives templates `asset()`, `script()` and `early()`."""
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static)
    app.jinja_env.globals.update(asset=asset, script=script, early=early)
