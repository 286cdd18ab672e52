"""What the server answers before the app is asked, and what it leaves to the app."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.serving import make_server
from service.settings import Settings

Ask = Callable[[str], tuple[int, dict[str, str], str]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Sends the head of a request to a real server with a limit of 1 MB per attachment; (status, headers, body)."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = listening.getsockname()
    given = Settings(database_url="", data_dir=Path(), max_upload_mb=1, threads=1)

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"sampai"]

    server = make_server(app, listening, given)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def send(head: str) -> tuple[int, dict[str, str], str]:
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(head.encode("latin-1"))
            answer = b""
            while part := connection.recv(65536):
                answer += part
        top, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = top.decode().split("\r\n")
        return int(first.split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}, body.decode()

    yield send
    server.close()
    thread.join(10)


def post(size: int, *lines: str) -> str:
    return "\r\n".join(["POST /x HTTP/1.0", f"Content-Length: {size}", *lines, "", ""])


def test_what_is_far_too_large_is_refused_in_our_words(ask: Ask) -> None:
    status, headers, body = ask(post(10**10, "Accept: application/json"))
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    problem = json.loads(body)
    assert (problem["status"], problem["title"]) == (413, "Kiriman terlalu besar")
    status, headers, body = ask(post(10**10, "Accept: text/html,*/*"))
    assert (status, headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "<h1>Kiriman terlalu besar</h1>" in body
    assert headers["cache-control"] == "no-store"


def test_what_is_somewhat_too_large_reaches_the_app(ask: Ask) -> None:
    size = 2 * 1024 * 1024  # twice an attachment
    assert ask(post(size) + "x" * size)[::2] == (200, "sampai")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET / HTTP/1.0\r\nX: ".ljust(262_144, "y"), 431),  # waitress' own limit
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n", 501),
        ("GET / HTTP/1.0\r\nbukan tajuk\r\n\r\n", 400),
    ],
)
def test_what_is_no_request_is_refused_in_our_words(ask: Ask, head: str, status: int) -> None:
    found, headers, body = ask(head)
    assert (found, headers["content-type"]) == (status, "application/problem+json")
    assert json.loads(body)["title"].startswith("Permintaan tidak dapat")
    assert "server" not in body.lower()
