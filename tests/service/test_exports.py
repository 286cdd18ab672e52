"""The pages of exports: what is chosen is shown, made, followed and fetched by who asked."""

from __future__ import annotations

import csv
import io
import re
import threading

import pytest
import sqlalchemy as sa

from process.export_rows import KEPT
from service.exporting import FORMATS
from service.exporting.running import make

from .conftest import recorded

PROCESS = "pengumpulan_data_kinerja"


@pytest.fixture
def turn(office):
    """Makes what was asked for, in this process: the one of its own has its tests."""
    office.exports.runner = lambda given, _: make(office, given)
    return lambda: office.exports.turn(threading.Event())


def link(page, action):
    """Where `unduh` or `lagi` of the newest export leads."""
    return re.search(rf'id="{action}-\w+" href="([^"]+)"', page.text)[1].replace("&amp;", "&")


def hidden(page):
    """What the form of a page sends along, unseen."""
    found = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text):
        if name != "csrf_token":
            found.setdefault(name, []).append(value)
    return found


def test_a_selection_is_shown_asked_for_made_and_fetched(visitor, turn, office, quarter):
    quarter.draft()
    auditor = visitor("auditor")
    query = "dari=2026-11-23&sampai=2026-11-23&unit=PRK&jenis=task.completed&jenis=document.written"
    office.index.catch_up()
    page = auditor.page(f"/ekspor/baru?{query}")
    assert "23 November 2026 sampai dengan 23 November 2026" in page.text
    assert "Tugas selesai, Dokumen ditulis" in page.text
    assert all(one.purpose in page.text for one in FORMATS.values())
    fields = hidden(page)
    assert fields == {"dari": ["2026-11-23"], "sampai": ["2026-11-23"], "unit": ["PRK"],
                      "jenis": ["task.completed", "document.written"]}  # fmt: skip
    count = int(re.search(r"<strong>(\d+) peristiwa", page.text)[1])
    answer = auditor.submit("/ekspor", format="csv", bom="ya", **fields)
    assert answer.location == "/ekspor"
    assert 'href="/ekspor"' in auditor.page("/jejak").text
    listing = auditor.page("/ekspor")
    assert "Menunggu giliran" in listing.text
    assert "hx-get" in listing.text
    turn()
    listing = auditor.page("/ekspor")
    assert "Siap diunduh" in listing.text
    assert "hx-get" not in listing.text
    file = auditor.page(link(listing, "unduh"))
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"].startswith("attachment; filename=jejak-audit-20261123-")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "private, no-store"
    assert file.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"), newline="")))
    assert {row["jenis"] for row in rows} == {"task.completed", "document.written"}
    assert len(rows) == count == recorded(office, "trail.exported")[-1]["jumlah"]
    again = auditor.page(link(listing, "lagi"))
    assert hidden(again) == fields | {"jenis": ["document.written", "task.completed"]}
    assert 'value="csv" checked' in again.text


def test_progress_is_in_the_page_that_is_loaded_again_and_in_its_fragment(visitor, office):
    auditor = visitor("auditor")
    auditor.submit("/ekspor", format="jsonl")
    given = office.exports.take()
    assert "menghitung peristiwa" in auditor.page("/ekspor").text
    office.exports.begin(given, upto=9, total=200_000)
    office.exports.progress(given, 50_000)
    for path in ("/ekspor", "/ekspor/daftar"):
        page = auditor.page(path)
        assert '<progress class="kemajuan" max="200000" value="50000"' in page.text
        assert "50.000 dari 200.000 peristiwa (25 %)" in page.text
    mark = re.search(r"sidik=([0-9a-f]{16})", page.text)[1]
    assert auditor.page(f"/ekspor/daftar?sidik={mark}").status_code == 204
    office.exports.progress(given, 60_000)
    assert "(30 %)" in auditor.page(f"/ekspor/daftar?sidik={mark}").text


def test_the_same_asked_twice_is_said_and_made_once(visitor, office, clock):
    auditor = visitor("auditor")
    auditor.submit("/ekspor", format="csv", unit="PRK")
    clock.advance(seconds=5)
    auditor.submit("/ekspor", format="csv", unit="PRK")
    page = auditor.page("/ekspor")
    assert "sudah Anda minta" in page.text
    assert page.text.count("Menunggu giliran") == 1


def test_cancelled_from_the_page_nothing_is_made(visitor, office, turn):
    pengelola = visitor("pengelola")
    pengelola.submit("/ekspor", format="csv")
    path = re.search(r'action="(/ekspor/\w+/batalkan)"', pengelola.page("/ekspor").text)[1]
    pengelola.submit(path)
    turn()
    assert "Dibatalkan" in pengelola.page("/ekspor").text
    assert pengelola.page(path.replace("batalkan", "berkas")).status_code == 409


