"""Authority that comes from a system role, not from a lane: people, units, calendars, definitions. Pure."""

from __future__ import annotations

from process.errors import Forbidden
from process.model import ADMINISTRATOR, AUDITOR, PENGELOLA, Actor

NAMES = {ADMINISTRATOR: "administrator", PENGELOLA: "pengelola proses", AUDITOR: "auditor"}


def has(actor: Actor, *roles: str) -> bool:
    """Whether the actor has one of the system roles."""
    return not actor.system_roles.isdisjoint(roles)


def require(actor: Actor, *roles: str) -> None:
    """Raise Forbidden unless the actor has one of the system roles."""
    if not has(actor, *roles):
        raise Forbidden(f"Tindakan ini hanya untuk {' atau '.join(NAMES[role] for role in roles)}.")
