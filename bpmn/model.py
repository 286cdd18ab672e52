"""What a compiled process is, and what one step of it answers.

Every class here is a frozen value without behaviour that needs the engine; `process` and `service` may import it.
Instants are aware UTC datetimes. References (`ref`) name one task or timer of one instance: they are unique within the
instance, never used twice, and survive every reload.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from forms.feel import Expression


# --- The diagram ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark of the publication check.

    `code` is stable (see `bpmn.codes`), `severity` is ``error`` (must not be published) or ``warning``, `element` the
    id of the BPMN element it points at (empty when it concerns the file), `message` one Indonesian sentence that says
    what to do, `line` the line in the XML where known.
    """

    code: str
    severity: str
    element: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Duration:
    """A standard time in working time: `days` working days or `minutes` working minutes; exactly one is not zero."""

    days: int = 0
    minutes: int = 0

    def __post_init__(self) -> None:
        if min(self.days, self.minutes) < 0 or bool(self.days) == bool(self.minutes):
            raise ValueError("a duration has either days or minutes, above zero")


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: who does its tasks. `unit` is ``owner``, ``item`` or FEEL over `owner` and `item` giving a unit code."""

    id: str
    name: str
    role: str
    unit: str = "owner"


@dataclass(frozen=True, slots=True)
class DocumentDefinition:
    """A document that flows through the process; `form` renders it when it is shown alone."""

    key: str
    name: str
    form: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class StartDefinition:
    """How an instance starts: its form, the document that form becomes, and who may (the start event's lane)."""

    form: str
    writes: str | None
    role: str
    unit: str = "owner"


@dataclass(frozen=True, slots=True)
class Official:
    """Who put the SOP in force, letter for letter as the source prints it."""

    jabatan: str = ""
    nama: str = ""
    pangkat: str = ""
    nip: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity page of the SOP, text verbatim; lists keep the source's order."""

    nomor: str = ""
    tanggal_pembuatan: str = ""
    tanggal_revisi: str = ""
    tanggal_efektif: str = ""
    nama: str = ""
    instansi: tuple[str, ...] = ()
    disahkan_oleh: Official = field(default_factory=Official)
    dasar_hukum: tuple[str, ...] = ()
    kualifikasi_pelaksana: tuple[str, ...] = ()
    keterkaitan: tuple[str, ...] = ()
    peralatan: tuple[str, ...] = ()
    peringatan: tuple[str, ...] = ()
    pencatatan: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MutuBaku:
    """The official quality standard of a step, verbatim; an absent part is empty."""

    waktu: str = ""
    kelengkapan: str = ""
    output: str = ""
    keterangan: str = ""


@dataclass(frozen=True, slots=True)
class Each:
    """A parallel multi-instance: FEEL over the engine variables giving the item keys, and the item variable's name."""

    collection: Expression
    item: str


@dataclass(frozen=True, slots=True)
class Write:
    """A document that a task writes; `state` and `form` replace those of the document's own definition."""

    document: str
    state: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """The task signs: `kind` is ``paraf`` or ``tandatangan``; it records the digest of `document` as written.

    `when` is FEEL over the form's data: unless it is true the step sends back instead. Then nothing is signed or
    printed, and what it writes has the state ``dikembalikan``. None: the task always signs.
    """

    kind: str
    document: str
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class PrintOut:
    """A PDF of a document that the task writes or reads; `layout` is ``portrait`` or ``landscape``."""

    document: str
    title: str
    layout: str = "portrait"


@dataclass(frozen=True, slots=True)
class Distribute:
    """Rows (FEEL list) grouped by their field `by`; each group is written as `document` of the item with that value."""

    document: str
    by: str
    rows: Expression


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """A user task of the SOP: who does it (`role`, `unit` already resolved from the lane), with which form, by when.

    `always` names the fields of `initial` whose value, possibly null, opens later passes too; of the other fields a
    later pass opens with what was sent before.
    """

    id: str
    number: int
    name: str
    lane: str
    role: str
    unit: str
    form: str
    mutu_baku: MutuBaku = field(default_factory=MutuBaku)
    duration: Duration | None = None
    timer: str | None = None
    each: Each | None = None
    reads: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ()
    initial: Mapping[str, Expression] = field(default_factory=dict)
    always: frozenset[str] = frozenset()
    due: Expression | None = None
    return_note: str | None = None
    sign: Sign | None = None
    print_outs: tuple[PrintOut, ...] = ()
    amendable_while: str | None = None
    distribute: tuple[Distribute, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A node of the diagram; `type` is the BPMN name (``userTask``, ``exclusiveGateway``, ``boundaryEvent`` …)."""

    id: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is None for an unconditional or default one."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: Expression | None = None


@dataclass(frozen=True)
class Process:
    """A compiled diagram. `tasks` is in the SOP's order; `variables` are the only form keys that the engine holds."""

    id: str
    name: str
    digest: str
    tasks: Mapping[str, TaskDefinition]
    lanes: tuple[Lane, ...]
    documents: Mapping[str, DocumentDefinition]
    start: StartDefinition
    business_key: Expression
    title: Expression
    identity: Identity
    variables: frozenset[str]
    nodes: Mapping[str, FlowNode]
    flows: tuple[Flow, ...]
    xml: bytes = field(repr=False)


# --- Running ----------------------------------------------------------------------------------------------------------


class Deadlines(Protocol):
    """Working time of the unit that owns the instance."""

    def after(self, duration: Duration, start: datetime, /) -> datetime:
        """The instant (UTC) when `duration` of working time has passed since `start`."""
        ...

    def end_of(self, day: date, /) -> datetime:
        """The end of working hours (UTC) of `day`."""
        ...


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step happens, and the working time that its deadlines are counted in."""

    now: datetime
    deadlines: Deadlines


class UserTaskState(NamedTuple):
    """An open user task. `item` is the item key in a multi-instance; `due` is None when no standard time is drawn."""

    ref: str
    element: str
    item: str | None
    due: datetime | None


@dataclass(frozen=True, slots=True)
class TimerState:
    """An armed timer; `attached_to` is the user task that it watches, None for one that the flow waits at."""

    ref: str
    element: str
    attached_to: str | None
    due: datetime


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that fired in this step, once and for all."""

    ref: str
    element: str
    attached_to: str | None
    due: datetime


@dataclass(frozen=True, slots=True)
class Advance:
    """What a step of an instance answers; the caller keeps `snapshot` and forgets the rest of the engine.

    `user_tasks` and `timers` are all that are open now, in the order in which they became so; `fired` the timers of
    this step; `visited` ids of nodes and sequence flows passed in this step, in order; `next_due` the earliest armed
    timer.
    """

    snapshot: bytes
    user_tasks: tuple[UserTaskState, ...]
    timers: tuple[TimerState, ...]
    fired: tuple[TimerFired, ...]
    visited: tuple[str, ...]
    next_due: datetime | None
    finished: bool
