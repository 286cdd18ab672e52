"""A million events, exported by the command as operators run it: how fast, and in how much memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from process.clock import ManualClock
from process.office import Office
from process.store import sqlite_url
from service import demo
from tests.bench import proof
from tests.bench.many import fill
from tests.bench.measure import Row

EVENTS = int(os.environ.get("ALUR_TEST_EXPORT_EVENTS", "1000000"))
FASTEST = 20_000  # events a second that CSV and JSON Lines must reach
MEMORY = 150_000_000  # bytes that none may take beyond
FORMATS = ("csv", "jsonl", "xlsx", "xes", "ocel")
# The most that a process held is asked of itself: what `wait` tells counts the process that it was forked from.
SCRIPT = """
import sys
from pathlib import Path
from service.command import run

told = sys.argv.pop(1)
code = run(sys.argv[1:])
Path(told).write_text(Path("/proc/self/status").read_text())
sys.exit(code)
"""
START = datetime(2022, 1, 3, 1, 0, tzinfo=UTC)


def run(folder: Path) -> list[Row]:
    """Fill an office once, then export all of it in each form."""
    url = sqlite_url(folder / "alur.sqlite3")
    office = Office.open(url, folder, clock=ManualClock(START))
    demo.set_up(office)
    made = fill(office, EVENTS)
    office.close()
    rows = [proof.checked(folder, url)]
    for format in FORMATS:
        seconds, peak, size = _export(folder, url, format)
        speed = made.events / seconds
        must = format in ("csv", "jsonl")
        rows.append(
            Row(
                f"export of {made.events:,} events as {format}",
                f"{speed:,.0f} events/s",
                f"{seconds:.0f} s, {size / 1e6:,.0f} MB",
                f">= {FASTEST:,} events/s" if must else "",
                met=speed >= FASTEST if must else None,
            )
        )
        rows.append(Row("  its memory", f"{peak / 1e6:.0f} MB", target="<= 150 MB", met=peak <= MEMORY))
    return rows


def _export(folder: Path, url: str, format: str) -> tuple[float, int, int]:
    """Seconds from start to end of the process, its largest resident set and the size of the file, in bytes."""
    target = folder / f"jejak.{format}"
    told = folder / "memori"
    command = [sys.executable, "-c", SCRIPT, str(told), "audit", "export"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ALUR_")},
        "ALUR_DATABASE_URL": url, "ALUR_DATA_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path),
    }  # fmt: skip
    began = time.perf_counter()
    done = subprocess.run(
        [*command, "--format", format, "--output", str(target)], env=environment, stdout=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, f"the export as {format} failed"
    seconds = time.perf_counter() - began
    size = target.stat().st_size
    target.unlink()
    return seconds, _peak(told), size


def _peak(told: Path) -> int:
    found = re.search(r"VmHWM:\s*(\d+) kB", told.read_text())
    assert found
    return int(found[1]) * 1024
