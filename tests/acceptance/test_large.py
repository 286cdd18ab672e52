"""Far more than an SOP needs: it opens, is explained, and nothing hangs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from service import demo

from .conftest import Person, Site
from .large import diagram, form

pytestmark = pytest.mark.browser
PROCESS = "pengumpulan_data_kinerja"
START = "data-kinerja-0-permintaan"
SLOW = 90_000  # milliseconds; how fast it is on a quiet machine, `make bench` tells


def test_five_thousand_elements_open_and_are_refused_with_a_sentence(
    site: Site, person: Callable[[str], Person]
) -> None:
    office = site.office
    office.drafts.save(PROCESS, demo.ACTOR, revision=0, xml=diagram(PROCESS).encode())
    page = person("pengelola").page
    page.set_default_timeout(SLOW)
    page.goto(f"{site.address}/proses/{PROCESS}/sunting")
    expect(page.locator("[data-bpmn-editor]")).to_have_attribute("data-ready", "true", timeout=SLOW)
    assert page.locator(".djs-shape").count() + page.locator(".djs-connection").count() >= 5_000
    refused = page.locator('[data-kode="TOO_MANY_NODES"]')
    expect(refused).to_contain_text("lebih dari 300 simbol; pecah menjadi beberapa SOP", timeout=SLOW)
    expect(page.locator('[data-alat="berlakukan"]')).to_have_attribute("aria-disabled", "true")
    page.locator('[data-element-id="t5"] .djs-hit').first.click()
    page.get_by_label("Uraian kegiatan").fill("Langkah yang lain")
    page.keyboard.press("Tab")
    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "saved", timeout=SLOW)
    saved = office.drafts.state(PROCESS).xml.decode()
    assert "Langkah yang lain" in saved
    assert saved.count("<userTask") == saved.count("<sequenceFlow") == 2_500


def test_names_of_a_large_drawing_stand_where_one_looks_and_in_its_pictures(
    site: Site, person: Callable[[str], Person]
) -> None:
    site.office.drafts.save(PROCESS, demo.ACTOR, revision=0, xml=diagram(PROCESS).encode())
    page = person("pengelola").page
    page.set_default_timeout(SLOW)
    page.goto(f"{site.address}/proses/{PROCESS}/sunting")
    expect(page.locator("[data-bpmn-editor]")).to_have_attribute("data-ready", "true", timeout=SLOW)
    names = page.locator(".djs-visual text")
    expect(names).to_have_count(0)  # less than two pixels high: nobody could read them

    page.locator('[data-element-id="t1225"] .djs-hit').first.click()
    for _ in range(4):
        page.locator('[data-alat="perbesar"]').click()
    middle = page.locator('[data-element-id="t1225"] .djs-visual')
    expect(middle).to_contain_text("Langkah 1225")
    expect(middle.locator("path")).not_to_have_count(0)  # the sign of its kind
    assert 0 < names.count() < 1_000

    page.locator('[data-alat="berkas"]').click()
    with page.expect_download(timeout=SLOW) as picture:
        page.locator('[data-alat="unduh-svg"]').click()
    words = re.findall(r">(Langkah \d+)<", Path(picture.value.path()).read_text("utf-8"))
    assert sorted(words) == sorted(f"Langkah {n}" for n in range(2_500))


def test_a_large_drawing_is_only_read_with_names_where_one_looks(site: Site, person: Callable[[str], Person]) -> None:
    site.office.drafts.save(PROCESS, demo.ACTOR, revision=0, xml=diagram(PROCESS).encode())
    page = person("staf.prk").page
    page.set_default_timeout(SLOW)
    names = page.locator(".djs-visual text")

    page.goto(f"{site.address}/proses/{PROCESS}/draf/1")
    viewer = page.locator("[data-bpmn-viewer]")
    expect(viewer).to_have_attribute("data-ready", "true", timeout=SLOW)
    assert page.locator(".djs-shape").count() + page.locator(".djs-connection").count() >= 5_000
    expect(page.locator('[data-element-id="t1200"] .djs-visual')).to_contain_text("Langkah 1200")
    assert 0 < names.count() < 1_000, "in full where it is looked at, simply elsewhere"
    page.get_by_role("button", name="Tampilkan seluruh diagram").click()
    first = page.locator('[data-element-id="t0"]').first.bounding_box()
    assert first is not None
    assert first["width"] < 10, "all of it is on the screen"

    page.set_viewport_size({"width": 1000, "height": 800})
    page.goto(f"{site.address}/proses/{PROCESS}/sunting")
    expect(page.locator("[data-bpmn-editor]")).to_have_attribute("data-ready", "true", timeout=SLOW)
    expect(page.locator("[data-bpmn-editor]")).to_have_attribute("data-mode", "baca")
    assert page.locator(".djs-shape").count() >= 2_500
    expect(names).to_have_count(0)  # less than two pixels high: nobody could read them

    page.goto(f"{site.address}/proses/{PROCESS}/bandingkan?ke=draf")
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "true", timeout=SLOW)
    drawn = page.locator(".beda-bingkai").nth(1)
    assert drawn.locator(".djs-shape").count() >= 2_500
    expect(drawn.locator(".djs-visual text")).to_have_count(0)
    expect(page.locator(".beda-bingkai").nth(0).locator(".djs-visual text")).not_to_have_count(0)


def test_a_form_of_five_hundred_fields_is_designed_and_filled_in(site: Site, person: Callable[[str], Person]) -> None:
    office = site.office
    state = office.drafts.state(PROCESS)
    made = office.drafts.save(PROCESS, demo.ACTOR, revision=0, forms={START: form(state.forms[START])})
    page = person("pengelola").page
    page.set_default_timeout(SLOW)
    page.goto(f"{site.address}/proses/{PROCESS}/formulir/{START}/sunting")
    expect(page.locator("[data-form-editor]")).to_have_attribute("data-ready", "true", timeout=SLOW)
    expect(page.get_by_text("Tidak ada temuan")).to_be_visible(timeout=SLOW)
    page.locator('.fjs-element[data-id="Isian_1"]').click()
    page.get_by_label("Kunci", exact=True).fill("isian_pertama")
    page.keyboard.press("Tab")
    expect(page.locator(".alur-rancang .alur-status")).to_have_attribute("data-state", "saved", timeout=SLOW)
    page.get_by_role("button", name="Pratinjau").click()
    expect(page.locator(".alur-pratinjau").get_by_label("Isian 450", exact=True)).to_be_attached(timeout=SLOW)

    made = office.drafts.state(PROCESS)
    office.versions.propose(PROCESS, demo.ACTOR, revision=made.revision, note="Lima ratus isian")
    page = person("staf.prk").page
    page.set_default_timeout(SLOW)
    page.goto(f"{site.address}/proses/{PROCESS}/mulai")
    expect(page.locator("[data-form]")).to_have_attribute("data-ready", "true", timeout=SLOW)
    page.get_by_label("Tahun").fill("2026")
    page.get_by_label("Triwulan").select_option("I")
    page.get_by_label("Isian 450", exact=True).fill("yang terakhir")
    page.get_by_role("button", name="Mulai Proses").click()
    page.wait_for_url("**/pelaksanaan/*")
