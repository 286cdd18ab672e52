"""What stands in columns of bytes: JSON, compressed where that pays."""

from __future__ import annotations

import threading
from typing import Any

import orjson
import zstandard

from forms.canonical import dumps, read

_ZSTD_FROM = 400  # bytes; below this compression does not pay for itself


def pack(data: Any) -> bytes:
    """Canonical JSON bytes behind one byte that says whether they are compressed."""
    return pack_bytes(dumps(data))


class _Squeezer(threading.local):
    """Compression contexts are costly to make and belong to one thread."""

    def __init__(self) -> None:
        self.press = zstandard.ZstdCompressor(level=3)
        self.release = zstandard.ZstdDecompressor()


_squeezer = _Squeezer()


def pack_bytes(raw: bytes) -> bytes:
    if len(raw) >= _ZSTD_FROM:
        squeezed = _squeezer.press.compress(raw)
        if len(squeezed) < len(raw):
            return b"\x01" + squeezed
    return b"\x00" + raw


def unpack_bytes(stored: bytes) -> bytes:
    if stored[:1] == b"\x01":
        return _squeezer.release.decompress(stored[1:], allow_extra_data=False)
    if stored[:1] != b"\x00":
        raise zstandard.ZstdError("neither compressed nor plain")
    return bytes(stored[1:])


def unpack(stored: bytes) -> Any:
    return read(unpack_bytes(stored))


def pack_plain(data: Any) -> bytes:
    """Like `pack`, for our own bookkeeping: strings and integers only, not data that people gave."""
    return pack_bytes(orjson.dumps(data))


def unpack_plain(stored: bytes | None) -> Any:
    return None if stored is None else orjson.loads(unpack_bytes(stored))
