"""The columns of CSV and XLSX: their names never change, new ones only join at the end. See docs/audit.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import orjson

from forms.canonical import CanonicalError, dumps, loads
from forms.indonesian import WIB
from process import audit
from process.clock import instant
from process.naming import Naming
from process.records import Record

# (name, kind): text, number, or instant (in WIB).
COLUMNS = (
    ("waktu_wib", "instant"),
    ("waktu_utc", "text"),
    ("peristiwa", "text"),
    ("jenis", "text"),
    ("pelaku", "text"),
    ("pelaku_id", "number"),
    ("jabatan", "text"),
    ("jenis_jabatan", "text"),
    ("mewakili", "text"),
    ("peran_sistem", "text"),
    ("unit", "text"),
    ("nama_unit", "text"),
    ("proses", "text"),
    ("nama_proses", "text"),
    ("pelaksanaan", "text"),
    ("judul", "text"),
    ("kunci", "text"),
    ("langkah", "number"),
    ("nama_langkah", "text"),
    ("elemen", "text"),
    ("tugas", "text"),
    ("bagian", "text"),
    ("dokumen", "text"),
    ("versi_dokumen", "number"),
    ("alasan", "text"),
    ("sebelum", "text"),
    ("sesudah", "text"),
    ("sumber", "text"),
    ("permintaan", "text"),
    ("rantai", "text"),
    ("nomor", "number"),
    ("keadaan_isi", "text"),
    ("isi", "text"),
    ("sidik_isi", "text"),
    ("sidik", "text"),
)
NAMES = tuple(name for name, _ in COLUMNS)
PRESENT, ERASED, MISSING = "ada", "dihapus menurut hukum", "hilang"

Cell = str | int | None


def row_of(record: Record, names: Naming) -> tuple[Cell, ...]:
    """One event as cells, in the order of `COLUMNS`; what is not known is None."""
    header = record.header
    data = payload_of(record)
    by = data.get("oleh")
    who: Mapping[str, Any] = by if isinstance(by, dict) else {}
    unit, roles = text(who.get("unit")), who.get("peran_sistem")
    step = names.step(record.process, header.element)
    document = text(data.get("dokumen"))
    before, after = changes_of(record, data)
    return (
        *_instants(header.at),
        audit.TYPES.get(header.type, header.type),
        header.type,
        text(who.get("nama")),
        header.actor,
        text(who.get("jabatan")),
        header.kind,
        text(who.get("mewakili")),
        " ".join(str(one) for one in roles) or None if isinstance(roles, list) else text(roles),
        unit,
        names.units.get(unit) if unit else None,
        record.process,
        names.processes.get(record.process) if record.process else None,
        record.instance,
        record.title or None,
        record.key or None,
        step.number if step else None,
        step.name if step else None,
        header.element,
        header.task,
        text(data.get("item")),
        names.documents.get((record.process or "", document), document) if document else None,
        whole(data.get("versi")) if document else None,
        text(data.get("alasan")) or text(data.get("catatan")),
        before,
        after,
        header.source,
        header.request,
        record.stream,
        header.seq,
        state_of(record),
        None if record.raw is None else record.raw.decode("utf-8", "replace"),
        None if header.payload_digest is None else header.payload_digest.hex(),
        header.hash.hex(),
    )


def _instants(at: int) -> tuple[str, str]:
    """In WIB to the second, in UTC to the microsecond."""
    hour, within = divmod(at, _HOUR)
    minute, within = divmod(within, _MINUTE)
    wib, utc = _hour(hour)
    digits = f"{within:08}"
    second = f"{minute:02}:{digits[:2]}"
    return wib + second, f"{utc}{second}.{digits[2:]}Z"


_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE


@lru_cache(maxsize=256)  # writing two instants would take as long as a tenth of a row
def _hour(number: int) -> tuple[str, str]:
    """How the instants of an hour begin, in WIB and in UTC."""
    utc = instant(number * _HOUR)
    return utc.astimezone(WIB).isoformat(" ")[:14], utc.isoformat()[:14]


def state_of(record: Record) -> str:
    """Whether the payload is there; without it, why."""
    if record.raw is not None:
        return PRESENT
    return ERASED if record.erased_by is not None else MISSING


def payload_of(record: Record) -> dict[str, Any]:
    """The payload with numbers as floats: for texts and small numbers. Empty when it is gone or was damaged."""
    try:
        found = {} if record.raw is None else orjson.loads(record.raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def changes_of(record: Record, plain: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """What was there before and after, as canonical JSON: of a setting its values, of a document the fields that
    changed, by their paths. `plain` is its payload with numbers as floats."""
    raw = record.raw
    if raw is None or ("sebelum" not in plain and "sesudah" not in plain and "perubahan" not in plain):
        return None, None
    data: Mapping[str, Any] = plain
    write: Callable[[Any], bytes] = orjson.dumps
    if _inexact(raw):  # numbers that a float would not give back as they were
        try:
            data, write = loads(raw), dumps
        except CanonicalError:
            return None, None
    changed = data.get("perubahan")
    if isinstance(changed, list):
        fields = [one for one in changed if isinstance(one, dict)]
        before, after = ({str(one.get("isian")): one.get(side) for one in fields} for side in ("sebelum", "sesudah"))
        return write(before).decode(), write(after).decode()
    sides = [write(data[side]).decode() if side in data else None for side in ("sebelum", "sesudah")]
    return sides[0], sides[1]


def _inexact(raw: bytes) -> bool:
    """Whether there may be a number that a float is not: sixteen digits or more in a row, or a small fraction."""
    return _SIXTEEN in raw.translate(_DIGITS) or b"0.0000" in raw


_SIXTEEN = b"0" * 16
_DIGITS = bytes(ord("0") if chr(code) in "0123456789." else ord(" ") for code in range(256))


def text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def whole(value: object) -> int | None:
    return (
        int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) else None
    )
