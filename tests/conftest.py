"""Shared by every room: Hypothesis profiles, so that a run is the same on every machine; cheap passwords;
a garbage collector that leaves alone what lives as long as the run; SQL texts made once for all databases of a kind."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from process import passwords

passwords.set_cost(passes=1, memory_kib=8)  # what a password costs is not what these tests are about
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=1000)
settings.load_profile(os.environ.get("ALUR_TEST_PROFILE", "default"))

# A shell has Ctrl+C ignored by what it starts in the background, nohup the end of a terminal; programs that tests send
# these to inherit that.
for name in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(name) is signal.SIG_IGN:
        signal.signal(name, signal.default_int_handler if name == signal.SIGINT else signal.SIG_DFL)

gc.set_threshold(50_000, 20, 20)  # a tenth of the time went into looking through what stays to the end


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected is looked at no more."""
    if "sqlalchemy" in sys.modules:  # the rooms below know none
        sys.modules["sqlalchemy"].create_engine = _alike(sys.modules["sqlalchemy"].create_engine)
    gc.collect()
    gc.freeze()


def _alike(create_engine: Any) -> Any:
    """A service opens one database, a run of tests a thousand: they share a dialect and with it the SQL texts made."""
    first: dict[Any, Any] = {}

    def create(url: Any, **given: Any) -> Any:
        made = create_engine(url, **{"query_cache_size": 5_000, **given})
        known = first.setdefault((made.name, given.get("isolation_level")), made)
        if getattr(known.dialect, "server_version_info", None):  # it has been connected
            made.dialect, made._compiled_cache = known.dialect, known._compiled_cache
        return made

    return create
