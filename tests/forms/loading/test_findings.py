"""Form definitions: every key is honoured or refused with a finding that names the component."""

import json
from pathlib import Path

import pytest

import forms as room
from forms import FormDefinitionError, load_form
from forms.keys import HONOURED, SHOWN, VALIDATE
from forms.pattern import PatternError, compile_pattern

DEFINITIONS = sorted(Path(room.__file__).parent.glob("definitions/*.form"))


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda p: p.stem)
def test_every_shipped_form_loads_without_a_remark(path):
    form = load_form(path.read_bytes())
    assert form.id == path.stem
    assert form.findings == ()
    assert form.title != form.id


def test_a_definition_is_compiled_once(forms):
    source = forms.source({"type": "textfield", "key": "a"})
    assert load_form(source) is load_form(source.encode())
    assert load_form(source).digest != load_form(source + " ").digest


KEYED = [t for t in HONOURED if "key" in HONOURED[t]]
MINIMAL = {
    **{t: {"values": ["x"]} for t in ("select", "radio", "checklist", "taglist")},
    "expression": {"expression": "=1"},
    "dynamiclist": {"path": "a", "components": []},
    "group": {"components": []},
}


def minimal(type_):
    return {"type": type_, **({"key": "a"} if type_ in KEYED else {}), **MINIMAL.get(type_, {})}


@pytest.mark.parametrize("type_", sorted(HONOURED))
def test_every_type_loads_and_refuses_a_key_of_its_own_making(forms, type_):
    forms.make(minimal(type_))
    component = {**minimal(type_), "id": "satu", "rahasia": 1}
    assert forms.findings(component) == [("unknown-key", "satu")]


@pytest.mark.parametrize("type_", KEYED)
def test_validate_keys_of_other_types_are_refused(forms, type_):
    every = frozenset().union(*VALIDATE.values())
    for key in sorted(every - VALIDATE.get(type_, frozenset())):
        assert ("unknown-key", "a") in forms.findings({**minimal(type_), "validate": {key: 1}})


