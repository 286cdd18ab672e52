"""Keeping the index of the record: events become entries that can be found by period, person, unit, process, type and
word.

The index is derived. It is written by a thread of the scheduler, a moment after the events, so that no completion waits
for it; what a stopped server left out is taken up at the next start. `pending` says whether something is still missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from process.packing import pack_bytes
from process.record import payload_of
from process.store import Prepared, Store, Tx
from process.tables import event, event_payload, instance, stream
from process.trail_tables import audit_entry, audit_facet, audit_term
from process.trail_words import MOST_CHARACTERS, RULE, facet_word, terms_of, words_of

BATCH = 5_000  # events of one transaction
_STREAMS = 2_000  # streams of one transaction
MERGED = 100  # pages of the index of words that one transaction writes anew
_PG_LOCK = 714156  # one server at a time

_INSTANCES = Prepared(
    sa.select(*(instance.c[name] for name in ("stream", "indexed", "process_id", "owner_unit", "id", "started")))
    .where(sa.text("event_seq > indexed"))
    .order_by(instance.c.started)
    .limit(sa.bindparam("most"))
)
_STREAMS_LEFT = Prepared(
    sa.select(stream.c.id, stream.c.indexed, stream.c.name).where(sa.text("seq > indexed")).limit(_STREAMS)
)
_RULED = "aturan kata "  # among the terms stands by which rule the words were found; where none does, by the first
_FACET = ("type", "actor", "unit", "process")
_Facet = tuple[int, ...]
_MISSING = tuple(
    Prepared(sa.select(sa.func.coalesce(sa.func.sum(last - table.c.indexed), 0)).where(last > table.c.indexed))
    for table, last in ((instance, instance.c.event_seq), (stream, stream.c.seq))
)


class _Stream(NamedTuple):
    """A stream with events that are not in the index yet."""

    id: int
    indexed: int
    process: str | None
    unit: str | None
    instance: str | None


class _Event(NamedTuple):
    stream: int
    seq: int
    at: int
    type: str
    actor: int | None
    data: bytes | None


class TrailIndex:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._ruled = False

    def pending(self, tx: Tx) -> int:
        """How many events the index does not hold yet."""
        return sum(int(tx.fetch(query, {})[0][0]) for query in _MISSING)

    def catch_up(self, *, batch: int = BATCH) -> int:
        """Index everything that is not indexed yet, a transaction per `batch` events; returns how many there were."""
        self.renew()
        total = 0
        while True:
            with self.store.reading() as tx:
                if not self.pending(tx):
                    return total
            with self.store.transaction() as tx:
                done = _index(tx, batch)
            if not done:
                return total
            total += done

    def renew(self) -> None:
        """Make the index anew when the words in it were found by another rule than today's; looked at once."""
        if self._ruled:
            return
        with self.store.reading() as tx:
            rule = tx.scalar(sa.select(audit_term.c.text).where(audit_term.c.text.startswith(_RULED)))
        self._ruled = True
        if int((rule or f"{_RULED}1").removeprefix(_RULED)) != RULE:
            self.rebuild()

    def rebuild(self) -> int:
        """Make the index anew, in the order of time; returns the number of events."""
        with self.store.transaction() as tx:
            hold(tx)
            tx.execute(audit_entry.delete())
            tx.execute(audit_facet.delete())
            tx.execute(audit_term.delete())
            tx.execute(audit_term.insert().values(text=f"{_RULED}{RULE}"))
            if tx.sqlite:
                tx.execute(sa.text("INSERT INTO audit_text(audit_text) VALUES ('delete-all')"))
            else:
                tx.execute(sa.text("DELETE FROM audit_text"))
            tx.execute(instance.update().values(indexed=0))
            tx.execute(stream.update().values(indexed=0))
        return self.catch_up()


def hold(tx: Tx) -> None:
    """Wait for whoever is indexing, and keep others from it until this transaction ends."""
    if not tx.sqlite:
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _PG_LOCK})


def _alone(tx: Tx) -> bool:
    if tx.sqlite:
        return True
    return bool(tx.scalar(sa.text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _PG_LOCK}))


