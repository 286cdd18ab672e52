"""A form's page and its submission over HTTP, as a browser asks for them on loopback, of one server process.

The steps that sign are left out: they check a password, which is meant to take long. The page's static files are not
asked for either: a browser keeps them.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import waitress

from forms.canonical import dumps, loads
from process.clock import ManualClock
from process.overview import TaskLine
from service import demo, demo_data
from service.app import create_app
from service.security import SESSION_COOKIE
from service.settings import Settings
from tests.bench.measure import Row, measured, middle, ms, p95, settled
from tests.bench.quarters import MONDAY, Crew, demonstration, filled

ROUNDS = 8  # quarters, after one to warm up
MOST_MS = 25.0


class Browser:
    """One connection that is kept, and the session of one account."""

    def __init__(self, port: int, token: str, csrf: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._headers = {"Cookie": f"{SESSION_COOKIE}={token}", "X-CSRF-Token": csrf}

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        kind = "text/html" if path.count("/") == 2 and body is None else "application/json"
        headers = {**self._headers, "Accept": kind, **({"Content-Type": "application/json"} if body else {})}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        return content

    def close(self) -> None:
        self._connection.close()


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of a server of its own, for an office that is there."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    server = fork.Process(target=_serve, args=(folder, theirs), daemon=True)
    server.start()
    try:
        assert server.pid is not None
        yield ours.recv(), server.pid
    finally:
        server.terminate()
        server.join(5)


def _serve(folder: Path, port: Connection) -> None:
    """The server's process: what `alur serve` runs, but for its timers and jobs."""
    with demonstration(folder, ManualClock(MONDAY + timedelta(hours=1))) as office:
        settings = Settings(database_url="", data_dir=folder, secret_key="k" * 32, demo=True, cookie_secure=False)
        server = waitress.create_server(create_app(office, settings), host="127.0.0.1", port=0, threads=8, ident=None)
        settled()
        port.send(server.effective_port)
        server.run()


def run(folder: Path) -> list[Row]:
    with demonstration(folder):
        pass  # made before the server's process begins, so that both find it
    clock = ManualClock(MONDAY)
    taken: dict[str, list[float]] = {name: [] for name in ("both", "page", "form", "submit", "health")}
    with served(folder) as (port, pid), demonstration(folder, clock) as office:
        crew = Crew(office, clock)
        sessions = {name: office.people.authenticate(name, demo.PASSWORD, "127.0.0.1") for name in demo.POSITIONS}
        browsers = {crew.actor(name).person_id: Browser(port, one.token, one.csrf) for name, one in sessions.items()}
        try:
            for number in range(ROUNDS + 1):
                if number == 1:
                    before = _cpu(pid)
                _quarter(crew, browsers, taken if number else {name: [] for name in taken})
            cpu = (_cpu(pid) - before) / len(taken["both"])
            anyone = next(iter(browsers.values()))
            for _ in range(100):
                with measured() as health:
                    anyone.ask("GET", "/sehat")
                taken["health"].append(health.wall)
        finally:
            for browser in browsers.values():
                browser.close()
    both = taken["both"]
    parts = (("page", "GET the page"), ("form", "GET the form's JSON"), ("submit", "POST the submission"))
    return [
        Row("form page and submit over HTTP", ms(middle(both)), ms(p95(both)), f"<= {MOST_MS:.0f} ms",
            f"three requests to /sehat {ms(3 * middle(taken['health']))}", middle(both) * 1000 <= MOST_MS),
        Row("  CPU of the server, mean", ms(cpu)),
        *(Row("  " + text, ms(middle(taken[name])), ms(p95(taken[name]))) for name, text in parts),
    ]  # fmt: skip


def _cpu(pid: int) -> float:
    """CPU seconds that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _quarter(crew: Crew, browsers: dict[int | None, Browser], taken: dict[str, list[float]]) -> None:
    instance = crew.start()
    while open_ := crew.open(instance):
        for task in open_:
            definition = crew.office.views.task(task.id, crew.doer(task)).definition
            if definition.sign is not None:
                crew.prepare(task)[1]()
            else:
                _step(crew, task, definition.id, browsers[crew.doer(task).person_id], taken)


def _step(crew: Crew, task: TaskLine, element: str, browser: Browser, taken: dict[str, list[float]]) -> None:
    if task.assignee is None:
        crew.office.engine.claim(task.id, crew.doer(task))
    with measured() as page:
        browser.ask("GET", f"/tugas/{task.id}")
    with measured() as form:
        opened = browser.ask("GET", f"/tugas/{task.id}/formulir")
    body = _answer(element, loads(opened), task.unit)
    with measured() as submit:
        browser.ask("POST", f"/tugas/{task.id}/kirim", body)
    taken["page"].append(page.wall)
    taken["form"].append(form.wall)
    taken["submit"].append(submit.wall)
    taken["both"].append(page.wall + form.wall + submit.wall)


def _answer(element: str, opened: Any, unit: str) -> bytes:
    data = demo_data.answer(element, opened["data"], unit, False)
    if element == "mengisi_data":
        data = filled(data)
    return dumps({"data": data, "revision": opened["revision"]})
