"""Proposals: what waits for a second pengelola's approval, a new version or that one is revoked; and who is told of it.

Everything here happens inside a transaction of `Versions`: with the proposal and with the decision goes a notification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from process.audit import NewEvent
from process.clock import instant, instant_or_none, micros, micros_or_none
from process.errors import Conflict, NotFound
from process.model import PENGELOLA, Actor
from process.notices import tell_about
from process.packing import pack, pack_bytes, unpack
from process.record import append, process_stream
from process.store import Tx
from process.tables import person, process_definition
from process.version_tables import process_draft, version_proposal


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version that waits for a second person, or was decided on (`state`: waiting | approved | rejected). `revokes`:
    the number of the version that is to be revoked, None for a new one; `note`: why."""

    id: int
    process_id: str
    name: str
    note: str
    effective_from: datetime | None
    state: str
    revokes: int | None
    proposed_by: int | None
    proposed_name: str
    proposed_at: datetime
    decided_name: str | None
    decided_at: datetime | None
    reason: str | None

    @property
    def subject(self) -> str:
        return subject(self.revokes)


#: Of a proposal all but its diagram and forms, which may be large: what `to_proposal` takes.
_TOLD = tuple(column for column in version_proposal.c if column.name not in ("diagram", "forms"))


@dataclass(frozen=True)
class Asked:
    """What is to be proposed: content that was checked, or a version as it is with `revokes`, its number."""

    process_id: str
    name: str
    owner_unit: str
    digest: str
    diagram: bytes
    forms: Mapping[str, bytes]
    note: str
    effective_from: datetime | None = None
    draft: int = 0
    revokes: int | None = None


def to_proposal(row: sa.Row[Any]) -> Proposal:
    return Proposal(
        row.id,
        row.process,
        row.name,
        row.note,
        instant_or_none(row.effective_from),
        row.state,
        row.revokes,
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


def waiting_row(tx: Tx, process_id: str) -> sa.Row[Any] | None:
    """What waits for approval, as `to_proposal` takes it: one at a time for a process."""
    return tx.one(_waiting().where(version_proposal.c.process == process_id))


def waiting_rows(tx: Tx) -> list[sa.Row[Any]]:
    """The same of every process that something waits for."""
    return list(tx.all(_waiting()))


def _waiting() -> sa.Select[Any]:
    return sa.select(*_TOLD).where(version_proposal.c.state == "waiting")


def propose(tx: Tx, asked: Asked, actor: Actor, now: datetime) -> int:
    """Store a proposal, on record, and tell who may approve it; its number. Raises Conflict while another waits."""
    if waiting_row(tx, asked.process_id) is not None:
        raise Conflict(
            "Masih ada usulan yang menunggu persetujuan. Usulan itu harus disetujui, ditolak, atau ditarik dahulu."
        )
    made = tx.scalar(
        version_proposal.insert()
        .values(
            process=asked.process_id,
            name=asked.name,
            owner_unit=asked.owner_unit,
            digest=asked.digest,
            diagram=pack_bytes(asked.diagram),
            forms=pack({form_id: source.decode() for form_id, source in asked.forms.items()}),
            note=asked.note,
            effective_from=micros_or_none(asked.effective_from),
            draft=asked.draft,
            revokes=asked.revokes,
            state="waiting",
            proposed_by=actor.person_id,
            proposed_name=actor.name,
            proposed_at=micros(now),
        )
        .returning(version_proposal.c.id)
    )
    told: dict[str, Any] = {"usulan": made, "digest": asked.digest, "catatan": asked.note}
    if asked.effective_from:
        told["berlaku"] = asked.effective_from.isoformat()
    if asked.revokes is not None:
        told["mencabut"] = asked.revokes
    append(tx, process_stream(asked.process_id), [NewEvent("version.proposed", told)], actor, now)
    words = f"{actor.name} mengusulkan {subject(asked.revokes)} “{asked.name}”"
    words += f", yang menunggu persetujuan Anda: {asked.note}"
    tell_about(tx, asked.process_id, others(tx, actor.person_id), "proposed", words, now)
    return int(made)


def subject(revokes: int | None) -> str:
    """What is proposed, in words: a new version, or that one of this number is revoked."""
    return "versi baru" if revokes is None else f"pencabutan versi {revokes}"


def lock_process(tx: Tx, process_id: str) -> str:
    """One at a time for this process, or for the draft of one; what it is called. Raises NotFound."""
    known = sa.select(process_definition.c.name).where(process_definition.c.id == process_id)
    draft = sa.select(process_draft.c.name).where(process_draft.c.process == process_id)
    names = [tx.scalar(one if tx.sqlite else one.with_for_update()) for one in (known, draft)]
    if names == [None, None]:
        raise NotFound("Proses ini tidak ada.")
    return str(names[0] if names[0] is not None else names[1])


def decidable(tx: Tx, proposal_id: int) -> sa.Row[Any]:
    """A proposal that is waiting, locked together with its process."""
    lock_process(tx, proposal_row(tx, proposal_id).process)
    row = proposal_row(tx, proposal_id, lock=True)
    if row.state != "waiting":
        done = "disetujui" if row.state == "approved" else "ditolak"
        raise Conflict(
            f"Usulan ini sudah {done} oleh {row.decided_name}.", by=row.decided_name, at=instant_or_none(row.decided_at)
        )
    return row


def decide(tx: Tx, row: sa.Row[Any], state: str, actor: Actor, now: datetime, reason: str | None, led_to: str) -> None:
    """What became of a proposal: its state (approved | rejected), who, why; the proposer is told, and the others
    who may approve, so that nobody looks for it. `led_to`: what follows, as the end of a sentence."""
    tx.execute(
        version_proposal.update()
        .where(version_proposal.c.id == row.id)
        .values(state=state, decided_by=actor.person_id, decided_name=actor.name, decided_at=micros(now), reason=reason)
    )
    own = row.proposed_by is not None and row.proposed_by == actor.person_id
    did = "menarik kembali" if own else "menyetujui" if state == "approved" else "menolak"

    def words(whose: str) -> str:
        return f"{actor.name} {did} {whose}, {subject(row.revokes)} “{row.name}”: {led_to}"

    rest = others(tx, actor.person_id) - {row.proposed_by}
    tell_about(tx, row.process, rest, state, words("usulannya" if own else f"usulan {row.proposed_name}"), now)
    if row.proposed_by is not None and not own:
        tell_about(tx, row.process, {row.proposed_by}, state, words("usulan Anda"), now)


def others(tx: Tx, person_id: int | None) -> set[int]:
    """Every other pengelola proses whose account is open: who may decide on what this one proposes."""
    rows = tx.all(sa.select(person.c.id, person.c.system_roles).where(person.c.active, person.c.system_roles != ""))
    return {row.id for row in rows if PENGELOLA in row.system_roles.split()} - {person_id}
