"""Exports as rows: asked for once, made one at a time, taken up again, kept for a while, for who asked."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta

import pytest

from process.errors import Conflict, ExportLost, Forbidden, InvalidData, NotFound
from process.export_making import ATTEMPTS, LEASE
from process.export_rows import KEPT, Made
from process.exports import MOST_OPEN
from process.model import ADMINISTRATOR, AUDITOR, SYSTEM, Actor
from process.selection import Selection

ALL = Selection()
ADMIN = Actor(None, "Admin", system_roles=frozenset({ADMINISTRATOR}), source="command")


@pytest.fixture
def auditor(crew):
    return crew.actor("auditor")


@pytest.fixture
def pengelola(crew):
    return crew.actor("pengelola")


def ask(office, actor, selection=ALL, format="csv", **options):
    return office.exports.ask(format, selection, actor, name="jejak.csv", options=options)


def made(office, given, content=b"isi"):
    """The file as whoever makes it leaves it."""
    path = office.exports.path(given.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Made(3, len(content), hashlib.sha256(content).hexdigest())


def test_an_export_goes_from_asked_to_fetched_and_is_on_record(office, auditor, crew):
    asked = ask(office, auditor, Selection(unit="PRK", types=("task.completed",)), bom=True)
    assert (asked.state, asked.total, asked.done) == ("waiting", None, 0)
    taken = office.exports.take()
    assert (taken.id, taken.state, taken.options) == (asked.id, "running", {"bom": True})
    assert office.exports.begin(taken, upto=9, total=3)
    assert office.exports.progress(taken, 2)
    shown = office.exports.get(asked.id, auditor)
    assert (shown.total, shown.done) == (3, 2)
    assert office.exports.finish(taken, made(office, taken))
    found, path = office.exports.fetch(asked.id, auditor)
    assert path.read_bytes() == b"isi"
    assert found.expires_at == office.clock.now() + KEPT
    event = office.trail.events("system")[-1]
    assert (event.type, event.name, event.actor_id) == ("trail.exported", "Auditor", auditor.person_id)
    assert event.data["pilihan"] == {"unit": "PRK", "types": ["task.completed"]}
    assert (event.data["format"], event.data["jumlah"], event.data["sha256"]) == ("csv", 3, found.sha256)
    assert office.trail.verify().ok


def test_the_same_asked_twice_is_one_until_it_is_done(office, auditor, pengelola, clock):
    first = ask(office, auditor)
    clock.advance(seconds=1)
    assert ask(office, auditor).id == first.id
    others = [ask(office, auditor, Selection(unit="PRK")), ask(office, auditor, format="xlsx"), ask(office, pengelola)]
    assert len({first.id, *(one.id for one in others)}) == 4
    taken = office.exports.take()
    assert ask(office, auditor).id == first.id == taken.id
    office.exports.finish(taken, made(office, taken))
    assert ask(office, auditor).id != first.id


def test_one_at_a_time_in_the_order_of_asking_and_a_lost_one_is_taken_up_again(office, auditor, pengelola, clock):
    first = ask(office, auditor)
    clock.advance(seconds=1)
    second = ask(office, pengelola)
    taken = office.exports.take()
    assert taken.id == first.id
    assert office.exports.take() is None
    clock.advance(LEASE - timedelta(seconds=1))
    assert office.exports.progress(taken, 1)
    clock.advance(LEASE - timedelta(seconds=1))
    assert office.exports.take() is None  # the claim was renewed
    clock.advance(seconds=2)
    again = office.exports.take()
    assert (again.id, again.attempts, again.done) == (first.id, 2, 0)
    assert not office.exports.progress(taken, 2)
    assert not office.exports.finish(taken, made(office, taken))
    assert office.exports.finish(again, made(office, again))
    assert office.exports.take().id == second.id


def test_what_a_server_dies_over_again_and_again_is_given_up(office, auditor, clock):
    asked = ask(office, auditor)
    for _ in range(ATTEMPTS):
        assert office.exports.take().id == asked.id
        clock.advance(LEASE + timedelta(seconds=1))
    assert office.exports.take() is None
    assert office.exports.get(asked.id, auditor).state == "failed"


def test_one_that_is_given_back_waits_again_and_costs_no_attempt(office, auditor):
    ask(office, auditor)
    for _ in range(ATTEMPTS + 2):
        office.exports.give_back(office.exports.take())
    assert office.exports.take().attempts == 1


@pytest.mark.parametrize("running", [False, True])
def test_cancelled_while_waiting_or_running_nothing_comes_of_it(office, auditor, running):
    asked = ask(office, auditor)
    taken = office.exports.take() if running else None
    office.exports.workshop(asked.id).mkdir(parents=True)
    office.exports.cancel(asked.id, auditor)
    assert office.exports.get(asked.id, auditor).state == "cancelled"
    assert not office.exports.workshop(asked.id).exists()
    assert office.exports.take() is None
    if taken:
        assert not office.exports.progress(taken, 1)
        assert not office.exports.finish(taken, made(office, taken))
    with pytest.raises(Conflict):
        office.exports.fetch(asked.id, auditor)
    assert all(event.type != "trail.exported" for event in office.trail.events("system"))


def test_one_that_is_done_cannot_be_cancelled_any_more(office, auditor):
    asked = ask(office, auditor)
    taken = office.exports.take()
    office.exports.finish(taken, made(office, taken))
    office.exports.cancel(asked.id, auditor)
    assert office.exports.get(asked.id, auditor).state == "done"


def test_a_file_is_kept_for_its_time_and_then_gone(office, auditor, clock):
    asked = ask(office, auditor)
    taken = office.exports.take()
    office.exports.finish(taken, made(office, taken))
    clock.advance(KEPT - timedelta(seconds=1))
    office.exports.turn(threading.Event())
    assert office.exports.path(asked.id).exists()
    clock.advance(seconds=1)
    office.exports.turn(threading.Event())
    assert not office.exports.path(asked.id).exists()
    with pytest.raises(Conflict, match="tidak disimpan"):
        office.exports.fetch(asked.id, auditor)


def test_one_person_has_no_more_than_some_waiting_and_others_may_still_ask(office, auditor, pengelola):
    units = ("PRK", "HKM", "UMUM", "ORG", "EKO", "KS")
    first = [ask(office, pengelola, Selection(unit=unit)) for unit in units[:MOST_OPEN]]
    with pytest.raises(Conflict, match=f"sudah meminta {MOST_OPEN} berkas"):
        ask(office, pengelola, Selection(unit=units[-1]))
    assert ask(office, pengelola, Selection(unit=units[0])).id == first[0].id
    assert ask(office, auditor, Selection(unit=units[-1])).open
    office.exports.cancel(first[0].id, pengelola)
    assert ask(office, pengelola, Selection(unit=units[-1])).open
    assert len([one for one in office.exports.mine(pengelola) if one.open]) == MOST_OPEN


def test_kept_files_are_bounded_together_at_asking_and_when_one_is_done(office, auditor, pengelola):
    office.exports.max_bytes = 10
    kept = ask(office, pengelola)
    taken = office.exports.take()
    assert office.exports.finish(taken, made(office, taken, b"123456"))
    large = ask(office, auditor)
    taken = office.exports.take()
    with pytest.raises(Conflict, match="mencapai batas"):
        office.exports.finish(taken, made(office, taken, b"12345"))
    office.exports.fail(taken, "Batas.")
    assert not office.exports.path(large.id).exists()
    ask(office, auditor)
    taken = office.exports.take()
    assert office.exports.finish(taken, made(office, taken, b"1234"))
    with pytest.raises(Conflict, match="mencapai batas 10 B"):
        ask(office, auditor)
    with pytest.raises(Forbidden):
        office.exports.remove(taken.id, pengelola)
    office.exports.remove(kept.id, pengelola)
    assert (office.exports.get(kept.id, pengelola).state, office.exports.path(kept.id).exists()) == ("expired", False)
    assert ask(office, auditor).open


def test_what_may_hold_an_erased_payload_is_gone_or_begun_anew(office, auditor, pengelola, clock):
    done, lasting = ask(office, auditor), ask(office, pengelola)
    taken = office.exports.take()
    office.exports.finish(taken, made(office, taken))
    taken = office.exports.take()
    office.erasing.erase(office.erasing.of_events(["system:1"]), ADMIN, "Putusan")
    first = office.exports.get(done.id, auditor)
    second = office.exports.get(lasting.id, pengelola)
    assert sorted([first.state, second.state]) == ["expired", "waiting"]
    assert list(office.exports.folder.iterdir()) == []
    assert not office.exports.finish(taken, made(office, taken))
    assert office.exports.take().id == taken.id


def test_a_file_that_was_changed_or_is_gone_is_not_given_out(office, auditor):
    for message in ("tidak lagi sama", "tidak ditemukan"):
        asked = ask(office, auditor)
        taken = office.exports.take()
        office.exports.finish(taken, made(office, taken))
        path = office.exports.path(asked.id)
        path.write_bytes(b"lain") if message == "tidak lagi sama" else path.unlink()
        with pytest.raises(ExportLost, match=message):
            office.exports.fetch(asked.id, auditor)
        assert office.exports.get(asked.id, auditor).state == "expired"
        assert not path.exists()
        with pytest.raises(Conflict, match="sudah tidak disimpan"):
            office.exports.fetch(asked.id, auditor)


def test_who_may_ask_and_whose_it_is(office, crew, auditor, pengelola):
    for account in ("staf", "kabag.hkm", "sekda", "admin"):
        with pytest.raises(Forbidden):
            ask(office, crew.actor(account))
        with pytest.raises(Forbidden):
            office.exports.mine(crew.actor(account))
    theirs, mine = ask(office, auditor), ask(office, pengelola)
    for call in (office.exports.get, office.exports.cancel, office.exports.fetch):
        with pytest.raises(Forbidden):
            call(theirs.id, pengelola)
        with pytest.raises(NotFound):
            call("tidak-ada", pengelola)
    with pytest.raises(Forbidden):  # a command has no person, and so no export of its own
        office.exports.get(mine.id, Actor(None, "x", system_roles=frozenset({"pengelola"})))
    assert [one.id for one in office.exports.mine(pengelola)] == [mine.id]
    assert {one.id for one in office.exports.mine(auditor)} == {mine.id, theirs.id}
    assert office.exports.get(mine.id, auditor).asked_name == "Pengelola"


def test_what_cannot_be_meant_is_refused_at_once(office, auditor):
    with pytest.raises(InvalidData):
        ask(office, auditor, Selection(types=("task.eaten",)))
    with pytest.raises(NotFound):
        ask(office, auditor, Selection(instance="tidak-ada"))
    assert office.exports.mine(auditor) == ()


def test_a_turn_makes_everything_that_waits_until_it_is_stopped(office, auditor, pengelola):
    stop = threading.Event()
    seen = []

    def runner(given, _stop):
        seen.append(given.id)
        office.exports.finish(given, made(office, given))
        if len(seen) == 2:
            stop.set()

    asked = [ask(office, auditor), ask(office, auditor, format="xlsx"), ask(office, pengelola)]
    office.exports.turn(stop)
    assert seen == []  # nobody is there to make any
    office.exports.runner = runner
    office.exports.turn(stop)
    assert len(seen) == 2
    office.exports.turn(threading.Event())
    assert sorted(seen) == sorted(one.id for one in asked)


def test_what_a_killed_server_left_in_the_folder_is_removed_at_the_next_start(office, auditor):
    kept = ask(office, auditor)
    taken = office.exports.take()
    office.exports.finish(taken, made(office, taken))
    folder = office.exports.folder
    (folder / "bukan-siapa-siapa").write_bytes(b"x")
    office.exports.workshop("hilang").mkdir()
    (office.exports.workshop("hilang") / "berkas").write_bytes(b"x")
    office.exports.turn(threading.Event())
    assert [path.name for path in folder.iterdir()] == [kept.id]


def test_chains_hold_every_event_of_the_streams_and_say_which_are_selected(crew, office):
    crew.start()
    crew.start()
    office.index.catch_up()
    upto = office.records.latest()
    selection = Selection(types=("task.available",))
    whole = [one for chunk in office.records.chains(selection, upto=upto, chunk=3) for one in chunk]
    keys = [(record.header.stream, record.header.seq) for record, _ in whole]
    assert keys == sorted(set(keys))
    for record, chosen in whole:
        assert chosen == (record.type == "task.available")
    streams = {record.header.stream for record, chosen in whole if chosen}
    assert len(streams) == 2
    everything = [one for chunk in office.records.read(ALL, upto=upto) for one in chunk]
    assert len(whole) == sum(record.header.stream in streams for record in everything)
    assert office.records.count(selection, upto=upto, instances=True) == 2
    in_instances = sum(record.instance is not None for record in everything)
    assert office.records.count(ALL, upto=upto, instances=True) == in_instances


def test_the_system_itself_asks_for_nothing(office):
    with pytest.raises(Forbidden):
        ask(office, SYSTEM)
    assert office.exports.may(Actor(1, "A", system_roles=frozenset({AUDITOR})))
