"""The publication check as the other rooms call it: `check(xml, forms)`.

The file is untrusted, so it is read in a process of its own, which is killed when a check has used five seconds of the
processor. The process is kept for the next check (starting one costs half a second); `close` ends it, as does the end
of ours.
"""

from __future__ import annotations

import atexit
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

import orjson

from bpmn import safexml
from bpmn.codes import Report
from bpmn.errors import CheckUnfinished
from bpmn.model import Finding
from bpmn.rules_worker import frame, request

PROCESSOR_LIMIT = 5.0
WAIT_LIMIT = 30.0
"""Seconds of the processor for an answer, and seconds until it must have come, or until a new process must be ready.
The first are the file's fault, the second are not: a busy machine, or imports."""
MAX_FORMS_BYTES = 16 * 1024 * 1024


def check(xml: bytes, forms: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """All findings about a diagram and its forms (by id), errors first.

    Never raises for what is in the files. A diagram may be published when no finding is an error. CheckUnfinished when
    the machine was too busy to tell.
    """
    if len(xml) > safexml.MAX_BYTES or sum(map(len, forms.values())) > MAX_FORMS_BYTES:
        report = Report()
        report.add("FILE_TOO_LARGE", limit=safexml.MAX_BYTES // (1024 * 1024))
        return report.findings
    return _worker.check(xml, forms)


def close() -> None:
    """Ends the process that checks; the next check starts another."""
    _worker.stop()


class _Worker:
    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def check(self, xml: bytes, forms: Mapping[str, bytes]) -> tuple[Finding, ...]:
        with self._lock:
            try:
                process = self._running()
                answer = self._ask(process, request(xml, forms, PROCESSOR_LIMIT))
            except TimeoutError as error:
                self._kill()
                message = f"Server sedang sibuk: pemeriksaan belum selesai dalam {WAIT_LIMIT:.0f} detik. Coba lagi."
                raise CheckUnfinished(message) from error
            except (OSError, EOFError):
                if self._kill() == -signal.SIGPROF:
                    return _alone("FILE_TIMEOUT", limit=int(PROCESSOR_LIMIT))
                return _alone("FILE_CHECK_FAILED")
        return tuple(Finding(*row) for row in orjson.loads(answer))

    def stop(self) -> None:
        with self._lock:
            self._kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            root = str(Path(__file__).parent.parent)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bpmn.rules_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=root,
                env={"PATH": os.defpath, "PYTHONPATH": root, "LC_ALL": "C.UTF-8"},
            )
            # The first answer, to nothing, says that it is ready.
            self._ask(self._process, request(b"", {}, WAIT_LIMIT))
        return self._process

    @staticmethod
    def _ask(process: subprocess.Popen[bytes], message: bytes) -> bytes:
        """Sends a request and reads the answer; TimeoutError, EOFError or OSError when none comes."""
        assert process.stdin is not None
        assert process.stdout is not None
        until = time.monotonic() + WAIT_LIMIT
        left, wanted, received = memoryview(frame(message)), 4, bytearray()
        os.set_blocking(process.stdin.fileno(), False)  # a pipe holds less than a diagram: writing may wait, too
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            while len(received) < wanted:
                ready = {key.fileobj for key, _ in selector.select(max(0.0, until - time.monotonic()))}
                if not ready:
                    raise TimeoutError
                if process.stdin in ready:
                    left = left[os.write(process.stdin.fileno(), left) :]
                    if not left:
                        selector.unregister(process.stdin)
                if process.stdout in ready:
                    chunk = os.read(process.stdout.fileno(), 65536)
                    if not chunk:
                        raise EOFError
                    received += chunk
                    if len(received) >= 4:
                        wanted = 4 + int.from_bytes(received[:4], "big")
        return bytes(received[4:])

    def _kill(self) -> int | None:
        """End it; gives how it ended, which may have been before."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        return process.returncode


def _alone(code: str, limit: int = 0) -> tuple[Finding, ...]:
    report = Report()
    report.add(code, limit=limit)
    return report.findings


_worker = _Worker()
atexit.register(close)
