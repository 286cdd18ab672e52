"""Drafts of a process: the diagram and its forms as somebody is changing them, saved as one goes.

There is one draft per process, and every saved state of it stays a row for a while. Who saves over another's work is
told (`DraftChanged`), and what was sent is kept aside under a number of its own: nothing is lost, whoever wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.model import Finding
from bpmn.rewrite import process_of
from process import authority
from process.checking import findings_of
from process.clock import Clock, instant
from process.definitions import Definitions
from process.draft_states import State, as_process, check_content, merged, move, read, read_or, store, thin
from process.errors import Conflict, DraftChanged, InvalidData, NotFound
from process.model import PENGELOLA, Actor, FieldError
from process.store import Store, Tx
from process.tables import process_definition, process_version
from process.units import unit_in
from process.version_tables import draft_state, process_draft

MAX_NAME = 200
RESERVED = frozenset({"baru", "acuan"})  # addresses of pages beside those of processes
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class StateRow:
    """A saved state in a list."""

    number: int
    saved_at: datetime
    saved_by: str
    current: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An open draft in a list."""

    process_id: str
    name: str
    owner_unit: str
    revision: int
    saved_at: datetime
    saved_by: str
    base: int | None


class Drafts:
    """Reading is for everybody who may log in, writing for the pengelola proses."""

    def __init__(self, store: Store, clock: Clock, definitions: Definitions) -> None:
        self.store = store
        self.clock = clock
        self.definitions = definitions

    # -- reading ----------------------------------------------------------------------------------------------------

    def state(self, process_id: str, number: int | None = None) -> State:
        """The draft, or one saved state by its number; without a draft the version in force. Raises NotFound."""
        now = self.clock.now()
        with self.store.reading() as tx:
            return self.state_in(tx, process_id, now, number)

    def state_in(self, tx: Tx, process_id: str, now: datetime, number: int | None = None) -> State:
        """`state` inside a transaction."""
        row = tx.one(sa.select(process_draft).where(process_draft.c.process == process_id))
        wanted = number if number is not None else row.head if row is not None else 0
        if number is not None and row is None:
            raise NotFound("Simpanan draf ini tidak ada.")
        if row is None or not wanted:
            return self._published(tx, process_id, now)
        return read(tx, row, wanted)

    def history(self, process_id: str) -> tuple[StateRow, ...]:
        """The saved states that are still there, the newest first."""
        with self.store.reading() as tx:
            head = tx.scalar(sa.select(process_draft.c.head).where(process_draft.c.process == process_id))
            columns = (c for c in draft_state.c if c.name not in ("diagram", "forms"))
            query = sa.select(*columns).where(draft_state.c.process == process_id).order_by(draft_state.c.number.desc())
            return tuple(
                StateRow(row.number, instant(row.saved_at), row.saved_name, row.number == head, bool(row.aside))
                for row in tx.all(query)
            )

    def list(self) -> tuple[DraftRow, ...]:
        """The open drafts by name."""
        query = (
            sa.select(process_draft, draft_state.c.saved_at, draft_state.c.saved_name)
            .join(
                draft_state,
                sa.and_(draft_state.c.process == process_draft.c.process, draft_state.c.number == process_draft.c.head),
            )
            .order_by(process_draft.c.name, process_draft.c.process)
        )
        with self.store.reading() as tx:
            return tuple(
                DraftRow(
                    row.process, row.name, row.owner_unit, row.head, instant(row.saved_at), row.saved_name, row.base
                )
                for row in tx.all(query)
            )

    def check(
        self, process_id: str, xml: bytes, forms: Mapping[str, bytes | None] | None = None
    ) -> tuple[Finding, ...]:
        """The publication check of a diagram with the draft's forms, `forms` laid over them. Raises Busy."""
        known = self.state(process_id)
        return findings_of(as_process(xml, process_id), merged(known.forms, forms))

    # -- writing ----------------------------------------------------------------------------------------------------

    def save(
        self,
        process_id: str,
        actor: Actor,
        *,
        revision: int,
        xml: bytes | None = None,
        forms: Mapping[str, bytes | None] | None = None,
    ) -> State:
        """Save what is given over the state `revision` (0: no draft was open); a form that is None is removed.

        The diagram and each form are parts: what others saved in other parts meanwhile stays. Returns the state that
        counts now; nothing is written when nothing changed. Raises DraftChanged when somebody else changed the same
        part since `revision`: what was sent is kept aside all the same.
        """
        authority.require(actor, PENGELOLA)
        check_content(xml, forms)
        now = self.clock.now()
        with self.store.transaction() as tx:
            row = self._locked(tx, process_id)
            head = read(tx, row, row.head) if row.head else self._published(tx, process_id, now)
            under = head if revision == row.head else read_or(tx, row, revision, self._published(tx, process_id, now))
            late = _clash(under, head, xml, forms)
            over = under if late else head
            mine = (over.xml if xml is None else xml, merged(over.forms, forms))
            if mine == (head.xml, dict(head.forms)):
                return head
            if not late:
                return self._forward(tx, row, head, mine, actor, now)
            number = store(tx, row, mine, actor, now, aside=True)
            move(tx, row, number, row.head)
        raise DraftChanged(
            "Draf ini sudah diberlakukan atau dibuang. Yang Anda kirim tetap disimpan.",
            by=head.saved_by,
            at=head.saved_at,
            mine=number,
            theirs=head,
        )

    def create(
        self,
        name: str,
        owner_unit: str,
        xml: bytes,
        forms: Mapping[str, bytes],
        actor: Actor,
        *,
        process_id: str | None = None,
    ) -> str:
        """A draft of a new process; returns its id, made of the name unless one is chosen.

        The diagram takes over id and name where it can be read, and is kept as it is where it cannot. Raises
        InvalidData, NotFound for an unknown unit.
        """
        authority.require(actor, PENGELOLA)
        name = " ".join("".join(c for c in name if c.isprintable()).split())[:MAX_NAME]
        if not name:
            raise InvalidData([FieldError(("nama",), "nama", "Nama proses wajib diisi.")])
        check_content(xml, forms)
        now = self.clock.now()
        with self.store.transaction() as tx:
            owner = unit_in(tx, owner_unit)
            if not owner.active:
                raise InvalidData([FieldError(("unit",), "unit", f"Unit kerja {owner.name} sudah tidak aktif.")])
            made = _free(tx, _slug(name)) if process_id is None else _chosen(tx, process_id)
            values = {"process": made, "name": name, "owner_unit": owner.code, "head": 0, "last": 0}
            tx.execute(process_draft.insert().values(**values))
            row = self._locked(tx, made)
            number = store(tx, row, (as_process(xml, made, name), dict(forms)), actor, now, aside=False)
            move(tx, row, number, number)
        return made

    def take_back(self, process_id: str, number: int, actor: Actor) -> State:
        """A saved state becomes the draft as a state of its own: what the draft was stays, and whoever has it open
        learns of the change on saving. Without an open draft one is opened. Raises NotFound."""
        authority.require(actor, PENGELOLA)
        now = self.clock.now()
        with self.store.transaction() as tx:
            row = self._locked(tx, process_id)
            found = read(tx, row, number)
            head = read(tx, row, row.head) if row.head else self._begun(tx, process_id, now, found)
            if row.head and (found.xml, found.forms) == (head.xml, head.forms):
                return head
            return self._forward(tx, row, head, (found.xml, dict(found.forms)), actor, now)

    def discard(self, process_id: str, actor: Actor) -> None:
        """Close the draft without putting it in force; its states stay for a while. Raises Conflict without one."""
        authority.require(actor, PENGELOLA)
        with self.store.transaction() as tx:
            row = self._locked(tx, process_id)
            if not row.head:
                raise Conflict("Tidak ada draf yang terbuka.")
            self.close(tx, process_id)

    def close(self, tx: Tx, process_id: str) -> None:
        """The draft has become a version, or is given up."""
        tx.execute(process_draft.update().where(process_draft.c.process == process_id).values(head=0, base=None))

    # -- parts ------------------------------------------------------------------------------------------------------

    def _locked(self, tx: Tx, process_id: str) -> sa.Row[Any]:
        """The row of a draft, locked; made when the process is known. Raises NotFound."""
        query = sa.select(process_draft).where(process_draft.c.process == process_id)
        query = query if tx.sqlite else query.with_for_update()
        row = tx.one(query)
        if row is None:
            known = tx.one(sa.select(process_definition).where(process_definition.c.id == process_id))
            if known is None:
                raise NotFound("Proses ini tidak ada.")
            values = {"process": process_id, "name": known.name, "owner_unit": known.owner_unit, "head": 0, "last": 0}
            tx.execute(tx.insert(process_draft).values(**values).on_conflict_do_nothing())
            row = tx.one(query)
            assert row is not None
        return row

    def _forward(
        self,
        tx: Tx,
        row: sa.Row[Any],
        head: State,
        content: tuple[bytes, dict[str, bytes]],
        actor: Actor,
        now: datetime,
    ) -> State:
        """A further state, and the draft is that now."""
        number = store(tx, row, content, actor, now, aside=False)
        found = process_of(content[0])
        name = found[1][:MAX_NAME] if found and found[1] else head.name
        move(tx, row, number, number, base=head.base, name=name)
        if number % 20 == 0:
            thin(tx, row.process, number)
        return self.state_in(tx, row.process, now)

    def _begun(self, tx: Tx, process_id: str, now: datetime, otherwise: State) -> State:
        """What a draft begins from; a process that never had a version begins from its own saved state."""
        try:
            return self._published(tx, process_id, now)
        except NotFound:
            return otherwise

    def _published(self, tx: Tx, process_id: str, now: datetime) -> State:
        """What a draft begins from: the version in force, else the newest."""
        found = self.definitions.in_force(tx, process_id, now)
        if found is None:
            found = tx.scalar(
                sa.select(process_version.c.id)
                .where(process_version.c.process_id == process_id)
                .order_by(process_version.c.number.desc())
                .limit(1)
            )
        if found is None:
            raise NotFound("Proses ini tidak ada.")
        version = self.definitions.load(tx, found)
        forms = {form_id: form.source for form_id, form in version.forms.items()}
        name, owner = version.process.name, version.owner_unit
        return State(process_id, name, owner, 0, version.process.xml, forms, None, None, version.number)


