"""A late decree: what moves is shown first, then calendar and deadlines change together, and timers fire anew."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest

from forms.canonical import dumps
from process.calendar_data import STANDARD
from process.calendar_files import Import, read_import, to_data
from process.clock import ManualClock
from process.errors import Forbidden, NotFound, ReasonRequired
from process.model import ADMINISTRATOR, PENGELOLA, Actor, Unit
from process.office import Office

OPERATOR = Actor(None, "operator", system_roles=frozenset({ADMINISTRATOR, PENGELOLA}), source="command")
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10.00 WIB
PROCESS = "pengumpulan_data_kinerja"
TUESDAY_END = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WEDNESDAY_END = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return ManualClock(MONDAY)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder with a small office and the shipped SOP in force, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("kantor")
    made = Office.open(f"sqlite:///{folder}/alur.sqlite3", folder, clock=ManualClock(MONDAY))
    made.people.add_unit(Unit("SETDA", "Sekretariat Daerah"), OPERATOR)
    made.people.add_unit(Unit("PRK", "Bagian Perencanaan dan Keuangan", "SETDA"), OPERATOR)
    for account, role, unit in (
        ("staf", "staf", "PRK"),
        ("perencana", "perencana_ahli_muda", "PRK"),
        ("kabag", "kepala_bagian", "PRK"),
    ):
        person = made.people.add_person(account, account.title(), "rahasia-sekali", OPERATOR)
        made.people.add_position(person.id, role, unit, OPERATOR, from_date=date(2026, 1, 2))
    forms = {path.stem: path.read_bytes() for path in files("forms").joinpath("definitions").iterdir()}
    diagram = files("bpmn").joinpath("diagrams", "pengumpulan-data-kinerja.bpmn").read_bytes()
    made.definitions.publish(diagram, forms, OPERATOR, owner_unit="PRK")
    made.close()
    return folder


@pytest.fixture
def office(tmp_path, clock, template):
    folder = tmp_path / "kantor"
    shutil.copytree(template, folder)
    made = Office.open(f"sqlite:///{folder}/alur.sqlite3", folder, clock=clock)
    yield made
    made.close()


def who(office, account):
    found = office.people.by_username(account)
    with office.store.reading() as tx:
        return office.people.actor(tx, found.id, office.clock.now())


def start(office):
    staff = who(office, "staf")
    data = dict(office.engine.start_page(PROCESS, staff).data)
    data |= {"tahun": Decimal(2026), "triwulan": "III", "jenis_pk": "murni"}
    file = office.files.store(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "a.pdf", "application/pdf", staff, process_id=PROCESS)
    return office.engine.start_instance(PROCESS, {**data, "daftar_pertanyaan": [file.id]}, staff)


def only(office, account):
    page = office.inbox.page(who(office, account), "tersedia")
    rows = page.rows or office.inbox.page(who(office, account), "saya").rows
    (row,) = rows
    return row


def decree(*lines):
    return read_import(("tanggal,jenis,keterangan\n" + "\n".join(lines)).encode(), "skb.csv")


def test_a_deadline_moves_with_its_calendar_and_fires_at_its_new_instant(office, clock):
    instance = start(office)
    assert only(office, "staf").due == TUESDAY_END
    change = decree("2026-11-24,libur,Keputusan mendadak")
    shown = office.rescheduling.preview("standar", change, OPERATOR)
    assert [(one.element, one.before, one.after) for one in shown.moved] == [
        ("membuat_draft", TUESDAY_END, WEDNESDAY_END)
    ]
    assert only(office, "staf").due == TUESDAY_END  # shown is not done
    done = office.rescheduling.apply("standar", change, OPERATOR, reason="SKB")
    assert done.moved == shown.moved
    row = only(office, "staf")
    assert row.due == WEDNESDAY_END
    events = [(entry.type, entry.data.get("alasan")) for entry in office.trail.timeline(instance)]
    assert ("task.due_changed", "SKB") in events
    clock.set(TUESDAY_END + timedelta(seconds=1))
    assert office.engine.fire_due() == 0
    clock.set(WEDNESDAY_END)
    assert office.engine.fire_due() == 1
    assert office.trail.verify().ok


def test_an_open_page_does_not_become_stale(office):
    start(office)
    task = only(office, "staf").task_id
    before = office.views.task(task, who(office, "staf")).task.revision
    office.rescheduling.apply("standar", decree("2026-11-24,libur,x"), OPERATOR, reason="SKB")
    assert office.views.task(task, who(office, "staf")).task.revision == before


def test_what_is_late_already_stays_late_and_where_it_was(office, clock):
    start(office)
    clock.set(TUESDAY_END)
    assert office.engine.fire_due() == 1
    assert office.rescheduling.apply("standar", decree("2026-11-24,libur,x"), OPERATOR, reason="SKB").moved == ()
    assert only(office, "staf").due == TUESDAY_END


def test_a_decree_that_changes_no_deadline_moves_nothing(office):
    start(office)
    assert office.rescheduling.preview("standar", decree("2026-12-28,libur,x"), OPERATOR).moved == ()


def test_a_unit_that_gets_its_own_calendar_moves_its_deadlines(office):
    start(office)
    short = to_data(STANDARD) | {"nama": "Jam pendek"}
    short["jam"][0]["pekan"]["selasa"] = ["07:30-12:00"]
    change = Import(read_import(b"tanggal,jenis\n2026-12-29,libur\n", "x").over(STANDARD), {})
    with pytest.raises(NotFound):
        office.rescheduling.preview("pendek", change, OPERATOR, unit_code="TIDAK")
    whole = read_import(dumps(short), "pendek.json")
    noon = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    shown = office.rescheduling.preview("pendek", whole, OPERATOR, unit_code="SETDA")
    assert [one.after for one in shown.moved] == [noon]
    assert office.people.unit("SETDA").calendar is None
    office.rescheduling.apply("pendek", whole, OPERATOR, unit_code="SETDA")  # new: needs no reason
    assert office.people.unit("SETDA").calendar == "pendek"
    assert only(office, "staf").due == noon


def test_a_deadline_that_was_set_as_a_date_keeps_its_date(office, clock):
    start(office)
    task = only(office, "staf")
    page = office.views.task(task.task_id, who(office, "staf")).data
    row = {"kode_bagian": "PRK", "kode": "1", "indikator": "I", "sasaran": "S", "satuan": "%", "arah": "naik"}
    row |= {"target_tahun": Decimal(4), "target": Decimal(1)}
    office.engine.complete_task(task.task_id, {**page, "indikator": [row]}, who(office, "staf"))
    for account, answer in (("perencana", {"keputusan": "benar"}), ("staf", {"batas_pengisian": "2026-12-02"})):
        task = only(office, account)
        page = office.views.task(task.task_id, who(office, account)).data
        office.engine.complete_task(task.task_id, {**page, **answer}, who(office, account))
    assert only(office, "kabag").due == datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    early = decree("2026-11-24,libur,x")
    assert office.rescheduling.preview("standar", early, OPERATOR).moved == ()
    office.rescheduling.apply("standar", decree("2026-12-02,libur,x"), OPERATOR, reason="SKB")
    assert only(office, "kabag").due == datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


def test_authority_and_reason_are_asked_for_and_nothing_is_half_done(office):
    start(office)
    change = decree("2026-11-24,libur,x")
    with pytest.raises(Forbidden):
        office.rescheduling.preview("standar", change, who(office, "staf"))
    with pytest.raises(Forbidden):
        office.rescheduling.apply("standar", change, who(office, "staf"), reason="x")
    with pytest.raises(ReasonRequired):
        office.rescheduling.apply("standar", change, OPERATOR)
    with pytest.raises(NotFound):
        office.rescheduling.apply("standar", change, OPERATOR, reason="x", unit_code="TIDAK")
    assert only(office, "staf").due == TUESDAY_END
    assert office.calendars.of_unit("PRK").is_working_day(date(2026, 11, 24))
    office.rescheduling.apply("standar", decree("2026-11-25,libur,y"), OPERATOR, reason="y")
    # what was rolled back is not remembered under the revision that came after
    assert office.calendars.of_unit("PRK").is_working_day(date(2026, 11, 24))
    assert not office.calendars.of_unit("PRK").is_working_day(date(2026, 11, 25))
