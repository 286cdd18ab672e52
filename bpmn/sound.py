"""Is the flow sound? Tokens are played through the diagram, all choices at once, before anybody runs it.

Refused are diagrams in which a parallel gateway waits for a branch that never comes, and in which one place can hold
two tokens at a time (parallel branches that meet at an exclusive gateway, loops that jump out of a parallel block).
What is left is right inside loops as well, and can always end: every choice is free and every node leads to an end
(that is a rule of `flow_rules`), so tokens that take the way out stop only at an end or at a parallel gateway that
waits for ever.

Places are sequence flows. A node with one way on (task, timer, merge) neither creates nor joins anything, so its flows
count as one place; that leaves the choices and the parallel gateways, and the states stay few.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bpmn.codes import Report
from bpmn.reader import Drawing, RawNode

MAX_STATES = 5_000
State = frozenset[str]


@dataclass(frozen=True)
class _Transition:
    node: RawNode
    takes: frozenset[str]
    gives: tuple[tuple[str, str], ...]  # place, and the node that a token there is on its way to
    clears: bool = False


def check(drawing: Drawing, report: Report, tokens: Iterable[tuple[str, str | None]] | None = None) -> None:
    """Adds findings for a drawing that passed the rules of `flow_rules`.

    Played from the start event, or from `tokens`: the tasks and timers where tokens wait, each with None, and parallel
    gateways with the node that the waiting token came from.
    """
    at = None if tokens is None else list(tokens)
    parallel = any(node.type == "parallelGateway" for node in drawing.nodes.values())
    if not parallel and (at is None or len(at) < 2):
        return
    transitions, first, places = _net(drawing)
    if at is not None:
        first = frozenset()
        for node, via in at:
            # A task has one way on, and is one place with it; a waiting token stands on the flow that it came by.
            flow = next(
                flow
                for flow in drawing.flows
                if (flow.source == node if via is None else flow.source == via and flow.target == node)
            )
            if places[flow.id] in first:
                report.add("TOKEN_DOUBLED", node, line=drawing.nodes[node].line, name=drawing.nodes[node].label)
                return
            first |= {places[flow.id]}
    by_place: dict[str, list[_Transition]] = {}
    for transition in transitions:
        for place in transition.takes:
            by_place.setdefault(place, []).append(transition)
    seen = {first}
    queue = [first]
    while queue:
        state = queue.pop()
        moved = False
        for transition in {id(t): t for place in state for t in by_place.get(place, ())}.values():
            if not transition.takes <= state:
                continue
            moved = True
            following = _fire(transition, state, drawing, report)
            if following is None:
                return
            if following not in seen:
                if len(seen) >= MAX_STATES:
                    report.add("FLOW_TOO_COMPLEX", drawing.id, line=drawing.line)
                    return
                seen.add(following)
                queue.append(following)
        if state and not moved:
            _deadlock(state, by_place, report)
            return


def _net(drawing: Drawing) -> tuple[list[_Transition], State, dict[str, str]]:
    """The transitions, the state after the start event, and the place that each flow belongs to."""
    incoming: dict[str, list[str]] = {node_id: [] for node_id in drawing.nodes}
    outgoing: dict[str, list[str]] = {node_id: [] for node_id in drawing.nodes}
    heads: dict[str, str] = {}
    for flow in drawing.flows:
        outgoing[flow.source].append(flow.id)
        incoming[flow.target].append(flow.id)
        heads[flow.id] = flow.target
    same = {flow_id: flow_id for flow_id in heads}

    def place(flow: str) -> str:
        while same[flow] != flow:
            same[flow] = same[same[flow]]
            flow = same[flow]
        return flow

    def fused(node: RawNode) -> bool:
        ways = len(outgoing[node.id])
        return node.type not in ("startEvent", "endEvent", "parallelGateway") and ways == 1

    for node in drawing.nodes.values():
        if fused(node):
            for arriving in incoming[node.id]:
                same[place(arriving)] = place(outgoing[node.id][0])
    transitions: list[_Transition] = []
    first: State = frozenset()
    for node in drawing.nodes.values():
        takes = [place(flow) for flow in incoming[node.id]]
        gives = tuple((place(flow), heads[flow]) for flow in outgoing[node.id])
        if node.type == "startEvent":
            first = frozenset(flow for flow, _ in gives)
        elif node.type == "parallelGateway":
            transitions.append(_Transition(node, frozenset(takes), gives))
        elif node.type == "endEvent":
            transitions.extend(_Transition(node, frozenset((flow,)), (), node.terminate) for flow in set(takes))
        elif node.type != "boundaryEvent" and not fused(node):
            transitions.extend(
                _Transition(node, frozenset((flow,)), (target,)) for flow in set(takes) for target in gives
            )
    return transitions, first, {flow: place(flow) for flow in heads}


def _fire(transition: _Transition, state: State, drawing: Drawing, report: Report) -> State | None:
    """The state after a transition; None, with a finding, when a place would hold two tokens."""
    if transition.clears:
        return frozenset()
    following = set(state - transition.takes)
    for place, head in transition.gives:
        if place in following:
            node = drawing.nodes[head]
            report.add("TOKEN_DOUBLED", node.id, line=node.line, name=node.label)
            return None
        following.add(place)
    return frozenset(following)


def _deadlock(state: State, by_place: dict[str, list[_Transition]], report: Report) -> None:
    for place in sorted(state):
        for transition in by_place.get(place, ()):
            node = transition.node
            report.add("JOIN_DEADLOCK", node.id, line=node.line, name=node.label)
