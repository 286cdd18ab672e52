"""OCEL 2.0 as JSON: instances, tasks, documents, persons and units as objects, the events with what they are about."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO, cast

import orjson

from process import audit
from process.records import Record
from service.exporting.activity import Steps, tasks_of, transition_of
from service.exporting.columns import payload_of, state_of, text
from service.exporting.source import Source, Told

EVENT_ATTRIBUTES = ("langkah", "peralihan", "pelaku", "jabatan", "alasan", "sumber", "keadaan_isi", "sidik")
# type of object -> its attributes
OBJECTS = {
    "pelaksanaan": ("judul", "kunci", "proses", "unit"),
    "tugas": ("langkah", "bagian"),
    "dokumen": ("nama", "bagian"),
    "pegawai": ("nama",),
    "unit": ("nama",),
    "proses": ("nama",),
    "kantor": (),  # what an event is about that is about nothing else: readers drop events without an object
}


def write(out: BinaryIO, source: Source, told: Told) -> int:
    """Write the events first; the objects that they are about gather in a temporary file and follow."""
    done = 0
    known: set[str] = set()  # the types that occur, beside the documented ones
    with tempfile.TemporaryFile(dir=source.folder) as spool:
        objects = _Objects(source, spool)
        out.write(b'{"events":[')
        first = True
        for chunk in source.chains():
            lines = []
            for record, chosen in chunk:
                event = objects.event(record, chosen)
                if event is not None:
                    lines.append(orjson.dumps(event))
                    known.add(record.type)
            if lines:
                out.write((b"\n" if first else b",\n") + b",\n".join(lines))
                first = False
            done += len(lines)
            told(done)
        objects.finish()
        out.write(b'\n],"objects":[\n')
        spool.seek(0)
        shutil.copyfileobj(cast("IO[bytes]", spool), out)
        out.write(b'\n],"eventTypes":' + orjson.dumps(_event_types(known)))
        out.write(b',"objectTypes":' + orjson.dumps([_type(name, found) for name, found in OBJECTS.items()]) + b"}\n")
    return done


def _event_types(known: set[str]) -> list[dict[str, Any]]:
    return [_type(name, EVENT_ATTRIBUTES) for name in (*audit.TYPES, *sorted(known - set(audit.TYPES)))]


def _type(name: str, attributes: tuple[str, ...]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": one, "type": "string"} for one in attributes]}


@dataclass
class _Objects:
    """The objects that events are about. Those of one instance are written when its stream ends; persons, units and
    processes, which are few, at the end."""

    source: Source
    spool: IO[bytes]
    _stream: int = 0
    _steps: Steps = field(init=False)
    _local: dict[str, dict[str, Any]] = field(default_factory=dict)
    _shared: dict[str, dict[str, Any]] = field(default_factory=dict)
    _empty: bool = True

    def __post_init__(self) -> None:
        self._steps = Steps(self.source.naming)

    def event(self, record: Record, chosen: bool) -> dict[str, Any] | None:
        """The event as OCEL has it; None for one outside the selection."""
        if record.header.stream != self._stream:
            self._flush(self._local)
            self._stream, self._steps = record.header.stream, Steps(self.source.naming)
        data = payload_of(record)
        activity = self._steps.activity(record, data)
        if not chosen:
            return None
        header = record.header
        by = data.get("oleh")
        who = by if isinstance(by, dict) else {}
        values = (
            activity, transition_of(header.type), text(who.get("nama")), text(who.get("jabatan")),
            text(data.get("alasan")) or text(data.get("catatan")), header.source, state_of(record), header.hash.hex(),
        )  # fmt: skip
        about = list(self._about(record, data, activity, who))
        return {
            "id": f"{record.stream}#{header.seq}",
            "type": header.type,
            "time": record.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "attributes": [
                {"name": name, "value": value} for name, value in zip(EVENT_ATTRIBUTES, values, strict=True) if value
            ],
            "relationships": [{"objectId": one, "qualifier": word} for one, word in about],
        }

    def _about(
        self, record: Record, data: dict[str, Any], activity: str, who: dict[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """(object, what it is to the event); takes note of the objects."""
        names = self.source.naming
        start = record.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        item = text(data.get("item")) or ""
        if record.instance:
            values = (record.title, record.key, record.process, record.owner)
            whole = self._note(self._local, "pelaksanaan", record.instance, values, start)
            yield whole, "pelaksanaan"
            for task in tasks_of(record, data):
                yield self._note(self._local, "tugas", task, (activity, item), start, whole), "tugas"
            key = text(data.get("dokumen"))
            if key:
                name = names.documents.get((record.process or "", key), key)
                place = "/".join((record.instance, key, item) if item else (record.instance, key))
                yield self._note(self._local, "dokumen", place, (name, item), start, whole), "dokumen"
        if record.process:
            name = names.processes.get(record.process, record.process)
            yield self._note(self._shared, "proses", record.process, (name,), start), "proses"
        if record.header.actor is not None:
            person = str(record.header.actor)
            yield self._note(self._shared, "pegawai", person, (text(who.get("nama")),), start), "pelaku"
        unit = text(who.get("unit"))
        if unit:
            yield self._note(self._shared, "unit", unit, (names.units.get(unit, unit),), start), "unit pelaku"
        subject = data.get("pegawai")
        if isinstance(subject, int):
            yield self._note(self._shared, "pegawai", str(subject), (text(data.get("nama")),), start), "perihal"
        unit = text(data.get("kode" if record.type.startswith("unit.") else "unit"))
        if unit:
            yield self._note(self._shared, "unit", unit, (names.units.get(unit, unit),), start), "perihal"
        if not record.instance and not record.process:
            yield self._note(self._shared, "kantor", record.stream, (), start), "kantor"

    def _note(
        self, among: dict[str, dict[str, Any]], kind: str, key: str, values: tuple[str | None, ...], at: str,
        whole: str | None = None,
    ) -> str:  # fmt: skip
        """Take note of an object, which is part of the object `whole`; returns its id."""
        found = f"{kind}:{key}"
        if found not in among or not among[found]["attributes"]:  # a name may come later than the object
            attributes = [
                {"name": name, "value": value, "time": at}
                for name, value in zip(OBJECTS[kind], values, strict=True)
                if value
            ]
            parts = [] if whole is None else [{"objectId": whole, "qualifier": "bagian dari"}]
            among[found] = {"id": found, "type": kind, "attributes": attributes, "relationships": parts}
        return found

    def _flush(self, among: dict[str, dict[str, Any]]) -> None:
        if among:
            self.spool.write((b"" if self._empty else b",\n") + b",\n".join(map(orjson.dumps, among.values())))
            self._empty = False
            among.clear()

    def finish(self) -> None:
        """Write what is left."""
        self._flush(self._local)
        self._flush(self._shared)
