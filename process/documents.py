"""Document versions as pages and print-outs show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from forms import Form
from process.clock import instant, instant_or_none, micros
from process.context import read_data
from process.definitions import Version
from process.errors import NotFound
from process.model import Attachment, DocumentVersion
from process.store import Tx
from process.tables import attachment, document_version, person, printout, signature, user_task


@dataclass(frozen=True, slots=True)
class Signature:
    """A paraf or signature, with the signer's name and title as of then; `label`: tidak tersertifikasi."""

    kind: str
    name: str
    title: str
    at: datetime
    label: str


@dataclass(frozen=True, slots=True)
class EarlierSignature:
    """A signature over an earlier version of the same document: that version's number, state and digest.

    `void`: the document was sent back to the step that signed, before the version that is shown.
    """

    signature: Signature
    number: int
    state: str | None
    digest: str
    void: bool = False


@dataclass(frozen=True, slots=True)
class PrintOut:
    id: str
    document_version: int
    title: str
    layout: str
    state: str  # waiting | ready | failed
    sha256: str | None
    size: int | None
    made_at: datetime | None
    document_state: str | None = None  # of the version printed, where a list tells several apart


@dataclass(frozen=True)
class DocumentView:
    version: DocumentVersion
    name: str
    form: Form
    data: Mapping[str, Any]
    attachments: tuple[Attachment, ...]
    author: str | None
    signatures: tuple[Signature, ...]
    earlier: tuple[EarlierSignature, ...] = ()  # only where a document is shown alone


def to_version(row: sa.Row[Any]) -> DocumentVersion:
    return DocumentVersion(
        id=row.id,
        instance_id=row.instance,
        key=row.key,
        item=row.item or None,
        number=row.number,
        digest=bytes(row.digest).hex(),
        form_id=row.form,
        state=row.state,
        task_id=row.task,
        written_at=instant(row.written_at),
        person_id=row.person,
        position_id=row.position,
        version_id=row.version,
    )


def to_printout(row: sa.Row[Any], document_state: str | None = None) -> PrintOut:
    return PrintOut(
        row.id, row.document_version, row.title, row.layout, row.state, row.sha256, row.size,
        instant_or_none(row.made_at), document_state,
    )  # fmt: skip


_META = tuple(column for column in document_version.c if column.name not in ("data", "same_as"))


_VERSIONS = (
    sa.select(*_META, person.c.name.label("author"))
    .outerjoin(person, person.c.id == document_version.c.person)
    .where(document_version.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(document_version.c.written_at, document_version.c.id)
)
_SIGNATURES = (
    sa.select(signature)
    .where(signature.c.document_version.in_(sa.bindparam("ids", expanding=True)))
    .order_by(signature.c.at, signature.c.id)
)


def versions(tx: Tx, ids: Iterable[int]) -> list[tuple[DocumentVersion, str | None]]:
    """Versions by id with their author's name, in the order of the SOP: as they were written."""
    return [(to_version(row), row.author) for row in tx.all(_VERSIONS, {"ids": sorted(ids)})]


def document_views(tx: Tx, version_of: Callable[[int | None], Version], ids: Iterable[int]) -> list[DocumentView]:
    """Documents with all that belongs to them, in a handful of statements; each as the version says that wrote it."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    data = read_data(tx, wanted)
    signed: dict[int, list[Signature]] = {}
    for row in tx.all(_SIGNATURES, {"ids": wanted}):
        one = Signature(row.kind, row.name, row.title, instant(row.at), row.label)
        signed.setdefault(row.document_version, []).append(one)
    found = versions(tx, wanted)
    files = {one.id: version_of(one.version_id).forms[one.form_id].attachment_ids(data[one.id]) for one, _ in found}
    known = attachments(tx, set().union(*files.values()))
    return [
        DocumentView(
            one,
            version_of(one.version_id).process.documents[one.key].name,
            version_of(one.version_id).forms[one.form_id],
            data[one.id],
            tuple(known[key] for key in sorted(files[one.id]) if key in known),
            author,
            tuple(signed.get(one.id, ())),
        )
        for one, author in found
    ]


def document_view(tx: Tx, version_of: Callable[[int | None], Version], version_id: int) -> DocumentView:
    found = document_views(tx, version_of, [version_id])
    if not found:
        raise NotFound("Dokumen ini tidak ada.")
    return replace(found[0], earlier=_earlier(tx, found[0].version))


def _earlier(tx: Tx, version: DocumentVersion) -> tuple[EarlierSignature, ...]:
    signed, again = user_task.alias(), user_task.alias()
    reopened = (
        sa.select(sa.literal(1))
        .select_from(signed.join(again, sa.and_(again.c.instance == signed.c.instance, again.c.item == signed.c.item)))
        .where(
            signed.c.id == signature.c.task,
            again.c.element == signed.c.element,
            again.c["pass"] > signed.c["pass"],
            again.c.available <= micros(version.written_at),
        )
        .exists()
    )
    rows = tx.all(
        sa.select(signature, document_version.c.number, document_version.c.state, reopened.label("void"))
        .join(document_version, document_version.c.id == signature.c.document_version)
        .where(
            document_version.c.instance == version.instance_id,
            document_version.c.key == version.key,
            document_version.c.item == (version.item or ""),
            document_version.c.number < version.number,
        )
        .order_by(document_version.c.number, signature.c.at, signature.c.id)
    )
    return tuple(
        EarlierSignature(
            Signature(row.kind, row.name, row.title, instant(row.at), row.label),
            row.number,
            row.state,
            bytes(row.digest).hex(),
            bool(row.void),
        )
        for row in rows
    )


def attachments(tx: Tx, ids: Iterable[str]) -> dict[str, Attachment]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    rows = tx.all(sa.select(attachment).where(attachment.c.id.in_(wanted)))
    return {row.id: Attachment(row.id, row.name, row.media_type, row.size, row.sha256) for row in rows}


def printouts(tx: Tx, version_ids: Iterable[int]) -> tuple[PrintOut, ...]:
    wanted = sorted(set(version_ids))
    if not wanted:
        return ()
    rows = tx.all(
        sa.select(printout)
        .where(printout.c.document_version.in_(wanted))
        .order_by(printout.c.asked_at.desc(), printout.c.id)
    )
    return tuple(to_printout(row) for row in rows)


def names_of(tx: Tx, ids: Any) -> dict[int | None, str]:
    """The names of persons by id."""
    wanted = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    return {row.id: row.name for row in tx.all(sa.select(person.c.id, person.c.name).where(person.c.id.in_(wanted)))}
