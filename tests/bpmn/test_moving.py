"""Moving a running instance: what stays, what changes with its deadline, and each reason why it cannot be done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bpmn import moving, runtime
from bpmn.codes import CODES
from bpmn.compile import compile_process
from bpmn.errors import SnapshotError
from bpmn.move_plan import Known, MoveError
from forms import load_form

DAY = 24 * 60


def line(draw, *, first=None, second=None, name="satu", words=None, **more):
    """satu → dua; `first` and `second` are their standard times."""
    diagram = draw().start().task("satu", duration=first, name=name, words=words, **more).task("dua", duration=second)
    return diagram.end().path("mulai", "satu", "dua", "selesai").process()


def items(draw, collection="daftar", duration=None):
    diagram = draw().start().task("satu").task("isi", each=collection, duration=duration).task("dua").end()
    return diagram.path("mulai", "satu", "isi", "dua", "selesai").process()


def parallel(draw, *branches, after="akhir"):
    """A parallel block of branches, each a list of tasks."""
    diagram = draw().start().fork("buka").fork("tutup").task(after).end().path("mulai", "buka")
    for branch in branches:
        for task in branch:
            diagram.task(task)
        diagram.path("buka", *branch, "tutup")
    return diagram.path("tutup", after, "selesai").process()


def codes(plan):
    return [(finding.code, finding.element) for finding in plan.obstacles]


def timers(plan):
    return [(timer.element, timer.attached_to, timer.what, timer.before, timer.after) for timer in plan.timers]


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_a_changed_standard_time_counts_from_when_the_task_became_available(draw, at, do):
    old, new = line(draw, first="P1D"), line(draw, first="P4D")
    started = runtime.start(old, {}, at())
    plan = moving.plan(old, new, started.snapshot, at(600), Known(since={started.user_tasks[0].ref: at().now}))
    assert timers(plan) == [("batas_satu", "satu", "changed", at(DAY).now, at(4 * DAY).now)]
    known = Known(since={started.user_tasks[0].ref: at().now})
    moved = moving.move(old, new, started.snapshot, at(600), known, shown=None)
    assert [t.ref for t in moved.user_tasks] == [t.ref for t in started.user_tasks]
    assert moved.user_tasks[0].due == moved.next_due == at(4 * DAY).now
    assert moved.timers[0].ref == started.timers[0].ref
    assert runtime.advance(new, moved.snapshot, at(DAY)).fired == ()
    assert [f.due for f in runtime.advance(new, moved.snapshot, at(4 * DAY)).fired] == [at(4 * DAY).now]


def test_a_deadline_may_come_and_go(draw, at):
    without, with_ = line(draw), line(draw, first="PT30M")
    started = runtime.start(without, {}, at())
    plan = moving.plan(without, with_, started.snapshot, at(10))
    assert timers(plan) == [("batas_satu", "satu", "added", None, at(40).now)]
    moved = moving.move(without, with_, started.snapshot, at(10))
    assert moved.next_due == at(40).now
    back = moving.plan(with_, without, moved.snapshot, at(20))
    assert timers(back) == [("batas_satu", "satu", "removed", at(40).now, None)]
    gone = moving.move(with_, without, moved.snapshot, at(20))
    assert (gone.timers, gone.next_due, gone.user_tasks[0].due) == ((), None, None)


def test_what_fell_due_earlier_under_the_new_version_fires_with_the_next_step_not_with_the_move(draw, at):
    old, new = line(draw, first="P4D"), line(draw, first="PT30M")
    started = runtime.start(old, {}, at())
    moved = moving.move(old, new, started.snapshot, at(600), Known(since={started.user_tasks[0].ref: at().now}))
    assert (moved.fired, moved.next_due) == ((), at(30).now)
    assert [f.element for f in runtime.advance(new, moved.snapshot, at(600)).fired] == ["batas_satu"]


def test_what_has_fired_does_not_fire_again(draw, at):
    old, new = line(draw, first="P1D"), line(draw, first="P4D")
    late = runtime.advance(old, runtime.start(old, {}, at()).snapshot, at(DAY))
    plan = moving.plan(old, new, late.snapshot, at(DAY + 1))
    assert [timer.what for timer in plan.timers] == ["fired"]
    moved = moving.move(old, new, late.snapshot, at(DAY + 1))
    assert moved.timers == ()
    assert runtime.advance(new, moved.snapshot, at(9 * DAY)).fired == ()


def test_the_items_of_one_step_keep_one_deadline_counted_from_the_first(draw, at, do):
    old, new = items(draw, duration="P1D"), items(draw, duration="P2D")
    advance = do(old, runtime.start(old, {"daftar": ["a", "b"]}, at()), at())
    advance = do(old, advance, at(1), item="a")
    known = Known(since={advance.user_tasks[0].ref: at().now})
    moved = moving.move(old, new, advance.snapshot, at(600), known)
    assert [(t.item, t.due) for t in moved.user_tasks] == [("b", at(2 * DAY).now)]
    assert [t.element for t in do(new, moved, at(700), item="b").user_tasks] == ["dua"], "item a stays finished"


def test_a_date_of_a_form_is_read_anew(draw, at):
    words = '<sop:form ref="isi"/><sop:due>batas</sop:due>'
    old, new = line(draw, first="P1D"), line(draw, first="P1D", words=words)
    started = runtime.start(old, {}, at())
    known = Known(variables={"batas": "2026-12-01"})
    plan = moving.plan(old, new, started.snapshot, at(), known)
    assert [(v.name, v.what, v.value) for v in plan.variables] == [("batas", "seeded", "2026-12-01")]
    assert plan.timers[0].after == datetime(2026, 12, 1, 9, tzinfo=UTC)
    bad = moving.plan(old, new, started.snapshot, at(), Known(variables={"batas": "lusa"}))
    assert codes(bad) == [("MOVE_DUE", "satu")]


def test_a_pause_that_has_begun_ends_when_it_was_to_end(draw, at):
    def paused(duration):
        return draw().start().pause("jeda", duration).task("satu").end().path("mulai", "jeda", "satu", "selesai")

    old, new = paused("PT10M").process(), paused("PT90M").process()
    started = runtime.start(old, {}, at())
    plan = moving.plan(old, new, started.snapshot, at(5))
    assert timers(plan) == [("jeda", None, "kept", at(10).now, at(10).now)]
    moved = moving.move(old, new, started.snapshot, at(5))
    assert [t.element for t in runtime.advance(new, moved.snapshot, at(10)).user_tasks] == ["satu"]


# --- tasks ------------------------------------------------------------------------------------------------------------


def test_what_the_new_version_says_otherwise_of_an_open_task_is_named(draw, at):
    words = '<sop:form ref="lain"/><sop:initial field="a">starter.nama</sop:initial>'
    old, new = line(draw), line(draw, name="Satu baru", words=words, attributes='sop:role="kabag" sop:unit="item"')
    plan = moving.plan(old, new, runtime.start(old, {}, at()).snapshot, at())
    (task,) = plan.tasks
    assert task.changed == ("name", "role", "unit", "form", "initial")
    assert task.name == "Satu baru"
    assert (
        moving.plan(old, line(draw, second="P1D"), runtime.start(old, {}, at()).snapshot, at()).tasks[0].changed == ()
    )


def test_a_step_put_before_the_open_one_changes_only_its_number(draw, at):
    old = line(draw)
    new = draw().start().task("nol").task("satu").task("dua").end().path("mulai", "nol", "satu", "dua", "selesai")
    started = runtime.start(old, {}, at())
    assert moving.plan(old, new.process(), started.snapshot, at()).tasks[0].changed == ("number",)


def test_a_new_return_is_taken_after_the_move(draw, at, do, form):
    """The case that this exists for: a gateway after the open step that sends back."""
    old = line(draw)
    diagram = draw().start().choice("gabung").task("satu").task("dua").choice("benar", default="gabung").end()
    diagram.path("mulai", "gabung", "satu", "dua", "benar", "gabung").flow("benar", "selesai", 'hasil = "ya"')
    new = diagram.process()
    known = Known(forms={"isi": load_form(form("isi", hasil=["ya", "tidak"]))})
    advance = runtime.start(old, {}, at())
    plan = moving.plan(old, new, advance.snapshot, at(), known)
    assert [(v.name, v.what) for v in plan.variables] == [("hasil", "absent")]
    assert plan.possible, "the form of the open step fills it before it is asked for"
    moved = moving.move(old, new, advance.snapshot, at(), known, shown=plan.fingerprint)
    moved = do(new, do(new, moved, at()), at(), hasil="tidak")
    assert [t.element for t in moved.user_tasks] == ["satu"]


# --- why not ----------------------------------------------------------------------------------------------------------


def test_an_element_that_is_gone_or_of_another_kind(draw, at):
    old = line(draw)
    state = runtime.start(old, {}, at()).snapshot
    gone = draw().start().task("dua").end().path("mulai", "dua", "selesai").process()
    assert codes(moving.plan(old, gone, state, at())) == [("MOVE_ELEMENT_GONE", "satu")]
    pause = draw().start().pause("satu").task("dua").end().path("mulai", "satu", "dua", "selesai").process()
    assert codes(moving.plan(old, pause, state, at())) == [("MOVE_KIND", "satu")]
    many = line(draw, each="daftar")
    assert codes(moving.plan(old, many, state, at())) == [("MOVE_EACH", "satu")]
    open_items = runtime.start(many, {"daftar": ["a"]}, at()).snapshot
    assert codes(moving.plan(many, old, open_items, at())) == [("MOVE_EACH", "satu")]
    with pytest.raises(MoveError, match="tidak ada pada versi baru") as caught:
        moving.move(old, gone, state, at())
    assert caught.value.obstacles[0].element == "satu"


def test_another_list_of_items_must_come_to_the_same_items(draw, at, do, form):
    old = items(draw)
    new = items(draw, "if is defined(kembali) then kembali else daftar")
    advance = do(old, do(old, runtime.start(old, {"daftar": ["a", "b"]}, at()), at()), at(), item="a")
    known = Known(done={"isi": ["a"]}, forms={"isi": load_form(form("isi", hasil="textfield"))})
    assert moving.plan(old, new, advance.snapshot, at(), known).possible
    assert codes(moving.plan(old, new, advance.snapshot, at())) == [("MOVE_ITEMS", "isi")]
    fewer = items(draw, 'daftar[item != "b"]')
    (finding,) = moving.plan(old, fewer, advance.snapshot, at(), known).obstacles
    assert "berkurang: b" in finding.message
    broken = items(draw, "lainnya")
    assert ("MOVE_ITEMS", "isi") in codes(moving.plan(old, broken, advance.snapshot, at(), known))


def test_a_waiting_branch_needs_its_join(draw, at, do):
    old = parallel(draw, ["a"], ["b"])
    advance = do(old, runtime.start(old, {}, at()), at(), "a")
    same = parallel(draw, ["a"], ["b", "c"])
    plan = moving.plan(old, same, advance.snapshot, at())
    assert [(one.element, one.source) for one in plan.branches] == [("tutup", "a")]
    moved = moving.move(old, same, advance.snapshot, at())
    assert [t.element for t in do(same, do(same, moved, at()), at(), "c").user_tasks] == ["akhir"]
    longer = parallel(draw, ["a", "c"], ["b"])
    assert codes(moving.plan(old, longer, advance.snapshot, at())) == [("MOVE_JOIN", "tutup")]


def test_the_new_version_must_be_able_to_end_from_here(draw, at):
    old = parallel(draw, ["a"], ["b"])
    state = runtime.start(old, {}, at()).snapshot
    assert codes(moving.plan(old, parallel(draw, ["a"], ["b"], ["c"]), state, at())) == [("MOVE_STUCK", "tutup")]
    one_after_the_other = draw().start().task("a").task("b").task("akhir").end()
    one_after_the_other.path("mulai", "a", "b", "akhir", "selesai")
    assert codes(moving.plan(old, one_after_the_other.process(), state, at()))[0][0] == "MOVE_DOUBLED"


def test_a_variable_that_nobody_will_fill(draw, at, form):
    old = line(draw)
    diagram = draw().start().task("satu").task("dua").choice("g", default="selesai").task("tiga").end()
    diagram.path("mulai", "satu", "dua", "g", "selesai").path("tiga", "selesai2").end("selesai2")
    new = diagram.flow("g", "tiga", "jumlah > 1").process()
    forms = {"isi": load_form(form("isi", hasil="textfield"))}
    state = runtime.start(old, {}, at()).snapshot
    known = Known(forms=forms)
    (finding,) = moving.plan(old, new, state, at(), known).obstacles
    assert (finding.code, finding.element) == ("MOVE_VARIABLE", "g")
    assert "“jumlah”" in finding.message
    seeded = Known(variables={"jumlah": 2}, forms=forms)
    assert moving.plan(old, new, state, at(), seeded).possible


def test_the_version_itself_may_be_the_reason(draw, at, do):
    old = line(draw)
    state = runtime.start(old, {}, at()).snapshot
    assert [code for code, _ in codes(moving.plan(old, old, state, at()))] == ["MOVE_SAME_VERSION"]
    other = compile_process(old.xml.replace(b'<bpmn:process id="proses"', b'<bpmn:process id="lain"'))
    assert [code for code, _ in codes(moving.plan(old, other, state, at()))] == ["MOVE_OTHER_PROCESS"]
    done = do(old, do(old, runtime.start(old, {}, at()), at()), at())
    assert done.finished
    new = line(draw, first="P1D")
    assert [code for code, _ in codes(moving.plan(old, new, done.snapshot, at()))] == ["MOVE_FINISHED"]
    with pytest.raises(SnapshotError):
        moving.plan(new, old, state, at())


def test_nothing_moves_that_was_not_shown(draw, at, do):
    old, new = line(draw, first="P1D"), line(draw, first="P4D")
    started = runtime.start(old, {}, at())
    known = Known(since={started.user_tasks[0].ref: at().now})
    shown = moving.plan(old, new, started.snapshot, at(), known).fingerprint
    assert moving.plan(old, new, started.snapshot, at(90), known).fingerprint == shown, "time alone changes nothing"
    later = do(old, started, at())
    with pytest.raises(MoveError, match="berubah sejak pratinjau"):
        moving.move(old, new, later.snapshot, at(), known, shown=shown)
    earlier = Known(since={started.user_tasks[0].ref: at().now - timedelta(days=1)})
    with pytest.raises(MoveError):
        moving.move(old, new, started.snapshot, at(), earlier, shown=shown)
    assert moving.move(old, new, started.snapshot, at(), known, shown=shown).timers


def test_what_the_new_version_does_not_name_is_dropped(draw, at, do):
    old = items(draw)
    advance = runtime.start(old, {"daftar": ["a"]}, at())
    new = line(draw)
    plan = moving.plan(old, new, advance.snapshot, at())
    assert [(v.name, v.what) for v in plan.variables] == [("daftar", "dropped")]
    moved = moving.move(old, new, advance.snapshot, at())
    assert len(moved.snapshot) < len(advance.snapshot) + 10
    assert [t.element for t in do(new, moved, at()).user_tasks] == ["dua"]


def test_a_quarter_moves_to_the_proposed_revision_from_any_step(at, do):
    """The shipped SOP and its template: on each step of the way a move is possible, and the new returns are taken."""
    root = Path(__file__).parents[2]
    old = compile_process((root / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn").read_bytes())
    template = root / "bpmn/diagrams/templat/usulan-revisi-pengumpulan-data-kinerja.bpmn"
    new = compile_process(template.read_bytes())
    forms = {name: load_form((root / f"forms/definitions/{name}.form").read_bytes()) for name in _forms(new)}
    answers = {"keputusan": "benar", "penerima": ["A", "B"], "batas_pengisian": "2026-12-01"}
    advance = runtime.start(old, {}, at())
    done: list[str] = []
    while not advance.finished:
        known = Known(forms=forms, done={"mengisi_data": done})
        plan = moving.plan(old, new, advance.snapshot, at(), known)
        assert codes(plan) == []
        assert {timer.what for timer in plan.timers} == {"kept"}
        moved = moving.move(old, new, advance.snapshot, at(), known, shown=plan.fingerprint)
        assert (moved.user_tasks, moved.timers) == (advance.user_tasks, advance.timers)
        if moved.user_tasks[0].element == "memvalidasi":
            back = do(new, moved, at(), bagian_dikembalikan=["B"])
            assert [(task.element, task.item) for task in back.user_tasks] == [("mengisi_data", "B")]
        done += [advance.user_tasks[0].item] if advance.user_tasks[0].item else []
        advance = do(old, advance, at(), **answers)


def _forms(process):
    return {task.form for task in process.tasks.values()}


def test_every_reason_has_its_case():
    cases = Path(__file__).read_text("utf-8")
    reasons = {code for code in CODES if code.startswith("MOVE_")} - {"MOVE_COMPLEX"}
    assert [code for code in sorted(reasons) if f'"{code}"' not in cases] == []
