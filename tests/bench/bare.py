"""The bare engine: SpiffWorkflow as its authors ship it, in memory, on the same diagram. Nothing is stored, no form is
loaded, no deadline is in working time, and Python's own evaluator is used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bpmn import seams
from service import demo
from tests.bench.measure import Sample, measured
from tests.bench.quarters import MONDAY, PROCESS

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"


def translated(xml: bytes) -> etree._Element:
    """The diagram in the library's own dialect: Python for FEEL, quoted durations, a standard multi-instance."""
    root = etree.fromstring(xml)
    for found in root.iter(BPMN + "extensionElements"):
        for child in list(found):
            if child.tag.endswith("}each"):
                frame = found.getparent()
                etree.SubElement(frame, BPMN + "loopDataInputRef").text = child.get("collection")
                etree.SubElement(frame, BPMN + "inputDataItem", id=child.get("item"))
            found.remove(child)
    for found in root.iter(BPMN + "timeDuration"):
        found.text = f'"{found.text}"'
    for found in root.iter(BPMN + "conditionExpression"):
        found.text = re.sub(r"(?<![<>!=])=(?!=)", "==", found.text.lstrip("= "))
    return root


class Bare:
    """The library's own specification of the shipped diagram."""

    def __init__(self) -> None:
        diagrams, _ = demo.shipped()
        parser = BpmnParser()
        parser.add_bpmn_xml(translated(diagrams[demo.IN_FORCE]))
        self._spec = parser.get_spec(PROCESS)

    def completions(self) -> Iterator[Sample]:
        """Complete every step of a quarter with eleven Bagian, one each time the next is asked for."""
        return _completions(self._spec, tuple(demo.BAGIAN))


def _completions(spec: object, bagian: Sequence[str]) -> Iterator[Sample]:
    with seams.at(MONDAY):  # the library's clock is ours in this process
        workflow = BpmnWorkflow(spec, script_engine=PythonScriptEngine())
        workflow.data.update(penerima=list(bagian), keputusan="benar")
        workflow.get_next_task(state=TaskState.READY).data.update(workflow.data)
        workflow.do_engine_steps()
    while waiting := workflow.get_tasks(state=TaskState.READY, manual=True):
        for task in waiting:
            with seams.at(MONDAY), measured() as sample:
                task.run()
                workflow.do_engine_steps()
            yield sample
    assert workflow.is_completed()
