"""Standard times as drawn and as the SOP words them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.durations import MAX_DAYS, describe, parse_iso, parse_words
from bpmn.model import Duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("P1D", Duration(days=1)),
        ("P40D", Duration(days=40)),
        ("PT10M", Duration(minutes=10)),
        ("PT1H", Duration(minutes=60)),
        ("PT1H30M", Duration(minutes=90)),
        ("PT90M", Duration(minutes=90)),
    ],
)
def test_iso_durations(text, duration):
    assert parse_iso(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P0D", "PT0M", "PT0H0M", "P1W", "P1M", "P1Y", "P1DT1H", "PT1S", "P-1D", "-P1D", "p1d", "P1.5D",
     "1D", "P 1D", "P1D\n", "R3/P1D", "P٣D", "P1001D", "PT99999M99999M", "2026-01-01", "P1D/P1D"],
)  # fmt: skip
def test_other_durations_are_refused(text):
    assert parse_iso(text) is None


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("1 Hari", Duration(days=1)),
        ("4 hari", Duration(days=4)),
        ("3 hari kerja", Duration(days=3)),
        ("1 (satu) hari", Duration(days=1)),
        ("10 menit", Duration(minutes=10)),
        ("10menit", Duration(minutes=10)),
        ("2 Jam", Duration(minutes=120)),
        ("1 jam 30 menit", Duration(minutes=90)),
        ("1 jam, 30 menit", Duration(minutes=90)),
        ("1 jam dan 30 menit", Duration(minutes=90)),
        ("1 HARI ", Duration(days=1)),
    ],
)
def test_words(text, duration):
    assert parse_words(text) == duration


@pytest.mark.parametrize(
    "text", ["", "segera", "hari", "1", "0 hari", "1 minggu", "1 hari 2 jam", "1-2 hari", "1,5 hari"]
)
def test_words_that_say_something_else(text):
    assert parse_words(text) is None


@given(st.integers(1, MAX_DAYS))
def test_days_are_described_in_words_that_are_read_back(days):
    assert parse_words(describe(Duration(days=days))) == Duration(days=days)


@given(st.integers(1, 10_000))
def test_minutes_are_described_in_words_that_are_read_back(minutes):
    assert parse_words(describe(Duration(minutes=minutes)).removesuffix(" kerja")) == Duration(minutes=minutes)


@pytest.mark.parametrize(("days", "minutes"), [(0, 0), (1, 1), (-1, 0), (0, -5)])
def test_a_duration_has_days_or_minutes(days, minutes):
    with pytest.raises(ValueError):
        Duration(days, minutes)
