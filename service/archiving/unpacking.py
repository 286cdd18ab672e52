"""Opening a ZIP that somebody gave us: nothing outside its folder, nothing endless, nothing ambiguous."""

from __future__ import annotations

import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path

MOST_ENTRIES = 20_000
MOST_BYTES = 32 * 1024**3  # unpacked, all together
MOST_TIMES = 200  # unpacked, of what the file itself takes
LONGEST = 300  # characters of a path
CHUNK = 256 * 1024
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Unsafe(Exception):
    """Berkas ZIP ini tidak dapat dibuka dengan aman"""


def unpack(path: Path, folder: Path) -> Path:
    """Unpack a bag into `folder` and return its top folder. Raises Unsafe with an Indonesian sentence; OSError of the
    disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.comment or not _ends(path):
                raise Unsafe("Berkas ini bukan ZIP yang utuh: ujungnya terpotong atau disambung.")
            entries = [one for one in archive.infolist() if not one.is_dir()]
            top = _checked(entries, path.stat().st_size)
            for one in entries:
                _extract(archive, one, folder)
            return folder / top
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Unsafe("Berkas ini bukan ZIP yang utuh.") from error  # why, the library says in English alone


def _checked(entries: list[zipfile.ZipInfo], size: int) -> str:
    """The name of the one top folder; raises Unsafe."""
    if not entries:
        raise Unsafe("ZIP ini kosong.")
    if len(entries) > MOST_ENTRIES:
        raise Unsafe(f"ZIP ini memuat {len(entries)} berkas; paling banyak {MOST_ENTRIES}.")
    total = sum(one.file_size for one in entries)
    if total > min(MOST_BYTES, MOST_TIMES * size):
        raise Unsafe(f"Isi ZIP ini ({total} bita) jauh lebih besar daripada yang wajar bagi berkas {size} bita.")
    seen: set[str] = set()
    tops: set[str] = set()
    for one in entries:
        name = _safe(one)
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise Unsafe(f"Nama “{shown(name)}” ada dua kali dalam ZIP ini.")
        seen.add(folded)
        tops.add(name.split("/", 1)[0])
    folders = {"/".join(name.split("/")[:depth]) for name in seen for depth in range(1, name.count("/") + 1)}
    if folders & seen:
        raise Unsafe(f"“{shown(min(folders & seen))}” adalah berkas dan sekaligus folder.")
    if len(tops) != 1:
        raise Unsafe("Semua isi ZIP berkas arsip harus berada dalam satu folder.")
    _apart(entries, size)
    return tops.pop()


def _ends(path: Path) -> bool:
    """Whether nothing follows the directory at the end of the ZIP."""
    with path.open("rb") as content:
        content.seek(-22, 2)
        tail = content.read()
    return tail.startswith(b"PK\x05\x06") and tail.endswith(b"\0\0")


def _safe(one: zipfile.ZipInfo) -> str:
    name = one.orig_filename
    parts = name.split("/")
    if (
        name != one.filename
        or len(name) > LONGEST
        or any(c in name for c in ("\\", ":"))
        or not name.isprintable()
        or any(part in ("", ".", "..") or part != part.strip(" ") for part in parts)
        or len(parts) < 2
    ):
        raise Unsafe(f"Nama “{shown(name)}” dalam ZIP ini tidak aman.")
    if stat.S_IFMT(one.external_attr >> 16) not in (0, stat.S_IFREG):
        raise Unsafe(f"“{shown(name)}” bukan berkas biasa.")
    if one.flag_bits & 0x1:
        raise Unsafe(f"“{shown(name)}” terenkripsi.")
    if one.compress_type not in _METHODS:
        raise Unsafe(f"Cara pemampatan “{shown(name)}” tidak dikenal.")
    return name


def _apart(entries: list[zipfile.ZipInfo], size: int) -> None:
    """Entries must not share bytes of the file: that is how a small one unpacks to a huge one."""
    end, before = 0, ""
    if min(one.header_offset for one in entries) != 0:
        raise Unsafe("ZIP ini didahului oleh sesuatu yang lain.")
    for one in sorted(entries, key=lambda entry: entry.header_offset):
        if one.header_offset < end:
            raise Unsafe(f"“{shown(one.filename)}” dan “{shown(before)}” bertumpang tindih dalam ZIP ini.")
        end, before = one.header_offset + 30 + len(one.orig_filename) + one.compress_size, one.filename
    if end > size:
        raise Unsafe(f"“{shown(before)}” melampaui akhir ZIP ini.")


def _extract(archive: zipfile.ZipFile, one: zipfile.ZipInfo, folder: Path) -> None:
    target = folder / one.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    try:
        with archive.open(one) as content, target.open("xb") as out:
            while chunk := content.read(CHUNK):
                written += len(chunk)
                if written > one.file_size:
                    raise Unsafe(f"“{shown(one.filename)}” lebih besar daripada yang dinyatakan ZIP ini.")
                out.write(chunk)
    except zipfile.BadZipFile as error:
        raise Unsafe(f"“{shown(one.filename)}” rusak dalam ZIP ini.") from error


def shown(name: str) -> str:
    """A name out of a strange file, fit to be said."""
    return "".join(c if c.isprintable() else "?" for c in name[:120])
