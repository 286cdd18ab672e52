"""The check of a whole record: chains, seals, and the rows that events vouch for."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import sqlalchemy as sa

from process.office import Office
from tests.bench.measure import Row

SECONDS = 60.0  # for a million events


def checked(folder: Path, url: str) -> Row:
    """Check an office that `many.fill` made. It leaves out documents and whom it made up, which the check tells;
    every chain must be whole all the same."""
    office = Office.open(url, folder)
    office.trail.seal()
    with office.store.reading() as tx:
        count = tx.scalar(sa.text("SELECT count(*) FROM event"))
    began = perf_counter()
    found = office.trail.verify()
    seconds = perf_counter() - began
    office.close()
    assert found.events == count, "a chain was left before its end"
    assert {one.code for one in found.misfits} <= {"row_missing", "row_altered", "row_inserted"}
    most = SECONDS * count / 1_000_000
    return Row(f"check of {count:,} events", f"{seconds:.1f} s", "", f"<= {most:.0f} s", "", seconds <= most)
