"""Versions through the pages: putting in force, a second person, comparing, moving what runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from process import passwords
from process.model import PENGELOLA
from process.people import add_person_in
from service import demo
from service.security import SESSION_COOKIE

Visitors = Callable[[str], Any]
P = "/proses/pengumpulan_data_kinerja"
WAITS = "Versi baru menunggu persetujuan"


@pytest.fixture
def editor(visitor: Visitors) -> Any:
    return visitor("pengelola")


def drafted(who: Any, *edits: tuple[str, str]) -> int:
    opened = who.ask(f"{P}/draf").json
    xml = opened["data"]["xml"]
    for before, after in edits or (("Format benar?", "Sudah benar?"),):
        assert before in xml
        xml = xml.replace(before, after)
    return int(who.send(f"{P}/draf", {"data": {"xml": xml}, "revision": opened["revision"]}, "PUT").json["revision"])


def publish(who: Any, revision: int, **fields: str) -> Any:
    return who.submit(f"{P}/versi/berlakukan", revision=revision, **{"catatan": "Gerbang diberi nama", **fields})


def test_the_draft_is_put_in_force_with_note_and_identity(editor: Any) -> None:
    revision = drafted(editor)
    page = editor.page(f"{P}/versi/berlakukan").text
    assert 'value="ORG.03.00/10/SETDA/2024"' in page
    assert "berjumlah 17 digit" in page
    again = publish(editor, revision, catatan=" ", nomor="ORG/11")
    assert again.status_code == 422
    assert "Catatan perubahan wajib diisi" in again.text
    assert 'value="ORG/11"' in again.text  # what was typed stays
    assert publish(editor, revision, mulai="2020-01-01").status_code == 422
    assert publish(editor, revision, mulai="kapan-kapan").status_code == 422
    done = publish(editor, revision, nomor="ORG/11", tanggal_efektif="Januari 2027", jabatan="Sekda", nama="A", nip="1")
    assert done.location == f"{P}/versi"
    html = editor.page(f"{P}/versi").text
    assert "Versi 2" in html
    assert "Pengelola Proses memberlakukan versi 2." in html
    assert "Gerbang diberi nama" in html
    shown = editor.page(P).text
    assert "ORG/11" in shown
    assert "Januari 2027" in shown
    assert "ORG.03.00/10/SETDA/2024" in editor.page(f"{P}/versi/1").text  # the older one as it was
    assert editor.ask(f"{P}/versi/1/diagram.bpmn").data != editor.ask(f"{P}/versi/2/diagram.bpmn").data
    assert publish(editor, revision).status_code == 409


def test_saved_states_say_which_version_they_became_and_are_compared_also_without_a_draft(editor: Any) -> None:
    def links() -> list[str]:
        return re.findall(r'bandingkan\?([^"]+)', editor.page(f"{P}/draf/riwayat").text)

    drafted(editor)
    revision = drafted(editor, ("Sudah benar?", "Benar?"))
    assert links() == ["dari=1&amp;ke=draf", "dari=simpanan-1&amp;ke=draf"]
    assert "Menjadi versi" not in editor.page(f"{P}/draf/riwayat").text
    publish(editor, revision)
    assert links() == ["dari=2&amp;ke=simpanan-2", "dari=2&amp;ke=simpanan-1"]
    rows = editor.page(f"{P}/draf/riwayat").text.split("<tr>")[2:]
    assert ["Menjadi versi 2" in row for row in rows] == [True, False]
    shown = editor.page(f"{P}/draf/2").text
    assert ("versi 2</a>" in shown, "Bandingkan dengan versi 2" in shown) == (True, True)
    assert "Benar?" in editor.page(f"{P}/bandingkan?dari=2&ke=simpanan-1").text


def test_what_cannot_run_is_not_put_in_force(editor: Any) -> None:
    revision = drafted(editor, ('keputusan = "benar"', 'keputusn = "benar"'))
    page = editor.page(f"{P}/versi/berlakukan").text
    assert "belum dapat diberlakukan" in page
    answer = editor.client.post(
        f"{P}/versi/berlakukan", data={"csrf_token": editor.csrf, "revision": revision, "catatan": "x"},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert answer.json["findings"][0]["element"]


def test_others_see_versions_and_change_nothing(visitor: Visitors, editor: Any) -> None:
    drafted(editor)
    for account in ("staf.prk", "auditor", "kabag.org"):
        who = visitor(account)
        html = who.page(f"{P}/versi").text
        assert "Versi 1" in html
        assert "Cabut versi" not in html
        assert who.page(f"{P}/bandingkan").status_code == 200
        assert who.page(f"{P}/pindahkan").status_code == 403
        for path in ("berlakukan", "1/cabut", "1/berlakukan", "persetujuan", "usulan/1/setujui", "usulan/1/tolak"):
            assert who.submit(f"{P}/versi/{path}", alasan="x", catatan="x", revision=1).status_code in (403, 404), path
    assert editor.page(P).text.count("Versi 1,") == 1


@pytest.fixture
def other(editor: Any, office: Any, app: Any) -> Any:
    """A second pengelola proses, logged in."""
    with office.store.transaction() as tx:
        hashed = passwords.make(demo.PASSWORD)
        add_person_in(
            tx, "pengelola.dua", "Pengelola Dua", hashed, demo.ACTOR, office.clock.now(), system_roles=[PENGELOLA],
            must_change_password=False,
        )  # fmt: skip
    opened = office.people.authenticate("pengelola.dua", demo.PASSWORD, "127.0.0.1")
    made = type(editor)(app.test_client(), opened.csrf)
    made.client.set_cookie(SESSION_COOKIE, opened.token)
    return made


def test_a_second_person_approves(editor: Any, other: Any, visitor: Visitors) -> None:
    staff = visitor("staf.prk")
    assert editor.submit(f"{P}/versi/persetujuan", perlu="ya", alasan="").status_code == 422
    editor.submit(f"{P}/versi/persetujuan", perlu="ya", alasan="Dua orang")
    assert "mewajibkan persetujuan orang kedua." in editor.page(f"{P}/versi").text
    revision = drafted(editor)
    assert "Belum diusulkan: Catatan perubahan wajib diisi" in publish(editor, revision, catatan="").text
    publish(editor, revision)
    html = editor.page(f"{P}/versi").text
    assert "Menunggu persetujuan" in html
    assert "Setujui dan berlakukan" not in html
    assert ("Berlakukan…" in html, "Usulkan pencabutan" in html) == (False, False), "one proposal at a time"
    assert "Setelah usulan yang menunggu diputuskan" in html
    inboxes = [who.page("/tugas").text for who in (other, editor, staff)]
    assert ["menunggu persetujuan Anda" in text for text in inboxes] == [True, False, False]
    assert WAITS in other.page("/proses").text
    told = other.page("/pemberitahuan").text
    assert f'<a href="{P}/versi">Pengelola Proses mengusulkan versi baru “' in told
    assert "menunggu persetujuan Anda: Gerbang diberi nama" in told
    assert WAITS not in staff.page("/proses").text
    found = re.search(r"/versi/usulan/(\d+)/setujui", other.page(f"{P}/versi").text)
    assert found
    assert editor.submit(f"{P}/versi/usulan/{found[1]}/setujui").status_code == 403
    assert "Usulan" in other.page(f"{P}/bandingkan?ke=usulan").text
    assert other.submit(f"{P}/versi/usulan/{found[1]}/setujui").status_code == 302
    assert WAITS not in other.page("/proses").text
    assert "menunggu persetujuan Anda" not in other.page("/tugas").text
    assert "Pengelola Dua menyetujui usulan Anda" in editor.page("/pemberitahuan").text
    assert "Pengelola Dua menyetujui usulan Pengelola Proses." in editor.page(f"{P}/versi").text
    assert other.submit(f"{P}/versi/usulan/{found[1]}/setujui").status_code == 409
    assert other.submit(f"/proses/lain/versi/usulan/{found[1]}/tolak", alasan="x").status_code == 404
    other.submit(f"{P}/versi/persetujuan", perlu="tidak", alasan="Satu orang cukup")
    assert "Pengelola Dua meniadakan persetujuan orang kedua." in editor.page(f"{P}/versi").text


def test_a_second_person_approves_that_a_version_is_revoked(editor: Any, other: Any) -> None:
    publish(editor, drafted(editor))
    html = editor.page(f"{P}/versi").text
    assert ("Cabut versi 2" in html, "Versi 1 kembali berlaku. Pelaksanaan" in html) == (True, True)
    editor.submit(f"{P}/versi/persetujuan", perlu="ya", alasan="Dua orang")
    html = editor.page(f"{P}/versi").text
    assert "Usulkan pencabutan versi 2" in html
    assert "Bila disetujui pengelola proses lain: Versi 1 kembali berlaku." in html
    assert "Dalam keadaan mendesak" in html  # the way out, and that it is told to others
    editor.submit(f"{P}/versi/2/cabut", alasan="Langkah 3 hilang")
    html = editor.page(f"{P}/versi").text
    assert "Pencabutan versi 2, diusulkan Pengelola Proses" in html
    assert "Sampai disetujui, versi 2 tetap berlaku." in html
    assert "Pengelola Proses mengusulkan pencabutan versi 2." in html
    assert "Setujui dan cabut" not in html
    assert "Versi 2, berlaku" in editor.page(P).text
    assert "Pencabutan versi 2 menunggu persetujuan" in other.page("/proses").text
    assert "ke=usulan" not in other.page(f"{P}/versi").text
    assert other.page(f"{P}/bandingkan?ke=usulan").status_code == 404
    found = re.search(r"/versi/usulan/(\d+)/setujui", other.page(f"{P}/versi").text)
    assert found
    other.submit(f"{P}/versi/usulan/{found[1]}/setujui")
    assert "Usulan disetujui: versi itu dicabut." in other.page(f"{P}/versi").text
    assert "Versi 1, berlaku" in editor.page(P).text
    assert (
        "Tidak ada lagi versi yang berlaku, sehingga proses ini tidak dapat dimulai." in editor.page(f"{P}/versi").text
    )


def test_a_proposal_to_revoke_what_is_revoked_by_now_can_only_be_closed(editor: Any, other: Any) -> None:
    publish(editor, drafted(editor))
    editor.submit(f"{P}/versi/persetujuan", perlu="ya", alasan="Dua orang")
    editor.submit(f"{P}/versi/2/cabut", alasan="Keliru")
    assert "Mintalah administrator" not in editor.page(f"{P}/versi").text  # there is a second one
    editor.submit(f"{P}/versi/persetujuan", perlu="tidak", alasan="Mendesak")
    editor.submit(f"{P}/versi/2/cabut", alasan="Keliru")
    html = other.page(f"{P}/versi").text
    assert "Versi itu sudah dicabut, sehingga usulan ini tinggal ditutup." in html
    assert "Setujui dan cabut" not in html
    assert "Tolak usulan" in html


def test_a_proposal_that_nobody_can_approve_says_so(editor: Any) -> None:
    editor.submit(f"{P}/versi/persetujuan", perlu="ya", alasan="Dua orang")
    publish(editor, drafted(editor))
    assert "Tidak ada pengelola proses lain yang dapat menyetujuinya." in editor.page(f"{P}/versi").text


def test_revoked_and_back_again(editor: Any) -> None:
    publish(editor, drafted(editor))
    assert editor.submit(f"{P}/versi/2/cabut", alasan="").status_code == 422
    editor.submit(f"{P}/versi/2/cabut", alasan="Keliru")
    assert "Versi 1, berlaku" in editor.page(P).text
    editor.submit(f"{P}/versi/2/berlakukan", alasan="Ternyata benar")
    assert "Versi 3, berlaku" in editor.page(P).text
    assert editor.submit(f"{P}/versi/99/cabut", alasan="x").status_code == 404


def test_comparison_shows_what_differs(editor: Any) -> None:
    assert "Baru ada satu versi" in editor.page(f"{P}/bandingkan").text
    drafted(editor, ('waktu="4 hari"', 'waktu="5 hari"'), ("P4D<", "P5D<"))
    html = editor.page(f"{P}/bandingkan").text
    assert f'data-compare-from="{P}/versi/1/diagram.bpmn"' in html
    assert f'data-compare-to="{P}/draf/diagram.bpmn"' in html
    assert "4 hari" in html
    assert "5 hari" in html
    assert "5 hari kerja" in html  # the timer, in the words of an SOP
    assert "P5D" not in html
    assert editor.ask(f"{P}/draf/diagram.bpmn").status_code == 200
    assert editor.page(f"{P}/bandingkan?dari=1&ke=7").status_code == 404
    assert editor.page(f"{P}/bandingkan?dari=1&ke=1").status_code == 200


def test_running_instances_are_shown_and_then_moved(quarter: Any, editor: Any) -> None:
    quarter.draft()
    publish(editor, drafted(editor, ('waktu="4 hari"', 'waktu="5 hari"'), ("P4D<", "P5D<")))
    assert "Pindahkan ke versi baru (1)" in editor.page(f"{P}/versi").text
    html = editor.page(f"{P}/pindahkan").text
    assert "versi 1 → 2" in html
    assert "diubah" in html
    (value,) = re.findall(r'name="pelaksanaan" value="([^"]+)"', html)
    assert editor.submit(f"{P}/pindahkan", ke="2", pelaksanaan=value, alasan="").status_code == 422
    assert editor.submit(f"{P}/pindahkan", ke="2", alasan="x").status_code == 422
    instance = value.split(":")[0]
    assert "versi 1" in editor.page(f"/pelaksanaan/{instance}").text
    editor.submit(f"{P}/pindahkan", ke="2", pelaksanaan=f"{instance}:{'0' * 64}", alasan="x")
    assert "telah berubah sejak pratinjau" in editor.page(f"{P}/pindahkan").text
    editor.submit(f"{P}/pindahkan", ke="2", pelaksanaan=value, alasan="Aturan baru")
    assert "Dipindahkan ke versi 2" in editor.page(f"{P}/pindahkan").text
    shown = editor.page(f"/pelaksanaan/{instance}").text
    assert "versi 2" in shown
    assert "memindahkan pelaksanaan dari versi 1 ke versi 2." in shown
    assert "Aturan baru" in shown
    quarter.done(quarter.planner, keputusan="benar")  # and the work goes on


def test_tasks_of_several_bagian_that_fare_the_same_share_a_line(quarter: Any, editor: Any) -> None:
    quarter.spread()
    publish(editor, drafted(editor))
    shown = editor.page(f"{P}/pindahkan").text
    (items,) = re.findall(r"Menerima dan mengisi data kinerja dari bagian-bagian \(([A-Z, ]+)\): tetap terbuka", shown)
    assert len(items.split(", ")) > 1


def test_the_shipped_revision_becomes_the_draft_and_runs(editor: Any) -> None:
    html = editor.page(f"{P}/versi").text
    assert "Jadikan draf" in html
    assert "Langkah 7 (koreksi) dapat mengembalikan data kinerja ke langkah 6" in html
    assert "versi 1 yang berlaku, 5 langkah berubah: Menerima dan mengisi data kinerja dari bagian-bagian; " in html
    assert "Alur dan formulirnya juga berubah." in html
    (link,) = re.findall(r'href="([^"]+)">Bandingkan dengan versi 1<', html)
    compared = editor.page(link.replace("&amp;", "&")).text
    assert ("Usulan revisi" in compared, "Validasi data kinerja" in compared) == (True, True)
    (drawn,) = re.findall(r'data-compare-to="([^"]+)"', compared)
    assert b"hasil_pemeriksaan" in editor.ask(drawn).data
    for other in ("templat-kosong", "templat-tidak-ada"):
        assert editor.page(f"{P}/bandingkan?ke={other}").status_code == 404
    answer = editor.submit(f"{P}/draf/templat", templat="usulan-revisi-pengumpulan-data-kinerja")
    assert answer.location == f"{P}/sunting"
    assert editor.send(f"{P}/periksa", {}).json["ok"] is True
    assert editor.submit(f"{P}/draf/templat", templat="kosong").status_code == 422
    revision = editor.ask(f"{P}/draf").json["revision"]
    assert publish(editor, revision, catatan="Pengembalian dari langkah 6, 7, dan 8").status_code == 302
    assert "formulirnya sudah sama dengan versi 2 yang berlaku" in editor.page(f"{P}/versi").text
    assert "Versi 2, berlaku" in editor.page(P).text
