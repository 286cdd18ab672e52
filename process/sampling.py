"""Sample data for whoever designs a form: what it opens with in the newest instance that came to it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bpmn.model import Process
from forms.settle import storable
from process import answers, authority
from process.context import read_data
from process.errors import ProcessStuck
from process.model import PENGELOLA, Actor
from process.rows import documents_of
from process.store import Tx
from process.tables import instance, user_task
from process.work import Desk

MOST = 20  # instances that are looked at, the newest first


class Samples:
    """For the pengelola proses, who sees every document anyway."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def initial(self, process_id: str, form_id: str, actor: Actor) -> dict[str, Any]:
        """The *isi awal* of the newest task that has this form, as JSON values; else the newest document that the form
        shows; else nothing. Raises Forbidden."""
        authority.require(actor, PENGELOLA)
        now = self.desk.clock.now()
        with self.desk.store.reading() as tx:
            for row in _newest(tx, process_id):
                process = self.desk.definitions.load(tx, row.version).process
                task = _task_of(tx, row.id, process, form_id)
                if task is not None:
                    work, found = self.desk.by_task(tx, task, actor, now)
                    try:
                        initial = answers.initial_of(work.sources, found, work.definition(found))
                    except ProcessStuck:
                        continue
                    return {key: storable(value) for key, value in initial.items()}
                document = _document_of(tx, row, process, form_id)
                if document is not None:
                    return document
        return {}


def _newest(tx: Tx, process_id: str) -> list[sa.Row[Any]]:
    query = (
        sa.select(instance.c.id, instance.c.version, instance.c.documents)
        .where(instance.c.process_id == process_id, instance.c.state != "cancelled")
        .order_by(instance.c.started.desc(), instance.c.id)
        .limit(MOST)
    )
    return list(tx.all(query))


def _task_of(tx: Tx, instance_id: str, process: Process, form_id: str) -> str | None:
    elements = [task.id for task in process.tasks.values() if task.form == form_id]
    if not elements:
        return None
    query = (
        sa.select(user_task.c.id)
        .where(user_task.c.instance == instance_id, user_task.c.element.in_(elements))
        .order_by(user_task.c.available.desc(), user_task.c.id)
        .limit(1)
    )
    found = tx.scalar(query)
    return None if found is None else str(found)


def _document_of(tx: Tx, row: sa.Row[Any], process: Process, form_id: str) -> dict[str, Any] | None:
    """The newest document that is shown by the form, whoever's item it is."""
    shown = {key for key, one in process.documents.items() if one.form == form_id}
    shown |= {write.document for task in process.tasks.values() for write in task.writes if write.form == form_id}
    known = documents_of(row)
    ids = [version for key in shown for version, _ in known.get(key, {}).values()]
    return read_data(tx, [max(ids)])[max(ids)] if ids else None
