"""What was built of the front end, by its plain names. Without Flask: the processes that print ask here too."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parent / "static"
MANIFEST = STATIC / "dist" / "manifest.json"
IMPORTS = STATIC / "dist" / "imports.json"


@cache
def _read(path: Path, stamp: float) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return read


def _entry(path: Path, name: str) -> Any:
    """What a file of the build says under a plain name; None when the front end has not been built."""
    try:
        return _read(path, path.stat().st_mtime).get(name)
    except OSError:
        return None


def built(name: str) -> str | None:
    """The path under `static/` of a built file by its plain name; None when the front end has not been built."""
    found = _entry(MANIFEST, name)
    return f"dist/{found}" if found else None


def imports(name: str) -> list[str]:
    """The paths under `static/` of what a built script imports before it can begin."""
    return [f"dist/{one}" for one in _entry(IMPORTS, name) or []]


def fonts() -> dict[str, Path]:
    """The bundled fonts of print-outs that were built: `print-regular`, `print-bold`, `print-italic`.

    Not as WOFF2: no browser asks for them, and to unpack it took the print process two thirds of its time.
    """
    found = {name: built(f"fonts/{name}.ttf") for name in ("print-regular", "print-bold", "print-italic")}
    return {name: STATIC / path for name, path in found.items() if path}
