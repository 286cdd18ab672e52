"""Where SpiffWorkflow would reach out of the engine, and what it meets there: our clock and our expressions.

* The library reads the time through module-level names (`time` in `SpiffWorkflow.task`, `datetime` in the timer
  events). Both are replaced by stand-ins that answer the moment of the running step, kept in a context variable, so
  that threads do not see each other's time. Outside a step there is no time, and asking for it is an error.
* Expressions reach Python's `eval` and `exec` through the script environment. Ours evaluates FEEL only; a script or a
  service call is refused. Our own node types do not even ask the environment: it is the net below them.
"""

from __future__ import annotations

import datetime as datetime_module
import time as time_module
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, tzinfo
from types import SimpleNamespace
from typing import Any, NoReturn

import SpiffWorkflow.bpmn.specs.event_definitions.timer as spiff_timer
import SpiffWorkflow.task as spiff_task
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from bpmn.errors import BpmnError
from forms.feel import parse

_now: ContextVar[datetime] = ContextVar("bpmn_now")


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """Everything inside happens at the aware instant `now`."""
    if now.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _now.set(now)
    try:
        yield
    finally:
        _now.reset(token)


def _read() -> datetime:
    try:
        return _now.get()
    except LookupError:
        raise RuntimeError("the engine asked for the time outside a step") from None


class _Clock(datetime_module.datetime):
    """`datetime` as the library's timers see it: all but the wall clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return _read().astimezone(tz)

    @classmethod
    def utcnow(cls) -> Any:
        return _read().astimezone(datetime_module.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        return _read().replace(tzinfo=None)


def _stand_in() -> SimpleNamespace:
    names = {name: getattr(time_module, name) for name in ("monotonic", "perf_counter")}
    return SimpleNamespace(time=lambda: _read().timestamp(), **names)


spiff_timer.datetime = _Clock
spiff_task.time = _stand_in()


class RefusedError(BpmnError):
    """The diagram asks for something that this engine never does: a script or a service call."""


class FeelEnvironment(BasePythonScriptEngineEnvironment):
    """The only way from a diagram's text to a value: FEEL over the given variables, strict, without side effects."""

    def evaluate(
        self, expression: str, context: Mapping[str, Any], external_context: Mapping[str, Any] | None = None
    ) -> Any:
        if not isinstance(expression, str):
            raise RefusedError("Diagram ini memuat ungkapan kosong.")
        known = {**(external_context or {}), **context}
        return parse(expression).evaluate(known, now=_now.get(None), strict=True)

    def execute(self, script: str, context: Any, external_context: Any = None) -> NoReturn:
        raise RefusedError("Diagram ini memuat skrip; skrip tidak pernah dijalankan.")

    def call_service(self, context: Any, **parameters: Any) -> NoReturn:
        raise RefusedError("Diagram ini memanggil layanan; layanan tidak pernah dipanggil.")
