"""The shipped forms on realistic data, from the Bagian that fill in to the closed berkas."""

from __future__ import annotations

from decimal import Decimal

import pytest

from forms.feel import parse


# Steps 1 and 3 --------------------------------------------------------------------------------------------------------
def test_a_draft_needs_a_row_and_no_indicator_twice(book):
    quarter = book.started()
    page = quarter.page("membuat_draft")
    assert set(book.errors_of(quarter.send, "membuat_draft", {**page, "indikator": []})) == {("indikator",)}
    page["indikator"] = [book.indicator(unit, "1.1", "naik", "90") for unit in ("UMUM", "HUKUM", "UMUM")]
    assert set(book.errors_of(quarter.send, "membuat_draft", page)) == {("indikator", 2, "kode")}


def test_a_format_goes_to_somebody(book):
    quarter = book.started()
    page = quarter.page("membuat_draft")
    page["indikator"] = [book.indicator("UMUM", "1.1", "naik", "90")]
    quarter.send("membuat_draft", page)
    quarter.send("mengkoreksi_format", {**quarter.page("mengkoreksi_format"), "keputusan": "benar"})
    page = {**quarter.page("menggandakan_format"), "penerima": []}
    assert set(book.errors_of(quarter.send, "menggandakan_format", page)) == {("penerima",)}


# Step 4 ---------------------------------------------------------------------------------------------------------------
def test_each_bagian_gets_its_own_rows_with_last_quarters_figures(book):
    before = book.verified()
    quarter = book.distributed(before)
    start = quarter.page("mengisi_data", unit="UMUM", item="UMUM")
    assert [row["kode"] for row in start["baris"]] == ["1.1", "1.2"]
    assert [row["realisasi_lalu"] for row in start["baris"]] == [Decimal("83.7"), 15]
    assert start["nama_bagian"] == "Bagian Umum"
    first = book.distributed().page("mengisi_data", unit="UMUM", item="UMUM")
    assert [row["realisasi_lalu"] for row in first["baris"]] == [None, None]


@pytest.mark.parametrize(
    ("arah", "target", "realisasi", "capaian"),
    [
        ("naik", "90", "84.5", "93.89"),
        ("naik", "3", "1", "33.33"),
        ("naik", "8", "9", "112.5"),
        ("naik", "100", "90.5", "90.5"),
        ("naik", "100", "-5", "0"),
        ("turun", "12", "15", "75"),
        ("turun", "12", "9", "125"),
        ("turun", "12", "25", "0"),
        ("turun", "0.3", "0.1", "166.67"),
        ("naik", "200", "0.01", "0.01"),
    ],
)
def test_capaian_is_exact_in_both_directions(book, arah, target, realisasi, capaian):
    quarter = book.started()
    page = quarter.page("membuat_draft")
    page["indikator"] = [book.indicator("UMUM", "1", arah, target)]
    quarter.send("membuat_draft", page)
    quarter.send("mengkoreksi_format", {**quarter.page("mengkoreksi_format"), "keputusan": "benar"})
    quarter.send("menggandakan_format", quarter.page("menggandakan_format"))
    result = book.fill(quarter, "UMUM", [{"realisasi": Decimal(realisasi), "capaian": Decimal(1)}])
    assert result["baris"][0]["capaian"] == Decimal(capaian)


def test_a_missing_figure_needs_a_reason_and_a_target_of_zero_an_estimate(book):
    quarter = book.distributed()
    assert set(book.errors_of(book.fill, quarter, "UMUM", [{}, {"belum_tersedia": True}])) == {
        ("baris", 0, "realisasi"),
        ("baris", 1, "alasan_belum_tersedia"),
    }
    assert set(book.errors_of(book.fill, quarter, "HUKUM", [{"realisasi": Decimal(1)}, {"realisasi": Decimal(1)}])) == {
        ("baris", 0, "capaian_manual"),
        ("baris", 0, "alasan_manual"),
    }


