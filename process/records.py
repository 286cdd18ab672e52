"""Finding events in the record, over all streams: selections, pages by key, and reading everything selected once.

Works on the index (`trail_index`); what an event says is read from the record itself. Who may ask is for the callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import inf
from typing import Any

import sqlalchemy as sa

from forms.canonical import CanonicalError, loads
from process.clock import instant
from process.model import AuditEvent, Source
from process.record import payload_of
from process.searching import Where
from process.selection import Selection, check
from process.store import Store, Tx
from process.tables import event, event_payload, instance
from process.trail_index import TrailIndex
from process.trail_tables import audit_entry, erasure

PER_PAGE = 50
CHUNK = 1_000
CHUNK_BYTES = 8 * 1024 * 1024  # of contents, after which a chunk ends: a document may be as long as a thousand others
_HEADER = AuditEvent._fields
_PLACE = (audit_entry.c.stream, audit_entry.c.seq)


@dataclass  # not frozen, which would triple what making one costs: exports make millions
class Record:
    """One event, whole; nobody changes it. `id`: its place in the index, which grows with time (0 when it was read by
    its stream); `raw`: the canonical payload bytes, None when the payload is gone; `erased_by`: seq in the system's
    stream of the event that says so; `instance`, `title`, `key`, `process`: of the instance's streams, else empty."""

    id: int
    stream: str
    header: AuditEvent
    salt: bytes | None
    raw: bytes | None
    erased_by: int | None
    instance: str | None = None
    title: str = ""
    key: str = ""
    process: str | None = None
    owner: str | None = None

    @property
    def at(self) -> datetime:
        return instant(self.header.at)

    @property
    def type(self) -> str:
        return self.header.type

    @property
    def source(self) -> Source | str:
        return self.header.source

    @cached_property
    def payload(self) -> Mapping[str, Any]:
        """The payload's values, with `oleh`; empty when it is gone or cannot be read."""
        try:
            found = {} if self.raw is None else loads(self.raw)
        except CanonicalError:  # it was damaged: the check of the chains says so, and pages go on
            return {}
        return found if isinstance(found, dict) else {}

    @cached_property
    def by(self) -> Mapping[str, Any]:
        """`{nama, jabatan?, unit?}` of who acted, as of then."""
        found = self.payload.get("oleh")
        return found if isinstance(found, dict) else {}

    @cached_property
    def data(self) -> dict[str, Any]:
        """The payload without `oleh`."""
        return {name: value for name, value in self.payload.items() if name != "oleh"}


@dataclass(frozen=True)
class RecordPage:
    """Events, the newest first. `older`: the key of the next page, None at the end; `pending`: how many events of
    the last moments are not in the index yet."""

    rows: tuple[Record, ...]
    older: int | None
    pending: int
    selection: Selection = field(default_factory=Selection)


