"""The form in the browser: what is typed is read as Indonesians write it, keeps itself, and is never lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from service import demo
from service.security import SESSION_COOKIE

pytestmark = pytest.mark.browser

PROCESS = "/proses/pengumpulan_data_kinerja"
HEAD = ("Kode", "Indikator kinerja", "Sasaran strategis", "Bagian", "Satuan", "Arah", "Target tahun", "Target triwulan")
EXPECTED = re.compile(r"status of 4\d\d|net::ERR_INTERNET_DISCONNECTED|net::ERR_FAILED")


def line(number: int, **more: str) -> str:
    """A line of a spreadsheet for the list of indicators."""
    cells = [
        f"1.{number}",
        f"Persentase dokumen ke-{number}",
        "Sasaran",
        "Bagian Hukum",
        "%",
        "Makin tinggi makin baik",
    ]
    return "\t".join([*cells, more.get("year", "90"), more.get("quarter", "84,5")])


def ready(page: Page) -> Page:
    expect(page.locator("[data-form]")).to_have_attribute("data-ready", "true")
    return page


def first_task(someone: Any) -> Page:
    """Starts a quarter and opens its first step."""
    page = ready(someone.open(f"{PROCESS}/mulai"))
    page.get_by_label("Tahun").fill("2026")
    page.get_by_label("Triwulan").select_option("I")
    page.get_by_role("button", name="Mulai Proses").click()
    page.wait_for_url("**/pelaksanaan/*")
    page.get_by_role("link", name="Membuat draft format data kinerja").first.click()
    page.wait_for_url("**/tugas/*")
    return ready(page)


def paste(page: Page, lines: list[str]) -> None:
    page.get_by_role("button", name="Tempel dari spreadsheet").click()
    page.get_by_label("Tempel baris di sini").fill("\n".join(["\t".join(HEAD), *lines]))
    page.get_by_role("button", name="Baca tabel").click()
    expect(page.get_by_text(f"{len(lines)} baris dimasukkan.")).to_be_visible(timeout=20_000)


def form_json(page: Page) -> dict[str, Any]:
    """What the server holds for this form."""
    url = page.locator("[data-form]").get_attribute("data-form")
    found: dict[str, Any] = page.evaluate("async (url) => (await fetch(url)).json()", url)
    return found


def status(page: Page, text: str) -> None:
    expect(page.locator("[data-save-status]")).to_contain_text(text)


def forgive(someone: Any) -> None:
    """A refused request is written to the console by the browser itself; only that is forgiven."""
    someone.complaints[:] = [one for one in someone.complaints if not EXPECTED.search(one)]


@pytest.fixture
def staff(person: Callable[[str], Any]) -> Any:
    return person("staf.prk")


def test_opening_takes_and_saves_nothing_and_one_edit_is_one_request(staff: Any) -> None:
    puts: list[str] = []
    staff.page.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
    page = first_task(staff)
    expect(page.get_by_text("Belum diambil")).to_be_visible()
    page.get_by_label("Kode").first.fill("1.1")
    status(page, "Tersimpan 08.00")
    assert len(puts) == 1
    assert form_json(page)["draftRevision"] == 1
    page.reload()
    expect(ready(page).get_by_label("Kode").first).to_have_value("1.1")
    expect(page.get_by_text("Belum diambil")).to_have_count(0)


def test_numbers_in_indonesian_notation_whatever_the_browser_speaks(staff: Any) -> None:
    page = first_task(staff)
    target, year = page.get_by_label("Target triwulan").first, page.get_by_label("Target tahun").first
    target.fill("84.5")
    year.fill("1.250,75")
    year.blur()
    expect(target).to_have_value("84,5")
    expect(year).to_have_value("1250,75")
    status(page, "Tersimpan")
    row = form_json(page)["data"]["indikator"][0]
    assert (row["target"], row["target_tahun"]) == (84.5, 1250.75)
    target.fill("delapan puluh")
    target.blur()
    expect(page.get_by_text("Isian ini harus berupa angka, misalnya 84,5.").first).to_be_visible()
    page.locator("[data-form-save]").click()
    status(page, "Tersimpan")
    page.reload()
    expect(ready(page).get_by_label("Target triwulan").first).to_have_value("delapan puluh")


def test_without_network_the_text_stays_and_is_saved_when_it_is_back(staff: Any) -> None:
    page = first_task(staff)
    staff.context.set_offline(True)
    page.get_by_label("Catatan untuk Perencana Ahli Muda").fill("ditulis tanpa jaringan")
    status(page, "Belum tersimpan")
    staff.context.set_offline(False)
    status(page, "Tersimpan")
    assert form_json(page)["data"]["catatan"] == "ditulis tanpa jaringan"
    forgive(staff)


def test_text_that_was_never_saved_is_there_again_after_the_page_was_closed(staff: Any) -> None:
    page = first_task(staff)
    address = page.url
    staff.context.set_offline(True)
    page.get_by_label("Catatan untuk Perencana Ahli Muda").fill("hampir hilang")
    status(page, "Belum tersimpan")
    page.close()  # without network: what a page that is left still sends must not arrive
    staff.context.set_offline(False)
    page = staff.context.new_page()
    page.goto(address)
    expect(ready(page).get_by_label("Catatan untuk Perencana Ahli Muda")).to_have_value("hampir hilang")
    expect(page.get_by_text("dipulihkan")).to_be_visible()
    status(page, "Tersimpan")
    assert form_json(page)["data"]["catatan"] == "hampir hilang"
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('alur:')).length") == 0
    forgive(staff)


def test_text_that_reached_the_server_though_its_answer_was_lost_is_not_offered_again(staff: Any) -> None:
    page = first_task(staff)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/draf", lose)
    page.get_by_label("Catatan untuk Perencana Ahli Muda").fill("sudah sampai")
    status(page, "Belum tersimpan")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(ready(page).get_by_label("Catatan untuk Perencana Ahli Muda")).to_have_value("sudah sampai")
    status(page, "Tersimpan")
    expect(page.locator(".alur-kabar")).to_be_hidden()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('alur:')).length") == 0
    forgive(staff)


def test_when_the_session_ends_the_text_stays_and_is_saved_after_login(staff: Any, site: Any) -> None:
    page = first_task(staff)
    token = next(one["value"] for one in staff.context.cookies() if one["name"] == SESSION_COOKIE)
    site.office.people.logout(token)
    page.get_by_label("Catatan untuk Perencana Ahli Muda").fill("sesi sudah berakhir")
    status(page, "Belum tersimpan — sesi berakhir")
    page.evaluate("window.scrollTo(0, 0)")
    expect(page.get_by_role("link", name="masuk lagi")).to_be_in_viewport(ratio=1)
    staff.check_accessibility("after the session")
    with staff.context.expect_page() as opened:
        page.get_by_role("link", name="masuk lagi").click()
    login = opened.value
    login.get_by_label("Nama pengguna").fill(staff.account)
    login.get_by_label("Kata sandi").fill(demo.PASSWORD)
    login.get_by_role("button", name="Masuk").click()
    login.wait_for_url("**/tugas*")
    login.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # a headless browser's windows never lose it
    status(page, "Tersimpan")
    assert form_json(page)["data"]["catatan"] == "sesi sudah berakhir"
    forgive(staff)


def test_two_devices_keep_both_texts(staff: Any, person: Callable[[str], Any]) -> None:
    here = first_task(staff)
    other = person("staf.prk")
    there = ready(other.open(here.url.removeprefix(other.site.address)))
    there.get_by_label("Catatan untuk Perencana Ahli Muda").fill("dari telepon")
    status(there, "Tersimpan")
    here.get_by_label("Catatan untuk Perencana Ahli Muda").fill("dari kantor")
    status(here, "Belum tersimpan")
    expect(here.get_by_text("Draf ini sudah disimpan dari tempat lain")).to_be_visible()
    here.get_by_role("button", name="Buka yang tersimpan").click()
    note = here.get_by_label("Catatan untuk Perencana Ahli Muda")
    expect(note).to_have_value("dari telepon")
    here.get_by_role("button", name="Kembalikan isian saya").click()
    expect(note).to_have_value("dari kantor")
    status(here, "Tersimpan")
    assert form_json(here)["data"]["catatan"] == "dari kantor"
    forgive(staff)


def test_rows_are_pasted_added_and_removed_and_fit_a_telephone(staff: Any) -> None:
    page = first_task(staff)
    paste(page, [line(1), line(2, quarter="1.500"), line(3)])
    rows = page.locator("[data-form] tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Hapus baris 2").click()
    expect(rows.nth(1).get_by_label("Kode")).to_have_value("1.3")
    page.get_by_role("button", name="Tambah baris").click()
    expect(rows.nth(2).get_by_label(re.compile("^Bagian"))).to_be_focused()
    status(page, "Tersimpan")
    assert [row["kode"] for row in form_json(page)["data"]["indikator"]] == ["1.1", "1.3", ""]
    label = rows.nth(0).locator("label", has_text="Kode")
    assert (label.bounding_box() or {})["height"] <= 1  # the head of the table names the column …
    staff.check_accessibility("daftar indikator")
    staff.shot("formulir-daftar")
    page.set_viewport_size({"width": 360, "height": 740})
    assert (label.bounding_box() or {})["height"] > 10  # … and each card names its fields
    expect(page.locator("[data-form] thead")).to_be_hidden()
    staff.check_accessibility("daftar indikator, 360 px")


def test_an_empty_list_stays_empty(staff: Any) -> None:
    page = first_task(staff)
    page.get_by_role("button", name="Hapus baris 1").click()
    expect(page.get_by_text("Belum ada baris.")).to_be_visible()
    status(page, "Tersimpan")
    page.reload()
    expect(ready(page).get_by_text("Belum ada baris.")).to_be_visible()


def test_what_is_missing_is_said_at_the_field_and_linked_above(staff: Any) -> None:
    page = first_task(staff)
    paste(page, [line(1), line(2, quarter="")])
    page.get_by_role("button", name="Kirim").click()
    summary = page.locator("[data-form-errors]")
    expect(summary).to_contain_text("Satu isian perlu diperbaiki")
    summary.get_by_role("link", name="Baris 2 – Target triwulan").click()
    field = page.locator("[data-form] tbody tr").nth(1).get_by_label("Target triwulan")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description("Wajib diisi.")
    staff.check_accessibility("formulir dengan galat")
    staff.shot("formulir-galat")


def test_what_only_the_server_refuses_is_said_at_its_row(staff: Any) -> None:
    page = first_task(staff)
    paste(page, [line(1), line(2)])

    def spoil(route: Route) -> None:
        body = json.loads(route.request.post_data or "{}")
        body["data"]["indikator"][1]["kode"] = "x" * 31
        route.continue_(post_data=json.dumps(body))

    page.route("**/kirim", spoil)
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("Baris 2 – Kode")
    rows = page.locator("[data-form] tbody tr")
    expect(rows.nth(1).locator(".fjs-form-field-error")).to_have_count(1)
    expect(rows.nth(0).locator(".fjs-form-field-error")).to_have_count(0)
    page.unroute("**/kirim")
    page.get_by_role("button", name="Kirim").click()
    page.wait_for_url(re.compile(r"/tugas(\?.*)?$"))
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('alur:')).length") == 0
    forgive(staff)


def test_a_hundred_and_twenty_rows_are_there_again_on_a_new_page(staff: Any) -> None:
    page = first_task(staff)
    paste(page, [line(number) for number in range(1, 121)])
    status(page, "Tersimpan")
    page.reload()
    rows = ready(page).locator("[data-form] tbody tr")
    expect(rows).to_have_count(120)
    expect(rows.nth(119).get_by_label("Kode")).to_have_value("1.120")


def test_enter_in_a_field_sends_nothing_and_a_start_form_is_kept_in_the_browser(staff: Any) -> None:
    page = ready(staff.open(f"{PROCESS}/mulai"))
    page.get_by_label("Tahun").fill("2026")
    page.get_by_label("Tahun").press("Enter")
    expect(page.locator("[data-form-errors]")).to_be_hidden()
    status(page, "disimpan di peramban ini")
    page.reload()
    expect(ready(page).get_by_label("Tahun")).to_have_value("2026")


def test_the_diagram_shows_where_the_work_stands(staff: Any) -> None:
    page = first_task(staff)
    page.get_by_role("link", name="Lihat pada diagram").click()
    diagram = page.locator("[data-bpmn-viewer]")
    expect(diagram).to_have_attribute("data-ready", "true")
    expect(diagram.locator(".alur-token")).to_have_text("1")
    expect(
        page.get_by_role("status").filter(has_text="Sedang berjalan: Membuat draft format data kinerja")
    ).to_have_count(1)
    expect(diagram.locator("[data-element-id='membuat_draft'].alur-aktif")).to_have_count(1)
    shape = diagram.locator("[data-element-id='membuat_draft'] .djs-visual rect").first
    before = (shape.bounding_box() or {})["width"]
    page.get_by_role("button", name="Perbesar diagram").press("Enter")
    assert (shape.bounding_box() or {})["width"] > before * 1.1
    diagram.focus()
    page.keyboard.press("0")
    assert (shape.bounding_box() or {})["width"] == pytest.approx(before, rel=0.02)
    expect(diagram.locator("a.bjs-powered-by")).to_be_visible()
    staff.check_accessibility("diagram")


def test_the_first_edit_takes_the_task_and_the_page_says_so(person: Callable[[str], Any]) -> None:
    page = first_task(person("staf.prk"))
    expect(page.locator("[data-holder]")).to_have_text("Belum diambil")
    page.get_by_label("Catatan").fill("Mulai diisi")
    expect(page.locator("[data-holder]")).to_have_text("Staf Bagian Perencanaan dan Keuangan")
    expect(page.get_by_role("button", name="Ambil Tugas")).to_be_hidden()
    expect(page.get_by_role("button", name="Lepaskan")).to_be_visible()


def test_a_list_without_rows_and_a_doubled_row_are_said_where_they_are(person: Callable[[str], Any]) -> None:
    page = first_task(person("staf.prk"))
    page.get_by_role("button", name="Hapus baris 1").click()
    page.locator("[data-form-submit]").click()
    at_list = page.locator(".fjs-form-field-dynamiclist .fjs-form-field-error")
    expect(at_list).to_have_text("Isi paling sedikit 1 baris.")
    expect(page.locator("[data-form-errors]")).to_contain_text("Isi paling sedikit 1 baris.")
    paste(page, [line(1), line(2), line(1)])
    page.locator("[data-form-submit]").click()
    said = page.locator("tbody tr").nth(2).locator(".fjs-form-field-error")
    expect(said).to_have_text("Bagian dan Kode sama dengan baris 1; tidak boleh ganda.")


def test_what_is_chosen_in_a_table_is_read_whole(person: Callable[[str], Any]) -> None:
    staff = person("staf.prk")
    page = first_task(staff)
    paste(page, [line(1)])
    page.get_by_role("textbox", name="Satuan").fill("rancangan")
    for box in page.locator("tbody tr").first.get_by_role("textbox").all():
        over = box.evaluate("(node) => node.scrollWidth - node.clientWidth")
        assert over <= 0, f"“{box.input_value()}” is not cut off"
    words = page.locator("tbody tr").first.locator(".alur-pilih-teks")
    expect(words).to_have_text(["Bagian Hukum", "Makin tinggi makin baik"])
    for place in words.all():
        over = place.evaluate("(node) => [node.scrollWidth - node.clientWidth, node.scrollHeight - node.clientHeight]")
        assert over == [0, 0], "nothing of it is cut off"
    staff.shot("formulir-pilihan")
    staff.check_accessibility("a table with choices")
    page = staff.open("/tugas")
    page.set_viewport_size({"width": 360, "height": 740})
    tops = page.locator(".tab li").evaluate_all("(nodes) => nodes.map((node) => node.getBoundingClientRect().top)")
    assert len(set(tops)) == 1, "the three tabs stand on one line"
    staff.shot("kotak-tugas")


def test_a_file_that_is_too_large_is_told_at_its_field_and_never_sent(
    staff: Any, person: Callable[[str], Any], tmp_path: Path
) -> None:
    page = ready(staff.open(f"{PROCESS}/mulai"))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/lampiran") else None)
    limit = int(page.locator('meta[name="alur-upload"]').get_attribute("content") or "0")
    for name in ("besar.pdf", "unit.csv"):
        with open(tmp_path / name, "wb") as large:
            large.truncate(limit + 1)
    page.locator("input[type=file]").first.set_input_files(tmp_path / "besar.pdf")
    expect(page.get_by_text("Berkas “besar.pdf” berukuran 21 MB; yang diterima paling besar 20 MB.")).to_be_visible()
    assert sent == []
    manager = person("administrator")
    page = manager.open("/administrasi/unit")
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_text("Impor dari CSV").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "unit.csv")
    page.locator("form:has(input[type=file]) button[type=submit]").click()
    assert page.locator("input[type=file]").evaluate("one => one.validationMessage").startswith("Berkas “unit.csv”")
    assert sent == []
