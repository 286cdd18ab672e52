"""Exports made in a process of their own: made whole or not at all, and never in the way of the service."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import signal
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from process.errors import InvalidData
from process.model import AUDITOR, Actor
from process.office import Office
from process.selection import Selection
from process.tables import instance as instance_table
from service.exporting import FORMATS
from service.exporting.running import Exporter, make
from service.exporting.source import ExportError, once
from service.exporting.writing import write
from tests.processes import stat, until

pytestmark = pytest.mark.slow

AUDITOR_ACTOR = Actor(1, "Auditor", system_roles=frozenset({AUDITOR}))


class Watched(Exporter):
    """The runner as it is, with the process that it started in sight once the half file is there."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.begun = threading.Event()

    def _spawn(self, given):
        process = super()._spawn(given)
        self.process = process
        self.begun.set()
        return process


def asked(office, format="csv", selection=None):
    return office.exports.ask(format, selection or Selection(), AUDITOR_ACTOR, name=f"jejak.{format}")


def state(office, export):
    return office.exports.get(export.id, AUDITOR_ACTOR)


def left(office):
    folder = office.exports.folder
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def members(leader):
    """Ids of the processes that live in the group of one."""
    found = set()
    for number in map(int, filter(str.isdecimal, os.listdir("/proc"))):
        try:
            if os.getpgid(number) != leader:
                continue
        except OSError:  # it has just ended
            continue
        if stat(number)[0] not in "ZX":
            found.add(number)
    return found


@pytest.fixture
def background(finished):
    """`background(runner)` runs a turn in a thread; returns the thread and the event that stops it."""
    threads = []

    def begin(runner):
        finished.exports.runner = runner
        stop = threading.Event()
        thread = threading.Thread(target=finished.exports.turn, args=(stop,))
        thread.start()
        threads.append((thread, stop))
        return thread, stop

    yield begin
    for thread, stop in threads:
        stop.set()
        thread.join(30)


def test_a_process_of_its_own_makes_the_file_and_ends(finished):
    export = asked(finished)
    finished.exports.runner = runner = Watched(finished)
    finished.exports.turn(threading.Event())
    done = state(finished, export)
    assert (done.state, done.error) == ("done", None)
    assert runner.process.returncode is not None
    _, path = finished.exports.fetch(export.id, AUDITOR_ACTOR)
    assert done.done == done.total == path.read_bytes().count(b"\r\n") - 1
    assert left(finished) == [export.id]
    assert finished.trail.events("system")[-1].data["ekspor"] == export.id


@pytest.mark.parametrize("end", ["cancel", "stop", "kill"])
def test_ended_in_the_middle_no_half_file_stays(finished, background, end):
    export = asked(finished, "xlsx")
    workshop = finished.exports.workshop(export.id)
    runner = Watched(finished)
    thread, stop = background(runner)
    assert runner.begun.wait(20)
    workshop.mkdir(parents=True, exist_ok=True)
    (workshop / "berkas").write_bytes(b"setengah")
    if end == "cancel":
        finished.exports.cancel(export.id, AUDITOR_ACTOR)
    elif end == "stop":
        stop.set()
    else:
        runner.process.kill()
    thread.join(30)
    assert not thread.is_alive()
    assert runner.process.returncode is not None
    assert state(finished, export).state == {"cancel": "cancelled", "stop": "waiting", "kill": "failed"}[end]
    assert left(finished) == []


def test_one_that_was_left_by_a_stopped_service_is_made_at_the_next_start(finished, background):
    export = asked(finished)
    runner = Watched(finished)
    thread, stop = background(runner)
    assert runner.begun.wait(20)
    stop.set()
    thread.join(30)
    finished.exports.runner = lambda given, _: make(finished, given)
    finished.exports.turn(threading.Event())
    assert state(finished, export).state == "done"


def test_a_child_whose_service_is_gone_ends_by_itself_with_what_it_started(finished, background, instance):
    export = asked(finished, "pdf", Selection(instance=instance))
    runner = Watched(finished)
    thread, _ = background(runner)
    assert runner.begun.wait(20)
    group = runner.process.pid
    assert until(lambda: len(members(group)) == 3, 30), "it, the press, and a page"
    runner.process.stdin.close()
    thread.join(30)
    assert runner.process.returncode == -signal.SIGKILL
    assert until(lambda: not members(group), 0.5)
    assert state(finished, export).state == "failed"


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl", "xes", "ocel"])
def test_a_disk_that_fills_in_the_middle_is_told_and_the_half_file_goes(finished, note, format):
    note({"alasan": "x" * 3_000_000})
    with finished.store.transaction() as tx:
        tx.execute(instance_table.update().values(title="x" * 30_000))
    export = asked(finished, format)
    given = finished.exports.take()
    with closing(sqlite3.connect(finished.store.url.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the log is a file too, and must stay below the limit
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (90_000 if format == "xes" else 1_000_000, hard))
    try:
        make(finished, given)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    failed = state(finished, export)
    assert failed.state == "failed"
    assert "Ruang penyimpanan penuh" in failed.error
    assert left(finished) == []
    again = asked(finished, format)
    make(finished, finished.exports.take())
    assert state(finished, again).state == "done"


def test_the_file_is_what_its_sum_says(finished):
    for format in FORMATS:  # of many events a PDF is slow to lay out
        export = asked(finished, format, Selection(types=("task.late",)) if format == "pdf" else None)
        make(finished, finished.exports.take())
        done, path = finished.exports.fetch(export.id, AUDITOR_ACTOR)
        content = path.read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (done.sha256, done.size)


def test_what_goes_wrong_unexpectedly_is_noted_and_the_next_is_made(finished):
    """Such as a format that an earlier version of the service had."""
    lost = asked(finished, "lama")
    finished.clock.advance(seconds=1)
    export = asked(finished)
    finished.exports.runner = lambda given, _: make(finished, given)
    finished.exports.turn(threading.Event())
    assert "kesalahan" in state(finished, lost).error
    assert state(finished, export).state == "done"


def test_too_much_for_its_format_is_refused_with_what_takes_it(finished, exported):
    few = replace(FORMATS["csv"], most=3)
    with pytest.raises(InvalidData, match=r"paling banyak 3 peristiwa, terpilih 127.*CSV atau JSON Lines"):
        write(io.BytesIO(), few, exported("csv").source, lambda _: None)


def test_what_was_not_written_or_came_twice_is_found(exported):
    source = exported("csv").source
    with pytest.raises(ExportError, match="Terpilih 128 peristiwa, tertulis 127"):
        write(io.BytesIO(), FORMATS["csv"], replace(source, total=128), lambda _: None)
    first, second, *_ = next(source.selected())
    assert once([first, second], 0) == second.id
    for wrong, last in (([first, first], 0), ([second, first], 0), ([first], first.id)):
        with pytest.raises(ExportError, match="terbaca dua kali"):
            once(wrong, last)


def test_events_whose_stream_somebody_removed_are_missed(finished, exported, instance):
    source = exported("csv").source
    with closing(sqlite3.connect(finished.store.url.database)) as raw, raw:
        raw.execute("DELETE FROM stream WHERE name = ?", (f"instance:{instance}",))
    with pytest.raises(ExportError, match=r"Terpilih 127 peristiwa, tertulis \d+\."):
        write(io.BytesIO(), FORMATS["csv"], source, lambda _: None)
