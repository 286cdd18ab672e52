"""Running an instance, step by step: bytes in, bytes out. No I/O, no live objects kept, no wall clock.

Every function takes the state as it was stored, does one step at one moment, and answers an `Advance`. Whatever goes
wrong raises a `BpmnError`, and nothing of the step counts: the caller still holds the old bytes. Timers that are due at
the moment fire first, so that work sent in after its deadline is late even when nobody woke the engine in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from bpmn import seams, snapshot
from bpmn.compile import plan_of
from bpmn.errors import UnknownTaskError
from bpmn.model import Advance, Moment, Process, TimerFired, TimerState, UserTaskState
from bpmn.nodes import Item, Items, Pause, Step
from bpmn.tokens import LIVE, Run, Token, from_micros, to_micros

_TIMER = "t"


def start(process: Process, variables: Mapping[str, Any], moment: Moment) -> Advance:
    """A new instance, with the data of its start form; of `variables` only `process.variables` are kept."""
    with seams.at(moment.now):
        run = Run(plan_of(process), {}, moment)
        run.take(variables)
        run.place(run.plan.start)
        run.settle()
        return answer(run)


def complete(
    process: Process,
    state: bytes,
    ref: str,
    variables: Mapping[str, Any],
    moment: Moment,
    skipped: bool = False,
) -> Advance:
    """Completes the open user task `ref` with the data of its form.

    Keys that `variables` lacks keep their earlier value. An item of a multi-instance changes no variables; `skipped`
    completes it without an answer, and is for items only. Raises UnknownTaskError when `ref` is not open.
    """
    with seams.at(moment.now):
        run = snapshot.decode(plan_of(process), state, moment)
        run.settle()
        token = _user_task(run, ref)
        item = isinstance(token.task_spec, Item)
        if skipped and not item:
            raise UnknownTaskError("Hanya langkah yang diisi banyak unit yang dapat dilewati per unit.")
        if not item:
            run.take(variables)
        run.move(token)
        run.settle()
        return answer(run)


def advance(process: Process, state: bytes, moment: Moment) -> Advance:
    """Fires the timers that are due at `moment` (at the very instant too) and lets the flow go on."""
    with seams.at(moment.now):
        run = snapshot.decode(plan_of(process), state, moment)
        run.settle()
        return answer(run)


def reschedule(process: Process, state: bytes, dues: Mapping[str, datetime]) -> Advance:
    """Moves armed timers (by their `ref`) to other instants, after working time has changed. Nothing fires here.

    Raises UnknownTaskError for a timer that is not armed (any more).
    """
    run = snapshot.decode(plan_of(process), state, None)
    for ref, due in dues.items():
        _timer(run, ref).internal_data["due"] = to_micros(due)
    return answer(run)


def _user_task(run: Run, ref: str) -> Token:
    token = run.tasks.get(int(ref)) if ref.isascii() and ref.isdecimal() and len(ref) < 16 else None
    if token is None or token._state != TaskState.READY or not token.task_spec.manual or str(token.id) != ref:
        raise UnknownTaskError("Tugas ini sudah selesai atau tidak ada lagi.")
    return token


def _timer(run: Run, ref: str) -> Token:
    number = ref.removeprefix(_TIMER)
    if ref != number and number.isascii() and number.isdecimal() and len(number) < 16:
        token = run.tasks.get(int(number))
        if token is not None and _armed(token) and timer_ref(token) == ref:
            return token
    raise UnknownTaskError("Pengatur waktu ini sudah berjalan atau tidak ada lagi.")


def timer_ref(token: Token) -> str:
    """The ref of the timer that belongs to a token."""
    return f"{_TIMER}{token.id}"


def _armed(token: Token) -> bool:
    return "due" in token.internal_data and "fired" not in token.internal_data and bool(token._state & LIVE)


def answer(run: Run) -> Advance:
    """What a step answers, of an instance as it is after it."""
    user_tasks, timers = [], []
    instants: dict[int | None, datetime | None] = {None: None}  # the items of a frame share one
    live = run.live()
    for token in live:
        spec, internal = token.task_spec, token.internal_data
        if isinstance(spec, (Item, Step)):
            item = isinstance(spec, Item)
            due = (token.parent.internal_data if item else internal).get("due")
            if due is not None and due not in instants:
                instants[due] = from_micros(due)
            user_tasks.append(UserTaskState(str(token.id), spec.element, internal.get("item"), instants[due]))
            if item:
                continue  # the frame has the timer
        if isinstance(spec, (Step, Items, Pause)) and spec.deadline is not None and _armed(token):
            watched = None if isinstance(spec, Pause) else spec.element
            timers.append(TimerState(timer_ref(token), spec.deadline.timer, watched, from_micros(internal["due"])))
    fired = tuple(TimerFired(f"{_TIMER}{n}", element, to, from_micros(due)) for n, element, to, due in run.fired)
    return Advance(
        snapshot=snapshot.encode(run, live),
        user_tasks=tuple(user_tasks),
        timers=tuple(timers),
        fired=fired,
        visited=tuple(run.visited),
        next_due=min((timer.due for timer in timers), default=None),
        finished=not live,
    )
