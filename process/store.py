"""The only door to the database: `Store.transaction()` gives a `Tx`; leaving `with` commits, an exception rolls back.

SQLite runs in WAL with synchronous FULL and takes its write lock at once (BEGIN IMMEDIATE, waited for up to 5 s);
PostgreSQL waits up to 5 s for a locked instance row. Whatever a driver raises leaves here as an error of ours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.engine import URL, Connection, CursorResult, Engine, make_url

from process.driver_errors import translate
from process.errors import AlurError, StorageUnavailable

LOCK_WAIT_SECONDS = 5
_KEPT = 8  # connections, as many as the pool keeps


class Prepared:
    """A statement whose SQL text is made once per database, for the statements that each completion or page runs.

    Values are given by the names of its bind parameters; constants in it keep theirs. Columns must be plain integers,
    text, bytes or booleans: nothing is converted. For `rows > 1` of an insert, use `Tx.insert_many`.
    """

    def __init__(self, statement: sa.ClauseElement) -> None:
        self.statement = statement
        self._texts: dict[str, tuple[str, tuple[str, ...] | None, dict[str, Any]]] = {}

    def text(self, dialect: sa.engine.Dialect) -> tuple[str, tuple[str, ...] | None, dict[str, Any]]:
        """SQL, names in order (None for drivers with named parameters), and the constants by name."""
        found = self._texts.get(dialect.name)
        if found is None:
            compiled = self.statement.compile(dialect=dialect)
            order = getattr(compiled, "positiontup", None)
            constants = {name: value for name, value in compiled.params.items() if value is not None}
            names = None if order is None else tuple(order)
            found = self._texts[dialect.name] = (str(compiled), names, constants)
        return found


class Tx:
    """One open transaction. Everything read and written in a use case goes through it."""

    def __init__(self, connection: Connection, writing: bool, observe: Callable[[str], None] | None = None) -> None:
        self._observe = observe
        self.connection = connection
        self.writing = writing
        self.dialect = connection.dialect
        self._raw: Any = connection.connection.dbapi_connection

    @property
    def sqlite(self) -> bool:
        return self.dialect.name == "sqlite"

    def begin(self) -> None:
        """Begin. On SQLite, whose driver is told not to, who may write takes the lock at once."""
        if self.sqlite:
            self._raw.execute("BEGIN IMMEDIATE" if self.writing else "BEGIN")
        else:
            self.connection.begin()

    def end(self) -> None:
        """Commit what was written, or leave what was only read."""
        if self.connection.in_transaction():  # SQLAlchemy knows of this transaction and has to hear of its end
            ending: Any = self.connection
        else:
            ending = self._raw
        if self.writing:
            if self._observe is not None:
                self._observe("COMMIT")
            ending.commit()
        else:
            ending.rollback()

    def execute(self, statement: sa.sql.expression.Executable, params: Any = None) -> CursorResult[Any]:
        """Run any SQLAlchemy Core statement."""
        return self.connection.execute(statement, params)

    def all(self, statement: sa.sql.expression.Executable, params: Any = None) -> Sequence[sa.Row[Any]]:
        return self.connection.execute(statement, params).all()

    def one(self, statement: sa.sql.expression.Executable, params: Any = None) -> sa.Row[Any] | None:
        """The first row, or None."""
        return self.connection.execute(statement, params).first()

    def scalar(self, statement: sa.sql.expression.Executable, params: Any = None) -> Any:
        return self.connection.execute(statement, params).scalar()

    def plain(self, statement: sa.sql.expression.Executable) -> Iterator[tuple[Any, ...]]:
        """All rows as the driver gives them, some at a time, for reading millions. Columns must be plain integers, text
        or bytes."""
        result = self.connection.execute(statement)
        try:
            while result.cursor is not None and (some := result.cursor.fetchmany(50)):
                yield from some
        finally:
            result.close()

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that can say `on_conflict_do_nothing`, in the words of this database."""
        if self.sqlite:
            from sqlalchemy.dialects import sqlite

            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # only here: to load it takes a tenth of the start of a command

        return postgresql.insert(table)

    # The hot path: the driver's own cursor with a text made beforehand.

    def run(self, prepared: Prepared, values: Mapping[str, Any]) -> Any:
        """Run a prepared statement and return the driver's cursor."""
        text, names, constants = prepared.text(self.dialect)
        if constants:
            values = {**constants, **values}
        return self._execute(text, values if names is None else [values[n] for n in names])

    def _execute(self, text: str, values: Any) -> Any:
        if self._observe is not None:
            self._observe(text)
        cursor = self._raw.cursor()
        cursor.execute(text, values)
        return cursor

    def fetch(self, prepared: Prepared, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.run(prepared, values).fetchall()
        return rows

    def fetch_in(self, sql: str, keys: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Run `sql`, whose one `{}` becomes the list of `keys`; rows as the driver gives them."""
        if not keys:
            return []
        mark = "?" if self.sqlite else "%s"
        return list(self._execute(sql.format(", ".join([mark] * len(keys))), list(keys)).fetchall())

    def insert_many(self, table: sa.Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """Insert all rows with one statement. Columns are of plain types."""
        per = max(1, 30_000 // len(columns))
        for begin in range(0, len(rows), per):
            self._insert(table, columns, rows[begin : begin + per], "")

    def insert_returning(
        self, table: sa.Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]], returned: tuple[str, ...]
    ) -> list[tuple[Any, ...]]:
        """Insert all rows with one statement; the columns `returned` of each, in no promised order."""
        if not rows:
            return []
        tail = " RETURNING " + ", ".join(f'"{name}"' for name in returned)
        return list(self._insert(table, columns, rows, tail).fetchall())

    def _insert(self, table: sa.Table, columns: tuple[str, ...], rows: Sequence[Sequence[Any]], tail: str) -> Any:
        one = "(" + ", ".join(["?" if self.sqlite else "%s"] * len(columns)) + ")"
        names = ", ".join(f'"{name}"' for name in columns)
        values = ", ".join([one] * len(rows))
        return self._execute(
            f'INSERT INTO "{table.name}" ({names}) VALUES {values}{tail}',  # noqa: S608 - names are ours
            [value for row in rows for value in row],
        )


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


class Store:
    """A database, SQLite or PostgreSQL. Safe to share between threads; a `Tx` belongs to one."""

    def __init__(self, url: str | URL) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() == "postgresql" and parsed.drivername != "postgresql+psycopg":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise StorageUnavailable("Basis data harus SQLite atau PostgreSQL.")
        self.url = parsed
        self.sqlite = parsed.get_backend_name() == "sqlite"
        self.sql: Engine = _sqlite_engine(parsed) if self.sqlite else _postgres_engine(parsed)
        self._observe: Callable[[str], None] | None = None
        self._listening = False
        # On SQLite a connection that did well is taken again as it is: to hand it back to the pool and to ask for it
        # costs more than a short statement. A connection to a server is asked for, so that the pool sees whether it
        # still stands.
        self._idle: deque[Connection] = deque()
        sa_event.listen(self.sql, "engine_disposed", lambda _: self._let_go())

    @property
    def observe(self) -> Callable[[str], None] | None:
        """Called with the text of every statement, COMMIT included; for measurements and tests."""
        return self._observe

    @observe.setter
    def observe(self, observer: Callable[[str], None] | None) -> None:
        self._observe = observer
        if observer is not None and not self._listening:  # an engine with listeners costs each transaction more
            self._listening = True
            sa_event.listen(self.sql, "before_cursor_execute", lambda *given: self._observed(given[2]))

    def close(self) -> None:
        """Close all connections. Transactions that other threads still hold end by themselves."""
        self.sql.dispose()

    def _let_go(self) -> None:
        """Close the connections that no transaction has; the others end with theirs."""
        idle, self._idle = self._idle, deque()
        for connection in idle:
            connection.invalidate()  # the pool that it came from is no more
            connection.close()

    def _observed(self, statement: str) -> None:
        if self._observe is not None:
            self._observe(statement)

    def transaction(self) -> AbstractContextManager[Tx]:
        """A transaction that may write."""
        return self._open(writing=True)

    def reading(self) -> AbstractContextManager[Tx]:
        """A transaction that only reads: it never waits for writers on SQLite, and is rolled back at the end."""
        return self._open(writing=False)

    @contextmanager
    def _open(self, writing: bool) -> Iterator[Tx]:
        idle, connection = self._idle, None
        try:
            connection = self._connection(idle)
            tx = Tx(connection, writing, self._observe)
            tx.begin()
            yield tx
            tx.end()
            if self.sqlite and len(idle) < _KEPT:
                idle.append(connection)
                connection = None
        except AlurError:
            raise
        except BaseException as error:
            ours = translate(error)
            if ours is error:
                raise
            raise ours from error
        finally:
            if connection is not None:
                with suppress(sa.exc.DBAPIError):  # one that was lost has nothing to roll back
                    connection.close()  # rolls back what has not ended

    def _connection(self, idle: deque[Connection]) -> Connection:
        try:
            return idle.pop()
        except IndexError:
            return self.sql.connect()


def _sqlite_engine(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise StorageUnavailable("SQLite harus berupa berkas: beberapa utas dan proses memakainya bersama.")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_timeout=LOCK_WAIT_SECONDS,
        pool_reset_on_return="rollback",
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_SECONDS, "isolation_level": None},
    )

    @sa_event.listens_for(engine, "connect")
    def _configure(dbapi: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {LOCK_WAIT_SECONDS * 1000}",
            "cache_size = -16000",
            "recursive_triggers = ON",  # so that REPLACE fires the delete triggers of the record's tables
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    return engine


def _postgres_engine(url: URL) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_timeout=LOCK_WAIT_SECONDS,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        use_native_hstore=False,  # a type that no table has, which each new connection would ask about
    )

    @sa_event.listens_for(engine, "connect")
    def _configure(dbapi: Any, _record: Any) -> None:
        dbapi.autocommit = True
        dbapi.execute(f"SET lock_timeout = '{LOCK_WAIT_SECONDS}s'")
        dbapi.execute("SET timezone = 'UTC'")
        dbapi.autocommit = False

    return engine
