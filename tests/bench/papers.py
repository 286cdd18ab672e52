"""The report on paper at its largest, and with a diagram and times for every instance: how long, in how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from process.clock import ManualClock
from process.office import Office
from process.store import sqlite_url
from service import demo
from tests.bench.many import fill
from tests.bench.measure import Row

EVENTS = (3_000, 4_900)  # the first few enough for diagrams, the second nearly all that one report takes
SLOWEST = 300.0  # seconds
MEMORY = 1_500_000_000  # bytes that the process which lays out may take
START = datetime(2022, 1, 3, 1, 0, tzinfo=UTC)
# A process of its own: what its children held at most is told of all children that it ever had.
SCRIPT = """
import json, resource, sys, time
from pathlib import Path
from process.office import Office
from process.records import Selection
from service import pdf
from service.exporting import FORMATS
from service.exporting.source import Source
from service.exporting.writing import write

office = Office.open(sys.argv[1], sys.argv[2])
source = Source.of(office, Selection(), by="Bench", at=office.clock.now())
began = time.perf_counter()
with open(Path(sys.argv[2]) / "laporan.pdf", "wb") as out:
    made = write(out, FORMATS["pdf"], source, lambda _: None)
seconds = time.perf_counter() - began
pdf.close()  # what its pages took is told once it has ended
used = resource.getrusage(resource.RUSAGE_CHILDREN)
processor = used.ru_utime + used.ru_stime
print(json.dumps([made.events, seconds, processor, used.ru_maxrss * 1024, made.size]))
office.close()
"""


def run(folder: Path) -> list[Row]:
    """Two offices, each reported on as a whole."""
    rows = []
    for number, events in enumerate(EVENTS):
        place = folder / str(number)
        place.mkdir()
        office = Office.open(sqlite_url(place / "alur.sqlite3"), place, clock=ManualClock(START))
        demo.set_up(office)
        fill(office, events)
        office.close()
        command = [sys.executable, "-c", SCRIPT, sqlite_url(place / "alur.sqlite3"), str(place)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        count, seconds, processor, memory, size = json.loads(done.stdout)
        rows.append(
            Row(
                f"PDF report of {count:,} events",
                f"{seconds:.0f} s",
                f"{processor:.0f} s of processor, {size / 1e6:.1f} MB",
                f"<= {SLOWEST:.0f} s",
                met=seconds <= SLOWEST,
            )
        )
        rows.append(Row("  its memory", f"{memory / 1e6:.0f} MB", target="<= 1,500 MB", met=memory <= MEMORY))
    return rows
