"""Timers: firing what is due, and recalculating deadlines after a calendar changed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bpmn import runtime
from bpmn.errors import BpmnError
from process import answers
from process.clock import micros
from process.errors import Busy
from process.model import SYSTEM
from process.tables import instance
from process.work import Desk

BATCH = 200


def fire_due(desk: Desk, now: datetime) -> int:
    """Fire the timers that are due, each instance in a transaction of its own; returns how many fired.

    An instance that somebody holds at this moment is left for the next round: its own completion fires them too. One
    that cannot go on keeps no other waiting: its error is raised when all the others have fired.
    """
    with desk.store.reading() as tx:
        due = tx.all(
            sa.select(instance.c.id)
            .where(instance.c.next_due.is_not(None), instance.c.next_due <= micros(now))
            .order_by(instance.c.next_due)
            .limit(BATCH)
        )
    fired = 0
    trouble: Exception | None = None
    for row in due:
        try:
            fired += _fire(desk, row.id, now)
        except Busy:
            continue
        except Exception as error:
            error.add_note(f"instance {row.id}")
            trouble = trouble or error
    if trouble is not None:
        raise trouble
    return fired


def _fire(desk: Desk, instance_id: str, now: datetime) -> int:
    with desk.store.transaction() as tx:
        work = desk.by_instance(tx, instance_id, SYSTEM, now)
        if work.row.next_due is None or work.row.next_due > micros(now):
            return 0  # somebody else was quicker
        try:
            advance = runtime.advance(work.version.process, work.row.snapshot, work.moment)
        except BpmnError as error:
            raise answers.stuck(error) from error
        work.fire(advance)
        work.apply(advance)
        work.save()
        return len(advance.fired)
