"""State as bytes: small, the same size however long an instance runs, and refused when it is not what it should be."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from SpiffWorkflow.util.task import TaskState

from bpmn import runtime, snapshot
from bpmn.compile import plan_of
from bpmn.errors import BpmnError, EndlessLoopError, SnapshotError
from bpmn.tokens import Run

LOOPS = 1000


@pytest.fixture(scope="module")
def rework(draw):
    """Nine steps, a return from the second to the first, items at the fourth: the shape of the first SOP."""
    diagram = draw().start().choice("m")
    names = [f"t{number}" for number in range(1, 10)]
    for name in names:
        diagram.task(name, duration="P1D", each="daftar" if name == "t4" else None)
    diagram.choice("g", default="m").end().path("mulai", "m", "t1", "t2", "g", "m")
    return diagram.flow("g", "t3", 'hasil = "benar"').path(*names[2:], "selesai").process()


def step(process, advance, at, **variables):
    return runtime.complete(process, advance.snapshot, advance.user_tasks[0].ref, variables, at())


def tasks_in(process, advance, at) -> int:
    return len(snapshot.decode(plan_of(process), advance.snapshot, at()).tasks)


def test_a_thousand_corrections_leave_no_trace(rework, at):
    advance = runtime.start(rework, {"daftar": [f"B{n}" for n in range(11)]}, at())
    sizes, counts = [], []
    for _ in range(LOOPS):
        advance = step(rework, step(rework, advance, at), at, hasil="salah")
        sizes.append(len(advance.snapshot))
        counts.append(tasks_in(rework, advance, at))
    assert set(counts) == {2}
    assert max(sizes) <= sizes[9] * 1.2
    advance = step(rework, step(rework, advance, at), at, hasil="benar")
    done = 0
    while not advance.finished:
        advance = step(rework, advance, at)
        done += 1
    assert done == 1 + 11 + 5


def test_state_is_what_is_open_and_little_else(rework, at):
    advance = runtime.start(rework, {"daftar": [f"B{n}" for n in range(11)]}, at())
    assert len(advance.snapshot) < 250
    advance = step(rework, step(rework, step(rework, advance, at), at, hasil="benar"), at)
    assert len(advance.user_tasks) == 11
    assert len(advance.snapshot) < 400
    before = len(advance.snapshot)
    for _ in range(8):
        advance = step(rework, advance, at)
    assert len(advance.snapshot) < before, "answered items are gone"


def test_a_reload_changes_nothing(rework, at):
    advance = runtime.start(rework, {"daftar": ["a", "b"], "hasil": "benar"}, at())
    while not advance.finished:
        run = snapshot.decode(plan_of(rework), advance.snapshot, at())
        assert snapshot.encode(run, run.live()) == advance.snapshot
        again = runtime.advance(rework, advance.snapshot, at())
        assert again.snapshot == advance.snapshot
        assert (again.user_tasks, again.timers, again.visited) == (advance.user_tasks, advance.timers, ())
        advance = step(rework, advance, at)


def test_the_spec_can_be_dropped_from_memory_in_the_middle(rework, at, monkeypatch):
    advance = runtime.start(rework, {"daftar": ["a", "b"], "hasil": "benar"}, at())
    for _ in range(3):
        advance = step(rework, advance, at)
    from bpmn import compile as compiled

    monkeypatch.setattr(compiled, "_plans", compiled._Cache())
    advance = step(rework, advance, at)
    assert [(t.element, t.item) for t in advance.user_tasks] == [("t4", "b")]
    assert [t.element for t in step(rework, advance, at).user_tasks] == ["t5"]


def _packed(*parts: bytes, version: int = snapshot.VERSION) -> bytes:
    return bytes([version]) + zstandard.ZstdCompressor(write_checksum=True).compress(b"\n".join(parts))


def _broken(good: bytes) -> dict[str, bytes]:
    head, tail = zstandard.ZstdDecompressor().decompress(good[1:]).split(b"\n")
    digest, next_id, rows = orjson.loads(head)

    def rewritten(*new_rows: object, number: object = next_id) -> bytes:
        return _packed(orjson.dumps([digest, number, list(new_rows)]), tail)

    row = rows[0]
    return {
        "nothing": b"",
        "another version": bytes([99]) + good[1:],
        "only the version": good[:1],
        "cut off": good[:-6],
        "a bit": good[:-3] + bytes([good[-3] ^ 1]) + good[-2:],
        "not compressed": b"\x01" + head,
        "no json": _packed(b"x", tail),
        "no rows": _packed(b"[1]", tail),
        "rows that are none": _packed(orjson.dumps([digest, next_id, 5]), tail),
        "no variables": _packed(head, b"x"),
        "variables that are none": _packed(head, b"[]"),
        "a bomb": b"\x01" + zstandard.ZstdCompressor().compress(b"0" * (snapshot.MAX_BYTES + 1)),
        "an unknown spec": rewritten([row[0], -1, 999, row[3], 0]),
        "a negative spec": rewritten([row[0], -1, -1, row[3], 0]),
        "a finished task": rewritten([row[0], -1, row[2], int(TaskState.COMPLETED), 0]),
        "a prediction": rewritten([row[0], -1, row[2], int(TaskState.MAYBE), 0]),
        "doubled": rewritten(row, row),
        "a parent that is not there": rewritten([row[0], 7, *row[2:]]),
        "a number from the future": rewritten(row, number=1),
        "a row too short": rewritten(row[:3]),
        "foreign internal data": rewritten([*row[:4], {"merged": 1}]),
        "internal data of another kind": rewritten([*row[:4], {"due": "besok"}]),
        "a name as number": rewritten(["x", *row[1:]]),
    }


@pytest.mark.parametrize("name", list(_broken(_packed(b'["0",2,[[1,-1,0,16,0]]]', b"{}"))))
def test_damaged_state_is_a_clear_error(rework, at, name):
    good = runtime.start(rework, {"hasil": "benar"}, at()).snapshot
    with pytest.raises(SnapshotError, match="Keadaan pelaksanaan"):
        runtime.advance(rework, _broken(good)[name], at())


def test_a_frame_that_claims_to_be_huge_is_refused_without_the_memory(rework, at):
    frame = bytes.fromhex("28b52ffde0ffffffffffffff0f010000")
    assert zstandard.frame_content_size(frame) > 2**59
    with pytest.raises(SnapshotError, match="rusak"):
        runtime.advance(rework, bytes((snapshot.VERSION,)) + frame, at())


@given(data=st.data())
def test_any_bytes_are_read_or_refused(rework, at, data):
    good = runtime.start(rework, {"hasil": "benar"}, at()).snapshot
    cut = data.draw(st.integers(0, len(good)))
    for source in (data.draw(st.binary(max_size=80)), good[:cut] + data.draw(st.binary(max_size=4)) + good[cut:]):
        with contextlib.suppress(BpmnError):  # refused in our own words: all that is asked
            assert runtime.advance(rework, source, at()).snapshot == good


values = st.recursive(
    st.none() | st.booleans() | st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=3)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "typename"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(value=values)
def test_whatever_a_form_gives_comes_back_as_it_was(rework, at, value):
    advance = runtime.start(rework, {"hasil": value}, at())
    again = snapshot.decode(plan_of(rework), advance.snapshot, at()).variables
    assert again == {"hasil": value}
    assert type(again["hasil"]) is type(value)


def test_a_variable_is_not_shared_with_who_gave_it(rework, at):
    given_list = [{"a": [1]}]
    advance = runtime.start(rework, {"hasil": given_list, "daftar": ["a"]}, at())
    given_list[0]["a"].append(2)
    assert snapshot.decode(plan_of(rework), advance.snapshot, at()).variables["hasil"] == [{"a": [Decimal(1)]}]


def test_a_loop_without_a_person_is_stopped_and_named(draw, at):
    """The check refuses such a diagram; here its plan is bent behind the check's back."""
    diagram = draw().start().task("t").choice("a", default="b").choice("b", default="selesai").task("u").end()
    diagram.path("mulai", "t", "a", "b", "selesai").flow("a", "u", "lagi").path("u", "ya").end("ya")
    process = diagram.end("z").flow("b", "z", "lagi").process()
    advance = runtime.start(process, {"lagi": True}, at())
    plan = plan_of(process)
    gate = plan.spec.task_specs["b"]
    assert isinstance(plan.spec.task_specs["a"], type(gate))
    plan.spec.task_specs["a"].conditions.clear()
    gate.conditions = [(condition, "a", label) for condition, _, label in gate.conditions]
    gate._outputs.append("a")
    plan.flow_ids["b", "a"] = "kembali"
    with pytest.raises(EndlessLoopError, match="“a” → “b”") as caught:
        step(process, advance, at)
    assert caught.value.element in ("a", "b")


def test_a_run_needs_a_moment_to_move(rework):
    with pytest.raises(AssertionError):
        _ = Run(plan_of(rework), {}, None).moment
