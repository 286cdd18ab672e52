"""Rows out of a table: headings found, numbers in both notations, errors at their cell."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import load_form
from forms.schema import Option, Rows
from service import rows
from service.spreadsheet import Table


def rows_of(*, fixed: bool = False, readonly_code: bool = False) -> Rows:
    code: dict[str, Any] = {"id": "f_kode", "type": "textfield", "key": "kode", "label": "Kode"}
    if readonly_code:
        code["readonly"] = True
    form = load_form(
        json.dumps(
            {
                "id": "uji",
                "type": "default",
                "schemaVersion": 19,
                "components": [
                    {
                        "id": "daftar",
                        "type": "dynamiclist",
                        "path": "indikator",
                        "label": "Indikator",
                        "isRepeating": True,
                        "allowAddRemove": not fixed,
                        "components": [
                            code,
                            {"id": "f_nama", "type": "textfield", "key": "nama", "label": "Indikator kinerja"},
                            {"id": "f_target", "type": "number", "key": "target", "label": "Target triwulan"},
                            {
                                "id": "f_pagu",
                                "type": "number",
                                "key": "pagu",
                                "label": "Pagu (Rp)",
                                "serializeToString": True,
                                "properties": {"format": "rupiah"},
                            },
                            {
                                "id": "f_arah",
                                "type": "select",
                                "key": "arah",
                                "label": "Arah",
                                "values": [
                                    {"value": "naik", "label": "Makin tinggi makin baik"},
                                    {"value": "turun", "label": "Makin rendah makin baik"},
                                ],
                            },
                            {
                                "id": "f_tgl",
                                "type": "datetime",
                                "subtype": "date",
                                "dateLabel": "Tanggal",
                                "key": "tgl",
                            },
                        ],
                    }
                ],
            }
        )
    )
    found = form.components[0]
    assert isinstance(found, Rows)
    return found


ARAH = {"f_arah": (Option("naik", "Makin tinggi makin baik"), Option("turun", "Makin rendah makin baik"))}


def read(table: Table, **kind: bool) -> rows.Result:
    return rows.read(rows_of(**kind), table, ARAH)


def test_headings_in_any_order_by_label_or_key() -> None:
    result = read([["target triwulan", "KODE", "No", "Lain"], ["84,5", "1.02", "1", "x"]])
    assert result.rows == [{"target": Decimal("84.5"), "kode": "1.02"}]
    assert result.errors == []
    assert result.ignored == ["Lain"]


def test_without_headings_columns_stand_in_the_lists_order() -> None:
    result = read([["1.02", "Layanan", "84.5", "1.500.000", "makin tinggi makin baik", "31/03/2026"]])
    assert result.rows == [
        {
            "kode": "1.02",
            "nama": "Layanan",
            "target": Decimal("84.5"),
            "pagu": "1500000",
            "arah": "naik",
            "tgl": "2026-03-31",
        }
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("84,5", "84.5"),
        ("84.5", "84.5"),
        ("1.500.000,50", "1500000.5"),
        ("1,500,000.50", "1500000.5"),
        ("84,5 %", "84.5"),
        ("(12,5)", "-12.5"),
        ("-3", "-3"),
    ],
)
def test_numbers_in_both_notations(text: str, expected: str) -> None:
    assert read([["Kode", "Target triwulan"], ["a", text]]).rows[0]["target"] == Decimal(expected)


def test_a_number_that_can_be_read_in_two_ways_is_asked_about() -> None:
    result = read([["Kode", "Target triwulan"], ["a", "1.500"]])
    assert "target" not in result.rows[0]
    assert [(e.row, e.column) for e in result.errors] == [(2, "Target triwulan")]
    assert "1500 atau 1,500" in result.errors[0].message


def test_neighbours_settle_what_a_point_means() -> None:
    table = [["Kode", "Target triwulan"], ["a", "1.500"], ["b", "84,5"]]
    assert read(table).rows[0]["target"] == Decimal(1500)
    table[2][1] = "84.5"
    assert read(table).rows[0]["target"] == Decimal("1.5")


def test_rupiah_is_grouped_by_points() -> None:
    assert read([["Kode", "Pagu (Rp)"], ["a", "Rp 150.000"]]).rows[0]["pagu"] == "150000"


def test_errors_name_row_and_column_of_the_table() -> None:
    result = read([["Kode", "Target triwulan", "Arah"], ["a", "abc", "naik"], [], ["b", "1", "ke samping"]])
    assert [(e.row, e.column) for e in result.errors] == [(2, "Target triwulan"), (4, "Arah")]
    assert "bukan angka" in result.errors[0].message
    assert "Makin tinggi" in result.errors[1].message


def test_a_number_without_bounds_is_an_error_of_its_cell_in_every_column() -> None:
    huge = Decimal("1E+200")
    result = read([["Kode", "Target triwulan", "Arah"], [huge, huge, huge]])
    assert (result.errors[0].column, result.errors[0].message) == ("Kode", "angka terlalu panjang.")
    assert len(result.errors) == 3


def test_fixed_rows_are_found_by_their_code_in_any_order() -> None:
    current = [{"kode": "1", "nama": ""}, {"kode": "2", "nama": ""}]
    table: Table = [["Kode", "Indikator kinerja"], ["2", "dua"], ["1", "satu"], ["9", "asing"]]
    result = rows.read(rows_of(fixed=True, readonly_code=True), table, ARAH, current)
    assert [row["nama"] for row in result.rows] == ["satu", "dua"]
    assert [row["kode"] for row in result.rows] == ["1", "2"]
    assert [e.row for e in result.errors] == [4]


def test_fixed_rows_without_a_code_go_by_order_and_must_be_as_many() -> None:
    current = [{"kode": "1"}, {"kode": "2"}]
    result = rows.read(rows_of(fixed=True, readonly_code=True), [["Indikator kinerja"], ["satu"]], ARAH, current)
    assert result.rows[0]["nama"] == "satu"
    assert "1 baris" in result.errors[0].message


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_a_number_written_the_indonesian_way_comes_back_exactly(number: Decimal) -> None:
    text = f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    result = read([["Kode", "Target triwulan"], ["a", text]])
    assert result.rows[0]["target"] == number


@settings(max_examples=40)
@given(
    st.lists(
        st.lists(st.none() | st.text(max_size=12) | st.decimals(allow_nan=False, allow_infinity=False), max_size=7),
        max_size=6,
    )
)
def test_any_table_gives_rows_and_errors_never_a_crash(table: Table) -> None:
    result = read(table)
    assert len(result.rows) <= len(table)
