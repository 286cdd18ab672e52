"""The administrator's units and calendars: what a change moves is shown first and then done, all of it on record."""

import io
import re
from datetime import date, timedelta
from typing import Any

from process.clock import ManualClock
from process.office import Office
from service import demo
from service.security import SESSION_COOKIE

from .conftest import recorded


def value_of(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', html
    )
    assert found, name
    return found[1]


# -- units ------------------------------------------------------------------------------------------------------------


def test_units_are_added_changed_closed_and_shown_as_a_tree(office: Office, admin: Any) -> None:
    taken = admin.submit("/administrasi/unit-baru", kode="hkm", nama="Bagian Kedua", induk="SETDA", kop="Satu\r\nDua")
    assert taken.status_code == 409
    assert 'id="galat-kode"' in taken.text
    assert "Satu\nDua</textarea>" in taken.text
    made = admin.submit("/administrasi/unit-baru", kode="SUB", nama="Subbagian", induk="HKM", kop="Satu\r\n\r\nDua")
    assert made.headers["Location"] == "/administrasi/unit/SUB"
    assert office.people.unit("SUB").letterhead == ("Satu", "Dua")
    assert 'jenjang-2"><a class="tebal" href="/administrasi/unit/SUB"' in admin.page("/administrasi/unit").text
    page = admin.page("/administrasi/unit/SUB").text
    mark = value_of(page, "tanda")
    changed = admin.submit("/administrasi/unit/SUB", nama="Subbagian Dua", induk="ORG", kop="Satu", tanda=mark)
    assert changed.status_code == 302
    assert office.people.unit("SUB").parent == "ORG"
    assert set(recorded(office, "unit.changed")[-1]["sesudah"]) == {"nama", "induk", "kop"}
    stale = admin.submit("/administrasi/unit/SUB", nama="Ketiga", induk="ORG", kop="Satu", tanda=mark)
    assert stale.status_code == 409
    assert value_of(stale.text, "nama") == "Ketiga"
    assert office.people.unit("SUB").name == "Subbagian Dua"
    assert '<option value="SUB"' not in admin.page("/administrasi/unit/ORG").text  # nothing goes below itself
    mark = value_of(admin.page("/administrasi/unit/ORG").text, "tanda")
    circle = admin.submit("/administrasi/unit/ORG", nama="Bagian Organisasi", induk="SUB", tanda=mark)
    assert 'id="galat-induk"' in circle.text
    assert admin.submit("/administrasi/unit/SUB/keadaan", aktif="tidak").status_code == 302
    assert not office.people.unit("SUB").active
    assert admin.submit("/administrasi/unit/SUB/keadaan", aktif="ya").status_code == 302
    assert office.people.unit("SUB").active


