"""Who may do what: pure functions over an actor and what is at stake. Pages, commands and the engine ask the same ones.

Lanes are authority: a task belongs to who holds its role in its unit. Visibility is per document:
- Who holds the role and unit of a step that is not done per unit sees all documents of the instance.
- Who heads one item (a Bagian) sees the documents of that item, and of the others those that its own task reads.
- The pengelola proses and the auditor see everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bpmn.model import Process
from process import authority
from process.model import AUDITOR, PENGELOLA, Actor, Held


@dataclass(frozen=True, slots=True)
class Party:
    """A role in a unit that has to do with an instance."""

    role: str
    unit: str


def may_start(actor: Actor, role: str, unit: str) -> Held | None:
    """The position in which the actor may start, or None."""
    return actor.holds(role, unit)


def position_for(actor: Actor, role: str, unit: str) -> Held | None:
    """The position in which the actor may take or do a task, or None."""
    return actor.holds(role, unit)


def may_claim(actor: Actor, role: str, unit: str, assignee: int | None) -> bool:
    """A free task, by who holds its role in its unit."""
    return actor.person_id is not None and assignee is None and actor.holds(role, unit) is not None


def may_work(actor: Actor, role: str, unit: str, assignee: int | None) -> bool:
    """A task that is free or the actor's own, while the position lasts."""
    if actor.person_id is None or actor.holds(role, unit) is None:
        return False
    return assignee is None or assignee == actor.person_id


def may_manage(actor: Actor) -> bool:
    """Release, reassign, skip, cancel: the pengelola proses."""
    return authority.has(actor, PENGELOLA)


def sees_everything(actor: Actor) -> bool:
    return authority.has(actor, PENGELOLA, AUDITOR)


@dataclass(frozen=True, slots=True)
class Sight:
    """What one actor may see of one instance: everything, or the documents of `items` and those in `shared`."""

    everything: bool
    items: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    @property
    def anything(self) -> bool:
        return self.everything or bool(self.items)

    def document(self, key: str, item: str | None) -> bool:
        """Whether the document may be seen; `item` is None or empty for one that is not written per item."""
        if self.everything:
            return True
        return item in self.items if item else bool(self.items) and key in self.shared

    def task(self, item: str | None) -> bool:
        """Whether the page of a task may be seen."""
        return self.everything or bool(item and item in self.items)


def sight(
    actor: Actor, process: Process, parties: Mapping[str, Party], item_tasks: Iterable[tuple[str, str, str]]
) -> Sight:
    """`parties`: element → role and unit of the steps that are not done per unit, and of the start (under "");
    `item_tasks`: (element, item, unit) of the tasks that exist per item."""
    if sees_everything(actor) or any(actor.holds(one.role, one.unit) for one in parties.values()):
        return Sight(True)
    items: set[str] = set()
    shared: set[str] = set()
    for element, item, unit in item_tasks:
        task = process.tasks.get(element)
        if task is not None and actor.holds(task.role, unit):
            items.add(item)
            shared.update(task.reads)
    return Sight(False, frozenset(items), frozenset(shared))
