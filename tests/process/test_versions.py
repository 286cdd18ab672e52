"""A draft becomes a version: with a note, now or later, with a second person where the process wants one."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from process import passwords
from process.errors import Conflict, Forbidden, InvalidData, InvalidProcess, ReasonRequired, Stale
from process.model import PENGELOLA, Actor
from process.people import add_person_in

PROCESS = "pengumpulan_data_kinerja"
SETUP = Actor(None, "Penyiapan", system_roles=frozenset({PENGELOLA, "administrator"}), source="command")


def drafted(crew, name: str = "Sudah benar?") -> int:
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    state = drafts.state(PROCESS)
    xml = state.xml.replace(b'name="Format benar?"', f'name="{name}"'.encode())
    return drafts.save(PROCESS, editor, revision=state.revision, xml=xml).revision


def second(crew, account: str = "pengelola2") -> Actor:
    with crew.office.store.transaction() as tx:
        add_person_in(
            tx, account, "Pengelola Dua", passwords.make("rahasia-panjang-1"), SETUP, crew.clock.now(),
            system_roles=[PENGELOLA],
        )  # fmt: skip
    return crew.actor(account)


def told(crew) -> list[str]:
    return [one.type for one in crew.office.versions.page(PROCESS).history]


def test_the_draft_is_published_with_its_note_and_identity(crew):
    editor, revision = crew.actor("pengelola"), drafted(crew)
    made = crew.office.versions.propose(
        PROCESS,
        editor,
        revision=revision,
        note="Gerbang diberi nama",
        identity={"nomor": "ORG/11", "tanggalRevisi": "Januari 2024"},
        official={"nama": "Pejabat <baru>", "nip": "12345678901234567"},
    )
    assert made.published is not None
    assert made.published.number == 2
    current = crew.office.definitions.current(PROCESS)
    assert (current.process.identity.nomor, current.process.identity.tanggal_revisi) == ("ORG/11", "Januari 2024")
    assert current.process.identity.disahkan_oleh.nama == "Pejabat <baru>"
    assert "IDENTITY_NIP" in [one.code for one in made.published.warnings]  # 17 digits: a warning, never an error
    page = crew.office.versions.page(PROCESS)
    assert [(row.number, row.state, row.note) for row in page.versions] == [
        (2, "berlaku", "Gerbang diberi nama"),
        (1, "digantikan", None),
    ]
    assert page.draft is None
    assert told(crew) == ["version.published", "version.published"]
    last = page.history[-1]
    assert (last.name, last.data["catatan"]) == ("Pengelola", "Gerbang diberi nama")
    assert crew.office.trail.verify().ok


def test_what_is_missing_or_wrong_is_refused_and_the_draft_stays(crew):
    versions, editor, revision = crew.office.versions, crew.actor("pengelola"), drafted(crew)
    with pytest.raises(InvalidData, match="Catatan perubahan"):
        versions.propose(PROCESS, editor, revision=revision, note=" \n")
    with pytest.raises(InvalidData, match="tidak boleh sebelum"):
        versions.propose(
            PROCESS, editor, revision=revision, note="x", effective_from=crew.clock.now() - timedelta(seconds=1)
        )
    with pytest.raises(Stale):
        versions.propose(PROCESS, editor, revision=revision + 1, note="x")
    with pytest.raises(Forbidden):
        versions.propose(PROCESS, crew.actor("kabag.prk"), revision=revision, note="x")
    with pytest.raises(InvalidData):
        versions.propose(PROCESS, editor, revision=revision, note="x", identity={"nomor": "a\x00b"})
    broken = crew.office.drafts.state(PROCESS).xml.replace(b'default="', b'default="tidak_ada_')
    at = crew.office.drafts.save(PROCESS, editor, revision=revision, xml=broken.replace(b"sop:role", b"sop:peran"))
    with pytest.raises(InvalidProcess) as caught:
        versions.propose(PROCESS, editor, revision=at.revision, note="x")
    assert caught.value.findings
    assert crew.office.drafts.state(PROCESS).revision == at.revision
    assert len(versions.page(PROCESS).versions) == 1


def test_a_scheduled_version_comes_into_force_on_its_day(crew):
    begin = crew.clock.now() + timedelta(days=3)
    crew.office.versions.propose(
        PROCESS, crew.actor("pengelola"), revision=drafted(crew), note="Mulai Kamis", effective_from=begin
    )
    assert [(r.number, r.state) for r in crew.office.versions.page(PROCESS).versions] == [
        (2, "terjadwal"),
        (1, "berlaku"),
    ]
    assert crew.office.definitions.current(PROCESS).number == 1
    crew.clock.set(begin)
    assert crew.office.definitions.current(PROCESS).number == 2


def test_two_who_publish_the_same_draft_at_once_make_one_version(crew):
    revision, editor = drafted(crew), crew.actor("pengelola")
    gate, outcomes = threading.Barrier(2), []

    def publish() -> None:
        gate.wait()
        try:
            crew.office.versions.propose(PROCESS, editor, revision=revision, note="Bersamaan")
            outcomes.append("published")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=publish) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(outcomes) == ["published", "refused"]
    assert [row.number for row in crew.office.versions.page(PROCESS).versions] == [2, 1]


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_who_publishes_and_who_goes_back_do_not_wait_for_each_other(crew):
    revision, editor = drafted(crew), crew.actor("pengelola")
    publish = threading.Thread(
        target=lambda: crew.office.versions.propose(PROCESS, editor, revision=revision, note="Bersamaan")
    )
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with crew.office.store.transaction() as tx:  # takes what going back takes, one after the other
        tx.all(sa.text("SELECT id FROM process_definition FOR UPDATE"))
        publish.start()
        while not crew.rows(waits):
            assert publish.is_alive()
        tx.all(sa.text("SELECT process FROM process_draft FOR UPDATE NOWAIT"))
    publish.join(20)
    assert [row.number for row in crew.office.versions.page(PROCESS).versions] == [2, 1]


def test_a_second_person_must_approve_where_the_process_wants_it(crew):
    versions, editor, other = crew.office.versions, crew.actor("pengelola"), second(crew)
    with pytest.raises(ReasonRequired):
        versions.set_approval(PROCESS, True, editor, " ")
    versions.set_approval(PROCESS, True, editor, "Perlu dua pasang mata")
    revision = drafted(crew)
    made = versions.propose(PROCESS, editor, revision=revision, note="Diusulkan")
    assert made.published is None
    assert crew.office.definitions.current(PROCESS).number == 1
    asked = versions.page(PROCESS).proposal
    assert asked is not None
    assert (asked.proposed_name, asked.note) == ("Pengelola", "Diusulkan")
    with pytest.raises(Forbidden, match="lain daripada"):
        versions.approve(asked.id, editor)
    with pytest.raises(Forbidden):
        versions.approve(asked.id, crew.actor("kabag.prk"))
    with pytest.raises(Conflict, match="menunggu persetujuan"):
        versions.propose(PROCESS, editor, revision=revision, note="Lagi")
    assert versions.approve(asked.id, other).number == 2
    assert crew.office.definitions.current(PROCESS).number == 2
    with pytest.raises(Conflict, match="sudah disetujui oleh Pengelola Dua"):
        versions.approve(asked.id, other)
    with pytest.raises(Conflict):
        versions.reject(asked.id, editor, "terlambat")
    assert crew.office.drafts.state(PROCESS).revision == 0
    assert told(crew)[1:] == ["setting.changed", "version.proposed", "version.approved", "version.published"]
    assert versions.restore(PROCESS, 1, editor, "kembali").published is None  # going back needs it too


def test_a_command_does_not_pass_by_the_second_person(crew):
    versions, definitions = crew.office.versions, crew.office.definitions
    current = definitions.current(PROCESS)
    forms = {form_id: form.source for form_id, form in current.forms.items()}
    changed = current.process.xml.replace(b'name="Format benar?"', b'name="Sudah benar?"')
    versions.set_approval(PROCESS, True, crew.actor("pengelola"), "Perlu dua pasang mata")
    with pytest.raises(Conflict, match="persetujuan pengelola proses lain"):
        definitions.publish(changed, forms, SETUP)
    assert told(crew) == ["version.published", "setting.changed"]
    assert not definitions.publish(current.process.xml, forms, SETUP).new, "the same again changes nothing"
    versions.set_approval(PROCESS, False, crew.actor("pengelola"), "Cukup satu")
    assert definitions.publish(changed, forms, SETUP).number == 2


def test_a_rejected_proposal_leaves_the_draft(crew):
    versions, editor, other = crew.office.versions, crew.actor("pengelola"), second(crew)
    versions.set_approval(PROCESS, True, editor, "Perlu")
    revision = drafted(crew)
    versions.propose(PROCESS, editor, revision=revision, note="Diusulkan")
    asked = versions.page(PROCESS).proposal
    assert asked is not None
    with pytest.raises(ReasonRequired):
        versions.reject(asked.id, other, "")
    versions.reject(asked.id, other, "Belum dibahas")
    assert versions.page(PROCESS).proposal is None
    assert crew.office.drafts.state(PROCESS).revision == revision
    assert told(crew)[-1] == "version.rejected"
    assert versions.propose(PROCESS, editor, revision=revision, note="Sekali lagi").proposal_id is not None


def notices(crew, who: Actor) -> list[str]:
    """What somebody was told, the oldest first; all of it leads to the process."""
    rows = crew.office.inbox.notifications(who).rows
    assert {row.process_id for row in rows} <= {PROCESS}
    return [row.message for row in reversed(rows)]


def test_who_may_approve_is_told_of_a_proposal_and_who_proposed_of_its_outcome(crew):
    versions, editor, other = crew.office.versions, crew.actor("pengelola"), second(crew)
    name = crew.office.definitions.current(PROCESS).process.name
    versions.set_approval(PROCESS, True, editor, "Perlu")
    assert notices(crew, other) == [f"Pengelola mewajibkan persetujuan orang kedua untuk “{name}”: Perlu"]
    revision = drafted(crew)
    versions.propose(PROCESS, editor, revision=revision, note="Gerbang diberi nama")
    proposed = f"Pengelola mengusulkan versi baru “{name}”, yang menunggu persetujuan Anda: Gerbang diberi nama"
    assert notices(crew, other)[1:] == [proposed]
    assert crew.office.inbox.counters(other).unseen == 2
    with pytest.raises(Conflict):
        versions.propose(PROCESS, editor, revision=revision, note="Lagi")
    assert notices(crew, other)[2:] == [], "what did not happen is not told"
    asked = versions.page(PROCESS).proposal
    assert asked is not None
    versions.reject(asked.id, other, "Belum dibahas")
    assert notices(crew, editor) == [f"Pengelola Dua menolak usulan Anda, versi baru “{name}”: Belum dibahas"]
    again = versions.propose(PROCESS, editor, revision=revision, note="Sesudah dibahas").proposal_id
    versions.reject(again, editor, "Salah tanggal")
    assert notices(crew, other)[3:] == [f"Pengelola menarik kembali usulannya, versi baru “{name}”: Salah tanggal"]
    last = versions.propose(PROCESS, editor, revision=revision, note="Sudah benar").proposal_id
    versions.approve(last, other)
    assert notices(crew, editor)[1:] == [
        f"Pengelola Dua menyetujui usulan Anda, versi baru “{name}”: versi 2 diberlakukan."
    ]
    assert notices(crew, crew.actor("kabag.prk")) == []


def test_others_who_were_told_learn_that_somebody_decided(crew):
    versions, editor, other = crew.office.versions, crew.actor("pengelola"), second(crew)
    third, closed = second(crew, "pengelola3"), second(crew, "pengelola4")
    crew.office.people.disable(closed.person_id, SETUP, reason="Pindah tugas")
    versions.set_approval(PROCESS, True, editor, "Perlu")
    asked = versions.propose(PROCESS, editor, revision=drafted(crew), note="Diusulkan").proposal_id
    versions.approve(asked, other)
    name = crew.office.definitions.current(PROCESS).process.name
    done = f"Pengelola Dua menyetujui usulan Pengelola, versi baru “{name}”: versi 2 diberlakukan."
    assert notices(crew, third)[-1] == done
    assert done not in notices(crew, other)
    assert notices(crew, closed) == [], "whose account is closed can approve nothing"


def test_revoking_needs_the_second_person_where_a_version_does(crew):
    versions, editor, other = crew.office.versions, crew.actor("pengelola"), second(crew)
    versions.propose(PROCESS, editor, revision=drafted(crew), note="Keliru")
    versions.set_approval(PROCESS, True, editor, "Perlu")
    name = crew.office.definitions.current(PROCESS).process.name
    with pytest.raises(ReasonRequired):
        versions.revoke(PROCESS, 2, editor, " ")
    asked = versions.revoke(PROCESS, 2, editor, "Langkah 3 hilang")
    assert asked is not None
    assert crew.office.definitions.current(PROCESS).number == 2
    proposal = versions.page(PROCESS).proposal
    assert (proposal.id, proposal.revokes, proposal.note) == (asked, 2, "Langkah 3 hilang")
    assert notices(crew, other)[-1] == (
        f"Pengelola mengusulkan pencabutan versi 2 “{name}”, yang menunggu persetujuan Anda: Langkah 3 hilang"
    )
    with pytest.raises(Conflict, match="menunggu persetujuan"):
        versions.revoke(PROCESS, 2, other, "Saya juga")
    with pytest.raises(Forbidden, match="lain daripada"):
        versions.approve(asked, editor)
    with pytest.raises(Conflict, match="persetujuan pengelola proses lain"):
        crew.office.definitions.revoke(versions.version(PROCESS, 2).id, other, "lewat samping")
    versions.reject(asked, other, "Tidak hilang")
    assert crew.office.definitions.current(PROCESS).number == 2
    again = versions.revoke(PROCESS, 2, editor, "Langkah 3 memang hilang")
    assert versions.approve(again, other) is None
    assert crew.office.definitions.current(PROCESS).number == 1
    page = versions.page(PROCESS)
    assert (page.proposal, page.versions[0].state) == (None, "dicabut")
    last = page.history[-1]
    assert (last.type, last.name, last.data["alasan"]) == (
        "version.revoked",
        "Pengelola Dua",
        "Langkah 3 memang hilang",
    )
    assert last.data["usulan"] == again
    assert (
        notices(crew, editor)[-1]
        == f"Pengelola Dua menyetujui usulan Anda, pencabutan versi 2 “{name}”: versi 2 dicabut."
    )
    with pytest.raises(Conflict, match="sudah dicabut"):
        versions.revoke(PROCESS, 2, editor, "lagi")
    assert crew.office.trail.verify().ok


def test_in_an_emergency_the_second_person_is_waived_for_all_to_see(crew):
    versions, editor, other = crew.office.versions, crew.actor("pengelola"), second(crew)
    versions.propose(PROCESS, editor, revision=drafted(crew), note="Keliru")
    versions.set_approval(PROCESS, True, editor, "Perlu")
    asked = versions.revoke(PROCESS, 2, editor, "Segera")
    versions.set_approval(PROCESS, False, editor, "Pengelola lain tidak dapat dihubungi")
    assert versions.revoke(PROCESS, 2, editor, "Segera") is None
    assert crew.office.definitions.current(PROCESS).number == 1
    assert "meniadakan persetujuan orang kedua" in notices(crew, other)[-1]
    with pytest.raises(Conflict, match="sudah dicabut"):
        versions.approve(asked, other)
    assert versions.page(PROCESS).proposal is not None, "what could not be done is still open, and can be turned down"
    versions.reject(asked, other, "Sudah dicabut")


def test_whether_anybody_can_decide_is_known(crew):
    versions, editor = crew.office.versions, crew.actor("pengelola")
    versions.set_approval(PROCESS, True, editor, "Perlu")
    versions.propose(PROCESS, editor, revision=drafted(crew), note="Diusulkan")
    assert not versions.page(PROCESS).decidable
    second(crew)
    assert versions.page(PROCESS).decidable


def test_revoking_and_going_back_in_one_step(crew):
    versions, editor = crew.office.versions, crew.actor("pengelola")
    versions.propose(PROCESS, editor, revision=drafted(crew), note="Keliru")
    first = versions.version(PROCESS, 1)
    made = versions.restore(PROCESS, 1, editor, "Yang baru keliru")
    assert made.published is not None
    current = crew.office.definitions.current(PROCESS)
    assert (current.number, current.digest, current.process.xml) == (3, first.digest, first.process.xml)
    assert versions.page(PROCESS).versions[0].note == "Versi 1 diberlakukan kembali. Yang baru keliru"
    with pytest.raises(Conflict, match="sama dengan versi 3"):
        versions.restore(PROCESS, 1, editor, "lagi")
    versions.revoke(PROCESS, 3, editor, "Dicabut dengan surat")
    assert crew.office.definitions.current(PROCESS).number == 2
    assert crew.office.versions.page(PROCESS).versions[0].state == "dicabut"
    assert crew.office.trail.verify().ok


def test_a_new_process_is_published_from_its_draft(lite):
    drafts, editor = lite.office.drafts, lite.actor("pengelola")
    start = drafts.state(PROCESS)
    made = drafts.create("SOP Kedua", "HKM", start.xml, start.forms, editor)
    assert lite.office.versions.page(made).versions == ()
    outcome = lite.office.versions.propose(made, editor, revision=1, note="Pertama")
    assert outcome.published is not None
    assert (outcome.published.process_id, outcome.published.number) == ("sop_kedua", 1)
    assert lite.office.definitions.current("sop_kedua").owner_unit == "HKM"
