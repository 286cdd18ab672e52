"""Instants, deadlines and sizes as the pages write them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service import words

MOMENT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)  # 01.05 WIB of the next day


def test_instants_are_shown_in_western_indonesian_time() -> None:
    assert words.waktu(MOMENT) == "23 November 2026 pukul 01.05 WIB"
    assert words.tanggal(MOMENT) == "23 November 2026"
    assert words.tanggal(date(2026, 8, 1)) == "1 Agustus 2026"
    assert words.ringkas(MOMENT) == "Sen, 23 Nov 2026 01.05"
    assert words.waktu(None) == words.ringkas(None) == words.tanggal(None) == "–"


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (timedelta(minutes=9), "sisa 9 menit"),
        (timedelta(hours=5), "sisa 5 jam"),
        (timedelta(days=3, hours=4), "sisa 3 hari"),
        (-timedelta(hours=30), "lewat 30 jam"),
        (-timedelta(seconds=20), "lewat 1 menit"),
    ],
)
def test_how_far_a_deadline_is(gap: timedelta, text: str) -> None:
    assert words.sisa(MOMENT + gap, MOMENT) == text


def test_sizes_and_digests() -> None:
    assert [words.ukuran(n) for n in (512, 34_100, 1_234_567)] == ["512 B", "34 kB", "1,2 MB"]
    assert words.berkelompok("ab" * 8) == "abababab abababab"
