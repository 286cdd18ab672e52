"""A list with many fields is a line for each row, the rest folded: what is folded is filled in, checked and sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from process.model import Actor
from service import demo_data
from service.demo import PASSWORD, POSITIONS

from .conftest import Person, Site

pytestmark = pytest.mark.browser

PROCESS = "pengumpulan_data_kinerja"
COUNT = sum(len(rows) for rows in demo_data.INDICATORS.values())


def actor(site: Site, account: str) -> Actor:
    people = site.office.people
    with site.office.store.reading() as tx:
        return people.actor(tx, people.by_username(account).id, site.clock.now())


def until_validation(site: Site) -> str:
    """A quarter of the demonstration up to step 6; answers the id of that task."""
    engine, views, inbox = site.office.engine, site.office.views, site.office.inbox
    crew = {account: actor(site, account) for account in POSITIONS}
    engine.start_instance(PROCESS, demo_data.start(date(2026, 11, 23)), crew["staf.prk"])
    while True:
        for who in crew.values():
            for row in inbox.page(who).rows:
                page = views.task(row.task_id, who)
                if page.task.element == "memvalidasi":
                    return row.task_id
                engine.claim(row.task_id, who)
                data = demo_data.answer(page.task.element, page.data, page.task.unit, False)
                engine.complete_task(row.task_id, data, who, revision=None)


@pytest.fixture
def planner(site: Site, person: Callable[[str], Person]) -> Person:
    task = until_validation(site)
    planner = person("perencana.prk")
    opened = planner.open(f"/tugas/{task}")
    expect(opened.locator("[data-form]")).to_have_attribute("data-ready", "true")
    expect(opened.get_by_text(f"{COUNT} baris, {COUNT} belum lengkap")).to_be_visible()
    return planner


def test_rows_are_lines_and_the_next_incomplete_one_is_a_click_away(planner: Person) -> None:
    page = planner.page
    planner.shot("06-validasi-banyak")
    planner.check_accessibility("step 6, folded")
    expect(page.get_by_label("Catatan validasi").first).to_be_hidden()
    following = page.get_by_role("button", name="Berikutnya yang belum lengkap")
    ticks = page.get_by_label("Data ini valid")
    ticks.first.check()
    expect(page.get_by_text(f"{COUNT} baris, {COUNT - 1} belum lengkap")).to_be_visible()
    following.click()
    expect(ticks.nth(1)).to_be_focused()
    following.click()
    expect(ticks.nth(2)).to_be_focused()
    for number in range(1, COUNT):
        ticks.nth(number).check()
    expect(page.get_by_text(f"{COUNT} baris, semua lengkap")).to_be_visible()
    expect(following).to_have_count(0)


def test_what_is_folded_is_checked_and_sent(planner: Person) -> None:
    page = planner.page
    ticks = page.get_by_label("Data ini valid")
    for number in range(COUNT):
        ticks.nth(number).check()
    rows = page.locator("tbody.alur-baris")
    unfold = rows.nth(3).get_by_role("button", name="Rincian")
    unfold.press("Enter")
    expect(unfold).to_have_attribute("aria-expanded", "true")
    rows.nth(3).get_by_label("Koreksi realisasi", exact=True).fill("11")
    expect(page.get_by_text(f"{COUNT} baris, 1 belum lengkap")).to_be_visible()
    page.get_by_role("button", name="Tutup semua").click()
    reason = rows.nth(3).get_by_label("Alasan koreksi")
    expect(reason).to_be_hidden()
    expect(rows.nth(3).get_by_text("terisi")).to_be_visible()
    page.locator("[data-form-submit]").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("Baris 4 – Alasan koreksi")
    expect(reason).to_be_visible()
    page.get_by_role("button", name="Tutup semua").click()
    page.get_by_role("button", name="Berikutnya yang belum lengkap").click()
    expect(reason).to_be_focused()
    expect(rows.nth(2).get_by_text("terisi")).to_have_count(0)
    reason.fill("Sesuai laporan bulanan")
    expect(page.get_by_text(f"{COUNT} baris, semua lengkap")).to_be_visible()
    page.get_by_role("button", name="Tutup semua").click()
    page.locator("[data-form-submit]").click()
    dialog = page.locator("dialog[data-confirm]")
    expect(dialog.locator("[data-confirm-document]")).to_contain_text("Sesuai laporan bulanan")
    wider = dialog.locator("[data-confirm-document]").evaluate("(node) => node.scrollWidth - node.clientWidth")
    assert wider == 0, "on a usual screen all columns of the document are seen"


def test_a_row_opens_when_its_line_asks_for_more(planner: Person, person: Callable[[str], Person]) -> None:
    page = planner.page
    for tick in page.get_by_label("Data ini valid").all():
        tick.check()
    page.locator("[data-form-submit]").click()
    dialog = page.locator("dialog[data-confirm]")
    dialog.locator("[data-confirm-password]").fill(PASSWORD)
    dialog.locator("[data-confirm-ok]").click()
    page.wait_for_url(lambda url: "/tugas/" not in url)
    head = person("kabag.prk")
    page = head.open("/tugas")
    page.get_by_role("link", name="Memberi Koreksi dan paraf").click()
    row = page.locator("tbody.alur-baris").nth(1)
    expect(row.get_by_label("Koreksi data ini")).to_be_visible()
    expect(page.get_by_text("terisi", exact=True)).to_have_count(0)
    row.get_by_label("Koreksi data ini").check()
    expect(row.get_by_label("Alasan koreksi")).to_be_visible()
    expect(page.get_by_text(f"{COUNT} baris, 1 belum lengkap")).to_be_visible()
