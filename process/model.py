"""Frozen core types of the process room: who acts, what is open, what was recorded. No I/O, no database rows."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

ADMINISTRATOR = "administrator"
PENGELOLA = "pengelola"
AUDITOR = "auditor"
SYSTEM_ROLES = frozenset({ADMINISTRATOR, PENGELOLA, AUDITOR})

PositionKind = Literal["definitif", "plh", "plt", "pj"]
Source = Literal["page", "command", "timer", "job"]


def new_id() -> str:
    """A random public id: 16 characters a-z and 2-7 (80 bits), safe in a URL and easy to read out."""
    return base64.b32encode(secrets.token_bytes(10)).decode("ascii").lower()


class TaskState(StrEnum):
    """States of a user task, named as in WS-HumanTask."""

    READY = "Ready"  # open, nobody holds it
    RESERVED = "Reserved"  # open, held by its assignee
    COMPLETED = "Completed"
    OBSOLETE = "Obsolete"  # ended without being done: the instance was cancelled


class InstanceState(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one value of a form. `path`: keys and indexes from the top; `field`: the component's id."""

    path: tuple[str | int, ...]
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Held:
    """A position that a person holds now. `unit` is a unit's code, `title` the words on paper, `acting_for` the name of
    who holds it definitively, where this one is acting and somebody does."""

    position_id: int
    role: str
    unit: str
    title: str
    kind: PositionKind = "definitif"
    acting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and in which positions. `person_id` is None for the system itself (timers, jobs, commands)."""

    person_id: int | None
    name: str
    positions: tuple[Held, ...] = ()
    system_roles: frozenset[str] = frozenset()
    source: Source = "page"
    request_id: str | None = None
    must_change_password: bool = False  # until then nothing else may be done over HTTP

    def holds(self, role: str, unit: str) -> Held | None:
        """The position in which this actor may act for `role` in `unit`; a definitive one before an acting one."""
        found = [p for p in self.positions if p.role == role and p.unit == unit]
        return min(found, key=lambda p: (p.kind != "definitif", p.position_id)) if found else None


SYSTEM = Actor(None, "Sistem", source="timer")
SYSTEM_JOB = Actor(None, "Sistem", source="job")


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    name: str
    parent: str | None = None
    letterhead: tuple[str, ...] = ()
    calendar: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class Position:
    id: int
    person_id: int
    role: str
    unit: str
    kind: PositionKind
    title: str
    basis: str | None
    from_date: date
    to_date: date | None


@dataclass(frozen=True, slots=True)
class UserTask:
    """One user task as stored. `pass_` counts how many times the flow came to this element (and item), from 1."""

    id: str
    instance_id: str
    ref: str
    element: str
    item: str | None
    pass_: int
    role: str
    unit: str
    assignee: int | None
    state: TaskState
    skipped: bool
    available: datetime
    claimed: datetime | None
    completed: datetime | None
    due: datetime | None
    late: datetime | None
    revision: int
    completed_by: int | None
    position_id: int | None
    number: int
    name: str

    @property
    def open(self) -> bool:
        return self.completed is None


@dataclass(frozen=True, slots=True)
class Instance:
    """One running or ended process instance as stored, without its snapshot."""

    id: str
    version_id: int
    process_id: str
    owner_unit: str
    business_key: str
    ordinal: int
    title: str
    state: InstanceState
    revision: int
    next_due: datetime | None
    starter_id: int | None
    starter_name: str
    starter_title: str
    starter_unit: str
    started: datetime
    finished: datetime | None
    visited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That the person saw the document with this digest, and gave the password again at that instant."""

    digest: str
    password_checked_at: datetime


@dataclass(frozen=True, slots=True)
class Following:
    """A step that became available: its official name, the lane that does it, how many tasks it is (one per item)."""

    name: str
    lane: str
    count: int
    returned: bool


@dataclass(frozen=True, slots=True)
class Completed:
    """What a completion led to. `next`: ids of the tasks that are open now and that the same actor may do; `step`: the
    name of what was completed; `following`: what became available; `waiting`: open tasks of the same step, of others.
    """

    instance_id: str
    next: tuple[str, ...]
    finished: bool
    step: str = ""
    following: tuple[Following, ...] = ()
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What a paraf or signature would cover: the document as it would be written."""

    document_key: str
    title: str
    data: dict[str, Any]
    digest: str
    form_id: str
    item: str | None = None
    signs: bool = False  # false: the step sends back, and nothing is to be confirmed


@dataclass(frozen=True, slots=True)
class Draft:
    data: dict[str, Any]
    revision: int
    saved_at: datetime
    saved_by: int | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file. `sha256` in hexadecimal, `size` in bytes; the bytes live under the data directory."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str

    def told(self) -> dict[str, Any]:
        """As the record cites it."""
        return {
            "lampiran": self.id,
            "berkas": self.name,
            "jenis": self.media_type,
            "ukuran": self.size,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One immutable version of a document. `number` counts from 1 within (instance, key, item)."""

    id: int
    instance_id: str
    key: str
    item: str | None
    number: int
    digest: str
    form_id: str
    state: str | None
    task_id: str | None
    written_at: datetime
    person_id: int | None
    position_id: int | None
    version_id: int | None = None  # the process version that wrote it, when the instance has moved on from that


class AuditEvent(NamedTuple):  # a tuple: exports and checks make millions of them
    """One event of a stream. `at` in microseconds; `payload_digest`, `hash` are 32 bytes."""

    stream: int
    seq: int
    at: int
    type: str
    actor: int | None = None
    position: int | None = None
    kind: str | None = None
    source: str = "page"
    request: str | None = None
    task: str | None = None
    element: str | None = None
    payload_digest: bytes | None = None
    hash: bytes = b""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An event as people read it: who they were when it happened, and what it said."""

    seq: int
    at: datetime
    type: str
    actor_id: int | None
    name: str
    title: str | None
    kind: str | None
    source: str
    task_id: str | None
    element: str | None
    data: Mapping[str, Any] = field(default_factory=dict)
