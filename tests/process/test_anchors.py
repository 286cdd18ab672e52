"""Heads kept outside: a record that was made anew as a whole no longer contains them."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from forms.canonical import digest
from process.anchors import Anchor, Head, written
from process.audit import NewEvent, chain, genesis
from process.errors import Conflict, Forbidden, InvalidData, NotFound
from process.integrity import LEASE, _Beat
from process.jobs import Stopped
from process.model import AUDITOR, SYSTEM, Actor
from process.proof_share import Part, Share
from process.record import append, write

pytestmark = pytest.mark.slow

AUDIT = Actor(None, "Auditor", system_roles=frozenset({AUDITOR}), source="page")


def anchor_of(office, seq):
    return Anchor.read(b"".join(office.integrity.anchor(seq, AUDIT)[1]))


def sealed(office):
    return anchor_of(office, office.integrity.seal(AUDIT))


def test_an_anchor_is_read_as_it_was_written_and_names_every_stream(crew, office, clock):
    instance = crew.start()
    anchor = sealed(office)
    assert anchor.heads[0].stream == "system"
    assert {one.stream for one in anchor.heads} >= {f"instance:{instance}", "process:pengumpulan_data_kinerja"}
    first = anchor.heads[0].seq
    clock.advance(hours=1)
    crew.complete(instance, "membuat_draft")  # the record goes on
    assert sealed(office) != anchor
    assert anchor_of(office, first) == anchor, "the same whenever it is asked for"
    clock.advance(hours=1)
    again = sealed(office)
    assert again.heads[1:] == sealed(office).heads[1:], "nothing moved, and yet there is an anchor"
    with pytest.raises(NotFound):
        office.integrity.anchor(1, AUDIT)
    found = office.trail.verify(anchor=anchor)
    assert found.misfits == ()


def test_a_record_made_anew_with_its_seals_is_found_out_by_an_anchor(lite):
    instance = lite.start()
    office = lite.office
    anchor = sealed(office)
    row = lite.rows("SELECT stream, event_seq AS n FROM instance")[0]
    names = [one.name for one in lite.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    events = [NewEvent("timer.fired", {"jatuh_tempo": n}) for n in range(row.n)]
    made, _, last = chain(row.stream, 0, genesis(f"instance:{instance}"), events, SYSTEM, None, 1)
    with office.store.transaction() as tx:
        for name in names:
            tx.execute(sa.text(f"DROP TRIGGER {name}"))
        for table in ("event", "event_payload", "seal"):
            tx.execute(sa.text(f"DELETE FROM {table} WHERE stream = :s"), {"s": row.stream})
        write(tx, made)
        tx.execute(sa.text("UPDATE instance SET event_head = :h"), {"h": last})
    codes = {(one.stream, one.code) for one in office.trail.verify(anchor=anchor).misfits}
    assert (f"instance:{instance}", "anchor_differs") in codes
    with office.store.transaction() as tx:
        tx.execute(sa.text("DELETE FROM event WHERE stream = :s AND seq = :q"), {"s": row.stream, "q": row.n})
    codes = {(one.stream, one.code) for one in office.trail.verify(anchor=anchor).misfits}
    assert (f"instance:{instance}", "anchor_missing") in codes


def test_heads_are_read_a_part_at_a_time_and_their_digest_is_that_of_all(crew, monkeypatch):
    office, now = crew.office, crew.clock.now()
    crew.start()
    with office.store.transaction() as tx:
        for number in range(3):
            append(tx, f"process:p{number}", [NewEvent("setting.changed", {"sesudah": 1})], SYSTEM, now)
    seq = office.integrity.seal(AUDIT)
    whole, sheet = b"".join(office.integrity.anchor(seq, AUDIT)[1]), office.integrity.sheet(seq, AUDIT)
    monkeypatch.setattr("process.anchors.TOGETHER", 2)
    monkeypatch.setattr("process.integrity.LISTED", 3)
    pieces = list(office.integrity.anchor(seq, AUDIT)[1])
    assert b"".join(pieces) == whole
    assert max(piece.count(b"\n  {") + piece.startswith(b"  {") for piece in pieces) <= 2
    plain = json.loads(whole)
    assert plain.pop("ringkasan") == digest(plain) == sheet.digest
    assert sheet.total == len(plain["rantai"]) == 6
    assert office.integrity.sheet(seq, AUDIT) == replace(sheet, listed=sheet.listed[:3])


def test_an_anchor_may_be_larger_than_other_canonical_json():
    at, many = datetime(2026, 9, 30, tzinfo=UTC), [Head(f"instance:{n:016}", 1, "00" * 32) for n in range(60_000)]
    assert len(Anchor.read(b"".join(written(at, [[Head("system", 1, "00" * 32)], many]))).heads) == 60_001


names = st.text("abc:", min_size=1, max_size=8)
heads = st.lists(st.builds(Head, names, st.integers(1, 10**9), st.binary(min_size=32, max_size=32).map(bytes.hex)))


@given(heads, st.data())
def test_a_damaged_anchor_is_never_taken_for_a_sound_one(some, data):
    anchor = Anchor(datetime(2026, 9, 30, tzinfo=UTC), (Head("system", 1, "00" * 32), *some))
    file = b"".join(written(anchor.at, [anchor.heads]))
    assert Anchor.read(file) == anchor
    place = data.draw(st.integers(0, len(file) - 1))
    damaged = file[:place] + bytes([file[place] ^ data.draw(st.integers(1, 255))]) + file[place + 1 :]
    try:
        found = Anchor.read(damaged)
    except InvalidData:
        return
    assert found == anchor  # a blank became another blank


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"rantai": []}', b"\x00" * 9, b'{"rantai": 5}'])
def test_what_is_no_anchor_is_refused(content):
    with pytest.raises(InvalidData):
        Anchor.read(content)


def test_an_anchor_of_something_else_is_refused(lite):
    _, pieces = lite.office.integrity.anchor(lite.office.integrity.seal(AUDIT), AUDIT)
    plain = json.loads(b"".join(pieces))
    for change in ({"jenis": "lain"}, {"waktu": "kemarin"}, {"waktu": "2026-01-01T00:00:00"}, {"ringkasan": "0"}):
        with pytest.raises(InvalidData):
            Anchor.read(json.dumps({**plain, **change}).encode())


def test_a_check_that_was_asked_for_is_done_by_a_job_and_put_on_record(lite, clock):
    crew, office = lite, lite.office
    crew.start()
    for nobody in (crew.actor("staf"), Actor(None, "x")):
        for use in (office.integrity.page, office.integrity.ask, office.integrity.seal):
            with pytest.raises(Forbidden):
                use(nobody)
    auditor = crew.actor("auditor")
    assert office.integrity.page(auditor).checks == ()
    office.integrity.ask(auditor)
    assert office.integrity.page(auditor).waiting
    with pytest.raises(Conflict):
        office.integrity.ask(auditor)
    office.integrity.turn(threading.Event())
    page = office.integrity.page(auditor)
    assert (page.waiting, page.failed) == (False, False)
    (check,) = page.checks
    assert (check.name, check.actor_id, check.source) == ("Auditor", auditor.person_id, "job")
    assert (check.data["utuh"], check.data["temuan"], check.data["pertama"]) == (True, 0, [])
    assert check.data["rantai"] == 3
    office.trail.seal()
    assert [one.streams for one in office.integrity.page(auditor).seals] == [2]


def waiting(crew):
    (row,) = crew.rows("SELECT state, attempts, run_at FROM job WHERE kind = 'verify'")
    return row


def here(verify):
    """The check in this process: that and how another one does it is asked above and below."""
    return lambda **given: verify(**{**given, "apart": False})


def test_a_server_that_stops_does_not_wait_for_a_check_and_the_next_one_does_it(lite):
    office = lite.office
    lite.start()
    office.integrity.ask(lite.actor("auditor"))
    stop = threading.Event()
    work = office.trail.verify

    def stopping(**given):
        stop.set()
        return work(**given)

    office.trail.verify = stopping
    office.integrity.turn(stop)
    row = waiting(lite)
    assert (row.state, row.attempts) == ("waiting", 0), "as if it had not been begun"
    assert office.integrity.page(lite.actor("auditor")).checks == ()
    office.trail.verify = here(work)
    office.integrity.turn(threading.Event())
    assert len(office.integrity.page(lite.actor("auditor")).checks) == 1


def test_a_check_renews_its_lease_while_it_works_and_ends_when_it_is_another_s(lite, clock):
    office = lite.office
    office.integrity.ask(lite.actor("auditor"))
    taken = office.jobs.take(clock.now(), ["verify"], LEASE)
    beat = _Beat(office.jobs, taken, threading.Event())
    for _ in range(20):
        clock.advance(seconds=20)
        beat()
        assert office.jobs.take(clock.now(), ["verify"]) is None, "nobody else begins it meanwhile"
    assert waiting(lite).attempts == 1
    clock.advance(seconds=31)
    assert office.jobs.take(clock.now(), ["verify"]) is not None
    with pytest.raises(Stopped):
        beat()
    with pytest.raises(Stopped):
        office.trail.verify(apart=True, beat=beat)


def test_a_check_of_a_killed_server_is_begun_anew_half_a_minute_later(lite, clock):
    office, auditor = lite.office, lite.actor("auditor")
    office.integrity.ask(auditor)
    work = office.trail.verify

    def killed(**given):
        raise KeyboardInterrupt

    office.trail.verify = killed
    with pytest.raises(KeyboardInterrupt):
        office.integrity.turn(threading.Event())
    office.trail.verify = here(work)
    office.integrity.turn(threading.Event())
    assert office.integrity.page(auditor).checks == (), "it may be at work still"
    clock.advance(seconds=31)
    office.integrity.turn(threading.Event())
    assert len(office.integrity.page(auditor).checks) == 1


def test_what_is_asked_for_is_checked_apart_from_the_jobs(lite, clock):
    office = lite.office
    office.integrity.ask(lite.actor("auditor"))
    assert office.jobs.run_due(clock.now()) == 0
    assert waiting(lite).state == "waiting"


def test_a_check_that_fails_says_nothing_of_the_server(lite, clock):
    office, auditor = lite.office, lite.actor("auditor")
    office.integrity.ask(auditor)

    def broken(**given):
        raise RuntimeError("secret path")

    office.trail.verify = broken
    for _ in range(6):
        office.integrity.turn(threading.Event())
        clock.advance(hours=1)
    page = office.integrity.page(auditor)
    assert (page.waiting, page.failed) == (False, True)


def test_two_who_ask_at_once_ask_for_one_check(crew):
    auditor = crew.actor("auditor")
    barrier = threading.Barrier(4)

    def ask(_):
        barrier.wait(10)
        try:
            crew.office.integrity.ask(auditor)
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(ask, range(4))) == 1


def test_many_heads_are_sealed_in_several_events(lite, monkeypatch):
    monkeypatch.setattr("process.trail.SEALED_TOGETHER", 2)
    now = lite.clock.now()
    with lite.office.store.transaction() as tx:
        for number in range(3):
            append(tx, f"process:p{number}", [NewEvent("setting.changed", {"sesudah": 1})], SYSTEM, now)
    sealed = lite.office.trail.seal()
    events = [one for one in lite.office.trail.events("system") if one.type == "stream.sealed"]
    assert [len(one.data["segel"]) for one in events] == [2] * (sealed // 2) + [1] * (sealed % 2)


def test_the_parts_of_a_check_in_processes_of_their_own_are_the_whole(lite, monkeypatch):
    office = lite.office
    for _ in range(3):
        lite.start()
    whole = office.trail.verify()
    monkeypatch.setattr("process.proof_share.FROM", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert office.trail.verify(apart=True) == whole
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert office.trail.verify(apart=True) == whole, "a process that fails leaves its part to this one"
    assert whole.ok


def test_a_part_of_a_check_ends_with_the_server_that_wants_it(lite):
    share = Share(lite.office.store, None, Part(0, None, True))
    share._child.stdin.close()
    assert share._child.wait(30) == 3
    assert share.result() is None
    share.stop()