def test_units_are_imported_all_or_none_with_the_error_at_its_row(office: Office, admin: Any) -> None:
    text = "kode,nama,induk\nA,Unit A,B\nB,Unit B,SETDA\nC,Unit C,TIDAK\nHKM,Lagi,SETDA\n"
    answer = admin.client.post(
        "/administrasi/impor-unit",
        data={"berkas": (io.BytesIO(text.encode()), "unit.csv"), "csrf_token": admin.csrf},
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 422
    assert "Baris 4: Unit induk “TIDAK” tidak ada." in answer.text
    assert "Baris 5:" in answer.text
    assert "C,Unit C,TIDAK" in answer.text  # the file's text stays, to be corrected in place
    assert "A" not in {unit.code for unit in office.people.units()}
    empty = admin.submit("/administrasi/impor-unit", isi="")
    assert 'id="galat-berkas"' in empty.text
    good = admin.submit("/administrasi/impor-unit", isi="kode,nama,induk\nA,Unit A,B\nB,Unit B,SETDA")
    assert good.status_code == 302
    assert office.people.unit("A").parent == "B"
    assert {one["kode"] for one in recorded(office, "unit.added")} >= {"A", "B"}


# -- calendars --------------------------------------------------------------------------------------------------------


def test_a_year_shows_holidays_hours_and_what_is_missing(office: Office, clock: ManualClock, admin: Any) -> None:
    clock.advance(timedelta(days=400))  # the next year is one of which nothing is known
    opened = office.people.authenticate("administrator", demo.PASSWORD, "127.0.0.1")
    admin.client.set_cookie(SESSION_COOKIE, opened.token)
    assert "Tahun 2028 belum memiliki cuti bersama" in admin.page("/administrasi/kalender").text
    page = admin.page("/administrasi/kalender/standar?tahun=2028").text
    assert "Tahun 2028 belum memiliki cuti bersama" in page
    assert "Ramadan 1447 H" in admin.page("/administrasi/kalender/standar?tahun=2026").text
    assert "07.30–12.00, 13.00–16.00" in page
    assert page.count('<table class="bulan">') == 12
    for odd in ("tahun=0", "tahun=9999", "tahun=x", "tahun=²000"):
        assert admin.page(f"/administrasi/kalender/standar?{odd}").status_code == 200
    download = admin.page("/administrasi/kalender/standar/unduh")
    assert download.json["nama"] == "Kalender kerja standar"
    assert "attachment" in download.headers["Content-Disposition"]


def test_a_decree_shows_the_deadlines_that_it_moves_and_then_moves_exactly_those(
    office: Office, admin: Any, quarter: Any
) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    before = quarter.staff.page(f"/tugas/{task}").text
    assert "24 Nov 2026" in before or "24 November 2026" in before
    where = "/administrasi/kalender/standar"
    wrong = admin.submit(f"{where}/hari", tanggal="2026-11-24", sampai="2026-11-20", jenis="libur", keterangan="SKB")
    assert 'id="galat-sampai"' in wrong.text
    assert value_of(wrong.text, "keterangan") == "SKB"
    wrong = admin.submit(f"{where}/hari", tanggal="2026-11-24", jenis="kerja", jam="07:30")
    assert 'id="galat-jam"' in wrong.text
    shown = admin.submit(f"{where}/hari", tanggal="2026-11-24", jenis="libur", keterangan="Hari Jadi, Kota")
    assert shown.status_code == 200
    assert "Selasa, 24 November 2026" in shown.text
    assert "Triwulan III" in shown.text
    assert "25 Nov 2026" in shown.text
    assert office.calendars.list()[0].calendar.overrides == {}  # nothing is done yet
    text = re.search(r"<textarea name=\"isi\"[^>]*>\n(.*?)</textarea>", shown.text, re.DOTALL)
    assert text
    body = {"isi": text[1].replace("&#34;", '"'), "asal": "isian halaman", "tanda": value_of(shown.text, "tanda")}
    refused = admin.submit(f"{where}/terapkan", **body, alasan="")
    assert refused.status_code == 422
    assert 'id="galat-alasan"' in refused.text
    other = admin.submit(f"{where}/terapkan", **body | {"tanda": "lain"}, alasan="SKB 3 Menteri")
    assert other.status_code == 409
    assert "SKB 3 Menteri</textarea>" in other.text
    assert admin.submit(f"{where}/terapkan", **body, alasan="SKB 3 Menteri").status_code == 302
    assert office.calendars.list()[0].calendar.overrides[date(2026, 11, 24)].note == "Hari Jadi, Kota"
    assert (
        "25 Nov" in quarter.staff.page(f"/tugas/{task}").text
        or "25 November 2026" in quarter.staff.page(f"/tugas/{task}").text
    )
    assert recorded(office, "calendar.changed")[-1]["alasan"] == "SKB 3 Menteri"
    assert recorded(office, "task.due_changed")
    assert "Kantor" in admin.page(f"{where}?tahun=2026").text
    back = admin.submit(f"{where}/hari", tanggal="2026-11-24", jenis="hapus")
    text = re.search(r"<textarea name=\"isi\"[^>]*>\n(.*?)</textarea>", back.text, re.DOTALL)
    assert text
    body = {"isi": text[1], "tanda": value_of(back.text, "tanda"), "alasan": "Dicabut"}
    assert admin.submit(f"{where}/terapkan", **body).status_code == 302
    assert office.calendars.list()[0].calendar.overrides == {}


def test_an_import_tells_every_row_and_keeps_the_text(office: Office, admin: Any) -> None:
    where = "/administrasi/kalender/standar"
    text = "tanggal,jenis,keterangan\n2027-02-30,libur,x\n2027-03-01,pesta,y\n2027-03-02,cuti bersama,z\n"
    answer = admin.client.post(
        f"{where}/impor",
        data={"berkas": (io.BytesIO(text.encode()), "skb.csv"), "csrf_token": admin.csrf, "tahun": "2027"},
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 422
    assert "Baris 2:" in answer.text
    assert "Baris 3:" in answer.text
    assert "2027-03-02,cuti bersama,z" in answer.text
    for content in (b"\xff\xfe", b"{", b'{"jam": []}', b"x" * 1_200_000):
        data = {"berkas": (io.BytesIO(content), "rusak.json"), "csrf_token": admin.csrf}
        assert admin.client.post(f"{where}/impor", data=data, headers={"Accept": "text/html"}).status_code in (413, 422)
    whole = admin.page(f"{where}/unduh").text
    same = admin.submit(f"{where}/impor", isi=whole)
    assert same.status_code == 200
    assert "tidak ada yang perlu diubah" in same.text
    hours = admin.submit(f"{where}/impor", isi=whole.replace("13:00-16:00", "13:00-15:00"))
    assert "Jam kerja berubah pada" in hours.text
    assert office.calendars.list()[0].revision == 1


def test_a_unit_gets_a_calendar_of_its_own_together_with_its_deadlines(
    office: Office, admin: Any, quarter: Any
) -> None:
    quarter.start()
    taken = admin.submit("/administrasi/kalender-baru", kode="standar", nama="X", sumber="standar", zona="Asia/Jakarta")
    assert 'id="galat-kode"' in taken.text
    new = {"kode": "timur", "nama": "Kalender timur", "sumber": "standar", "zona": "Asia/Makassar"}
    assert admin.submit("/administrasi/kalender-baru", **new).status_code == 302
    where = "/administrasi/unit/PRK/kalender"
    shown = admin.submit(where, kalender="timur")
    assert shown.status_code == 200
    assert "Data Kinerja Triwulan III" in shown.text
    assert office.people.unit("PRK").calendar is None
    refused = admin.submit(where, kalender="timur", terapkan="ya", alasan="")
    assert refused.status_code == 422
    assert 'id="galat-alasan-kalender"' in refused.text
    assert admin.submit(where, kalender="timur", terapkan="ya", alasan="Pindah zona").status_code == 302
    assert office.people.unit("PRK").calendar == "timur"
    assert recorded(office, "task.due_changed")[-1]["alasan"] == "Pindah zona"
    assert admin.submit(where, kalender="-", terapkan="ya").status_code == 302
    assert office.people.unit("PRK").calendar is None
    assert admin.submit(where, kalender="tidak-ada", terapkan="ya", alasan="x").status_code == 422
