"""The process that makes one export, and then ends: `python -m service.exporting.child`, one line of JSON on stdin.

It yields to whatever else the machine has to do, is bounded in memory and processor time, and ends at once when stdin
closes, which it does when the service that started it is gone.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys

from process.children import end_with_parent
from process.office import Office
from service.exporting.running import make

MEMORY = 1024**3
PROCESSOR_SECONDS = 4 * 3600


def limit() -> None:
    """Bounds this process. Soft ones: a process that it starts itself may set its own."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))
    os.nice(10)


def main() -> None:
    limit()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    task = json.loads(sys.stdin.buffer.readline())
    end_with_parent()
    office = Office.open(task["database"], task["folder"], migrate=False, max_export_bytes=task["most"])
    try:
        given = office.exports.claimed(task["id"], task["attempts"])
        if given is not None:
            make(office, given)
    finally:
        office.close()


if __name__ == "__main__":
    main()
