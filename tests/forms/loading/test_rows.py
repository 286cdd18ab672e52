"""Lists, groups, conditions, read-only and computed values: what comes from whom."""

from decimal import Decimal

import pytest

CAPAIAN = (
    "=if this.target = null or this.realisasi = null or this.target = 0 then null "
    'else if this.arah = "naik" then this.realisasi / this.target * 100 '
    "else (2 * this.target - this.realisasi) / this.target * 100"
)
ROWS = {
    "type": "dynamiclist",
    "path": "baris",
    "allowAddRemove": False,
    "components": [
        {"type": "textfield", "key": "indikator", "readonly": True},
        {"type": "select", "key": "arah", "values": ["naik", "turun"], "readonly": True},
        {"type": "number", "key": "target", "readonly": True},
        {"type": "checkbox", "key": "belum"},
        {
            "type": "number",
            "key": "realisasi",
            "validate": {"required": True, "min": 0},
            "conditional": {"hide": "=this.belum = true"},
        },
        {
            "type": "textfield",
            "key": "alasan",
            "validate": {"required": True},
            "conditional": {"hide": "=this.belum != true"},
        },
        {"type": "expression", "key": "capaian", "expression": CAPAIAN},
    ],
}
INITIAL = {
    "baris": [
        {"indikator": "Naik", "arah": "naik", "target": Decimal(80), "unit": "BP"},
        {"indikator": "Turun", "arah": "turun", "target": Decimal(10), "unit": "BP"},
        {"indikator": "Nol", "arah": "naik", "target": Decimal(0), "unit": "BH"},
        {"indikator": "Kosong", "arah": "naik", "target": None},
    ]
}


def test_capaian_in_both_directions_on_zero_and_on_null(forms):
    form = forms.make(ROWS)
    given = {"baris": [{"realisasi": 60}, {"realisasi": 8}, {"realisasi": 1}, {"realisasi": 1}]}
    rows = forms.load(form, given, INITIAL)["baris"]
    assert [row["capaian"] for row in rows] == [Decimal(75), Decimal(120), None, None]
    assert [row["target"] for row in rows] == [Decimal(80), Decimal(10), Decimal(0), None]
    given["baris"][0] = {"belum": True, "alasan": "Data BPS belum terbit"}
    assert forms.load(form, given, INITIAL)["baris"][0] == {
        "indikator": "Naik",
        "arah": "naik",
        "target": Decimal(80),
        "belum": True,
        "alasan": "Data BPS belum terbit",
        "capaian": None,
    }


def test_every_error_of_every_row_at_once_in_the_order_of_the_form(forms):
    form = forms.make(ROWS)
    given = {"baris": [{}, {"realisasi": "x"}, {"belum": True}, {"realisasi": -1, "belum": "ya"}]}
    assert list(forms.errors(form, given, INITIAL).items()) == [
        (("baris", 0, "realisasi"), "Wajib diisi."),
        (("baris", 1, "realisasi"), "Harus berupa angka."),
        (("baris", 2, "alasan"), "Wajib diisi."),
        (("baris", 3, "belum"), "Harus dicentang atau tidak dicentang."),
        (("baris", 3, "realisasi"), "Paling kecil 0."),
    ]


def test_errors_name_the_component_by_id(forms):
    form = forms.make({**ROWS, "components": [{**ROWS["components"][4], "id": "isian_realisasi"}]})
    with pytest.raises(Exception, match="Wajib") as caught:
        forms.load(form, {"baris": [{}]}, {"baris": [{}]})
    assert [(e.path, e.field) for e in caught.value.errors] == [(("baris", 0, "realisasi"), "isian_realisasi")]


