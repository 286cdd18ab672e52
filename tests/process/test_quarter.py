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
    for account in ("staf", "sekda", "kabag.hkm", "auditor"):
        found = office.views.instances(crew.actor(account), search="2027", state="finished")
        assert [row.instance.id for row in found.rows] == [instance]
        page = office.views.instance(instance, crew.actor(account))
        assert page.instance.finished is not None
        assert all(row.task.completed for row in page.tasks)


def test_a_completion_is_at_most_fourteen_statements_and_one_commit(crew, office):
    """Every step of the SOP, with eleven Bagian, a draft kept before each, and print-outs and signatures."""
    bagian = ("PRK", "HKM", "UMUM", "ORG", "EKO", "KS", "ADP", "PBJ", "PEM", "KESRA", "PROKOPIM")
    instance = crew.start()
    seen: list[str] = []
    counted: dict[str, list[int]] = {}
    complete = office.engine.complete_task

    def watched(task, data, actor, **more):
        element = next(key[0] for key, value in crew.open(instance).items() if value == task)
        seen.clear()
        office.store.observe = seen.append
        done = complete(task, data, actor, **more)
        office.store.observe = None
        assert seen.count("COMMIT") == 1
        counted.setdefault(element, []).append(len(seen) - 1)
        return done

    office.engine.complete_task = watched
    crew.finish(instance, bagian)
    assert len(counted) == 9
    assert max(number for numbers in counted.values() for number in numbers) <= 14, counted


def test_a_form_alone_opens_as_its_page_does_and_reads_less(crew, office):
    instance = crew.brought("memvalidasi")
    task, who = crew.task(instance, "memvalidasi"), crew.doer("memvalidasi")
    seen: list[str] = []
    office.store.observe = seen.append
    whole = office.views.task(task, who)
    most = len(seen)
    alone = office.views.task(task, who, form_alone=True)
    office.store.observe = None
    for part in ("data", "can", "attachments", "task", "draft"):
        assert getattr(alone, part) == getattr(whole, part)
    assert whole.reads
    assert not alone.reads
    assert len(seen) - most <= most - 4, seen
