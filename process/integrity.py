"""The page of the record's integrity: seals, checks that people asked for, and heads to be kept outside.

A check takes as long as reading everything: it is a job, done in processes of its own, and its outcome is an event.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from process import authority
from process.anchors import Head, Summary, of_seal, sealed, written
from process.audit import NewEvent
from process.clock import Clock, instant
from process.errors import Conflict
from process.jobs import Jobs, Stopped, Taken
from process.model import ADMINISTRATOR, AUDITOR, PENGELOLA, Actor, TimelineEntry, new_id
from process.proof_result import Verified
from process.record import SYSTEM_STREAM, append
from process.store import Store, Tx
from process.tables import event, job, seal, stream
from process.trail import Trail, seal_heads, timeline

KIND = "verify"
MAY = (AUDITOR, PENGELOLA, ADMINISTRATOR)
LEASE = timedelta(seconds=30)  # renewed at work; what a killed server left is begun anew after it
SHOWN = 10
LISTED = 200  # heads that a sheet lists one by one; the file has all
_PG_LOCK = 714158  # one who asks at a time
TOLD = 20  # misfits that the record keeps of a check


@dataclass(frozen=True, slots=True)
class SealRow:
    """The heads that were sealed at an instant; `seq`: of the event that says so."""

    seq: int
    at: datetime
    streams: int


@dataclass(frozen=True)
class Sheet:
    """A seal on paper: the first of `total` heads (the system's, which covers the seals of all others, before all), and
    the digest that stands for all of them."""

    at: datetime
    listed: tuple[Head, ...]
    total: int
    digest: str

    @property
    def system(self) -> Head:
        return self.listed[0]


@dataclass(frozen=True)
class IntegrityPage:
    """The last seals and checks, the newest first; `waiting`: a check was asked for and is not done; `failed`: the
    last one that was asked for could not be done; why stands in the server's log."""

    seals: tuple[SealRow, ...]
    checks: tuple[TimelineEntry, ...]
    waiting: bool
    failed: bool


class Integrity:
    """For auditors, pengelola and administrators."""

    def __init__(self, store: Store, clock: Clock, trail: Trail, jobs: Jobs) -> None:
        self.store = store
        self.clock = clock
        self.trail = trail
        self.jobs = jobs

    def page(self, actor: Actor) -> IntegrityPage:
        authority.require(actor, *MAY)
        with self.store.reading() as tx:
            seals = tx.all(
                _seals()
                .add_columns(
                    sa.select(sa.func.count()).where(seal.c.at == event.c.at).scalar_subquery().label("streams")
                )
                .limit(SHOWN)
            )
            last = tx.one(sa.select(job.c.state).where(job.c.kind == KIND).order_by(job.c.id.desc()).limit(1))
            return IntegrityPage(
                tuple(SealRow(row.seq, instant(row.at), row.streams) for row in seals),
                _checks(tx),
                last is not None and last.state in ("waiting", "running"),
                last is not None and last.state == "failed",
            )

    def ask(self, actor: Actor) -> None:
        """Ask for a check of everything. Raises Conflict while one is under way."""
        authority.require(actor, *MAY)
        with self.store.transaction() as tx:
            if not tx.sqlite:  # where writers do not wait for each other: two who ask at once
                tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PG_LOCK})
            waiting = sa.select(job.c.id).where(job.c.kind == KIND, job.c.state.in_(("waiting", "running")))
            if tx.one(waiting) is not None:
                raise Conflict("Pemeriksaan sedang berjalan. Hasilnya tampil di halaman ini.")
            payload = {"person": actor.person_id, "name": actor.name, "roles": sorted(actor.system_roles)}
            self.jobs.enqueue(tx, KIND, new_id(), payload)

    def turn(self, stop: threading.Event) -> None:
        """Do the checks that are asked for; for a thread of its own. A check that `stop` ends begins anew with the next
        server."""
        now = self.clock.now()
        while not stop.is_set() and (taken := self.jobs.take(now, (KIND,), LEASE)) is not None:
            self.jobs.attempt(taken, partial(self._run, beat=_Beat(self.jobs, taken, stop)), now)

    def _run(self, payload: Mapping[str, Any], beat: Callable[[], None]) -> None:
        """Check everything, and put the outcome on record in the name of who asked."""
        roles = frozenset(str(one) for one in payload["roles"])
        who = Actor(payload["person"], str(payload["name"]), system_roles=roles, source="job")
        found = self.trail.verify(apart=True, beat=beat)
        now = self.clock.now()
        with self.store.transaction() as tx:
            append(tx, SYSTEM_STREAM, [NewEvent("trail.verified", outcome(found))], who, now)

    def seal(self, actor: Actor) -> int:
        """Seal what moved since the last time; returns the number of the event, which names the anchor."""
        authority.require(actor, *MAY)
        now = self.clock.now()
        with self.store.transaction() as tx:
            seal_heads(tx, actor, now, always=True)
            return int(tx.scalar(_seals().limit(1)))

    def sheet(self, seq: int, actor: Actor) -> Sheet:
        """What that event sealed, to be printed. Raises NotFound."""
        at, heads = self._heads(seq, actor)
        summary, listed, total = Summary(instant(at)), list[Head](), 0
        for some in heads:
            summary.add(some)
            listed += some[: LISTED - len(listed)]
            total += len(some)
        return Sheet(instant(at), tuple(listed), total, summary.digest())

    def anchor(self, seq: int, actor: Actor) -> tuple[datetime, Iterator[bytes]]:
        """When that event sealed, and all heads as it did: the pieces of an anchor's file. Raises NotFound at once."""
        at, heads = self._heads(seq, actor)
        return instant(at), written(instant(at), heads)

    def _heads(self, seq: int, actor: Actor) -> tuple[int, Iterator[list[Head]]]:
        """When that event sealed (µs), and the heads, a part at a time: what is sealed changes no more."""
        authority.require(actor, *MAY)
        with self.store.reading() as tx:
            at, system = of_seal(tx, seq)

        def parts() -> Iterator[list[Head]]:
            yield [system]
            after = 0
            while True:
                with self.store.reading() as tx:
                    after, some = sealed(tx, at, after)
                if not some:
                    return
                yield some

        return at, parts()


