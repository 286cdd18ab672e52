"""Many at once: real threads on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from process.errors import Busy, DuplicateKey, TaskDone
from process.model import Confirmation

BAGIAN = ("PRK", "HKM", "UMUM", "ORG", "EKO", "KS", "ADP", "PBJ", "PEM", "KESRA", "PROKOPIM")


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run all calls at the same moment; each result, or the error."""
    gate = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = calls[number]()
        except Exception as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_eleven_bagian_send_at_the_same_moment_and_all_succeed(crew, office):
    instance = crew.brought("mengisi_data", BAGIAN)
    calls = []
    for code in BAGIAN:
        task, actor = crew.task(instance, "mengisi_data", code), crew.actor(f"kabag.{code.lower()}")
        page = office.views.task(task, actor)
        data = dict(page.data)
        crew.answer("mengisi_data", data)
        calls.append(
            lambda task=task, data=data, actor=actor, page=page: office.engine.complete_task(
                task, data, actor, revision=page.task.revision
            )
        )
    results = at_once(calls)
    assert [error for error in results if isinstance(error, Exception)] == []
    assert crew.open(instance).keys() == {("menyerahkan_data", "")}
    assert office.trail.verify(instance).ok
    crew.finish(instance, BAGIAN)
    assert crew.state(instance) == "finished"


def test_pressed_twice_or_in_two_browsers_a_period_starts_again_once(crew, office):
    crew.start(year=2031)
    calls = [lambda who=who: crew.start(who, year=2031, reason="Data diganti", ordinal=2) for who in ("staf", "staf2")]
    results = at_once([*calls, *calls])
    refused = [one for one in results if isinstance(one, DuplicateKey)]
    assert len([one for one in results if isinstance(one, str)]) == 1
    assert [one.ordinal for one in refused] == [3, 3, 3]
    rows = crew.rows("SELECT ordinal FROM instance WHERE business_key = '2031-I' ORDER BY ordinal")
    assert [row.ordinal for row in rows] == [1, 2]


def test_two_complete_one_task_and_exactly_one_wins(crew, office):
    instance = crew.start()
    task = crew.task(instance, "membuat_draft")
    first, second = crew.actor("staf"), crew.actor("staf2")
    data = dict(office.views.task(task, first).data)
    crew.answer("membuat_draft", data)
    results = at_once(
        [lambda actor=actor: office.engine.complete_task(task, data, actor) for actor in (first, second) * 2]
    )
    lost = [error for error in results if isinstance(error, TaskDone)]
    assert len(lost) == 3, results
    assert {error.by for error in lost} <= {"Staf", "Staf2"}
    assert crew.events(instance).count("task.completed") == 1
    assert crew.open(instance).keys() == {("mengkoreksi_format", "")}


def test_drafts_and_completions_of_others_do_not_disturb_each_other(crew, office):
    instance = crew.brought("mengisi_data")
    tasks = {code: crew.task(instance, "mengisi_data", code) for code in ("PRK", "HKM", "UMUM")}
    actors = {code: crew.actor(f"kabag.{code.lower()}") for code in tasks}
    data = {}
    for code, task in tasks.items():
        office.engine.claim(task, actors[code])
        data[code] = dict(office.views.task(task, actors[code]).data)
        crew.answer("mengisi_data", data[code])

    def drafts(code: str) -> int:
        revision = 0
        for _ in range(10):
            revision = office.engine.save_draft(tasks[code], data[code], actors[code], revision=revision)
        return revision

    results = at_once(
        [
            lambda: drafts("PRK"),
            lambda: drafts("HKM"),
            lambda: office.engine.complete_task(tasks["UMUM"], data["UMUM"], actors["UMUM"]),
        ]
    )
    assert results[:2] == [10, 10]
    assert not isinstance(results[2], Exception)


def test_starts_of_the_same_period_never_double(crew, office):
    results = at_once([lambda: crew.start(year=2050) for _ in range(4)])
    started = [one for one in results if isinstance(one, str)]
    assert len(started) == 1, results
    assert not any(isinstance(one, Busy) for one in results)
    assert crew.rows("SELECT count(*) AS n FROM instance")[0].n == 1


def test_a_signature_does_not_cover_a_document_that_changed_meanwhile(crew, office, clock):
    """What was shown before somebody corrected a figure is refused, not signed."""
    instance = crew.brought("memberi_koreksi")
    task = crew.task(instance, "memberi_koreksi")
    head = crew.actor("kabag.prk")
    data = dict(office.views.task(task, head).data)
    shown = office.engine.preview(task, data, head)
    result = at_once(
        [
            lambda: office.engine.complete_task(
                task, {**data, "catatan": "berubah"}, head, confirmation=Confirmation(shown.digest, clock.now())
            )
        ]
    )[0]
    assert type(result).__name__ == "ConfirmationMismatch"
    assert crew.open(instance).keys() == {("memberi_koreksi", "")}
