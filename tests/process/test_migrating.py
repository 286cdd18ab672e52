"""Running instances move to another version: as shown and not otherwise; what was written stays as it was."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from process.errors import Conflict, Forbidden, MoveRefused, NotFound, ReasonRequired, Stale, TaskDone

PROCESS = "pengumpulan_data_kinerja"
LONGER = ((b"P4D</bpmn:timeDuration>", b"P5D</bpmn:timeDuration>"), (b'waktu="4 hari"', b'waktu="5 hari"'))


def published(crew, *edits: tuple[bytes, bytes], forms=None) -> int:
    """Another version of the shipped SOP, put in force through its draft."""
    drafts, editor = crew.office.drafts, crew.actor("pengelola")
    state = drafts.state(PROCESS)
    xml = state.xml
    for before, after in edits:
        assert before in xml, before
        xml = xml.replace(before, after)
    revision = drafts.save(PROCESS, editor, revision=state.revision, xml=xml, forms=forms).revision
    made = crew.office.versions.propose(PROCESS, editor, revision=revision, note="Perubahan").published
    assert made is not None
    return made.number


def moved(crew, instance: str, number: int) -> None:
    editor = crew.actor("pengelola")
    shown = crew.office.moving.preview(instance, number, editor)
    assert shown.possible, shown.obstacles
    crew.office.moving.move(instance, number, shown.digest, editor, "Aturan baru")


def version_of(crew, instance: str) -> int:
    sql = "SELECT v.number FROM instance i JOIN process_version v ON v.id = i.version WHERE i.id = :i"
    return int(crew.rows(sql, i=instance)[0].number)


def test_a_running_instance_stays_until_it_is_moved_and_then_goes_on(crew):
    instance = crew.brought("mengkoreksi_format")
    before = crew.open(instance)
    due = crew.rows("SELECT due FROM user_task WHERE id = :t", t=before["mengkoreksi_format", ""])[0].due
    number = published(crew, *LONGER)
    assert version_of(crew, instance) == 1
    page = crew.office.moving.page(PROCESS, crew.actor("pengelola"))
    assert (page.target.number, [one.instance.id for one in page.previews]) == (number, [instance])
    (shown,) = page.previews
    assert [one.task_id for one in shown.tasks] == [before["mengkoreksi_format", ""]]
    (timer,) = [one for one in shown.plan.timers if one.what != "kept"]
    assert (timer.attached_to, timer.what) == ("mengkoreksi_format", "changed")
    moved(crew, instance, number)
    assert version_of(crew, instance) == number
    assert crew.open(instance) == before  # rows keep their ids
    after = crew.rows("SELECT due FROM user_task WHERE id = :t", t=before["mengkoreksi_format", ""])[0].due
    assert after > due
    event = next(one for one in crew.office.trail.timeline(instance) if one.type == "instance.moved")
    assert (event.data["dari"], event.data["ke"], event.data["alasan"]) == (1, number, "Aturan baru")
    assert event.data["sidik_lama"] != event.data["sidik_baru"]
    assert "task.due_changed" in crew.events(instance)
    assert crew.office.moving.page(PROCESS, crew.actor("pengelola")).previews == ()
    crew.finish(instance)
    assert crew.state(instance) == "finished"
    assert crew.office.trail.verify().ok


def test_nothing_moves_that_was_not_shown(crew):
    instance, editor = crew.start(), crew.actor("pengelola")
    number = published(crew, *LONGER)
    shown = crew.office.moving.preview(instance, number, editor)
    with pytest.raises(ReasonRequired):
        crew.office.moving.move(instance, number, shown.digest, editor, " ")
    with pytest.raises(Forbidden):
        crew.office.moving.move(instance, number, shown.digest, crew.actor("staf"), "x")
    crew.office.engine.claim(crew.task(instance, "membuat_draft"), crew.actor("staf"))
    with pytest.raises(Stale):
        crew.office.moving.move(instance, number, shown.digest, editor, "x")
    shown = crew.office.moving.preview(instance, number, editor)
    crew.complete(instance, "membuat_draft")
    with pytest.raises(Stale):
        crew.office.moving.move(instance, number, shown.digest, editor, "x")
    assert version_of(crew, instance) == 1
    with pytest.raises(NotFound):
        crew.office.moving.preview("tidak-ada", number, editor)
    with pytest.raises(NotFound):
        crew.office.moving.preview(instance, 99, editor)
    moved(crew, instance, number)
    with pytest.raises(Conflict, match="sudah berada"):
        crew.office.moving.move(instance, number, shown.digest, editor, "x")


def test_where_the_open_step_is_gone_it_says_which_and_refuses(crew):
    instance = crew.start()
    number = published(crew, (b"membuat_draft", b"menyusun_draft"))
    shown = crew.office.moving.preview(instance, number, crew.actor("pengelola"))
    assert not shown.possible
    assert "membuat_draft" in [one.element for one in shown.obstacles]
    with pytest.raises(MoveRefused) as caught:
        crew.office.moving.move(instance, number, shown.digest, crew.actor("pengelola"), "x")
    assert caught.value.element == "membuat_draft"
    assert version_of(crew, instance) == 1
    crew.finish(instance)  # and it goes on as before


def test_what_ended_under_the_old_version_is_read_by_it(crew):
    instance = crew.brought("mengkoreksi_format")
    done = crew.rows("SELECT id FROM user_task WHERE instance = :i AND completed IS NOT NULL", i=instance)[0].id
    sent = crew.office.views.task(done, crew.actor("pengelola")).data
    state = crew.office.drafts.state(PROCESS)
    other = state.forms["data-kinerja-draft"].replace(b'"label"', b'"label" ', 1)
    number = published(crew, (b"membuat_draft", b"menyusun_draft"), forms={"data-kinerja-draft": other})
    moved(crew, instance, number)
    page = crew.office.views.task(done, crew.actor("pengelola"))  # the step is gone from the new version
    assert page.definition.id == "membuat_draft"
    assert page.data == sent
    shown = crew.office.views.instance(instance, crew.actor("pengelola"))
    assert {"Draft format data kinerja"} <= {one.name for one in shown.documents}
    for one in shown.documents:
        view = crew.office.views.document(one.version.id, crew.actor("pengelola")).document
        assert view.data
    draft_view = next(one for one in shown.documents if one.version.key == "draft_format")
    view = crew.office.views.document(draft_view.version.id, crew.actor("pengelola")).document
    assert view.form.source == state.forms["data-kinerja-draft"]  # not the form that came later
    crew.complete(instance, "mengkoreksi_format", keputusan="salah", catatan_pengembalian="Perbaiki")
    assert ("menyusun_draft", "") in crew.open(instance)  # back to the step as the new version calls it


def test_drafts_and_sent_answers_stay_and_may_still_be_corrected(crew):
    instance = crew.brought("mengisi_data")
    crew.complete(instance, "mengisi_data", "PRK")
    task, who = crew.task(instance, "mengisi_data", "HKM"), crew.actor("kabag.hkm")
    kept = dict(crew.office.views.task(task, who).data) | {"catatan": "Setengah jadi"}
    crew.office.engine.save_draft(task, kept, who)
    number = published(crew, *LONGER)
    shown = crew.office.moving.preview(instance, number, crew.actor("pengelola"))
    assert (shown.drafts, {one.item for one in shown.tasks if one.has_draft}) == (1, {"HKM"})
    moved(crew, instance, number)
    assert crew.office.views.task(task, who).data["catatan"] == "Setengah jadi"
    for item in ("HKM", "UMUM"):
        crew.complete(instance, "mengisi_data", item)
    sent = crew.rows("SELECT id FROM user_task WHERE instance = :i AND item = 'PRK'", i=instance)[0].id
    page = crew.office.views.task(sent, crew.actor("kabag.prk"))
    assert page.can.amend
    crew.office.engine.amend(sent, page.data, crew.actor("kabag.prk"), revision=page.task.revision)
    crew.finish(instance)
    assert crew.state(instance) == "finished"


def test_only_forms_that_differ_move_too(crew):
    instance = crew.start()
    form = "data-kinerja-1-draft-format"
    source = crew.office.drafts.state(PROCESS).forms[form]
    number = published(crew, forms={form: source.replace(b'"label"', b'"label" ', 1)})
    shown = crew.office.moving.preview(instance, number, crew.actor("pengelola"))
    assert [one.changed for one in shown.tasks] == [("form",)]
    moved(crew, instance, number)
    assert crew.office.views.task(crew.task(instance, "membuat_draft"), crew.actor("staf")).version.number == number
    crew.finish(instance)


def test_an_instance_moved_to_an_equal_version_behaves_as_if_never_moved(crew):
    staying, going = crew.brought("mengisi_data"), crew.start()
    crew.until(going, "mengisi_data")
    number = published(crew, (b'name="Staf" sop:role', b'name="Staf Pelaksana" sop:role'))  # a lane's name, no more
    columns = "element, item, pass, role, unit, assignee, state, due, late, revision"
    sql = f"SELECT {columns} FROM user_task WHERE instance = :i ORDER BY element, item, pass"
    assert crew.rows(sql, i=staying) == crew.rows(sql, i=going)
    moved(crew, going, number)
    assert crew.rows(sql, i=staying) == crew.rows(sql, i=going)
    crew.clock.advance(timedelta(days=2))
    assert crew.office.engine.fire_due() >= 2  # late in both alike
    assert crew.rows(sql, i=staying) == crew.rows(sql, i=going)
    for one in (staying, going):
        crew.finish(one)
    assert crew.rows(sql, i=staying) == crew.rows(sql, i=going)
    left = [one for one in crew.events(going) if one != "instance.moved"]
    assert left == crew.events(staying)


def test_a_move_while_a_task_is_being_completed_does_one_or_the_other(crew):
    instance, editor = crew.brought("mengkoreksi_format"), crew.actor("pengelola")
    number = published(crew, *LONGER)
    shown = crew.office.moving.preview(instance, number, editor)
    task, who = crew.task(instance, "mengkoreksi_format"), crew.actor("perencana")
    page = crew.office.views.task(task, who)
    gate, outcomes = threading.Barrier(2), {}

    def run(name, action) -> None:
        gate.wait()
        try:
            action()
            outcomes[name] = "done"
        except (Stale, TaskDone) as error:
            outcomes[name] = type(error).__name__

    data = dict(page.data) | {"keputusan": "benar"}
    threads = [
        threading.Thread(
            target=run,
            args=(
                "complete",
                lambda: crew.office.engine.complete_task(task, data, who, revision=page.task.revision),
            ),
        ),
        threading.Thread(
            target=run, args=("move", lambda: crew.office.moving.move(instance, number, shown.digest, editor, "x"))
        ),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    # The step's own standard time changes, so whoever comes second meets another state than the one he looked at.
    assert sorted(outcomes.values()) == ["Stale", "done"]
    assert version_of(crew, instance) == (number if outcomes["move"] == "done" else 1)
    assert crew.office.trail.verify().ok
    crew.finish(instance)


def test_an_ended_instance_and_a_revoked_version_are_no_matter(crew):
    instance, editor = crew.start(), crew.actor("pengelola")
    number = published(crew, *LONGER)
    crew.office.versions.revoke(PROCESS, number, editor, "Keliru")
    with pytest.raises(Conflict, match="tidak dicabut"):
        crew.office.moving.preview(instance, number, editor)
    crew.office.engine.cancel(instance, editor, "batal")
    with pytest.raises(Conflict):
        crew.office.moving.preview(instance, 1, editor)
