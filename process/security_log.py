"""The security log: logins, failures and refusals, apart from the record of what was done. For auditors and
administrators."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from process import authority
from process.clock import Clock, instant, micros
from process.errors import InvalidData
from process.model import ADMINISTRATOR, AUDITOR, Actor, FieldError
from process.packing import pack, unpack
from process.store import Store
from process.tables import person, security_event

PER_PAGE = 50

# What the types are called on pages. One that is not here is shown by its code.
TYPES: Mapping[str, str] = {
    "login.ok": "Masuk",
    "login.failed": "Gagal masuk",
    "login.blocked": "Percobaan masuk ditahan",
    "logout": "Keluar",
    "password.reset": "Kata sandi diatur ulang",
    "password.changed": "Kata sandi diganti",
    "password.check_failed": "Kata sandi konfirmasi salah",
    "session.expired": "Sesi berakhir",
    "access.refused": "Akses ditolak",
    "access.not_found": "Data tidak ada atau tidak boleh dilihat",
    "access.forged": "Kiriman tanpa tanda halaman yang sah (CSRF)",
    "access.withheld": "Penolakan selanjutnya dalam menit ini hanya dihitung",
}
PER_ADDRESS = 20  # refusals of one address that a minute keeps, and
PER_MINUTE = 600  # of all together: nobody can fill the disk by being refused
KEPT = timedelta(days=2 * 365)
_MAX_PATH = 200


@dataclass(frozen=True, slots=True)
class SecuritySelection:
    """Which rows are meant; what is left empty does not narrow. `since` is included, `until` is not; `who` is an
    account name, `address` the beginning of a network address."""

    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    address: str = ""
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecurityRow:
    """`username`: as it was typed, where an account has that name; `name`: of the person now; `data`: what else."""

    id: int
    at: datetime
    type: str
    username: str | None
    name: str | None
    address: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """Rows, the newest first. `older`: the key of the next page, None at the end."""

    rows: tuple[SecurityRow, ...]
    older: int | None


class SecurityLog:
    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._lock = threading.Lock()
        self._minute = 0
        self._kept: dict[str, int] = {}  # refusals of this minute that were told in full, by address
        self._counted: dict[str, int] = {}  # those that were only counted; "": of addresses that have no row
        self._before: dict[str, int] = {}  # the same of earlier minutes, until a row tells it

    def refused(
        self, kind: str, actor: Actor | None, address: str, *, method: str, path: str, why: str, request: str
    ) -> None:
        """Note a refusal: `kind` of TYPES, the address of the page without what was asked after “?” or sent with it.

        Each address is told in full PER_ADDRESS times a minute, all together PER_MINUTE times; then only a count is
        kept, which the first row of a later minute tells (`ditahan`)."""
        now = self.clock.now()
        admitted = self._admit(now, address)
        if admitted is None:
            return
        withheld, last = admitted
        data: dict[str, Any] = {"cara": method[:10], "alamat": _plain(path), "sebab": why, "permintaan": request}
        if withheld:
            data["ditahan"] = withheld
        with self.store.transaction() as tx:
            tx.execute(
                security_event.insert().values(
                    at=micros(now),
                    type="access.withheld" if last else kind,
                    person=actor.person_id if actor else None,
                    username=None,
                    address=address[:80],
                    data=pack(data),
                )
            )

    def _admit(self, now: datetime, address: str) -> tuple[int, bool] | None:
        """None when this one is only counted; else how many were only counted before (of this address, and of those
        that had no row), and whether what follows will be."""
        minute = micros(now) // 60_000_000
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                for one, count in self._counted.items():
                    key = one if one in self._before or len(self._before) < PER_MINUTE else ""
                    self._before[key] = self._before.get(key, 0) + count
                self._kept, self._counted = {}, {}
            kept = self._kept.get(address, 0)
            total = sum(self._kept.values())
            if kept >= PER_ADDRESS or total >= PER_MINUTE:
                key = address if kept else ""  # so that what is kept in memory has its bounds, too
                self._counted[key] = self._counted.get(key, 0) + 1
                return None
            self._kept[address] = kept + 1
            last = kept + 1 == PER_ADDRESS or total + 1 == PER_MINUTE
            return self._before.pop(address, 0) + self._before.pop("", 0), last

    def trim(self) -> int:
        """Remove what is older than KEPT; returns how many rows."""
        until = micros(self.clock.now() - KEPT)
        with self.store.transaction() as tx:
            return tx.execute(security_event.delete().where(security_event.c.at < until)).rowcount

    def page(
        self, selection: SecuritySelection, actor: Actor, *, before: int | None = None, per_page: int = PER_PAGE
    ) -> SecurityPage:
        """A page, older than the row `before`. Raises Forbidden, InvalidData."""
        authority.require(actor, AUDITOR, ADMINISTRATOR)
        if selection.since and selection.until and selection.since >= selection.until:
            raise InvalidData([FieldError(("sampai",), "sampai", "Akhir periode harus sesudah awalnya.")])
        where: list[sa.ColumnElement[bool]] = []
        if selection.since is not None:
            where.append(security_event.c.at >= micros(selection.since))
        if selection.until is not None:
            where.append(security_event.c.at < micros(selection.until))
        if selection.who.strip():
            where.append(sa.or_(security_event.c.username == selection.who.strip().lower(),
                                person.c.username == selection.who.strip().lower()))  # fmt: skip
        if selection.address.strip():
            where.append(security_event.c.address.startswith(selection.address.strip(), autoescape=True))
        if selection.types:
            where.append(security_event.c.type.in_(selection.types))
        if before is not None:
            where.append(security_event.c.id < before)
        query = (
            sa.select(security_event, person.c.username.label("account"), person.c.name)
            .outerjoin(person, person.c.id == security_event.c.person)
            .where(*where)
            .order_by(security_event.c.id.desc())
            .limit(per_page + 1)
        )
        with self.store.reading() as tx:
            found = tx.all(query)
        rows = tuple(
            SecurityRow(
                row.id, instant(row.at), row.type, row.username or row.account, row.name, row.address,
                unpack(bytes(row.data)) if row.data is not None else {},
            )
            for row in found[:per_page]
        )  # fmt: skip
        return SecurityPage(rows, rows[-1].id if len(found) > per_page else None)


def _plain(path: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in path[:_MAX_PATH])
