"""Another SOP, drawn with nothing but the vocabulary: published and run by the office that runs the shipped one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from process import overview
from process.clock import ManualClock
from process.errors import DuplicateKey, InvalidData
from process.model import Actor, Confirmation
from process.office import Office
from service import demo

HERE = Path(__file__).parent
LETTER = {"nomor": "12/UM/2026", "tanggal": "2026-04-01", "asal": "Dinas Kesehatan", "perihal": "Undangan rapat"}


class Post:
    """The demonstration office with the second SOP in force, and one letter that has come in."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(datetime(2026, 4, 6, 2, 0, tzinfo=UTC))
        self.office = Office.open(f"sqlite:///{folder / 'alur.sqlite3'}", folder, clock=self.clock)
        demo.set_up(self.office)
        forms = {path.stem: path.read_bytes() for path in HERE.glob("surat-masuk-*.form")}
        diagram = (HERE / "surat-masuk.bpmn").read_bytes()
        self.office.definitions.publish(diagram, forms, demo.ACTOR, owner_unit=demo.OWNER)
        self.instance = self.start()

    def who(self, account: str) -> Actor:
        found = self.office.people.by_username(account)
        with self.office.store.reading() as tx:
            return self.office.people.actor(tx, found.id, self.clock.now())

    def start(self) -> str:
        return self.office.engine.start_instance("surat_masuk", LETTER, self.who("staf.prk"))

    def open(self) -> dict[tuple[str, str | None], overview.TaskLine]:
        found = overview.tasks(self.office.store, demo.ACTOR, self.clock.now(), instance_id=self.instance)
        return {(task.name, task.item): task for task in found}

    def page(self, name: str, account: str, item: str | None = None) -> Any:
        return self.office.views.task(self.open()[name, item].id, self.who(account))

    def send(self, name: str, account: str, item: str | None = None, **given: Any) -> None:
        task, who = self.open()[name, item], self.who(account)
        engine = self.office.engine
        engine.claim(task.id, who)
        data = {**self.office.views.task(task.id, who).data, **given}
        confirmation = None
        if name == "Memberi disposisi":
            shown = engine.preview(task.id, data, who)
            confirmation = Confirmation(shown.digest, self.office.people.verify_password(who, demo.PASSWORD, None))
        engine.complete_task(task.id, data, who, confirmation=confirmation)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path)
    yield made
    made.office.close()


def test_a_letter_goes_through_two_bagian_to_the_archive(post: Post) -> None:
    assert post.page("Mencatat surat masuk pada agenda", "staf.prk").data["perihal"] == "Undangan rapat"
    post.send("Mencatat surat masuk pada agenda", "staf.prk", nomor_agenda="77")
    page = post.page("Memberi disposisi", "kabag.prk")
    assert page.data["ringkasan"] == "77 — Undangan rapat"
    offered = {option["value"] for option in page.data["pilihan_tujuan"]}
    assert offered == set(demo.BAGIAN) - {demo.OWNER}
    chosen = {"tindak_lanjut": "ya", "tujuan": ["HKM", "UMUM"], "batas": "2026-04-10", "isi": "Hadiri"}
    post.send("Memberi disposisi", "kabag.prk", **chosen)
    follow = "Menindaklanjuti disposisi"
    assert set(post.open()) == {(follow, "HKM"), (follow, "UMUM")}
    dues = {task.due.astimezone(UTC).date() for task in post.open().values() if task.due}
    assert dues == {date(2026, 4, 10)}, "the date on the form replaces the standard time"
    post.send(follow, "kabag.umum", "UMUM", laporan="Sudah dihadiri")
    assert set(post.open()) == {(follow, "HKM")}
    post.send(follow, "kabag.hkm", "HKM", laporan="Tidak perlu")
    page = post.page("Mengarsipkan surat", "staf.prk")
    assert page.data["laporan"] == [
        {"unit_kerja": "Bagian Hukum", "laporan": "Tidak perlu"},
        {"unit_kerja": "Bagian Umum", "laporan": "Sudah dihadiri"},
    ]
    post.send("Mengarsipkan surat", "staf.prk", letak="Rak 3")
    assert post.open() == {}
    line = overview.instance_line(post.office.store, demo.ACTOR, post.clock.now(), post.instance)
    assert line.title == "Surat 12/UM/2026 dari Dinas Kesehatan"


def test_a_letter_that_needs_nothing_goes_straight_to_the_archive(post: Post) -> None:
    post.send("Mencatat surat masuk pada agenda", "staf.prk", nomor_agenda="77")
    with pytest.raises(InvalidData) as caught:
        post.send("Memberi disposisi", "kabag.prk", tindak_lanjut="ya", isi="Untuk diketahui")
    assert [error.path for error in caught.value.errors] == [("tujuan",)]
    post.send("Memberi disposisi", "kabag.prk", tindak_lanjut="tidak", isi="Untuk diketahui")
    assert set(post.open()) == {("Mengarsipkan surat", None)}


def test_its_own_key_and_its_own_standard_time_hold(post: Post) -> None:
    with pytest.raises(DuplicateKey):
        post.start()
    task = post.open()["Mencatat surat masuk pada agenda", None]
    assert task.due == post.clock.now() + timedelta(minutes=30)
    post.clock.advance(minutes=31)
    post.office.engine.fire_due()
    assert post.open()["Mencatat surat masuk pada agenda", None].late
