"""Every page: there for its people, closed to others, and saying what it should."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from service import demo
from service.instances import LATEST

Visitors = Callable[[str], Any]
PROCESS = "pengumpulan_data_kinerja"


def test_identity_page_prints_the_sop_as_its_source_does(visitor: Visitors) -> None:
    html = visitor("kabag.org").page(f"/proses/{PROCESS}").text
    for text in (
        "ORG.03.00/10/SETDA/2024",
        "07 Januari 2021",
        "NIP. 19611071985121001",
        "Disimpan sebagai data elektronik dan manual",
        "Mengkoreksi format data kinerja bila benar digandakan, bila salah dikembalikan ke staf untuk diperbaiki",
        "Perencana Ahli Muda",
        "10 menit",
        "Versi 1",
    ):
        assert text in html
    assert html.count('class="kotak-langkah"') == 9


def test_identity_page_names_the_latest_instances_that_one_may_see(quarter: Any, visitor: Visitors) -> None:
    quarter.start()
    assert "Data Kinerja Triwulan III Tahun 2026" in quarter.staff.page(f"/proses/{PROCESS}").text
    assert "belum pernah dijalankan" in visitor("kabag.org").page(f"/proses/{PROCESS}").text


def test_diagram_is_the_published_one(visitor: Visitors) -> None:
    answer = visitor("kabag.org").ask(f"/proses/{PROCESS}/diagram.bpmn")
    assert answer.status_code == 200
    assert answer.data.startswith(b"<?xml")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_version_is_also_a_picture(visitor: Visitors) -> None:
    reader = visitor("kabag.org")
    answer = reader.ask(f"/proses/{PROCESS}/diagram.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{PROCESS}-v1.svg"'
    assert "Memvalidasi dan paraf data kinerja" in answer.text
    linked = f"/proses/{PROCESS}/versi/1/diagram.svg"
    assert f'href="{linked}" download>Unduh gambar (SVG)</a>' in reader.page(f"/proses/{PROCESS}").text
    assert reader.ask(linked).data == answer.data
    again = reader.client.get(linked, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_only_the_lane_of_the_start_may_start(visitor: Visitors) -> None:
    assert visitor("staf.prk").page(f"/proses/{PROCESS}/mulai").status_code == 200
    assert "Mulai Proses" in visitor("staf.prk").page("/proses").text
    for account in ("kabag.org", "sekda", "auditor"):
        assert visitor(account).page(f"/proses/{PROCESS}/mulai").status_code == 403
        assert "Mulai Proses" not in visitor(account).page("/proses").text


def test_empty_places_say_what_will_be_there(visitor: Visitors) -> None:
    staff = visitor("staf.prk")
    assert "Tidak ada tugas yang menunggu" in staff.page("/tugas").text
    assert f'href="/proses/{PROCESS}/mulai">Mulai Proses</a>' in staff.page("/tugas").text
    assert "Mulai Proses" not in visitor("kabag.org").page("/tugas").text
    assert "Belum ada pelaksanaan" in staff.page("/pelaksanaan").text
    assert "Belum ada pemberitahuan" in staff.page("/pemberitahuan").text


def test_the_list_that_refreshes_brings_the_counters_of_the_menu_and_nothing_when_nothing_changed(quarter: Any) -> None:
    quarter.start()
    first = quarter.staff.page("/tugas/daftar?tab=tersedia")
    assert 'id="hitung-tugas"' in first.text
    assert 'hx-swap-oob="true"' in first.text
    address = re.search(r'hx-get="([^"]+)"', first.text)
    assert address
    again = quarter.staff.page(address[1].replace("&amp;", "&"))
    assert (again.status_code, again.data) == (204, b"")
    quarter.done(quarter.staff, indikator=quarter.indicators)
    assert quarter.staff.page(address[1].replace("&amp;", "&")).status_code == 200


def test_task_page_shows_where_it_stands_and_what_it_starts_from(quarter: Any) -> None:
    quarter.draft()
    task = quarter.task(quarter.planner)
    html = quarter.planner.page(f"/tugas/{task}").text
    assert "Langkah 2 dari 9" in html
    assert 'aria-current="step"' in html
    assert "Kelengkapan: Draft format data kinerja" in html
    assert "Persentase layanan HKM yang tepat waktu" in html
    assert f'data-form="/tugas/{task}/formulir"' in html
    assert f'data-draft="/tugas/{task}/draf"' in html
    assert "4 hari" in html


@pytest.mark.parametrize("account", ["kabag.org", "sekda", "staf.prk"])
def test_a_task_of_another_lane_is_not_offered(quarter: Any, visitor: Visitors, account: str) -> None:
    quarter.draft()
    task = quarter.task(quarter.planner)
    stranger = visitor(account)
    page = stranger.page(f"/tugas/{task}")
    assert page.status_code in (200, 403, 404)
    assert "data-form-submit" not in page.text
    for path in ("ambil", "kirim"):
        answer = stranger.send(f"/tugas/{task}/{path}", {"data": {}})
        assert answer.status_code in (403, 404), path


def test_instance_page_shows_state_board_documents_and_history(quarter: Any, visitor: Visitors) -> None:
    quarter.spread()
    quarter.figures(visitor("kabag.hkm"))
    html = quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text
    assert "1 dari 2 terkirim" in html
    assert "Belum diambil" in html
    assert "Bagian Organisasi" in html
    assert "Staf Bagian Perencanaan dan Keuangan memulai pelaksanaan." in html
    assert "23 November 2026 pukul 08.00 WIB" in html
    assert "Format data kinerja" in html
    assert "Isian data kinerja Bagian · Bagian Hukum</a>" in html
    state = quarter.staff.ask(f"/pelaksanaan/{quarter.instance}/keadaan").json
    assert [(token["id"], token["count"]) for token in state["tokens"]] == [("mengisi_data", 1)]
    assert "format_benar" in state["visited"]
    assert quarter.staff.ask(f"/pelaksanaan/{quarter.instance}/diagram.bpmn").status_code == 200


def test_on_a_board_those_come_first_who_have_not_sent(quarter: Any, visitor: Visitors) -> None:
    quarter.spread()
    quarter.figures(visitor("kabag.hkm"))
    html = quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text
    board = html.partition("1 dari 2 terkirim")[2].partition("</table>")[0]
    assert board.index("Bagian Organisasi") < board.index("Bagian Hukum")


def test_documents_come_before_the_history_and_what_is_long_ago_is_folded(quarter: Any, visitor: Visitors) -> None:
    quarter.draft()
    short = quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text
    assert short.index('id="dokumen"') < short.index('id="riwayat"')
    assert "peristiwa sebelumnya" not in short
    for _ in range(3):
        quarter.done(quarter.planner, keputusan="salah", catatan_pengembalian="Target belum sesuai.")
        quarter.done(quarter.staff)
    html = quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text
    shown, _, folded = html.partition("peristiwa sebelumnya</summary>")
    assert shown.count('<time datetime="') == LATEST
    assert f"{folded.count('<time datetime=')} peristiwa sebelumnya" in html
    assert "memulai pelaksanaan" in folded


def test_the_picture_of_an_instance_shows_where_it_stands(quarter: Any, clock: Any) -> None:
    quarter.spread()
    path = f"/pelaksanaan/{quarter.instance}/diagram.svg"
    assert f'href="{path}" download' in quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text
    svg = quarter.staff.ask(path)
    assert svg.mimetype == "image/svg+xml"
    assert "Data Kinerja Triwulan III Tahun 2026</title>" in svg.text
    assert "<title>Menerima dan mengisi data kinerja dari bagian-bagian (sedang berjalan)</title>" in svg.text
    assert "<title>Membuat draft format data kinerja (dilalui)</title>" in svg.text
    assert ">2</text>" in svg.text
    assert "<title>Menandatangani data kinerja</title>" in svg.text
    clock.advance(days=7)
    quarter.staff.login("staf.prk", demo.PASSWORD)
    later = quarter.staff.ask(path)
    assert "bagian-bagian (terlambat)</title>" in later.text
    assert svg.headers["ETag"] != later.headers["ETag"]


def test_a_bagian_sees_its_own_figures_and_not_those_of_another(quarter: Any, visitor: Visitors) -> None:
    quarter.spread()
    law, organisation = visitor("kabag.hkm"), visitor("kabag.org")
    task = quarter.figures(law, value=77.25)
    assert law.page(f"/tugas/{task}").status_code == 200
    assert organisation.page(f"/tugas/{task}").status_code in (403, 404)
    assert organisation.ask(f"/tugas/{task}/formulir").status_code in (403, 404)
    theirs = organisation.page(f"/pelaksanaan/{quarter.instance}")
    assert "77,25" not in theirs.text
    for reader in ("staf.prk", "sekda", "pengelola", "auditor"):
        assert visitor(reader).page(f"/tugas/{task}").status_code == 200, reader


def test_unknown_things_are_not_found(visitor: Visitors) -> None:
    staff = visitor("staf.prk")
    for path in (
        "/tugas/tidakada",
        "/tugas/tidakada/formulir",
        "/pelaksanaan/tidakada",
        "/pelaksanaan/tidakada/keadaan",
        "/dokumen/999999",
        "/cetak/tidakada",
        "/cetak/tidakada.pdf",
        "/lampiran/tidakada",
        "/proses/tidakada",
        "/proses/tidakada/mulai",
        "/proses/tidakada/diagram.bpmn",
        "/proses/tidakada/diagram.svg",
        "/pelaksanaan/tidakada/diagram.svg",
    ):
        assert staff.page(path).status_code == 404, path


def test_the_history_says_what_was_corrected_and_why(quarter: Any, visitor: Visitors) -> None:
    quarter.spread()
    for head in ("kabag.hkm", "kabag.org"):
        quarter.figures(visitor(head))
    quarter.done(quarter.staff)
    task = quarter.task(quarter.planner)
    rows = [row | {"valid": True} for row in quarter.opened(quarter.planner, task)["data"]["baris"]]
    rows[0] |= {"koreksi_realisasi": 77.25, "alasan_koreksi": "Sesuai laporan <bulanan>"}
    data = quarter.opened(quarter.planner, task)["data"] | {"baris": rows}
    shown = quarter.planner.send(f"/tugas/{task}/pratinjau", {"data": data}).json
    confirmation = {"digest": shown["digest"], "password": demo.PASSWORD}
    sent = quarter.planner.send(f"/tugas/{task}/kirim", {"data": data, "confirmation": confirmation})
    assert sent.status_code == 200, sent.text
    html = visitor("kabag.hkm").page(f"/pelaksanaan/{quarter.instance}").text
    assert "mengoreksi data (Bagian Hukum): 2 isian." in html
    assert "<dt>Realisasi</dt><dd>semula 75, menjadi <b>77,25</b></dd>" in html
    assert "<dt>Alasan koreksi</dt><dd>Sesuai laporan &lt;bulanan&gt;</dd>" in html
    assert "mengoreksi" not in visitor("kabag.org").page(f"/pelaksanaan/{quarter.instance}").text


def test_an_empty_inbox_says_whether_tasks_can_ever_come(visitor: Visitors) -> None:
    assert "sampai pada jabatan Anda" in visitor("sekda").page("/tugas").text
    assert "tidak memegang jabatan dalam SOP" in visitor("auditor").page("/tugas").text
