"""Instants, deadlines and sizes as the pages write them."""

from datetime import UTC, date, datetime

import pytest

from process.calendar import Left
from service import words

MOMENT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)  # 01.05 WIB of the next day


def test_instants_are_shown_in_western_indonesian_time() -> None:
    assert words.waktu(MOMENT) == "23 November 2026 pukul 01.05 WIB"
    assert words.tanggal(MOMENT) == "23 November 2026"
    assert words.tanggal(date(2026, 8, 1)) == "1 Agustus 2026"
    assert words.iso(MOMENT) == "2026-11-23"
    assert words.ringkas(MOMENT) == "Sen, 23 Nov 2026 01.05"
    assert words.waktu(None) == words.ringkas(None) == words.tanggal(None) == "–"


@pytest.mark.parametrize(
    ("days", "minutes", "over", "text"),
    [
        (0, 9, False, "sisa 9 menit kerja"),
        (0, 300, False, "sisa 5 jam kerja"),
        (0, 372, False, "sisa 6 jam 12 menit kerja"),
        (1, 0, False, "sisa 1 hari kerja"),
        (1, 20, False, "sisa 1 hari kerja 20 menit"),
        (1, 130, False, "sisa 1 hari kerja 2 jam"),
        (31, 0, False, "sisa lebih dari 30 hari kerja"),
        (0, 0, False, "sisa kurang dari 1 menit kerja"),
        (4, 0, True, "lewat 4 hari kerja"),
        (0, 0, True, "baru saja lewat"),
    ],
)
def test_how_far_a_deadline_is(days: int, minutes: int, over: bool, text: str) -> None:
    assert words.sisa(Left(days, minutes, over)) == text


def test_sizes_and_digests() -> None:
    assert [words.ukuran(n) for n in (512, 34_100, 1_234_567, 10**10)] == [
        "512 B", "34 kB", "1,2 MB", "10,0 GB",
    ]  # fmt: skip
    assert words.berkelompok("ab" * 8) == "abababab abababab"
