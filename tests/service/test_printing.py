"""Print-outs: what the paper says, and that its making is fenced in."""

import hashlib
import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from bpmn.picture import Mark
from process import blobs, documents
from service import pdf, printing
from service.printing import Sheet, Signature

pytestmark = pytest.mark.slow

DIAGRAM = Path(__file__).parents[2] / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"
AT = datetime(2026, 11, 23, 3, 18, tzinfo=UTC)
SHEET = Sheet(
    title="Data Kinerja <b>",
    subtitle="Triwulan III Tahun 2026",
    letterhead=("PEMERINTAH KOTA JAMBI", "SEKRETARIAT DAERAH KOTA JAMBI", "BAGIAN PERENCANAAN DAN KEUANGAN"),
    layout="landscape",
    state="ditandatangani",
    body='<table class="dokumen-tabel"><thead><tr><th>Kode</th></tr></thead><tbody>'
    + "<tr><td>IK.01</td></tr>" * 90
    + "</tbody></table>",
    digest="ab12" * 16,
    version=3,
    written=AT,
    signatures=(Signature("paraf", "Perencana", "Perencana Ahli Muda", AT), Signature("tandatangan", "S", "Sekda", AT)),
)


@pytest.fixture(scope="module")
def tattling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of what Python asks for libraries, each of which says in the file `started` that it was."""
    folder = tmp_path_factory.mktemp("perkakas")
    for name in ("gcc", "cc", "ld", "objdump"):
        (folder / name).write_text(f"#!/bin/sh\necho {name} >> {folder}/started\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def printed(tattling: Path) -> Iterator[pikepdf.Pdf]:
    pdf.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{tattling}:{os.environ['PATH']}")
        patch.chdir(tattling)
        made = printing.to_pdf(SHEET)
    with pikepdf.open(io.BytesIO(made)) as opened:
        yield opened


def text_of(html: str) -> str:
    return " ".join(html.split())


def test_page_says_state_digest_version_and_that_signing_is_not_certified() -> None:
    html = text_of(printing.page_of(SHEET))
    assert "Data Kinerja &lt;b&gt;" in html
    assert "<span>ditandatangani</span>" in html
    assert "Paraf elektronik tidak tersertifikasi" in html
    assert "Tanda tangan elektronik tidak tersertifikasi" in html
    assert SHEET.digest in html
    assert "23 November 2026 pukul 10.18 WIB" in html
    assert "PERENCANAAN DAN KEUANGAN" in html


def test_page_names_the_parafs_over_earlier_versions_with_their_digests() -> None:
    paraf = documents.Signature("paraf", "Perencana <i>", "Perencana Ahli Muda", AT, "tidak tersertifikasi")
    earlier = documents.EarlierSignature(paraf, 2, "terverifikasi", "cd34" * 16)
    for sheet in (replace(SHEET, earlier=(earlier,)), replace(SHEET, earlier=(earlier,), signatures=())):
        html = text_of(printing.page_of(sheet))
        assert (
            "<li>Paraf atas versi 2 (terverifikasi): Perencana &lt;i&gt;, Perencana Ahli Muda, "
            f"23 November 2026 pukul 10.18 WIB, tidak tersertifikasi, sidik {'cd34' * 16}</li>"
        ) in html
    assert "atas versi" not in printing.page_of(SHEET)


def test_equal_sheets_make_equal_pages() -> None:
    assert printing.page_of(SHEET) == printing.page_of(replace(SHEET))


def test_a_wide_table_is_set_smaller() -> None:
    wide = '<table class="dokumen-tabel"><thead><tr>' + "<th>x</th>" * 14 + "</tr></thead><tbody></tbody></table>"
    assert "amat-lebar" in printing.page_of(replace(SHEET, body=wide)).split("</style>")[1]
    assert "amat-lebar" not in printing.page_of(SHEET).split("</style>")[1]


def test_pdf_is_an_archive_of_several_landscape_pages(printed: pikepdf.Pdf) -> None:
    with printed.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "B"
    assert len(printed.pages) > 1
    box = printed.pages[0].mediabox
    assert float(box[2]) > float(box[3])


def fonts_of(page: Any) -> Iterator[Any]:
    for font in page.Resources.Font.values():
        yield from (font.DescendantFonts if "/DescendantFonts" in font else [font])


def test_every_font_is_embedded(printed: pikepdf.Pdf) -> None:
    found = [font for page in printed.pages for font in fonts_of(page)]
    assert found
    for font in found:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys())


def tags_of(node: Any) -> Iterator[tuple[str, str]]:
    """The kinds of a tagged document's parts, each with what it says to those who hear it."""
    for part in node if isinstance(node, pikepdf.Array) else [node]:
        if isinstance(part, pikepdf.Dictionary):
            if "/S" in part:
                yield str(part.S), str(part.get("/Alt", ""))
            if "/K" in part:
                yield from tags_of(part.K)


def test_signatures_never_stand_on_a_page_without_anything_that_was_signed() -> None:
    rows = SHEET.body.replace("<tr><td>IK.01</td></tr>" * 90, "<tr><td>IK.01</td></tr>" * 15)  # just fills a page
    with pikepdf.open(io.BytesIO(printing.to_pdf(replace(SHEET, body=rows)))) as made:
        assert len(made.pages) == 2
        last = made.pages[-1].obj.objgen
        tags = [kind for kind, page in placed(made.Root.StructTreeRoot) if page == last]
    assert "/H2" in tags, "the signatures stand there"
    assert "/TD" in tags, "and what they are about"


