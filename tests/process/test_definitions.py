"""Published versions: checked, immutable, in force from an instant on."""

import shutil
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from process.calendars import Calendars
from process.checking import form_ids
from process.clock import ManualClock
from process.definitions import Definitions
from process.errors import Conflict, Forbidden, InvalidData, InvalidProcess, NotFound, ReasonRequired
from process.model import ADMINISTRATOR, PENGELOLA, Actor, Unit
from process.packing import unpack
from process.people import People
from process.store import Store
from process.tables import event, event_payload

PENGELOLA_PROSES = Actor(None, "operator", system_roles=frozenset({PENGELOLA, ADMINISTRATOR}), source="command")
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PROCESS = "pengumpulan_data_kinerja"


@pytest.fixture(scope="module")
def sop():
    root = files("bpmn").joinpath("diagrams", "pengumpulan-data-kinerja.bpmn")
    definitions = files("forms").joinpath("definitions").iterdir()
    return root.read_bytes(), {path.stem: path.read_bytes() for path in definitions if path.suffix == ".form"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory, migrated):
    path = tmp_path_factory.mktemp("empty") / "alur.sqlite3"
    shutil.copy(migrated, path)
    store = Store(f"sqlite:///{path}")
    people = People(store, ManualClock(START))
    people.add_unit(Unit("PRK", "Bagian Perencanaan dan Keuangan"), PENGELOLA_PROSES)
    people.add_unit(Unit("LAIN", "Bagian lain"), PENGELOLA_PROSES)
    store.close()
    return path


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def definitions(tmp_path, empty, clock):
    shutil.copy(empty, tmp_path / "alur.sqlite3")
    store = Store(f"sqlite:///{tmp_path}/alur.sqlite3")
    yield Definitions(store, clock, Calendars(store, clock))
    store.close()


def changed(xml, number):
    """Another diagram of the same process: a name of a lane differs."""
    return xml.replace(b'name="Staf" sop:role', f'name="Staf {number}" sop:role'.encode())


def test_a_version_is_published_with_its_forms_and_read_back(definitions, sop):
    xml, forms = sop
    extra = forms | {"tidak-dipakai": b"bukan formulir"}
    made = definitions.publish(xml, extra, PENGELOLA_PROSES, owner_unit="PRK", note="Pertama")
    assert (made.process_id, made.number, made.new) == (PROCESS, 1, True)
    version = definitions.current(PROCESS)
    assert version.process.xml == xml
    assert set(version.forms) == form_ids(version.process)
    assert all(form.source == forms[form_id] for form_id, form in version.forms.items())
    assert (version.owner_unit, version.calendar, version.effective_from) == ("PRK", "standar", START)
    with definitions.store.reading() as tx:
        assert definitions.load(tx, made.version_id) is version
        row = tx.one(event.select().where(event.c.type == "version.published"))
        payload = unpack(tx.one(event_payload.select().where(event_payload.c.stream == row.stream)).data)
    assert payload["digest"] == version.digest
    assert payload["catatan"] == "Pertama"


def test_publishing_the_same_again_says_so_and_changes_nothing(definitions, sop):
    first = definitions.publish(*sop, PENGELOLA_PROSES, owner_unit="PRK")
    again = definitions.publish(*sop, PENGELOLA_PROSES)
    assert (again.version_id, again.new) == (first.version_id, False)
    assert len(definitions.list()) == 1


def test_a_form_that_changes_makes_another_version(definitions, sop):
    xml, forms = sop
    definitions.publish(xml, forms, PENGELOLA_PROSES, owner_unit="PRK")
    other = {**forms, "data-kinerja-9-arsip": forms["data-kinerja-9-arsip"] + b"\n"}
    assert definitions.publish(xml, other, PENGELOLA_PROSES).number == 2


def test_the_newest_effective_version_is_in_force(definitions, sop, clock):
    xml, forms = sop
    definitions.publish(xml, forms, PENGELOLA_PROSES, owner_unit="PRK", effective_from=START - timedelta(days=900))
    later = definitions.publish(changed(xml, 2), forms, PENGELOLA_PROSES, effective_from=START + timedelta(days=1))
    assert definitions.current(PROCESS).number == 1
    assert [(row.number, row.in_force) for row in definitions.list()] == [(2, False), (1, True)]
    with definitions.store.reading() as tx:
        assert definitions.in_force(tx, PROCESS, START - timedelta(days=901)) is None
        assert definitions.in_force(tx, PROCESS, START + timedelta(days=1)) == later.version_id
    clock.advance(days=1)
    assert definitions.current(PROCESS).number == 2
    assert [(row.number, row.in_force) for row in definitions.list()] == [(2, True), (1, False)]


def test_revoking_brings_the_one_before_back(definitions, sop):
    xml, forms = sop
    definitions.publish(xml, forms, PENGELOLA_PROSES, owner_unit="PRK")
    made = definitions.publish(changed(xml, 2), forms, PENGELOLA_PROSES)
    with pytest.raises(ReasonRequired):
        definitions.revoke(made.version_id, PENGELOLA_PROSES, " ")
    definitions.revoke(made.version_id, PENGELOLA_PROSES, "keliru")
    assert definitions.current(PROCESS).number == 1
    with pytest.raises(Conflict, match="sudah dicabut"):
        definitions.revoke(made.version_id, PENGELOLA_PROSES, "keliru")
    assert definitions.publish(changed(xml, 2), forms, PENGELOLA_PROSES).number == 3  # never the same number again


def test_what_cannot_run_is_refused_with_findings_and_nothing_is_kept(definitions, sop):
    xml, forms = sop
    for source, given in (
        (xml.replace(b"</bpmn:definitions>", b""), forms),
        (b"", forms),
        (xml, {}),
        (
            xml.replace(b"<bpmn:timeDuration", b"<bpmn:timeCycle").replace(b"</bpmn:timeDuration", b"</bpmn:timeCycle"),
            forms,
        ),
    ):
        with pytest.raises(InvalidProcess) as caught:
            definitions.publish(source, given, PENGELOLA_PROSES, owner_unit="PRK")
        assert caught.value.findings
    assert definitions.list() == ()


def test_authority_owner_and_calendar_are_asked_for(definitions, sop):
    with pytest.raises(Forbidden):
        definitions.publish(*sop, Actor(None, "siapa saja"), owner_unit="PRK")
    with pytest.raises(InvalidData, match="Unit pemilik"):
        definitions.publish(*sop, PENGELOLA_PROSES)
    with pytest.raises(NotFound, match="Unit kerja"):
        definitions.publish(*sop, PENGELOLA_PROSES, owner_unit="TIDAK")
    with pytest.raises(NotFound, match="Kalender"):
        definitions.publish(*sop, PENGELOLA_PROSES, owner_unit="PRK", calendar="tidak-ada")
    definitions.publish(*sop, PENGELOLA_PROSES, owner_unit="PRK")
    with pytest.raises(Conflict, match="dimiliki unit PRK"):
        definitions.publish(*sop, PENGELOLA_PROSES, owner_unit="LAIN")
    with pytest.raises(NotFound):
        definitions.current("tidak_ada")
