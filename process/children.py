"""What a process that works for another one has to do: not outlive it."""

from __future__ import annotations

import os
import signal
import threading


def end_with_parent() -> None:
    """From now on this process ends, wherever it is, when its standard input closes, which it does when whoever started
    it is gone. As the first of a group it takes with it what it started itself."""
    threading.Thread(target=_wait, name="alur-parent", daemon=True).start()


def _wait() -> None:
    # Not `sys.stdin`: a thread that holds its lock makes the interpreter abort at the end, and hides why it ended.
    while os.read(0, 65_536):
        pass
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(3)
