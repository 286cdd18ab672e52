"""Random structured processes against a token game of our own: same open tasks after every step, whatever is drawn.

A process is a tree of blocks. The model below plays it by the tree, knowing nothing of tasks, joins or snapshots; the
engine plays the diagram drawn from it, loading its state from bytes before every step.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn import runtime

ITEMS = ["a", "b", "c"]


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
    """Draws a tree; keeps the name of each leaf and the number of each decision."""

    def __init__(self, draw: Any, block: Block) -> None:
        self.draw = draw().start()
        self.count = 0
        self.names: dict[int, str] = {}
        first, last = self.block(block, ())
        self.draw.end().path("mulai", first).path(last, "selesai")
        self.process = self.draw.process()

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def block(self, block: Block, where: tuple[int, ...]) -> tuple[str, str]:
        """Draws a block; gives its first and last node. `where` is its place in the tree."""
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
        opening, closing = self.name("g"), self.name("g")
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
        (first, last), (merge, decide, leave) = inner[0], (opening, closing, self.name("g"))
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
            answer = {"arah": data.draw(st.integers(0, 2)), "lagi": data.draw(st.booleans())}
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
