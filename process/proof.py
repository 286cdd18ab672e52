"""Checking the record: every chain, the seals of their heads, and the rows that the events vouch for.

Reads everything in one snapshot and changes nothing. Streams are read in pieces, so that none has to fit into memory;
of many instances a second process checks a share.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from bpmn.compile import compile_process
from bpmn.model import Process
from process.audit import Chain, Link, Misfit
from process.blobs import Blobs
from process.errors import FileLost, NotFound
from process.packing import unpack_plain
from process.proof_erased import erasures
from process.proof_found import Found, Versions
from process.proof_instance import InstanceTold
from process.proof_office import OfficeTold, unpacked
from process.proof_result import MOST, Tally, Verified
from process.proof_rows import IMPOSSIBLE, ODD, UNKNOWN, Told, rows
from process.record import SYSTEM_STREAM, instance_stream, payload_of
from process.store import Prepared, Tx
from process.tables import event, event_payload, instance, process_definition, process_version, seal, stream
from process.vouched import VOUCHED

log = logging.getLogger("alur.proof")

PIECE = 2_000  # events read at once
TOGETHER = 40  # instances whose rows are read at once

_LINK = tuple(event.c[name] for name in Link._fields)
_EVENTS = Prepared(
    sa.select(*_LINK, event_payload.c.salt, event_payload.c.data)
    .outerjoin(event_payload, sa.and_(event_payload.c.stream == event.c.stream, event_payload.c.seq == event.c.seq))
    .where(
        event.c.stream == sa.bindparam("id", type_=sa.BigInteger),
        event.c.seq > sa.bindparam("after", type_=sa.BigInteger),
    )
    .order_by(event.c.seq)
    .limit(PIECE)
)  # fmt: skip


class Stream(NamedTuple):
    id: int
    name: str
    seq: int
    head: bytes | None


class Proof:
    """One check, in one transaction. `blobs`: where files are kept, None to leave them alone; `beat` is called every
    now and then, and may raise to end the check."""

    def __init__(self, tx: Tx, blobs: Blobs | None, beat: Callable[[], None] = lambda: None) -> None:
        self.tx = tx
        self.blobs = blobs
        self.beat = beat
        self.tally = Tally()
        self.gone = erasures(tx)
        self._steps: dict[int, Process | None] = {}

    def office(self) -> None:
        """The streams of the system and of the processes, what they vouch for, and that no event is outside a stream.
        Every stream that was sealed must be there."""
        told = OfficeTold()
        whole = True
        names = set()
        for one in self._others():
            names.add(one.name)
            whole &= self._follow(one, lambda link, said, name=one.name: told.follow(name, link, said))
        if SYSTEM_STREAM not in names:
            self.tally.add([Misfit(SYSTEM_STREAM, 1, "stream_missing")])
        elif whole:  # of a chain that does not fit the events say nothing
            self.tally.add(told.compare(self.tx))
            self.tally.rows += told.rows
        self._strays()

    def instances(self, after: int = 0, upto: int | None = None) -> None:
        """The streams of instances with these numbers, and what they vouch for."""
        versions = self._versions()
        query = (
            sa.select(instance.c.stream, stream.c.name, instance.c.event_seq, instance.c.event_head, instance.c.id)
            .outerjoin(stream, stream.c.id == instance.c.stream)
            .order_by(instance.c.stream, instance.c.id)
            .limit(TOGETHER)
        )
        if upto is not None:
            query = query.where(instance.c.stream <= upto)
        while True:
            found = self.tx.all(query.where(instance.c.stream > after))
            if not found:
                return
            after = found[-1].stream
            self._some({row.id: Stream._make(row[:4]) for row in found}, versions)

    def one(self, instance_id: str) -> None:
        """One instance; raises NotFound."""
        query = sa.select(instance.c.stream, stream.c.name, instance.c.event_seq, instance.c.event_head).outerjoin(
            stream, stream.c.id == instance.c.stream
        )
        row = self.tx.one(query.where(instance.c.id == instance_id))
        if row is None:
            raise NotFound("Pelaksanaan ini tidak ada.")
        self._some({instance_id: Stream._make(row)}, self._versions())
        if any(name == instance_stream(instance_id) for name, _ in self.gone):
            self._system()  # an erasure is lawful when the chain that tells of it fits

    def _system(self) -> None:
        """The system's chain alone."""
        system = [one for one in self._others() if one.name == SYSTEM_STREAM]
        if not system:
            self.tally.add([Misfit(SYSTEM_STREAM, 1, "stream_missing")])
        for one in system:
            self._follow(one, lambda link, said: None)

    # -- chains -----------------------------------------------------------------------------------------------------

    def _others(self) -> list[Stream]:
        query = sa.select(stream.c.id, stream.c.name, sa.func.coalesce(stream.c.seq, 0), stream.c.head).where(
            stream.c.name.not_like("instance:%")
        )
        return [Stream._make(row)._replace(name=str(row.name)) for row in self.tx.all(query.order_by(stream.c.id))]

    def _follow(self, one: Stream, hear: Any) -> bool:
        """Follow a chain to its end, telling `hear` of each event that fits; whether it is whole."""
        seals = {
            row.seq: row.head
            for row in self.tx.all(sa.select(seal.c.seq, seal.c.head).where(seal.c.stream == one.id))
            if isinstance(row.seq, int)  # of another the comparison of the seals speaks
        }
        chain = Chain(one.name, seals)
        self.tally.streams += 1
        for link, salt, data in self._read(one.id):
            self.tally.events += 1
            if not chain.fits(link):
                rest = (later for later, _, _ in self._read(one.id, chain.seq))
                self.tally.add([chain.diagnose(rest, one.seq, one.head)])
                return False
            gone = self.gone.get((one.name, link.seq))
            lawful = gone is not None and link.payload_digest is not None and gone.digest == link.payload_digest.hex()
            payload = _payload(salt, data)
            misfit = chain.add(link, payload, erased=lawful)
            if misfit is not None:
                self.tally.add([misfit])
                return False
            try:
                hear(link, Told(payload and payload[1], gone.about if gone else None))
            except (
                KeyError,
                TypeError,
                ValueError,
                AttributeError,
            ):  # not as we write it
                self.tally.add([chain.misfit("event_unclear", link.seq)])
                return False
        misfit = chain.end(one.seq, one.head or b"")
        if misfit is not None:
            self.tally.add([misfit])
        return misfit is None

    def _read(self, stream_id: int, after: int = 0) -> Iterator[tuple[Link, Any, Any]]:
        width = len(Link._fields)
        while True:
            self.beat()
            found = self.tx.fetch(_EVENTS, {"id": stream_id, "after": after})
            for row in found:
                yield Link._make(row[:width]), row[width], row[width + 1]
            if len(found) < PIECE:
                return
            after = found[-1][0]

    def _strays(self) -> None:
        """Events and payloads that belong to no stream or event, and streams that belong to nothing."""
        known = sa.select(stream.c.id)
        for row in self.tx.all(sa.select(event.c.stream).where(event.c.stream.not_in(known)).distinct().limit(MOST)):
            self.tally.add([Misfit(f"nomor {row.stream}", 1, "stream_unknown")])
        same = sa.and_(event.c.stream == event_payload.c.stream, event.c.seq == event_payload.c.seq)
        loose = sa.select(event_payload.c.stream, event_payload.c.seq).where(~sa.exists().where(same)).limit(MOST)
        for row in self.tx.all(loose):
            where = f"tabel event_payload, baris {row.stream}/{row.seq}"
            self.tally.add([Misfit(f"nomor {row.stream}", row.seq, "row_inserted", where)])
        lost = (
            sa.select(stream.c.name)
            .where(stream.c.name.like("instance:%"), ~sa.exists().where(instance.c.stream == stream.c.id))
            .limit(MOST)
        )
        for row in self.tx.all(lost):
            key = row.name.removeprefix("instance:")
            self.tally.add([Misfit(row.name, 1, "row_missing", f"tabel instance, baris {key}")])

    def _odd(self, name: str) -> None:
        log.warning("rows of %s hold what no column can", name, exc_info=True)
        self.tally.add([Misfit(name, 0, "row_altered", IMPOSSIBLE)])

    # -- what instances vouch for -----------------------------------------------------------------------------------

    def _some(self, some: Mapping[str, Stream], versions: Versions) -> None:
        whole: dict[str, InstanceTold] = {}
        for key, one in some.items():
            if one.name != instance_stream(key):
                told = f"tabel instance, baris {key}: id, stream"
                self.tally.add([Misfit(instance_stream(key), 1, "row_altered" if one.name else "stream_missing", told)])
                continue
            said = InstanceTold(one.name)
            if self._follow(one, said.follow):
                whole[key] = said
        try:
            found = self._rows(list(whole), versions)
        except ODD:  # which of them it is shows one by one
            found = {}
        for key, said in whole.items():
            try:
                own = found.get(key) or self._rows([key], versions)[key]
                self.tally.add(said.compare(own))
                self._files(said.name, own)
            except ODD:
                self._odd(said.name)

    def _rows(self, keys: list[str], versions: Versions) -> dict[str, Found]:
        tx = self.tx
        columns = VOUCHED["instance"].told.split()
        found = {}
        for row in rows(tx, "instance", columns, "id", keys):
            found[row["id"]] = Found(row, _pointers(row["documents"]), versions)
        for row in self._table("user_task", keys):
            found[row["instance"]].tasks[row["id"]] = row
        for row in self._table("document_version", keys):
            one = found[row["instance"]]
            data = row.pop("data")
            one.contents[row["id"]] = None if data is None else hashlib.sha256(unpacked(data)).digest()
            row["digest"] = bytes(row["digest"])
            one.documents.append(row)
        of = {row["id"]: one for one in found.values() for row in one.documents}
        for row in [*self._table("signature", list(of), "document_version")]:
            row["digest"] = bytes(row["digest"])
            of[row["document_version"]].signatures.append(row)
        for row in self._table("attachment", keys):
            found[row["instance"]].attachments[row["id"]] = row
        for row in self._table("printout", keys):
            found[row["instance"]].printouts[row["id"]] = row
        self.tally.rows += len(found)
        return found

    def _table(self, table: str, keys: list[Any], by: str = "instance") -> Iterator[dict[str, Any]]:
        columns = f"{VOUCHED[table].told} {VOUCHED[table].keys}".split()
        for begin in range(0, len(keys), 5_000):
            some = rows(self.tx, table, columns, by, keys[begin : begin + 5_000])
            self.tally.rows += len(some)
            yield from some

    def _files(self, name: str, found: Found) -> None:
        if self.blobs is None:
            return
        for table, some in (("attachment", found.attachments), ("printout", found.printouts)):
            for key, row in some.items():
                if row["sha256"] is None:
                    continue
                self.beat()
                self.tally.files += 1
                try:
                    self.blobs.sound(str(row["sha256"]))
                except FileLost:
                    code = "file_altered" if self.blobs.path(str(row["sha256"])).exists() else "file_missing"
                    self.tally.add([Misfit(name, 0, code, f"tabel {table}, baris {key}: {row['sha256']}")])

    def _versions(self) -> Versions:
        owners = {row.id: row.owner_unit for row in self.tx.all(sa.select(process_definition))}
        made = Versions(owners, self._step)
        query = sa.select(
            process_version.c.id, process_version.c.process_id, process_version.c.number, process_version.c.digest
        )
        made.by_id = {row.id: row for row in self.tx.all(query)}
        return made

    def _step(self, version_id: int, element: str) -> dict[str, Any]:
        if version_id not in self._steps:
            stored = self.tx.scalar(sa.select(process_version.c.diagram).where(process_version.c.id == version_id))
            try:
                self._steps[version_id] = compile_process(unpacked(stored))
            except Exception:  # of any kind: that the diagram was altered is said of the version
                self._steps[version_id] = None
        process = self._steps[version_id]
        step = process.tasks.get(element) if process else None
        return {} if step is None else {"number": step.number, "name": step.name, "role": step.role}


def _payload(salt: Any, data: Any) -> tuple[bytes, bytes] | None:
    if salt is None or data is None:
        return None
    if not isinstance(salt, bytes) or not isinstance(data, bytes):
        return b"", b""  # no payload has such a type: it will not fit its digest
    return salt, payload_of(data)


def _pointers(stored: Any) -> object:
    try:
        return unpack_plain(stored) or {}
    except Exception:  # of any kind: it will not be what the documents say
        return UNKNOWN


def snapshot(tx: Tx) -> None:
    """Let this transaction see one state of the database to its end; SQLite's do."""
    if not tx.sqlite:
        tx.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def verified(proof: Proof) -> Verified:
    """What a check has found, told."""
    tally = proof.tally
    erased = tuple(one.told for one in proof.gone.values())
    return Verified(
        tally.streams, tally.events, tuple(tally.misfits), tally.rows, tally.files, erased, tally.more
    )  # fmt: skip
