"""XES (IEEE 1849): a case per instance, an event per event, with the extensions concept, lifecycle, time and
organizational. What happened in no instance has no case, and is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, BinaryIO

from lxml import etree

from forms.indonesian import WIB
from process import audit
from process.records import Record
from service.exporting.activity import Steps, transition_of
from service.exporting.columns import payload_of, state_of, text
from service.exporting.source import Source, Told

NAMESPACE = "http://www.xes-standard.org/"
EXTENSIONS = (("Concept", "concept"), ("Lifecycle", "lifecycle"), ("Time", "time"), ("Organizational", "org"))
# What XML 1.0 has no room for, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(out: BinaryIO, source: Source, told: Told) -> int:
    """Write the log, a trace after the other."""
    done = 0
    with etree.xmlfile(out, encoding="UTF-8") as file:
        file.write_declaration()
        with file.element("log", {"xes.version": "1849.2016", "xes.features": "", "xmlns": NAMESPACE}):
            _head(file, source)
            trace = _Trace(file, source)
            for chunk in source.chains():
                for record, chosen in chunk:
                    done += trace.add(record, chosen)
                file.flush()
                told(done)
            trace.close()
    return done


def _head(file: Any, source: Source) -> None:
    for name, prefix in EXTENSIONS:
        uri = f"{NAMESPACE}{prefix}.xesext"
        file.write(etree.Element("extension", {"name": name, "prefix": prefix, "uri": uri}))
    for scope, keys in (
        ("trace", ("concept:name",)), ("event", ("concept:name", "lifecycle:transition", "time:timestamp")),
    ):  # fmt: skip
        wanted = etree.Element("global", {"scope": scope})
        for key in keys:
            stamp = key == "time:timestamp"
            value = "1970-01-01T00:00:00.000+00:00" if stamp else "tidak diketahui"
            etree.SubElement(wanted, "date" if stamp else "string", {"key": key, "value": value})
        file.write(wanted)
    for name, by in (("Langkah", "concept:name"), ("Langkah dan peralihan", "concept:name lifecycle:transition")):
        file.write(etree.Element("classifier", {"name": name, "keys": by}))
    for key, value in (
        ("concept:name", "Jejak audit"), ("lifecycle:model", "standard"), ("dibuat_oleh", source.by),
        *((name.lower().replace(" ", "_"), value) for name, value in source.about),
    ):  # fmt: skip
        file.write(_string(key, value))
    file.write(etree.Element("date", {"key": "dibuat", "value": source.at.isoformat(timespec="milliseconds")}))


class _Trace:
    """The trace that is being written; it begins with the first selected event of an instance."""

    def __init__(self, file: Any, source: Source) -> None:
        self._file = file
        self._source = source
        self._stream = 0
        self._steps = Steps(source.naming)
        self._open: ExitStack | None = None

    def add(self, record: Record, chosen: bool) -> int:
        """Take the next event; returns how many were written (0 or 1)."""
        if record.instance is None:
            return 0
        if record.header.stream != self._stream:
            self.close()
            self._stream = record.header.stream
            self._steps = Steps(self._source.naming)
        data = payload_of(record)
        activity = self._steps.activity(record, data)
        if not chosen:
            return 0
        if self._open is None:
            self._begin(record)
        event = etree.Element("event")
        event.extend(_event(record, data, activity))
        self._file.write(event)
        return 1

    def _begin(self, record: Record) -> None:
        self._open = ExitStack()
        self._open.enter_context(self._file.element("trace"))
        unit = record.owner
        values = {
            "concept:name": record.instance, "judul": record.title, "kunci": record.key, "proses": record.process,
            "nama_proses": self._source.naming.processes.get(record.process or ""), "unit": unit,
            "nama_unit": self._source.naming.units.get(unit or ""),
        }  # fmt: skip
        for key, value in values.items():
            if value:
                self._file.write(_string(key, value))

    def close(self) -> None:
        """End the trace that is open, if one is."""
        if self._open is not None:
            self._open.close()
            self._open = None


def _event(record: Record, data: dict[str, Any], activity: str) -> Iterator[etree._Element]:
    header = record.header
    by = data.get("oleh")
    who = by if isinstance(by, dict) else {}
    texts = {
        "concept:name": activity,
        "lifecycle:transition": transition_of(header.type),
        "concept:instance": header.task,
        "org:resource": text(who.get("nama")),
        "org:role": text(who.get("jabatan")),
        "org:group": text(who.get("unit")),
        "jenis": header.type,
        "peristiwa": audit.TYPES.get(header.type),
        "bagian": text(data.get("item")),
        "dokumen": text(data.get("dokumen")),
        "alasan": text(data.get("alasan")) or text(data.get("catatan")),
        "sumber": header.source,
        "keadaan_isi": None if record.raw is not None else state_of(record),
        "sidik": header.hash.hex(),
    }
    for key, value in texts.items():
        if value:
            yield _string(key, value)
    stamp = record.at.astimezone(WIB).isoformat(timespec="microseconds")
    yield etree.Element("date", {"key": "time:timestamp", "value": stamp})
    yield etree.Element("int", {"key": "nomor", "value": str(header.seq)})
    if header.actor is not None:
        yield etree.Element("int", {"key": "pelaku_id", "value": str(header.actor)})


def _string(key: str, value: str | None) -> etree._Element:
    return etree.Element("string", {"key": key, "value": clean(value or "")})


def clean(value: str) -> str:
    """A text as XML 1.0 can hold it."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", value)
