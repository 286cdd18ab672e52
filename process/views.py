"""What pages read of tasks, instances and documents: only what the actor may see; nothing is written."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bpmn.model import TaskDefinition
from forms import Form
from process import answers, policy
from process.blobs import Blobs
from process.calendar import Left
from process.clock import instant, instant_or_none, micros
from process.completing import amendable, sight_of
from process.context import read_data
from process.documents import (
    DocumentView,
    PrintOut,
    Signature,
    attachments,
    document_view,
    document_views,
    names_of,
    printouts,
    to_printout,
    versions,
)
from process.errors import NotFound
from process.instance_views import InstanceViews
from process.model import (
    Actor,
    Attachment,
    Draft,
    TaskState,
)
from process.packing import unpack
from process.pages import Can, DocumentPage, InstanceList, InstancePage, PrintPage, ReturnNote, TaskPage, TaskRow
from process.prints import Printable, Prints
from process.rows import TaskRow as Row
from process.rows import documents_of, previous_instance, to_instance, to_task
from process.store import Prepared, Tx
from process.tables import (
    attachment,
    document_version,
    draft,
    person,
    printout,
    user_task,
)
from process.work import Desk, Work

__all__ = [
    "DocumentView",
    "InstanceList",
    "InstancePage",
    "PrintOut",
    "Printable",
    "Signature",
    "TaskPage",
    "TaskRow",
    "Views",
]

# What every page of a task asks.
_DRAFT = Prepared(
    sa.select(draft.c.data, draft.c.revision, draft.c.saved_at, draft.c.saved_by).where(
        draft.c.task == sa.bindparam("task")
    )
)
_FILES = Prepared(
    sa.select(*(attachment.c[name] for name in ("id", "name", "media_type", "size", "sha256")), user_task.c.completed)
    .join(user_task, user_task.c.id == attachment.c.task)
    .where(
        attachment.c.instance == sa.bindparam("instance"),
        user_task.c.element == sa.bindparam("element"),
        user_task.c.item == sa.bindparam("item"),
    )
)
_PRINTS = Prepared(
    sa.select(
        *(
            printout.c[name]
            for name in ("id", "document_version", "title", "layout", "state", "sha256", "size", "made_at")
        )
    )
    .where(printout.c.task == sa.bindparam("task"))
    .order_by(printout.c.title, printout.c.id)
)


class Views(InstanceViews):
    def __init__(self, desk: Desk, prints: Prints, blobs: Blobs) -> None:
        self.desk = desk
        self.prints = prints
        self.blobs = blobs

    # -- a task -----------------------------------------------------------------------------------------------------

    def task(self, task_id: str, actor: Actor, *, form_alone: bool = False) -> TaskPage:
        """The page of a task; NotFound also for who may not see it.

        `form_alone`: without what stands around the form (names, return note, documents to read, print-outs, how
        near the deadline is and to whom the task could be given), which then is not read at all.
        """
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            work, row = self.desk.by_task(tx, task_id, actor, now)
            sight = sight_of(work)
            if not sight.task(row.item or None):
                raise NotFound("Tugas ini tidak ada.")
            definition = work.definition(row)
            form = work.version.forms[definition.form]
            initial = answers.initial_of(work.sources, row, definition)
            kept = self._draft(tx, row, actor)
            own = answers.own_data(work.sources, row, definition)
            can = self._can(work, row, sight)
            sent = None if row.open else _as_sent(tx, row, definition)
            if not row.open:
                opened = sent or own
            else:
                opened = kept.data if kept else _again(own, definition) if row.pass_ > 1 else None
            reads = [key for key in definition.reads if key in work.sources.pointers and not form_alone]
            seen = {
                pointer[0]: (key, item)
                for key in reads
                for item, pointer in work.sources.pointers[key].items()
                if (not row.item or not item or item == row.item) and sight.document(key, item or None)
            }
            data = form.start(initial, opened)
            if sent and not can.amend:  # what it started from may be another by now: shown is what was sent
                data |= sent
            names = {} if form_alone else names_of(tx, [row.assignee, row.completed_by])
            return TaskPage(
                task=to_task(row),
                instance=to_instance(work.row),
                version=work.version,
                definition=definition,
                form=form,
                initial=initial,
                data=data,
                draft=kept,
                attachments=self._files(tx, work, row, form, data),
                holder=names.get(row.assignee),
                done_by=names.get(row.completed_by),
                note=None if form_alone else self._note(tx, row),
                reads=tuple(document_views(tx, work.version_of, seen)),
                printouts=() if form_alone else self._prints_of(tx, row.id),
                due_state=None if form_alone else due_state(work, row),
                left=None if form_alone else left(work, row),
                candidates=() if form_alone else self._candidates(tx, work, row),
                can=can,
                open_elements=frozenset(one.element for one in work.open.values()),
            )

    def previous(self, task_id: str, actor: Actor, key: str) -> tuple[dict[str, Any], str]:
        """The newest data of a document in the previous instance, and that instance's title; NotFound without one."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            work, row = self.desk.by_task(tx, task_id, actor, now)
            if not sight_of(work).task(row.item or None):
                raise NotFound("Tugas ini tidak ada.")
            found = previous_instance(tx, work.row.process_id, work.row.owner_unit, work.row.id)
            kept = None if found is None else documents_of(found).get(key, {}).get(row.item)
            if found is not None and kept is not None:
                return read_data(tx, [kept[0]])[kept[0]], found.title
            raise NotFound("Belum ada periode sebelumnya yang memuat isian ini.")

    def _draft(self, tx: Tx, row: Row, actor: Actor) -> Draft | None:
        """The draft, for who holds the task or may take it."""
        if not row.open or not policy.may_work(actor, row.role, row.unit, row.assignee):
            return None
        for data, revision, at, by in tx.fetch(_DRAFT, {"task": row.id}):
            return Draft(unpack(bytes(data)), revision, instant(at), by)
        return None

    def _files(self, tx: Tx, work: Work, row: Row, form: Form, data: dict[str, Any]) -> tuple[Attachment, ...]:
        """The attachments that the form names, and those uploaded at this step (a draft may have lost their names)."""
        known = attachments(tx, form.attachment_ids(data))
        alien = work.held is None and not policy.sees_everything(work.actor)
        place = {"instance": work.row.id, "element": row.element, "item": row.item}
        for *values, completed in tx.fetch(_FILES, place):
            if completed is not None or not alien:  # what others draft is not for these eyes
                known[values[0]] = Attachment(*values)
        return tuple(known[key] for key in sorted(known))

    def _note(self, tx: Tx, row: Row) -> ReturnNote | None:
        if not row.returned:
            return None
        found = tx.one(
            sa.select(person.c.name, user_task.c.completed)
            .select_from(user_task)
            .outerjoin(person, person.c.id == user_task.c.completed_by)
            .where(user_task.c.id == row.returned_by)
        )
        at = instant(found.completed) if found is not None and found.completed is not None else None
        return ReturnNote(row.note or "", found.name if found is not None else None, at)

    def _prints_of(self, tx: Tx, task_id: str) -> tuple[PrintOut, ...]:
        return tuple(
            PrintOut(key, version, title, layout, state, sha256, size, instant_or_none(at))
            for key, version, title, layout, state, sha256, size, at in tx.fetch(_PRINTS, {"task": task_id})
        )

    def _candidates(self, tx: Tx, work: Work, row: Row) -> tuple[tuple[int, str], ...]:
        if not row.open or not policy.may_manage(work.actor):
            return ()
        holders = [one for one in self.desk.people.holders(tx, row.role, row.unit, work.now) if one != row.assignee]
        names = names_of(tx, holders)
        return tuple((one, names[one]) for one in holders)

    def _can(self, work: Work, row: Row, sight: policy.Sight) -> Can:
        actor = work.actor
        manage = policy.may_manage(actor) and row.open
        works = row.open and policy.may_work(actor, row.role, row.unit, row.assignee)
        own = row.open and actor.person_id is not None and row.assignee == actor.person_id
        sole = works and self.desk.people.holders(work.tx, row.role, row.unit, work.now) == (actor.person_id,)
        return Can(
            see_instance=sight.anything,
            claim=works and row.assignee is None,
            release=own,
            edit=works and (own or sole),
            amend=work.held is not None and actor.person_id is not None and amendable(work, row),
            force_release=manage and row.assignee is not None and not own,
            reassign=manage,
            skip=manage and bool(row.item),
        )

    # -- documents --------------------------------------------------------------------------------------------------

    def document(self, version_id: int, actor: Actor) -> DocumentPage:
        """One version of a document; NotFound also for who may not see it."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            row = tx.one(
                sa.select(
                    document_version.c.instance,
                    document_version.c.key,
                    document_version.c.item,
                    document_version.c.version,
                ).where(document_version.c.id == version_id)
            )
            work = self._visible(tx, row, actor, now) if row is not None else None
            if work is None or row is None:
                raise NotFound("Dokumen ini tidak ada.")
            pointer = work.sources.pointers.get(row.key, {}).get(row.item)
            newest = versions(tx, [pointer[0]])[0][0] if pointer else None
            return DocumentPage(
                document_view(tx, work.version_of, version_id),
                newest,
                to_instance(work.row),
                printouts(tx, [version_id]),
            )

    def printout(self, printout_id: str, actor: Actor) -> PrintPage:
        """A print-out, for who may see its document."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            row = tx.one(
                sa.select(printout, document_version.c.key, document_version.c.item, document_version.c.version)
                .join(document_version, document_version.c.id == printout.c.document_version)
                .where(printout.c.id == printout_id)
            )
            work = self._visible(tx, row, actor, now) if row is not None else None
            if work is None or row is None:
                raise NotFound("Cetakan ini tidak ada.")
            found = to_printout(row)
            path = self.blobs.sound(found.sha256) if found.state == "ready" and found.sha256 else None
            return PrintPage(found, to_instance(work.row), path)

    def printable(self, printout_id: str) -> Printable:
        """What a print job needs; see `prints`."""
        return self.prints.printable(printout_id)

    def attachment(self, attachment_id: str, actor: Actor) -> tuple[Attachment, Path]:
        """A file, for who may see a document of the step that it was uploaded at; until that step is sent, the file is
        part of a draft, and only for who does the step."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            row = tx.one(
                sa.select(
                    attachment,
                    *(user_task.c[name] for name in ("element", "item", "version", "role", "unit", "completed")),
                )
                .outerjoin(user_task, user_task.c.id == attachment.c.task)
                .where(attachment.c.id == attachment_id)
            )
            if row is None or not self._may_read(tx, row, actor, now):
                raise NotFound("Lampiran ini tidak ada.")
            kept = Attachment(row.id, row.name, row.media_type, row.size, row.sha256)
            return kept, self.blobs.sound(row.sha256)

    def _may_read(self, tx: Tx, row: sa.Row[Any], actor: Actor, now: datetime) -> bool:
        if policy.sees_everything(actor):
            return True
        if row.instance is None:
            return actor.person_id is not None and row.uploaded_by == actor.person_id
        work = self.desk.by_instance(tx, row.instance, actor, now)
        work.version = work.version_of(row.version)
        sight = sight_of(work)
        process = work.version.process
        if row.element is None:
            keys = [process.start.writes] if process.start.writes else []
        else:
            if row.completed is None:
                return actor.holds(row.role, row.unit) is not None
            keys = [write.document for write in process.tasks[row.element].writes]
        return sight.everything or any(sight.document(key, row.item or None) for key in keys)

    def _visible(self, tx: Tx, row: sa.Row[Any], actor: Actor, now: datetime) -> Work | None:
        work = self.desk.by_instance(tx, row.instance, actor, now)
        work.version = work.version_of(row.version)
        return work if sight_of(work).document(row.key, row.item or None) else None


def due_state(work: Work, row: Row) -> str | None:
    """`terlambat` once the deadline has passed, `mendekati` within a working day before it."""
    if row.late is not None or (row.due is not None and row.due < (row.completed or work.at)):
        return "terlambat"
    if row.open and row.due is not None and row.due <= micros(work.sources.calendar.near_until(work.now)):
        return "mendekati"
    return None


def left(work: Work, row: Row) -> Left | None:
    """How far the deadline of an open task is, in the working time of the owner."""
    if not row.open or row.due is None:
        return None
    return work.sources.calendar.left(instant(row.due), work.now)


def _again(own: dict[str, Any] | None, definition: TaskDefinition) -> dict[str, Any] | None:
    """What a later pass opens with: what was sent before, without what is to be decided anew."""
    return None if own is None else {key: value for key, value in own.items() if key not in definition.always}


def _as_sent(tx: Tx, row: Row, definition: TaskDefinition) -> dict[str, Any] | None:
    """What this very task wrote, as it was sent last."""
    if row.state != TaskState.COMPLETED or not definition.writes:
        return None
    found = tx.scalar(
        sa.select(document_version.c.id)
        .where(document_version.c.task == row.id, document_version.c.key == definition.writes[0].document)
        .order_by(document_version.c.number.desc())
        .limit(1)
    )
    return read_data(tx, [found])[found] if found is not None else None