class Records:
    def __init__(self, store: Store, index: TrailIndex) -> None:
        self.store = store
        self.index = index

    def page(self, selection: Selection, *, before: int | None = None, per_page: int = PER_PAGE) -> RecordPage:
        """A page of what is selected, older than the entry `before`. Raises InvalidData, NotFound."""
        with self.store.reading() as tx:
            where = _where(tx, selection, upto=None if before is None else before - 1)
            found = where.newest(per_page + 1) if where is not None else []
            chosen = _entries(audit_entry.c.id.in_(found))
            rows = _read(tx, _select(chosen).order_by(sa.desc("entry"))) if found else []
            older = rows[per_page - 1].id if len(rows) > per_page else None
            return RecordPage(tuple(rows[:per_page]), older, self.index.pending(tx), selection)

    def latest(self) -> int:
        """The newest entry of the index: what was recorded later is not in a reading up to it."""
        with self.store.reading() as tx:
            return tx.scalar(sa.select(sa.func.max(audit_entry.c.id))) or 0

    def count(self, selection: Selection, *, upto: int, instances: bool = False) -> int:
        """How many events are selected up to an entry; with `instances` only those of instances' streams."""
        with self.store.reading() as tx:
            where = _where(tx, selection, upto=upto)
            if where is None:
                return 0
            ids = where.ids()
            if instances:
                ids = ids.where(audit_entry.c.stream.in_(sa.select(instance.c.stream)))
            return tx.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0

    def read(self, selection: Selection, *, upto: int, chunk: int = CHUNK) -> Iterator[list[Record]]:
        """Everything selected up to an entry, each event once, in the order of the index; a transaction per chunk, of
        `chunk` events or of those that CHUNK_BYTES hold."""
        after = 0
        while True:
            with self.store.reading() as tx:
                where = _where(tx, selection, upto=upto, after=after)
                rows = _read(tx, _oldest(where, chunk), CHUNK_BYTES) if where is not None else []
            if not rows:
                return
            yield rows
            after = rows[-1].id

    def chains(self, selection: Selection, *, upto: int, chunk: int = CHUNK) -> Iterator[list[tuple[Record, bool]]]:
        """Every event, up to an entry, of the streams that have something selected: stream by stream, by number, each
        with whether it is selected itself; a transaction per chunk, as `read` has them."""
        for piece in self._pieces(selection, upto, chunk):
            whole, after = False, (0, 0)
            while not whole:
                with self.store.reading() as tx:
                    rest = sa.tuple_(*_PLACE) > after
                    entries = _entries(piece, audit_entry.c.id <= upto, rest)
                    rows = _read(tx, _select(entries).order_by(event.c.stream, event.c.seq), CHUNK_BYTES)
                    where = _where(tx, selection, upto=upto)
                    assert where is not None  # what was known a moment ago does not become unknown
                    chosen = {row.id for row in tx.all(where.ids().where(piece, rest))}
                yield [(row, row.id in chosen) for row in rows]
                whole = sum(len(row.raw or b"") for row in rows) < CHUNK_BYTES
                after = (rows[-1].header.stream, rows[-1].header.seq) if rows else after

    def _pieces(self, selection: Selection, upto: int, chunk: int) -> Iterator[sa.ColumnElement[bool]]:
        """Conditions on the index that together cover those streams, each of `chunk` events or somewhat fewer."""
        with self.store.reading() as tx:
            where = _where(tx, selection, upto=upto)
            if where is None:
                return
            chosen = where.ids().subquery()
            streams = sa.select(audit_entry.c.stream).where(audit_entry.c.id.in_(sa.select(chosen.c.id)))
            lengths = tx.all(
                sa.select(audit_entry.c.stream, sa.func.max(audit_entry.c.seq).label("seq"))
                .where(audit_entry.c.id <= upto, audit_entry.c.stream.in_(streams))
                .group_by(audit_entry.c.stream)
                .order_by(audit_entry.c.stream)
            )
        together: list[int] = []
        size = 0
        for row in lengths:
            stream_id, length = row.stream, row.seq
            if together and size + length > chunk:
                yield audit_entry.c.stream.in_(together)
                together, size = [], 0
            if length > chunk:
                for begin in range(0, length, chunk):
                    numbers = audit_entry.c.seq.between(begin + 1, begin + chunk)
                    yield sa.and_(audit_entry.c.stream == stream_id, numbers)
            else:
                together.append(stream_id)
                size += length
        if together:
            yield audit_entry.c.stream.in_(together)

    def heads(self, selection: Selection, *, upto: int) -> list[AuditEvent]:
        """The last event, up to an entry, of every stream that has something selected, by stream."""
        with self.store.reading() as tx:
            where = _where(tx, selection, upto=upto)
            if where is None:
                return []
            chosen = where.ids().subquery()
            streams = sa.select(audit_entry.c.stream).where(audit_entry.c.id.in_(sa.select(chosen.c.id)))
            ends = (
                sa.select(audit_entry.c.stream, sa.func.max(audit_entry.c.seq).label("seq"))
                .where(audit_entry.c.id <= upto, audit_entry.c.stream.in_(streams))
                .group_by(audit_entry.c.stream)
                .subquery("ends")
            )
            rows = tx.all(
                sa.select(*(event.c[name] for name in _HEADER))
                .join(ends, sa.and_(ends.c.stream == event.c.stream, ends.c.seq == event.c.seq))
                .order_by(event.c.stream)
            )
            return [AuditEvent(*tuple(row)) for row in rows]


