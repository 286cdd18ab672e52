"""What a measurement is, and how it is printed."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.serving import settle_memory


@dataclass(frozen=True)
class Row:
    """One line of the table. `middle` and `p95` are ready to be read; `met` is None where nothing must be reached."""

    what: str
    middle: str
    p95: str = ""
    target: str = ""
    baseline: str = ""
    met: bool | None = None


@dataclass
class Sample:
    """Wall and CPU seconds of one measured call; CPU is that of the calling thread."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def measured() -> Iterator[Sample]:
    """Time what is inside the block."""
    sample = Sample()
    cpu, wall = time.thread_time(), time.perf_counter()
    try:
        yield sample
    finally:
        sample.wall = time.perf_counter() - wall
        sample.cpu = time.thread_time() - cpu


def settled() -> None:
    """Let no measurement pay for the garbage of the one before; memory is seen to as in the server."""
    settle_memory()


def middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


def kb(size: float) -> str:
    return f"{size / 1000:.1f} kB"


def table(rows: Sequence[Row]) -> str:
    """The rows in columns as wide as they need."""
    head = ("what", "median", "p95", "must reach", "baseline, same run", "")
    cells = [(r.what, r.middle, r.p95, r.target, r.baseline, _verdict(r)) for r in rows]
    widths = [max(len(line[column]) for line in (head, *cells)) for column in range(len(head))]

    def line(values: Sequence[str]) -> str:
        return "  ".join(value.ljust(width) for value, width in zip(values, widths, strict=True)).rstrip()

    return "\n".join((line(head), "  ".join("-" * width for width in widths), *(line(one) for one in cells)))


def _verdict(row: Row) -> str:
    return "" if row.met is None else "ok" if row.met else "NOT"
