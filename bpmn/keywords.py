"""Our own keywords in a diagram (namespace `urn:alur:sop:1`): which exist where, and reading them into plain values.

The tables below are the whole vocabulary. A keyword in the wrong place, an attribute that is not listed or extensions
of another vendor are findings, because they would be ignored at run time without the author knowing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpmn.codes import Report
from bpmn.reader import SOP, split
from forms.feel import Expression, FeelSyntaxError, parse


@dataclass(frozen=True)
class Keyword:
    """Attributes (True when required; a tuple of values when only those are allowed), content and how often."""

    attributes: Mapping[str, bool | tuple[str, ...]] = field(default_factory=dict)
    content: str = "none"  # none | text | feel | children
    repeated: bool = False


_IDENTITY_LISTS = (
    "instansi",
    "dasarHukum",
    "kualifikasiPelaksana",
    "keterkaitan",
    "peralatan",
    "peringatan",
    "pencatatan",
)
PROCESS = {
    "identity": Keyword(
        dict.fromkeys(("nomor", "tanggalPembuatan", "tanggalRevisi", "tanggalEfektif", "nama"), False), "children"
    ),
    "document": Keyword({"key": True, "name": True, "form": False, "state": False}, repeated=True),
    "startForm": Keyword({"form": True, "writes": False}),
    "businessKey": Keyword(content="feel"),
    "title": Keyword(content="feel"),
}
IDENTITY = {
    **dict.fromkeys(_IDENTITY_LISTS, Keyword(content="text", repeated=True)),
    "disahkanOleh": Keyword(dict.fromkeys(("jabatan", "nama", "pangkat", "nip"), False)),
}
TASK = {
    "form": Keyword({"ref": True}),
    "mutuBaku": Keyword({"waktu": False}, "children"),
    "reads": Keyword({"document": True}, repeated=True),
    "writes": Keyword({"document": True, "state": False, "form": False}, repeated=True),
    "initial": Keyword({"field": True, "always": ("true", "false")}, "feel", repeated=True),
    "due": Keyword(content="feel"),
    "returnNote": Keyword({"field": True}),
    "sign": Keyword({"kind": ("paraf", "tandatangan"), "document": True, "when": False}),
    "printOut": Keyword({"document": True, "title": True, "layout": ("portrait", "landscape")}, repeated=True),
    "amendable": Keyword({"while": True}),
    "distribute": Keyword({"document": True, "by": True}, "feel", repeated=True),
}
STANDARD = dict.fromkeys(("kelengkapan", "output", "keterangan"), Keyword(content="text"))
EACH = {"each": Keyword({"collection": True, "item": True})}
_OPTIONAL_CHOICE = {("printOut", "layout"), ("initial", "always")}


@dataclass
class Found:
    """One keyword as written: its attributes, its text (or FEEL), and the keywords in it."""

    name: str
    line: int | None
    attributes: dict[str, str]
    text: str = ""
    expression: Expression | None = None
    inner: dict[str, list[Found]] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """An attribute, None when absent or empty."""
        return self.attributes.get(name) or None

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all inner keywords of that name."""
        return tuple(found.text for found in self.inner.get(name, ()))


def read(extension: Any, vocabulary: Mapping[str, Keyword], element: str, report: Report) -> dict[str, list[Found]]:
    """The keywords under an `extensionElements` (or a keyword with children); findings point at `element`."""
    result: dict[str, list[Found]] = {}
    for child, namespace, name in _children(extension):
        keyword = vocabulary.get(name) if namespace == SOP else None
        if keyword is None:
            report.add("EXTENSION_UNKNOWN", element, line=child.sourceline, tag=_tag(child, namespace, name))
            continue
        if name in result and not keyword.repeated:
            report.add("EXTENSION_DOUBLED", element, line=child.sourceline, tag=f"sop:{name}")
            continue
        result.setdefault(name, []).append(_one(child, name, keyword, element, report))
    return result


def _one(child: Any, name: str, keyword: Keyword, element: str, report: Report) -> Found:
    found = Found(name, child.sourceline, {})
    for qualified, value in child.attrib.items():
        namespace, attribute = split(qualified)
        if attribute not in keyword.attributes or namespace not in ("", SOP):
            report.add("EXTENSION_ATTRIBUTE", element, line=child.sourceline, tag=f"sop:{name}", name=attribute)
            continue
        found.attributes[attribute] = value.strip()
    for attribute, rule in keyword.attributes.items():
        value = found.get(attribute)
        if value is None:
            if rule is True or (isinstance(rule, tuple) and (name, attribute) not in _OPTIONAL_CHOICE):
                report.add("EXTENSION_MISSING", element, line=child.sourceline, tag=f"sop:{name}", name=attribute)
        elif isinstance(rule, tuple) and value not in rule:
            report.add(
                "EXTENSION_VALUE",
                element,
                line=child.sourceline,
                name=attribute,
                value=value,
                choices=" atau ".join(f"“{choice}”" for choice in rule),
            )
    if keyword.content == "children":
        inner = IDENTITY if name == "identity" else STANDARD
        found.inner = read(child, inner, element, report)
        return found
    for part, namespace, part_name in _children(child):
        report.add("EXTENSION_UNKNOWN", element, line=part.sourceline, tag=_tag(part, namespace, part_name))
    found.text = (child.text or "").strip()
    if keyword.content == "feel":
        if not found.text:
            report.add("EXTENSION_MISSING", element, line=child.sourceline, tag=f"sop:{name}", name="ungkapan FEEL")
        else:
            found.expression = feel(found.text, element, report, line=child.sourceline)
    elif keyword.content == "none" and found.text:
        report.add("EXTENSION_UNKNOWN", element, line=child.sourceline, tag=f"sop:{name} berisi teks")
    return found


def feel(text: str, element: str, report: Report, *, line: int | None = None) -> Expression | None:
    """A parsed expression, or None with a finding at `element`."""
    if "${" in text or "#{" in text:
        report.add("FEEL_FOREIGN", element, line=line, text=text)
        return None
    try:
        return parse(text)
    except FeelSyntaxError as error:
        report.add(
            "FEEL_SYNTAX",
            element,
            line=line,
            text=text,
            at_line=error.line,
            column=error.column,
            reason=error.message.rstrip("."),
        )
        return None


def _children(element: Any) -> Iterator[tuple[Any, str, str]]:
    if element is None:
        return
    for child in element:
        if isinstance(child.tag, str):
            yield (child, *split(child.tag))


def _tag(child: Any, namespace: str, name: str) -> str:
    return f"sop:{name}" if namespace == SOP else f"{child.prefix or namespace}:{name}"
