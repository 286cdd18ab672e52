"""Saved states of process drafts as stored: one row each, forms by digest so that those that stay are kept once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn import safexml
from bpmn.errors import DiagramError
from bpmn.rewrite import renamed
from forms.canonical import digest
from forms.load import MAX_BYTES as MAX_FORM
from process.clock import instant, micros
from process.errors import FileTooLarge, InvalidData, NotFound
from process.model import Actor, FieldError
from process.packing import pack_bytes, pack_plain, unpack_bytes, unpack_plain
from process.store import Tx
from process.version_tables import draft_form, draft_state, process_draft

KEPT_STATES = 200
MAX_FORMS = 200
_FORM_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class State:
    """One saved state. `revision` 0: no draft, this is the version that one would begin from. `forms`: sources by id.

    `base`: number of the version that the draft began from; `aside`: sent after somebody else had saved.
    """

    process_id: str
    name: str
    owner_unit: str
    revision: int
    xml: bytes
    forms: Mapping[str, bytes]
    saved_at: datetime | None
    saved_by: str | None
    base: int | None
    aside: bool = False

    def schemas(self) -> dict[str, Any]:
        """The forms as JSON, in the order in which they were written; what is no JSON is left out."""
        found = {}
        for form_id, source in self.forms.items():
            try:
                found[form_id] = json.loads(source.decode("utf-8-sig"), parse_constant=_refuse)
            except ValueError:
                continue
        return found


def _refuse(constant: str) -> None:
    raise ValueError(f"no JSON: {constant}")


def as_process(xml: bytes, process_id: str, name: str | None = None) -> bytes:
    """The diagram as one of this process, where it can be read."""
    try:
        return renamed(xml, process_id, name)
    except DiagramError:
        return xml


def merged(known: Mapping[str, bytes], changes: Mapping[str, bytes | None] | None) -> dict[str, bytes]:
    """Forms with changes laid over them; None removes one."""
    both = {**known, **(changes or {})}
    return {form_id: source for form_id, source in both.items() if source is not None}


def check_content(xml: bytes | None, forms: Mapping[str, bytes | None] | None) -> None:
    """Raise FileTooLarge or InvalidData for what no draft may hold: a draft may be wrong, but not boundless."""
    if xml is not None:
        if len(xml) > safexml.MAX_BYTES:
            raise FileTooLarge(f"Diagram melebihi {safexml.MAX_BYTES // 1024 // 1024} MB; sederhanakan diagramnya.")
        try:
            xml.decode()
        except UnicodeDecodeError as error:
            message = "Diagram tidak ditulis dalam UTF-8; simpan ulang dari penyunting diagram."
            raise InvalidData([FieldError(("xml",), "xml", message)]) from error
    if forms is not None:
        if len(forms) > MAX_FORMS:
            raise InvalidData([FieldError(("forms",), "forms", f"Paling banyak {MAX_FORMS} formulir.")])
        for form_id, source in forms.items():
            if not _FORM_ID.fullmatch(form_id):
                message = f"Id formulir “{form_id[:100]}” tidak sah: huruf, angka, “.”, “-” atau “_”."
                raise InvalidData([FieldError(("forms", form_id[:100]), "forms", message)])
            if source is not None and len(source) > MAX_FORM:
                raise FileTooLarge(f"Formulir “{form_id}” melebihi {MAX_FORM // 1000} kB; pecahlah.")


def read(tx: Tx, row: sa.Row[Any], number: int) -> State:
    found = tx.one(sa.select(draft_state).where(draft_state.c.process == row.process, draft_state.c.number == number))
    if found is None:
        raise NotFound("Simpanan draf ini tidak ada lagi.")
    digests: dict[str, str] = unpack_plain(found.forms)
    query = sa.select(draft_form).where(
        draft_form.c.process == row.process, draft_form.c.digest.in_(set(digests.values()))
    )
    sources = {form.digest: unpack_bytes(form.content) for form in tx.all(query)} if digests else {}
    return State(
        row.process,
        row.name,
        row.owner_unit,
        number,
        unpack_bytes(found.diagram),
        {form_id: sources[one] for form_id, one in digests.items()},
        instant(found.saved_at),
        found.saved_name,
        row.base,
        bool(found.aside),
    )


def read_or(tx: Tx, row: sa.Row[Any], number: int, otherwise: State) -> State:
    try:
        return read(tx, row, number) if number else otherwise
    except NotFound:
        return otherwise


def store(
    tx: Tx, row: sa.Row[Any], content: tuple[bytes, dict[str, bytes]], actor: Actor, now: datetime, *, aside: bool
) -> int:
    """A further state; returns its number."""
    xml, forms = content
    digests = {form_id: digest(source) for form_id, source in forms.items()}
    known = set(tx.execute(sa.select(draft_form.c.digest).where(draft_form.c.process == row.process)).scalars())
    for form_id, source in forms.items():
        if digests[form_id] not in known:
            values = {"process": row.process, "digest": digests[form_id], "content": pack_bytes(source)}
            tx.execute(tx.insert(draft_form).values(**values).on_conflict_do_nothing())
    number = int(row.last) + 1
    tx.execute(
        draft_state.insert().values(
            process=row.process,
            number=number,
            diagram=pack_bytes(xml),
            forms=pack_plain(digests),
            saved_at=micros(now),
            saved_by=actor.person_id,
            saved_name=actor.name,
            aside=aside,
        )
    )
    return number


def move(tx: Tx, row: sa.Row[Any], last: int, head: int, **values: Any) -> None:
    tx.execute(
        process_draft.update().where(process_draft.c.process == row.process).values(last=last, head=head, **values)
    )


def thin(tx: Tx, process_id: str, newest: int) -> None:
    """Forget the oldest states, and the forms that no state names any more."""
    mine = draft_state.c.process == process_id
    tx.execute(draft_state.delete().where(mine, draft_state.c.number <= newest - KEPT_STATES))
    used: set[str] = set()
    for packed in tx.execute(sa.select(draft_state.c.forms).where(mine)).scalars():
        used.update(unpack_plain(packed).values())
    tx.execute(draft_form.delete().where(draft_form.c.process == process_id, draft_form.c.digest.not_in(used)))
