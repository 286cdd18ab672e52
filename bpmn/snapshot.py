"""State to bytes and back: what is live, and nothing that the diagram itself says.

A snapshot is one version byte and a zstd frame (with its checksum) around two lines: the tokens as JSON, and the engine
variables as canonical JSON (exact decimals). Tokens are numbered rows, parents before children:
``[id, row of the parent or -1, number of the spec, state, internal data or 0]``. Finished tokens, predictions and the
specs are not in it, so its size depends on what is open now and not on how long the instance has run.

The first line also names the diagram: state of one version must not be read with another's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import orjson
import zstandard
from SpiffWorkflow.util.task import TaskState

from bpmn.build import Plan
from bpmn.errors import SnapshotError
from bpmn.model import Moment
from bpmn.nodes import Item
from bpmn.tokens import Run, Token
from forms import canonical

VERSION = 1
MAX_BYTES = 4 * 1024 * 1024
_DIGEST = 16
_STATES = (TaskState.WAITING, TaskState.READY, TaskState.STARTED)
_INTERNAL = {"due": int, "fired": bool, "item": str, "via": str}


class _Squeezer(threading.local):
    """Compression contexts are costly to make and belong to one thread."""

    def __init__(self) -> None:
        self.press = zstandard.ZstdCompressor(level=3, write_checksum=True)
        self.release = zstandard.ZstdDecompressor()


_squeezer = _Squeezer()


def encode(run: Run, live: Iterable[Token]) -> bytes:
    """The bytes of an instance after a step; `live` are its tokens as `Run.live` gives them."""
    positions: dict[int, int] = {}
    rows: list[Any] = []
    numbers = run.plan.numbers
    for token in live:
        positions[token.id] = len(rows)
        parent = positions.get(token._parent or 0, -1)
        rows.append((token.id, parent, numbers[token.task_spec.name], token._state, token.internal_data or 0))
    head = orjson.dumps((run.plan.digest[:_DIGEST], run.next_id, rows))
    payload = head + b"\n" + (canonical.dumps(run.variables) if run.variables else b"{}")
    return bytes((VERSION,)) + _squeezer.press.compress(payload)


def decode(plan: Plan, snapshot: bytes, moment: Moment | None) -> Run:
    """The instance in those bytes; raises SnapshotError when they are damaged, unknown or of another diagram."""
    digest, next_id, rows, variables = _unpack(snapshot)
    if digest != plan.digest[:_DIGEST]:
        raise SnapshotError("Keadaan pelaksanaan ini berasal dari versi diagram yang lain.")
    run = Run(plan, variables, moment, next_id)
    try:
        _restore(run, rows)
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise SnapshotError("Keadaan pelaksanaan yang tersimpan tidak sesuai dengan diagramnya.") from error
    return run


def _unpack(snapshot: bytes) -> tuple[Any, Any, Any, dict[str, Any]]:
    if not snapshot:
        raise SnapshotError("Keadaan pelaksanaan yang tersimpan kosong.")
    if snapshot[0] != VERSION:
        raise SnapshotError(f"Keadaan pelaksanaan ini bersandi versi {snapshot[0]}, yang tidak dikenal program ini.")
    try:
        frame = snapshot[1:]
        # A frame that says its size is given that much memory, whatever `max_output_size` says.
        if zstandard.frame_content_size(frame) > MAX_BYTES:
            raise SnapshotError("Keadaan pelaksanaan yang tersimpan rusak.")
        payload = _squeezer.release.decompress(frame, max_output_size=MAX_BYTES)
        head, _, tail = payload.partition(b"\n")
        digest, next_id, rows = orjson.loads(head)
        variables = canonical.loads(tail) if tail != b"{}" else {}
    except (zstandard.ZstdError, ValueError, TypeError) as error:
        raise SnapshotError("Keadaan pelaksanaan yang tersimpan rusak.") from error
    if not isinstance(next_id, int) or not isinstance(rows, list) or not isinstance(variables, dict):
        raise SnapshotError("Keadaan pelaksanaan yang tersimpan rusak.")
    return digest, next_id, rows, variables


def _restore(run: Run, rows: list[Any]) -> None:
    specs, names = run.spec.task_specs, run.plan.names
    restored: list[Token] = []
    for number, position, spec_number, state, internal in rows:
        if state not in _STATES or not 0 < number < run.next_id or number in run.tasks or spec_number < 0:
            raise ValueError("no live token")
        if position >= 0 and position >= len(restored):
            raise ValueError("a child before its parent")
        parent = restored[position] if position >= 0 else run.task_tree
        token = Token(run, specs[names[spec_number]], parent, state, number)
        if isinstance(token.task_spec, Item):
            token.triggered = True
        if internal:
            for key, value in internal.items():
                if not isinstance(value, _INTERNAL[key]):
                    raise ValueError("internal data of another kind")
            token.internal_data = internal
        restored.append(token)
