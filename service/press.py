"""The press: it has WeasyPrint loaded, and forks for each page a child that makes a PDF/A-3b of it and ends.

Run as a file in an interpreter of its own (`python -I press.py`), it knows nothing of the rest of the project. Its
stdin is a socket. A message there, `MEMORY SECONDS`, comes with four descriptors: a file with the page (JSON: `html`,
`fonts`: name -> path, `identifier`), one for the PDF, one for what goes wrong, and a socket on which the press says
the exit code of the child that had the files as its stdin, stdout and stderr. When it is closed at the other end the
child is killed; when stdin is, all are, and the press ends. Should it be killed itself, they end with it.

The press itself never lays anything out, so that each child starts as all others did. Layout can be slow, hungry or,
with a hostile document, endless: a child bounds its memory and processor time before it reads the page, and fetches
no address but the bundled fonts.
"""

from __future__ import annotations

import ctypes
import gc
import json
import logging
import os
import resource
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

SCHEME = "alur-font:"
# Types that each document names and whose first reading takes a fourth of a short document's time.
TYPES = ("PangoFcFontMap *", "FcChar8 **", "char[]", "PangoRectangle *", "PangoLogAttr[]", "unsigned int *", "char[4]")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class Child(NamedTuple):
    """A layout at work: its process, as id and as descriptor, where it writes, and the socket of who waits for it."""

    pid: int
    process: int
    folder: str
    waiting: socket.socket


def load() -> None:
    """All that children share. What cannot be loaded each child tries again, and says so where it is asked for."""
    with suppress(Exception):
        import email.contentmanager
        import email.headerregistry
        import email.policy  # noqa: F401 - as the other two: WeasyPrint loads them when it fetches

        import weasyprint  # noqa: F401
        from weasyprint.text.ffi import ffi, fontconfig

        # What is known of the machine's fonts stays loaded: a child that has no memory left to read it would find that
        # there are none, and write that down for the whole machine.
        fontconfig.FcInitLoadConfigAndFonts()
        for name in TYPES:
            ffi.typeof(name)
    gc.collect()
    gc.freeze()  # children leave alone, unwritten, the memory that they share
    gc.set_threshold(50_000, 20, 20)  # a layout makes a million objects, and lets go of them at its end


def limit(memory: int, seconds: int) -> None:
    """Bounds this process: memory in bytes, processor time in seconds, no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def render(html: str, fonts: dict[str, str], identifier: str) -> bytes:
    """The PDF of `html`; only `alur-font:` addresses of `fonts` are readable, everything else is refused."""
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class RefusedError(FatalURLFetchingError):
        """The document asked for something outside itself."""

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in fonts:
                raise RefusedError(f"alamat di luar dokumen ditolak: {url[:200]}")
            return URLFetcherResponse(url, Path(fonts[name]).read_bytes(), {"Content-Type": "font/ttf"})

    document = HTML(string=html, url_fetcher=Fetcher(), base_url="alur-dokumen:/")
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/a-3b", pdf_tags=True, custom_metadata=True, pdf_identifier=identifier.encode("ascii")
    )
    return pdf


def lay_out(memory: int, seconds: int, files: list[int], folder: str, press: int) -> NoReturn:
    """The whole life of a child."""
    code = 1
    try:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for number, file in enumerate(files):
            os.dup2(file, number)
        if os.getppid() == press:  # else it ended before that signal was asked for
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            limit(memory, seconds)
            tempfile.tempdir = folder  # where WeasyPrint puts fonts; a child that is killed cannot remove them itself
            task = json.load(sys.stdin.buffer)
            sys.stdout.buffer.write(render(task["html"], task["fonts"], task["identifier"]))
            sys.stdout.flush()
            code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def begin(order: bytes, files: list[int]) -> Child | None:
    """Forks the child for one page. None when that is not possible, which only who waits for this page is told."""
    memory, seconds = map(int, order.split())
    *its, number = files
    folder, press, pid = "", os.getpid(), None
    waiting = socket.socket(fileno=number)
    try:
        folder = tempfile.mkdtemp(prefix="alur-cetak-")
        pid = os.fork()
        if pid == 0:
            lay_out(memory, seconds, its, folder, press)
        return Child(pid, os.pidfd_open(pid), folder, waiting)
    except OSError as error:  # no room for a folder, no more processes, no more descriptors
        with suppress(OSError):
            os.write(its[-1], f"{type(error).__name__}: {error}\n".encode())
    finally:
        for file in its:
            os.close(file)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    shutil.rmtree(folder, ignore_errors=True)
    tempfile.tempdir = None  # the next page looks for another place
    with waiting, suppress(OSError):
        waiting.send(b"1")
    return None


def end(child: Child) -> None:
    """Lets go of a child that has ended, and says how it did."""
    code = os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1])
    os.close(child.process)
    shutil.rmtree(child.folder, ignore_errors=True)
    with child.waiting, suppress(OSError):  # nobody may wait any more
        child.waiting.send(str(code).encode())


def serve(orders: socket.socket) -> None:
    """Until nobody wants pages any more."""
    events = selectors.DefaultSelector()
    events.register(orders, selectors.EVENT_READ)
    while True:
        for key, _ in events.select():
            child: Child | None = key.data
            if child is None:
                order, files, *_ = socket.recv_fds(orders, 100, 4)
                if not order:
                    running = {one.data for one in events.get_map().values()} - {None}
                    for child in running:
                        signal.pidfd_send_signal(child.process, signal.SIGKILL)
                        end(child)
                    return
                child = begin(order, files)
                if child is not None:
                    events.register(child.process, selectors.EVENT_READ, child)
                    events.register(child.waiting, selectors.EVENT_READ, child)
            elif key.fileobj == child.process:
                with suppress(KeyError):
                    events.unregister(child.waiting)
                events.unregister(child.process)
                end(child)
            elif child.waiting.fileno() != -1:  # else it ended in this very round
                events.unregister(child.waiting)
                signal.pidfd_send_signal(child.process, signal.SIGKILL)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for whoever wants pages; then this removes what is left
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    load()
    with socket.socket(fileno=0) as orders:
        serve(orders)


if __name__ == "__main__":
    main()
