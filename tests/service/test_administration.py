"""The administrator's pages: closed to others, each act works and is on record, and a refusal keeps what was typed."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask

from process.office import Office
from process.people import add_person_in
from service import demo

from .conftest import recorded

Visitors = Callable[[str], Any]
ATTACK = '"><script>alert(1)</script>\u202e'
NIP = "196110711985121001"


def id_of(office: Office, account: str) -> int:
    return office.people.by_username(account).id


def value_of(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html) or re.search(
        rf'value="([^"]*)"[^>]*name="{name}"', html
    )
    assert found, name
    return found[1]


# -- who may ----------------------------------------------------------------------------------------------------------


def test_only_administrators_find_and_open_these_pages(app: Flask, visitor: Visitors, admin: Any) -> None:
    assert 'href="/administrasi"' in admin.page("/tugas").text
    paths = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("administration."):
            path = re.sub(r"<int:\w+>", "1", rule.rule)
            path = path.replace("<unit_code>", "PRK").replace("<calendar_code>", "standar")
            paths.append((path, "POST" if "POST" in (rule.methods or ()) else "GET"))
    assert len(paths) > 20
    for account in ("pengelola", "auditor", "staf.prk"):
        assert "/administrasi" not in visitor(account).page("/tugas").text
        assert visitor(account).page("/administrasi/pegawai").status_code == 403
    who = visitor("pengelola")
    for path, method in paths:
        headers = {"Accept": "application/json", "X-CSRF-Token": who.csrf}
        assert who.client.open(path, method=method, headers=headers).status_code == 403, path
    for path, method in paths:
        if method == "GET" and not path.endswith("pengganti"):
            assert admin.page(path).status_code in (200, 302), path


def test_numbers_and_codes_that_no_database_has_are_not_found(admin: Any) -> None:
    for path in ("pegawai/99999999999999999999", "pegawai/4711", "unit/%00", "unit/TIDAK", "kalender/%E2%80%AE"):
        assert admin.page(f"/administrasi/{path}").status_code == 404, path
    assert admin.page("/administrasi/jabatan/4711/pengganti").status_code == 404


# -- persons ----------------------------------------------------------------------------------------------------------


def test_people_are_found_by_name_position_unit_and_whole_nip_and_come_in_pages(office: Office, admin: Any) -> None:
    everybody = admin.page("/administrasi/pegawai").text
    assert "staf.prk" in everybody
    found = admin.page("/administrasi/pegawai?cari=kepala+hukum").text
    assert "kabag.hkm" in found
    assert "kabag.org" not in found
    with_nip = office.people.change_person(id_of(office, "kabag.org"), demo.ACTOR, nip=NIP)
    found = admin.page(f"/administrasi/pegawai?cari={NIP}").text
    assert "kabag.org" in found
    assert "kabag.hkm" not in found
    shown = found.split("<table", 1)[1]
    assert with_nip.masked_nip in shown
    assert NIP not in shown
    with office.store.transaction() as tx:
        for number in range(30):
            add_person_in(tx, f"pegawai{number}", f"Pegawai {number}", "-", demo.ACTOR, office.clock.now())
    first = admin.page("/administrasi/pegawai?cari=Pegawai").text
    assert "Halaman 1 dari 2" in first
    assert first.count('data-label="Pegawai"') == 25
    assert admin.page("/administrasi/pegawai?cari=Pegawai&hal=2").text.count('data-label="Pegawai"') == 5
    for odd in ("hal=-1", "hal=99999999999", "hal=%00", "keadaan=x&hal=²"):
        assert admin.page(f"/administrasi/pegawai?{odd}").status_code == 200


def test_a_new_person_gets_a_password_that_is_shown_once_and_must_be_changed(office: Office, admin: Any) -> None:
    answer = admin.submit(
        "/administrasi/pegawai/baru", akun="analis.hkm", nama="Analis Hukum", nip="19611071 198512 1 001"
    )
    assert answer.status_code == 201
    shown = re.search(r'<output id="sandi"[^>]*>([^<]+)</output>', answer.text)
    assert shown
    made = office.people.by_username("analis.hkm")
    assert made.nip == NIP
    opened = office.people.authenticate("analis.hkm", shown[1], "127.0.0.1")
    assert opened.must_change_password
    again = admin.page(f"/administrasi/pegawai/{made.id}").text
    assert shown[1] not in again
    assert NIP not in again
    assert recorded(office, "person.added")[-1]["akun"] == "analis.hkm"
    assert recorded(office, "person.added")[-1]["oleh"]["nama"] == "Administrator"


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"akun": "A B", "nama": "Satu"}, "akun", "Nama akun 2–60 karakter"),
        ({"akun": "sekda", "nama": "Satu"}, "akun", "sudah ada"),
        ({"akun": "satu", "nama": ""}, "nama", "wajib diisi"),
        ({"akun": "satu", "nama": "Satu", "nip": "123"}, "nip", "18 angka"),
        ({"akun": "satu", "nama": "Satu", "peran_sistem": "raja"}, "peran_sistem", "tidak dikenal"),
    ],
)
def test_a_refused_person_is_told_at_the_field_and_keeps_what_was_typed(
    admin: Any, typed: dict[str, str], field: str, message: str
) -> None:
    answer = admin.submit("/administrasi/pegawai/baru", **typed)
    assert answer.status_code in (409, 422)
    at_field = re.search(rf'id="galat-{field}">([^<]+)<', answer.text)
    assert at_field
    assert message in at_field[1]
    for name in ("akun", "nama"):
        assert value_of(answer.text, name) == typed[name]


def test_changing_a_person_keeps_the_stored_nip_unless_it_is_replaced_or_removed(office: Office, admin: Any) -> None:
    one = office.people.change_person(id_of(office, "kabag.org"), demo.ACTOR, nip=NIP)
    where = f"/administrasi/pegawai/{one.id}"
    page = admin.page(where).text
    revision = value_of(page, "revisi")
    assert admin.submit(f"{where}/ubah", nama="Kabag Organisasi", nip="", revisi=revision).status_code == 302
    after = office.people.profile(one.id)
    assert (after.name, after.nip) == ("Kabag Organisasi", NIP)
    stale = admin.submit(f"{where}/ubah", nama="Nama Kedua", nip="", revisi=revision, peran_sistem="auditor")
    assert stale.status_code == 409
    assert "telah diubah" in stale.text
    assert value_of(stale.text, "nama") == "Nama Kedua"
    assert office.people.profile(one.id).name == "Kabag Organisasi"
    again = value_of(stale.text, "revisi")
    answer = admin.submit(
        f"{where}/ubah", nama="Nama Kedua", nip="", hapus_nip="ya", revisi=again, peran_sistem="auditor"
    )
    assert answer.status_code == 302
    after = office.people.profile(one.id)
    assert (after.name, after.nip, after.system_roles) == ("Nama Kedua", None, {"auditor"})
    assert set(recorded(office, "person.changed")[-1]["sesudah"]) == {"nama", "nip", "peran_sistem"}


def test_a_new_password_is_shown_once_and_ends_the_sessions(office: Office, admin: Any, visitor: Visitors) -> None:
    head = visitor("kabag.hkm")
    where = f"/administrasi/pegawai/{id_of(office, 'kabag.hkm')}"
    answer = admin.submit(f"{where}/kata-sandi")
    shown = re.search(r'<output id="sandi"[^>]*>([^<]+)</output>', answer.text)
    assert shown
    assert head.ask("/tugas").status_code == 401
    assert office.people.authenticate("kabag.hkm", shown[1], "127.0.0.1").must_change_password
    assert recorded(office, "person.password_reset")[-1]["akun"] == "kabag.hkm"
    assert shown[1] not in str(recorded(office, "person.password_reset"))
    own = admin.submit(f"/administrasi/pegawai/{id_of(office, 'administrator')}/kata-sandi")
    assert own.status_code == 409
    assert office.people.authenticate("administrator", demo.PASSWORD, "127.0.0.1")


def test_an_account_is_closed_and_opened_for_a_reason(office: Office, admin: Any, visitor: Visitors) -> None:
    head = visitor("kabag.hkm")
    one = id_of(office, "kabag.hkm")
    refused = admin.submit(f"/administrasi/pegawai/{one}/nonaktifkan", alasan="  ")
    assert refused.status_code == 422
    assert 'id="galat-alasan-keadaan"' in refused.text
    assert office.people.profile(one).active
    assert admin.submit(f"/administrasi/pegawai/{one}/nonaktifkan", alasan="Mutasi").status_code == 302
    assert head.ask("/tugas").status_code == 401
    assert recorded(office, "person.disabled")[-1]["alasan"] == "Mutasi"
    assert "kabag.hkm" not in admin.page("/administrasi/pegawai").text.split("<table", 1)[1]
    assert "kabag.hkm" in admin.page("/administrasi/pegawai?keadaan=nonaktif").text
    assert admin.submit(f"/administrasi/pegawai/{one}/aktifkan", alasan="Kembali").status_code == 302
    assert office.people.profile(one).active
    assert recorded(office, "person.enabled")[-1]["alasan"] == "Kembali"


def test_the_last_administrator_can_neither_close_nor_demote_the_own_account(office: Office, admin: Any) -> None:
    one = office.people.by_username("administrator")
    where = f"/administrasi/pegawai/{one.id}"
    for answer in (
        admin.submit(f"{where}/nonaktifkan", alasan="Pensiun"),
        admin.submit(f"{where}/ubah", nama="Administrator", nip="", revisi=str(one.revision), peran_sistem="auditor"),
    ):
        assert answer.status_code == 409
        assert "paling sedikit satu administrator" in answer.text
    after = office.people.profile(one.id)
    assert after.active
    assert after.system_roles == {"administrator"}
    assert admin.page("/administrasi/pegawai").status_code == 200


def test_hostile_text_is_shown_as_text_everywhere(office: Office, admin: Any) -> None:
    refused = admin.submit("/administrasi/pegawai/baru", akun=ATTACK, nama=ATTACK, nip=ATTACK, peran_sistem=ATTACK)
    assert refused.status_code == 422
    admin.submit("/administrasi/pegawai/baru", akun="jahat", nama=ATTACK)
    one = id_of(office, "jahat")
    admin.submit("/administrasi/unit-baru", kode="JHT", nama=ATTACK, induk="SETDA", kop=ATTACK)
    admin.submit(f"/administrasi/pegawai/{one}/jabatan", peran="staf", unit="JHT", nama_jabatan=ATTACK, dasar=ATTACK)
    admin.submit("/administrasi/kalender-baru", kode="jahat", nama=ATTACK, sumber="standar", zona="Asia/Jakarta")
    pages = [refused.text]
    for path in (
        f"pegawai?cari={ATTACK}",
        f"pegawai/{one}",
        "unit",
        "unit/JHT",
        "unit/SETDA",
        "kalender",
        "kalender/jahat",
        "kalender-baru",
    ):
        answer = admin.page(f"/administrasi/{path}")
        assert answer.status_code == 200, path
        pages.append(answer.text)
    for bring in ("impor-unit", "kalender/standar/impor"):
        pages.append(admin.submit(f"/administrasi/{bring}", isi=f"kode,nama\n{ATTACK},{ATTACK}").text)
    pages.append(
        admin.submit("/administrasi/kalender/standar/hari", tanggal="2026-12-01", jenis="libur", keterangan=ATTACK).text
    )
    for html in pages:
        assert "<script>alert" not in html
        assert " style=" not in html
        assert "\u202e" not in html
    assert "&lt;script&gt;" in pages[2]


# -- positions --------------------------------------------------------------------------------------------------------


def test_a_role_that_no_process_in_force_knows_is_marked_and_warned_about(office: Office, admin: Any) -> None:
    office.people.add_position(id_of(office, "auditor"), "arsiparis", "HKM", demo.ACTOR)
    where = f"/administrasi/pegawai/{id_of(office, 'staf.prk')}"
    assert '<option value="arsiparis">Arsiparis (tidak dipakai proses yang berlaku)</option>' in admin.page(where).text
    admin.submit(f"{where}/jabatan", peran="arsiparis", unit="HKM", jenis="definitif", mulai="2026-11-23")
    assert "Peran “arsiparis” tidak dikenal oleh proses yang berlaku" in admin.page(where).text
    admin.submit(f"{where}/jabatan", peran="kepala_bagian", unit="HKM", jenis="definitif", mulai="2026-11-23")
    assert "tidak dikenal" not in admin.page(where).text


def test_positions_are_given_and_ended_on_record(office: Office, admin: Any) -> None:
    one = id_of(office, "staf.prk")
    where = f"/administrasi/pegawai/{one}"
    page = admin.page(where).text
    for role in ("staf", "perencana_ahli_muda", "kepala_bagian", "sekretaris_daerah"):
        assert f'<option value="{role}">' in page  # lanes of the SOP in force
    answer = admin.submit(
        f"{where}/jabatan", peran="kepala_bagian", unit="HKM", jenis="plt", dasar="", mulai="2026-11-23", sampai=""
    )
    assert answer.status_code == 422
    assert 'id="galat-dasar"' in answer.text
    assert '<option value="HKM" selected>' in answer.text
    assert '<details class="tindakan" open>' in answer.text
    for typed, field in (
        ({"peran": "raja", "unit": "HKM"}, "peran"),
        ({"peran": "staf", "unit": "TIDAK"}, "unit"),
        ({"peran": "staf", "unit": "HKM", "mulai": "31-31-2026"}, "mulai-jabatan"),
        ({"peran": "staf", "unit": "HKM", "mulai": "2026-11-23", "sampai": "2026-11-01"}, "sampai-jabatan"),
    ):
        assert f'id="galat-{field}"' in admin.submit(f"{where}/jabatan", **typed).text, field
    given = {"peran": "kepala_bagian", "unit": "HKM", "jenis": "plt", "dasar": "SP 1/2026", "mulai": "2026-11-23"}
    assert admin.submit(f"{where}/jabatan", **given).status_code == 302
    assert "Plt. Kepala Bagian Hukum" in admin.page(where).text
    assert recorded(office, "position.added")[-1]["dasar"] == "SP 1/2026"
    twice = admin.submit(f"{where}/jabatan", **given)
    assert twice.status_code == 409
    assert "sudah memegang peran" in twice.text
    assert value_of(twice.text, "dasar") == "SP 1/2026"
    position = next(p for p in office.people.positions(one) if p.kind == "plt")
    refused = admin.submit(f"/administrasi/jabatan/{position.id}/akhiri", sampai="2026-12-01", alasan="")
    assert refused.status_code == 422
    assert f'id="galat-alasan-{position.id}"' in refused.text
    ended = admin.submit(f"/administrasi/jabatan/{position.id}/akhiri", sampai="2026-12-01", alasan="Pejabat definitif")
    assert ended.status_code == 302
    last = recorded(office, "position.ended")[-1]
    assert (last["sesudah"], last["alasan"]) == ({"sampai": "2026-12-01"}, "Pejabat definitif")


def test_a_stand_in_finds_the_absent_heads_task_in_the_own_inbox(
    office: Office, admin: Any, visitor: Visitors, quarter: Any
) -> None:
    quarter.spread()
    assert len(set(re.findall(r'href="/tugas/([a-z0-9]+)"', visitor("kabag.org").page("/tugas/daftar").text))) == 1
    head, other = id_of(office, "kabag.hkm"), id_of(office, "kabag.org")
    (position,) = office.people.positions(head)
    where = f"/administrasi/jabatan/{position.id}/pengganti"
    assert where in admin.page(f"/administrasi/pegawai/{head}").text
    assert "Kepala Bagian Hukum" in admin.page(where).text
    typed = {"pegawai": str(other), "jenis": "plh", "dasar": "SP 2/2026", "mulai": "2026-11-23", "sampai": ""}
    refused = admin.submit(where, **typed)
    assert refused.status_code == 422
    assert 'id="galat-sampai"' in refused.text
    assert f'<option value="{other}" selected>' in refused.text
    assert value_of(refused.text, "dasar") == "SP 2/2026"
    assert admin.submit(where, **typed | {"pegawai": str(head), "sampai": "2026-11-30"}).status_code == 422
    assert admin.submit(where, **typed | {"sampai": "2026-11-30"}).status_code == 302
    made = next(p for p in office.people.positions(other) if p.unit == "HKM")
    assert (made.kind, made.role, made.to_date) == ("plh", position.role, date(2026, 11, 30))
    assert f"Plh. {position.title}" in admin.page(f"/administrasi/pegawai/{other}").text
    assert len(set(re.findall(r'href="/tugas/([a-z0-9]+)"', visitor("kabag.org").page("/tugas/daftar").text))) == 2
    assert recorded(office, "position.added")[-1]["jenis"] == "plh"
