"""One running instance in memory: SpiffWorkflow's workflow and task, trimmed to what survives a step.

`Token` is the library's task without its logging and random ids (most of the time of a completion went there); ids are
numbers counted within the instance. `Run` is its workflow with the variables and the moment of the step. Finished
tokens are spliced out of the tree at once, so that the thousandth pass of a loop costs what the first did.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.script_engine.python_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from bpmn.errors import BpmnError, ConditionError, EndlessLoopError
from bpmn.model import Moment
from bpmn.nodes import Deadline, Pause
from bpmn.seams import FeelEnvironment
from forms.feel import FeelError
from forms.indonesian import WIB

if TYPE_CHECKING:
    from bpmn.build import Plan
    from forms.feel import Expression

LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_engine = PythonScriptEngine(FeelEnvironment())


def to_micros(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of microseconds since 1970."""
    return _EPOCH + micros * _MICROSECOND


class Token(Task):
    """A task of the library whose id is a number of its instance, and whose changes of state are not logged."""

    triggered = False
    thread_id = 0
    last_state_change = 0.0

    def __init__(
        self, workflow: Run, task_spec: Any, parent: Token | None, state: int, number: int | None = None
    ) -> None:
        if number is None:
            number = workflow.next_id
            workflow.next_id += 1
        self.id = number
        self.workflow = workflow
        self.task_spec = task_spec
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self._state = state
        self._children: list[int] = []
        self._parent = None
        workflow.tasks[number] = self
        if parent is not None:
            self._parent = parent.id
            parent._children.append(number)

    def _set_state(self, value: int) -> None:
        self._state = value

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Token:
        child = Token(self.workflow, task_spec, self, state)
        if state == TaskState.READY:
            child._ready()
        return child

    def _inherit_data(self) -> None:
        """Nothing to inherit: variables belong to the instance."""


