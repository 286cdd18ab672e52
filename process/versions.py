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

from bpmn.errors import DiagramError
from bpmn.rewrite import with_identity
from process import authority
from process.approval import needs_approval, setting_name
from process.audit import NewEvent
from process.checking import Checked, checked
from process.clock import Clock
from process.definitions import MAX_NOTE, Definitions, Published, Version
from process.draft_states import as_process
from process.drafting import Drafts
from process.errors import Conflict, Forbidden, InvalidData, InvalidProcess, NotFound, ReasonRequired, Stale
from process.model import PENGELOLA, Actor, FieldError
from process.notices import tell_about
from process.packing import pack, unpack_bytes
from process.proposals import (
    Asked,
    Proposal,
    decidable,
    decide,
    lock_process,
    others,
    proposal_forms,
    proposal_row,
    propose,
    to_proposal,
    waiting_row,
    waiting_rows,
)
from process.record import append, process_stream
from process.store import Store, Tx
from process.tables import process_definition, process_version, setting, stream
from process.trail import timeline
from process.units import remark
from process.version_rows import VersionsPage, version_rows
from process.version_tables import process_draft

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
            waiting = waiting_row(tx, process_id)
            found = tx.one(sa.select(stream.c.id).where(stream.c.name == process_stream(process_id)))
            return VersionsPage(
                process_id,
                row.name,
                row.owner_unit,
                version_rows(tx, self.definitions, process_id, now),
                draft,
                None if waiting is None else to_proposal(waiting),
                waiting is not None and bool(others(tx, waiting.proposed_by)),
                needs_approval(tx, process_id),
                timeline(tx, found.id) if found else (),
            )

    def version(self, process_id: str, number: int) -> Version:
        """One version by its number; raises NotFound."""
        with self.store.reading() as tx:
            return self.definitions.load(tx, self._id(tx, process_id, number))

    def waiting(self) -> dict[str, Proposal]:
        """What waits for a second person, by process."""
        with self.store.reading() as tx:
            return {row.process: to_proposal(row) for row in waiting_rows(tx)}

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
            lock_process(tx, process_id)  # first the process, as everybody: else two would wait for each other
            query = sa.select(process_draft.c.head).where(process_draft.c.process == process_id)
            if tx.scalar(query) != revision:
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
            lock_process(tx, process_id)
            return self._bring(tx, content, actor, now)

    def approve(self, proposal_id: int, actor: Actor) -> Published | None:
        """Another pengelola's approval: the proposed version is in force, from its day or from now on; or a version is
        revoked, and None the answer."""
        authority.require(actor, PENGELOLA)
        now = self.clock.now()
        asked, xml, forms = self.proposed(proposal_id)
        if actor.person_id is None or actor.person_id == asked.proposed_by:
            raise Forbidden("Usulan harus disetujui pengelola proses lain daripada yang mengusulkannya.")
        found = checked(xml, forms) if asked.revokes is None else None
        with self.store.transaction() as tx:
            row = decidable(tx, proposal_id)
            told = {"usulan": proposal_id, "diusulkan_oleh": asked.proposed_name, "digest": row.digest}
            append(tx, process_stream(row.process), [NewEvent("version.approved", told)], actor, now)
            if found is None:
                version = self._id(tx, row.process, row.revokes)
                self.definitions.revoke_in(tx, version, actor, now, row.note, {"usulan": proposal_id})
                decide(tx, row, "approved", actor, now, None, f"versi {row.revokes} dicabut.")
                return None
            begin = max(now, asked.effective_from) if asked.effective_from else None
            content = Content(asked.process_id, row.name, row.owner_unit, found, row.note, begin, row.draft)
            made = self._publish(tx, content, actor, now, {"disetujui": actor.name, "usulan": proposal_id})
            decide(tx, row, "approved", actor, now, None, f"versi {made.number} diberlakukan.")
        return made

    def reject(self, proposal_id: int, actor: Actor, reason: str) -> None:
        """Turn a proposal down, or take one's own back, with a reason; the draft stays."""
        authority.require(actor, PENGELOLA)
        why = remark(reason)
        if why is None:
            raise ReasonRequired
        now = self.clock.now()
        with self.store.transaction() as tx:
            row = decidable(tx, proposal_id)
            decide(tx, row, "rejected", actor, now, why, why)
            told = {"usulan": proposal_id, "diusulkan_oleh": row.proposed_name, "digest": row.digest, "alasan": why}
            append(tx, process_stream(row.process), [NewEvent("version.rejected", told)], actor, now)

    def revoke(self, process_id: str, number: int, actor: Actor, reason: str) -> int | None:
        """Take a version out of force, with a reason: the one before it counts again. Where versions need a second
        person's approval it is proposed, and the answer is the proposal's number; else None."""
        authority.require(actor, PENGELOLA)
        why = remark(reason)
        if why is None:
            raise ReasonRequired
        now = self.clock.now()
        version = self.version(process_id, number)
        with self.store.transaction() as tx:
            lock_process(tx, process_id)
            self.definitions.revocable(tx, version.id)
            if not needs_approval(tx, process_id):
                self.definitions.revoke_in(tx, version.id, actor, now, why)
                return None
            forms = {form_id: form.source for form_id, form in version.forms.items()}
            asked = Asked(
                process_id,
                version.process.name,
                version.owner_unit,
                version.digest,
                version.process.xml,
                forms,
                why,
                revokes=number,
            )
            return propose(tx, asked, actor, now)

    def set_approval(self, process_id: str, needed: bool, actor: Actor, reason: str) -> None:
        """Whether this process needs a second person's approval; on record with a reason."""
        authority.require(actor, PENGELOLA)
        why = remark(reason)
        if why is None:
            raise ReasonRequired
        now = self.clock.now()
        with self.store.transaction() as tx:
            name = lock_process(tx, process_id)
            before = needs_approval(tx, process_id)
            if before == needed:
                return
            stored = setting_name(process_id)
            tx.execute(setting.delete().where(setting.c.name == stored))
            tx.execute(setting.insert().values(name=stored, value=pack(needed)))
            told = {"pengaturan": "persetujuan", "sebelum": before, "sesudah": needed, "alasan": why}
            append(tx, process_stream(process_id), [NewEvent("setting.changed", told)], actor, now)
            did = "mewajibkan" if needed else "meniadakan"
            words = f"{actor.name} {did} persetujuan orang kedua untuk “{name}”: {why}"
            tell_about(tx, process_id, others(tx, actor.person_id), "approval", words, now)

    # -- parts ------------------------------------------------------------------------------------------------------

    def _bring(self, tx: Tx, content: Content, actor: Actor, now: datetime) -> Outcome:
        if not needs_approval(tx, content.process_id):
            return Outcome(self._publish(tx, content, actor, now, {}), None)
        self._differs(tx, content, now)
        asked = Asked(
            content.process_id,
            content.name,
            content.owner_unit,
            content.found.digest,
            content.found.process.xml,
            content.found.forms,
            content.note,
            content.effective_from,
            content.draft,
        )
        return Outcome(None, propose(tx, asked, actor, now))

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
