"""What an office does every day is no misfit, and neither is what is left when the law took a payload."""

from __future__ import annotations

import re
from datetime import date, timedelta

import sqlalchemy as sa

from process import marks
from process.audit import NewEvent
from process.calendar_files import read_import
from process.errors import Conflict
from process.model import ADMINISTRATOR, PENGELOLA, Actor
from process.record import append

PROCESS = "pengumpulan_data_kinerja"
ADMIN = Actor(None, "Admin", system_roles=frozenset({ADMINISTRATOR, PENGELOLA}), source="command")


def revised(crew, old, new):
    """A further version, in which a text of the diagram is another."""
    office, boss = crew.office, crew.actor("pengelola")
    xml = office.drafts.state(PROCESS).xml
    assert old in xml
    revision = office.drafts.save(PROCESS, boss, revision=0, xml=xml.replace(old, new), forms={}).revision
    return office.versions.propose(PROCESS, boss, revision=revision, note="Lain").published.number


def moved(crew, instance, number):
    boss = crew.actor("pengelola")
    shown = crew.office.moving.preview(instance, number, boss)
    assert shown.possible, shown.obstacles
    crew.office.moving.move(instance, number, shown.digest, boss, "Aturan baru")


def test_what_an_office_does_every_day_is_no_misfit(lite):
    crew, office = lite, lite.office
    engine, people, boss = office.engine, office.people, crew.actor("pengelola")
    one, two = crew.start(), crew.start()
    crew.until(one, "mengkoreksi_format")
    crew.complete(one, "mengkoreksi_format", keputusan="salah", catatan_pengembalian="Perbaiki")
    number = revised(crew, b'name="Membuat draft', b'name="Menyusun draft')
    moved(crew, one, number)
    moved(crew, two, number)
    crew.until(one, "mengisi_data")
    engine.claim(crew.task(one, "mengisi_data", "HKM"), crew.actor("kabag.hkm"))
    people.change_person(crew.actor("kabag.hkm").person_id, ADMIN, name="Kepala Bernama Lain")
    acting = people.add_position(
        crew.actor("staf2").person_id, "kepala_bagian", "HKM", ADMIN, kind="plh", basis="SK", from_date=date(2026, 1, 1)
    )  # fmt: skip
    engine.reassign(crew.task(one, "mengisi_data", "HKM"), crew.actor("staf2").person_id, boss, "Cuti")
    filled = crew.task(one, "mengisi_data", "HKM")
    crew.complete(one, "mengisi_data", "HKM", actor=crew.actor("staf2"))
    engine.claim(crew.task(one, "mengisi_data", "UMUM"), crew.actor("kabag.umum"))
    crew.clock.advance(days=40)
    engine.fire_due(crew.clock.now())
    engine.skip(crew.task(one, "mengisi_data", "UMUM"), boss, "Tidak menjawab")
    crew.until(one, "menyerahkan_data")
    engine.amend(filled, dict(office.views.task(filled, crew.actor("staf2")).data), crew.actor("staf2"))
    people.end_position(acting.id, ADMIN, to_date=date(2026, 12, 31))
    people.disable(crew.actor("staf2").person_id, ADMIN, reason="Pindah")
    # Another lane does the step from now on: who holds it must give it back.
    engine.claim(crew.task(one, "menyerahkan_data"), crew.actor("staf"))
    number = revised(crew, b'id="menyerahkan_data"', b'id="menyerahkan_data" sop:role="perencana_ahli_muda"')
    moved(crew, one, number)
    assert "task.released" in crew.events(one)
    assert office.trail.verify().misfits == ()
    office.versions.restore(PROCESS, 1, boss, "Kembali")
    office.versions.revoke(PROCESS, 4, boss, "Keliru")
    days = read_import(b"tanggal,jenis,keterangan\n2026-05-20,libur,Mendadak", "skb.csv")
    office.rescheduling.apply("standar", days, ADMIN, reason="SKB")
    crew.complete(one, "menyerahkan_data", actor=crew.actor("perencana"))
    crew.finish(one)
    engine.cancel(two, boss, "Salah periode")
    for row in crew.rows("SELECT id FROM printout"):
        office.prints.failed(row.id, "gagal")
    xml = office.definitions.current(PROCESS).process.xml
    later = re.sub(rb'(<bpmn:process [^>]*name=")', rb"\1Kelak: ", xml)
    forms = {form_id: form.source for form_id, form in office.definitions.current(PROCESS).forms.items()}
    assert office.definitions.publish(later, forms, ADMIN, effective_from=crew.clock.now() + timedelta(days=9)).new
    assert not office.definitions.publish(xml, forms, ADMIN).new  # in force already: nothing is published
    people.import_units(b"kode,nama,induk\nX1,Satu,SETDA\nX2,Dua,X1", ADMIN)
    people.change_unit("X2", ADMIN, active=False, parent="")
    assert office.trail.verify().misfits == ()


