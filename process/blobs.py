"""Files named by their content, in a folder: what is kept of attachments and print-outs."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from process.errors import FileLost, StorageFull

RESERVE_BYTES = 64 * 1024 * 1024  # files leave this much of the disk to the database


class Blobs:
    """Immutable files named by the SHA-256 of their content; the same bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def sound(self, sha256: str) -> Path:
        """The path of a file that is there and is what its name says; raises FileLost."""
        path = self.path(sha256)
        try:
            with path.open("rb") as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise FileLost(
                "Berkas ini tidak ditemukan di penyimpanan server. Sampaikan kepada administrator."
            ) from error
        if found != sha256:
            raise FileLost("Isi berkas ini tidak lagi sama dengan yang disimpan. Sampaikan kepada administrator.")
        return path

    @contextmanager
    def incoming(self) -> Iterator[BinaryIO]:
        """A temporary file beside the others; gone afterwards, unless it was kept."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self.folder).free < RESERVE_BYTES:
                raise StorageFull()
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix="masuk-") as made:
                yield made  # type: ignore[misc]
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull() from error
            raise

    def keep(self, content: BinaryIO, sha256: str) -> Path:
        """Move the content of `incoming` to its place, on the disk for good before this returns."""
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        content.flush()
        os.fsync(content.fileno())
        if not target.exists():
            with suppress(FileExistsError):  # the same bytes came in twice at once
                os.link(content.name, target)
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return target

    def put(self, content: bytes) -> str:
        """Keep bytes; returns their SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self.incoming() as made:
            made.write(content)
            self.keep(made, sha256)
        return sha256
