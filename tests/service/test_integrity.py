"""Keutuhan: a check on demand with its outcome, seals as a sheet and as a file."""

from __future__ import annotations

import json
import threading

import pytest
import sqlalchemy as sa

from process.anchors import Anchor

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("account", ["staf.prk", "sekda"])
def test_the_pages_are_closed_to_others(visitor, account):
    who = visitor(account)
    assert "Jejak Audit" not in who.page("/tugas").text
    for path in (
        "/jejak/keutuhan",
        "/jejak/keutuhan/keadaan",
        "/jejak/keutuhan/segel/1",
        "/jejak/keutuhan/segel/1.json",
    ):
        assert who.page(path).status_code == 403
    for path in ("/jejak/keutuhan/periksa", "/jejak/keutuhan/segel"):
        assert who.submit(path).status_code == 403


def test_an_administrator_finds_them_in_the_menu(admin):
    assert 'href="/jejak/keutuhan"' in admin.page("/tugas").text
    page = admin.page("/jejak/keutuhan").text
    assert "Belum ada segel" in page
    assert "Semua jejak" not in page  # that is for auditors and pengelola


def test_a_check_runs_in_the_background_and_its_outcome_is_shown(visitor, office, clock, quarter):
    quarter.draft()
    auditor = visitor("auditor")
    assert auditor.submit("/jejak/keutuhan/periksa").status_code == 302
    page = auditor.page("/jejak/keutuhan").text
    assert "Pemeriksaan sedang berjalan" in page
    assert 'hx-get="/jejak/keutuhan/keadaan"' in page
    assert "Pemeriksaan dimulai" not in page  # what cannot be taken back when it is over is not said
    assert auditor.page("/jejak/keutuhan/keadaan").status_code == 204
    assert auditor.submit("/jejak/keutuhan/periksa").status_code == 409
    office.integrity.turn(threading.Event())
    state = auditor.page("/jejak/keutuhan/keadaan").text
    assert "Utuh" in state
    assert "Auditor" in state
    assert "hx-get" not in state


def test_what_a_check_found_is_shown_as_text(visitor, office, clock):
    with office.store.transaction() as tx:
        tx.execute(sa.text("UPDATE unit SET name = 'x<script>' WHERE code = 'HKM'"))
        tx.execute(sa.text("INSERT INTO setting (name, value) VALUES ('<b>', x'007b7d')"))
    auditor = visitor("auditor")
    auditor.submit("/jejak/keutuhan/periksa")
    office.integrity.turn(threading.Event())
    page = auditor.page("/jejak/keutuhan").text
    assert "2 temuan" in page
    assert "tabel unit, baris HKM: name" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_a_seal_is_a_sheet_and_a_file_of_the_same_digest(visitor, office, quarter):
    quarter.draft()
    auditor = visitor("auditor")
    answer = auditor.submit("/jejak/keutuhan/segel")
    assert answer.status_code == 302
    sheet = auditor.page(answer.location)
    file = auditor.page(f"{answer.location}.json")
    anchor = Anchor.read(file.data)
    assert "attachment" in file.headers["Content-Disposition"]
    assert json.loads(file.data)["ringkasan"] in sheet.text.replace(" ", "")
    assert f"instance:{quarter.instance}" in sheet.text
    assert office.trail.verify(anchor=anchor).misfits == ()
    assert answer.location in auditor.page("/jejak/keutuhan").text
    assert auditor.page("/jejak/keutuhan/segel/1").status_code == 404
    assert auditor.page("/jejak/keutuhan/segel/999999999999").status_code == 404
