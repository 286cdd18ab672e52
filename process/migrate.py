"""Bring a database to the newest schema, or say that it is not there yet."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from process.driver_errors import translate
from process.errors import MigrationNeeded
from process.store import Store

_HERE = Path(__file__).with_name("migrations")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    return config


@lru_cache
def head() -> str:
    """The newest revision that this program knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(store: Store) -> str | None:
    """The revision of the database, or None when it is empty."""
    with store.reading() as tx:
        return MigrationContext.configure(tx.connection).get_current_revision()


def upgrade(store: Store, revision: str = "head") -> None:
    """Upgrade in one transaction: it is all there afterwards, or nothing changed."""
    config = _config()
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
