"""What may be published: a diagram with the forms that it names, checked, and named by its digest. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.compile import compile_process
from bpmn.errors import CheckUnfinished
from bpmn.model import Finding, Process
from bpmn.rules import check
from process.errors import Busy, InvalidProcess
from process.version_digest import version_digest


@dataclass(frozen=True)
class Checked:
    """A diagram without errors, with the forms that it names."""

    process: Process
    forms: Mapping[str, bytes]
    digest: str
    findings: tuple[Finding, ...]  # warnings


def findings_of(xml: bytes, forms: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """What the publication check says. Raises Busy when the machine was too busy to tell."""
    try:
        return check(xml, forms)
    except CheckUnfinished as error:
        raise Busy(str(error)) from error


def checked(xml: bytes, forms: Mapping[str, bytes]) -> Checked:
    """Check a diagram with its forms; those that it does not name are left out. Raises InvalidProcess, Busy."""
    findings = findings_of(xml, forms)
    if any(finding.severity == "error" for finding in findings):
        raise InvalidProcess(findings)
    process = compile_process(xml)
    used = {form_id: forms[form_id] for form_id in sorted(form_ids(process))}
    return Checked(process, used, version_digest(xml, used), findings)


def form_ids(process: Process) -> frozenset[str]:
    """The forms that a diagram names: of the start, the tasks, their documents, and documents shown alone."""
    found = {process.start.form}
    for task in process.tasks.values():
        found.add(task.form)
        found.update(write.form for write in task.writes if write.form)
    found.update(document.form for document in process.documents.values() if document.form)
    return frozenset(found)
