"""Every place where a diagram can hold an expression: refused by the check, and harmless in the engine below it.

The second half takes the check away: the library's own parser reads the diagram as it is, its own node types run it,
and only our script environment stands between the text and Python. A payload that ran would leave its mark on
`os.environ`.
"""

from __future__ import annotations

import contextlib
import functools
import os

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.util.task import TaskState

from bpmn import seams
from bpmn.compile import compile_process
from bpmn.errors import BpmnError, DiagramError
from bpmn.seams import FeelEnvironment
from forms.feel import FeelError

PAYLOADS = [
    "__import__('os').environ.__setitem__('ALUR_TOUCHED', '1')",
    "[c for c in ().__class__.__base__.__subclasses__() if c.__name__ == '_wrap_close'][0]"
    ".__init__.__globals__['environ'].__setitem__('ALUR_TOUCHED', '1')",
    "(lambda: exec('import os; os.environ[\\'ALUR_TOUCHED\\'] = \\'1\\''))()",
    "exec(\"import os; os.environ['ALUR_TOUCHED'] = '1'\")",
    "${__import__('os').environ.__setitem__('ALUR_TOUCHED', '1')}",
]
SPIFF = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'


@functools.cache  # two hundred tests look into the same five
def _channels(draw, payload: str) -> dict[str, bytes]:
    """Diagrams that hold the payload at one place each."""
    text = payload.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")

    def around(node: str, xml: str, *more: str) -> bytes:
        diagram = draw().start().task("t").raw(node, xml).end().path("mulai", "t", node, "selesai")
        diagram.extra = "".join(more)
        return diagram.xml()

    def timed(kind: str) -> bytes:
        return draw().start().task("t").timer("t", text, kind=kind).end().path("mulai", "t", "selesai").xml()

    def repeated(inside: str) -> bytes:
        return draw().start().task("t", loop=inside).end().path("mulai", "t", "selesai").xml()

    gateway = (
        draw().start().task("t").choice("g", default="selesai").end().end("lain").path("mulai", "t", "g", "selesai")
    )
    boundary = draw().start().task("t").timer("t", text).end().path("mulai", "t", "selesai")
    message = (
        f'<bpmn:message id="m" name="m"/><bpmn:correlationProperty id="cp" name="cp">'
        '<bpmn:correlationPropertyRetrievalExpression messageRef="m"><bpmn:messagePath>'
        f"{text}</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression></bpmn:correlationProperty>"
        '<bpmn:collaboration id="k"><bpmn:participant id="p" processRef="proses"/>'
        '<bpmn:correlationKey id="ck" name="ck">'
        "<bpmn:correlationPropertyRef>cp</bpmn:correlationPropertyRef></bpmn:correlationKey></bpmn:collaboration>"
    )
    sender = draw().start().task("t").end().path("mulai", "t", "kirim", "selesai")
    sender.raw("kirim", '<bpmn:sendTask id="kirim" messageRef="m"/>').root_words = message
    io = (
        f'<bpmn:ioSpecification><bpmn:dataInput id="di" name="{text}"/><bpmn:inputSet><bpmn:dataInputRefs>di'
        "</bpmn:dataInputRefs></bpmn:inputSet><bpmn:outputSet/></bpmn:ioSpecification>"
    )
    with_io = draw().start().task("t", inside=io).end().path("mulai", "t", "selesai")
    data = f'<bpmn:dataObjectReference id="r" name="{text}" dataObjectRef="o"/><bpmn:dataObject id="o" name="{text}"/>'
    association = draw().start().task("t", inside=_association()).end().path("mulai", "t", "selesai")
    association.extra = data
    documented = draw().start().task("t", inside=f"<bpmn:documentation>{text}</bpmn:documentation>").end()
    vendor = draw().start().task("t", words=f'<sop:form ref="isi"/><camunda:script>{text}</camunda:script>').end()
    return {
        "gateway": gateway.flow("g", "lain", payload).xml(),
        "intermediate timer": draw().start().task("t").pause("p", text).end().path("mulai", "t", "p", "selesai").xml(),
        "boundary timer": boundary.xml(),
        "cardinality": repeated(f"<bpmn:loopCardinality>{text}</bpmn:loopCardinality>"),
        "completion condition": repeated(
            f"<bpmn:loopCardinality>2</bpmn:loopCardinality><bpmn:completionCondition>{text}</bpmn:completionCondition>"
        ),
        "loop condition": draw().start().task(
            "t",
            inside="<bpmn:standardLoopCharacteristics testBefore='true'>"
            f"<bpmn:loopCondition>{text}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>",
        ).end().path("mulai", "t", "selesai").xml(),
        "loop maximum": draw().start().task(
            "t", inside=f"<bpmn:standardLoopCharacteristics loopMaximum='1' id='l'><bpmn:loopCondition>{text}"
            "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
        ).end().path("mulai", "t", "selesai").xml(),
        "script": around("s", f'<bpmn:scriptTask id="s"><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>'),
        "conditional event": around(
            "c",
            '<bpmn:intermediateCatchEvent id="c"><bpmn:conditionalEventDefinition>'
            f"<bpmn:condition>{text}</bpmn:condition></bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>",
        ),
        "message correlation": sender.xml(),
        "pre-script": around(
            "s",
            f'<bpmn:manualTask id="s"><bpmn:extensionElements {SPIFF}><spiffworkflow:preScript>{text}'
            "</spiffworkflow:preScript></bpmn:extensionElements></bpmn:manualTask>",
        ),
        "post-script": around(
            "s",
            f'<bpmn:manualTask id="s"><bpmn:extensionElements {SPIFF}><spiffworkflow:postScript>{text}'
            "</spiffworkflow:postScript></bpmn:extensionElements></bpmn:manualTask>",
        ),
        "service parameter": around(
            "s",
            f'<bpmn:serviceTask id="s"><bpmn:extensionElements {SPIFF}><spiffworkflow:serviceTaskOperator id="x">'
            f'<spiffworkflow:parameters><spiffworkflow:parameter id="a" type="str" value="{text}"/>'
            "</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>",
        ),
        "ad-hoc completion": around(
            "a",
            f'<bpmn:adHocSubProcess id="a"><bpmn:userTask id="dalam"/><bpmn:completionCondition>{text}'
            "</bpmn:completionCondition></bpmn:adHocSubProcess>",
        ),
        "cycle timer": timed("Cycle"),
        "date timer": timed("Date"),
        "io specification": with_io.xml(),
        "data association": association.xml(),
        "start event timer": draw().start(
            inside=f"<bpmn:timerEventDefinition><bpmn:timeDuration>{text}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        ).task("t").end().path("mulai", "t", "selesai").xml(),
        "collection": draw().start().task("t", each=payload).end().path("mulai", "t", "selesai").xml(),
        "vendor element": vendor.path("mulai", "t", "selesai").xml(),
        "documentation": documented.path("mulai", "t", "selesai").xml(),
    }  # fmt: skip


def _association() -> str:
    return (
        "<bpmn:dataInputAssociation><bpmn:sourceRef>r</bpmn:sourceRef></bpmn:dataInputAssociation>"
        "<bpmn:dataOutputAssociation><bpmn:targetRef>r</bpmn:targetRef></bpmn:dataOutputAssociation>"
    )


NAMES = (
    "gateway", "intermediate timer", "boundary timer", "cardinality", "completion condition", "loop condition",
    "loop maximum", "script", "conditional event", "message correlation", "pre-script", "post-script",
    "service parameter", "ad-hoc completion", "cycle timer", "date timer", "io specification", "data association",
    "start event timer", "collection", "vendor element", "documentation",
)  # fmt: skip
HARMLESS = {"documentation"}  # a text that people read: never evaluated, so it may say anything


@pytest.fixture(autouse=True)
def untouched():
    os.environ.pop("ALUR_TOUCHED", None)
    yield
    assert os.environ.pop("ALUR_TOUCHED", None) is None, "the payload ran"


def test_the_list_is_whole(draw):
    assert tuple(_channels(draw, "x")) == NAMES


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", NAMES)
def test_refused_at_the_check(draw, name, payload):
    xml = _channels(draw, payload)[name]
    if name in HARMLESS:
        compile_process(xml)
        return
    with pytest.raises(DiagramError) as caught:
        compile_process(xml)
    assert all(finding.message for finding in caught.value.findings)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("collection",)])
