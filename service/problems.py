"""The one table from error class to answer: RFC 9457 problems for scripts, Indonesian pages for browsers.

The rooms below know no HTTP. An error's title is the first line of its class docstring; internals never leave: an
unexpected error is logged with the request's id, and the answer carries only that id.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from process import errors
from process.calendar import CalendarError
from service.words import waktu

log = logging.getLogger("alur.service")


class RequestRefused(errors.AlurError):
    """Permintaan tidak dapat dibaca"""


class CsrfFailed(errors.AlurError):
    """Halaman ini sudah terlalu lama terbuka"""


class BodyTooLarge(errors.AlurError):
    """Kiriman terlalu besar"""


class PasswordChangeNeeded(errors.AlurError):
    """Ganti kata sandi awal Anda lebih dahulu"""


class PasswordWrong(errors.AlurError):
    """Kata sandi tidak cocok"""


#: Error class -> (status, slug of the problem type). Every subclass of AlurError has its own line; a test walks them.
TABLE: dict[type[errors.AlurError], tuple[int, str]] = {
    errors.AlurError: (500, "galat"),
    errors.NotFound: (404, "tidak-ditemukan"),
    errors.Forbidden: (403, "tidak-berwenang"),
    errors.NotAuthenticated: (401, "belum-masuk"),
    errors.TooManyAttempts: (429, "terlalu-banyak-percobaan"),
    errors.Conflict: (409, "bertentangan"),
    errors.Stale: (409, "sudah-berubah"),
    errors.DraftChanged: (409, "sudah-berubah"),
    errors.MoveRefused: (409, "tidak-dapat-dipindahkan"),
    errors.TaskDone: (409, "sudah-dikerjakan"),
    errors.TaskTaken: (409, "sudah-diambil"),
    errors.DuplicateKey: (409, "sudah-ada"),
    errors.ConfirmationMismatch: (409, "dokumen-berubah"),
    errors.ConfirmationRequired: (422, "perlu-konfirmasi"),
    errors.ReasonRequired: (422, "perlu-alasan"),
    errors.InvalidData: (422, "isian-belum-benar"),
    errors.InvalidProcess: (422, "proses-belum-benar"),
    errors.ProcessStuck: (409, "alur-terhenti"),
    errors.FileRefused: (422, "berkas-ditolak"),
    errors.FileTooLarge: (413, "berkas-terlalu-besar"),
    errors.Busy: (503, "sibuk"),
    errors.FileLost: (500, "berkas-hilang"),
    errors.ExportLost: (410, "berkas-hilang"),
    errors.StorageFull: (507, "penyimpanan-penuh"),
    errors.StorageUnavailable: (503, "basis-data"),
    errors.MigrationNeeded: (503, "basis-data-usang"),
    CalendarError: (422, "kalender-belum-benar"),
    RequestRefused: (400, "tidak-terbaca"),
    CsrfFailed: (403, "csrf"),
    BodyTooLarge: (413, "terlalu-besar"),
    PasswordChangeNeeded: (403, "ganti-kata-sandi"),
    PasswordWrong: (422, "kata-sandi-salah"),
}

#: What the slug of a refusal says, for who reads the security log.
WORDS = {slug: (kind.__doc__ or "").strip().splitlines()[0] for kind, (_, slug) in reversed(TABLE.items())}

#: What Flask and Werkzeug themselves raise.
HTTP_TITLES = {
    400: ("Permintaan tidak dapat dibaca", "Permintaan yang dikirim tidak lengkap atau rusak."),
    403: ("Anda tidak berwenang", "Halaman ini tidak diperuntukkan bagi jabatan Anda."),
    404: ("Halaman tidak ditemukan", "Alamat ini tidak ada, atau tidak dapat Anda lihat."),
    405: ("Cara memanggil alamat ini tidak benar", "Buka halaman ini dari menu."),
    413: ("Kiriman terlalu besar", "Perkecil berkas atau bagi isian menjadi beberapa bagian."),
    415: ("Jenis kiriman tidak dikenal", "Kirim data sebagai JSON atau berkas sebagaimana diminta."),
    429: ("Terlalu banyak permintaan", "Tunggu sebentar, lalu coba lagi."),
}

#: The fields that people write in their own words; the others are sent again as they are, without being shown.
WRITTEN = {
    "alasan": "Alasan",
    "catatan": "Catatan",
    "dasar": "Dasar penunjukan",
    "keterangan": "Keterangan",
    "kop": "Kop surat",
    "nama": "Nama",
    "nama_jabatan": "Nama jabatan pada naskah",
}

SECRET_FIELDS = frozenset({"csrf_token", "kata_sandi", "lama", "baru", "ulang", "password", "next"})


def problem_of(error: errors.AlurError) -> dict[str, Any]:
    """The RFC 9457 members of an error, plus `errors` (fields), `by`, `at`, `element`, `ordinal` where it has them."""
    status, slug = next(TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
    problem: dict[str, Any] = {
        "type": f"urn:alur:problem:{slug}",
        "title": error.title,
        "status": status,
        "instance": request.path,
        "request": g.get("request_id", ""),
    }
    detail = str(error)
    if isinstance(error, errors.Conflict) and error.by and error.at:
        done = "diambil" if isinstance(error, errors.TaskTaken) else "dikerjakan"
        if isinstance(error, errors.TaskTaken | errors.TaskDone):
            detail = f"Tugas ini sudah {done} oleh {error.by} pada {waktu(error.at)}."
        if isinstance(error, errors.DraftChanged):
            detail = f"Draf ini disimpan oleh {error.by} pada {waktu(error.at)}. Yang Anda kirim tetap disimpan."
        problem |= {"by": error.by, "at": error.at.isoformat()}
    if isinstance(error, errors.InvalidData):
        problem["errors"] = [{"path": list(e.path), "field": e.field, "message": e.message} for e in error.errors]
        detail = error.args[0] if error.args else ""
        if not detail and error.errors:
            count = len(error.errors)
            detail = (
                "Ada satu isian yang perlu diperbaiki." if count == 1 else f"Ada {count} isian yang perlu diperbaiki."
            )
    if isinstance(error, errors.InvalidProcess):
        problem["findings"] = [
            {name: getattr(one, name, None) for name in ("code", "severity", "element", "message", "line")}
            for one in error.findings
        ]
    if isinstance(error, errors.DraftChanged):
        theirs = {"xml": error.theirs.xml.decode(), "forms": error.theirs.schemas(), "revision": error.theirs.revision}
        problem |= {"mine": error.mine, "theirs": theirs}
    if isinstance(error, errors.DuplicateKey):
        problem["ordinal"] = error.ordinal
    if isinstance(error, errors.ProcessStuck | errors.MoveRefused) and error.element:
        problem["element"] = error.element
    if detail and detail != error.title:
        problem["detail"] = detail
    return problem


def wants_page() -> bool:
    """Whether a browser asks for a page to look at, rather than a script for data."""
    return "text/html" in request.headers.get("Accept", "") and "HX-Request" not in request.headers


def typed_text() -> list[tuple[str, str | None, str]]:
    """What the person sent with an ordinary form, so that an error page can give it back, as (name, label, value): the
    label only of what people write; never secrets. Nothing of a form that is too large to be read, and nothing that
    another site sent: with the page's own token it would be one press of a button away from being done."""
    if request.method != "POST" or request.mimetype != "application/x-www-form-urlencoded" or _foreign():
        return []
    try:
        sent = request.form.items(multi=True)
        kept = [(name, WRITTEN.get(name), text.strip()) for name, text in sent if name not in SECRET_FIELDS]
        return [one for one in kept if one[1] or one[2]]  # what should have been written can still be
    except RequestEntityTooLarge:
        return []


