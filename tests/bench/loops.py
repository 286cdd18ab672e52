"""Correction loops: the draft goes to the planner and back, a thousand times in one instance."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from process.clock import ManualClock
from process.office import Office
from service import demo_data
from tests.bench.measure import Row, Sample, kb, measured, middle, ms, settled
from tests.bench.quarters import MONDAY, Crew, demonstration

PASSES, TENTH, AROUND = 1000, 10, 20
MOST = 1.2


def run(folder: Path) -> list[Row]:
    """One instance goes through a thousand passes; beside each of its last ones another instance, new each time, goes
    through its tenth: what the machine does in that minute it does to both."""
    clock = ManualClock(MONDAY)
    early: list[Sample] = []
    late: list[Sample] = []
    with demonstration(folder, clock) as office:
        crew = Crew(office, clock)
        old, young = _Loop(crew), [_Loop(crew) for _ in range(AROUND)]
        settled()
        for one in young:
            for _ in range(TENTH - 1):
                one.turn()
        for _ in range(PASSES - AROUND):
            old.turn()
        for one in young:
            early.append(one.turn())
            late.append(old.turn())
        size, last_size = middle([_state(office, one.instance) for one in young]), _state(office, old.instance)
    wall, last_wall = (middle([one.wall for one in part]) for part in (early, late))
    cpu, last_cpu = (middle([one.cpu for one in part]) for part in (early, late))
    within = f"<= {MOST} x the tenth"
    return [
        Row("1,000 correction loops: CPU of the last", ms(last_cpu), "", within,
            f"{last_cpu / cpu:.2f} x (tenth {ms(cpu)})", last_cpu <= MOST * cpu),
        Row("  wall of the last", ms(last_wall), "", within,
            f"{last_wall / wall:.2f} x (tenth {ms(wall)})", last_wall <= MOST * wall),
        Row("  state of the last", kb(last_size), "", within,
            f"{last_size / size:.2f} x (tenth {kb(size)})", last_size <= MOST * size),
    ]  # fmt: skip


class _Loop:
    """An instance between its first two steps."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.instance = crew.start()
        self.answers: dict[str, dict[str, Any]] = {}
        for element, returned in (("membuat_draft", False), ("mengkoreksi_format", True)):
            (task,) = crew.open(self.instance)
            page = crew.office.views.task(task.id, crew.doer(task))
            self.answers[element] = demo_data.answer(element, page.data, task.unit, returned)
            crew.prepare(task, **self.answers[element])[1]()

    def turn(self) -> Sample:
        """One pass: the draft is sent, and sent back."""
        self.crew.clock.advance(timedelta(minutes=1))
        both = Sample()
        for element in ("membuat_draft", "mengkoreksi_format"):
            (task,) = self.crew.open(self.instance)
            given = task.id, self.answers[element], self.crew.doer(task)
            with measured() as sample:
                done = self.crew.office.engine.complete_task(*given)
            assert not done.finished
            both = Sample(both.wall + sample.wall, both.cpu + sample.cpu)
        return both


def _state(office: Office, instance: str) -> int:
    """Bytes that an instance carries from step to step."""
    columns = " + ".join(f"coalesce(length({name}), 0)" for name in ("snapshot", "timers", "visited", "documents"))
    with office.store.reading() as tx:
        return int(tx.fetch_in(f"SELECT {columns} FROM instance WHERE id IN ({{}})", [instance])[0][0])
