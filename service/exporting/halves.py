"""A large file made by two processes: this one and a second, which makes every other part. On two cores that takes
little more than half the time, and in the order of the file nothing changes.

The second one gets what it needs pickled on its standard input, and hands back parts on its standard output. It ends
with whoever started it.
"""

from __future__ import annotations

import os
import pickle
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from process.children import end_with_parent
from process.naming import Naming
from process.records import Record, Records, Selection
from process.store import Store
from process.trail_index import TrailIndex
from service.exporting.source import ExportError, Source, once

MANY = 20_000  # events from which on a second process is worth its start
PROCESSORS = len(os.sched_getaffinity(0))
SPAN = 1_000  # entries of the index that make one part, at most
ROOT = Path(__file__).parents[2]
_FRAME = struct.Struct(">II")  # of a part: how many events, how many bytes

Render = Callable[[list[Record], Naming], bytes]  # a function of a module, so that its name says which it is


@dataclass(frozen=True)
class _Task:
    database: str
    selection: Selection
    upto: int
    span: int
    naming: Naming
    render: Render

    def part(self, records: Records, number: int) -> tuple[int, bytes]:
        """How many events, and their bytes."""
        after = number * self.span
        found = records.span(self.selection, after=after, upto=min(after + self.span, self.upto))
        once(found, after)
        return len(found), self.render(found, self.naming) if found else b""

    @property
    def parts(self) -> int:
        return -(-self.upto // self.span)


def parts(source: Source, render: Render) -> Iterator[tuple[int, bytes]]:
    """What is selected, rendered, in the order of time: (events, bytes) part by part. Raises ExportError."""
    if source.total < MANY or PROCESSORS < 2:
        for chunk in source.selected():
            yield len(chunk), render(chunk, source.naming)
        return
    url = source.records.store.url.render_as_string(hide_password=False)
    task = _Task(url, source.selection, source.upto, SPAN, source.naming, render)
    # Ctrl+C at a terminal reaches both: it ends this one, which ends the other. A new process inherits what is blocked.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        second = subprocess.Popen(
            [sys.executable, "-P", "-m", "service.exporting.halves"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert second.stdin is not None
    assert second.stdout is not None
    try:
        with suppress(BrokenPipeError):  # it ended at once, which reading from it tells
            pickle.dump(task, second.stdin)
            second.stdin.flush()  # and it stays open: that it closes tells the other one that nobody waits any more
        for number in range(task.parts):
            yield task.part(source.records, number) if number % 2 == 0 else _received(second.stdout)
    finally:
        second.kill()
        second.wait()
        second.stdout.close()
        with suppress(BrokenPipeError):
            second.stdin.close()


def _received(pipe: IO[bytes]) -> tuple[int, bytes]:
    events, size = _FRAME.unpack(_exactly(pipe, _FRAME.size))
    return events, _exactly(pipe, size)


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise ExportError("Proses yang membantu membuat berkas ini terhenti; coba lagi.")
    return data


def main() -> None:
    """Make every other part, from the second one on."""
    task = cast("_Task", pickle.load(sys.stdin.buffer))  # noqa: S301 - whoever started this process wrote it
    end_with_parent()
    store = Store(task.database)
    records = Records(store, TrailIndex(store))
    for number in range(1, task.parts, 2):
        events, data = task.part(records, number)
        sys.stdout.buffer.write(_FRAME.pack(events, len(data)))
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    store.close()


if __name__ == "__main__":
    main()
