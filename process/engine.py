"""The use cases of a running process. One public method is one transaction: it commits as a whole, or changes nothing.

Every method raises NotFound for what does not exist (or the actor may not know of), Forbidden for what the actor's
positions do not cover, Busy when a lock could not be had within five seconds, StorageFull when the disk is.
"""

from __future__ import annotations

from datetime import datetime

from process import claims, completing, interventions, starting, timing
from process.model import Actor, Completed, Confirmation, Preview
from process.starting import StartPage
from process.work import Desk


class Engine:
    """Thread-safe: it keeps no state of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def start_page(self, process_id: str, actor: Actor) -> StartPage:
        """What the start page of a process shows; Forbidden for who may not start it."""
        return starting.start_page(self.desk, process_id, actor)

    def start_instance(
        self, process_id: str, data: object, actor: Actor, *, reason: str | None = None, ordinal: int | None = None
    ) -> str:
        """Start an instance with the data of the start form; returns its id. Raises InvalidData, and DuplicateKey
        when the key was started before and no reason is given. `ordinal`: the one that the last DuplicateKey offered;
        with it the same request never starts twice, for once it is taken DuplicateKey is raised again."""
        return starting.start_instance(self.desk, process_id, data, actor, reason=reason, ordinal=ordinal)

    def claim(self, task_id: str, actor: Actor) -> None:
        """Take a task; nothing happens when the actor holds it already. Raises TaskTaken, TaskDone."""
        claims.claim(self.desk, task_id, actor)

    def release(self, task_id: str, actor: Actor, reason: str | None = None) -> None:
        """Give a task back; somebody else's only by the pengelola, with a reason. Its draft stays."""
        claims.release(self.desk, task_id, actor, reason)

    def reassign(self, task_id: str, person_id: int, actor: Actor, reason: str) -> None:
        """The pengelola gives a task to another holder of its role and unit, with a reason."""
        claims.reassign(self.desk, task_id, person_id, actor, reason)

    def save_draft(self, task_id: str, data: object, actor: Actor, *, revision: int = 0) -> int:
        """Keep a draft; `revision` is that of the draft on the page (0: none), the new one is returned. The first edit
        of who alone holds the position takes the task. Raises Stale when another device saved later."""
        return claims.save_draft(self.desk, task_id, data, actor, revision=revision)

    def complete_task(
        self,
        task_id: str,
        data: object,
        actor: Actor,
        *,
        revision: int | None = None,
        confirmation: Confirmation | None = None,
    ) -> Completed:
        """Complete a task with the data of its form. `revision` is that of the task on the page (None: not checked).

        A step that signs needs a `confirmation`. Raises InvalidData, Stale, TaskDone, TaskTaken, ConfirmationRequired,
        ConfirmationMismatch, ProcessStuck.
        """
        return completing.complete_task(self.desk, task_id, data, actor, revision=revision, confirmation=confirmation)

    def preview(self, task_id: str, data: object, actor: Actor) -> Preview:
        """The document as completing would write it, with its digest; nothing is stored."""
        return completing.preview(self.desk, task_id, data, actor)

    def amend(self, task_id: str, data: object, actor: Actor, *, revision: int | None = None) -> None:
        """Correct what was sent, while the SOP allows it: a new version of the document, the flow does not move."""
        completing.amend(self.desk, task_id, data, actor, revision=revision)

    def skip(self, task_id: str, actor: Actor, reason: str) -> None:
        """The pengelola records that a unit does not answer (*tidak menyampaikan*), with a reason."""
        interventions.skip(self.desk, task_id, actor, reason)

    def cancel(self, instance_id: str, actor: Actor, reason: str) -> None:
        """The pengelola ends an instance before its end, with a reason."""
        interventions.cancel(self.desk, instance_id, actor, reason)

    def fire_due(self, now: datetime | None = None) -> int:
        """Fire the timers that are due; returns how many fired. Called twice, the second time fires nothing."""
        return timing.fire_due(self.desk, now or self.desk.clock.now())
