"""Each type of field: what is taken, what is refused and with which words, what is empty."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REQUIRED = {"validate": {"required": True}}
OPTIONS = {"values": [{"label": "Satu", "value": "1"}, {"label": "Dua", "value": 2}, {"label": "Benar", "value": True}]}


@dataclass(frozen=True)
class Kept:
    media_type: str
    size: int = 1


def taken(forms, component, value, **more):
    """What is stored of a value of one field."""
    return forms.load(forms.make({"key": "a", **component}), {"a": value}, **more)["a"]


def refused(forms, component, value, **more):
    """The message at one field."""
    errors = forms.errors(forms.make({"key": "a", **component}), {"a": value}, **more)
    assert list(errors) == [("a",)]
    return errors[("a",)]


@pytest.mark.parametrize(
    ("component", "empty", "message"),
    [
        ({"type": "textfield"}, "", "Wajib diisi."),
        ({"type": "textarea"}, "", "Wajib diisi."),
        ({"type": "number"}, None, "Wajib diisi."),
        ({"type": "number", "serializeToString": True}, None, "Wajib diisi."),
        ({"type": "checkbox"}, False, "Wajib dicentang."),
        ({"type": "select", **OPTIONS}, None, "Wajib dipilih."),
        ({"type": "radio", **OPTIONS}, None, "Wajib dipilih."),
        ({"type": "checklist", **OPTIONS}, [], "Wajib dipilih."),
        ({"type": "taglist", **OPTIONS}, [], "Wajib dipilih."),
        ({"type": "datetime"}, None, "Wajib diisi."),
        ({"type": "filepicker"}, [], "Wajib dilampirkan."),
    ],
)
def test_missing_null_and_empty_are_the_same(forms, component, empty, message):
    form = forms.make({"key": "a", **component})
    for submitted in ({}, {"a": None}, {"a": empty}):
        assert forms.load(form, submitted) == {"a": empty}
    required = forms.make({"key": "a", **component, **REQUIRED})
    for submitted in ({}, {"a": None}, {"a": empty}):
        assert forms.errors(required, submitted) == {("a",): message}


@pytest.mark.parametrize(
    ("component", "wrong"),
    [
        ({"type": "textfield"}, [1, True, [], {}, 1.5]),
        ({"type": "number"}, ["x", "1,5", "0x10", "1e99", "NaN", True, [], {}, "1" * 31, "--1", "١"]),
        ({"type": "checkbox"}, ["true", 1, 0, [], ""]),
        ({"type": "select", **OPTIONS}, ["2", 1, False, "Satu", [], {}, ["1"], "x"]),
        ({"type": "checklist", **OPTIONS}, ["1", {}, ["x"], [[]], [None], ["1", "1"], [1]]),
        ({"type": "datetime"}, ["2026-02-30", "23/11/2026", "2026-11-23T09:00", 20261123, [], "1899-01-01", "x" * 9]),
        ({"type": "datetime", "subtype": "time"}, ["24:00", "9:30", "09:60", "09:30Z", "09:30+07:00", "09:30:00"]),
        ({"type": "filepicker"}, ["files::x", [1], [""], {}, ["x"], [["x"]]]),
    ],
)
def test_a_value_of_another_type_is_refused_at_the_field(forms, component, wrong):
    for value in wrong:
        assert refused(forms, component, value).endswith(".")


def test_text_is_cut_to_one_line_only_in_a_text_field(forms):
    assert taken(forms, {"type": "textarea"}, " a\r\nb\rc\x0bd\u2028e ") == " a\nb\nc\nd\ne "
    assert taken(forms, {"type": "textfield"}, "a\r\nb\tc") == "a b c"


@pytest.mark.parametrize("type_", ["textfield", "textarea"])
def test_script_right_to_left_and_nul_in_a_text(forms, type_):
    for harmless in ("<script>alert(1)</script>", "'; DROP TABLE x; --", "مرحبا بكم", "{{7*7}}", "=1+1", "😀 é ñ"):
        assert taken(forms, {"type": type_}, harmless) == harmless
    assert taken(forms, {"type": type_}, "Rp\u202e000.1\u202c \u2066x\u2069") == "Rp000.1 x"
    for bad in ("a\x00b", "\x00", "a\x1bb", "\ud800", "\x7f", "\x9f"):
        assert "karakter kendali" in refused(forms, {"type": type_}, bad)


def test_lengths_count_trimmed_text_in_units_of_the_browser(forms):
    component = {"type": "textfield", "validate": {"minLength": 2, "maxLength": 4}}
    for right in ("ab", "abcd", "  abcd  ", "\u00a0\ufeffab", "😀", "😀😀"):
        taken(forms, component, right)
    assert refused(forms, component, " a ") == "Paling sedikit 2 karakter."
    assert refused(forms, component, "abcde") == "Paling banyak 4 karakter."
    assert refused(forms, component, "😀😀a") == "Paling banyak 4 karakter."
    assert taken(forms, component, "") == "", "empty is not too short, unless required"


def test_texts_without_a_length_are_bounded_too(forms):
    assert refused(forms, {"type": "textfield"}, "x" * 2_001) == "Paling banyak 2000 karakter."
    assert refused(forms, {"type": "textarea"}, "x" * 20_001) == "Paling banyak 20000 karakter."
    long = {"type": "textarea", "validate": {"maxLength": 10}}
    assert refused(forms, long, " " * 20_001) == "Paling banyak 20000 karakter."


def test_a_text_of_spaces_only_does_not_fill_a_required_field(forms):
    assert refused(forms, {"type": "textfield", **REQUIRED}, "   ") == "Wajib diisi."


def test_patterns_are_not_anchored_and_say_what_the_author_says(forms):
    component = {"type": "textfield", "validate": {"pattern": r"\d{2}", "patternErrorMessage": "Dua angka."}}
    assert taken(forms, component, "abc12def") == "abc12def"
    assert refused(forms, component, "a1b2") == "Dua angka."
    del component["validate"]["patternErrorMessage"]
    assert "tidak sesuai" in refused(forms, component, "a1b2")


def test_patterns_run_in_linear_time(forms):
    component = {"type": "textarea", "validate": {"pattern": "^(a+)+$", "maxLength": 20000}}
    refused(forms, component, "a" * 19_999 + "b")


def test_mail_and_telephone(forms):
    mail = {"type": "textfield", "validate": {"validationType": "email"}}
    taken(forms, mail, "bagian.perencanaan@contoh.go.id")
    assert "surel" in refused(forms, mail, "bukan surel@contoh")
    phone = {"type": "textfield", "validate": {"validationType": "phone"}}
    taken(forms, phone, "+62741123456")
    assert "kode negara" in refused(forms, phone, "0811123456")


def test_numbers_are_exact(forms):
    assert taken(forms, {"type": "number"}, Decimal("0.1")) == Decimal("0.1")
    assert taken(forms, {"type": "number"}, 0.1) == Decimal("0.1")
    assert taken(forms, {"type": "number"}, 7) == Decimal(7)
    assert taken(forms, {"type": "number"}, "84.50") == Decimal("84.5")
    assert str(taken(forms, {"type": "number"}, "-0")) == "0"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1500000.50", "1500000.50"),
        ("123456789012345678901234567890.12", "123456789012345678901234567890.12"),
        (1500000, "1500000"),
        (Decimal("1.5E+3"), "1500"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        (" 12 ", "12"),
    ],
)
def test_money_stays_the_string_that_form_js_submits(forms, given, kept):
    assert taken(forms, {"type": "number", "serializeToString": True}, given) == kept


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # `forms` keeps nothing
@given(
    st.integers(10**28, 10**34) | st.integers(-(10**34), 10**34) | st.integers(-99, 99),
    st.integers(-44, 34) | st.integers(-3, 0),
)
def test_a_number_is_taken_within_the_bounds_however_it_is_written(forms, coefficient, exponent):
    number = Decimal(coefficient).scaleb(exponent, Context(prec=60))
    component = {"type": "number", "serializeToString": True}
    if -20 <= number.adjusted() < 30 and exponent >= -40:
        written = format(number, "f")
        assert taken(forms, component, number) == (written if number else written.lstrip("-"))
        digits = len(written.partition(".")[2].rstrip("0"))
        if digits <= 15:
            taken(forms, {"type": "number", "decimalDigits": digits}, number)
        if 1 <= digits <= 16:
            refused(forms, {"type": "number", "decimalDigits": digits - 1}, number)
    else:
        assert refused(forms, component, number) == "Harus berupa angka."


def test_limits_digits_and_steps_of_numbers(forms):
    component = {"type": "number", "decimalDigits": 2, "increment": "0.05", "validate": {"min": "-1", "max": 10.5}}
    for right in (0, -1, Decimal("10.5"), "0.050", Decimal("1.10")):
        taken(forms, component, right)
    assert refused(forms, component, Decimal("-1.05")) == "Paling kecil -1."
    assert refused(forms, component, Decimal("10.55")) == "Paling besar 10,5."
    assert refused(forms, component, Decimal("0.07")) == "Harus kelipatan 0,05."
    every = forms.make({"type": "number", "key": "a", **component})
    with pytest.raises(Exception, match="2 angka di belakang koma") as caught:
        forms.load(every, {"a": Decimal("-1.001")})
    assert len(caught.value.errors) == 3, "all that is wrong with one field is said at once"
    assert refused(forms, {"type": "number", "decimalDigits": 0}, Decimal("1.5")) == "Harus bilangan bulat."
    huge = {"type": "number", "increment": "0.00000000000000000001", "serializeToString": True}
    taken(forms, huge, "9" * 30 + ".5")


def test_limits_may_be_computed(forms):
    form = forms.make(
        {"type": "number", "key": "pagu", "serializeToString": True},
        {"type": "number", "key": "realisasi", "validate": {"min": 0, "max": "=number(pagu)"}},
        {"type": "textfield", "key": "kode", "validate": {"minLength": "=panjang", "maxLength": "=panjang"}},
    )
    initial = {"panjang": Decimal(3)}
    right = {"pagu": "100.5", "realisasi": 100, "kode": "abc"}
    forms.load(form, right, initial)
    wrong = {"pagu": "100.5", "realisasi": 101, "kode": "abcd"}
    assert forms.errors(form, wrong, initial) == {
        ("realisasi",): "Paling besar 100,5.",
        ("kode",): "Paling banyak 3 karakter.",
    }
    assert forms.load(form, {**wrong, "pagu": None}), "a limit that is null is none"


def test_options_are_values_of_a_type(forms):
    select = {"type": "select", **OPTIONS}
    assert taken(forms, select, "1") == "1"
    assert taken(forms, select, 2) == Decimal(2)
    assert taken(forms, select, True) is True
    assert refused(forms, select, "2") == "Pilihan tidak ada dalam daftar."
    assert taken(forms, {"type": "taglist", **OPTIONS}, [True, "1"]) == [True, "1"]


def test_options_come_from_the_initial_data_never_from_the_submission(forms):
    form = forms.make({"type": "checklist", "key": "penerima", "valuesKey": "units"})
    initial = {"units": [{"value": "BP", "label": "Bagian Perencanaan"}, "BH", {"label": "tanpa nilai"}]}
    assert forms.load(form, {"penerima": ["BH", "BP"]}, initial) == {"penerima": ["BH", "BP"]}
    assert forms.errors(form, {"penerima": ["X"]}, initial) == {("penerima",): "Pilihan tidak ada dalam daftar."}
    cheat = {"penerima": ["X"], "units": ["X"]}
    assert forms.errors(form, cheat, initial) == {("penerima",): "Pilihan tidak ada dalam daftar."}
    assert forms.errors(form, {"penerima": ["BP"]}, {}) == {("penerima",): "Pilihan tidak ada dalam daftar."}


def test_options_may_be_computed(forms):
    form = forms.make(
        {"type": "number", "key": "banyak"},
        {"type": "select", "key": "pilih", "valuesExpression": "=for n in 1..banyak return string(n)"},
    )
    assert forms.load(form, {"banyak": 3, "pilih": "3"})["pilih"] == "3"
    assert list(forms.errors(form, {"banyak": 3, "pilih": "4"})) == [("pilih",)]


def test_dates_and_times(forms):
    assert taken(forms, {"type": "datetime", "subtype": "date"}, "2024-02-29") == "2024-02-29"
    assert taken(forms, {"type": "datetime", "subtype": "time"}, "09:30") == "09:30"
    offset = {"type": "datetime", "subtype": "time", "timeSerializingFormat": "utc_offset"}
    assert taken(forms, offset, "09:30+07:00") == "09:30+07:00"
    refused(forms, offset, "09:30")
    utc = {"type": "datetime", "subtype": "datetime", "timeSerializingFormat": "utc_normalized"}
    assert taken(forms, utc, "2026-11-23T02:30Z") == "2026-11-23T02:30Z"
    for wrong in ("2026-11-23", "2026-11-23T02:30", "2026-11-23 02:30Z", "2026-11-31T02:30Z", "T02:30Z", "2026-11-23T"):
        refused(forms, utc, wrong)


def test_a_passed_day_is_one_before_today_in_western_indonesia(forms):
    component = {"type": "datetime", "disallowPassedDates": True}
    evening = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # half past midnight on the 23rd
    assert taken(forms, component, "2026-11-23", now=evening) == "2026-11-23"
    assert "hari ini" in refused(forms, component, "2026-11-22", now=evening)
    assert taken(forms, {"type": "datetime"}, "2020-01-01", now=evening) == "2020-01-01"


def test_files_are_attachments_that_the_person_may_name(forms):
    component = {"type": "filepicker", "accept": ".pdf, image/*", "multiple": True}
    kept = {"p": Kept("application/pdf"), "j": Kept("image/jpeg"), "x": Kept("text/csv")}
    assert taken(forms, component, ["p", "j"], attachments=kept) == ["p", "j"]
    assert "unggah kembali" in refused(forms, component, ["p", "unknown"], attachments=kept)
    assert "Jenis berkas" in refused(forms, component, ["x"], attachments=kept)
    assert "dua kali" in refused(forms, component, ["p", "p"], attachments=kept)
    assert refused(forms, {"type": "filepicker"}, ["p", "j"], attachments=kept) == "Hanya satu berkas."
    assert taken(forms, {"type": "filepicker"}, ["x"], attachments=kept) == ["x"]


def test_attachment_ids_of_any_data(forms):
    form = forms.make(
        {"type": "filepicker", "key": "surat"},
        {"type": "dynamiclist", "path": "baris", "components": [{"type": "filepicker", "key": "bukti"}]},
        {"type": "textfield", "key": "lain"},
    )
    data = {"surat": ["a"], "baris": [{"bukti": ["b", "c"]}, {"bukti": None}, "x", {"bukti": [1, ""]}], "lain": ["d"]}
    assert form.attachment_ids(data) == {"a", "b", "c"}
    assert form.attachment_ids({"surat": "a", "baris": {}}) == set()
    assert form.attachment_ids([]) == set()
