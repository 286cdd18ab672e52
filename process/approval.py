"""Whether a new version of a process needs a second person's approval: a setting of the process."""

from __future__ import annotations

import sqlalchemy as sa

from process.packing import unpack
from process.store import Tx
from process.tables import setting


def needs_approval(tx: Tx, process_id: str) -> bool:
    """Whether versions of this process need a second person's approval."""
    stored = tx.scalar(sa.select(setting.c.value).where(setting.c.name == setting_name(process_id)))
    return bool(unpack(stored)) if stored is not None else False


def setting_name(process_id: str) -> str:
    """What the setting is stored as."""
    return f"persetujuan:{process_id}"
