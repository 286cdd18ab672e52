"""Completing tasks: time, statements, bytes. The baselines run in the same minute on the same disk."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from process.clock import ManualClock
from tests.bench.bare import Bare
from tests.bench.measure import Row, Sample, kb, measured, middle, ms, p95, settled
from tests.bench.quarters import MONDAY, Crew, Send, demonstration
from tests.bench.recording import COMMIT, Recorder, Replay

WARM, ROUNDS = 3, 24  # quarters
MOST_MS, MOST_CPU, MOST_STATEMENTS, MOST_BYTES = 5.0, 2.5, 14, 80_000


def run(folder: Path) -> list[Row]:
    """Each completion has its baselines right behind it: its statements on a copy of the database, and the bare
    engine's step. A busy machine is as busy for each, and each finds as little of itself in the processor's caches:
    before a completion a page is looked at and a draft kept, here as in an office. What the baselines take where
    nothing comes in between, one after the other, is told beside. What listens to our statements counts as ours."""
    clock = ManualClock(MONDAY)
    elements: list[str] = []
    samples: list[Sample] = []
    marks: list[tuple[int, int]] = []
    raw: list[Sample] = []
    raw_row: list[Sample] = []
    engine: list[Sample] = []
    engine_row: list[Sample] = []

    def complete(element: str, send: Send) -> None:
        begin = len(heard)
        with measured() as sample:
            send()
        elements.append(element)
        samples.append(sample)
        marks.append((begin, len(heard)))
        raw.append(replay.follow(heard, *marks[-1]))
        engine.append(next(steps))

    bare = Bare()
    with demonstration(folder, clock) as office:
        crew = Crew(office, clock)
        for _ in range(WARM):
            crew.quarter()
            list(bare.completions())
        office.index.catch_up()
        before = _size(folder)
        recorder = Recorder(office)
        heard = recorder.heard
        replay, row = (Replay(folder / "alur.sqlite3", folder / name, recorder.pragmas) for name in ("copy", "row"))
        settled()
        for _ in range(ROUNDS):
            steps = bare.completions()
            crew.quarter(complete)
            raw_row += [row.follow(heard, *mark) for mark in marks[len(raw_row) :]]
            engine_row += list(bare.completions())
        replay.close()
        row.close()
        office.index.catch_up()  # what finds the events counts as well
        after = _size(folder)
    # What the pool says when it takes a connection back does nothing.
    said = [[sql for sql, _ in heard[begin:end] if sql != "ROLLBACK"] for begin, end in marks]
    commits = [one.count(COMMIT[0]) for one in said]
    counts = [sum(sql != COMMIT[0] and not sql.startswith("BEGIN") for sql in one) for one in said]
    disk = _disk(folder)
    cpu, engines, statements = ([one.cpu for one in part] for part in (samples, engine, raw))
    floor = middle(engines) + middle(statements)
    in_row = middle([one.cpu for one in engine_row]) + middle([one.cpu for one in raw_row])
    whole = sum(cpu) / (sum(engines) + sum(statements))
    walls = [one.wall for one in samples]
    size = (after - before) / ROUNDS
    return [
        Row("complete a task: wall", ms(middle(walls)), ms(p95(walls)), f"<= {MOST_MS:.0f} ms",
            f"same SQL raw {ms(middle([one.wall for one in raw]))}; bare fsync {ms(middle(disk))}",
            middle(walls) * 1000 <= MOST_MS),
        Row("complete a task: CPU", ms(middle(cpu)), ms(p95(cpu)), f"<= {MOST_CPU} x baseline",
            f"{middle(cpu) / floor:.2f} x (engine {ms(middle(engines))} + SQL {ms(middle(statements))})",
            middle(cpu) <= MOST_CPU * floor),
        Row("  mean, with the forms of all Bagian in one", ms(sum(cpu) / len(cpu)), "", "", f"{whole:.2f} x the mean"),
        Row("  against baselines that run in a row", "", "", "", f"{middle(cpu) / in_row:.2f} x ({ms(in_row)})"),
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


def _size(folder: Path) -> int:
    """Bytes of the database with everything in it, the log emptied into the file."""
    connection = sqlite3.connect(folder / "alur.sqlite3")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    return sum(path.stat().st_size for path in folder.glob("alur.sqlite3*"))


def _documents(folder: Path) -> float:
    """Bytes of what people sent in one quarter, as canonical JSON without any compression."""
    from process.packing import unpack_bytes
    from process.store import Store, sqlite_url

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
