"""The heads of all chains, written down to be kept outside: in a file, or on a sheet that is signed.

Who can write the database can make every chain anew, seals and all. Not one whose head somebody else keeps: `compare`
says whether the record still contains what an anchor names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from forms.canonical import CanonicalError, digest, loads
from process.audit import Misfit
from process.clock import instant
from process.errors import InvalidData, NotFound
from process.model import FieldError
from process.record import SYSTEM_STREAM
from process.store import Tx
from process.tables import event, seal, stream

KIND = "alur-jejak-audit"
MAX_BYTES = 100_000_000
_TOGETHER = 500


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

    @property
    def system(self) -> Head:
        return self.heads[0]

    @property
    def digest(self) -> str:
        """What stands for all of it on paper (hexadecimal SHA-256 of its canonical JSON)."""
        return digest(self._plain())

    def _plain(self) -> dict[str, Any]:
        return {
            "jenis": KIND,
            "versi": 1,
            "waktu": self.at.isoformat(),
            "rantai": [{"rantai": one.stream, "nomor": one.seq, "sidik": one.hash} for one in self.heads],
        }

    def write(self) -> bytes:
        """The file: JSON, one chain a line, closed by the digest of the rest."""
        plain = self._plain()
        lines = ",\n".join("  " + json.dumps(one) for one in plain.pop("rantai"))
        told = json.dumps(plain)[1:-1]
        return f'{{{told}, "rantai": [\n{lines}\n], "ringkasan": "{self.digest}"}}\n'.encode()

    @classmethod
    def read(cls, content: bytes) -> Anchor:
        """The inverse of `write`; raises InvalidData for what is no such file, or no longer as it was written."""
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
        if told != made.digest:
            raise _wrong("Berkas catatan segel ini rusak atau telah diubah: ringkasannya tidak cocok.")
        return made


def of_seal(tx: Tx, seq: int) -> Anchor:
    """The heads as an event `stream.sealed` of the system left them, the same whenever it is asked for: that event, and
    of every other stream its newest seal. Raises NotFound."""
    found = tx.one(
        sa.select(event.c.at, event.c.hash)
        .join(stream, stream.c.id == event.c.stream)
        .where(stream.c.name == SYSTEM_STREAM, event.c.seq == seq, event.c.type == "stream.sealed")
    )
    if found is None:
        raise NotFound("Segel ini tidak ada.")
    newest = (
        sa.select(seal.c.stream, sa.func.max(seal.c.seq).label("seq"))
        .where(seal.c.at <= found.at)
        .group_by(seal.c.stream)
        .subquery()
    )
    rows = tx.all(
        sa.select(stream.c.name, seal.c.seq, seal.c.head)
        .join(newest, sa.and_(newest.c.stream == seal.c.stream, newest.c.seq == seal.c.seq))
        .join(stream, stream.c.id == seal.c.stream)
        .order_by(stream.c.id)
    )
    system = Head(SYSTEM_STREAM, seq, bytes(found.hash).hex())
    return Anchor(instant(found.at), (system, *(Head(row.name, row.seq, bytes(row.head).hex()) for row in rows)))


def compare(tx: Tx, anchor: Anchor) -> list[Misfit]:
    """What of an anchor the record does not contain (any more). That the chains themselves are sound is not asked."""
    found: list[Misfit] = []
    for begin in range(0, len(anchor.heads), _TOGETHER):
        some = anchor.heads[begin : begin + _TOGETHER]
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
