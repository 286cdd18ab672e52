"""Which entries of the record's index a selection means, and the newest of them quickly, however it is put together.

Every entry has a facet: a combination of type, person, unit and process. There are thousands of facets and millions of
entries, ordered by time within each facet: the newest of a selection are merged from those of its facets. A search for
words takes the facets along as words, so that the index of words alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from process.clock import micros
from process.errors import NotFound
from process.record import instance_stream
from process.selection import Selection
from process.store import Prepared, Tx
from process.tables import stream
from process.trail_tables import audit_entry, audit_facet, audit_term
from process.trail_words import facet_word, fts5, terms_of, tsquery

FEW = 5_000  # matches that are sorted on PostgreSQL; beyond that, entries are walked past from the newest on
NEAR = 10_000  # of the newest entries, which are looked through before anything else
EVER = 2**62
_text = sa.table("audit_text", sa.column("rowid"), sa.column("id"), sa.column("audit_text"), sa.column("words"))


def _exact(table: sa.FromClause, since: Any, until: Any) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.at >= since, table.c.at < until)


_OF_FACET = Prepared(
    sa.select(audit_entry.c.id)
    .where(
        audit_entry.c.facet == sa.bindparam("facet"),
        audit_entry.c.id >= sa.bindparam("low"),
        audit_entry.c.id <= sa.bindparam("high"),
        *_exact(audit_entry, sa.bindparam("since"), sa.bindparam("until")),
    )
    .order_by(audit_entry.c.id.desc())
    .limit(sa.bindparam("most"))
)


@dataclass(frozen=True)
class Where:
    """A selection on the index, for one transaction. `low`, `high`: ids, both included; `since`, `until`: µs, exactly;
    `facets`: conditions on `audit_facet`; `words`: every group must be met, by one of its words."""

    tx: Tx
    low: int
    high: int
    since: int | None
    until: int | None
    stream: int | None
    facets: tuple[sa.ColumnElement[bool], ...]
    words: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, tx: Tx, selection: Selection, *, upto: int | None, after: int = 0) -> Where | None:
        """None when nothing can be selected. Raises NotFound for an instance that does not exist."""
        stream_id = None
        if selection.instance is not None:
            stream_id = tx.scalar(sa.select(stream.c.id).where(stream.c.name == instance_stream(selection.instance)))
            if stream_id is None:
                raise NotFound("Pelaksanaan ini tidak ada.")
        facets: list[sa.ColumnElement[bool]] = []
        words: list[tuple[str, ...]] = [(term,) for term in terms_of(selection.words)]
        asked: list[tuple[str, list[int]]] = []
        for name, texts in (
            ("type", selection.types),
            ("unit", (selection.unit,) if selection.unit is not None else ()),
            ("process", (selection.process,) if selection.process is not None else ()),
        ):
            if texts:
                rows = tx.all(sa.select(audit_term.c.id).where(audit_term.c.text.in_(texts)))
                if not rows:
                    return None
                asked.append((name, [row.id for row in rows]))
        if selection.person is not None:
            asked.append(("actor", [selection.person]))
        for name, numbers in asked:
            facets.append(audit_facet.c[name].in_(numbers))
            if words:
                words.append(tuple(facet_word(name, number) for number in numbers))
        ids = _range(tx, selection)
        if ids is None:
            return None
        low, high = max(ids[0], after + 1), ids[1] if upto is None else min(ids[1], upto)
        since = None if selection.since is None else micros(selection.since)
        until = None if selection.until is None else micros(selection.until)
        return cls(tx, low, high, since, until, stream_id, tuple(facets), tuple(words))

    # -- sets -------------------------------------------------------------------------------------------------------

    def ids(self, *, walk: bool = False) -> sa.Select[Any]:
        """All of them, as `id`. `walk`: to be read in the order of ids, a part at a time."""
        where = [*self._bounds(audit_entry.c.id), *self._exact(audit_entry)]
        query = sa.select(audit_entry.c.id.label("id"))
        if self.stream is not None:
            where.append(audit_entry.c.stream == self.stream)
        if self.facets and not self.words:
            mine = sa.select(audit_facet.c.id).where(*self.facets)
            # An expression is not looked up in the index of facets, which is not in the order of ids.
            facet = audit_entry.c.facet + 0 if walk and self.stream is None else audit_entry.c.facet
            where.append(facet.in_(mine))
        if self.words:
            if self.tx.sqlite:  # the words come first: FTS5 walks its rows in the order of ids, within the bounds
                query = sa.select(_text.c.rowid.label("id")).select_from(
                    _text.join(audit_entry, audit_entry.c.id == _text.c.rowid)
                )
                where += self._bounds(_text.c.rowid)
            else:
                query = query.join(_text, _text.c.id == audit_entry.c.id)
            where.append(self._match())
        return query.where(*where)

    # -- the newest -------------------------------------------------------------------------------------------------

    def newest(self, limit: int) -> list[int]:
        """The newest ids, the newest first."""
        if self.words and self.stream is not None:
            return self._in_stream(limit)
        if self.words and not self.tx.sqlite:
            return self._by_words(limit)
        if self.facets and not self.words and self.stream is None:
            return self._merged(limit)
        return self._first(self.ids(), limit)

    def _first(self, query: sa.Select[Any], limit: int) -> list[int]:
        return [row.id for row in self.tx.all(query.order_by(sa.desc("id")).limit(limit))]

    def _in_stream(self, limit: int) -> list[int]:
        """A stream is short: words are looked for between its ends, or in its entries."""
        mine = audit_entry.c.stream == self.stream
        if self.tx.sqlite:
            ends = sa.select(sa.func.min(audit_entry.c.id).label("low"), sa.func.max(audit_entry.c.id).label("high"))
            row = self.tx.one(ends.where(mine))
            if row is None or row.low is None:
                return []
            between = replace(self, low=max(self.low, row.low), high=min(self.high, row.high))
            return self._first(between.ids(), limit)
        entries = sa.select(audit_entry.c.id).where(mine, *self._bounds(audit_entry.c.id), *self._exact(audit_entry))
        cte = entries.cte("entries").prefix_with("MATERIALIZED")
        return self._first(sa.select(cte.c.id).join(_text, _text.c.id == cte.c.id).where(self._match()), limit)

    def _by_words(self, limit: int) -> list[int]:
        """On PostgreSQL the index of words has no order. What is common stands among the newest entries, which
        are looked through first; otherwise what is little is sorted here."""
        match = self._match()
        near = sa.select(_text.c.id, _text.c.words).where(*self._bounds(_text.c.id)).order_by(_text.c.id.desc())
        newest = near.limit(NEAR).subquery("newest")
        found = self._exactly(self._first(sa.select(newest.c.id).where(self._match(newest)), limit), limit)
        if len(found) == limit:
            return found
        self._plans(seqscan=False, indexscan=False)
        some = [row.id for row in self.tx.all(sa.select(_text.c.id).where(match).limit(FEW))]
        if len(some) < FEW:
            self._plans()
            return self._exactly(sorted((one for one in some if self.low <= one <= self.high), reverse=True), limit)
        self._plans(seqscan=False, bitmapscan=False)
        found = []
        high = self.high
        while len(found) < limit:
            query = sa.select(_text.c.id).where(match, _text.c.id >= self.low, _text.c.id <= high)
            some = self._first(query, limit)
            found += self._exactly(some, limit)
            if len(some) < limit:
                break
            high = some[-1] - 1
        self._plans()
        return found[:limit]

    def _plans(self, **kinds: bool) -> None:
        """Which kinds of plans PostgreSQL may make, until the next call."""
        for kind in ("seqscan", "indexscan", "bitmapscan"):
            value = "on" if kinds.get(kind, True) else "off"
            self.tx.execute(sa.text(f"SET LOCAL enable_{kind} = {value}"))

    def _exactly(self, ids: list[int], limit: int) -> list[int]:
        """Of ids, the newest first, those that lie within the period to the microsecond."""
        if self.since is None and self.until is None:
            return ids[:limit]
        found: list[int] = []
        while ids and len(found) < limit:
            part, ids = ids[: 4 * limit], ids[4 * limit :]
            query = sa.select(audit_entry.c.id).where(audit_entry.c.id.in_(part), *self._exact(audit_entry))
            found += self._first(query, limit)
        return found[:limit]

    def _merged(self, limit: int) -> list[int]:
        """The newest entry of each facet; only the facets whose newest are the newest can hold what is looked for."""
        one = audit_entry.alias("one")
        newest = (
            sa.select(one.c.id)
            .where(one.c.facet == audit_facet.c.id, *self._bounds(one.c.id), *self._exact(one))
            .order_by(one.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        tops = sa.select(audit_facet.c.id, newest.label("newest")).where(*self.facets).subquery("tops")
        chosen = sa.select(tops).where(tops.c.newest.is_not(None)).order_by(tops.c.newest.desc()).limit(limit)
        found: list[int] = []
        for row in self.tx.all(chosen):
            low = self.low
            if len(found) == limit:
                low = found[-1]
                if row.newest < low:
                    break
            values = {"facet": row.id, "low": low, "high": self.high, "most": limit}
            values |= {"since": self.since or -EVER, "until": EVER if self.until is None else self.until}
            more = [id_ for (id_,) in self.tx.fetch(_OF_FACET, values)]
            found = sorted([*found, *more], reverse=True)[:limit]
        return found

    def _bounds(self, id_: sa.ColumnElement[Any]) -> tuple[sa.ColumnElement[bool], ...]:
        return (id_ >= self.low, id_ <= self.high)

    def _exact(self, table: sa.FromClause) -> Iterable[sa.ColumnElement[bool]]:
        if self.since is not None:
            yield table.c.at >= self.since
        if self.until is not None:
            yield table.c.at < self.until

    def _match(self, table: sa.FromClause = _text) -> sa.ColumnElement[bool]:
        if self.tx.sqlite:
            return table.c.audit_text.op("MATCH")(fts5(self.words))
        from sqlalchemy.dialects.postgresql import TSQUERY  # only where the database is one

        return table.c.words.op("@@")(sa.cast(tsquery(self.words), TSQUERY))


def _range(tx: Tx, selection: Selection) -> tuple[int, int] | None:
    """The ids between which a period lies; None when it holds nothing."""
    low, high = 1, EVER
    if selection.since is not None:
        query = sa.select(audit_entry.c.id).where(audit_entry.c.high >= micros(selection.since))
        first = tx.scalar(query.order_by(audit_entry.c.high, audit_entry.c.id).limit(1))
        if first is None:
            return None
        low = first
    if selection.until is not None:
        slack = tx.scalar(sa.select(audit_entry.c.slack).order_by(audit_entry.c.id.desc()).limit(1)) or 0
        query = sa.select(audit_entry.c.id).where(audit_entry.c.high < micros(selection.until) + slack)
        last = tx.scalar(query.order_by(audit_entry.c.high.desc(), audit_entry.c.id.desc()).limit(1))
        if last is None:
            return None
        high = last
    return low, high
