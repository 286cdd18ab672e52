"""HTML into PDF/A-3b, in a process of its own with limits on memory, processor time and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from service import built

CHILD = Path(__file__).with_name("print_child.py")
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

    Equal arguments give equal bytes. `identifier`: up to 32 hexadecimal digits. Raises PrintError when the child fails
    or takes more than its limits.
    """
    task = {
        "html": html,
        "fonts": {name: str(path) for name, path in built.fonts().items()},
        "identifier": identifier[:32] or "0",
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own file, our own interpreter
            [sys.executable, "-I", str(CHILD), str(limits.memory), str(limits.processor)],
            input=json.dumps(task).encode(),
            capture_output=True,
            timeout=limits.seconds,
            check=False,
            # It starts no program. Else Python would ask a compiler and a linker, a dozen times over, where libraries
            # are that the loader finds by itself, which takes as long as a page of paper. An empty path would mean
            # the working directory.
            env={**os.environ, "PATH": os.devnull},
        )
    except subprocess.TimeoutExpired as error:
        raise PrintError(f"lebih lama daripada {limits.seconds:.0f} detik") from error
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise PrintError(lines[-1][:500] if lines else f"proses cetak berakhir dengan kode {done.returncode}")
    return done.stdout
