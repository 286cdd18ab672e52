"""Units of the office: a tree by code. Units are data; nothing in the code knows one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from process import authority
from process.accounts import record
from process.clock import Clock
from process.errors import Conflict, InvalidData, NotFound
from process.model import ADMINISTRATOR, Actor, FieldError, Unit
from process.store import Store, Tx
from process.tables import calendar, unit

MAX_NAME = 200
MAX_ROWS = 2000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_COLUMNS = ("kode", "nama", "induk", "kalender")


class Units:
    """Units; a part of `People`. Changing one is for administrators."""

    store: Store
    clock: Clock

    def units(self, *, active: bool | None = True) -> tuple[Unit, ...]:
        """Units by code; only active ones unless told otherwise (None: all)."""
        with self.store.reading() as tx:
            return units_in(tx, active=active)

    def unit(self, code: str) -> Unit:
        """One unit; raises NotFound."""
        with self.store.reading() as tx:
            return unit_in(tx, code)

    def add_unit(self, made: Unit, actor: Actor) -> Unit:
        """Add a unit. Raises Conflict when the code is taken, InvalidData, NotFound for an unknown parent."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            authority.require(actor, ADMINISTRATOR)
            return add_unit_in(tx, made, actor, now)

    def change_unit(
        self,
        code: str,
        actor: Actor,
        *,
        name: str | None = None,
        parent: str | None = None,
        letterhead: Sequence[str] | None = None,
        calendar: str | None = None,
        active: bool | None = None,
    ) -> Unit:
        """Change what is given (an empty parent or calendar clears it); on record with before and after."""
        now = self.clock.now()
        with self.store.transaction() as tx:
            authority.require(actor, ADMINISTRATOR)
            before = unit_in(tx, code)
            after = replace(
                before,
                name=before.name if name is None else name,
                parent=before.parent if parent is None else parent or None,
                letterhead=before.letterhead if letterhead is None else tuple(letterhead),
                calendar=before.calendar if calendar is None else calendar or None,
                active=before.active if active is None else active,
            )
            return change_unit_in(tx, before, after, actor, now)

    def import_units(self, content: bytes, actor: Actor) -> tuple[Unit, ...]:
        """Add the units of a CSV file `kode,nama,induk[,kalender]`, all or none, in any order.

        Raises InvalidData with an error per row; `path` is (row number in the file,). Units that exist are refused.
        """
        rows = read_units(content)
        now = self.clock.now()
        with self.store.transaction() as tx:
            authority.require(actor, ADMINISTRATOR)
            known = {row.code for row in tx.all(sa.select(unit.c.code))}
            waiting, errors, added = dict(rows), [], []
            while waiting:  # parents first
                ready = {line: made for line, made in waiting.items() if made.parent is None or made.parent in known}
                if not ready:
                    for line, made in waiting.items():
                        message = f"Unit induk “{made.parent}” tidak ada."
                        errors.append(FieldError((line,), "induk", message))
                    break
                for line, made in ready.items():
                    del waiting[line]
                    known.add(made.code)
                    try:
                        added.append(add_unit_in(tx, made, actor, now))
                    except (Conflict, InvalidData, NotFound) as error:
                        errors.append(FieldError((line,), "kode", str(error)))
            if errors:
                raise InvalidData(sorted(errors, key=lambda error: error.path))
            return tuple(added)


def units_in(tx: Tx, *, active: bool | None = True) -> tuple[Unit, ...]:
    """Units by code, inside a transaction."""
    query = sa.select(unit).order_by(unit.c.code)
    if active is not None:
        query = query.where(unit.c.active.is_(active))
    return tuple(_unit(row) for row in tx.all(query))


def unit_in(tx: Tx, code: str) -> Unit:
    """One unit inside a transaction; raises NotFound."""
    row = tx.one(sa.select(unit).where(unit.c.code == code))
    if row is None:
        raise NotFound(f"Unit kerja “{code}” tidak ada.")
    return _unit(row)


def add_unit_in(tx: Tx, made: Unit, actor: Actor, now: datetime) -> Unit:
    """`add_unit` inside a transaction; authority is the caller's affair."""
    made = _checked(tx, made)
    if tx.one(sa.select(unit.c.code).where(sa.func.lower(unit.c.code) == made.code.lower())) is not None:
        raise Conflict(f"Unit kerja dengan kode “{made.code}” sudah ada.")
    tx.execute(unit.insert().values(code=made.code, **_columns(made)))
    record(tx, "unit.added", {"kode": made.code, **_data(made)}, actor, now)
    return made


