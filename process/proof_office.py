"""What the events of the system's and the processes' streams say the office's rows must be: persons, positions, units,
calendars, settings, versions, seals, erasures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bpmn.compile import compile_process
from bpmn.errors import BpmnError
from forms.canonical import digest, dumps
from process.approval import setting_name
from process.audit import Link, Misfit
from process.calendar_files import from_data, to_data
from process.clock import micros
from process.packing import unpack, unpack_bytes
from process.proof_rows import ODD, UNKNOWN, Findings, Told
from process.record import SYSTEM_STREAM
from process.store import Tx
from process.tables import (
    calendar,
    metadata,
    person,
    process_definition,
    process_version,
    seal,
    setting,
    stream,
    version_form,
)
from process.trail_tables import erasure
from process.version_digest import version_digest

_POSITION = ("person", "role", "unit", "kind", "title", "basis", "from_date", "to_date")
_POSITION_WORDS = ("pegawai", "peran", "unit", "jenis", "nama_jabatan", "dasar", "mulai", "sampai")
_PERSON_WORDS = {"nama": "name", "nip": "nip", "peran_sistem": "system_roles"}
_UNIT_WORDS = {"nama": "name", "induk": "parent", "kop": "letterhead", "kalender": "calendar", "aktif": "active"}


class OfficeTold:
    """Follows the events of the system and of every process."""

    def __init__(self) -> None:
        self.persons: dict[Any, dict[str, Any]] = {}  # by account
        self.positions: dict[Any, dict[str, Any]] = {}
        self.units: dict[Any, dict[str, Any]] = {}
        self.calendars: dict[Any, Any] = {}  # code -> data
        self.settings: dict[Any, Any] = {}
        self.versions: dict[tuple[str, Any], dict[str, Any]] = {}
        self.forms: dict[tuple[str, Any], Mapping[str, str]] = {}
        self.owners: dict[str, Any] = {}
        self.seals: dict[tuple[str, int], dict[str, Any]] = {}
        self.erased: dict[tuple[str, int], int] = {}  # (stream, seq) -> seq of the event that says so
        self.seqs: dict[Any, tuple[str, int]] = {}
        self.rows = 0  # compared
        self.vague: set[str] = set()  # tables of which an erased payload told something
        self.lost: set[tuple[str, Any]] = set()  # (table, key) of rows of which it did

    def follow(self, name: str, link: Link, told: Told) -> None:
        handler = _HANDLERS.get(link.type)
        if handler is not None:
            handler(self, name, link, told)

    def _said(self, table: str, key: Any, name: str, link: Link) -> None:
        self.seqs[table, key] = (name, link.seq)

    def _person(self, name: str, link: Link, told: Told) -> None:
        number = told.must("pegawai")
        if told.erased:
            self.lost.add(("person", number))
            if number is UNKNOWN:  # any of them
                self.vague.add("person")
                self.persons.clear()
            return
        account = told.must("akun")
        row = self.persons.setdefault(account, {"username": account, "id": number})
        self._said("person", account, name, link)
        if link.type == "person.added":
            row |= {
                "name": told.must("nama"),
                "nip": told.must("nip"),
                "system_roles": " ".join(told.data.get("peran_sistem", ())),
                "active": True,
                "created": link.at,
            }
        elif link.type == "person.changed":
            row |= {_PERSON_WORDS[word]: value for word, value in told.data["sesudah"].items()}
        else:
            row["active"] = link.type == "person.enabled"

    def _position(self, name: str, link: Link, told: Told) -> None:
        key = told.must("jabatan")
        self._said("position", key, name, link)
        if told.erased:
            self.lost.add(("position", key))
        elif link.type == "position.added":
            words = zip(_POSITION, _POSITION_WORDS, strict=True)
            self.positions[key] = {"id": key, **{column: told.must(word) for column, word in words}}
        else:
            self.positions.setdefault(key, {"id": key})["to_date"] = told.data["sesudah"].get("sampai", UNKNOWN)

    def _unit(self, name: str, link: Link, told: Told) -> None:
        code = told.must("kode")
        self._said("unit", code, name, link)
        if told.erased:
            self.lost.add(("unit", code))
            return
        new = told.data if link.type == "unit.added" else told.data["sesudah"]
        row = self.units.setdefault(code, {"code": code})
        row |= {column: new[word] for word, column in _UNIT_WORDS.items() if word in new}
        if isinstance(row.get("letterhead"), list):
            row["letterhead"] = "\n".join(row["letterhead"])

    def _calendar(self, name: str, link: Link, told: Told) -> None:
        code = told.must("kode")
        self._said("calendar", code, name, link)
        if told.erased:
            self.lost.add(("calendar", code))
        elif link.type == "calendar.added":
            self.calendars[code] = dict(told.data["sesudah"])
        else:
            old, new = told.data["sebelum"], told.data["sesudah"]
            data = self.calendars.setdefault(code, {})
            data |= {key: value for key, value in new.items() if key != "hari"}
            gone = {day["tanggal"] for day in old.get("hari", ())}
            days = [day for day in data.get("hari", ()) if day["tanggal"] not in gone]
            data["hari"] = sorted([*days, *new.get("hari", ())], key=lambda day: str(day["tanggal"]))

    def _setting(self, name: str, link: Link, told: Told) -> None:
        own = name.removeprefix("process:")
        key = told.must("nama") if name == SYSTEM_STREAM else setting_name(own)
        if key is UNKNOWN:  # any of them
            self.vague.add("setting")
            self.settings.clear()
        elif told.erased:
            self.lost.add(("setting", key))
        else:
            self.settings[key] = told.must("sesudah")
        self._said("setting", key, name, link)

    def _published(self, name: str, link: Link, told: Told) -> None:
        process = name.removeprefix("process:")
        key = (process, told.must("versi"))
        self._said("process_version", key, name, link)
        if told.erased:
            self.lost.add(("process_version", key))
            return
        self.owners.setdefault(process, told.must("unit"))
        self.forms[key] = told.data.get("formulir", {})
        self.versions[key] = {
            "process_id": process,
            "number": key[1],
            "digest": told.must("digest"),
            "effective_from": micros(datetime.fromisoformat(told.data["berlaku"])),
            "calendar": told.must("kalender"),
            "published_by": link.actor,
            "published_at": link.at,
            "note": told.may("catatan"),
            "revoked_at": None,
        }

    def _revoked(self, name: str, link: Link, told: Told) -> None:
        key = (name.removeprefix("process:"), told.must("versi"))
        self.versions.setdefault(key, {})["revoked_at"] = link.at
        self._said("process_version", key, name, link)

    def _sealed(self, name: str, link: Link, told: Told) -> None:
        if told.erased:
            self.vague.add("seal")
        for one in told.data.get("segel", ()):
            self.seals[one["rantai"], one["nomor"]] = {"head": bytes.fromhex(one["sidik"]), "at": link.at}
            self._said("seal", (one["rantai"], one["nomor"]), name, link)

    def _erased(self, name: str, link: Link, told: Told) -> None:
        for one in told.data.get("isi", ()):
            self.erased[one["rantai"], one["nomor"]] = link.seq

    # -- comparing --------------------------------------------------------------------------------------------------

    def compare(self, tx: Tx) -> list[Misfit]:
        """What in the tables is not what the events say."""
        system = Findings(SYSTEM_STREAM)
        streams = {row.id: row.name for row in tx.all(sa.select(stream.c.id, stream.c.name))}
        looks: tuple[tuple[str, Callable[[], None]], ...] = (
            ("person", lambda: self._persons(tx, system)),
            ("position", lambda: self._table(tx, system, "position", "id", self.positions)),
            ("unit", lambda: self._table(tx, system, "unit", "code", self.units)),
            ("calendar", lambda: self._calendars(tx, system)),
            ("setting", lambda: self._settings(tx, system)),
            ("seal", lambda: self._seals(tx, system, streams)),
            ("erasure", lambda: self._erasures(tx, system, streams)),
            ("process_version", lambda: self._processes(tx, system, streams)),
        )
        for table, look in looks:
            try:
                look()
            except ODD:
                system.odd(table)
        return list(system)

    def _settings(self, tx: Tx, findings: Findings) -> None:
        stored = {row.name: {"value": unpacked(row.value)} for row in tx.all(sa.select(setting))}
        expected = {key: {"value": dumps(value)} for key, value in self.settings.items()}
        self._compare(findings, "setting", expected, stored)

    def _erasures(self, tx: Tx, findings: Findings, streams: Mapping[int, str]) -> None:
        gone = {(streams.get(row.stream, str(row.stream)), row.seq): row.by_seq for row in tx.all(sa.select(erasure))}
        for key in sorted(gone.keys() | self.erased.keys()):
            if gone.get(key) != self.erased.get(key):
                findings.found.append(
                    Misfit(SYSTEM_STREAM, self.erased.get(key, 0), "erasure_altered", f"{key[0]} nomor {key[1]}")
                )

    def _compare(self, findings: Findings, table: str, expected: Mapping[Any, Any], found: Mapping[Any, Any]) -> None:
        self.rows += len(found)
        lost = {key for name, key in self.lost if name == table}
        seqs = {key: seq for (name, key), (_, seq) in self.seqs.items() if name == table}
        findings.compare(
            table,
            {key: row for key, row in expected.items() if key not in lost},
            {key: row for key, row in found.items() if key not in lost},
            seqs,
            tolerant=table in self.vague,
        )

    def _table(self, tx: Tx, findings: Findings, table: str, key: str, expected: Mapping[Any, Any]) -> None:
        rows = tx.all(_as_stored(tx, metadata.tables[table]))
        self._compare(findings, table, expected, {row._mapping[key]: row._mapping for row in rows})

    def _persons(self, tx: Tx, findings: Findings) -> None:
        lost = {key for table, key in self.lost if table == "person"}
        rows = {row.username: row._mapping for row in tx.all(_as_stored(tx, person)) if row.id not in lost}
        known = {key: row for key, row in self.persons.items() if row.get("id") not in lost}
        self._compare(findings, "person", known, rows)

    def _calendars(self, tx: Tx, findings: Findings) -> None:
        rows = {}
        for row in tx.all(sa.select(calendar)):
            try:
                data = to_data(from_data(unpack(row.data)))
            except Exception:  # whatever was put there is not a calendar
                data = {}
            rows[row.code] = {"data": data, "name": row.name}
        expected = {code: {"data": data, "name": data.get("nama")} for code, data in self.calendars.items()}
        self._compare(findings, "calendar", expected, rows)

    def _seals(self, tx: Tx, findings: Findings, streams: Mapping[int, str]) -> None:
        rows = {}
        for row in tx.all(sa.select(seal)):
            rows[streams.get(row.stream, str(row.stream)), row.seq] = {"head": bytes(row.head), "at": row.at}
        known = set(streams.values())
        missing = {name for name, _ in self.seals if name not in known}
        findings.found.extend(Misfit(name, 1, "stream_missing", "pernah disegel") for name in sorted(missing))
        for key in sorted(rows.keys() | self.seals.keys()):
            if key[0] in missing or (key not in self.seals and "seal" in self.vague):
                continue
            if rows.get(key) != self.seals.get(key):
                seq = self.seqs.get(("seal", key), ("", 0))[1]
                findings.found.append(Misfit(SYSTEM_STREAM, seq, "seal_altered", f"{key[0]} nomor {key[1]}"))

    def _processes(self, tx: Tx, system: Findings, streams: Mapping[int, str]) -> None:
        """Versions, their forms and what they are versions of."""
        forms: dict[int, dict[str, Any]] = {}
        for row in tx.all(sa.select(version_form)):
            forms.setdefault(row.version, {})[row.form_id] = row
        rows = {(row.process_id, row.number): row for row in tx.all(sa.select(process_version))}
        named = set(streams.values())
        definitions = {row.id: row for row in tx.all(sa.select(process_definition))}
        processes = sorted(definitions.keys() | {key[0] for key in self.versions} | {key[0] for key in rows})
        for process in processes:
            findings = Findings(f"process:{process}")
            if findings.stream not in named:
                findings.found.append(Misfit(findings.stream, 1, "stream_missing"))
            expected = {key: row for key, row in self.versions.items() if key[0] == process}
            own = {key: row for key, row in rows.items() if key[0] == process}
            self._compare(findings, "process_version", expected, {key: row._mapping for key, row in own.items()})
            for key in sorted(own):
                try:
                    self._contents(findings, key, own[key], forms.pop(own[key].id, {}))
                except ODD:
                    findings.odd("version_form")
            try:
                self._definition(findings, process, definitions.get(process), own)
            except ODD:
                findings.odd("process_definition")
            system.found.extend(findings)
        for version_id, some in forms.items():
            system.add("row_inserted", "version_form", f"{version_id}/{', '.join(sorted(some))}")

    def _contents(self, findings: Findings, key: tuple[str, Any], row: Any, forms: Mapping[str, Any]) -> None:
        """Diagram and forms are what their digests say, and those of the event."""
        seq = self.seqs.get(("process_version", key), ("", 0))[1]
        shown = f"{key[0]}/{key[1]}"
        sources = {form_id: unpacked(form.content) for form_id, form in forms.items()}
        expected = self.forms.get(key)
        if expected is None:
            return
        for form_id in sorted(expected.keys() | forms.keys()):
            if form_id not in forms:
                findings.add("row_missing", "version_form", f"{shown}/{form_id}", (), seq)
            elif form_id not in expected:
                findings.add("row_inserted", "version_form", f"{shown}/{form_id}", (), seq)
            else:
                wrong = [
                    name
                    for name, value in (("digest", forms[form_id].digest), ("content", digest(sources[form_id])))
                    if value != expected[form_id]
                ]
                if wrong:
                    findings.add("row_altered", "version_form", f"{shown}/{form_id}", wrong, seq)
        if version_digest(unpacked(row.diagram), sources) != row.digest and not findings.found:
            findings.add("row_altered", "process_version", shown, ("diagram",), seq)

    def _definition(self, findings: Findings, process: str, row: Any, versions: Mapping[Any, Any]) -> None:
        if row is None:
            findings.add("row_missing", "process_definition", process)
            return
        expected = {"owner_unit": self.owners.get(process, UNKNOWN)}
        if versions:
            try:
                newest = compile_process(unpacked(versions[max(versions)].diagram))
            except BpmnError:  # the diagram was altered, which is said already
                pass
            else:
                expected["name"] = newest.name
        if not versions:
            findings.add("row_inserted", "process_definition", process)
        else:
            findings.compare("process_definition", {process: expected}, {process: row._mapping}, {})


def _as_stored(tx: Tx, table: sa.Table) -> sa.Select[Any]:
    """All rows; on SQLite, which knows no booleans, with the numbers that stand for them: 2 is neither."""
    number = sa.Integer()
    return sa.select(
        *(
            sa.type_coerce(c, number).label(c.name) if tx.sqlite and isinstance(c.type, sa.Boolean) else c
            for c in table.c
        )
    )


def unpacked(stored: bytes) -> bytes:
    """What is stored, unpacked; bytes that cannot be are what somebody put there."""
    try:
        return unpack_bytes(bytes(stored))
    except Exception:  # of any kind: the digest will not fit
        return bytes(stored)


_HANDLERS: Mapping[str, Callable[[OfficeTold, str, Link, Told], None]] = {
    **dict.fromkeys(("person.added", "person.changed", "person.disabled", "person.enabled"), OfficeTold._person),
    **dict.fromkeys(("position.added", "position.ended"), OfficeTold._position),
    **dict.fromkeys(("unit.added", "unit.changed"), OfficeTold._unit),
    **dict.fromkeys(("calendar.added", "calendar.changed"), OfficeTold._calendar),
    "setting.changed": OfficeTold._setting,
    "version.published": OfficeTold._published,
    "version.revoked": OfficeTold._revoked,
    "stream.sealed": OfficeTold._sealed,
    "payload.erased": OfficeTold._erased,
}
