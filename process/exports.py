"""Exports of the record: asked for, made outside the request one at a time, kept for a while, fetched by who asked.

The row is the truth.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from forms.canonical import digest
from process import authority
from process.clock import Clock, micros
from process.errors import Conflict, ExportLost, Forbidden, NotFound
from process.export_making import MOST_BYTES, Making, kept_bytes
from process.export_rows import BUNDLE, OPEN, Export, to_export
from process.model import AUDITOR, PENGELOLA, Actor, new_id
from process.packing import pack_plain
from process.records import Records
from process.selection import Selection
from process.store import Store, Tx
from process.trail_tables import export

log = logging.getLogger("alur.exports")

LISTED = 100
MOST_OPEN = 5  # that one person has waiting or being made
_PG_LOCK = 714157  # what one person asks for at a time


class Exports(Making):
    """Asking for files, and having them; how they are made is `Making`'s."""

    def __init__(
        self, store: Store, clock: Clock, records: Records, folder: Path, *, max_bytes: int = MOST_BYTES
    ) -> None:
        super().__init__(store, clock, folder, max_bytes)
        self.records = records

    def may(self, actor: Actor) -> bool:
        """Whether this actor may export: a file holds what other Bagian wrote, so only who sees everything."""
        return authority.has(actor, AUDITOR, PENGELOLA)

    def ask(
        self, format: str, selection: Selection, actor: Actor, *, name: str, options: Mapping[str, Any] | None = None
    ) -> Export:
        """Ask for a file called `name`; what the same person asked for already and is not done yet is given instead.

        Raises Forbidden, InvalidData, NotFound; Conflict when this person has too many open, or too much is kept.
        """
        authority.require(actor, AUDITOR, PENGELOLA)
        self.records.count(selection, upto=0)  # raises for what cannot be meant
        options = dict(options or {})
        key = digest({"oleh": actor.person_id or actor.name, "format": format, "pilihan": selection.plain(),
                      "opsi": options})  # fmt: skip
        return self._ask(key, format, selection, actor, name, options)

    def ask_bundle(self, instance_id: str, actor: Actor, *, name: str) -> Export:
        """Ask for the archive bundle of an instance, once at a time whoever asks; may this actor is for `archive` to
        say. Raises Conflict when this person has too many open, or too much is kept."""
        return self._ask(_bundle_key(instance_id), BUNDLE, Selection(instance=instance_id), actor, name, {})

    def bundle(self, instance_id: str) -> Export | None:
        """The newest archive bundle of an instance that was asked for, by anybody."""
        query = sa.select(export).where(export.c.digest == _bundle_key(instance_id))
        with self.store.reading() as tx:
            row = tx.one(query.order_by(export.c.asked_at.desc(), export.c.id).limit(1))
            return None if row is None else to_export(row)

    def _ask(
        self, key: str, format: str, selection: Selection, actor: Actor, name: str, options: Mapping[str, Any]
    ) -> Export:  # fmt: skip
        now = self.clock.now()
        id_ = new_id()
        with self.store.transaction() as tx:
            if actor.person_id is not None:
                _one_asking(tx, actor.person_id)
            made = tx.insert(export).values(
                id=id_,
                format=format,
                selection=pack_plain(selection.plain()),
                options=pack_plain(options),
                digest=key,
                asked_by=actor.person_id,
                asked_name=actor.name,
                asked_at=micros(now),
                state="waiting",
                name=name,
            )
            # One statement gives the new row or the open one: between two, that one may come to its end.
            row = tx.one(
                made.on_conflict_do_update(
                    index_elements=[export.c.digest],
                    index_where=sa.text("state IN ('waiting', 'running')"),  # as the partial index says it
                    set_={"digest": made.excluded.digest},
                ).returning(export)
            )
            assert row is not None
            if row.id == id_:
                self._room(tx, actor)
            return to_export(row)

    def _room(self, tx: Tx, actor: Actor) -> None:
        """Whether the new export of this transaction is one too many: for this person, or for the disk."""
        mine = sa.and_(export.c.asked_by == actor.person_id, export.c.state.in_(OPEN))
        if tx.scalar(sa.select(sa.func.count()).select_from(export).where(mine)) > MOST_OPEN:
            raise Conflict(
                f"Anda sudah meminta {MOST_OPEN} berkas yang belum selesai dibuat. "
                "Tunggulah sampai salah satunya selesai, atau batalkan salah satunya."
            )
        if kept_bytes(tx) >= self.max_bytes:
            raise Conflict(self.full())

    def mine(self, actor: Actor) -> tuple[Export, ...]:
        """The newest exports: one's own, and for an auditor everyone's; without archive bundles."""
        authority.require(actor, AUDITOR, PENGELOLA)
        query = (
            sa.select(export)
            .where(export.c.format != BUNDLE)
            .order_by(export.c.asked_at.desc(), export.c.id)
            .limit(LISTED)
        )
        if not authority.has(actor, AUDITOR):
            query = query.where(export.c.asked_by == actor.person_id)
        with self.store.reading() as tx:
            return tuple(to_export(row) for row in tx.all(query))

    def get(self, export_id: str, actor: Actor) -> Export:
        """One export, for who asked for it or an auditor. Raises Forbidden, NotFound."""
        authority.require(actor, AUDITOR, PENGELOLA)
        with self.store.reading() as tx:
            return _own(tx, export_id, actor)

    def fetch(self, export_id: str, actor: Actor) -> tuple[Export, Path]:
        """An export with its file, which is what was recorded. Raises Forbidden, NotFound, Conflict, ExportLost."""
        return self.sound(self.get(export_id, actor))

    def sound(self, found: Export) -> tuple[Export, Path]:
        """The same of an export that was read already. Raises Conflict; ExportLost when the file is not as it was made:
        then it is kept no longer, so that it can be asked for anew."""
        if found.state != "done":
            told = "sudah tidak disimpan" if found.state == "expired" else "belum ada atau tidak jadi dibuat"
            raise Conflict(f"Berkas ekspor ini {told}.")
        path = self.path(found.id)
        try:
            with path.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            message = "Berkas ini tidak ditemukan lagi di server. Mintalah sekali lagi."
            raise self._lost(found, message) from error
        if sha256 != found.sha256:
            raise self._lost(found, "Isi berkas ini tidak lagi sama dengan yang dibuat. Mintalah sekali lagi.")
        return found, path

    def _lost(self, found: Export, message: str) -> ExportLost:
        """Note that it is kept no longer; the server's log has it, because nobody of ours did that."""
        log.error("export %s (%s): %s", found.id, found.name, message)
        self.lost(found.id)
        return ExportLost(message)

    def cancel(self, export_id: str, actor: Actor) -> None:
        """Stop an export that waits or runs; one that ended already stays as it is. Raises Forbidden, NotFound."""
        authority.require(actor, AUDITOR, PENGELOLA)
        with self.store.reading() as tx:
            _own(tx, export_id, actor)
        self.stop(export_id)

    def remove(self, export_id: str, actor: Actor) -> None:
        """Keep a finished file no longer; one in another state stays as it is. Raises Forbidden, NotFound."""
        self.lost(self.get(export_id, actor).id)

    def stop(self, export_id: str) -> None:
        """`cancel`; may this actor is the caller's affair."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            tx.execute(
                export.update()
                .where(export.c.id == export_id, export.c.state.in_(OPEN))
                .values(state="cancelled", finished_at=micros(now), lease=None)
            )
        self.discard(export_id)


def _one_asking(tx: Tx, person_id: int) -> None:
    """Let this person ask for nothing else until this transaction ends, so that what is open can be counted."""
    if not tx.sqlite:
        tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key, :who)"), {"key": _PG_LOCK, "who": person_id % 2**31})


def _bundle_key(instance_id: str) -> str:
    return digest({"format": BUNDLE, "pelaksanaan": instance_id})


def _own(tx: Tx, export_id: str, actor: Actor) -> Export:
    row = tx.one(sa.select(export).where(export.c.id == export_id))
    if row is None:
        raise NotFound("Ekspor ini tidak ada.")
    if not authority.has(actor, AUDITOR) and (actor.person_id is None or row.asked_by != actor.person_id):
        raise Forbidden("Ekspor ini hanya untuk yang memintanya atau auditor.")
    return to_export(row)