def test_what_a_bagian_sent_is_kept_and_only_its_own_rows_are_taken(book):
    quarter = book.collected()
    umum, hukum = quarter.documents["isian"]
    assert [row["capaian"] for row in umum["baris"]] == [Decimal("93.89"), 75]
    assert [row["capaian"] for row in hukum["baris"]] == [50, None]
    assert "realisasi" not in hukum["baris"][1], "what is not available is not sent"
    assert umum["baris"][0]["pagu"] == "1500000.50"
    page = quarter.page("mengisi_data", unit="UMUM", item="UMUM")
    page["baris"].append({**page["baris"][0], "kode": "9.9"})
    assert book.errors_of(quarter.send, "mengisi_data", page, unit="UMUM", item="UMUM")
    page = quarter.page("mengisi_data", unit="UMUM", item="UMUM")
    page["baris"][0].update(kode="9.9")
    assert book.errors_of(quarter.send, "mengisi_data", page, unit="UMUM", item="UMUM"), "the row of another code"
    page["baris"][0].update(kode="1.1", indikator="lain", target=Decimal(1), realisasi=Decimal(9))
    page["baris"][1].update(realisasi=Decimal(1))
    result = quarter.send("mengisi_data", page, unit="UMUM", item="UMUM")
    assert (result["baris"][0]["kode"], result["baris"][0]["capaian"]) == ("1.1", 10)
    assert result["baris"][0]["indikator"] != "lain"


# Steps 5 to 9 ---------------------------------------------------------------------------------------------------------
def test_the_checklist_shows_who_sent_and_who_did_not(book):
    quarter = book.collected()
    start = quarter.page("menyerahkan_data")
    assert [(r["nama_bagian"], r["status"]) for r in start["penerimaan"]] == [
        ("Bagian Umum", "Terkirim"),
        ("Bagian Hukum", "Terkirim"),
        ("Bagian Perencanaan dan Keuangan", "Tidak menyampaikan"),
    ]
    # who did not answer lacks all its figures: the checklist agrees with the rows below
    assert [(r["jumlah_indikator"], r["belum_tersedia"]) for r in start["penerimaan"]] == [(2, 0), (2, 1), (1, 1)]
    assert [r["catatan_bagian"] for r in start["penerimaan"]] == ["Sudah diperiksa", "", ""]
    result = quarter.send("menyerahkan_data", start)
    assert [row["kode"] for row in result["baris"]] == ["1.1", "1.2", "2.1", "2.2", "3.1"]
    assert result["baris"][4]["alasan_belum_tersedia"] == "Bagian tidak menyampaikan data"
    assert result["baris"][1]["bukti_dukung"] == ["b1"]
    assert result["baris"][1]["jawaban"] == "Musim hujan"


def test_nobody_sent_anything(book):
    quarter = book.distributed()
    start = quarter.page("menyerahkan_data")
    assert {row["status"] for row in start["penerimaan"]} == {"Tidak menyampaikan"}
    assert len(quarter.send("menyerahkan_data", start)["baris"]) == 5


def test_an_invalid_row_cannot_be_sent(book):
    quarter = book.collected()
    quarter.send("menyerahkan_data", quarter.page("menyerahkan_data"))
    page = quarter.page("memvalidasi")
    for row in page["baris"]:
        row["valid"] = True
    page["baris"][2]["valid"] = False
    page["baris"][3]["koreksi_realisasi"] = Decimal(3)
    assert set(book.errors_of(quarter.send, "memvalidasi", page)) == {
        ("baris", 2, "valid"),
        ("baris", 3, "alasan_koreksi"),
    }


