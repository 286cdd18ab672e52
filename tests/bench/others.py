"""What the table of promises does not name, and what one wants to know: large forms, deadlines, the demonstration."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from process.clock import ManualClock, SystemClock, micros
from process.jobs import ThreadScheduler
from tests.bench import forms
from tests.bench.measure import Row, middle, ms, p95
from tests.bench.quarters import MONDAY, Crew, demonstration

TIMERS = 6
MOST_LATE = 1.0  # seconds
ROOT = Path(__file__).parents[2]


class ShiftedClock(SystemClock):
    """The machine's clock with its hands put elsewhere; they keep running."""

    def __init__(self, start: datetime) -> None:
        self._shift = start - super().now()

    def put(self, at: datetime) -> None:
        self._shift = at - super().now()

    def now(self) -> datetime:
        return super().now() + self._shift


def run(folder: Path) -> list[Row]:
    loads = forms.seconds()
    lateness = _lateness(folder)
    return [
        Row("a form of 120 rows is loaded", ms(middle(loads)), ms(p95(loads))),
        Row("a deadline fires late by", ms(middle(lateness)), ms(p95(lateness)), f"<= {MOST_LATE * 1000:.0f} ms", "",
            max(lateness) <= MOST_LATE),
        Row("`alur demo` in an empty folder", f"{_demo(folder / 'demo'):.1f} s"),
    ]  # fmt: skip


def _lateness(folder: Path) -> list[float]:
    """Real seconds from the instant of a deadline until it is on record, with the service's own threads."""
    with demonstration(folder, ManualClock(MONDAY)) as office:
        crew = Crew(office, ManualClock(MONDAY))
        dues = [MONDAY + timedelta(days=10 + number) for number in range(TIMERS)]
        instances = [crew.start() for _ in dues]
        with office.store.transaction() as tx:
            for due, instance in zip(dues, instances, strict=True):
                tx.connection.exec_driver_sql("UPDATE instance SET next_due = ? WHERE id = ?", (micros(due), instance))
        clock = ShiftedClock(MONDAY)
        fired = threading.Event()
        late: list[float] = []

        def fire(now: datetime) -> int:
            count = office.engine.fire_due(now)
            if count:
                late.append((clock.now() - due).total_seconds())
                fired.set()
            return count

        scheduler = ThreadScheduler(
            clock,
            fire,
            office.jobs.run_due,
            office.index.catch_up,
            office.exports.turn,
            office.integrity.turn,
            (office.trail.seal,),
        )
        scheduler.start()
        try:
            for number, due in enumerate(dues):
                clock.put(due - timedelta(seconds=0.9 + number / 10))
                assert fired.wait(10)
                fired.clear()
        finally:
            scheduler.stop()
    return late


def _demo(folder: Path) -> float:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
    environment["ALUR_DATA_DIR"] = str(folder)
    command = [sys.executable, "-c", "import sys; from service.command import main; sys.exit(main())", "demo"]
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)
    return time.perf_counter() - started
