"""The office changes its own process in the browser; what runs is not harmed, and moves when somebody moves it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from process import overview
from process.model import Actor
from service import demo, demo_data

from .conftest import NARROW, WIDE, Person, Site
from .test_quarter import confirm, open_task

pytestmark = pytest.mark.browser
PROCESS = "pengumpulan_data_kinerja"


class Running:
    """An instance whose tasks are done through the engine, up to where a test wants to click."""

    def __init__(self, site: Site, quarter: str) -> None:
        self.office, self.clock = site.office, site.clock
        who = self.actor("staf.prk")
        opened = self.office.engine.start_page(PROCESS, who).data
        data = {**opened, **demo_data.start(self.clock.now().date()), "triwulan": quarter}
        self.id = self.office.engine.start_instance(PROCESS, data, who)

    def actor(self, account: str) -> Actor:
        with self.office.store.reading() as tx:
            return self.office.people.actor(tx, self.office.people.by_username(account).id, self.clock.now())

    def open(self) -> list[int]:
        """The numbers of the steps that are open, one for each open task."""
        rows = overview.tasks(self.office.store, demo.ACTOR, self.clock.now(), instance_id=self.id)
        return sorted(row.number for row in rows)

    def until(self, step: int) -> None:
        """Do every open task until `step` is open."""
        while step not in self.open():
            for row in overview.tasks(self.office.store, demo.ACTOR, self.clock.now(), instance_id=self.id):
                account = next(
                    a for a, (role, unit, _) in demo.POSITIONS.items() if (role, unit) == (row.role, row.unit)
                )
                who = self.actor(account)
                page = self.office.views.task(row.id, who)
                data = demo_data.answer(page.task.element, page.data, row.unit, False)
                self.office.engine.complete_task(row.id, data, who, revision=page.task.revision)


def codes(page: Page) -> list[str]:
    return sorted(one.get_attribute("data-kode") or "" for one in page.locator("[data-kode]").all())


def test_a_return_is_drawn_put_in_force_walked_and_moved_to(site: Site, person: Callable[[str], Person]) -> None:
    old = Running(site, "I")
    old.until(6)

    editor = person("pengelola")
    page = editor.open(f"/proses/{PROCESS}/sunting")
    page.wait_for_selector("[data-bpmn-editor][data-ready=true]")
    subtitle = page.locator(".judul-keterangan")
    expect(subtitle).to_have_text("Belum ada draf; perubahan pertama memulai draf atas versi 1")
    page.locator('[data-element-id="memvalidasi"] .djs-hit').first.click()
    page.locator('.djs-context-pad [data-action="append.exclusive"]').click()
    page.locator('.djs-context-pad [data-action="connect"]').click()
    box = page.locator('[data-element-id="mengisi_data"] .djs-hit').first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator('[data-kode="CONDITION_MISSING"]')).to_have_count(2)
    page.locator(".alur-editor-temuan-kepala").click()
    page.get_by_role("button", name="Sisipkan gerbang penyatu").click()
    expect(page.locator('[data-kode="INCOMING_SEVERAL"]')).to_have_count(0)
    page.locator('[data-kode="CONDITION_MISSING"][data-elemen="f_terverifikasi"] .alur-temuan-tuju').click()
    page.get_by_role("checkbox", name="Aliran bawaan").check()
    expect(page.locator('[data-kode="CONDITION_MISSING"]')).to_have_count(1)
    page.locator('[data-kode="CONDITION_MISSING"] .alur-temuan-tuju').click()
    page.get_by_label("Isian", exact=True).select_option(label="Catatan untuk Kepala Bagian")
    page.get_by_label("Pembanding").select_option(index=0)
    page.get_by_label("Nilai", exact=True).fill("Isi ulang")
    page.get_by_label("Nilai", exact=True).press("Tab")
    expect(page.locator('[data-kode="CONDITION_MISSING"]')).to_have_count(0)
    editor.shot("20-sunting")
    page.set_viewport_size({"width": 1440, "height": 900})

    expect(page.locator("[data-save-status]")).to_have_attribute("data-state", "saved")
    expect(subtitle).to_have_text("Draf atas versi 1")
    page.reload()
    page.wait_for_selector("[data-bpmn-editor][data-ready=true]")
    expect(page.locator('[data-kode="IDENTITY_NIP"]')).to_have_count(1)
    assert codes(page) == ["IDENTITY_NIP"]

    page = editor.open(f"/proses/{PROCESS}/bandingkan?ke=draf")
    page.wait_for_selector("[data-compare] .djs-container")
    expect(page.get_by_text('catatan = "Isi ulang"')).to_be_visible()
    editor.shot("21-bandingkan")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    condition = page.get_by_text('catatan = "Isi ulang"').bounding_box()
    assert condition is not None
    assert condition["width"] > 200, "what differs has the card's width"
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    editor.check_accessibility("comparison")
    page = editor.open(f"/proses/{PROCESS}/versi/berlakukan")
    page.get_by_label("Catatan perubahan").fill("Validasi dapat mengembalikan isian kepada Bagian.")
    editor.shot("22-berlakukan")
    editor.check_accessibility("putting in force")
    page.get_by_role("button", name="Berlakukan", exact=True).click()
    expect(page.get_by_role("row", name="Versi 2")).to_contain_text("Berlaku")
    editor.shot("23-versi")
    editor.check_accessibility("versions")

    new = Running(site, "II")
    new.until(6)
    planner = person("perencana.prk")
    send_back(planner, new)
    assert set(new.open()) == {4}, "the new version leads back to step 4"
    head = person("kabag.hkm")
    page = open_task(head, "Menerima dan mengisi data kinerja", "saya")
    expect(page.get_by_role("textbox", name="Realisasi", exact=True).first).not_to_have_value("")

    page = editor.open(f"/proses/{PROCESS}/pindahkan")
    editor.shot("24-pindahkan")
    editor.check_accessibility("moving")
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Alasan").fill("Ikut versi yang baru.")
    page.get_by_role("button", name="Pindahkan yang dipilih").click()
    expect(page.get_by_text("Dipindahkan ke versi 2: ")).to_be_visible()
    assert old.open() == [6]
    send_back(planner, old)
    assert set(old.open()) == {4}, "the moved one takes the new way"
    assert site.office.trail.verify() is not None


def test_the_shipped_revision_says_what_it_changes_before_it_is_taken_over(person: Callable[[str], Person]) -> None:
    editor = person("pengelola")
    page = editor.open(f"/proses/{PROCESS}/versi")
    card = page.get_by_role("region", name="Usulan revisi yang disertakan")
    expect(card).to_contain_text("Langkah 6 (validasi) dapat mengembalikan isian kepada Bagian.")
    expect(card).to_contain_text("Dibandingkan dengan versi 1 yang berlaku, 5 langkah berubah:")
    editor.shot("25-usulan-revisi")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    editor.check_accessibility("the shipped revision")
    card.get_by_role("link", name="Bandingkan dengan versi 1").click()
    expect(page.locator("[data-compare]")).to_have_attribute("data-ready", "true")
    expect(page.get_by_label("Ke", exact=True)).to_have_value("templat-usulan-revisi-pengumpulan-data-kinerja")
    expect(page.get_by_role("heading", name="Memvalidasi dan paraf data kinerja")).to_be_visible()
    expect(page.get_by_role("button", name="“Ya”: Data valid? → Gerbang eksklusif")).to_be_visible()
    expect(page.get_by_role("button", name="1 hari", exact=True)).to_have_count(0)  # which of them?
    editor.shot("26-bandingkan-usulan-revisi")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    editor.check_accessibility("the shipped revision compared")
    page.go_back()
    card.get_by_role("button", name="Jadikan draf").click()
    page.wait_for_selector("[data-bpmn-editor][data-ready=true]")


def test_a_second_person_is_told_decides_and_the_first_is_told(site: Site, person: Callable[[str], Person]) -> None:
    office = site.office
    added = office.people.add_person(
        "pengelola.dua", "Pengelola Dua", demo.PASSWORD, demo.ACTOR, system_roles=["pengelola"],
        must_change_password=False,
    )  # fmt: skip
    state = office.drafts.state(PROCESS)
    changed = state.xml.replace(b'name="Format benar?"', b'name="Sudah benar?"')
    office.drafts.save(PROCESS, demo.ACTOR, revision=0, xml=changed)
    office.versions.propose(PROCESS, demo.ACTOR, revision=1, note="Gerbang diberi nama")
    office.versions.set_approval(PROCESS, True, demo.ACTOR, "Perlu dua pasang mata")

    editor, other = person("pengelola"), person(added.username)
    page = editor.open(f"/proses/{PROCESS}/versi")
    row = page.get_by_role("row", name="Versi 2")
    row.get_by_text("Cabut", exact=True).click()
    expect(row).to_contain_text("Bila disetujui pengelola proses lain: Versi 1 kembali berlaku.")
    row.get_by_label("Alasan").fill("Nama gerbangnya keliru")
    editor.shot("27-usulkan-pencabutan")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    row.get_by_role("button", name="Usulkan pencabutan versi 2").click()
    waiting = page.get_by_role("region", name="Menunggu persetujuan")
    expect(waiting).to_contain_text("Sampai disetujui, versi 2 tetap berlaku.")
    expect(waiting.get_by_role("button", name="Setujui dan cabut")).to_have_count(0)
    expect(page.get_by_role("row", name="Versi 2")).to_contain_text("Setelah usulan yang menunggu diputuskan")
    editor.shot("28-pencabutan-diusulkan")

    page = other.open("/tugas")
    expect(page.get_by_text("Usulan itu menunggu persetujuan Anda.")).to_be_visible()
    other.shot("28-kotak-tugas-usulan")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page = other.open("/pemberitahuan")
    told = page.get_by_role("link", name="Pengelola Proses mengusulkan pencabutan versi 2")
    expect(told).to_contain_text("menunggu persetujuan Anda: Nama gerbangnya keliru")
    other.shot("29-pemberitahuan-usulan")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    other.check_accessibility("notifications of a proposal")
    told.click()
    waiting = page.get_by_role("region", name="Menunggu persetujuan")
    expect(waiting).to_contain_text("Bila disetujui: Versi 1 kembali berlaku.")
    other.shot("30-setujui-pencabutan")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    other.check_accessibility("a proposal to revoke")
    waiting.get_by_text("Tolak", exact=True).click()
    waiting.get_by_label("Alasan").fill("Namanya sudah benar")
    waiting.get_by_role("button", name="Tolak usulan").click()
    expect(page.get_by_role("status")).to_contain_text("Usulan ditutup")

    page = editor.open("/pemberitahuan")
    expect(page.get_by_role("link", name="Pengelola Dua menolak usulan Anda")).to_contain_text("Namanya sudah benar")
    editor.shot("31-pemberitahuan-hasil")


def send_back(planner: Person, running: Running) -> None:
    """Step 6 with the note that leads back."""
    (task,) = overview.tasks(running.office.store, demo.ACTOR, running.clock.now(), instance_id=running.id)
    page = planner.open(f"/tugas/{task.id}")
    expect(page.locator("[data-form]")).to_have_attribute("data-ready", "true")
    for box in page.get_by_role("checkbox", name="Data ini valid").all():
        box.check()
    page.get_by_label("Catatan untuk Kepala Bagian").fill("Isi ulang")
    page.get_by_role("button", name="Bubuhkan Paraf dan Kirim").click()
    confirm(page, "Dokumen perencanaan")
