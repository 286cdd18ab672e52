"""What one test did to a database, the next one does not see; and what was kept is put back whole."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


def everything(crew):
    """Every row of every table, and where each sequence stands where there are such."""
    with crew.office.store.reading() as tx:
        names = sa.inspect(tx.connection).get_table_names()
        if tx.sqlite:  # FTS5's table gives no rows away, and its own tables hold them
            names.remove("audit_text")
        found = {name: sorted(map(repr, tx.all(sa.text(f'SELECT * FROM "{name}"')))) for name in names}
        if not tx.sqlite:
            sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            found["sequences"] = sorted(map(repr, tx.all(sa.text(sequences))))
    return found


def _noted(crew, words):
    instance = crew.start()
    crew.complete(instance, "membuat_draft")
    (crew.office.data_dir / "berkas").mkdir(parents=True, exist_ok=True)
    (crew.office.data_dir / "berkas" / "catatan.txt").write_text(words)
    crew.clock.advance(minutes=5)
    return instance


def test_what_was_kept_is_put_back_with_its_files_and_its_time(crew, clock):
    fresh, note = everything(crew), crew.office.data_dir / "berkas" / "catatan.txt"
    instance = crew.once(_noted, "halo")
    made, at = everything(crew), clock.now()
    assert made != fresh
    crew.finish(instance)
    with pytest.raises(AssertionError, match="comes first"):
        crew.once(_noted, "halo")
    crew.copies.put_back(0)
    note.unlink()
    clock.advance(days=1)
    assert everything(crew) == fresh
    assert crew.once(_noted, "halo") == instance
    assert (everything(crew), clock.now(), note.read_text()) == (made, at, "halo")
    crew.finish(instance)
    assert crew.office.trail.verify().ok


@pytest.mark.postgres
def test_a_database_whose_tables_were_changed_is_not_given_to_another_test(server):
    def used(url, change="INSERT INTO setting (name, value) VALUES ('uji', '')"):
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            units = connection.exec_driver_sql("SELECT count(*) FROM unit").scalar()
            assert connection.exec_driver_sql("SELECT count(*) FROM setting WHERE name = 'uji'").scalar() == 0
            connection.exec_driver_sql(change)
        engine.dispose()
        return units

    with server.database() as first:
        units = used(first)
    with server.database() as second:
        assert (second, used(second, "ALTER TABLE event DISABLE TRIGGER ALL")) == (first, units)
    with server.database() as third:
        assert third != second
        assert used(third) == units
