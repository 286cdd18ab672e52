"""Slow work as rows: a job is asked for in the transaction that made it due, and runs outside of it, once.

A row is the truth; the scheduler's thread only wakes. A job that a stopped server left running is taken up again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from process.clock import Clock, micros
from process.errors import AlurError, Busy
from process.packing import pack_plain, unpack_plain
from process.store import Store, Tx
from process.tables import job

ATTEMPTS = 5
LEASE = timedelta(minutes=5)  # a job that runs longer without renewing it is taken for lost, and runs again
BACKOFF = timedelta(seconds=10)
DAY = timedelta(days=1)

log = logging.getLogger("alur.jobs")

Handler = Callable[[dict[str, Any]], None]


class Stopped(Exception):
    """A handler ended early: the server stops, or the job is another's by now. It is done again later."""


class Taken(NamedTuple):
    """A job that is this caller's to do, until its lease ends: so long after it was taken or renewed."""

    id: int
    kind: str
    payload: dict[str, Any]
    attempts: int
    lease: timedelta


class Jobs:
    """`handlers[kind]` does the work of a kind: it gets the payload, and must bear being called twice."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.handlers: dict[str, Handler] = {}

    def enqueue(self, tx: Tx, kind: str, key: str, payload: dict[str, Any], *, run_at: datetime | None = None) -> None:
        """Ask for a job within an open transaction; nothing happens when the same (kind, key) was asked for before.
        The payload holds strings and integers."""
        tx.execute(
            tx.insert(job)
            .values(
                kind=kind,
                key=key,
                payload=pack_plain(payload),
                run_at=micros(run_at or self.clock.now()),
                state="waiting",
                attempts=0,
            )
            .on_conflict_do_nothing()
        )

    def run_due(self, now: datetime, *, most: int = 20) -> int:
        """Run the jobs that are due and have a handler; returns how many ran. Safe to call from several threads."""
        ran = 0
        while ran < most and (taken := self.take(now, self.handlers)) is not None:
            self.attempt(taken, self.handlers[taken.kind], now)
            ran += 1
        return ran

    def attempt(self, taken: Taken, handler: Handler, now: datetime) -> None:
        """Do it, and note how it ended; one that failed is tried again later, ATTEMPTS times in all."""
        try:
            handler(taken.payload)
        except Stopped:
            self._note(taken, state="waiting", attempts=taken.attempts - 1, run_at=micros(now))
        except Exception as error:
            log.exception("job %s (%s) failed", taken.id, taken.kind)
            state = "failed" if taken.attempts >= ATTEMPTS else "waiting"
            again = micros(now + BACKOFF * 2 ** (taken.attempts - 1))
            self._note(taken, state=state, error=str(error)[:2000], run_at=again)
        else:
            self._note(taken, state="done", error=None)

    def renew(self, taken: Taken) -> bool:
        """Lengthen the lease of a job that is being done; False when it is no longer this caller's."""
        return self._note(taken, run_at=micros(self.clock.now() + taken.lease))

    def take(self, now: datetime, kinds: Collection[str], lease: timedelta = LEASE) -> Taken | None:
        """The next job of these kinds that is due, for a lease."""
        if not kinds:
            return None
        at = micros(now)
        due = (
            sa.select(job.c.id, job.c.kind, job.c.payload, job.c.attempts)
            .where(
                sa.text("state IN ('waiting', 'running')"),  # as the partial index says it
                job.c.run_at <= at,
                job.c.kind.in_(sorted(kinds)),
            )
            .order_by(job.c.run_at, job.c.id)
            .limit(1)
        )
        with self.store.reading() as tx:
            if tx.one(due) is None:
                return None
        with self.store.transaction() as tx:
            row = tx.one(due if tx.sqlite else due.with_for_update(skip_locked=True))
            if row is None:
                return None
            tx.execute(
                job.update()
                .where(job.c.id == row.id)
                .values(state="running", attempts=row.attempts + 1, run_at=micros(now + lease))
            )
            return Taken(row.id, row.kind, unpack_plain(row.payload), row.attempts + 1, lease)

    def _note(self, taken: Taken, **values: Any) -> bool:
        """Write into the row of a job, if it still is this caller's."""
        own = sa.and_(job.c.id == taken.id, job.c.state == "running", job.c.attempts == taken.attempts)
        with self.store.transaction() as tx:
            return bool(tx.execute(job.update().where(own).values(**values)).rowcount)


class Scheduler(Protocol):
    """Wakes what is due. A lost or doubled wake-up does no harm: rows are asked again under their lock."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class ThreadScheduler:
    """Threads of this process: one fires timers (at most `interval` seconds late), one runs jobs, so that a long
    print-out never keeps a deadline waiting, one keeps the index of the record, one sees to exports, and one checks the
    record. `export` and `check` may take long and end soon after the event is set; `daily` is done once a day."""

    def __init__(
        self,
        clock: Clock,
        fire: Callable[[datetime], int],
        run: Callable[[datetime], int],
        index: Callable[[], int],
        export: Callable[[threading.Event], None],
        check: Callable[[threading.Event], None],
        daily: Sequence[Callable[[], int]],
        *,
        interval: float = 0.5,
    ) -> None:
        self._clock = clock
        self._fire = fire
        self._run = run
        self._index = index
        self._export = export
        self._check = check
        self._daily = tuple(daily)
        self._interval = interval
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._day: datetime | None = None  # when what is daily was done last

    def start(self) -> None:
        """Fire what fell due while nothing ran, then go on until `stop`."""
        if self._threads:
            return
        self._stop.clear()
        for name, work in (
            ("alur-timers", self._timers), ("alur-jobs", self._jobs), ("alur-index", self._entries),
            ("alur-exports", self._exports), ("alur-checks", self._checks),
        ):  # fmt: skip
            thread = threading.Thread(target=self._loop, args=(work,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Ask all threads to end, and wait for them."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)
        self._threads.clear()

    def _loop(self, work: Callable[[], None]) -> None:
        said = ""  # what goes wrong twice a second is told once, until it changes
        while True:
            trouble = ""
            try:
                work()
            except Busy:
                log.warning("the database was busy; trying again")
            except Exception as error:
                trouble = repr(error)
                if trouble != said:
                    ours = isinstance(error, AlurError)
                    log.exception("a due step could not be done" if ours else "the scheduler met an unexpected error")
            said = trouble
            if self._clock.wait(self._stop, self._interval):
                return

    def _timers(self) -> None:
        self._fire(self._clock.now())

    def _entries(self) -> None:
        self._index()

    def _exports(self) -> None:
        self._export(self._stop)

    def _checks(self) -> None:
        self._check(self._stop)

    def _jobs(self) -> None:
        now = self._clock.now()
        self._run(now)
        if self._day is None or now - self._day >= DAY:
            for work in self._daily:
                work()
            self._day = now