def test_a_correction_keeps_the_bagians_figure_and_is_told_to_it(book):
    quarter = book.verified()
    first, second, *_ = quarter.documents["data_kinerja"]["baris"]
    assert (first["realisasi_bagian"], first["realisasi"], first["capaian"]) == (Decimal("84.5"), Decimal("83.7"), 93)
    assert (first["realisasi_anggaran_bagian"], first["realisasi_anggaran"]) == ("1000000.25", "999.75")
    assert (second["realisasi"], second["capaian"], second["kategori"]) == (15, 75, "Sedang")
    changed = quarter.documents["data_kinerja"]["perubahan"]
    assert [(c["unsur"], c["semula"], c["menjadi"], c["alasan"]) for c in changed] == [
        ("Realisasi", "84,5", "83,7", "Salah ketik"),
        ("Realisasi anggaran", "1000000,25", "999,75", "Salah ketik"),
    ]
    told = book.TASKS["memvalidasi"].find(f"{book.SOP}distribute")
    rows = parse(told.text).evaluate(quarter.documents, now=book.NOW)
    assert [(row[told.get("by")], row["kode"]) for row in rows] == [("UMUM", "1.1"), ("UMUM", "1.2")]


def test_the_head_corrects_with_the_old_text_kept(book):
    quarter = book.verified()
    page = quarter.page("memberi_koreksi")
    page["baris"][1]["dikoreksi"] = True
    assert set(book.errors_of(quarter.send, "memberi_koreksi", page)) == {("baris", 1, "alasan_pimpinan")}
    page["baris"][1].update(
        alasan_pimpinan="Lebih jelas", faktor_penghambat_menjadi="Banjir", realisasi_menjadi=Decimal(14)
    )
    result = quarter.send("memberi_koreksi", page)
    first, second, *_ = result["baris"]
    assert (second["faktor_penghambat_semula"], second["faktor_penghambat"]) == ("Hujan", "Banjir")
    assert (second["realisasi_semula"], second["realisasi"], second["capaian"]) == (15, 14, Decimal("83.33"))
    assert (first["realisasi"], first["capaian"]) == (Decimal("83.7"), 93)
    assert [c["oleh"] for c in result["perubahan"]] == ["Perencana Ahli Muda"] * 2 + ["Kepala Bagian"] * 2
    assert result["perubahan"][3]["semula"] == "Hujan"


def test_the_signer_sees_a_summary_and_signs_everything(book):
    quarter = book.verified()
    diparaf = quarter.send("memberi_koreksi", quarter.page("memberi_koreksi"))
    start = quarter.page("menandatangani")
    assert start["penyampaian"] == "2 dari 3 Bagian"
    assert start["jumlah_indikator"] == "5 indikator, 2 belum tersedia"
    assert start["rata_capaian"] == Decimal("72.67")
    assert (start["pagu"], start["realisasi_anggaran"]) == ("1500000.5", "999.75")
    assert [row["koreksi"] for row in start["koreksi"]] == [
        "Realisasi: 84,5 → 83,7",
        "Realisasi anggaran: 1000000,25 → 999,75",
    ]
    assert start["koreksi"][0]["data"] == "Bagian Umum, Nilai 1.1"
    assert start["koreksi"][0]["alasan"] == "Salah ketik (Perencana Ahli Muda)"
    result = quarter.send("menandatangani", {**start, "pagu": "1", "baris": []})
    assert result["baris"] == diparaf["baris"]
    assert (result["pagu"], result["penerimaan"]) == ("1500000.5", diparaf["penerimaan"])


def test_the_berkas_is_closed_with_its_places(book):
    quarter = book.verified()
    page = quarter.page("mengarsipkan")
    assert page["uraian"] == "Data kinerja yang sudah ditandatangani, Triwulan I Tahun 2026"
    wrong = book.errors_of(quarter.send, "mengarsipkan", {**page, "jumlah_salinan": Decimal(0)})
    assert ("jumlah_salinan",) in wrong
    assert ("lokasi_kertas",) in wrong
    page.update(jumlah_salinan=Decimal(3), kode_klasifikasi="000.8.6", retensi_aktif=Decimal(2), nasib_akhir="musnah")
    page.update(retensi_inaktif=Decimal(3), lokasi_elektronik="Server arsip", lokasi_kertas="Lemari 2")
    assert quarter.send("mengarsipkan", page)["judul"] == "Data Kinerja Triwulan I Tahun 2026"
