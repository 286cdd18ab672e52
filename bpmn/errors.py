"""This room's errors: what cannot be run, and what cannot go on."""

from __future__ import annotations

from bpmn.model import Finding


class BpmnError(Exception):
    """Base of this room's errors; the text is Indonesian and may be shown to people."""


class DiagramError(BpmnError):
    """The diagram cannot be run; `findings` say why."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{f.element}: {f.message}" if f.element else f.message for f in findings))


class CheckUnfinished(BpmnError):
    """The machine was too busy to check a diagram; nothing is said about the diagram."""


class ElementError(BpmnError):
    """Something went wrong at one element of the diagram; nothing of the step counts."""

    def __init__(self, element: str, message: str) -> None:
        self.element = element
        super().__init__(message)


class ConditionError(ElementError):
    """An expression of the diagram gave no usable answer: a condition neither true nor false, a due that is no date."""


class BadCollectionError(ElementError):
    """The collection of a multi-instance is empty, doubled, or no list of item keys."""


class EndlessLoopError(ElementError):
    """The flow runs in a circle without ever reaching a user task or a timer."""


class UnknownTaskError(BpmnError):
    """The task or timer does not exist in this instance or is not open any more."""


class SnapshotError(BpmnError):
    """The stored state cannot be read: damaged, of an unknown version, or of another diagram."""