def test_what_is_read_only_computed_or_hidden_never_comes_from_the_submission(forms):
    form = forms.make(ROWS)
    honest = {"baris": [{"realisasi": 60}, {"realisasi": 8}, {"realisasi": 1}, {"realisasi": 1}]}
    cheat = {
        "baris": [
            {**row, "indikator": "x\x00", "arah": "bukan", "target": 1, "capaian": 100, "alasan": "disembunyikan"}
            for row in honest["baris"]
        ]
    }
    assert forms.load(form, cheat, INITIAL) == forms.load(form, honest, INITIAL)


def test_fixed_rows_cannot_be_added_or_removed(forms):
    form = forms.make(ROWS)
    filled = {"realisasi": 1}
    for count in (0, 3, 5):
        assert "muat ulang" in forms.errors(form, {"baris": [filled] * count}, INITIAL)[("baris",)]
    assert forms.load(form, {"baris": []}, {}) == {"baris": []}
    assert len(forms.errors(form, {}, INITIAL)) == 4, "no list is as many empty rows as there are"


def test_fixed_rows_inside_rows(forms):
    inner = {"type": "dynamiclist", "path": "dalam", "allowAddRemove": False, "components": [
        {"type": "textfield", "key": "nama", "id": "nama_dalam", "readonly": True},
        {"type": "expression", "key": "sebut", "expression": '=parent.nama + "/" + this.nama + " " + string(i[2])'},
    ]}  # fmt: skip
    outer = {**ROWS, "components": [{"type": "textfield", "key": "nama", "readonly": True}, inner]}
    form = forms.make(outer)
    initial = {"baris": [{"nama": "A", "dalam": [{"nama": "a"}, {"nama": "b"}]}, {"nama": "B", "dalam": []}]}
    given = {"baris": [{"dalam": [{}, {}]}, {"dalam": []}]}
    rows = forms.load(form, given, initial)["baris"]
    assert [r["sebut"] for r in rows[0]["dalam"]] == ["A/a 1", "A/b 2"]
    assert list(forms.errors(form, {"baris": [{"dalam": [{}]}, {}]}, initial)) == [("baris", 0, "dalam")]


def test_free_rows_come_and_go(forms):
    form = forms.make({"type": "dynamiclist", "path": "baris", "components": [{"type": "textfield", "key": "nama"}]})
    initial = {"baris": [{"nama": "lama"}]}
    assert forms.load(form, {"baris": []}, initial) == {"baris": []}
    assert forms.load(form, {"baris": [{"nama": "x"}, {}]}, initial) == {"baris": [{"nama": "x"}, {"nama": ""}]}
    assert forms.load(form, {}, initial) == {"baris": []}
    assert forms.errors(form, {"baris": [{}] * 2001}) == {("baris",): "Paling banyak 2000 baris."}
    assert forms.errors(form, {"baris": {"0": {}}}) == {("baris",): "Harus berupa daftar baris."}
    assert list(forms.errors(form, {"baris": [{}, "x", None]})) == [("baris", 1), ("baris", 2)]


def test_keys_that_nobody_knows_are_refused_unless_they_were_given(forms):
    form = forms.make(ROWS)
    filled = {"realisasi": 1}
    unknown = {"typename": "x", "__proto__": {"a": 1}, "constructor": 1, "Meta": 1, "load": 1, "": 1}
    errors = forms.errors(form, {"baris": [filled] * 3 + [{**filled, **unknown}], **unknown}, INITIAL)
    assert set(errors) == {(key,) for key in unknown} | {("baris", 3, key) for key in unknown}
    assert set(errors.values()) == {"Isian ini tidak dikenal dalam formulir."}
    given = [{**filled, "unit": "palsu"}] * 2
    rows = forms.load(form, {"baris": [*given, filled, filled], "daftar": 1}, {**INITIAL, "daftar": [1]})
    assert set(rows) == {"baris"}
    assert "unit" not in rows["baris"][0]


