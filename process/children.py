"""What a process that works for another one has to do: not outlive it."""

from __future__ import annotations

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """From now on this process ends, wherever it is, when its standard input closes, which it does when whoever started
    it is gone. As the first of a group it takes with it what it started itself."""
    threading.Thread(target=_wait, name="alur-parent", daemon=True).start()


def _wait() -> None:
    sys.stdin.buffer.read()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(3)
