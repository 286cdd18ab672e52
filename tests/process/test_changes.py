"""Before and after, field by field."""

from __future__ import annotations

from decimal import Decimal

from process import changes
from process.changes import corrections, earlier_rows


def test_a_correction_is_told_of_the_row_that_stood_there():
    before = {"kosong": "", "tabel": [{"nama": "A", "nilai": Decimal(1)}, {"nama": "B", "nilai": Decimal(2)}]}
    after = {"tabel": [{"nama": "A", "nilai": Decimal(1)}, {"nama": "B", "nilai": Decimal(3), "alasan": "x"},
                       {"nama": "C", "nilai": Decimal(4)}]}  # fmt: skip
    told = corrections(after["tabel"][1:], earlier_rows(before, after), naming=["nama"], texts=["alasan"])
    assert told == [
        {
            "baris": "B",
            "perubahan": [
                {"isian": "nilai", "sebelum": Decimal(2), "sesudah": Decimal(3)},
                {"isian": "alasan", "sebelum": None, "sesudah": "x"},
            ],
        }
    ]
    assert earlier_rows(None, after) == {}


def test_each_row_is_looked_at_once_however_many_there_are(monkeypatch):
    looked = []
    dumps = changes.dumps
    monkeypatch.setattr(changes, "dumps", lambda row: looked.append(1) or dumps(row))
    before = {"tabel": [{"n": n, "nilai": 0} for n in range(300)]}
    after = {"tabel": [{"n": n, "nilai": 1} for n in range(300)]}
    earlier = earlier_rows(before, after)
    told = [corrections(after["tabel"][one : one + 100], earlier, naming=["n"], texts=[]) for one in (0, 100, 200)]
    assert sum(map(len, told)) == 300
    assert len(looked) == 600