@pytest.mark.parametrize("key", ["typename", "load", "fields", "Meta", "context", "dump", "validate", "many", "get"])
def test_keys_that_mean_something_to_libraries_are_just_keys(forms, key):
    form = forms.make({"type": "textfield", "key": key, "validate": {"required": True}})
    assert forms.load(form, {key: "x"}) == {key: "x"}
    assert forms.errors(form, {}) == {(key,): "Wajib diisi."}


def test_groups_and_dotted_keys_share_their_path(forms):
    form = forms.make(
        {"type": "group", "path": "alamat", "components": [{"type": "textfield", "key": "jalan"}]},
        {"type": "textfield", "key": "alamat.kota", "validate": {"required": True}},
        {"type": "group", "components": [{"type": "textfield", "key": "biasa"}]},
        {"type": "expression", "key": "lengkap", "expression": '=alamat.jalan + ", " + alamat.kota'},
    )
    assert form.outputs["alamat"] == "context"
    assert forms.load(form, {"alamat": {"jalan": "Jl. A", "kota": "Jambi"}}) == {
        "alamat": {"jalan": "Jl. A", "kota": "Jambi"},
        "biasa": "",
        "lengkap": "Jl. A, Jambi",
    }
    assert forms.errors(form, {"alamat": None}) == {("alamat", "kota"): "Wajib diisi."}
    assert forms.errors(form, {"alamat": []}) == {
        ("alamat", "kota"): "Wajib diisi.",
        ("alamat",): "Harus berupa kelompok isian.",
    }
    assert list(forms.errors(form, {"alamat": {"kota": "x", "rt": 1}})) == [("alamat", "rt")]


def test_a_hidden_group_or_list_hides_all_in_it(forms):
    form = forms.make(
        {"type": "checkbox", "key": "pakai"},
        {"type": "group", "path": "g", "conditional": {"hide": "=pakai != true"}, "components": [
            {"type": "textfield", "key": "a", "validate": {"required": True}},
        ]},
        {"type": "dynamiclist", "path": "r", "conditional": {"hide": "=pakai != true"}, "components": [
            {"type": "textfield", "key": "b", "validate": {"required": True}},
        ]},
        {"type": "expression", "key": "n", "expression": "=if r = null then -1 else count(r)"},
    )  # fmt: skip
    assert forms.load(form, {"g": {"a": 1}, "r": [{"b": 1}, {}, "x"]}) == {"pakai": False, "n": Decimal(-1)}
    assert forms.load(form, {"pakai": True, "g": {"a": "x"}, "r": [{"b": "y"}]}) == {
        "pakai": True,
        "g": {"a": "x"},
        "r": [{"b": "y"}],
        "n": Decimal(1),
    }
    assert list(forms.errors(form, {"pakai": True, "r": [{}]})) == [("g", "a"), ("r", 0, "b")]


def test_a_condition_on_a_hidden_field_sees_null(forms):
    def text(key, hide=None):
        return {"type": "textfield", "key": key, **({"conditional": {"hide": hide}} if hide else {})}

    form = forms.make(text("c", '=b = "" or b = null'), text("b", '=a = "tutup"'), text("a"))
    assert forms.load(form, {"a": "x", "b": "y", "c": "z"}) == {"c": "z", "b": "y", "a": "x"}
    assert forms.load(form, {"a": "tutup", "b": "y", "c": "z"}) == {"a": "tutup"}


@pytest.mark.parametrize(
    ("hide", "value", "hidden"),
    [
        ("=a > 1", 2, True),
        ("=a > 1", 1, False),
        ("=not(a > 1)", 1, True),
        ("=not(a > 1)", 2, False),
        ("=a", 1, False),
        ('="ya"', 1, False),
        ('=not("ya")', 1, True),  # a not(…) around all of it turns the test, not the value
        ("=[a]", None, True),
        ("=[a]", 1, False),
    ],
)
def test_conditions_hold_as_in_the_browser(forms, hide, value, hidden):
    form = forms.make({"type": "number", "key": "a"}, {"type": "textfield", "key": "b", "conditional": {"hide": hide}})
    for sent in ({}, {"b": "x"}):
        assert ("b" not in forms.load(form, {"a": value, **sent})) is hidden


