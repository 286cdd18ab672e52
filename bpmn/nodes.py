"""The node types that we run, as task specs of SpiffWorkflow.

They carry no data: variables belong to the instance (`Run.variables`), so no value is copied along the paths, merged at
joins or shadowed by an older branch. What a node waits for lies in the `internal_data` of its task, which is all that a
snapshot keeps: `due` (microseconds since 1970), `fired`, `item` (key of a multi-instance) and `via` (the node that a
token came from). Parallel joins count tokens per incoming flow, which holds inside loops too; the library's own join
looks through the task tree and starts the work after the join while a branch is still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.util.task import TaskState

from bpmn.errors import BadCollectionError, ConditionError
from bpmn.model import Duration, Each
from forms.feel import FeelError

if TYPE_CHECKING:
    from bpmn.tokens import Token
    from forms.feel import Expression

MAX_ITEMS = 500
MAX_KEY = 200


@dataclass(frozen=True, slots=True)
class Deadline:
    """The standard time of a step: the boundary timer's id, its duration, and FEEL giving another date (or null)."""

    timer: str
    duration: Duration
    due: Expression | None


class Node(BpmnTaskSpec):
    """A node of the diagram; `element` is its id, the same for the hidden parts of a multi-instance."""

    element: str

    def __init__(self, spec: Any, name: str, *, element: str | None = None, label: str = "") -> None:
        super().__init__(spec, name)
        self.element = element or name
        self.label = label or self.element

    def test(self) -> None:
        """The shape was checked when the diagram was compiled; asking at each activation would only cost time."""

    def _update_hook(self, my_task: Token) -> bool:
        return True


class Pass(Node):
    """A start event, a boundary timer that fired: the token goes straight on."""


