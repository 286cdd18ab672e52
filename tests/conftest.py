"""Shared by every room: Hypothesis profiles, so that a run is the same on every machine; cheap passwords;
and a garbage collector that leaves alone what lives as long as the run."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

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
