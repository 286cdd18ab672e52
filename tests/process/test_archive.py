"""What goes into an archive bundle: everything of a finished instance, for who may see it all, and never anything else
than the first time."""

from __future__ import annotations

import hashlib
import io

import pytest
import sqlalchemy as sa

from forms.canonical import dumps
from process.clock import ManualClock
from process.errors import Conflict, Forbidden, NotFound
from process.model import ADMINISTRATOR, Actor
from process.office import Office
from process.tables import metadata

ADMIN = Actor(None, "operator", system_roles=frozenset({ADMINISTRATOR}), source="command")


def printed(office: Office, instance: str, actor: Actor) -> None:
    """As if the jobs had run: what a PDF looks like is not the store's affair."""
    for one in office.archive.waiting(instance, actor):
        office.prints.keep(one, b"%PDF-1.7 " + one.encode())


def _finished(crew):
    office, clock = crew.office, crew.clock
    instance = crew.start()
    crew.until(instance, "mengisi_data")
    clock.advance(hours=1)
    for item in ("PRK", "HKM", "UMUM"):
        task = crew.task(instance, "mengisi_data", item)
        actor = crew.doer("mengisi_data", item)
        file = office.files.store(io.BytesIO(b"%PDF-1.4 bukti"), f"bukti {item}.pdf", None, actor, task_id=task)
        rows = [{**row, "bukti_dukung": [file.id]} for row in office.views.task(task, actor).data["baris"]]
        crew.complete(instance, "mengisi_data", item, baris=[{**row, "realisasi": 90} for row in rows])
    crew.finish(instance)
    clock.advance(minutes=1)
    printed(office, instance, crew.actor("auditor"))
    return instance


@pytest.fixture
def finished(crew):
    """An instance with an attachment that is done, its print-outs made a minute later."""
    return crew.once(_finished)


def test_a_bundle_holds_every_version_with_its_author_and_everything_that_was_kept(crew, office, finished):
    bundle = office.archive.collect(finished, crew.actor("auditor"))
    rows = crew.rows("SELECT count(*) AS n FROM document_version WHERE instance = :i", i=finished)
    assert len(bundle.documents) == rows[0].n
    for one in bundle.documents:
        assert hashlib.sha256(dumps(one.data)).hexdigest() == one.version.digest
        cited = bundle.records[one.seq - 1]
        assert (cited.type, cited.data["sidik"], cited.by) == ("document.written", one.version.digest, one.by)
    signed = [(one.version.state, sign.kind) for one in bundle.documents for sign in one.signatures]
    assert signed == [("terverifikasi", "paraf"), ("diparaf", "paraf"), ("ditandatangani", "tandatangan")]
    assert [one.attachment.name for one in bundle.files] == ["bukti HKM.pdf", "bukti PRK.pdf", "bukti UMUM.pdf"]
    assert {(one.number, one.item) for one in bundle.files} == {(4, "PRK"), (4, "HKM"), (4, "UMUM")}
    assert office.archive.path(bundle.files[0].attachment.sha256).read_bytes() == b"%PDF-1.4 bukti"
    kept = crew.rows("SELECT count(*) AS n FROM printout WHERE instance = :i", i=finished)
    assert len(bundle.prints) == kept[0].n > 0
    assert {step.task.id: step.by["nama"] for step in bundle.steps if step.task.element == "menandatangani"}
    assert [one.header.seq for one in bundle.records] == list(range(1, len(bundle.records) + 1))
    finish = next(n for n, one in enumerate(bundle.records) if one.type == "instance.finished")
    assert {one.type for one in bundle.records[finish + 1 :]} == {"printout.made"}
    assert bundle.unit("PRK") == "Bagian PRK"


def test_only_who_may_see_all_of_a_finished_instance_gets_its_bundle(crew, office, finished):
    for account in ("staf", "sekda", "perencana", "pengelola", "auditor"):
        assert office.archive.collect(finished, crew.actor(account)).instance.id == finished
    with pytest.raises(Forbidden, match="isian semua unit"):
        office.archive.collect(finished, crew.actor("kabag.hkm"))
    for account in ("kabag.kesra", "admin"):
        with pytest.raises(NotFound):
            office.archive.collect(finished, crew.actor(account))
    with pytest.raises(NotFound):
        office.archive.collect("tidak-ada", crew.actor("auditor"))
    running, cancelled = crew.start(), crew.start()
    office.engine.cancel(cancelled, crew.actor("pengelola"), "Salah periode")
    with pytest.raises(Conflict, match="masih berjalan"):
        office.archive.collect(running, crew.actor("auditor"))
    with pytest.raises(Conflict, match="dibatalkan"):
        office.archive.collect(cancelled, crew.actor("auditor"))


