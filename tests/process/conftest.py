"""Offices on a real SQLite file and on a real PostgreSQL server, and people who do the steps of the shipped SOP."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from process import migrate, passwords
from process.clock import ManualClock
from process.model import ADMINISTRATOR, AUDITOR, PENGELOLA, Actor, Confirmation, Unit
from process.office import Office
from process.people import add_person_in
from process.positions import add_position_in
from process.store import Store, sqlite_url
from process.units import add_unit_in
from tests.process.databases import Copies, Kept, Server, SqliteCopies

ROOT = Path(__file__).parents[2]
MONDAY = datetime(2026, 4, 6, 1, 0, tzinfo=UTC)  # 08.00 WIB, a working day
PROCESS = "pengumpulan_data_kinerja"
SETUP = Actor(None, "Penyiapan", system_roles=frozenset({ADMINISTRATOR, PENGELOLA}), source="command")
BAGIAN = ("PRK", "HKM", "UMUM", "ORG", "EKO", "KS", "ADP", "PBJ", "PEM", "KESRA", "PROKOPIM")
POSITIONS = {
    "staf": ("staf", "PRK"),
    "staf2": ("staf", "PRK"),
    "perencana": ("perencana_ahli_muda", "PRK"),
    **{f"kabag.{code.lower()}": ("kepala_bagian", code) for code in BAGIAN},
    "sekda": ("sekretaris_daerah", "SETDA"),
}
SYSTEM = {"pengelola": PENGELOLA, "auditor": AUDITOR, "admin": ADMINISTRATOR}


def people_an_office(office: Office) -> None:
    """Units, accounts named after positions, and the shipped SOP in force."""
    now = office.clock.now()
    hashed = passwords.make("rahasia-panjang-1")
    with office.store.transaction() as tx:
        office.calendars.ensure_standard(tx, now)
        add_unit_in(tx, Unit("SETDA", "Sekretariat Daerah", None, ("SETDA",)), SETUP, now)
        for code in BAGIAN:
            add_unit_in(tx, Unit(code, f"Bagian {code}", "SETDA", (f"BAGIAN {code}",)), SETUP, now)
        for account, (role, unit) in POSITIONS.items():
            made = add_person_in(tx, account, account.title(), hashed, SETUP, now, must_change_password=False)
            add_position_in(tx, made.id, role, unit, SETUP, now, title=account.upper(), from_date=date(2024, 1, 1))
        for account, role in SYSTEM.items():
            add_person_in(tx, account, account.title(), hashed, SETUP, now, system_roles=[role])
    forms = {path.stem: path.read_bytes() for path in (ROOT / "forms/definitions").glob("*.form")}
    diagram = (ROOT / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn").read_bytes()
    office.definitions.publish(diagram, forms, SETUP, owner_unit="PRK")


class Crew:
    """People who do the steps of the SOP with sensible data."""

    def __init__(self, office: Office, clock: ManualClock, copies: Copies | None = None) -> None:
        self.office = office
        self.clock = clock
        self.copies = copies
        self.year = 2027  # of the next start
        self.ids: dict[str, int] = {}

    def actor(self, account: str) -> Actor:
        if account not in self.ids:
            self.ids[account] = self.office.people.by_username(account).id
        with self.office.store.reading() as tx:
            return self.office.people.actor(tx, self.ids[account], self.clock.now())

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.office.store.reading() as tx:
            return list(tx.all(sa.text(sql), values))

    def start(self, account: str = "staf", year: int | None = None, **more: Any) -> str:
        if year is None:
            year, self.year = self.year, self.year + 1
        data = {"tahun": Decimal(year), "triwulan": "I", "jenis_pk": "murni", "judul": ""}
        return self.office.engine.start_instance(PROCESS, data, self.actor(account), **more)

    def open(self, instance: str) -> dict[tuple[str, str], str]:
        """(element, item) → task id of the open tasks."""
        found = self.rows(
            "SELECT id, element, item FROM user_task WHERE instance = :i AND completed IS NULL ORDER BY element, item",
            i=instance,
        )
        return {(row.element, row.item): row.id for row in found}

    def task(self, instance: str, element: str, item: str = "") -> str:
        return self.open(instance)[element, item]

    def doer(self, element: str, item: str = "") -> Actor:
        accounts = {"mengkoreksi_format": "perencana", "memvalidasi": "perencana", "menandatangani": "sekda"}
        accounts |= {"memberi_koreksi": "kabag.prk", "mengisi_data": f"kabag.{item.lower()}"}
        return self.actor(accounts.get(element, "staf"))

    def answer(self, element: str, page: dict[str, Any], bagian: tuple[str, ...] = ("PRK", "HKM", "UMUM")) -> None:
        """Fill in what a step must say, over what its page opened with."""
        if element == "membuat_draft" and not page["indikator"][0].get("kode"):
            page["indikator"] = [
                {"kode_bagian": code, "kode": f"{n}.1", "sasaran": "Kinerja", "indikator": "Nilai", "satuan": "%",
                 "arah": "naik", "target_tahun": Decimal(400), "target": Decimal(100), "pertanyaan": ""}
                for n, code in enumerate(bagian, 1)
            ]  # fmt: skip
        elif element == "mengkoreksi_format":
            page["keputusan"] = "benar"
        elif element == "mengisi_data":
            for row in page["baris"]:
                row["realisasi"] = Decimal(90)
        elif element == "memvalidasi":
            for row in page["baris"]:
                row["valid"] = True
        elif element == "mengarsipkan":
            page.update(ARCHIVE)

    def complete(
        self, instance: str, element: str, item: str = "", *, actor: Actor | None = None,
        bagian: tuple[str, ...] = ("PRK", "HKM", "UMUM"), **values: Any,
    ) -> Any:  # fmt: skip
        """Do one step as its page would."""
        task = self.task(instance, element, item)
        who = actor or self.doer(element, item)
        page = self.office.views.task(task, who)
        data = dict(page.data)
        self.answer(element, data, bagian)
        data.update(values)
        confirmation = None
        if page.definition.sign:
            shown = self.office.engine.preview(task, data, who)
            confirmation = Confirmation(shown.digest, self.clock.now())
        return self.office.engine.complete_task(task, data, who, revision=page.task.revision, confirmation=confirmation)

    def until(self, instance: str, element: str, bagian: tuple[str, ...] = ("PRK", "HKM", "UMUM")) -> None:
        """Do every step until `element` is open."""
        while (now := self.open(instance)) and all(found != element for found, _ in now):
            for found, item in now:
                self.complete(instance, found, item, bagian=bagian)
        assert now, f"the instance ended without {element}"

    def once(self, build: Callable[..., Any], *args: Any) -> Any:
        """What `build(crew, *args)` returns and leaves behind, in an office in which nothing happened yet.

        It is done once for each kind of database; later its rows and files are put in place and the clock is set. So
        what it returns must be plain.
        """
        copies = self.copies
        assert copies is not None
        assert copies.untouched(), "this comes first in a test"
        found = copies.states.get((build, args))
        if found is None:
            value, number = build(self, *args), len(copies.states) + 1
            found = Kept(number, value, self.clock.now(), self.year, copies.folder / f"files-{number}")
            copies.keep(number)
            if self.office.data_dir.exists():
                shutil.copytree(self.office.data_dir, found.files)
            copies.states[build, args] = found
            return value
        copies.put_back(found.number)
        if found.files.exists():
            shutil.copytree(found.files, self.office.data_dir, dirs_exist_ok=True)
        self.clock.set(found.now)
        self.year = found.year
        return found.value

    def brought(self, element: str, bagian: tuple[str, ...] = ("PRK", "HKM", "UMUM")) -> str:
        """An instance in which every step until `element` is done; it comes first in a test."""
        return self.once(_brought, element, bagian)

    def finish(self, instance: str, bagian: tuple[str, ...] = ("PRK", "HKM", "UMUM")) -> None:
        while now := self.open(instance):
            for found, item in now:
                self.complete(instance, found, item, bagian=bagian)

    def state(self, instance: str) -> str:
        return str(self.rows("SELECT state FROM instance WHERE id = :i", i=instance)[0].state)

    def events(self, instance: str) -> list[str]:
        return [one.type for one in self.office.trail.timeline(instance)]


def _brought(crew: Crew, element: str, bagian: tuple[str, ...]) -> str:
    instance = crew.start()
    crew.until(instance, element, bagian)
    return instance


ARCHIVE: dict[str, Any] = {
    "uraian": "Data kinerja",
    "jumlah_salinan": Decimal(2),
    "kode_klasifikasi": "000.8",
    "retensi_aktif": Decimal(1),
    "retensi_inaktif": Decimal(4),
    "nasib_akhir": "permanen",
    "lokasi_elektronik": "Arsip digital",
    "lokasi_kertas": "Rak 1",
}


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the newest schema; to be copied, never written."""
    path = tmp_path_factory.mktemp("migrated") / "alur.sqlite3"
    store = Store(f"sqlite:///{path}")
    migrate.upgrade(store)
    store.close()
    return path


