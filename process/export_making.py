"""Making the files of exports, one at a time; for a thread of its own.

Who makes a file claims the row for some seconds and renews that while at work; what a killed server left behind is
taken up again. The file itself is the service's to write; here it is counted and put on record.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from forms import indonesian
from process.audit import NewEvent
from process.clock import Clock, micros
from process.errors import Conflict
from process.export_rows import KEPT, OPEN, Export, Made, to_export
from process.model import Actor
from process.record import SYSTEM_STREAM, append
from process.selection import Selection
from process.store import Store, Tx
from process.trail_tables import export

LEASE = timedelta(seconds=30)
ATTEMPTS = 3  # a file that a server died over so many times is not tried again
MOST_BYTES = 10 * 10**9  # of all kept files together, unless the settings say otherwise
_PG_LOCK = 714157  # one export at a time, also when several servers share a database
_LEASE = LEASE // timedelta(microseconds=1)

Runner = Callable[[Export, threading.Event], None]
Note = Callable[[Tx, Actor, datetime], None]


class Making:
    """`runner` makes one file and returns when it is done, failed or given back; the service sets it.

    `max_bytes`: of all kept files together, so that nobody fills the disk.
    """

    def __init__(self, store: Store, clock: Clock, folder: Path, max_bytes: int) -> None:
        self.store = store
        self.clock = clock
        self.folder = folder
        self.max_bytes = max_bytes
        self.runner: Runner | None = None
        self._swept = False

    def path(self, export_id: str) -> Path:
        """Where the finished file is."""
        return self.folder / export_id

    def workshop(self, export_id: str) -> Path:
        """The folder that holds the half file, and what else is needed while it is made."""
        return self.folder / f"{export_id}.kerja"

    def turn(self, stop: threading.Event) -> None:
        """Make what is waiting, one after the other, and remove what is past its time; for a thread of its own."""
        if not self._swept:
            self._sweep()
            self._swept = True
        self.expire()
        while self.runner is not None and not stop.is_set() and (found := self.take()) is not None:
            self.runner(found, stop)

    def take(self) -> Export | None:
        """Claim the next export, unless another one is being made."""
        due = sa.select(export).where(export.c.state.in_(OPEN)).order_by(export.c.asked_at, export.c.id)
        with self.store.reading() as tx:
            if tx.one(due) is None:
                return None
        now = micros(self.clock.now())
        with self.store.transaction() as tx:
            _alone(tx)
            rows = tx.all(due)
            if any(row.state == "running" and row.lease is not None and row.lease > now for row in rows):
                return None
            for row in rows:
                if row.attempts >= ATTEMPTS:
                    values = {"error": "Pembuatan berkas berkali-kali terputus.", "finished_at": now, "lease": None}
                    tx.execute(export.update().where(export.c.id == row.id).values(state="failed", **values))
                    self.discard(row.id)
                    continue
                values = {"state": "running", "attempts": row.attempts + 1, "done": 0, "lease": now + _LEASE}
                tx.execute(export.update().where(export.c.id == row.id).values(**values))
                return to_export(tx.one(sa.select(export).where(export.c.id == row.id)))
        return None

    def claimed(self, export_id: str, attempts: int) -> Export | None:
        """The export that was claimed by `take`, for the process that makes it; None when the claim is void."""
        with self.store.reading() as tx:
            row = tx.one(sa.select(export).where(_claim(export_id, attempts)))
            return None if row is None else to_export(row)

    def begin(self, given: Export, *, upto: int, total: int) -> bool:
        """Note what the file will hold; False when the export is no longer this one's to make."""
        return self._note(given, upto=upto, total=total)

    def progress(self, given: Export, done: int) -> bool:
        """Note how far it is and renew the claim; False when the export is no longer this one's to make."""
        return self._note(given, done=done)

    def finish(self, given: Export, made: Made, note: Note | None = None) -> bool:
        """Put a finished file on record (`note` does it in place of the event of an export); False when the export is
        no longer this one's to make. Raises Conflict when the kept files would be too large together."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            if kept_bytes(tx) + made.size > self.max_bytes:
                raise Conflict(self.full())
            values = {
                "state": "done", "done": made.events, "size": made.size, "sha256": made.sha256, "lease": None,
                "finished_at": micros(now), "expires_at": micros(now + KEPT),
            }  # fmt: skip
            if not tx.execute(export.update().where(_claimed(given)).values(**values)).rowcount:
                return False
            actor = Actor(given.asked_by, given.asked_name, source="job")
            if note is not None:
                note(tx, actor, now)
            else:
                _record(tx, given.format, given.selection, given.name, made, actor, now, id_=given.id)
            return True

    def fail(self, given: Export, message: str) -> None:
        """Note that it could not be made, and why; a file of it is not kept."""
        with self.store.transaction() as tx:
            values = {"state": "failed", "error": message[:500], "lease": None,
                      "finished_at": micros(self.clock.now())}  # fmt: skip
            if not tx.execute(export.update().where(_claimed(given)).values(**values)).rowcount:
                return
        self.path(given.id).unlink(missing_ok=True)

    def give_back(self, given: Export) -> None:
        """Leave an export to be made anew later: the server stops."""
        with self.store.transaction() as tx:
            values = {"state": "waiting", "lease": None, "done": 0, "attempts": given.attempts - 1}
            tx.execute(export.update().where(_claimed(given)).values(**values))

    def outdate(self, tx: Tx, now: datetime) -> None:
        """Payloads are being erased in this transaction: what was made before is past its time, and what is being made
        begins anew. The files go with the next `expire`."""
        _alone(tx)
        begun = export.update().where(export.c.state == "running")
        tx.execute(begun.values(state="waiting", lease=None, done=0))
        tx.execute(export.update().where(export.c.state == "done").values(expires_at=micros(now)))

    def expire(self) -> int:
        """Remove files past their time, and what nobody is writing any more; returns how many exports expired."""
        now = micros(self.clock.now())
        past = sa.and_(export.c.state == "done", export.c.expires_at <= now)
        with self.store.reading() as tx:
            due = [row.id for row in tx.all(sa.select(export.c.id).where(past))]
        if due:
            with self.store.transaction() as tx:
                tx.execute(export.update().where(export.c.id.in_(due), past).values(state="expired"))
        for export_id in due:
            self.path(export_id).unlink(missing_ok=True)
        return len(due)

    def lost(self, export_id: str) -> None:
        """Keep no longer what is not there any more, or not as it was made."""
        with self.store.transaction() as tx:
            due = sa.and_(export.c.id == export_id, export.c.state == "done")
            tx.execute(export.update().where(due).values(state="expired"))
        self.path(export_id).unlink(missing_ok=True)

    def discard(self, export_id: str) -> None:
        """Remove the half file of an export that did not become one."""
        shutil.rmtree(self.workshop(export_id), ignore_errors=True)

    def _sweep(self) -> None:
        """Remove what a killed server left behind: half files, and files whose export expired."""
        if not self.folder.is_dir():
            return
        with self.store.reading() as tx:
            kept = {row.id: row.state for row in tx.all(sa.select(export.c.id, export.c.state))}
        for path in self.folder.iterdir():
            state = kept.get(path.stem)
            if path.is_dir():
                if state != "running":
                    shutil.rmtree(path, ignore_errors=True)
            elif state != "done":
                path.unlink(missing_ok=True)

    def record(self, format: str, selection: Selection, name: str, made: Made, actor: Actor) -> None:
        """Put on record a file that was written elsewhere (by a command)."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            _record(tx, format, selection, name, made, actor, now)

    def _note(self, given: Export, **values: int) -> bool:
        lease = micros(self.clock.now()) + _LEASE
        with self.store.transaction() as tx:
            return bool(tx.execute(export.update().where(_claimed(given)).values(lease=lease, **values)).rowcount)

    def full(self) -> str:
        """What is said when nothing more can be kept."""
        return (
            f"Berkas ekspor dan berkas arsip yang disimpan mencapai batas {indonesian.size(self.max_bytes)}. "
            f"Hapuslah ekspor yang tidak diperlukan lagi, atau tunggu: berkas dihapus sendiri setelah {KEPT.days} hari."
        )


def _alone(tx: Tx) -> None:
    """Let nobody else begin an export until this transaction ends."""
    if not tx.sqlite:
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PG_LOCK})


def kept_bytes(tx: Tx) -> int:
    """Bytes of all files that are kept."""
    return int(tx.scalar(sa.select(sa.func.coalesce(sa.func.sum(export.c.size), 0)).where(export.c.state == "done")))


def _claimed(given: Export) -> sa.ColumnElement[bool]:
    return _claim(given.id, given.attempts)


def _claim(export_id: str, attempts: int) -> sa.ColumnElement[bool]:
    return sa.and_(export.c.id == export_id, export.c.state == "running", export.c.attempts == attempts)


def _record(
    tx: Tx, format: str, selection: Selection, name: str, made: Made, actor: Actor, now: datetime, *,
    id_: str | None = None,
) -> None:  # fmt: skip
    told: dict[str, Any] = {
        "format": format,
        "pilihan": selection.plain(),
        "jumlah": made.events,
        "berkas": name,
        "ukuran": made.size,
        "sha256": made.sha256,
    }
    if id_ is not None:
        told["ekspor"] = id_
    append(tx, SYSTEM_STREAM, [NewEvent("trail.exported", told)], actor, now)