def test_a_file_is_for_who_asked_or_an_auditor_and_for_its_time(visitor, office, turn, guest, clock):
    auditor, pengelola = visitor("auditor"), visitor("pengelola")
    auditor.submit("/ekspor", format="csv")
    turn()
    theirs = link(auditor.page("/ekspor"), "unduh")
    pengelola.submit("/ekspor", format="jsonl")
    turn()
    mine = link(pengelola.page("/ekspor"), "unduh")
    assert pengelola.page(theirs).status_code == 403
    assert pengelola.submit(theirs.replace("berkas", "batalkan")).status_code == 403
    assert theirs not in pengelola.page("/ekspor").text
    assert auditor.page(mine).status_code == pengelola.page(mine).status_code == 200
    assert "oleh Pengelola" in auditor.page("/ekspor").text
    for account in ("staf.prk", "kabag.hkm", "sekda"):
        other = visitor(account)
        for path in ("/ekspor", "/ekspor/baru", "/ekspor/daftar", mine):
            assert other.page(path).status_code == 403
        assert other.submit("/ekspor", format="csv").status_code == 403
    assert guest.page(mine).status_code == 302
    assert guest.ask(mine).status_code == 401
    assert auditor.page("/ekspor/tidak-ada/berkas").status_code == 404
    clock.advance(KEPT)
    turn()
    assert not office.exports.path(mine.split("/")[2]).exists()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("dari=2026-12-01&sampai=2026-11-01", "Akhir periode harus sesudah awalnya."),
        ("dari=kemarin", "Dari: Tulis tanggal yang ada"),
        ("jenis=task.eaten", "“task.eaten” tidak dikenal"),
        ("unit=XX&proses=yy", "Proses “yy” tidak dikenal"),
        ("pegawai=hantu", "Tidak ada pegawai dengan akun “hantu”"),
        ("pelaksanaan=tidak-ada", "Pelaksanaan “tidak-ada” tidak dikenal"),
        ("kata=apa", "memerlukan awal periode"),
        ("unit=%00%3Cb%3E", "&lt;b&gt;"),
    ],
)
def test_what_cannot_be_meant_is_named(visitor, query, message):
    page = visitor("auditor").page(f"/ekspor/baru?{query}")
    assert page.status_code == 422
    assert message in page.text
    fields = dict(pair.split("=") for pair in query.split("&"))
    assert visitor("auditor").submit("/ekspor", format="csv", **fields).status_code == 422


def test_a_file_that_is_gone_from_the_disk_is_said_and_can_be_asked_for_again(visitor, turn, office):
    auditor = visitor("auditor")
    auditor.submit("/ekspor", format="csv")
    turn()
    path = link(auditor.page("/ekspor"), "unduh")
    office.exports.path(path.split("/")[2]).unlink()
    answer = auditor.page(path)
    assert answer.status_code == 410
    assert "tidak ditemukan lagi di server. Mintalah sekali lagi." in answer.text
    listing = auditor.page("/ekspor")
    assert "Siap diunduh" not in listing.text
    assert "Tidak disimpan lagi" in listing.text
    assert auditor.page(link(listing, "lagi")).status_code == 200


def test_an_unknown_form_of_file_is_refused(visitor, office):
    answer = visitor("auditor").submit("/ekspor", format="docx")
    assert answer.status_code == 422
    assert "gunakan csv" in answer.text


def test_the_list_asks_for_all_names_at_once(visitor, office):
    auditor = visitor("auditor")
    units = ("PRK", "HKM", "UMUM", "ORG")

    def reads(unit):
        auditor.submit("/ekspor", format="csv", unit=unit, pegawai="pengelola", proses=PROCESS)
        auditor.page("/ekspor")  # what is read once for all is read now
        found = []
        note = lambda *_: found.append(1)  # noqa: E731
        sa.event.listen(office.store.sql, "before_cursor_execute", note)
        assert auditor.page("/ekspor").text.count("Pegawai: Pengelola") == units.index(unit) + 1
        sa.event.remove(office.store.sql, "before_cursor_execute", note)
        return len(found)

    assert len({reads(unit) for unit in units}) == 1


def test_no_room_is_said_at_asking_and_a_file_can_be_removed_to_make_some(visitor, office, turn):
    office.exports.max_bytes = 100_000
    auditor = visitor("auditor")
    auditor.submit("/ekspor", format="csv")
    turn()
    office.exports.max_bytes = 1000
    answer = auditor.submit("/ekspor", format="csv")
    assert answer.status_code == 409
    assert "mencapai batas 1 kB" in answer.text
    path = re.search(r'action="(/ekspor/\w+/hapus)"', auditor.page("/ekspor").text)[1]
    assert auditor.submit(path).location == "/ekspor"
    page = auditor.page("/ekspor")
    assert "Tidak disimpan lagi" in page.text
    assert "/hapus" not in page.text
    auditor.submit("/ekspor", format="csv")
    turn()
    assert "mencapai batas" in auditor.page("/ekspor").text  # what was made is larger than all that may be kept


def test_one_that_failed_says_why_and_can_be_asked_for_again(visitor, office):
    auditor = visitor("auditor")
    auditor.submit("/ekspor", format="csv")
    office.exports.fail(office.exports.take(), "Ruang penyimpanan penuh.")
    page = auditor.page("/ekspor")
    assert "Ruang penyimpanan penuh." in page.text
    assert link(page, "lagi").startswith("/ekspor/baru")
