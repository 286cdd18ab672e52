"""The whole system as people meet it: a demonstration office behind a real HTTP server, and Chromium before it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import waitress
from playwright.sync_api import Browser, BrowserContext, Page, expect

from process.clock import ManualClock
from process.office import Office
from service import demo
from service.app import create_app
from service.settings import Settings
from tests.chromium import launched

expect.set_options(timeout=15_000)
ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "tests" / "screenshots"
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08.00 WIB, a working day
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


class Site:
    """A served office. `address` is its root URL; `clock` stands still until a test moves it."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(MONDAY)
        self.office = Office.open(f"sqlite:///{folder / 'alur.sqlite3'}", folder, clock=self.clock)
        demo.set_up(self.office)
        settings = Settings(
            database_url="", data_dir=folder, secret_key="k" * 32, demo=True, cookie_secure=False, max_upload_mb=20
        )
        self.server = waitress.create_server(
            create_app(self.office, settings), host="127.0.0.1", port=0, threads=8, clear_untrusted_proxy_headers=True
        )
        self.address = f"http://127.0.0.1:{self.server.effective_port}"
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        self.office.scheduler.start()

    def close(self) -> None:
        self.office.scheduler.stop()
        self.server.close()
        self.thread.join(5)
        self.office.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


class Person:
    """Somebody with a browser of their own. `complaints` collects what the browser's console had against a page."""

    def __init__(self, site: Site, context: BrowserContext, account: str) -> None:
        self.site, self.context, self.account = site, context, account
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self._said(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _said(self, kind: str, text: str) -> None:
        # Chromium calls every refused request an error; a 422 is an answer that the page shows.
        if kind in ("error", "warning") and "status of 422" not in text:
            self.complaints.append(text)

    def open(self, path: str) -> Page:
        self.page.goto(self.site.address + path)
        return self.page

    def login(self) -> Person:
        page = self.open("/masuk")
        page.get_by_label("Nama pengguna").fill(self.account)
        page.get_by_label("Kata sandi").fill(demo.PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url(lambda url: "/masuk" not in url)
        return self

    def shot(self, name: str) -> None:
        """A screenshot at both widths, for people to look at; and nothing may stick out at the right."""
        SCREENSHOTS.mkdir(exist_ok=True)
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{size['width']}.png", full_page=True)
            over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, f"{name}: {over} px wider than a screen of {size['width']} px"

    def check_accessibility(self, name: str) -> None:
        """axe-core, WCAG 2.2 AA and best practice, finds nothing."""
        if not self.page.evaluate("() => typeof window.axe === 'object'"):
            self.page.evaluate((ROOT / "service/frontend/node_modules/axe-core/axe.min.js").read_text())
        found = self.page.evaluate("async () => (await axe.run(document)).violations")
        said = [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']]}" for one in found]
        assert not said, f"{name}: " + json.dumps(said, indent=1)


@pytest.fixture
def person(site: Site, chromium: Browser) -> Iterator[Callable[[str], Person]]:
    """`person("staf.prk")`: logged in, in a browser profile of their own; console complaints fail the test."""
    made: list[Person] = []

    def make(account: str) -> Person:
        context = chromium.new_context(viewport=WIDE, locale="en-US", timezone_id="Asia/Jakarta")  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        one = Person(site, context, account)
        made.append(one)
        return one.login()

    yield make
    said = [line for one in made for line in one.complaints]
    for one in made:
        one.context.close()
    assert not said, said
