"""Running and ended instances: their list, and for each the diagram, the board of Bagian, documents and history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.picture import Mark
from process.views import InstancePage, TaskRow
from service import showing, timeline
from service.processes import bpmn, svg, unit_names
from service.replies import as_json
from service.security import actor, office, quiet
from service.tasks import reason
from service.words import waktu

blueprint = Blueprint("instances", __name__)

STATES = {"semua": "Semua", "berjalan": "Berjalan", "selesai": "Selesai", "dibatalkan": "Dibatalkan"}
LATEST = 15  # events of the history that are not folded
CODES = {"berjalan": "running", "selesai": "finished", "dibatalkan": "cancelled"}


@blueprint.get("/pelaksanaan")
def listing() -> ResponseReturnValue:
    """The instances that this person may see, newest first."""
    state = request.args.get("keadaan", "semua")
    search = request.args.get("cari", "").replace("\x00", "").strip()[:200]
    process_id = request.args.get("proses", "").replace("\x00", "")[:100]
    number = request.args.get("hal", "1")
    found = office().views.instances(
        actor(),
        search=search,
        state=CODES.get(state, ""),
        process_id=process_id,
        page=int(number) if number.isdecimal() and len(number) < 7 else 1,
    )
    names = unit_names()
    rows = [
        {
            "id": row.instance.id,
            "title": row.instance.title,
            "process_name": row.process_name,
            "owner_name": names.get(row.instance.owner_unit, row.instance.owner_unit),
            "badge": showing.state_of(row.instance)["badge"],
            "state_name": showing.state_of(row.instance)["name"],
            "late": row.late,
            "open": "; ".join(row.open_steps),
            "started": row.instance.started,
            "starter": row.instance.starter_name,
        }
        for row in found.rows
    ]
    return render_template(
        "instance/list.html",
        rows=rows,
        search=search,
        state=state if state in STATES else "semua",
        states=STATES,
        process_id=process_id,
        page=found.page,
        pages=found.pages,
        page_url=lambda n: url_for(
            "instances.listing", cari=search or None, keadaan=state, proses=process_id or None, hal=n
        ),
    )


@blueprint.get("/pelaksanaan/<instance_id>")
def page(instance_id: str) -> ResponseReturnValue:
    """One instance, whole."""
    found = office().views.instance(instance_id, actor())
    names = unit_names()
    now = office().clock.now()
    return render_template(
        "instance/page.html",
        instance=found.instance,
        process=found.version.process,
        version_number=found.version.number,
        owner_name=names.get(found.instance.owner_unit, found.instance.owner_unit),
        state=showing.state_of(found.instance),
        open_tasks=[_line(row, found, names, now) for row in found.tasks if row.task.open and not _each(row, found)],
        boards=_boards(found, names, now),
        documents=[
            {
                "id": one.version.id,
                "name": one.name,
                "item_name": names.get(one.version.item, one.version.item) if one.version.item else None,
                "state": one.version.state,
                "about": f"versi {one.version.number}, {waktu(one.version.written_at)}"
                + (f", {one.author}" if one.author else ""),
            }
            for one in reversed(found.documents)
        ],
        prints=[showing.printout(one) for one in found.printouts],
        timeline=timeline.lines(found.timeline, found.version, found.tasks, names),
        latest=LATEST,
        can_cancel=found.can_cancel,
        can_archive=found.can_archive,
    )


@blueprint.get("/pelaksanaan/<instance_id>/keadaan")
@quiet
def state(instance_id: str) -> ResponseReturnValue:
    """Where the flow stands, for the diagram."""
    found = office().views.instance(instance_id, actor())
    tokens = _tokens(found, office().clock.now())
    return as_json({"tokens": list(tokens.values()), "visited": list(found.instance.visited)})


def _tokens(found: InstancePage, now: datetime) -> dict[str, dict[str, Any]]:
    """The elements at which tasks are open: how many, held by whom, late or not."""
    tokens: dict[str, dict[str, Any]] = {}
    holders: dict[str, list[str]] = defaultdict(list)
    for row in found.tasks:
        if not row.task.open:
            continue
        token = tokens.setdefault(row.task.element, {"id": row.task.element, "count": 0, "title": "", "late": False})
        token["count"] += 1
        token["late"] = token["late"] or _late(row, now)
        if row.holder:
            holders[row.task.element].append(row.holder)
    for element, token in tokens.items():
        held = holders[element]
        token["title"] = f"dipegang {', '.join(held[:4])}" if held else "belum diambil"
    return tokens


@blueprint.get("/pelaksanaan/<instance_id>/diagram.bpmn")
def diagram(instance_id: str) -> ResponseReturnValue:
    """The diagram of the version that this instance runs on."""
    return bpmn(office().views.instance(instance_id, actor()).version)


@blueprint.get("/pelaksanaan/<instance_id>/diagram.svg")
def picture(instance_id: str) -> ResponseReturnValue:
    """The same as a picture, which shows what the flow has passed and where it stands."""
    found = office().views.instance(instance_id, actor())
    marks = {element: Mark("visited") for element in found.instance.visited}
    for element, token in _tokens(found, office().clock.now()).items():
        marks[element] = Mark("late" if token["late"] else "current", str(token["count"]))
    return svg(found.version, marks, title=f"{found.version.process.name}: {found.instance.title}")


@blueprint.post("/pelaksanaan/<instance_id>/batalkan")
def cancel(instance_id: str) -> ResponseReturnValue:
    """Ends an instance before its end, with a reason."""
    office().engine.cancel(instance_id, actor(), reason())
    flash("Pelaksanaan dibatalkan.", "success")
    return redirect(url_for("instances.page", instance_id=instance_id))


def _each(row: TaskRow, found: InstancePage) -> bool:
    return row.task.item is not None


def _late(row: TaskRow, now: datetime) -> bool:
    task = row.task
    end = task.completed or now
    return task.late is not None or (task.due is not None and task.due < end)


def _line(row: TaskRow, found: InstancePage, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    task = row.task
    return {
        "number": task.number,
        "name": task.name,
        "url": url_for("tasks.page", task_id=task.id) if row.can_see else None,
        "doer": showing.doer(found.version.process, task.element, names.get(task.unit, task.unit)),
        "holder": row.holder,
        "due": task.due,
        "due_state": "terlambat" if _late(row, now) else None,
    }


def _boards(found: InstancePage, names: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """For each step that several units do at once: a row per unit, of the newest pass."""
    newest: dict[tuple[str, str], TaskRow] = {}
    for row in found.tasks:
        if row.task.item is not None:
            key = (row.task.element, row.task.item)
            if key not in newest or newest[key].task.pass_ < row.task.pass_:
                newest[key] = row
    by_element: dict[str, list[TaskRow]] = defaultdict(list)
    for (element, _), row in newest.items():
        by_element[element].append(row)
    boards = []
    for rows in by_element.values():
        rows.sort(
            key=lambda row: (row.task.completed is not None, names.get(row.task.item or "", ""))
        )  # first who is missing
        lines = [_board_row(row, names, now) for row in rows]
        sent = sum(line["state_name"] == "Terkirim" for line in lines)
        task = rows[0].task  # as it was called then: a later version may have dropped the step
        summary = f"{sent} dari {len(lines)} terkirim"
        boards.append({"number": task.number, "name": task.name, "rows": lines, "summary": summary})
    return sorted(boards, key=lambda board: board["number"])


def _board_row(row: TaskRow, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    task = row.task
    late = _late(row, now)
    if task.skipped:
        state, badge = "Tidak menyampaikan", "bg-red-lt"
    elif task.completed and task.completed_by is not None:
        state, badge = "Terkirim", "bg-green-lt"
    elif task.completed:
        state, badge = "Dibatalkan", "bg-secondary-lt"
    elif task.assignee is None:
        state, badge = "Belum diambil", "bg-secondary-lt"
    else:
        state, badge = "Sedang diisi", "bg-blue-lt"
    return {
        "unit_name": names.get(task.item or "", task.item),
        "state_name": state,
        "badge": badge,
        "late": late and not task.skipped,
        "holder": row.done_by if task.completed else row.holder,
        "due": task.due,
        "completed": task.completed if not task.skipped else None,
        "url": url_for("tasks.page", task_id=task.id) if row.can_see else None,
    }
