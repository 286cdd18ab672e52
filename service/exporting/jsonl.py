"""JSON Lines: the canonical events with their hashes, stream by stream, so that anybody can check the chains.

The rule, and thirty lines of Python that check a file by it, are in docs/audit.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import orjson

from forms.canonical import dumps
from process.records import Record
from service.exporting.source import Source, Told

FORMAT = 1


def write(out: BinaryIO, source: Source, told: Told) -> int:
    """Write the head line and all chains; events outside the selection without their contents."""
    out.write(_line({
        "alur": "jejak audit",
        "versi": FORMAT,
        "dibuat": source.at.isoformat(),
        "oleh": source.by,
        "pilihan": source.selection.plain(),
        "peristiwa": source.total,
    }))  # fmt: skip
    done = 0
    for chunk in source.chains():
        out.write(b"".join(lines(chunk)))
        done += sum(chosen for _, chosen in chunk)
        told(done)
    return done


def lines(chunk: Iterable[tuple[Record, bool]]) -> Iterator[bytes]:
    """A line per event. The payload stands last and as it was hashed, byte for byte."""
    for record, chosen in chunk:
        header = record.header
        head: dict[str, Any] = {
            "rantai": record.stream,
            "nomor": header.seq,
            "waktu": header.at,
            "jenis": header.type,
            "pelaku": header.actor,
            "jabatan": header.position,
            "jenis_jabatan": header.kind,
            "sumber": header.source,
            "permintaan": header.request,
            "tugas": header.task,
            "elemen": header.element,
            "sidik_isi": None if header.payload_digest is None else header.payload_digest.hex(),
            "sidik": header.hash.hex(),
        }
        if chosen and record.salt is not None and record.raw is not None and _sound(record.raw):
            head["garam"] = record.salt.hex()
            yield orjson.dumps(head)[:-1] + b',"isi":' + record.raw + b"}\n"
        else:
            if chosen:
                head["dihapus"] = record.erased_by
                head["isi"] = None
            yield orjson.dumps(head) + b"\n"


def _sound(raw: bytes) -> bool:
    """Whether stored bytes can stand in a line: what somebody put there in place of a payload may be no JSON at all."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return raw.startswith(b"{") and raw.endswith(b"}") and b"\n" not in raw


def _line(data: dict[str, Any]) -> bytes:
    return dumps(data) + b"\n"
