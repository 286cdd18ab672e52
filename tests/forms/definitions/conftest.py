"""A quarter on paper: the documents of one instance, written form by form from what the diagram says."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import etree

from forms import Form, FormInvalid, load_form
from forms.feel import parse

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 4, 6, 2, 0, tzinfo=UTC)
FORMS = {path.stem: load_form(path.read_bytes()) for path in sorted((ROOT / "forms/definitions").glob("*.form"))}
SOP = "{urn:alur:sop:1}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DIAGRAM = etree.fromstring((ROOT / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn").read_bytes())
TASKS = {task.get("id"): task.find(f"{BPMN}extensionElements") for task in DIAGRAM.iter(f"{BPMN}userTask")}
OWNER = {"kode": "PERKEU", "nama": "Bagian Perencanaan dan Keuangan", "induk": "SETDA"}
SETDA = {"kode": "SETDA", "nama": "Sekretariat Daerah", "induk": None}
UNITS = [
    {**unit, "label": unit["nama"], "value": unit["kode"]}
    for unit in (
        SETDA,
        OWNER,
        {"kode": "UMUM", "nama": "Bagian Umum", "induk": "SETDA"},
        {"kode": "HUKUM", "nama": "Bagian Hukum", "induk": "SETDA"},
        {"kode": "KEC", "nama": "Kecamatan", "induk": "KOTA"},
    )
]


@dataclass(frozen=True)
class Kept:
    media_type: str
    size: int


ATTACHMENTS = {"b1": Kept("application/pdf", 1000)}


class Quarter:
    """The documents of one instance, written step by step in the contexts that the diagram's expressions get."""

    def __init__(self, previous: Quarter | None = None) -> None:
        self.previous = previous
        self.documents: dict[str, Any] = dict.fromkeys(e.get("key") for e in DIAGRAM.iter(f"{SOP}document"))
        self.documents.update(isian=[], hasil_validasi=[])

    def initial(self, task: str, unit: str = "PERKEU", item: str | None = None) -> dict[str, Any]:
        context = {
            **deepcopy(self.documents),
            "units": UNITS,
            "owner": OWNER,
            "unit": next(u for u in UNITS if u["kode"] == unit),
            "starter": {"nama": "Staf", "jabatan": "Staf", "unit": "PERKEU"},
            "due_date": date(2026, 4, 7),
            "previous": self.previous and self.previous.documents,
            "item": item,
            "bagian": item,
        }
        return {e.get("field"): parse(e.text).evaluate(context, now=NOW) for e in TASKS[task].iter(f"{SOP}initial")}

    def page(self, task: str, **where: Any) -> dict[str, Any]:
        """What the browser has in hand when the page opens."""
        return deepcopy(form_of(task).start(self.initial(task, **where)))

    def send(self, task: str, data: dict[str, Any], **where: Any) -> dict[str, Any]:
        """Validates and keeps what is sent; the result."""
        result = form_of(task).load(data, initial=self.initial(task, **where), now=NOW, attachments=ATTACHMENTS)
        for writes in TASKS[task].iter(f"{SOP}writes"):
            key = writes.get("document")
            if where.get("item"):
                self.documents[key].append({**result, "item": where["item"]})
            else:
                self.documents[key] = result
        return result


def form_of(task: str) -> Form:
    return FORMS[TASKS[task].find(f"{SOP}form").get("ref")]


def errors_of(call: Any, *arguments: Any, **named: Any) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(FormInvalid) as caught:
        call(*arguments, **named)
    return {error.path: error.message for error in caught.value.errors}


def indicator(bagian: str, kode: str, arah: str = "naik", target: str = "100", **more: Any) -> dict[str, Any]:
    base = {"kode_bagian": bagian, "kode": kode, "sasaran": "Meningkatnya akuntabilitas", "indikator": f"Nilai {kode}"}
    numbers = {"target_tahun": Decimal(400), "target": Decimal(target)}
    return {**base, "satuan": "%", "arah": arah, **numbers, "pertanyaan": "", **more}


def started(previous: Quarter | None = None, triwulan: str = "I") -> Quarter:
    quarter = Quarter(previous)
    given = {"tahun": Decimal(2026), "triwulan": triwulan, "jenis_pk": "murni", "judul": ""}
    quarter.documents["permintaan"] = FORMS["data-kinerja-0-permintaan"].load(given, initial={}, now=NOW)
    return quarter


def distributed(previous: Quarter | None = None) -> Quarter:
    """A quarter whose format is with the Bagian."""
    quarter = started(previous)
    page = quarter.page("membuat_draft")
    page["indikator"] = [
        indicator("UMUM", "1.1", target="90"),
        indicator("UMUM", "1.2", "turun", "12", pertanyaan="Apa kendalanya?"),
        indicator("HUKUM", "2.1", target="0"),
        indicator("HUKUM", "2.2", target="3"),
        indicator("PERKEU", "3.1"),
    ]
    quarter.send("membuat_draft", page)
    quarter.send("mengkoreksi_format", {**quarter.page("mengkoreksi_format"), "keputusan": "benar"})
    quarter.send("menggandakan_format", quarter.page("menggandakan_format"))
    return quarter


def fill(quarter: Quarter, bagian: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    page = {**quarter.page("mengisi_data", unit=bagian, item=bagian), **more}
    for row, given in zip(page["baris"], rows, strict=True):
        row.update(given)
    return quarter.send("mengisi_data", page, unit=bagian, item=bagian)


def collected(previous: Quarter | None = None) -> Quarter:
    """A quarter that Bagian Umum and Hukum answered, and Perencanaan dan Keuangan did not."""
    quarter = distributed(previous)
    fill(
        quarter,
        "UMUM",
        [
            {"realisasi": Decimal("84.5"), "pagu": "1500000.50", "realisasi_anggaran": "1000000.25"},
            {"realisasi": Decimal(15), "jawaban": "Musim hujan", "bukti_dukung": ["b1"], "faktor_penghambat": "Hujan"},
        ],
        catatan="Sudah diperiksa",
    )
    fill(
        quarter,
        "HUKUM",
        [
            {"realisasi": Decimal(2), "capaian_manual": Decimal(50), "alasan_manual": "Dinilai tim"},
            {"belum_tersedia": True, "alasan_belum_tersedia": "Menunggu BPS", "realisasi": Decimal(7)},
        ],
    )
    return quarter


def verified() -> Quarter:
    quarter = collected()
    quarter.send("menyerahkan_data", quarter.page("menyerahkan_data"))
    page = quarter.page("memvalidasi")
    for row in page["baris"]:
        row["valid"] = True
    page["baris"][0].update(koreksi_realisasi=Decimal("83.7"), alasan_koreksi="Salah ketik", koreksi_anggaran="999.75")
    page["baris"][1].update(catatan_validasi="Lengkapi tahun depan")
    quarter.send("memvalidasi", page)
    return quarter


@pytest.fixture
def book() -> SimpleNamespace:
    """What the tests of the shipped forms share."""
    shared = "FORMS TASKS DIAGRAM SOP NOW Quarter form_of errors_of indicator"
    steps = "started distributed fill collected verified"
    return SimpleNamespace(**{name: globals()[name] for name in (shared + " " + steps).split()})