class Finish(Node):
    """An end event. The last token to end finishes the instance; a terminating one takes all others with it."""

    def __init__(self, spec: Any, name: str, *, terminate: bool, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.terminate = terminate

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        if self.terminate:
            for task in list(my_task.workflow.tasks.values()):
                if task.has_state(TaskState.NOT_FINISHED_MASK):
                    task.cancel()


class Step(Node):
    """A user task: waits for a person. Its deadline is armed each time the flow comes here."""

    def __init__(self, spec: Any, name: str, *, deadline: Deadline | None = None, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.manual = True
        self.deadline = deadline

    def _on_ready_hook(self, my_task: Token) -> None:
        if self.deadline is not None:
            my_task.workflow.arm(my_task, self.deadline)


class Items(Node):
    """The frame of a parallel multi-instance: one `Item` per key, one deadline for all, on when every item is done."""

    def __init__(
        self, spec: Any, name: str, *, each: Each, child: str, deadline: Deadline | None = None, **kwargs: Any
    ) -> None:
        super().__init__(spec, name, **kwargs)
        self.each = each
        self.child = child
        self.deadline = deadline

    def _update_hook(self, my_task: Token) -> bool:
        keys = self._keys(my_task)
        if self.deadline is not None:
            my_task.workflow.arm(my_task, self.deadline)
        child_spec = my_task.workflow.spec.task_specs[self.child]
        my_task._set_state(TaskState.STARTED)
        for key in keys:
            child = my_task._add_child(child_spec, TaskState.WAITING)
            child.triggered = True
            child.internal_data["item"] = key
            child._ready()
        return False

    def _keys(self, my_task: Token) -> list[str]:
        try:
            value = my_task.workflow.evaluate(self.each.collection)
        except FeelError as error:
            raise BadCollectionError(
                self.element, f"Daftar pengisi untuk langkah “{self.label}” tidak dapat dihitung: {error}"
            ) from error
        if not isinstance(value, list) or not all(isinstance(key, str) and 0 < len(key) <= MAX_KEY for key in value):
            raise BadCollectionError(
                self.element,
                f"Daftar pengisi untuk langkah “{self.label}” bukan daftar kode; periksa isian sebelumnya.",
            )
        if not value:
            raise BadCollectionError(
                self.element, f"Daftar pengisi untuk langkah “{self.label}” kosong; pilih sekurang-kurangnya satu."
            )
        if len(set(value)) != len(value):
            twice = next(key for position, key in enumerate(value) if key in value[:position])
            raise BadCollectionError(
                self.element, f"Daftar pengisi untuk langkah “{self.label}” memuat “{twice}” lebih dari sekali."
            )
        if len(value) > MAX_ITEMS:
            raise BadCollectionError(
                self.element, f"Daftar pengisi untuk langkah “{self.label}” melebihi {MAX_ITEMS} baris."
            )
        return value


class Item(Node):
    """One instance of a multi-instance user task; its frame goes on when no item is open any more."""

    def __init__(self, spec: Any, name: str, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.manual = True

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        frame = my_task.parent
        if not any(child.task_spec is self and child.has_state(TaskState.READY) for child in frame.children):
            frame._set_state(TaskState.READY)


class Pause(Node):
    """An intermediate timer event: the token waits for an instant of working time."""

    def __init__(self, spec: Any, name: str, *, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.deadline = deadline

    def _update_hook(self, my_task: Token) -> bool:
        if "due" not in my_task.internal_data:
            my_task.workflow.arm(my_task, self.deadline)
        my_task._set_state(TaskState.WAITING)
        return False


class Choice(Node):
    """An exclusive gateway: the first condition that is true, in the order of the file; else the default flow.

    A condition that gives neither true nor false is an error here, never the default flow.
    """

    def __init__(self, spec: Any, name: str, **kwargs: Any) -> None:
        super().__init__(spec, name, **kwargs)
        self.conditions: list[tuple[Expression, str, str]] = []
        self.default: str | None = None

    def lead(self, target: Node, condition: Expression | None, label: str) -> None:
        """Adds an outgoing flow; without a condition it is the default one."""
        self.connect(target)
        if condition is None:
            self.default = target.name
        else:
            self.conditions.append((condition, target.name, label))

    def _predict_hook(self, my_task: Token) -> None:
        my_task._sync_children(self.outputs, TaskState.MAYBE)

    def _run_hook(self, my_task: Token) -> bool:
        chosen = self._choose(my_task.workflow.evaluate)
        my_task._sync_children([my_task.workflow.spec.task_specs[chosen]], TaskState.FUTURE)
        return True

    def _choose(self, evaluate: Callable[[Expression], Any]) -> str:
        for condition, target, label in self.conditions:
            try:
                value = evaluate(condition)
            except FeelError as error:
                raise ConditionError(
                    self.element, f"Syarat “{label}” pada gerbang “{self.label}” tidak dapat dihitung: {error}"
                ) from error
            if value is True:
                return target
            if value is not False:
                raise ConditionError(
                    self.element,
                    f"Syarat “{label}” pada gerbang “{self.label}” tidak menghasilkan benar atau salah; "
                    "lengkapi isian yang menentukan arah.",
                )
        if self.default is None:
            raise ConditionError(
                self.element,
                f"Tidak satu pun syarat pada gerbang “{self.label}” terpenuhi; perbaiki isian atau diagram.",
            )
        return self.default


class Fork(Node):
    """A parallel gateway: takes one token from each incoming flow and gives one to each outgoing flow."""

    def _update_hook(self, my_task: Token) -> bool:
        if len(self._inputs) < 2:
            return True
        if my_task.has_state(TaskState.WAITING):
            return False
        my_task.internal_data["via"] = my_task.parent.task_spec.name
        arrived: dict[str, Token] = {}
        for task in my_task.workflow.tasks.values():
            if task.task_spec is self and task is not my_task and task.has_state(TaskState.WAITING):
                arrived.setdefault(task.internal_data["via"], task)
        arrived[my_task.internal_data["via"]] = my_task
        if len(arrived) < len(self._inputs):
            my_task._set_state(TaskState.WAITING)
            return False
        for task in arrived.values():
            if task is not my_task:
                task.cancel()
        return True