def test_what_the_law_took_is_no_misfit_whatever_it_said(lite):
    crew, office = lite, lite.office
    boss = crew.actor("pengelola")
    one, two = crew.start(), crew.start()
    crew.until(one, "menyerahkan_data")
    moved(crew, one, revised(crew, b'id="menyerahkan_data"', b'id="menyerahkan_data" sop:unit="owner.induk"'))
    office.engine.cancel(one, boss, "Salah periode")
    crew.finish(two)
    office.people.change_person(crew.actor("staf").person_id, ADMIN, name="Lain")
    office.versions.set_approval(PROCESS, True, boss, "Dua orang")
    with office.store.transaction() as tx:
        marks.put(tx, "contoh", 1, ADMIN, crew.clock.now())
        marks.put(tx, "contoh", 2, ADMIN, crew.clock.now())
    (last,) = crew.rows("SELECT max(seq) AS seq FROM event WHERE type = 'setting.changed'")
    office.erasing.erase(office.erasing.of_events([f"system:{last.seq}"]), ADMIN, "Putusan")
    assert office.trail.verify().misfits == ()
    kinds = [row.type for row in crew.rows("SELECT DISTINCT type FROM event ORDER BY type")]
    for kind in kinds:
        found = crew.rows(
            "SELECT name, e.seq FROM event e JOIN stream s ON s.id = e.stream JOIN event_payload p"
            " ON p.stream = e.stream AND p.seq = e.seq WHERE type = :t", t=kind,
        )  # fmt: skip
        try:
            office.erasing.erase(office.erasing.of_events([f"{row.name}:{row.seq}" for row in found]), ADMIN, "Putusan")
        except Conflict:  # what they say keeps other things provable
            continue
        assert office.trail.verify().misfits == (), kind
    crew.office.people.add_person("baru", "Baru", "rahasia-panjang-1", ADMIN)
    assert office.trail.verify().misfits == ()
    with office.store.transaction() as tx:  # of others the record still vouches
        tx.execute(sa.text("UPDATE person SET name = 'Penyusup', username = 'susup' WHERE username = 'baru'"))
    assert {one.code for one in office.trail.verify().misfits} == {"row_missing", "row_inserted"}
    assert {"instance.cancelled", "instance.moved", "task.available", "setting.changed"} <= {*kinds}


def test_an_erased_event_that_did_not_say_whom_it_was_about_is_no_misfit(lite):
    """As an earlier release wrote them: with the account alone."""
    office = lite.office
    with office.store.transaction() as tx:
        told = {"akun": "staf", "sebelum": {"nama": "Staf"}, "sesudah": {"nama": "Lain"}}
        tx.execute(sa.text("UPDATE person SET name = 'Lain' WHERE username = 'staf'"))
        seq, _ = append(tx, "system", [NewEvent("person.changed", told)], ADMIN, lite.clock.now())
    assert office.trail.verify().misfits == ()
    office.erasing.erase(office.erasing.of_events([f"system:{seq}"]), ADMIN, "Putusan")
    assert office.trail.verify().misfits == ()