class _Beat:
    """What a check calls while it works: renews its lease, and ends it with the server or when it is another's."""

    def __init__(self, jobs: Jobs, taken: Taken, stop: threading.Event) -> None:
        self._jobs = jobs
        self._taken = taken
        self._stop = stop
        self._renewed = jobs.clock.now()

    def __call__(self) -> None:
        if self._stop.is_set():
            raise Stopped
        now = self._jobs.clock.now()
        if now - self._renewed >= self._taken.lease / 5:
            if not self._jobs.renew(self._taken):
                raise Stopped
            self._renewed = now


def outcome(found: Verified) -> dict[str, Any]:
    """What the record keeps of a check."""
    return {
        "utuh": found.ok,
        "rantai": found.streams,
        "peristiwa": found.events,
        "baris": found.rows,
        "berkas": found.files,
        "dihapus": len(found.erased),
        "temuan": len(found.misfits) + found.more,
        "pertama": [
            {"rantai": one.stream, "nomor": one.seq, "kode": one.code, "di": one.where} for one in found.misfits[:TOLD]
        ],
    }


def _seals() -> sa.Select[Any]:
    """(seq, at) of the system's seals, the newest first; of one that took several events the last."""
    return (
        sa.select(sa.func.max(event.c.seq).label("seq"), event.c.at)
        .join(stream, stream.c.id == event.c.stream)
        .where(stream.c.name == SYSTEM_STREAM, event.c.type == "stream.sealed")
        .group_by(event.c.at)
        .order_by(sa.desc("seq"))
    )


def _checks(tx: Tx) -> tuple[TimelineEntry, ...]:
    system = tx.scalar(sa.select(stream.c.id).where(stream.c.name == SYSTEM_STREAM))
    numbers = tx.all(
        sa.select(event.c.seq)
        .where(event.c.stream == system, event.c.type == "trail.verified")
        .order_by(event.c.seq.desc())
        .limit(SHOWN)
    )
    found = [timeline(tx, system, only=row.seq) for row in numbers]
    return tuple(one for some in found for one in some)
