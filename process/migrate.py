"""Bring a database to the newest schema, or say that it is not there yet."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sqlalchemy as sa

from process.driver_errors import translate
from process.errors import MigrationNeeded
from process.store import Store

# Alembic is loaded only where there is something to migrate: it takes a tenth of the start of a command.
_HERE = Path(__file__).with_name("migrations")
_VERSION = sa.table("alembic_version", sa.column("version_num"))


@cache
def head() -> str:
    """The newest revision that this program knows; each is in a file `m<revision>_<about>.py`."""
    return max(path.stem for path in (_HERE / "versions").glob("m*.py")).partition("_")[0].removeprefix("m")


def current(store: Store) -> str | None:
    """The revision of the database, or None when it is empty."""
    there = "SELECT name FROM sqlite_master WHERE name = :n" if store.sqlite else "SELECT to_regclass(:n)"
    with store.reading() as tx:
        if tx.scalar(sa.text(there), {"n": _VERSION.name}) is None:
            return None
        return tx.scalar(sa.select(_VERSION.c.version_num))


def upgrade(store: Store, revision: str = "head") -> None:
    """Upgrade in one transaction: it is all there afterwards, or nothing changed."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    with store.transaction() as tx:
        if not tx.sqlite:
            tx.connection.exec_driver_sql("SELECT pg_advisory_xact_lock(714155)")  # two servers may start at once
        config.attributes["connection"] = tx.connection
        try:
            command.upgrade(config, revision)
        except Exception as error:
            raise translate(error) from error


def require_current(store: Store) -> None:
    if current(store) != head():
        raise MigrationNeeded("Basis data belum dimutakhirkan. Jalankan: alur db upgrade")
