"""An export in a real browser: asked for on a page, made by a process of its own, followed, and kept as a file."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Person, Site

pytestmark = pytest.mark.browser


def test_an_auditor_exports_the_whole_record(site: Site, person: Callable[[str], Person]) -> None:
    auditor = person("auditor")
    page = auditor.open("/ekspor")
    expect(page.get_by_text("Belum ada ekspor.")).to_be_visible()
    page.get_by_role("link", name="Ekspor baru").click()
    expect(page.get_by_text("Seluruh jejak audit")).to_be_visible()
    auditor.shot("ekspor-baru")
    auditor.check_accessibility("a new export")
    page.get_by_label("CSV", exact=True).check()
    page.get_by_role("button", name="Ekspor", exact=True).click()
    row = page.locator("#daftar-ekspor tbody tr")
    expect(row).to_have_count(1)
    expect(row.get_by_text("Menunggu giliran")).to_be_visible()
    expect(page.get_by_text("Ekspor sedang dibuat.")).to_be_visible()
    expect(page.get_by_text("Muat ulang")).not_to_be_visible()  # that is for browsers without scripts
    auditor.shot("ekspor-diminta")
    site.clock.advance(seconds=1)  # what the scheduler waits for
    expect(row.get_by_text("Siap diunduh")).to_be_visible(timeout=60_000)  # by itself: nobody loads the page again
    expect(page.get_by_text("Ekspor sedang dibuat.")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_count(0)
    auditor.shot("ekspor-daftar")
    auditor.check_accessibility("the list of exports")
    with page.expect_download() as download:
        row.get_by_role("link", name="Unduh").click()
    with open(download.value.path(), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == site.office.exports.mine(auditor_of(site))[0].done > 0
    page.get_by_role("link", name="Buat lagi").click()
    expect(page.get_by_role("button", name="Ekspor")).to_be_visible()


def auditor_of(site: Site):  # type: ignore[no-untyped-def]
    people = site.office.people
    with site.office.store.reading() as tx:
        return people.actor(tx, people.by_username("auditor").id, site.clock.now())
