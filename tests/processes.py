"""Other processes, as tests watch them: what the kernel says of one, and waiting for what only it can bring about."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path


def stat(process: int) -> tuple[str, int]:
    """(state, parent) of a process, as proc(5) has them; state `X` when there is none."""
    try:
        state, parent, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "X", 0
    return state, int(parent)


def until(true: Callable[[], object], seconds: float = 30) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        threading.Event().wait(0.01)
    return True