def _foreign() -> bool:
    """Whether another site made the browser send this. Without HTTPS browsers say only where it comes from."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and origin.partition("://")[2] != request.host


def answer(problem: dict[str, Any], *, keep_typed: bool = True) -> Response:
    """The problem as a page or as `application/problem+json`."""
    g.troubled = problem["status"] >= 500  # then the page asks the office for nothing more
    if wants_page():
        typed = typed_text() if keep_typed else []
        response = make_response(render_template("error/page.html", problem=problem, typed=typed, back=_back()))
    else:
        response = make_response(json.dumps(problem, ensure_ascii=False))
        response.mimetype = "application/problem+json"
    response.status_code = problem["status"]
    response.headers["Cache-Control"] = "no-store"
    return response


def _back() -> str | None:
    """The page that the person came from, when it is one of ours."""
    referrer = request.referrer or ""
    root = request.host_url
    path = "/" + referrer[len(root) :]
    # Two slashes would begin another site's address.
    return path if referrer.startswith(root) and referrer != request.url and not path.startswith("//") else None


def _ours(error: errors.AlurError) -> Response:
    problem = problem_of(error)
    if isinstance(error, errors.NotAuthenticated):
        if wants_page() and request.method in ("GET", "HEAD"):
            return make_response(redirect(url_for("auth.login", next=request.full_path.rstrip("?"))))
        return answer(problem)
    if isinstance(error, PasswordChangeNeeded) and wants_page() and request.method in ("GET", "HEAD"):
        return make_response(redirect(url_for("auth.password")))
    _note_refusal(error, problem["type"].rpartition(":")[2])
    if problem["status"] >= 500:
        log.error("request %s: %s: %s", g.get("request_id"), type(error).__name__, error, exc_info=error)
    response = answer(problem)
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, errors.Busy):
        response.headers["Retry-After"] = "2"
    return response


#: What the security log calls a refusal, by what was raised; nothing else is one.
REFUSALS = {CsrfFailed: "access.forged", errors.Forbidden: "access.refused", errors.NotFound: "access.not_found"}


def _note_refusal(error: errors.AlurError, why: str) -> None:
    """In the security log: who wanted what without the right to it. What nobody may know exists looks the same as what
    does not exist, so both are noted; only of who is logged in, for whom every address came from a page."""
    kind = next((REFUSALS[one] for one in type(error).__mro__ if one in REFUSALS), None)
    who = g.get("actor")
    if kind is None or (kind == "access.not_found" and who is None):
        return
    try:
        current_app.extensions["alur.office"].security_log.refused(
            kind,
            who,
            request.remote_addr or "",
            method=request.method,
            path=request.path,
            why=why,
            request=g.get("request_id", ""),
        )
    except errors.AlurError:  # the answer does not depend on the log
        log.warning("request %s: a refusal could not be noted", g.get("request_id"))


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:  # a redirect that routing raised
        return make_response(error.get_response())
    title, detail = HTTP_TITLES.get(status, ("Permintaan tidak dapat dilayani", ""))
    # What was typed into a body that was refused for its size cannot be read back.
    response = answer(
        {
            "type": f"urn:alur:problem:{status}",
            "title": title,
            "status": status,
            "detail": detail,
            "instance": request.path,
            "request": g.get("request_id", ""),
        },
        keep_typed=status not in (400, 413),
    )
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
    return response


def _unexpected(error: Exception) -> Response:
    log.error("request %s failed", g.get("request_id"), exc_info=error)
    return answer(
        {
            "type": "urn:alur:problem:galat",
            "title": "Terjadi kesalahan pada sistem",
            "status": 500,
            "detail": "Kesalahan ini sudah dicatat. Coba lagi; bila tetap terjadi, sampaikan nomor permintaan di bawah "
            "kepada pengelola.",
            "instance": request.path,
            "request": g.get("request_id", ""),
        }
    )


def install(app: Flask) -> None:
    """Registers the table with the app."""
    app.register_error_handler(errors.AlurError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
