"""What was erased by law, as the system's events say: the checks take it for no misfit, and tell it each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from process.clock import instant
from process.proof_rows import ODD, decoded
from process.record import SYSTEM_STREAM, payload_of
from process.store import Tx
from process.tables import event, event_payload, stream


@dataclass(frozen=True, slots=True)
class Erased:
    """A payload that the law took: lawful, and told with every check. `by`: number in the system's stream."""

    stream: str
    seq: int
    by: int
    name: str
    reason: str
    at: datetime


class Gone(NamedTuple):
    """What the event of an erasure says of a payload."""

    told: Erased
    digest: str
    about: Mapping[str, Any]


def erasures(tx: Tx) -> dict[tuple[str, int], Gone]:
    """What was erased by law, as the system's events say."""
    query = (
        sa.select(event.c.seq, event.c.at, event_payload.c.data)
        .join(event_payload, sa.and_(event_payload.c.stream == event.c.stream, event_payload.c.seq == event.c.seq))
        .join(stream, stream.c.id == event.c.stream)
        .where(stream.c.name == SYSTEM_STREAM, event.c.type == "payload.erased")
        .order_by(event.c.seq)
    )
    found: dict[tuple[str, int], Gone] = {}
    for row in tx.all(query):
        try:
            found |= {(one.told.stream, one.told.seq): one for one in _told_gone(row)}
        except ODD:  # it was altered, as the check of its chain says
            continue
    return found


def _told_gone(row: Any) -> Iterator[Gone]:
    said = decoded(payload_of(bytes(row.data)))
    by = said.get("oleh")
    name = str(by.get("nama", "")) if isinstance(by, Mapping) else ""
    for one in said.get("isi", ()):
        told = Erased(one["rantai"], one["nomor"], row.seq, name, str(said.get("alasan", "")), instant(row.at))
        yield Gone(told, one["sidik"], one.get("perihal", {}))
