"""Writing an export to a file: counted, hashed, and never left half done."""

from __future__ import annotations

import errno
import gc
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from forms import indonesian
from process.errors import InvalidData, StorageFull
from process.export_rows import Made
from service.exporting import FORMATS, Format
from service.exporting.source import ExportError, Source, Told

RESERVE_BYTES = 64 * 1024 * 1024  # an export leaves this much of the disk to the database
_LOOK_EVERY = 8 * 1024 * 1024


class Outgoing:
    """Bytes on their way to a file: their number and their SHA-256, and whether the disk can take more. It can only be
    written to, so that nothing that was hashed changes afterwards."""

    def __init__(self, out: BinaryIO, folder: Path | None = None, reserve: int = RESERVE_BYTES) -> None:
        self._out = out
        self._folder = folder
        self._reserve = reserve
        self._digest = hashlib.sha256()
        self._looked = -_LOOK_EVERY
        self.size = 0

    def write(self, data: bytes) -> int:
        if self._folder is not None and self.size - self._looked >= _LOOK_EVERY:
            if shutil.disk_usage(self._folder).free < self._reserve:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder))
            self._looked = self.size
        self._out.write(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._out.flush()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def write(out: BinaryIO, format: Format, source: Source, told: Told, *, folder: Path | None = None) -> Made:
    """Write everything that a source holds. Raises ExportError when that is not what was written, StorageFull when the
    disk is full (`folder`: a place on it, to be watched), InvalidData when it is more than the format takes."""
    if format.most is not None and source.total > format.most:
        raise InvalidData(message=too_many(format, source.total))
    outgoing = Outgoing(out, folder)
    with _full(), _few_collections():
        written = format.write(cast("BinaryIO", outgoing), source, told)
        outgoing.flush()
    if written != source.total:
        raise ExportError(f"Terpilih {source.total} peristiwa, tertulis {written}.")
    return Made(written, outgoing.size, outgoing.sha256)


def write_file(path: Path, workshop: Path, format: Format, source: Source, told: Told) -> Made:
    """The same to a file that is there only when it is whole. Until then it grows in `workshop`, a folder on the same
    disk that is made for it and is gone afterwards in any case."""
    try:
        with _full():
            workshop.mkdir(parents=True, exist_ok=True)
            part = workshop / "berkas"
            with part.open("wb") as out:
                made = write(out, format, replace(source, folder=workshop), told, folder=workshop)
                os.fsync(out.fileno())
            part.replace(path)
        return made
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def too_many(format: Format, total: int) -> str:
    """Why a format does not take so many events, and what does."""
    return (
        f"{format.name} memuat paling banyak {indonesian.number(format.most or 0)} peristiwa, terpilih "
        f"{indonesian.number(total)}. Persempit pilihan, atau gunakan CSV atau JSON Lines."
    )


def file_name(format: Format, at: datetime, selection_instance: str | None = None) -> str:
    """What a file is called when it is fetched: format and moment, and the instance when it is about one."""
    about = f"-{selection_instance}" if selection_instance else ""
    return f"jejak-audit{about}-{at.astimezone(indonesian.WIB):%Y%m%d-%H%M%S}.{format.extension}"


def find(code: str) -> Format:
    """The format with this code; raises InvalidData."""
    if code not in FORMATS:
        raise InvalidData(message=f"Bentuk berkas “{code[:20]}” tidak dikenal; gunakan {', '.join(FORMATS)}.")
    return FORMATS[code]


@contextmanager
def _few_collections() -> Iterator[None]:
    """A chunk of events is many objects without a cycle among them: looking for cycles at each few hundred, as Python
    does, would take a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull("Ruang penyimpanan penuh; berkas ekspor yang baru sebagian telah dihapus.") from error
        raise
