"""Logging in and out, what guards it, and what a password change ends."""

from collections.abc import Callable
from typing import Any

import pytest

from process.clock import ManualClock
from process.model import Actor
from process.office import Office
from service import demo
from service.security import SESSION_COOKIE, safe_next

PROCESS = "pengumpulan_data_kinerja"
Visitors = Callable[[str], Any]


def test_login_leads_back_to_the_page_that_was_wanted(guest: Any) -> None:
    sent_away = guest.page("/proses?x=1")
    assert (sent_away.status_code, sent_away.location) == (302, "/masuk?next=/proses?x%3D1")
    assert 'value="/proses?x=1"' in guest.page(sent_away.location).text
    done = guest.login("staf.prk", demo.PASSWORD, next="/proses?x=1")
    assert (done.status_code, done.location) == (302, "/proses?x=1")
    assert guest.page("/proses").status_code == 200


def test_session_cookie_is_out_of_reach_of_scripts(guest: Any) -> None:
    cookie = next(
        c for c in guest.login("staf.prk", demo.PASSWORD).headers.getlist("Set-Cookie") if SESSION_COOKIE in c
    )
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_login_page_names_the_demonstration_accounts(guest: Any) -> None:
    html = guest.page("/masuk").text
    assert demo.PASSWORD in html
    assert "sekda" in html


@pytest.mark.parametrize("account", ["staf.prk", "tidak.ada", "<script>alert(1)</script>"])
def test_wrong_password_says_the_same_for_every_name_and_keeps_what_was_typed(guest: Any, account: str) -> None:
    answer = guest.login(account, "salah")
    assert answer.status_code == 401
    assert "tidak sesuai" in answer.text
    assert "<script>alert" not in answer.text
    assert "salah" not in answer.text.split("</form>")[0].split("kata-sandi")[1]


def test_guessing_is_slowed_down(guest: Any, clock: ManualClock) -> None:
    for _ in range(5):
        assert guest.login("sekda", "salah").status_code == 401
    stopped = guest.login("sekda", demo.PASSWORD)
    assert stopped.status_code == 429
    assert int(stopped.headers["Retry-After"]) > 0
    clock.advance(minutes=16)
    assert guest.login("sekda", demo.PASSWORD).status_code == 302


def test_logout_ends_the_session_on_the_server(visitor: Visitors, office: Office) -> None:
    staff = visitor("staf.prk")
    token = staff.client.get_cookie(SESSION_COOKIE).value
    assert staff.submit("/keluar").location == "/masuk"
    staff.client.set_cookie(SESSION_COOKIE, token)
    assert staff.page("/tugas").status_code == 302


def test_an_old_session_is_over(visitor: Visitors, clock: ManualClock) -> None:
    staff = visitor("staf.prk")
    assert staff.page("/tugas").status_code == 200
    clock.advance(hours=11)
    assert staff.page("/tugas").status_code == 302
    expired = staff.ask("/tugas/daftar")
    assert expired.status_code == 401
    assert expired.mimetype == "application/problem+json"


def test_a_list_that_refreshes_itself_keeps_no_session_alive(visitor: Visitors, clock: ManualClock) -> None:
    staff = visitor("staf.prk")
    for _ in range(3):
        assert staff.ask("/tugas/daftar").status_code in (200, 204)
        clock.advance(minutes=50)
    assert staff.ask("/tugas/daftar").status_code == 401


def test_new_password_ends_other_sessions(guest: Any, visitor: Visitors) -> None:
    guest.login("staf.prk", demo.PASSWORD)
    elsewhere = visitor("staf.prk")
    fields = {"lama": demo.PASSWORD, "baru": "empat kata yang panjang", "ulang": "empat kata yang panjang"}
    token = guest.token("/kata-sandi")
    changed = guest.client.post("/kata-sandi", data={"csrf_token": token, **fields}, headers={"Accept": "text/html"})
    assert (changed.status_code, changed.location) == (302, "/tugas")
    assert guest.page("/tugas").status_code == 200
    assert elsewhere.page("/tugas").status_code == 302


def test_an_auditor_without_a_position_begins_at_the_record(guest: Any, visitor: Visitors, office: Office) -> None:
    assert guest.login("auditor", demo.PASSWORD).location == "/"
    assert guest.page("/").location == "/jejak"
    assert 'href="/tugas"' in guest.page("/jejak").text
    for account in ("staf.prk", "pengelola"):
        assert visitor(account).page("/").location == "/tugas"
    admin = Actor(None, "Penyiapan", system_roles=frozenset({"administrator"}), source="command")
    auditor = office.people.by_username("auditor")
    office.people.add_position(auditor.id, "staf", "HKM", admin, title="Staf Bagian Hukum", from_date=demo.SINCE)
    assert guest.page("/").location == "/tugas"


@pytest.mark.parametrize(
    "fields",
    [
        {"lama": demo.PASSWORD, "baru": "empat kata yang panjang", "ulang": "lain"},
        {"lama": "salah", "baru": "empat kata yang panjang", "ulang": "empat kata yang panjang"},
        {"lama": demo.PASSWORD, "baru": "pendek", "ulang": "pendek"},
    ],
)
def test_bad_new_password_is_explained(visitor: Visitors, fields: dict[str, str]) -> None:
    answer = visitor("staf.prk").submit("/kata-sandi", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://jahat.example/",
        "//jahat.example/",
        "/\\jahat.example",
        "\\\\jahat.example",
        "javascript:alert(1)",
        "/masuk?next=/masuk",
        "/a\nSet-Cookie: x",
        "",
        None,
    ],
)
def test_login_never_leads_off_the_site(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_an_initial_password_opens_nothing_but_its_change(guest: Any, office: Office) -> None:
    admin = Actor(None, "Penyiapan", system_roles=frozenset({"administrator"}), source="command")
    staff = next(one for one in office.people.find("staf.prk") if one.username == "staf.prk")
    office.people.reset_password(staff.id, "kata sandi awal dari kantor", admin)
    assert guest.login("staf.prk", "kata sandi awal dari kantor", next="/proses").location == "/kata-sandi"
    for path in ("/", "/tugas", "/proses", "/pelaksanaan", "/pemberitahuan"):
        sent_away = guest.page(path)
        assert (sent_away.status_code, sent_away.location) == (302, "/kata-sandi"), path
    assert "ganti kata sandi awal Anda" in guest.page("/kata-sandi").text
    guest.csrf = guest.token("/kata-sandi")
    for refused in (guest.ask("/tugas/daftar"), guest.send(f"/proses/{PROCESS}/mulai", {"data": {}})):
        assert refused.status_code == 403
        assert refused.json["type"] == "urn:alur:problem:ganti-kata-sandi"
        assert "Gantilah" in refused.json["detail"]
    new = {"baru": "empat kata yang panjang", "ulang": "empat kata yang panjang"}
    assert guest.submit("/kata-sandi", lama="kata sandi awal dari kantor", **new).location == "/tugas"
    assert guest.page("/tugas").status_code == 200
    assert "kata sandi awal" not in guest.page("/kata-sandi").text
