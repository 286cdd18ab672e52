"""Who sees what: per document, not per instance."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from process.errors import FileRefused, FileTooLarge, Forbidden, InvalidData, NotFound

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def crew(lite):
    """Pure rules over what is stored: the same on both databases, so SQLite will do."""
    return lite


@pytest.fixture
def office(lite):
    return lite.office


def _filled(crew):
    office = crew.office
    instance = crew.start()
    crew.until(instance, "mengisi_data")
    task = crew.task(instance, "mengisi_data", "HKM")
    kept = office.files.store(io.BytesIO(PDF), "bukti.pdf", None, crew.actor("kabag.hkm"), task_id=task)
    page = office.views.task(task, crew.actor("kabag.hkm"))
    rows = [dict(row, bukti_dukung=[kept.id]) for row in page.data["baris"]]
    crew.complete(instance, "mengisi_data", "HKM", baris=[{**row, "realisasi": 1} for row in rows])
    crew.complete(instance, "mengisi_data", "UMUM")
    versions = {
        (row.key, row.item): row.id
        for row in crew.rows("SELECT id, key, item FROM document_version WHERE instance = :i", i=instance)
    }
    return instance, versions, kept


@pytest.fixture
def filled(crew):
    """An instance whose Bagian HKM and UMUM answered, HKM with a file."""
    return crew.once(_filled)


def sees(office, actor, version):
    try:
        office.views.document(version, actor)
    except NotFound:
        return False
    return True


def test_a_bagian_sees_its_own_and_what_its_step_reads(crew, office, filled):
    _, versions, _ = filled
    own, other = versions["isian", "HKM"], versions["isian", "UMUM"]
    head = crew.actor("kabag.hkm")
    assert sees(office, head, own)
    assert not sees(office, head, other)
    assert sees(office, head, versions["format", ""])
    assert not sees(office, head, versions["draft_format", ""])
    for account in ("staf", "perencana", "kabag.prk", "sekda", "pengelola", "auditor"):
        assert sees(office, crew.actor(account), own), account
    for account in ("kabag.pem", "admin"):
        assert not any(sees(office, crew.actor(account), one) for one in versions.values()), account


def test_attachments_go_the_way_of_their_document(crew, office, filled):
    _, _, kept = filled
    for account in ("kabag.hkm", "staf", "sekda", "auditor"):
        found, path = office.views.attachment(kept.id, crew.actor(account))
        assert (found.name, found.media_type, path.read_bytes()) == ("bukti.pdf", "application/pdf", PDF)
    for account in ("kabag.umum", "kabag.pem", "admin"):
        with pytest.raises(NotFound):
            office.views.attachment(kept.id, crew.actor(account))


def test_the_file_of_a_draft_is_for_who_writes_it_until_it_is_sent(crew, office):
    instance = crew.brought("mengisi_data")
    task = crew.task(instance, "mengisi_data", "HKM")
    head, staff = crew.actor("kabag.hkm"), crew.actor("staf")
    kept = office.files.store(io.BytesIO(PDF), "bukti.pdf", None, head, task_id=task)
    assert office.views.attachment(kept.id, head)[0].id == kept.id
    assert [one.id for one in office.views.task(task, head).attachments] == [kept.id]
    assert office.views.task(task, staff).attachments == ()
    with pytest.raises(NotFound):
        office.views.attachment(kept.id, staff)
    crew.complete(instance, "mengisi_data", "HKM")
    assert office.views.attachment(kept.id, staff)[0].id == kept.id


def test_nobody_cites_the_file_of_another_bagian(crew, office, filled):
    instance, _, kept = filled
    task = crew.task(instance, "mengisi_data", "PRK")
    page = office.views.task(task, crew.actor("kabag.prk"))
    rows = [dict(row, realisasi=1, bukti_dukung=[kept.id]) for row in page.data["baris"]]
    with pytest.raises(InvalidData):
        crew.complete(instance, "mengisi_data", "PRK", baris=rows)


def test_the_instance_page_shows_each_only_what_is_theirs(crew, office, filled):
    instance, _, _ = filled
    head = office.views.instance(instance, crew.actor("kabag.hkm"))
    assert {row.task.item for row in head.tasks} == {None, "HKM"}
    assert [row.task.item for row in head.tasks if row.can_see] == ["HKM"]
    assert {(row.version.key, row.version.item) for row in head.documents} == {
        ("format", None),
        ("format", "HKM") if ("format", "HKM") in filled[1] else ("format", None),
        ("isian", "HKM"),
    }
    assert not any(entry.data.get("item") == "UMUM" for entry in head.timeline)
    assert not any("perubahan" in entry.data and not entry.data.get("item") for entry in head.timeline)
    whole = office.views.instance(instance, crew.actor("auditor"))
    assert {row.task.item for row in whole.tasks} == {None, "HKM", "UMUM", "PRK"}
    assert not whole.can_cancel
    assert office.views.instance(instance, crew.actor("pengelola")).can_cancel
    with pytest.raises(NotFound):
        office.views.instance(instance, crew.actor("kabag.pem"))


def test_the_list_holds_what_one_takes_part_in(crew, office, filled):
    for account, expected in {"staf": 1, "sekda": 1, "kabag.hkm": 1, "auditor": 1, "kabag.pem": 0, "admin": 0}.items():
        assert office.views.instances(crew.actor(account)).total == expected, account
    assert office.views.instances(crew.actor("staf"), search="tidak ada").total == 0
    assert office.views.instances(crew.actor("staf"), state="finished").total == 0


def test_files_are_taken_for_what_they_are(crew, office):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    staff = crew.actor("staf")

    def send(content, name="a.pdf", actor=staff):
        return office.files.store(io.BytesIO(content), name, "application/pdf", actor, task_id=task)

    assert send(PDF, "../../etc/pass\u202ewd.pdf").name == "passwd.pdf"
    assert send(b"\x89PNG\r\n\x1a\n....", "gambar.pdf").media_type == "image/png"
    for bad in (b"", b"<html><script>alert(1)</script>", b"MZ\x90", b"PK\x03\x04not a zip", b"#!/bin/sh\n"):
        with pytest.raises(FileRefused):
            send(bad)
    with pytest.raises(FileTooLarge):
        send(PDF + b"0" * office.files.max_bytes)
    with pytest.raises(NotFound):
        send(PDF, actor=crew.actor("kabag.hkm"))
    with pytest.raises(Forbidden):
        send(PDF, actor=crew.actor("perencana"))
    leftovers = [path for path in office.files.blobs.folder.iterdir() if path.name.startswith("masuk-")]
    assert leftovers == []


def test_a_file_of_the_start_form_belongs_to_the_instance(crew, office):
    staff = crew.actor("staf")
    kept = office.files.store(io.BytesIO(PDF), "pertanyaan.pdf", None, staff, process_id="pengumpulan_data_kinerja")
    assert office.engine.start_page("pengumpulan_data_kinerja", staff).attachments == (kept,)
    with pytest.raises(NotFound):
        office.views.attachment(kept.id, crew.actor("sekda"))
    data = {"tahun": 2033, "triwulan": "I", "jenis_pk": "murni", "judul": "", "daftar_pertanyaan": [kept.id]}
    field = next(key for key, kind in crew.office.definitions.current("pengumpulan_data_kinerja").forms[
        "data-kinerja-0-permintaan"].outputs.items() if kind == "files")  # fmt: skip
    data[field] = data.pop("daftar_pertanyaan")
    instance = office.engine.start_instance("pengumpulan_data_kinerja", data, staff)
    assert office.views.attachment(kept.id, crew.actor("sekda"))[0] == kept
    event = next(one for one in office.trail.timeline(instance) if one.type == "attachment.added")
    assert event.data["sha256"] == kept.sha256
    assert office.engine.start_page("pengumpulan_data_kinerja", staff).attachments == ()


def test_a_corrected_figure_is_told_with_old_new_and_reason_to_its_bagian_only(crew, office):
    instance = crew.brought("memvalidasi")
    page = office.views.task(crew.task(instance, "memvalidasi"), crew.actor("perencana"))
    rows = [dict(row, valid=True) for row in page.data["baris"]]
    for row in rows:
        if row["kode_bagian"] == "HKM":
            row |= {"koreksi_realisasi": Decimal("95.5"), "alasan_koreksi": "Salah ketik"}
        if row["kode_bagian"] == "UMUM":
            row["catatan_validasi"] = "Sudah sesuai"  # handed out as well, but nothing is corrected
    crew.complete(instance, "memvalidasi", baris=rows)

    def told(account):
        found = office.views.instance(instance, crew.actor(account)).timeline
        return [one for one in found if one.type == "document.written" and one.data.get("koreksi")]

    done = office.views.task(page.task.id, crew.actor("perencana"))
    (shown,) = [row for row in done.data["baris"] if row["kode_bagian"] == "HKM"]
    assert (shown["realisasi_bagian"], shown["realisasi"]) == (90, Decimal("95.5")), "as it was sent"

    (event,) = told("kabag.hkm")
    (row,) = event.data["koreksi"]
    assert row["baris"].startswith("Bagian HKM – ")
    changed = {one["isian"]: (one["sebelum"], one["sesudah"]) for one in row["perubahan"]}
    assert changed["realisasi"] == (Decimal(90), Decimal("95.5"))
    assert changed["alasan_koreksi"] == (None, "Salah ketik")
    assert changed.keys() == {"realisasi", "capaian", "alasan_koreksi"}
    assert told("kabag.umum") == []
    assert [one.seq for one in told("staf")] == [event.seq]
    assert office.trail.verify(instance).ok
