"""The few things that are written into a diagram when it is put in force or copied: its identity page and its id.

Everything else stays as drawn. The bytes are read as untrusted ones are (`bpmn.safexml`), and come back unchanged when
they say already what they should.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from bpmn import safexml
from bpmn.codes import Report
from bpmn.errors import DiagramError
from bpmn.reader import BPMN, SOP

IDENTITY = ("nomor", "tanggalPembuatan", "tanggalRevisi", "tanggalEfektif", "nama")
OFFICIAL = ("jabatan", "nama", "pangkat", "nip")
_PLANE = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNPlane"


def process_of(xml: bytes) -> tuple[str, str] | None:
    """Id and name of the one process in a diagram; None when it cannot be read or holds none or several."""
    try:
        process = _process(_read(xml))
    except DiagramError:
        return None
    return None if process is None else (process.get("id", ""), " ".join(process.get("name", "").split()))


def with_identity(xml: bytes, identity: Mapping[str, str], official: Mapping[str, str]) -> bytes:
    """The diagram with these attributes of `sop:identity` and of its `sop:disahkanOleh`; an empty text removes one.

    Raises DiagramError when the diagram cannot be read; without a process it comes back as it is.
    """
    root = _read(xml)
    process = _process(root)
    if process is None:
        return xml
    changed = False
    if identity or official:
        page = _child(_child(process, BPMN, "extensionElements", 0), SOP, "identity", 0)
        changed = _set(page, identity, IDENTITY)
        if any(official.values()) or page.find(f"{{{SOP}}}disahkanOleh") is not None:
            after = len(page.findall(f"{{{SOP}}}instansi"))
            changed |= _set(_child(page, SOP, "disahkanOleh", after), official, OFFICIAL)
    return _write(root) if changed else xml


def renamed(xml: bytes, process_id: str, name: str | None = None) -> bytes:
    """The diagram as one of the process `process_id`, called `name` unless that is None.

    Raises DiagramError when the diagram cannot be read; one without exactly one process comes back as it is.
    """
    root = _read(xml)
    process = _process(root)
    if process is None:
        return xml
    before, called = process.get("id"), process.get("name")
    if before == process_id and name in (None, called):
        return xml
    if before != process_id:
        process.set("id", process_id)
        for element, attribute in ((f"{{{BPMN}}}participant", "processRef"), (_PLANE, "bpmnElement")):
            for found in root.iter(element):
                if found.get(attribute) == before:
                    found.set(attribute, process_id)
    if name is not None and name != called:
        process.set("name", name)
        for found in root.iter(f"{{{BPMN}}}participant"):
            if found.get("processRef") == process_id:
                found.set("name", name)
        page = process.find(f"{{{BPMN}}}extensionElements/{{{SOP}}}identity")
        if page is not None:
            page.set("nama", name)
    return _write(root)


def _read(xml: bytes) -> Any:
    report = Report()
    safexml.read(xml, report)  # refuses what is not safe, and forgets comments, which are kept here
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, encoding="utf-8")
    return etree.fromstring(xml, parser)


def _process(root: Any) -> Any:
    found = root.findall(f"{{{BPMN}}}process")
    return found[0] if root.tag == f"{{{BPMN}}}definitions" and len(found) == 1 else None


def _child(parent: Any, namespace: str, name: str, position: int) -> Any:
    """The child of that name, made at `position` when there is none."""
    found = parent.find(f"{{{namespace}}}{name}")
    if found is None:
        prefixes = {"sop": SOP} if namespace == SOP and SOP not in parent.nsmap.values() else None
        found = parent.makeelement(f"{{{namespace}}}{name}", nsmap=prefixes)
        parent.insert(position, found)
    return found


def _set(element: Any, values: Mapping[str, str], allowed: tuple[str, ...]) -> bool:
    changed = False
    for name, value in values.items():
        if name not in allowed:
            raise ValueError(f"no such attribute: {name}")
        if (element.get(name) or "") == value:
            continue
        changed = True
        if value:
            element.set(name, value)
        else:
            del element.attrib[name]
    return changed


def _write(root: Any) -> bytes:
    body: bytes = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"
