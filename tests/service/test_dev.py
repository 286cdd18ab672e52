"""`make dev` notices what was changed."""

from __future__ import annotations

import os
from pathlib import Path

from service.dev import ROOT, stamps


def test_a_changed_file_of_any_kind_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "service/templates").mkdir(parents=True)
    (tmp_path / "service/node_modules").mkdir()
    page, script = tmp_path / "service/templates/a.html", tmp_path / "service/node_modules/b.py"
    for path in (page, script):
        path.write_text("satu")
    before = stamps(tmp_path)
    assert list(before) == [page]
    os.utime(page, ns=(1, 1))
    assert stamps(tmp_path) != before
    seen = stamps(tmp_path)
    (tmp_path / "service/c.py").write_text("")
    assert stamps(tmp_path) != seen


def test_what_the_service_is_made_of_is_watched() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in stamps(ROOT)}
    assert {"service/app.py", "forms/feel/feel.lark", "service/templates/layout/base.html"} <= names
    assert "bpmn/diagrams/pengumpulan-data-kinerja.bpmn" in names
