"""The record's hash chain: canonical bytes, payload digests, verification. Pure: no database, no clock.

Each stream (one per instance, one per process, one for the system) is a chain. An event's hash covers the hash before
it, its header and the digest of its payload; the payload itself stands apart under a random salt, so that it can be
withheld or erased one day while the chain still verifies. The first event chains to a hash of the stream's name: a
stream cannot pass for another.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

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
    "task.obsolete": "Tugas tidak berlaku lagi",
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
    "person.password_changed": "Kata sandi diganti",
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
    "trail.verified": "Keutuhan jejak audit diperiksa",
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


# What may be wrong with a chain, with its head, and with what the record vouches for (docs/audit.md); codes are never
# renamed. Each is followed by where it was found.
MISFITS: Mapping[str, str] = {
    "header_altered": "kepala peristiwa atau rantainya telah diubah",
    "payload_altered": "isi peristiwa telah diubah",
    "payload_missing": "isi peristiwa hilang, tanpa peristiwa yang menyatakan penghapusannya",
    "missing": "peristiwa hilang",
    "reordered": "urutan peristiwa telah diubah",
    "truncated": "ujung rantai terpotong",
    "inserted": "peristiwa disisipkan",
    "head_altered": "ujung rantai tidak cocok",
    "event_unclear": "isi peristiwa tidak berbentuk seperti jenisnya",
    "seal_differs": "rantai berbeda dari segel yang pernah dibuat",
    "seal_altered": "segel berbeda dari peristiwa penyegelannya",
    "stream_missing": "rantai hilang",
    "stream_unknown": "rantai tanpa induk",
    "erasure_altered": "catatan penghapusan berbeda dari peristiwa penghapusannya",
    "row_altered": "data berbeda dari yang tercatat",
    "row_missing": "data yang tercatat tidak ada lagi",
    "row_inserted": "data tidak pernah tercatat",
    "file_missing": "berkas hilang dari penyimpanan",
    "file_altered": "isi berkas telah diubah",
    "anchor_differs": "rantai berbeda dari catatan di luar sistem",
    "anchor_missing": "rantai yang ada pada catatan di luar sistem hilang atau terpotong",
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that does not fit: the event (of the record) or the row that its event vouches for.

    `seq` is 0 where no event is meant. `where` names a table, its key and the column, or says more.
    """

    stream: str
    seq: int
    code: str  # of MISFITS
    where: str = ""

    @property
    def reason(self) -> str:
        """What is wrong, in Indonesian."""
        return f"{MISFITS[self.code]} ({self.where})" if self.where else MISFITS[self.code]


class Link(NamedTuple):
    """A stored event as the chain sees it: its header in the order of the hash rule, and its hash."""

    seq: int
    at: int
    type: str
    actor: int | None
    position: int | None
    kind: str | None
    source: str
    request: str | None
    task: str | None
    element: str | None
    payload_digest: bytes | None
    hash: bytes


def genesis(stream_name: str) -> bytes:
    """What the first event of a stream chains to."""
    return hashlib.sha256(b"alur:1:" + stream_name.encode()).digest()


