"""What was acknowledged stays, whatever happens to the process or the disk; what was not, never was."""

from __future__ import annotations

import base64
import itertools
import os
import signal

import pytest
from sqlalchemy import event

from process.errors import StorageFull
from process.model import Confirmation
from process.office import Office
from process.store import Tx


def contents(crew):
    """Everything that a completion writes, in a form that compares."""
    tables = ("instance", "user_task", "document_version", "event", "event_payload", "printout", "job", "draft")
    return {table: crew.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}


@pytest.fixture
def ready(lite):
    """An instance at step six: it signs, prints, and hands out per Bagian."""
    instance = lite.brought("memvalidasi")
    task, actor = lite.task(instance, "memvalidasi"), lite.actor("perencana")
    data = dict(lite.office.views.task(task, actor).data)
    lite.answer("memvalidasi", data)
    shown = lite.office.engine.preview(task, data, actor)
    return instance, task, data, actor, Confirmation(shown.digest, lite.clock.now())


def dying(fatal):
    """A statement runner that kills the process instead of running its n-th statement."""
    execute, count = Tx._execute, itertools.count(1)

    def run(self, text, values):
        if next(count) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, text, values)

    return run


def test_a_process_killed_between_any_two_statements_loses_nothing_and_leaves_nothing_half(lite, ready, tmp_path):
    instance, task, data, actor, confirmation = ready
    before = contents(lite)
    url = lite.office.store.url.render_as_string()
    lite.office.close()
    for fatal in range(1, 40):
        child = os.fork()
        if child == 0:  # the child: complete the task, and die at the chosen statement
            try:
                Tx._execute = dying(fatal)
                office = Office.open(url, tmp_path / "data", clock=lite.clock)
                office.engine.complete_task(task, data, actor, confirmation=confirmation)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        lite.office = Office.open(url, tmp_path / "data", clock=lite.clock)
        assert lite.office.trail.verify().ok
        if os.WIFSIGNALED(status):
            assert contents(lite) == before, f"killed at statement {fatal}"
            lite.office.close()
            continue
        assert fatal > 6, "the statements were counted"
        assert lite.open(instance).keys() == {("memberi_koreksi", "")}, "what was acknowledged is there"
        return
    raise AssertionError("the completion never came through")


def test_a_full_disk_is_said_plainly_and_nothing_is_lost(lite, ready):
    instance, task, data, actor, _ = ready
    office = lite.office
    for row in data["baris"]:
        row["catatan_validasi"] = base64.b64encode(os.urandom(740)).decode()  # more than any page has left
    shown = office.engine.preview(task, data, actor)
    confirmation = Confirmation(shown.digest, lite.clock.now())
    pages = lite.rows("PRAGMA page_count")[0][0]
    before = contents(lite)
    full = True

    @event.listens_for(office.store.sql, "connect")
    def limit(dbapi, record):
        dbapi.execute(f"PRAGMA max_page_count = {pages if full else 1_000_000}")

    office.store.close()  # the next connections have the limit

    def fill() -> None:
        for number in range(2000):
            with office.store.transaction() as tx:
                office.jobs.enqueue(tx, "isi", str(number), {"isi": os.urandom(1000).hex()})

    with pytest.raises(StorageFull):
        fill()
    with pytest.raises(StorageFull):
        office.engine.complete_task(task, data, actor, confirmation=confirmation)
    full = False
    office.store.close()
    after = contents(lite)
    assert after["document_version"] == before["document_version"]
    assert office.trail.verify().ok
    office.engine.complete_task(task, data, actor, confirmation=confirmation)
    assert lite.open(instance).keys() == {("memberi_koreksi", "")}


def test_reopening_goes_on_where_it_stood(lite, ready, tmp_path):
    instance = ready[0]
    lite.office.close()
    lite.office = Office.open(lite.office.store.url.render_as_string(), tmp_path / "data", clock=lite.clock)
    lite.finish(instance)
    assert lite.state(instance) == "finished"
    lite.office.close()
