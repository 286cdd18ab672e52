"""Every key of form-js that a component may have: what is not listed here is refused when a form is loaded.

`HONOURED` keys decide about data, and the server obeys them; `SHOWN` keys only decide how something looks in the
browser, and the server has nothing to check.
"""

from __future__ import annotations

COMMON = frozenset({"id", "type", "label", "layout", "properties", "conditional", "description", "appearance"})
FIELD = frozenset({"key", "validate", "readonly", "disabled", "defaultValue"})
CHOICE = FIELD | {"values", "valuesKey", "valuesExpression"}
TEXT = frozenset({"required", "minLength", "maxLength", "pattern", "patternErrorMessage", "validationType"})
TIME_LOOK = frozenset({"dateLabel", "timeLabel", "use24h", "timeInterval"})

HONOURED: dict[str, frozenset[str]] = {
    "textfield": FIELD,
    "textarea": FIELD,
    "number": FIELD | {"decimalDigits", "increment", "serializeToString"},
    "checkbox": FIELD,
    "select": CHOICE,
    "radio": CHOICE,
    "checklist": CHOICE,
    "taglist": CHOICE,
    "datetime": FIELD | {"subtype", "timeSerializingFormat", "disallowPassedDates"},
    "filepicker": FIELD - {"defaultValue"} | {"accept", "multiple"},
    "expression": frozenset({"key", "expression", "computeOn"}),
    "group": frozenset({"path", "components"}),
    "dynamiclist": frozenset({"path", "components", "allowAddRemove", "defaultRepetitions", "isRepeating"}),
    "text": frozenset(),
    "html": frozenset(),
    "image": frozenset(),
    "table": frozenset(),
    "button": frozenset(),
    "spacer": frozenset(),
    "separator": frozenset(),
}
SHOWN: dict[str, frozenset[str]] = {
    "select": frozenset({"searchable"}),
    "datetime": TIME_LOOK,
    "group": frozenset({"showOutline", "verticalAlignment"}),
    "dynamiclist": frozenset({"showOutline", "verticalAlignment", "disableCollapse", "nonCollapsedItems"}),
    "text": frozenset({"text"}),
    "html": frozenset({"content"}),
    "image": frozenset({"source", "alt"}),
    "table": frozenset({"dataSource", "columns", "columnsExpression", "rowCount"}),
    "button": frozenset({"action"}),
    "spacer": frozenset({"height"}),
}
VALIDATE: dict[str, frozenset[str]] = {
    "textfield": TEXT,
    "textarea": TEXT,
    "number": frozenset({"required", "min", "max"}),
    "filepicker": frozenset({"required"}),
    "checkbox": frozenset({"required"}),
    "select": frozenset({"required"}),
    "radio": frozenset({"required"}),
    "checklist": frozenset({"required"}),
    "taglist": frozenset({"required"}),
    "datetime": frozenset({"required"}),
}
FORM = frozenset(
    {
        "id",
        "type",
        "title",
        "components",
        "schemaVersion",
        "exporter",
        "executionPlatform",
        "executionPlatformVersion",
        "versionTag",
        "properties",
    }
)
PROPERTIES: dict[str, frozenset[str]] = {
    "import": frozenset({"table"}),
    "print": frozenset({"no", "yes"}),
    "format": frozenset({"rupiah", "persen", "tanggal"}),
    "summary": frozenset({"yes"}),  # of a field in a list: on screen the row's line shows it, and folds the others
}
ROWS_PROPERTIES = frozenset({"minRows", "unique"})  # of a dynamiclist; read by forms.read

# `this`, `parent` and `i` would hide the row of an expression; the rest is refused by JavaScript's own objects.
FORBIDDEN = frozenset(
    {
        "this",
        "parent",
        "i",
        "_this_",
        "_parent_",
        "_i_",
        "__proto__",
        "constructor",
        "prototype",
        "null",
        "true",
        "false",
    }
)


def allowed(type_: str) -> frozenset[str]:
    """All keys that a component of this type may have."""
    return COMMON | HONOURED[type_] | SHOWN.get(type_, frozenset())
