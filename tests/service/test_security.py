"""What every answer carries, and what no request gets past."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from service import security

Visitors = Callable[[str], Any]
PAGES = ("/masuk", "/tugas", "/proses", "/tidak-ada", "/sehat", "/tugas/daftar")


def test_headers_are_on_every_answer(visitor: Visitors) -> None:
    assert "unsafe" not in security.CSP
    for path in PAGES:
        headers = visitor("staf.prk").page(path).headers
        assert headers["Content-Security-Policy"] == security.CSP, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert headers["Cache-Control"] == "no-store", path


def test_no_page_has_inline_script_or_style(visitor: Visitors) -> None:
    for path in PAGES:
        html = visitor("staf.prk").page(path).text
        for mark in (" style=", "<style", " onclick=", "<script>", "javascript:"):
            assert mark not in html, path


def test_nothing_but_login_and_health_is_open(app: Flask) -> None:
    """Every route, walked: a new one is closed unless it says otherwise."""
    client = app.test_client()
    open_ = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for name in rule.arguments:
            converter = "int:" if f"<int:{name}>" in path else "path:" if f"<path:{name}>" in path else ""
            path = path.replace(f"<{converter}{name}>", "1")
        method = next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        answer = client.open(path, method=method, headers={"Accept": "application/json"})
        if answer.status_code != 401:
            open_.add(rule.endpoint)
    assert open_ == {"auth.login", "auth.login_submit", "health.health", "static"}


@pytest.mark.parametrize("token", ["", "salah", "é" * 8])
def test_unsafe_requests_need_the_sessions_token(visitor: Visitors, token: str) -> None:
    staff = visitor("staf.prk")
    staff.csrf = token
    answer = staff.submit("/keluar")
    assert answer.status_code == 403
    assert "terlalu lama" in answer.text
    problem = staff.client.post("/keluar", headers={"X-CSRF-Token": "salah", "Accept": "application/json"})
    assert problem.json["type"] == "urn:alur:problem:csrf"
    assert staff.page("/tugas").status_code == 200


def test_the_token_of_another_session_is_worth_nothing(visitor: Visitors) -> None:
    staff, other = visitor("staf.prk"), visitor("sekda")
    staff.csrf = other.csrf
    assert staff.submit("/keluar").status_code == 403


def test_a_login_from_another_site_is_refused(guest: Any) -> None:
    data = {"pengguna": "staf.prk", "kata_sandi": "x", "csrf_token": guest.token()}
    answer = guest.client.post("/masuk", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


BODIES: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"bukan json", 400),
    (b"[]", 400),
    (b'{"a": NaN}', 400),
    (b'{"a": "\\u0000"}', 400),
    (b'{"a": 1e999999999}', 400),
    (b'{"a":' * 40 + b"1" + b"}" * 40, 400),
    (b'{"a": 1, "a": 2}', 400),
    (b"\xff\xfe", 400),
    (json.dumps({"a": "x" * (5 * 1024 * 1024)}).encode(), 413),
]


def test_bodies_that_are_no_form_data_are_refused_clearly(visitor: Visitors) -> None:
    staff = visitor("staf.prk")
    for body, status in BODIES:
        answer = staff.client.post(
            "/proses/pengumpulan_data_kinerja/mulai",
            data=body,
            content_type="application/json",
            headers={"X-CSRF-Token": staff.csrf},
        )
        assert answer.status_code == status, body[:50]
        assert answer.mimetype == "application/problem+json"
        assert answer.json["title"]


def test_a_form_that_is_too_large_is_refused_on_a_page(visitor: Visitors, guest: Any) -> None:
    """What was typed cannot be given back then: the answer must not need it, whoever sent it."""
    html = {"Accept": "text/html"}
    large = b"kata=" + b"x" * (security.JSON_LIMIT + 1)
    kind = "application/x-www-form-urlencoded"
    auditor = visitor("auditor")
    answer = auditor.client.post(
        "/ekspor", data=large, content_type=kind, headers=html | {"X-CSRF-Token": auditor.csrf}
    )
    assert (answer.status_code, "Isian melebihi 2 MB" in answer.text) == (413, True)
    answer = guest.client.post("/ekspor", data=large, content_type=kind, headers=html)
    assert (answer.status_code, 'lang="id"' in answer.text) == (401, True)
    answer = guest.client.post("/tidak-ada", data=large, content_type=kind, headers=html)
    assert answer.status_code == 404


def test_text_in_an_address_is_never_markup(visitor: Visitors) -> None:
    attack = '"><script>alert(1)</script>'
    for path in ("/tugas", "/pelaksanaan"):
        html = visitor("staf.prk").client.get(path, query_string={"cari": attack}, headers={"Accept": "text/html"}).text
        assert "<script>alert" not in html
        assert "&lt;script&gt;" in html


def test_odd_addresses_of_the_inbox_are_answered(visitor: Visitors) -> None:
    for query in ["tab=xyz", "hal=-1", "hal=99999999999", "hal=abc", "urut=%00", "cari=%00%E2%80%AE"]:
        assert visitor("staf.prk").page(f"/tugas?{query}").status_code == 200, query


def test_odd_addresses_are_not_found_and_never_a_crash(visitor: Visitors) -> None:
    staff = visitor("staf.prk")
    for path in (
        "/dokumen/" + "9" * 30,
        "/tugas/a%00b",
        "/proses/%00",
        "/cetak/%00.pdf",
        "//evil.example/x",
        "/proses//x",
    ):
        assert staff.page(path).status_code == 404, path
    assert staff.page("/pelaksanaan?proses=%00").status_code == 200


def test_after_login_nobody_is_sent_elsewhere(guest: Any, app: Flask) -> None:
    away = (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "//[",
        "///x",
        "/\t/evil.example",
        "javascript:x",
    )
    for target in away:
        html = guest.client.get("/masuk", query_string={"next": target}, headers={"Accept": "text/html"}).text
        assert 'name="next" value="/"' in html, target
    with app.test_request_context():
        assert security.safe_next("/tugas?tab=saya&cari=[") == "/tugas?tab=saya&cari=["


def test_the_way_back_leads_to_our_own_pages_only(visitor: Visitors) -> None:
    def back(referrer: str) -> bool:
        headers = {"Accept": "text/html", "Referer": referrer}
        html = visitor("staf.prk").client.get("/tidak-ada", headers=headers).text
        return 'href="/' + referrer.removeprefix("http://localhost/") in html

    assert back("http://localhost/proses?x=1")
    assert not back("http://localhost//evil.example/")
