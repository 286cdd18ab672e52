"""What moving an instance would do, as pages show it and as the record keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.model import Finding
from bpmn.move_plan import MovePlan
from process.clock import micros_or_none
from process.definitions import Version
from process.model import Instance


@dataclass(frozen=True, slots=True)
class TaskShown:
    """An open task in a preview: it stays open under its id. `changed` as in `TaskMove`; `released`: who holds it now
    does not hold the position that the new version wants, so it goes back to those who do."""

    task_id: str
    name: str
    item: str | None
    changed: tuple[str, ...]
    released: bool
    has_draft: bool


@dataclass(frozen=True)
class Preview:
    """What moving one instance would do. `possible` says whether it can; `obstacles` why not, with the element."""

    instance: Instance
    number: int  # of its version now
    tasks: tuple[TaskShown, ...]
    plan: MovePlan
    documents: int
    finished: int
    drafts: int
    digest: str
    names: dict[str, str]  # of elements, in the new version and, where gone from it, in the old

    @property
    def possible(self) -> bool:
        return self.plan.possible

    @property
    def obstacles(self) -> tuple[Finding, ...]:
        return self.plan.obstacles


@dataclass(frozen=True)
class MovingPage:
    """The running instances of a process that are not on `target`, each with its preview."""

    target: Version
    numbers: tuple[int, ...]  # versions that may be moved to
    previews: tuple[Preview, ...]


def told(
    shown: Preview, old: Version, target: Version, reason: str, places: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    """What the record keeps of a move; `places`: unit and role of the open tasks afterwards."""
    plan = shown.plan
    return {
        "dari": old.number,
        "ke": target.number,
        "sidik_lama": old.digest,
        "sidik_baru": target.digest,
        "pratinjau": shown.digest,
        "alasan": reason,
        "tugas": [
            {
                "tugas": one.task_id,
                "berubah": list(one.changed),
                "dilepas": one.released,
                "unit": places[one.task_id][0],
                "peran": places[one.task_id][1],
            }
            for one in shown.tasks
        ],
        "pengatur_waktu": [
            {
                "elemen": one.element,
                "perubahan": one.what,
                "sebelum": micros_or_none(one.before),
                "sesudah": micros_or_none(one.after),
            }
            for one in plan.timers
            if one.what != "kept"
        ],
        "variabel": [{"nama": one.name, "perubahan": one.what} for one in plan.variables if one.what != "kept"],
    }
