"""One table from error to answer: complete, in Indonesian, without internals, and typed text comes back."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import service.problems as problems
from process import errors
from process.model import FieldError
from process.office import Office
from service.app import serve
from service.settings import Settings

Visitors = Callable[[str], Any]
AT = datetime(2026, 11, 23, 3, 18, tzinfo=UTC)


def all_errors(kind: type[errors.AlurError] = errors.AlurError) -> Iterator[type[errors.AlurError]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from all_errors(sub)


def test_every_error_has_its_own_line_and_an_indonesian_title() -> None:
    for kind in set(all_errors()):
        assert kind in problems.TABLE, f"{kind.__name__} has no status"
        assert kind.__doc__, kind.__name__
        assert len(kind.__doc__.strip().splitlines()[0]) < 100


def test_statuses_are_those_that_the_pages_promise() -> None:
    assert {status for status, _ in problems.TABLE.values()} >= {401, 403, 404, 409, 413, 422, 429, 500}


@pytest.fixture(scope="module")
def app_that_fails(new_app: Callable[[], Flask]) -> Flask:
    """An app of its own with one more page, which fails as `raising` says."""
    made = new_app()

    def view() -> str:
        raise made.extensions["uji"]

    view.__dict__["alur_public"] = True
    made.add_url_rule("/uji", "uji", view, methods=["GET", "POST"])
    return made


@pytest.fixture
def app(app_that_fails: Flask, office: Office, tmp_path: Path) -> Flask:
    serve(app_that_fails, office, Settings("", tmp_path, "k" * 32, demo=True, cookie_secure=False))
    return app_that_fails


def raising(app: Flask, error: Exception) -> None:
    """Lets the page fail in this way."""
    app.extensions["uji"] = error


def test_who_and_when_are_said(app: Flask, guest: Any) -> None:
    raising(app, errors.TaskDone(by="Perencana Ahli Muda", at=AT))
    text = "Tugas ini sudah dikerjakan oleh Perencana Ahli Muda pada 23 November 2026 pukul 10.18 WIB."
    problem = guest.ask("/uji")
    assert problem.status_code == 409
    assert problem.mimetype == "application/problem+json"
    assert problem.json["detail"] == text
    assert problem.json["by"] == "Perencana Ahli Muda"
    page = guest.page("/uji")
    assert page.status_code == 409
    assert text in page.text


def test_field_errors_travel_with_their_place(app: Flask, guest: Any) -> None:
    raising(app, errors.InvalidData([FieldError(("baris", 2, "realisasi"), "f_real", "Realisasi wajib diisi.")]))
    answer = guest.ask("/uji")
    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"path": ["baris", 2, "realisasi"], "field": "f_real", "message": "Realisasi wajib diisi."}
    ]


def test_unexpected_errors_say_nothing_of_the_inside(app: Flask, visitor: Visitors) -> None:
    raising(app, RuntimeError("rahasia /etc/passwd"))
    for answer in (visitor("staf.prk").page("/uji"), visitor("staf.prk").ask("/uji")):
        assert answer.status_code == 500
        assert "rahasia" not in answer.text
        assert answer.headers["X-Request-Id"] in answer.text


def test_a_broken_database_still_gives_a_page(app: Flask, visitor: Visitors, office: Any) -> None:
    staff = visitor("staf.prk")
    raising(app, errors.StorageUnavailable("Basis data tidak dapat digunakan."))
    answer = staff.page("/uji")
    assert answer.status_code == 503
    assert "Kotak Tugas" in answer.text


def test_too_many_attempts_say_when_to_come_back(app: Flask, guest: Any) -> None:
    raising(app, errors.TooManyAttempts(retry_after=90))
    assert guest.ask("/uji").headers["Retry-After"] == "90"


def test_what_was_typed_comes_back_with_the_error(visitor: Visitors) -> None:
    answer = visitor("staf.prk").submit("/pelaksanaan/tidakada/batalkan", alasan="Alasan <b>panjang</b> sekali")
    assert answer.status_code == 404
    assert "Alasan &lt;b&gt;panjang&lt;/b&gt; sekali" in answer.text


def test_what_nobody_wrote_goes_along_without_being_shown(visitor: Visitors) -> None:
    fields = {"alasan": "Sudah pindah", "orang": "17", "pelaksanaan": ["a:1", "b:2"]}
    html = visitor("staf.prk").submit("/pelaksanaan/tidakada/batalkan", **fields).text
    assert "Alasan</label>" in html
    assert 'type="hidden" name="orang" value="17"' in html
    assert re.findall(r'name="pelaksanaan" value="([^"]+)"', html) == ["a:1", "b:2"]
    assert "Orang" not in html
    assert "Pelaksanaan</label>" not in html


def test_a_reason_that_is_missing_can_be_written_where_that_is_said(quarter: Any, visitor: Visitors) -> None:
    quarter.start()
    path = f"/pelaksanaan/{quarter.instance}/batalkan"
    refused = visitor("pengelola").submit(path, alasan="   ")
    assert refused.status_code == 422
    assert re.search(
        r'<form method="post" action="' + path + r'\??">.*name="alasan" rows="3"></textarea>', refused.text, re.S
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://lain.test"},
        {"Origin": "null"},
    ],
)
def test_what_another_site_sent_is_not_a_button_away_from_being_done(
    guest: Any, visitor: Visitors, headers: dict[str, str]
) -> None:
    sent = {"alasan": "Dari situs lain", "orang": "17"}
    for who in (guest, visitor("pengelola")):
        refused = who.client.post("/proses/p/versi/1/cabut", data=sent, headers={"Accept": "text/html", **headers})
        assert refused.status_code in (401, 403)
        assert "Dari situs lain" not in refused.text
        assert 'name="orang"' not in refused.text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_what_was_typed_on_a_page_of_ours_comes_back_when_the_session_is_over(
    guest: Any, headers: dict[str, str]
) -> None:
    sent = {"alasan": "Panjang sekali"}
    refused = guest.client.post("/proses/p/versi/1/cabut", data=sent, headers={"Accept": "text/html", **headers})
    assert refused.status_code == 401
    assert "Panjang sekali" in refused.text


@pytest.mark.parametrize("secret", ["kata_sandi", "lama", "baru", "ulang"])
def test_passwords_never_come_back(visitor: Visitors, secret: str) -> None:
    answer = visitor("staf.prk").submit("/pelaksanaan/tidakada/batalkan", **{secret: "SangatRahasia"})
    assert "SangatRahasia" not in answer.text


def test_unknown_addresses_are_answered_in_kind(guest: Any, visitor: Visitors) -> None:
    assert guest.ask("/tidak/ada").mimetype == "application/problem+json"
    page = visitor("staf.prk").page("/tidak/ada")
    assert page.status_code == 404
    assert 'lang="id"' in page.text
    assert visitor("staf.prk").ask("/keluar").status_code == 405
