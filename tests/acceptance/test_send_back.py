"""The shipped revision in the browser: step 6 sends one Bagian's figures back, and nobody is asked for a password."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import Person, Site
from .test_change_process import PROCESS, Running
from .test_quarter import open_task

pytestmark = pytest.mark.browser


def test_sending_back_signs_nothing_and_reopens_only_what_failed(site: Site, person: Callable[[str], Person]) -> None:
    editor = person("pengelola")
    page = editor.open(f"/proses/{PROCESS}/versi")
    page.get_by_role("button", name="Jadikan draf").click()
    page.wait_for_url("**/sunting")
    page = editor.open(f"/proses/{PROCESS}/versi/berlakukan")
    page.get_by_label("Catatan perubahan").fill("Usulan revisi disetujui.")
    page.get_by_role("button", name="Berlakukan", exact=True).click()
    expect(page.get_by_role("row", name="Versi 2")).to_contain_text("Berlaku")

    running = Running(site, "II")
    running.until(6)
    planner = person("perencana.prk")
    page = open_task(planner, "Memvalidasi")
    words = page.get_by_text("Belum valid — dikembalikan kepada Bagian").first.bounding_box()
    assert words is not None
    assert words["width"] > 100, "what a choice says can be read"
    for valid in page.get_by_role("radio", name="Valid", exact=True).all():
        valid.check()
    expect(page.get_by_role("button", name="Bubuhkan Paraf dan Kirim")).to_be_visible()
    page.get_by_role("radio", name=re.compile("Belum valid")).first.check()
    page.get_by_role("button", name="Berikutnya yang belum lengkap").click()
    page.get_by_label("Alasan dikembalikan").first.fill("Angka tidak cocok.")
    page.get_by_label("Catatan pengembalian").fill("Mohon diperbaiki.")
    planner.shot("30-kembalikan")
    expect(page.get_by_role("button", name="Bubuhkan Paraf dan Kirim")).to_have_count(0)
    page.get_by_role("button", name="Kirim", exact=True).click()
    page.wait_for_url(lambda url: "/tugas/" not in url)  # no dialog, no password
    assert running.open() == [4], "one Bagian of all"