def test_keys_of_look_only_do_not_change_what_is_taken(forms):
    for type_, names in SHOWN.items():
        for name in names:
            forms.make({**minimal(type_), name: "x"})


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "iframe"}, "unknown-type"),
        ({"type": "documentPreview"}, "unknown-type"),
        ({"type": ["textfield"]}, "unknown-type"),
        ({"type": "textfield"}, "key"),
        ({"type": "textfield", "key": "1a"}, "key"),
        ({"type": "textfield", "key": "a b"}, "key"),
        ({"type": "textfield", "key": "a..b"}, "key"),
        ({"type": "textfield", "key": "__proto__"}, "key"),
        ({"type": "textfield", "key": "a.constructor"}, "key"),
        ({"type": "textfield", "key": "this"}, "key"),
        ({"type": "textfield", "key": "a", "label": "={{x}}"}, "label"),
        ({"type": "textfield", "key": "a", "readonly": 1}, "not-boolean"),
        ({"type": "textfield", "key": "a", "disabled": "=true"}, "not-boolean"),
        ({"type": "textfield", "key": "a", "validate": []}, "validate"),
        ({"type": "textfield", "key": "a", "validate": {"required": "ya"}}, "not-boolean"),
        ({"type": "textfield", "key": "a", "validate": {"minLength": -1}}, "length"),
        ({"type": "textfield", "key": "a", "validate": {"maxLength": 1.5}}, "length"),
        ({"type": "textfield", "key": "a", "validate": {"minLength": 3, "maxLength": 2}}, "limits"),
        ({"type": "textfield", "key": "a", "validate": {"pattern": "(?=a)"}}, "pattern"),
        ({"type": "textfield", "key": "a", "validate": {"patternErrorMessage": 1}}, "pattern-message"),
        ({"type": "textfield", "key": "a", "validate": {"validationType": "url"}}, "validation-type"),
        ({"type": "textfield", "key": "a", "defaultValue": 1}, "default"),
        ({"type": "textfield", "key": "a", "defaultValue": "abc", "validate": {"maxLength": 2}}, "default"),
        ({"type": "textfield", "key": "a", "conditional": "=true"}, "conditional"),
        ({"type": "textfield", "key": "a", "conditional": {"hide": True}}, "not-feel"),
        ({"type": "textfield", "key": "a", "conditional": {"show": "=true"}}, "unknown-key"),
        ({"type": "textfield", "key": "a", "properties": []}, "properties"),
        ({"type": "textfield", "key": "a", "properties": {"print": "perhaps"}}, "property"),
        ({"type": "number", "key": "a", "decimalDigits": 1.5}, "decimal-digits"),
        ({"type": "number", "key": "a", "increment": 0}, "increment"),
        ({"type": "number", "key": "a", "serializeToString": "ya"}, "not-boolean"),
        ({"type": "number", "key": "a", "validate": {"min": "satu"}}, "limit"),
        ({"type": "number", "key": "a", "validate": {"min": 3, "max": 2}}, "limits"),
        ({"type": "number", "key": "a", "defaultValue": "x"}, "default"),
        ({"type": "select", "key": "a"}, "options"),
        ({"type": "select", "key": "a", "values": []}, "options"),
        ({"type": "select", "key": "a", "values": [{"label": "x"}]}, "options"),
        ({"type": "select", "key": "a", "values": [{"label": "x", "value": {}}]}, "options"),
        ({"type": "select", "key": "a", "values": ["x", "x"]}, "options"),
        ({"type": "select", "key": "a", "values": ["x"], "valuesKey": "y"}, "options"),
        ({"type": "select", "key": "a", "valuesKey": "a"}, "options"),
        ({"type": "select", "key": "a", "values": ["x"], "defaultValue": "y"}, "default"),
        ({"type": "select", "key": "a", "valuesExpression": "=["}, "feel-syntax"),
        ({"type": "datetime", "key": "a", "subtype": "month"}, "subtype"),
        ({"type": "datetime", "key": "a", "timeSerializingFormat": "local"}, "time-format"),
        ({"type": "datetime", "key": "a", "defaultValue": "2026-02-30"}, "default"),
        ({"type": "filepicker", "key": "a", "accept": ".tidakada"}, "accept"),
        ({"type": "filepicker", "key": "a", "accept": "=x"}, "accept"),
        ({"type": "filepicker", "key": "a", "multiple": "=true"}, "not-boolean"),
        ({"type": "expression", "key": "a"}, "not-feel"),
        ({"type": "expression", "key": "a", "expression": "=1", "computeOn": "never"}, "compute-on"),
        ({"type": "expression", "key": "a", "expression": "=function(x) external {a: 1}"}, "feel-syntax"),
        ({"type": "expression", "key": "a", "expression": "=during(2, [1..3])"}, "feel-browser"),
        ({"type": "group", "components": {}}, "components"),
        ({"type": "group", "components": [], "readonly": True}, "unknown-key"),
        ({"type": "dynamiclist", "components": []}, "key"),
        ({"type": "dynamiclist", "path": "a", "components": [], "isRepeating": False}, "not-repeating"),
        ({"type": "dynamiclist", "path": "a", "components": [], "defaultRepetitions": 101}, "default-rows"),
        ({"type": "dynamiclist", "path": "a", "components": [], "allowAddRemove": "no"}, "not-boolean"),
    ],
)
def test_what_the_server_cannot_honour_is_refused(forms, component, code):
    assert (code, "satu") in forms.findings({**component, "id": "satu"})


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"", "not-json"),
        (b"\xff", "not-json"),
        (b'{"id": "a", "id": "b"}', "not-json"),
        (b"[" * 100_000, "not-json"),
        (b"[]", "form-shape"),
        (b'"' + b"x" * 1_000_001 + b'"', "too-large"),
        (b'{"type": "default", "schemaVersion": 19, "components": []}', "form-id"),
        (b'{"id": "a", "schemaVersion": 19, "components": []}', "form-type"),
        (b'{"id": "a", "type": "default", "schemaVersion": 20, "components": []}', "schema-version"),
        (b'{"id": "a", "type": "default", "schemaVersion": 19}', "components"),
        (b'{"id": "a", "type": "default", "schemaVersion": 19, "components": [1]}', "component-shape"),
        (b'{"id": "a", "type": "default", "schemaVersion": 19, "components": [], "x": 1}', "unknown-key"),
        ("\ud800", "not-json"),
    ],
)
def test_what_is_no_form_is_refused(source, code):
    with pytest.raises(FormDefinitionError) as caught:
        load_form(source)
    assert [f.code for f in caught.value.findings] == [code]


