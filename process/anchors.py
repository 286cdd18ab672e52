"""The heads of all chains, written down to be kept outside: in a file, or on a sheet that is signed.

Who can write the database can make every chain anew, seals and all. Not one whose head somebody else keeps: `compare`
says whether the record still contains what an anchor names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from forms.canonical import CanonicalError, dumps, loads
from process.audit import Misfit
from process.errors import InvalidData, NotFound
from process.model import FieldError
from process.record import SYSTEM_STREAM
from process.store import Tx
from process.tables import event, seal, stream

KIND = "alur-jejak-audit"
MAX_BYTES = 100_000_000
TOGETHER = 500  # heads at once: there may be a hundred thousand


class Head(NamedTuple):
    """The last event of a stream: its number and its hash (hexadecimal)."""

    stream: str
    seq: int
    hash: str


@dataclass(frozen=True)
class Anchor:
    """All heads at an instant; the system's, which covers the seals of all others, comes first."""

    at: datetime
    heads: tuple[Head, ...]

    @classmethod
    def read(cls, content: bytes) -> Anchor:
        """The inverse of `written`; raises InvalidData for what is no such file, or no longer as it was written."""
        try:
            data = loads(content, max_bytes=MAX_BYTES)
            heads = tuple(Head(str(one["rantai"]), int(one["nomor"]), str(one["sidik"])) for one in data["rantai"])
            made = cls(datetime.fromisoformat(data["waktu"]), heads)
            right = data["jenis"] == KIND and heads[0].stream == SYSTEM_STREAM and made.at.tzinfo is not None
            told = data["ringkasan"]
        except (CanonicalError, KeyError, IndexError, TypeError, ValueError, ArithmeticError, OverflowError) as error:
            raise _wrong("Berkas ini bukan catatan segel yang dibuat dengan: alur audit seal --keluaran.") from error
        if not right:
            raise _wrong("Berkas ini bukan catatan segel jejak audit.")
        summary = Summary(made.at)
        summary.add(made.heads)
        if told != summary.digest():
            raise _wrong("Berkas catatan segel ini rusak atau telah diubah: ringkasannya tidak cocok.")
        return made


class Summary:
    """What stands for all heads on paper: the SHA-256 of their canonical JSON, which is made as they come by."""

    def __init__(self, at: datetime) -> None:
        self._made = hashlib.sha256(f'{{"jenis":"{KIND}","rantai":['.encode())
        self._end = f'],"versi":1,"waktu":"{at.isoformat()}"}}'.encode()
        self._count = 0

    def add(self, some: Sequence[Head]) -> None:
        for one in some:
            self._made.update(b"," + dumps(_plain(one)) if self._count else dumps(_plain(one)))
            self._count += 1

    def digest(self) -> str:
        """Hexadecimal; nothing may be added any more."""
        self._made.update(self._end)
        return self._made.hexdigest()


def written(at: datetime, heads: Iterable[Sequence[Head]]) -> Iterator[bytes]:
    """The file, piece by piece: JSON, one chain a line, closed by the digest of the rest."""
    summary = Summary(at)
    told = json.dumps({"jenis": KIND, "versi": 1, "waktu": at.isoformat()})[1:-1]
    yield f'{{{told}, "rantai": [\n'.encode()
    between = ""
    for some in heads:
        summary.add(some)
        yield (between + ",\n".join("  " + json.dumps(_plain(one)) for one in some)).encode()
        between = ",\n"
    yield f'\n], "ringkasan": "{summary.digest()}"}}\n'.encode()


def _plain(one: Head) -> dict[str, Any]:
    return {"rantai": one.stream, "nomor": one.seq, "sidik": one.hash}


def of_seal(tx: Tx, seq: int) -> tuple[int, Head]:
    """Instant (µs) and head of the system's stream as of an event `stream.sealed` of it. Raises NotFound."""
    found = tx.one(
        sa.select(event.c.at, event.c.hash)
        .join(stream, stream.c.id == event.c.stream)
        .where(stream.c.name == SYSTEM_STREAM, event.c.seq == seq, event.c.type == "stream.sealed")
    )
    if found is None:
        raise NotFound("Segel ini tidak ada.")
    return found.at, Head(SYSTEM_STREAM, seq, bytes(found.hash).hex())


def sealed(tx: Tx, at: int, after: int) -> tuple[int, list[Head]]:
    """Of the next streams beyond number `after` the newest seal up to an instant (µs), the same whenever it is asked
    for; and the number of the last one."""
    newest = (
        sa.select(seal.c.stream, sa.func.max(seal.c.seq).label("seq"))
        .where(seal.c.at <= at, seal.c.stream > after)
        .group_by(seal.c.stream)
        .order_by(seal.c.stream)
        .limit(TOGETHER)
        .subquery()
    )
    rows = tx.all(
        sa.select(stream.c.id, stream.c.name, seal.c.seq, seal.c.head)
        .join(newest, sa.and_(newest.c.stream == seal.c.stream, newest.c.seq == seal.c.seq))
        .join(stream, stream.c.id == seal.c.stream)
        .order_by(stream.c.id)
    )
    return rows[-1].id if rows else after, [Head(row.name, row.seq, bytes(row.head).hex()) for row in rows]


def compare(tx: Tx, anchor: Anchor) -> list[Misfit]:
    """What of an anchor the record does not contain (any more). That the chains themselves are sound is not asked."""
    found: list[Misfit] = []
    for begin in range(0, len(anchor.heads), TOGETHER):
        some = anchor.heads[begin : begin + TOGETHER]
        stored = _stored(tx, some)
        for one in some:
            there = stored.get((one.stream, one.seq))
            if there is None:
                found.append(Misfit(one.stream, one.seq, "anchor_missing"))
            elif there != one.hash:
                found.append(Misfit(one.stream, one.seq, "anchor_differs"))
    return found


def _stored(tx: Tx, some: Sequence[Head]) -> dict[tuple[str, int], str]:
    wanted = sa.tuple_(stream.c.name, event.c.seq).in_([(one.stream, one.seq) for one in some])
    rows = tx.all(sa.select(stream.c.name, event.c.seq, event.c.hash).join(event, event.c.stream == stream.c.id).where(
        stream.c.name.in_([one.stream for one in some]), wanted))  # fmt: skip
    return {(row.name, row.seq): bytes(row.hash).hex() for row in rows}


def _wrong(message: str) -> InvalidData:
    return InvalidData([FieldError(("berkas",), "berkas", message)])