def payload_digest(salt: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(salt + payload).digest()


def event_hash(event: AuditEvent | Link, previous: bytes) -> bytes:
    """The hash of a header (its own `hash` left out) on top of the hash before it."""
    link = event if isinstance(event, Link) else link_of(event)
    digest = link.payload_digest
    header = orjson.dumps([*link[:10], None if digest is None else digest.hex()])
    return hashlib.sha256(previous + header).digest()


def follows(link: Link, seq: int, previous: bytes) -> bool:
    """Whether an event, had it this number, would have been made on top of that hash. A column that holds what no event
    can (another type than it should) follows nothing."""
    try:
        return link.hash == event_hash(link if link.seq == seq else link._replace(seq=seq), previous)
    except (TypeError, AttributeError):
        return False


def who(actor: Actor, held: Held | None) -> dict[str, Any]:
    """Name, title and unit as of now, for the payload: the record shows who somebody was then, not who he became. Of an
    acting one (Plh., Plt., Pj.) also whose place it is, where somebody holds it; without a position the system roles.
    """
    if held is None:
        roles = {"peran_sistem": sorted(actor.system_roles)} if actor.system_roles else {}
        return {"nama": actor.name, **roles}
    acting = {"mewakili": held.acting_for} if held.acting_for else {}
    return {"nama": actor.name, "jabatan": held.title, "unit": held.unit, **acting}


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
        made.append(Sealed(event._replace(hash=head), salt, payload))
    return made, seq, head


class Chain:
    """Follows a stream from its first event on, one event at a time, however long it is."""

    def __init__(self, name: str, seals: Mapping[int, bytes] | None = None) -> None:
        self.name = name
        self.head = genesis(name)
        self.seq = 0
        self.seals = seals or {}

    def misfit(self, code: str, seq: int, where: str = "") -> Misfit:
        return Misfit(self.name, seq, code, where)

    def fits(self, link: Link) -> bool:
        """Whether this is the event that follows; what is wrong with one that is not, `diagnose` says."""
        return link.seq == self.seq + 1 and follows(link, link.seq, self.head)

    def add(self, link: Link, payload: tuple[bytes, bytes] | None, *, erased: bool = False) -> Misfit | None:
        """Go on to an event that fits, with its (salt, canonical payload), None when the payload is gone."""
        self.seq, self.head = link.seq, link.hash
        if payload is None:
            if not erased:
                return self.misfit("payload_missing", link.seq)
        elif link.payload_digest != payload_digest(*payload):
            return self.misfit("payload_altered", link.seq)
        if self.seals and self.seals.get(link.seq, link.hash) != link.hash:
            return self.misfit("seal_differs", link.seq)
        return None

    def diagnose(self, rest: Iterable[Link], seq: int, head: bytes | None) -> Misfit:
        """What is wrong at the event that should follow, given all that is stored from there on, by number, and the
        end that the stream claims. Reads `rest` once and keeps three of it."""
        wanted = self.seq + 1
        firsts: list[Link] = []
        found: Link | None = None  # the event that should stand here, wherever it stands now
        place = after = total = 0
        shifted = False
        for link in rest:
            total += 1
            if len(firsts) < 2:
                firsts.append(link)
            if found is not None:
                if not after:
                    after = 1
                    shifted = follows(link, wanted + 1, found.hash)
                continue
            if follows(link, wanted, self.head):
                found, place = link, total - 1
        gap = not firsts or firsts[0].seq != wanted
        if found is not None:
            if not after:  # it stands last: was something put before it, or has it changed places?
                shifted = total > seq - self.seq
            return self.misfit("inserted" if shifted and place and not gap else "reordered", wanted)
        if self.seq >= seq:  # all is there that the stream claims
            return self.misfit("inserted", wanted)
        if gap:
            return self.misfit("missing", wanted)
        lacking = seq - self.seq - total
        if lacking > 0:  # were the later ones given new numbers to hide the gap?
            if len(firsts) > 1:
                renumbered = follows(firsts[1], firsts[1].seq + lacking, firsts[0].hash)
            else:
                renumbered = head == firsts[0].hash
            if renumbered:
                return self.misfit("missing", wanted)
        return self.misfit("header_altered", wanted)

    def end(self, seq: int, head: bytes | None) -> Misfit | None:
        """Whether the chain ends as the stream claims."""
        told = f"tercatat {seq} peristiwa, ditemukan {self.seq}"
        if seq != self.seq:
            if head == self.head:
                return self.misfit("head_altered", self.seq, told)
            if seq < self.seq:
                return self.misfit("inserted", seq + 1, told)
            return self.misfit("truncated", self.seq + 1, told)
        if head is not None and self.seq and head != self.head:
            return self.misfit("head_altered", self.seq)
        if self.seals and max(self.seals) > self.seq:
            return self.misfit("truncated", self.seq + 1, "peristiwa yang pernah disegel hilang")
        return None


def link_of(event: AuditEvent) -> Link:
    return Link(*event[1:])  # all but the stream


def verify(
    name: str,
    events: Sequence[tuple[AuditEvent, tuple[bytes, bytes] | None]],
    seq: int,
    head: bytes | None,
    seals: Mapping[int, bytes] | None = None,
    erased: Container[int] = (),
) -> Misfit | None:
    """Check a whole stream, oldest first; each event with its (salt, payload), or None when the payload is gone.

    `seq` and `head` are what the stream claims as its end, `seals` heads that were sealed earlier, `erased` the numbers
    of the events whose payloads the law took. Returns the first thing that does not fit.
    """
    chain = Chain(name, seals)
    for place, (event, payload) in enumerate(events):
        link = link_of(event)
        if not chain.fits(link):
            return chain.diagnose((link_of(one) for one, _ in events[place:]), seq, head)
        found = chain.add(link, payload, erased=event.seq in erased)
        if found is not None:
            return found
    return chain.end(seq, head)
