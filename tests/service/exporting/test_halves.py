"""A large file is made by two processes, and is the same."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from process.records import Selection
from service.exporting import halves
from service.exporting.source import ExportError


@pytest.fixture
def small(monkeypatch):
    """What is large begins at one event, and has many parts, on a machine with two processors."""
    monkeypatch.setattr(halves, "PROCESSORS", 2)
    monkeypatch.setattr(halves, "MANY", 1)
    monkeypatch.setattr(halves, "SPAN", 20)


def who_and_what(records, _names):
    return f"{os.getpid()}: {' '.join(str(one.id) for one in records)}\n".encode()


def ends(records, names):
    if sys.argv[0].endswith("halves.py"):
        os._exit(1)
    return who_and_what(records, names)


def interrupted(records, names):
    if sys.argv[0].endswith("halves.py"):
        os.kill(os.getpid(), signal.SIGINT)
    return who_and_what(records, names)


def test_every_other_part_is_made_by_a_second_process_and_each_event_comes_once_in_order(exported, small):
    source = exported("csv").source
    made = list(halves.parts(source, who_and_what))
    assert len(made) == -(-source.upto // 20) > 4
    assert sum(events for events, _ in made) == source.total
    makers = [int(part.split(b":")[0]) for _, part in made]
    assert set(makers[::2]) == {os.getpid()}
    assert len(set(makers[1::2])) == 1
    assert os.getpid() not in makers[1::2]
    ids = [int(one) for _, part in made for one in part.split()[1:]]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("types", [(), ("task.completed",), ("task.late",)])
def test_the_file_is_the_same_byte_for_byte(exported, monkeypatch, types):
    selection = Selection(types=types)
    alone = exported("csv", selection, bom=True).content
    monkeypatch.setattr(halves, "PROCESSORS", 2)
    monkeypatch.setattr(halves, "MANY", 1)
    monkeypatch.setattr(halves, "SPAN", 20)
    assert exported("csv", selection, bom=True).content == alone


def test_a_second_process_that_ended_too_early_is_told(exported, small):
    source = exported("csv").source
    with pytest.raises(ExportError, match="terhenti"):
        list(halves.parts(source, ends))


def test_ctrl_c_ends_the_second_process_only_through_the_first(exported, small):
    source = exported("csv").source
    assert sum(events for events, _ in halves.parts(source, interrupted)) == source.total
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_second_process_ends_with_who_started_it(exported, small):
    made = halves.parts(exported("csv").source, who_and_what)
    next(made)
    _, part = next(made)
    second = int(part.split(b":")[0])
    made.close()
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)
