"""Jejak Audit in the browser's words: one instance, everything, and the security log; hostile and unknown contents."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa

from process.audit import NewEvent, chain
from process.clock import micros
from process.model import Actor, Held
from process.packing import pack_bytes
from process.record import SYSTEM_STREAM, append, write


def text(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def begun(quarter, office, clock):
    """A quarter whose draft was sent, returned and taken up again."""
    quarter.start()
    clock.advance(minutes=65)
    quarter.done(quarter.staff, indikator=quarter.indicators)
    clock.advance(minutes=20)
    quarter.done(quarter.planner, keputusan="salah", catatan_pengembalian="Satuan <b>belum</b> benar")
    quarter.done(quarter.staff, indikator=[row | {"satuan": "poin"} for row in quarter.indicators])
    office.index.catch_up()
    return quarter.instance


def test_an_instance_shows_every_event_with_who_when_and_why(begun, visitor):
    page = visitor("auditor").page(f"/pelaksanaan/{begun}/jejak")
    assert page.status_code == 200
    seen = text(page)
    assert "Dikembalikan untuk diperbaiki Langkah 1" in seen
    assert "Satuan <b>belum</b> benar" in seen  # as text
    assert "<b>belum</b>" not in page.text
    assert "Senin, 23 November 2026 (WIB)" in seen
    assert "Staf Bagian Perencanaan dan Keuangan" in seen
    assert "Draft format data kinerja, baris 1: Satuan % poin" in seen  # before and after
    assert "Jejak Audit" in text(visitor("auditor").page(f"/pelaksanaan/{begun}"))


def test_who_inspects_an_instance_reads_its_number_and_exports_it_from_there(begun, visitor):
    address = f"/ekspor/baru?pelaksanaan={begun}"
    auditor = visitor("auditor")
    page = auditor.page(f"/pelaksanaan/{begun}/jejak")
    assert f'href="{address}"' in page.text
    assert f"nomor pelaksanaan {begun}" in text(page)
    assert begun in text(auditor.page(address))
    own = visitor("staf.prk").page(f"/pelaksanaan/{begun}/jejak").text
    assert "/ekspor" not in own


def test_filters_of_an_instance_and_its_order(begun, visitor):
    auditor = visitor("auditor")
    whole = text(auditor.page(f"/pelaksanaan/{begun}/jejak"))
    (total,) = re.findall(r"(\d+) dari \1", whole)
    some = auditor.page(f"/pelaksanaan/{begun}/jejak?langkah=mengkoreksi_format&kelompok=tugas&urut=lama")
    events = re.findall(r'<li class="jejak-peristiwa', some.text)
    assert 0 < len(events) < int(total)
    assert f"{len(events)} dari {total}" in text(some)
    assert text(some).index("Tugas tersedia") < text(some).index("Tugas selesai")
    assert "Tidak ada peristiwa yang cocok" in text(auditor.page(f"/pelaksanaan/{begun}/jejak?unit=Entah"))
    assert 'data-mark="mengkoreksi_format"' in some.text


def test_times_say_what_waited_longest(begun, visitor, clock):
    page = text(visitor("auditor").page(f"/pelaksanaan/{begun}/jejak"))
    assert "Paling lama menunggu: Langkah 1 “Membuat draft format data kinerja” menunggu 1 jam 5 menit kerja" in page
    assert "tersedia Senin, 23 November 2026 pukul 08.00, diambil Senin, 23 November 2026 pukul 09.05" in page
    assert "lintasan ke-2" in page


def test_a_bagian_sees_its_own_events_and_no_others_contents(quarter, visitor, office):
    quarter.spread()
    hkm, org = visitor("kabag.hkm"), visitor("kabag.org")
    quarter.figures(hkm, 61)
    quarter.figures(org)
    own = text(hkm.page(f"/pelaksanaan/{quarter.instance}/jejak"))
    other = text(org.page(f"/pelaksanaan/{quarter.instance}/jejak"))
    assert "Isian data kinerja Bagian versi 1 · Bagian Hukum" in own
    assert "Bagian Hukum" not in other
    assert "Bagian Organisasi" in other
    assert "di luar wewenang Anda tidak ditampilkan" in other
    assert visitor("kabag.kesra").page(f"/pelaksanaan/{quarter.instance}/jejak").status_code == 404


def test_the_record_of_everything_is_for_inspectors(begun, visitor):
    for account, status in (("auditor", 200), ("pengelola", 200), ("staf.prk", 403), ("kabag.hkm", 403)):
        answer = visitor(account).page("/jejak")
        assert answer.status_code == status, account
        assert ('href="/jejak"' in answer.text) == (status == 200)


def test_the_record_of_everything_is_filtered_and_linked(begun, visitor):
    auditor = visitor("auditor")
    page = auditor.page("/jejak?jenis=task.returned&dari=2026-11-01&sampai=2026-11-30")
    assert len(re.findall(r'<li class="jejak-peristiwa', page.text)) == 1
    assert f"/pelaksanaan/{begun}/jejak?langkah=membuat_draft" in unescape(page.text)
    found = auditor.page("/jejak?pegawai=perencana.prk")
    who = set(re.findall(r'<p class="jejak-siapa"><bdi>([^<]+)', found.text))
    assert who == {"Perencana Ahli Muda"}
    words = text(auditor.page(f"/jejak?pelaksanaan={begun}&kata=satuan"))
    assert "Satuan <b>belum</b> benar" in words


def test_what_cannot_be_meant_is_said_at_the_field_and_the_page_goes_on(begun, visitor):
    auditor = visitor("auditor")
    cases = {
        "dari=2026-13-01": (422, "Tulis tanggal yang ada"),
        "dari=2026-11-30&sampai=2026-11-01": (422, "Akhir periode harus sesudah awalnya."),
        "jenis=task.eaten": (422, "Jenis peristiwa “task.eaten” tidak dikenal."),
        "&".join(f"jenis=x{n}" for n in range(20_000)): (422, "(20000) lebih banyak daripada yang ada"),
        "pegawai=hantu": (404, "Tidak ada pegawai dengan akun “hantu”."),
        "unit=XX": (404, "Unit kerja “XX” tidak dikenal."),
        "proses=xx": (404, "Proses “xx” tidak dikenal."),
        "pelaksanaan=aaaaaaaaaaaaaaaa": (404, "Pelaksanaan “aaaaaaaaaaaaaaaa” tidak dikenal."),
        "dari=&kata=draft": (422, "Pencarian kata memerlukan awal periode atau satu pelaksanaan."),
        "kata=%00!": (422, "Tulis paling sedikit satu kata"),
        "dari=9999-12-31": (422, "Tulis tahun antara 1971 dan 9998."),
        "sebelum=x&dari=": (200, "Pelaksanaan dimulai"),
    }
    for query, (status, message) in cases.items():
        answer = auditor.page(f"/jejak?{query}")
        assert answer.status_code == status, query
        assert message in text(answer), query
        assert "Tampilkan" in text(answer)
        assert 'href="/ekspor"' in answer.text
        assert len(answer.text) < 200_000, "an address is not repeated in every link"
    assert auditor.page("/pelaksanaan/aaaaaaaaaaaaaaaa/jejak").status_code == 404


def test_pages_follow_by_key_and_keep_the_filter(begun, visitor):
    auditor = visitor("auditor")
    first = auditor.page("/jejak?dari=2026-11-01")
    (older,) = set(re.findall(r'id="hal-lama"[^>]*href="([^"]+)"', first.text))
    second = auditor.page(unescape(older))
    assert "dari=2026-11-01" in older
    assert 'id="hal-terbaru"' in second.text
    times = [re.findall(r'<span class="visually-hidden"> peristiwa nomor (\d+)', page.text) for page in (first, second)]
    assert len(times[0]) == 50
    assert times[1]


def test_events_that_are_not_indexed_yet_are_told(quarter, visitor):
    quarter.start()
    assert "peristiwa terbaru belum masuk daftar ini" in text(visitor("auditor").page("/jejak"))


def test_hostile_names_unknown_types_and_old_events_are_shown_as_text(begun, office, visitor, clock):
    """Written by an older version, or by one that this one does not know; names with markup, formulas, directions."""
    evil = '=HYPERLINK("x") <script>alert(1)</script> \u202etxt.exe'
    events = [
        NewEvent("task.completed", {"zaman_dulu": {"a": [1, None]}, "rincian": "bukan daftar", "versi": "x"}),
        NewEvent("attachment.added", {"berkas": evil, "alasan": evil}, "tiada", "langkah_lama"),
        NewEvent("task.due_changed", {"sebelum": 10**30, "sesudah": None}),
    ]
    with office.store.transaction() as tx:
        row = tx.one(sa.text("SELECT stream, event_seq, event_head FROM instance"))
        held = Held(1, "r", "PRK", evil)
        at = micros(clock.now())
        made, seq, head = chain(row.stream, row.event_seq, row.event_head, events, Actor(None, evil), held, at)
        write(tx, made)
        tx.execute(sa.text("UPDATE instance SET event_seq = :s, event_head = :h"), {"s": seq, "h": head})
    office.index.catch_up()
    for path in (f"/pelaksanaan/{begun}/jejak", "/jejak?dari="):
        page = visitor("auditor").page(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "Zaman dulu" in text(page)
        assert "<bdi>" in page.text


def test_a_type_that_is_not_known_and_a_payload_without_who_are_shown(begun, office, visitor):
    with office.store.transaction() as tx:
        for name in ("event_no_update", "event_payload_no_update"):
            tx.execute(sa.text(f"DROP TRIGGER {name}"))
        tx.execute(sa.text("UPDATE event SET type = 'task.eaten' WHERE type = 'instance.started'"))
        tx.execute(sa.text("UPDATE event_payload SET data = :d WHERE seq = 2"), {"d": pack_bytes(b'{"x":1}')})
        tx.execute(sa.text("UPDATE event_payload SET data = :d WHERE seq = 3"), {"d": b"\x01rusak"})
    office.index.rebuild()
    for path in (f"/pelaksanaan/{begun}/jejak", "/jejak?dari="):
        page = visitor("auditor").page(path)
        assert page.status_code == 200
        assert "Jenis tidak dikenal (task.eaten)" in text(page)
        assert "Tidak diketahui" in text(page)


def test_a_setting_and_a_refusal_are_told_in_words(office, visitor):
    told = {"pengaturan": "persetujuan", "sebelum": False, "sesudah": True}
    admin = Actor(None, "Admin", source="command")
    with office.store.transaction() as tx:
        append(tx, SYSTEM_STREAM, [NewEvent("setting.changed", told)], admin, office.clock.now())
        append(tx, SYSTEM_STREAM, [NewEvent("setting.changed", {"nama": "office"})], admin, office.clock.now())
    office.index.catch_up()
    auditor = visitor("auditor")
    seen = text(auditor.page("/jejak?jenis=setting.changed"))
    assert "Pengaturan diubah Persetujuan sebelum versi berlaku" in seen
    assert "Pengaturan diubah Jenis kantor" in seen
    visitor("staf.prk").page("/ekspor")
    log = text(auditor.page("/jejak/keamanan"))
    assert "Sebab: Anda tidak berwenang melakukan tindakan ini" in log


def test_the_security_log_is_for_auditors_and_administrators(visitor, guest, admin, clock):
    clock.advance(minutes=1)
    guest.login("staf.prk", "bukan-kata-sandinya")
    auditor = visitor("auditor")
    auditor.page("/administrasi/pegawai")  # refused
    page = auditor.page("/jejak/keamanan")
    assert "Halaman: /administrasi/pegawai" in text(page)
    assert "Metode: GET" in text(page)
    assert page.status_code == 200
    assert "Gagal masuk staf.prk" in text(page)
    assert "127.0.0.1" in page.text
    only = auditor.page("/jejak/keamanan?jenis=login.failed&akun=STAF.PRK&alamat=127.&dari=2026-11-23")
    assert len(re.findall("<time", only.text)) == 1
    assert "Tidak ada peristiwa yang cocok" in text(auditor.page("/jejak/keamanan?alamat=10."))
    assert auditor.page("/jejak/keamanan?jenis=x").status_code == 422
    many = "&".join(f"jenis=x{n}" for n in range(20_000))
    assert "lebih banyak daripada yang ada" in text(auditor.page(f"/jejak/keamanan?{many}"))
    assert auditor.page("/jejak/keamanan?dari=2026-11-30&sampai=2026-11-01").status_code == 422
    assert admin.page("/jejak/keamanan").status_code == 200
    for account in ("pengelola", "staf.prk"):
        assert visitor(account).page("/jejak/keamanan").status_code == 403
