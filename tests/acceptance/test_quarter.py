"""A whole quarter by clicking: from the start to step 9, with one return, one late step and one attachment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from service.demo import PASSWORD

from .conftest import MONDAY, NARROW, Person, Site

pytestmark = pytest.mark.browser

QUESTIONS = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
HEAD = "\t".join(
    ("Bagian", "Kode", "Indikator kinerja", "Sasaran strategis", "Satuan", "Arah", "Target tahun", "Target triwulan")
)
ROWS = "\n".join(
    f"{unit}\t{number}.{place}\t{name}\tMeningkatnya kualitas layanan\t{measure}\t{direction}\t{year}\t{quarter}"
    for number, unit in enumerate(("Bagian Hukum", "Bagian Organisasi"), 1)
    for place, name, measure, direction, year, quarter in (
        (1, f"Persentase layanan {unit} tepat waktu", "%", "Makin tinggi makin baik", "100", "75,5"),
        (2, "Jumlah keluhan", "keluhan", "Makin rendah makin baik", "10", "5"),
    )
)


def open_task(one: Person, name: str, tab: str = "tersedia") -> Page:
    """From the inbox into a task, until its form stands."""
    page = one.open(f"/tugas?tab={tab}")
    page.get_by_role("link", name=name).first.click()
    expect(page.locator("[data-form]")).to_have_attribute("data-ready", "true")
    return page


def send(page: Page, button: str = "Kirim") -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(lambda url: "/tugas/" not in url or url.endswith("#selesai"))


def confirm(page: Page, shown: str = "Jumlah keluhan") -> None:
    """The dialog of a paraf or signature: the document, the SOP's warning, the password."""
    dialog = page.locator("dialog[data-confirm]")
    expect(dialog).to_be_visible()
    expect(dialog.locator("[data-confirm-warning]")).to_contain_text("teliti dan tepat waktu")
    expect(dialog).to_contain_text("tidak tersertifikasi")
    expect(dialog.locator("[data-confirm-document]")).to_contain_text(shown)
    for part in ("warning", "password", "ok"):  # reached without scrolling, however long the document is
        expect(dialog.locator(f"[data-confirm-{part}]")).to_be_in_viewport(ratio=1)
    cut = dialog.locator("[data-confirm-document]").evaluate("(node) => node.scrollHeight - node.clientHeight")
    assert cut == 0, "the document scrolls with the dialog, not in a window of its own within it"
    if page.viewport_size == NARROW:
        wider = dialog.locator("[data-confirm-document]").evaluate("(node) => node.scrollWidth - node.clientWidth")
        assert wider == 0, "on a telephone the whole document is read from top to bottom"
    dialog.locator("[data-confirm-password]").fill("bukan kata sandinya")
    dialog.locator("[data-confirm-ok]").click()
    expect(dialog.locator("[data-confirm-error]")).to_contain_text("sandi")
    dialog.locator("[data-confirm-password]").fill(PASSWORD)
    dialog.locator("[data-confirm-ok]").click()
    page.wait_for_url(lambda url: "/tugas/" not in url)


