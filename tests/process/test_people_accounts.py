"""Logging in: sessions that end, passwords that count, a throttle that holds against parallel guesses."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import argon2
import pytest
import sqlalchemy as sa
from argon2 import extract_parameters

from process import passwords
from process.accounts import MAX_PER_ACCOUNT, MAX_PER_ADDRESS
from process.clock import ManualClock
from process.errors import InvalidData, NotAuthenticated, TooManyAttempts
from process.model import ADMINISTRATOR, Actor, Unit
from process.people import People
from process.tables import person, security_event, session

ADMIN = Actor(None, "operator", system_roles=frozenset({ADMINISTRATOR}), source="command")
SECRET = "rahasia-sekali"
ADDRESS = "10.0.0.7"


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))


@pytest.fixture
def people(store, clock):
    people = People(store, clock)
    people.add_unit(Unit("HKM", "Bagian Hukum"), ADMIN)
    made = people.add_person("kabag", "Kepala Bagian", SECRET, ADMIN)
    people.add_position(made.id, "kepala_bagian", "HKM", ADMIN)
    return people


def security(people):
    with people.store.reading() as tx:
        return [(row.type, row.username) for row in tx.all(security_event.select().order_by(security_event.c.id))]


def test_a_session_gives_the_actor_and_stores_no_token(people):
    opened = people.authenticate(" KABAG ", SECRET, ADDRESS)
    who, csrf = people.session(opened.token, request_id="r1")
    assert (who.name, who.request_id, csrf) == ("Kepala Bagian", "r1", opened.csrf)
    assert [held.unit for held in who.positions] == ["HKM"]
    assert opened.must_change_password
    with people.store.reading() as tx:
        row = tx.one(session.select())
    assert row.token_hash == hashlib.sha256(opened.token.encode()).digest()
    assert len(opened.token) >= 43  # 256 bits
    assert security(people)[-1] == ("login.ok", "kabag")


def test_every_login_is_a_new_session(people):
    one, two = (people.authenticate("kabag", SECRET, ADDRESS) for _ in range(2))
    assert one.token != two.token
    assert one.csrf != two.csrf


def test_a_session_ends_when_idle_and_absolutely(people, clock):
    opened = people.authenticate("kabag", SECRET, ADDRESS)
    for _ in range(5):
        clock.advance(minutes=119)
        people.session(opened.token)
    clock.advance(minutes=10)  # more than ten hours after login, although used all the time
    with pytest.raises(NotAuthenticated):
        people.session(opened.token)
    again = people.authenticate("kabag", SECRET, ADDRESS)
    clock.advance(minutes=119)
    people.session(again.token, touch=False)  # a page that asks by itself does not keep it
    clock.advance(minutes=1)
    with pytest.raises(NotAuthenticated):
        people.session(again.token)


@pytest.mark.parametrize("token", ["", "x", "\x00", "é" * 100, "\ud800"])
def test_an_unknown_token_is_nobody(people, token):
    with pytest.raises(NotAuthenticated):
        people.session(token)


def test_logout_and_disabling_end_a_session_at_once(people):
    opened = people.authenticate("kabag", SECRET, ADDRESS)
    people.logout(opened.token)
    people.logout(opened.token)
    with pytest.raises(NotAuthenticated):
        people.session(opened.token)
    again = people.authenticate("kabag", SECRET, ADDRESS)
    people.disable(again.person_id, ADMIN)
    with pytest.raises(NotAuthenticated):
        people.session(again.token)
    with pytest.raises(InvalidData, match="Nama pengguna atau kata sandi tidak sesuai"):
        people.authenticate("kabag", SECRET, ADDRESS)


def test_wrong_name_and_wrong_password_read_the_same(people, monkeypatch):
    checked = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda stored, given: checked.append(stored) or real(stored, given))
    texts = set()
    for name, password in (("kabag", "salah-sekali"), ("tidak.ada", SECRET)):
        with pytest.raises(InvalidData) as caught:
            people.authenticate(name, password, ADDRESS)
        texts.add(str(caught.value))
    assert len(texts) == 1
    assert checked[1] is None  # a hash is computed for the account that does not exist, too
    assert security(people)[-2:] == [("login.failed", "kabag"), ("login.failed", None)]


def test_a_password_change_ends_all_other_sessions(people):
    one, two = (people.authenticate("kabag", SECRET, ADDRESS) for _ in range(2))
    who, _ = people.session(one.token)
    with pytest.raises(InvalidData, match="tidak sesuai"):
        people.change_password(who, "salah-sekali", "kata-sandi-baru", ADDRESS)
    with pytest.raises(InvalidData, match="berbeda"):
        people.change_password(who, SECRET, SECRET, ADDRESS)
    fresh = people.change_password(who, SECRET, "kata-sandi-baru", ADDRESS)
    for ended in (one, two):
        with pytest.raises(NotAuthenticated):
            people.session(ended.token)
    assert people.session(fresh.token)[0].person_id == who.person_id
    assert not people.authenticate("kabag", "kata-sandi-baru", ADDRESS).must_change_password


def test_an_administrators_reset_ends_sessions_and_asks_for_a_change(people):
    opened = people.authenticate("kabag", SECRET, ADDRESS)
    people.reset_password(opened.person_id, "sandi-sementara", ADMIN)
    with pytest.raises(NotAuthenticated):
        people.session(opened.token)
    assert people.authenticate("kabag", "sandi-sementara", ADDRESS).must_change_password


def fail(people, name="kabag", address=ADDRESS):
    with pytest.raises(InvalidData):
        people.authenticate(name, "salah-sekali", address)


def test_five_failures_stop_an_account_for_a_quarter_of_an_hour(people, clock):
    for _ in range(MAX_PER_ACCOUNT):
        fail(people)
        clock.advance(minutes=1)
    with pytest.raises(TooManyAttempts) as caught:
        people.authenticate("kabag", SECRET, "10.9.9.9")  # even with the right password, from anywhere
    assert caught.value.retry_after == 10 * 60
    assert security(people)[-1][0] == "login.blocked"
    clock.advance(minutes=10)
    people.authenticate("kabag", SECRET, ADDRESS)
    for _ in range(MAX_PER_ACCOUNT):  # a success forgives what was before
        fail(people)


def test_an_unknown_account_is_stopped_just_the_same(people):
    for _ in range(MAX_PER_ACCOUNT):
        fail(people, "tidak.ada")
    with pytest.raises(TooManyAttempts):
        people.authenticate("tidak.ada", SECRET, ADDRESS)


@pytest.mark.parametrize("name", ["", "\x00", "\ud800", "x" * 100_000, "' OR 1=1 --", "кабаг"])
def test_what_no_account_can_be_called_is_refused_like_any_other(people, name):
    for password in (SECRET, "\x00", "\ud800" * 10, "x" * 100_000):
        with pytest.raises(InvalidData, match="tidak sesuai"):
            people.authenticate(name, password, ADDRESS)


def test_blocked_attempts_do_not_fill_the_log(people):
    for _ in range(MAX_PER_ACCOUNT):
        fail(people)
    for _ in range(10):
        with pytest.raises(TooManyAttempts):
            people.authenticate("kabag", SECRET, ADDRESS)
    assert [event for event, _ in security(people)].count("login.blocked") == 1


def test_an_address_is_stopped_across_accounts(people, clock, monkeypatch):
    monkeypatch.setattr(passwords, "matches", lambda stored, given: given == SECRET and stored is not None)
    for number in range(MAX_PER_ADDRESS):
        fail(people, f"akun{number}")
    with pytest.raises(TooManyAttempts):
        people.authenticate("kabag", SECRET, ADDRESS)
    people.authenticate("kabag", SECRET, "10.0.0.8")
    clock.advance(timedelta(minutes=15))
    people.authenticate("kabag", SECRET, ADDRESS)


def test_who_logs_in_from_a_shared_address_is_not_shut_out_by_others_there(people, clock):
    people.authenticate("kabag", SECRET, ADDRESS)
    clock.advance(days=30)
    for number in range(MAX_PER_ADDRESS):
        fail(people, f"akun{number}")
    with pytest.raises(TooManyAttempts):
        people.authenticate("staf", SECRET, ADDRESS)  # never came from there
    assert people.authenticate("kabag", SECRET, ADDRESS).username == "kabag"
    clock.advance(days=91)
    for number in range(MAX_PER_ADDRESS):
        fail(people, f"akun{number}")
    with pytest.raises(TooManyAttempts):
        people.authenticate("kabag", SECRET, ADDRESS)


def test_guessing_stays_hopeless_from_where_an_account_is_at_home(people, clock, monkeypatch):
    people.authenticate("kabag", SECRET, ADDRESS)
    checked = []
    monkeypatch.setattr(passwords, "matches", lambda stored, given: bool(checked.append(given)))
    for number in range(MAX_PER_ADDRESS):
        fail(people, f"akun{number}")
    checked.clear()
    hours = 2
    for minute in range(hours * 60):
        with pytest.raises((InvalidData, TooManyAttempts)):
            people.authenticate("kabag", f"tebakan {minute}", ADDRESS)
        clock.advance(minutes=1)
    assert len(checked) <= MAX_PER_ACCOUNT * hours * 4


def test_a_password_asked_again_for_a_paraf_counts_in_the_same_throttle(people, clock):
    opened = people.authenticate("kabag", SECRET, ADDRESS)
    who, _ = people.session(opened.token)
    assert people.verify_password(who, SECRET, ADDRESS) == clock.now()
    for _ in range(MAX_PER_ACCOUNT):
        with pytest.raises(InvalidData):
            people.verify_password(who, "salah-sekali", ADDRESS)
    with pytest.raises(TooManyAttempts):
        people.verify_password(who, SECRET, ADDRESS)
    with pytest.raises(TooManyAttempts):
        people.authenticate("kabag", SECRET, ADDRESS)


def test_parallel_guesses_do_not_slip_through(people, monkeypatch):
    checked = []
    monkeypatch.setattr(passwords, "matches", lambda stored, given: checked.append(given) or False)

    def guess(number):
        try:
            people.authenticate("kabag", f"tebakan-ke-{number}", None)
        except (InvalidData, TooManyAttempts) as error:
            return type(error)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(24)))
    assert len(checked) == answers.count(InvalidData) == MAX_PER_ACCOUNT


def test_an_old_hash_is_made_new_at_login(people, monkeypatch):
    asked = []
    monkeypatch.setattr(passwords, "outdated", lambda stored: not asked and not asked.append(stored))
    people.authenticate("kabag", SECRET, ADDRESS)
    people.authenticate("kabag", SECRET, ADDRESS)
    with people.store.reading() as tx:
        assert tx.scalar(person.select().with_only_columns(person.c.password_hash)) != asked[0]


@pytest.fixture
def full_cost():
    """Passwords at the price of the service, for one test."""
    passwords.set_cost()
    yield
    passwords.set_cost(passes=1, memory_kib=8)


def test_hashes_are_argon2id_above_the_recommended_minimum(full_cost):
    strong = passwords.make("apa pun boleh")
    parameters = extract_parameters(strong)
    assert strong.startswith("$argon2id$")
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2


def test_an_account_that_does_not_exist_is_checked_at_the_same_price(full_cost, monkeypatch):
    verified = []
    verify = argon2.PasswordHasher.verify
    monkeypatch.setattr(argon2.PasswordHasher, "verify", lambda *given: verified.append(given[1]) or verify(*given))
    own = passwords.make("apa pun boleh")
    assert passwords.matches(own, "apa pun boleh")
    assert not passwords.matches(None, "apa pun boleh")
    price, nobodys = map(extract_parameters, verified)
    assert nobodys == price


def test_a_session_goes_on_while_nothing_can_be_written(people, clock):
    opened = people.authenticate("kabag", SECRET, ADDRESS)
    sa.event.listen(people.store.sql, "connect", lambda dbapi, _: dbapi.execute("PRAGMA busy_timeout = 1"))
    people.store.close()  # the next connections wait for nobody
    clock.advance(minutes=10)
    with people.store.transaction():
        assert people.session(opened.token)[0].name == "Kepala Bagian"
    clock.advance(minutes=115)
    with pytest.raises(NotAuthenticated):
        people.session(opened.token)


def test_a_clock_that_was_wrong_locks_nobody_out(people, clock):
    now = clock.now()
    clock.advance(days=400)
    for _ in range(MAX_PER_ACCOUNT):
        with pytest.raises(InvalidData):
            people.authenticate("kabag", "salah-salah", ADDRESS)
    clock.set(now)
    assert people.authenticate("kabag", SECRET, ADDRESS).username == "kabag"


def test_guesses_at_the_login_page_keep_nobody_from_signing(people):
    opened = people.authenticate("kabag", SECRET, ADDRESS)
    actor, _ = people.session(opened.token)
    for _ in range(MAX_PER_ACCOUNT):
        with pytest.raises(InvalidData):
            people.authenticate("kabag", "salah-salah", "10.9.9.9")
    with pytest.raises(TooManyAttempts):
        people.authenticate("kabag", SECRET, ADDRESS)
    people.verify_password(actor, SECRET, ADDRESS)
    for _ in range(MAX_PER_ACCOUNT):
        with pytest.raises(InvalidData):
            people.verify_password(actor, "salah-salah", ADDRESS)
    with pytest.raises(TooManyAttempts):
        people.verify_password(actor, SECRET, ADDRESS)
