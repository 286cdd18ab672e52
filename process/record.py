"""Writing to the record. Streams of processes and of the system keep their head in `stream`; an instance's head is in
its own row, which the engine writes in the same step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import zstandard

from process.audit import NewEvent, Sealed, chain, genesis
from process.clock import micros
from process.model import Actor, Held
from process.packing import pack_bytes, unpack_bytes
from process.store import Tx
from process.tables import event, event_payload, stream

SYSTEM_STREAM = "system"
_EVENT = (
    "stream", "seq", "at", "type", "actor", "position", "kind", "source", "request", "task", "element",
    "payload_digest", "hash",
)  # fmt: skip


def process_stream(process_id: str) -> str:
    return f"process:{process_id}"


def instance_stream(instance_id: str) -> str:
    return f"instance:{instance_id}"


def write(tx: Tx, made: Sequence[Sealed]) -> None:
    """Store chained events and their payloads: two statements, however many."""
    rows: list[tuple[Any, ...]] = []
    payloads: list[tuple[Any, ...]] = []
    for one in made:
        e = one.event
        rows.append(
            (
                e.stream, e.seq, e.at, e.type, e.actor, e.position, e.kind, e.source, e.request, e.task, e.element,
                e.payload_digest, e.hash,
            )
        )  # fmt: skip
        payloads.append((e.stream, e.seq, one.salt, pack_bytes(one.payload)))
    tx.insert_many(event, _EVENT, rows)
    tx.insert_many(event_payload, ("stream", "seq", "salt", "data"), payloads)


def append(
    tx: Tx, name: str, events: Sequence[NewEvent], actor: Actor, now: datetime, held: Held | None = None
) -> tuple[int, bytes]:
    """Append to the stream of a process or of the system, making it when it is new; returns its new (seq, head).

    The stream's row is locked until the transaction ends, so that two writers cannot fork the chain.
    """
    query = sa.select(stream.c.id, stream.c.seq, stream.c.head).where(stream.c.name == name)
    row = tx.one(query if tx.sqlite else query.with_for_update())
    if row is None:
        create(tx, name, seq=0, head=genesis(name))
        row = tx.one(query if tx.sqlite else query.with_for_update())
        assert row is not None
    made, seq, head = chain(row.id, row.seq, row.head, events, actor, held, micros(now))
    write(tx, made)
    tx.execute(stream.update().where(stream.c.id == row.id).values(seq=seq, head=head))
    return seq, head


def create(tx: Tx, name: str, *, seq: int | None, head: bytes | None) -> None:
    """Make a stream; another transaction may have been quicker, which is fine."""
    tx.execute(tx.insert(stream).values(name=name, seq=seq, head=head).on_conflict_do_nothing())


def payload_of(stored: bytes) -> bytes:
    """A payload's canonical bytes; what cannot even be decompressed is what was changed, and will not match its
    digest."""
    try:
        return unpack_bytes(stored)
    except zstandard.ZstdError:
        return stored
