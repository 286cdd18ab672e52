"""Process definitions: publishing an immutable version of a diagram with its forms, and which one is in force."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.compile import compile_process
from bpmn.model import Finding, Process
from forms import Form, load_form
from forms.canonical import digest
from process import authority
from process.approval import needs_approval
from process.audit import NewEvent
from process.calendars import STANDARD_CODE, Calendars
from process.checking import Checked, checked
from process.clock import Clock, instant, instant_or_none, micros
from process.errors import Conflict, InvalidData, NotFound, ReasonRequired
from process.model import PENGELOLA, Actor, FieldError
from process.packing import pack_bytes, unpack_bytes
from process.record import append, process_stream
from process.store import Prepared, Store, Tx
from process.tables import calendar, process_definition, process_version, version_form
from process.units import remark, unit_in

REVOKING_NEEDS_APPROVAL = (
    "Pencabutan versi proses ini memerlukan persetujuan pengelola proses lain. Usulkan di halaman Versi."
)
NEEDS_APPROVAL = (
    "Versi baru proses ini memerlukan persetujuan pengelola proses lain. Unggah diagramnya di halaman Sunting, lalu "
    "usulkan melalui Berlakukan."
)
_IN_FORCE = Prepared(
    sa.select(process_version.c.id)
    .where(
        process_version.c.process_id == sa.bindparam("process"),
        process_version.c.revoked_at.is_(None),
        process_version.c.effective_from <= sa.bindparam("now"),
    )
    .order_by(process_version.c.effective_from.desc(), process_version.c.number.desc())
    .limit(1)
)
_KEPT = 64  # compiled versions kept in memory
MAX_NOTE = 500


@dataclass(frozen=True)
class Version:
    """A published version: the compiled diagram and its forms by id. Immutable, and shared between threads."""

    id: int
    process_id: str
    number: int
    digest: str
    process: Process
    forms: Mapping[str, Form]
    calendar: str
    effective_from: datetime
    owner_unit: str


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication led to. `new` is False when exactly this version was in force already."""

    version_id: int
    process_id: str
    number: int
    new: bool
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A version in a list; `in_force` is the one that a start takes now."""

    process_id: str
    name: str
    owner_unit: str
    version_id: int
    number: int
    effective_from: datetime
    published_at: datetime
    digest: str
    revoked_at: datetime | None
    in_force: bool


class Definitions:
    """Published versions. Publishing and revoking are for the pengelola proses."""

    def __init__(self, store: Store, clock: Clock, calendars: Calendars) -> None:
        self.store = store
        self.clock = clock
        self.calendars = calendars
        self._loaded: OrderedDict[int, Version] = OrderedDict()
        self._lock = threading.Lock()

    def publish(
        self,
        xml: bytes,
        forms: Mapping[str, bytes],
        actor: Actor,
        *,
        owner_unit: str | None = None,
        calendar: str | None = None,
        note: str | None = None,
        effective_from: datetime | None = None,
    ) -> Published:
        """Check a diagram with its forms and put it in force, from now on or from another instant (it is on record);
        running instances keep their version.

        `forms` holds form sources by id; those that the diagram does not name are left out. `owner_unit` is needed
        for a new process, and kept for a known one when None. Raises InvalidProcess with the findings, NotFound for
        an unknown unit or calendar, Conflict when another unit owns the process, or when its versions need a second
        person's approval (the first one never does): that goes through a proposal.
        """
        authority.require(actor, PENGELOLA)
        found = checked(xml, forms)
        now = self.clock.now()
        with self.store.transaction() as tx:
            made = self.publish_in(
                tx,
                found,
                actor,
                now,
                owner_unit=owner_unit,
                calendar=calendar,
                note=note,
                effective_from=effective_from,
            )
            if made.new and made.number > 1 and needs_approval(tx, made.process_id):
                raise Conflict(NEEDS_APPROVAL)
            return made

    def publish_in(
        self,
        tx: Tx,
        found: Checked,
        actor: Actor,
        now: datetime,
        *,
        owner_unit: str | None = None,
        calendar: str | None = None,
        note: str | None = None,
        effective_from: datetime | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> Published:
        """`publish` of what was checked, inside a transaction; `told` goes on record with it."""
        process, used = found.process, found.forms
        self.calendars.ensure_standard(tx, now)
        owner = self._define(tx, process, owner_unit)
        calendar = self._calendar(tx, process.id, calendar)
        current = self.in_force(tx, process.id, now)
        if current is not None:
            row = tx.one(sa.select(process_version).where(process_version.c.id == current))
            assert row is not None
            if row.digest == found.digest and row.calendar == calendar:
                return Published(row.id, process.id, row.number, False, found.findings)
        highest = sa.select(sa.func.max(process_version.c.number)).where(process_version.c.process_id == process.id)
        number = 1 + (tx.scalar(highest) or 0)
        version = tx.scalar(
            process_version.insert()
            .values(
                process_id=process.id,
                number=number,
                digest=found.digest,
                diagram=pack_bytes(process.xml),
                effective_from=micros(effective_from or now),
                calendar=calendar,
                published_by=actor.person_id,
                published_at=micros(now),
                note=remark(note, MAX_NOTE),
            )
            .returning(process_version.c.id)
        )
        known = process_definition.c.id == process.id  # called as its newest version says
        tx.execute(process_definition.update().where(known).values(name=process.name))
        for form_id, source in used.items():
            tx.execute(
                version_form.insert().values(
                    version=version, form_id=form_id, digest=digest(source), content=pack_bytes(source)
                )
            )
        payload = {
            "versi": number,
            "digest": found.digest,
            "diagram": digest(process.xml),
            "formulir": {form_id: digest(source) for form_id, source in used.items()},
            "unit": owner,
            "kalender": calendar,
            "berlaku": (effective_from or now).isoformat(),
            "catatan": remark(note, MAX_NOTE),
            **(told or {}),
        }
        append(tx, process_stream(process.id), [NewEvent("version.published", payload)], actor, now)
        return Published(version, process.id, number, True, found.findings)

    def revoke(self, version_id: int, actor: Actor, reason: str) -> None:
        """Take a version out of force: the one before it counts again; running instances go on with it. Raises
        ReasonRequired, NotFound, Conflict when it is revoked already, or when that needs a second person's approval."""
        authority.require(actor, PENGELOLA)
        why = remark(reason)
        if why is None:
            raise ReasonRequired
        now = self.clock.now()
        with self.store.transaction() as tx:
            if needs_approval(tx, self.revocable(tx, version_id).process_id):
                raise Conflict(REVOKING_NEEDS_APPROVAL)
            self.revoke_in(tx, version_id, actor, now, why)

    def revoke_in(
        self, tx: Tx, version_id: int, actor: Actor, now: datetime, why: str, told: Mapping[str, Any] | None = None
    ) -> None:
        """`revoke` inside a transaction, whatever approval it needs; `told` goes on record with it."""
        row = self.revocable(tx, version_id)
        tx.execute(process_version.update().where(process_version.c.id == version_id).values(revoked_at=micros(now)))
        payload = {"versi": row.number, "digest": row.digest, "alasan": why, **(told or {})}
        append(tx, process_stream(row.process_id), [NewEvent("version.revoked", payload)], actor, now)

    def revocable(self, tx: Tx, version_id: int) -> sa.Row[Any]:
        """A version as stored, locked; raises NotFound, or Conflict when it is revoked already."""
        query = sa.select(process_version).where(process_version.c.id == version_id)
        row = tx.one(query if tx.sqlite else query.with_for_update())
        if row is None:
            raise NotFound("Versi proses tidak ada.")
        if row.revoked_at is not None:
            raise Conflict("Versi ini sudah dicabut.", at=instant(row.revoked_at))
        return row

    # -- reading ----------------------------------------------------------------------------------------------------

    def in_force(self, tx: Tx, process_id: str, now: datetime) -> int | None:
        """The id of the version that a start takes now, or None."""
        found = tx.fetch(_IN_FORCE, {"process": process_id, "now": micros(now)})
        return int(found[0][0]) if found else None

    def load(self, tx: Tx, version_id: int) -> Version:
        """A version, compiled; raises NotFound. Nothing is read when it is in memory already."""
        with self._lock:
            known = self._loaded.get(version_id)
            if known is not None:
                self._loaded.move_to_end(version_id)
                return known
        row = tx.one(
            sa.select(process_version, process_definition.c.owner_unit)
            .join(process_definition, process_definition.c.id == process_version.c.process_id)
            .where(process_version.c.id == version_id)
        )
        if row is None:
            raise NotFound("Versi proses tidak ada.")
        rows = tx.all(sa.select(version_form).where(version_form.c.version == version_id))
        made = Version(
            row.id,
            row.process_id,
            row.number,
            row.digest,
            compile_process(unpack_bytes(row.diagram)),
            {form.form_id: load_form(unpack_bytes(form.content)) for form in rows},
            row.calendar,
            instant(row.effective_from),
            row.owner_unit,
        )
        with self._lock:
            self._loaded[version_id] = made
            while len(self._loaded) > _KEPT:
                self._loaded.popitem(last=False)
        return made

    def current(self, process_id: str) -> Version:
        """The version in force now; raises NotFound."""
        now = self.clock.now()
        with self.store.reading() as tx:
            found = self.in_force(tx, process_id, now)
            if found is None:
                raise NotFound(f"Proses “{process_id[:80]}” tidak ada atau tidak sedang berlaku.")
            return self.load(tx, found)

    def list(self, process_id: str | None = None) -> tuple[DefinitionRow, ...]:
        """All versions by process name, the newest first within each."""
        now = self.clock.now()
        query = (
            sa.select(process_version, process_definition.c.name, process_definition.c.owner_unit)
            .join(process_definition, process_definition.c.id == process_version.c.process_id)
            .order_by(process_definition.c.name, process_definition.c.id, process_version.c.number.desc())
        )
        if process_id is not None:
            query = query.where(process_version.c.process_id == process_id)
        with self.store.reading() as tx:
            rows = tx.all(query)
        latest: dict[str, tuple[int, int]] = {}
        for row in rows:
            if row.revoked_at is None and row.effective_from <= micros(now):
                latest[row.process_id] = max(latest.get(row.process_id, (0, 0)), (row.effective_from, row.number))
        return tuple(
            DefinitionRow(
                row.process_id,
                row.name,
                row.owner_unit,
                row.id,
                row.number,
                instant(row.effective_from),
                instant(row.published_at),
                row.digest,
                instant_or_none(row.revoked_at),
                row.revoked_at is None and latest.get(row.process_id) == (row.effective_from, row.number),
            )
            for row in rows
        )

    # -- parts of publishing ----------------------------------------------------------------------------------------

    def _define(self, tx: Tx, process: Process, owner_unit: str | None) -> str:
        query = sa.select(process_definition).where(process_definition.c.id == process.id)
        row = tx.one(query if tx.sqlite else query.with_for_update())
        if row is None:
            if owner_unit is None:
                message = "Unit pemilik wajib disebut untuk proses yang baru."
                raise InvalidData([FieldError(("unit",), "unit", message)])
            owner = unit_in(tx, owner_unit).code
            tx.execute(process_definition.insert().values(id=process.id, name=process.name, owner_unit=owner))
            return owner
        if owner_unit is not None and owner_unit != row.owner_unit:
            raise Conflict(f"Proses “{process.id}” sudah dimiliki unit {row.owner_unit}.")
        return str(row.owner_unit)

    def _calendar(self, tx: Tx, process_id: str, code: str | None) -> str:
        if code is None:
            code = tx.scalar(
                sa.select(process_version.c.calendar)
                .where(process_version.c.process_id == process_id)
                .order_by(process_version.c.number.desc())
                .limit(1)
            )
        code = code or STANDARD_CODE
        if tx.one(sa.select(calendar.c.code).where(calendar.c.code == code)) is None:
            raise NotFound(f"Kalender kerja “{code}” tidak ada.")
        return code
