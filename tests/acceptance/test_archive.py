"""The archive bundle of a finished quarter, asked for and fetched in a browser, then checked without the office."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from process.model import AUDITOR, Actor
from service import demo_run
from service.command import run
from service.exporting.running import make
from service.settings import Settings

from .conftest import MONDAY, Person, Site

pytestmark = pytest.mark.browser


@pytest.fixture
def finished(tmp_path: Path) -> str:
    """The instance of a quarter that the demonstration took to its end, in the folder of the site."""
    settings = Settings(f"sqlite:///{tmp_path / 'alur.sqlite3'}", tmp_path, "k" * 32, demo=True, cookie_secure=False)
    return demo_run.run(settings, lambda _: None, start=MONDAY - timedelta(days=14))


@pytest.fixture
def site(finished: str, tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def test_a_bundle_is_asked_for_fetched_and_whole(
    finished: str, site: Site, person: Callable[[str], Person], tmp_path: Path
) -> None:
    office, auditor = site.office, Actor(None, "Uji", system_roles=frozenset({AUDITOR}))
    for one in office.archive.waiting(finished, auditor):
        office.prints.keep(one, b"%PDF-1.7\n" + one.encode())  # how they are made has its own tests
    office.exports.runner = lambda given, _: make(office, given)  # here, where the clock is the tests'
    staff = person("staf.prk")
    page = staff.open(f"/pelaksanaan/{finished}")
    page.get_by_role("link", name="Berkas arsip").click()
    expect(page.get_by_role("button", name="Buat berkas arsip")).to_be_visible()
    staff.shot("13-berkas-arsip-baru")
    staff.check_accessibility("archive bundle, not asked for")
    page.get_by_role("button", name="Buat berkas arsip").click()
    expect(page.get_by_role("button", name="Buat berkas arsip")).to_have_count(0)
    site.clock.advance(seconds=1)
    fetch = page.get_by_role("link", name="Unduh berkas arsip")
    expect(fetch).to_be_visible(timeout=180_000)
    staff.shot("13-berkas-arsip")
    staff.check_accessibility("archive bundle")
    with page.expect_download() as download:
        fetch.click()
    assert download.value.suggested_filename == f"berkas-{finished}.zip"
    download.value.save_as(tmp_path / "berkas.zip")
    assert run(["archive", "verify", str(tmp_path / "berkas.zip")]) == 0
