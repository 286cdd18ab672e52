"""Erasing payloads by law: what an event said goes, that it happened stays, and the record says who took it and why.

The chain holds digests of payloads, so it still verifies. Documents, attachments and the tables of persons are not
touched: the law is about what the record says beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from process import authority
from process.acting import office_date
from process.audit import TYPES, NewEvent
from process.clock import Clock, instant
from process.errors import Conflict, InvalidData, NotFound, ReasonRequired
from process.exports import Exports
from process.model import ADMINISTRATOR, Actor, FieldError
from process.proof_rows import decoded
from process.record import SYSTEM_STREAM, append, payload_of
from process.store import Store, Tx
from process.tables import event, event_payload, person, position, stream
from process.trail_index import TrailIndex, forget_words, hold, leave_no_traces, overwrite
from process.trail_tables import erasure
from process.units import remark
from process.version_tables import version_proposal

TOGETHER = 10_000  # payloads that one event tells
# What an erased event was about, as far as the checks need it: numbers and codes, never a name.
ABOUT = ("pegawai", "jabatan", "kode", "lampiran", "cetakan", "dokumen", "item", "versi")
# What they say keeps other things provable: seals, erasures themselves, and which version holds.
KEPT = frozenset({"stream.sealed", "payload.erased", "version.published", "version.revoked"})

_ABOUT_PERSONS = [one for one in TYPES if one.startswith(("person.", "position."))]
_ABOUT_PERSONS += ["task.released", "task.reassigned"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event whose payload may be erased."""

    stream_id: int
    stream: str
    seq: int
    at: datetime
    type: str
    digest: bytes


class Erasing:
    """For administrators; on PostgreSQL with a role that may delete payloads (docs/audit.md)."""

    def __init__(self, store: Store, clock: Clock, exports: Exports, index: TrailIndex) -> None:
        self.store = store
        self.clock = clock
        self.exports = exports
        self.index = index

    def of_events(self, names: Sequence[str]) -> tuple[Candidate, ...]:
        """The events named `stream:number` (`system:12`, `instance:abc:4`). Raises InvalidData, NotFound, Conflict when
        a payload is gone already."""
        with self.store.reading() as tx:
            found = []
            for name in names:
                where, _, number = name.rpartition(":")
                if not where or not number.isascii() or not number.isdigit() or len(number) > 9:
                    message = f"“{name[:80]}” bukan peristiwa; tulis RANTAI:NOMOR, misalnya system:12."
                    raise InvalidData([FieldError(("peristiwa",), "peristiwa", message)])
                rows = _candidates(tx, stream.c.name == where, event.c.seq == int(number))
                if not rows:
                    raise NotFound(f"Peristiwa {name[:80]} tidak ada, atau isinya sudah dihapus.")
                found += rows
            return tuple(dict.fromkeys(found))

    def of_person(self, username: str) -> tuple[Candidate, ...]:
        """Every event in which this person acted, which is about this person, which others did in this person's place,
        or which decided on what this person proposed. Not those in which somebody typed the name: in a reason, or in a
        form. Raises NotFound."""
        with self.store.reading() as tx:
            row = tx.one(sa.select(person.c.id).where(person.c.username == username.strip().casefold()))
            if row is None:
                raise NotFound(f"Akun “{username[:60]}” tidak ada.")
            found = {
                *_candidates(tx, event.c.actor == row.id),
                *_candidates(tx, event.c.type.in_(_ABOUT_PERSONS), said=lambda data: row.id in _persons(data)),
                *_in_place_of(tx, row.id),
                *_on_proposals(tx, row.id),
            }
            kept = (one for one in found if one.type not in KEPT)
            return tuple(sorted(kept, key=lambda one: (one.stream_id, one.seq)))

    def erase(self, candidates: Iterable[Candidate], actor: Actor, reason: str) -> int:
        """Erase these payloads and their words, with events that say so, of at most TOGETHER each; all or nothing.
        Returns how many. Exports and archive bundles that were made before go too, because they may hold them.

        Raises ReasonRequired, InvalidData, Conflict when one of them is not there as it was shown."""
        authority.require(actor, ADMINISTRATOR)
        why = remark(reason)
        if why is None:
            raise ReasonRequired("Alasan penghapusan wajib diisi: dasar hukum dan siapa yang memerintahkan.")
        wanted = tuple(candidates)
        if not wanted:
            raise InvalidData([FieldError(("peristiwa",), "peristiwa", "Tidak ada peristiwa yang disebut.")])
        for one in wanted:
            if one.type in KEPT:
                name = f"{one.stream}:{one.seq} ({one.type})"
                raise Conflict(f"Isi peristiwa {name} menjadi bukti bagi yang lain dan tidak dapat dihapus.")
        self.index.renew()  # only words that are known can be forgotten
        now = self.clock.now()
        with self.store.transaction() as tx:
            overwrite(tx)
            hold(tx)  # else words that are being indexed at this moment would stay
            self.exports.outdate(tx, now)
            for begin in range(0, len(wanted), TOGETHER):
                self._some(tx, wanted[begin : begin + TOGETHER], why, actor, now)
        leave_no_traces(self.store)
        self.exports.expire()
        return len(wanted)

    def _some(self, tx: Tx, some: Sequence[Candidate], why: str, actor: Actor, now: datetime) -> None:
        """Erase what one event can tell."""
        told = [self._told(tx, one) for one in some]
        seq, _ = append(tx, SYSTEM_STREAM, [NewEvent("payload.erased", {"alasan": why, "isi": told})], actor, now)
        tx.insert_many(erasure, ("stream", "seq", "by_seq"), [(one.stream_id, one.seq, seq) for one in some])
        for one in some:
            same = sa.and_(event_payload.c.stream == one.stream_id, event_payload.c.seq == one.seq)
            tx.execute(event_payload.delete().where(same))

    def _told(self, tx: Tx, one: Candidate) -> dict[str, object]:
        """What the record keeps of an erased payload; its words are taken out of the index."""
        stored = tx.scalar(
            sa.select(event_payload.c.data).where(
                event_payload.c.stream == one.stream_id, event_payload.c.seq == one.seq
            )
        )
        if stored is None:
            raise Conflict(f"Isi peristiwa {one.stream}:{one.seq} sudah dihapus.")
        payload = payload_of(bytes(stored))
        forget_words(tx, one.stream_id, one.seq, payload)
        data = decoded(payload)
        about = {key: data[key] for key in ABOUT if isinstance(data.get(key), str | int)}
        return {
            "rantai": one.stream,
            "nomor": one.seq,
            "jenis": one.type,
            "sidik": one.digest.hex(),
            "perihal": about,
        }


