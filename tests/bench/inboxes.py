"""Kotak Tugas in a large office: 100,000 open tasks, of which the reader may take 2,000, and 20,000 that are done."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from process.clock import ManualClock, micros
from process.office import Office
from process.store import Tx
from process.tables import instance, notification, stream, unit, user_task
from service import demo
from service.app import create_app
from service.security import SESSION_COOKIE
from service.settings import Settings
from tests.bench.measure import Row, measured, middle, ms, p95, settled
from tests.bench.quarters import MONDAY, PROCESS, demonstration

OPEN, CANDIDATE, DONE, PER_INSTANCE = 100_000, 2_000, 20_000, 12
ROUNDS = 60
MOST_MS = 30.0
READER = "kabag.hkm"
PAGES = {
    "tersedia, page and counters": "/tugas",
    "refresh of the list": "/tugas/daftar?tab=tersedia",
    "selesai": "/tugas?tab=selesai",
    "last page": "/tugas?hal=80",
    "sorted by title": "/tugas?urut=title",
    "search": "/tugas?cari=1999",
}


def run(folder: Path) -> list[Row]:
    with demonstration(folder, ManualClock(MONDAY)) as office:
        _fill(office)
        settings = Settings(database_url="", data_dir=folder, secret_key="k" * 32, demo=True, cookie_secure=False)
        client = create_app(office, settings).test_client()
        client.set_cookie(SESSION_COOKIE, office.people.authenticate(READER, demo.PASSWORD, "127.0.0.1").token)
        settled()
        rows = []
        for name, path in PAGES.items():
            times = _times(lambda path=path: _get(client, path))
            first = not rows
            rows.append(Row(
                "inbox, 100,000 open: " + name if first else "  " + name, ms(middle(times)), ms(p95(times)),
                f"<= {MOST_MS:.0f} ms" if first else "", _empty_page(client) if first else "",
                middle(times) * 1000 <= MOST_MS if first else None,
            ))  # fmt: skip
    return rows


def _empty_page(client: Any) -> str:
    """A page with the same frame and almost nothing on it."""
    return f"a page without tasks {ms(middle(_times(lambda: _get(client, '/kata-sandi'))))}"


def _get(client: Any, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text


def _times(ask: Callable[[], None]) -> list[float]:
    ask()
    taken = []
    for _ in range(ROUNDS):
        with measured() as sample:
            ask()
        taken.append(sample.wall)
    return taken


def _fill(office: Office) -> None:
    with office.store.transaction() as tx:
        reader = office.people.by_username(READER).id
        version = office.definitions.in_force(tx, PROCESS, MONDAY)
        units = [f"U{number:03}" for number in range(98)]
        tx.insert_many(unit, ("code", "name", "parent"), [(code, f"Unit {code}", demo.HEAD_OFFICE) for code in units])
        tasks = _tasks(units, reader)
        for number in itertools.count():
            mine = list(itertools.islice(tasks, PER_INSTANCE))
            if not mine:
                break
            _instance(tx, number, version, mine)
        told = [("kepala_bagian", "HKM", "late", "Batas waktu telah lewat.", micros(MONDAY)) for _ in range(500)]
        tx.insert_many(notification, ("role", "unit", "kind", "message", "at"), told)


def _tasks(units: list[str], reader: int) -> Iterator[dict[str, Any]]:
    """What differs from task to task: where it is, when it is due, who did it. Open and done ones are mixed."""
    others = itertools.cycle(units)
    for number in range(OPEN + DONE):
        due = micros(MONDAY + timedelta(hours=(number * 7919) % 400 - 100))
        if number % 6 == 5:  # a sixth of them: 20,000
            yield {"unit": "HKM", "due": due, "completed": due - 3_600_000_000, "completed_by": reader}
        elif number % 60 == 0:  # one open task of fifty: 2,000
            yield {"unit": "HKM", "due": due}
        else:
            yield {"unit": next(others), "due": due}


def _instance(tx: Tx, number: int, version: int | None, tasks: list[dict[str, Any]]) -> None:
    name, at = f"i{number:05}", micros(MONDAY - timedelta(days=3))
    stream_id = 1000 + number
    tx.insert_many(stream, ("id", "name"), [(stream_id, f"instance:{name}")])
    tx.insert_many(
        instance,
        ("id", "version", "process_id", "owner_unit", "business_key", "ordinal", "title", "state", "snapshot",
         "revision", "starter_name", "starter_title", "starter_unit", "started", "stream", "event_seq"),
        [(name, version, PROCESS, demo.OWNER, f"kunci-{number}", 1, f"Data Kinerja Kelompok {number}", "running", b"\0",
          1, "Staf", "Staf", demo.OWNER, at, stream_id, 0)],
    )  # fmt: skip
    tx.insert_many(
        user_task,
        ("id", "instance", "ref", "element", "item", "pass", "number", "name", "role", "unit", "state", "available",
         "due", "completed", "completed_by"),
        [(f"{name}t{n:02}", name, str(n), "mengisi_data", f"{n}", 1, 4, "Menerima dan mengisi data kinerja",
          "kepala_bagian", one["unit"], "Completed" if "completed" in one else "Ready", at, one["due"],
          one.get("completed"), one.get("completed_by")) for n, one in enumerate(tasks)],
    )  # fmt: skip
