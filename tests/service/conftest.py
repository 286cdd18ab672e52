"""A demonstration office on SQLite with a clock that stands still, and visitors who come through its front door."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from process.clock import ManualClock
from process.office import Office
from process.packing import unpack
from process.tables import event, event_payload
from service import demo, demo_run
from service.app import create_app, serve
from service.command import main
from service.security import SESSION_COOKIE
from service.settings import Settings

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08.00 WIB, a working day
OCTOBER = datetime(2026, 10, 12, 1, 0, tzinfo=UTC)
ACCOUNTS = (
    "staf.prk",
    "perencana.prk",
    "kabag.prk",
    "kabag.hkm",
    "kabag.org",
    "kabag.kesra",
    "sekda",
    "pengelola",
    "auditor",
)
PROCESS = "pengumpulan_data_kinerja"


class Visitor:
    """A browser of one person: keeps the cookie and sends the CSRF token of its session."""

    def __init__(self, client: FlaskClient, csrf: str = "") -> None:
        self.client = client
        self.csrf = csrf

    def token(self, path: str = "/masuk") -> str:
        """The CSRF token in the forms of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.page(path).text)
        assert found
        return found[1]

    def login(self, account: str, password: str, **fields: str) -> TestResponse:
        data = {"pengguna": account, "kata_sandi": password, "csrf_token": self.token(), **fields}
        return self.client.post("/masuk", data=data, headers={"Accept": "text/html"})

    def page(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers={"Accept": "text/html"}, **more)

    def ask(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, headers={"Accept": "application/json"}, **more)

    def send(self, path: str, data: object, method: str = "POST") -> TestResponse:
        """JSON as the form's script sends it."""
        return self.client.open(path, method=method, json=data, headers={"X-CSRF-Token": self.csrf})

    def submit(self, path: str, **fields: Any) -> TestResponse:
        """An ordinary HTML form."""
        return self.client.post(path, data={"csrf_token": self.csrf, **fields}, headers={"Accept": "text/html"})

    def upload(self, path: str, content: bytes, name: str, **fields: str) -> TestResponse:
        data = {"file": (io.BytesIO(content), name), **fields}
        return self.client.post(path, data=data, headers={"X-CSRF-Token": self.csrf})


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[str, str]]]:
    """A folder with a ready office, and (session token, CSRF token) by account."""
    folder = tmp_path_factory.mktemp("kantor")
    office = Office.open(f"sqlite:///{folder / 'alur.db'}", folder, clock=ManualClock(MONDAY))
    demo.set_up(office)
    sessions = {}
    for account in ACCOUNTS:
        opened = office.people.authenticate(account, demo.PASSWORD, "127.0.0.1")
        sessions[account] = (opened.token, opened.csrf)
    office.close()
    return folder, sessions


