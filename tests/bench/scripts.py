"""What happens in an office, as events: an instance of the shipped SOP from start to end, and administration.

Scripts are generators of `Act`s; who runs them gives each its instant. Nothing is stored here.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bpmn.model import Process, TaskDefinition
from process.audit import NewEvent
from process.model import SYSTEM, Actor, Held

HOUR = 3_600_000_000
DAY = 24 * HOUR
Who = tuple[Actor, Held | None]
TIMER: Who = (SYSTEM, None)
_SYLLABLES = ("ba", "ka", "da", "sa", "la", "ma", "ra", "ta", "ni", "ri", "su", "tu", "ne", "go", "pe", "wi")
COMMON, RARE = "kinerja", "langkasuka"


@dataclass(frozen=True, slots=True)
class Act:
    """One use case: how long after the one before (µs), by whom, and what it leaves on record."""

    after: int
    who: Who
    events: list[NewEvent]


@dataclass
class Task:
    """A user task as its row has it; instants are set by who runs the script."""

    id: str
    definition: TaskDefinition
    item: str
    pass_: int
    unit: str
    who: Who
    available: int = 0
    claimed: int | None = None
    completed: int | None = None
    late: int | None = None


@dataclass
class Cast:
    """The people of an office by role and unit, its units (the first own most), and what they write."""

    people: Mapping[tuple[str, str], Sequence[Who]]
    units: Sequence[str]
    head: str
    administrators: Sequence[Who]
    rng: random.Random
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._words = ["".join(parts) for parts in itertools.product(_SYLLABLES, repeat=3)]
        self._weights = list(itertools.accumulate(1 / (n + 1) for n in range(len(self._words))))
        self._unit_weights = list(itertools.accumulate(1 / (n + 1) ** 2 for n in range(len(self.units))))

    def owner(self) -> str:
        return self.rng.choices(self.units, cum_weights=self._unit_weights)[0]

    def who(self, role: str, unit: str) -> Who:
        return self.rng.choice(self.people[role, unit])

    def text(self, words: int) -> str:
        text = " ".join(self.rng.choices(self._words, cum_weights=self._weights, k=words))
        return f"{text} {RARE}" if self.rng.random() < 0.00002 else text

    def hours(self, mean: float) -> int:
        return int(self.rng.expovariate(1 / mean) * HOUR) + 1_000_000

    def digest(self) -> str:
        return f"{self.rng.getrandbits(256):064x}"


class Quarter:
    """One instance. `tasks` holds every task that became available so far."""

    def __init__(self, cast: Cast, process: Process) -> None:
        self.cast = cast
        self.process = process
        self.owner = cast.owner()
        self.starter = cast.who(process.start.role, self.owner)
        others = [unit for unit in cast.units[:12] if unit != self.owner]
        self.items = sorted(cast.rng.sample(others, k=min(len(others), cast.rng.randint(3, 11))))
        self.tasks: list[Task] = []
        self.fresh: list[Task] = []  # became available with the act that comes next
        self.now = 0  # the instant of the act before, µs
        self.state = "running"
        self.ended: int | None = None

    def happened(self, at: int) -> None:
        """The act that was yielded last happened now."""
        self.now = at
        for task in self.fresh:
            task.available = at
        self.tasks += self.fresh
        self.fresh = []
        if self.state != "running":
            self.ended = at

    def script(self) -> Iterator[Act]:
        rng = self.cast.rng
        steps = sorted(self.process.tasks.values(), key=lambda one: one.number)
        opened = self._open(steps[0], 1)
        started = [NewEvent("instance.started", {"judul": "Data Kinerja", "unit": self.owner, "versi": 1})]
        yield Act(0, self.starter, [*started, self._written("permintaan", 1, "", None), _available(opened)])
        number, again = 0, 1
        while number < len(steps):
            following = steps[number + 1] if number + 1 < len(steps) else None
            back = number == 1 and again == 1 and rng.random() < 0.2
            if back:
                following, again = steps[0], 2
            last = len(opened) - 1
            after: list[Task] = []
            for place, task in enumerate(opened):
                yield from self._work(task, after, following if place == last else None, again, back)
            if rng.random() < 0.0005:
                self.state = "cancelled"
                cancelled = NewEvent("instance.cancelled", {"alasan": self.cast.text(4)})
                yield Act(self.cast.hours(3), self.cast.administrators[0], [cancelled])
                return
            opened, number = after, 0 if back else number + 1

    def _work(
        self, task: Task, after: list[Task], following: TaskDefinition | None, again: int, back: bool
    ) -> Iterator[Act]:
        """Take a task, perhaps late, perhaps with a file, and complete it."""
        rng, definition = self.cast.rng, task.definition
        ids = (task.id, definition.id)
        many = 4.0 if task.item else 9.0
        claimed = NewEvent("task.claimed", {"item": task.item} if task.item else {}, *ids)
        yield Act(self.cast.hours(many / 2), task.who, [claimed])
        task.claimed = self.now
        if rng.random() < 0.08:
            rows = [{"tugas": task.id, "unit": task.unit, "pemegang": task.who[0].person_id}]
            late = NewEvent("task.late", {"jatuh_tempo": 0, "rincian": rows}, None, definition.id)
            yield Act(self.cast.hours(many / 2), TIMER, [late])
            task.late = self.now
        if rng.random() < 0.25:
            told = {"lampiran": self.cast.digest()[:16], "berkas": f"{self.cast.text(2)}.pdf", "ukuran": 48_211,
                    "sha256": self.cast.digest()}  # fmt: skip
            yield Act(self.cast.hours(0.2), task.who, [NewEvent("attachment.added", told, *ids)])
        events = [
            self._written(write.document, task.pass_, task.item, task.id, rng.randint(1, 6))
            for write in definition.writes
        ]
        if definition.sign is not None and not back:
            kind = "document.paraf" if definition.sign.kind == "paraf" else "document.signed"
            told = {"dokumen": definition.sign.document, "versi": 1, "sidik": self.cast.digest(),
                    "label": "tidak tersertifikasi"}  # fmt: skip
            events.append(NewEvent(kind, told, *ids))
        done = {"lintasan": task.pass_} | ({"item": task.item} if task.item else {})
        events.append(NewEvent("task.completed", done, *ids))
        if following is not None:
            after.extend(self._open(following, again))
            if back:
                note = {"catatan": self.cast.text(8), "kembali_dari": definition.id}
                events.append(NewEvent("task.returned", note, after[0].id, following.id))
            events.append(_available(after))
        elif definition.number == len(self.process.tasks):
            self.state = "finished"
            events.append(NewEvent("instance.finished", {}))
        yield Act(self.cast.hours(many / 2), task.who, events)
        task.completed = self.now
        if definition.print_outs and not back:
            made = {"cetakan": self.cast.digest()[:16], "judul": definition.print_outs[0].title, "ukuran": 81_233,
                    "sha256": self.cast.digest()}  # fmt: skip
            yield Act(2_000_000, TIMER, [NewEvent("printout.made", made, *ids)])

    def _open(self, definition: TaskDefinition, pass_: int) -> list[Task]:
        made = []
        for item in self.items if definition.each is not None else [""]:
            unit = item or (self.cast.head if definition.role == "sekretaris_daerah" else self.owner)
            who = self.cast.who(definition.role, unit)
            made.append(Task(f"t{next(self.cast.numbers):015}", definition, item, pass_, unit, who))
        self.fresh += made
        return made

    def _written(self, key: str, number: int, item: str, task: str | None, changed: int = 0) -> NewEvent:
        told: dict[str, Any] = {"dokumen": key, "versi": number, "sidik": self.cast.digest()}
        if item:
            told["item"] = item
        if changed:
            told["perubahan"] = [
                {"isian": f"baris[{n + 1}].realisasi", "sebelum": None, "sesudah": self.cast.rng.randint(40, 120)}
                for n in range(changed)
            ]
            text = f"{COMMON} {self.cast.text(12)}"
            told["perubahan"].append({"isian": "baris[1].tindak_lanjut", "sebelum": None, "sesudah": text})
            told["jumlah"] = changed + 1
        return NewEvent("document.written", told, task)


def administration(cast: Cast, mean_hours: float) -> Iterator[Act]:
    """What the system's stream gets, without end."""
    kinds = {
        "person.changed": 30, "position.added": 10, "position.ended": 8, "person.password_reset": 20,
        "unit.changed": 3, "setting.changed": 2, "calendar.changed": 1, "person.disabled": 4,
    }  # fmt: skip
    while True:
        kind = cast.rng.choices(list(kinds), weights=list(kinds.values()))[0]
        told = {"sebelum": {"nama": cast.text(2)}, "sesudah": {"nama": cast.text(2)}, "alasan": cast.text(5)}
        about = {"unit": cast.owner()} if kind.startswith(("unit", "position")) else {"akun": cast.text(1)}
        yield Act(cast.hours(mean_hours), cast.rng.choice(cast.administrators), [NewEvent(kind, {**about, **told})])


def publications(cast: Cast, mean_hours: float) -> Iterator[Act]:
    """What the stream of a process gets, now and then, without end."""
    for number in itertools.count(2):
        kind = cast.rng.choice(("version.proposed", "version.approved", "version.rejected"))
        told = {"versi": number, "catatan": cast.text(6), "digest": cast.digest()}
        yield Act(cast.hours(mean_hours), cast.rng.choice(cast.administrators), [NewEvent(kind, told)])


def _available(tasks: Sequence[Task]) -> NewEvent:
    definition = tasks[0].definition
    told = [
        {"tugas": task.id, "unit": task.unit, "batas": 0} | ({"item": task.item} if task.item else {}) for task in tasks
    ]
    if len(told) > 1:
        return NewEvent("task.available", {"peran": definition.role, "rincian": told}, None, definition.id)
    return NewEvent("task.available", {"peran": definition.role, **told[0]}, tasks[0].id, definition.id)