def placed(node: Any) -> Iterator[tuple[str, tuple[int, int]]]:
    """The kinds of a tagged document's parts, each with the page that it stands on."""
    for part in node if isinstance(node, pikepdf.Array) else [node]:
        if isinstance(part, pikepdf.Dictionary):
            if "/S" in part and "/Pg" in part:
                yield str(part.S), part.Pg.objgen
            if "/K" in part:
                yield from placed(part.K)


def test_a_diagram_is_printed_in_our_own_face_and_says_its_name() -> None:
    drawn = printing.picture(DIAGRAM.read_bytes(), marks={"memvalidasi": Mark("late", "2 hari")}, title="Diagram SOP")
    sheet = replace(SHEET, body=drawn, layout="portrait", signatures=())
    with pikepdf.open(io.BytesIO(printing.to_pdf(sheet))) as made:
        assert len(made.pages) == 1
        assert ("/Figure", "Diagram SOP") in tags_of(made.Root.StructTreeRoot.K)
        names = {str(font.BaseFont).partition("+")[2] for font in fonts_of(made.pages[0])}
    assert names
    assert all(name.startswith("Alur-Cetak") for name in names), names


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:1/", "alur-font:../press.py"])
def test_a_document_cannot_read_anything_outside_itself(address: str) -> None:
    with pytest.raises(pdf.PrintError, match=f"alamat di luar dokumen ditolak: {address}"):
        pdf.render(f'<img src="{address}">', "ab")


def test_a_layout_starts_no_other_program(printed: pikepdf.Pdf, tattling: Path) -> None:
    assert len(printed.pages)
    assert not (tattling / "started").exists()


def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(pdf.PrintError, match="lebih lama"):
        printing.to_pdf(SHEET, limits=pdf.Limits(seconds=0.05))


def test_a_print_out_is_made_outside_the_request_once_and_shown_to_its_readers(
    quarter: Any, visitor: Any, office: Any, clock: Any
) -> None:
    quarter.spread()
    page = quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text
    made = re.search(r'href="(/cetak/[a-z0-9]+)"', page)
    assert made
    assert "Sedang disiapkan" in page
    assert quarter.staff.ask(f"{made[1]}/status").json["state"] == "waiting"
    assert quarter.staff.page(f"{made[1]}.pdf").status_code == 302
    assert office.jobs.run_due(clock.now()) == 1
    ready = quarter.staff.ask(f"{made[1]}/status").json
    assert ready["state"] == "ready"
    fetched = visitor("kabag.hkm").page(f"{made[1]}.pdf")
    assert fetched.mimetype == "application/pdf"
    assert fetched.data.startswith(b"%PDF-")
    assert hashlib.sha256(fetched.data).hexdigest() == ready["sha256"]
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    office.jobs.handlers["print"]({"printout": made[1].rsplit("/", 1)[1]})
    assert quarter.staff.ask(f"{made[1]}/status").json["sha256"] == ready["sha256"]
    assert visitor("kabag.kesra").page(f"{made[1]}.pdf").status_code == 404


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paper without a layout, where what becomes of a print-out does not depend on how it looks."""
    monkeypatch.setattr(pdf, "render", lambda html, identifier, **_: b"%PDF-1.7\n" + identifier.encode())


@pytest.mark.usefixtures("quick")
def test_a_print_out_that_cannot_be_kept_says_so_and_is_tried_again(
    quarter: Any, office: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarter.spread()
    made = re.search(r'href="(/cetak/[a-z0-9]+)"', quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text)
    assert made
    with monkeypatch.context() as full:
        full.setattr(blobs, "RESERVE_BYTES", 2**62)  # as if the disk were full
        assert office.jobs.run_due(clock.now()) == 1
        assert quarter.staff.ask(f"{made[1]}/status").json["state"] == "failed"
    clock.advance(minutes=1)
    assert office.jobs.run_due(clock.now()) == 1
    assert quarter.staff.ask(f"{made[1]}/status").json["state"] == "ready"


@pytest.mark.usefixtures("quick")
def test_a_print_out_that_gave_up_is_asked_for_anew_by_who_may_see_it(
    quarter: Any, visitor: Any, office: Any, clock: Any
) -> None:
    quarter.spread()
    made = re.search(r'href="(/cetak/[a-z0-9]+)"', quarter.staff.page(f"/pelaksanaan/{quarter.instance}").text)
    assert made
    printer = office.jobs.handlers["print"]

    def broken(payload: dict[str, str]) -> None:
        office.prints.failed(payload["printout"], "pencetak rusak")
        raise RuntimeError("pencetak rusak")

    again = f"{made[1]}/ulang"
    assert quarter.staff.submit(again).status_code == 409, "it is on its way"
    office.jobs.handlers["print"] = broken
    for _ in range(5):
        assert office.jobs.run_due(clock.now()) == 1
        clock.advance(minutes=10)
    office.jobs.handlers["print"] = printer
    assert office.jobs.run_due(clock.now()) == 0, "it gave up"
    for path in (made[1], f"/pelaksanaan/{quarter.instance}"):
        assert f'action="{again}"' in quarter.staff.page(path).text
    assert visitor("kabag.kesra").submit(again).status_code == 404
    assert quarter.staff.submit(again).status_code == 302
    assert quarter.staff.ask(f"{made[1]}/status").json["state"] == "waiting"
    assert office.jobs.run_due(clock.now()) == 1
    assert quarter.staff.ask(f"{made[1]}/status").json["state"] == "ready"
    assert quarter.staff.submit(again).status_code == 409
    assert again not in quarter.staff.page(made[1]).text
