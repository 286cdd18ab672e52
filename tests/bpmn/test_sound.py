"""Which parallel flows are accepted: the same that a plain search through all markings finds right, and those run.

Blocks are drawn with gateways that need not fit each other: opened in parallel and closed exclusively, the other way
round, or with a branch that leaves to an end of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bpmn import runtime
from bpmn.codes import ERROR
from bpmn.compile import compile_process
from bpmn.errors import DiagramError
from bpmn.rules_worker import findings

MOST = 3000


@dataclass(frozen=True)
class Shape:
    """A task, or branches between two gateways; `leaves`: the last branch has its own end; `again`: all in a loop."""

    opening: str = ""
    closing: str = ""
    branches: tuple[tuple[Shape, ...], ...] = ()
    leaves: bool = False
    again: bool = False


answers = st.fixed_dictionaries({"arah": st.integers(0, 2), "lagi": st.booleans()})
gateways = st.sampled_from(["choice", "fork"])
shapes = st.recursive(
    st.just(Shape()),
    lambda inner: st.builds(
        Shape,
        st.shared(gateways, key="same") | gateways,
        st.shared(gateways, key="same") | gateways,
        st.lists(st.lists(inner, min_size=1, max_size=2).map(tuple), min_size=2, max_size=3).map(tuple),
        st.sampled_from([False, False, False, True]),
        st.sampled_from([False, False, True]),
    ),
    max_leaves=7,
)


class Sketch:
    """The diagram of a shape, after a first task."""

    def __init__(self, draw: Any, shape: Shape) -> None:
        self.count = 0
        self.draw = draw().start().task("awal").end().path("mulai", "awal")
        self.kinds = {"awal": "task", "selesai": "end"}
        self.draw.path(self.put(shape, "awal"), "selesai")

    def node(self, kind: str, **more: str) -> str:
        self.count += 1
        name = f"{kind}{self.count}"
        getattr(self.draw, kind)(name, **more)
        self.kinds[name] = kind
        return name

    def put(self, shape: Shape, before: str) -> str:
        """Draws a shape after `before`; gives its last node."""
        if not shape.branches:
            task = self.node("task")
            self.draw.path(before, task)
            return task
        start = self.node("choice") if shape.again else ""
        opening, closing = self.node(shape.opening), self.node(shape.closing)
        self.draw.path(before, *filter(None, [start]), opening)
        for number, branch in enumerate(shape.branches):
            last = self.node("task")
            last_one = number == len(shape.branches) - 1
            if shape.opening == "choice" and last_one:
                self.draw.defaults[opening] = last
            self.draw.flow(opening, last, f"arah = {number}" if shape.opening == "choice" and not last_one else "")
            for part in branch:
                last = self.put(part, last)
            self.draw.path(last, self.node("end") if shape.leaves and last_one else closing)
        if not start:
            return closing
        leave = self.node("task")
        back = self.node("choice", default=leave)
        self.draw.path(closing, back, leave).flow(back, start, "lagi")
        return leave


def plainly_sound(sketch: Sketch) -> bool | None:
    """All markings, one flow a place, nothing fused: no two tokens in one place, none that waits for ever."""
    into: dict[str, list[int]] = {}
    out_of: dict[str, list[int]] = {}
    for place, (source, target, _) in enumerate(sketch.draw.flows):
        out_of.setdefault(source, []).append(place)
        into.setdefault(target, []).append(place)
    first = tuple(out_of["mulai"])
    seen, queue = {first}, [first]
    while queue:
        marking = Counter(queue.pop())
        following = []
        for node, kind in sketch.kinds.items():
            arriving = into.get(node, [])
            if kind == "fork":
                if all(marking[place] for place in arriving):
                    following.append(marking - Counter(arriving) + Counter(out_of[node]))
            else:
                for place in arriving:
                    if marking[place]:
                        ways = [[]] if kind == "end" else [[way] for way in out_of[node]]
                        following.extend(marking - Counter([place]) + Counter(way) for way in ways)
        if marking and not following:
            return False
        for after in following:
            if max(after.values(), default=0) > 1:
                return False
            state = tuple(sorted(after.elements()))
            if state not in seen:
                seen.add(state)
                queue.append(state)
        if len(seen) > MOST:
            return None
    return True


@settings(max_examples=100)
@given(shape=shapes, data=st.data())
def test_accepted_is_what_is_sound_and_it_never_gets_stuck(draw, at, shape: Shape, data: st.DataObject) -> None:
    sketch = Sketch(draw, shape)
    xml = sketch.draw.xml()
    wanted = plainly_sound(sketch)
    found = {
        finding.code for finding in findings(xml, {}) if finding.severity == ERROR and finding.code != "FORM_UNKNOWN"
    }
    assert found <= {"JOIN_DEADLOCK", "TOKEN_DOUBLED", "FLOW_TOO_COMPLEX", "INCOMING_MISSING", "UNREACHABLE"}
    if wanted is None or found & {"INCOMING_MISSING", "UNREACHABLE", "FLOW_TOO_COMPLEX"}:
        return
    event(f"sound: {wanted}")
    assert (not found) == wanted
    if wanted:
        play(compile_process(xml), at, data)


def play(process: Any, at: Any, data: st.DataObject) -> None:
    advance = runtime.start(process, {"arah": 0, "lagi": False}, at())
    for _ in range(25):
        elements = [task.element for task in advance.user_tasks]
        assert len(set(elements)) == len(elements), "a task is open twice"
        if advance.finished:
            return
        assert elements, "nothing is open, and it is not finished"
        task = data.draw(st.sampled_from(advance.user_tasks))
        answer = data.draw(answers)
        advance = runtime.complete(process, advance.snapshot, task.ref, answer, at())


def test_the_message_points_at_the_gateway_that_waits(draw):
    sketch = Sketch(draw, Shape("choice", "fork", ((Shape(),), (Shape(),))))
    with pytest.raises(DiagramError) as caught:
        sketch.draw.process()
    assert [(f.code, f.element) for f in caught.value.findings] == [("JOIN_DEADLOCK", "fork2")]
