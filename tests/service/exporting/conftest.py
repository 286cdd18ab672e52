"""Copies of the record of a quarter that ran to its end, and ways to write it into a file and look inside."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from process.audit import NewEvent
from process.clock import ManualClock
from process.model import Actor, Held
from process.office import Office
from process.record import append
from process.selection import Selection
from service.exporting import FORMATS
from service.exporting.source import Source
from service.exporting.writing import write

NOW = datetime(2050, 1, 3, 1, 0, tzinfo=UTC)  # after everything that the machine's own clock has put on record


@pytest.fixture
def finished(run_once: tuple[Path, str], tmp_path: Path) -> Iterator[Office]:
    shutil.copy(run_once[0] / "alur.db", tmp_path / "alur.db")
    opened = Office.open(f"sqlite:///{tmp_path / 'alur.db'}", tmp_path / "data", clock=ManualClock(NOW))
    yield opened
    opened.close()


@pytest.fixture
def instance(run_once: tuple[Path, str]) -> str:
    return run_once[1]


class Exported:
    """A file in memory, and what was said of it."""

    def __init__(self, office: Office, format: str, selection: Selection, **options: Any) -> None:
        self.source = Source.of(
            office, selection, by="Auditor", at=NOW, instances=FORMATS[format].instances, options=options
        )
        self.told: list[int] = []
        buffer = io.BytesIO()
        self.made = write(buffer, FORMATS[format], self.source, self.told.append)
        self.content = buffer.getvalue()


@pytest.fixture
def exported(finished: Office) -> Callable[..., Exported]:
    """`exported("csv", Selection(…), bom=True)`."""

    def make(format: str, selection: Selection | None = None, **options: Any) -> Exported:
        return Exported(finished, format, selection or Selection(), **options)

    return make


@pytest.fixture
def note(finished: Office) -> Callable[..., None]:
    """`note(data, name="…")`: one more event, of the system, by somebody of that name."""

    def make(data: dict[str, Any], *, name: str = "Uji", title: str = "Staf", stream: str = "system") -> None:
        with finished.store.transaction() as tx:
            actor, held = Actor(1, name), Held(1, "staf", "PRK", title)
            append(tx, stream, [NewEvent("setting.changed", data)], actor, finished.clock.now(), held)

    return make
