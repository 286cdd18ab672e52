"""The office: everything that a server or a command needs, wired together over one database and one data directory."""

from __future__ import annotations

from pathlib import Path

from process import migrate as migrations
from process.archive import Archive
from process.calendars import Calendars
from process.clock import Clock, SystemClock
from process.definitions import Definitions
from process.drafting import Drafts
from process.engine import Engine
from process.erasing import Erasing
from process.export_making import MOST_BYTES
from process.exports import Exports
from process.files import MAX_BYTES, Files
from process.inbox import Inbox
from process.inspection import Inspection
from process.integrity import Integrity
from process.jobs import Jobs, Scheduler, ThreadScheduler
from process.migrating import Moving
from process.people import People
from process.prints import Prints
from process.records import Records
from process.reschedule import Rescheduling
from process.sampling import Samples
from process.security_log import SecurityLog
from process.store import Store
from process.trail import Trail
from process.trail_index import TrailIndex
from process.versions import Versions
from process.views import Views
from process.work import Desk


class Office:
    """One per server; safe to share between threads. Make it with `open`, end it with `close`."""

    def __init__(
        self,
        store: Store,
        data_dir: Path,
        clock: Clock,
        *,
        max_upload_bytes: int = MAX_BYTES,
        max_export_bytes: int = MOST_BYTES,
        session_hours: int = 10,
        idle_minutes: int = 120,
    ) -> None:
        self.store = store
        self.data_dir = data_dir
        self.clock = clock
        self.calendars = Calendars(store, clock)
        self.people = People(store, clock, session_hours=session_hours, idle_minutes=idle_minutes)
        self.definitions = Definitions(store, clock, self.calendars)
        self.drafts = Drafts(store, clock, self.definitions)
        self.versions = Versions(store, clock, self.definitions, self.drafts)
        self.inbox = Inbox(store, clock, self.calendars)
        desk = Desk(store, clock, self.definitions, self.calendars, self.people)
        self.engine = Engine(desk)
        self.files = Files(desk, data_dir / "berkas", max_bytes=max_upload_bytes)
        self.prints = Prints(desk, self.files.blobs)
        self.views = Views(desk, self.prints, self.files.blobs)
        self.moving = Moving(desk)
        self.samples = Samples(desk)
        self.rescheduling = Rescheduling(desk)
        self.trail = Trail(store, clock, self.files.blobs)
        self.index = TrailIndex(store)
        self.records = Records(store, self.index)
        self.inspection = Inspection(desk, self.records)
        self.security_log = SecurityLog(store, clock)
        self.exports = Exports(store, clock, self.records, data_dir / "ekspor", max_bytes=max_export_bytes)
        self.erasing = Erasing(store, clock, self.exports, self.index)
        self.archive = Archive(desk, self.files.blobs, self.exports)
        self.jobs = Jobs(store, clock)
        self.integrity = Integrity(store, clock, self.trail, self.jobs)
        self.scheduler: Scheduler = ThreadScheduler(
            clock,
            self.engine.fire_due,
            self.jobs.run_due,
            self.index.catch_up,
            self.exports.turn,
            self.integrity.turn,
            (self.trail.seal, self.security_log.trim),
        )

    @classmethod
    def open(
        cls,
        database_url: str,
        data_dir: Path | str,
        *,
        clock: Clock | None = None,
        migrate: bool | None = None,
        max_upload_bytes: int = MAX_BYTES,
        max_export_bytes: int = MOST_BYTES,
        session_hours: int = 10,
        idle_minutes: int = 120,
    ) -> Office:
        """Open a database. `migrate` None: SQLite migrates itself, PostgreSQL must be current already (`db upgrade`).

        Raises MigrationNeeded, StorageUnavailable.
        """
        store = Store(database_url)
        try:
            if migrate if migrate is not None else store.sqlite:
                if migrations.current(store) != migrations.head():
                    migrations.upgrade(store)
            else:
                migrations.require_current(store)
        except BaseException:
            store.close()
            raise
        return cls(
            store,
            Path(data_dir),
            clock or SystemClock(),
            max_upload_bytes=max_upload_bytes,
            max_export_bytes=max_export_bytes,
            session_hours=session_hours,
            idle_minutes=idle_minutes,
        )

    def close(self) -> None:
        """Stop the scheduler and close all connections."""
        self.scheduler.stop()
        self.store.close()
