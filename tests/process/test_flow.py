"""The way through the SOP: returning, skipping, correcting, cancelling, signing; the same on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from process.errors import (
    ConfirmationMismatch,
    ConfirmationRequired,
    Conflict,
    DuplicateKey,
    Forbidden,
    InvalidData,
    NotFound,
    ReasonRequired,
    Stale,
    TaskDone,
)
from process.model import Confirmation


def test_a_returned_task_comes_back_to_who_did_it_with_note_and_what_was_sent(crew, office):
    instance = crew.start()
    crew.complete(instance, "membuat_draft", bagian=("HKM",))
    crew.complete(instance, "mengkoreksi_format", keputusan="salah", catatan_pengembalian="Target belum benar")
    task = crew.task(instance, "membuat_draft")
    page = office.views.task(task, crew.actor("staf"))
    assert page.task.pass_ == 2
    assert page.task.assignee == crew.actor("staf").person_id, "reserved for who did it"
    assert (page.note.text, page.note.by) == ("Target belum benar", "Perencana")
    assert page.data["indikator"][0]["kode"] == "1.1", "starts with what was sent"
    assert page.can.edit
    assert crew.events(instance).count("task.returned") == 1
    told = office.inbox.notifications(crew.actor("staf")).rows
    assert any(one.kind == "returned" and one.task_id == task for one in told)
    crew.finish(instance)
    assert office.trail.verify(instance).ok


def test_the_way_forward_again_is_no_return(crew, office):
    instance = crew.start()
    crew.complete(instance, "membuat_draft")
    crew.complete(instance, "mengkoreksi_format", keputusan="salah", catatan_pengembalian="Target belum benar")
    crew.complete(instance, "membuat_draft")
    planner = crew.actor("perencana")
    again = office.views.task(crew.task(instance, "mengkoreksi_format"), planner)
    assert again.task.pass_ == 2
    assert again.task.assignee == planner.person_id, "still for who did it last"
    assert again.note is None
    assert not again.data["keputusan"], "decided anew"
    assert not again.data["catatan_pengembalian"]
    assert [row.returned for row in office.inbox.page(planner, "saya").rows] == [False]
    assert not [one for one in office.inbox.notifications(planner).rows if one.kind == "returned"]
    assert crew.events(instance).count("task.returned") == 1, "only step 1 was sent back"


def test_a_returned_task_is_free_when_its_doer_lost_the_position(crew, office, clock):
    instance = crew.start()
    crew.complete(instance, "membuat_draft")
    person = crew.actor("staf").person_id
    position = office.people.positions(person)[0]
    office.people.end_position(position.id, crew.actor("admin"), reason="Mutasi")
    clock.advance(days=1)
    crew.complete(instance, "mengkoreksi_format", keputusan="salah", catatan_pengembalian="Perbaiki")
    page = office.views.task(crew.task(instance, "membuat_draft"), crew.actor("staf2"))
    assert page.task.assignee is None
    with pytest.raises(NotFound):
        office.views.task(crew.task(instance, "membuat_draft"), crew.actor("staf"))


def test_step_three_hands_each_bagian_its_rows(crew, office):
    instance = crew.brought("mengisi_data")
    assert {item for _, item in crew.open(instance)} == {"PRK", "HKM", "UMUM"}
    page = office.views.task(crew.task(instance, "mengisi_data", "HKM"), crew.actor("kabag.hkm"))
    assert [row["kode_bagian"] for row in page.data["baris"]] == ["HKM"]
    assert page.data["nama_bagian"] == "Bagian HKM"


def test_the_due_date_of_step_four_follows_the_form(crew, office, clock):
    instance = crew.brought("menggandakan_format")
    crew.complete(instance, "menggandakan_format", batas_pengisian="2026-04-15")
    dues = {row.due for row in crew.rows("SELECT due FROM user_task WHERE element = 'mengisi_data'")}
    page = office.views.task(crew.task(instance, "mengisi_data", "HKM"), crew.actor("kabag.hkm"))
    assert len(dues) == 1
    assert page.task.due.isoformat() == "2026-04-15T09:00:00+00:00", "end of working hours of that Wednesday"


def test_a_skipped_bagian_is_on_record_and_the_flow_goes_on(crew, office):
    instance = crew.brought("mengisi_data")
    task = crew.task(instance, "mengisi_data", "HKM")
    manager = crew.actor("pengelola")
    with pytest.raises(ReasonRequired):
        office.engine.skip(task, manager, "  ")
    with pytest.raises(Forbidden):
        office.engine.skip(task, crew.actor("staf"), "alasan")
    office.engine.skip(task, manager, "Tidak menyampaikan sampai batas waktu")
    crew.complete(instance, "mengisi_data", "PRK")
    crew.complete(instance, "mengisi_data", "UMUM")
    page = office.views.task(crew.task(instance, "menyerahkan_data"), crew.actor("staf"))
    assert [row["status"] for row in page.data["penerimaan"]].count("Tidak menyampaikan") == 1
    skipped = next(one for one in office.trail.timeline(instance) if one.type == "task.skipped")
    assert skipped.data["alasan"] == "Tidak menyampaikan sampai batas waktu"
    assert skipped.name == "Pengelola"
    with pytest.raises(Conflict):
        office.engine.skip(crew.task(instance, "menyerahkan_data"), manager, "langkah biasa")


def test_a_bagian_corrects_while_step_five_is_open_and_not_after(crew, office):
    instance = crew.brought("mengisi_data")
    task = crew.task(instance, "mengisi_data", "HKM")
    crew.complete(instance, "mengisi_data", "HKM")
    head = crew.actor("kabag.hkm")
    page = office.views.task(task, head)
    assert not page.can.amend, "step five is not open yet"
    crew.until(instance, "menyerahkan_data")
    page = office.views.task(task, head)
    assert page.can.amend
    data = dict(page.data)
    data["baris"][0]["realisasi"] = Decimal(55)
    office.engine.amend(task, data, head, revision=page.task.revision)
    with pytest.raises(Stale):
        office.engine.amend(task, data, head, revision=page.task.revision)
    written = [one for one in office.trail.timeline(instance) if one.type == "document.written"][-1]
    assert {"isian": "baris[1].realisasi", "sebelum": Decimal(90), "sesudah": Decimal(55)} in written.data["perubahan"]
    staff = office.views.task(crew.task(instance, "menyerahkan_data"), crew.actor("staf"))
    assert Decimal(55) in [row.get("realisasi") for row in staff.data["baris"]]
    crew.complete(instance, "menyerahkan_data")
    assert not office.views.task(task, head).can.amend
    with pytest.raises(Conflict):
        office.engine.amend(task, data, head)
    assert office.trail.verify(instance).ok


def test_signing_needs_the_password_and_exactly_the_document_shown(crew, office, clock):
    instance = crew.brought("menandatangani")
    task = crew.task(instance, "menandatangani")
    sekda = crew.actor("sekda")
    data = dict(office.views.task(task, sekda).data)
    shown = office.engine.preview(task, data, sekda)
    complete = office.engine.complete_task
    before = office.trail.verify(instance).events
    with pytest.raises(ConfirmationRequired):
        complete(task, data, sekda)
    with pytest.raises(ConfirmationMismatch):
        complete(task, data, sekda, confirmation=Confirmation("0" * 64, clock.now()))
    with pytest.raises(ConfirmationRequired):
        complete(task, data, sekda, confirmation=Confirmation(shown.digest, clock.now() - timedelta(minutes=6)))
    assert office.trail.verify(instance).events == before
    complete(task, data, sekda, confirmation=Confirmation(shown.digest, clock.now()))
    row = crew.rows("SELECT * FROM signature WHERE kind = 'tandatangan'")[0]
    assert bytes(row.digest).hex() == shown.digest
    assert (row.name, row.title, row.label) == ("Sekda", "SEKDA", "tidak tersertifikasi")
    page = office.views.document(row.document_version, crew.actor("auditor"))
    assert page.document.version.digest == shown.digest
    assert page.document.version.state == "ditandatangani"
    assert [one.kind for one in page.document.signatures] == ["tandatangan"]
    earlier = page.document.earlier
    assert [(one.signature.kind, one.number, one.state) for one in earlier] == [
        ("paraf", 2, "terverifikasi"),
        ("paraf", 3, "diparaf"),
    ]
    assert [one.signature.name for one in earlier] == ["Perencana", "Kabag.Prk"]
    kept = {
        bytes(one.digest).hex() for one in crew.rows("SELECT digest FROM document_version WHERE key = 'data_kinerja'")
    }
    assert {one.digest for one in earlier} < kept
    assert page.document.version.digest not in {one.digest for one in earlier}
    printed = crew.rows("SELECT id FROM printout WHERE document_version = :v", v=row.document_version)
    assert office.prints.printable(printed[0].id).document.earlier == earlier


def test_the_same_period_again_needs_a_reason_and_takes_the_next_ordinal(crew, office):
    crew.start(year=2030)
    with pytest.raises(DuplicateKey) as caught:
        crew.start(year=2030)
    assert caught.value.ordinal == 2
    with pytest.raises(ReasonRequired):
        crew.start(year=2030, reason=" ")
    second = crew.start(year=2030, reason="Data murni diganti")
    assert crew.rows("SELECT ordinal, business_key FROM instance WHERE id = :i", i=second) == [(2, "2030-I")]


def test_only_the_start_lane_of_the_owning_unit_starts(crew, office):
    for account in ("perencana", "kabag.hkm", "pengelola", "sekda"):
        with pytest.raises(Forbidden):
            crew.start(account)
    with pytest.raises(NotFound):
        office.engine.start_instance("tidak-ada", {}, crew.actor("staf"))
    with pytest.raises(InvalidData) as caught:
        office.engine.start_instance("pengumpulan_data_kinerja", {"tahun": "x"}, crew.actor("staf"))
    assert any(error.path == ("tahun",) for error in caught.value.errors)


def test_cancelling_ends_everything_with_a_reason(crew, office):
    instance = crew.brought("mengisi_data")
    task = crew.task(instance, "mengisi_data", "HKM")
    with pytest.raises(ReasonRequired):
        office.engine.cancel(instance, crew.actor("pengelola"), "")
    with pytest.raises(Forbidden):
        office.engine.cancel(instance, crew.actor("staf"), "alasan")
    with pytest.raises(NotFound):
        office.engine.cancel(instance, crew.actor("kabag.pem"), "alasan")
    office.engine.cancel(instance, crew.actor("pengelola"), "Salah periode")
    assert crew.state(instance) == "cancelled"
    assert crew.open(instance) == {}
    with pytest.raises(TaskDone):
        office.engine.complete_task(task, {}, crew.actor("kabag.hkm"))
    with pytest.raises(Conflict):
        office.engine.cancel(instance, crew.actor("pengelola"), "lagi")
    assert office.trail.verify(instance).ok


def test_previous_documents_come_from_the_period_before(crew, office, clock):
    first = crew.start(year=2040)
    crew.finish(first)
    clock.advance(days=80)
    second = crew.start(year=2041)
    crew.until(second, "mengisi_data")
    page = office.views.task(crew.task(second, "mengisi_data", "HKM"), crew.actor("kabag.hkm"))
    assert page.data["baris"][0]["realisasi_lalu"] == Decimal(90)
    data, title = office.views.previous(crew.task(second, "mengisi_data", "HKM"), crew.actor("kabag.hkm"), "isian")
    assert "2040" in title
    assert data["baris"][0]["kode_bagian"] == "HKM"


def test_print_outs_are_asked_for_once_and_kept_once(crew, office):
    instance = crew.brought("mengisi_data")
    asked = []
    office.jobs.handlers["print"] = lambda payload: asked.append(payload["printout"])
    assert office.jobs.run_due(crew.clock.now()) == 1
    assert office.jobs.run_due(crew.clock.now()) == 0
    printable = office.prints.printable(asked[0])
    assert (printable.title, printable.layout, printable.done) == ("Format Data Kinerja", "landscape", False)
    assert printable.letterhead == ("BAGIAN PRK",)
    sha = office.prints.keep(asked[0], b"%PDF-1.7 satu")
    assert office.prints.keep(asked[0], b"%PDF-1.7 dua") == sha, "never made anew"
    page = office.views.printout(asked[0], crew.actor("staf"))
    assert page.path.read_bytes() == b"%PDF-1.7 satu"
    assert office.views.printout(asked[0], crew.actor("kabag.hkm")).printout.state == "ready", "its step reads it"
    with pytest.raises(NotFound):
        office.views.printout(asked[0], crew.actor("kabag.pem"))
    assert crew.events(instance).count("printout.made") == 1
    assert office.trail.verify(instance).ok
