"""What a file is, by its bytes: the declared type and the name's ending prove nothing. Pure, apart from reading."""

from __future__ import annotations

import zipfile
from typing import BinaryIO

from process.errors import FileRefused

HEAD = 1024  # bytes looked at
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/heic": (".heic", ".heif"),
    _OFFICE["word/document.xml"]: (".docx",),
    _OFFICE["xl/workbook.xml"]: (".xlsx",),
}
_MAX_ENTRIES = 5000
_REFUSED = "Jenis berkas ini tidak diterima. Gunakan PDF, DOCX, XLSX, JPEG, PNG, atau HEIC."


def media_type(content: BinaryIO) -> str:
    """The media type of a file; raises FileRefused for any other than the six that are taken."""
    content.seek(0)
    head = content.read(HEAD)
    if b"%PDF-" in head[: HEAD - 5] and not head.startswith(b"PK"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[4:8] == b"ftyp" and _HEIC_BRANDS & {head[8:12], *(head[i : i + 4] for i in range(16, 64, 4))}:
        return "image/heic"
    if head.startswith(b"PK\x03\x04"):
        return _office(content)
    raise FileRefused(_REFUSED)


def _office(content: BinaryIO) -> str:
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefused("Berkas ini rusak: isinya tidak dapat dibaca.") from error
    names = {entry.filename for entry in entries}
    if len(entries) > _MAX_ENTRIES or "[Content_Types].xml" not in names:
        raise FileRefused(_REFUSED)
    if any(name.rsplit("/", 1)[-1].lower() == "vbaproject.bin" for name in names):
        raise FileRefused("Berkas yang memuat makro tidak diterima.")
    for part, found in _OFFICE.items():
        if part in names:
            return found
    raise FileRefused(_REFUSED)


def file_name(name: str, found: str) -> str:
    """The name to show and to download by: no path, no control or direction characters, an ending that fits."""
    plain = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(
        c
        for c in plain
        if c.isprintable()
        and c not in '"<>:|?*'
        and c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )
    plain = " ".join(plain.split()).strip(". ")
    endings = _ENDINGS[found]
    stem = plain
    for ending in endings:
        if plain.lower().endswith(ending):
            stem, endings = plain[: -len(ending)], (plain[-len(ending) :],)
            break
    return (stem[:120].strip(". ") or "lampiran") + endings[0]
