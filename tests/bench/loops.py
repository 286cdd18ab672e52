"""Correction loops: the draft goes to the planner and back, a thousand times in one instance."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from process.clock import ManualClock
from process.office import Office
from service import demo_data
from tests.bench.measure import Row, Sample, kb, measured, middle, ms, settled
from tests.bench.quarters import MONDAY, Crew, demonstration

PASSES, TENTH, AROUND = 1000, 10, 10
MOST = 1.2


def run(folder: Path) -> list[Row]:
    clock = ManualClock(MONDAY)
    samples: list[Sample] = []
    sizes: list[int] = []
    with demonstration(folder, clock) as office:
        crew = Crew(office, clock)
        instance = crew.start()
        answers = {}
        for element, returned in (("membuat_draft", False), ("mengkoreksi_format", True)):
            (task,) = crew.open(instance)
            page = office.views.task(task.id, crew.doer(task))
            answers[element] = demo_data.answer(element, page.data, task.unit, returned)
            crew.prepare(task, **answers[element])[1]()
        settled()
        for _ in range(PASSES):
            clock.advance(timedelta(minutes=1))
            (task,) = crew.open(instance)
            first = task.id, answers["membuat_draft"], crew.doer(task)
            with measured() as draft:
                following = office.engine.complete_task(*first)
            (task,) = crew.open(instance)
            second = task.id, answers["mengkoreksi_format"], crew.doer(task)
            with measured() as correction:
                office.engine.complete_task(*second)
            assert not following.finished
            samples.append(Sample(draft.wall + correction.wall, draft.cpu + correction.cpu))
            sizes.append(_state(office, instance))
    early, late = samples[TENTH - 1 : TENTH - 1 + AROUND], samples[-AROUND:]
    wall, last_wall = (middle([one.wall for one in part]) for part in (early, late))
    cpu, last_cpu = (middle([one.cpu for one in part]) for part in (early, late))
    size, last_size = sizes[TENTH - 1], sizes[-1]
    within = f"<= {MOST} x the tenth"
    return [
        Row("1,000 correction loops: CPU of the last", ms(last_cpu), "", within,
            f"{last_cpu / cpu:.2f} x (tenth {ms(cpu)})", last_cpu <= MOST * cpu),
        Row("  wall of the last", ms(last_wall), "", within,
            f"{last_wall / wall:.2f} x (tenth {ms(wall)})", last_wall <= MOST * wall),
        Row("  state of the last", kb(last_size), "", within,
            f"{last_size / size:.2f} x (tenth {kb(size)})", last_size <= MOST * size),
    ]  # fmt: skip


def _state(office: Office, instance: str) -> int:
    """Bytes that an instance carries from step to step."""
    columns = " + ".join(f"coalesce(length({name}), 0)" for name in ("snapshot", "timers", "visited", "documents"))
    with office.store.reading() as tx:
        return int(tx.fetch_in(f"SELECT {columns} FROM instance WHERE id IN ({{}})", [instance])[0][0])
