"""Exports of the record: asked for, made outside the request one at a time, kept for a while, fetched by who asked.

The row is the truth. Who makes a file claims the row for some seconds and renews that while at work; what a killed
server left behind is taken up again. The file itself is the service's to write; here it is counted and put on record.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from forms import indonesian
from forms.canonical import digest
from process import authority
from process.audit import NewEvent
from process.clock import Clock, instant, instant_or_none, micros
from process.errors import Conflict, FileLost, Forbidden, NotFound
from process.model import AUDITOR, PENGELOLA, Actor, new_id
from process.record import SYSTEM_STREAM, append
from process.records import Records, Selection
from process.store import Store, Tx, pack_plain, unpack_plain
from process.trail_tables import export

LEASE = timedelta(seconds=30)
KEPT = timedelta(days=7)
ATTEMPTS = 3  # a file that a server died over so many times is not tried again
LISTED = 100
MOST_BYTES = 10 * 10**9  # of all kept files together, unless the settings say otherwise
MOST_OPEN = 5  # that one person has waiting or being made
OPEN = ("waiting", "running")
BUNDLE = "berkas"  # the format of archive bundles, which `archive` asks for: the same file for whoever may have it
_PG_LOCK = 714157  # one export at a time, also when several servers share a database


@dataclass(frozen=True)
class Export:
    """One export. `state`: waiting, running, done, failed, cancelled or expired; `total` and `done` in events;
    `size` in bytes; `error` an Indonesian sentence."""

    id: str
    format: str
    selection: Selection
    options: Mapping[str, Any]
    asked_by: int | None
    asked_name: str
    asked_at: datetime
    state: str
    upto: int | None
    total: int | None
    done: int
    attempts: int
    name: str
    size: int | None
    sha256: str | None
    finished_at: datetime | None
    expires_at: datetime | None
    error: str | None

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Made:
    """A file that was written: how many events it holds, its size in bytes and its hexadecimal SHA-256."""

    events: int
    size: int
    sha256: str


Runner = Callable[[Export, threading.Event], None]
Note = Callable[[Tx, Actor, datetime], None]


class Exports:
    """`runner` makes one file and returns when it is done, failed or given back; the service sets it.

    `max_bytes`: of all kept files together, so that nobody fills the disk.
    """

    def __init__(
        self, store: Store, clock: Clock, records: Records, folder: Path, *, max_bytes: int = MOST_BYTES
    ) -> None:
        self.store = store
        self.clock = clock
        self.records = records
        self.folder = folder
        self.max_bytes = max_bytes
        self.runner: Runner | None = None
        self._swept = False

    # -- asking -----------------------------------------------------------------------------------------------------

    def may(self, actor: Actor) -> bool:
        """Whether this actor may export: a file holds what other Bagian wrote, so only who sees everything."""
        return authority.has(actor, AUDITOR, PENGELOLA)

    def ask(
        self, format: str, selection: Selection, actor: Actor, *, name: str, options: Mapping[str, Any] | None = None
    ) -> Export:
        """Ask for a file called `name`; what the same person asked for already and is not done yet is given instead.

        Raises Forbidden, InvalidData, NotFound; Conflict when this person has too many open, or too much is kept.
        """
        authority.require(actor, AUDITOR, PENGELOLA)
        self.records.count(selection, upto=0)  # raises for what cannot be meant
        options = dict(options or {})
        key = digest({"oleh": actor.person_id or actor.name, "format": format, "pilihan": selection.plain(),
                      "opsi": options})  # fmt: skip
        return self._ask(key, format, selection, actor, name, options)

    def ask_bundle(self, instance_id: str, actor: Actor, *, name: str) -> Export:
        """Ask for the archive bundle of an instance, once at a time whoever asks; may this actor is for `archive` to
        say. Raises Conflict when this person has too many open, or too much is kept."""
        return self._ask(_bundle_key(instance_id), BUNDLE, Selection(instance=instance_id), actor, name, {})

    def bundle(self, instance_id: str) -> Export | None:
        """The newest archive bundle of an instance that was asked for, by anybody."""
        query = sa.select(export).where(export.c.digest == _bundle_key(instance_id))
        with self.store.reading() as tx:
            row = tx.one(query.order_by(export.c.asked_at.desc(), export.c.id).limit(1))
            return None if row is None else _export(row)

    def _ask(
        self, key: str, format: str, selection: Selection, actor: Actor, name: str, options: Mapping[str, Any]
    ) -> Export:  # fmt: skip
        now = self.clock.now()
        id_ = new_id()
        with self.store.transaction() as tx:
            if actor.person_id is not None:
                _one_asking(tx, actor.person_id)
            insert = sqlite_insert if tx.sqlite else postgresql_insert
            made = insert(export).values(
                id=id_,
                format=format,
                selection=pack_plain(selection.plain()),
                options=pack_plain(options),
                digest=key,
                asked_by=actor.person_id,
                asked_name=actor.name,
                asked_at=micros(now),
                state="waiting",
                name=name,
            )
            # One statement gives the new row or the open one: between two, that one may come to its end.
            row = tx.one(
                made.on_conflict_do_update(
                    index_elements=[export.c.digest],
                    index_where=sa.text("state IN ('waiting', 'running')"),  # as the partial index says it
                    set_={"digest": made.excluded.digest},
                ).returning(export)
            )
            assert row is not None
            if row.id == id_:
                self._room(tx, actor)
            return _export(row)

    def _room(self, tx: Tx, actor: Actor) -> None:
        """Whether the new export of this transaction is one too many: for this person, or for the disk."""
        mine = sa.and_(export.c.asked_by == actor.person_id, export.c.state.in_(OPEN))
        if tx.scalar(sa.select(sa.func.count()).select_from(export).where(mine)) > MOST_OPEN:
            raise Conflict(
                f"Anda sudah meminta {MOST_OPEN} berkas yang belum selesai dibuat. "
                "Tunggulah sampai salah satunya selesai, atau batalkan salah satunya."
            )
        if _kept(tx) >= self.max_bytes:
            raise Conflict(self._full())

    def _full(self) -> str:
        return (
            f"Berkas ekspor dan berkas arsip yang disimpan mencapai batas {indonesian.size(self.max_bytes)}. "
            f"Hapuslah ekspor yang tidak diperlukan lagi, atau tunggu: berkas dihapus sendiri setelah {KEPT.days} hari."
        )

    def mine(self, actor: Actor) -> tuple[Export, ...]:
        """The newest exports: one's own, and for an auditor everyone's; without archive bundles."""
        authority.require(actor, AUDITOR, PENGELOLA)
        query = (
            sa.select(export)
            .where(export.c.format != BUNDLE)
            .order_by(export.c.asked_at.desc(), export.c.id)
            .limit(LISTED)
        )
        if not authority.has(actor, AUDITOR):
            query = query.where(export.c.asked_by == actor.person_id)
        with self.store.reading() as tx:
            return tuple(_export(row) for row in tx.all(query))

    def get(self, export_id: str, actor: Actor) -> Export:
        """One export, for who asked for it or an auditor. Raises Forbidden, NotFound."""
        authority.require(actor, AUDITOR, PENGELOLA)
        with self.store.reading() as tx:
            return _own(tx, export_id, actor)

    def fetch(self, export_id: str, actor: Actor) -> tuple[Export, Path]:
        """An export with its file, which is what was recorded. Raises Forbidden, NotFound, Conflict, FileLost."""
        return self.sound(self.get(export_id, actor))

    def sound(self, found: Export) -> tuple[Export, Path]:
        """The same of an export that was read already. Raises Conflict, FileLost."""
        if found.state != "done":
            told = "sudah tidak disimpan" if found.state == "expired" else "belum ada atau tidak jadi dibuat"
            raise Conflict(f"Berkas ekspor ini {told}.")
        path = self.path(found.id)
        try:
            with path.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise FileLost("Berkas ekspor ini tidak ditemukan lagi di server. Mintalah sekali lagi.") from error
        if sha256 != found.sha256:
            raise FileLost("Isi berkas ekspor ini tidak lagi sama dengan yang dibuat. Mintalah sekali lagi.")
        return found, path

    def cancel(self, export_id: str, actor: Actor) -> None:
        """Stop an export that waits or runs; one that ended already stays as it is. Raises Forbidden, NotFound."""
        authority.require(actor, AUDITOR, PENGELOLA)
        with self.store.reading() as tx:
            _own(tx, export_id, actor)
        self.stop(export_id)

    def remove(self, export_id: str, actor: Actor) -> None:
        """Keep a finished file no longer; one in another state stays as it is. Raises Forbidden, NotFound."""
        self.lost(self.get(export_id, actor).id)

    def stop(self, export_id: str) -> None:
        """`cancel`; may this actor is the caller's affair."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            tx.execute(
                export.update()
                .where(export.c.id == export_id, export.c.state.in_(OPEN))
                .values(state="cancelled", finished_at=micros(now), lease=None)
            )
        self.discard(export_id)

    # -- making -----------------------------------------------------------------------------------------------------

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
                return _export(tx.one(sa.select(export).where(export.c.id == row.id)))
        return None

    def claimed(self, export_id: str, attempts: int) -> Export | None:
        """The export that was claimed by `take`, for the process that makes it; None when the claim is void."""
        with self.store.reading() as tx:
            row = tx.one(sa.select(export).where(_claim(export_id, attempts)))
            return None if row is None else _export(row)

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
            if _kept(tx) + made.size > self.max_bytes:
                raise Conflict(self._full())
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


