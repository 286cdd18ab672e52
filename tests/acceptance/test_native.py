"""What a browser says of its own fields is Indonesian too, whatever language the browser was installed in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from .conftest import NARROW, Person, Site

pytestmark = pytest.mark.browser


def said(field: Locator) -> str:
    return str(field.evaluate("(node) => node.validationMessage"))


def test_a_field_left_empty_is_told_in_indonesian(site: Site, chromium: Browser) -> None:
    page = chromium.new_context(locale="en-US").new_page()
    page.goto(site.address + "/masuk")
    account = page.get_by_label("Nama pengguna")
    page.get_by_role("button", name="Masuk").click()
    assert said(account) == "Wajib diisi."
    account.fill("staf.prk")
    assert said(account) == ""
    assert page.url.endswith("/masuk")


def test_a_date_stands_below_its_field_in_words(person: Callable[[str], Person]) -> None:
    auditor = person("auditor")
    page = auditor.open("/jejak?dari=2026-10-05&sampai=2026-11-23")
    words = page.locator("output.tanggal-kata")
    expect(words).to_have_text(["Senin, 5 Oktober 2026", "Senin, 23 November 2026"])
    page.get_by_label("Sampai tanggal").fill("2026-11-20")
    expect(words.nth(1)).to_have_text("Jumat, 20 November 2026")
    page.get_by_label("Sampai tanggal").fill("")
    expect(words.nth(1)).to_have_text("")
    auditor.check_accessibility("dates in words")


def test_a_file_is_chosen_with_a_button_of_ours(person: Callable[[str], Person], tmp_path: Path) -> None:
    manager = person("administrator")
    page = manager.open("/administrasi/unit")
    page.get_by_text("Impor dari CSV").click()
    expect(page.get_by_text("Belum ada berkas yang dipilih")).to_be_visible()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Pilih berkas …").click()
    file = tmp_path / "unit-2027.csv"
    file.write_text("kode,nama\n")
    chooser.value.set_files(file)
    expect(page.get_by_text("unit-2027.csv")).to_be_visible()
    manager.check_accessibility("a file field")
