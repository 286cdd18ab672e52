"""Rules about the shape of the flow: what the engine could not run, or would run otherwise than it looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bpmn.codes import Report
from bpmn.durations import parse_iso
from bpmn.reader import Drawing, RawFlow, RawNode

GATEWAYS = ("exclusiveGateway", "parallelGateway")


def check(drawing: Drawing, report: Report) -> None:
    """Adds a finding for each rule that the drawing breaks."""
    flows = _sound_flows(drawing, report)
    incoming, outgoing = _by_end(drawing, flows)
    _ends(drawing, incoming, outgoing, report)
    for node in drawing.nodes.values():
        _arity(node, incoming[node.id], outgoing[node.id], report)
        if node.type == "exclusiveGateway":
            _conditions(node, outgoing[node.id], report)
        elif node.type == "boundaryEvent":
            _boundary(node, drawing, incoming[node.id], outgoing[node.id], report)
        elif node.type == "intermediateCatchEvent" and node.timer and parse_iso(node.timer) is None:
            report.add("TIMER_DURATION", node.id, line=node.line, text=node.timer)
    _misplaced(drawing, flows, outgoing, report)
    _reach(drawing, incoming, outgoing, report)
    _idle_cycles(drawing, outgoing, report)


def order(drawing: Drawing) -> list[str]:
    """Ids of the user tasks in the order in which the flow first comes to them; what it never reaches comes last."""
    following: dict[str, list[str]] = {node_id: [] for node_id in drawing.nodes}
    for flow in drawing.flows:
        if flow.source in following and flow.target in following:
            following[flow.source].append(flow.target)
    finished: list[str] = []
    seen: set[str] = set()
    for start in drawing.of_type("startEvent"):
        if start.id in seen:
            continue
        seen.add(start.id)
        # The last branch is walked first, so that the reversed order names the first branch first.
        stack = [(start.id, iter(reversed(following[start.id])))]
        while stack:
            node_id, rest = stack[-1]
            target = next((node for node in rest if node not in seen), None)
            if target is None:
                finished.append(node_id)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(reversed(following[target]))))
    sequence = [*reversed(finished), *(node_id for node_id in drawing.nodes if node_id not in seen)]
    return [node_id for node_id in sequence if drawing.nodes[node_id].type == "userTask"]


def reachable(starts: Iterable[str], following: Mapping[str, Iterable[str]]) -> set[str]:
    """All nodes that can be reached from `starts`, those included."""
    seen = set(starts)
    queue = list(seen)
    while queue:
        for target in following.get(queue.pop(), ()):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return seen


def _sound_flows(drawing: Drawing, report: Report) -> list[RawFlow]:
    """The flows that join two nodes; findings for the rest."""
    good: list[RawFlow] = []
    pairs: set[tuple[str, str]] = set()
    for flow in drawing.flows:
        source, target = drawing.nodes.get(flow.source), drawing.nodes.get(flow.target)
        if source is None or target is None or target.type == "boundaryEvent":
            report.add("FLOW_ENDS", flow.id, line=flow.line, name=flow.label)
        elif source is target:
            report.add("FLOW_SELF", flow.id, line=flow.line, name=flow.label)
        elif (flow.source, flow.target) in pairs:
            report.add("FLOW_DOUBLED", flow.id, line=flow.line, source=source.label, target=target.label)
        else:
            pairs.add((flow.source, flow.target))
            good.append(flow)
    return good


Ends = dict[str, list[RawFlow]]


def _by_end(drawing: Drawing, flows: Iterable[RawFlow]) -> tuple[Ends, Ends]:
    incoming: Ends = {node_id: [] for node_id in drawing.nodes}
    outgoing: Ends = {node_id: [] for node_id in drawing.nodes}
    for flow in flows:
        incoming[flow.target].append(flow)
        outgoing[flow.source].append(flow)
    return incoming, outgoing


def _ends(drawing: Drawing, incoming: Ends, outgoing: Ends, report: Report) -> None:
    starts, ends = drawing.of_type("startEvent"), drawing.of_type("endEvent")
    if not starts:
        report.add("START_MISSING", drawing.id, line=drawing.line)
    for extra in starts[1:]:
        report.add("START_SEVERAL", extra.id, line=extra.line)
    if not ends:
        report.add("END_MISSING", drawing.id, line=drawing.line)
    if not drawing.of_type("userTask"):
        report.add("TASK_NONE", drawing.id, line=drawing.line)
    for node in starts:
        if incoming[node.id]:
            report.add("START_INCOMING", node.id, line=node.line)
    for node in ends:
        if outgoing[node.id]:
            report.add("END_OUTGOING", node.id, line=node.line)


def _arity(node: RawNode, incoming: list[RawFlow], outgoing: list[RawFlow], report: Report) -> None:
    """One way in and one way out, except where several are what the symbol is for."""
    if node.type == "boundaryEvent":
        return
    if node.type != "startEvent" and not incoming:
        report.add("INCOMING_MISSING", node.id, line=node.line, name=node.label)
    if node.type != "endEvent" and not outgoing:
        report.add("OUTGOING_MISSING", node.id, line=node.line, name=node.label)
    if node.type not in (*GATEWAYS, "endEvent") and len(incoming) > 1:
        report.add("INCOMING_SEVERAL", node.id, line=node.line, name=node.label)
    if node.type not in GATEWAYS and len(outgoing) > 1:
        report.add("OUTGOING_SEVERAL", node.id, line=node.line, name=node.label)


def _conditions(node: RawNode, outgoing: list[RawFlow], report: Report) -> None:
    default = next((flow for flow in outgoing if flow.id == node.default), None)
    if node.default and default is None:
        report.add("DEFAULT_UNKNOWN", node.id, line=node.line, flow=node.default, name=node.label)
    if default is not None and default.condition is not None:
        report.add("CONDITION_ON_DEFAULT", default.id, line=default.line, flow=default.label)
    if len(outgoing) < 2:
        return
    for flow in outgoing:
        if not flow.condition and flow is not default:
            report.add("CONDITION_MISSING", flow.id, line=flow.line, flow=flow.label, name=node.label)


def _misplaced(drawing: Drawing, flows: list[RawFlow], outgoing: Ends, report: Report) -> None:
    for flow in flows:
        if flow.condition is None:
            continue
        if drawing.nodes[flow.source].type != "exclusiveGateway" or len(outgoing[flow.source]) < 2:
            report.add("CONDITION_MISPLACED", flow.id, line=flow.line, flow=flow.label)


def _boundary(
    node: RawNode, drawing: Drawing, incoming: list[RawFlow], outgoing: list[RawFlow], report: Report
) -> None:
    target = drawing.nodes.get(node.attached_to or "")
    if target is None or target.type != "userTask":
        report.add("TIMER_ATTACHED", node.id, line=node.line, name=node.label)
    elif next(n for n in drawing.of_type("boundaryEvent") if n.attached_to == node.attached_to) is not node:
        report.add("TIMER_SEVERAL", target.id, line=target.line, name=target.label)
    if node.interrupting:
        report.add("TIMER_INTERRUPTING", node.id, line=node.line, name=node.label)
    if outgoing or incoming:
        report.add("TIMER_OUTGOING", node.id, line=node.line, name=node.label)


def _reach(drawing: Drawing, incoming: Ends, outgoing: Ends, report: Report) -> None:
    forward = {node_id: [flow.target for flow in flows] for node_id, flows in outgoing.items()}
    backward = {node_id: [flow.source for flow in flows] for node_id, flows in incoming.items()}
    starts, ends = drawing.of_type("startEvent"), drawing.of_type("endEvent")
    from_start = reachable((node.id for node in starts), forward)
    to_end = reachable((node.id for node in ends), backward)
    for node in drawing.nodes.values():
        if node.type == "boundaryEvent":
            continue
        if starts and node.id not in from_start and node.type != "startEvent":
            report.add("UNREACHABLE", node.id, line=node.line, name=node.label)
        elif ends and node.id not in to_end and outgoing[node.id]:
            report.add("NO_WAY_OUT", node.id, line=node.line, name=node.label)


def _idle_cycles(drawing: Drawing, outgoing: Ends, report: Report) -> None:
    """A circle of gateways alone would turn for ever without anybody doing anything."""
    automatic = {node.id for node in drawing.of_type(*GATEWAYS)}
    forward = {
        node_id: [flow.target for flow in outgoing[node_id] if flow.target in automatic] for node_id in automatic
    }
    reported: set[str] = set()
    for node_id in drawing.nodes:
        if node_id not in automatic or node_id in reported:
            continue
        after = reachable(forward[node_id], forward)
        if node_id in after:
            circle = [
                other for other in drawing.nodes if other in after and node_id in reachable(forward[other], forward)
            ]
            reported.update(circle)
            names = ", ".join(f"“{drawing.nodes[other].label}”" for other in circle)
            report.add("CYCLE_IDLE", node_id, line=drawing.nodes[node_id].line, names=names)
