"""What is in a bundle against its own record: the chain from its beginning, and everything that its events cite."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from forms.canonical import loads
from forms.indonesian import WIB
from process.audit import TYPES, event_hash, genesis, payload_digest
from process.clock import instant
from process.model import AuditEvent
from process.record import instance_stream
from process.version_digest import version_digest
from service.archiving.unpacking import shown

INDEX, TRAIL, COVER = "data/berkas.json", "data/jejak-audit/jejak-audit.jsonl", "data/lembar-berkas.pdf"
DERIVED = {INDEX, TRAIL, COVER, "data/dokumen/isian.xlsx"}
MOST_INDEX = 64 * 1024**2
MOST_LINE = 32 * 1024**2
PAYLOAD = b',"isi":'
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Told:
    findings: tuple[str, ...]
    notes: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class Event:
    seq: int
    type: str
    at: int
    task: str | None
    data: Mapping[str, Any] | None  # None: erased


@dataclass
class _Examination:
    top: Path
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    index: Mapping[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    of_instance: str = ""  # whose chain it is
    head: str = ""
    digests: dict[str, str] = field(default_factory=dict)

    def of(self, *types: str) -> list[Event]:
        return [one for one in self.events if one.type in types]

    def sha256(self, path: str) -> str | None:
        """The digest of a file of the bundle; None when there is none of that name."""
        if path not in self.digests:
            place = self.top / path
            if not path.startswith("data/") or ".." in path.split("/") or not place.is_file():
                return None
            with place.open("rb") as content:
                self.digests[path] = hashlib.file_digest(content, "sha256").hexdigest()
        return self.digests[path]


def examine(top: Path) -> Told:
    """Examine an unpacked bundle. Whatever is in it, the answer is sentences."""
    work = _Examination(top)
    index = _index(work)
    chain = _chain(work)
    if index and chain:
        for part in (_instance, _documents, _signatures, _files, _versions, _strangers):
            try:
                work.findings.extend(part(work))
            except _MALFORMED as error:
                work.findings.append(f"{INDEX} tidak dapat dibaca seluruhnya: {shown(repr(error))}")
    lists = {name: len(work.index.get(name) or ()) for name in ("dokumen", "lampiran", "cetakan")} if index else {}
    amounts = ", ".join(f"{count} {name}" for name, count in lists.items())
    summary = f"{len(work.events)} peristiwa sampai sidik {work.head}; {amounts}"
    return Told(tuple(work.findings), tuple(work.notes), summary)


def _index(work: _Examination) -> bool:
    place = work.top / INDEX
    try:
        if place.stat().st_size > MOST_INDEX:
            raise ValueError("terlalu besar")
        found = orjson.loads(place.read_bytes())
        if not isinstance(found, dict) or found["susunan"] != 1 or not isinstance(found["pelaksanaan"]["id"], str):
            raise ValueError("susunannya tidak dikenal")
    except FileNotFoundError:
        work.findings.append(f"{INDEX} tidak ada.")
        return False
    except _MALFORMED as error:
        # What we did not say ourselves is English.
        why = str(error) if type(error) is ValueError else "isinya bukan JSON yang dikenal"
        work.findings.append(f"{INDEX} tidak dapat dibaca: {why}.")
        return False
    work.index = found
    return True


# -- the chain ------------------------------------------------------------------------------------------------------


def _chain(work: _Examination) -> bool:
    """Read the events and follow their hashes from the first; False when it cannot be followed."""
    place = work.top / TRAIL
    if not place.is_file():
        work.findings.append(f"{TRAIL} tidak ada.")
        return False
    with place.open("rb") as content:
        try:
            head = orjson.loads(content.readline(MOST_LINE))
            work.of_instance = str(head["pelaksanaan"])
            count = int(head["peristiwa"])
        except _MALFORMED:
            work.findings.append("Baris pertama jejak audit tidak dapat dibaca.")
            return False
        previous = genesis(instance_stream(work.of_instance))
        for number, line in enumerate(iter(lambda: content.readline(MOST_LINE), b""), 1):
            try:
                header, raw, salt, erased = _event(line)
            except _MALFORMED:
                work.findings.append(f"Peristiwa nomor {number} dalam jejak audit tidak dapat dibaca.")
                return False
            wrong = _misfit(number, header, previous, raw, salt)
            if wrong:
                work.findings.append(f"Jejak audit, {wrong}.")
                return False
            if raw is None:
                work.notes.append(_withheld(header.seq, erased))
            previous = header.hash
            data = None if raw is None else loads(raw)
            work.events.append(Event(header.seq, header.type, header.at, header.task, data))
    work.head = previous.hex()
    if len(work.events) != count:
        work.findings.append(f"Jejak audit menyatakan {count} peristiwa, tetapi memuat {len(work.events)}.")
    return True


def _event(line: bytes) -> tuple[AuditEvent, bytes | None, bytes, object]:
    """Header, canonical payload (None when it was erased), salt, and who erased it."""
    read = orjson.loads(line)
    _, mark, tail = line.rstrip(b"\n").partition(PAYLOAD)
    digest = read["sidik_isi"]
    header = AuditEvent(
        stream=0, seq=read["nomor"], at=read["waktu"], type=read["jenis"], actor=read["pelaku"],
        position=read["jabatan"], kind=read["jenis_jabatan"], source=read["sumber"], request=read["permintaan"],
        task=read["tugas"], element=read["elemen"],
        payload_digest=None if digest is None else bytes.fromhex(digest), hash=bytes.fromhex(read["sidik"]),
    )  # fmt: skip
    if not isinstance(header.seq, int) or not isinstance(header.at, int) or not isinstance(header.type, str):
        raise TypeError
    if "garam" not in read:
        return header, None, b"", read.get("dihapus")
    if not mark:
        raise ValueError
    raw = tail[:-1]
    if not isinstance(loads(raw), dict):
        raise TypeError
    return header, raw, bytes.fromhex(read["garam"]), None


def _misfit(number: int, header: AuditEvent, previous: bytes, raw: bytes | None, salt: bytes) -> str | None:
    if header.seq != number:
        return f"peristiwa nomor {number} hilang"
    if raw is not None and header.payload_digest != payload_digest(salt, raw):
        return f"isi peristiwa nomor {number} telah diubah"
    if header.hash != event_hash(header, previous):
        return f"kepala peristiwa nomor {number} atau rantainya telah diubah"
    return None


def _withheld(seq: int, erased: object) -> str:
    by = f" (peristiwa nomor {erased} pada rantai sistem)" if isinstance(erased, int) else ""
    return f"Isi peristiwa nomor {seq} dihapus menurut hukum{by}; yang dirujuknya tidak dapat dicocokkan."


# -- what the events cite -------------------------------------------------------------------------------------------


def _instance(work: _Examination) -> Iterator[str]:
    """The instance is that of the chain, it finished, and the dates are those of the finish."""
    one = work.index["pelaksanaan"]
    if work.of_instance != one["id"]:
        yield "Jejak audit bukan milik pelaksanaan yang disebut daftar isi."
    finished = work.of("instance.finished")
    if not finished:
        yield "Jejak audit tidak memuat peristiwa selesai."
    elif datetime.fromisoformat(one["selesai"]) != instant(finished[-1].at):
        yield "Saat selesai dalam daftar isi berbeda dari jejak audit."
    after = [two for two in work.events if finished and two.seq > finished[-1].seq and two.type != "printout.made"]
    yield from (
        f"Peristiwa nomor {two.seq} ({TYPES.get(two.type, shown(two.type))}) terjadi setelah selesai." for two in after
    )
    for begun in work.of("instance.started"):
        pairs = (("judul", "judul"), ("kunci", "kunci"), ("ke", "ke"))
        yield from (
            f"“{name}” dalam daftar isi berbeda dari jejak audit."
            for name, key in pairs
            if begun.data is not None and one.get(name) != _plain(begun.data.get(key))
        )
    if one["peristiwa"] != len(work.events):
        yield "Jumlah peristiwa dalam daftar isi berbeda dari jejak audit."
    info = (work.top / "bag-info.txt").read_text("utf-8", "replace") if (work.top / "bag-info.txt").is_file() else ""
    day = instant(finished[-1].at).astimezone(WIB).date().isoformat() if finished else ""
    for label, value in (("External-Identifier", one["id"]), ("Bagging-Date", day)):
        if f"{label}: {value}" not in info.splitlines():
            yield f"{label} dalam bag-info.txt bukan {shown(value)}."


def _documents(work: _Examination) -> Iterator[str]:
    """Each event of a writing has its document, with the digest that it cites, and each document its event."""
    listed = {(one["kunci"], one["item"] or "", one["versi"]): one for one in work.index["dokumen"]}
    erased = {one.seq for one in work.of("document.written") if one.data is None}
    cited = set()
    for event in work.of("document.written"):
        if event.data is None:
            continue
        key = (event.data["dokumen"], event.data.get("item") or "", int(event.data["versi"]))
        cited.add(key)
        name = f"Dokumen {shown(' '.join(str(part) for part in key if part))}"
        one = listed.get(key)
        if one is None:
            yield f"{name} (peristiwa nomor {event.seq}) tidak ada dalam daftar isi."
        elif work.sha256(one["berkas"]) != event.data["sidik"]:
            yield f"{name}: isi “{shown(one['berkas'])}” bukan yang dicatat peristiwa nomor {event.seq}."
        elif one["sidik"] != event.data["sidik"]:
            yield f"{name}: sidik dalam daftar isi bukan yang dicatat peristiwa nomor {event.seq}."
    for key, one in listed.items():
        if key not in cited and one["peristiwa"] not in erased and not (one["peristiwa"] is None and erased):
            yield f"Dokumen “{shown(one['berkas'])}” tidak dicatat oleh satu peristiwa pun."


def _signatures(work: _Examination) -> Iterator[str]:
    """Parafs and signatures cover the digest of the very document that they are said to be on."""
    kinds = {"document.paraf": "paraf", "document.signed": "tandatangan"}
    listed = [(one["sidik"], sign["jenis"]) for one in work.index["dokumen"] for sign in one["tanda_tangan"]]
    for event in work.of(*kinds):
        if event.data is None:
            continue
        sign = (event.data["sidik"], kinds[event.type])
        if sign in listed:
            listed.remove(sign)
        else:
            yield f"Paraf atau tanda tangan pada peristiwa nomor {event.seq} tidak ada dalam daftar isi."
    if listed and not any(event.data is None for event in work.of(*kinds)):
        yield f"Daftar isi memuat {len(listed)} paraf atau tanda tangan yang tidak dicatat oleh satu peristiwa pun."


def _files(work: _Examination) -> Iterator[str]:
    """Attachments and print-outs are the bytes whose digest is on record."""
    for kind, part, key, word in (
        ("attachment.added", "lampiran", "lampiran", "Lampiran"),
        ("printout.made", "cetakan", "cetakan", "Cetakan"),
    ):
        listed = {one["id"]: one for one in work.index[part]}
        events = work.of(kind)
        cited = set()
        for event in events:
            if event.data is None:
                continue
            one = listed.get(event.data[key])
            cited.add(event.data[key])
            if one is None:
                yield f"{word} pada peristiwa nomor {event.seq} tidak ada dalam daftar isi."
            elif not work.sha256(one["berkas"]) == one["sha256"] == event.data["sha256"]:
                yield f"{word} “{shown(one['berkas'])}” bukan yang dicatat peristiwa nomor {event.seq}."
        erased = any(event.data is None for event in events)
        for name, one in listed.items():
            if name not in cited and not erased:
                yield f"{word} “{shown(one['berkas'])}” tidak dicatat oleh satu peristiwa pun."


def _versions(work: _Examination) -> Iterator[str]:
    """Diagram and forms are those of the version whose digest is on record."""
    known = {}
    for one in work.index["versi"]:
        places = {name: work.top / path for name, path in one["formulir"].items() if work.sha256(path) is not None}
        if work.sha256(one["diagram"]) is None or len(places) != len(one["formulir"]):
            yield f"Diagram atau formulir versi {one['nomor']} tidak lengkap."
            continue
        forms = {name: place.read_bytes() for name, place in places.items()}
        digest = version_digest((work.top / one["diagram"]).read_bytes(), forms)
        known[one["nomor"]] = digest
        if digest != one["sidik"]:
            yield f"Diagram atau formulir versi {one['nomor']} bukan yang diterbitkan."
    cites = {
        "instance.started": (("versi", "sidik"),),
        "instance.moved": (("dari", "sidik_lama"), ("ke", "sidik_baru")),
    }
    for event in work.of(*cites):
        for number, digest in cites[event.type]:
            version = int(event.data[number]) if event.data is not None else 0
            if event.data is not None and known.get(version) != event.data[digest]:
                yield f"Versi {version} yang dicatat peristiwa nomor {event.seq} tidak ada atau berbeda."


def _strangers(work: _Examination) -> Iterator[str]:
    """No file that neither the index names nor the layout knows."""
    index = work.index
    named = {one["berkas"] for part in ("dokumen", "lampiran", "cetakan") for one in index[part]}
    for one in index["versi"]:
        named.update((one["diagram"], one["gambar"], *one["formulir"].values()))
    for place in sorted((work.top / "data").rglob("*")):
        path = place.relative_to(work.top).as_posix()
        report = path.startswith("data/jejak-audit/jejak-audit") and path.endswith(".pdf")
        if place.is_file() and path not in named and path not in DERIVED and not report:
            yield f"“{shown(path)}” tidak disebut dalam daftar isi."


def _plain(value: Any) -> Any:
    """Numbers of a payload are exact decimals; those of the index are integers."""
    return value if value is None or isinstance(value, str) else int(value)