@pytest.fixture(scope="session")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with an office whose quarter was finished, with one return, one late Bagian and eleven Bagian in all;
    and the instance's id."""
    folder = tmp_path_factory.mktemp("selesai")
    settings = Settings(database_url=f"sqlite:///{folder / 'alur.db'}", data_dir=folder, demo=True)
    made = demo_run.run(settings, lambda _: None, start=OCTOBER)
    office = Office.open(settings.database_url, folder)
    office.index.catch_up()
    office.close()
    return folder, made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def office(template: tuple[Path, Any], tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    folder = tmp_path / "kantor"
    shutil.copytree(template[0], folder)
    opened = Office.open(f"sqlite:///{folder / 'alur.db'}", folder, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def new_app(template: tuple[Path, Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Flask]:
    """Makes an app whose hundred addresses are compiled once: each office is lent to it. Apps share their templates."""
    templates = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templat")))

    def make() -> Flask:
        office = Office.open(f"sqlite:///{template[0] / 'alur.db'}", template[0], clock=ManualClock(MONDAY))
        made = create_app(office, Settings("", template[0], "k" * 32, demo=True))
        made.jinja_env.bytecode_cache = templates
        office.close()
        return made

    return make


@pytest.fixture(scope="session")
def app_once(new_app: Callable[[], Flask]) -> Flask:
    return new_app()


@pytest.fixture
def app(app_once: Flask, office: Office, tmp_path: Path) -> Flask:
    settings = Settings("", tmp_path, "k" * 32, demo=True, cookie_secure=False, max_upload_mb=1)
    serve(app_once, office, settings)
    return app_once


@pytest.fixture
def guest(app: Flask) -> Visitor:
    """Somebody who has not logged in."""
    return Visitor(app.test_client())


@pytest.fixture
def visitor(app: Flask, template: tuple[Path, dict[str, tuple[str, str]]]) -> Callable[[str], Visitor]:
    """`visitor("staf.prk")`: somebody who is logged in."""

    def make(account: str) -> Visitor:
        token, csrf = template[1][account]
        client = app.test_client()
        client.set_cookie(SESSION_COOKIE, token)
        return Visitor(client, csrf)

    return make


INDICATORS = [
    {
        "kode_bagian": unit,
        "kode": f"IK.{number}",
        "indikator": f"Persentase layanan {unit} yang tepat waktu",
        "sasaran": "Meningkatnya kualitas layanan",
        "satuan": "%",
        "arah": "naik",
        "target_tahun": 100,
        "target": 80,
        "pertanyaan": "",
    }
    for number, unit in enumerate(("HKM", "ORG"), 1)
]
START = {"tahun": 2026, "triwulan": "III", "jenis_pk": "murni", "judul": "", "daftar_pertanyaan": [], "catatan": ""}


class Quarter:
    """A quarter of the shipped SOP, driven through the pages' own addresses."""

    indicators = INDICATORS

    def __init__(self, visitor: Callable[[str], Visitor]) -> None:
        self.visitor = visitor
        self.staff = visitor("staf.prk")
        self.planner = visitor("perencana.prk")
        self.instance = ""

    def start(self, **changes: object) -> str:
        """Starts it; answers the instance's id."""
        answer = self.staff.send(f"/proses/{PROCESS}/mulai", {"data": START | changes})
        assert answer.status_code == 201, answer.text
        self.instance = str(answer.json["next"]).rsplit("/", 1)[1]
        return self.instance

    def task(self, who: Visitor) -> str:
        """The id of the one task that a person may take or holds."""
        html = "".join(who.page(f"/tugas/daftar?tab={tab}").text for tab in ("tersedia", "saya"))
        (found,) = set(re.findall(r'href="/tugas/([a-z0-9]+)"', html))
        return str(found)

    def opened(self, who: Visitor, task: str) -> Any:
        """What the form's script gets."""
        answer = who.ask(f"/tugas/{task}/formulir")
        assert answer.status_code == 200, answer.text
        return answer.json

    def send(self, who: Visitor, task: str, **changes: object) -> TestResponse:
        """Sends a task's form as it opened, with changes."""
        opened = self.opened(who, task)
        return who.send(f"/tugas/{task}/kirim", {"data": opened["data"] | changes, "revision": opened["revision"]})

    def done(self, who: Visitor, **changes: object) -> str:
        """Sends the one task of a person, and answers its id."""
        task = self.task(who)
        answer = self.send(who, task, **changes)
        assert answer.status_code == 200, answer.text
        return task

    def draft(self) -> str:
        """Up to the draft that the planner corrects; answers the id of step 1."""
        self.start()
        return self.done(self.staff, indikator=INDICATORS)

    def spread(self) -> None:
        """Up to the Bagian that fill in their figures."""
        self.draft()
        self.done(self.planner, keputusan="benar")
        self.done(self.staff)

    def figures(self, who: Visitor, value: object = 75) -> str:
        """One Bagian fills in and sends its figures."""
        task = self.task(who)
        rows = self.opened(who, task)["data"]["baris"]
        answer = self.send(who, task, baris=[row | {"realisasi": value} for row in rows])
        assert answer.status_code == 200, answer.text
        return task


@pytest.fixture
def quarter(visitor: Callable[[str], Visitor]) -> Quarter:
    return Quarter(visitor)


@pytest.fixture
def admin(office: Office, visitor: Callable[[str], Visitor]) -> Visitor:
    """The demonstration's administrator, logged in."""
    opened = office.people.authenticate("administrator", demo.PASSWORD, "127.0.0.1")
    made = visitor("staf.prk")
    made.client.set_cookie(SESSION_COOKIE, opened.token)
    made.csrf = opened.csrf
    return made


def apart(*args: str, first: Callable[[], object] = lambda: None, **streams: int) -> int:
    """Start `alur …` in a process of its own, forked off this one, which has loaded all that it needs; answers its id.
    `stdin`, `stdout`, `stderr`: its descriptors; `first`: called there before it begins."""
    process = os.fork()
    if process:
        return process
    code: Any = 70
    try:
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            if name in streams:
                os.dup2(streams[name], number)
            setattr(sys, name, open(number, "w" if number else "r", buffering=1, closefd=False))  # noqa: SIM115
        first()
        main(args)
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(process: int) -> int:
    """The exit code of one that was started so, once it has ended."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def recorded(office: Office, kind: str) -> list[Any]:
    """Payloads of the events of a kind, in order."""
    with office.store.reading() as tx:
        rows = tx.all(event.select().where(event.c.type == kind).order_by(event.c.seq))
        found = []
        for row in rows:
            same = (event_payload.c.stream == row.stream) & (event_payload.c.seq == row.seq)
            found.append(unpack(tx.one(event_payload.select().where(same)).data))
        return found
