"""Untrusted bytes to an element tree: no entities, no network, no DTD, bounded in bytes, elements and depth.

Only UTF-8 is read. That covers what BPMN editors write, and it makes the search for a document type declaration below
reliable: in another encoding the bytes would not spell it.
"""

from __future__ import annotations

import re

from lxml import etree

from bpmn.codes import Report
from bpmn.errors import DiagramError

MAX_BYTES = 2 * 1024 * 1024
MAX_ELEMENTS = 20_000
MAX_DEPTH = 24
MAX_TEXT = 10_000

_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
# Characters that reorder or hide text: a name could read otherwise than it is.
HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)


def read(source: bytes, report: Report) -> etree._Element:
    """The root element of `source`; raises DiagramError (with the report's findings) when it cannot be read safely."""
    if not source.strip():
        _refuse(report, "FILE_EMPTY")
    if len(source) > MAX_BYTES:
        _refuse(report, "FILE_TOO_LARGE", limit=MAX_BYTES // (1024 * 1024))
    declared = _ENCODING.match(source.removeprefix(b"\xef\xbb\xbf"))
    if declared is not None and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        _refuse(report, "FILE_ENCODING")
    try:
        source.decode("utf-8")
    except UnicodeDecodeError:
        _refuse(report, "FILE_ENCODING")
    if b"<!DOCTYPE" in source or b"<!ENTITY" in source:
        _refuse(report, "FILE_DOCTYPE", line=source[: source.find(b"<!")].count(b"\n") + 1)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        _refuse(report, "FILE_MALFORMED", line=error.lineno or None)
    if root.getroottree().docinfo.internalDTD is not None:
        _refuse(report, "FILE_DOCTYPE")
    _measure(root, report)
    return root


def _measure(root: etree._Element, report: Report) -> None:
    """Bounds on what the tree holds, and no hidden characters in any name or text of it."""
    count = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        count += 1
        depth += 1
        if count > MAX_ELEMENTS:
            _refuse(report, "FILE_TOO_MANY_ELEMENTS", limit=MAX_ELEMENTS)
        if depth > MAX_DEPTH:
            _refuse(report, "FILE_TOO_DEEP", line=element.sourceline, limit=MAX_DEPTH)
        for text in (element.text, element.tail, *element.attrib.values()):
            if not text:
                continue
            if len(text) > MAX_TEXT:
                report.add("TEXT_TOO_LONG", element.get("id", ""), line=element.sourceline, limit=MAX_TEXT)
            if HIDDEN.search(text):
                report.add("TEXT_HIDDEN", element.get("id", ""), line=element.sourceline)


def _refuse(report: Report, code: str, *, line: int | None = None, **values: object) -> None:
    report.add(code, "", line=line, **values)
    raise DiagramError(report.findings)
