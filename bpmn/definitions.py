"""From a drawing and its keywords to the frozen `Process` that the other rooms see."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from bpmn import keywords
from bpmn.codes import Report
from bpmn.durations import describe, parse_iso, parse_words
from bpmn.flow_rules import order
from bpmn.keywords import Found, feel
from bpmn.model import (
    Distribute,
    DocumentDefinition,
    Each,
    Flow,
    FlowNode,
    Identity,
    Lane,
    MutuBaku,
    Official,
    PrintOut,
    Process,
    Sign,
    StartDefinition,
    TaskDefinition,
    Write,
)
from bpmn.reader import Drawing, RawNode
from forms.feel import Expression

Words = Mapping[str, list[Found]]


def define(
    xml: bytes, drawing: Drawing, process_words: Words, task_words: Mapping[str, Words], report: Report
) -> Process | None:
    """The process, or None when a part that it cannot do without is missing (each missing part is a finding)."""
    lanes = _lanes(drawing, report)
    lane_of = {ref: lane for lane, raw in zip(lanes, drawing.lanes, strict=True) for ref in raw.refs}
    documents = _documents(process_words, drawing, report)
    flows = _flows(drawing, report)
    timers = {node.attached_to: node for node in drawing.of_type("boundaryEvent")}
    numbers = {node_id: number for number, node_id in enumerate(order(drawing), 1)}
    tasks = {}
    for node_id in numbers:
        node = drawing.nodes[node_id]
        lane = lane_of.get(node_id)
        if lane is None:
            report.add("LANE_MISSING", node_id, line=node.line, name=node.label)
            lane = Lane("", "", "", "owner")
        tasks[node_id] = _task(node, numbers[node_id], lane, timers.get(node_id), task_words[node_id], report)
    start = _start(drawing, lane_of, process_words, report)
    business_key = _one_expression(process_words, "businessKey", "BUSINESS_KEY_MISSING", drawing, report)
    title = _one_expression(process_words, "title", "TITLE_MISSING", drawing, report)
    identity = _identity(process_words, drawing, report)
    if start is None or business_key is None or title is None or any(task is None for task in tasks.values()):
        return None
    whole = {task.id: task for task in tasks.values() if task is not None}
    variables = {name for flow in flows if flow.condition is not None for name in flow.condition.names}
    for task in whole.values():
        variables |= task.each.collection.names if task.each is not None else frozenset()
        variables |= task.due.names if task.due is not None else frozenset()
    return Process(
        id=drawing.id,
        name=drawing.name,
        digest=hashlib.sha256(xml).hexdigest(),
        tasks=whole,
        lanes=lanes,
        documents=documents,
        start=start,
        business_key=business_key,
        title=title,
        identity=identity,
        variables=frozenset(variables),
        nodes={node.id: FlowNode(node.id, node.type, node.name) for node in drawing.nodes.values()},
        flows=flows,
        xml=xml,
    )


def _lanes(drawing: Drawing, report: Report) -> tuple[Lane, ...]:
    lanes, seen = [], set()
    for raw in drawing.lanes:
        name = raw.name or raw.id
        if not raw.name:
            report.add("LANE_NAME", raw.id, line=raw.line)
        if not raw.own.get("role"):
            report.add("LANE_ROLE", raw.id, line=raw.line, name=name)
        for ref in raw.refs:
            if ref not in drawing.nodes:
                report.add("LANE_UNKNOWN_NODE", raw.id, line=raw.line, name=name, node=ref)
            elif ref in seen:
                report.add("LANE_DOUBLED", ref, line=raw.line, name=drawing.nodes[ref].label)
            seen.add(ref)
        unit = raw.own.get("unit") or "owner"
        feel(unit, raw.id, report, line=raw.line)
        lanes.append(Lane(raw.id, raw.name, raw.own.get("role", ""), unit))
    return tuple(lanes)


def _documents(words: Words, drawing: Drawing, report: Report) -> dict[str, DocumentDefinition]:
    documents: dict[str, DocumentDefinition] = {}
    for found in words.get("document", ()):
        key = found.get("key")
        if key is None:
            continue
        if not key.isidentifier() or not key.isascii() or key.endswith("_item"):
            report.add("DOCUMENT_KEY", drawing.id, line=found.line, document=key)
        if key in documents:
            report.add("DOCUMENT_DOUBLED", drawing.id, line=found.line, document=key)
        documents[key] = DocumentDefinition(key, found.get("name") or key, found.get("form"), found.get("state"))
    return documents


def _flows(drawing: Drawing, report: Report) -> tuple[Flow, ...]:
    flows = []
    for raw in drawing.flows:
        condition = None
        if raw.condition:
            condition = feel(raw.condition, raw.id, report, line=raw.line)
            if condition is not None and not condition.names:
                report.add("CONDITION_CONSTANT", raw.id, line=raw.line, flow=raw.label)
        flows.append(Flow(raw.id, raw.source, raw.target, raw.name, condition))
    return tuple(flows)


def _start(drawing: Drawing, lane_of: Mapping[str, Lane], words: Words, report: Report) -> StartDefinition | None:
    found = next(iter(words.get("startForm", ())), None)
    if found is None:
        report.add("START_FORM_MISSING", drawing.id, line=drawing.line)
        return None
    start = next(iter(drawing.of_type("startEvent")), None)
    if start is None:
        return None
    lane = lane_of.get(start.id)
    if lane is None:
        report.add("LANE_MISSING", start.id, line=start.line, name=start.label)
        return None
    form = found.get("form")
    return StartDefinition(form, found.get("writes"), lane.role, lane.unit) if form else None


def _one_expression(words: Words, name: str, code: str, drawing: Drawing, report: Report) -> Expression | None:
    found = next(iter(words.get(name, ())), None)
    if found is None:
        report.add(code, drawing.id, line=drawing.line)
        return None
    return found.expression


def _identity(words: Words, drawing: Drawing, report: Report) -> Identity:
    found = next(iter(words.get("identity", ())), None)
    if found is None:
        report.add("IDENTITY_MISSING", drawing.id, line=drawing.line)
        return Identity()
    official = next(iter(found.inner.get("disahkanOleh", ())), None)
    return Identity(
        nomor=found.get("nomor") or "",
        tanggal_pembuatan=found.get("tanggalPembuatan") or "",
        tanggal_revisi=found.get("tanggalRevisi") or "",
        tanggal_efektif=found.get("tanggalEfektif") or "",
        nama=found.get("nama") or "",
        instansi=found.texts("instansi"),
        disahkan_oleh=Official(**{name: official.get(name) or "" for name in ("jabatan", "nama", "pangkat", "nip")})
        if official is not None
        else Official(),
        dasar_hukum=found.texts("dasarHukum"),
        kualifikasi_pelaksana=found.texts("kualifikasiPelaksana"),
        keterkaitan=found.texts("keterkaitan"),
        peralatan=found.texts("peralatan"),
        peringatan=found.texts("peringatan"),
        pencatatan=found.texts("pencatatan"),
    )


def _task(
    node: RawNode, number: int, lane: Lane, timer: RawNode | None, words: Words, report: Report
) -> TaskDefinition | None:
    form = _first(words, "form")
    if form is None or not form.get("ref"):
        report.add("FORM_MISSING", node.id, line=node.line, name=node.label)
    if not node.name:
        report.add("TASK_NAME", node.id, line=node.line)
    duration = None
    if timer is not None and timer.timer:
        duration = parse_iso(timer.timer)
        if duration is None:
            report.add("TIMER_DURATION", timer.id, line=timer.line, text=timer.timer)
    elif timer is None:
        report.add("TIMER_NONE", node.id, line=node.line, name=node.label)
    standard = _standard(node, words, report)
    if duration is not None and standard.waktu:
        said = parse_words(standard.waktu)
        if said is None:
            report.add("STANDARD_TIME_TEXT", node.id, line=node.line, name=node.label, text=standard.waktu)
        elif said != duration:
            report.add(
                "STANDARD_TIME",
                node.id,
                line=node.line,
                name=node.label,
                text=standard.waktu,
                drawn=describe(duration),
            )
    due, note = _first(words, "due"), _first(words, "returnNote")
    if due is not None and timer is None:
        report.add("DUE_WITHOUT_TIMER", node.id, line=due.line, name=node.label)
    sign, amendable = _first(words, "sign"), _first(words, "amendable")
    unit = node.own.get("unit") or lane.unit
    feel(unit, node.id, report, line=node.line)
    return TaskDefinition(
        id=node.id,
        number=number,
        name=node.name,
        lane=lane.id,
        role=node.own.get("role") or lane.role,
        unit=unit,
        form=(form.get("ref") if form is not None else None) or "",
        mutu_baku=standard,
        duration=duration,
        timer=timer.id if timer is not None and duration is not None else None,
        each=_each(node, report),
        reads=tuple(found.attributes.get("document", "") for found in words.get("reads", ())),
        writes=tuple(
            Write(found.attributes.get("document", ""), found.get("state"), found.get("form"))
            for found in words.get("writes", ())
        ),
        initial=_initial(node, words, report),
        always=frozenset(f.attributes.get("field", "") for f in words.get("initial", ()) if f.get("always") == "true"),
        due=due.expression if due is not None else None,
        return_note=note.get("field") if note is not None else None,
        sign=_sign(sign, node, report) if sign is not None else None,
        print_outs=tuple(
            PrintOut(f.attributes.get("document", ""), f.attributes.get("title", ""), f.get("layout") or "portrait")
            for f in words.get("printOut", ())
        ),
        amendable_while=amendable.get("while") if amendable is not None else None,
        distribute=tuple(
            Distribute(f.attributes.get("document", ""), f.attributes.get("by", ""), f.expression)
            for f in words.get("distribute", ())
            if f.expression is not None
        ),
    )


def _first(words: Words, name: str) -> Found | None:
    return next(iter(words.get(name, ())), None)


def _sign(found: Found, node: RawNode, report: Report) -> Sign:
    when = found.get("when")
    expression = feel(when, node.id, report, line=found.line) if when else None
    return Sign(found.attributes.get("kind", ""), found.attributes.get("document", ""), expression)


def _standard(node: RawNode, words: Words, report: Report) -> MutuBaku:
    found = _first(words, "mutuBaku")
    if found is None:
        report.add("STANDARD_MISSING", node.id, line=node.line, name=node.label)
        return MutuBaku()
    texts = {name: " ".join(found.texts(name)) for name in ("kelengkapan", "output", "keterangan")}
    standard = MutuBaku(waktu=found.get("waktu") or "", **texts)
    for part in ("waktu", "kelengkapan", "output"):
        if not getattr(standard, part):
            report.add("STANDARD_PART", node.id, line=found.line, name=node.label, part=part)
    return standard


def _initial(node: RawNode, words: Words, report: Report) -> dict[str, Expression]:
    initial: dict[str, Expression] = {}
    for found in words.get("initial", ()):
        field = found.get("field")
        if field is None or found.expression is None:
            continue
        if field in initial:
            report.add("INITIAL_DOUBLED", node.id, line=found.line, field=field)
        initial[field] = found.expression
    return initial


def _each(node: RawNode, report: Report) -> Each | None:
    if not node.loop:
        return None
    words = keywords.read(node.each, keywords.EACH, node.id, report)
    found = _first(words, "each")
    collection, item = (found.get("collection"), found.get("item")) if found is not None else (None, None)
    if not collection or not item:
        report.add("EACH_MISSING", node.id, line=node.line, name=node.label)
        return None
    if not item.isidentifier() or not item.isascii():
        report.add("EACH_ITEM_NAME", node.id, line=node.line, name=node.label, item=item)
    expression = feel(collection, node.id, report, line=node.line)
    return Each(expression, item) if expression is not None else None
