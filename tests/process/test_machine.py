"""Hypothesis drives the engine: whatever people do in whatever order, the promises hold."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bpmn import runtime
from process.clock import ManualClock
from process.errors import AlurError
from process.office import Office
from process.rows import documents_of, lock
from process.store import sqlite_url

pytestmark = pytest.mark.slow

ACCOUNTS = ("staf", "staf2", "perencana", "kabag.prk", "kabag.hkm", "sekda", "pengelola", "kabag.pem")
STATE = (
    "SELECT i.id, i.state, i.revision, i.event_seq, i.event_head, i.snapshot, i.documents FROM instance i ORDER BY 1"
)
TASKS = "SELECT * FROM user_task ORDER BY id"
REST = (
    "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM document_version), (SELECT count(*) FROM notification)"
)


def machine(template: Path, crew_class: Any, start: Any) -> type[RuleBasedStateMachine]:
    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.folder = Path(tempfile.mkdtemp(prefix="alur-"))
            shutil.copy(template, self.folder / "alur.db")
            self.clock = ManualClock(start)
            self.instances: list[str] = []
            self.open_office()

        def open_office(self) -> None:
            self.office = Office.open(sqlite_url(self.folder / "alur.db"), self.folder, clock=self.clock)
            self.crew = crew_class(self.office, self.clock)

        def teardown(self) -> None:
            found = self.office.trail.verify()  # everything, of which no step changes much but the instances
            assert found.ok, found.misfits
            self.office.close()
            shutil.rmtree(self.folder)

        def everything(self) -> list[Any]:
            return [self.crew.rows(sql) for sql in (STATE, TASKS, REST)]

        def attempt(self, call: Any) -> Any:
            """Do something that may be refused: then nothing must have changed."""
            before = self.everything()
            try:
                return call()
            except AlurError:
                assert self.everything() == before
                return None

        def tasks(self) -> list[tuple[str, str, str, str]]:
            return [(i, el, item, t) for i in self.instances for (el, item), t in self.crew.open(i).items()]

        def pick(self, data: st.DataObject) -> tuple[str, str, str, str]:
            return data.draw(st.sampled_from(self.tasks()))

        @precondition(lambda self: len(self.instances) < 2)
        @rule(year=st.sampled_from([2030, 2031]), again=st.sampled_from([None, "Diulang"]))
        def start(self, year: int, again: str | None) -> None:
            made = self.attempt(lambda: self.crew.start(year=year, reason=again))
            if made is not None:
                self.instances.append(made)

        @precondition(lambda self: self.tasks())
        @rule(data=st.data())
        def do_the_step(self, data: st.DataObject) -> None:
            instance, element, item, _ = self.pick(data)
            self.attempt(lambda: self.crew.complete(instance, element, item))

        @precondition(lambda self: any(el == "mengkoreksi_format" for _, el, _, _ in self.tasks()))
        @rule()
        def send_back(self) -> None:
            instance = next(i for i, el, _, _ in self.tasks() if el == "mengkoreksi_format")
            self.attempt(
                lambda: self.crew.complete(
                    instance, "mengkoreksi_format", keputusan="salah", catatan_pengembalian="Perbaiki"
                )
            )

        @precondition(lambda self: self.tasks())
        @rule(data=st.data(), account=st.sampled_from(ACCOUNTS))
        def claim(self, data: st.DataObject, account: str) -> None:
            task = self.pick(data)[3]
            self.attempt(lambda: self.office.engine.claim(task, self.crew.actor(account)))

        @precondition(lambda self: self.tasks())
        @rule(data=st.data(), account=st.sampled_from(ACCOUNTS), reason=st.sampled_from([None, "Cuti"]))
        def release(self, data: st.DataObject, account: str, reason: str | None) -> None:
            task = self.pick(data)[3]
            self.attempt(lambda: self.office.engine.release(task, self.crew.actor(account), reason))

        @precondition(lambda self: self.tasks())
        @rule(data=st.data(), account=st.sampled_from(ACCOUNTS), reason=st.sampled_from(["", "Sakit"]))
        def reassign(self, data: st.DataObject, account: str, reason: str) -> None:
            task, person = self.pick(data)[3], self.crew.actor(account).person_id
            self.attempt(lambda: self.office.engine.reassign(task, person, self.crew.actor("pengelola"), reason))

        @precondition(lambda self: self.tasks())
        @rule(data=st.data(), account=st.sampled_from(ACCOUNTS), revision=st.integers(0, 2))
        def draft(self, data: st.DataObject, account: str, revision: int) -> None:
            task = self.pick(data)[3]
            self.attempt(
                lambda: self.office.engine.save_draft(task, {"x": "y"}, self.crew.actor(account), revision=revision)
            )

        @precondition(lambda self: self.tasks())
        @rule(data=st.data(), account=st.sampled_from(["pengelola", "staf"]))
        def skip(self, data: st.DataObject, account: str) -> None:
            task = self.pick(data)[3]
            self.attempt(lambda: self.office.engine.skip(task, self.crew.actor(account), "Tidak menyampaikan"))

        @precondition(lambda self: self.tasks())
        @rule(data=st.data(), account=st.sampled_from(ACCOUNTS), junk=st.sampled_from([None, {}, {"typename": 1}]))
        def send_junk(self, data: st.DataObject, account: str, junk: object) -> None:
            task = self.pick(data)[3]
            self.attempt(lambda: self.office.engine.complete_task(task, junk, self.crew.actor(account)))

        @rule(hours=st.sampled_from([1, 20, 80]))
        def advance_the_clock(self, hours: int) -> None:
            self.clock.advance(hours=hours)
            self.office.engine.fire_due()
            assert self.office.engine.fire_due() == 0

        @rule()
        def reopen(self) -> None:
            self.office.close()
            self.open_office()

        @invariant()
        def the_chains_verify(self) -> None:
            for instance in self.instances:
                found = self.office.trail.verify(instance)
                assert found.ok, found.misfits

        @invariant()
        def open_tasks_are_those_of_the_snapshot(self) -> None:
            with self.office.store.reading() as tx:
                for instance in self.instances:
                    row = lock(tx, instance)
                    assert row is not None
                    version = self.office.definitions.load(tx, row.version)
                    now = runtime.reschedule(version.process, row.snapshot, {})
                    stored = {
                        (one.ref, one.element, one.item)
                        for one in self.crew.rows(
                            "SELECT ref, element, item FROM user_task WHERE instance = :i AND completed IS NULL",
                            i=instance,
                        )
                    }
                    assert stored == {(one.ref, one.element, one.item or "") for one in now.user_tasks}
                    assert (row.state == "finished") == now.finished == (not stored)

        @invariant()
        def documents_point_at_their_newest_version(self) -> None:
            with self.office.store.reading() as tx:
                for instance in self.instances:
                    row = lock(tx, instance)
                    assert row is not None
                    pointers = {
                        (key, item): number
                        for key, items in documents_of(row).items()
                        for item, (_, number) in items.items()
                    }
                    newest = self.crew.rows(
                        "SELECT key, item, max(number) AS n FROM document_version WHERE instance = :i GROUP BY 1, 2",
                        i=instance,
                    )
                    assert pointers == {(one.key, one.item): one.n for one in newest}

        @invariant()
        def a_task_becomes_late_once(self) -> None:
            for instance in self.instances:
                told = Counter(
                    line["tugas"]
                    for entry in self.office.trail.timeline(instance)
                    if entry.type == "task.late"
                    for line in entry.data["rincian"]
                )
                assert all(count == 1 for count in told.values()), told

    return Machine


@pytest.mark.parametrize("seed", [0])
def test_whatever_people_do_the_promises_hold(sqlite_template, new_crew, clock, seed):
    run_state_machine_as_test(
        machine(sqlite_template, new_crew, clock.now()),
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
