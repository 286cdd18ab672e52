"""What a page opens with, what a draft may be, and what is far too much."""

import json
import time
from datetime import date
from decimal import Decimal

import pytest

from forms import FormInvalid
from forms.bounds import MAX_DEPTH

FIXED = {
    "type": "dynamiclist",
    "path": "baris",
    "allowAddRemove": False,
    "components": [
        {"type": "textfield", "key": "nama", "readonly": True},
        {"type": "number", "key": "nilai", "serializeToString": True, "defaultValue": 5},
        {"type": "checkbox", "key": "siap"},
    ],
}


def test_every_type_opens_with_its_initial_value_its_default_or_empty(forms):
    form = forms.make(
        {"type": "textfield", "key": "teks"},
        {"type": "textfield", "key": "awal", "defaultValue": "halo"},
        {"type": "number", "key": "angka"},
        {"type": "checkbox", "key": "centang", "defaultValue": True},
        {"type": "radio", "key": "pilih", "values": ["a"], "defaultValue": "a"},
        {"type": "taglist", "key": "tanda", "valuesKey": "daftar"},
        {"type": "datetime", "key": "hari"},
        {"type": "filepicker", "key": "berkas"},
        {"type": "expression", "key": "hitung", "expression": "=1"},
        {"type": "group", "path": "g", "components": [{"type": "textfield", "key": "x", "defaultValue": "y"}]},
        {"type": "dynamiclist", "path": "bebas", "defaultRepetitions": 2, "components": [
            {"type": "textfield", "key": "z"}]},
        FIXED,
    )  # fmt: skip
    assert form.start({}) == {
        "teks": "",
        "awal": "halo",
        "angka": None,
        "centang": True,
        "pilih": "a",
        "tanda": [],
        "hari": None,
        "berkas": [],
        "hitung": None,
        "g": {"x": "y"},
        "bebas": [{"z": ""}, {"z": ""}],
        "baris": [],
    }
    initial = {
        "awal": "lain",
        "hari": date(2026, 11, 23),
        "daftar": [{"value": "a", "label": "A"}],
        "tanda": ["a"],
        "bebas": [{"z": "1"}],
        "g": {"x": None, "lain": 1},
        "baris": [{"nama": "A", "unit": "BP", "nilai": Decimal("1.50")}, {"nama": "B"}],
    }
    opened = form.start(initial)
    assert (opened["awal"], opened["hari"], opened["tanda"]) == ("lain", "2026-11-23", ["a"])
    assert opened["daftar"] == initial["daftar"], "lists of options travel with the data"
    assert opened["bebas"] == [{"z": "1"}]
    assert opened["g"] == {"x": "", "lain": 1}
    assert opened["baris"][0] == {"nama": "A", "unit": "BP", "nilai": "1.50", "siap": False}
    assert opened["baris"][1]["nilai"] == "5"
    assert initial["g"] == {"x": None, "lain": 1}, "what was given is not changed"
    assert initial["baris"][1] == {"nama": "B"}


def test_a_draft_goes_over_what_may_be_edited(forms):
    form = forms.make(
        FIXED,
        {"type": "textfield", "key": "catatan"},
        {"type": "textfield", "key": "judul", "readonly": True},
        {"type": "dynamiclist", "path": "bebas", "components": [{"type": "textfield", "key": "z"}]},
    )
    initial = {"baris": [{"nama": "A"}, {"nama": "B"}], "judul": "asli", "bebas": [{"z": "awal"}]}
    draft = {
        "baris": [{"nama": "A", "nilai": "7", "siap": True}, {"nilai": None}, {"nama": "lebih"}],
        "judul": "palsu",
        "catatan": "separuh",
        "bebas": [{"z": "x"}, {"z": "y"}],
        "asing": 1,
    }
    opened = form.start(initial, draft)
    assert opened["baris"] == [
        {"nama": "A", "nilai": "7", "siap": True},
        {"nama": "B", "nilai": None, "siap": False},
    ]
    assert (opened["judul"], opened["catatan"]) == ("asli", "separuh")
    assert opened["bebas"] == [{"z": "x"}, {"z": "y"}]
    assert "asing" not in opened
    assert form.start(initial, {"bebas": []})["bebas"] == []
    for strange in ({"baris": 1, "bebas": "x"}, {"baris": ["x"]}, {}, None):
        assert [row["nama"] for row in form.start(initial, strange)["baris"]] == ["A", "B"]