class Run(BpmnWorkflow):
    """An instance during one step.

    `plan` is the compiled diagram, `variables` the engine variables (changed in place), `moment` the time of the step
    (None when nothing is to move), `fired` and `visited` what this step has done so far.
    """

    def __init__(self, plan: Plan, variables: dict[str, Any], moment: Moment | None, next_id: int = 1) -> None:
        super().__init__(plan.spec, script_engine=_engine, deserializing=True)
        self.plan = plan
        self.variables = variables
        self._moment = moment
        self.next_id = next_id
        self.task_tree = Token(self, plan.spec.start, None, TaskState.COMPLETED, 0)
        self.fired: list[tuple[int, str, str | None, int]] = []
        self.visited: list[str] = []
        self.steps = 0

    def _task_completed_notify(self, task: Token) -> None:
        """Nothing to look through: joins look when a token arrives, timers when time has passed."""

    @property
    def moment(self) -> Moment:
        """The time of the step."""
        assert self._moment is not None, "a step needs a moment"
        return self._moment

    # --- expressions and deadlines ---

    def evaluate(self, expression: Expression, *, strict: bool = True) -> Any:
        """The value of `expression` over the engine variables, `today()` being the office's day; raises FeelError."""
        return expression.evaluate(self.variables, now=self.moment.now.astimezone(WIB), strict=strict)

    def arm(self, token: Token, deadline: Deadline) -> None:
        """Fixes the instant when the deadline of `token` falls due, once per activation."""
        token.internal_data["due"] = to_micros(self.due_of(token, deadline, self.moment.now))

    def due_of(self, token: Token, deadline: Deadline, since: datetime) -> datetime:
        """When the deadline of `token` falls due, its standard time counted from `since`; raises ConditionError."""
        due = None
        if deadline.due is not None:
            day = self._day(token, deadline.due)
            if day is not None:
                due = self.moment.deadlines.end_of(day)
        if due is None:
            due = self.moment.deadlines.after(deadline.duration, since)
        return due

    def _day(self, token: Token, expression: Expression) -> date | None:
        """The date that replaces the standard time, or None. A form's date arrives as text, so that is read as well."""
        try:
            value = self.evaluate(expression, strict=False)
            if isinstance(value, str) and value:
                value = date.fromisoformat(value)
        except (FeelError, ValueError) as error:
            raise ConditionError(
                token.task_spec.element, f"Batas waktu langkah “{token.task_spec.label}” tidak dapat dihitung: {error}"
            ) from error
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        raise ConditionError(
            token.task_spec.element, f"Batas waktu langkah “{token.task_spec.label}” bukan tanggal; perbaiki isiannya."
        )

    # --- moving ---

    def place(self, spec_name: str) -> Token:
        """Puts a new token at a node, as a child of the root."""
        token = Token(self, self.spec.task_specs[spec_name], self.task_tree, TaskState.FUTURE)
        token.task_spec._update(token)
        return token

    def settle(self) -> None:
        """Runs everything that needs no person, until only people and time are waited for, and fires what is due."""
        while True:
            ready = [t for t in self.tasks.values() if t._state == TaskState.READY and not t.task_spec.manual]
            if not ready and not self._fire():
                return
            for token in ready:
                if token._state == TaskState.READY:
                    self.move(token)

    def move(self, token: Token) -> None:
        """Completes a ready token and lets the flow go on to the next nodes."""
        self.steps += 1
        element = token.task_spec.element
        item = "item" in token.internal_data
        if not item:
            self.visited.append(element)
            if self.steps > self.plan.most_steps:
                raise self._endless()
        # The library predicts what may follow when a task is created; here that is done when it is needed, so that no
        # snapshot has to keep predictions.
        token.task_spec._predict_hook(token)
        token.run()
        if not item:
            for child in token.children:
                if child._state > TaskState.FUTURE and not child.triggered:
                    self.visited.append(self.plan.flow_ids[element, child.task_spec.element])
        self._splice(token)

    def _splice(self, token: Token) -> None:
        """Takes a finished token out of the tree; what follows it hangs on its parent."""
        parent = token.parent
        parent._children.remove(token.id)
        for child in token.children:
            if child.has_state(TaskState.NOT_FINISHED_MASK):
                child._parent = parent.id
                parent._children.append(child.id)
            else:
                self.tasks.pop(child.id, None)
        del self.tasks[token.id]

    def _fire(self) -> bool:
        """Fires every timer that is due at this moment (at the very instant too); True when one did."""
        now = to_micros(self.moment.now)
        due = [
            t
            for t in self.tasks.values()
            if "due" in t.internal_data
            and "fired" not in t.internal_data
            and t.internal_data["due"] <= now
            and t.has_state(LIVE)
        ]
        due.sort(key=lambda t: (t.internal_data["due"], t.id))
        for token in due:
            spec = token.task_spec
            pause = isinstance(spec, Pause)
            token.internal_data["fired"] = True
            timer = spec.deadline.timer
            self.fired.append((token.id, timer, None if pause else spec.element, token.internal_data["due"]))
            if pause:
                token._ready()
            else:
                self.visited.append(timer)
        return bool(due)

    def _endless(self) -> BpmnError:
        """The error that names the nodes which the flow goes round."""
        nodes = [element for element in self.visited if element in self.plan.labels]
        last = nodes[-1]
        before = len(nodes) - 2
        while before > 0 and nodes[before] != last:
            before -= 1
        names = " → ".join(f"“{self.plan.labels[element]}”" for element in nodes[before:])
        return EndlessLoopError(
            last, f"Alur berputar tanpa henti: {names}; tidak ada tugas atau pengatur waktu di dalamnya."
        )

    def live(self) -> list[Token]:
        """Tokens that a snapshot keeps, oldest first: parents before their children."""
        return sorted((t for t in self.tasks.values() if t._state & LIVE), key=lambda t: t.id)

    def take(self, variables: Mapping[str, Any]) -> None:
        """Takes over those values that expressions of the diagram name."""
        wanted = self.plan.variables
        self.variables.update({name: value for name, value in variables.items() if name in wanted})
