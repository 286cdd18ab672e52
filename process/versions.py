"""Putting a draft in force, with a second person's approval where the process wants one; revoking; going back.

Each step is in the process's own stream: who, when, why. A version never changes; going back to an older one makes a
new version of the same content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.model import DiagramError
from bpmn.rewrite import with_identity
from process import authority
from process.approval import needs_approval, setting_name
from process.audit import NewEvent
from process.checking import Checked, checked
from process.clock import Clock, instant_or_none, micros, micros_or_none
from process.definitions import MAX_NOTE, Definitions, Published, Version
from process.draft_states import as_process
from process.drafting import Drafts
from process.errors import Conflict, Forbidden, InvalidData, InvalidProcess, NotFound, ReasonRequired, Stale
from process.model import PENGELOLA, Actor, FieldError
from process.record import append, process_stream
from process.store import Store, Tx, pack, pack_bytes, unpack_bytes
from process.tables import process_definition, process_version, setting, stream
from process.trail import timeline
from process.units import remark
from process.version_rows import (
    Proposal,
    VersionsPage,
    proposal_forms,
    proposal_row,
    to_proposal,
    version_rows,
)
from process.version_tables import process_draft, version_proposal

MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a draft: published, or proposed to a second person."""

    published: Published | None
    proposal_id: int | None


@dataclass(frozen=True)
class Content:
    """What is to be published, checked."""

    process_id: str
    name: str
    owner_unit: str
    found: Checked
    note: str
    effective_from: datetime | None
    draft: int  # number of the draft's state, 0 when it does not come from the draft


