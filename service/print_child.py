"""The process that turns one HTML document into a PDF/A-3b, and then ends.

Run as a file in an interpreter of its own (`python -I print_child.py MEMORY SECONDS`), it knows nothing of the rest of
the project: JSON on stdin (`html`, `fonts`: name -> path, `identifier`), the PDF on stdout.
Layout can be slow, hungry or, with a hostile document, endless: limits on memory and processor time are set before
WeasyPrint is loaded, and no address is fetched but the bundled fonts.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from pathlib import Path
from typing import Any

SCHEME = "alur-font:"


def limit(memory: int, seconds: int) -> None:
    """Bounds this process: memory in bytes, processor time in seconds, no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def render(html: str, fonts: dict[str, str], identifier: str) -> bytes:
    """The PDF of `html`; only `alur-font:` addresses of `fonts` are readable, everything else is refused."""
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class RefusedError(FatalURLFetchingError):
        """The document asked for something outside itself."""

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            name = url.removeprefix(SCHEME)
            if not url.startswith(SCHEME) or name not in fonts:
                raise RefusedError(f"alamat di luar dokumen ditolak: {url[:200]}")
            return URLFetcherResponse(url, Path(fonts[name]).read_bytes(), {"Content-Type": "font/ttf"})

    document = HTML(string=html, url_fetcher=Fetcher(), base_url="alur-dokumen:/")
    pdf: bytes = document.write_pdf(
        pdf_variant="pdf/a-3b", pdf_tags=True, custom_metadata=True, pdf_identifier=identifier.encode("ascii")
    )
    return pdf


def main() -> None:
    limit(int(sys.argv[1]), int(sys.argv[2]))
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    task = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(render(task["html"], task["fonts"], task["identifier"]))


if __name__ == "__main__":
    main()
