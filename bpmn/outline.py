"""What a diagram says of its SOP, read without judging: for comparing drafts that may be wrong in every other way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from bpmn import safexml
from bpmn.codes import Report
from bpmn.errors import DiagramError
from bpmn.reader import BPMN, SOP

TEXTS = ("nomor", "tanggalPembuatan", "tanggalRevisi", "tanggalEfektif", "nama")
OFFICIAL = ("jabatan", "nama", "pangkat", "nip")
LISTS = (
    "instansi", "dasarHukum", "kualifikasiPelaksana", "keterkaitan", "peralatan", "peringatan", "pencatatan",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """A user task. `says`: nama, pelaksana, peran, unit, kelengkapan, waktu, output, keterangan, formulir, membaca,
    menulis, berulang, batas; an absent one is empty."""

    id: str
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Symbol:
    """Anything else that is drawn and may have a name: `name` as written, empty for none; `step`: at whose border it
    stands, as the timer of a step does; else empty."""

    name: str
    step: str


_KINDS = {
    "exclusiveGateway": "Gerbang eksklusif",
    "parallelGateway": "Gerbang paralel",
    "startEvent": "Mulai",
    "endEvent": "Selesai",
    "intermediateCatchEvent": "Pengatur waktu",
    "boundaryEvent": "Pengatur waktu",
    "lane": "Lajur",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """`explained`: what its author says of the whole, a text each; `identity`: the texts of the identity page by their
    names, lists as lines; `flows`: (from, to, condition) by id; `symbols`: what is neither step nor process, flows
    among it; `documents`: their names by key; `names`: what every element with an id is called: its name, else its
    kind, else its id."""

    id: str
    name: str
    explained: tuple[str, ...]
    identity: Mapping[str, str]
    steps: tuple[Step, ...]
    flows: Mapping[str, tuple[str, str, str]]
    symbols: Mapping[str, Symbol]
    documents: Mapping[str, str]
    names: Mapping[str, str]


def _called(element: etree._Element) -> str:
    kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
    return _plain(element.get("name")) or _KINDS.get(kind) or str(element.get("id", ""))


@lru_cache(maxsize=16)  # the page of the versions asks for the same few each time: half of what it took
def outline(xml: bytes) -> Outline | None:
    """The outline of the first process in a diagram; None when it cannot be read or holds none."""
    try:
        root = safexml.read(xml, Report())
    except DiagramError:
        return None
    process = root.find(f"{{{BPMN}}}process")
    if process is None:
        return None
    lanes = {
        (ref.text or "").strip(): lane
        for lane in process.iter(f"{{{BPMN}}}lane")
        for ref in lane.findall(f"{{{BPMN}}}flowNodeRef")
    }
    timers = {
        event.get("attachedToRef"): _text(event.find(f".//{{{BPMN}}}timeDuration"))
        for event in process.iter(f"{{{BPMN}}}boundaryEvent")
    }
    return Outline(
        process.get("id", ""),
        _plain(process.get("name")),
        tuple(filter(None, map(_text, process.findall(f"{{{BPMN}}}documentation")))),
        _identity(process.find(f"{{{BPMN}}}extensionElements/{{{SOP}}}identity")),
        tuple(
            Step(task.get("id", ""), _says(task, lanes.get(task.get("id", "")), timers.get(task.get("id"))))
            for task in process.iter(f"{{{BPMN}}}userTask")
        ),
        {
            flow.get("id", ""): (
                flow.get("sourceRef", ""),
                flow.get("targetRef", ""),
                _text(flow.find(f"{{{BPMN}}}conditionExpression")),
            )
            for flow in process.iter(f"{{{BPMN}}}sequenceFlow")
        },
        {
            one.get("id", ""): Symbol(_plain(one.get("name")), one.get("attachedToRef", ""))
            for one in process.iter()
            if one.get("id") and one.tag not in (f"{{{BPMN}}}userTask", f"{{{BPMN}}}process")
        },
        {
            one.get("key", ""): _plain(one.get("name"))
            for one in process.findall(f"{{{BPMN}}}extensionElements/{{{SOP}}}document")
        },
        {one.get("id", ""): _called(one) for one in process.iter() if one.get("id")},
    )


def _identity(page: Any) -> dict[str, str]:
    found = dict.fromkeys((*TEXTS, *(f"disahkanOleh.{name}" for name in OFFICIAL), *LISTS), "")
    if page is None:
        return found
    found |= {name: _plain(page.get(name)) for name in TEXTS}
    official = page.find(f"{{{SOP}}}disahkanOleh")
    if official is not None:
        found |= {f"disahkanOleh.{name}": _plain(official.get(name)) for name in OFFICIAL}
    found |= {name: "\n".join(_text(one) for one in page.findall(f"{{{SOP}}}{name}")) for name in LISTS}
    return found


def _says(task: Any, lane: Any, timer: str | None) -> dict[str, str]:
    words = task.find(f"{{{BPMN}}}extensionElements")
    standard = None if words is None else words.find(f"{{{SOP}}}mutuBaku")

    def own(name: str) -> str:
        value = task.get(f"{{{SOP}}}{name}") or (lane.get(f"{{{SOP}}}{name}") if lane is not None else "")
        return _plain(value)

    def all_of(name: str, attribute: str) -> str:
        return ", ".join(_plain(one.get(attribute)) for one in _each(words, name))

    each = task.find(f".//{{{SOP}}}each")
    return {
        "nama": _plain(task.get("name")),
        "pelaksana": _plain(lane.get("name")) if lane is not None else "",
        "peran": own("role"),
        "unit": own("unit"),
        "kelengkapan": _text(None if standard is None else standard.find(f"{{{SOP}}}kelengkapan")),
        "waktu": _plain(None if standard is None else standard.get("waktu")),
        "output": _text(None if standard is None else standard.find(f"{{{SOP}}}output")),
        "keterangan": _text(None if standard is None else standard.find(f"{{{SOP}}}keterangan")),
        "batas": timer or "",
        "formulir": all_of("form", "ref"),
        "membaca": all_of("reads", "document"),
        "menulis": all_of("writes", "document"),
        "isian_awal": "\n".join(f"{_plain(one.get('field'))} = {_text(one)}" for one in _each(words, "initial")),
        "berulang": "" if each is None else _plain(each.get("collection")),
        "tanda": all_of("sign", "kind"),
    }


def _each(words: Any, name: str) -> list[Any]:
    return [] if words is None else words.findall(f"{{{SOP}}}{name}")


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _text(element: Any) -> str:
    return "" if element is None else _plain(element.text)
