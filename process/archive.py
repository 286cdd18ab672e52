"""What belongs into the archive bundle of a finished instance, and putting on record that one was made.

Everything comes from what no longer changes: the record up to the finish, immutable versions, and rows of an instance
that has ended. Names of people and titles are those of the events, names of units those that the record knew when the
instance finished. So a bundle that is made again later is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from process import authority
from process.audit import NewEvent
from process.blobs import Blobs
from process.bundle import Bundle, Document, File, Print, Step
from process.clock import instant
from process.completing import require_sight
from process.context import read_data
from process.definitions import Version
from process.documents import Signature, to_printout, to_version
from process.errors import Conflict, FileLost, Forbidden, NotFound
from process.export_rows import Export
from process.exports import Exports
from process.model import ADMINISTRATOR, PENGELOLA, Actor, Attachment, InstanceState
from process.packing import unpack
from process.record import SYSTEM_STREAM, append
from process.records import Record, of_stream
from process.rows import TaskRow, all_tasks, to_instance
from process.store import Tx
from process.tables import (
    attachment,
    document_version,
    event,
    event_payload,
    printout,
    process_version,
    signature,
    stream,
    user_task,
)
from process.work import Desk, Work

_META = tuple(column for column in document_version.c if column.name not in ("data", "same_as"))


class Archive:
    def __init__(self, desk: Desk, blobs: Blobs, exports: Exports) -> None:
        self.desk = desk
        self.blobs = blobs
        self.exports = exports

    # -- asking for the file ----------------------------------------------------------------------------------------

    def ask(self, instance_id: str, actor: Actor) -> Export:
        """Ask for the bundle to be made outside the request; what is being made, or is there already, is given
        instead. Raises as `collect`."""
        found = self.asked(instance_id, actor)
        if found is not None and (found.open or (found.state == "done" and self.exports.path(found.id).is_file())):
            return found
        return self.exports.ask_bundle(instance_id, actor, name=f"berkas-{instance_id}.zip")

    def asked(self, instance_id: str, actor: Actor) -> Export | None:
        """The newest bundle that was asked for, by anybody who may have it: it is the same for all. Raises as
        `collect`."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            self._allowed(tx, instance_id, actor, now)
        return self.exports.bundle(instance_id)

    def fetch(self, instance_id: str, actor: Actor) -> tuple[Export, Path]:
        """The bundle with its file. Raises as `collect`, NotFound when it was not asked for, Conflict while it is not
        there, ExportLost."""
        found = self.asked(instance_id, actor)
        if found is None:
            raise NotFound("Berkas arsip ini belum diminta.")
        return self.exports.sound(found)

    def cancel(self, instance_id: str, actor: Actor) -> None:
        """Stop the making. Raises as `collect`."""
        found = self.asked(instance_id, actor)
        if found is not None:
            self.exports.stop(found.id)

    def remove(self, instance_id: str, actor: Actor) -> None:
        """Keep the file no longer, so that there is room for others; for who asked for it, a pengelola or an
        administrator. One that is not done stays as it is. Raises as `collect`."""
        found = self.asked(instance_id, actor)
        if found is not None:
            if not may_remove(found, actor):
                raise Forbidden(
                    "Berkas arsip ini hanya dapat dihapus oleh yang memintanya, pengelola, atau administrator."
                )
            self.exports.lost(found.id)

    # -- what is in it ----------------------------------------------------------------------------------------------

    def waiting(self, instance_id: str, actor: Actor) -> tuple[str, ...]:
        """The print-outs of a finished instance that are not made yet. Raises as `collect`."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            self._allowed(tx, instance_id, actor, now)
            rows = tx.all(
                sa.select(printout.c.id)
                .where(printout.c.instance == instance_id, printout.c.state != "ready")
                .order_by(printout.c.asked_at, printout.c.id)
            )
            return tuple(row.id for row in rows)

    def collect(self, instance_id: str, actor: Actor) -> Bundle:
        """What the bundle of a finished instance holds, for who may see everything of it.

        Raises NotFound (also for who may see nothing of it), Forbidden, and Conflict while it runs, when it was
        cancelled, or while a print-out is still to be made.
        """
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            work = self._allowed(tx, instance_id, actor, now)
            if work.row.finished is None:
                raise Conflict("Pelaksanaan ini belum selesai.")
            rows = tx.all(
                sa.select(printout)
                .where(printout.c.instance == instance_id)
                .order_by(printout.c.asked_at, printout.c.document_version, printout.c.layout)
            )
            late = next((row.title for row in rows if row.state != "ready"), None)
            if late is not None:
                raise Conflict(f"Cetakan “{late}” belum selesai dibuat. Coba lagi sebentar lagi.")
            records = _until_the_end(of_stream(tx, work.row.stream), {row.id for row in rows})
            documents = _documents(tx, work, records)
            versions = {one.version.id: one.version for one in documents}
            tasks = all_tasks(tx, instance_id)
            return Bundle(
                instance=to_instance(work.row),
                finished=instant(work.row.finished),
                units=unit_names(tx, work.row.finished),
                versions=self._versions(tx, work, records),
                documents=documents,
                files=_files(tx, instance_id, tasks),
                prints=tuple(Print(to_printout(row), versions[row.document_version]) for row in rows),
                steps=_steps(tasks, records),
                records=records,
            )

    def path(self, sha256: str) -> Path:
        """Where a file of the bundle is kept; raises FileLost when it is gone or no longer what it was."""
        return self.blobs.sound(sha256)

    def made(self, instance_id: str, sha256: str, size: int, actor: Actor) -> bool:
        """Put on record that a bundle was made; False when the very same one is on record already."""
        now = self.desk.clock.now()
        with self.desk.store.transaction() as tx:
            return self.made_in(tx, instance_id, sha256, size, actor, now)

    def made_in(self, tx: Tx, instance_id: str, sha256: str, size: int, actor: Actor, now: datetime) -> bool:
        """`made` inside a transaction."""
        system = sa.select(stream.c.id).where(stream.c.name == SYSTEM_STREAM)
        number = tx.scalar(system if tx.sqlite else system.with_for_update())
        for _, told in _payloads(tx, number, ("archive.made",)):
            if told.get("pelaksanaan") == instance_id and told.get("sha256") == sha256:
                return False
        told = {"pelaksanaan": instance_id, "sha256": sha256, "ukuran": size}
        append(tx, SYSTEM_STREAM, [NewEvent("archive.made", told)], actor, now)
        return True

    def _allowed(self, tx: Tx, instance_id: str, actor: Actor, now: datetime) -> Work:
        work = self.desk.by_instance(tx, instance_id, actor, now)
        sight = require_sight(work)
        if not sight.everything:
            raise Forbidden("Berkas arsip memuat isian semua unit; hanya yang boleh melihat semuanya dapat memintanya.")
        if work.row.state == InstanceState.CANCELLED:
            raise Conflict("Pelaksanaan ini dibatalkan; berkas arsip hanya dibuat dari pelaksanaan yang selesai.")
        if work.row.state != InstanceState.FINISHED:
            raise Conflict("Pelaksanaan ini masih berjalan; berkas arsip dibuat setelah selesai.")
        return work

    def _versions(self, tx: Tx, work: Work, records: Sequence[Record]) -> tuple[Version, ...]:
        """By number, the one that it ended under last. A move says both; when its payload was erased, rows of tasks and
        documents still name theirs."""
        ids = {work.row.version}
        for table in (user_task, document_version):
            query = sa.select(table.c.version).where(table.c.instance == work.row.id, table.c.version.is_not(None))
            ids.update(row.version for row in tx.all(query.distinct()))
        numbers = {
            number
            for one in records
            if one.type in ("instance.started", "instance.moved")
            for number in (one.data.get("versi"), one.data.get("dari"), one.data.get("ke"))
            if number is not None
        }
        if numbers:
            query = sa.select(process_version.c.id).where(
                process_version.c.process_id == work.row.process_id,
                process_version.c.number.in_([int(number) for number in numbers]),
            )
            ids.update(row.id for row in tx.all(query))
        found = [self.desk.definitions.load(tx, one) for one in ids]
        return tuple(sorted(found, key=lambda one: (one.id == work.row.version, one.number)))


def may_remove(found: Export, actor: Actor) -> bool:
    """Whether this person may have the file of a bundle removed; it can be made again, the same."""
    asked = actor.person_id is not None and actor.person_id == found.asked_by
    return asked or authority.has(actor, PENGELOLA, ADMINISTRATOR)


def unit_names(tx: Tx, until: int) -> dict[str, str]:
    """The names of units by code as the record knew them at an instant (µs); of one that came later, its first."""
    names: dict[str, str] = {}
    number = tx.scalar(sa.select(stream.c.id).where(stream.c.name == SYSTEM_STREAM))
    for at, told in _payloads(tx, number, ("unit.added", "unit.changed")):
        code, name = str(told.get("kode")), told.get("nama") or (told.get("sesudah") or {}).get("nama")
        if name and (at <= until or code not in names):
            names[code] = str(name)
    return names


def _payloads(tx: Tx, number: int | None, types: Sequence[str]) -> list[tuple[int, Mapping[str, Any]]]:
    """Instants (µs) and payloads of events of these types in a stream, in order; those that are gone are left out."""
    query = (
        sa.select(event.c.at, event_payload.c.data)
        .join(event, sa.and_(event.c.stream == event_payload.c.stream, event.c.seq == event_payload.c.seq))
        .where(event.c.stream == number, event.c.type.in_(types))
        .order_by(event.c.seq)
    )
    return [(row.at, unpack(bytes(row.data))) for row in tx.all(query)]


def _until_the_end(records: list[Record], prints: set[str]) -> tuple[Record, ...]:
    finish = [one.header.seq for one in records if one.type == "instance.finished"]
    if not finish:
        raise FileLost("Jejak audit pelaksanaan ini tidak memuat peristiwa selesai. Sampaikan kepada auditor.")
    made = [one.header.seq for one in records if one.type == "printout.made" and one.data.get("cetakan") in prints]
    last = max(*finish, *made, 0)
    return tuple(one for one in records if one.header.seq <= last)


def _documents(tx: Tx, work: Work, records: Sequence[Record]) -> tuple[Document, ...]:
    rows = tx.all(
        sa.select(*_META)
        .where(document_version.c.instance == work.row.id)
        .order_by(document_version.c.written_at, document_version.c.id)
    )
    ids = [row.id for row in rows]
    data = read_data(tx, ids)
    signed: dict[int, list[Signature]] = {}
    for row in tx.all(
        sa.select(signature).where(signature.c.document_version.in_(ids)).order_by(signature.c.at, signature.c.id)
    ):
        one = Signature(row.kind, row.name, row.title, instant(row.at), row.label)
        signed.setdefault(row.document_version, []).append(one)
    written = {
        (one.data.get("dokumen"), one.data.get("item") or "", int(one.data.get("versi") or 0)): one
        for one in records
        if one.type == "document.written"
    }
    found = []
    for row in rows:
        version = to_version(row)
        read_by = work.version_of(version.version_id)
        said = written.get((version.key, version.item or "", version.number))
        found.append(
            Document(
                version,
                read_by.process.documents[version.key].name,
                read_by.forms[version.form_id],
                data[row.id],
                said.by if said else {},
                said.header.seq if said else None,
                tuple(signed.get(row.id, ())),
            )
        )
    return tuple(found)


def _steps(tasks: Sequence[TaskRow], records: Sequence[Record]) -> tuple[Step, ...]:
    done = {one.header.task: one.by for one in records if one.type in ("task.completed", "task.skipped")}
    return tuple(Step(task, done.get(task.id, {})) for task in tasks)


def _files(tx: Tx, instance_id: str, tasks: Sequence[TaskRow]) -> tuple[File, ...]:
    at = {task.id: task for task in tasks}
    rows = tx.all(sa.select(attachment).where(attachment.c.instance == instance_id))
    return tuple(
        File(
            Attachment(row.id, row.name, row.media_type, row.size, row.sha256),
            instant(row.at),
            at[row.task].number if row.task in at else None,
            (at[row.task].item or None) if row.task in at else None,
        )
        for row in sorted(rows, key=lambda row: (row.at, row.name, row.id))
    )