@pytest.mark.parametrize("hide", ["=a > 1", "=not(a > 1)", "=a in [1..2]", "=not(a in [1..2])", "=tidak_ada"])
def test_where_a_condition_is_null_the_browser_tells_what_it_showed(forms, hide):
    """DMN's null is false to the browser now and then: nothing typed is dropped, nothing unseen is asked for."""
    hidden = {"type": "textfield", "key": "b", "conditional": {"hide": hide}, "validate": {"required": True}}
    form = forms.make({"type": "number", "key": "a"}, hidden)
    assert forms.load(form, {"a": None}) == {"a": None}
    assert forms.load(form, {"a": None, "b": "x"}) == {"a": None, "b": "x"}
    assert forms.errors(form, {"a": None, "b": ""}) == {("b",): "Wajib diisi."}


@pytest.mark.parametrize(("hide", "hidden"), [("=a > 1", True), ("=not(a > 1)", False), ("=(not(a > 1))", True)])
def test_where_a_condition_is_null_a_value_of_ours_follows_the_rule(forms, hide, hidden):
    kept = {"type": "textfield", "key": "b", "conditional": {"hide": hide}, "readonly": True}
    form = forms.make({"type": "number", "key": "a"}, kept)
    for sent in ({}, {"b": "x"}):
        assert ("b" not in forms.load(form, {"a": None, **sent}, {"b": "asli"})) is hidden


def test_a_condition_may_rest_on_a_computed_value(forms):
    form = forms.make(
        {"type": "textfield", "key": "b", "conditional": {"hide": "=jumlah < 10"}},
        {"type": "number", "key": "a"},
        {"type": "expression", "key": "jumlah", "expression": "=dua * 2"},
        {"type": "expression", "key": "dua", "expression": "=a * 2"},
    )
    assert forms.load(form, {"a": 3, "b": "x", "jumlah": 0}) == {"a": 3, "b": "x", "dua": 6, "jumlah": 12}
    assert forms.load(form, {"a": 1, "b": "x", "jumlah": 99}) == {"a": 1, "dua": 2, "jumlah": 4}


def test_read_only_may_be_a_condition(forms):
    form = forms.make(
        {"type": "checkbox", "key": "kunci"},
        {"type": "textfield", "key": "a", "readonly": "=kunci = true", "validate": {"required": True}},
    )
    initial = {"a": "semula"}
    assert forms.load(form, {"kunci": False, "a": "baru"}, initial)["a"] == "baru"
    assert forms.load(form, {"kunci": True, "a": "baru"}, initial)["a"] == "semula"
    assert list(forms.errors(form, {"a": ""}, initial)) == [("a",)]


def test_disabled_fields_are_left_out_but_expressions_see_them(forms):
    form = forms.make(
        {"type": "number", "key": "a", "disabled": True, "defaultValue": 2, "validate": {"required": True}},
        {"type": "expression", "key": "b", "expression": "=a + 1"},
    )
    assert forms.load(form, {"a": 100}) == {"b": 3}
    assert forms.load(form, {"a": "x"}, {"a": Decimal(5)}) == {"b": 6}


def test_money_counts_in_expressions(forms):
    form = forms.make(
        {"type": "dynamiclist", "path": "baris", "components": [
            {"type": "number", "key": "pagu", "serializeToString": True, "decimalDigits": 2}]},
        {"type": "expression", "key": "jumlah", "expression": "=sum(for b in baris return number(b.pagu))"},
    )  # fmt: skip
    given = {"baris": [{"pagu": "0.10"}, {"pagu": "0.20"}, {"pagu": "900000000000.00"}]}
    data = forms.load(form, given)
    assert data["jumlah"] == Decimal("900000000000.30")
    assert data["baris"][0] == {"pagu": "0.10"}


