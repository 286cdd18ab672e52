"""Steps of an instance: what is open, what was passed, refs, and errors after which nothing counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bpmn import runtime
from bpmn.compile import compile_process
from bpmn.errors import ConditionError, SnapshotError, UnknownTaskError
from bpmn.model import Duration
from bpmn.seams import FeelEnvironment
from forms.feel import FeelError

SHIPPED = Path(__file__).parents[2] / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"


# --- start to end -----------------------------------------------------------------------------------------------------


def test_a_step_tells_what_is_open_and_what_was_passed(two_steps, at, do):
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


def test_a_terminating_end_takes_all_other_tokens_with_it(draw, at, do):
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


def test_numbers_stay_exact_over_a_reload(draw, at, do):
    diagram = draw().start().task("satu").choice("tepat", default="selesai").task("dua").end()
    diagram.path("mulai", "satu", "tepat", "selesai").path("dua", "salah").end("salah")
    process = diagram.flow("tepat", "dua", "angka = 0.1 + 0.2 and daftar[2].nilai = 1.10").process()
    nested = [{"nilai": 1}, {"nilai": Decimal("1.1")}]
    advance = runtime.start(process, {"angka": Decimal("0.3"), "daftar": nested}, at())
    assert [t.element for t in do(process, advance, at()).user_tasks] == ["dua"]


# --- conditions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition",
    ["hasil", "kosong", "kosong > 1", "kosong and true", 'tidak_ada = "x"', "angka + 1", "angka < kata", "[hasil]"],
)
def test_a_condition_neither_true_nor_false_is_an_error_not_the_default(draw, at, condition, do):
    diagram = draw().start().task("satu").choice("g", default="selesai").task("dua").end()
    diagram.path("mulai", "satu", "g", "selesai").end("lain").path("dua", "lain")
    process = diagram.flow("g", "dua", condition).process()
    known = {"hasil": "benar", "kosong": None, "angka": Decimal(1), "kata": "x"}
    advance = runtime.start(process, known, at())
    with pytest.raises(ConditionError) as caught:
        do(process, advance, at())
    assert caught.value.element == "g"


def test_conditions_are_tried_in_the_order_of_the_file_and_no_default_is_an_error(draw, at, do):
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


def test_a_completed_ref_is_refused(two_steps, at, do):
    advance = runtime.start(two_steps, {}, at())
    done = advance.user_tasks[0].ref
    advance = do(two_steps, advance, at())
    with pytest.raises(UnknownTaskError):
        runtime.complete(two_steps, advance.snapshot, done, {}, at())


def test_refs_are_never_used_twice(correction, at, do):
    advance = runtime.start(correction, {"hasil": "salah"}, at())
    seen = set()
    for _ in range(50):
        refs = {t.ref for t in advance.user_tasks}
        assert not refs & seen
        seen |= refs
        advance = do(correction, advance, at())


def test_the_same_step_gives_the_same_bytes(correction, at, do):
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


def test_time_of_the_step_is_what_expressions_see(draw, at, do):
    diagram = draw().start().task("t").choice("g", default="selesai").task("dua").end().end("lain")
    diagram.path("mulai", "t", "g", "selesai").path("dua", "lain")
    process = diagram.flow("g", "dua", "date(batas) < today()").process()
    advance = runtime.start(process, {"batas": "2026-11-23"}, at())
    assert do(process, advance, at()).finished
    midnight_in_jakarta = timedelta(hours=15)  # 17:00 UTC, still Monday there
    for later, over in ((midnight_in_jakarta - timedelta(seconds=1), False), (midnight_in_jakarta, True)):
        advance_then = do(process, advance, type(at())(at().now + later, at().deadlines))
        assert advance_then.finished is not over
