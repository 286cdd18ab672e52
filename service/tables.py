"""A list of a form filled from a spreadsheet, from pasted text, or from the period before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from forms.read_fields import read_options
from forms.schema import ChoiceField, Component, Group, Option, Rows
from process.errors import FileRefused, Forbidden, NotFound
from process.views import TaskPage
from service import rows as reading
from service import spreadsheet
from service.replies import as_json
from service.security import actor, office, takes_files

blueprint = Blueprint("tables", __name__)


@blueprint.post("/tugas/<task_id>/tabel")
@takes_files
def read(task_id: str) -> ResponseReturnValue:
    """The rows of a table for one list of a task's form; nothing is stored. Unreadable cells are named."""
    found = _task(task_id)
    path, component = _list(found, request.args.get("kunci", ""))
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        table = spreadsheet.read_file(sent.filename, sent.stream.read(spreadsheet.MAX_BYTES + 1))
    elif request.form.get("text", "").strip():
        table = spreadsheet.read_text(request.form["text"])
    else:
        raise FileRefused("Tidak ada tabel yang dikirim.")
    if not table:
        raise FileRefused("Tabel ini kosong.")
    current = _value(found.data, path)
    result = reading.read(
        component, table, _options(component, found.data), current if isinstance(current, list) else ()
    )
    problems = [{"row": one.row, "column": one.column, "message": one.message} for one in result.errors]
    return as_json({"rows": result.rows, "errors": problems, "ignored": result.ignored})


@blueprint.get("/tugas/<task_id>/periode-lalu")
def previous(task_id: str) -> ResponseReturnValue:
    """The same list as the period before had it."""
    found = _task(task_id)
    path, component = _list(found, request.args.get("kunci", ""))
    data, title = office().views.previous(task_id, actor(), found.definition.writes[0].document)
    given = _value(data, path)
    if not isinstance(given, list) or not given:
        raise NotFound("Periode sebelumnya tidak memuat daftar ini.")
    columns = reading.columns_of(component)
    kept = [
        {c.path[-1]: row.get(c.path[-1]) for c in columns if len(c.path) == 1 and c.path[-1] in row}
        for row in given
        if isinstance(row, Mapping)
    ]
    return as_json({"rows": kept, "errors": [], "title": title})


def _task(task_id: str) -> TaskPage:
    found = office().views.task(task_id, actor())
    if not (found.can.edit or found.can.amend):
        raise Forbidden("Isian tugas ini tidak dapat Anda ubah.")
    return found


def _list(found: TaskPage, key: str) -> tuple[tuple[str, ...], Rows]:
    """The list of the form with this path (`indikator`, or `a.b` in a group)."""

    def walk(components: Sequence[Component], prefix: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Rows]]:
        for component in components:
            if isinstance(component, Rows):
                yield prefix + tuple(component.path), component
            elif isinstance(component, Group):
                yield from walk(component.components, prefix + tuple(component.path))

    for path, component in walk(found.form.components, ()):
        if ".".join(path) == key:
            return path, component
    raise NotFound("Daftar ini tidak ada dalam formulir.")


def _options(component: Rows, data: Mapping[str, Any]) -> dict[str, Sequence[Option]]:
    """The choices of each choice field of the list: fixed ones, or those that the form's data holds."""
    found: dict[str, Sequence[Option]] = {}
    for column in reading.columns_of(component):
        if not isinstance(column.field, ChoiceField):
            continue
        options = column.field.options
        if options.values is not None:
            found[column.field.id] = options.values
        elif options.key is not None:
            found[column.field.id] = read_options(data.get(options.key))
        elif options.expression is not None:
            found[column.field.id] = read_options(options.expression.evaluate(data))
    return found


def _value(data: Any, path: Sequence[str]) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data
