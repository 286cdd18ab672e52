"""Print-outs are PDF/A-3b: what ISO 19005-3 asks of a file, checked in the file: the known validators need Java."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream

from service import printing
from service.printing import Sheet, Signature

pytestmark = pytest.mark.slow

DIAGRAM = Path(__file__).parents[2] / "bpmn/diagrams/pengumpulan-data-kinerja.bpmn"
AT = datetime(2026, 11, 23, 3, 18, tzinfo=UTC)
FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans",
    "/GoTo3DView", "/JavaScript",
}  # fmt: skip
BLEND_MODES = {"/Normal", "/Compatible", "/Multiply"}


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    body = printing.picture(DIAGRAM.read_bytes(), title="Diagram SOP") + (
        '<table class="dokumen-tabel"><thead><tr><th>Kode</th></tr></thead><tbody>'
        + "<tr><td>IK.01 – “ñ”</td></tr>" * 40
        + "</tbody></table>"
    )
    return Sheet(
        title="Data Kinerja",
        subtitle="Triwulan III Tahun 2026",
        letterhead=("PEMERINTAH KOTA JAMBI", "BAGIAN PERENCANAAN DAN KEUANGAN"),
        layout="portrait",
        state="ditandatangani",
        body=body,
        digest="ab12" * 16,
        version=3,
        written=AT,
        signatures=(Signature("tandatangan", "S", "Sekda", AT),),
    )


@pytest.fixture(scope="module")
def made(sheet: Sheet) -> bytes:
    return printing.to_pdf(sheet)


def dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, those inside of others too."""

    def inside(node: Any, depth: int) -> Iterator[Any]:
        if isinstance(node, Stream | Dictionary):
            yield node
        if depth < 12 and isinstance(node, Stream | Dictionary | Array):
            for part in node if isinstance(node, Array) else [node[key] for key in node.keys()]:  # noqa: SIM118
                if not getattr(part, "is_indirect", False):
                    yield from inside(part, depth + 1)

    for one in pdf.objects:
        yield from inside(one, 0)


def problems(raw: bytes) -> set[str]:
    """In which respects a file is no PDF/A-3b that says its language and structure."""
    found = set()
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        root = pdf.Root
        second_line = raw.split(b"\n", 2)[1]
        if not (second_line.startswith(b"%") and len([c for c in second_line if c > 127]) >= 4):
            found.add("header")
        if pdf.is_encrypted or "/ID" not in pdf.trailer:
            found.add("trailer")
        with pdf.open_metadata() as metadata:
            if (metadata.get("pdfaid:part"), metadata.get("pdfaid:conformance")) != ("3", "B"):
                found.add("identification")
            if metadata.get("dc:title") != str(pdf.docinfo.get("/Title")):
                found.add("title")
        intents = [one for one in root.get("/OutputIntents", []) if one.get("/S") == Name("/GTS_PDFA1")]
        profiles = [one.DestOutputProfile for one in intents if "/DestOutputProfile" in one]
        if not profiles or any(one.read_bytes()[36:40] != b"acsp" or one.N != 3 for one in profiles):
            found.add("output intent")
        if str(root.get("/Lang", "")) != "id" or not root.get("/MarkInfo", {}).get("/Marked"):
            found.add("language or tags")
        if not root.get("/StructTreeRoot", {}).get("/K"):
            found.add("structure")
        if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
            found.add("window title")
        if {"/AcroForm", "/AA", "/Perms", "/Requirements"} & set(root.keys()) or "/JavaScript" in root.get(
            "/Names", {}
        ):
            found.add("active")
        for one in dictionaries(pdf):
            found.update(_wrong(one))
        for page in pdf.pages:
            for instruction in pikepdf.parse_content_stream(page):
                if str(instruction.operator) in ("k", "K"):
                    found.add("colour without profile")
    return found


def _wrong(one: Any) -> Iterator[str]:
    kind = one.get("/Type")
    if kind == Name("/FontDescriptor") and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys()):
        yield "font"
    if kind == Name("/Font") and one.get("/Subtype") == Name("/Type0"):
        inner = one.DescendantFonts[0]
        if "/ToUnicode" not in one or "/FontDescriptor" not in inner or "/CIDToGIDMap" not in inner:
            yield "font"
    if (
        kind == Name("/Font")
        and one.get("/Subtype") in (Name("/Type1"), Name("/TrueType"))
        and "/FontDescriptor" not in one
    ):
        yield "font"
    if (
        str(one.get("/S")) in FORBIDDEN_ACTIONS
        and kind in (None, Name("/Action"))
        and "/K" not in one
        and "/P" not in one
    ):
        yield "active"
    if isinstance(one, Stream):
        filters = one.get("/Filter", [])
        names = [str(name) for name in filters] if isinstance(filters, Array) else [str(filters)]
        if "/LZWDecode" in names or "/Crypt" in names or "/F" in one:
            yield "stream"
        if one.get("/Subtype") == Name("/Image") and (one.get("/Interpolate") or "/Alternates" in one):
            yield "image"
        if one.get("/Subtype") == Name("/PS") or "/Ref" in one:
            yield "external"
    if "/BM" in one and str(one.BM) not in BLEND_MODES:
        yield "transparency"
    if kind == Name("/ExtGState") and ({"/TR", "/HTP"} & set(one.keys())):
        yield "transparency"
    if kind == Name("/Annot") and one.get("/Subtype") != Name("/Popup") and (int(one.get("/F", 0)) & 0b100111) != 4:
        yield "annotation"
    if kind == Name("/Filespec") and "/AFRelationship" not in one:
        yield "attachment"


def test_a_print_out_is_what_it_says_it_is(made: bytes) -> None:
    assert problems(made) == set()


def test_made_again_it_is_the_same_to_the_byte(sheet: Sheet, made: bytes) -> None:
    assert printing.to_pdf(sheet) == made


def _without_font(pdf: pikepdf.Pdf) -> None:
    next(one for one in dictionaries(pdf) if one.get("/Type") == Name("/FontDescriptor")).__delitem__("/FontFile2")


def _with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name("/JavaScript"), JS="app.alert(1)")


def _with_glow(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Resources.ExtGState["/glow"] = Dictionary(Type=Name("/ExtGState"), BM=Name("/Glow"))


def _in_cmyk(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 0 1 k")


def _with_bare_link(pdf: pikepdf.Pdf) -> None:
    link = Dictionary(Type=Name("/Annot"), Subtype=Name("/Link"), Rect=[0, 0, 9, 9])
    pdf.pages[0].Annots = Array([pdf.make_indirect(link)])


def _renamed(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo.Title = "Lain"


def _without(key: str) -> Callable[[pikepdf.Pdf], None]:
    return lambda pdf: pdf.Root.__delitem__(key)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (_without_font, "font"),
        (_with_script, "active"),
        (_with_glow, "transparency"),
        (_in_cmyk, "colour without profile"),
        (_with_bare_link, "annotation"),
        (_renamed, "title"),
        (_without("/OutputIntents"), "output intent"),
        (_without("/Lang"), "language or tags"),
        (_without("/StructTreeRoot"), "structure"),
        (_without("/ViewerPreferences"), "window title"),
        (_without("/Metadata"), "identification"),
    ],
)
def test_what_is_wrong_with_a_file_is_found(made: bytes, damage: Callable[[pikepdf.Pdf], None], problem: str) -> None:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        damage(pdf)
        out = io.BytesIO()
        pdf.save(out)
    assert problem in problems(out.getvalue())
