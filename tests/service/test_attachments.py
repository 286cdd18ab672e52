"""Files: judged by what they are, given back only to who may see them, and never as part of our pages."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from process import blobs, files
from process.office import Office

Visitors = Callable[[str], Any]
START = "/proses/pengumpulan_data_kinerja/mulai"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
BODY = {"tahun": 2026, "triwulan": "III", "jenis_pk": "murni"}


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


def test_a_file_goes_in_and_comes_out_as_a_download(quarter: Any) -> None:
    staff = quarter.staff
    kept = staff.upload(f"{START}/lampiran", PDF, "../../Daftar <Pertanyaan>.pdf")
    assert kept.status_code == 201
    assert kept.json["media_type"] == "application/pdf"
    quarter.start(daftar_pertanyaan=[kept.json["id"]])
    got = staff.ask(kept.json["url"])
    assert got.data == PDF
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "/" not in got.headers["Content-Disposition"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_only_who_may_see_the_document_gets_its_file(quarter: Any, visitor: Visitors) -> None:
    url = quarter.staff.upload(f"{START}/lampiran", PDF, "a.pdf").json["url"]
    assert visitor("perencana.prk").ask(url).status_code in (403, 404)
    quarter.start(daftar_pertanyaan=[url.rsplit("/", 1)[1]])
    assert visitor("perencana.prk").ask(url).status_code == 200
    assert visitor("auditor").ask(url).status_code == 200
    assert visitor("kabag.hkm").ask(url).status_code in (403, 404)


def test_evidence_of_one_bagian_is_not_for_another(quarter: Any, visitor: Visitors) -> None:
    quarter.spread()
    law, organisation = visitor("kabag.hkm"), visitor("kabag.org")
    task = quarter.task(law)
    kept = law.upload(f"/tugas/{task}/lampiran", PDF, "bukti.pdf").json
    rows = [row | {"realisasi": 1, "bukti_dukung": [kept["id"]]} for row in quarter.opened(law, task)["data"]["baris"]]
    assert quarter.send(law, task, baris=rows).status_code == 200
    assert organisation.ask(kept["url"]).status_code in (403, 404)
    assert organisation.upload(f"/tugas/{task}/lampiran", PDF, "x.pdf").status_code in (403, 404)
    assert visitor("sekda").ask(kept["url"]).status_code == 200


IMPOSTORS: list[tuple[bytes, str]] = [
    (b"<html><script>alert(1)</script></html>", "laporan.pdf"),
    (b"MZ\x90\x00" + b"\x00" * 64, "program.pdf"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "gambar.png"),
    (b"", "kosong.pdf"),
    (b"PK\x03\x04rusak", "a.xlsx"),
]


def test_files_are_judged_by_content_not_by_name(visitor: Visitors) -> None:
    for content, name in IMPOSTORS:
        answer = visitor("staf.prk").upload(f"{START}/lampiran", content, name)
        assert answer.status_code == 422, name
        assert answer.mimetype == "application/problem+json"


def test_word_file_is_known_by_its_content(visitor: Visitors) -> None:
    answer = visitor("staf.prk").upload(f"{START}/lampiran", docx(), "tanpa-akhiran")
    assert answer.status_code == 201
    assert "wordprocessingml" in answer.json["media_type"]


def test_a_file_beyond_the_limit_is_refused(visitor: Visitors) -> None:
    answer = visitor("staf.prk").upload(f"{START}/lampiran", PDF + b" " * (3 * 1024 * 1024), "besar.pdf")
    assert answer.status_code == 413
    assert answer.json["title"]


def test_a_request_without_a_file_is_told_so(visitor: Visitors) -> None:
    staff = visitor("staf.prk")
    answer = staff.client.post(f"{START}/lampiran", data={}, headers={"X-CSRF-Token": staff.csrf})
    assert answer.status_code == 422


def test_a_file_that_is_gone_or_changed_is_said_plainly_and_not_given(quarter: Any, office: Office) -> None:
    staff = quarter.staff
    url = staff.upload(f"{START}/lampiran", PDF, "a.pdf").json["url"]
    path = office.files.blobs.path(hashlib.sha256(PDF).hexdigest())
    path.write_bytes(PDF + b"x")
    changed = staff.ask(url)
    assert (changed.status_code, changed.json["type"]) == (500, "urn:alur:problem:berkas-hilang")
    assert "tidak lagi sama" in changed.json["detail"]
    path.unlink()
    assert "tidak ditemukan" in staff.page(url).text


def test_one_step_takes_only_so_many_files(quarter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    quarter.start()
    task = quarter.task(quarter.staff)
    for expected in (201, 201, 422):
        assert quarter.staff.upload(f"/tugas/{task}/lampiran", PDF, "a.pdf").status_code == expected
    assert quarter.staff.upload(f"{START}/lampiran", PDF, "a.pdf").status_code == 201
    monkeypatch.setattr(blobs, "RESERVE_BYTES", 2**62)
    assert quarter.staff.upload(f"{START}/lampiran", PDF, "b.pdf").status_code == 507


def test_the_same_bytes_may_come_in_many_times_at_once(office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(12):
            content = bytes(f"berkas {number}", "ascii")
            assert len(set(pool.map(office.files.blobs.put, [content] * 8))) == 1
