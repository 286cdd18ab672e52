"""The proposed revision of the SOP, put in force as version 2: returns from steps 6, 7 and 8, then on to the end."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from process.errors import InvalidData
from process.model import PENGELOLA, Actor, Confirmation

ROOT = Path(__file__).parents[2]
OFFICER = Actor(None, "Pengelola", system_roles=frozenset({PENGELOLA}), source="command")


def _revised(crew, element):
    """The revision in force, and an instance of it in which every step until `element` is done."""
    forms = {path.stem: path.read_bytes() for path in (ROOT / "forms/definitions").glob("*.form")}
    template = ROOT / "bpmn/diagrams/templat/usulan-revisi-pengumpulan-data-kinerja.bpmn"
    published = crew.office.definitions.publish(template.read_bytes(), forms, OFFICER)
    assert (published.process_id, published.number, published.new) == ("pengumpulan_data_kinerja", 2, True)
    instance = crew.start()
    crew.until(instance, element)
    return instance


def opened(crew, instance, element, item=""):
    return crew.office.views.task(crew.task(instance, element, item), crew.doer(element, item))


def send(crew, instance, element, item="", **values):
    """As its page would: what it opened with, and these values; confirmed only where the preview asks for it."""
    who, task = crew.doer(element, item), crew.task(instance, element, item)
    page = crew.office.views.task(task, who)
    data = {**page.data, **values}
    if element != "memvalidasi":
        crew.answer(element, data)
    confirmation = None
    if page.definition.sign:
        shown = crew.office.engine.preview(task, data, who)
        confirmation = Confirmation(shown.digest, crew.clock.now()) if shown.signs else None
    return crew.office.engine.complete_task(task, data, who, confirmation=confirmation)


def check(crew, instance, **back):
    """Step 6: every row is valid but those of the Bagian named, each with its reason."""
    rows = opened(crew, instance, "memvalidasi").data["baris"]
    for row in rows:
        reason = back.get(row["kode_bagian"])
        row["pemeriksaan"] = "belum" if reason else "valid"
        row["alasan_pengembalian"] = reason
    send(crew, instance, "memvalidasi", baris=rows, catatan_pengembalian="Mohon diperbaiki." if back else None)


def versions(crew, instance, key="data_kinerja"):
    """(state, number of parafs and signatures) of each version of a document."""
    found = crew.rows(
        "SELECT v.state, (SELECT count(*) FROM signature s WHERE s.document_version = v.id) AS signed "
        "FROM document_version v WHERE v.instance = :i AND v.key = :k ORDER BY v.number",
        i=instance,
        k=key,
    )
    return [(row.state, row.signed) for row in found]


def test_only_the_bagian_that_failed_reopens_with_its_answers(crew):
    instance = crew.once(_revised, "mengisi_data")
    rows = opened(crew, instance, "mengisi_data", "HKM").data["baris"]
    send(crew, instance, "mengisi_data", "HKM", baris=[{**row, "faktor_pendorong": "Kerja sama"} for row in rows])
    crew.until(instance, "memvalidasi")
    check(crew, instance, HKM="Angka tidak cocok dengan LKjIP")
    assert crew.open(instance).keys() == {("mengisi_data", "HKM")}
    page = opened(crew, instance, "mengisi_data", "HKM")
    assert (page.note.text, page.holder) == ("Mohon diperbaiki.", "Kabag.Hkm")
    (row,) = page.data["baris"]
    assert (row["realisasi"], row["faktor_pendorong"]) == (Decimal(90), "Kerja sama")
    assert row["catatan_validasi"] == "Angka tidak cocok dengan LKjIP"

    send(crew, instance, "mengisi_data", "HKM", baris=[{**row, "realisasi": Decimal(70)}])
    collected = opened(crew, instance, "menyerahkan_data")
    assert collected.note is None, "the step comes again, but it was not what was sent back"
    assert {r["kode_bagian"]: r["realisasi"] for r in collected.data["baris"]} == {"PRK": 90, "HKM": 90, "UMUM": 90}


def test_what_was_valid_stays_so_and_the_rest_is_asked_again(crew):
    instance = crew.once(_revised, "memvalidasi")
    rows = opened(crew, instance, "memvalidasi").data["baris"]
    for row in rows:
        row["pemeriksaan"] = "belum" if row["kode_bagian"] == "HKM" else "valid"
        row["alasan_pengembalian"] = "Periksa" if row["kode_bagian"] == "HKM" else None
        if row["kode_bagian"] == "PRK":
            row |= {"koreksi_realisasi": Decimal(95), "alasan_koreksi": "Salah ketik"}
    send(crew, instance, "memvalidasi", baris=rows, catatan_pengembalian="Mohon diperbaiki.")
    crew.until(instance, "memvalidasi")
    page = opened(crew, instance, "memvalidasi")
    seen = {row["kode_bagian"]: row for row in page.data["baris"]}
    assert [seen[code]["pemeriksaan"] for code in ("PRK", "HKM", "UMUM")] == ["valid", None, "valid"]
    assert (seen["PRK"]["realisasi_bagian"], seen["PRK"]["koreksi_realisasi"]) == (90, 95)
    assert not page.data.get("catatan_pengembalian")


def test_returns_from_seven_and_eight_and_then_to_the_end(crew):
    instance = crew.once(_revised, "memvalidasi")
    check(crew, instance)
    send(crew, instance, "memberi_koreksi", keputusan_koreksi="kembali", catatan_pengembalian="Periksa target UMUM.")
    page = opened(crew, instance, "memvalidasi")
    assert page.note.text == "Periksa target UMUM."
    assert [row["pemeriksaan"] for row in page.data["baris"]] == ["valid"] * 3
    assert [row["realisasi_bagian"] for row in page.data["baris"]] == [90] * 3
    check(crew, instance)
    assert opened(crew, instance, "memberi_koreksi").data.get("keputusan_koreksi") is None, "decided anew"
    send(crew, instance, "memberi_koreksi", keputusan_koreksi="setuju")
    send(crew, instance, "menandatangani", keputusan_penandatanganan="kembali", catatan_pengembalian="Lengkapi narasi.")
    page = opened(crew, instance, "memberi_koreksi")
    assert page.note.text == "Lengkapi narasi."
    send(crew, instance, "memberi_koreksi", keputusan_koreksi="setuju")
    send(crew, instance, "menandatangani", keputusan_penandatanganan="tandatangani")
    crew.finish(instance)
    assert crew.state(instance) == "finished"
    assert crew.office.trail.verify().ok
    assert versions(crew, instance) == [
        ("terisi", 0),
        ("terverifikasi", 1),
        ("dikembalikan", 0),
        ("terverifikasi", 1),
        ("diparaf", 1),
        ("dikembalikan", 0),
        ("diparaf", 1),
        ("ditandatangani", 1),
    ], "a paraf covers the version that it was given for, and a return has none"
    printed = crew.rows(
        "SELECT v.state FROM printout p JOIN document_version v ON v.id = p.document_version "
        "WHERE p.instance = :i AND v.key = 'data_kinerja'",
        i=instance,
    )
    assert "dikembalikan" not in {row.state for row in printed}


def test_a_return_voids_the_paraf_of_the_step_that_it_goes_to(crew):
    instance = crew.once(_revised, "memvalidasi")
    check(crew, instance)
    send(crew, instance, "memberi_koreksi", keputusan_koreksi="kembali", catatan_pengembalian="Periksa lagi.")
    crew.clock.advance(minutes=5)
    check(crew, instance)
    send(crew, instance, "memberi_koreksi", keputusan_koreksi="setuju")
    newest = crew.rows(
        "SELECT max(id) AS id FROM document_version WHERE instance = :i AND key = 'data_kinerja'", i=instance
    )[0].id
    view = crew.office.views.document(newest, crew.actor("auditor"))
    shown = getattr(view, "document", view)
    assert [(one.number, one.void) for one in shown.earlier] == [(2, True), (4, False)]


def test_a_return_needs_its_note(crew):
    instance = crew.once(_revised, "memvalidasi")
    check(crew, instance)
    with pytest.raises(InvalidData) as caught:
        send(crew, instance, "memberi_koreksi", keputusan_koreksi="kembali")
    assert [error.field for error in caught.value.errors] == ["catatan_pengembalian"]


def test_a_template_is_in_force_only_when_somebody_puts_it_there(lite):
    assert [(row.process_id, row.number) for row in lite.office.definitions.list()] == [("pengumpulan_data_kinerja", 1)]
