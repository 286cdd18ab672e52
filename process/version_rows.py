"""What is read of the versions of a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bpmn.compile import compile_process
from process.clock import instant, instant_or_none, micros
from process.definitions import Definitions
from process.drafting import DraftRow
from process.model import TimelineEntry
from process.packing import unpack_bytes
from process.proposals import Proposal
from process.store import Tx
from process.tables import instance, person, process_version


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list; `state`: berlaku | terjadwal | digantikan | dicabut."""

    id: int
    number: int
    state: str
    effective_from: datetime
    published_at: datetime
    published_by: str | None
    note: str | None
    revoked_at: datetime | None
    nomor: str
    digest: str
    running: int


@dataclass(frozen=True)
class VersionsPage:
    """Everything about the versions of one process; `in_force` is None while none is; `decidable`: whether there is
    anybody who may approve the proposal."""

    process_id: str
    name: str
    owner_unit: str
    versions: tuple[VersionRow, ...]
    draft: DraftRow | None
    proposal: Proposal | None
    decidable: bool
    needs_approval: bool
    history: tuple[TimelineEntry, ...]

    @property
    def in_force(self) -> VersionRow | None:
        return next((row for row in self.versions if row.state == "berlaku"), None)

    def instead_of(self, number: int) -> VersionRow | None:
        """Which version is in force once this one is revoked; None when none is."""
        left = [row for row in self.versions if row.state in ("berlaku", "digantikan") and row.number != number]
        return max(left, key=lambda row: (row.effective_from, row.number), default=None)

    @property
    def became(self) -> dict[int, int]:
        """Which version a saved state of the draft became, by the state's number, as far as the record says."""
        told = [entry.data for entry in self.history if entry.type == "version.published"]
        return {int(data["simpanan"]): int(data["versi"]) for data in told if "simpanan" in data and "versi" in data}


def version_rows(tx: Tx, definitions: Definitions, process_id: str, now: datetime) -> tuple[VersionRow, ...]:
    """The versions of a process, the newest first."""
    running = {
        row.version: int(row.running)
        for row in tx.all(
            sa.select(instance.c.version, sa.func.count().label("running"))
            .where(instance.c.process_id == process_id, instance.c.state == "running")
            .group_by(instance.c.version)
        )
    }
    current = definitions.in_force(tx, process_id, now)
    rows = tx.all(
        sa.select(process_version, person.c.name.label("publisher"))
        .outerjoin(person, person.c.id == process_version.c.published_by)
        .where(process_version.c.process_id == process_id)
        .order_by(process_version.c.number.desc())
    )
    made = []
    for row in rows:
        if row.revoked_at is not None:
            state = "dicabut"
        elif row.id == current:
            state = "berlaku"
        else:
            state = "terjadwal" if row.effective_from > micros(now) else "digantikan"
        process = compile_process(unpack_bytes(row.diagram))
        made.append(
            VersionRow(
                row.id,
                row.number,
                state,
                instant(row.effective_from),
                instant(row.published_at),
                row.publisher,
                row.note,
                instant_or_none(row.revoked_at),
                process.identity.nomor,
                row.digest,
                running.get(row.id, 0),
            )
        )
    return tuple(made)