def _clash(under: State, head: State, xml: bytes | None, forms: Mapping[str, bytes | None] | None) -> bool:
    """Whether a part that is being saved over `under` has become another one in `head`."""
    if xml is not None and head.xml not in (under.xml, xml):
        return True
    return any(
        head.forms.get(form_id) not in (under.forms.get(form_id), source) for form_id, source in (forms or {}).items()
    )


def _slug(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60].rstrip("_")
    return plain if plain[:1].isalpha() else f"proses_{plain}".rstrip("_")


def _chosen(tx: Tx, wanted: str) -> str:
    """An id that somebody chose; raises InvalidData when it is bad or taken."""
    if not _ID.fullmatch(wanted):
        message = "Id proses terdiri atas huruf, angka, garis bawah, titik, atau tanda hubung, diawali huruf."
        raise InvalidData([FieldError(("id",), "id", message)])
    if _free(tx, wanted) != wanted:
        raise InvalidData([FieldError(("id",), "id", f"Id “{wanted}” sudah dipakai proses lain; pilih yang lain.")])
    return wanted


def _free(tx: Tx, wanted: str) -> str:
    """An id that no process and no draft has."""
    taken = set(tx.execute(sa.select(process_definition.c.id)).scalars())
    taken |= set(tx.execute(sa.select(process_draft.c.process)).scalars())
    number, found = 1, wanted
    while found in taken or found in RESERVED:
        number += 1
        found = f"{wanted}_{number}"
    return found
