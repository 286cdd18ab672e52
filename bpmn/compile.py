"""BPMN bytes to a `Process`, and the cache of what the engine executes.

Both are kept by the digest of the bytes: a published version is immutable, so it is read and put together once per
server. `read` is shared with the publication check; it collects findings and never stops at the first.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from bpmn import flow_rules, keywords, reader, safexml, sound
from bpmn.build import Plan, build
from bpmn.codes import Report
from bpmn.definitions import define
from bpmn.errors import DiagramError
from bpmn.model import Process
from bpmn.reader import Drawing

MAX_CACHED = 256
Value = TypeVar("Value")


@dataclass(frozen=True)
class Read:
    """A diagram as read: the drawing, and the process where no error leaves it incomplete."""

    drawing: Drawing
    process: Process | None


class _Cache(Generic[Value]):
    """The most recently used values by digest; safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, digest: str) -> Value | None:
        with self._lock:
            value = self._values.get(digest)
            if value is not None:
                self._values.move_to_end(digest)
            return value

    def put(self, digest: str, value: Value) -> Value:
        """Keeps `value` unless another thread was quicker; gives the one that is kept."""
        with self._lock:
            kept = self._values.setdefault(digest, value)
            self._values.move_to_end(digest)
            while len(self._values) > MAX_CACHED:
                self._values.popitem(last=False)
            return kept


_processes: _Cache[Process] = _Cache()
_plans: _Cache[Plan] = _Cache()


def compile_process(xml: bytes) -> Process:
    """The process drawn in `xml`, from the cache where it was compiled before.

    Raises DiagramError with every error that the diagram alone shows; forms are looked at by `bpmn.rules.check` only.
    """
    digest = hashlib.sha256(xml).hexdigest()
    return _processes.get(digest) or _processes.put(digest, _compile(xml, digest)[0])


def plan_of(process: Process) -> Plan:
    """What the engine executes for `process`; made again from its bytes where the cache has dropped it."""
    return _plans.get(process.digest) or _plans.put(process.digest, _compile(process.xml, process.digest)[1])


def _compile(xml: bytes, digest: str) -> tuple[Process, Plan]:
    report = Report()
    result = read(xml, report)
    if report.errors or result.process is None:
        raise DiagramError(report.errors)
    plan = build(result.process, result.drawing)
    return result.process, _plans.put(digest, plan)


def read(xml: bytes, report: Report) -> Read:
    """Reads and checks all that the diagram alone shows, adding findings to `report`.

    Raises DiagramError when the file cannot be read at all. The process is None when errors leave it incomplete.
    """
    root = safexml.read(xml, report)
    drawing = reader.draw(root, report)
    process_words = keywords.read(drawing.extension, keywords.PROCESS, drawing.id, report)
    task_words = {
        node.id: keywords.read(node.extension, keywords.TASK if node.type == "userTask" else {}, node.id, report)
        for node in drawing.nodes.values()
    }
    flow_rules.check(drawing, report)
    if not report.errors:
        sound.check(drawing, report)
    process = define(xml, drawing, process_words, task_words, report)
    return Read(drawing, None if report.errors else process)