def test_all_findings_at_once_in_indonesian_and_with_position(forms):
    with pytest.raises(FormDefinitionError) as caught:
        forms.make(
            {"id": "satu", "type": "expression", "key": "a", "expression": "=1 +\n+ * 2"},
            {"id": "dua", "type": "video"},
            {"id": "tiga", "type": "expression", "key": "b", "expression": "=(1"},
        )
    first, second, third = caught.value.findings
    assert (first.element, second.element, third.element) == ("satu", "dua", "tiga")
    assert "baris 2" in first.message
    assert "kolom 4" in third.message or "kolom 5" in third.message
    assert "“video”" in second.message


def test_ids_are_needed_and_unique(forms):
    source = json.loads(forms.source({"type": "textfield", "key": "a"}))
    del source["components"][0]["id"]
    with pytest.raises(FormDefinitionError) as caught:
        load_form(json.dumps(source))
    assert caught.value.findings[0].code == "component-id"
    one = {"type": "textfield", "id": "satu"}
    assert forms.findings({**one, "key": "a"}, {**one, "key": "b"}) == [("duplicate-id", "satu")]


def test_one_path_belongs_to_one_component_of_a_level(forms):
    text = {"type": "textfield"}
    assert forms.findings({**text, "key": "a", "id": "x"}, {**text, "key": "a", "id": "y"}) == [("duplicate-key", "y")]
    group = {"type": "group", "path": "g", "id": "g", "components": [{**text, "key": "b", "id": "x"}]}
    assert forms.findings(group, {**text, "key": "g.b", "id": "y"}) == [("duplicate-key", "y")]
    assert forms.findings(group, {**text, "key": "g", "id": "y"}) == [("duplicate-key", "y")]
    rows = {"type": "dynamiclist", "path": "r", "id": "r", "components": [{**text, "key": "a", "id": "x"}]}
    forms.make(rows, {**text, "key": "a", "id": "y"})
    assert forms.findings(rows, {**text, "key": "r.a", "id": "y"}) == [("duplicate-key", "y")]
    twice = {**rows, "components": [{**text, "key": "a", "id": "x"}, {**text, "key": "a", "id": "z"}]}
    assert forms.findings(twice) == [("duplicate-key", "z")]


def test_size_and_depth_of_a_form_are_bounded(forms):
    many = [{"type": "spacer", "id": f"s{n}"} for n in range(501)]
    assert forms.findings(*many) == [("too-many", "uji")]
    forms.make(*many[:500])
    deep = {"type": "textfield", "key": "a", "id": "a"}
    for n in range(6):
        deep = {"type": "group", "components": [deep], "id": f"g{n}"}
    assert [code for code, _ in forms.findings(deep)] == ["too-deep"]
    forms.make(deep["components"][0])


def test_a_bare_name_of_the_own_row_is_refused_because_it_would_be_null(forms):
    def rows(expression):
        return {
            "type": "dynamiclist",
            "path": "baris",
            "components": [
                {"type": "number", "key": "target"},
                {"type": "expression", "key": "capaian", "expression": expression},
            ],
        }

    assert forms.findings(rows("=target * 2")) == [("row-name", "capaian")]
    forms.make(rows("=this.target * 2"))
    forms.make({"type": "number", "key": "target", "id": "luar"}, rows("=target * 2"))


