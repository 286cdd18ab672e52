"""Writing what a `Work` holds: a statement per table, whatever happened in the step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from process.audit import chain
from process.model import new_id
from process.packing import pack_bytes, pack_plain
from process.record import write
from process.rows import TASK_COLUMNS, UPDATE_INSTANCE
from process.tables import document_version, job, notification, printout, signature, user_task

if TYPE_CHECKING:
    from process.work import Work, Written

NOT_CERTIFIED = "tidak tersertifikasi"


def save(work: Work) -> None:
    """Write everything noted above."""
    tx = work.tx
    if work.made:
        tx.insert_many(user_task, TASK_COLUMNS, work.made)
    if work.written:
        _store_documents(work)
    if work.signatures:
        rows = [
            (kind, doc.id, bytes.fromhex(doc.digest), task, work.actor.person_id, _position(work), name, title,
             NOT_CERTIFIED, work.at)
            for kind, doc, task, name, title in work.signatures
        ]  # fmt: skip
        columns = "kind document_version digest task person position name title label at"
        tx.insert_many(signature, tuple(columns.split()), rows)
    if work.prints:
        _store_prints(work)
    if work.notices:
        columns = "person role unit instance task kind message at"
        tx.insert_many(notification, tuple(columns.split()), work.notices)
    row = work.row
    made, seq, head = chain(row.stream, row.event_seq, row.event_head, work.events, work.actor, work.held, work.at)
    write(tx, made)
    tx.run(
        UPDATE_INSTANCE,
        {
            "key": row.id, "new_state": row.state, "new_snapshot": row.snapshot, "new_timers": row.timers,
            "new_visited": row.visited, "new_documents": pack_plain(work.sources.pointers),
            "new_revision": row.revision + (1 if work.moved else 0), "new_next_due": row.next_due,
            "new_finished": row.finished, "new_event_seq": seq, "new_event_head": head,
        },
    )  # fmt: skip


def _position(work: Work) -> int | None:
    return work.held.position_id if work.held else None


def _store_documents(work: Work) -> None:
    """Two documents of one step with the same bytes share them."""
    first: dict[tuple[str, str], Written] = {}
    same: list[tuple[Written, Written]] = []
    fresh: list[Written] = []
    for one in work.written:
        known = first.setdefault((one.digest, one.form), one)
        if known is one:
            fresh.append(one)
        else:
            same.append((one, known))
    _insert_documents(work, [(one, pack_bytes(one.data), None) for one in fresh])
    if same:
        _insert_documents(work, [(one, None, known.id) for one, known in same])


def _insert_documents(work: Work, rows: list[tuple[Written, bytes | None, int | None]]) -> None:
    columns = "instance key item number digest data same_as state form task written_at person position"
    stored = work.tx.insert_returning(
        document_version,
        tuple(columns.split()),
        [
            (work.row.id, one.key, one.item, one.number, bytes.fromhex(one.digest), data, same_as, one.state,
             one.form, one.task, work.at, work.actor.person_id, _position(work))
            for one, data, same_as in rows
        ],
        ("id", "key", "item", "number"),
    )  # fmt: skip
    ids = {(key, item, number): made for made, key, item, number in stored}
    for one, _, _ in rows:
        one.id = ids[one.key, one.item, one.number]
        work.sources.pointers.setdefault(one.key, {})[one.item] = [one.id, one.number]


def _store_prints(work: Work) -> None:
    prints, jobs = [], []
    stored = [document for document, _, _, _ in work.prints if isinstance(document, int)]
    known = set()
    if stored:
        query = sa.select(printout.c.document_version, printout.c.layout)
        known = {tuple(row) for row in work.tx.all(query.where(printout.c.document_version.in_(stored)))}
    for document, task, title, layout in work.prints:
        version = document if isinstance(document, int) else document.id
        if (version, layout) in known:
            continue  # the same version in the same layout is made once
        known.add((version, layout))
        made = new_id()
        prints.append((made, version, work.row.id, task, layout, title, "waiting", work.at))
        jobs.append(("print", made, pack_plain({"printout": made}), work.at, "waiting", 0))
    columns = "id document_version instance task layout title state asked_at"
    if not prints:
        return
    work.tx.insert_many(printout, tuple(columns.split()), prints)
    work.tx.insert_many(job, ("kind", "key", "payload", "run_at", "state", "attempts"), jobs)