def _index(tx: Tx, batch: int) -> int:
    if not _alone(tx):
        return 0  # another server is at it
    rows = tx.fetch(_INSTANCES, {"most": _STREAMS + 1})
    # Nothing of an instance can be earlier than its start: what is later than the next one's start has to wait.
    until = rows[_STREAMS][5] if len(rows) > _STREAMS else None
    streams = {row[0]: _Stream(*row[:5]) for row in rows[:_STREAMS]}
    for id_, indexed, name in tx.fetch(_STREAMS_LEFT, {}):
        process = name.removeprefix("process:") if name.startswith("process:") else None
        streams[id_] = _Stream(id_, indexed, process, None, None)
    if not streams:
        return 0  # another thread was quicker
    found = _next(tx, streams.values(), batch)
    if until is not None:
        found = [one for one in found if one.at <= until] or found
    events = _prefixes(streams, found)
    if not events:
        # What stands first has a gap before it that no batch fills: one stream by its numbers, gaps and all.
        events = _next(tx, [next(iter(streams.values()))], batch, by_number=True)
    if not events:
        return 0
    _store(tx, streams, events)
    ends: dict[int, int] = {}
    for one in events:
        ends[one.stream] = max(one.seq, ends.get(one.stream, 0))
    for stream_id, seq in ends.items():
        known = streams[stream_id].instance
        table, key = (instance, known) if known is not None else (stream, stream_id)
        tx.execute(table.update().where(table.c.id == key).values(indexed=seq))
    return len(events)


def _next(tx: Tx, streams: Iterable[_Stream], batch: int, *, by_number: bool = False) -> list[_Event]:
    """The earliest events that are not indexed, of all these streams, in the order of time (or of their numbers)."""
    order = (event.c.seq,) if by_number else (event.c.at, event.c.stream, event.c.seq)
    values = sa.values(sa.column("id", sa.BigInteger), sa.column("indexed", sa.Integer), name="given")
    given = values.data([(one.id, one.indexed) for one in streams]).cte("given")
    rows = tx.all(
        sa.select(*(event.c[name] for name in _Event._fields[:-1]), event_payload.c.data)
        .select_from(given)
        .join(event, sa.and_(event.c.stream == given.c.id, event.c.seq > given.c.indexed))
        .outerjoin(event_payload, sa.and_(event_payload.c.stream == event.c.stream, event_payload.c.seq == event.c.seq))
        .order_by(*order)
        .limit(batch)
    )
    return [_Event._make(row) for row in rows]


def _prefixes(streams: dict[int, _Stream], events: Sequence[_Event]) -> list[_Event]:
    """Of each stream only what follows without a gap: a clock that was set back may have put a later event first."""
    by_stream: dict[int, list[_Event]] = {}
    for one in events:
        by_stream.setdefault(one.stream, []).append(one)
    kept = []
    for stream_id, found in by_stream.items():
        expected = streams[stream_id].indexed
        for one in sorted(found, key=lambda one: one.seq):
            expected += 1
            if one.seq != expected:
                break
            kept.append(one)
    return sorted(kept, key=lambda one: (one.at, one.stream, one.seq))


def _store(tx: Tx, streams: dict[int, _Stream], events: Sequence[_Event]) -> None:
    last = tx.one(
        sa.select(audit_entry.c.id, audit_entry.c.high, audit_entry.c.slack).order_by(audit_entry.c.id.desc()).limit(1)
    )
    number, high, slack = (last.id, last.high, last.slack) if last is not None else (0, 0, 0)
    terms = _Terms(tx)
    facets = _Facets(tx, {one.actor or 0 for one in events})
    entries = []
    words = []
    for one in events:
        about = streams[one.stream]
        data = _payload(one.data)
        number += 1
        high = max(high, one.at)
        slack = max(slack, high - one.at)
        unit = unit_of(data) or about.unit
        facet = (terms.of(one.type), one.actor or 0, terms.of(unit), terms.of(about.process or data.get("proses")))
        entries.append((number, one.stream, one.seq, one.at, high, slack, facets.of(facet)))
        words.append((number, _text(data, facet)))
    tx.insert_many(audit_entry, tuple(audit_entry.c.keys()), entries)
    _store_words(tx, words)


def unit_of(payload: Any) -> str | None:
    """The unit that an event counts for: that of who acted, else the one it is about."""
    by = payload.get("oleh")
    for found in (by.get("unit") if isinstance(by, dict) else None, payload.get("unit")):
        if isinstance(found, str) and found:
            return found
    return None


