"""Jejak Audit: of one instance with its times per step, of everything, and the security log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from forms import indonesian
from process import authority, naming
from process.durations import StepTime, longest_wait
from process.errors import InvalidData, NotFound
from process.inspection import INSPECTORS, Found, InstanceTrail
from process.model import ADMINISTRATOR, AUDITOR
from process.records import Record
from process.security_log import TYPES as SECURITY_TYPES
from process.security_log import SecuritySelection
from service import problems, selecting, showing, telling
from service.processes import unit_names
from service.security import actor, office
from service.words import baku, kerja

blueprint = Blueprint("trail", __name__)

DAYS = 30  # that the record of everything begins with
PER_PAGE = 100  # events of one instance
DETAILS = {"cara": "Metode", "alamat": "Halaman"}  # what the security log notes of a refusal; the rest by its key


def may_inspect() -> bool:
    """Whether this person sees the record of everything."""
    return authority.has(actor(), *INSPECTORS)


def may_see_security() -> bool:
    return authority.has(actor(), AUDITOR, ADMINISTRATOR)


# -- one instance ---------------------------------------------------------------------------------------------------


@blueprint.get("/pelaksanaan/<instance_id>/jejak")
def instance(instance_id: str) -> ResponseReturnValue:
    """The trail of one instance: what happened, and how long each step waited and was worked on."""
    found = office().inspection.instance(instance_id, actor())
    units = unit_names()
    context = telling.Context(units, found.tasks, found.version, found.documents)
    chosen = {name: _asked(name) for name in ("kelompok", "pegawai", "langkah", "unit")}
    oldest_first = _asked("urut") == "lama"
    facets = [telling.facets(record, context) for record in found.records]
    shown = [record for record, one in zip(found.records, facets, strict=True) if _matches(one, chosen)]
    if not oldest_first:
        shown.reverse()
    start = min(_number("mulai"), max(len(shown) - 1, 0))
    page = [telling.line(record, context) for record in shown[start : start + PER_PAGE]]

    def address(**changed: Any) -> str:
        query = {**chosen, "urut": "lama" if oldest_first else "", **changed}
        kept = {name: value for name, value in query.items() if value}
        return url_for("trail.instance", instance_id=instance_id, **kept)

    return render_template(
        "trail/instance.html",
        instance=found.instance,
        process=found.version.process,
        state=showing.state_of(found.instance),
        days=_by_day(page),
        total=len(facets),
        matching=len(shown),
        hidden=found.hidden,
        start=start,
        per_page=PER_PAGE,
        chosen=chosen,
        oldest_first=oldest_first,
        choices=_choices(facets, found),
        address=address,
        times=[_time(one, found, units) for one in found.times],
        wait=_longest(found.times, units),
        inspects=may_inspect(),
        export=url_for("exports.new", pelaksanaan=instance_id) if may_inspect() else None,
    )


def _matches(one: telling.Facets, chosen: Mapping[str, str]) -> bool:
    asked = (("kelompok", one.group), ("pegawai", one.actor), ("langkah", one.element), ("unit", one.unit))
    return all(not chosen[name] or chosen[name] == value for name, value in asked)


def _choices(facets: Sequence[telling.Facets], found: InstanceTrail) -> dict[str, Any]:
    """What the filters offer: only what occurs."""
    groups = {one.group for one in facets}
    people = {one.actor: one.who for one in facets}
    elements = {one.element for one in facets if one.element}
    steps = {place.element: (place.number, place.name) for place in found.tasks.values()}
    return {
        "groups": [(code, name) for code, name, _ in telling.GROUPS if code in groups],
        "people": sorted(people.items(), key=lambda one: one[1]),
        "steps": sorted((steps.get(one, (999, one)), one) for one in elements),
        "units": sorted({one.unit for one in facets if one.unit}),
    }


def _time(one: StepTime, found: InstanceTrail, units: Mapping[str, str]) -> dict[str, Any]:
    name, badge = showing.OUTCOMES[one.outcome]
    return {
        "number": one.number,
        "name": one.name,
        "element": one.element,
        "item": units.get(one.item, one.item) if one.item else None,
        "pass": one.pass_,
        "by": found.done_by.get(one.task_id) or None,
        "standard": baku(one.standard),
        "waiting": kerja(one.waiting),
        "working": kerja(one.working) if one.working is not None else None,
        "late": kerja(one.late_by) if one.late_by is not None else None,
        "outcome": name,
        "badge": badge,
        "available": one.available,
        "taken": one.taken,
        "ended": one.ended,
    }


def _longest(times: Iterable[StepTime], units: Mapping[str, str]) -> dict[str, Any] | None:
    """The step that waited longest, as a sentence says it."""
    one = longest_wait(times)
    if one is None:
        return None
    item = f" ({units.get(one.item, one.item)})" if one.item else ""
    end = "diambil" if one.taken else "diakhiri" if one.ended else "sampai sekarang belum diambil"
    at = one.taken or one.ended
    when = f"{end} {_moment(at)}" if at is not None else end
    return {
        "step": f"Langkah {one.number} “{one.name}”{item}",
        "long": kerja(one.waiting),
        "from": _moment(one.available),
        "when": when,
        "element": one.element,
    }


def _moment(at: datetime) -> str:
    there = at.astimezone(indonesian.WIB)
    return f"{indonesian.day_and_date(there.date())} pukul {indonesian.clock(there)}"


# -- everything -----------------------------------------------------------------------------------------------------


@blueprint.get("/jejak")
def listing() -> ResponseReturnValue:
    """The record of everything, the newest first."""
    authority.require(actor(), *INSPECTORS)
    now = office().clock.now()
    asked = selecting.read(office(), request.args, now, days=DAYS)
    errors = dict(asked.errors)
    found: Found | None = None
    if not errors:
        try:
            found = office().inspection.page(asked.selection, actor(), before=_number("sebelum") or None)
        except NotFound as error:
            errors["pelaksanaan"] = str(error)
        except InvalidData as error:
            errors |= {one.field: one.message for one in error.errors}
    units = unit_names()
    names = naming.processes(office().store)
    rows = [_row(record, found, units, names) for record in found.page.rows] if found is not None else []
    known = naming.accounts(office().store, {row["actor"] for row in rows if row["actor"]})
    for row in rows:
        row["account"] = known.get(row["actor"])
    page = render_template(
        "trail/list.html",
        days=_by_day(rows),
        asked=asked.values,
        errors=errors,
        older=found.page.older if found is not None else None,
        newest=not _number("sebelum"),
        pending=found.page.pending if found is not None else 0,
        units=sorted(units.items(), key=lambda one: one[1]),
        processes=sorted(names.items(), key=lambda one: one[1]),
        groups=telling.types_by_group(),
        people=naming.people(office().store),
        presets=selecting.presets(now),
        title=rows[0]["title"] if rows and asked.selection.instance else None,
        address=lambda **changed: url_for("trail.listing", **selecting.kept(asked.values, **changed)),
        export=_export(asked),
        integrity=url_for("integrity.page"),
        security=may_see_security(),
    )
    missing = set(errors) & {"pelaksanaan", "pegawai", "unit", "proses"}
    return make_response(page, 404 if missing and missing == set(errors) else 422 if errors else 200)


def _row(record: Record, found: Found, units: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    version = found.versions.get(record.instance or "")
    line = telling.line(record, telling.Context(units, found.tasks, version))
    process = record.process or telling.text(record.data.get("proses"))
    return line | {
        "instance": record.instance,
        "title": record.title,
        "process": process,
        "process_name": names.get(process, process) if process else None,
        "task": record.header.task if record.header.task in found.tasks else None,
    }


def _export(asked: selecting.Asked) -> str | None:
    """Where this selection can be exported."""
    if asked.errors:
        return None
    return url_for("exports.new", **selecting.kept(asked.values))


# -- the security log -----------------------------------------------------------------------------------------------


@blueprint.get("/jejak/keamanan")
def security() -> ResponseReturnValue:
    """Logins, failures and refusals, the newest first."""
    authority.require(actor(), AUDITOR, ADMINISTRATOR)
    now = office().clock.now()
    values: dict[str, Any] = {name: _asked(name) for name in ("dari", "sampai", "akun", "alamat")}
    errors: dict[str, str] = {}
    values["jenis"] = selecting.types(request.args, SECURITY_TYPES, errors)
    since, until = selecting.period(values, errors)
    unknown = [one for one in values["jenis"] if one not in SECURITY_TYPES]
    if unknown:
        errors["jenis"] = f"Jenis peristiwa “{unknown[0][:60]}” tidak dikenal."
    found = None
    if not errors:
        selection = SecuritySelection(since, until, values["akun"], values["alamat"], tuple(values["jenis"]))
        try:
            found = office().security_log.page(selection, actor(), before=_number("sebelum") or None)
        except InvalidData as error:
            errors |= {one.field: one.message for one in error.errors}
    page = render_template(
        "trail/security.html",
        rows=found.rows if found is not None else (),
        older=found.older if found is not None else None,
        newest=not _number("sebelum"),
        asked=values,
        errors=errors,
        types=SECURITY_TYPES,
        details=DETAILS,
        reasons=problems.WORDS,
        presets=selecting.presets(now),
        address=lambda **changed: url_for("trail.security", **selecting.kept(values, **changed)),
        inspects=may_inspect(),
        filtered=any(values.values()),
    )
    return make_response(page, 422 if errors else 200)


# -- parts ----------------------------------------------------------------------------------------------------------


def _by_day(lines: Iterable[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Neighbouring events of one day in WIB, under that day."""
    grouped = groupby(lines, key=lambda line: indonesian.today(line["at"]))
    return [(f"{indonesian.day_and_date(day)} (WIB)", list(mine)) for day, mine in grouped]


def _asked(name: str) -> str:
    return selecting.clean(request.args.get(name, ""))


def _number(name: str) -> int:
    """A key or an offset of the address; 0 for none, or for what is no such number."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