def _in_place_of(tx: Tx, person_id: int) -> list[Candidate]:
    """What acting ones (Plh., Plt., Pj.) did whose payload says that they stood in for this person."""
    own = [row for row in tx.all(sa.select(position).where(position.c.person == person_id)) if row.kind == "definitif"]
    held = sa.tuple_(position.c.role, position.c.unit).in_([(row.role, row.unit) for row in own])
    acting = tx.all(
        sa.select(position.c.id, position.c.role, position.c.unit).where(held, position.c.kind != "definitif")
    )
    found: list[Candidate] = []
    for stand_in in acting:
        times = [(row.from_date, row.to_date) for row in own if (row.role, row.unit) == stand_in[1:]]
        for one in _candidates(tx, event.c.position == stand_in.id, said=_stood_in):
            day = office_date(one.at)
            if any(begin <= day and (end is None or day <= end) for begin, end in times):
                found.append(one)
    return found


def _on_proposals(tx: Tx, person_id: int) -> list[Candidate]:
    """Decisions on versions that this person proposed."""
    asked = sa.select(version_proposal.c.id).where(version_proposal.c.proposed_by == person_id)
    proposals = {row.id for row in tx.all(asked)}
    decisions = event.c.type.in_(("version.approved", "version.rejected"))
    return _candidates(tx, decisions, said=lambda data: data.get("usulan") in proposals)


def _candidates(
    tx: Tx, *where: sa.ColumnElement[bool], said: Callable[[Mapping[str, Any]], bool] | None = None
) -> list[Candidate]:
    """Events that still have a payload; with `said` only those whose payload it accepts."""
    rows = tx.all(
        sa.select(event.c.stream, stream.c.name, event.c.seq, event.c.at, event.c.type, event.c.payload_digest)
        .add_columns(sa.null().label("data") if said is None else event_payload.c.data)
        .join(stream, stream.c.id == event.c.stream)
        .join(event_payload, sa.and_(event_payload.c.stream == event.c.stream, event_payload.c.seq == event.c.seq))
        .where(*where)
        .order_by(event.c.stream, event.c.seq)
    )
    return [
        Candidate(row.stream, row.name, row.seq, instant(row.at), row.type, bytes(row.payload_digest))
        for row in rows
        if said is None or said(decoded(payload_of(bytes(row.data))))
    ]


def _persons(data: Mapping[str, Any]) -> set[object]:
    """The numbers of the persons that a payload is about."""
    return {data.get("pegawai"), data.get("dari"), data.get("kepada")}


def _stood_in(data: Mapping[str, Any]) -> bool:
    by = data.get("oleh")
    return isinstance(by, Mapping) and bool(by.get("mewakili"))
