"""Logging in: sessions on the server, passwords, and the throttle that guards both.

A session's token is 256 random bits, of which only the SHA-256 is stored. Failed attempts are counted by account and by
address in the database, so that they count for every process of the service. An attempt is counted before the password
is checked and taken back when it was right: parallel guesses cannot slip through between check and count.

An office may share one address. When too many attempts failed there, an account that logged in from it lately is still
let in with the right password; how often its password may be guessed is bounded by the account's own count as ever.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from process import passwords
from process.acting import PERSON, SESSION, actor_of, office_date
from process.audit import NewEvent
from process.clock import Clock, instant, micros
from process.errors import Busy, InvalidData, NotAuthenticated, StorageFull, StorageUnavailable, TooManyAttempts
from process.model import Actor, FieldError
from process.record import SYSTEM_STREAM, append
from process.store import Store, Tx
from process.tables import login_attempt, person, security_event, session

log = logging.getLogger("alur.accounts")

WINDOW = timedelta(minutes=15)
MAX_PER_ACCOUNT = 5
MAX_PER_ADDRESS = 20
AT_HOME = timedelta(days=90)  # how long an address is known to be one that an account logs in from
_TOUCH_AFTER = timedelta(seconds=60)  # a session's last use is not written more often than this
_WRONG = "Nama pengguna atau kata sandi tidak sesuai."


@dataclass(frozen=True, slots=True)
class Session:
    """A new session. `token` goes to the browser and is stored nowhere."""

    token: str
    csrf: str
    person_id: int
    username: str
    expires: datetime
    must_change_password: bool


class Accounts:
    """Sessions and passwords; a part of `People`."""

    def __init__(self, store: Store, clock: Clock, *, session_hours: int = 10, idle_minutes: int = 120) -> None:
        self.store = store
        self.clock = clock
        self.lifetime = timedelta(hours=session_hours)
        self.idle = timedelta(minutes=idle_minutes)

    # -- sessions ---------------------------------------------------------------------------------------------------

    def authenticate(self, username: str, password: str, address: str | None) -> Session:
        """Log in. Raises InvalidData (the same for a wrong name, a wrong password, a disabled account) and
        TooManyAttempts."""
        name = _account(username)
        counted = self._reserve(name, address)
        with self.store.reading() as tx:
            row = tx.one(sa.select(person).where(person.c.username == name))
        right = passwords.matches(row.password_hash if row else None, password)
        if row is None or not right or not row.active:
            self._failed("login.failed", row.id if row else None, name if row else None, address)
            raise InvalidData([FieldError(("kata_sandi",), "kata_sandi", _WRONG)])
        fresh = passwords.make(password) if passwords.outdated(row.password_hash) else None
        now = self.clock.now()
        with self.store.transaction() as tx:
            self._release(tx, counted, name)
            if fresh:
                same = (person.c.id == row.id) & (person.c.password_hash == row.password_hash)
                tx.execute(person.update().where(same).values(password_hash=fresh))
            tx.execute(session.delete().where(session.c.expires <= micros(now)))
            log_security(tx, now, "login.ok", row.id, name, address)
            return self._open(tx, row.id, name, now, address, bool(row.must_change_password))

    def session(self, token: str, *, request_id: str | None = None, touch: bool = True) -> tuple[Actor, str]:
        """The actor and the CSRF token of a session; raises NotAuthenticated.

        `touch`: whether this counts as use; a page that asks by itself every few seconds should not keep a session.
        """
        now = self.clock.now()
        key = _key(token)
        with self.store.reading() as tx:
            rows = tx.fetch(SESSION, {"token": key, "day": office_date(now)})
        if not rows:
            raise NotAuthenticated
        csrf, seen, expires = rows[0][:3]
        if micros(now) >= expires or now - instant(seen) >= self.idle:
            self._expired(key, rows[0][3], now)
            raise NotAuthenticated
        who = actor_of([row[3:] for row in rows], request_id)
        if touch and now - instant(seen) >= _TOUCH_AFTER:
            try:
                with self.store.transaction() as tx:
                    tx.execute(session.update().where(session.c.token_hash == key).values(seen=micros(now)))
            except (Busy, StorageFull, StorageUnavailable):  # reading goes on while nothing can be written
                log.warning("the last use of a session could not be noted")
        return who, csrf

    def _expired(self, key: bytes, person_id: int, now: datetime) -> None:
        """Forget a session that is over, which is logged once."""
        try:
            with self.store.transaction() as tx:
                gone = tx.execute(session.delete().where(session.c.token_hash == key))
                if gone.rowcount:
                    log_security(tx, now, "session.expired", person_id, None, None)
        except (Busy, StorageFull, StorageUnavailable):
            log.warning("the end of a session could not be noted")

    def logout(self, token: str) -> None:
        """End a session; one that is over already is fine."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            row = tx.one(sa.select(session.c.person).where(session.c.token_hash == _key(token)))
            if row is not None:
                tx.execute(session.delete().where(session.c.token_hash == _key(token)))
                log_security(tx, now, "logout", row.person, None, None)

    def actor(self, tx: Tx, person_id: int, now: datetime, *, request_id: str | None = None) -> Actor:
        """Who a person is now: the positions valid on this date and the system roles. NotAuthenticated if disabled."""
        rows = tx.fetch(PERSON, {"person": person_id, "day": office_date(now)})
        if not rows:
            raise NotAuthenticated
        return actor_of(rows, request_id)

    def _open(
        self, tx: Tx, person_id: int, username: str, now: datetime, address: str | None, must_change: bool
    ) -> Session:
        opened = Session(
            secrets.token_urlsafe(32), secrets.token_urlsafe(24), person_id, username, now + self.lifetime, must_change
        )
        tx.execute(
            session.insert().values(
                token_hash=_key(opened.token),
                person=person_id,
                csrf=opened.csrf,
                created=micros(now),
                seen=micros(now),
                expires=micros(opened.expires),
                address=address,
            )
        )
        return opened

    # -- passwords --------------------------------------------------------------------------------------------------

    def verify_password(self, actor: Actor, password: str, address: str | None) -> datetime:
        """Check the actor's own password again, before a paraf or signature; returns when it was checked.

        Raises InvalidData when it is wrong, and TooManyAttempts. These attempts count at login too, but those at
        login do not count here: nobody must be able to keep another from signing by guessing at the login page.
        """
        row = self._own(actor)
        counted = self._reserve(row.username, None, kind="check")
        if not passwords.matches(row.password_hash, password):
            self._failed("password.check_failed", row.id, row.username, address)
            raise InvalidData([FieldError(("kata_sandi",), "kata_sandi", "Kata sandi tidak sesuai.")])
        with self.store.transaction() as tx:
            self._release(tx, counted, row.username, kind="check")
        return self.clock.now()

    def change_password(self, actor: Actor, old: str, new: str, address: str | None) -> Session:
        """Change one's own password: every session of the account ends, and a new one is opened.

        Raises InvalidData for a wrong old or an unacceptable new password, and TooManyAttempts.
        """
        row = self._own(actor)
        passwords.check_new(new, row.username)
        if new == old:
            message = "Kata sandi baru harus berbeda dari yang lama."
            raise InvalidData([FieldError(("kata_sandi_baru",), "kata_sandi_baru", message)])
        self.verify_password(actor, old, address)
        made = passwords.make(new)
        now = self.clock.now()
        with self.store.transaction() as tx:
            self._set_password(tx, row.id, made, must_change=False)
            record(tx, "person.password_changed", {"pegawai": row.id, "akun": row.username}, actor, now)
            log_security(tx, now, "password.changed", row.id, row.username, address)
            return self._open(tx, row.id, row.username, now, address, False)

    def _set_password(self, tx: Tx, person_id: int, made: str, *, must_change: bool) -> None:
        tx.execute(
            person.update().where(person.c.id == person_id).values(password_hash=made, must_change_password=must_change)
        )
        self._end_sessions(tx, person_id)

    def _end_sessions(self, tx: Tx, person_id: int) -> None:
        tx.execute(session.delete().where(session.c.person == person_id))

    def _own(self, actor: Actor) -> sa.Row[tuple[int, str, str]]:
        with self.store.reading() as tx:
            row = tx.one(
                sa.select(person.c.id, person.c.username, person.c.password_hash).where(
                    person.c.id == actor.person_id, person.c.active.is_(True)
                )
            )
        if row is None:
            raise NotAuthenticated
        return row

    # -- throttle ---------------------------------------------------------------------------------------------------

    def _reserve(self, name: str, address: str | None, *, kind: str = "user") -> tuple[int, ...]:
        """Count an attempt before it is made; returns its rows. Raises TooManyAttempts when there were too many."""
        now = self.clock.now()
        since = micros(now - WINDOW)
        with self.store.transaction() as tx:
            if tx.one(sa.select(person.c.id).where(person.c.username == name)) is None:
                # People type passwords into the field of the name: of what is no account only 20 bits are kept.
                name = "?" + hashlib.sha256(name.encode()).hexdigest()[:5]
            limits = [(f"{kind}:{name}", MAX_PER_ACCOUNT)]
            also = [] if kind == "user" else [f"user:{name}"]  # counted at the login page too, but not held up by it
            if address:
                at = f"address:{address[:80]}"
                limits.append((at, MAX_PER_ADDRESS))
            if not tx.sqlite:  # SQLite's write lock does the same: counting and adding is one step
                tx.execute(sa.text("LOCK TABLE login_attempt IN SHARE ROW EXCLUSIVE MODE"))
            # Also what lies far ahead: a clock that was wrong for a while must not lock anybody out for as long.
            ahead = micros(now + WINDOW)
            tx.execute(login_attempt.delete().where((login_attempt.c.at <= since) | (login_attempt.c.at > ahead)))
            wait = 0
            for subject, most in limits:
                times = tx.all(
                    sa.select(login_attempt.c.at)
                    .where(login_attempt.c.subject == subject)
                    .order_by(login_attempt.c.at.desc())
                    .limit(most)
                )
                if len(times) >= most and not (address and subject == at and self._at_home(tx, name, address, now)):
                    wait = max(wait, -((since - times[-1].at) // 1_000_000), 1)
            if not wait:
                return tuple(
                    tx.scalar(
                        login_attempt.insert().values(subject=subject, at=micros(now)).returning(login_attempt.c.id)
                    )
                    for subject in [*(one for one, _ in limits), *also]
                )
            recent = sa.select(security_event.c.id).where(
                security_event.c.at > micros(now - timedelta(minutes=1)),
                security_event.c.type == "login.blocked",
                security_event.c.address.is_not_distinct_from(address),
            )
            if tx.one(recent) is None:  # once a minute is enough to know: the log must not grow by being attacked
                log_security(tx, now, "login.blocked", None, None, address)
        minutes = -(-wait // 60)
        raise TooManyAttempts(f"Terlalu banyak percobaan. Coba lagi dalam {minutes} menit.", retry_after=wait)

    def _at_home(self, tx: Tx, name: str, address: str, now: datetime) -> bool:
        """Whether an account has logged in from this address lately."""
        known = sa.select(security_event.c.id).where(
            security_event.c.type == "login.ok",
            security_event.c.username == name,
            security_event.c.address == address,
            security_event.c.at > micros(now - AT_HOME),
        )
        return tx.one(known.limit(1)) is not None

    def _release(self, tx: Tx, counted: tuple[int, ...], name: str, *, kind: str = "user") -> None:
        """The password was right: neither this attempt nor the account's earlier failures count any more."""
        tx.execute(
            login_attempt.delete().where(
                login_attempt.c.id.in_(counted) | (login_attempt.c.subject == f"{kind}:{name}")
            )
        )

    def _failed(self, event: str, person_id: int | None, username: str | None, address: str | None) -> None:
        with self.store.transaction() as tx:
            log_security(tx, self.clock.now(), event, person_id, username, address)


def log_security(
    tx: Tx, now: datetime, event: str, person_id: int | None, username: str | None, address: str | None
) -> None:
    """A row of the security log. A name that no account has is left out: people type passwords into that field."""
    tx.execute(
        security_event.insert().values(
            at=micros(now), type=event, person=person_id, username=username, address=address, data=None
        )
    )


def record(tx: Tx, event: str, data: dict[str, object], actor: Actor, now: datetime) -> None:
    """An event in the stream of the system."""
    append(tx, SYSTEM_STREAM, [NewEvent(event, data)], actor, now)


def _account(text: str) -> str:
    """The account that was typed; what no account can be called (any length, any character) is all one name."""
    name = text.strip().casefold()
    return name if 0 < len(name) <= 60 and name.isascii() and name.isprintable() else "?"


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
