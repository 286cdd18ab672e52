"""Print-outs: one document version as a PDF/A, made outside the request in a process of its own.

What a PDF shows is exactly one immutable document version; its digest stands in the foot of each page. The same version
in the same layout is never rendered twice, so what was printed when somebody signed stays what it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bpmn.picture import UNMARKED, Mark, to_svg
from forms.render import to_html
from process.documents import EarlierSignature
from service import pdf, showing, words
from service.pdf import Limits

if TYPE_CHECKING:
    from process.office import Office
    from process.prints import Printable

PRINT_LETTERS = 16  # a diagram as broad as a page becomes small
SIGNATURE_LABELS = {"paraf": "Diparaf oleh", "tandatangan": "Ditandatangani oleh"}


@dataclass(frozen=True)
class Signature:
    """A paraf or signature as the paper shows it; `at` is an aware instant."""

    kind: str
    name: str
    title: str
    at: datetime
    nip: str | None = None


@dataclass(frozen=True)
class Sheet:
    """All that a print-out shows. `body` is escaped HTML of the document; `digest` its hexadecimal SHA-256."""

    title: str
    subtitle: str
    letterhead: tuple[str, ...]
    layout: str
    state: str | None
    body: str
    digest: str
    version: int
    written: datetime
    signatures: Sequence[Signature] = ()
    earlier: Sequence[EarlierSignature] = ()  # over earlier versions of the same document


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
    )
    words.install(made)
    return made


templates = _environment()


def page_of(sheet: Sheet) -> str:
    """The page that WeasyPrint lays out. Nothing in it depends on the hour of printing: equal sheets, equal HTML."""
    return templates.get_template("print/document.html").render(
        title=sheet.title,
        subtitle=sheet.subtitle,
        letterhead=sheet.letterhead or ("",),
        layout="landscape" if sheet.layout == "landscape" else "portrait",
        state=sheet.state,
        body=Markup(_fitted(sheet.body)),  # noqa: S704 - forms.render escapes
        digest=sheet.digest if all(c in "0123456789abcdef" for c in sheet.digest) else "",
        version=sheet.version,
        written=words.waktu(sheet.written),
        created=sheet.written.isoformat(timespec="seconds"),
        faces=pdf.faces(),
        signatures=[
            {
                "kind": signature.kind,
                "label": SIGNATURE_LABELS.get(signature.kind, signature.kind),
                "name": signature.name,
                "title": signature.title,
                "nip": signature.nip,
                "at": words.waktu(signature.at),
            }
            for signature in sheet.signatures
        ],
        earlier=[showing.earlier(one) for one in sheet.earlier],
    )


def picture(xml: bytes, *, marks: Mapping[str, Mark] = UNMARKED, title: str = "") -> Markup:
    """A diagram as HTML for a sheet, scaled by its style sheet; `title` is what it says to those who hear it."""
    _, _, svg = to_svg(xml, marks=marks, title=title, letters=PRINT_LETTERS).decode().partition("?>")
    return Markup(f'<figure class="diagram">{svg.strip()}</figure>')  # noqa: S704 - to_svg escapes


def _fitted(body: str) -> str:
    """The body with a class on each wide table, so that its columns fit on the paper."""

    def fit(match: re.Match[str]) -> str:
        columns = match[0].count("<th")
        size = " amat-lebar" if columns > 12 else " lebar" if columns > 8 else ""
        return match[0].replace('class="dokumen-tabel"', f'class="dokumen-tabel{size}"', 1)

    return re.sub(r'<table class="dokumen-tabel"><thead>.*?</thead>', fit, body, flags=re.DOTALL)


def to_pdf(sheet: Sheet, *, limits: Limits = Limits()) -> bytes:
    """The PDF/A-3b of a sheet. Raises PrintError when it cannot be made within the limits."""
    return pdf.render(page_of(sheet), sheet.digest, limits=limits)


def sheet_of(printable: Printable) -> Sheet:
    """What the paper shows of a print-out: its document version and nothing else."""
    view = printable.document
    version = view.version
    names = {one.id: {"name": one.name} for one in view.attachments}
    return Sheet(
        title=printable.title,
        subtitle=printable.instance.title,
        letterhead=printable.letterhead,
        layout=printable.layout,
        state=version.state,
        body=to_html(view.form, view.data, attachments=names),
        digest=version.digest,
        version=version.number,
        written=version.written_at,
        signatures=[Signature(one.kind, one.name, one.title, one.at) for one in view.signatures],
        earlier=view.earlier,
    )


class Printer:
    """The handler of `print` jobs. Called twice for one print-out, the second call does nothing."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def __call__(self, payload: Mapping[str, Any]) -> None:
        printable = self.office.prints.printable(str(payload["printout"]))
        if printable.done:
            return
        try:
            self.office.prints.keep(printable.id, to_pdf(sheet_of(printable)))
        except Exception as error:  # whatever it was: nobody should wait for a print-out that does not come
            self.office.prints.failed(printable.id, str(error) or type(error).__name__)
            raise