def test_values_that_a_field_cannot_show_are_passed_over(forms):
    form = forms.make(
        {"type": "textfield", "key": "teks", "defaultValue": "x"},
        {"type": "number", "key": "angka"},
        {"type": "checkbox", "key": "centang", "defaultValue": True},
        {"type": "taglist", "key": "tanda", "values": ["a"]},
        {"type": "radio", "key": "pilih", "values": ["a"], "defaultValue": "a"},
        {"type": "filepicker", "key": "berkas"},
    )
    strange = {key: {"a": 1} for key in ("teks", "angka", "centang", "tanda", "pilih", "berkas")}
    opened = {"teks": "x", "angka": None, "centang": True, "tanda": [], "pilih": "a", "berkas": []}
    assert form.start({}, strange) == opened
    assert form.start(strange) == {**opened, "teks": "", "centang": False, "pilih": None}
    half = {"teks": "", "angka": "12,", "centang": False, "tanda": ["b"], "pilih": "z", "berkas": ["x"]}
    assert form.start({}, half) == half, "wrong but visible: the person sees it and puts it right"


def test_a_draft_need_not_be_right_yet(forms):
    form = forms.make({"type": "number", "key": "a", "validate": {"required": True}})
    for half in ({}, {"a": "belum"}, {"a": None, "x": [1, {"y": True}]}):
        assert form.draft(half) == half


def deep(levels):
    value = {}
    for _ in range(levels):
        value = {"a": value}
    return value


HOSTILE = [
    ("text", "x" * 5_000_000),
    ("rows", [{"b": "x"}] * 200_000),
    ("keys", {f"k{n}": n for n in range(200_000)}),
    ("deep", deep(10_000)),
    ("deep list", json.loads("[" * 900 + "]" * 900)),
    ("long number", 10**5000),
    ("number", Decimal("1e999999")),
    ("nan", Decimal("NaN")),
    ("infinity", float("inf")),
    ("no json", {1, 2}),
    ("tuple", (1,)),
    ("bytes", b"x"),
    ("number as key", {1: 2}),
    ("nul as key", {"a\x00": 1}),
]


@pytest.mark.parametrize("value", [v for _, v in HOSTILE], ids=[name for name, _ in HOSTILE])
def test_too_large_too_deep_or_no_json_is_refused_at_once(forms, value):
    form = forms.make(
        {"type": "textarea", "key": "a"},
        {"type": "dynamiclist", "path": "r", "components": [{"type": "textfield", "key": "b"}]},
    )
    started = time.perf_counter()
    for submitted in ({"a": value}, {"r": value}, {"x": value}):
        with pytest.raises(FormInvalid):
            forms.load(form, submitted)
        with pytest.raises(FormInvalid):
            form.draft(submitted)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("submitted", [None, [], "x", 1, b"{}"])
def test_what_is_no_object_is_refused(forms, submitted):
    form = forms.make({"type": "textfield", "key": "a"})
    for call in (form.draft, lambda data: forms.load(form, data)):
        with pytest.raises(FormInvalid) as caught:
            call(submitted)
        assert [(e.path, e.field) for e in caught.value.errors] == [((), "")]


def test_depth_is_counted_from_the_form(forms):
    form = forms.make({"type": "textfield", "key": "a"})
    assert form.draft(deep(MAX_DEPTH - 1))
    with pytest.raises(FormInvalid):
        form.draft(deep(MAX_DEPTH + 1))


def test_a_draft_with_what_no_database_keeps_is_refused(forms):
    form = forms.make({"type": "textfield", "key": "a"})
    for text in ("a\x00", "\ud800"):
        with pytest.raises(FormInvalid):
            form.draft({"a": text})
