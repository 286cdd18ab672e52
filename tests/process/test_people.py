"""People: names and NIP, positions with dates, and authority to change them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from process.clock import ManualClock
from process.errors import Conflict, Forbidden, InvalidData, NotFound, Stale
from process.model import ADMINISTRATOR, Actor, Unit
from process.packing import unpack
from process.people import People, mask_nip
from process.positions import default_title
from process.tables import event, event_payload, person, unit

ADMIN = Actor(None, "operator", system_roles=frozenset({ADMINISTRATOR}), source="command")
SOMEBODY = Actor(None, "siapa saja")
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SECRET = "rahasia-sekali"
NIP = "196110711985121001"


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def people(store, clock):
    return People(store, clock)


def events(people, kind):
    query = event.select().where(event.c.type == kind).order_by(event.c.seq)
    with people.store.reading() as tx:
        rows = tx.all(query)
        read = [unpack(tx.one(event_payload.select().where(event_payload.c.seq == row.seq)).data) for row in rows]
        assert all(payload.pop("oleh") == {"nama": "operator", "peran_sistem": ["administrator"]} for payload in read)
        return read


def rows(people, table):
    with people.store.reading() as tx:
        return len(tx.all(table.select()))


def test_a_person_is_added_on_record_and_the_password_is_only_a_hash(people):
    made = people.add_person("Kabag.Hukum", " Kepala  Bagian Hukum ", SECRET, ADMIN, nip="19611071 198512 1 001")
    assert (made.username, made.name, made.nip) == ("kabag.hukum", "Kepala Bagian Hukum", NIP)
    assert made.masked_nip == "1961…1001"
    assert people.by_username("KABAG.hukum") == made
    (payload,) = events(people, "person.added")
    told = {"pegawai": made.id, "akun": "kabag.hukum", "nama": "Kepala Bagian Hukum", "nip": NIP, "peran_sistem": []}
    assert payload == told
    with people.store.reading() as tx:
        assert tx.scalar(person.select().with_only_columns(person.c.password_hash)).startswith("$argon2id$")


def test_a_nip_of_another_length_is_refused_with_the_length(people):
    with pytest.raises(InvalidData, match="NIP harus 18 angka; yang diisikan 17 angka"):
        people.add_person("sekda", "Sekretaris Daerah", SECRET, ADMIN, nip="19611071985121001")
    with pytest.raises(InvalidData, match="hanya terdiri atas angka"):
        people.add_person("sekda", "Sekretaris Daerah", SECRET, ADMIN, nip="19611071985121001X")
    assert people.add_person("sekda", "Sekretaris Daerah", SECRET, ADMIN, nip=" ").nip is None
    assert mask_nip(None) == ""
    assert rows(people, event) == 1


@pytest.mark.parametrize(
    ("account", "password", "message"),
    [
        ("kabag", "pendek", "paling sedikit 10"),
        ("kepala.bagian", "Kepala.Bagian", "sama dengan nama akun"),
        ("kabag", "aaaaaaaaaaaa", "mudah ditebak"),
        ("kabag", "rahasia\x00sekali", "karakter kendali"),
        ("kabag", "x1y2" * 60, "paling banyak"),
        ("ka bag", SECRET, "Nama akun"),
        ("k", SECRET, "Nama akun"),
    ],
)
def test_an_unfit_account_or_password_is_refused(people, account, password, message):
    with pytest.raises(InvalidData, match=message):
        people.add_person(account, "Kepala Bagian", password, ADMIN)
    assert rows(people, person) == 0


def test_accounts_and_nips_are_taken_once(people):
    people.add_person("kabag", "Kepala Bagian", SECRET, ADMIN, nip=NIP)
    with pytest.raises(Conflict, match="sudah ada"):
        people.add_person("KABAG", "Lain", SECRET, ADMIN)
    with pytest.raises(Conflict, match="NIP tersebut sudah dipakai akun “kabag”"):
        people.add_person("kabag2", "Lain", SECRET, ADMIN, nip=NIP)


def test_only_an_administrator_changes_people_and_units(people):
    made = people.add_person("kabag", "Kepala Bagian", SECRET, ADMIN)
    people.add_unit(Unit("HKM", "Bagian Hukum"), ADMIN)
    for ask in (
        lambda: people.add_person("lain", "Lain", SECRET, SOMEBODY),
        lambda: people.change_person(made.id, SOMEBODY, name="Lain"),
        lambda: people.disable(made.id, SOMEBODY),
        lambda: people.reset_password(made.id, SECRET, SOMEBODY),
        lambda: people.add_position(made.id, "staf", "HKM", SOMEBODY),
        lambda: people.add_unit(Unit("X", "X"), SOMEBODY),
        lambda: people.change_unit("HKM", SOMEBODY, name="X"),
        lambda: people.import_units(b"kode,nama\nX,X\n", SOMEBODY),
    ):
        before = rows(people, event)
        with pytest.raises(Forbidden):
            ask()
        assert rows(people, event) == before


def test_a_change_keeps_before_and_after(people):
    made = people.add_person("kabag", "Kepala Bagian", SECRET, ADMIN, nip=NIP)
    after = people.change_person(made.id, ADMIN, name="Kepala Bagian Hukum", system_roles=["pengelola_proses"])
    assert after.system_roles == {"pengelola"}
    (payload,) = events(people, "person.changed")
    assert payload["sebelum"] == {"nama": "Kepala Bagian", "peran_sistem": ""}
    assert payload["sesudah"] == {"nama": "Kepala Bagian Hukum", "peran_sistem": "pengelola"}
    with pytest.raises(Stale):
        people.change_person(made.id, ADMIN, name="Lagi", revision=made.revision)
    people.change_person(made.id, ADMIN, name="Kepala Bagian Hukum")  # nothing differs
    assert len(events(people, "person.changed")) == 1
    with pytest.raises(InvalidData, match="tidak dikenal"):
        people.change_person(made.id, ADMIN, system_roles=["raja"])


def test_the_last_administrator_stays(people):
    one = people.add_person("admin", "Administrator", SECRET, ADMIN, system_roles=["administrator"])
    for ask in (lambda: people.disable(one.id, ADMIN), lambda: people.change_person(one.id, ADMIN, system_roles=[])):
        with pytest.raises(Conflict, match="administrator"):
            ask()
    two = people.add_person("admin2", "Administrator", SECRET, ADMIN, system_roles=["administrator"])
    assert not people.disable(one.id, ADMIN, reason="pindah").active
    with pytest.raises(Conflict):
        people.disable(two.id, ADMIN)
    with pytest.raises(Conflict, match="sudah nonaktif"):
        people.disable(one.id, ADMIN)
    assert people.enable(one.id, ADMIN).active
    assert events(people, "person.disabled") == [{"pegawai": one.id, "akun": "admin", "alasan": "pindah"}]


# -- positions --------------------------------------------------------------------------------------------------------


def actor(people, person_id):
    with people.store.reading() as tx:
        return people.actor(tx, person_id, people.clock.now())


def holders(people, role, where):
    with people.store.reading() as tx:
        return people.holders(tx, role, where, people.clock.now())


@pytest.fixture
def head(people):
    people.add_unit(Unit("HKM", "Bagian Hukum"), ADMIN)
    return people.add_person("kabag.hkm", "Kepala Bagian Hukum", SECRET, ADMIN).id


def test_a_position_counts_from_its_first_to_its_last_day_in_the_offices_zone(people, head, clock):
    people.add_position(head, "kepala_bagian", "HKM", ADMIN, from_date=date(2026, 11, 24), to_date=date(2026, 11, 25))
    assert actor(people, head).positions == ()
    clock.set(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))  # midnight in Jambi
    held = actor(people, head).holds("kepala_bagian", "HKM")
    assert held.title == "Kepala Bagian Hukum"
    assert holders(people, "kepala_bagian", "HKM") == (head,)
    clock.set(datetime(2026, 11, 25, 16, 59, tzinfo=UTC))
    assert actor(people, head).positions
    clock.advance(minutes=1)
    assert actor(people, head).positions == ()
    assert holders(people, "kepala_bagian", "HKM") == ()


def test_an_acting_position_needs_its_basis_and_stands_behind_the_definitive_one(people, head):
    other = people.add_person("plh", "Pelaksana Harian", SECRET, ADMIN).id
    with pytest.raises(InvalidData, match="Dasar penunjukan"):
        people.add_position(other, "kepala_bagian", "HKM", ADMIN, kind="plh")
    people.add_position(other, "kepala_bagian", "HKM", ADMIN, kind="plh", basis="Surat Perintah 1/2026")
    people.add_position(head, "kepala_bagian", "HKM", ADMIN)
    assert holders(people, "kepala_bagian", "HKM") == (head, other)
    assert actor(people, other).holds("kepala_bagian", "HKM").kind == "plh"
    people.disable(head, ADMIN)
    assert holders(people, "kepala_bagian", "HKM") == (other,)


def test_the_same_position_is_not_held_twice_at_a_time(people, head):
    people.add_position(head, "staf", "HKM", ADMIN, to_date=date(2026, 12, 31))
    with pytest.raises(Conflict, match="sudah memegang"):
        people.add_position(head, "staf", "HKM", ADMIN, from_date=date(2026, 12, 31))
    people.add_position(head, "staf", "HKM", ADMIN, from_date=date(2027, 1, 1))
    assert [p.role for p in people.positions(head, on=date(2026, 12, 31))] == ["staf"]


def test_a_position_that_ends_holds_no_more_and_is_on_record(people, head):
    made = people.add_position(head, "staf", "HKM", ADMIN, from_date=date(2026, 1, 5))
    with pytest.raises(InvalidData, match="berakhir sebelum mulai"):
        people.end_position(made.id, ADMIN, to_date=date(2026, 1, 4))
    ended = people.end_position(made.id, ADMIN, reason="mutasi")
    assert ended.to_date == date(2026, 11, 22)
    assert actor(people, head).positions == ()
    with pytest.raises(Conflict, match="sudah berakhir"):
        people.end_position(made.id, ADMIN)
    assert events(people, "position.ended")[0]["alasan"] == "mutasi"
    with pytest.raises(NotFound):
        people.end_position(made.id + 1, ADMIN)


@pytest.mark.parametrize(
    ("role", "where", "message"), [("Kepala Bagian", "HKM", "tidak sah"), ("staf", "TIDAK", "tidak ada")]
)
def test_an_impossible_position_is_refused(people, head, role, where, message):
    with pytest.raises((InvalidData, NotFound), match=message):
        people.add_position(head, role, where, ADMIN)


def test_titles_are_made_of_role_and_unit():
    assert default_title("kepala_bagian", "Bagian Hukum") == "Kepala Bagian Hukum"
    assert default_title("sekretaris_daerah", "Sekretariat Daerah") == "Sekretaris Daerah Sekretariat Daerah"
    assert default_title("staf", "Bagian Umum") == "Staf Bagian Umum"


# -- units ------------------------------------------------------------------------------------------------------------


def test_units_form_a_tree(people):
    people.add_unit(Unit("SETDA", "Sekretariat Daerah", letterhead=("PEMERINTAH KOTA JAMBI", " ")), ADMIN)
    people.add_unit(Unit("HKM", "Bagian Hukum", "SETDA"), ADMIN)
    assert people.unit("SETDA").letterhead == ("PEMERINTAH KOTA JAMBI",)
    with pytest.raises(InvalidData, match="di bawah dirinya sendiri"):
        people.change_unit("SETDA", ADMIN, parent="HKM")
    with pytest.raises(Conflict):
        people.add_unit(Unit("hkm", "Bagian Hukum"), ADMIN)
    with pytest.raises(NotFound, match="Unit induk"):
        people.add_unit(Unit("UMUM", "Bagian Umum", "TIDAK"), ADMIN)
    with pytest.raises(NotFound, match="Kalender"):
        people.change_unit("HKM", ADMIN, calendar="tidak-ada")
    people.change_unit("HKM", ADMIN, active=False)
    assert [u.code for u in people.units()] == ["SETDA"]
    assert len(people.units(active=None)) == 2
    assert events(people, "unit.changed") == [{"kode": "HKM", "sebelum": {"aktif": True}, "sesudah": {"aktif": False}}]


def test_units_are_imported_in_any_order_and_all_or_none(people):
    content = "﻿kode;nama;induk\r\nHKM;Bagian Hukum;SETDA\r\n\r\nSETDA;Sekretariat Daerah;\r\n".encode()
    assert [u.code for u in people.import_units(content, ADMIN)] == ["SETDA", "HKM"]
    bad = b"kode,nama,induk\nA,Bagian A,\nB,,\n A ,Lagi,\nC,Bagian C,TIDAK\n"
    with pytest.raises(InvalidData) as caught:
        people.import_units(bad, ADMIN)
    assert [(e.path, e.field) for e in caught.value.errors] == [((4,), "kode")]
    with pytest.raises(InvalidData) as caught:
        people.import_units(bad.replace(b" A ", b"D"), ADMIN)
    assert [(e.path, e.field) for e in caught.value.errors] == [((3,), "kode"), ((5,), "induk")]
    assert rows(people, unit) == 2


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"nama\nX\n", b"kode,nama\n\n", b"kode,nama\n\x00,x\n"])
def test_a_file_that_is_no_list_of_units_is_refused(people, content):
    with pytest.raises(InvalidData):
        people.import_units(content, ADMIN)


def test_search_takes_text_literally(people):
    people.add_person("a.b", "Kepala 100% Siap", SECRET, ADMIN)
    people.add_person("axb", "Lain", SECRET, ADMIN)
    assert [p.username for p in people.find("100%")] == ["a.b"]
    assert [p.username for p in people.find("A.B")] == ["a.b"]
    assert [p.username for p in people.find("")] == ["a.b", "axb"]
    assert people.find("_") == ()
    assert timedelta(0) == people.clock.now() - START
