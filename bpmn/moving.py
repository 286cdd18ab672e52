"""Moving a running instance to another version of its process.

`plan` says what would happen to every open task, timer and variable, or why it cannot be done and at which element;
`move` does exactly that. Nothing advances on the way: no condition is asked, nothing fires, no task begins or ends.
What the new version does differently begins with the next step.

Elements are the same when their ids are. Refs of tasks and timers stay, so whatever is stored by them stays valid. A
deadline whose drawing did not change keeps its instant; one that has fired stays fired; a pause that has begun keeps
the instant at which it ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from bpmn import seams, snapshot, sound
from bpmn.codes import Report
from bpmn.compile import plan_of, read
from bpmn.errors import ConditionError
from bpmn.model import Advance, Moment, Process, TaskDefinition
from bpmn.move_plan import BranchMove, Known, MoveError, MovePlan, TaskMove, TimerMove, VariableMove
from bpmn.nodes import Deadline, Fork, Item, Items, Pause, Step
from bpmn.runtime import answer, timer_ref
from bpmn.tokens import Run, Token, from_micros, to_micros
from forms import canonical
from forms.feel import Expression, FeelError


def plan(old: Process, new: Process, state: bytes, moment: Moment, known: Known = Known()) -> MovePlan:
    """What moving the instance in `state` from `old` to `new` would do. Changes nothing.

    Raises SnapshotError when the bytes are no state of `old`.
    """
    with seams.at(moment.now):
        return _Moving(old, new, state, moment, known).plan


def move(
    old: Process, new: Process, state: bytes, moment: Moment, known: Known = Known(), *, shown: str | None = None
) -> Advance:
    """The instance as an instance of `new`, by the plan of the same arguments.

    `shown` is the fingerprint of the plan that was agreed to. Raises MoveError, changing nothing, when there are
    obstacles or when the plan is not that one any more. Timers that are due do not fire here: the next step does that.
    """
    with seams.at(moment.now):
        moving = _Moving(old, new, state, moment, known)
        if moving.plan.obstacles:
            text = " ".join(finding.message for finding in moving.plan.obstacles)
            raise MoveError(text, moving.plan.obstacles)
        if shown is not None and shown != moving.plan.fingerprint:
            raise MoveError("Keadaan pelaksanaan ini telah berubah sejak pratinjau dibuat; lihat kembali pratinjaunya.")
        return answer(moving.after)


class _Moving:
    """One reading of the old state into the new version: the plan, and the state after it."""

    def __init__(self, old: Process, new: Process, state: bytes, moment: Moment, known: Known) -> None:
        self.old, self.new, self.known, self.moment = old, new, known, moment
        self.from_, self.to = plan_of(old), plan_of(new)
        self.before = snapshot.decode(self.from_, state, moment)
        self.report = Report()
        self.tasks: list[TaskMove] = []
        self.timers: list[TimerMove] = []
        self.branches: list[BranchMove] = []
        self.variables = self._variables()
        values = {one.name: one.value for one in self.variables if one.what in ("kept", "seeded")}
        self.after = Run(self.to, values, moment, self.before.next_id)
        self._look()
        obstacles = self.report.findings
        parts = [old.digest, new.digest, hashlib.sha256(state).hexdigest()]
        for listed in (self.tasks, self.timers, self.branches, obstacles):
            parts.append(repr(listed))
        parts += [f"{one.name} {one.what} {canonical.digest(one.value)}" for one in self.variables]
        self.plan = MovePlan(
            tuple(self.tasks),
            tuple(self.timers),
            tuple(self.branches),
            self.variables,
            obstacles,
            hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        )

    def _variables(self) -> tuple[VariableMove, ...]:
        has, found = self.before.variables, self.known.variables
        rows = []
        for name in sorted(self.new.variables | set(has)):
            if name not in self.new.variables:
                rows.append(VariableMove(name, "dropped"))
            elif name in has:
                rows.append(VariableMove(name, "kept", has[name]))
            elif name in found:
                rows.append(VariableMove(name, "seeded", found[name]))
            else:
                rows.append(VariableMove(name, "absent"))
        return tuple(rows)

    def _look(self) -> None:
        live = list(self.before.live())
        if self.old.digest == self.new.digest:
            self.report.add("MOVE_SAME_VERSION", self.new.id)
        if self.old.id != self.new.id:
            self.report.add("MOVE_OTHER_PROCESS", self.new.id, process=self.new.name)
        if not live:
            self.report.add("MOVE_FINISHED", self.new.id)
        if self.report.findings or False in [self._fits(token) for token in live]:
            return
        for token in live:
            self._carry(token)
        self._sound(live)
        self._needs(live)

    # --- one token ---

    def _fits(self, token: Token) -> bool:
        """Whether the new version has a place for a token; an obstacle when it has none."""
        spec = token.task_spec
        there = self.to.spec.task_specs.get(spec.element)
        here = {"element": spec.element, "name": spec.label}
        if there is None:
            self.report.add("MOVE_ELEMENT_GONE", **here)
        elif isinstance(spec, (Step, Items, Item)) and isinstance(there, (Step, Items)):
            many = not isinstance(spec, Step)
            if many == isinstance(there, Items):
                return True
            words = ("tunggal", "yang diisi banyak unit")
            self.report.add("MOVE_EACH", **here, before=words[many], after=words[not many])
        elif type(spec) is not type(there):
            self.report.add("MOVE_KIND", **here)
        elif isinstance(spec, Fork) and token.internal_data["via"] not in {one.name for one in there.inputs}:
            source = self.from_.labels[token.internal_data["via"]]
            self.report.add("MOVE_JOIN", **here, source=source)
        else:
            return True
        return False

    def _carry(self, token: Token) -> None:
        """Puts the same token into the new version, with its deadline as the new version has it."""
        spec, root = token.task_spec, self.after.task_tree
        there = self.to.spec.task_specs[spec.name]
        parent = self.after.tasks.get(token._parent or 0, root)
        carried = Token(self.after, there, parent, token._state, token.id)
        carried.triggered = token.triggered
        carried.internal_data = dict(token.internal_data)
        if isinstance(spec, (Step, Item)):
            item = token.internal_data.get("item")
            changed = _changed(self.old.tasks[spec.element], self.new.tasks[spec.element])
            self.tasks.append(TaskMove(str(token.id), spec.element, item, there.label, changed))
        elif isinstance(spec, Fork):
            self.branches.append(BranchMove(spec.element, token.internal_data["via"]))
        if isinstance(spec, Items):
            self._items(token, carried)
        if isinstance(spec, (Step, Items)):
            self._deadline(carried, spec.deadline, there.deadline)
        elif isinstance(spec, Pause):
            due = from_micros(token.internal_data["due"])
            self.timers.append(TimerMove(timer_ref(token), spec.element, None, "kept", due, due))

    def _items(self, token: Token, carried: Token) -> None:
        """The list of items was made when the step began. Where the new version makes it otherwise, it must come to
        the same items, or some would be missing or too many from now on."""
        element = token.task_spec.element
        before, after = self.old.tasks[element].each, self.new.tasks[element].each
        assert before is not None
        assert after is not None
        if _text(before.collection) == _text(after.collection):
            return
        open_ = {child.internal_data["item"] for child in token.children if "item" in child.internal_data}
        running = open_ | set(self.known.done.get(element, ()))
        try:
            keys = self.after.evaluate(after.collection)
        except FeelError as error:
            self.report.add("MOVE_ITEMS", element, name=carried.task_spec.label, difference=str(error))
            return
        wanted = {key for key in keys if isinstance(key, str)} if isinstance(keys, list) else set()
        if wanted != running:
            parts = [f"bertambah: {', '.join(sorted(wanted - running))}"] if wanted - running else []
            parts += [f"berkurang: {', '.join(sorted(running - wanted))}"] if running - wanted else []
            self.report.add("MOVE_ITEMS", element, name=carried.task_spec.label, difference="; ".join(parts))

    def _deadline(self, token: Token, before: Deadline | None, after: Deadline | None) -> None:
        internal, element, ref = token.internal_data, token.task_spec.element, timer_ref(token)
        had = from_micros(internal["due"]) if "due" in internal else None
        if after is None:
            if before is not None:
                internal.pop("due", None)
                internal.pop("fired", None)
                self.timers.append(TimerMove(ref, before.timer, element, "removed", had, None))
        elif before is not None and internal.get("fired"):
            self.timers.append(TimerMove(ref, after.timer, element, "fired", had, had))
        elif before is not None and had is not None and _same(before, after):
            self.timers.append(TimerMove(ref, after.timer, element, "kept", had, had))
        else:
            refs = [str(token.id), *(str(child) for child in self.before.tasks[token.id]._children)]
            since = min((self.known.since[one] for one in refs if one in self.known.since), default=self.moment.now)
            try:
                due = self.after.due_of(token, after, since)
            except ConditionError as error:
                self.report.add("MOVE_DUE", element, name=token.task_spec.label, reason=str(error).rstrip("."))
                return
            internal["due"] = to_micros(due)
            what = "added" if before is None else "kept" if due == had else "changed"
            self.timers.append(TimerMove(ref, after.timer, element, what, had, due))

    # --- all tokens together ---

    def _sound(self, live: Iterable[Token]) -> None:
        """From here, can the new version get stuck or run something twice?"""
        tokens = [(t.task_spec.element, t.internal_data.get("via")) for t in live if not isinstance(t.task_spec, Item)]
        found = Report()
        sound.check(read(self.new.xml, Report()).drawing, found, tokens)
        codes = {"JOIN_DEADLOCK": "MOVE_STUCK", "TOKEN_DOUBLED": "MOVE_DOUBLED", "FLOW_TOO_COMPLEX": "MOVE_COMPLEX"}
        for finding in found.findings:
            name = self.to.labels.get(finding.element, finding.element)
            self.report.add(codes[finding.code], finding.element, name=name)

    def _needs(self, live: Iterable[Token]) -> None:
        """Variables that the flow would ask for before any form fills them."""
        forward: dict[str, list[str]] = {}
        for flow in self.new.flows:
            forward.setdefault(flow.source, []).append(flow.target)
        asks = _asks(self.new)
        wanted = set().union(*asks.values())
        for name in [one.name for one in self.variables if one.what == "absent" and one.name in wanted]:
            todo = [(token.task_spec.element, True) for token in live]
            seen: set[str] = set()
            while todo:
                node, entered = todo.pop()
                if not entered and name in asks.get(node, ()):
                    self.report.add("MOVE_VARIABLE", node, name=self.to.labels[node], variable=name)
                if self._gives(node, name):
                    continue
                following = [target for target in forward.get(node, ()) if target not in seen]
                seen.update(following)
                todo.extend((target, False) for target in following)

    def _gives(self, node: str, name: str) -> bool:
        task = self.new.tasks.get(node)
        return task is not None and task.each is None and name in self.known.forms[task.form].outputs


def _asks(process: Process) -> dict[str, set[str]]:
    """For each node, the variables without which the flow fails there."""
    asks: dict[str, set[str]] = {}
    for flow in process.flows:
        if flow.condition is not None:
            asks.setdefault(flow.source, set()).update(flow.condition.required - flow.condition.asked)
    for task in process.tasks.values():
        if task.each is not None:
            asks.setdefault(task.id, set()).update(task.each.collection.required - task.each.collection.asked)
    return asks


def _changed(before: TaskDefinition, after: TaskDefinition) -> tuple[str, ...]:
    pairs = {
        "name": (before.name, after.name),
        "number": (before.number, after.number),
        "role": (before.role, after.role),
        "unit": (before.unit, after.unit),
        "form": (before.form, after.form),
        "documents": ((before.reads, before.writes), (after.reads, after.writes)),
        "initial": tuple({key: one.text for key, one in task.initial.items()} for task in (before, after)),
        "sign": (before.sign, after.sign),
    }
    return tuple(name for name, (one, other) in pairs.items() if one != other)


def _same(before: Deadline, after: Deadline) -> bool:
    return before.duration == after.duration and _text(before.due) == _text(after.due)


def _text(expression: Expression | None) -> str:
    return "" if expression is None else expression.text.strip()
