"""Whoever changes what counts is found out, in every column of every table that the record vouches for."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from process.calendar_files import read_import
from process.clock import ManualClock
from process.errors import Conflict, Forbidden, InvalidData, NotFound, ReasonRequired
from process.model import ADMINISTRATOR, AUDITOR, PENGELOLA, Actor
from process.office import Office
from process.proof import Proof
from process.record import payload_of
from process.store import sqlite_url
from process.tables import APPEND_ONLY, metadata
from process.vouched import VOUCHED, WORKING

PROCESS = "pengumpulan_data_kinerja"
ADMIN = Actor(None, "Admin", system_roles=frozenset({ADMINISTRATOR, PENGELOLA}), source="command")
MONDAY = datetime(2026, 4, 6, 1, 0, tzinfo=UTC)  # 08.00 WIB
PDF = b"%PDF-1.4\n%%EOF\n"


def lived(crew):
    """An office in which everything that is recorded has happened at least once."""
    office, clock = crew.office, crew.clock
    people, engine, boss = office.people, office.engine, crew.actor("pengelola")
    kept = office.files.store(io.BytesIO(PDF), "a.pdf", None, crew.actor("staf"), process_id=PROCESS)
    data = {"tahun": Decimal(2031), "triwulan": "I", "jenis_pk": "murni", "judul": "", "daftar_pertanyaan": [kept.id]}
    moved = engine.start_instance(PROCESS, data, crew.actor("staf"))
    crew.until(moved, "mengkoreksi_format")
    crew.complete(moved, "mengkoreksi_format", keputusan="salah", catatan_pengembalian="Perbaiki")
    crew.until(moved, "mengkoreksi_format")
    state = office.drafts.state(PROCESS)
    form = state.forms["data-kinerja-draft"].replace(b'"label"', b'"label" ', 1)
    xml = state.xml.replace(b"membuat_draft", b"menyusun_draft")
    revision = office.drafts.save(
        PROCESS, boss, revision=0, xml=xml, forms={"data-kinerja-draft": form}
    ).revision  # fmt: skip
    office.versions.propose(PROCESS, boss, revision=revision, note="Langkah pertama bernama lain")
    shown = office.moving.preview(moved, 2, boss)
    office.moving.move(moved, 2, shown.digest, boss, "Aturan baru")
    office.versions.set_approval(PROCESS, True, boss, "Dua orang")
    crew.until(moved, "mengisi_data")
    office.files.store(
        io.BytesIO(PDF + b"1"), "b.pdf", None, crew.actor("kabag.hkm"), task_id=crew.task(moved, "mengisi_data", "HKM")
    )
    engine.skip(crew.task(moved, "mengisi_data", "UMUM"), boss, "Tidak menjawab")
    clock.advance(days=30)
    engine.fire_due(clock.now())
    crew.finish(moved)
    (printed,) = [row.id for row in crew.rows("SELECT id FROM printout LIMIT 1")]
    office.prints.keep(printed, PDF)

    cancelled = crew.start(year=2032)
    task = crew.task(cancelled, "membuat_draft") if ("membuat_draft", "") in crew.open(cancelled) else crew.task(
        cancelled, "menyusun_draft")  # fmt: skip
    engine.claim(task, crew.actor("staf"))
    engine.release(task, crew.actor("staf"))
    engine.reassign(task, crew.actor("staf2").person_id, boss, "Cuti")
    change = read_import(b"tanggal,jenis,keterangan\n2026-05-07,libur,Mendadak", "skb.csv")
    office.rescheduling.apply("standar", change, ADMIN, reason="SKB")
    engine.cancel(cancelled, boss, "Salah periode")
    crew.start(year=2033)

    made = people.add_person("pindahan", "Pindahan", "rahasia-panjang-1", ADMIN, nip="196110711985121001")
    people.change_person(made.id, ADMIN, name="Pegawai Pindahan", system_roles=[AUDITOR])
    held = people.add_position(
        made.id, "kepala_bagian", "HKM", ADMIN, kind="plh", basis="SK 1", from_date=date(2026, 1, 1)
    )
    people.end_position(held.id, ADMIN, to_date=date(2026, 12, 31))
    people.disable(made.id, ADMIN, reason="Pindah")
    people.change_unit("KS", ADMIN, name="Bagian Kerja Sama", letterhead=["KOP", "BARIS"], calendar="standar")
    asked = office.versions.revoke(PROCESS, 2, boss, "Keliru")
    people.add_person("pengelola3", "Pengelola Tiga", "rahasia-panjang-1", ADMIN, system_roles=[PENGELOLA])
    office.versions.approve(asked, crew.actor("pengelola3"))
    office.trail.seal()
    clock.advance(days=1)
    engine.claim(next(iter(crew.open(crew.start(year=2034)).values())), crew.actor("staf"))
    office.trail.seal()
    office.erasing.erase(office.erasing.of_events([f"instance:{cancelled}:2"]), ADMIN, "Putusan pengadilan")
    return moved


@pytest.fixture(scope="module")
def kept(sqlite_template, tmp_path_factory, new_crew):
    folder = tmp_path_factory.mktemp("bukti")
    (folder / "alur.db").write_bytes(sqlite_template.read_bytes())
    clock = ManualClock(MONDAY)
    made = Office.open(sqlite_url(folder / "alur.db"), folder / "data", clock=clock)
    crew = new_crew(made, clock)
    crew.moved = lived(crew)
    made.crew = crew
    with made.store.transaction() as tx:  # who changes a database behind the record's back has no triggers
        for name in [row[0] for row in tx.all(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))]:
            tx.execute(sa.text(f"DROP TRIGGER {name}"))
    yield made
    made.close()


class Undo(Exception):
    """Takes back what a test did to the database."""


# Of these the instances' half of a check tells, of chains both halves, of the others the office's.
CHAINS = {"stream", "event", "event_payload"}
OF_INSTANCES = {"instance", "user_task", "document_version", "signature", "attachment", "printout"}


def proven(kept, *statements, of="", **values):
    """The misfits after changing the database behind the record's back; nothing of it stays. Half of a check is enough
    when it finds some: the one that the table `of` is expected in comes first."""
    found = None
    with suppress(Undo), kept.store.transaction() as tx:
        tx.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        for statement in statements:
            result = tx.execute(sa.text(statement), values)
            assert result.rowcount > 0, statement
        proof = Proof(tx, kept.files.blobs)
        halves = (proof.instances, proof.office) if of in OF_INSTANCES else (proof.office, proof.instances)
        for half in halves:
            half()
            if of and of not in CHAINS and proof.tally.misfits:
                break
        found = proof.tally.misfits
        raise Undo
    return found


def test_a_lived_in_office_is_whole_and_the_erased_payload_is_told(kept):
    found = kept.trail.verify()
    assert found.misfits == ()
    assert found.files == 3
    assert [(one.seq, one.name, one.reason) for one in found.erased] == [(2, "Admin", "Putusan pengadilan")]
    with kept.store.reading() as tx:
        types = {row[0] for row in tx.all(sa.text("SELECT DISTINCT type FROM event"))}
    assert {"instance.moved", "task.returned", "task.late", "task.skipped", "task.due_changed", "task.reassigned",
            "document.paraf", "document.signed", "printout.made", "attachment.added", "version.revoked",
            "setting.changed", "person.changed", "position.ended", "unit.changed", "calendar.changed", "stream.sealed",
            "payload.erased", "instance.cancelled", "instance.finished"} <= types  # fmt: skip


def test_every_table_and_column_is_classified():
    assert sorted(metadata.tables) == sorted([*VOUCHED, *WORKING])
    for name, columns in VOUCHED.items():
        assert sorted(columns.all()) == sorted(metadata.tables[name].columns.keys()), name
    assert set(APPEND_ONLY) <= set(VOUCHED)


# Rows of these tables that the record does not vouch for yet.
SPARED = {"attachment": "instance IS NOT NULL", "printout": "state = 'ready'"}
# Where the usual change would still say the same, or break a rule of the table that is not the record's.
OTHER = {
    ("user_task", "skipped"): ["NOT skipped"],
    ("user_task", "returned"): ["NOT returned"],
    ("unit", "active"): ["NOT active"],
    ("person", "active"): ["NOT active"],
    ("printout", "error"): ["'x'"],
    ("stream", "head"): ["x'00'"],
}
PAIRS = [(table, column) for table, columns in VOUCHED.items() for column in columns.told.split()]


def changes(table, column):
    """SQL that gives a column another value, for a row where it has one and for a row where it has none."""
    kind = metadata.tables[table].columns[column]
    where = SPARED.get(table, "TRUE")
    if (table, column) in OTHER:
        return [(f"{column}", value, where) for value in OTHER[table, column]]
    if isinstance(kind.type, sa.LargeBinary):
        new, fresh = f"CAST(\"{column}\" || x'00' AS BLOB)", "x'00'"
    elif isinstance(kind.type, sa.Text):
        new, fresh = f"\"{column}\" || 'x'", "'x'"
    else:
        new, fresh = f'"{column}" + 1000000', "1"
    found = [(column, new, f'"{column}" IS NOT NULL AND {where}')]
    if kind.nullable:
        found.append((column, "NULL", f'"{column}" IS NOT NULL AND {where}'))
        found.append((column, fresh, f'"{column}" IS NULL AND {where}'))
    return found


def key_of(table):
    return ", ".join(f'"{column.name}"' for column in metadata.tables[table].primary_key)


@pytest.mark.parametrize(("table", "column"), PAIRS)
def test_a_change_of_any_column_that_counts_is_found(kept, table, column):
    tried = 0
    if table == "stream" and column in ("seq", "head"):
        where_more = " AND name <> 'x' AND seq IS NOT NULL"
    else:
        where_more = ""
    for name, value, where in changes(table, column):
        if table == "stream" and column in ("seq", "head") and "IS NULL" in where:
            continue  # of an instance's stream the end is in the instance
        key = key_of(table)
        last = "DESC" if table in ("event", "event_payload") else "ASC"
        with kept.store.reading() as tx:
            row = tx.one(sa.text(f"SELECT {key} FROM {table} WHERE {where}{where_more} ORDER BY 1 {last} LIMIT 1"))
        if row is None:
            continue
        tried += 1
        same = " AND ".join(f"{part} = :k{n}" for n, part in enumerate(key.split(", ")))
        values = {f"k{n}": part for n, part in enumerate(row)}
        found = proven(kept, f'UPDATE {table} SET "{name}" = {value} WHERE {same}', of=table, **values)
        assert found, (table, name, value)
        told = {"event": "chain", "event_payload": "payload"}.get(table, table)
        assert any(told in one.where or one.code not in ("row_altered", "row_missing", "row_inserted")
                   for one in found), found  # fmt: skip
    assert tried


@pytest.mark.parametrize("table", sorted(VOUCHED))
def test_a_row_more_or_less_is_found(kept, table):
    key = key_of(table)
    where = SPARED.get(table, "TRUE")
    with kept.store.reading() as tx:
        rows = tx.all(sa.text(f"SELECT {key} FROM {table} WHERE {where} ORDER BY {key}"))
    same = " AND ".join(f"{part} = :k{n}" for n, part in enumerate(key.split(", ")))
    for row in (rows[0], rows[-1]):
        values = {f"k{n}": part for n, part in enumerate(row)}
        assert proven(kept, f"DELETE FROM {table} WHERE {same}", of=table, **values), (table, row)
    columns = [f'"{one.name}"' for one in metadata.tables[table].columns]
    taken = ("username", "name", "number", "ordinal", "pass", "layout", "by_seq")
    copied = []
    for one in metadata.tables[table].columns:
        text = isinstance(one.type, sa.Text)
        fresh = one.primary_key or (one.name in taken and not one.foreign_keys)
        copied.append((f"\"{one.name}\" || 'y'" if text else f'"{one.name}" + 5000') if fresh else f'"{one.name}"')
    if table == "printout":
        copied[columns.index('"layout"')] = "layout || 'y'"
    elif table == "instance":  # each has a stream of its own
        copied[columns.index('"stream"')] = "(SELECT id FROM stream WHERE name = 'system')"
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(copied)} FROM {table} WHERE {same}"
    values = {f"k{n}": part for n, part in enumerate(rows[0])}
    assert proven(kept, statement, of=table, **values), table


OF_ERASURE = "(stream, seq) IN (SELECT stream, seq FROM event WHERE type = 'payload.erased')"


@pytest.mark.parametrize(
    ("table", "column", "value", "where"),
    [
        ("stream", "name", "x'ff00'", "name = 'system'"),
        ("event", "at", str(2**62), OF_ERASURE),
        ("event_payload", "data", "'x'", OF_ERASURE),
        ("seal", "seq", "'x'", "TRUE"),
        ("seal", "head", "'x'", "TRUE"),
        ("erasure", "seq", "'x'", "TRUE"),
        ("document_version", "number", "'x'", "TRUE"),
        ("document_version", "digest", "'x'", "TRUE"),
        ("process_version", "number", "'x'", "TRUE"),
        ("setting", "value", "'x'", "TRUE"),
        ("person", "active", "2", "active"),
        ("user_task", "returned", "2", "returned"),
    ],
)
def test_a_value_that_no_such_column_can_hold_is_found_and_ends_no_check(kept, table, column, value, where):
    key = key_of(table)
    first = f"({key}) = (SELECT {key} FROM {table} WHERE {where} ORDER BY {key} LIMIT 1)"
    assert proven(kept, f'UPDATE {table} SET "{column}" = {value} WHERE {first}', of=table)


def test_keys_that_rows_refer_to_cannot_be_exchanged(kept):
    swap = "UPDATE {0} SET id = -id WHERE id IN ({1})"
    pair = "SELECT id FROM document_version ORDER BY id LIMIT 1"
    assert proven(kept, swap.format("document_version", pair))
    assert proven(kept, swap.format("process_version", "SELECT min(id) FROM process_version"))


def test_a_stored_file_that_changed_or_went_is_found(kept):
    with kept.store.reading() as tx:
        sha = tx.scalar(sa.text("SELECT sha256 FROM attachment WHERE name = 'b.pdf'"))
    path = kept.files.blobs.path(sha)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content + b"!")
    (found,) = kept.trail.verify().misfits
    assert (found.code, sha in found.where) == ("file_altered", True)
    assert kept.trail.verify(files=False).ok
    path.unlink()
    assert [one.code for one in kept.trail.verify().misfits] == ["file_missing"]
    path.write_bytes(content)
    assert kept.trail.verify().ok


def test_a_whole_instance_that_was_sealed_cannot_go_in_silence(kept):
    moved = kept.crew.moved
    of = "(SELECT stream FROM instance WHERE id = :i)"
    found = proven(
        kept,
        "DELETE FROM signature WHERE document_version IN (SELECT id FROM document_version WHERE instance = :i)",
        "DELETE FROM printout WHERE instance = :i",
        "DELETE FROM document_version WHERE instance = :i",
        "DELETE FROM attachment WHERE instance = :i",
        "DELETE FROM user_task WHERE instance = :i",
        f"DELETE FROM event_payload WHERE stream = {of}",
        f"DELETE FROM event WHERE stream = {of}",
        f"DELETE FROM seal WHERE stream = {of}",
        f"DELETE FROM stream WHERE id = {of}",
        "DELETE FROM instance WHERE id = :i",
        i=moved,
    )
    assert [(one.stream, one.code) for one in found] == [(f"instance:{moved}", "stream_missing")]


def test_a_payload_that_went_without_the_law_is_found(kept):
    with kept.store.reading() as tx:
        row = tx.one(sa.text("SELECT stream, seq, by_seq FROM erasure"))
    (found,) = proven(kept, "DELETE FROM event_payload WHERE stream = :s AND seq = :q", s=row.stream, q=row.seq + 1)
    assert (found.code, found.seq) == ("payload_missing", row.seq + 1)
    statement = "INSERT INTO erasure SELECT stream, seq + 1, by_seq FROM erasure"
    found = proven(kept, statement, "DELETE FROM event_payload WHERE stream = :s AND seq = :q", s=row.stream,
                   q=row.seq + 1)  # fmt: skip
    assert {one.code for one in found} == {"payload_missing", "erasure_altered"}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("seal", "UPDATE seal SET head = 'teks' WHERE stream IN (SELECT stream FROM instance)"),
        ("erasure", "UPDATE erasure SET seq = 'teks'"),
        ("process_version", "UPDATE process_version SET number = 'teks' WHERE number = 1"),
        ("setting", "UPDATE setting SET value = 'teks'"),
    ],
)
def test_a_value_that_no_column_can_hold_is_said_of_its_table_and_the_others_are_looked_at(kept, table, change):
    found = proven(kept, change, "UPDATE unit SET name = 'Lain' WHERE code = 'KS'")
    assert any(one.where.startswith("tabel unit, baris KS") for one in found)
    (odd,) = [one for one in found if "tidak mungkin ditulis" in one.where]
    assert (odd.code, odd.where.partition(":")[0]) == ("row_altered", f"tabel {table}")


def test_one_instance_can_be_checked_alone(kept):
    moved = kept.crew.moved
    found = kept.trail.verify(moved)
    assert (found.misfits, found.streams) == ((), 1)
    assert found.events == kept.crew.rows("SELECT event_seq AS n FROM instance WHERE id = :i", i=moved)[0].n


def test_erasing_a_person_leaves_what_happened(crew):
    office = crew.office
    instance = crew.brought("mengkoreksi_format")
    office.index.catch_up()
    chosen = office.erasing.of_person("perencana")
    assert {one.stream for one in chosen} >= {"system"}
    crew.complete(instance, "mengkoreksi_format")
    office.index.catch_up()
    assert office.erasing.erase(office.erasing.of_person("perencana"), ADMIN, "UU 27/2022") > len(chosen)
    found = office.trail.verify()
    assert found.misfits == ()
    assert {one.reason for one in found.erased} == {"UU 27/2022"}
    assert office.erasing.of_person("perencana") == ()
    entries = {one.type: one for one in office.trail.timeline(instance)}
    assert entries["task.completed"].name in ("", "Staf")
    crew.finish(instance)
    assert office.trail.verify().misfits == ()


def test_erasing_a_person_finds_who_stood_in_and_what_was_decided_on_proposals(crew):
    office, people = crew.office, crew.office.people
    acting = people.add_person("pengganti", "Pengganti", "rahasia-panjang-1", ADMIN).id
    people.add_position(acting, "kepala_bagian", "HKM", ADMIN, kind="plh", basis="SK 1", from_date=date(2026, 1, 1))
    people.add_person("pengelola2", "Pengelola Dua", "rahasia-panjang-1", ADMIN, system_roles=[PENGELOLA])
    office.versions.set_approval(PROCESS, True, crew.actor("pengelola"), "Dua orang")
    instance = crew.start()
    crew.until(instance, "mengisi_data")
    office.engine.claim(crew.task(instance, "mengisi_data", "HKM"), crew.actor("pengganti"))
    xml = office.drafts.state(PROCESS).xml.replace(b"membuat_draft", b"menyusun_draft")
    revision = office.drafts.save(PROCESS, crew.actor("pengelola"), revision=0, xml=xml).revision
    office.versions.propose(PROCESS, crew.actor("pengelola"), revision=revision, note="Diusulkan")
    office.versions.reject(office.versions.page(PROCESS).proposal.id, crew.actor("pengelola2"), "Belum")

    def found(account):
        return {(one.type, one.stream) for one in office.erasing.of_person(account)}

    claimed = ("task.claimed", f"instance:{instance}")
    assert claimed in found("kabag.hkm")
    assert claimed not in found("kabag.umum")
    assert ("version.rejected", f"process:{PROCESS}") in found("pengelola")
    for account in ("kabag.hkm", "pengelola"):
        office.erasing.erase(office.erasing.of_person(account), ADMIN, "UU 27/2022")
    payloads = [payload_of(bytes(row.data)) for row in crew.rows("SELECT data FROM event_payload")]
    assert not any(b'"mewakili":"Kabag.Hkm"' in one or b'"diusulkan_oleh"' in one for one in payloads)
    assert office.trail.verify().misfits == ()


def test_more_payloads_than_one_event_tells_are_erased_at_once(lite, monkeypatch):
    monkeypatch.setattr("process.erasing.TOGETHER", 2)
    office = lite.office
    chosen = office.erasing.of_events([f"system:{number}" for number in range(1, 6)])
    assert office.erasing.erase(chosen, ADMIN, "Putusan") == 5
    told = [one for one in office.trail.events("system") if one.type == "payload.erased"]
    assert [len(one.data["isi"]) for one in told] == [2, 2, 1]
    found = office.trail.verify()
    assert (found.misfits, len(found.erased), {one.by for one in found.erased}) == ((), 5, {one.seq for one in told})


def test_what_must_not_be_erased_is_refused(lite):
    office = lite.office
    lite.start()
    office.trail.seal()
    erasing = office.erasing
    some = erasing.of_events(["system:1"])
    with pytest.raises(ReasonRequired):
        erasing.erase(some, ADMIN, "  ")
    with pytest.raises(Forbidden):
        erasing.erase(some, replace(ADMIN, system_roles=frozenset({AUDITOR})), "x")
    with pytest.raises(InvalidData):
        erasing.erase((), ADMIN, "x")
    for name in ("system", "system:x", ":1"):
        with pytest.raises(InvalidData):
            erasing.of_events([name])
    with pytest.raises(NotFound):
        erasing.of_events(["system:9999"])
    with pytest.raises(NotFound):
        erasing.of_person("siapa")
    sealed = lite.rows("SELECT max(seq) AS n FROM event WHERE type = 'stream.sealed'")[0].n
    with pytest.raises(Conflict):
        erasing.erase(erasing.of_events([f"system:{sealed}"]), ADMIN, "x")
    erasing.erase(some, ADMIN, "x")
    with pytest.raises(Conflict):
        erasing.erase(some, ADMIN, "dua kali")
    with pytest.raises(NotFound):
        erasing.of_events(["system:1"])
    assert office.trail.verify().ok


def test_of_one_instance_an_erasure_counts_only_when_the_chain_that_tells_it_fits(lite):
    office = lite.office
    instance, other = lite.start(), lite.start()
    office.erasing.erase(office.erasing.of_events([f"instance:{instance}:2"]), ADMIN, "Putusan")
    found = office.trail.verify(instance)
    assert (found.misfits, found.streams, len(found.erased)) == ((), 2, 1)
    assert office.trail.verify(other).streams == 1, "where nothing was erased nothing else is read"
    (by,) = lite.rows("SELECT s.id, e.seq FROM event e JOIN stream s ON s.id = e.stream WHERE type = 'payload.erased'")
    with office.store.transaction() as tx:
        for table in ("event", "event_payload"):
            tx.execute(sa.text(f"DROP TRIGGER {table}_no_update"))
        tx.execute(sa.text("UPDATE event SET at = at + 1 WHERE stream = :s AND seq = :n"), {"s": by.id, "n": by.seq})
    assert {(one.stream, one.seq) for one in office.trail.verify(instance).misfits} == {("system", by.seq)}
    assert office.trail.verify(other).misfits == ()
