"""Rules about what forms, documents and variables promise each other along the flow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bpmn import choice_rules
from bpmn.codes import ERROR, Report
from bpmn.flow_rules import reachable
from bpmn.model import Identity, Process, TaskDefinition
from forms import Form, FormDefinitionError, load_form
from forms.feel import Expression, FeelError, parse

GIVEN = frozenset({"item", "starter", "unit", "owner", "units", "due_date", "previous"})
NIP_DIGITS = 18


def check(process: Process, sources: Mapping[str, bytes], lines: Mapping[str, int | None], report: Report) -> None:
    """Adds findings about a process whose diagram is sound; `sources` are the form definitions by id."""
    forms = _Forms(sources, report)
    task_forms = {task.id: forms.load(task.form, task.id) for task in process.tasks.values()}
    start_form = forms.load(process.start.form, process.id)
    for document in process.documents.values():
        if document.form:
            forms.load(document.form, process.id)
        if document.key in GIVEN:
            report.add("DOCUMENT_KEY", process.id, document=document.key)
    before = _Before(process)
    _start(process, start_form, report)
    _documents(process, before, report)
    for task in process.tasks.values():
        for write in task.writes:
            if write.form:
                forms.load(write.form, task.id)
        _task(task, process, task_forms[task.id], before, report, lines.get(task.id))
    for lane in process.lanes:
        _unit(lane.unit, lane.id, frozenset({"owner", "item"}), report)
    _variables(process, start_form, task_forms, before, report, lines)
    givers = [start_form, *(task_forms[task.id] for task in process.tasks.values() if task.each is None)]
    choice_rules.check(process, [form for form in givers if form is not None], lines, report)
    _identity(process.identity, process.id, report)


class _Forms:
    """The forms of a version, each loaded once; what is wrong with one is said where it is used first."""

    def __init__(self, sources: Mapping[str, bytes], report: Report) -> None:
        self._sources = sources
        self._report = report
        self._loaded: dict[str, Form | None] = {}

    def load(self, form: str, element: str) -> Form | None:
        """The form, or None with a finding at `element`."""
        if form not in self._sources:
            self._report.add("FORM_UNKNOWN", element, form=form)
            return None
        if form not in self._loaded:
            try:
                self._loaded[form] = load_form(self._sources[form])
            except FormDefinitionError as error:
                self._loaded[form] = None
                for finding in error.findings:
                    if finding.severity == ERROR:
                        where = f"({finding.element}) " if finding.element else ""
                        self._report.add("FORM_INVALID", element, form=form, reason=f"{where}{finding.message}")
        return self._loaded[form]


class _Before:
    """Which tasks can have been completed before another node is reached."""

    def __init__(self, process: Process) -> None:
        self._back: dict[str, list[str]] = {}
        self._forward: dict[str, list[str]] = {}
        for flow in process.flows:
            self._back.setdefault(flow.target, []).append(flow.source)
            self._forward.setdefault(flow.source, []).append(flow.target)

    def of(self, node: str) -> set[str]:
        """All nodes from which the flow can come to `node` (itself only where it lies in a loop)."""
        return reachable(self._back.get(node, ()), self._back)

    def after(self, node: str) -> set[str]:
        """All nodes to which the flow can come from `node`."""
        return reachable(self._forward.get(node, ()), self._forward)


def _start(process: Process, form: Form | None, report: Report) -> None:
    if form is None:
        return
    for what, expression in (("Kunci pelaksanaan", process.business_key), ("Judul pelaksanaan", process.title)):
        for name in sorted(expression.required - set(form.outputs)):
            report.add("START_VARIABLE", process.id, what=what, variable=name)
    _unit(process.start.unit, process.id, frozenset({"owner"}), report)


def _documents(process: Process, before: _Before, report: Report) -> None:
    writers: dict[str, set[str]] = {key: set() for key in process.documents}
    if process.start.writes is not None:
        _known(process.start.writes, process, process.id, report)
        writers.setdefault(process.start.writes, set()).add(
            next(n for n, v in process.nodes.items() if _starts(v.type))
        )
    for task in process.tasks.values():
        for key in (*(write.document for write in task.writes), *(share.document for share in task.distribute)):
            writers.setdefault(key, set()).add(task.id)
    for key in process.documents:
        if not writers[key]:
            report.add("DOCUMENT_UNREAD", process.id, document=key)
    for task in process.tasks.values():
        earlier = before.of(task.id)
        for key in task.reads:
            if key in process.documents and writers[key] and not writers[key] & earlier:
                report.add("DOCUMENT_EARLY", task.id, name=task.name, document=key)


def _starts(node_type: str) -> bool:
    return node_type == "startEvent"


def _known(key: str, process: Process, element: str, report: Report) -> None:
    if key and key not in process.documents:
        report.add("DOCUMENT_UNKNOWN", element, document=key)


def _task(
    task: TaskDefinition, process: Process, form: Form | None, before: _Before, report: Report, line: int | None
) -> None:
    written = [write.document for write in task.writes]
    named = [*task.reads, *written, *(p.document for p in task.print_outs), *(d.document for d in task.distribute)]
    for key in dict.fromkeys([*named, *([task.sign.document] if task.sign else [])]):
        _known(key, process, task.id, report)
    for key in sorted({key for key in written if written.count(key) > 1}):
        report.add("WRITES_DOUBLED", task.id, line=line, name=task.name, document=key)
    if task.sign is not None:
        if task.sign.document in process.documents and task.sign.document not in written:
            report.add("SIGN_DOCUMENT", task.id, line=line, name=task.name, document=task.sign.document)
        if task.each is not None:
            report.add("SIGN_ITEM", task.id, line=line, name=task.name)
    for print_out in task.print_outs:
        if print_out.document in process.documents and print_out.document not in (*task.reads, *written):
            report.add("PRINT_DOCUMENT", task.id, line=line, name=task.name, document=print_out.document)
    target = task.amendable_while
    if target is not None and (target not in process.tasks or target == task.id or target not in before.after(task.id)):
        report.add("AMENDABLE_TARGET", task.id, line=line, name=task.name, target=target)
    if task.distribute and task.each is not None:
        report.add("DISTRIBUTE_ITEM", task.id, line=line, name=task.name)
    _unit(task.unit, task.id, frozenset({"owner", "item"} if task.each else {"owner"}), report)
    context = {*GIVEN, *process.documents}
    if task.each is not None:
        if task.each.item in context:
            report.add("EACH_ITEM_NAME", task.id, line=line, name=task.name, item=task.each.item)
        context |= {task.each.item, *(f"{key}_item" for key in process.documents)}
    for field, expression in task.initial.items():
        for name in sorted(expression.required - context):
            report.add("INITIAL_VARIABLE", task.id, line=line, field=field, variable=name)
    for share in task.distribute:
        for name in sorted(share.rows.required - context):
            report.add("INITIAL_VARIABLE", task.id, line=line, field=share.document, variable=name)
    if form is None:
        return
    known = set(form.outputs) | _read_by(form.schema)
    for field in task.initial:
        if field not in known:
            report.add("INITIAL_FIELD", task.id, line=line, field=field, name=task.name, form=task.form)
    if task.sign is not None and task.sign.when is not None:
        for name in sorted(task.sign.when.required - set(form.outputs)):
            report.add("SIGN_WHEN", task.id, line=line, name=task.name, variable=name, form=task.form)
    if task.return_note is not None and task.return_note not in form.outputs:
        report.add("RETURN_NOTE_FIELD", task.id, line=line, name=task.name, field=task.return_note, form=task.form)


_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _read_by(schema: Any) -> set[str]:
    """Names that a form reads besides its fields: keys of options, and words of its expressions and templates."""
    names: set[str] = set()
    stack = [schema]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            key = value.get("valuesKey")
            names.update([key] if isinstance(key, str) else ())
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, str) and (value.startswith("=") or "{{" in value):
            names.update(_WORD.findall(value))
    return names


def _unit(unit: str, element: str, allowed: frozenset[str], report: Report) -> None:
    """`item` means something only where there is one; nothing but owner and item is known to a unit."""
    try:
        names = parse(unit).required
    except FeelError:
        return  # said when the diagram was read
    for name in sorted(names - allowed):
        if name == "item":
            report.add("UNIT_ITEM", element)
        else:
            report.add("UNIT_VARIABLE", element, unit=unit, variable=name)


def _variables(
    process: Process,
    start_form: Form | None,
    task_forms: Mapping[str, Form | None],
    before: _Before,
    report: Report,
    lines: Mapping[str, int | None],
) -> None:
    """Each variable of a condition, a collection or a deadline comes from a form before it."""
    start = next(node.id for node in process.nodes.values() if _starts(node.type))
    gives: dict[str, Mapping[str, str]] = {start: start_form.outputs if start_form is not None else {}}
    unknown = start_form is None
    for task in process.tasks.values():
        form = task_forms[task.id]
        if task.each is None:
            unknown |= form is None
            gives[task.id] = form.outputs if form is not None else {}
    if unknown:
        return  # a missing form is said already; what it would have given cannot be known
    always = _always(process, start, gives)
    names = {node_id: process.tasks[node_id].form for node_id in gives if node_id != start} | {
        start: process.start.form
    }
    for element, node, what, expression, wanted in _uses(process):
        earlier = before.of(node)
        for name in sorted(expression.required):
            givers = [giver for giver in gives if giver in earlier and name in gives[giver]]
            if not givers:
                report.add("VARIABLE_UNKNOWN", element, line=lines.get(element), what=what, variable=name)
            elif name not in always[node] and name not in expression.asked:
                report.add("VARIABLE_MAYBE", element, line=lines.get(element), what=what, variable=name)
            for giver in givers:
                found = gives[giver][name]
                if wanted and expression.text.strip() == name and found not in (wanted, "any"):
                    report.add(
                        "VARIABLE_TYPE",
                        element,
                        line=lines.get(element),
                        what=what,
                        variable=name,
                        found=_KINDS.get(found, found),
                        wanted=_KINDS[wanted],
                        form=names[giver],
                    )


_KINDS = {
    "string": "teks",
    "number": "angka",
    "boolean": "ya/tidak",
    "list": "daftar",
    "context": "kelompok isian",
    "date": "tanggal",
    "time": "jam",
    "datetime": "tanggal dan jam",
    "files": "lampiran",
}


def _uses(process: Process) -> Iterable[tuple[str, str, str, Expression, str]]:
    """Element to point at, node where it is evaluated, what it is, the expression, and the kind it must have."""
    for flow in process.flows:
        if flow.condition is not None:
            yield flow.id, flow.source, f"Syarat aliran “{flow.name or flow.id}”", flow.condition, "boolean"
    for task in process.tasks.values():
        if task.each is not None:
            yield task.id, task.id, f"Daftar pengisi langkah “{task.name}”", task.each.collection, "list"
        if task.due is not None:
            yield task.id, task.id, f"Batas waktu langkah “{task.name}”", task.due, "date"


def _always(process: Process, start: str, gives: Mapping[str, Mapping[str, str]]) -> dict[str, set[str]]:
    """For each node, the variables that are filled whichever way the flow came."""
    back: dict[str, list[str]] = {node_id: [] for node_id in process.nodes}
    for flow in process.flows:
        back[flow.target].append(flow.source)
    fills = {node_id: process.variables & set(outputs) for node_id, outputs in gives.items()}
    everything = {name for names in fills.values() for name in names}
    known = {node_id: set(everything) for node_id in process.nodes}
    known[start] = set()
    changed = True
    while changed:
        changed = False
        for node_id, sources in back.items():
            if not sources:
                continue
            arriving = [known[source] | fills.get(source, frozenset()) for source in sources]
            joined = process.nodes[node_id].type == "parallelGateway"
            now = set.union(*arriving) if joined else set.intersection(*arriving)
            if now != known[node_id]:
                known[node_id] = now
                changed = True
    return known


def _identity(identity: Identity, element: str, report: Report) -> None:
    if identity == Identity():
        return  # said as a whole
    parts = {
        "nomor SOP": identity.nomor,
        "tanggal efektif": identity.tanggal_efektif,
        "nama SOP": identity.nama,
        "instansi": identity.instansi,
        "pejabat yang mengesahkan": identity.disahkan_oleh.jabatan,
        "dasar hukum": identity.dasar_hukum,
        "kualifikasi pelaksana": identity.kualifikasi_pelaksana,
        "peringatan": identity.peringatan,
        "pencatatan dan pendataan": identity.pencatatan,
    }
    for part, value in parts.items():
        if not value:
            report.add("IDENTITY_PART", element, part=part)
    nip = identity.disahkan_oleh.nip
    digits = sum(character.isdigit() for character in nip)
    if nip and digits != NIP_DIGITS:
        report.add("IDENTITY_NIP", element, nip=nip, digits=digits)