def test_harmless_in_the_engine_without_the_check(draw, at, name, payload):
    xml = _channels(draw, payload)[name]
    for parser in (BpmnParser(), SpiffBpmnParser()):
        # The library reports what our environment refuses in errors of its own, or fails over what it did not get.
        with contextlib.suppress(
            SpiffWorkflowException, BpmnError, FeelError, AttributeError, TypeError, LookupError, NameError
        ):
            parser.add_bpmn_xml(etree.fromstring(xml))
            _run(parser.get_spec("proses"), parser.get_subprocess_specs("proses"), at())


def _run(spec, subprocesses, moment, engine: PythonScriptEngine | None = None) -> None:
    """Plays a workflow of the library as far as it goes, with our environment unless another engine is given."""
    with seams.at(moment.now):
        ours = PythonScriptEngine(FeelEnvironment())
        workflow = BpmnWorkflow(spec, subprocesses, script_engine=engine or ours)
        for _ in range(6):
            with contextlib.suppress(SpiffWorkflowException, TypeError, AttributeError, NameError):
                workflow.do_engine_steps()
            workflow.refresh_timers()
            for task in workflow.get_tasks(state=TaskState.READY):
                task.run()


INERT = {"io specification", "data association", "collection", "vendor element", "documentation"}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in INERT])
def test_the_library_alone_would_run_it(draw, at, name):
    """The payloads are live: with the library's own environment each of them runs, so the tests above can fail."""
    xml = _channels(draw, PAYLOADS[0])[name]
    for parser in (BpmnParser(), SpiffBpmnParser()):
        with contextlib.suppress(SpiffWorkflowException, AttributeError, TypeError, LookupError, NameError):
            parser.add_bpmn_xml(etree.fromstring(xml))
            _run(parser.get_spec("proses"), parser.get_subprocess_specs("proses"), at(), PythonScriptEngine())
    assert os.environ.pop("ALUR_TOUCHED") == "1"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_environment_never_reaches_python(payload, at):
    environment = FeelEnvironment()
    with seams.at(at().now):
        for known in ({}, {"os": 1}, {"__builtins__": {}}):
            with pytest.raises(FeelError):
                environment.evaluate(payload, known)
            with pytest.raises(BpmnError):
                environment.execute(payload, known)
            with pytest.raises(BpmnError):
                environment.call_service(known, operation_name=payload)


def test_the_engine_reports_a_refused_script_as_an_error(at, draw):
    xml = _channels(draw, "x = 1")["script"]
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(xml))
    with seams.at(at().now):
        workflow = BpmnWorkflow(parser.get_spec("proses"), script_engine=PythonScriptEngine(FeelEnvironment()))
        workflow.do_engine_steps()
        workflow.get_next_task(state=TaskState.READY, manual=True).run()
        with pytest.raises(WorkflowTaskException, match="RefusedError"):
            workflow.do_engine_steps()
