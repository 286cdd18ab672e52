"""Making the archive bundle of an instance: print-outs that are still to come, the file, a check of it, the record."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from process import blobs
from process.bundle import Bundle
from process.errors import Conflict, StorageFull
from process.model import Actor
from service.archiving import bundle as contents
from service.archiving.bundle import Made
from service.archiving.checking import check
from service.printing import Printer

if TYPE_CHECKING:
    from process.office import Office

FULL = "Ruang penyimpanan penuh ketika berkas arsip dibuat; berkas yang belum jadi sudah dihapus."


def collect(office: Office, instance_id: str, actor: Actor) -> Bundle:
    """What goes into the bundle, once its print-outs are made. Raises as `Archive.collect`, and PrintError."""
    printer = Printer(office)
    for printout in office.archive.waiting(instance_id, actor):
        printer({"printout": printout})
    return office.archive.collect(instance_id, actor)


def make(
    office: Office,
    bundle: Bundle,
    target: Path,
    *,
    workshop: Path | None = None,
    still: Callable[[], bool] = lambda: True,
) -> Made | None:
    """Write the bundle to `target`, which is there (or replaced) only when it is whole and everything in it fits its
    own record. `workshop`: the folder that it is made in, beside the target and gone afterwards. `still` is asked once
    before the file appears; None when it answers no.

    Raises Conflict when the check finds something, FileLost, StorageFull, PrintError, OSError; no half file is left.
    """
    target = target.absolute()
    needed = sum(one.attachment.size for one in bundle.files) + sum(one.printout.size or 0 for one in bundle.prints)
    folder = workshop
    try:
        if shutil.disk_usage(target.parent).free < 2 * needed + blobs.RESERVE_BYTES:
            raise StorageFull(FULL)
        if workshop is not None:  # what a killed server had begun in it is no start for anything
            shutil.rmtree(workshop, ignore_errors=True)
        folder = folder or Path(tempfile.mkdtemp(dir=target.parent, prefix=".berkas-"))
        folder.mkdir(exist_ok=True)
        part = folder / "berkas.zip"
        made = contents.write(bundle, office.archive, part)
        found = check(part, folder=folder)
        if not found.whole:
            raise Conflict(f"Berkas arsip tidak dibuat, karena yang akan diarsipkan tidak utuh: {found.findings[0]}")
        if not still():
            return None
        part.replace(target)
        _keep(target.parent)
        return made
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull(FULL) from error
        raise
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _keep(folder: Path) -> None:
    """Make sure that a new name in a folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
