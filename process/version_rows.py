"""What is read of versions: their list, and proposals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.compile import compile_process
from process.clock import instant, instant_or_none, micros
from process.definitions import Definitions
from process.drafting import DraftRow
from process.errors import NotFound
from process.model import TimelineEntry
from process.store import Tx, unpack, unpack_bytes
from process.tables import instance, person, process_version
from process.version_tables import version_proposal


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that waits for a second person, or was decided on (`state`: waiting | approved | rejected)."""

    id: int
    process_id: str
    name: str
    note: str
    effective_from: datetime | None
    state: str
    proposed_by: int | None
    proposed_name: str
    proposed_at: datetime
    decided_name: str | None
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class VersionsPage:
    """Everything about the versions of one process; `in_force` is None while none is."""

    process_id: str
    name: str
    owner_unit: str
    versions: tuple[VersionRow, ...]
    draft: DraftRow | None
    proposal: Proposal | None
    needs_approval: bool
    history: tuple[TimelineEntry, ...]

    @property
    def in_force(self) -> VersionRow | None:
        return next((row for row in self.versions if row.state == "berlaku"), None)

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


def to_proposal(row: sa.Row[Any]) -> Proposal:
    return Proposal(
        row.id,
        row.process,
        row.name,
        row.note,
        instant_or_none(row.effective_from),
        row.state,
        row.proposed_by,
        row.proposed_name,
        instant(row.proposed_at),
        row.decided_name,
        instant_or_none(row.decided_at),
        row.reason,
    )


def proposal_row(tx: Tx, proposal_id: int, *, lock: bool = False) -> sa.Row[Any]:
    """A proposal as stored; raises NotFound."""
    query = sa.select(version_proposal).where(version_proposal.c.id == proposal_id)
    row = tx.one(query.with_for_update() if lock and not tx.sqlite else query)
    if row is None:
        raise NotFound("Usulan ini tidak ada.")
    return row


def proposal_forms(row: sa.Row[Any]) -> dict[str, bytes]:
    """The form sources of a proposal by id."""
    return {form_id: text.encode() for form_id, text in unpack(row.forms).items()}
