"""What pages weigh and when they are ready, in Chromium on loopback with an empty cache each time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Response

from service import demo
from service.security import SESSION_COOKIE
from tests.bench.measure import Row, kb, middle, ms, p95
from tests.bench.pages import served
from tests.bench.quarters import demonstration
from tests.chromium import launched

TIMES = 7
LIST_BYTES, SCRIPT_BYTES, READY_SECONDS = 120_000, 550_000, 1.5
PROCESS = "/proses/pengumpulan_data_kinerja"
LISTS = {
    "inbox": ("staf.prk", "/tugas"),
    "processes": ("staf.prk", "/proses"),
    "instances": ("auditor", "/pelaksanaan"),
}
EDITORS = {
    "process editor": (f"{PROCESS}/sunting", "[data-bpmn-editor][data-ready=true]"),
    "form designer": (
        f"{PROCESS}/formulir/data-kinerja-6-validasi/sunting",
        "[data-form-editor][data-ready=true]",
    ),
}


@dataclass
class Visit:
    """Bytes as they went over the wire, and seconds from asking until the page says that it is ready."""

    whole: int
    scripts: int
    ready: float


def visit(browser: Browser, address: str, path: str, token: str, ready: str) -> Visit:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))
    page.goto(address + path)
    page.wait_for_selector(ready)
    seconds = float(page.evaluate("performance.now()")) / 1000
    sizes = [(one.url, one.request.sizes()["responseBodySize"]) for one in answers]
    context.close()
    return Visit(sum(size for _, size in sizes), sum(size for url, size in sizes if url.endswith(".js")), seconds)


def run(folder: Path) -> list[Row]:
    with demonstration(folder) as office:
        tokens = {
            name: office.people.authenticate(name, demo.PASSWORD, "127.0.0.1").token
            for name in ("staf.prk", "auditor", "pengelola")
        }
    rows = []
    with served(folder) as (port, _), launched() as browser:
        address = f"http://127.0.0.1:{port}"
        for name, (account, path) in LISTS.items():
            one = visit(browser, address, path, tokens[account], "main h1")
            rows.append(
                Row(
                    f"{name}: weight of the page",
                    kb(one.whole),
                    "",
                    f"<= {kb(LIST_BYTES)}",
                    "",
                    one.whole <= LIST_BYTES,
                )
            )
        for name, (path, ready) in EDITORS.items():
            seen = [visit(browser, address, path, tokens["pengelola"], ready) for _ in range(TIMES)]
            scripts, times = seen[0].scripts, [one.ready for one in seen]
            rows += [
                Row(f"{name}: scripts", kb(scripts), "", f"<= {kb(SCRIPT_BYTES)}", "", scripts <= SCRIPT_BYTES),
                Row(f"{name}: ready, cold", ms(middle(times)), ms(p95(times)), f"<= {READY_SECONDS} s", "",
                    middle(times) <= READY_SECONDS),
            ]  # fmt: skip
    return rows
