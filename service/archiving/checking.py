"""Checking an archive bundle without any database: the ZIP, the bag, and what is in it against its own record."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bagit

from service.archiving import evidence
from service.archiving.bag import ALGORITHMS
from service.archiving.unpacking import Unsafe, shown, unpack

_TAGS = {"bagit.txt", "bag-info.txt", *(f"manifest-{name}.txt" for name in ALGORITHMS)}
_OUTSIDE = {*_TAGS, *(f"tagmanifest-{name}.txt" for name in ALGORITHMS)}

# The library tells of each misfit twice, and in English: what it finds is said in the result.
logging.getLogger("bagit").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Checked:
    """`findings`: what does not fit, one Indonesian sentence each; `notes`: what cannot be checked, and why; `summary`:
    what was found to be whole."""

    findings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    summary: str = ""

    @property
    def whole(self) -> bool:
        return not self.findings


def check(path: Path, *, folder: Path | None = None) -> Checked:
    """Check a file; it is unpacked under `folder` (None: where the system keeps temporary files), and removed again.
    Raises OSError when it cannot be read or there is no room to unpack it."""
    with tempfile.TemporaryDirectory(prefix="alur-arsip-", dir=folder) as place:
        try:
            top = unpack(path, Path(place))
        except Unsafe as error:
            return Checked((str(error),))
        findings = list(_bag(top))
        told = evidence.examine(top)
        return Checked((*findings, *told.findings), told.notes, told.summary)


def _bag(top: Path) -> Iterator[str]:
    """What does not fit BagIt (RFC 8493): said by us, file by file; the library has the last word."""
    found = {one.name for one in top.iterdir() if one.is_file()}
    folders = {one.name for one in top.iterdir() if one.is_dir()}
    findings = [f"Berkas {name} tidak ada." for name in sorted(_OUTSIDE - found)]
    findings += [] if "data" in folders else ["Folder data tidak ada."]
    strange = sorted([*(found - _OUTSIDE), *(folders - {"data"})])
    findings += [f"“{shown(name)}” tidak termasuk susunan berkas arsip." for name in strange]
    payload = {one.relative_to(top).as_posix() for one in (top / "data").rglob("*") if one.is_file()}
    for algorithm in ALGORITHMS:
        for name, wanted in ((f"manifest-{algorithm}.txt", payload), (f"tagmanifest-{algorithm}.txt", _TAGS & found)):
            if name in found:
                findings += _manifest(top, name, algorithm, wanted)
    yield from dict.fromkeys(findings)
    if findings:
        return
    try:
        bagit.Bag(str(top)).validate()
    except (bagit.BagError, UnicodeError, ValueError) as error:
        yield f"Susunan BagIt tidak sah: {shown(str(error))}"


def _manifest(top: Path, name: str, algorithm: str, wanted: set[str]) -> list[str]:
    """Every file that one manifest should name, by its digest; and what else it names."""
    listed: dict[str, str] = {}
    findings = []
    for number, line in enumerate((top / name).read_text("utf-8", "replace").splitlines(), 1):
        digest, _, path = line.partition("  ")
        if not path or path in listed:
            findings.append(f"Baris {number} dalam {name} tidak dapat dibaca.")
        listed[path] = digest.lower()
    findings += [f"“{shown(one)}” tidak tercatat dalam {name}." for one in sorted(wanted - set(listed))]
    for path, digest in listed.items():
        if path not in wanted:
            if path:
                findings.append(f"“{shown(path)}” tercatat dalam {name}, tetapi tidak ada.")
            continue
        with (top / path).open("rb") as content:
            if hashlib.file_digest(content, algorithm).hexdigest() != digest:
                findings.append(f"Isi “{shown(path)}” berbeda dari yang tercatat dalam {name}.")
    return findings
