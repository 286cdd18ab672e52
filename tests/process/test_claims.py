"""Taking, giving back, handing over, and drafts."""

from __future__ import annotations

import pytest

from process.errors import Conflict, Forbidden, InvalidData, NotFound, ReasonRequired, Stale, TaskDone, TaskTaken


def test_one_takes_the_others_are_told_who_has_it(crew, office):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    office.engine.claim(task, crew.actor("staf"))
    office.engine.claim(task, crew.actor("staf"))
    with pytest.raises(TaskTaken) as caught:
        office.engine.claim(task, crew.actor("staf2"))
    assert (caught.value.by, caught.value.at) == ("Staf", crew.clock.now())
    with pytest.raises(TaskTaken):
        crew.complete(instance, "membuat_draft", actor=crew.actor("staf2"))
    with pytest.raises(Forbidden):
        office.engine.claim(task, crew.actor("perencana"))
    with pytest.raises(NotFound):
        office.engine.claim(task, crew.actor("kabag.hkm"))
    with pytest.raises(NotFound):
        office.engine.claim("tidak-ada", crew.actor("staf"))
    assert crew.events(instance).count("task.claimed") == 1


def test_releasing_ones_own_and_anothers(crew, office):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    with pytest.raises(Conflict):
        office.engine.release(task, crew.actor("pengelola"), "kosong")
    office.engine.claim(task, crew.actor("staf"))
    with pytest.raises(Forbidden):
        office.engine.release(task, crew.actor("staf2"), "mau saya")
    with pytest.raises(ReasonRequired):
        office.engine.release(task, crew.actor("pengelola"))
    office.engine.release(task, crew.actor("pengelola"), "Cuti")
    office.engine.claim(task, crew.actor("staf2"))
    office.engine.release(task, crew.actor("staf2"))
    assert [one.data["alasan"] for one in office.trail.timeline(instance) if one.type == "task.released"] == [
        "Cuti",
        None,
    ]


def test_reassigning_goes_to_holders_of_the_position_only(crew, office):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    other = crew.actor("staf2").person_id
    manager = crew.actor("pengelola")
    with pytest.raises(Forbidden):
        office.engine.reassign(task, other, crew.actor("staf"), "alasan")
    with pytest.raises(ReasonRequired):
        office.engine.reassign(task, other, manager, "")
    with pytest.raises(Conflict):
        office.engine.reassign(task, crew.actor("sekda").person_id, manager, "alasan")
    with pytest.raises(NotFound):
        office.engine.reassign(task, 999_999, manager, "alasan")
    assert office.views.task(task, manager).candidates
    office.engine.reassign(task, other, manager, "Staf sakit")
    assert office.views.task(task, manager).holder == "Staf2"
    with pytest.raises(TaskTaken):
        office.engine.claim(task, crew.actor("staf"))


def test_a_stale_page_is_told_so(crew, office):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    staff = crew.actor("staf")
    seen = office.views.task(task, staff).task.revision
    office.engine.claim(task, staff)
    assert office.views.task(task, staff).task.revision == seen, "taking does not make one's own page stale"
    office.engine.release(task, staff)
    office.engine.claim(task, staff)
    with pytest.raises(Stale):
        office.engine.complete_task(task, {}, staff, revision=seen)


def test_a_draft_has_its_own_revision_and_leaves_the_instance_alone(crew, office):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    staff = crew.actor("staf")
    with pytest.raises(Conflict):
        office.engine.save_draft(task, {"indikator": []}, staff, revision=0)
    office.engine.claim(task, staff)
    before = crew.rows("SELECT revision, event_seq, snapshot FROM instance")
    assert office.engine.save_draft(task, {"indikator": [{"kode": "7"}]}, staff, revision=0) == 1
    assert office.engine.save_draft(task, {"indikator": [{"kode": "8"}]}, staff, revision=1) == 2
    with pytest.raises(Stale) as caught:
        office.engine.save_draft(task, {"indikator": []}, staff, revision=1)
    assert caught.value.by == "Staf"
    assert crew.rows("SELECT revision, event_seq, snapshot FROM instance") == before
    page = office.views.task(task, staff)
    assert page.draft.revision == 2
    assert page.data["indikator"][0]["kode"] == "8"
    assert office.views.task(task, crew.actor("staf2")).draft is None
    with pytest.raises(TaskTaken):
        office.engine.save_draft(task, {}, crew.actor("staf2"), revision=2)


def test_the_first_edit_of_a_sole_holder_takes_the_task(crew, office):
    instance = crew.start()
    crew.complete(instance, "membuat_draft")
    task = crew.task(instance, "mengkoreksi_format")
    planner = crew.actor("perencana")
    assert office.views.task(task, planner).can.edit
    assert office.engine.save_draft(task, {"keputusan": "benar"}, planner, revision=0) == 1
    assert office.views.task(task, planner).task.assignee == planner.person_id
    crew.complete(instance, "mengkoreksi_format")
    assert crew.rows("SELECT count(*) AS n FROM draft")[0].n == 0
    with pytest.raises(TaskDone) as caught:
        office.engine.save_draft(task, {"keputusan": "benar"}, planner, revision=1)
    assert caught.value.by == "Perencana"


@pytest.mark.parametrize("data", [None, [], "teks", {"a": float("nan")}, {"x": "a" * 6_000_000}])
def test_impossible_drafts_are_refused(lite, data):
    instance = lite.start()
    task = lite.task(instance, "membuat_draft")
    lite.office.engine.claim(task, lite.actor("staf"))
    with pytest.raises(InvalidData):
        lite.office.engine.save_draft(task, data, lite.actor("staf"), revision=0)


@pytest.mark.parametrize(
    "data", [None, [], "teks", 5, {"typename": "x"}, {"indikator": [{"kode": "\x00"}]}, {"indikator": "x" * 100}]
)
def test_impossible_submissions_are_refused_and_change_nothing(lite, data):
    instance = lite.start()
    task = lite.task(instance, "membuat_draft")
    before = lite.rows("SELECT revision, event_seq FROM instance")
    with pytest.raises(InvalidData):
        lite.office.engine.complete_task(task, data, lite.actor("staf"))
    assert lite.rows("SELECT revision, event_seq FROM instance") == before
