"""An inspector finds who returned the format and why the signature took two days; the pages stand up to axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.bench.quarters import Crew

from .conftest import NARROW, WIDE

pytestmark = pytest.mark.browser
NOTE = "Satuan indikator <b>kedua</b> belum benar"
AVAILABLE = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)  # Monday 14.05 WIB
LACKS = """(node) => {
  const width = node.offsetWidth, free = node.cloneNode();
  free.style.width = 'max-content';
  node.after(free);
  const needed = free.offsetWidth;
  free.remove();
  return needed - width;
}"""  # pixels that a field is narrower than what stands in it
TAKEN = datetime(2026, 11, 25, 2, 10, tzinfo=UTC)  # Wednesday 09.10 WIB


@pytest.fixture
def finished(site: Any) -> str:
    """A quarter in which the format was returned once, and the signature waited for two days."""
    crew = Crew(site.office, site.clock)
    instance = crew.start()
    returned = False
    while open_ := crew.open(instance):
        for task in open_:
            changes: dict[str, Any] = {}
            if task.number == 2 and not returned:
                returned, changes = True, {"keputusan": "salah", "catatan_pengembalian": NOTE}
            if task.number == 7:
                site.clock.set(AVAILABLE.replace(minute=4))
            if task.number == 8:
                assert site.clock.now() == AVAILABLE
                site.clock.set(TAKEN)
                site.office.engine.claim(task.id, crew.doer(task))
                site.clock.advance(minutes=29)
                (task,) = crew.open(instance)
            _, send = crew.prepare(task, **changes)
            send()
    site.office.index.catch_up()
    return instance


def test_an_inspector_finds_who_returned_the_format_and_why_the_signature_took_two_days(
    site: Any, person: Callable[[str], Any], finished: str
) -> None:
    auditor = person("auditor")
    page = auditor.page
    expect(page).to_have_url(re.compile("/jejak$"))  # where who only inspects begins
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    for name in ("Dari tanggal", "Sampai tanggal"):
        assert page.get_by_label(name).evaluate(LACKS) <= 0, "the whole date can be read"
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.get_by_text("Jenis peristiwa: semua").click()
    page.get_by_label("Dikembalikan untuk diperbaiki").check()
    page.get_by_role("button", name="Tampilkan", exact=True).click()
    events = page.locator(".jejak-peristiwa")
    expect(events).to_have_count(1)
    expect(events).to_contain_text(NOTE, use_inner_text=True)  # who reads it sees what was typed, not bold letters
    expect(events).to_contain_text("Perencana Ahli Muda", use_inner_text=True)
    auditor.check_accessibility("jejak")
    page.locator(".jejak-rincian summary").first.click()
    auditor.shot("jejak")

    events.get_by_role("link", name="Data Kinerja").first.click()
    page.wait_for_selector("[data-bpmn-viewer][data-ready=true]")
    told = page.locator("#tunggu-terlama").inner_text()
    assert "Langkah 8 “Menandatangani data kinerja” menunggu" in told
    assert "tersedia Senin, 23 November 2026 pukul 14.05, diambil Rabu, 25 November 2026 pukul 09.10" in told
    row = page.get_by_role("row", name="Menandatangani data kinerja")
    waiting, working = (row.get_by_role("cell").nth(n).inner_text().split("\n")[0] for n in (1, 2))
    assert (waiting, working) == ("1 hari 3 jam 35 menit", "30 menit")

    # The event shows its element, and the element its events.
    expect(page.locator("[data-bpmn-viewer]")).to_have_attribute("data-marked", "membuat_draft")
    page.get_by_label("Langkah", exact=True).select_option("")
    page.get_by_role("button", name="Tampilkan", exact=True).click()
    signed = page.locator(".jejak-peristiwa", has_text="Dokumen ditandatangani")
    expect(signed).to_have_count(1)  # the other page is there; the diagram of the one before was ready, too
    page.wait_for_selector("[data-bpmn-viewer][data-ready=true]")
    signed.get_by_role("button", name="Tunjukkan pada diagram").click()
    expect(page.locator("[data-bpmn-viewer]")).to_have_attribute("data-marked", "menandatangani")
    signed.locator("summary").click()
    expect(signed).to_contain_text("Waktu tepat", use_inner_text=True)
    auditor.check_accessibility("jejak pelaksanaan")
    auditor.shot("jejak-pelaksanaan")
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("link", name="Langsung ke peristiwa").click()
    expect(page.get_by_role("heading", name="Peristiwa", exact=True)).to_be_in_viewport()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_role("link", name="Langsung ke peristiwa")).to_be_hidden()
    page.locator("[data-element-id=menandatangani]").first.click()
    page.wait_for_url("**langkah=menandatangani**")
    assert {"Langkah 8" in text for text in page.locator(".jejak-apa").all_inner_texts()} == {True}


def test_the_security_log_in_a_browser(site: Any, person: Callable[[str], Any]) -> None:
    administrator = person("administrator")
    page = administrator.open("/jejak/keamanan")
    page.get_by_label("Akun").fill("administrator")
    page.get_by_role("button", name="Tampilkan", exact=True).click()
    page.wait_for_url("**akun=administrator**")
    expect(page.get_by_role("cell", name="Masuk", exact=True)).to_have_count(1)
    administrator.check_accessibility("log keamanan")
    administrator.shot("log-keamanan")


def test_a_check_shows_its_outcome_by_itself(site: Any, person: Callable[[str], Any]) -> None:
    auditor = person("auditor")
    page = auditor.open("/jejak/keutuhan")
    page.get_by_role("button", name="Periksa sekarang").click()
    expect(page.get_by_text("Pemeriksaan sedang berjalan.")).to_be_visible()
    expect(page.get_by_text("Muat ulang")).not_to_be_visible()  # that is for browsers without scripts
    auditor.shot("keutuhan-berjalan")
    site.clock.advance(seconds=1)  # what the scheduler waits for
    expect(page.get_by_role("cell", name="Utuh")).to_be_visible(timeout=60_000)  # nobody loads the page again
    expect(page.get_by_text("Pemeriksaan sedang berjalan.")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_count(0)
    expect(page.get_by_role("button", name="Periksa sekarang")).to_be_visible()
    auditor.shot("keutuhan-selesai")
    auditor.check_accessibility("the outcome of a check")
