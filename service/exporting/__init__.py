"""Exports of the record: one module per format, each a function `write(out, source, told) -> int` that streams.

`out` takes bytes and is never read or moved in; `source` says what is exported and reads it; `told` is called with the
number of events written so far. The number that is returned must be the source's total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

from service.exporting.source import Source

Write = Callable[[BinaryIO, Source, Callable[[int], None]], int]


@dataclass(frozen=True)
class Format:
    """A kind of file. `purpose`: one line on what it is for; `instances`: it can hold only what happened in instances;
    `most`: events that it takes at most; `bom`: whether a byte order mark may be asked for."""

    code: str
    name: str
    extension: str
    media_type: str
    purpose: str
    module: str  # of this package; loaded when it is needed
    instances: bool = False
    most: int | None = None
    bom: bool = False

    @property
    def write(self) -> Write:
        found: Write = import_module(f"service.exporting.{self.module}").write
        return found


FORMATS: dict[str, Format] = {
    one.code: one
    for one in (
        Format("csv", "CSV", "csv", "text/csv",
               "Tabel teks untuk diolah dengan perangkat apa pun; satu baris per peristiwa.", "csv_", bom=True),
        Format("xlsx", "Excel (XLSX)", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
               "Lembar kerja dengan tanggal dan angka sebenarnya, siap disaring; keterangan di depan.", "xlsx"),
        Format("jsonl", "JSON Lines", "jsonl", "application/x-ndjson",
               "Untuk pembuktian: rantai sidik dapat diperiksa tanpa perangkat lunak ini.", "jsonl"),
        Format("pdf", "PDF", "pdf", "application/pdf",
               "Laporan untuk dibaca dan dicetak: per pelaksanaan, dengan diagram dan waktu tiap langkah.", "pdf_",
               most=5_000),
        Format("xes", "XES (IEEE 1849)", "xes", "application/xml",
               "Untuk penggalian proses: satu kasus per pelaksanaan; hanya peristiwa pelaksanaan.", "xes",
               instances=True),
        Format("ocel", "OCEL 2.0", "json", "application/json",
               "Untuk penggalian proses berpusat objek: pelaksanaan, tugas, dokumen, pegawai, dan unit.", "ocel"),
    )
}  # fmt: skip
