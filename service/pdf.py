"""HTML into PDF/A-3b, by a press: a process that forks a child for each page, with limits on memory, processor, time.

The press (service/press.py) is started at the first page and stays for the next: loading WeasyPrint takes longer than
most layouts. It is started again when it is gone, and ends with this process.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from service import built

PRESS = Path(__file__).with_name("press.py")
PATIENCE = 5.0  # seconds for a press to end by itself
FACES = {"print-regular": (400, "normal"), "print-bold": (700, "normal"), "print-italic": (400, "italic")}


class PrintError(Exception):
    """Cetakan tidak dapat dibuat"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one PDF may take: seconds by the clock, seconds of processor time, bytes of memory."""

    seconds: float = 60
    processor: int = 60
    memory: int = 2 * 1024**3


def faces() -> list[tuple[str, int, str]]:
    """(name, weight, style) of the bundled fonts, for style sheets."""
    return [(name, *FACES[name]) for name in built.fonts()]


def render(html: str, identifier: str, *, limits: Limits = Limits()) -> bytes:
    """The PDF of a page; the only addresses in it that are read are those of our fonts, `alur-font:<name>`.

    Equal arguments give equal bytes. `identifier`: up to 32 hexadecimal digits. Raises PrintError when the layout fails
    or takes more than its limits.
    """
    task = {
        "html": html,
        "fonts": {name: str(path) for name, path in built.fonts().items()},
        "identifier": identifier[:32] or "0",
    }
    page = json.dumps(task).encode()
    done = _laid_out(page, limits) or _laid_out(page, limits)  # the press may be killed in the midst of it, but once
    if done is None:
        raise PrintError("proses cetak terhenti")
    if done.code != 0 or not done.pdf.startswith(b"%PDF-"):
        lines = done.said.decode("utf-8", "replace").strip().splitlines()
        raise PrintError(lines[-1][:500] if lines else f"proses cetak berakhir dengan kode {done.code}")
    return done.pdf


def close() -> None:
    """Ends the press; the next page starts another."""
    _press.end()


class _Done(NamedTuple):
    code: int
    pdf: bytes
    said: bytes


class _Running(NamedTuple):
    process: subprocess.Popen[bytes]
    orders: socket.socket


class _Press:
    """The press of this process, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def ask(self, limits: Limits, files: list[int]) -> _Running:
        """Have a page laid out by the press, which is started if there is none; answers which it was."""
        with self._lock:
            if self._running is None or self._running.process.poll() is not None:
                self._close()
                self._running = _start()
            with suppress(OSError):  # it has just ended, which is as if it had in the midst of this page
                socket.send_fds(self._running.orders, [b"%d %d" % (limits.memory, limits.processor)], files)
            return self._running

    def end(self, which: _Running | None = None) -> None:
        """End the press; nothing when it is another by now than `which`."""
        with self._lock:
            if self._running is not None and which in (None, self._running):
                self._close()

    def _close(self) -> None:
        if self._running is not None:
            process, orders = self._running
            orders.close()  # which it takes for its end
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
            process.wait()
            self._running = None

    def forget(self) -> None:
        """In a process that was forked off: the press is its parent's, and has to end with that one."""
        self._lock = threading.Lock()
        if self._running is not None:
            self._running.orders.close()
            self._running = None


def _start() -> _Running:
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(  # noqa: S603 - our own file, our own interpreter
            [sys.executable, "-I", "-W", "ignore", str(PRESS)],
            stdin=its.fileno(),
            stdout=subprocess.DEVNULL,
            # It starts no program. Else Python would ask a compiler and a linker, a dozen times over, where libraries
            # are that the loader finds by itself, which takes as long as a page of paper. An empty path would mean
            # the working directory.
            env={**os.environ, "PATH": os.devnull},
        )
    return _Running(process, ours)


def _laid_out(page: bytes, limits: Limits) -> _Done | None:
    """What became of a page; None when the press ended and did not say."""
    with ExitStack() as opened:
        asked, made, said = (opened.enter_context(_memory()) for _ in range(3))
        asked.write(page)
        asked.seek(0)
        ours, its = socket.socketpair()
        opened.enter_context(ours)  # closed at the end, which ends the layout
        with its:
            press = _press.ask(limits, [*(file.fileno() for file in (asked, made, said)), its.fileno()])
        ours.settimeout(limits.seconds)
        try:
            code = ours.recv(16)
        except TimeoutError as error:
            raise PrintError(f"lebih lama daripada {limits.seconds:.0f} detik") from error
        if code:
            return _Done(int(code), *(_whole(file) for file in (made, said)))
    _press.end(press)
    return None


def _memory() -> BinaryIO:
    """A file that nobody else can open."""
    return os.fdopen(os.memfd_create("alur-cetak"), "w+b", buffering=0)


def _whole(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


_press = _Press()
os.register_at_fork(after_in_child=_press.forget)
atexit.register(close)