@pytest.fixture
def store(tmp_path: Path, migrated: Path) -> Iterator[Store]:
    """A store on an empty database of its own."""
    shutil.copy(migrated, tmp_path / "alur.sqlite3")
    opened = Store(f"sqlite:///{tmp_path}/alur.sqlite3")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite")
    office = Office.open(sqlite_url(folder / "alur.db"), folder, clock=ManualClock(MONDAY))
    people_an_office(office)
    office.close()
    return folder / "alur.db"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real server with a template database that is set up."""
    made = Server()
    url = made.url.set(database=Server.TEMPLATE).render_as_string(False)
    office = Office.open(url, made.folder, clock=ManualClock(MONDAY), migrate=True)
    people_an_office(office)
    office.close()
    made.make_template()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres(server: Server) -> tuple[Any, Any]:
    """The server's address, and an engine to make databases with, for tests that want one of their own."""
    return server.url, server.admin


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, set-up database: every test that uses it runs on both."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "alur.db")
        yield sqlite_url(tmp_path / "alur.db")
        return
    with request.getfixturevalue("server").database() as url:
        yield url


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def office(database: str, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    opened = Office.open(database, tmp_path / "data", clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def states() -> dict[Any, Kept]:
    """What tests on SQLite kept."""
    return {}


@pytest.fixture
def crew(request: pytest.FixtureRequest, office: Office, clock: ManualClock, states: dict[Any, Kept]) -> Crew:
    if office.store.sqlite:
        template = request.getfixturevalue("sqlite_template")
        return Crew(office, clock, SqliteCopies(Path(office.store.url.database), template, states))
    return Crew(office, clock, request.getfixturevalue("server").copies[office.store.url.render_as_string(False)])


@pytest.fixture
def lite(sqlite_template: Path, tmp_path: Path, clock: ManualClock, states: dict[Any, Kept]) -> Iterator[Crew]:
    """A crew on SQLite only, for what concerns SQLite or is the same on both."""
    shutil.copy(sqlite_template, tmp_path / "alur.db")
    opened = Office.open(sqlite_url(tmp_path / "alur.db"), tmp_path / "data", clock=clock)
    yield Crew(opened, clock, SqliteCopies(tmp_path / "alur.db", sqlite_template, states))
    opened.close()


@pytest.fixture(scope="session")
def new_crew() -> Callable[[Office, ManualClock], Crew]:
    return Crew
