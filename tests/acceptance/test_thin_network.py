"""A browser far away asks for all that a page needs at once, and for nothing twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest

from service.built import STATIC, built

from .conftest import Person, Site
from .test_change_process import PROCESS, Running

pytestmark = pytest.mark.browser


def imports(path: str) -> set[str]:
    """The chunks that a built script imports at its beginning, and those that they import."""
    text = (STATIC / "dist" / path).read_text("utf-8")
    found = set(re.findall(r'(?:from|import) ?"(?:\./chunks|\.)/(chunk-\w+\.js)"', text))
    return found.union(*(imports(f"chunks/{one}") for one in found))


def test_a_page_names_what_its_scripts_ask_for(site: Site, person: Callable[[str], Person]) -> None:
    running = Running(site, "I")
    (task,) = site.office.inbox.page(running.actor("staf.prk")).rows
    staff, editor = person("staf.prk"), person("pengelola")
    form, diagram = "[data-form][data-ready=true]", "svg .djs-element"
    for path, script, ready, data in (
        (f"/tugas/{task.task_id}", "form.js", form, {"formulir"}),
        (f"/proses/{PROCESS}/mulai", "form.js", form, {"formulir"}),
        (f"/pelaksanaan/{running.id}", "viewer.js", diagram, {"diagram.bpmn", "keadaan"}),
        (f"/proses/{PROCESS}/sunting", "editor.js", "[data-bpmn-editor][data-ready=true]", {"draf", "acuan"}),
    ):
        asked: Counter[str] = Counter()
        who = editor if script == "editor.js" else staff
        who.page.on("request", lambda request, to=asked: to.update([name_of(request.url)]))
        page = who.open(path)
        page.wait_for_selector(ready)
        file = built(script)
        assert file is not None
        named, early = (
            {name_of(one.get_attribute("href") or "") for one in page.locator(f"head [rel={kind}]").all()}
            for kind in ("modulepreload", "preload")
        )
        assert imports(file.removeprefix("dist/")) <= named, path
        assert early == data, path
        assert {name: asked[name] for name in named | data} == dict.fromkeys(named | data, 1), path


def name_of(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]
