"""Forms compared component by component."""

from hypothesis import given
from hypothesis import strategies as st

from forms.differences import differences

BEFORE = {
    "title": "Isian",
    "components": [
        {"id": "a", "key": "nama", "type": "textfield", "label": "Nama", "validate": {"required": True}},
        {"id": "b", "key": "jumlah", "type": "number", "label": "Jumlah"},
        {
            "id": "c",
            "path": "baris",
            "type": "dynamiclist",
            "components": [{"id": "d", "key": "nama", "type": "textfield", "label": "Nama barang"}],
        },
        {"id": "e", "type": "text", "text": "Petunjuk"},
    ],
}


def after(**changes):
    return {**BEFORE, **changes}


def test_added_removed_and_changed_with_before_and_after():
    components = [
        {"id": "x9", "key": "nama", "type": "textfield", "label": "Nama lengkap", "validate": {"maxLength": 5}},
        {
            "id": "c",
            "path": "baris",
            "type": "dynamiclist",
            "components": [{"id": "d", "key": "nama", "type": "textfield", "label": "Nama barang"}],
        },
        {"id": "e", "type": "text", "text": "Petunjuk baru"},
        {"id": "f", "key": "tanggal", "type": "datetime", "dateLabel": "Tanggal"},
    ]
    found = {one.place: one for one in differences(BEFORE, after(components=components, title="Isian baru"))}
    assert {place: one.what for place, one in found.items()} == {
        "": "diubah",
        "nama": "diubah",
        "#e": "diubah",
        "tanggal": "ditambah",
        "jumlah": "dihapus",
    }
    assert {(one.name, one.before, one.after) for one in found["nama"].properties} == {
        ("label", "Nama", "Nama lengkap"),
        ("validate.required", "true", None),
        ("validate.maxLength", None, "5"),
    }


def test_a_place_in_a_list_is_not_the_same_key_outside():
    rows = [dict(BEFORE["components"][2], components=[]), *BEFORE["components"][:2], BEFORE["components"][3]]
    assert [(one.place, one.what) for one in differences(BEFORE, after(components=rows))] == [("baris.nama", "dihapus")]


def test_order_ids_and_layout_are_no_difference():
    moved = [dict(one, layout={"row": "R1"}) for one in reversed(BEFORE["components"])]
    moved[-1]["id"] = "lain"
    assert differences(BEFORE, after(components=moved)) == ()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["components", "key", "path", "label", "id", "type"]), inner, max_size=4), max_leaves=12))  # fmt: skip  # noqa: E501
def test_any_json_is_compared_without_complaint(data):
    assert differences(data, data) == ()
    differences(data, BEFORE)
    differences(BEFORE, data)
