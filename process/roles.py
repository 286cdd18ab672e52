"""The roles that processes know: what positions are given for."""

from __future__ import annotations

from process.definitions import Definitions
from process.positions import default_title


def known(definitions: Definitions) -> dict[str, str]:
    """Role code → what it is called in the processes that are in force or to come; empty when there are none."""
    found: dict[str, str] = {}
    now = definitions.clock.now()
    rows = [row for row in definitions.list() if row.revoked_at is None and (row.in_force or row.effective_from > now)]
    with definitions.store.reading() as tx:
        for row in rows:
            process = definitions.load(tx, row.version_id).process
            for lane in process.lanes:
                found.setdefault(lane.role, lane.name)
            for task in process.tasks.values():
                found.setdefault(task.role, default_title(task.role, ""))
    return found


def warning(definitions: Definitions, role: str) -> str | None:
    """A sentence for who gives a position of a role that no such process knows; None when there is no process yet."""
    roles = known(definitions)
    if not roles or role in roles:
        return None
    return (
        f"Peran “{role}” tidak dikenal oleh proses yang berlaku, sehingga jabatan ini belum menerima tugas. "
        f"Yang dikenal: {', '.join(sorted(roles))}."
    )
