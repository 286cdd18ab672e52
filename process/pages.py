"""What pages read, as frozen values; `views` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bpmn.model import TaskDefinition
from forms import Form
from process.calendar import Left
from process.definitions import Version
from process.documents import (
    DocumentView,
    PrintOut,
)
from process.model import (
    Attachment,
    DocumentVersion,
    Draft,
    Instance,
    TimelineEntry,
    UserTask,
)


@dataclass(frozen=True, slots=True)
class ReturnNote:
    text: str
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Can:
    """What the actor may do on a task's page now."""

    see_instance: bool
    claim: bool
    release: bool
    edit: bool
    amend: bool
    force_release: bool
    reassign: bool
    skip: bool


@dataclass(frozen=True)
class TaskPage:
    """`initial`: what the form starts with; `data`: what the page opens with, draft or what was sent laid over it."""

    task: UserTask
    instance: Instance
    version: Version
    definition: TaskDefinition
    form: Form
    initial: dict[str, Any]
    data: dict[str, Any]
    draft: Draft | None
    attachments: tuple[Attachment, ...]
    holder: str | None
    done_by: str | None
    note: ReturnNote | None
    reads: tuple[DocumentView, ...]
    printouts: tuple[PrintOut, ...]
    due_state: str | None  # None | mendekati | terlambat
    left: Left | None  # how far the deadline is, while the task is open
    candidates: tuple[tuple[int, str], ...]  # for reassigning: (person id, name)
    can: Can
    open_elements: frozenset[str]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task of an instance, in a list; `can_see`: whether the actor may open its page."""

    task: UserTask
    holder: str | None
    done_by: str | None
    can_see: bool


@dataclass(frozen=True, slots=True)
class DocumentRow:
    version: DocumentVersion
    name: str
    author: str | None


@dataclass(frozen=True)
class InstancePage:
    """Tasks of all passes, in the order in which they became available; documents: the newest of each."""

    instance: Instance
    version: Version
    tasks: tuple[TaskRow, ...]
    documents: tuple[DocumentRow, ...]
    printouts: tuple[PrintOut, ...]
    timeline: tuple[TimelineEntry, ...]
    can_cancel: bool
    can_archive: bool  # it has finished, and the actor may see all of it


@dataclass(frozen=True)
class DocumentPage:
    """One version of a document; `newest`: the newest version of the same document."""

    document: DocumentView
    newest: DocumentVersion | None
    instance: Instance
    printouts: tuple[PrintOut, ...]


@dataclass(frozen=True, slots=True)
class PrintPage:
    """`path`: the PDF, once it is ready."""

    printout: PrintOut
    instance: Instance
    path: Path | None


@dataclass(frozen=True, slots=True)
class InstanceRowView:
    instance: Instance
    process_name: str
    open_steps: tuple[str, ...]
    late: bool


@dataclass(frozen=True, slots=True)
class InstanceList:
    rows: tuple[InstanceRowView, ...]
    total: int
    page: int
    pages: int
