"""Fixed rows change between two openings of a form: what was answered stays with the row that it was answered for."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.form import OTHER_ROW


def table(*columns, **properties):
    return {"type": "dynamiclist", "path": "baris", "allowAddRemove": False, "components": list(columns), **properties}


KODE = {"type": "textfield", "key": "kode", "readonly": True}
NAMA = {"type": "textfield", "key": "nama", "readonly": True}
ANGKA = {"type": "number", "key": "angka", "readonly": True}
ISI = {"type": "textfield", "key": "isi"}


def answers(form, rows, earlier):
    return [row["isi"] for row in form.start({"baris": rows}, {"baris": earlier})["baris"]]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # `forms` only makes forms
@given(st.permutations("ABCDEF"), st.permutations("ABCDEF"), st.integers(0, 6), st.integers(0, 6))
def test_answers_follow_the_code_of_their_row(forms, before, after, had, has):
    form = forms.make(table(NAMA, KODE, ANGKA, ISI))
    earlier = [{"nama": "x", "kode": code, "angka": 1, "isi": f"untuk {code}"} for code in before[:had]]
    rows = [{"nama": "y", "kode": code, "angka": Decimal(2)} for code in after[:has]]
    wanted = [f"untuk {code}" if code in before[:had] else "" for code in after[:has]]
    assert answers(form, rows, earlier) == wanted


def test_without_a_code_all_that_is_read_only_names_the_row(forms):
    form = forms.make(table(NAMA, ANGKA, ISI))
    earlier = [{"nama": "A", "angka": Decimal("1.0"), "isi": "a"}, {"nama": "B", "angka": 2, "isi": "b"}]
    assert answers(form, [{"nama": "B", "angka": 2}, {"nama": "A", "angka": 1}], earlier) == ["b", "a"]
    assert answers(form, [{"nama": "A", "angka": 5}, {"nama": "B", "angka": 2}], earlier) == ["", "b"]


def test_the_property_unique_names_the_row_before_anything_else(forms):
    form = forms.make(table(NAMA, KODE, ISI, properties={"unique": "nama"}))
    earlier = [{"nama": "A", "kode": "1", "isi": "a"}, {"nama": "B", "kode": "2", "isi": "b"}]
    assert answers(form, [{"nama": "B", "kode": "1"}, {"nama": "A", "kode": "9"}], earlier) == ["b", "a"]


def test_a_computed_column_that_only_keeps_is_a_name_too(forms):
    keeps = {"type": "expression", "key": "kode", "expression": "=this.kode"}
    form = forms.make(table(ISI, keeps))
    earlier = [{"kode": "1", "isi": "satu"}, {"kode": "2", "isi": "dua"}]
    assert answers(form, [{"kode": "2"}, {"kode": "3"}], earlier) == ["dua", ""]


@pytest.mark.parametrize("code", ["", None, "sama"])
def test_rows_that_share_a_name_keep_their_number_while_they_are_the_same(forms, code):
    form = forms.make(table(KODE, NAMA, ISI))
    earlier = [{"kode": code, "nama": "A", "isi": "a"}, {"kode": code, "nama": "B", "isi": "b"}]
    rows = [{"kode": code, "nama": "A"}, {"kode": code, "nama": "C"}, {"kode": code, "nama": "B"}]
    assert answers(form, rows, earlier) == ["a", "", ""]


def test_rows_without_any_name_go_by_number(forms):
    form = forms.make(table(ISI))
    assert answers(form, [{}, {}, {}], [{"isi": "a"}, {"isi": "b"}]) == ["a", "b", ""]


def test_a_page_that_was_open_while_the_rows_changed_is_told(forms):
    form = forms.make(table(KODE, ANGKA, ISI))
    sent = {"baris": [{"kode": "1", "angka": 7, "isi": "satu"}, {"kode": "2", "isi": "dua"}]}
    rows = {"baris": [{"kode": "1", "angka": 9}, {"kode": "3"}]}
    assert forms.errors(form, sent, rows) == {("baris", 1): OTHER_ROW}
    loaded = forms.load(form, {"baris": [{"kode": "1", "isi": "satu"}, {"isi": "dua"}]}, rows)
    assert [row["isi"] for row in loaded["baris"]] == ["satu", "dua"], "who sends no code is not asked for it"