class Versions:
    """Changing anything is for the pengelola proses."""

    def __init__(self, store: Store, clock: Clock, definitions: Definitions, drafts: Drafts) -> None:
        self.store = store
        self.clock = clock
        self.definitions = definitions
        self.drafts = drafts

    # -- reading ----------------------------------------------------------------------------------------------------

    def page(self, process_id: str) -> VersionsPage:
        """The versions of a process with their history; raises NotFound for what is neither process nor draft."""
        now = self.clock.now()
        draft = next((row for row in self.drafts.list() if row.process_id == process_id), None)
        with self.store.reading() as tx:
            known = tx.one(sa.select(process_definition).where(process_definition.c.id == process_id))
            kept = tx.one(sa.select(process_draft).where(process_draft.c.process == process_id))
            if known is None and kept is None:
                raise NotFound("Proses ini tidak ada.")
            row = known if known is not None else kept
            assert row is not None
            waiting = tx.one(
                sa.select(version_proposal).where(
                    version_proposal.c.process == process_id, version_proposal.c.state == "waiting"
                )
            )
            found = tx.one(sa.select(stream.c.id).where(stream.c.name == process_stream(process_id)))
            return VersionsPage(
                process_id,
                row.name,
                row.owner_unit,
                version_rows(tx, self.definitions, process_id, now),
                draft,
                None if waiting is None else to_proposal(waiting),
                needs_approval(tx, process_id),
                timeline(tx, found.id) if found else (),
            )

    def version(self, process_id: str, number: int) -> Version:
        """One version by its number; raises NotFound."""
        with self.store.reading() as tx:
            return self.definitions.load(tx, self._id(tx, process_id, number))

    def waiting(self) -> frozenset[str]:
        """The processes with a proposal that waits for a second person."""
        with self.store.reading() as tx:
            rows = tx.all(sa.select(version_proposal.c.process).where(version_proposal.c.state == "waiting"))
        return frozenset(row.process for row in rows)

    def proposed(self, proposal_id: int) -> tuple[Proposal, bytes, dict[str, bytes]]:
        """A proposal with its diagram and forms; raises NotFound."""
        with self.store.reading() as tx:
            row = proposal_row(tx, proposal_id)
            return to_proposal(row), unpack_bytes(row.diagram), proposal_forms(row)

    # -- changing ---------------------------------------------------------------------------------------------------

    def propose(
        self,
        process_id: str,
        actor: Actor,
        *,
        revision: int,
        note: str,
        effective_from: datetime | None = None,
        identity: Mapping[str, str] | None = None,
        official: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Put the draft in force, or propose it where the process needs a second person's approval.

        `revision`: the draft's state that was looked at. `effective_from`: None for at once, never in the past.
        `identity`, `official`: attributes of the identity page that are written into the diagram. Raises
        InvalidData, InvalidProcess with the findings, Stale when somebody saved or published since, Conflict when
        nothing would change or another proposal is waiting.
        """
        authority.require(actor, PENGELOLA)
        now = self.clock.now()
        why = _note(note)
        if effective_from is not None and effective_from < now:
            message = "Mulai berlaku tidak boleh sebelum sekarang; kosongkan untuk memberlakukannya saat ini."
            raise InvalidData([FieldError(("mulai",), "mulai", message)])
        state = self.drafts.state(process_id)
        if state.revision == 0:
            raise Conflict("Tidak ada draf yang terbuka: mungkin sudah diberlakukan atau dibuang.")
        if state.revision != revision:
            raise Stale("Draf telah disimpan lagi sejak halaman ini dibuka. Periksa dahulu isinya yang terbaru.")
        xml = _with_texts(as_process(state.xml, process_id), identity or {}, official or {})
        content = Content(
            process_id, state.name, state.owner_unit, checked(xml, state.forms), why, effective_from, revision
        )
        with self.store.transaction() as tx:
            query = sa.select(process_draft.c.head).where(process_draft.c.process == process_id)
            if tx.scalar(query if tx.sqlite else query.with_for_update()) != revision:
                raise Stale("Draf telah disimpan lagi atau sudah diberlakukan sejak halaman ini dibuka.")
            return self._bring(tx, content, actor, now)

    def restore(self, process_id: str, number: int, actor: Actor, note: str) -> Outcome:
        """Put an older version in force again: a new version with its content, or a proposal of it."""
        authority.require(actor, PENGELOLA)
        now = self.clock.now()
        why = _note(note)
        older = self.version(process_id, number)
        forms = {form_id: form.source for form_id, form in older.forms.items()}
        found = checked(older.process.xml, forms)
        why = f"Versi {number} diberlakukan kembali. {why}"[:MAX_NOTE]
        content = Content(process_id, older.process.name, older.owner_unit, found, why, None, 0)
        with self.store.transaction() as tx:
            _lock(tx, process_id)
            return self._bring(tx, content, actor, now)

    def approve(self, proposal_id: int, actor: Actor) -> Published:
        """Another pengelola's approval: the proposed version is in force, from its day or from now on."""
        authority.require(actor, PENGELOLA)
        now = self.clock.now()
        asked, xml, forms = self.proposed(proposal_id)
        if actor.person_id is None or actor.person_id == asked.proposed_by:
            raise Forbidden("Usulan harus disetujui pengelola proses lain daripada yang mengusulkannya.")
        found = checked(xml, forms)
        with self.store.transaction() as tx:
            row = _decidable(tx, proposal_id)
            begin = max(now, asked.effective_from) if asked.effective_from else None
            content = Content(asked.process_id, row.name, row.owner_unit, found, row.note, begin, row.draft)
            told = {"usulan": proposal_id, "diusulkan_oleh": asked.proposed_name, "digest": row.digest}
            append(tx, process_stream(row.process), [NewEvent("version.approved", told)], actor, now)
            made = self._publish(tx, content, actor, now, {"disetujui": actor.name, "usulan": proposal_id})
            _decide(tx, proposal_id, "approved", actor, now, None)
        return made

    def reject(self, proposal_id: int, actor: Actor, reason: str) -> None:
        """Turn a proposal down, or take one's own back, with a reason; the draft stays."""
        authority.require(actor, PENGELOLA)
        why = remark(reason)
        if why is None:
            raise ReasonRequired
        now = self.clock.now()
        with self.store.transaction() as tx:
            row = _decidable(tx, proposal_id)
            _decide(tx, proposal_id, "rejected", actor, now, why)
            told = {"usulan": proposal_id, "diusulkan_oleh": row.proposed_name, "digest": row.digest, "alasan": why}
            append(tx, process_stream(row.process), [NewEvent("version.rejected", told)], actor, now)

    def revoke(self, process_id: str, number: int, actor: Actor, reason: str) -> None:
        """Take a version out of force, with a reason: the one before it counts again."""
        authority.require(actor, PENGELOLA)
        self.definitions.revoke(self.version(process_id, number).id, actor, reason)

    def set_approval(self, process_id: str, needed: bool, actor: Actor, reason: str) -> None:
        """Whether this process needs a second person's approval; on record with a reason."""
        authority.require(actor, PENGELOLA)
        why = remark(reason)
        if why is None:
            raise ReasonRequired
        now = self.clock.now()
        with self.store.transaction() as tx:
            _lock(tx, process_id)
            before = needs_approval(tx, process_id)
            if before == needed:
                return
            name = setting_name(process_id)
            tx.execute(setting.delete().where(setting.c.name == name))
            tx.execute(setting.insert().values(name=name, value=pack(needed)))
            told = {"pengaturan": "persetujuan", "sebelum": before, "sesudah": needed, "alasan": why}
            append(tx, process_stream(process_id), [NewEvent("setting.changed", told)], actor, now)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _bring(self, tx: Tx, content: Content, actor: Actor, now: datetime) -> Outcome:
        if not needs_approval(tx, content.process_id):
            return Outcome(self._publish(tx, content, actor, now, {}), None)
        self._differs(tx, content, now)
        if tx.scalar(
            sa.select(version_proposal.c.id).where(
                version_proposal.c.process == content.process_id, version_proposal.c.state == "waiting"
            )
        ):
            raise Conflict("Masih ada usulan yang menunggu persetujuan. Setujui atau tolak dahulu usulan itu.")
        found = content.found
        made = tx.scalar(
            version_proposal.insert()
            .values(
                process=content.process_id,
                name=content.name,
                owner_unit=content.owner_unit,
                digest=found.digest,
                diagram=pack_bytes(found.process.xml),
                forms=pack({form_id: source.decode() for form_id, source in found.forms.items()}),
                note=content.note,
                effective_from=micros_or_none(content.effective_from),
                draft=content.draft,
                state="waiting",
                proposed_by=actor.person_id,
                proposed_name=actor.name,
                proposed_at=micros(now),
            )
            .returning(version_proposal.c.id)
        )
        told = {"usulan": made, "digest": found.digest, "catatan": content.note}
        if content.effective_from:
            told["berlaku"] = content.effective_from.isoformat()
        append(tx, process_stream(content.process_id), [NewEvent("version.proposed", told)], actor, now)
        return Outcome(None, made)

    def _publish(self, tx: Tx, content: Content, actor: Actor, now: datetime, told: Mapping[str, Any]) -> Published:
        self._differs(tx, content, now)
        if content.draft:
            told = {**told, "simpanan": content.draft}
        known = tx.one(sa.select(process_definition.c.id).where(process_definition.c.id == content.process_id))
        made = self.definitions.publish_in(
            tx,
            content.found,
            actor,
            now,
            owner_unit=content.owner_unit if known is None else None,
            note=content.note,
            effective_from=content.effective_from,
            told=told,
        )
        if content.draft:
            same = sa.and_(process_draft.c.process == content.process_id, process_draft.c.head == content.draft)
            if tx.one(sa.select(process_draft.c.head).where(same)) is not None:
                self.drafts.close(tx, content.process_id)
        return made

    def _differs(self, tx: Tx, content: Content, now: datetime) -> None:
        current = self.definitions.in_force(tx, content.process_id, now)
        if current is None:
            return
        row = tx.one(
            sa.select(process_version.c.digest, process_version.c.number).where(process_version.c.id == current)
        )
        if row is not None and row.digest == content.found.digest:
            raise Conflict(f"Isinya sama dengan versi {row.number} yang sedang berlaku; tidak ada yang berubah.")

    def _id(self, tx: Tx, process_id: str, number: int) -> int:
        found = tx.scalar(
            sa.select(process_version.c.id).where(
                process_version.c.process_id == process_id, process_version.c.number == number
            )
        )
        if found is None:
            raise NotFound("Versi proses ini tidak ada.")
        return int(found)


def _lock(tx: Tx, process_id: str) -> None:
    """One at a time for this process; raises NotFound for an unknown one."""
    query = sa.select(process_definition.c.id).where(process_definition.c.id == process_id)
    draft = sa.select(process_draft.c.process).where(process_draft.c.process == process_id)
    found = [tx.one(one if tx.sqlite else one.with_for_update()) for one in (query, draft)]
    if found == [None, None]:
        raise NotFound("Proses ini tidak ada.")


def _note(note: str) -> str:
    kept = remark(note, MAX_NOTE)
    if kept is None:
        message = "Catatan perubahan wajib diisi: apa yang berubah, dan mengapa."
        raise InvalidData([FieldError(("catatan",), "catatan", message)])
    return kept


def _with_texts(xml: bytes, identity: Mapping[str, str], official: Mapping[str, str]) -> bytes:
    cut = [{key: " ".join(text.split())[:MAX_TEXT] for key, text in one.items()} for one in (identity, official)]
    try:
        return with_identity(xml, *cut)
    except DiagramError as error:
        raise InvalidProcess(error.findings) from error
    except ValueError as error:  # a character that XML cannot hold
        message = "Keterangan identitas memuat karakter yang tidak dapat ditulis."
        raise InvalidData([FieldError(("identitas",), "identitas", message)]) from error


def _decidable(tx: Tx, proposal_id: int) -> sa.Row[Any]:
    """A proposal that is waiting, locked together with its process."""
    _lock(tx, proposal_row(tx, proposal_id).process)
    row = proposal_row(tx, proposal_id, lock=True)
    if row.state != "waiting":
        done = "disetujui" if row.state == "approved" else "ditolak"
        raise Conflict(
            f"Usulan ini sudah {done} oleh {row.decided_name}.", by=row.decided_name, at=instant_or_none(row.decided_at)
        )
    return row


def _decide(tx: Tx, proposal_id: int, state: str, actor: Actor, now: datetime, reason: str | None) -> None:
    tx.execute(
        version_proposal.update()
        .where(version_proposal.c.id == proposal_id)
        .values(state=state, decided_by=actor.person_id, decided_name=actor.name, decided_at=micros(now), reason=reason)
    )
