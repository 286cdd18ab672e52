"""Reading the record: an instance's timeline, checking the chains, and sealing their heads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from forms.canonical import loads
from process.anchors import Anchor, compare
from process.audit import NewEvent
from process.blobs import Blobs
from process.clock import Clock, instant, micros
from process.errors import NotFound
from process.model import SYSTEM_JOB, Actor, AuditEvent, TimelineEntry
from process.proof import Proof, snapshot, verified
from process.proof_result import Verified
from process.proof_share import Part, Share, split
from process.record import SYSTEM_STREAM, append, payload_of
from process.store import Store, Tx
from process.tables import event, event_payload, instance, seal, stream

SEALED_TOGETHER = 1_000  # heads that one event tells
_HEADER = AuditEvent._fields


class Trail:
    def __init__(self, store: Store, clock: Clock, blobs: Blobs) -> None:
        self.store = store
        self.clock = clock
        self.blobs = blobs

    def verify(
        self,
        instance_id: str | None = None,
        *,
        files: bool = True,
        anchor: Anchor | None = None,
        apart: bool = False,
        beat: Callable[[], None] = lambda: None,
    ) -> Verified:
        """Check the chain of one instance, or of every stream, and all that the events vouch for.

        `files`: whether the stored files are read too; `anchor`: heads that were kept outside; `apart`: in processes of
        its own, so that a server's threads go on as before; `beat` is called every now and then, and may raise to end
        the check. Reads everything; changes nothing. Raises NotFound.
        """
        with self.store.reading() as tx:
            snapshot(tx)
            proof = Proof(tx, self.blobs if files else None, beat)
            if instance_id is not None:
                proof.one(instance_id)
            else:
                self._everything(proof, apart)
            if anchor is not None:
                proof.tally.add(compare(tx, anchor))
            return verified(proof)

    def _everything(self, proof: Proof, apart: bool) -> None:
        half = split(proof.tx)
        parts = [] if half is None else [Part(half, None, False)]
        if apart:
            parts.append(Part(0, half, True))
        shares = [Share(self.store, proof.blobs, part) for part in parts]
        try:
            if not apart:
                Part(0, half, True).check(proof)
            found = [share.result(proof.beat) for share in shares]
        finally:
            for share in shares:
                share.stop()
        for part, tally in zip(parts, found, strict=True):
            if tally is None:  # whatever became of that process: its part is checked here
                part.check(proof)
            else:
                proof.tally.join(tally)

    def seal(self, actor: Actor = SYSTEM_JOB) -> int:
        """Seal the heads that moved since the last time into the system stream; returns how many."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            return seal_heads(tx, actor, now)

    def timeline(self, instance_id: str) -> tuple[TimelineEntry, ...]:
        """Every event of an instance, oldest first; who may read which is for `views` to say."""
        with self.store.reading() as tx:
            row = tx.one(sa.select(instance.c.stream).where(instance.c.id == instance_id))
            if row is None:
                raise NotFound("Pelaksanaan ini tidak ada.")
            return timeline(tx, row.stream)

    def events(self, stream_name: str) -> tuple[TimelineEntry, ...]:
        """Every event of a stream (`system`, `process:<id>`), oldest first."""
        with self.store.reading() as tx:
            row = tx.one(sa.select(stream.c.id).where(stream.c.name == stream_name))
            return timeline(tx, row.id) if row else ()


def seal_heads(tx: Tx, actor: Actor, now: datetime, *, always: bool = False) -> int:
    """Seal the heads that moved since the last time; returns how many. `always`: put an event on record even when none
    moved."""
    last = sa.select(seal.c.stream, sa.func.max(seal.c.seq).label("seq")).group_by(seal.c.stream).subquery("last")
    seq = sa.func.coalesce(instance.c.event_seq, stream.c.seq)
    rows = tx.all(
        sa.select(
            stream.c.id,
            stream.c.name,
            seq.label("seq"),
            sa.func.coalesce(instance.c.event_head, stream.c.head).label("head"),
        )
        .outerjoin(instance, instance.c.stream == stream.c.id)
        .outerjoin(last, last.c.stream == stream.c.id)
        .where(seq > sa.func.coalesce(last.c.seq, 0), stream.c.name != SYSTEM_STREAM)
        .order_by(stream.c.id)
    )
    if not rows and not always:
        return 0
    at = micros(now)
    tx.insert_many(seal, ("stream", "seq", "head", "at"), [(r.id, r.seq, bytes(r.head), at) for r in rows])
    told = [{"rantai": r.name, "nomor": r.seq, "sidik": bytes(r.head).hex()} for r in rows]
    some = [told[begin : begin + SEALED_TOGETHER] for begin in range(0, len(told), SEALED_TOGETHER)] or [[]]
    append(tx, SYSTEM_STREAM, [NewEvent("stream.sealed", {"segel": one}) for one in some], actor, now)
    return len(rows)


def timeline(tx: Tx, stream_id: int, *, only: int | None = None) -> tuple[TimelineEntry, ...]:
    """The events of a stream, or the one with a number."""
    entries = []
    for header, payload in _read(tx, stream_id, only):
        data: dict[str, Any] = loads(payload[1]) if payload else {}
        by = data.pop("oleh", {})
        entries.append(
            TimelineEntry(
                seq=header.seq,
                at=instant(header.at),
                type=header.type,
                actor_id=header.actor,
                name=by.get("nama", ""),
                title=by.get("jabatan"),
                kind=header.kind,
                source=header.source,
                task_id=header.task,
                element=header.element,
                data=data,
            )
        )
    return tuple(entries)


def _read(tx: Tx, stream_id: int, only: int | None) -> list[tuple[AuditEvent, tuple[bytes, bytes] | None]]:
    """Events with (salt, canonical payload), in order of seq."""
    rows = tx.all(
        sa.select(*(event.c[name] for name in _HEADER), event_payload.c.salt, event_payload.c.data)
        .outerjoin(event_payload, sa.and_(event_payload.c.stream == event.c.stream, event_payload.c.seq == event.c.seq))
        .where(event.c.stream == stream_id, sa.true() if only is None else event.c.seq == only)
        .order_by(event.c.seq)
    )
    found = []
    for row in rows:
        header = AuditEvent(*row[: len(_HEADER)])
        payload = None if row.salt is None else (bytes(row.salt), payload_of(bytes(row.data)))
        found.append((header, payload))
    return found
