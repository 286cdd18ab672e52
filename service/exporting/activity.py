"""What an event means to process mining: which step it is about, and which transition of that step's life cycle it is.

The transitions are those of the standard model of the XES extension *lifecycle*. What is no transition of a step is
`unknown` there: it still belongs to its step. docs/audit.md has the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from process import audit
from process.naming import Naming
from process.records import Record
from service.exporting.columns import text

TRANSITIONS: Mapping[str, str] = {
    "task.available": "schedule",
    "task.claimed": "start",
    "task.released": "suspend",
    "task.reassigned": "reassign",
    "task.completed": "complete",
    "task.skipped": "manualskip",
    "instance.cancelled": "pi_abort",
}
UNKNOWN = "unknown"


def transition_of(type: str) -> str:
    return TRANSITIONS.get(type, UNKNOWN)


@dataclass
class Steps:
    """Which step each task of one instance belongs to, learnt from its events in their order: some events name only the
    task, or only the step."""

    names: Naming
    _elements: dict[str, str] = field(default_factory=dict)

    def element(self, record: Record, data: Mapping[str, Any]) -> str | None:
        """The element of the diagram that an event is about; to be asked for every event of the stream, in order."""
        header = record.header
        if header.element is not None:
            for task in tasks_of(record, data):
                self._elements[task] = header.element
            return header.element
        return self._elements.get(header.task or "")

    def activity(self, record: Record, data: Mapping[str, Any]) -> str:
        """What the event is an occurrence of: `4. Mengisi data …`, or for one that is about no step its own name."""
        element = self.element(record, data)
        step = self.names.step(record.process, element)
        if step is not None:
            return f"{step.number}. {step.name}"
        return element or audit.TYPES.get(record.type, record.type)


def tasks_of(record: Record, data: Mapping[str, Any]) -> Iterator[str]:
    """The tasks that an event is about: one, or those that became available or late together."""
    if record.header.task:
        yield record.header.task
    rows = data.get("rincian")
    for row in rows if isinstance(rows, list) else ():
        task = text(row.get("tugas")) if isinstance(row, dict) else None
        if task and task != record.header.task:
            yield task