def change_unit_in(tx: Tx, before: Unit, after: Unit, actor: Actor, now: datetime) -> Unit:
    """Store a changed unit and put the difference on record; authority is the caller's affair."""
    after = _checked(tx, after)
    if after != before:
        tx.execute(unit.update().where(unit.c.code == before.code).values(**_columns(after)))
        old, new = _data(before), _data(after)
        changed = [key for key in old if old[key] != new[key]]
        payload: dict[str, object] = {
            "kode": before.code,
            "sebelum": {key: old[key] for key in changed},
            "sesudah": {key: new[key] for key in changed},
        }
        record(tx, "unit.changed", payload, actor, now)
    return after


def read_units(content: bytes) -> Mapping[int, Unit]:
    """The units of a CSV file by row number; raises InvalidData with an error per row."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong("berkas", "Berkas bukan teks UTF-8. Simpan sebagai CSV UTF-8.") from error
    if "\x00" in text or len(text) > 1_000_000:
        raise wrong("berkas", "Berkas bukan CSV yang wajar.")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    rows = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", restval=""
    )
    found: dict[int, Unit] = {}
    errors: list[FieldError] = []
    try:
        names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
        rows.fieldnames = names
        if "kode" not in names or "nama" not in names:
            raise InvalidData([FieldError((1,), "judul", "Baris pertama harus memuat judul kode,nama,induk.")])
        seen: set[str] = set()
        for row in rows:
            cell = {name: (row.get(name) or "").strip() for name in _COLUMNS}
            if not any(cell.values()):
                continue
            line = rows.line_num
            if cell["kode"].lower() in seen:
                errors.append(FieldError((line,), "kode", f"Kode “{cell['kode']}” tertulis dua kali."))
                continue
            seen.add(cell["kode"].lower())
            found[line] = Unit(cell["kode"], cell["nama"], cell["induk"] or None, (), cell["kalender"] or None)
    except csv.Error as error:
        errors.append(FieldError((rows.line_num,), "berkas", f"Baris tidak dapat dibaca sebagai CSV: {error}."))
    if not found and not errors:
        raise wrong("berkas", "Berkas tidak memuat satu pun unit kerja.")
    if len(found) > MAX_ROWS:
        raise wrong("berkas", f"Berkas memuat lebih dari {MAX_ROWS} baris.")
    if errors:
        raise InvalidData(errors)
    return found


def clean(text: str, field: str, label: str, most: int = MAX_NAME) -> str:
    """A line of text without control characters; raises InvalidData when nothing is left or it is too long."""
    text = " ".join("".join(c for c in text if c.isprintable()).split())
    if not text:
        raise wrong(field, f"{label} wajib diisi.")
    if len(text) > most:
        raise wrong(field, f"{label} paling panjang {most} karakter.")
    return text


def remark(text: str | None, most: int = 1000) -> str | None:
    """A reason or note as it goes on record: without control characters, None for an empty one."""
    kept = "".join(c for c in text or "" if c.isprintable() or c == "\n").strip()[:most]
    return kept or None


def _checked(tx: Tx, made: Unit) -> Unit:
    if not _CODE.fullmatch(made.code):
        message = (
            f"Kode unit “{made.code[:40]}” tidak sah: huruf, angka, “.”, “-” atau “_”, paling panjang 40 karakter."
        )
        raise wrong("kode", message)
    lines = tuple(clean(line, "kop", "Baris kop surat") for line in made.letterhead if line.strip())
    if len(lines) > 8:
        raise wrong("kop", "Kop surat paling banyak delapan baris.")
    made = replace(made, name=clean(made.name, "nama", "Nama unit kerja"), letterhead=lines)
    if made.calendar and tx.one(sa.select(calendar.c.code).where(calendar.c.code == made.calendar)) is None:
        raise NotFound(f"Kalender kerja “{made.calendar}” tidak ada.")
    above, steps = made.parent, 0
    while above is not None:
        if above == made.code or steps > 20:
            raise wrong("induk", f"Unit “{made.code}” tidak dapat berada di bawah dirinya sendiri.")
        row = tx.one(sa.select(unit.c.parent).where(unit.c.code == above))
        if row is None:
            raise NotFound(f"Unit induk “{above}” tidak ada.")
        above, steps = row.parent, steps + 1
    return made


def _columns(made: Unit) -> dict[str, object]:
    return {
        "name": made.name,
        "parent": made.parent,
        "letterhead": "\n".join(made.letterhead),
        "calendar": made.calendar,
        "active": made.active,
    }


def _data(made: Unit) -> dict[str, object]:
    return {
        "nama": made.name,
        "induk": made.parent,
        "kop": list(made.letterhead),
        "kalender": made.calendar,
        "aktif": made.active,
    }


def _unit(row: sa.Row[tuple[object, ...]]) -> Unit:
    lines = tuple(row.letterhead.split("\n")) if row.letterhead else ()
    return Unit(row.code, row.name, row.parent, lines, row.calendar, bool(row.active))


def wrong(field: str, message: str) -> InvalidData:
    """One thing that is wrong with one field."""
    return InvalidData([FieldError((field,), field, message)])
