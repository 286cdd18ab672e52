"""Completing tasks: time, statements, bytes. The baselines run in the same minute on the same disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from process.clock import ManualClock
from tests.bench import bare
from tests.bench.measure import Row, Sample, kb, measured, middle, ms, p95, settled
from tests.bench.quarters import MONDAY, Crew, demonstration
from tests.bench.recording import COMMIT, Recorder, replay

WARM, ROUNDS = 3, 24  # quarters
MOST_MS, MOST_CPU, MOST_STATEMENTS, MOST_BYTES = 5.0, 2.5, 14, 80_000


def run(folder: Path) -> list[Row]:
    clock = ManualClock(MONDAY)
    elements: list[str] = []
    samples: list[Sample] = []
    marks: list[tuple[int, int]] = []
    with demonstration(folder, clock) as office:
        crew = Crew(office, clock)
        for _ in range(WARM):
            crew.quarter()
        before = _size(folder)
        shutil.copy(folder / "alur.sqlite3", folder / "before.sqlite3")
        recorder = Recorder(office)

        def complete(element: str, send: Callable[[], object]) -> object:
            begin = len(recorder.heard)
            with measured() as sample:
                done = send()
            elements.append(element)
            samples.append(sample)
            marks.append((begin, len(recorder.heard)))
            return done

        settled()
        for _ in range(ROUNDS):
            crew.quarter(complete)
        after = _size(folder)
    heard = recorder.heard
    # What the pool says when it takes a connection back does nothing; BEGIN and COMMIT are counted apart.
    said = [[sql for sql, _ in heard[begin:end] if sql != "ROLLBACK"] for begin, end in marks]
    commits = [one.count(COMMIT[0]) for one in said]
    counts = [sum(sql != COMMIT[0] and not sql.startswith("BEGIN") for sql in one) for one in said]
    settled()
    raw = replay(folder / "before.sqlite3", heard, marks, recorder.pragmas)
    engine = bare.quarters(ROUNDS)
    disk = _disk(folder)
    per = len(samples) // ROUNDS
    ours, floor = (
        _per_quarter(samples, per),
        [a + b for a, b in zip(_per_quarter(raw, per), _per_quarter(engine, per), strict=True)],
    )
    ratio = middle(ours) / middle(floor)
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    walls = [one.wall for one in samples]
    size = (after - before) / ROUNDS
    return [
        Row("complete a task: wall", ms(middle(walls)), ms(p95(walls)), f"<= {MOST_MS:.0f} ms",
            f"same SQL raw {ms(middle([one.wall for one in raw]))}; bare fsync {ms(middle(disk))}",
            middle(walls) * 1000 <= MOST_MS),
        Row("complete a task: CPU", ms(middle(ours) / per), ms(p95(ours) / per), f"<= {MOST_CPU} x baseline",
            f"{ratio:.2f} x (engine {ms(_mean(engine))} + SQL {ms(_mean(raw))})", ratio <= MOST_CPU),
        Row("  times the baseline", f"{middle(ratios):.2f} x", f"{p95(ratios):.2f} x"),
        Row("SQL statements per completion", f"{middle(counts):.0f}", f"{p95(counts):.0f}", f"<= {MOST_STATEMENTS}",
            f"most {max(counts)}, without BEGIN and COMMIT", max(counts) <= MOST_STATEMENTS),
        Row("commits per completion", f"{middle(commits):.0f}", f"{p95(commits):.0f}", "exactly 1",
            f"least {min(commits)}, most {max(commits)}", set(commits) == {1}),
        *_steps(elements, samples, counts),
        Row("bytes per finished instance", kb(size), "", f"<= {kb(MOST_BYTES)}",
            f"its forms alone {kb(_documents(folder))} as JSON", size <= MOST_BYTES),
    ]  # fmt: skip


def _steps(elements: Sequence[str], samples: Sequence[Sample], counts: Sequence[int]) -> list[Row]:
    rows = []
    for element in dict.fromkeys(elements):
        mine = [number for number, one in enumerate(elements) if one == element]
        walls = [samples[number].wall for number in mine]
        cpu = middle([samples[number].cpu for number in mine])
        most = max(counts[number] for number in mine)
        rows.append(Row(f"  {element}", ms(middle(walls)), ms(p95(walls)), "", f"CPU {ms(cpu)}, statements {most}"))
    return rows


def _per_quarter(samples: Sequence[Sample], per: int) -> list[float]:
    """CPU seconds of all completions of each quarter."""
    return [sum(one.cpu for one in samples[at : at + per]) for at in range(0, len(samples), per)]


def _mean(samples: Sequence[Sample]) -> float:
    return sum(one.cpu for one in samples) / len(samples)


def _size(folder: Path) -> int:
    """Bytes of the database with everything in it, the log emptied into the file."""
    connection = sqlite3.connect(folder / "alur.sqlite3")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return sum(path.stat().st_size for path in folder.glob("alur.sqlite3*"))


def _documents(folder: Path) -> float:
    """Bytes of what people sent in one quarter, as canonical JSON without any compression."""
    from process.store import Store, sqlite_url, unpack_bytes

    store = Store(sqlite_url(folder / "alur.sqlite3"))
    with store.reading() as tx:
        rows = tx.connection.exec_driver_sql("SELECT data FROM document_version WHERE data IS NOT NULL").all()
        instances = tx.connection.exec_driver_sql("SELECT count(*) FROM instance").scalar() or 1
    store.close()
    return sum(len(unpack_bytes(data)) for (data,) in rows) / instances


def _disk(folder: Path) -> list[float]:
    """What this disk takes to make 4 kB safe: no commit can be faster."""
    taken = []
    with (folder / "disk").open("wb", buffering=0) as file:
        for _ in range(100):
            started = time.perf_counter()
            file.write(b"\0" * 4096)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - started)
    return taken
