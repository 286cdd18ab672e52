"""Random structured processes against a token game of our own: same open tasks after every step, whatever is drawn.

A process is a tree of blocks. The model below plays it by the tree, knowing nothing of tasks, joins or snapshots; the
engine plays the diagram drawn from it, loading its state from bytes before every step.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn import moving, runtime
from bpmn.compile import compile_process

pytestmark = pytest.mark.slow

ITEMS = ["a", "b", "c"]
answers = st.fixed_dictionaries({"arah": st.integers(0, 2), "lagi": st.booleans()})


@dataclass(frozen=True)
class Block:
    """`task`, `each`, `pause`, `sequence`, `choice`, `parallel` or `loop`, with the blocks inside."""

    kind: str
    parts: tuple[Block, ...] = ()


simple = st.sampled_from([Block("task"), Block("task"), Block("each"), Block("pause")])


def _grow(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        several.map(lambda parts: Block("sequence", parts)),
        several.map(lambda parts: Block("choice", parts)),
        several.map(lambda parts: Block("parallel", parts)),
        inner.map(lambda part: Block("loop", (Block("sequence", (Block("task"), part)),))),
    )


blocks = st.recursive(simple, _grow, max_leaves=7).map(lambda block: Block("sequence", (Block("task"), block)))


class Drawn:
    """Draws a tree: the id of a node says its place in the tree. Keeps the last node of each block."""

    def __init__(self, draw: Any, block: Block) -> None:
        self.draw = draw().start()
        self.last: dict[tuple[int, ...], str] = {}
        first, last = self.block(block, ())
        self.draw.end().path("mulai", first).path(last, "selesai")
        self.process = self.draw.process()

    def block(self, block: Block, where: tuple[int, ...]) -> tuple[str, str]:
        """Draws a block; gives its first and last node. `where` is its place in the tree."""
        first, self.last[where] = self.shape(block, where)
        return first, self.last[where]

    def shape(self, block: Block, where: tuple[int, ...]) -> tuple[str, str]:
        if block.kind == "task":
            node = f"t{'_'.join(map(str, where))}"
            self.draw.task(node, duration="P1D")
            return node, node
        if block.kind == "each":
            node = f"m{'_'.join(map(str, where))}"
            self.draw.task(node, each="daftar", duration="PT30M")
            return node, node
        if block.kind == "pause":
            node = f"p{'_'.join(map(str, where))}"
            self.draw.pause(node)
            return node, node
        inner = [self.block(part, (*where, number)) for number, part in enumerate(block.parts)]
        if block.kind == "sequence":
            for (_, before), (after, _) in pairwise(inner):
                self.draw.path(before, after)
            return inner[0][0], inner[-1][1]
        opening, closing, out = (f"g{'_'.join(map(str, where))}{letter}" for letter in "abc")
        if block.kind == "parallel":
            self.draw.fork(opening).fork(closing)
            for first, last in inner:
                self.draw.path(opening, first).path(last, closing)
            return opening, closing
        if block.kind == "choice":
            self.draw.choice(opening, default=inner[-1][0]).choice(closing)
            for number, (first, last) in enumerate(inner):
                condition = f"arah = {number}" if number < len(inner) - 1 else ""
                self.draw.flow(opening, first, condition).path(last, closing)
            return opening, closing
        (first, last), (merge, decide, leave) = inner[0], (opening, closing, out)
        self.draw.choice(merge).choice(decide, default=leave).choice(leave)
        self.draw.path(merge, first).path(last, decide).path(decide, leave).flow(decide, merge, "lagi")
        return merge, leave


class Game:
    """The token game on the tree: which leaves are open, how often."""

    def __init__(self, block: Block) -> None:
        self.root = block
        self.variables: dict[str, Any] = {"arah": 0, "lagi": False, "daftar": ITEMS}
        self.open: Counter[tuple[str, str | None]] = Counter()
        self.branches: Counter[tuple[int, ...]] = Counter()
        self.finished = False
        self.enter(())

    def at(self, where: tuple[int, ...]) -> Block:
        block = self.root
        for number in where:
            block = block.parts[number]
        return block

    def enter(self, where: tuple[int, ...]) -> None:
        block = self.at(where)
        path = "_".join(map(str, where))
        if block.kind == "each":
            self.open.update((f"m{path}", item) for item in ITEMS)
        elif block.kind in ("task", "pause"):
            self.open[(f"{block.kind[0]}{path}", None)] += 1
        elif block.kind == "choice":
            self.enter((*where, min(self.variables["arah"], len(block.parts) - 1)))
        elif block.kind == "parallel":
            self.branches[where] += len(block.parts)
            for number in range(len(block.parts)):
                self.enter((*where, number))
        else:
            self.enter((*where, 0))

    def leave(self, where: tuple[int, ...]) -> None:
        """The block at `where` is done."""
        if not where:
            self.finished = True
            return
        outer = where[:-1]
        block = self.at(outer)
        if block.kind == "sequence" and where[-1] + 1 < len(block.parts):
            self.enter((*outer, where[-1] + 1))
        elif block.kind == "parallel":
            self.branches[outer] -= 1
            if not self.branches[outer]:
                self.leave(outer)
        elif block.kind == "loop" and self.variables["lagi"]:
            self.enter((*outer, 0))
        else:
            self.leave(outer)

    def complete(self, name: str, item: str | None) -> None:
        self.open[(name, item)] -= 1
        self.open += Counter()
        if item is None or not any(other == name for other, _ in self.open):
            self.leave(tuple(int(number) for number in name[1:].split("_") if number))


def _tasks(advance: Any) -> Counter[tuple[str, str | None]]:
    return Counter((task.element, task.item) for task in advance.user_tasks)


@settings(max_examples=60)
@given(block=blocks, data=st.data())
def test_the_engine_plays_as_the_token_game(draw, at, block: Block, data: st.DataObject) -> None:
    process = Drawn(draw, block).process
    game = Game(block)
    advance = runtime.start(process, game.variables, at())
    minutes = 0.0
    for _ in range(25):
        waiting = Counter({key: n for key, n in game.open.items() if key[0].startswith("p")})
        assert _tasks(advance) == game.open - waiting
        assert Counter((t.element, None) for t in advance.timers if t.attached_to is None) == waiting
        assert advance.finished == game.finished
        assert len({task.ref for task in advance.user_tasks}) == len(advance.user_tasks)
        if advance.finished:
            assert advance.next_due is None
            return
        if advance.user_tasks and not (waiting and data.draw(st.booleans(), label="let time pass")):
            task = data.draw(st.sampled_from(advance.user_tasks), label="task")
            answer = data.draw(answers)
            advance = runtime.complete(process, advance.snapshot, task.ref, answer, at(minutes))
            if task.item is None:
                game.variables |= answer
            game.complete(task.element, task.item)
        else:
            minutes += 10
            advance = runtime.advance(process, advance.snapshot, at(minutes))
            for name, _ in list(waiting.elements()):
                game.complete(name, None)


def _go_on(process: Any, advance: Any, now: Any, pick: int, answer: dict[str, Any]) -> Any:
    """One step: a task is completed, or time passes where nobody has anything to do."""
    if not advance.user_tasks:
        return runtime.advance(process, advance.snapshot, now)
    task = advance.user_tasks[pick % len(advance.user_tasks)]
    return runtime.complete(process, advance.snapshot, task.ref, answer, now)


@settings(max_examples=40)
@given(block=blocks, data=st.data())
def test_moved_to_an_equal_version_it_behaves_as_if_never_moved(draw, at, block: Block, data: st.DataObject) -> None:
    old = Drawn(draw, block).process
    new = compile_process(old.xml + b"<!-- the same, but another file -->")
    assert new.digest != old.digest
    stayed = moved = runtime.start(old, {"arah": 0, "lagi": False, "daftar": ITEMS}, at())
    moves = data.draw(st.sets(st.integers(0, 7), min_size=1, max_size=3), label="moves")
    here = old
    for step in range(12):
        now = at(step * 17)
        if step in moves and not moved.finished:
            there = new if here is old else old
            plan = moving.plan(here, there, moved.snapshot, now)
            assert plan.possible
            assert {timer.what for timer in plan.timers} <= {"kept", "fired"}
            assert {one.what for one in plan.variables} <= {"kept"}
            arrived = moving.move(here, there, moved.snapshot, now, shown=plan.fingerprint)
            assert (arrived.user_tasks, arrived.timers) == (moved.user_tasks, moved.timers)
            assert (arrived.fired, arrived.visited) == ((), ())
            here, moved = there, arrived
        if stayed.finished:
            break
        pick = data.draw(st.integers(0, 5), label="pick")
        answer = data.draw(answers)
        stayed = _go_on(old, stayed, now, pick, answer)
        moved = _go_on(here, moved, now, pick, answer)
        for name in ("user_tasks", "timers", "fired", "visited", "next_due", "finished"):
            assert getattr(moved, name) == getattr(stayed, name), name


changes = st.sampled_from(["", "", "more", "less"])


def _change(block: Block, data: st.DataObject) -> Block:
    """Another version: sequences get one part more at the end, or lose their last; parallel blocks likewise."""
    parts = tuple(_change(part, data) for part in block.parts)
    if block.kind in ("sequence", "parallel"):
        least = 1 if block.kind == "sequence" else 2
        what = data.draw(changes, label=block.kind)
        if what == "more":
            parts = (*parts, data.draw(simple))
        elif what == "less" and len(parts) > least:
            parts = parts[:-1]
    return Block(block.kind, parts)


def _stays(game: Game, new: Game, drawn: Drawn, redrawn: Drawn) -> bool:
    """By the tree: is there a place in the new version for every token?"""
    places = {tuple(int(n) for n in name[1:].split("_")): name[0] for name, _ in game.open}
    for where, kind in places.items():
        if redrawn.last.get(where, " ")[0] != kind:
            return False
    for where, waiting in game.branches.items():
        if not waiting:
            continue
        if len(game.at(where).parts) != len(new.at(where).parts):
            return False
        for number in range(len(game.at(where).parts)):
            branch = (*where, number)
            done = not any(place[: len(branch)] == branch for place in places)
            if done and drawn.last[branch] != redrawn.last[branch]:
                return False
    return True


@settings(max_examples=80)
@given(block=blocks, data=st.data())
def test_moved_to_a_changed_version_it_goes_on_as_the_token_game_says(
    draw, at, block: Block, data: st.DataObject
) -> None:
    drawn, game = Drawn(draw, block), Game(block)
    changed = _change(block, data)
    redrawn, other = Drawn(draw, changed), Game(changed)
    process = drawn.process
    advance = runtime.start(process, game.variables, at())
    move_at = data.draw(st.integers(0, 8), label="move at")
    minutes = 0.0
    for step in range(16):
        if step == move_at and not advance.finished and process.digest != redrawn.process.digest:
            known = moving.Known(variables=game.variables)
            plan = moving.plan(process, redrawn.process, advance.snapshot, at(minutes), known)
            assert plan.possible == _stays(game, other, drawn, redrawn), plan.obstacles
            if plan.possible:
                before = advance
                advance = moving.move(process, redrawn.process, advance.snapshot, at(minutes), known)
                assert (advance.user_tasks, advance.timers) == (before.user_tasks, before.timers)
                process, game.root = redrawn.process, changed
        waiting = Counter({key: n for key, n in game.open.items() if key[0].startswith("p")})
        assert _tasks(advance) == game.open - waiting
        assert advance.finished == game.finished
        if advance.finished:
            return
        if advance.user_tasks:
            task = data.draw(st.sampled_from(advance.user_tasks), label="task")
            answer = data.draw(answers)
            advance = runtime.complete(process, advance.snapshot, task.ref, answer, at(minutes))
            if task.item is None:
                game.variables |= answer
            game.complete(task.element, task.item)
        else:
            minutes += 10
            advance = runtime.advance(process, advance.snapshot, at(minutes))
            for name, _ in list(waiting.elements()):
                game.complete(name, None)


@settings(max_examples=30)
@given(block=blocks)
def test_every_process_ends_when_nobody_asks_for_more(draw, at, block: Block) -> None:
    process = Drawn(draw, block).process
    advance = runtime.start(process, {"arah": 1, "lagi": False, "daftar": ITEMS}, at())
    for step in range(200):
        if advance.finished:
            break
        if advance.user_tasks:
            advance = runtime.complete(process, advance.snapshot, advance.user_tasks[-1].ref, {}, at(step))
        else:
            advance = runtime.advance(process, advance.snapshot, at(step + 10))
    assert advance.finished
    assert advance.user_tasks == advance.timers == ()