def test_read_only_cells_need_fixed_rows(forms):
    rows = {"type": "dynamiclist", "path": "r", "components": [{"type": "textfield", "key": "a", "readonly": True}]}
    assert forms.findings(rows) == [("readonly-row", "a")]
    forms.make({**rows, "allowAddRemove": False})


def test_a_value_carried_in_a_row_needs_fixed_rows(forms):
    carried = {"type": "expression", "key": "unit", "expression": "=this.unit"}
    rows = {"type": "dynamiclist", "path": "r", "components": [carried]}
    assert forms.findings(rows) == [("carried-row", "unit")]
    forms.make({**rows, "allowAddRemove": False})


def test_conditions_in_circles_and_long_chains_are_refused(forms):
    def text(key, hide=None):
        return {"type": "textfield", "key": key, **({"conditional": {"hide": hide}} if hide else {})}

    assert forms.findings(text("a", '=a = "x"')) == [("condition-circle", "a")]
    forms.make(text("a", '=a = null or a = ""'))
    assert ("condition-chain", "a") in forms.findings(text("a", "=b != null"), text("b", "=a != null"))
    two = [text("a"), text("b", '=a = ""'), text("c", '=b = ""')]
    forms.make(*two)
    assert forms.findings(*two, text("d", '=c = ""')) == [("condition-chain", "d")]
    computed = {"type": "expression", "key": "e", "expression": "=c"}
    assert forms.findings(*two, computed, text("d", '=e = ""')) == [("condition-chain", "d")]


def test_a_required_read_only_field_is_warned_of(forms):
    form = forms.make({"type": "textfield", "key": "a", "readonly": True, "validate": {"required": True}})
    assert [f.code for f in form.findings] == ["readonly-required"]


def test_warnings_do_not_refuse_a_form(forms):
    form = forms.make(
        {"type": "textfield", "key": "a", "validate": {"validationType": "phone"}, "properties": {"x": "y"}}
    )
    assert sorted(f.code for f in form.findings) == ["phone", "property"]
    assert {f.severity for f in form.findings} == {"warning"}


@pytest.mark.parametrize("pattern", [r"\d+", r"^\/a$", r"a{2,3}", r"[A-Z]\.\-", r"(?:a|b)", r"\x41", r"\(\?="])
def test_patterns_that_mean_the_same_in_both_languages(pattern):
    compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(?i)a", r"(?=a)", r"(a)\1", r"\pL", r"\z", r"\u0041", "[[:alpha:]]", "(", "a{2000}"]
)
def test_patterns_that_do_not(pattern):
    with pytest.raises(PatternError):
        compile_pattern(pattern)


def test_outputs_name_the_type_of_every_top_level_key(forms):
    form = forms.make(
        {"type": "textfield", "key": "teks"},
        {"type": "number", "key": "angka"},
        {"type": "number", "key": "uang", "serializeToString": True},
        {"type": "checkbox", "key": "centang"},
        {"type": "radio", "key": "pilih", "values": [{"label": "Satu", "value": 1}]},
        {"type": "select", "key": "dari_data", "valuesKey": "units"},
        {"type": "taglist", "key": "tanda", "values": ["a"]},
        {"type": "datetime", "key": "jam", "subtype": "time"},
        {"type": "filepicker", "key": "berkas"},
        {"type": "expression", "key": "hitung", "expression": "=1"},
        {"type": "textfield", "key": "mati", "disabled": True},
        {"type": "group", "path": "g", "components": [{"type": "textfield", "key": "x"}]},
        {"type": "dynamiclist", "path": "baris", "components": [{"type": "textfield", "key": "y"}]},
        {"type": "text", "text": "halo"},
    )
    assert dict(form.outputs) == {
        "teks": "string",
        "angka": "number",
        "uang": "string",
        "centang": "boolean",
        "pilih": "number",
        "dari_data": "any",
        "tanda": "list",
        "jam": "time",
        "berkas": "files",
        "hitung": "any",
        "g": "context",
        "baris": "list",
    }
