"""The WSGI server: waitress, with its own errors (a request that never reaches the app) in our words."""

from __future__ import annotations

import gc
import html
import json
import socket
from typing import TYPE_CHECKING, Any

import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import Error

from service.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: Status -> (reason of HTTP, title, what to do).
ANSWERS = {
    400: ("Bad Request", "Permintaan tidak dapat dibaca", "Muat ulang halaman, lalu coba lagi."),
    413: ("Request Entity Too Large", "Kiriman terlalu besar", "Perkecil berkas, atau bagi menjadi beberapa kiriman."),
    431: ("Request Header Fields Too Large", "Permintaan tidak dapat dibaca", "Hapus kuki situs ini, lalu coba lagi."),
    501: ("Not Implemented", "Permintaan tidak dapat dilayani", "Cara mengirimkannya tidak dikenal."),
}


def settle_memory() -> None:
    """Once all is loaded: what lives as long as the server is looked through by the garbage collector no more, and the
    rest of it seldom. A request makes thousands of objects and hardly a circle: each is gone when it is let go of."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def make_server(app: WSGIApplication, listening: socket.socket, given: Settings) -> Any:
    """A server on a socket that listens already; `run()` it, `close()` it.

    The app answers for itself what is somewhat too large, in its own style and with nothing lost; only what is far
    beyond any attachment is not taken in at all.
    """
    server: Any = waitress.create_server(
        app,
        sockets=[listening],
        threads=given.threads,
        ident=None,
        max_request_body_size=4 * given.max_upload_bytes + 8 * 1024 * 1024,
        trusted_proxy=given.trusted_proxy,
        trusted_proxy_headers="x-forwarded-for x-forwarded-proto" if given.trusted_proxy else "",
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = _Channel
    return server


class _Refused(Error):
    """An error of waitress as an answer of ours: a problem for scripts, a short page for people."""

    def __init__(self, status: int, as_page: bool) -> None:
        super().__init__("")
        self.code = status
        self.as_page = as_page

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        reason, title, detail = ANSWERS.get(self.code, ANSWERS[400])
        if self.as_page:
            kind = "text/html; charset=utf-8"
            text = (
                f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
                f"<body><h1>{html.escape(title)}</h1><p>{html.escape(detail)} "
                "Tekan tombol kembali pada peramban; isian Anda masih di sana.</p></body></html>"
            )
        else:
            kind = "application/problem+json"
            problem = {"type": f"urn:alur:problem:{self.code}", "title": title, "status": self.code, "detail": detail}
            text = json.dumps(problem, ensure_ascii=False)
        headers = [
            ("Content-Type", kind),
            ("Cache-Control", "no-store"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return f"{self.code} {reason}", headers, text.encode()


class _Parser(HTTPRequestParser):
    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        me: Any = self
        if me.error is not None and not isinstance(me.error, _Refused):
            me.error = _Refused(me.error.code, as_page="text/html" in me.headers.get("ACCEPT", ""))
        return consumed


class _Channel(HTTPChannel):
    parser_class = _Parser
