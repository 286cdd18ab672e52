"""A drawing of 5,000 elements, forms of 500 fields and of 120 rows: opened in Chromium with an empty cache, checked."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser

from bpmn import rules
from process.clock import ManualClock
from process.office import Office
from service import demo
from service.security import SESSION_COOKIE
from tests.acceptance.large import diagram, form
from tests.bench.measure import Row, middle, ms, p95
from tests.bench.pages import served
from tests.bench.quarters import MONDAY, Crew, demonstration
from tests.bench.weights import visit
from tests.chromium import launched

PROCESS = "pengumpulan_data_kinerja"
COPY = "besar"
START = "data-kinerja-0-permintaan"
TIMES = 5
ROWS = 120
DESIGNER = f"/proses/{PROCESS}/formulir/{START}/sunting"
PAGES = {
    "editor, 5,000 elements": (f"/proses/{COPY}/sunting", "[data-bpmn-editor][data-ready=true]", 3.0),
    "form designer, 500 fields": (DESIGNER, "[data-form-editor][data-ready=true]", 3.0),
    "form to fill in, 500 fields": (f"/proses/{PROCESS}/mulai", "[data-form][data-ready=true]", 2.0),
}
CHECK_SECONDS = 2.0
ROWS_SECONDS = 2.0  # of the page's thread, what it loads being in the cache


def run(folder: Path) -> list[Row]:
    clock = ManualClock(MONDAY)
    with demonstration(folder, clock) as office:
        task = _many_rows(office, clock)
        state = office.drafts.state(PROCESS)
        made = office.drafts.save(PROCESS, demo.ACTOR, revision=0, forms={START: form(state.forms[START])})
        office.versions.propose(PROCESS, demo.ACTOR, revision=made.revision, note="Lima ratus isian")
        office.drafts.create("Besar", demo.OWNER, diagram(COPY).encode(), {}, demo.ACTOR, process_id=COPY)
        tokens = {
            name: office.people.authenticate(name, demo.PASSWORD, "127.0.0.1").token
            for name in ("staf.prk", "pengelola")
        }
    return [_checked(), *_opened(folder, tokens, task)]


def _many_rows(office: Office, clock: ManualClock) -> str:
    """The first task of a quarter, with a draft of 120 indicators."""
    crew = Crew(office, clock)
    (task,) = crew.open(crew.start())
    crew.prepare(task)
    who = crew.doer(task)
    page = office.views.task(task.id, who)
    data = dict(page.data)
    data["indikator"] = [{**data["indikator"][0], "kode": f"1.{number + 1}"} for number in range(ROWS)]
    office.engine.save_draft(task.id, data, who, revision=page.draft.revision if page.draft else 0)
    return task.id


def _checked() -> Row:
    xml = diagram(COPY).encode()
    rules.check(b"", {})  # the process that checks is there
    times = []
    for _ in range(TIMES):
        began = perf_counter()
        found = rules.check(xml, {})
        times.append(perf_counter() - began)
        assert [one.code for one in found] == ["TOO_MANY_NODES"]
    name = "diagram of 5,000 elements: checked and refused"
    return Row(name, ms(middle(times)), ms(p95(times)), f"<= {CHECK_SECONDS} s", "", middle(times) <= CHECK_SECONDS)


def _opened(folder: Path, tokens: dict[str, str], task: str) -> list[Row]:
    rows = []
    with served(folder) as (port, _), launched() as browser:
        address = f"http://127.0.0.1:{port}"
        for name, (path, ready, most) in PAGES.items():
            token = tokens["staf.prk" if path.endswith("/mulai") else "pengelola"]
            times = [visit(browser, address, path, token, ready).ready for _ in range(TIMES)]
            rows.append(
                Row(f"{name}: ready, cold", ms(middle(times)), ms(p95(times)), f"<= {most} s", "",
                    middle(times) <= most)
            )  # fmt: skip
        rows.append(_rows_again(browser, f"{address}/tugas/{task}", tokens["staf.prk"]))
    return rows


def _rows_again(browser: Browser, address: str, token: str) -> Row:
    """How long the thread of a page works until a draft of 120 rows stands there, when it was opened before."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    times = []
    for number in range(TIMES + 1):
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        page.goto(address)
        page.wait_for_selector(f"[data-form][data-ready=true] tbody tr:nth-child({ROWS})")
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        if number:
            times.append(float(metrics["TaskDuration"]))
        page.close()
    context.close()
    name = f"task with {ROWS} rows: work until ready"
    return Row(name, ms(middle(times)), ms(p95(times)), f"<= {ROWS_SECONDS} s", "", middle(times) <= ROWS_SECONDS)
