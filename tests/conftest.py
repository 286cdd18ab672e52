"""Shared by every room: Hypothesis profiles, so that a run is the same on every machine; cheap passwords."""

import os

from hypothesis import HealthCheck, settings

from process import passwords

passwords.set_cost(passes=1, memory_kib=8)  # what a password costs is not what these tests are about
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=1000)
settings.load_profile(os.environ.get("ALUR_TEST_PROFILE", "default"))
