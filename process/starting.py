"""Starting an instance: the start form, the business key, the first tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bpmn import runtime
from bpmn.errors import BpmnError
from bpmn.model import Moment
from forms import Form
from forms.canonical import dumps
from process import answers, documents, policy
from process.audit import NewEvent, genesis
from process.clock import instant, micros
from process.context import Sources, evaluate
from process.definitions import Version
from process.errors import Conflict, DuplicateKey, Forbidden, NotFound, ReasonRequired
from process.model import Actor, Attachment, Held, Instance, new_id
from process.record import instance_stream
from process.rows import INSTANCE_COLUMNS, InstanceRow, to_instance
from process.store import Tx
from process.tables import attachment, instance, stream
from process.work import Desk, Work

MAX_TITLE = 300
MAX_KEY = 200


@dataclass(frozen=True)
class StartPage:
    """What the start page shows. `data`: what the form opens with; `previous`: the newest earlier instance."""

    version: Version
    form: Form
    initial: dict[str, Any]
    data: dict[str, Any]
    previous: Instance | None
    attachments: tuple[Attachment, ...] = ()  # uploaded for a start that was not sent yet

    @property
    def process(self) -> Any:
        return self.version.process


def start_page(desk: Desk, process_id: str, actor: Actor) -> StartPage:
    now = desk.clock.now()
    with desk.store.reading() as tx:
        version, _, _ = _allowed(desk, tx, process_id, actor)
        form = version.forms[version.process.start.form]
        row = tx.one(
            sa.select(*(instance.c[name] for name in INSTANCE_COLUMNS))
            .where(
                instance.c.process_id == process_id,
                instance.c.owner_unit == version.owner_unit,
                instance.c.state != "cancelled",
                instance.c.started <= micros(now),
            )
            .order_by(instance.c.started.desc(), instance.c.id)
            .limit(1)
        )
        previous = to_instance(InstanceRow._make(row)) if row else None
        free = tx.all(
            sa.select(attachment)
            .where(
                attachment.c.process == process_id,
                attachment.c.instance.is_(None),
                attachment.c.uploaded_by == actor.person_id,
            )
            .order_by(attachment.c.at.desc(), attachment.c.id)
            .limit(50)
        )
        files = tuple(Attachment(one.id, one.name, one.media_type, one.size, one.sha256) for one in free)
        return StartPage(version, form, {}, form.start({}), previous, files)


def start_instance(
    desk: Desk,
    process_id: str,
    data: object,
    actor: Actor,
    *,
    reason: str | None = None,
    ordinal: int | None = None,
) -> str:
    now = desk.clock.now()
    at = micros(now)
    with desk.store.transaction() as tx:
        version, held, sources = _allowed(desk, tx, process_id, actor)
        process = version.process
        form = version.forms[process.start.form]
        files = answers.files_of_start(tx, form, data, process_id, actor.person_id)
        loaded = answers.load(form, data, {}, files, sources)
        key = _text(evaluate(process.business_key, loaded, now, "kunci pelaksanaan"), MAX_KEY)
        title = _text(evaluate(process.title, loaded, now, "judul pelaksanaan"), MAX_TITLE)
        if not key:
            raise Conflict("Kunci pelaksanaan (misalnya periode) tidak dapat ditentukan dari formulir.")
        ordinal, why = _ordinal(tx, process_id, version.owner_unit, key, reason, ordinal)
        try:
            advance = runtime.start(process, answers.variables(version, form, loaded), Moment(now, sources))
        except BpmnError as error:
            raise answers.stuck(error) from error
        made = new_id()
        name = instance_stream(made)
        number = tx.scalar(stream.insert().values(name=name).returning(stream.c.id))
        row = InstanceRow(
            id=made,
            version=version.id,
            process_id=process_id,
            owner_unit=version.owner_unit,
            business_key=key,
            ordinal=ordinal,
            title=title or key,
            state="running",
            snapshot=b"",
            timers=None,
            visited=None,
            documents=None,
            revision=0,
            next_due=None,
            starter=actor.person_id,
            starter_name=actor.name,
            starter_title=held.title,
            starter_unit=held.unit,
            started=at,
            finished=None,
            stream=number,
            event_seq=0,
            event_head=genesis(name),
        )
        try:
            tx.execute(instance.insert().values(row._asdict()))
        except IntegrityError as error:  # another start of the same key was quicker
            raise DuplicateKey(ordinal=ordinal + 1) from error
        sources.instance_id = made
        work = Work(desk, tx, row, version, {}, actor, now, sources, held)
        told = {"kunci": key, "ke": ordinal, "judul": row.title, "versi": version.number, "sidik": version.digest}
        work.note("instance.started", {**told, "alasan": why} if why else told)
        if files:
            tx.execute(attachment.update().where(attachment.c.id.in_(sorted(files))).values(instance=made))
            uploaded = dict(tx.fetch_in("SELECT id, at FROM attachment WHERE id IN ({})", sorted(files)))
            for one in documents.attachments(tx, files).values():
                work.events.append(NewEvent("attachment.added", {**one.told(), "diunggah": uploaded[one.id]}))
        if process.start.writes:
            document = process.documents[process.start.writes]
            form_id = document.form or process.start.form
            work.write_document(document.key, "", loaded, form=form_id, state=document.state, task=None)
        work.apply(advance)
        work.save()
        return made


def _allowed(desk: Desk, tx: Tx, process_id: str, actor: Actor) -> tuple[Version, Held, Sources]:
    now = desk.clock.now()
    found = desk.definitions.in_force(tx, process_id, now)
    if found is None:
        raise NotFound("Proses ini tidak ada atau tidak sedang berlaku.")
    version = desk.definitions.load(tx, found)
    start = version.process.start
    sources = Sources(tx, version, version.owner_unit, desk.calendars, now, {})
    held = policy.may_start(actor, start.role, sources.task_unit(start.unit, None))
    if held is None or actor.person_id is None:
        raise Forbidden("Jabatan Anda tidak berwenang memulai proses ini.")
    sources.starter = {"nama": actor.name, "jabatan": held.title, "unit": held.unit}
    return version, held, sources


def _ordinal(tx: Tx, process_id: str, owner: str, key: str, reason: str | None, agreed: int | None) -> tuple[int, str]:
    """Which start of this key it is, and why it is started again. `agreed`: the ordinal that was offered."""
    row = tx.one(
        sa.select(instance.c.ordinal, instance.c.starter_name, instance.c.started)
        .where(instance.c.process_id == process_id, instance.c.owner_unit == owner, instance.c.business_key == key)
        .order_by(instance.c.ordinal.desc())
        .limit(1)
    )
    why = (reason or "").replace("\x00", "").strip()[:1000]
    if row is None:
        return 1, ""
    again = agreed is not None and agreed != row.ordinal + 1
    if reason is None or again:
        once_more = " lagi sesudah halaman ini dibuka" if again else ""
        raise DuplicateKey(
            f"Pelaksanaan untuk “{key}” sudah dimulai{once_more} oleh {row.starter_name}. "
            "Tuliskan alasan bila memang harus dimulai lagi.",
            by=row.starter_name,
            at=instant(row.started),
            ordinal=row.ordinal + 1,
        )
    if not why:
        raise ReasonRequired("Alasan memulai lagi untuk periode yang sama wajib diisi.")
    return row.ordinal + 1, why


def _text(value: Any, most: int) -> str:
    text = value if isinstance(value, str) else "" if value is None else dumps(value).decode()
    return " ".join(text.split())[:most]
