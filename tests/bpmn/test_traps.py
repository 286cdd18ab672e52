"""What SpiffWorkflow 3.2 does otherwise than one would think, where the other test files do not show it already.

Where the trap is the library's, the test shows the trap too: when a new version has mended it, that test says so.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import SpiffWorkflow.bpmn.specs.event_definitions.timer as spiff_timer
import SpiffWorkflow.task as spiff_task
from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException

from bpmn import runtime, seams
from bpmn.compile import compile_process
from bpmn.errors import DiagramError
from bpmn.model import Moment
from bpmn.seams import FeelEnvironment

# --- elements that run wrongly or not at all --------------------------------------------------------------------------

EVENT = "<bpmn:intermediate{0}Event id='x'>{1}</bpmn:intermediate{0}Event>"
UNSUPPORTED = {
    "complex gateway": "<bpmn:complexGateway id='x'/>",
    "inclusive gateway": "<bpmn:inclusiveGateway id='x'/>",
    "event gateway": "<bpmn:eventBasedGateway id='x'/>",
    "business rule": "<bpmn:businessRuleTask id='x'/>",
    "plain task": "<bpmn:task id='x'/>",
    "manual task": "<bpmn:manualTask id='x'/>",
    "service task": "<bpmn:serviceTask id='x'/>",
    "send task": "<bpmn:sendTask id='x'/>",
    "receive task": "<bpmn:receiveTask id='x'/>",
    "script task": "<bpmn:scriptTask id='x'><bpmn:script>1</bpmn:script></bpmn:scriptTask>",
    "call activity": "<bpmn:callActivity id='x' calledElement='y'/>",
    "subprocess": "<bpmn:subProcess id='x'/>",
    "event subprocess": "<bpmn:subProcess id='x' triggeredByEvent='true'/>",
    "ad-hoc subprocess": "<bpmn:adHocSubProcess id='x'/>",
    "transaction": "<bpmn:transaction id='x'/>",
    "link": EVENT.format("Throw", "<bpmn:linkEventDefinition/>"),
    "link catch": EVENT.format("Catch", "<bpmn:linkEventDefinition/>"),
    "compensation": EVENT.format("Throw", "<bpmn:compensateEventDefinition/>"),
    "message": EVENT.format("Catch", "<bpmn:messageEventDefinition/>"),
    "signal": EVENT.format("Catch", "<bpmn:signalEventDefinition/>"),
    "throw": EVENT.format("Throw", ""),
    "catch nothing": EVENT.format("Catch", ""),
    "two timers": EVENT.format("Catch", "<bpmn:timerEventDefinition/>" * 2),
    "error end": "<bpmn:endEvent id='x'><bpmn:errorEventDefinition/></bpmn:endEvent>",
    "message end": "<bpmn:endEvent id='x'><bpmn:messageEventDefinition/></bpmn:endEvent>",
    "error boundary": "<bpmn:boundaryEvent id='x' attachedToRef='t'><bpmn:errorEventDefinition/></bpmn:boundaryEvent>",
    "data object": "<bpmn:dataObject id='x'/>",
    "data store": "<bpmn:dataStoreReference id='x'/>",
    "bare loop": "<bpmn:userTask id='x' name='x'><bpmn:standardLoopCharacteristics/></bpmn:userTask>",
    "for compensation": "<bpmn:userTask id='x' name='x' isForCompensation='true'/>",
    "conversation": "<bpmn:conversation id='x'/>",
    "unknown": "<bpmn:apaSaja id='x'/>",
    "other namespace": "<camunda:task id='x'/>",
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_is_not_supported_is_refused_with_a_sentence_at_the_element(draw, name):
    diagram = draw().start().task("t").raw("x", UNSUPPORTED[name]).end().path("mulai", "t", "x", "selesai")
    with pytest.raises(DiagramError) as caught:
        compile_process(diagram.xml())
    wanted = {"ELEMENT_UNSUPPORTED", "EVENT_UNSUPPORTED", "PART_UNSUPPORTED", "ATTRIBUTE_UNSUPPORTED", "TIMER_MISSING"}
    assert wanted & {finding.code for finding in caught.value.findings if finding.element == "x"}


@pytest.mark.parametrize("root", ["message", "signal", "error", "escalation", "dataStore", "itemDefinition", "import"])
def test_definitions_beside_the_process_are_refused(draw, root):
    diagram = draw().start().task("t").end().path("mulai", "t", "selesai")
    diagram.root_words = f'<bpmn:{root} id="r" name="r"/>'
    with pytest.raises(DiagramError) as caught:
        compile_process(diagram.xml())
    assert [finding.code for finding in caught.value.findings] == ["ELEMENT_UNSUPPORTED"]


def test_a_pool_a_remark_and_colours_do_no_harm(draw):
    diagram = draw().start().task("t", inside="<bpmn:documentation>apa saja</bpmn:documentation>").end()
    diagram.root_words = (
        '<bpmn:collaboration id="k"><bpmn:participant id="p" name="Pool" processRef="proses"/></bpmn:collaboration>'
    )
    diagram.extra = '<bpmn:textAnnotation id="a"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>'
    assert diagram.path("mulai", "t", "selesai").process().tasks["t"].name == "t"


def test_names_that_the_library_uses_itself_can_be_ids(draw, at):
    diagram = draw().start("Start").task("Root").end("End").path("Start", "Root", "End")
    process = compile_process(diagram.xml())
    advance = runtime.start(process, {}, at())
    assert runtime.complete(process, advance.snapshot, advance.user_tasks[0].ref, {}, at()).finished


# --- time -------------------------------------------------------------------------------------------------------------


def test_the_library_cannot_see_the_wall_clock():
    for ask in (
        spiff_task.time.time,
        spiff_timer.datetime.now,
        spiff_timer.datetime.utcnow,
        spiff_timer.datetime.today,
    ):
        with pytest.raises(RuntimeError, match="outside a step"):
            ask()
    then = datetime(2001, 2, 3, 4, 5, tzinfo=UTC)
    with seams.at(then):
        assert spiff_task.time.time() == then.timestamp()
        assert spiff_timer.datetime.now(UTC) == then
        assert spiff_timer.datetime.utcnow() == then.replace(tzinfo=None)
        with seams.at(then + timedelta(days=1)):
            assert spiff_timer.datetime.today().day == 4
        assert spiff_timer.datetime.fromisoformat("2001-02-03T04:05+00:00") == spiff_timer.datetime.now(UTC)


def test_threads_do_not_see_each_others_time_nor_instances(draw, at):
    diagram = draw().start().task("t", duration="P1D").task("u", each="daftar", duration="PT10M").end()
    process = diagram.path("mulai", "t", "u", "selesai").process()
    together = threading.Barrier(8)

    def play(number: int) -> list[str]:
        together.wait(10)
        lines = []
        for round_number in range(20):
            keys = [f"{number}-{round_number}-{n}" for n in range(number + 1)]
            advance = runtime.start(process, {"daftar": keys}, at(number))
            assert advance.next_due == at(number + 24 * 60).now
            advance = runtime.complete(process, advance.snapshot, advance.user_tasks[0].ref, {}, at(number))
            assert [t.item for t in advance.user_tasks] == keys
            assert {t.due for t in advance.user_tasks} == {at(number + 10).now}
            while not advance.finished:
                advance = runtime.complete(process, advance.snapshot, advance.user_tasks[-1].ref, {}, at(number))
            lines.append("done")
        return lines

    with ThreadPoolExecutor(8) as pool:
        assert all(len(lines) == 20 for lines in pool.map(play, range(8)))


def test_summer_or_zone_of_the_moment_makes_no_difference(draw, at):
    from zoneinfo import ZoneInfo

    process = draw().start().task("t", duration="P1D").end().path("mulai", "t", "selesai").process()
    jakarta = Moment(at().now.astimezone(ZoneInfo("Asia/Jakarta")), at().deadlines)
    assert runtime.start(process, {}, jakarta) == runtime.start(process, {}, at())


# --- the library's own joins ------------------------------------------------------------------------------------------


def test_a_parallel_block_in_a_loop_waits_for_both_branches_on_every_pass(draw, at):
    diagram = draw().start().choice("m").fork("f").task("a").task("b").fork("j").task("w").choice("g", default="m")
    diagram.end().path("mulai", "m", "f", "a", "j", "w", "g", "m").path("f", "b", "j").flow("g", "selesai", "cukup")
    process = diagram.process()
    advance = runtime.start(process, {"cukup": False}, at())
    for round_number in range(5):
        order = ["a", "b"] if round_number % 2 else ["b", "a"]
        assert [t.element for t in advance.user_tasks] == ["a", "b"]
        for element in order:
            ref = next(t.ref for t in advance.user_tasks if t.element == element)
            advance = runtime.complete(process, advance.snapshot, ref, {}, at())
            opened = [t.element for t in advance.user_tasks]
            assert opened == (["w"] if element == order[-1] else [order[-1]])
        advance = runtime.complete(process, advance.snapshot, advance.user_tasks[0].ref, {"cukup": False}, at())


def test_a_loop_straight_back_into_a_task_breaks_the_library_and_is_refused(draw, at):
    diagram = draw().start().task("t").choice("g", default="selesai").end().path("mulai", "t", "g", "selesai")
    xml = diagram.flow("g", "t", "lagi").xml()
    with pytest.raises(DiagramError) as caught:
        compile_process(xml)
    assert "INCOMING_SEVERAL" in {finding.code for finding in caught.value.findings}


def test_the_library_evaluates_a_drawn_duration_as_an_expression(draw, at):
    """Why deadlines are read when the diagram is compiled: with the library's parser a plain PT10M is a variable."""
    xml = draw().start().task("t", duration="PT10M").end().path("mulai", "t", "selesai").xml()
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(xml))
    with seams.at(at().now):
        workflow = BpmnWorkflow(parser.get_spec("proses"), script_engine=PythonScriptEngine(FeelEnvironment()))
        with pytest.raises(SpiffWorkflowException, match="PT10M"):
            workflow.do_engine_steps()
    assert runtime.start(compile_process(xml), {}, at()).next_due == at(10).now
