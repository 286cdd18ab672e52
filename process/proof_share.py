"""Other processes for the check of the record: each checks a part, in a snapshot of its own.

Run as `python -m process.proof_share`; told by JSON on standard input, answers with JSON on standard output.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from process.audit import Misfit
from process.blobs import Blobs
from process.children import end_with_parent
from process.proof import Proof, snapshot
from process.proof_result import Tally
from process.store import Store, Tx
from process.tables import instance

FROM = 100_000  # events of instances; below this a second process does not pay
BEAT_SECONDS = 0.5


def split(tx: Tx) -> int | None:
    """The stream up to which half of the instances' events lie; None when one process is enough."""
    if (os.cpu_count() or 1) < 2:
        return None
    total = tx.scalar(sa.select(sa.func.sum(instance.c.event_seq))) or 0
    if total < FROM:
        return None
    passed = 0
    for row in tx.all(sa.select(instance.c.stream, instance.c.event_seq).order_by(instance.c.stream)):
        passed += row.event_seq
        if passed * 2 >= total:
            return int(row.stream)
    return None


class Part(NamedTuple):
    """The instances whose streams have these numbers; `office`: and everything that is no instance."""

    after: int
    upto: int | None
    office: bool

    def check(self, proof: Proof) -> None:
        if self.office:
            proof.office()
        proof.instances(self.after, self.upto)


class Share:
    """A child that checks a part, begun at once."""

    def __init__(self, store: Store, blobs: Blobs | None, part: Part) -> None:
        told = {
            "url": store.url.render_as_string(hide_password=False),
            "files": None if blobs is None else str(blobs.folder.absolute()),
            "part": part,
        }
        self._child = subprocess.Popen(
            [sys.executable, "-m", "process.proof_share"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
        )
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(told).encode() + b"\n")
            self._child.stdin.flush()  # and it stays open: that it closes tells the child that nobody waits any more
        except BrokenPipeError:  # it did not even start: `result` says so
            pass

    def result(self, beat: Callable[[], None] = lambda: None) -> Tally | None:
        """What it found; None when it failed, and its share has to be checked here. `beat` is called about once a
        second while it is waited for, and may raise to wait no longer."""
        assert self._child.stdout is not None
        source = self._child.stdout.fileno()
        answer = bytearray()
        while True:
            beat()
            if select.select([source], [], [], BEAT_SECONDS)[0]:
                piece = os.read(source, 65_536)
                if not piece:
                    break
                answer += piece
        if self._child.wait() != 0:
            return None
        found = json.loads(answer)
        misfits = [Misfit(*one) for one in found.pop("misfits")]
        return Tally(**found, misfits=misfits)

    def stop(self) -> None:
        """End it when nobody waits for it any more."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()


def main() -> None:
    told = json.loads(sys.stdin.buffer.readline())
    end_with_parent()
    url = sa.make_url(told["url"])
    store = Store(url)
    try:
        with store.reading() as tx:
            snapshot(tx)
            proof = Proof(tx, None if told["files"] is None else Blobs(Path(told["files"])))
            Part(*told["part"]).check(proof)
    finally:
        store.close()
    tally = proof.tally
    found = {name: getattr(tally, name) for name in ("streams", "events", "rows", "files", "more")}
    json.dump({**found, "misfits": [astuple(one) for one in tally.misfits]}, sys.stdout)


if __name__ == "__main__":
    main()
