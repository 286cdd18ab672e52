"""Random data against random forms: only FormInvalid, once loaded always loaded, nothing from where it must not be."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from forms import FormDefinitionError, FormInvalid, canonical, load_form
from forms.render import to_html

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KEYS = ["a", "b", "c", "d", "e", "typename", "Meta"]


@dataclass(frozen=True)
class Kept:
    media_type: str = "application/pdf"
    size: int = 1
    name: str = "surat.pdf"


ATTACHMENTS = {"x": Kept(), "y": Kept()}

SHAPES = [
    {"type": "textfield"},
    {"type": "textarea", "validate": {"maxLength": 3}},
    {"type": "textfield", "validate": {"pattern": "[ab]"}},
    {"type": "number", "decimalDigits": 1},
    {"type": "number", "serializeToString": True, "validate": {"min": 0}},
    {"type": "number", "validate": {"max": "=a"}},
    {"type": "checkbox"},
    {"type": "select", "values": ["x", 1, True]},
    {"type": "checklist", "valuesKey": "daftar"},
    {"type": "taglist", "valuesExpression": "=daftar"},
    {"type": "datetime", "disallowPassedDates": True},
    {"type": "datetime", "subtype": "time", "timeSerializingFormat": "utc_offset"},
    {"type": "filepicker", "multiple": True},
]
EXPRESSIONS = [
    "=a",
    "=a + 1",
    "=this.a",
    '=if a = null then "x" else b',
    "=count(a)",
    "=today()",
    "=[a, {b: b}]",
    "=sum(r.a)",
]
CONDITIONS = ["=x = true", "=x > 1", "=not(x)", '=this.x = null or this.x = ""', "=count(x) > 1", "=kunci"]


# Made once: a strategy that is made anew at every draw costs more than the draw.
SHAPE, EXPRESSION, CONDITION = st.sampled_from(SHAPES), st.sampled_from(EXPRESSIONS), st.sampled_from(CONDITIONS)
ROW_EXPRESSION = st.sampled_from(["=this.x", "=this.y", "=parent", "=i[1]", "=daftar"])
LEVEL = st.lists(st.sampled_from(KEYS), min_size=1, max_size=4, unique=True)
TRUTH = st.booleans()
BELOW = {most: st.integers(0, most - 1) for most in (3, 4, 6, 10)}


@st.composite
def definitions(draw):
    """A small form: fields of any type, a group, a list of fixed or free rows, conditions on fields without one."""
    ids = iter(range(1000))

    def field(key, row, fixed, guard):
        shape = dict(draw(SHAPE))
        if draw(BELOW[6]) == 0:
            shape = {"type": "expression", "expression": draw(EXPRESSION)}
            if row:
                shape["expression"] = draw(ROW_EXPRESSION)
        else:
            validate = dict(shape.get("validate", {}), required=draw(TRUTH))
            shape["validate"] = validate
            if (fixed or not row) and draw(BELOW[4]) == 0:
                shape["readonly"] = True
            if draw(BELOW[10]) == 0:
                shape["disabled"] = True
        if row and isinstance(shape.get("validate", {}).get("max"), str):
            shape["validate"]["max"] = "=this.a"
        if guard and draw(BELOW[3]) == 0:
            condition = draw(CONDITION).replace("this.x", "x")
            shape["conditional"] = {"hide": condition.replace("x", f"this.{guard}" if row else guard)}
        return {**shape, "key": key, "id": f"f{next(ids)}"}

    def level(row=False, fixed=False):
        keys = draw(LEVEL)
        guard = keys[0] if keys[0] in "abcde" else None
        return [field(keys[0], row, fixed, None), *(field(k, row, fixed, guard) for k in keys[1:])]

    fixed = draw(TRUTH)
    components = level()
    if draw(TRUTH):
        components.append({"type": "group", "path": "g", "id": "grup", "components": level()})
        for child in components[-1]["components"]:
            child.pop("conditional", None)
    if draw(TRUTH):
        rows = {"type": "dynamiclist", "path": "r", "id": "daftar_r", "components": level(row=True, fixed=fixed)}
        components.append({**rows, "allowAddRemove": not fixed})
    return json.dumps({"id": "acak", "type": "default", "schemaVersion": 19, "components": components})


atoms = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.decimals(-3, 3, places=1)
    | st.sampled_from(["", "a", "ab", "x", "1.5", "-1", "2026-11-23", "09:30+07:00", "\x00", "\u202ea", "\ud800", "=1"])
    | st.text(max_size=3)
    | st.lists(st.sampled_from(["x", "y", "z", 1]), max_size=2)
)
names = st.sampled_from([*KEYS, "g", "r", "daftar", "kunci", "__proto__", "asing"])
records = st.dictionaries(names, atoms, max_size=4)
data = st.dictionaries(names, atoms | records | st.lists(records | atoms, max_size=2), max_size=6)
likely = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(KEYS, atoms),
        "g": st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, atoms)),
        "r": st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, atoms)), max_size=2),
    },
)
initials = st.fixed_dictionaries(
    {"daftar": st.lists(st.sampled_from(["x", "y", {"value": "z", "label": "Zet"}]), max_size=2)},
    optional={
        **{key: st.none() | st.sampled_from(["a", "x", Decimal(1), True]) for key in KEYS},
        "r": st.lists(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["a", Decimal(2), None])), max_size=2),
        "kunci": st.booleans(),
    },
)


def form_of(source):
    """The form; a definition whose conditions run in circles through computed values is rightly refused."""
    findings = []
    try:
        return load_form(source)
    except FormDefinitionError as error:
        findings = error.findings
    assert {f.code for f in findings if f.severity == "error"} <= {"condition-circle", "condition-chain"}
    return reject()


def loaded(form, submitted, initial):
    """The data, or None when it was refused; anything but FormInvalid is an error of ours."""
    errors = []
    try:
        return form.load(submitted, initial=initial, now=NOW, attachments=ATTACHMENTS)
    except FormInvalid as error:
        errors = error.errors
    assert errors
    assert all(e.message.endswith(".") for e in errors)
    return None


@settings(max_examples=150)
@given(definitions(), data | likely, initials)
def test_random_data_is_taken_or_refused(source, submitted, initial):
    form = form_of(source)
    result = loaded(form, submitted, initial)
    form.start(initial, submitted)
    form.attachment_ids(submitted)
    if result is None:
        return
    canonical.dumps(result)
    assert set(result) <= set(form.outputs)
    assert loaded(form, result, initial) == result, "what was taken is taken again, unchanged"
    assert form.attachment_ids(result) <= set(ATTACHMENTS)
    html = to_html(form, result, attachments=ATTACHMENTS)
    assert "<script" not in html
    assert "\x00" not in html


@settings(max_examples=100)
@given(definitions(), likely, likely, initials)
def test_what_is_not_the_persons_to_write_does_not_depend_on_the_submission(source, submitted, other, initial):
    """Whatever is sent for read-only, disabled and computed fields, the result is the same."""
    form = form_of(source)
    theirs = {c["key"] for c in form.schema["components"] if "key" in c and _locked(c)}
    changed = {key: value for key, value in submitted.items() if key not in theirs}
    changed |= {key: value for key, value in other.items() if key in theirs}
    assert loaded(form, submitted, initial) == loaded(form, changed, initial)


class Unusual(dict):
    """A dict, but no plain one: what holds it is looked at value by value, and loaded by marshmallow as a whole."""


@settings(max_examples=150)
@given(definitions(), data | likely, initials, st.booleans())
def test_the_quick_way_takes_what_the_thorough_way_takes(source, submitted, initial, echo):
    form = form_of(source)
    if echo:  # what is most often right
        submitted = form.start(initial, submitted)
    assert told(form, submitted, initial) == told(form, Unusual(submitted), Unusual(initial))


def told(form, submitted, initial):
    """The data with its types, or every error."""
    try:
        result = form.load(submitted, initial=initial, now=NOW, attachments=ATTACHMENTS)
    except FormInvalid as error:
        return sorted(map(repr, error.errors))
    return canonical.dumps(result), repr(result)


def _locked(component):
    return component["type"] == "expression" or component.get("readonly") or component.get("disabled")


@settings(max_examples=100)
@given(definitions(), initials)
def test_what_a_page_opens_with_can_be_sent_back(source, initial):
    """No key and no type of `start` is foreign to `load`: only emptiness and limits may be complained about."""
    form = form_of(source)
    found = []
    try:
        form.load(form.start(initial), initial=initial, now=NOW, attachments=ATTACHMENTS)
    except FormInvalid as error:
        found = [e.message for e in error.errors]
    assert not [m for m in found if "tidak dikenal dalam formulir" in m or "muat ulang" in m]
