"""From a submission to the documents that it writes: shared by completing, previewing, amending and starting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.errors import BpmnError, ElementError, UnknownTaskError
from bpmn.model import TaskDefinition
from forms import Form, FormInvalid
from forms.canonical import CanonicalError
from forms.schema import Rows, TextField
from process.context import Sources, evaluate
from process.definitions import Version
from process.errors import AlurError, Conflict, InvalidData, ProcessStuck
from process.model import FieldError
from process.rows import TaskRow
from process.store import Tx
from process.tables import attachment, user_task


@dataclass(frozen=True, slots=True)
class KnownFile:
    media_type: str
    size: int


def load(
    form: Form, submitted: object, initial: Mapping[str, Any], files: Mapping[str, KnownFile], sources: Sources
) -> dict[str, Any]:
    """The validated data, or InvalidData with an error per field."""
    try:
        return form.load(submitted, initial=initial, now=sources.now, attachments=files)
    except FormInvalid as error:
        raise InvalidData([FieldError(e.path, e.field, e.message) for e in error.errors]) from error
    except CanonicalError as error:
        raise InvalidData([FieldError((), "", f"Isian tidak dapat disimpan: {error}")]) from error


def files_of_task(
    tx: Tx, form: Form, submitted: object, task: TaskRow, initial: Mapping[str, Any], earlier: Mapping[str, Any] | None
) -> dict[str, KnownFile]:
    """The attachments that a submission names and may name: those uploaded at this step (of this item, in any pass),
    and those that the form started with."""
    asked = _ids(form, submitted)
    if not asked:
        return {}
    given = _ids(form, initial) | (_ids(form, earlier) if earlier else set())
    rows = tx.all(
        sa.select(attachment.c.id, attachment.c.media_type, attachment.c.size, user_task.c.element, user_task.c.item)
        .outerjoin(user_task, user_task.c.id == attachment.c.task)
        .where(attachment.c.id.in_(sorted(asked)), attachment.c.instance == task.instance)
    )
    return {
        row.id: KnownFile(row.media_type, row.size)
        for row in rows
        if row.id in given or (row.element == task.element and (row.item or "") == task.item)
    }


def files_of_start(tx: Tx, form: Form, submitted: object, process_id: str, person: int | None) -> dict[str, KnownFile]:
    """The attachments that a start names: those that the same person uploaded for this process and that are free."""
    asked = _ids(form, submitted)
    if not asked:
        return {}
    rows = tx.all(
        sa.select(attachment.c.id, attachment.c.media_type, attachment.c.size).where(
            attachment.c.id.in_(sorted(asked)),
            attachment.c.process == process_id,
            attachment.c.instance.is_(None),
            attachment.c.uploaded_by == person,
        )
    )
    return {row.id: KnownFile(row.media_type, row.size) for row in rows}


def _ids(form: Form, data: object) -> set[str]:
    found = form.attachment_ids(data) if isinstance(data, Mapping) else set()
    return {one for one in found if len(one) <= 40} if len(found) <= 500 else set()


def initial_of(sources: Sources, task: TaskRow, definition: TaskDefinition) -> dict[str, Any]:
    """What the form of a task starts with, as of now; what the step itself wrote is read with it, for `own_data`."""
    return sources.initial(
        definition.initial,
        element=task.element,
        item=task.item or None,
        task=definition,
        unit_code=task.unit,
        due=task.due,
        own=[(one.document, task.item) for one in definition.writes],
    )


def own_data(sources: Sources, task: TaskRow, definition: TaskDefinition) -> dict[str, Any] | None:
    """The newest version of what this step writes, or None when it never did."""
    if not definition.writes:
        return None
    return sources.data(definition.writes[0].document, task.item)


def writes(version: Version, definition: TaskDefinition) -> Iterable[tuple[str, str | None, str]]:
    """(document key, state, form id that shows it) of each document that a step writes."""
    for one in definition.writes:
        document = version.process.documents[one.document]
        yield one.document, one.state or document.state, one.form or document.form or definition.form


def signs(definition: TaskDefinition, data: Mapping[str, Any], now: datetime) -> bool | None:
    """Whether completing with this data signs: False when the step sends back instead, None when it never signs."""
    sign = definition.sign
    if sign is None:
        return None
    return sign.when is None or evaluate(sign.when, data, now, f"{definition.id}, syarat paraf") is True


def variables(version: Version, form: Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the engine learns of a form: keys that the diagram's expressions name, null when left out."""
    return {key: data.get(key) for key in version.process.variables if key in form.outputs}


def groups(sources: Sources, task: TaskRow, definition: TaskDefinition) -> list[tuple[str, str, dict[str, Any]]]:
    """(document key, item, data) of what a step hands out per item."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for part in definition.distribute:
        context = sources.context([part.rows], item=task.item or None, task=definition, unit_code=task.unit)
        rows = evaluate(part.rows, context, sources.now, f"{task.element}, pembagian “{part.document}”")
        if rows is None:
            continue
        by_item: dict[str, list[Any]] = {}
        for row in rows if isinstance(rows, list) else [rows]:
            item = row.get(part.by) if isinstance(row, Mapping) else None
            if not isinstance(item, str) or not item:
                raise ProcessStuck(
                    f"Baris yang dibagikan sebagai “{part.document}” tidak memuat “{part.by}”.", element=task.element
                )
            by_item.setdefault(item, []).append(row)
        found.extend((part.document, item, {"baris": rows}) for item, rows in by_item.items())
    return found


def row_names(form: Form) -> tuple[str, ...]:
    """The keys of the texts that say in short which row of the form's lists it is."""
    return tuple(field.path[-1] for field in _texts(form) if field.properties.get("summary") == "yes")


def row_texts(form: Form) -> tuple[str, ...]:
    """The keys of the texts that the form asks for in its lists' rows."""
    return tuple(field.path[-1] for field in _texts(form) if not field.given)


def _texts(form: Form) -> Iterator[TextField]:
    for rows in form.components:
        if isinstance(rows, Rows):
            yield from (field for field in rows.components if isinstance(field, TextField))


def stuck(error: BpmnError) -> AlurError:
    """The error of this room that an error of the flow means."""
    if isinstance(error, UnknownTaskError):
        return Conflict(str(error))
    return ProcessStuck(str(error), element=error.element if isinstance(error, ElementError) else None)
