"""The security log: logins, failures and refusals, apart from the record of what was done. For auditors and
administrators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from process import authority
from process.clock import instant, micros
from process.errors import InvalidData
from process.model import ADMINISTRATOR, AUDITOR, Actor, FieldError
from process.store import Store, unpack
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
    "access.refused": "Akses ditolak",
}


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
    def __init__(self, store: Store) -> None:
        self.store = store

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
