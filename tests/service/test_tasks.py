"""What one does with a task over HTTP: take, draft, send, correct it; and what happens when things go wrong."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from process.clock import ManualClock
from service import demo

Visitors = Callable[[str], Any]
MARKS = ("<script>alert(1)</script>", "\u202egnp.exe", "a\"b'c", "{{7*7}}")


def test_form_and_what_it_opens_with(quarter: Any) -> None:
    quarter.start()
    opened = quarter.opened(quarter.staff, quarter.task(quarter.staff))
    assert opened["schema"]["id"] == "data-kinerja-1-draft-format"
    assert opened["data"]["periode"] == "Triwulan III Tahun 2026"
    assert opened["canEdit"] is True
    assert opened["readonly"] is False
    assert opened["sign"] is None


def test_draft_comes_back_on_another_device(quarter: Any, visitor: Visitors) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    kept = quarter.staff.send(f"/tugas/{task}/draf", {"data": {"catatan": "belum"}, "revision": 0}, "PUT")
    assert kept.status_code == 200
    elsewhere = quarter.opened(visitor("staf.prk"), task)
    assert elsewhere["data"]["catatan"] == "belum"
    assert elsewhere["draftRevision"] == kept.json["revision"]
    assert elsewhere["savedAt"]


def test_the_first_draft_takes_the_task_and_the_page_has_places_to_say_so(quarter: Any) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    html = quarter.staff.page(f"/tugas/{task}").text
    assert "<dd data-holder>Belum diambil</dd>" in html
    assert "<form data-claim method" in html
    assert "<form data-release hidden" in html
    kept = quarter.staff.send(f"/tugas/{task}/draf", {"data": {}, "revision": 0}, "PUT")
    assert kept.json["holder"] == "Staf Bagian Perencanaan dan Keuangan"
    html = quarter.staff.page(f"/tugas/{task}").text
    assert f"<dd data-holder>{kept.json['holder']}</dd>" in html
    assert "data-claim" not in html
    assert "<form data-release method" in html


def test_after_sending_one_reads_what_was_sent_what_follows_and_who_has_it(quarter: Any, visitor: Visitors) -> None:
    def said(who: Any) -> str:
        said = re.findall(r'class="alert alert-success" role="status"><p class="m-0">([^<]+)<', who.page("/tugas").text)
        return unescape(said[-1])

    correct = "Mengkoreksi format data kinerja bila benar digandakan, bila …"
    quarter.draft()
    assert said(quarter.staff) == (
        f"“Membuat draft format data kinerja” terkirim. Berikutnya: {correct} — Perencana Ahli Muda."
    )
    quarter.done(quarter.planner, keputusan="salah", catatan_pengembalian="Perbaiki")
    assert said(quarter.planner) == (
        f"“{correct}” terkirim. Berikutnya: Membuat draft format data kinerja — Staf (dikembalikan)."
    )
    quarter.done(quarter.staff)
    quarter.done(quarter.planner, keputusan="benar")
    quarter.done(quarter.staff)
    assert said(quarter.staff).endswith("dari bagian-bagian — Kepala Bagian (2 unit kerja).")
    law = visitor("kabag.hkm")
    quarter.figures(law)
    assert said(law).endswith("terkirim. Menunggu kiriman 1 unit kerja lain.")


def test_a_draft_of_another_device_is_not_overwritten(quarter: Any) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    quarter.staff.send(f"/tugas/{task}/draf", {"data": {"catatan": "satu"}, "revision": 0}, "PUT")
    late = quarter.staff.send(f"/tugas/{task}/draf", {"data": {"catatan": "dua"}, "revision": 0}, "PUT")
    assert late.status_code == 409
    assert late.json["type"] == "urn:alur:problem:sudah-berubah"
    assert quarter.opened(quarter.staff, task)["data"]["catatan"] == "satu"


def test_errors_come_back_at_their_fields_and_rows(quarter: Any) -> None:
    quarter.start()
    row = {"kode_bagian": "HKM", "kode": "", "target": "banyak"}
    answer = quarter.send(quarter.staff, quarter.task(quarter.staff), indikator=[row])
    assert answer.status_code == 422
    errors = {tuple(one["path"]): one for one in answer.json["errors"]}
    assert errors["indikator", 0, "kode"]["field"]
    assert ("indikator", 0, "target") in errors
    assert all(one["message"] for one in errors.values())


def test_sending_twice_says_who_did_it_and_when(quarter: Any) -> None:
    task = quarter.draft()
    again = quarter.staff.send(f"/tugas/{task}/kirim", {"data": {}, "revision": 1})
    assert again.status_code == 409
    assert again.json["type"] == "urn:alur:problem:sudah-dikerjakan"
    assert "Staf Bagian Perencanaan dan Keuangan" in again.json["detail"]
    assert "pukul 08.00 WIB" in again.json["detail"]


def test_stale_page_is_told_so(quarter: Any) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    opened = quarter.opened(quarter.staff, task)
    assert quarter.staff.submit(f"/tugas/{task}/ambil").status_code == 302
    assert quarter.staff.submit(f"/tugas/{task}/lepaskan").status_code == 302
    answer = quarter.staff.send(f"/tugas/{task}/kirim", {"data": opened["data"], "revision": opened["revision"]})
    assert answer.status_code == 409


def test_a_returned_task_shows_the_note_and_what_was_sent(quarter: Any) -> None:
    quarter.draft()
    quarter.done(quarter.planner, keputusan="salah", catatan_pengembalian="Satuan <b>keliru</b>")
    task = quarter.task(quarter.staff)
    html = quarter.staff.page(f"/tugas/{task}").text
    assert "Dikembalikan untuk Diperbaiki" in html
    assert "Satuan &lt;b&gt;keliru&lt;/b&gt;" in html
    assert "oleh Perencana Ahli Muda" in html
    assert quarter.opened(quarter.staff, task)["data"]["indikator"][0]["kode"] == "IK.1"
    assert "Dikembalikan" in quarter.staff.page("/tugas?tab=saya").text


def test_a_bagian_may_correct_what_it_sent_while_step_5_is_open(quarter: Any, visitor: Visitors) -> None:
    quarter.spread()
    law = visitor("kabag.hkm")
    task = quarter.figures(law)
    quarter.figures(visitor("kabag.org"))
    assert "Kirim Perbaikan" in law.page(f"/tugas/{task}").text
    opened = quarter.opened(law, task)
    rows = [row | {"realisasi": 70} for row in opened["data"]["baris"]]
    body = {"data": opened["data"] | {"baris": rows}, "revision": opened["revision"]}
    assert law.send(f"/tugas/{task}/koreksi", body).status_code == 200
    assert quarter.opened(law, task)["data"]["baris"][0]["realisasi"] == 70
    received = quarter.opened(quarter.staff, quarter.task(quarter.staff))
    assert 70 in [row.get("realisasi") for row in received["data"]["baris"]]


def to_paraf(quarter: Any, visitor: Visitors) -> tuple[str, dict[str, Any]]:
    """Up to step 6; the task and what would be sent."""
    quarter.spread()
    for account in ("kabag.hkm", "kabag.org"):
        quarter.figures(visitor(account))
    quarter.done(quarter.staff)
    task = quarter.task(quarter.planner)
    opened = quarter.opened(quarter.planner, task)
    rows = [row | {"valid": True} for row in opened["data"]["baris"]]
    return task, {"data": opened["data"] | {"baris": rows}, "revision": opened["revision"]}


def test_paraf_asks_the_password_over_exactly_what_was_shown(quarter: Any, visitor: Visitors) -> None:
    task, body = to_paraf(quarter, visitor)
    planner = quarter.planner
    assert quarter.opened(planner, task)["sign"]["kind"] == "paraf"
    assert len(quarter.opened(planner, task)["sign"]["warning"]) == 2
    assert "data-confirm-password" in planner.page(f"/tugas/{task}").text
    shown = planner.send(f"/tugas/{task}/pratinjau", {"data": body["data"]})
    assert shown.status_code == 200
    assert "Persentase layanan HKM" in shown.json["html"]
    assert planner.send(f"/tugas/{task}/kirim", body).json["type"] == "urn:alur:problem:perlu-konfirmasi"
    digest = shown.json["digest"]
    wrong = planner.send(f"/tugas/{task}/kirim", body | {"confirmation": {"digest": digest, "password": "salah"}})
    assert wrong.status_code == 422
    assert wrong.json["type"] == "urn:alur:problem:kata-sandi-salah"
    other = {"digest": "0" * 64, "password": demo.PASSWORD}
    assert planner.send(f"/tugas/{task}/kirim", body | {"confirmation": other}).status_code == 409
    right = {"digest": digest, "password": demo.PASSWORD}
    assert planner.send(f"/tugas/{task}/kirim", body | {"confirmation": right}).status_code == 200
    html = planner.page(f"/pelaksanaan/{quarter.instance}").text
    assert "membubuhkan paraf (tidak tersertifikasi)" in html


def test_manager_acts_need_a_reason_and_the_role(quarter: Any, visitor: Visitors) -> None:
    quarter.spread()
    manager, law = visitor("pengelola"), visitor("kabag.hkm")
    task = quarter.task(law)
    assert law.submit(f"/tugas/{task}/lewati", alasan="Saya tidak mau").status_code == 403
    assert manager.submit(f"/tugas/{task}/lewati", alasan="  ").status_code == 422
    assert manager.submit(f"/tugas/{task}/lewati", alasan="Bagian dilebur").status_code == 302
    html = manager.page(f"/pelaksanaan/{quarter.instance}").text
    assert "Tidak menyampaikan" in html
    assert "Bagian dilebur" in html
    assert manager.submit(f"/pelaksanaan/{quarter.instance}/batalkan", alasan="Salah periode").status_code == 302
    assert "Dibatalkan" in manager.page(f"/pelaksanaan/{quarter.instance}").text


def test_release_and_reassignment_by_the_manager(quarter: Any, visitor: Visitors) -> None:
    quarter.start()
    manager, task = visitor("pengelola"), quarter.task(quarter.staff)
    quarter.staff.submit(f"/tugas/{task}/ambil")
    page = manager.page(f"/tugas/{task}").text
    assert "Alihkan kepada" in page
    assert manager.submit(f"/tugas/{task}/lepas-paksa", alasan="Sakit").status_code == 302
    assert manager.submit(f"/tugas/{task}/alihkan", alasan="x", orang="abc").status_code == 400
    assert manager.submit(f"/tugas/{task}/alihkan", alasan="Sakit", orang="999999").status_code in (403, 404, 409, 422)


def test_starting_the_same_period_again_needs_a_reason(quarter: Any) -> None:
    quarter.start()
    path = "/proses/pengumpulan_data_kinerja/mulai"
    data = {"tahun": 2026, "triwulan": "III", "jenis_pk": "murni"}
    again = quarter.staff.send(path, {"data": data})
    assert again.status_code == 409
    assert again.json["type"] == "urn:alur:problem:sudah-ada"
    assert quarter.staff.send(f"{path}?alasan=Perubahan PK", {"data": data}).json["ordinal"] == 2, "not offered yet"
    assert quarter.staff.send(f"{path}?ke=2&alasan=", {"data": data}).json["type"] == "urn:alur:problem:perlu-alasan"
    with_reason = quarter.staff.send(f"{path}?ke=2&alasan=Perubahan PK", {"data": data})
    assert with_reason.status_code == 201
    twice = quarter.staff.send(f"{path}?ke=2&alasan=Perubahan PK", {"data": data})
    assert (twice.status_code, twice.json["ordinal"]) == (409, 3)
    assert "sudah dimulai lagi sesudah halaman ini dibuka" in twice.json["detail"]


@pytest.mark.parametrize("text", MARKS)
def test_hostile_text_is_kept_as_text(quarter: Any, text: str) -> None:
    quarter.start(judul=text, catatan=text)
    html = quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text
    html += quarter.staff.page("/tugas").text
    html += quarter.staff.page(f"/tugas/{quarter.task(quarter.staff)}").text
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert "49" not in html.split("<h1>")[1].split("</h1>")[0]


MISFITS: list[object] = [
    None,
    [],
    "teks",
    {"tahun": {"$gt": 0}, "triwulan": "III", "jenis_pk": "murni"},
    {"tahun": 2026, "triwulan": ["III"], "jenis_pk": "murni"},
    {"tahun": 2026, "triwulan": "V", "jenis_pk": "murni"},
    {"tahun": True, "triwulan": "III", "jenis_pk": "murni"},
    {"tahun": 2026, "triwulan": "III", "jenis_pk": "murni", "asing": 1},
    {"tahun": 2026, "triwulan": "III", "jenis_pk": "murni", "typename": "x", "__class__": "y"},
    {"tahun": 2026, "triwulan": "III", "jenis_pk": "murni", "judul": "x" * 100_000},
    {"tahun": 2026, "triwulan": "III", "jenis_pk": "murni", "daftar_pertanyaan": ["tidakada"]},
    {},
]


def test_data_that_fits_no_form_is_refused_field_by_field(visitor: Visitors) -> None:
    for data in MISFITS:
        answer = visitor("staf.prk").send("/proses/pengumpulan_data_kinerja/mulai", {"data": data})
        assert answer.status_code == 422, data
        assert answer.json["type"] == "urn:alur:problem:isian-belum-benar"
        assert "Traceback" not in answer.text


def test_revision_must_be_a_whole_number(quarter: Any) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    for revision in ("1", 1.5, -1, 1e30, True, [1]):
        answer = quarter.staff.send(f"/tugas/{task}/kirim", {"data": {}, "revision": revision})
        assert answer.status_code == 400, revision


def test_late_task_is_marked_and_told(quarter: Any, clock: ManualClock, office: Any) -> None:
    quarter.start()
    clock.advance(days=3)
    office.engine.fire_due(clock.now())
    quarter.staff.login("staf.prk", demo.PASSWORD)
    html = quarter.staff.page("/tugas").text
    assert "Terlambat" in html
    assert "1 terlambat" in html
    assert (
        "melewati" in quarter.staff.page("/pemberitahuan").text or "lewat" in quarter.staff.page("/pemberitahuan").text
    )
