"""Which tables and columns the record vouches for, and which only make work possible. docs/audit.md says why.

`told`: what an event says, or what follows from what events say; any other value is a misfit. `keys`: numbers that the
database gave, by which other rows refer to this one; that they still lead to the same thing is checked there. `work`:
what may change without an event, or can be made anew from the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Columns:
    told: str
    keys: str = ""
    work: str = ""

    def all(self) -> list[str]:
        return f"{self.told} {self.keys} {self.work}".split()


VOUCHED: Mapping[str, Columns] = {
    "stream": Columns("id name seq head", work="indexed"),
    "event": Columns(
        "stream seq at type actor position kind source request task element payload_digest hash",
    ),
    "event_payload": Columns("stream seq salt data"),
    "seal": Columns("stream seq head at"),
    "erasure": Columns("stream seq by_seq"),
    "instance": Columns(
        "id version process_id owner_unit business_key ordinal title state documents starter starter_name"
        " starter_title starter_unit started finished stream event_seq event_head",
        work="snapshot timers visited revision next_due indexed",
    ),
    "user_task": Columns(
        "id instance element item pass number name role unit assignee state skipped available claimed completed due"
        " late returned note returned_by completed_by position version",
        work="ref revision",
    ),
    "document_version": Columns(
        "instance key item number digest data same_as state form task written_at person position version", keys="id"
    ),
    "signature": Columns("kind document_version digest task person position name title label at", keys="id"),
    "attachment": Columns("id sha256 name media_type size instance task process uploaded_by at"),
    "printout": Columns(
        "id document_version instance task layout title state sha256 size asked_at made_at error",
    ),
    "process_definition": Columns("id name owner_unit"),
    "process_version": Columns(
        "process_id number digest diagram effective_from calendar published_by published_at note revoked_at", keys="id"
    ),
    "version_form": Columns("version form_id digest content"),
    "person": Columns(
        "id username name nip active system_roles created", work="password_hash must_change_password revision"
    ),
    "position": Columns("id person role unit kind title basis from_date to_date"),
    "unit": Columns("code name parent letterhead calendar active"),
    "calendar": Columns("code name data", work="revision"),
    "setting": Columns("name value"),
}

# Tables that the record does not vouch for, with why.
WORKING: Mapping[str, str] = {
    "session": "who is logged in now",
    "login_attempt": "what the throttle counts",
    "security_event": "a log of its own, bounded, not part of the chains",
    "draft": "what is not sent yet",
    "process_draft": "what is not in force yet",
    "draft_state": "what is not in force yet",
    "draft_form": "what is not in force yet",
    "version_proposal": "what is not in force yet; its events and the published version name its digest",
    "job": "work to be done",
    "notification": "messages that point at what happened",
    "notification_seen": "what somebody has read",
    "export": "files that can be made again; that they were made is an event",
    "audit_term": "index, derived from the events",
    "audit_facet": "index, derived from the events",
    "audit_entry": "index, derived from the events",
}
