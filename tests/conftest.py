"""Shared by every room: Hypothesis profiles, so that a run is the same on every machine; cheap passwords;
a garbage collector that leaves alone what lives as long as the run; SQL texts made once for all databases of a kind;
and how tests are spread over processes."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from process import passwords

passwords.set_cost(passes=1, memory_kib=8)  # what a password costs is not what these tests are about
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=1000)
settings.load_profile(os.environ.get("ALUR_TEST_PROFILE", "default"))

gc.set_threshold(50_000, 20, 20)  # a tenth of the time went into looking through what stays to the end


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected is looked at no more."""
    gc.collect()
    gc.freeze()


def _alike(create_engine: Any) -> Any:
    """A service opens one database, a run of tests a thousand: they share a dialect and with it the SQL texts made."""
    first: dict[Any, sa.Engine] = {}

    def create(url: Any, **given: Any) -> sa.Engine:
        made = create_engine(url, **{"query_cache_size": 5_000, **given})
        known = first.setdefault((made.name, given.get("isolation_level")), made)
        if getattr(known.dialect, "server_version_info", None):  # it has been connected
            made.dialect, made._compiled_cache = known.dialect, known._compiled_cache
        return made

    return create


sa.create_engine = _alike(sa.create_engine)


# Files whose tests share something that costs seconds: each runs in one process. By name, because pytest-xdist 3.8
# reads its mark `xdist_group` and, since pytest 9.2, does nothing with it.
TOGETHER = (
    "service/test_archiving.py",
    "service/test_archival.py",
    "service/exporting/test_mining.py",
)
# What else takes long is begun early, so that no process is left to work alone at the end.
EARLY = (
    "process/test_machine.py",
    "service/test_printing.py",
    "service/exporting/test_running.py",
    "process/test_anchors.py",
)


assert all((Path(__file__).parent / file).is_file() for file in (*TOGETHER, *EARLY)), "a file is called otherwise now"


class Spread(LoadScopeScheduling):
    """A unit of work is a test, or a file of `TOGETHER`."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0].removeprefix("tests/")
        return file if file in TOGETHER else nodeid

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        super().mark_test_complete(node, item_index, duration)
        work = self.assigned_work[node]
        for done in [scope for scope, tests in work.items() if all(tests.values())]:
            del work[done]  # else every unit that there was is looked through after every test


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread | None:
    return Spread(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {file: place for place, file in enumerate((*TOGETHER, *EARLY))}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0].removeprefix("tests/"), len(order)))