def test_a_quarter_from_start_to_step_nine(site: Site, person: Callable[[str], Person]) -> None:
    staff, planner = person("staf.prk"), person("perencana.prk")

    page = staff.open("/proses/pengumpulan_data_kinerja/mulai")
    page.get_by_label("Tahun").fill("2026")
    page.get_by_label("Triwulan").select_option("III")
    page.locator("input[type=file]").set_input_files(
        {"name": "daftar-pertanyaan.pdf", "mimeType": "application/pdf", "buffer": QUESTIONS}
    )
    expect(page.get_by_role("link", name="daftar-pertanyaan.pdf")).to_be_visible()
    staff.shot("00-mulai")
    staff.check_accessibility("start")
    page.get_by_role("button", name="Mulai Proses").click()
    page.wait_for_url("**/pelaksanaan/*")
    instance = page.url
    page.wait_for_selector(".djs-container .djs-shape")

    page = open_task(staff, "Membuat draft format data kinerja")
    page.get_by_role("button", name="Tempel dari spreadsheet").click()
    page.get_by_label("Tempel baris di sini").fill(f"{HEAD}\n{ROWS}\n")
    page.get_by_role("button", name="Baca tabel").click()
    expect(page.get_by_text("4 baris dimasukkan.")).to_be_visible()
    expect(page.locator("[data-save-status]")).to_contain_text("Tersimpan")
    staff.shot("01-draft")
    staff.check_accessibility("step 1")
    send(page)
    staff.shot("01-kotak-tugas-kosong")

    page = open_task(planner, "Mengkoreksi format data kinerja")
    page.get_by_text("Salah — dikembalikan").click()
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(page.locator("[data-form-errors]")).to_contain_text("Catatan")
    planner.shot("02-galat")
    planner.check_accessibility("step 2 with an error")
    page.get_by_label("Catatan pengembalian").fill("Target indikator 1.2 belum sesuai Perjanjian Kinerja.")
    send(page)

    page = open_task(staff, "Membuat draft format data kinerja", "saya")
    expect(page.get_by_text("Target indikator 1.2 belum sesuai Perjanjian Kinerja.")).to_be_visible()
    staff.shot("03-dikembalikan")
    staff.check_accessibility("step 1 returned")
    page.get_by_role("textbox", name="Target triwulan").nth(1).fill("4,5")
    expect(page.locator("[data-save-status]")).to_contain_text("Tersimpan")
    send(page)

    page = open_task(planner, "Mengkoreksi format data kinerja", "saya")
    expect(page.locator("[data-form]").get_by_text("4,5", exact=True)).to_be_visible()
    page.get_by_text("Benar — digandakan").click()
    send(page)

    page = open_task(staff, "Menggandakan dan menyerahkan")
    staff.shot("04-menggandakan")
    staff.check_accessibility("step 3")
    send(page)

    fill_figures(person("kabag.hkm"), attach=True)
    for one in (staff, planner):
        one.page.goto("about:blank")  # their sessions end while the clock moves
    site.clock.set(datetime(2026, 11, 25, 2, 0, tzinfo=UTC))  # two days later; step 4 had one
    site.office.engine.fire_due(site.clock.now())
    organisation = person("kabag.org")
    page = organisation.open("/tugas")
    expect(page.get_by_text("Terlambat").first).to_be_visible()
    organisation.shot("05-terlambat")
    organisation.check_accessibility("inbox with a late task")
    fill_figures(organisation, attach=False)

    staff.login()
    planner.login()
    page = staff.open(instance.removeprefix(site.address))
    page.wait_for_selector(".djs-container .djs-shape")
    expect(page.get_by_text("Terkirim").first).to_be_visible()
    staff.shot("06-pelaksanaan")
    staff.check_accessibility("instance")

    page = open_task(staff, "Menerima dan menyerahkan data kinerja")
    staff.shot("07-penerimaan")
    staff.check_accessibility("step 5")
    send(page)

    page = open_task(planner, "Memvalidasi dan paraf")
    boxes = page.get_by_role("checkbox", name="Data ini valid")
    expect(boxes).to_have_count(4)
    for box in boxes.all():
        box.check()
    planner.shot("08-validasi")
    planner.check_accessibility("step 6")
    page.get_by_role("button", name="Bubuhkan Paraf dan Kirim").click()
    expect(page.locator("dialog[data-confirm]")).to_be_visible()
    planner.check_accessibility("paraf")
    confirm(page)

    head = person("kabag.prk")
    page = open_task(head, "Memberi Koreksi dan paraf")
    head.shot("09-koreksi")
    head.check_accessibility("step 7")
    page.get_by_role("button", name="Bubuhkan Paraf dan Kirim").click()
    confirm(page)

    secretary = person("sekda")
    page = open_task(secretary, "Menandatangani data kinerja")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    secretary.shot("10-menandatangani")
    secretary.check_accessibility("step 8")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.get_by_role("button", name="Tanda Tangani dan Kirim").click()
    expect(page.locator("dialog[data-confirm]")).to_be_visible()
    page.screenshot(path="tests/screenshots/10-dialog-360.png")
    confirm(page)

    page = open_task(staff, "Menggandakan dan mengarsipkan")
    page.get_by_label("Jumlah salinan").fill("3")
    page.get_by_label("Nomor berkas").fill("12/PRK/2026")
    page.get_by_label("Kode klasifikasi arsip").fill("000.8.6")
    page.get_by_label("Retensi aktif (tahun)").fill("2")
    page.get_by_label("Retensi inaktif (tahun)").fill("3")
    page.get_by_label("Nasib akhir arsip").select_option("permanen")
    page.get_by_label("Tempat arsip elektronik").fill("Server Sekretariat Daerah")
    page.get_by_label("Tempat arsip kertas").fill("Lemari 2, rak 3")
    staff.shot("11-mengarsipkan")
    staff.check_accessibility("step 9")
    send(page)

    page = staff.open(instance.removeprefix(site.address))
    expect(page.get_by_text("Selesai").first).to_be_visible()
    page.wait_for_selector(".djs-container .djs-shape")
    for state in ("Terisi", "Terverifikasi", "Diparaf", "Ditandatangani"):
        expect(page.get_by_text(f"Data Kinerja · {state}")).to_be_visible()
    staff.shot("12-selesai")
    staff.check_accessibility("finished instance")
    page.get_by_role("link", name="Data kinerja", exact=True).click()
    staff.shot("13-dokumen")
    staff.check_accessibility("signed document")
    assert site.office.trail.verify() is not None
    assert site.clock.now() > MONDAY


def fill_figures(one: Person, *, attach: bool) -> None:
    """Step 4 of one Bagian: two rows, of which the second has no figure yet."""
    page = open_task(one, "Menerima dan mengisi data kinerja")
    page.get_by_role("textbox", name="Realisasi", exact=True).first.fill("84,5")
    one.shot(f"05-isian-{one.account}")
    one.check_accessibility("step 4")
    if attach:
        page.locator("input[type=file]").first.set_input_files(
            {"name": "bukti.pdf", "mimeType": "application/pdf", "buffer": QUESTIONS}
        )
        expect(page.get_by_role("link", name="bukti.pdf")).to_be_visible()
    page.get_by_role("textbox", name="Realisasi", exact=True).nth(1).fill("4")
    expect(page.locator("[data-save-status]")).to_contain_text("Tersimpan")
    send(page)
    page.goto("about:blank")  # so that nothing asks again while the clock moves
