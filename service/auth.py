"""Logging in and out, and changing one's own password."""

from __future__ import annotations

import hmac

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from process.errors import InvalidData, TooManyAttempts
from service import demo
from service.inbox import first_page
from service.security import (
    SESSION_COOKIE,
    actor,
    address,
    forget,
    office,
    public,
    remember,
    safe_next,
    settings,
)

blueprint = Blueprint("auth", __name__)


@blueprint.get("/masuk")
@public
def login() -> ResponseReturnValue:
    """The login page; who is logged in already is sent on."""
    target = safe_next(request.args.get("next"))
    if g.actor is not None:
        return redirect(target)
    return _login_page(target)


@blueprint.post("/masuk")
@public
def login_submit() -> ResponseReturnValue:
    """Checks name and password, starts a session and goes on to where the visitor wanted to be."""
    target = safe_next(request.form.get("next"))
    username = request.form.get("pengguna", "").strip()[:200]
    password = request.form.get("kata_sandi", "")[:1000]
    try:
        opened = office().people.authenticate(username, password, address())
    except InvalidData as error:
        return _login_page(target, str(error), username), 401
    except TooManyAttempts as error:
        minutes = -(-error.retry_after // 60)
        text = f"Terlalu banyak percobaan masuk. Coba lagi {minutes} menit lagi, atau hubungi administrator."
        return _login_page(target, text, username), 429, {"Retry-After": str(error.retry_after)}
    session.pop("csrf", None)  # a fresh start: nothing known before login is worth anything after it
    if opened.must_change_password:
        target = url_for("auth.password")
    response = make_response(redirect(target))
    remember(response, opened.token)
    return response


@blueprint.post("/keluar")
def logout() -> ResponseReturnValue:
    """Ends the session, on the server too."""
    office().people.logout(request.cookies[SESSION_COOKIE])
    response = make_response(redirect(url_for("auth.login")))
    forget(response)
    return response


@blueprint.get("/kata-sandi")
def password() -> ResponseReturnValue:
    """The page to change one's password."""
    actor()
    return render_template("auth/password.html", error=None)


@blueprint.post("/kata-sandi")
def password_submit() -> ResponseReturnValue:
    """Changes the password; every other session of this person ends."""
    new = request.form.get("baru", "")
    if not hmac.compare_digest(new.encode(), request.form.get("ulang", "").encode()):
        return render_template("auth/password.html", error="Kata sandi baru dan ulangannya tidak sama."), 422
    try:
        opened = office().people.change_password(actor(), request.form.get("lama", ""), new, address())
    except InvalidData as error:
        return render_template("auth/password.html", error=str(error)), 422
    flash("Kata sandi Anda sudah diganti.", "success")
    response = make_response(redirect(first_page()))
    remember(response, opened.token)
    return response


def _login_page(target: str, error: str | None = None, username: str = "") -> str:
    accounts = None
    if settings().demo:
        accounts = [(account, title) for account, (_, _, title) in demo.POSITIONS.items()]
        accounts += [(account, name) for account, (name, _) in demo.SYSTEM.items()]
    return render_template(
        "auth/login.html",
        next=target,
        error=error,
        username=username,
        accounts=accounts,
        demo_password=demo.PASSWORD if accounts else None,
    )
