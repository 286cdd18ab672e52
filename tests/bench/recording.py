"""What the engine says to SQLite, heard where the driver hears it, and said again without the engine."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from process.office import Office
from tests.bench.measure import Sample, measured

Statement = tuple[str, Any]
PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "cache_size", "recursive_triggers")
COMMIT: Statement = ("COMMIT", ())


class Recorder:
    """Listens to every statement of an office from now on; `heard` holds them in order, with their parameters."""

    def __init__(self, office: Office) -> None:
        self.heard: list[Statement] = []
        heard = self.heard

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
                heard.append((sql, parameters))
                return super().execute(sql, parameters)

            def executemany(self, sql: str, parameters: Any) -> sqlite3.Cursor:
                rows = list(parameters)
                heard.extend((sql, row) for row in rows)
                return super().executemany(sql, rows)

        class Connection(sqlite3.Connection):
            def cursor(self, factory: type[sqlite3.Cursor] = Cursor) -> sqlite3.Cursor:
                return super().cursor(factory)

            def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
                return self.cursor().execute(sql, parameters)

            def commit(self) -> None:
                heard.append(COMMIT)
                super().commit()

            def rollback(self) -> None:
                heard.append(("ROLLBACK", ()))
                super().rollback()

        @sa.event.listens_for(office.store.sql, "do_connect")
        def _listen(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
            parameters["factory"] = Connection

        office.store.sql.dispose()  # what is open already does not listen
        with office.store.reading() as tx:  # and the pragmas of the one connection that follows are said before
            self.pragmas = {name: tx.scalar(sa.text(f"PRAGMA {name}")) for name in PRAGMAS}
        heard.clear()


class Replay:
    """A copy of the database as it was before, where recorded statements are run with nothing but `sqlite3`."""

    def __init__(self, database: Path, copy: Path, pragmas: dict[str, Any]) -> None:
        shutil.copy(database, copy)
        self._connection = sqlite3.connect(copy, isolation_level=None)
        for name, value in pragmas.items():
            self._connection.execute(f"PRAGMA {name} = {value}")
        self._done = 0

    def follow(self, heard: Sequence[Statement], begin: int, end: int) -> Sample:
        """Run what was not run yet up to `end`; times the statements from `begin` on."""
        _run(self._connection, heard[self._done : begin])
        statements = heard[begin:end]
        with measured() as sample:
            _run(self._connection, statements)
        self._done = end
        return sample

    def close(self) -> None:
        self._connection.close()


def _run(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    cursor = connection.cursor()
    for sql, parameters in statements:
        if sql == "ROLLBACK" and not connection.in_transaction:
            continue  # the pool ends a connection's transaction once more when it comes back
        cursor.execute(sql, parameters)
        cursor.fetchall()
