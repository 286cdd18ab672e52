"""Drafts of a process: every saved state kept, the second to save told, nothing lost; the same on both databases."""

from __future__ import annotations

import threading

import pytest

from process.errors import Conflict, DraftChanged, FileTooLarge, Forbidden, InvalidData, NotFound
from process.model import Actor

PROCESS = "pengumpulan_data_kinerja"
FORM = "data-kinerja-9-arsip"


def drawn(xml: bytes, name: str) -> bytes:
    return xml.replace(b'name="Format benar?"', f'name="{name}"'.encode())


def test_a_draft_begins_from_the_version_in_force_and_keeps_every_state(crew):
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    start = drafts.state(PROCESS)
    assert (start.revision, start.base, start.saved_by) == (0, 1, None)
    first = drafts.save(PROCESS, editor, revision=0, xml=drawn(start.xml, "Sudah benar?"))
    second = drafts.save(PROCESS, editor, revision=1, xml=drawn(start.xml, "Sudah tepat?"))
    assert (first.revision, second.revision, second.base) == (1, 2, 1)
    assert drafts.save(PROCESS, editor, revision=2, xml=second.xml).revision == 2  # nothing changed: no further state
    assert drafts.state(PROCESS, 1).xml == first.xml
    assert drafts.state(PROCESS).xml == second.xml
    assert [(row.number, row.current, row.saved_by) for row in drafts.history(PROCESS)] == [
        (2, True, "Pengelola"),
        (1, False, "Pengelola"),
    ]
    assert [(row.process_id, row.revision) for row in drafts.list()] == [(PROCESS, 2)]
    assert crew.office.definitions.current(PROCESS).number == 1  # and nothing is in force by it


def test_the_second_to_save_learns_who_was_first_and_both_contents_stay(crew, clock):
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    start = drafts.state(PROCESS)
    theirs = drafts.save(PROCESS, editor, revision=0, xml=drawn(start.xml, "Milik pertama"))
    clock.advance(minutes=3)
    mine = drawn(start.xml, "Milik kedua")
    with pytest.raises(DraftChanged) as caught:
        drafts.save(PROCESS, editor, revision=0, xml=mine)
    error = caught.value
    assert (error.by, error.at) == ("Pengelola", theirs.saved_at)
    assert error.theirs.xml == theirs.xml
    assert drafts.state(PROCESS).xml == theirs.xml  # the first still counts
    kept = drafts.state(PROCESS, error.mine)
    assert kept.xml == mine
    assert kept.aside
    after = drafts.save(PROCESS, editor, revision=error.theirs.revision, xml=mine)  # mine over theirs, knowingly
    assert drafts.state(PROCESS).xml == mine
    assert drafts.state(PROCESS, theirs.revision).xml == theirs.xml
    assert after.revision > error.mine


def test_who_changes_a_form_does_not_disturb_who_draws(crew):
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    start = drafts.state(PROCESS)
    drafts.save(PROCESS, editor, revision=0, xml=drawn(start.xml, "Digambar"))
    form = start.forms[FORM].replace(b'"title"', b'"title" ', 1)
    both = drafts.save(PROCESS, editor, revision=0, forms={FORM: form})
    assert both.xml == drawn(start.xml, "Digambar")
    assert both.forms[FORM] == form
    with pytest.raises(DraftChanged):
        drafts.save(PROCESS, editor, revision=0, forms={FORM: start.forms[FORM] + b"\n"})
    without = drafts.save(PROCESS, editor, revision=both.revision, forms={FORM: None})
    assert FORM not in without.forms
    assert FORM in drafts.state(PROCESS, both.revision).forms


