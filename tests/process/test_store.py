"""Transactions: whole or not at all, whichever way their statements go, one after the other and at once."""

from __future__ import annotations

import sqlite3
import threading

import pytest
import sqlalchemy as sa

from process.errors import NotFound, StorageUnavailable
from process.store import Prepared

KEY = Prepared(sa.text("INSERT INTO stream (name) VALUES (:name)"))
COUNT = sa.text("SELECT count(*) FROM stream WHERE name LIKE 'uji%'")
WAYS = {
    "prepared": lambda tx, name: tx.run(KEY, {"name": name}),
    "core": lambda tx, name: tx.execute(sa.text("INSERT INTO stream (name) VALUES (:name)"), {"name": name}),
    "both": lambda tx, name: (tx.run(KEY, {"name": name}), tx.scalar(COUNT)),
}


def kept(store) -> int:
    with store.reading() as tx:
        return tx.scalar(COUNT)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_written_is_there_for_others_once_the_transaction_ends(office, way):
    with office.store.transaction() as tx:
        WAYS[way](tx, "uji 1")
        with office.store.reading() as other:
            assert other.scalar(COUNT) == 0
    assert kept(office.store) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("failure", [NotFound("tidak ada"), RuntimeError("rusak"), KeyboardInterrupt()])
def test_an_exception_takes_everything_back_and_the_next_transaction_begins_anew(office, way, failure):
    def write_and_fail() -> None:
        with office.store.transaction() as tx:
            WAYS[way](tx, "uji 1")
            raise failure

    with pytest.raises(type(failure)):
        write_and_fail()
    assert kept(office.store) == 0
    with office.store.transaction() as tx:
        WAYS[way](tx, "uji 2")
    assert kept(office.store) == 1


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_a_reading_transaction_stays(office, way):
    with office.store.reading() as tx:
        WAYS[way](tx, "uji 1")
    assert kept(office.store) == 0


def test_a_reading_transaction_sees_one_state_and_the_next_one_the_new(store):
    with store.reading() as tx:
        assert tx.scalar(COUNT) == 0
        with store.transaction() as other:
            WAYS["prepared"](other, "uji 1")
        assert tx.scalar(COUNT) == 0
    assert kept(store) == 1


def test_connections_are_taken_again_and_closed_with_the_store(store):
    with store.transaction() as tx:
        first = tx.connection.connection.dbapi_connection
    with store.reading() as tx:
        assert tx.connection.connection.dbapi_connection is first
        with store.reading() as other:
            second = other.connection.connection.dbapi_connection
            assert second is not first, "a transaction has its connection alone"
            store.close()
            assert other.scalar(COUNT) == tx.scalar(COUNT) == 0, "what is open still ends by itself"
    store.close()
    with store.reading() as tx:
        assert tx.connection.connection.dbapi_connection not in (first, second)


def test_a_closed_store_has_no_connection_left_open(store):
    with store.reading() as tx:
        raw = tx.connection.connection.dbapi_connection
    store.close()
    with pytest.raises(sqlite3.ProgrammingError):
        raw.execute("SELECT 1")


def test_many_threads_at_once_share_no_transaction(store):
    wrong: list[object] = []

    def read_and_write(number: int) -> None:
        for turn in range(5):
            try:
                with store.transaction() as tx:
                    WAYS["both"](tx, f"uji {number}.{turn}")
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=read_and_write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert kept(store) == 30


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_the_server_ended_is_said_and_the_next_one_works(office, way):
    store = office.store

    def cut_off() -> None:
        with store.transaction() as tx:
            mine = tx.scalar(sa.text("SELECT pg_backend_pid()"))
            with store.reading() as other:
                assert other.scalar(sa.text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": mine})
            WAYS[way](tx, "uji 1")

    with pytest.raises(StorageUnavailable, match="terputus"):
        cut_off()
    assert kept(store) == 0
    assert store.sql.pool.checkedout() == 0
