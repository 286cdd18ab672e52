"""Persons and the positions that they hold, dated and of a kind; a person acts through positions alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from process import authority, passwords
from process.accounts import Accounts, log_security, record
from process.clock import micros
from process.errors import Conflict, NotFound, Stale
from process.model import ADMINISTRATOR, SYSTEM_ROLES, Actor
from process.positions import Positions
from process.store import Tx
from process.tables import person
from process.units import Units, clean, remark, wrong

NIP_DIGITS = 18
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_ALIASES = {"pengelola_proses": "pengelola"}


@dataclass(frozen=True, slots=True)
class Person:
    """A person as stored; show `masked_nip`, never `nip`, in lists and pages."""

    id: int
    username: str
    name: str
    nip: str | None
    active: bool
    system_roles: frozenset[str]
    must_change_password: bool
    created: int
    revision: int

    @property
    def masked_nip(self) -> str:
        return mask_nip(self.nip)


def mask_nip(nip: str | None) -> str:
    """A NIP as it may be shown: year of birth and the last four digits (`1961…1001`); empty for none."""
    return f"{nip[:4]}…{nip[-4:]}" if nip else ""


def check_nip(nip: str | None) -> str | None:
    """The 18 digits of a NIP, however they were spaced; None for none. Raises InvalidData for any other length."""
    digits = re.sub(r"[\s.\u00a0-]", "", nip or "")
    if not digits:
        return None
    if not digits.isascii() or not digits.isdigit():
        raise wrong("nip", "NIP hanya terdiri atas angka.")
    if len(digits) != NIP_DIGITS:
        raise wrong("nip", f"NIP harus {NIP_DIGITS} angka; yang diisikan {len(digits)} angka.")
    return digits


class People(Units, Positions, Accounts):
    """Persons, positions, units and accounts. Changing them is for administrators; all of it is on record."""

    def add_person(
        self,
        username: str,
        name: str,
        password: str,
        actor: Actor,
        *,
        nip: str | None = None,
        system_roles: Iterable[str] = (),
        must_change_password: bool = True,
    ) -> Person:
        """Add a person with an account. Raises InvalidData, or Conflict when the account name or NIP is taken."""
        authority.require(actor, ADMINISTRATOR)
        passwords.check_new(password, username)
        made = passwords.make(password)
        now = self.clock.now()
        with self.store.transaction() as tx:
            return add_person_in(
                tx,
                username,
                name,
                made,
                actor,
                now,
                nip=nip,
                system_roles=system_roles,
                must_change_password=must_change_password,
            )

    def change_person(
        self,
        person_id: int,
        actor: Actor,
        *,
        name: str | None = None,
        nip: str | None = None,
        system_roles: Iterable[str] | None = None,
        revision: int | None = None,
    ) -> Person:
        """Change what is given (an empty NIP clears it). Raises Stale when `revision` is given and not current."""
        authority.require(actor, ADMINISTRATOR)
        now = self.clock.now()
        with self.store.transaction() as tx:
            before = person_in(tx, person_id)
            if revision is not None and revision != before.revision:
                raise Stale("Data pegawai telah diubah sejak dibuka.")
            values: dict[str, object] = {}
            if name is not None:
                values["name"] = clean(name, "nama", "Nama")
            if nip is not None:
                values["nip"] = check_nip(nip)
                _free_nip(tx, check_nip(nip), person_id)
            if system_roles is not None:
                roles = _roles(system_roles)
                if ADMINISTRATOR in before.system_roles and ADMINISTRATOR not in roles:
                    _other_administrator(tx, person_id)
                values["system_roles"] = " ".join(sorted(roles))
            words = {"name": "nama", "nip": "nip", "system_roles": "peran_sistem"}
            old = {"name": before.name, "nip": before.nip, "system_roles": " ".join(sorted(before.system_roles))}
            changed = [key for key in values if values[key] != old[key]]
            if changed:
                tx.execute(
                    person.update().where(person.c.id == person_id).values(**values, revision=before.revision + 1)
                )
                payload: dict[str, object] = {
                    "pegawai": person_id,
                    "akun": before.username,
                    "sebelum": {words[key]: old[key] for key in changed},
                    "sesudah": {words[key]: values[key] for key in changed},
                }
                record(tx, "person.changed", payload, actor, now)
            return person_in(tx, person_id)

    def disable(self, person_id: int, actor: Actor, *, reason: str | None = None) -> Person:
        """Close an account: its sessions end at once. Raises Conflict for the last active administrator."""
        return self._switch(person_id, False, actor, reason)

    def enable(self, person_id: int, actor: Actor, *, reason: str | None = None) -> Person:
        """Open a closed account again."""
        return self._switch(person_id, True, actor, reason)

    def _switch(self, person_id: int, active: bool, actor: Actor, reason: str | None) -> Person:
        authority.require(actor, ADMINISTRATOR)
        now = self.clock.now()
        with self.store.transaction() as tx:
            before = person_in(tx, person_id)
            if before.active == active:
                word = "sudah aktif" if active else "sudah nonaktif"
                raise Conflict(f"Akun “{before.username}” {word}.")
            if not active and ADMINISTRATOR in before.system_roles:
                _other_administrator(tx, person_id)
            tx.execute(
                person.update().where(person.c.id == person_id).values(active=active, revision=person.c.revision + 1)
            )
            if not active:
                self._end_sessions(tx, person_id)
            event = "person.enabled" if active else "person.disabled"
            told: dict[str, object] = {"pegawai": person_id, "akun": before.username, "alasan": remark(reason)}
            record(tx, event, told, actor, now)
            return person_in(tx, person_id)

    def reset_password(self, person_id: int, password: str, actor: Actor) -> None:
        """Give an account a new password, to be changed at the next login; its sessions end."""
        authority.require(actor, ADMINISTRATOR)
        found = self.profile(person_id)
        passwords.check_new(password, found.username)
        made = passwords.make(password)
        now = self.clock.now()
        with self.store.transaction() as tx:
            self._set_password(tx, person_id, made, must_change=True)
            told: dict[str, object] = {"pegawai": person_id, "akun": found.username}
            record(tx, "person.password_reset", told, actor, now)
            log_security(tx, now, "password.reset", person_id, found.username, None)

    def profile(self, person_id: int) -> Person:
        """A person; raises NotFound."""
        with self.store.reading() as tx:
            return person_in(tx, person_id)

    def by_username(self, username: str) -> Person:
        """The person of an account; raises NotFound."""
        with self.store.reading() as tx:
            row = tx.one(sa.select(*_PERSON).where(person.c.username == username.strip().casefold()))
        if row is None:
            raise NotFound(f"Akun “{username.strip()[:60]}” tidak ada.")
        return _person(row)

    def find(self, search: str = "", *, active: bool | None = None, limit: int = 1000) -> tuple[Person, ...]:
        """Persons whose account or name contains the text, by account."""
        query = sa.select(*_PERSON).order_by(person.c.username).limit(limit)
        if search.strip():
            text = search.strip().lower()
            query = query.where(
                person.c.username.contains(text, autoescape=True)
                | sa.func.lower(person.c.name).contains(text, autoescape=True)
            )
        if active is not None:
            query = query.where(person.c.active.is_(active))
        with self.store.reading() as tx:
            return tuple(_person(row) for row in tx.all(query))


# -- inside a transaction, authority being the caller's affair ------------------------------------------------------


def add_person_in(
    tx: Tx,
    username: str,
    name: str,
    password_hash: str,
    actor: Actor,
    now: datetime,
    *,
    nip: str | None = None,
    system_roles: Iterable[str] = (),
    must_change_password: bool = True,
) -> Person:
    """Add a person whose password is hashed already."""
    account = username.strip().casefold()
    if not _USERNAME.fullmatch(account):
        raise wrong("akun", "Nama akun 2–60 karakter: huruf kecil, angka, “.”, “-” atau “_”.")
    label, digits, roles = clean(name, "nama", "Nama"), check_nip(nip), _roles(system_roles)
    if tx.one(sa.select(person.c.id).where(person.c.username == account)) is not None:
        raise Conflict(f"Akun “{account}” sudah ada.")
    _free_nip(tx, digits, None)
    made = tx.scalar(
        person.insert()
        .values(
            username=account,
            name=label,
            nip=digits,
            password_hash=password_hash,
            active=True,
            system_roles=" ".join(sorted(roles)),
            must_change_password=must_change_password,
            created=micros(now),
            revision=1,
        )
        .returning(person.c.id)
    )
    payload: dict[str, object] = {
        "pegawai": made,
        "akun": account,
        "nama": label,
        "nip": digits,
        "peran_sistem": sorted(roles),
    }
    record(tx, "person.added", payload, actor, now)
    return person_in(tx, made)


def person_in(tx: Tx, person_id: int) -> Person:
    """A person; raises NotFound."""
    row = tx.one(sa.select(*_PERSON).where(person.c.id == person_id))
    if row is None:
        raise NotFound("Pegawai tidak ada.")
    return _person(row)


_PERSON = [column for column in person.c if column.name != "password_hash"]


def _person(row: sa.Row[tuple[object, ...]]) -> Person:
    return Person(
        row.id,
        row.username,
        row.name,
        row.nip,
        bool(row.active),
        frozenset(row.system_roles.split()),
        bool(row.must_change_password),
        row.created,
        row.revision,
    )


def _roles(given: Iterable[str]) -> frozenset[str]:
    roles = frozenset(_ALIASES.get(role, role) for role in given)
    for role in sorted(roles - SYSTEM_ROLES):
        raise wrong("peran_sistem", f"Peran sistem “{role[:40]}” tidak dikenal; {', '.join(sorted(SYSTEM_ROLES))}.")
    return roles


def _free_nip(tx: Tx, nip: str | None, but: int | None) -> None:
    if nip is None:
        return
    row = tx.one(sa.select(person.c.username).where(person.c.nip == nip, person.c.id != (but or 0)))
    if row is not None:
        raise Conflict(f"NIP tersebut sudah dipakai akun “{row.username}”.")


def _other_administrator(tx: Tx, person_id: int) -> None:
    others = tx.all(sa.select(person.c.system_roles).where(person.c.active.is_(True), person.c.id != person_id))
    if not any(ADMINISTRATOR in row.system_roles.split() for row in others):
        raise Conflict("Harus tetap ada paling sedikit satu administrator yang aktif.")