_LEASE = LEASE // timedelta(microseconds=1)


def _alone(tx: Tx) -> None:
    """Let nobody else begin an export until this transaction ends."""
    if not tx.sqlite:
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PG_LOCK})


def _one_asking(tx: Tx, person_id: int) -> None:
    """Let this person ask for nothing else until this transaction ends, so that what is open can be counted."""
    if not tx.sqlite:
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key, :who)"), {"key": _PG_LOCK, "who": person_id % 2**31})


def _kept(tx: Tx) -> int:
    """Bytes of all files that are kept."""
    return int(tx.scalar(sa.select(sa.func.coalesce(sa.func.sum(export.c.size), 0)).where(export.c.state == "done")))


def _bundle_key(instance_id: str) -> str:
    return digest({"format": BUNDLE, "pelaksanaan": instance_id})


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


def _own(tx: Tx, export_id: str, actor: Actor) -> Export:
    row = tx.one(sa.select(export).where(export.c.id == export_id))
    if row is None:
        raise NotFound("Ekspor ini tidak ada.")
    if not authority.has(actor, AUDITOR) and (actor.person_id is None or row.asked_by != actor.person_id):
        raise Forbidden("Ekspor ini hanya untuk yang memintanya atau auditor.")
    return _export(row)


def _export(row: Any) -> Export:
    return Export(
        row.id,
        row.format,
        Selection.of(unpack_plain(row.selection)),
        unpack_plain(row.options),
        row.asked_by,
        row.asked_name,
        instant(row.asked_at),
        row.state,
        row.upto,
        row.total,
        row.done,
        row.attempts,
        row.name or row.id,
        row.size,
        row.sha256,
        instant_or_none(row.finished_at),
        instant_or_none(row.expires_at),
        row.error,
    )
