"""What a check of the record has found: while it goes on, and told."""

from __future__ import annotations

from dataclasses import dataclass, field

from process.audit import Misfit
from process.proof_erased import Erased

MOST = 500  # misfits told one by one


@dataclass(frozen=True)
class Verified:
    """What a check found: how much was read, and what does not fit (of each stream the first event, then its rows)."""

    streams: int
    events: int
    misfits: tuple[Misfit, ...]
    rows: int = 0
    files: int = 0
    erased: tuple[Erased, ...] = ()
    more: int = 0  # misfits beyond those that are told

    @property
    def ok(self) -> bool:
        return not self.misfits


@dataclass
class Tally:
    """What a check has found so far."""

    streams: int = 0
    events: int = 0
    rows: int = 0
    files: int = 0
    misfits: list[Misfit] = field(default_factory=list)
    more: int = 0

    def join(self, other: Tally) -> None:
        """Take in what another process has found."""
        self.streams += other.streams
        self.events += other.events
        self.rows += other.rows
        self.files += other.files
        self.more += other.more
        self.add(other.misfits)

    def add(self, found: list[Misfit]) -> None:
        room = MOST - len(self.misfits)
        self.misfits.extend(found[:room])
        self.more += max(0, len(found) - room)
