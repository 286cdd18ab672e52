"""Quarters of the shipped SOP, driven through the engine as its pages drive it, with eleven Bagian."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from forms.canonical import dumps
from process import overview
from process.clock import ManualClock
from process.model import Actor, Completed, Confirmation
from process.office import Office
from process.overview import TaskLine
from process.store import sqlite_url
from service import demo, demo_data

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 08.30 WIB, a working day
PROCESS = "pengumpulan_data_kinerja"
FORM_BYTES = 512  # of the canonical JSON that one Bagian sends
FILLED = "Koordinasi antarbagian berjalan baik dan data dukung tersedia tepat waktu pada setiap bulan pelaporan. "

Send = Callable[[], Completed]
Complete = Callable[[str, Send], object]  # (element, the call that sends)


@contextmanager
def demonstration(folder: Path, clock: ManualClock | None = None) -> Iterator[Office]:
    """The demonstration office in `folder`, made when there is none."""
    office = Office.open(sqlite_url(folder / "alur.sqlite3"), folder, clock=clock or ManualClock(MONDAY))
    try:
        demo.set_up(office)
        yield office
    finally:
        office.close()


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """The figures of one Bagian, with as much prose as makes half a kilobyte of them."""
    row = data["baris"][0]
    room = FORM_BYTES - len(dumps(data))
    if room > 0:
        row["tindak_lanjut"] = (row["tindak_lanjut"] + " " + FILLED * (room // len(FILLED) + 1))[: room + 21].strip()
    return data


class Crew:
    """The people of the office, one of each position; they are looked up once."""

    def __init__(self, office: Office, clock: ManualClock) -> None:
        self.office = office
        self.clock = clock
        self.started = 0
        self._places = {(role, unit): account for account, (role, unit, _) in demo.POSITIONS.items()}
        with office.store.reading() as tx:
            self._actors = {
                account: office.people.actor(tx, office.people.by_username(account).id, clock.now())
                for account in demo.POSITIONS
            }

    def actor(self, account: str) -> Actor:
        return self._actors[account]

    def doer(self, task: TaskLine) -> Actor:
        return self._actors[self._places[task.role, task.unit]]

    def start(self) -> str:
        """Start the next quarter; returns the id of the instance."""
        who = self.actor("staf.prk")
        page = self.office.engine.start_page(PROCESS, who)
        year, quarter = divmod(self.started, 4)
        self.started += 1
        data = {**page.data, "tahun": Decimal(2024 + year), "triwulan": ("I", "II", "III", "IV")[quarter]}
        return self.office.engine.start_instance(PROCESS, {**data, "jenis_pk": "murni"}, who)

    def open(self, instance: str) -> tuple[TaskLine, ...]:
        return overview.tasks(self.office.store, demo.ACTOR, self.clock.now(), instance_id=instance)

    def prepare(self, task: TaskLine, **changes: object) -> tuple[str, Send]:
        """All of a step but sending it, as its page does it: take it, look, keep a draft. Returns what sends it."""
        engine, who = self.office.engine, self.doer(task)
        self.clock.advance(timedelta(minutes=1))
        if task.assignee is None:
            engine.claim(task.id, who)
        page = self.office.views.task(task.id, who)
        element = page.task.element
        data = demo_data.answer(element, page.data, task.unit, False) | changes
        if element == "mengisi_data":
            data = filled(data)
        engine.save_draft(task.id, data, who)
        confirmation = None
        if page.definition.sign is not None:
            confirmation = Confirmation(engine.preview(task.id, data, who).digest, self.clock.now())
        revision = page.task.revision
        return element, lambda: engine.complete_task(task.id, data, who, revision=revision, confirmation=confirmation)

    def quarter(self, complete: Complete = lambda _element, send: send()) -> str:
        """A whole quarter, from start to archive. The eleven Bagian fill in their figures, and then send them."""
        instance = self.start()
        while open_ := self.open(instance):
            for element, send in [self.prepare(task) for task in open_]:
                complete(element, send)
        return instance
