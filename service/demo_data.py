"""What the accounts of the demonstration office type into the forms of the shipped SOP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

Data = dict[str, Any]

# unit → rows of (kode, sasaran, indikator, satuan, arah, target tahun, target triwulan, realisasi)
INDICATORS: Mapping[str, tuple[tuple[str, str, str, str, str, str, str, str], ...]] = {
    "PRK": (
        ("1.1", "Meningkatnya kualitas perencanaan", "Dokumen perencanaan tepat waktu", "%", "naik", "100", "75", "75"),
        ("1.2", "Tertibnya pengelolaan keuangan", "Temuan pemeriksaan yang berulang", "temuan", "turun", "4", "1", "1"),
    ),
    "PEM": (
        ("2.1", "Meningkatnya tata pemerintahan", "Kelurahan tertib administrasi", "%", "naik", "90", "68", "66.5"),
    ),
    "KESRA": (
        (
            "3.1",
            "Meningkatnya pelayanan keagamaan",
            "Kegiatan yang terfasilitasi",
            "kegiatan",
            "naik",
            "48",
            "12",
            "13",
        ),
    ),
    "HKM": (
        (
            "4.1",
            "Meningkatnya kualitas produk hukum",
            "Rancangan peraturan yang diharmonisasi",
            "rancangan",
            "naik",
            "40",
            "10",
            "9",
        ),
        ("4.2", "Meningkatnya kualitas produk hukum", "Hari penyusunan rata-rata", "hari", "turun", "14", "14", "12.5"),
    ),
    "KS": (
        ("5.1", "Meningkatnya kerja sama daerah", "Perjanjian yang ditindaklanjuti", "%", "naik", "85", "60", "61.25"),
    ),
    "EKO": (("6.1", "Terkendalinya inflasi daerah", "Rekomendasi yang dilaksanakan", "%", "naik", "90", "65", "64"),),
    "ADP": (("7.1", "Terkendalinya pembangunan", "Paket yang terpantau", "paket", "naik", "320", "80", "84"),),
    "PBJ": (
        (
            "8.1",
            "Meningkatnya kematangan pengadaan",
            "Paket yang selesai dipilih tepat waktu",
            "%",
            "naik",
            "95",
            "70",
            "67.2",
        ),
    ),
    "ORG": (
        (
            "9.1",
            "Meningkatnya akuntabilitas kinerja",
            "Perangkat daerah bernilai BB ke atas",
            "%",
            "naik",
            "70",
            "50",
            "50",
        ),
    ),
    "UMUM": (
        ("10.1", "Meningkatnya layanan umum", "Keluhan layanan rumah tangga", "keluhan", "turun", "60", "15", "18"),
    ),
    "PROKOPIM": (
        ("11.1", "Meningkatnya layanan keprotokolan", "Acara pimpinan tanpa catatan", "%", "naik", "98", "98", "97.4"),
    ),
}
RETURN_NOTE = "Target triwulan indikator 4.1 belum sesuai dengan Perjanjian Kinerja. Mohon diperbaiki."


def start(today: date) -> Data:
    """The start form: the quarter before `today`."""
    quarter = (today.month - 1) // 3 or 4
    year = today.year if today.month > 3 else today.year - 1
    return {"tahun": Decimal(year), "triwulan": ("I", "II", "III", "IV")[quarter - 1], "jenis_pk": "murni"}


def answer(element: str, page: Data, unit: str, first_pass: bool) -> Data:
    """What is sent for a task, beginning with what its form opened with. `unit`: whose task it is."""
    return _ANSWERS[element]({**page}, unit, first_pass)


def _draft(page: Data, _unit: str, first_pass: bool) -> Data:
    rows = []
    for code, indicators in INDICATORS.items():
        for kode, sasaran, indikator, satuan, arah, yearly, quarterly, _ in indicators:
            mistaken = first_pass and kode == "4.1"  # what the planner sends back
            rows.append(
                {
                    "kode_bagian": code,
                    "kode": kode,
                    "sasaran": sasaran,
                    "indikator": indikator,
                    "satuan": satuan,
                    "arah": arah,
                    "target_tahun": Decimal(yearly),
                    "target": Decimal(yearly) if mistaken else Decimal(quarterly),
                }
            )
    return {**page, "indikator": rows}


def _check(page: Data, _unit: str, first_pass: bool) -> Data:
    if first_pass:
        return {**page, "keputusan": "salah", "catatan_pengembalian": RETURN_NOTE}
    return {**page, "keputusan": "benar"}


def _fill(page: Data, unit: str, _first_pass: bool) -> Data:
    results = {row[0]: Decimal(row[7]) for row in INDICATORS[unit]}
    rows = [
        {
            **row,
            "realisasi": results[row["kode"]],
            "pagu": "250000000",
            "realisasi_anggaran": "178500000",
            "faktor_pendorong": "Koordinasi antarbagian berjalan baik.",
            "tindak_lanjut": "Dipantau setiap bulan.",
            "sumber_data": "Laporan bulanan",
        }
        for row in page["baris"]
    ]
    return {**page, "baris": rows}


def _validate(page: Data, _unit: str, _first_pass: bool) -> Data:
    return {**page, "baris": [{**row, "valid": True} for row in page["baris"]]}


def _archive(page: Data, _unit: str, _first_pass: bool) -> Data:
    return {
        **page,
        "jumlah_salinan": Decimal(3),
        "kode_klasifikasi": "000.8.6",
        "retensi_aktif": Decimal(2),
        "retensi_inaktif": Decimal(3),
        "nasib_akhir": "permanen",
        "lokasi_elektronik": "Folder data aplikasi",
        "lokasi_kertas": "Lemari arsip Bagian Perencanaan dan Keuangan",
    }


def _as_it_is(page: Data, _unit: str, _first_pass: bool) -> Data:
    return page


_ANSWERS: Mapping[str, Callable[[Data, str, bool], Data]] = {
    "membuat_draft": _draft,
    "mengkoreksi_format": _check,
    "menggandakan_format": _as_it_is,
    "mengisi_data": _fill,
    "menyerahkan_data": _as_it_is,
    "memvalidasi": _validate,
    "memberi_koreksi": _as_it_is,
    "menandatangani": _as_it_is,
    "mengarsipkan": _archive,
}


def question_list() -> bytes:
    """A one-page PDF: the Daftar Pertanyaan that a quarter starts from."""
    text = b"BT /F1 14 Tf 72 770 Td (Daftar Pertanyaan Data Kinerja) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(made))
    return made + head + table + tail
