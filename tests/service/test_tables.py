"""Filling the list of a form from a table, over HTTP."""

import io
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook

Visitors = Callable[[str], Any]
TEXT = (
    "Bagian\tKode\tIndikator kinerja\tSasaran strategis\tSatuan\tArah\tTarget tahun\tTarget triwulan\n"
    "Bagian Hukum\tIK.1\tLayanan\tSasaran\t%\tMakin tinggi makin baik\t100\t84,5\n"
    "Bagian Langit\tIK.2\tLayanan\tSasaran\t%\tnaik\tbanyak\t1\n"
)


def paste(who: Any, task: str, text: str, key: str = "indikator") -> Any:
    headers = {"X-CSRF-Token": who.csrf}
    return who.client.post(f"/tugas/{task}/tabel?kunci={key}", data={"text": text}, headers=headers)


def test_pasted_rows_are_read_and_bad_cells_named(quarter: Any) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    answer = paste(quarter.staff, task, TEXT).json
    assert answer["rows"][0]["kode_bagian"] == "HKM"
    assert answer["rows"][0]["target"] == 84.5
    assert answer["rows"][0]["arah"] == "naik"
    assert [(one["row"], one["column"]) for one in answer["errors"]] == [(3, "Bagian"), (3, "Target tahun")]


def test_spreadsheet_file(quarter: Any) -> None:
    quarter.start()
    book = Workbook()
    for line in TEXT.splitlines()[:2]:
        book.active.append(line.split("\t"))
    out = io.BytesIO()
    book.save(out)
    path = f"/tugas/{quarter.task(quarter.staff)}/tabel?kunci=indikator"
    answer = quarter.staff.upload(path, out.getvalue(), "format.xlsx")
    assert answer.status_code == 200
    assert answer.json["rows"][0]["kode"] == "IK.1"


def test_what_is_no_table_or_no_list_is_refused(quarter: Any, visitor: Visitors) -> None:
    quarter.start()
    task = quarter.task(quarter.staff)
    assert paste(quarter.staff, task, "   ").status_code == 422
    assert paste(quarter.staff, task, TEXT, key="catatan").status_code == 404
    bad = quarter.staff.upload(f"/tugas/{task}/tabel?kunci=indikator", b"\x00\x01", "a.xlsx")
    assert bad.status_code == 422
    assert paste(visitor("kabag.hkm"), task, TEXT).status_code in (403, 404)


def test_rows_of_the_period_before(quarter: Any) -> None:
    quarter.draft()
    quarter.staff.send(
        "/proses/pengumpulan_data_kinerja/mulai", {"data": {"tahun": 2026, "triwulan": "IV", "jenis_pk": "murni"}}
    )
    task = quarter.task(quarter.staff)
    answer = quarter.staff.ask(f"/tugas/{task}/periode-lalu?kunci=indikator")
    assert answer.status_code == 200
    assert [row["kode"] for row in answer.json["rows"]] == ["IK.1", "IK.2"]
    assert "Triwulan III" in answer.json["title"]
