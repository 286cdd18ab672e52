"""What an export is made from: the selection, its events, and what a file says about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from process.inspection import Inspection
from process.naming import Naming, naming
from process.records import Record, Records
from process.selection import Selection
from service.exporting.selection import described

if TYPE_CHECKING:
    from process.office import Office


class ExportError(Exception):
    """Berkas ekspor tidak dapat dibuat"""


@dataclass(frozen=True)
class Source:
    """`upto`: the newest entry of the index that belongs to it; `total`: events that the file must hold; `by`, `at`:
    who made it and when; `about`: the selection in words, as (name, value); `inspection` tells of single instances;
    `folder`: where large temporary files may be."""

    records: Records
    inspection: Inspection
    selection: Selection
    upto: int
    total: int
    by: str
    at: datetime
    naming: Naming
    about: tuple[tuple[str, str], ...]
    instances: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def of(
        cls,
        office: Office,
        selection: Selection,
        *,
        by: str,
        at: datetime,
        upto: int | None = None,
        instances: bool = False,
        options: Mapping[str, Any] | None = None,
        folder: Path | None = None,
    ) -> Source:
        """Everything selected that was recorded by now (or up to the entry `upto`), counted. `instances` leaves out
        what happened in no instance. Raises InvalidData, NotFound."""
        office.index.catch_up()
        upto = office.records.latest() if upto is None else upto
        names = naming(office.store, office.definitions)
        return cls(
            office.records,
            office.inspection,
            selection,
            upto,
            office.records.count(selection, upto=upto, instances=instances),
            by,
            at,
            names,
            described(office.store, selection),
            instances,
            options or {},
            folder,
        )

    def selected(self) -> Iterator[list[Record]]:
        """What is selected, in the order of time. Each event comes once: their keys only grow, or ExportError."""
        last = 0
        for chunk in self.records.read(self.selection, upto=self.upto):
            last = once(chunk, last)
            yield chunk

    def chains(self) -> Iterator[list[tuple[Record, bool]]]:
        """Every event of the streams that have something selected, stream by stream and by number, each with whether it
        is selected itself. Each comes once, or ExportError."""
        last = (0, 0)
        for chunk in self.records.chains(self.selection, upto=self.upto):
            for record, _ in chunk:
                here = (record.header.stream, record.header.seq)
                if here <= last:
                    raise ExportError("Satu peristiwa terbaca dua kali.")
                last = here
            yield chunk


def once(records: Iterable[Record], last: int) -> int:
    """See that these follow on each other and on the entry `last`, so that no event comes twice; the last one's entry.
    Raises ExportError."""
    for record in records:
        if record.id <= last:
            raise ExportError("Satu peristiwa terbaca dua kali.")
        last = record.id
    return last


Told = Callable[[int], None]
