"""What an export is: its row, and the file that was made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from process.clock import instant, instant_or_none
from process.packing import unpack_plain
from process.selection import Selection

KEPT = timedelta(days=7)
OPEN = ("waiting", "running")
BUNDLE = "berkas"  # the format of archive bundles, which `archive` asks for: the same file for whoever may have it


@dataclass(frozen=True)
class Export:
    """One export. `state`: waiting, running, done, failed, cancelled or expired; `total` and `done` in events;
    `size` in bytes; `error` an Indonesian sentence."""

    id: str
    format: str
    selection: Selection
    options: Mapping[str, Any]
    asked_by: int | None
    asked_name: str
    asked_at: datetime
    state: str
    upto: int | None
    total: int | None
    done: int
    attempts: int
    name: str
    size: int | None
    sha256: str | None
    finished_at: datetime | None
    expires_at: datetime | None
    error: str | None

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Made:
    """A file that was written: how many events it holds, its size in bytes and its hexadecimal SHA-256."""

    events: int
    size: int
    sha256: str


def to_export(row: Any) -> Export:
    return Export(
        row.id,
        row.format,
        Selection.of(unpack_plain(row.selection)),
        unpack_plain(row.options),
        row.asked_by,
        row.asked_name,
        instant(row.asked_at),
        row.state,
        row.upto,
        row.total,
        row.done,
        row.attempts,
        row.name or row.id,
        row.size,
        row.sha256,
        instant_or_none(row.finished_at),
        instant_or_none(row.expires_at),
        row.error,
    )
