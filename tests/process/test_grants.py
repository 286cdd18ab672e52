"""On PostgreSQL the service has a role of its own, for which the record only grows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from process import grants
from process.clock import ManualClock
from process.errors import Conflict, InvalidData, NotFound, StorageUnavailable
from process.model import ADMINISTRATOR, Actor
from process.office import Office
from process.tables import APPEND_ONLY

pytestmark = pytest.mark.postgres
ADMIN = Actor(None, "Admin", system_roles=frozenset({ADMINISTRATOR}), source="command")
ROLE = "alur_layanan"


@pytest.fixture
def restricted(postgres, tmp_path, new_crew):
    """An office whose service has its own role: (the owner's office, the service's crew)."""
    url, admin = postgres
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE hak TEMPLATE template_alur")
        connection.exec_driver_sql(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'x'")
    clock = ManualClock(datetime(2026, 4, 6, 1, 0, tzinfo=UTC))
    owner = Office.open(url.set(database="hak").render_as_string(False), tmp_path / "data", clock=clock)
    with owner.store.transaction() as tx:  # as it is before PostgreSQL 15
        tx.execute(sa.text("GRANT CREATE ON SCHEMA public TO PUBLIC"))
    grants.apply(owner.store, ROLE)
    own = url.set(database="hak", username=ROLE, password="x").render_as_string(False)
    office = Office.open(own, tmp_path / "data", clock=clock)
    yield owner, new_crew(office, clock)
    office.close()
    owner.close()
    with admin.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE hak WITH (FORCE)")
        connection.exec_driver_sql(f"DROP ROLE {ROLE}")


def test_the_whole_service_works_and_cannot_touch_what_is_recorded(restricted):
    owner, crew = restricted
    office = crew.office
    instance = crew.start()
    crew.finish(instance)
    other = crew.start()
    office.engine.cancel(other, crew.actor("pengelola"), "Salah")
    office.people.add_person("baru", "Pegawai Baru", "rahasia-panjang-1", ADMIN)
    office.people.authenticate("staf", "rahasia-panjang-1", "10.0.0.1")
    assert office.trail.seal() >= 2
    assert office.index.catch_up() > 50
    assert office.index.rebuild() > 50
    office.integrity.ask(crew.actor("auditor"))
    office.integrity.turn(threading.Event())
    with office.store.transaction() as tx:
        columns = "id, format, selection, options, digest, asked_name, asked_at, state"
        tx.execute(sa.text(f"INSERT INTO export ({columns}) VALUES ('e', 'csv', '', '', 'd', 'n', 1, 'waiting')"))
        tx.execute(sa.text("UPDATE export SET state = 'done'"))
        tx.execute(sa.text("DELETE FROM export"))
    assert office.trail.verify().misfits == ()

    for table in sorted(APPEND_ONLY):
        for statement in (f"UPDATE {table} SET seq = seq", f"DELETE FROM {table}", f"TRUNCATE {table}",
                          f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}"):  # fmt: skip
            with pytest.raises(Exception, match=r"permission denied|must be owner"), office.store.transaction() as tx:
                tx.execute(sa.text(statement))
    chosen = office.erasing.of_events([f"instance:{instance}:2"])
    with pytest.raises(StorageUnavailable, match=r"permission denied.*pemilik tabel"):
        office.erasing.erase(chosen, ADMIN, "Putusan")
    assert office.trail.verify().erased == ()
    assert owner.erasing.erase(chosen, ADMIN, "Putusan") == 1  # the owner of the tables may
    assert office.trail.verify().misfits == ()
    for kind in ("", "TEMPORARY"):
        with pytest.raises(Exception, match="permission denied"), office.store.transaction() as tx:
            tx.execute(sa.text(f"CREATE {kind} TABLE event (x integer)"))


def test_only_the_owner_of_the_tables_can_grant(restricted):
    owner, crew = restricted
    with owner.store.transaction() as tx:
        tx.execute(sa.text(f"GRANT DELETE ON seal TO {ROLE}"))
    with pytest.raises(Conflict, match="pemilik tabel"):
        grants.apply(crew.office.store, ROLE)
    grants.apply(owner.store, ROLE)
    with owner.store.reading() as tx:
        assert not tx.scalar(sa.text(f"SELECT has_table_privilege('{ROLE}', 'seal', 'DELETE')"))


def test_a_role_that_could_not_be_held_is_refused(restricted):
    owner, _ = restricted
    with owner.store.reading() as tx:
        name = tx.scalar(sa.text("SELECT current_user"))
    with pytest.raises(Conflict, match="pemilik"):
        grants.apply(owner.store, name)
    with pytest.raises(NotFound):
        grants.apply(owner.store, "tidak_ada")
    with owner.store.transaction() as tx:
        tx.execute(sa.text(f"CREATE ROLE pembuat; GRANT pembuat TO {ROLE}; GRANT CREATE ON SCHEMA public TO pembuat"))
    try:
        with pytest.raises(Conflict, match="membuat tabel"):
            grants.apply(owner.store, ROLE)
    finally:
        with owner.store.transaction() as tx:
            tx.execute(sa.text("DROP OWNED BY pembuat; DROP ROLE pembuat"))
    for name in ("", 'x"; DROP TABLE event', "a b", "1a", "é"):
        with pytest.raises(InvalidData):
            grants.statements(name)


def test_sqlite_has_no_roles(lite):
    with pytest.raises(Conflict):
        grants.apply(lite.office.store, ROLE)
