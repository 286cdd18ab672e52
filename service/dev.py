"""`make dev`: the demonstration service, restarted whenever a Python file, template, diagram or form changes."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("process", "bpmn", "forms", "service")
KINDS = frozenset({".py", ".bpmn", ".form", ".lark", ".html", ".css", ".json"})
SECONDS = 0.5
COMMAND = "from service.command import main; main(['serve'])"


def stamps(root: Path) -> dict[Path, int]:
    """Every file that the service is made of, and when it changed last (nanoseconds)."""
    found = {}
    for room in ROOMS:
        for path in (root / room).rglob("*"):
            if path.suffix in KINDS and "node_modules" not in path.parts:
                try:
                    found[path] = path.stat().st_mtime_ns
                except FileNotFoundError:  # an editor that writes aside and renames
                    continue
    return found


def main() -> None:
    """Serve until Ctrl+C; a service that cannot start waits for the next change."""
    pause = threading.Event()
    while True:
        before = stamps(ROOT)
        serving = subprocess.Popen([sys.executable, "-c", COMMAND], cwd=ROOT)  # noqa: S603 - our own
        try:
            while stamps(ROOT) == before:
                pause.wait(SECONDS)
            print("alur: ada perubahan; layanan dimulai lagi.", flush=True)
        except KeyboardInterrupt:
            return
        finally:
            serving.terminate()
            serving.wait()


if __name__ == "__main__":
    main()
