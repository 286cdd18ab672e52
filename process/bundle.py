"""The archive bundle of a finished instance, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forms import Form
from process.definitions import Version
from process.documents import PrintOut, Signature
from process.model import Attachment, DocumentVersion, Instance
from process.records import Record
from process.rows import TaskRow


@dataclass(frozen=True)
class Document:
    """One version of a document with its form; `by`: `{nama, jabatan?, unit?}` of who wrote it, as of then, empty when
    the event's payload was erased; `seq`: that event's number."""

    version: DocumentVersion
    name: str
    form: Form
    data: Mapping[str, Any]
    by: Mapping[str, Any]
    seq: int | None
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class File:
    """An attachment; `number` of the step it was added at (None: the start), `item` of that step."""

    attachment: Attachment
    at: datetime
    number: int | None
    item: str | None


@dataclass(frozen=True)
class Print:
    """A print-out that is ready, and the document version that it shows."""

    printout: PrintOut
    document: DocumentVersion


@dataclass(frozen=True)
class Step:
    """A task that has ended; `by` as for documents, empty when nobody completed it."""

    task: TaskRow
    by: Mapping[str, Any]


@dataclass(frozen=True)
class Bundle:
    """All that goes into the archive bundle. `versions`: those that the instance ran on, in order; the last is the one
    that it ended under. `records`: its events from the first to the last that belongs to it (the finish, and the making
    of print-outs that were asked for until then). `units`: names by code, as of the finish."""

    instance: Instance
    finished: datetime
    units: Mapping[str, str]
    versions: tuple[Version, ...]
    documents: tuple[Document, ...]
    files: tuple[File, ...]
    prints: tuple[Print, ...]
    steps: tuple[Step, ...]
    records: tuple[Record, ...]

    @property
    def version(self) -> Version:
        return self.versions[-1]

    def unit(self, code: str | None) -> str:
        """The name of a unit as of the finish, else its code."""
        return self.units.get(code or "", code or "")
