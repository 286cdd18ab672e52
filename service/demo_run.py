"""`alur demo`: one quarter of the shipped SOP with eleven Bagian, driven through the same engine that serves the pages.

Time is a clock of its own that starts some weeks ago and is moved on through working hours, so that what the
demonstration leaves in the database lies in the past. Planned: the planner returns the draft once (step 2), and one
Bagian answers after its deadline (step 4).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta

from process import overview
from process.calendar import WorkingCalendar
from process.clock import ManualClock, SystemClock
from process.errors import Conflict, DuplicateKey
from process.model import Actor, Confirmation
from process.office import Office
from process.overview import TaskLine
from service import demo, demo_data
from service.command.audit import verified
from service.command.common import Problem, opened
from service.settings import Settings
from service.words import ringkas

WEEKS_AGO = timedelta(days=42)
LATE_BAGIAN = "PROKOPIM"
SIGNED_STEPS = ("memvalidasi", "memberi_koreksi", "menandatangani")
PROCESS = "pengumpulan_data_kinerja"
MAX_STEPS = 100
Say = Callable[[str], None]


def run(settings: Settings, say: Say, *, start: datetime | None = None) -> str:
    """Set up an empty data directory, run the quarter, verify the record; returns the id of the instance.

    Raises Problem or Conflict in a database that holds a real office.
    """
    with opened(settings) as office:
        _prepare(office, say)
    clock = ManualClock(start or SystemClock().now() - WEEKS_AGO)
    with opened(settings, clock=clock) as office:
        # the first opening of a working day, a few minutes in
        clock.set(_calendar(office).add(timedelta(minutes=12), clock.now()))
        return _Quarter(office, clock, say).run()


def _prepare(office: Office, say: Say) -> None:
    if not demo.is_demo(office) and not demo.is_empty(office):
        raise Problem(
            "basis data ini memuat data kantor; peragaan ditolak. "
            "Gunakan folder lain, misalnya: ALUR_DATA_DIR=/tmp/peragaan alur demo"
        )
    if demo.is_empty(office):
        say("Folder data kosong: kantor peragaan disiapkan.")
    try:
        demo.set_up(office)
    except Conflict as error:
        raise Problem(str(error)) from error


def _calendar(office: Office) -> WorkingCalendar:
    return office.calendars.of_unit(demo.OWNER)


class _Quarter:
    def __init__(self, office: Office, clock: ManualClock, say: Say) -> None:
        self.office = office
        self.clock = clock
        self.say = say
        self.calendar = _calendar(office)
        self.instance = ""
        self.heard: set[int] = set()  # ids of notifications that were printed
        self.late = 0
        self.returned = 0
        self.done = 0

    def run(self) -> str:
        self._start()
        for _ in range(MAX_STEPS):
            open_ = self._open()
            if not open_:
                break
            self._step(self._choose(open_))
        else:
            raise Problem("peragaan tidak berakhir; periksa diagram.")
        self._totals()
        return self.instance

    # -- steps ------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        who = self._actor("staf.prk")
        page = self.office.engine.start_page(PROCESS, who)
        data = {**page.data, **demo_data.start(self.clock.now().date())}
        file = self.office.files.store(
            io.BytesIO(demo_data.question_list()), "daftar-pertanyaan.pdf", "application/pdf", who, process_id=PROCESS
        )
        data["daftar_pertanyaan"] = [file.id]
        try:
            self.instance = self.office.engine.start_instance(PROCESS, data, who)
        except DuplicateKey:
            self.instance = self.office.engine.start_instance(PROCESS, data, who, reason="Peragaan diulang")
        title = overview.instance_line(self.office.store, demo.ACTOR, self.clock.now(), self.instance).title
        self.say(f"{ringkas(self.clock.now())}  Mulai: {title} — {who.name}")

    def _choose(self, open_: tuple[TaskLine, ...]) -> TaskLine:
        """The next task; the late Bagian comes last of its kind."""
        return min(open_, key=lambda task: (task.item == LATE_BAGIAN, task.number, task.item or "", task.id))

    def _step(self, task: TaskLine) -> None:
        if task.item == LATE_BAGIAN and task.due is not None:
            self._until(task.due + timedelta(minutes=20))
        else:
            self._work(timedelta(minutes=3 if task.due and task.due - self.clock.now() < timedelta(hours=1) else 25))
        who = self._actor(_account(task))
        engine, views = self.office.engine, self.office.views
        if task.assignee is None:
            engine.claim(task.id, who)
        self._work(timedelta(minutes=2))
        page = views.task(task.id, who)
        data = demo_data.answer(page.task.element, page.data, task.unit, task.pass_ == 1)
        confirmation = None
        if page.definition.sign is not None:
            shown = engine.preview(task.id, data, who)
            checked = self.office.people.verify_password(who, demo.PASSWORD, None)
            confirmation = Confirmation(shown.digest, checked)
        engine.complete_task(task.id, data, who, revision=page.task.revision, confirmation=confirmation)
        self.done += 1
        late = task.due is not None and self.clock.now() > task.due
        returned = data.get("keputusan") == "salah"
        self.late += late
        self.returned += returned
        notes = [f"batas {ringkas(task.due)}" if task.due else "tanpa batas"]
        if task.pass_ > 1:
            notes.append(f"lintasan ke-{task.pass_}")
        if page.definition.sign is not None:
            notes.append("paraf" if page.definition.sign.kind == "paraf" else "tanda tangan")
        if late:
            notes.append("TERLAMBAT")
        if returned:
            notes.append(f"DIKEMBALIKAN: {demo_data.RETURN_NOTE}")
        self.say(f"{ringkas(self.clock.now())}  {task.number} {task.name} — {who.name} ({'; '.join(notes)})")

    def _totals(self) -> None:
        found = overview.instance_line(self.office.store, demo.ACTOR, self.clock.now(), self.instance)
        if found.state != "finished":
            raise Problem(f"peragaan berhenti sebelum selesai ({overview.STATE_NAMES.get(found.state, found.state)}).")
        work = self.calendar.working_time_between(found.started, self.clock.now())
        hours, minutes = divmod(int(work.total_seconds()) // 60, 60)
        self.say("")
        self.say(
            f"Selesai: {self.done} tugas, {self.returned} pengembalian, {self.late} terlambat, "
            f"{hours} jam {minutes} menit kerja dari mulai sampai arsip."
        )
        self.say(verified(self.office))

    # -- time -------------------------------------------------------------------------------------------------------

    def _work(self, time: timedelta) -> None:
        self._until(self.calendar.add(time, self.clock.now()))

    def _until(self, instant: datetime) -> None:
        """Move the clock on, to a moment when somebody works; timers that fall due on the way fire and are told."""
        goal = instant
        if not any(opens <= goal <= closes for opens, closes in self.calendar.spans(self.calendar.local_date(goal))):
            goal = self.calendar.add(timedelta(minutes=5), goal)
        self.clock.set(goal)
        if self.office.engine.fire_due(self.clock.now()):
            for message in self._told():
                self.say(f"{ringkas(self.clock.now())}  Pemberitahuan: {message}")

    # -- parts ------------------------------------------------------------------------------------------------------

    def _open(self) -> tuple[TaskLine, ...]:
        return overview.tasks(self.office.store, demo.ACTOR, self.clock.now(), instance_id=self.instance)

    def _told(self) -> list[str]:
        """What somebody was told of lateness in this instance and was not said yet, oldest first, with whom."""
        found = []
        for account in demo.POSITIONS:
            who = self._actor(account)
            for row in self.office.inbox.notifications(who).rows:
                if row.instance_id == self.instance and row.kind in ("late", "escalated") and row.id not in self.heard:
                    found.append((row.id, f"kepada {who.name}: {row.message}"))
        self.heard.update(number for number, _ in found)
        return [message for _, message in sorted(found)]

    def _actor(self, account: str) -> Actor:
        found = self.office.people.by_username(account)
        with self.office.store.reading() as tx:
            return self.office.people.actor(tx, found.id, self.clock.now())


def _account(task: TaskLine) -> str:
    return next(
        account for account, (role, unit, _) in demo.POSITIONS.items() if (role, unit) == (task.role, task.unit)
    )
