"""The record's hash chain: canonical bytes, payload digests, verification. Pure: no database, no clock.

Each stream (one per instance, one per process, one for the system) is a chain. An event's hash covers the hash before
it, its header and the digest of its payload; the payload itself stands apart under a random salt, so that it can be
withheld or erased one day while the chain still verifies. The first event chains to a hash of the stream's name: a
stream cannot pass for another.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from forms.canonical import dumps
from process.model import Actor, AuditEvent, Held

SALT_BYTES = 16

# Every event type there is, and what it means. The record accepts no other.
TYPES: Mapping[str, str] = {
    "instance.started": "Pelaksanaan dimulai",
    "instance.finished": "Pelaksanaan selesai",
    "instance.cancelled": "Pelaksanaan dibatalkan",
    "instance.moved": "Pelaksanaan dipindahkan ke versi lain",
    "task.available": "Tugas tersedia",
    "task.claimed": "Tugas diambil",
    "task.released": "Tugas dilepaskan",
    "task.reassigned": "Tugas dialihkan",
    "task.completed": "Tugas selesai",
    "task.returned": "Dikembalikan untuk diperbaiki",
    "task.late": "Batas waktu terlampaui",
    "task.skipped": "Dilewati: tidak menyampaikan",
    "task.amended": "Isian dikoreksi",
    "task.due_changed": "Batas waktu dihitung ulang",
    "timer.fired": "Waktu tunggu berakhir",
    "attachment.added": "Lampiran ditambahkan",
    "document.written": "Dokumen ditulis",
    "document.paraf": "Dokumen diparaf",
    "document.signed": "Dokumen ditandatangani",
    "printout.made": "Cetakan dibuat",
    "version.proposed": "Versi proses diusulkan",
    "version.approved": "Usulan versi proses disetujui",
    "version.rejected": "Usulan versi proses ditolak",
    "version.published": "Versi proses diterbitkan",
    "version.revoked": "Versi proses dicabut",
    "person.added": "Pegawai ditambahkan",
    "person.changed": "Data pegawai diubah",
    "person.disabled": "Akun dinonaktifkan",
    "person.enabled": "Akun diaktifkan",
    "person.password_reset": "Kata sandi diatur ulang",
    "position.added": "Jabatan diberikan",
    "position.ended": "Jabatan diakhiri",
    "position.changed": "Jabatan diubah",
    "unit.added": "Unit kerja ditambahkan",
    "unit.changed": "Unit kerja diubah",
    "calendar.added": "Kalender kerja ditambahkan",
    "calendar.changed": "Kalender kerja diubah",
    "setting.changed": "Pengaturan diubah",
    "stream.sealed": "Rantai jejak audit disegel",
    "payload.erased": "Isi peristiwa dihapus menurut hukum",
    "trail.exported": "Jejak audit diekspor",
    "archive.made": "Berkas arsip dibuat",
}


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be recorded. `data` is the payload: plain JSON values (Decimal allowed)."""

    type: str
    data: Mapping[str, Any]
    task: str | None = None
    element: str | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A chained event with its payload, ready to be stored."""

    event: AuditEvent
    salt: bytes
    payload: bytes  # canonical JSON


@dataclass(frozen=True, slots=True)
class Misfit:
    """The first event of a stream that does not fit, and how, in Indonesian."""

    stream: str
    seq: int
    reason: str


def genesis(stream_name: str) -> bytes:
    """What the first event of a stream chains to."""
    return hashlib.sha256(b"alur:1:" + stream_name.encode()).digest()


def payload_digest(salt: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(salt + payload).digest()


def event_hash(event: AuditEvent, previous: bytes) -> bytes:
    """The hash of a header (its own `hash` left out) on top of the hash before it."""
    header = orjson.dumps(
        [
            event.seq,
            event.at,
            event.type,
            event.actor,
            event.position,
            event.kind,
            event.source,
            event.request,
            event.task,
            event.element,
            None if event.payload_digest is None else event.payload_digest.hex(),
        ]
    )
    return hashlib.sha256(previous + header).digest()


def who(actor: Actor, held: Held | None) -> dict[str, Any]:
    """Name, title and unit as of now, for the payload: the record shows who somebody was then, not who he became."""
    if held is None:
        return {"nama": actor.name}
    return {"nama": actor.name, "jabatan": held.title, "unit": held.unit}


def chain(
    stream: int, seq: int, head: bytes, events: Iterable[NewEvent], actor: Actor, held: Held | None, at: int
) -> tuple[list[Sealed], int, bytes]:
    """Continue a chain whose last event is `seq` with hash `head`; returns the events, the new seq and head."""
    made: list[Sealed] = []
    by = who(actor, held)
    for new in events:
        if new.type not in TYPES:
            raise ValueError(f"unknown event type {new.type!r}")
        seq += 1
        salt = secrets.token_bytes(SALT_BYTES)
        payload = dumps({"oleh": by, **new.data})
        event = AuditEvent(
            stream=stream,
            seq=seq,
            at=at,
            type=new.type,
            actor=actor.person_id,
            position=held.position_id if held else None,
            kind=held.kind if held else None,
            source=actor.source,
            request=actor.request_id,
            task=new.task,
            element=new.element,
            payload_digest=payload_digest(salt, payload),
        )
        head = event_hash(event, head)
        made.append(Sealed(_with_hash(event, head), salt, payload))
    return made, seq, head


def _with_hash(event: AuditEvent, value: bytes) -> AuditEvent:
    object.__setattr__(event, "hash", value)  # the event was made a line above and nobody else has seen it
    return event


def verify(
    name: str,
    events: Sequence[tuple[AuditEvent, tuple[bytes, bytes] | None]],
    seq: int,
    head: bytes | None,
    seals: Mapping[int, bytes] | None = None,
) -> Misfit | None:
    """Check a whole stream, oldest first; each event with its (salt, payload), or None when the payload is gone.

    `seq` and `head` are what the stream claims as its end, `seals` heads that were sealed earlier. Returns the first
    thing that does not fit.
    """
    previous = genesis(name)
    expected = 0
    for event, payload in events:
        expected += 1
        if event.seq != expected:
            return Misfit(name, expected, f"peristiwa nomor {expected} hilang")
        if payload is None:
            return Misfit(name, event.seq, "isi peristiwa hilang")
        if event.payload_digest != payload_digest(*payload):
            return Misfit(name, event.seq, "isi peristiwa telah diubah")
        previous = event_hash(event, previous)
        if event.hash != previous:
            return Misfit(name, event.seq, "kepala peristiwa atau rantainya telah diubah")
        if seals and event.seq in seals and seals[event.seq] != event.hash:
            return Misfit(name, event.seq, "rantai berbeda dari segel yang pernah dibuat")
    if expected != seq:
        return Misfit(name, min(expected, seq) + 1, f"tercatat {seq} peristiwa, ditemukan {expected}")
    if head is not None and expected and head != previous:
        return Misfit(name, expected, "ujung rantai tidak cocok")
    if seals and max(seals) > expected:
        return Misfit(name, expected + 1, "peristiwa yang pernah disegel hilang")
    return None
