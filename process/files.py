"""Files under the data directory, by SHA-256: attachments that people upload, and print-outs that are made."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa

from process import policy
from process.audit import NewEvent
from process.blobs import Blobs
from process.clock import micros
from process.completing import amendable, require_work
from process.context import Sources
from process.errors import FileRefused, FileTooLarge, Forbidden, NotFound
from process.model import Actor, Attachment, new_id
from process.sniff import file_name, media_type
from process.store import Tx
from process.tables import attachment
from process.work import Desk

MAX_BYTES = 20 * 1024 * 1024
MAX_FILES = 200  # of one task, or of one person's starts in a day
MAX_TIMES = 25  # the largest file, that all of these together may take
_CHUNK = 256 * 1024


class Files:
    """Attachments."""

    def __init__(self, desk: Desk, folder: Path, *, max_bytes: int = MAX_BYTES) -> None:
        self.desk = desk
        self.blobs = Blobs(folder)
        self.max_bytes = max_bytes

    def store(
        self,
        stream: BinaryIO,
        name: str,
        declared: str | None,
        actor: Actor,
        *,
        task_id: str | None = None,
        process_id: str | None = None,
    ) -> Attachment:
        """Keep a file for a task that the actor may do, or for a start form. The type is found in the bytes; what is
        `declared` is not believed. Raises FileRefused, FileTooLarge, and what the engine raises."""
        if (task_id is None) == (process_id is None):
            raise ValueError("a file belongs to a task or to a process")
        self._allowed(actor, task_id, process_id)
        with self.blobs.incoming() as made:
            sha256, size = self._receive(stream, made)
            found = media_type(made)
            kept = Attachment(new_id(), file_name(name, found), found, size, sha256)
            self.blobs.keep(made, sha256)
        self._record(kept, actor, task_id, process_id)
        return kept

    def _receive(self, stream: BinaryIO, made: BinaryIO) -> tuple[str, int]:
        digest = hashlib.sha256()
        size = 0
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > self.max_bytes:
                raise FileTooLarge(f"Ukuran berkas melebihi {self.max_bytes // (1024 * 1024)} MB.")
            digest.update(chunk)
            made.write(chunk)
        if not size:
            raise FileRefused("Berkas ini kosong.")
        made.flush()
        return digest.hexdigest(), size

    def _allowed(self, actor: Actor, task_id: str | None, process_id: str | None) -> None:
        """Ask before a byte is kept; asked again when the row is written."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            if task_id is not None:
                work, task = self.desk.by_task(tx, task_id, actor, now)
                if not (work.held is not None and amendable(work, task)):
                    require_work(work, task)
                self._room(tx, attachment.c.instance == work.row.id, attachment.c.task == task_id)
                return
            version_id = self.desk.definitions.in_force(tx, process_id or "", now)
            if version_id is None:
                raise NotFound("Proses ini tidak ada atau tidak sedang berlaku.")
            version = self.desk.definitions.load(tx, version_id)
            sources = Sources(tx, version, version.owner_unit, self.desk.calendars, now, {})
            unit = sources.task_unit(version.process.start.unit, None)
            if policy.may_start(actor, version.process.start.role, unit) is None:
                raise Forbidden("Jabatan Anda tidak berwenang memulai proses ini.")
            self._room(
                tx,
                attachment.c.instance.is_(None),
                attachment.c.uploaded_by == actor.person_id,
                attachment.c.at > micros(now - timedelta(days=1)),
            )

    def _room(self, tx: Tx, *where: sa.ColumnElement[bool]) -> None:
        """Raise FileRefused when these files are as many, or as large together, as anybody could need."""
        sizes = tx.all(sa.select(attachment.c.size).where(*where))
        if len(sizes) >= MAX_FILES or sum(row.size for row in sizes) >= MAX_TIMES * self.max_bytes:
            raise FileRefused(f"Terlalu banyak berkas diunggah di sini ({len(sizes)}). Pakai yang sudah diunggah.")

    def _record(self, kept: Attachment, actor: Actor, task_id: str | None, process_id: str | None) -> None:
        now = self.desk.clock.now()
        values = {
            "id": kept.id,
            "sha256": kept.sha256,
            "name": kept.name,
            "media_type": kept.media_type,
            "size": kept.size,
            "uploaded_by": actor.person_id,
            "at": micros(now),
        }
        with self.desk.store.transaction() as tx:
            if task_id is None:
                tx.execute(attachment.insert().values(process=process_id, **values))
                return
            work, task = self.desk.by_task(tx, task_id, actor, now)
            if not (work.held is not None and amendable(work, task)):
                require_work(work, task)
            tx.execute(attachment.insert().values(instance=work.row.id, task=task_id, **values))
            work.events.append(NewEvent("attachment.added", kept.told(), task.id, task.element))
            work.save()