def test_an_expression_can_carry_a_key_of_a_row_from_step_to_step(forms):
    carried = {"type": "expression", "key": "unit", "expression": "=this.unit"}
    form = forms.make({**ROWS, "components": [*ROWS["components"], carried]})
    given = {"baris": [{"realisasi": 1, "unit": "palsu"}] * 4}
    assert [r["unit"] for r in forms.load(form, given, INITIAL)["baris"]] == ["BP", "BP", "BH", None]


def test_dates_of_feel_become_text(forms):
    form = forms.make(
        {"type": "expression", "key": "hari", "expression": "=today()"},
        {"type": "expression", "key": "lama", "expression": '=duration("P1D")'},
        {"type": "expression", "key": "banyak", "expression": '=[date("2026-01-01"), {a: time("09:30:00")}]'},
    )
    evening = forms.now.replace(day=22, hour=18)
    assert forms.load(form, {}, now=evening) == {
        "hari": "2026-11-23",
        "lama": None,
        "banyak": ["2026-01-01", {"a": "09:30:00"}],
    }


def test_a_computation_without_end_is_an_error_at_its_field(forms):
    count = "=count(for a in 1..9000, b in 1..9000 return 1)"
    form = forms.make({"type": "expression", "key": "besar", "expression": count})
    assert forms.errors(form, {}) == {("besar",): "Perhitungan isian ini melampaui batas; kurangi datanya."}


def test_computed_values_that_hold_each_other_do_not_grow_without_end(forms):
    form = forms.make(*({"type": "expression", "key": f"e{n}", "expression": "=[this, this]"} for n in range(20)))
    errors = forms.errors(form, {})
    assert set(errors.values()) == {"Perhitungan isian ini melampaui batas; kurangi datanya."}
    assert errors.keys() < {(f"e{n}",) for n in range(20)}


BAGIAN = {
    "type": "dynamiclist",
    "path": "indikator",
    "properties": {"minRows": "2", "unique": "bagian,kode"},
    "components": [
        {"type": "select", "key": "bagian", "label": "Bagian", "values": ["BP", "BH"]},
        {"type": "textfield", "key": "kode", "label": "Kode"},
    ],
}


def test_a_list_with_too_few_rows_is_an_error_at_the_list(forms):
    form = forms.make(BAGIAN)
    assert forms.errors(form, {"indikator": [{"kode": "1"}]}) == {("indikator",): "Isi paling sedikit 2 baris."}
    assert forms.errors(form, {}) == {("indikator",): "Isi paling sedikit 2 baris."}
    assert len(forms.load(form, {"indikator": [{"kode": "1"}, {"kode": "2"}]})["indikator"]) == 2


def test_a_doubled_row_is_an_error_at_its_field(forms):
    form = forms.make(BAGIAN)
    rows = [{"bagian": "BP", "kode": "1.a"}, {"bagian": "BH", "kode": "1.a"}, {"bagian": "BP", "kode": " 1.A "}]
    message = "Bagian dan Kode sama dengan baris 1; tidak boleh ganda."
    assert forms.errors(form, {"indikator": rows}) == {("indikator", 2, "kode"): message}
    rows[2]["kode"] = "1.b"
    assert len(forms.load(form, {"indikator": rows})["indikator"]) == 3


def test_rows_that_are_not_filled_in_are_no_doubles(forms):
    form = forms.make(BAGIAN)
    assert len(forms.load(form, {"indikator": [{"kode": "1"}, {"kode": "1"}, {}, {}]})["indikator"]) == 4


@pytest.mark.parametrize(
    ("properties", "code"),
    [({"minRows": "nol"}, "min-rows"), ({"minRows": "0"}, "min-rows"), ({"unique": "bagian,lain"}, "unique")],
)
def test_properties_of_a_list_that_mean_nothing_are_refused(forms, properties, code):
    assert forms.findings({**BAGIAN, "properties": properties}) == [(code, "indikator")]
