"""A quarter of the shipped SOP, from start to the ninth step, on both databases."""

from __future__ import annotations


def test_a_quarter_runs_from_start_to_step_nine(crew, office):
    instance = crew.start()
    assert crew.open(instance).keys() == {("membuat_draft", "")}
    crew.finish(instance)
    assert crew.state(instance) == "finished"
    assert office.trail.verify().ok
    names = crew.events(instance)
    assert names[0] == "instance.started"
    assert names[-1] == "instance.finished"
    assert names.count("task.completed") == 11
    assert names.count("document.paraf") == 2
    assert names.count("document.signed") == 1
