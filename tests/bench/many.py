"""An office with as many events as one likes: valid chains of what instances, people and settings leave behind.

What is recorded is what the engine records, in its words and in the order of time; the flow itself is not run. Rows of
instances and user tasks are there, without documents. The same seed gives the same office.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from bpmn.model import Process
from process import audit
from process.clock import instant, micros
from process.model import ADMINISTRATOR, PENGELOLA, Actor, AuditEvent, Held
from process.office import Office
from process.packing import pack_bytes
from process.record import SYSTEM_STREAM, process_stream
from process.store import Tx
from process.tables import event, event_payload, instance, person, position, stream, unit, user_task
from service import demo
from tests.bench.scripts import DAY, HOUR, Act, Cast, Quarter, Task, Who, administration, publications

BATCH = 20_000  # events of one transaction
PER_INSTANCE = 80  # events, about
ADMINISTRATION = 0.04  # part of the events that is not of instances, about
_PEOPLE = {"staf": 3, "perencana_ahli_muda": 1, "kepala_bagian": 1}  # of each unit
_EVENT = AuditEvent._fields
_TASK = ("id", "instance", "ref", "element", "item", "pass", "number", "name", "role", "unit", "assignee", "state",
         "available", "claimed", "completed", "due", "late", "completed_by", "position")  # fmt: skip
_INSTANCE = ("id", "version", "process_id", "owner_unit", "business_key", "ordinal", "title", "state", "snapshot",
             "revision", "starter", "starter_name", "starter_title", "starter_unit", "started", "finished", "stream",
             "event_seq", "event_head")  # fmt: skip
_MOVING = ("state", "finished", "event_seq", "event_head")


@dataclass(frozen=True)
class Filled:
    """What was made: how many events, when the last one happened, and the ids of the instances, oldest first."""

    events: int
    until: datetime
    instances: tuple[str, ...]


@dataclass(eq=False)
class _Line:
    """A stream that is being written, and the script that says what comes next."""

    id: int
    name: str
    seq: int
    head: bytes
    script: Iterator[Act]
    quarter: Quarter | None = None
    row: dict[str, Any] | None = None  # of its instance


def fill(
    office: Office, events: int, *, seed: int = 1, days: int | None = None, units: int = 30, processes: int = 3,
    index: bool = True,
) -> Filled:  # fmt: skip
    """Add at least `events` events (the last use case is whole) to an office with the shipped SOP in force, from its
    clock on over `days` days.

    `units` and `processes` is how many of each there shall be at least; with `index` every event is in the index
    afterwards. The clock is left alone: set it to `until` to look back on all of it.
    """
    rng = random.Random(seed)
    for number in range(2, processes + 1):
        _publish_another(office, number)
    with office.store.transaction() as tx:
        cast = _cast(office, tx, rng, units)
        versions = _versions(office, tx)
    started = micros(office.clock.now())
    length = (days or max(30, events // 2_000)) * DAY
    writer = _Writer(
        office, cast, versions, started, length // max(1, events // PER_INSTANCE), length / (events * 0.04)
    )
    if index:
        office.index.catch_up()
    while writer.made < events:
        writer.write(min(BATCH, events - writer.made))
        if index:
            office.index.catch_up(batch=BATCH)
    writer.close()
    return Filled(writer.made, instant(writer.now), tuple(writer.instances))


class _Writer:
    """Lets the scripts happen in the order of time."""

    def __init__(
        self, office: Office, cast: Cast, versions: Sequence[tuple[int, Process, str]], started: int, apart: float,
        pause: float,
    ) -> None:  # fmt: skip
        """`apart`: µs between two starts on average; `pause`: µs between two acts of administration."""
        self.office = office
        self.cast = cast
        self.versions = versions
        self.now = started
        self.apart = apart
        self.made = 0
        self.instances: list[str] = []
        self._running: dict[int, _Line] = {}
        self._order = itertools.count()
        self._due: list[tuple[int, int, _Line | None, Act | None]] = []
        with office.store.reading() as tx:
            self._stream = tx.scalar(sa.select(sa.func.max(stream.c.id)))
            wanted = [SYSTEM_STREAM, *(process_stream(one) for one in dict.fromkeys(key for _, _, key in versions))]
            for row in tx.all(sa.select(stream).where(stream.c.name.in_(wanted))):
                script = administration(cast, pause / HOUR) if row.name == SYSTEM_STREAM else publications(cast, 400)
                self._go_on(_Line(row.id, row.name, row.seq, bytes(row.head), script), started)
        self._plan_start()

    def _plan_start(self) -> None:
        after = int(self.cast.rng.expovariate(1 / self.apart))
        heapq.heappush(self._due, (self.now + after, next(self._order), None, None))

    def write(self, most: int) -> None:
        """Make and store the next `most` events; a few more when the last use case has several."""
        rows: list[tuple[Any, ...]] = []
        payloads: list[tuple[Any, ...]] = []
        touched: dict[int, _Line] = {}
        fresh: list[_Line] = []
        ended: list[_Line] = []
        while len(rows) < most:
            self.now, _, line, act = heapq.heappop(self._due)
            if line is None:
                line = self._start()
                fresh.append(line)
                self._plan_start()
                act = next(line.script)
            assert act is not None
            touched[line.id] = line
            _record(line, act, self.now, self.cast.rng, rows, payloads)
            if not self._go_on(line, self.now):
                ended.append(line)
        self.made += len(rows)
        with self.office.store.transaction() as tx:
            _insert(tx, stream, ("id", "name"), [(one.id, one.name) for one in fresh])
            _insert(tx, event, _EVENT, rows)
            _insert(tx, event_payload, ("stream", "seq", "salt", "data"), payloads)
            self._store_instances(tx, fresh, touched)
            self._store_tasks(tx, ended)

    def close(self) -> None:
        """The tasks of instances that are still running; and keys go on after ours."""
        with self.office.store.transaction() as tx:
            self._store_tasks(tx, list(self._running.values()))
            if not tx.sqlite:
                tx.execute(sa.text("SELECT setval(pg_get_serial_sequence('stream', 'id'), max(id)) FROM stream"))

    def _start(self) -> _Line:
        number = len(self.instances)
        name = f"i{number:015}"
        version, process, process_id = self.versions[0 if self.cast.rng.random() < 0.8 else number % len(self.versions)]
        quarter = Quarter(self.cast, process)
        who, held = quarter.starter
        assert held is not None
        self._stream += 1
        self.instances.append(name)
        row = {
            "id": name, "version": version, "process_id": process_id, "owner_unit": quarter.owner,
            "business_key": f"k{number}", "ordinal": 1, "title": f"Data Kinerja Nomor {number + 1}",
            "state": "running", "snapshot": b"\0", "revision": 1, "starter": who.person_id, "starter_name": who.name,
            "starter_title": held.title, "starter_unit": held.unit, "started": self.now, "finished": None,
            "stream": self._stream,
        }  # fmt: skip
        stream_name = f"instance:{name}"
        made = _Line(self._stream, stream_name, 0, audit.genesis(stream_name), quarter.script(), quarter, row)
        self._running[made.id] = made
        return made

    def _go_on(self, line: _Line, at: int) -> bool:
        """Plan what comes next in a stream; False when that was all."""
        if line.quarter is not None:
            line.quarter.happened(at)
        act = next(line.script, None)
        if act is None:
            return False
        heapq.heappush(self._due, (at + act.after, next(self._order), line, act))
        return True

    def _store_instances(self, tx: Tx, fresh: Iterable[_Line], touched: dict[int, _Line]) -> None:
        for line in touched.values():
            if line.row is not None and line.quarter is not None:
                line.row |= {"state": line.quarter.state, "event_seq": line.seq, "event_head": line.head}
                line.row["finished"] = line.quarter.ended
        made = {line.id: line for line in fresh}
        _insert(tx, instance, _INSTANCE, [[line.row[name] for name in _INSTANCE] for line in made.values() if line.row])
        moved = [line for line in touched.values() if line.row is not None and line.id not in made]
        if moved:
            tx.execute(
                instance.update().where(instance.c.id == sa.bindparam("key")).values(
                    {name: sa.bindparam(f"new_{name}") for name in _MOVING}),
                [{"key": line.row["id"], **{f"new_{name}": line.row[name] for name in _MOVING}}
                 for line in moved if line.row],
            )  # fmt: skip
        for line in touched.values():
            if line.row is None:
                tx.execute(stream.update().where(stream.c.id == line.id).values(seq=line.seq, head=line.head))

    def _store_tasks(self, tx: Tx, lines: Iterable[_Line]) -> None:
        rows = []
        for line in lines:
            self._running.pop(line.id, None)
            if line.row is not None and line.quarter is not None:
                rows += [_task_row(line.row["id"], task, line.quarter.ended) for task in line.quarter.tasks]
        _insert(tx, user_task, _TASK, rows)


def _record(
    line: _Line, act: Act, at: int, rng: random.Random, rows: list[tuple[Any, ...]], payloads: list[tuple[Any, ...]]
) -> None:
    """Continue a chain as `audit.chain` does; quicker, since these payloads are plain strings and integers."""
    actor, held = act.who
    by = audit.who(actor, held)
    request = None if actor.person_id is None else f"{rng.getrandbits(64):016x}"
    for new in act.events:
        line.seq += 1
        salt = rng.randbytes(audit.SALT_BYTES)
        payload = orjson.dumps({"oleh": by, **new.data}, option=orjson.OPT_SORT_KEYS)
        header = AuditEvent(
            line.id, line.seq, at, new.type, actor.person_id, held.position_id if held else None,
            held.kind if held else None, actor.source, request, new.task, new.element,
            audit.payload_digest(salt, payload),
        )  # fmt: skip
        line.head = audit.event_hash(header, line.head)
        rows.append((
            line.id, line.seq, at, new.type, header.actor, header.position, header.kind, header.source, request,
            new.task, new.element, header.payload_digest, line.head,
        ))  # fmt: skip
        payloads.append((line.id, line.seq, salt, pack_bytes(payload)))


def _task_row(instance_id: str, task: Task, ended: int | None) -> tuple[Any, ...]:
    definition, by = task.definition, task.who[0].person_id
    done, held = task.completed is not None, task.claimed is not None
    state = "Completed" if done else "Obsolete" if ended is not None else "Reserved" if held else "Ready"
    where = task.who[1].position_id if task.who[1] else None
    return (
        task.id, instance_id, task.id, definition.id, task.item, task.pass_, definition.number, definition.name,
        definition.role, task.unit, by if held else None, state, task.available, task.claimed,
        task.completed if done else ended, task.available + 2 * DAY, task.late, by if done else None,
        where if done else None,
    )  # fmt: skip


def _insert(tx: Tx, table: sa.Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """The quickest way of either database: a statement prepared once, or COPY."""
    raw: Any = tx.connection.connection.dbapi_connection
    names = ", ".join(f'"{name}"' for name in columns)
    if tx.sqlite:
        marks = ", ".join("?" * len(columns))
        raw.cursor().executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)
        return
    with raw.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _publish_another(office: Office, number: int) -> None:
    """The shipped SOP once more, as another process."""
    diagrams, forms = demo.shipped()
    source = diagrams[demo.IN_FORCE].replace(b"pengumpulan_data_kinerja", f"proses_{number}".encode())
    actor = Actor(None, "Penyiapan", system_roles=frozenset({ADMINISTRATOR, PENGELOLA}), source="command")
    office.definitions.publish(source, forms, actor, owner_unit=demo.OWNER)


def _versions(office: Office, tx: Tx) -> list[tuple[int, Process, str]]:
    found = []
    for one in tx.all(sa.text("SELECT id, process_id FROM process_version ORDER BY id")):
        found.append((one.id, office.definitions.load(tx, one.id).process, one.process_id))
    return found


def _cast(office: Office, tx: Tx, rng: random.Random, units: int) -> Cast:
    """The units of the office and some more, and for each role of each unit as many people as it takes."""
    known = [row.code for row in tx.all(sa.select(unit.c.code).order_by(unit.c.code)) if row.code != demo.HEAD_OFFICE]
    known.sort(key=lambda code: code != demo.OWNER)
    fresh = [f"U{number:03}" for number in range(max(0, units - len(known)))]
    _insert(tx, unit, ("code", "name", "parent"), [(code, f"Bagian {code}", demo.HEAD_OFFICE) for code in fresh])
    codes = known + fresh
    people: dict[tuple[str, str], list[Who]] = {}
    for code in codes:
        for role, many in _PEOPLE.items():
            people[role, code] = [_person(tx, role, code, number) for number in range(many)]
    people["sekretaris_daerah", demo.HEAD_OFFICE] = [_person(tx, "sekretaris_daerah", demo.HEAD_OFFICE, 0)]
    named = tx.all(sa.select(person.c.id, person.c.name).where(person.c.system_roles != "").order_by(person.c.id))
    admins: list[Who] = [(Actor(row.id, row.name), None) for row in named]
    return Cast(people, codes, demo.HEAD_OFFICE, admins, rng)


def _person(tx: Tx, role: str, code: str, number: int) -> Who:
    name = f"{role.split('_')[0].title()} {code} {number + 1}"
    made = tx.scalar(
        person.insert()
        .values(username=f"{role}.{code}.{number}".lower(), name=name, password_hash="!", created=0)
        .returning(person.c.id)
    )
    title = f"{role.replace('_', ' ').title()} {code}"
    place = tx.scalar(
        position.insert()
        .values(person=made, role=role, unit=code, kind="definitif", title=title, from_date="2020-01-01")
        .returning(position.c.id)
    )
    return Actor(made, name), Held(place, role, code, title)
