"""`make dev`: the demonstration service, restarted whenever a Python file, template, diagram or form changes."""

from __future__ import annotations

from pathlib import Path

from werkzeug.serving import run_with_reloader

from service.command import main

ROOT = Path(__file__).resolve().parent.parent
WATCHED = ("bpmn/diagrams/*.bpmn", "forms/definitions/*.form", "forms/feel/*.lark", "service/templates/**/*.html")


def serve() -> None:
    main(["serve"], standalone_mode=True)


if __name__ == "__main__":
    run_with_reloader(serve, extra_files=[str(path) for pattern in WATCHED for path in ROOT.glob(pattern)])