def test_of_two_editors_at_the_same_moment_one_wins_and_the_other_is_kept(crew):
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    start = drafts.state(PROCESS)
    gate, outcomes = threading.Barrier(2), []

    def save(name: str) -> None:
        gate.wait()
        try:
            state = drafts.save(PROCESS, editor, revision=0, xml=drawn(start.xml, name))
            outcomes.append(("won", name, state.revision))
        except DraftChanged as error:
            outcomes.append(("late", name, error.mine))

    threads = [threading.Thread(target=save, args=(name,)) for name in ("Kiri", "Kanan")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert sorted(kind for kind, _, _ in outcomes) == ["late", "won"]
    for _, name, number in outcomes:
        assert drafts.state(PROCESS, number).xml == drawn(start.xml, name)


def test_a_discarded_draft_is_closed_and_a_late_save_is_told(crew):
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    start = drafts.state(PROCESS)
    saved = drafts.save(PROCESS, editor, revision=0, xml=drawn(start.xml, "Dibuang"))
    drafts.discard(PROCESS, editor)
    assert drafts.state(PROCESS).revision == 0
    assert drafts.list() == ()
    with pytest.raises(DraftChanged, match="dibuang") as caught:
        drafts.save(PROCESS, editor, revision=saved.revision, xml=drawn(start.xml, "Terlambat"))
    assert drafts.state(PROCESS, caught.value.mine).xml == drawn(start.xml, "Terlambat")
    with pytest.raises(Conflict):
        drafts.discard(PROCESS, editor)


def test_a_new_process_takes_over_id_and_name_where_it_can_be_read(lite):
    drafts, editor = lite.office.drafts, lite.actor("pengelola")
    start = drafts.state(PROCESS)
    made = drafts.create("Pengajuan Cuti Pegawai", "PRK", start.xml, start.forms, editor)
    assert made == "pengajuan_cuti_pegawai"
    state = drafts.state(made)
    assert b'<bpmn:process id="pengajuan_cuti_pegawai" name="Pengajuan Cuti Pegawai"' in state.xml
    assert b'processRef="pengajuan_cuti_pegawai"' in state.xml
    assert not [one for one in drafts.check(made, state.xml) if one.severity == "error"]
    assert drafts.create("Pengajuan Cuti Pegawai", "PRK", start.xml, {}, editor) == "pengajuan_cuti_pegawai_2"
    broken = drafts.create("Dari luar", "PRK", b"<definitions", {}, editor)  # opens although it cannot run
    assert drafts.state(broken).xml == b"<definitions"
    assert drafts.check(broken, b"<definitions")[0].code == "FILE_MALFORMED"
    with pytest.raises(InvalidData, match="sudah dipakai"):
        drafts.create("Lain", "PRK", start.xml, {}, editor, process_id=PROCESS)
    for bad in ("../etc", "baru", "1", "a b"):
        with pytest.raises(InvalidData):
            drafts.create("Lain", "PRK", start.xml, {}, editor, process_id=bad)
    with pytest.raises(NotFound):
        drafts.create("Lain", "TIDAK", start.xml, {}, editor)


def test_only_the_pengelola_writes_and_nothing_is_boundless(lite):
    drafts, editor = lite.office.drafts, lite.actor("pengelola")
    for other in (lite.actor("kabag.prk"), lite.actor("auditor"), lite.actor("admin"), Actor(None, "siapa")):
        with pytest.raises(Forbidden):
            drafts.save(PROCESS, other, revision=0, xml=b"<a/>")
        with pytest.raises(Forbidden):
            drafts.create("X", "PRK", b"<a/>", {}, other)
    with pytest.raises(FileTooLarge):
        drafts.save(PROCESS, editor, revision=0, xml=b" " * (2 * 1024 * 1024 + 1))
    with pytest.raises(FileTooLarge):
        drafts.save(PROCESS, editor, revision=0, forms={"a": b" " * 1_000_001})
    with pytest.raises(InvalidData):
        drafts.save(PROCESS, editor, revision=0, xml=b"\xff\xfe")
    with pytest.raises(InvalidData):
        drafts.save(PROCESS, editor, revision=0, forms={"../x": b"{}"})
    with pytest.raises(NotFound):
        drafts.save("tidak_ada", editor, revision=0, xml=b"<a/>")
    assert drafts.state(PROCESS).revision == 0


def test_old_states_are_thinned_and_the_newest_stay(lite, monkeypatch):
    monkeypatch.setattr("process.draft_states.KEPT_STATES", 5)
    drafts, editor = lite.office.drafts, lite.actor("pengelola")
    start = drafts.state(PROCESS)
    revision = 0
    for number in range(20):
        form = start.forms[FORM] + b"\n" * number
        revision = drafts.save(
            PROCESS, editor, revision=revision, xml=drawn(start.xml, f"N {number}"), forms={FORM: form}
        ).revision
    assert [row.number for row in drafts.history(PROCESS)] == [20, 19, 18, 17, 16]
    assert drafts.state(PROCESS).xml == drawn(start.xml, "N 19")
    kept = lite.rows("SELECT count(*) AS n FROM draft_form")[0].n
    assert kept == len(start.forms) - 1 + 5


def test_a_saved_state_is_taken_back_and_nothing_is_lost(crew):
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    begun = drafts.state(PROCESS)
    first = drafts.save(PROCESS, editor, revision=0, xml=begun.xml.replace(b"Format benar?", b"Satu"))
    second = drafts.save(
        PROCESS, editor, revision=1, xml=begun.xml.replace(b"Format benar?", b"Dua"), forms={"baru": b"{}"}
    )
    back = drafts.take_back(PROCESS, 1, editor)
    assert (back.revision, back.xml, dict(back.forms), back.base) == (3, first.xml, dict(first.forms), 1)
    assert drafts.state(PROCESS, 2).forms["baru"] == b"{}"
    assert drafts.take_back(PROCESS, 1, editor).revision == 3, "it is the draft already"
    with pytest.raises(DraftChanged):  # who still has the second open
        drafts.save(PROCESS, editor, revision=2, xml=second.xml.replace(b"Dua", b"Tiga"))
    with pytest.raises(NotFound):
        drafts.take_back(PROCESS, 99, editor)
    with pytest.raises(Forbidden):
        drafts.take_back(PROCESS, 2, crew.actor("staf"))
    drafts.discard(PROCESS, editor)
    again = drafts.take_back(PROCESS, 2, editor)
    assert (again.revision, again.xml, again.base) == (5, second.xml, 1), "a closed draft is opened again"


def test_the_draft_of_a_new_process_comes_back_after_it_was_given_up(crew):
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    made = drafts.create("Izin Cuti", "PRK", b"<definitions/>", {}, editor)
    drafts.discard(made, editor)
    assert drafts.take_back(made, 1, editor).revision == 2
    with pytest.raises(NotFound):
        drafts.state(PROCESS, 1)