def test_a_print_out_that_is_still_to_be_made_is_waited_for(crew, office):
    instance = crew.start()
    crew.finish(instance)
    auditor = crew.actor("auditor")
    assert office.archive.waiting(instance, auditor)
    with pytest.raises(Conflict, match="belum selesai dibuat"):
        office.archive.collect(instance, auditor)
    printed(office, instance, auditor)
    assert office.archive.waiting(instance, auditor) == ()
    assert office.archive.collect(instance, auditor).prints


def test_what_happens_later_changes_nothing(crew, office, clock, finished):
    auditor = crew.actor("auditor")
    first = office.archive.collect(finished, auditor)
    clock.advance(days=3)
    office.people.change_person(crew.actor("staf").person_id, ADMIN, name="Nama Baru")
    office.people.change_unit("PRK", ADMIN, name="Bagian Baru", letterhead=("KOP BARU",))
    crew.start()
    office.trail.seal()
    assert office.archive.made(finished, "ab" * 32, 1000, auditor)
    again = office.archive.collect(finished, auditor)
    assert again == first
    assert again.unit("PRK") == "Bagian PRK"
    assert all(one.by.get("nama") != "Nama Baru" for one in again.documents)


def test_a_moved_instance_has_every_version_that_it_ran_on(crew, office):
    auditor, editor = crew.actor("auditor"), crew.actor("pengelola")
    instance = crew.brought("mengkoreksi_format")
    process = "pengumpulan_data_kinerja"
    state = office.drafts.state(process)
    xml = state.xml.replace(b"P4D</bpmn:timeDuration>", b"P5D</bpmn:timeDuration>").replace(b'"4 hari"', b'"5 hari"')
    revision = office.drafts.save(process, editor, revision=state.revision, xml=xml).revision
    office.versions.propose(process, editor, revision=revision, note="Lebih lama")
    shown = office.moving.preview(instance, 2, editor)
    office.moving.move(instance, 2, shown.digest, editor, "Aturan baru")
    crew.finish(instance)
    printed(office, instance, auditor)
    bundle = office.archive.collect(instance, auditor)
    assert [one.number for one in bundle.versions] == [1, 2]
    assert bundle.version.number == 2


def test_the_same_bundle_is_put_on_record_once(crew, office, finished):
    auditor = crew.actor("auditor")
    assert office.archive.made(finished, "ab" * 32, 1000, auditor)
    assert not office.archive.made(finished, "ab" * 32, 1000, auditor)
    assert office.archive.made(finished, "cd" * 32, 1000, auditor)
    told = [(one.name, dict(one.data)) for one in office.trail.events("system") if one.type == "archive.made"]
    assert told == [
        ("Auditor", {"pelaksanaan": finished, "sha256": digest * 32, "ukuran": 1000}) for digest in ("ab", "cd")
    ]
    assert office.trail.verify().ok


@pytest.mark.postgres
def test_the_other_database_with_the_same_rows_gives_the_same_bundle(lite, clock, postgres, tmp_path):
    instance = lite.start()
    lite.finish(instance)
    auditor = lite.actor("auditor")
    printed(lite.office, instance, auditor)
    expected = lite.office.archive.collect(instance, auditor)
    url, admin = postgres
    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE salinan TEMPLATE template0")
    other = Office.open(
        url.set(database="salinan").render_as_string(False), lite.office.data_dir, clock=ManualClock(clock.now()),
        migrate=True,
    )  # fmt: skip
    try:
        with lite.office.store.reading() as source, other.store.transaction() as target:
            target.execute(sa.text("SET session_replication_role = replica"))  # rows in any order, refused by nothing
            for table in metadata.sorted_tables:
                target.execute(table.delete())
                rows = [dict(row._mapping) for row in source.all(sa.select(table))]
                if rows:
                    target.execute(table.insert(), rows)
        assert other.archive.collect(instance, auditor) == expected
    finally:
        other.close()
        with admin.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE salinan WITH (FORCE)")


def test_what_was_erased_by_law_stays_erased(crew, office, finished):
    auditor = crew.actor("auditor")
    before = office.archive.collect(finished, auditor)
    seq = before.documents[0].seq
    office.erasing.erase(office.erasing.of_events([f"instance:{finished}:{seq}"]), ADMIN, "Permintaan pemilik data")
    after = office.archive.collect(finished, auditor)
    assert (after.documents[0].by, after.documents[0].seq) == ({}, None)
    (gone,) = [one for one in after.records if one.raw is None]
    assert (gone.header, gone.erased_by is None) == (before.records[seq - 1].header, False)
    assert after.documents[1:] == before.documents[1:]