def _payload(stored: bytes | None) -> dict[str, Any]:
    """A payload as plain values; nothing for one that was erased or cannot be read: the check of the chains says so."""
    try:
        found = {} if stored is None else orjson.loads(payload_of(bytes(stored)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(payload: dict[str, Any], facet: _Facet) -> str:
    """What is searched in: the words of the payload, and those that stand for the facet, split by our own rules and not
    by a database's, so that both find the same."""
    marks = " ".join(facet_word(name, number) for name, number in zip(_FACET, facet, strict=True) if number)
    return " ".join(terms_of(f"{words_of(payload)} {marks}", MOST_CHARACTERS))


def _store_words(tx: Tx, words: Sequence[tuple[int, str]]) -> None:
    if tx.sqlite:
        insert = "INSERT INTO audit_text(rowid, words) VALUES (:id, :words)"
        tx.execute(sa.text(insert), [{"id": number, "words": text} for number, text in words])
    else:
        insert = "INSERT INTO audit_text(id, words) VALUES (:id, array_to_tsvector(:words))"
        rows = [{"id": number, "words": text.split()} for number, text in words]
        tx.execute(sa.text(insert), rows)


def forget_words(tx: Tx, stream_id: int, seq: int, payload: bytes) -> None:
    """Take an event's words out of the index, before its payload (canonical bytes) is erased, while it is on `hold`."""
    columns = (audit_entry.c.id, *(audit_facet.c[name] for name in _FACET))
    query = sa.select(*columns).join(audit_facet, audit_facet.c.id == audit_entry.c.facet)
    row = tx.one(query.where(audit_entry.c.stream == stream_id, audit_entry.c.seq == seq))
    if row is None:
        return
    if tx.sqlite:  # without contents of its own, FTS5 must be told what it held
        text = _text(_payload(pack_bytes(payload)), tuple(row[1:]))
        sql = "INSERT INTO audit_text(audit_text, rowid, words) VALUES ('delete', :id, :words)"
        tx.execute(sa.text(sql), {"id": row.id, "words": text})
    else:
        tx.execute(sa.text("DELETE FROM audit_text WHERE id = :id"), {"id": row.id})


def leave_no_traces(store: Store) -> None:
    """On SQLite, after words were forgotten: write the index of words anew, without them. In short transactions: of a
    million events it takes seconds, and nobody is kept waiting for so long."""
    pages = -MERGED  # as FTS5 says it: put everything together, a part at a time
    while store.sqlite:
        with store.transaction() as tx:
            overwrite(tx)
            before = tx.scalar(sa.text("SELECT total_changes()"))
            tx.execute(sa.text("INSERT INTO audit_text(audit_text, rank) VALUES ('merge', :pages)"), {"pages": pages})
            if tx.scalar(sa.text("SELECT total_changes()")) - before < 2:
                return
        pages = MERGED


def overwrite(tx: Tx) -> None:
    """On SQLite: overwrite with zeros what this connection deletes from now on."""
    if tx.sqlite:
        tx.execute(sa.text("PRAGMA secure_delete = ON"))


class _Facets:
    """Numbers of combinations, given as they are needed; `actors`: of which those that exist are read at once."""

    def __init__(self, tx: Tx, actors: set[int]) -> None:
        self._tx = tx
        columns = [audit_facet.c[name] for name in _FACET]
        query = sa.select(audit_facet.c.id, *columns).where(audit_facet.c.actor.in_(actors))
        self._known: dict[_Facet, int] = {tuple(row[1:]): row[0] for row in tx.all(query)}

    def of(self, facet: _Facet) -> int:
        found = self._known.get(facet)
        if found is None:
            ((found,),) = self._tx.insert_returning(audit_facet, _FACET, [facet], ("id",))
            self._known[facet] = found
        return found


class _Terms:
    """Numbers of texts, given as they are needed."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, int] = {row.text: row.id for row in tx.all(sa.select(audit_term))}

    def of(self, text: object) -> int:
        """0 for no text."""
        if not isinstance(text, str) or not text:
            return 0
        if text not in self._known:
            ((made,),) = self._tx.insert_returning(audit_term, ("text",), [(text,)], ("id",))
            self._known[text] = made
        return self._known[text]
