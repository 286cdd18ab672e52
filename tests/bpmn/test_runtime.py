"""Steps of an instance: deadlines, items, refs, what was passed, and errors after which nothing counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bpmn import runtime
from bpmn.compile import compile_process
from bpmn.model import BadCollectionError, ConditionError, Duration, SnapshotError, UnknownTaskError
from bpmn.seams import FeelEnvironment
from forms.feel import FeelError

SHIPPED = Path(__file__).parents[2] / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"


@pytest.fixture
def two_steps(draw):
    diagram = draw().start().task("satu", duration="P1D").task("dua", duration="PT30M").end()
    return diagram.path("mulai", "satu", "dua", "selesai").process()


@pytest.fixture
def correction(draw):
    """satu → dua → back to satu, or on to a multi-instance, then back to satu once more or out."""
    diagram = (
        draw().start().choice("gabung").task("satu", duration="P1D").task("dua").choice("benar", default="gabung")
        .task("isi", each="daftar", duration="P2D").choice("lagi", default="selesai").end()
    )  # fmt: skip
    diagram.path("mulai", "gabung", "satu", "dua", "benar", "gabung").path("isi", "lagi", "selesai")
    return diagram.flow("benar", "isi", 'hasil = "benar"').flow("lagi", "gabung", "ulang").process()


def do(process, advance, moment, element=None, item=None, **variables):
    task = next(t for t in advance.user_tasks if element in (None, t.element) and item in (None, t.item))
    return runtime.complete(process, advance.snapshot, task.ref, variables, moment)


# --- start to end -----------------------------------------------------------------------------------------------------


def test_a_step_tells_what_is_open_and_what_was_passed(two_steps, at):
    advance = runtime.start(two_steps, {}, at())
    assert [(t.element, t.item, t.due) for t in advance.user_tasks] == [("satu", None, at(24 * 60).now)]
    assert advance.visited == ("mulai", "mulai__satu")
    assert advance.next_due == at(24 * 60).now
    advance = do(two_steps, advance, at(5))
    assert advance.visited == ("satu", "satu__dua")
    assert [t.element for t in advance.user_tasks] == ["dua"]
    advance = do(two_steps, advance, at(6))
    assert advance.visited == ("dua", "dua__selesai", "selesai")
    assert (advance.finished, advance.user_tasks, advance.timers, advance.next_due) == (True, (), (), None)


def test_the_shipped_sop_from_start_to_its_ninth_step(at):
    process = compile_process(SHIPPED.read_bytes())
    advance = runtime.start(process, {"tahun": Decimal(2026), "triwulan": "I"}, at())
    done = []
    answers = {
        "mengkoreksi_format": {"keputusan": "benar"},
        "menggandakan_format": {"penerima": [f"B{n}" for n in range(11)], "batas_pengisian": None, "batas_baku": None},
    }
    while not advance.finished:
        task = advance.user_tasks[0]
        done.append(task.element)
        answer = answers.get(task.element, {})
        if done == ["membuat_draft", "mengkoreksi_format"]:
            answer = {"keputusan": "salah"}
        advance = runtime.complete(process, advance.snapshot, task.ref, answer, at(len(done)))
    assert done == [
        "membuat_draft", "mengkoreksi_format", "membuat_draft", "mengkoreksi_format", "menggandakan_format",
        *["mengisi_data"] * 11, "menyerahkan_data", "memvalidasi", "memberi_koreksi", "menandatangani", "mengarsipkan",
    ]  # fmt: skip
    assert [task.number for task in process.tasks.values()] == list(range(1, 10))
    assert process.tasks["mengisi_data"].duration == Duration(days=1)
    assert process.tasks["memberi_koreksi"].duration == Duration(minutes=10)


def test_a_terminating_end_takes_all_other_tokens_with_it(draw, at):
    diagram = draw().start().fork("bagi").task("satu").task("banyak", each="daftar").pause("tunggu").task("akhir")
    diagram.end("habis", terminate=True).end().fork("satukan")
    diagram.path("mulai", "bagi", "satu", "habis").path("bagi", "banyak", "satukan").path("bagi", "tunggu", "satukan")
    process = diagram.path("satukan", "akhir", "selesai").process()
    advance = runtime.start(process, {"daftar": ["a", "b"]}, at())
    assert len(advance.user_tasks) == 3
    advance = do(process, advance, at(), "banyak", "a")
    advance = do(process, advance, at(), "satu")
    assert (advance.finished, advance.user_tasks, advance.timers) == (True, (), ())
    assert runtime.advance(process, advance.snapshot, at(99)).finished


def test_only_variables_that_expressions_name_enter_the_engine(correction, at):
    assert correction.variables == {"hasil", "daftar", "ulang"}
    known = {"hasil": "salah", "rahasia": "x" * 1000, "typename": "dict", "data_objects": {"a": 1}}
    small = runtime.start(correction, {}, at())
    advance = runtime.start(correction, known, at())
    assert len(advance.snapshot) < len(small.snapshot) + 60
    assert b"rahasia" not in advance.snapshot


def test_numbers_stay_exact_over_a_reload(draw, at):
    diagram = draw().start().task("satu").choice("tepat", default="selesai").task("dua").end()
    diagram.path("mulai", "satu", "tepat", "selesai").path("dua", "salah").end("salah")
    process = diagram.flow("tepat", "dua", "angka = 0.1 + 0.2 and daftar[2].nilai = 1.10").process()
    nested = [{"nilai": 1}, {"nilai": Decimal("1.1")}]
    advance = runtime.start(process, {"angka": Decimal("0.3"), "daftar": nested}, at())
    assert [t.element for t in do(process, advance, at()).user_tasks] == ["dua"]


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_a_deadline_fires_at_the_very_instant_once_and_the_work_goes_on(two_steps, at):
    advance = runtime.start(two_steps, {}, at())
    early = runtime.advance(two_steps, advance.snapshot, at(24 * 60 - 1 / 60_000_000))
    assert early.fired == ()
    late = runtime.advance(two_steps, early.snapshot, at(24 * 60))
    assert [(f.element, f.attached_to, f.due) for f in late.fired] == [("batas_satu", "satu", at(24 * 60).now)]
    assert late.fired[0].ref == advance.timers[0].ref
    assert late.visited == ("batas_satu",)
    assert (late.timers, late.next_due) == ((), None)
    assert late.user_tasks == advance.user_tasks, "the task stays open, with the due it had"
    again = runtime.advance(two_steps, late.snapshot, at(99 * 60))
    assert again.fired == ()
    assert [t.element for t in do(two_steps, again, at(99 * 60)).user_tasks] == ["dua"]


def test_work_sent_after_its_deadline_is_late_even_if_nobody_woke_the_engine(two_steps, at):
    advance = do(two_steps, runtime.start(two_steps, {}, at()), at(25 * 60))
    assert [f.attached_to for f in advance.fired] == ["satu"]
    assert advance.user_tasks[0].due == at(25 * 60 + 30).now


def test_a_deadline_is_armed_anew_on_each_pass(correction, at):
    advance = runtime.start(correction, {}, at())
    first = advance.user_tasks[0]
    advance = do(correction, advance, at(10))
    advance = do(correction, advance, at(20), hasil="salah")
    second = advance.user_tasks[0]
    assert (second.element, second.due) == ("satu", at(20 + 24 * 60).now)
    assert second.ref != first.ref
    assert runtime.advance(correction, advance.snapshot, at(24 * 60)).fired == ()


def test_a_multi_instance_has_one_deadline_for_all_its_items(correction, at):
    advance = _at_items(correction, at, ["a", "b"])
    due = at(48 * 60).now
    assert [(t.item, t.due) for t in advance.user_tasks] == [("a", due), ("b", due)]
    assert [t.attached_to for t in advance.timers] == ["isi"]
    advance = do(correction, advance, at(1), item="a")
    advance = runtime.advance(correction, advance.snapshot, at(48 * 60))
    assert [(f.element, f.attached_to) for f in advance.fired] == [("batas_isi", "isi")]
    assert [(t.item, t.due) for t in advance.user_tasks] == [("b", due)]


def test_an_intermediate_timer_lets_the_flow_go_on_when_it_is_due(draw, at):
    process = (
        draw().start().pause("jeda", "PT10M").task("satu").end().path("mulai", "jeda", "satu", "selesai").process()
    )
    advance = runtime.start(process, {}, at())
    assert (advance.user_tasks, advance.finished) == ((), False)
    assert [(t.element, t.attached_to, t.due) for t in advance.timers] == [("jeda", None, at(10).now)]
    assert runtime.advance(process, advance.snapshot, at(9.9)).user_tasks == ()
    advance = runtime.advance(process, advance.snapshot, at(10))
    assert [t.element for t in advance.user_tasks] == ["satu"]
    assert [(f.element, f.attached_to) for f in advance.fired] == [("jeda", None)]
    assert advance.visited == ("jeda", "jeda__satu")


@pytest.mark.parametrize(
    ("value", "due"),
    [
        (None, "standard"),
        ("", "standard"),
        ("2026-11-30", datetime(2026, 11, 30, 9, tzinfo=UTC)),
        ("absent", "standard"),
    ],
)
def test_another_date_replaces_the_standard_time(draw, at, value, due):
    words = '<sop:form ref="isi"/><sop:due>batas</sop:due>'
    diagram = draw().start().task("satu", words=words, duration="P1D").end()
    process = diagram.path("mulai", "satu", "selesai").process()
    advance = runtime.start(process, {} if value == "absent" else {"batas": value}, at())
    assert advance.user_tasks[0].due == (at(24 * 60).now if due == "standard" else due)


def test_a_date_in_the_past_is_late_at_once(draw, at):
    words = '<sop:form ref="isi"/><sop:due>date(batas)</sop:due>'
    diagram = draw().start().task("satu", words=words, duration="P1D").end()
    process = diagram.path("mulai", "satu", "selesai").process()
    advance = runtime.start(process, {"batas": "2026-11-01"}, at())
    assert [f.attached_to for f in advance.fired] == ["satu"]
    assert len(advance.user_tasks) == 1


@pytest.mark.parametrize("value", ["besok", Decimal(3), ["2026-11-30"]])
def test_a_deadline_that_is_no_date_is_an_error_at_the_step(draw, at, value):
    words = '<sop:form ref="isi"/><sop:due>batas</sop:due>'
    diagram = draw().start().task("satu", words=words, duration="P1D").end()
    process = diagram.path("mulai", "satu", "selesai").process()
    with pytest.raises(ConditionError) as caught:
        runtime.start(process, {"batas": value}, at())
    assert caught.value.element == "satu"


def test_rescheduling_moves_armed_timers_only(two_steps, at):
    advance = runtime.start(two_steps, {}, at())
    ref = advance.timers[0].ref
    moved = runtime.reschedule(two_steps, advance.snapshot, {ref: at(60).now})
    assert moved.next_due == moved.user_tasks[0].due == at(60).now
    assert moved.fired == ()
    fired = runtime.advance(two_steps, moved.snapshot, at(60))
    assert [f.due for f in fired.fired] == [at(60).now]
    for wrong in (ref, "t99", "x", "", advance.user_tasks[0].ref, f"{ref}0"):
        with pytest.raises(UnknownTaskError):
            runtime.reschedule(two_steps, fired.snapshot, {wrong: at(70).now})


# --- items ------------------------------------------------------------------------------------------------------------


def _at_items(process, at, keys):
    advance = runtime.start(process, {"daftar": keys, "ulang": False}, at())
    return do(process, do(process, advance, at()), at(), hasil="benar")


def test_items_are_kept_by_their_key_and_all_are_waited_for(correction, at):
    advance = _at_items(correction, at, ["b", "a", "c"])
    refs = {t.item: t.ref for t in advance.user_tasks}
    for key in ("c", "b"):
        advance = runtime.complete(correction, advance.snapshot, refs[key], {"hasil": "salah"}, at())
        assert advance.visited == ()
    assert {t.item: t.ref for t in advance.user_tasks} == {"a": refs["a"]}
    advance = runtime.complete(correction, advance.snapshot, refs["a"], {}, at(), skipped=True)
    assert advance.finished
    assert advance.visited == ("isi", "isi__lagi", "lagi", "lagi__selesai", "selesai")


def test_a_loop_past_the_items_works_on_the_second_pass_with_other_keys(correction, at):
    advance = _at_items(correction, at, ["a", "b"])
    first = [t.ref for t in advance.user_tasks]
    advance = runtime.complete(correction, advance.snapshot, first[0], {}, at())
    with_repeat = runtime.start(correction, {"daftar": ["a", "b"], "ulang": True, "hasil": "benar"}, at())
    for _ in range(2):
        with_repeat = do(correction, with_repeat, at())
    for item in ("a", "b"):
        with_repeat = do(correction, with_repeat, at(), item=item)
    assert [t.element for t in with_repeat.user_tasks] == ["satu"]
    with_repeat = do(correction, with_repeat, at(), daftar=["b", "c"], ulang=False)
    with_repeat = do(correction, with_repeat, at())
    assert [t.item for t in with_repeat.user_tasks] == ["b", "c"]
    for item in ("c", "b"):
        with_repeat = do(correction, with_repeat, at(), item=item)
    assert with_repeat.finished


def test_answers_of_items_change_no_variables(correction, at):
    advance = _at_items(correction, at, ["a"])
    assert do(correction, advance, at(), item="a", ulang=True).finished


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ([], "kosong"),
        (["a", "b", "a"], "“a” lebih dari sekali"),
        (None, "bukan daftar kode"),
        ("a", "bukan daftar kode"),
        ([Decimal(1)], "bukan daftar kode"),
        ([""], "bukan daftar kode"),
        (["x" * 201], "bukan daftar kode"),
        ([["a"]], "bukan daftar kode"),
        ([f"k{n}" for n in range(501)], "melebihi 500"),
    ],
)
def test_a_bad_collection_is_refused_and_nothing_counts(correction, at, keys, part):
    advance = do(correction, runtime.start(correction, {"daftar": keys}, at()), at())
    before = bytes(advance.snapshot)
    with pytest.raises(BadCollectionError, match=part) as caught:
        do(correction, advance, at(), hasil="benar")
    assert caught.value.element == "isi"
    assert do(correction, advance, at(), hasil="benar", daftar=["a"]).user_tasks[0].item == "a"
    assert advance.snapshot == before


def test_only_an_item_can_be_skipped(two_steps, at):
    advance = runtime.start(two_steps, {}, at())
    with pytest.raises(UnknownTaskError):
        runtime.complete(two_steps, advance.snapshot, advance.user_tasks[0].ref, {}, at(), skipped=True)


# --- conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    ["hasil", "kosong", "kosong > 1", "kosong and true", 'tidak_ada = "x"', "angka + 1", "angka < kata", "[hasil]"],
)
def test_a_condition_neither_true_nor_false_is_an_error_not_the_default(draw, at, condition):
    diagram = draw().start().task("satu").choice("g", default="selesai").task("dua").end()
    diagram.path("mulai", "satu", "g", "selesai").end("lain").path("dua", "lain")
    process = diagram.flow("g", "dua", condition).process()
    known = {"hasil": "benar", "kosong": None, "angka": Decimal(1), "kata": "x"}
    advance = runtime.start(process, known, at())
    with pytest.raises(ConditionError) as caught:
        do(process, advance, at())
    assert caught.value.element == "g"


def test_conditions_are_tried_in_the_order_of_the_file_and_no_default_is_an_error(draw, at):
    diagram = draw().start().task("t").choice("g").task("satu").task("dua").choice("m").end()
    diagram.path("mulai", "t", "g").flow("g", "dua", "x > 1").flow("g", "satu", "x > 0").path("satu", "m")
    process = diagram.path("dua", "m", "selesai").process()
    assert do(process, runtime.start(process, {"x": 2}, at()), at()).user_tasks[0].element == "dua"
    assert do(process, runtime.start(process, {"x": 1}, at()), at()).user_tasks[0].element == "satu"
    with pytest.raises(ConditionError, match="Tidak satu pun"):
        do(process, runtime.start(process, {"x": 0}, at()), at())


# --- refs and snapshots -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ref", ["", "0", "99", "-1", "t3", "³", "03", " 3", "1e0", "9" * 30, "satu"])
def test_an_unknown_ref_is_refused(two_steps, at, ref):
    advance = runtime.start(two_steps, {}, at())
    with pytest.raises(UnknownTaskError):
        runtime.complete(two_steps, advance.snapshot, ref, {}, at())


def test_a_completed_ref_is_refused(two_steps, at):
    advance = runtime.start(two_steps, {}, at())
    done = advance.user_tasks[0].ref
    advance = do(two_steps, advance, at())
    with pytest.raises(UnknownTaskError):
        runtime.complete(two_steps, advance.snapshot, done, {}, at())


def test_refs_are_never_used_twice(correction, at):
    advance = runtime.start(correction, {"hasil": "salah"}, at())
    seen = set()
    for _ in range(50):
        refs = {t.ref for t in advance.user_tasks}
        assert not refs & seen
        seen |= refs
        advance = do(correction, advance, at())


def test_the_same_step_gives_the_same_bytes(correction, at):
    advance = runtime.start(correction, {"daftar": ["a"]}, at())
    assert runtime.start(correction, {"daftar": ["a"]}, at()) == advance
    assert do(correction, advance, at()) == do(correction, advance, at())


def test_an_instance_of_another_diagram_is_refused(two_steps, correction, at):
    with pytest.raises(SnapshotError, match="versi diagram"):
        runtime.advance(correction, runtime.start(two_steps, {}, at()).snapshot, at())


def test_a_moment_needs_a_zone(two_steps, at):
    naive = type(at())(datetime(2026, 1, 1), at().deadlines)
    with pytest.raises(ValueError, match="time zone"):
        runtime.start(two_steps, {}, naive)


def test_the_environment_knows_no_unknown_variables():
    assert FeelEnvironment().evaluate("a + 1", {"a": 1}) == 2
    with pytest.raises(FeelError):
        FeelEnvironment().evaluate("b", {"a": 1})


def test_time_of_the_step_is_what_expressions_see(draw, at):
    diagram = draw().start().task("t").choice("g", default="selesai").task("dua").end().end("lain")
    diagram.path("mulai", "t", "g", "selesai").path("dua", "lain")
    process = diagram.flow("g", "dua", "date(batas) < today()").process()
    advance = runtime.start(process, {"batas": "2026-11-23"}, at())
    assert do(process, advance, at()).finished
    tomorrow = type(at())(at().now + timedelta(days=2), at().deadlines)
    assert not do(process, advance, tomorrow).finished