def of_stream(tx: Tx, stream_id: int) -> list[Record]:
    """Every event of a stream, by number, from the record itself: the index need not have them yet."""
    return _read(tx, _select().where(event.c.stream == stream_id).order_by(event.c.seq))


def _where(tx: Tx, selection: Selection, *, upto: int | None, after: int = 0) -> Where | None:
    check(selection)
    return Where.of(tx, selection, upto=upto, after=after)


def _oldest(where: Where, limit: int) -> sa.Select[Any]:
    chosen = where.ids(walk=True).add_columns(*_PLACE).order_by(sa.asc("id")).limit(limit).subquery("chosen")
    return _select(chosen).order_by(chosen.c.id)


def _entries(*where: sa.ColumnElement[bool]) -> sa.Subquery:
    return sa.select(audit_entry.c.id, *_PLACE).where(*where).subquery("chosen")


def _select(chosen: sa.Subquery | None = None) -> sa.Select[Any]:
    """What `_read` takes, of entries (id and place) or of the whole record."""
    number = sa.literal(0).label("entry") if chosen is None else chosen.c.id.label("entry")
    source: Any = event
    if chosen is not None:
        source = chosen.join(event, sa.and_(event.c.stream == chosen.c.stream, event.c.seq == chosen.c.seq))
    source = source.outerjoin(
        event_payload, sa.and_(event_payload.c.stream == event.c.stream, event_payload.c.seq == event.c.seq)
    )
    columns = (*(event.c[name] for name in _HEADER), number, event_payload.c.salt, event_payload.c.data)
    return sa.select(*columns).select_from(source)


def _read(tx: Tx, query: sa.Select[Any], most: float = inf) -> list[Record]:
    """What a query of `_select` finds, up to the first whose contents, with those before it, have `most` bytes."""
    rows: list[tuple[list[Any], int, bytes | None, bytes | None]] = []
    size = 0
    for *header, entry, salt, data in tx.plain(query):
        raw = None if data is None else payload_of(data)
        rows.append((header, entry, salt, raw))
        size += 0 if raw is None else len(raw)
        if size >= most:
            break
    abouts = _abouts(tx, {header[0] for header, *_ in rows})
    found = []
    gone: list[Record] = []
    for header, entry, salt, raw in rows:
        about = abouts.get(header[0])
        if about is None:  # somebody removed its stream: who counts what there should be will miss it
            continue
        record = Record(entry, about[0], AuditEvent._make(header), salt, raw, None, *about[1:])
        found.append(record)
        if raw is None:
            gone.append(record)
    if gone:
        by_seq = _erasures(tx, {one.header.stream for one in gone})
        for one in gone:
            one.erased_by = by_seq.get((one.header.stream, one.header.seq))
    return found


_STREAMS = """
SELECT stream.id, stream.name, instance.id, instance.title, instance.business_key, instance.process_id,
    instance.owner_unit
FROM stream LEFT JOIN instance ON instance.stream = stream.id WHERE stream.id IN ({})
"""
_About = tuple[str, str | None, str, str, str | None, str | None]


def _abouts(tx: Tx, streams: Iterable[int]) -> dict[int, _About]:
    """By stream its name, and what an event of it knows of its instance: id, title, key, process and owner. Events that
    are near each other are of few streams, so that looking this up for each of them would take longer."""
    found = {}
    for id_, name, about, title, key, process, owner in tx.fetch_in(_STREAMS, sorted(streams)):
        if process is None and name.startswith("process:"):
            process = name.removeprefix("process:")
        found[id_] = (name, about, title or "", key or "", process, owner)
    return found


def _erasures(tx: Tx, streams: Iterable[int]) -> dict[tuple[int, int], int]:
    """By stream and number, the event that says that a payload was erased."""
    rows = tx.all(sa.select(erasure).where(erasure.c.stream.in_(streams)))
    return {(row.stream, row.seq): row.by_seq for row in rows}
