"""Making the files that were asked for: each in a process of its own, so that neither pages nor deadlines wait for it.

The process that serves only watches: it ends the other one when the export was cancelled or the service stops. That one
ends by itself when its parent is gone, so a killed service leaves nothing behind but a claim that lapses.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from process.errors import AlurError
from process.export_rows import BUNDLE, Export, Made
from process.model import Actor
from service.exporting import FORMATS
from service.exporting.source import ExportError, Source
from service.exporting.writing import write_file
from service.pdf import PrintError

if TYPE_CHECKING:
    from process.office import Office
    from process.store import Tx

BEAT = 1.0  # seconds between two notes of progress
WATCH = 0.25  # seconds between two looks at a process
ROOT = Path(__file__).parents[2]
log = logging.getLogger("alur.exports")


class _Lost(Exception):
    """The export was cancelled, or another process took it over."""


class Heart:
    """Notes progress and renews the claim, in a thread of its own, while a file is made."""

    def __init__(self, office: Office, given: Export) -> None:
        self.office = office
        self.given = given
        self.done = 0
        self.lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beats, name="alur-export-heart", daemon=True)

    def told(self, done: int) -> None:
        """What a writer calls after every chunk."""
        self.done = done
        if self.lost:
            raise _Lost

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _beats(self) -> None:
        while not self.lost and not self.office.clock.wait(self._stop, BEAT):
            try:
                self.lost = not self.office.exports.progress(self.given, self.done)
            except AlurError:
                log.warning("the progress of export %s could not be noted", self.given.id)


def make(office: Office, given: Export) -> None:
    """Write the file of a claimed export and put it on record, or note why that was not possible."""
    exports = office.exports
    try:
        if given.format == BUNDLE:
            _bundle(office, given)
            return
        format = FORMATS[given.format]
        source = Source.of(
            office, given.selection, by=given.asked_name, at=office.clock.now(), instances=format.instances,
            options=given.options,
        )  # fmt: skip
        if not exports.begin(given, upto=source.upto, total=source.total):
            return
        path = exports.path(given.id)
        with Heart(office, given) as heart:
            made = write_file(path, exports.workshop(given.id), format, source, heart.told)
        if not exports.finish(given, made):
            path.unlink(missing_ok=True)
    except _Lost:
        return
    except (AlurError, ExportError, PrintError) as error:
        exports.fail(given, str(error))
    except MemoryError:
        exports.fail(given, "Memori tidak cukup untuk berkas ini; persempit pilihannya.")
    except Exception:
        log.exception("export %s failed", given.id)
        exports.fail(given, "Terjadi kesalahan pada sistem; sampaikan kepada administrator.")


def _bundle(office: Office, given: Export) -> None:
    """Make the archive bundle of the one selected instance, as far as who asked may still have it."""
    from service.archiving import making  # and with it all that paper needs, which a table does not

    exports, archive = office.exports, office.archive
    instance_id = given.selection.instance or ""
    with Heart(office, given) as heart:
        bundle = making.collect(office, instance_id, asker(office, given))
        heart.told(0)
        if not exports.begin(given, upto=0, total=len(bundle.records)):
            return
        exports.folder.mkdir(parents=True, exist_ok=True)
        path = exports.path(given.id)
        workshop = exports.workshop(given.id)
        made = making.make(office, bundle, path, workshop=workshop, still=lambda: not heart.lost)
    if made is None:
        return

    def note(tx: Tx, actor: Actor, now: datetime) -> None:
        archive.made_in(tx, instance_id, made.sha256, made.size, actor, now)

    if not exports.finish(given, Made(len(bundle.records), made.size, made.sha256), note):
        path.unlink(missing_ok=True)


def asker(office: Office, given: Export) -> Actor:
    """Who asked, with what that person holds now."""
    if given.asked_by is None:
        return Actor(None, given.asked_name, source="job")
    with office.store.reading() as tx:
        return replace(office.people.actor(tx, given.asked_by, office.clock.now()), source="job")


class Exporter:
    """Makes one export at a time in a process of its own; what `Exports.runner` wants."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def __call__(self, given: Export, stop: threading.Event) -> None:
        exports = self.office.exports
        process = self._spawn(given)
        try:
            while _running(process):
                if stop.is_set():
                    _end(process)
                    exports.give_back(given)
                elif exports.claimed(given.id, given.attempts) is None:
                    _end(process)
        finally:
            _end(process)
            exports.discard(given.id)
        if exports.claimed(given.id, given.attempts) is not None:
            exports.fail(given, f"Pembuatan berkas terhenti di tengah jalan (kode {process.returncode}).")

    def _spawn(self, given: Export) -> subprocess.Popen[bytes]:
        office = self.office
        task = {
            "database": office.store.url.render_as_string(hide_password=False),
            "folder": str(office.data_dir),
            "id": given.id,
            "attempts": given.attempts,
            "most": office.exports.max_bytes,
        }
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "service.exporting.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,  # so that what it starts itself (a PDF's layout) ends with it
        )
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(task).encode() + b"\n")
            process.stdin.flush()  # and it stays open: that it closes tells the child that nobody waits any more
        except BrokenPipeError:
            pass  # it ended at once; its code says so
        return process


def _running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(WATCH)
    except subprocess.TimeoutExpired:
        return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with everything that it started, also when it is gone itself already."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
