"""A BagIt bag (RFC 8493) written straight into a ZIP: equal contents in equal order make equal bytes.

Entries are stored, not deflated: most of them (PDF, XLSX, pictures) would not shrink, no compressor's release decides
about the bytes, and of a damaged file the other entries can still be read. All carry the same time.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from forms.indonesian import WIB

ALGORITHMS = ("sha256", "sha512")
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
CHUNK = 256 * 1024
_FILE_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the bag: its path from the top of the bag, its size in bytes, its hexadecimal digests."""

    path: str
    size: int
    sha256: str
    sha512: str


class BagWriter:
    """Writes one bag, whose top folder is `name`, into the file `target`, which must not exist. Leaving the context
    without `close` leaves a half file behind: removing it is the caller's affair."""

    def __init__(self, target: Path, name: str, at: datetime) -> None:
        self.name = name
        there = at.astimezone(WIB)
        self._time = (there.year, there.month, there.day, there.hour, there.minute, there.second // 2 * 2)
        self._file = target.open("xb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)
        self.payload: list[Entry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._zip.fp = None  # else it would try to write a directory into what cannot take it
        self._zip.close()
        self._file.close()

    def add(self, path: str, content: bytes | Path) -> Entry:
        """A payload file, from memory or streamed from a file."""
        if isinstance(content, bytes):
            entry = self._write(f"data/{path}", (content,), len(content))
        else:
            entry = self._write(f"data/{path}", _chunks(content), content.stat().st_size)
        self.payload.append(entry)
        return entry

    def close(self, info: Mapping[str, str]) -> None:
        """Write the tag files, with `info` in bag-info.txt, and make sure that all of it is on the disk."""
        size = sum(one.size for one in self.payload)
        told = {**info, "Payload-Oxum": f"{size}.{len(self.payload)}"}
        tags = [self._write("bagit.txt", (DECLARATION,))]
        tags.append(self._write("bag-info.txt", (_info(told),)))
        payload = sorted(self.payload, key=lambda one: one.path)
        tags += [self._write(f"manifest-{name}.txt", (_manifest(payload, name),)) for name in ALGORITHMS]
        for name in ALGORITHMS:
            self._write(f"tagmanifest-{name}.txt", (_manifest(tags, name),))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())

    def _write(self, path: str, chunks: Iterable[bytes], size: int = 0) -> Entry:
        info = zipfile.ZipInfo(f"{self.name}/{path}", self._time)
        info.create_system = 3  # Unix, wherever it is made
        info.external_attr = _FILE_MODE
        info.file_size = size
        digests = [hashlib.new(name) for name in ALGORITHMS]
        written = 0
        with self._zip.open(info, "w") as entry:
            for chunk in chunks:
                entry.write(chunk)
                written += len(chunk)
                for digest in digests:
                    digest.update(chunk)
        return Entry(path, written, digests[0].hexdigest(), digests[1].hexdigest())


def safe_name(text: str, most: int = 60) -> str:
    """A name for a file that every system takes: letters, digits, `-`, `_` and dots, never empty, its ending kept."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not ending.isalnum() or len(ending) > 8:
        stem, ending = plain, ""
    stem = re.sub(r"[.]+", "-", stem)[:most].strip("-._") or "tanpa-nama"
    return f"{stem}.{ending.lower()}" if ending else stem


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk


def _info(told: Mapping[str, str]) -> bytes:
    """Labels with values of one line each."""
    lines = [f"{label}: {' '.join(''.join(c if c.isprintable() else ' ' for c in value).split())}" for label, value in told.items()]  # fmt: skip  # noqa: E501
    return ("\n".join(lines) + "\n").encode()


def _manifest(entries: Iterable[Entry], algorithm: str) -> bytes:
    return "".join(f"{getattr(one, algorithm)}  {one.path}\n" for one in entries).encode()
