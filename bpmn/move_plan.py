"""What moving an instance to another version would do, as plain values; `bpmn.moving` makes and performs it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bpmn.errors import BpmnError
from bpmn.model import Finding
from forms import Form


@dataclass(frozen=True)
class Known:
    """What the caller knows about the instance, and the engine does not.

    variables: values for variables that the new version names, found in the documents of the instance, by name.
    forms: the forms of the new version by id.
    since: ref of an open task → when it became available; standard times that are new or changed count from then, from
    now where it is absent.
    done: element of an open multi-instance → keys of its items that are finished (on this pass).
    """

    variables: Mapping[str, Any] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    done: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskMove:
    """An open user task stays open. `changed` names what the new version says differently: ``name``, ``number``,
    ``role``, ``unit``, ``form``, ``documents``, ``initial``, ``sign``."""

    ref: str
    element: str
    item: str | None
    name: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimerMove:
    """A timer: `what` is ``kept``, ``added``, ``removed``, ``changed`` or ``fired`` (fired before, and stays so).

    `element` is the timer's id in the new version (in the old one when removed), `attached_to` the user task that it
    watches (None for a pause of the flow), `before` and `after` the instants at which it falls due.
    """

    ref: str
    element: str
    attached_to: str | None
    what: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class BranchMove:
    """A finished branch that waits at the parallel gateway `element`, having come from `source`, goes on waiting."""

    element: str
    source: str


@dataclass(frozen=True, slots=True)
class VariableMove:
    """A variable: ``kept``, ``seeded`` from documents, ``absent`` (a form fills it before it is needed) or
    ``dropped`` (the new version does not name it). `value` is the one that it has afterwards."""

    name: str
    what: str
    value: Any = None


@dataclass(frozen=True)
class MovePlan:
    """All that a move would do. It can be done when there are no `obstacles`.

    `fingerprint` stands for the state, both versions and everything listed: what somebody agreed to.
    """

    tasks: tuple[TaskMove, ...]
    timers: tuple[TimerMove, ...]
    branches: tuple[BranchMove, ...]
    variables: tuple[VariableMove, ...]
    obstacles: tuple[Finding, ...]
    fingerprint: str

    @property
    def possible(self) -> bool:
        """Whether `move` would do it."""
        return not self.obstacles


class MoveError(BpmnError):
    """The instance cannot be moved, or not any more as it was shown; `obstacles` say why where they are known."""

    def __init__(self, message: str, obstacles: tuple[Finding, ...] = ()) -> None:
        self.obstacles = obstacles
        super().__init__(message)
