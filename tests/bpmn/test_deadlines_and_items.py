"""Deadlines and items: armed when a task becomes available, fired once; one task for each key of a collection."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bpmn import runtime
from bpmn.errors import BadCollectionError, ConditionError, UnknownTaskError


def _at_items(process, do, at, keys):
    advance = runtime.start(process, {"daftar": keys, "ulang": False}, at())
    return do(process, do(process, advance, at()), at(), hasil="benar")


# --- deadlines --------------------------------------------------------------------------------------------------------


def test_a_deadline_fires_at_the_very_instant_once_and_the_work_goes_on(two_steps, at, do):
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


def test_work_sent_after_its_deadline_is_late_even_if_nobody_woke_the_engine(two_steps, at, do):
    advance = do(two_steps, runtime.start(two_steps, {}, at()), at(25 * 60))
    assert [f.attached_to for f in advance.fired] == ["satu"]
    assert advance.user_tasks[0].due == at(25 * 60 + 30).now


def test_a_deadline_is_armed_anew_on_each_pass(correction, at, do):
    advance = runtime.start(correction, {}, at())
    first = advance.user_tasks[0]
    advance = do(correction, advance, at(10))
    advance = do(correction, advance, at(20), hasil="salah")
    second = advance.user_tasks[0]
    assert (second.element, second.due) == ("satu", at(20 + 24 * 60).now)
    assert second.ref != first.ref
    assert runtime.advance(correction, advance.snapshot, at(24 * 60)).fired == ()


def test_a_multi_instance_has_one_deadline_for_all_its_items(correction, at, do):
    advance = _at_items(correction, do, at, ["a", "b"])
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


def test_items_are_kept_by_their_key_and_all_are_waited_for(correction, at, do):
    advance = _at_items(correction, do, at, ["b", "a", "c"])
    refs = {t.item: t.ref for t in advance.user_tasks}
    for key in ("c", "b"):
        advance = runtime.complete(correction, advance.snapshot, refs[key], {"hasil": "salah"}, at())
        assert advance.visited == ()
    assert {t.item: t.ref for t in advance.user_tasks} == {"a": refs["a"]}
    advance = runtime.complete(correction, advance.snapshot, refs["a"], {}, at(), skipped=True)
    assert advance.finished
    assert advance.visited == ("isi", "isi__lagi", "lagi", "lagi__selesai", "selesai")


def test_a_loop_past_the_items_works_on_the_second_pass_with_other_keys(correction, at, do):
    advance = _at_items(correction, do, at, ["a", "b"])
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


def test_answers_of_items_change_no_variables(correction, at, do):
    advance = _at_items(correction, do, at, ["a"])
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
def test_a_bad_collection_is_refused_and_nothing_counts(correction, at, keys, part, do):
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
