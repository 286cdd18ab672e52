"""Print-outs: what one shows, and keeping the PDF once it is made. Rendering itself is the service's."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from process.blobs import Blobs
from process.clock import micros
from process.completing import sight_of
from process.documents import DocumentView, document_view
from process.errors import Conflict, NotFound
from process.model import SYSTEM_JOB, Actor, Instance
from process.rows import to_instance
from process.tables import document_version, job, printout, unit
from process.work import Desk


@dataclass(frozen=True)
class Printable:
    """All that the PDF of a document version shows. `done`: it was made already, and is not made again."""

    id: str
    title: str
    layout: str
    document: DocumentView
    instance: Instance
    letterhead: tuple[str, ...]
    process_name: str
    done: bool


class Prints:
    def __init__(self, desk: Desk, blobs: Blobs) -> None:
        self.desk = desk
        self.blobs = blobs

    def printable(self, printout_id: str) -> Printable:
        """What the job needs; the letterhead is that of the owning unit, else the SOP's own."""
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            row = tx.one(sa.select(printout).where(printout.c.id == printout_id))
            if row is None:
                raise NotFound("Cetakan ini tidak ada.")
            work = self.desk.by_instance(tx, row.instance, SYSTEM_JOB, now)
            view = document_view(tx, work.version_of, row.document_version)
            written = work.version_of(view.version.version_id).process
            lines = tx.scalar(sa.select(unit.c.letterhead).where(unit.c.code == work.row.owner_unit)) or ""
            letterhead = tuple(line for line in lines.split("\n") if line.strip())
            return Printable(
                row.id,
                row.title,
                row.layout,
                view,
                to_instance(work.row),
                letterhead or written.identity.instansi,
                written.name,
                row.state == "ready",
            )

    def keep(self, printout_id: str, pdf: bytes) -> str:
        """Keep the PDF and put it on record; returns its SHA-256. A print-out that is ready stays as it is."""
        now = self.desk.clock.now()
        sha256 = self.blobs.put(pdf)
        with self.desk.store.transaction() as tx:
            row = tx.one(sa.select(printout).where(printout.c.id == printout_id))
            if row is None:
                raise NotFound("Cetakan ini tidak ada.")
            work = self.desk.by_instance(tx, row.instance, SYSTEM_JOB, now)
            row = tx.one(sa.select(printout).where(printout.c.id == printout_id))
            assert row is not None
            if row.state == "ready":
                return str(row.sha256)
            tx.execute(
                printout.update()
                .where(printout.c.id == printout_id)
                .values(state="ready", sha256=sha256, size=len(pdf), made_at=micros(now), error=None)
            )
            of = tx.one(sa.select(document_version).where(document_version.c.id == row.document_version))
            assert of is not None
            told = {
                "cetakan": printout_id,
                "judul": row.title,
                "sha256": sha256,
                "ukuran": len(pdf),
                "dokumen": of.key,
                "item": of.item,
                "versi": of.number,
                "tata_letak": row.layout,
                "tugas": row.task,
                "diminta": row.asked_at,
            }
            work.note("printout.made", told)
            work.save()
        return sha256

    def again(self, printout_id: str, actor: Actor) -> None:
        """Ask anew for a print-out that could not be made, for who may see its document; Conflict when it is ready or
        on its way. At once, and with all attempts before it."""
        now = self.desk.clock.now()
        with self.desk.store.transaction() as tx:
            row = tx.one(
                sa.select(printout.c.instance, document_version.c.key, document_version.c.item)
                .join(document_version, document_version.c.id == printout.c.document_version)
                .where(printout.c.id == printout_id)
            )
            work = self.desk.by_instance(tx, row.instance, actor, now) if row is not None else None
            if row is None or work is None or not sight_of(work).document(row.key, row.item or None):
                raise NotFound("Cetakan ini tidak ada.")
            state = tx.scalar(sa.select(printout.c.state).where(printout.c.id == printout_id))
            if state != "failed":
                raise Conflict("Cetakan ini sudah siap." if state == "ready" else "Cetakan ini sedang disiapkan.")
            tx.execute(printout.update().where(printout.c.id == printout_id).values(state="waiting", error=None))
            tx.execute(
                job.update()
                .where(job.c.kind == "print", job.c.key == printout_id, job.c.state != "running")
                .values(state="waiting", attempts=0, run_at=micros(now), error=None)
            )

    def failed(self, printout_id: str, error: str) -> None:
        """Note that it could not be made; a later attempt may still succeed."""
        with self.desk.store.transaction() as tx:
            tx.execute(
                printout.update()
                .where(printout.c.id == printout_id, printout.c.state != "ready")
                .values(state="failed", error=error[:1000])
            )
