"""Settings that live in the database, because they say something about its contents; changing one is on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from process.accounts import record
from process.model import Actor
from process.packing import pack, unpack
from process.store import Tx
from process.tables import setting


def get(tx: Tx, name: str) -> Any:
    """The value (plain JSON), or None."""
    row = tx.one(setting.select().where(setting.c.name == name))
    return None if row is None else unpack(row.value)


def put(tx: Tx, name: str, value: Any, actor: Actor, now: datetime) -> None:
    """Set a value; nothing happens when it is the same already."""
    before = get(tx, name)
    if before == value:
        return
    tx.execute(setting.delete().where(setting.c.name == name))
    tx.execute(setting.insert().values(name=name, value=pack(value)))
    record(tx, "setting.changed", {"nama": name, "sebelum": before, "sesudah": value}, actor, now)
