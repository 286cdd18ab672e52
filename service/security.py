"""What every request passes: id, size, session, CSRF; and what every answer carries: the headers.

Everything is closed unless a view is marked `@public`: a new page needs no line here to be protected.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, Response, current_app, g, request, session
from markupsafe import Markup
from werkzeug.exceptions import MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import IntegerConverter, Map

from bpmn.safexml import MAX_BYTES as MAX_DIAGRAM
from forms.canonical import CanonicalError, loads
from process.errors import NotAuthenticated
from process.model import Actor
from service.problems import BodyTooLarge, CsrfFailed, PasswordChangeNeeded, RequestRefused
from service.settings import Settings

if TYPE_CHECKING:
    from process.office import Office

JSON_LIMIT = 2 * 1024 * 1024
DIAGRAM_LIMIT = 2 * MAX_DIAGRAM + 64 * 1024  # whatever a diagram may be long, as JSON: at worst each character escaped
JSON_DEPTH = 24
SESSION_COOKIE = "alur_sesi"
BEFORE_PASSWORD = frozenset({"auth.password", "auth.password_submit", "auth.logout"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Marks a view that needs no login."""
    view.__dict__["alur_public"] = True
    return view


def quiet(view: View) -> View:
    """Marks a view that pages ask for by themselves: it keeps no session alive."""
    view.__dict__["alur_quiet"] = True
    return view


def takes_files(view: View) -> View:
    """Marks a view whose body may be as large as an attachment."""
    view.__dict__["alur_files"] = True
    return view


def takes_diagrams(view: View) -> View:
    """Marks a view whose JSON holds a diagram: of any size that a diagram may have."""
    view.__dict__["alur_diagrams"] = True
    return view


def office() -> Office:
    """The office that this app serves."""
    return cast("Office", current_app.extensions["alur.office"])


def settings() -> Settings:
    """The settings that this app was made with."""
    return cast(Settings, current_app.extensions["alur.settings"])


def actor() -> Actor:
    """Who makes this request; NotAuthenticated when nobody is logged in."""
    found: Actor | None = g.get("actor")
    if found is None:
        raise NotAuthenticated()
    return found


def address() -> str:
    """The network address that the request came from."""
    return request.remote_addr or ""


def body_json() -> Any:
    """The JSON body, bounded in size and depth, numbers as exact decimals.

    Raises RequestRefused for what is no JSON object, BodyTooLarge beyond the limit.
    """
    if request.mimetype != "application/json":
        raise RequestRefused("Kirim data sebagai application/json.")
    try:
        data = loads(request.get_data(cache=False), max_bytes=_json_limit(), max_depth=JSON_DEPTH)
    except RequestEntityTooLarge as error:
        raise BodyTooLarge(_too_large()) from error
    except CanonicalError as error:
        raise RequestRefused(
            "Isian bukan JSON yang benar: ada karakter terlarang, angka tak wajar, atau terlalu dalam."
        ) from error
    if not isinstance(data, dict):
        raise RequestRefused("Isian harus berupa objek JSON.")
    return data


def whole_number(body: Mapping[str, Any], key: str) -> int | None:
    """A whole number of a JSON body, of at most 53 bits, or None when it is not there; raises RequestRefused."""
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not hasattr(value, "to_integral_value") or value != value.to_integral_value():
        raise RequestRefused(f"“{key}” harus bilangan bulat.")
    if not 0 <= value < 2**53:
        raise RequestRefused(f"“{key}” di luar batas.")
    return int(value)


def _flags() -> dict[str, Any]:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__dict__", {})


def _json_limit() -> int:
    return DIAGRAM_LIMIT if _flags().get("alur_diagrams") else JSON_LIMIT


def _too_large() -> str:
    flags = _flags()
    if flags.get("alur_diagrams"):
        return f"Diagram melebihi {MAX_DIAGRAM // 1024 // 1024} MB."
    if flags.get("alur_files"):
        return f"Kiriman melebihi {settings().max_upload_mb} MB."
    return f"Isian melebihi {JSON_LIMIT // 1024 // 1024} MB."


def safe_next(target: str | None) -> str:
    """A path of this site to go to after login; `/` for anything that could lead elsewhere."""
    if not target or not target.startswith("/") or "\\" in target or any(ord(c) < 32 for c in target):
        return "/"
    if target.startswith(("//", "/masuk", "/keluar")):
        return "/"
    return target


def csrf_token() -> str:
    """The token that unsafe requests of this visitor must carry: the session's, or before login the signed cookie's."""
    if g.get("csrf"):
        return cast(str, g.csrf)
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return cast(str, session["csrf"])


def csrf_field() -> Markup:
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(csrf_token())


def remember(response: Response, token: str) -> None:
    """Gives the browser its session."""
    response.set_cookie(SESSION_COOKIE, token, httponly=True, secure=settings().cookie_secure, samesite="Lax", path="/")


def forget(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE, httponly=True, secure=settings().cookie_secure, samesite="Lax", path="/")


def _check_csrf() -> None:
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise CsrfFailed("Permintaan dari situs lain ditolak.")
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), csrf_token().encode()):
        raise CsrfFailed("Muat ulang halaman, lalu kirim lagi. Isian Anda di bawah ini tidak hilang.")


def _before() -> None:
    g.request_id = secrets.token_hex(8)
    g.actor, g.csrf = None, None
    flags = _flags()
    request.max_content_length = max(
        _json_limit(), settings().max_upload_bytes + 64 * 1024 if flags.get("alur_files") else 0
    )
    if request.endpoint == "static":
        return
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        try:
            g.actor, g.csrf = office().people.session(token, request_id=g.request_id, touch=not flags.get("alur_quiet"))
        except NotAuthenticated:
            g.actor, g.csrf = None, None
    if isinstance(request.routing_exception, NotFound | MethodNotAllowed):
        return  # answered by routing, in the visitor's own surroundings
    if "\x00" in request.path:
        raise NotFound()  # no name holds it, and PostgreSQL would refuse to look
    if not flags.get("alur_public") and actor().must_change_password and request.endpoint not in BEFORE_PASSWORD:
        raise PasswordChangeNeeded("Kata sandi awal hanya untuk masuk pertama kali. Gantilah, lalu lanjutkan.")
    if request.method not in SAFE_METHODS:
        if (request.content_length or 0) > (request.max_content_length or 0):
            raise BodyTooLarge(_too_large())
        _check_csrf()


def _after(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if settings().cookie_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


class Number(IntegerConverter):
    """`<int:…>` in an address: what no database could count to is no address."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": 2**53} | options)


def install(app: Flask) -> None:
    """Puts the checks before and the headers after every request of the app; to be called before routes are added."""
    app.url_map.converters["int"] = Number
    app.url_map.merge_slashes = False  # a doubled slash is no page, and its redirect would repeat the Host header
    app.before_request(_before)
    app.after_request(_after)
    app.jinja_env.globals.update(csrf_token=csrf_token, csrf_field=csrf_field)
