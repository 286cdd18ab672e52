"""Small diagrams and forms made in the tests, and working time that is easy to reckon with."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

import pytest

from bpmn import runtime
from bpmn.compile import compile_process
from bpmn.model import Advance, Duration, Moment, Process

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
START = datetime(2026, 11, 23, 2, tzinfo=UTC)


class PlainTime:
    """Working time without nights: days and minutes as on a clock; a day ends at 09:00 UTC (16:00 in Jakarta)."""

    def after(self, duration: Duration, start: datetime) -> datetime:
        return start + timedelta(days=duration.days, minutes=duration.minutes)

    def end_of(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def moment(minutes: float = 0) -> Moment:
    """So many minutes after a Monday morning."""
    return Moment(START + timedelta(minutes=minutes), PlainTime())


@dataclass
class Draw:
    """Builds BPMN XML. Nodes come in the order of the calls; all lie in one lane with the role `staf`."""

    nodes: dict[str, str] = field(default_factory=dict)
    flows: list[tuple[str, str, str]] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    documents: str = ""
    process_words: str = ""
    identity: str = ""
    start_form: str = '<sop:startForm form="awal"/>'
    key: str = "<sop:businessKey>kunci</sop:businessKey>"
    title: str = "<sop:title>kunci</sop:title>"
    lane: str = 'name="Staf" sop:role="staf"'
    lane_refs: list[str] | None = None
    process_attributes: str = 'name="Uji" isExecutable="true"'
    root_words: str = ""
    extra: str = ""

    def start(self, node: str = "mulai", inside: str = "") -> Draw:
        self.nodes[node] = f"<bpmn:startEvent id={quoteattr(node)}>{inside}</bpmn:startEvent>"
        return self

    def end(self, node: str = "selesai", *, terminate: bool = False, inside: str = "") -> Draw:
        inside += '<bpmn:terminateEventDefinition id="henti"/>' if terminate else ""
        self.nodes[node] = f"<bpmn:endEvent id={quoteattr(node)}>{inside}</bpmn:endEvent>"
        return self

    def task(
        self,
        node: str,
        *,
        words: str | None = None,
        duration: str | None = None,
        each: str | None = None,
        loop: str | None = None,
        inside: str = "",
        attributes: str = "",
        name: str | None = None,
    ) -> Draw:
        words = '<sop:form ref="isi"/>' if words is None else words
        if each is not None:
            each = f'<sop:each collection={quoteattr(each)} item="unit_kerja"/>'
            loop = f"<bpmn:extensionElements>{each}</bpmn:extensionElements>"
        if loop is not None:
            kind = "bpmn:multiInstanceLoopCharacteristics"
            inside += f'<{kind} isSequential="false">{loop}</{kind}>'
        self.nodes[node] = (
            f"<bpmn:userTask id={quoteattr(node)} name={quoteattr(name if name is not None else node)} {attributes}>"
            f"<bpmn:extensionElements>{words}</bpmn:extensionElements>{inside}</bpmn:userTask>"
        )
        if duration is not None:
            self.timer(node, duration)
        return self

    def timer(
        self, task: str, duration: str, *, node: str | None = None, cancel: str = "false", kind: str = "Duration"
    ) -> Draw:
        node = node or f"batas_{task}"
        self.nodes[node] = (
            f'<bpmn:boundaryEvent id={quoteattr(node)} attachedToRef={quoteattr(task)} cancelActivity="{cancel}">'
            f"<bpmn:timerEventDefinition><bpmn:time{kind}>{duration}</bpmn:time{kind}></bpmn:timerEventDefinition>"
            "</bpmn:boundaryEvent>"
        )
        return self

    def pause(self, node: str, duration: str = "PT10M") -> Draw:
        self.nodes[node] = (
            f"<bpmn:intermediateCatchEvent id={quoteattr(node)}><bpmn:timerEventDefinition>"
            f"<bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
        )
        return self

    def choice(self, node: str, default: str | None = None) -> Draw:
        """An exclusive gateway; `default` names the node to which its default flow leads."""
        if default is not None:
            self.defaults[node] = default
        self.nodes[node] = f"<bpmn:exclusiveGateway id={quoteattr(node)}{{{node}}}/>"
        return self

    def fork(self, node: str) -> Draw:
        self.nodes[node] = f"<bpmn:parallelGateway id={quoteattr(node)}/>"
        return self

    def raw(self, node: str, xml: str) -> Draw:
        self.nodes[node] = xml
        return self

    def path(self, *nodes: str) -> Draw:
        """Flows without conditions along these nodes."""
        for source, target in pairwise(nodes):
            self.flow(source, target)
        return self

    def flow(self, source: str, target: str, condition: str = "") -> Draw:
        self.flows.append((source, target, condition))
        return self

    def xml(self) -> bytes:
        body = []
        for node, xml in self.nodes.items():
            default = f' default="{node}__{self.defaults[node]}"' if node in self.defaults else ""
            body.append(xml.replace(f"{{{node}}}", default))
        for source, target, condition in self.flows:
            inside = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
            body.append(
                f'<bpmn:sequenceFlow id="{source}__{target}" sourceRef="{source}" targetRef="{target}">{inside}'
                "</bpmn:sequenceFlow>"
            )
        refs = self.nodes if self.lane_refs is None else self.lane_refs
        lane = "".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in refs)
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:sop="urn:alur:sop:1" '
            f'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="urn:x">{self.root_words}'
            f'<bpmn:process id="proses" {self.process_attributes}>'
            f"<bpmn:extensionElements>{self.identity}{self.documents}"
            f"{self.start_form}{self.key}{self.title}{self.process_words}</bpmn:extensionElements>"
            f'<bpmn:laneSet id="jalur"><bpmn:lane id="lajur" {self.lane}>{lane}</bpmn:lane></bpmn:laneSet>'
            f"{chr(10).join(body)}{self.extra}</bpmn:process></bpmn:definitions>"
        ).encode()

    def process(self) -> Process:
        return compile_process(self.xml())


def make_form(name: str, **fields: str | list[str]) -> bytes:
    """A form: field -> its form-js type, or the values of a radio."""
    components = []
    for key, kind in fields.items():
        component: dict[str, object] = {"type": kind, "key": key, "id": f"f_{key}", "label": key}
        if isinstance(kind, list):
            component |= {"type": "radio", "values": [{"label": value, "value": value} for value in kind]}
        elif kind == "checklist":
            component |= {"valuesKey": f"pilihan_{key}"}
        elif kind == "dynamiclist":
            del component["key"]
            component |= {
                "path": key,
                "components": [{"type": "textfield", "key": "isi", "id": "f_isi", "label": "isi"}],
            }
        elif kind in ("date", "time", "datetime"):
            component |= {"type": "datetime", "subtype": kind, f"{kind}Label": key}
        components.append(component)
    return json.dumps({"id": name, "type": "default", "schemaVersion": 19, "components": components}).encode()


@pytest.fixture(scope="session")
def draw() -> type[Draw]:
    return Draw


@pytest.fixture(scope="session")
def at() -> Callable[..., Moment]:
    return moment


@pytest.fixture(scope="session")
def form() -> Callable[..., bytes]:
    return make_form


@pytest.fixture
def two_steps(draw):
    diagram = draw().start().task("satu", duration="P1D").task("dua", duration="PT30M").end()
    return diagram.path("mulai", "satu", "dua", "selesai").process()


@pytest.fixture
def correction(draw):
    """satu → dua → back to satu, or on to a multi-instance, then back to satu once more or out."""
    diagram = (
        draw().start().choice("gabung").task("satu", duration="P1D").task("dua").choice("benar", default="gabung")
        .task("isi", each="daftar", duration="P2D").choice("lagi", default="selesai").end()
    )  # fmt: skip
    diagram.path("mulai", "gabung", "satu", "dua", "benar", "gabung").path("isi", "lagi", "selesai")
    return diagram.flow("benar", "isi", 'hasil = "benar"').flow("lagi", "gabung", "ulang").process()


@pytest.fixture(scope="session")
def do() -> Callable[..., Advance]:
    """Completes an open task: the first, or the one of that element and item."""

    def complete(
        process: Process,
        advance: Advance,
        moment: Moment,
        element: str | None = None,
        item: str | None = None,
        **variables: object,
    ) -> Advance:
        task = next(t for t in advance.user_tasks if element in (None, t.element) and item in (None, t.item))
        return runtime.complete(process, advance.snapshot, task.ref, variables, moment)

    return complete
