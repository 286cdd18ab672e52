"""What the codes in the record are called: units, processes, steps, documents. For files that people read.

Names of persons and titles are not here: the record holds them as they were. A step is called as in the newest version
of its process that has it, so that one step has one name in a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from process.definitions import Definitions
from process.errors import InvalidData
from process.model import FieldError
from process.selection import Selection, check
from process.store import Store
from process.tables import instance, person, process_definition, process_version, unit


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an SOP: its number in the official order, its name, the lane that does it."""

    number: int
    name: str
    lane: str


@dataclass(frozen=True)
class Naming:
    """Names by code; `steps` by (process, element), `documents` by (process, key)."""

    units: Mapping[str, str]
    processes: Mapping[str, str]
    steps: Mapping[tuple[str, str], Step]
    documents: Mapping[tuple[str, str], str]

    def step(self, process_id: str | None, element: str | None) -> Step | None:
        return self.steps.get((process_id or "", element or ""))


def naming(store: Store, definitions: Definitions) -> Naming:
    """The names as of now, over all versions of all processes."""
    steps: dict[tuple[str, str], Step] = {}
    documents: dict[tuple[str, str], str] = {}
    with store.reading() as tx:
        units = {row.code: row.name for row in tx.all(sa.select(unit.c.code, unit.c.name))}
        processes = {row.id: row.name for row in tx.all(sa.select(process_definition.c.id, process_definition.c.name))}
        versions = sa.select(process_version.c.id).order_by(process_version.c.process_id, process_version.c.number)
        for row in tx.all(versions):
            version = definitions.load(tx, row.id)
            process = version.process
            lanes = {lane.id: lane.name for lane in process.lanes}
            for task in process.tasks.values():
                step = Step(task.number, task.name, lanes.get(task.lane, task.role))
                steps[version.process_id, task.id] = step
            for document in process.documents.values():
                documents[version.process_id, document.key] = document.name
    return Naming(units, processes, steps, documents)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a selection names, in words; empty where it names nothing."""

    person: str = ""
    unit: str = ""
    process: str = ""
    instance: str = ""


def meaning(store: Store, selection: Selection) -> Meaning:
    """The names of what a selection names. Raises InvalidData for whatever does not exist, all of it at once."""
    check(selection)
    asked = (
        ("pegawai", "Pegawai", selection.person, person.c.id, person.c.name),
        ("unit", "Unit kerja", selection.unit, unit.c.code, unit.c.name),
        ("proses", "Proses", selection.process, process_definition.c.id, process_definition.c.name),
        ("pelaksanaan", "Pelaksanaan", selection.instance, instance.c.id, instance.c.title),
    )
    names: list[str] = []
    errors = []
    with store.reading() as tx:
        for field, label, value, key, name in asked:
            found = "" if value is None else tx.scalar(sa.select(name).where(key == value))
            if found is None:
                errors.append(FieldError((field,), field, f"{label} “{str(value)[:60]}” tidak dikenal."))
            names.append(str(found or value or ""))
    if errors:
        raise InvalidData(errors)
    return Meaning(*names)


def meanings(store: Store, selections: Iterable[Selection]) -> dict[Selection, Meaning]:
    """The names of what several selections name, read at once; what does not exist (any more) is called by its code."""
    asked = tuple(dict.fromkeys(selections))
    tables = (
        ([one.person for one in asked], person.c.id, person.c.name),
        ([one.unit for one in asked], unit.c.code, unit.c.name),
        ([one.process for one in asked], process_definition.c.id, process_definition.c.name),
        ([one.instance for one in asked], instance.c.id, instance.c.title),
    )
    columns = []
    with store.reading() as tx:
        for values, key, name in tables:
            wanted = {value for value in values if value is not None}
            rows = tx.all(sa.select(key.label("key"), name.label("name")).where(key.in_(wanted))) if wanted else ()
            known = {row.key: row.name for row in rows}
            columns.append([str(known.get(value) or ("" if value is None else value)) for value in values])
    return {one: Meaning(*(column[at] for column in columns)) for at, one in enumerate(asked)}


def person_of(store: Store, account: str) -> int | None:
    """The id of the person with an account of that name, in any case of letters; None without one."""
    with store.reading() as tx:
        found: int | None = tx.scalar(sa.select(person.c.id).where(person.c.username == account.strip().lower()))
        return found


def processes(store: Store) -> dict[str, str]:
    """The names of all processes by id."""
    with store.reading() as tx:
        return {row.id: row.name for row in tx.all(sa.select(process_definition.c.id, process_definition.c.name))}


def people(store: Store, most: int = 500) -> list[tuple[str, str]]:
    """(account, name) of the first `most` persons by name, also of those who left: to choose from."""
    with store.reading() as tx:
        query = sa.select(person.c.username, person.c.name).order_by(person.c.name, person.c.id).limit(most)
        return [(row.username, row.name) for row in tx.all(query)]


def accounts(store: Store, ids: Iterable[int]) -> dict[int, str]:
    """The account names of persons by id."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    with store.reading() as tx:
        query = sa.select(person.c.id, person.c.username).where(person.c.id.in_(wanted))
        return {row.id: row.username for row in tx.all(query)}
