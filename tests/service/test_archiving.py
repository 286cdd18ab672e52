"""The archive bundle as a file: made again the same, whole by its own record, and every change in it is found."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import resource
import shutil
import signal
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import bagit
import openpyxl
import orjson
import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient

from process import blobs
from process.audit import genesis
from process.clock import ManualClock
from process.errors import FileLost, StorageFull
from process.model import ADMINISTRATOR, AUDITOR, PENGELOLA, Actor
from process.office import Office
from process.record import instance_stream
from service import command, demo, pdf
from service.app import serve
from service.archiving import making, papers
from service.archiving.bag import ALGORITHMS, safe_name
from service.archiving.bundle import Made
from service.archiving.checking import check
from service.exporting import running
from service.security import SESSION_COOKIE
from service.settings import Settings

pytestmark = pytest.mark.slow

AUDIT = Actor(None, "Pemeriksa", system_roles=frozenset({AUDITOR}), source="command")
ADMIN = Actor(None, "Operator", system_roles=frozenset({ADMINISTRATOR, PENGELOLA}), source="command")
START = datetime.fromisoformat("2026-10-12T08:00:00+07:00")  # of `run_once`
SIMPLE = b"%PDF-1.7\nsebuah cetakan\n"
HEADER = ("nomor", "waktu", "jenis", "pelaku", "jabatan", "jenis_jabatan", "sumber", "permintaan", "tugas", "elemen",
          "sidik_isi")  # fmt: skip
Edit = Callable[[dict[str, bytes]], object]


@dataclasses.dataclass
class Kept:
    """A folder with the database of a finished quarter, the instance, and its bundle."""

    folder: Path
    instance: str
    bundle: Path
    made: Made
    papers: dict[tuple[str, str], bytes]  # by page and identifier

    def open(self, folder: Path | None = None) -> Office:
        place = folder or self.folder
        clock = ManualClock(START + timedelta(days=30))
        return Office.open(f"sqlite:///{place / 'alur.db'}", place, clock=clock)


@pytest.fixture(scope="module")
def kept(run_once: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder, instance = tmp_path_factory.mktemp("arsip"), run_once[1]
    shutil.copytree(run_once[0], folder, dirs_exist_ok=True)
    found = Kept(folder, instance, folder / "berkas.zip", Made(0, ""), {})
    office = found.open()
    for one in office.archive.waiting(instance, AUDIT):
        office.prints.keep(one, SIMPLE + one.encode())  # how print-outs look is tested with them
    as_it_is = pdf.render

    def render(html: str, identifier: str, *, limits: pdf.Limits) -> bytes:
        paper = found.papers[html, identifier] = as_it_is(html, identifier, limits=limits)
        return paper

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "render", render)
        made = making.make(office, making.collect(office, instance, AUDIT), found.bundle)
    office.close()
    assert made is not None
    found.made = made
    return found


@pytest.fixture
def papers_once(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The papers that were laid out for the kept bundle are not laid out again: equal pages make equal bytes, as the
    tests of print-outs show. Answers what was not among them."""
    new: list[str] = []

    def render(html: str, identifier: str, *, limits: pdf.Limits) -> bytes:
        if (html, identifier) not in kept.papers:
            new.append(html)
            return as_it_is(html, identifier, limits=limits)
        return kept.papers[html, identifier]

    as_it_is = pdf.render
    monkeypatch.setattr(pdf, "render", render)
    return new


@pytest.fixture
def inside(kept: Kept, tmp_path: Path) -> Path:
    """The bundle, unpacked by another program than ours; answers its top folder."""
    with zipfile.ZipFile(kept.bundle) as archive:
        archive.extractall(tmp_path / "isi")
    (top,) = (tmp_path / "isi").iterdir()
    return top


@pytest.fixture
def again(kept: Kept, tmp_path: Path) -> Iterator[Office]:
    """A copy of the office, to be spoilt."""
    shutil.copytree(kept.folder, tmp_path / "kantor", ignore=shutil.ignore_patterns("*.zip"))
    office = kept.open(tmp_path / "kantor")
    yield office
    office.close()


@pytest.fixture(scope="module")
def unpacked(kept: Kept) -> tuple[str, dict[str, bytes]]:
    """The top folder of the bundle, and its files by path below it."""
    with zipfile.ZipFile(kept.bundle) as archive:
        entries = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
        return archive.namelist()[0].split("/", 1)[0], entries


@pytest.fixture
def changed(unpacked: tuple[str, dict[str, bytes]], tmp_path: Path) -> Callable[..., tuple[str, ...]]:
    """Change the files of the bundle by path below the top folder, and answer what the check says then. With `honest`
    the one who changes them writes manifests that fit."""

    def change(edit: Edit, *, honest: bool = False) -> tuple[str, ...]:
        top, entries = unpacked[0], dict(unpacked[1])
        edit(entries)
        if honest:
            remanifest(entries)
        target = tmp_path / "diubah.zip"
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in entries.items():
                archive.writestr(f"{top}/{name}", content)
        found = check(target)
        assert not found.whole, "the change was not found"
        return found.findings

    return change


def remanifest(entries: dict[str, bytes]) -> None:
    """Manifests and sizes as somebody would write them who knows how."""
    payload = {name: content for name, content in entries.items() if name.startswith("data/")}
    oxum = f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}"
    info = re.sub(r"Payload-Oxum: .*", oxum, entries["bag-info.txt"].decode())
    entries["bag-info.txt"] = info.encode()
    for algorithm in ALGORITHMS:
        entries[f"manifest-{algorithm}.txt"] = manifest(payload, algorithm)
    tags = {n: c for n, c in entries.items() if not n.startswith(("data/", "tagmanifest"))}
    for algorithm in ALGORITHMS:
        entries[f"tagmanifest-{algorithm}.txt"] = manifest(tags, algorithm)


def manifest(files: dict[str, bytes], algorithm: str) -> bytes:
    return "".join(f"{hashlib.new(algorithm, c).hexdigest()}  {n}\n" for n, c in files.items()).encode()


def one_of(entries: dict[str, bytes], start: str, end: str = "") -> str:
    return next(name for name in sorted(entries) if name.startswith(start) and name.endswith(end))


def lines_of(entries: dict[str, bytes]) -> list[bytes]:
    return entries["data/jejak-audit/jejak-audit.jsonl"].splitlines(keepends=True)


# -- what it is -----------------------------------------------------------------------------------------------------


def test_a_bundle_is_whole_and_says_so(kept: Kept) -> None:
    found = check(kept.bundle)
    assert (found.findings, found.notes) == ((), ())
    assert re.fullmatch(r"\d+ peristiwa sampai sidik [0-9a-f]{64}; \d+ dokumen, 1 lampiran, 6 cetakan", found.summary)
    assert hashlib.sha256(kept.bundle.read_bytes()).hexdigest() == kept.made.sha256


def test_another_program_finds_a_valid_bag_whose_dates_are_those_of_the_finish(kept: Kept, inside: Path) -> None:
    bag = bagit.Bag(str(inside))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert set(bag.algorithms) == set(ALGORITHMS)
    for algorithm in ALGORITHMS:
        done = subprocess.run(
            [f"{algorithm}sum", "-c", "--quiet", f"manifest-{algorithm}.txt"], cwd=inside, check=False
        )
        assert done.returncode == 0
    finished = next(
        json.loads(line)["waktu"]
        for line in (inside / "data/jejak-audit/jejak-audit.jsonl").read_bytes().splitlines()[1:]
        if json.loads(line)["jenis"] == "instance.finished"
    )
    there = datetime.fromtimestamp(finished // 1_000_000, START.tzinfo)
    assert bag.info["Bagging-Date"] == there.date().isoformat()
    assert bag.info["External-Identifier"] == kept.instance
    with zipfile.ZipFile(kept.bundle) as archive:
        times = {one.date_time for one in archive.infolist()}
    assert times == {(*there.timetuple()[:5], there.second // 2 * 2)}


def test_it_holds_what_an_archivist_looks_for(inside: Path) -> None:
    index = orjson.loads((inside / "data/berkas.json").read_bytes())
    assert index["pelaksanaan"]["unit"]["nama"] == "Bagian Perencanaan dan Keuangan"
    assert index["berkas"]["kode_klasifikasi"] == "000.8.6"
    assert {"proses", "dokumen", "lampiran", "cetakan", "jejak-audit"} == {
        one.name for one in (inside / "data").iterdir() if one.is_dir()
    }
    assert len([one for one in index["dokumen"] if one["kunci"] == "isian"]) == 11
    signs = [sign["jenis"] for one in index["dokumen"] for sign in one["tanda_tangan"]]
    assert signs == ["paraf", "paraf", "tandatangan"]
    book = openpyxl.load_workbook(inside / "data/dokumen/isian.xlsx")
    assert book.sheetnames[0] == "Daftar"
    rows = list(book["Daftar"].values)
    assert len(rows) == 1 + len(index["dokumen"])
    figures = next(sheet for sheet in book.worksheets[1:] if "Unit" in [cell.value for cell in sheet[1]])
    assert "Bagian Hukum" in [row[0] for row in figures.values]
    kinds = {type(cell) for sheet in book.worksheets[1:] for row in list(sheet.values)[1:] for cell in row}
    assert {int, str} <= kinds
    assert not any(isinstance(c, str) and c.startswith("=") for s in book for row in s.values for c in row)
    for name in ("lembar-berkas.pdf", "jejak-audit/jejak-audit.pdf"):
        with pikepdf.open(inside / "data" / name) as paper, paper.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
            assert paper.Root.MarkInfo.Marked


def test_what_people_wrote_is_text_on_the_cover_sheet(
    kept: Kept, again: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = '<img src=x onerror="a()">\u202e&\x07amp;'
    shown = "&lt;img src=x onerror=&#34;a()&#34;&gt;& amp;".replace("& ", "&amp; ")
    bundle = making.collect(again, kept.instance, AUDIT)
    signed = [
        dataclasses.replace(one, signatures=tuple(dataclasses.replace(s, name=hostile) for s in one.signatures))
        for one in bundle.documents
    ]
    process = dataclasses.replace(
        bundle.version.process, identity=dataclasses.replace(bundle.version.process.identity, instansi=(hostile,))
    )
    spoilt = dataclasses.replace(
        bundle,
        instance=dataclasses.replace(bundle.instance, title=hostile, starter_name=hostile, business_key=hostile),
        units=dict.fromkeys(bundle.units, hostile),
        versions=(*bundle.versions[:-1], dataclasses.replace(bundle.version, process=process)),
        documents=tuple(signed),
    )
    html: list[str] = []
    monkeypatch.setattr(pdf, "render", lambda page, *_, **__: html.append(page) or b"")
    papers.cover(spoilt, ())
    body = html[0].split("</head>")[1]
    assert "<img" not in html[0]
    assert "onerror" not in re.sub(re.escape(shown), "", html[0]), "everywhere as text"
    assert not re.search("[\u202e\x07]", html[0])
    assert body.count(shown) > 8


def test_made_again_elsewhere_after_later_events_it_is_the_same(
    kept: Kept,
    again: Office,
    papers_once: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    again.people.change_person(again.people.by_username("staf.prk").id, ADMIN, name="Nama Yang Lain")
    again.people.change_unit("PRK", ADMIN, name="Bagian Yang Lain", letterhead=("KOP LAIN",))
    again.trail.seal()
    again.archive.made(kept.instance, "00" * 32, 1, AUDIT)
    target = tmp_path / "lagi.zip"
    monkeypatch.setenv("ALUR_DATABASE_URL", f"sqlite:///{tmp_path / 'kantor' / 'alur.db'}")
    monkeypatch.setenv("ALUR_DATA_DIR", str(tmp_path / "kantor"))
    assert command.run(["archive", "make", kept.instance, "--output", str(target)]) == 0
    assert kept.made.sha256 in capsys.readouterr().out
    assert target.read_bytes() == kept.bundle.read_bytes()
    assert papers_once == []
    told = [one.data["sha256"] for one in again.trail.events("system") if one.type == "archive.made"]
    assert told == ["00" * 32, kept.made.sha256]
    target.write_text("lain")
    assert command.run(["archive", "make", kept.instance, "--output", str(target)]) == 1
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "lain"


def test_checking_needs_no_database_and_says_what_it_found(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALUR_DATABASE_URL", "sqlite:////tidak/ada.db")
    assert command.run(["archive", "verify", str(kept.bundle)]) == 0
    assert capsys.readouterr().out.startswith("Berkas arsip utuh: ")
    target = tmp_path / "x.zip"
    target.write_bytes(kept.bundle.read_bytes()[:-1] + b"x")
    assert command.run(["archive", "verify", str(target)]) == 1
    assert "TIDAK utuh" in capsys.readouterr().err
    assert command.run(["archive", "verify", str(tmp_path / "tidak-ada.zip")]) == 1
    assert "tidak ada" in capsys.readouterr().err
    assert command.run(["archive", "make", "x", "--output", str(tmp_path)]) == 1
    assert "adalah folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Laporan Triwulan III.PDF", "Laporan-Triwulan-III.pdf"),
        ("../../etc/passwd", "etc-passwd"),
        ("=cmd|' /C calc'!A0.xlsx", "cmd-C-calc-A0.xlsx"),
        ("\u202efdp.exe\x00.pdf", "fdp-exe.pdf"),
        ("  ", "tanpa-nama"),
        ("Číslo é.docx", "Cislo-e.docx"),
        ("a" * 300 + ".jpg", "a" * 60 + ".jpg"),
        ("CON", "CON"),
    ],
)
def test_names_are_those_that_every_system_takes(given: str, expected: str) -> None:
    assert safe_name(given) == expected


# -- changes are found ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [("data/dokumen/", ".json"), ("data/dokumen/", ".xlsx"), ("data/lampiran/", ""), ("data/cetakan/", ""),
     ("data/proses/", ".bpmn"), ("data/proses/", ".svg"), ("data/proses/", ".form"), ("data/lembar-berkas", ""),
     ("data/berkas.json", ""), ("data/jejak-audit/", ".pdf"), ("data/jejak-audit/", ".jsonl"), ("bag-info.txt", ""),
     ("bagit.txt", ""), ("manifest-sha512.txt", "")],
)  # fmt: skip
def test_a_changed_byte_in_any_part_is_found_and_named(
    changed: Callable[..., tuple[str, ...]], start: str, end: str
) -> None:
    names = []

    def flip(entries: dict[str, bytes]) -> None:
        names.append(one_of(entries, start, end))
        entries[names[0]] = entries[names[0]][:-2] + b"x\n"

    assert any(names[0] in one for one in changed(flip))


def test_a_part_that_is_gone_or_was_added_is_found(changed: Callable[..., tuple[str, ...]]) -> None:
    parts = ("lampiran/", "cetakan/", "dokumen/", "proses/", "jejak-audit/", "berkas")
    for start in (*(f"data/{part}" for part in parts), "manifest-sha256", "tagmanifest-sha512", "bag-info", "bagit"):
        names: list[str] = []

        def drop(entries: dict[str, bytes], start: str = start, names: list[str] = names) -> None:
            names.append(one_of(entries, start))
            del entries[names[0]]

        assert any(names[0] in one for one in changed(drop)), start
    found = changed(lambda entries: entries.update({"data/lain.txt": b"x"}))
    assert any("data/lain.txt" in one and "manifes" in one for one in found)
    assert "“lain.txt” tidak termasuk susunan berkas arsip." in changed(
        lambda entries: entries.update({"lain.txt": b""})
    )


def test_who_writes_fitting_manifests_is_still_found_by_the_record(changed: Callable[..., tuple[str, ...]]) -> None:
    def edit(start: str, end: str = "") -> Edit:
        def change(entries: dict[str, bytes]) -> None:
            name = one_of(entries, start, end)
            entries[name] = entries[name].replace(b'"', b"'", 1) + b" "

        return change

    for start, end, word in (
        ("data/dokumen/", ".json", "bukan yang dicatat peristiwa nomor"),
        ("data/lampiran/", "", "Lampiran “data/lampiran/0001-daftar-pertanyaan.pdf” bukan yang dicatat"),
        ("data/cetakan/", "", "bukan yang dicatat peristiwa nomor"),
        ("data/proses/versi-1/formulir/", "", "bukan yang diterbitkan"),
        ("data/proses/", ".bpmn", "bukan yang diterbitkan"),
    ):
        found = changed(edit(start, end), honest=True)
        assert word in found[0], found
    found = changed(lambda entries: entries.update({"data/lain.txt": b"x"}), honest=True)
    assert found == ("“data/lain.txt” tidak disebut dalam daftar isi.",)


def test_a_changed_index_does_not_fit_the_record(changed: Callable[..., tuple[str, ...]]) -> None:
    def index(edit: Callable[[dict], object]) -> tuple[str, ...]:  # type: ignore[type-arg]
        def change(entries: dict[str, bytes]) -> None:
            read = orjson.loads(entries["data/berkas.json"])
            edit(read)
            entries["data/berkas.json"] = orjson.dumps(read)

        return changed(change, honest=True)

    def swap(read: dict) -> None:  # type: ignore[type-arg]
        a, b = read["dokumen"][1], read["dokumen"][3]
        a["berkas"], b["berkas"] = b["berkas"], a["berkas"]
        a["sidik"], b["sidik"] = b["sidik"], a["sidik"]

    assert "“judul” dalam daftar isi berbeda dari jejak audit." in index(lambda r: r["pelaksanaan"].update(judul="x"))
    assert any(
        "Saat selesai" in one for one in index(lambda r: r["pelaksanaan"].update(selesai="2020-01-01T00:00:00Z"))
    )
    assert any("bukan milik pelaksanaan" in one for one in index(lambda r: r["pelaksanaan"].update(id="lain")))
    assert any("tidak disebut" in one for one in index(lambda r: r["lampiran"].clear()))
    assert any("tidak ada dalam daftar isi" in one for one in index(lambda r: r["dokumen"].pop()))
    assert sum("bukan yang dicatat" in one for one in index(swap)) == 2
    assert any("Paraf atau tanda tangan" in one for one in index(lambda r: r["dokumen"][-2]["tanda_tangan"].clear()))
    assert any("yang tidak dicatat" in one for one in index(
        lambda r: r["dokumen"][0]["tanda_tangan"].append({"jenis": "paraf"})))  # fmt: skip
    assert any("tidak dapat dibaca" in one for one in index(lambda r: r.pop("susunan")))
    assert any("tidak dapat dibaca" in one for one in index(lambda r: r.update(dokumen=[1])))
    assert any("../" in one for one in index(lambda r: r["lampiran"][0].update(berkas="data/../../etc/passwd")))


def test_a_changed_record_is_found_by_its_chain(changed: Callable[..., tuple[str, ...]]) -> None:
    def trail(edit: Callable[[list[bytes]], list[bytes]]) -> tuple[str, ...]:
        def change(entries: dict[str, bytes]) -> None:
            entries["data/jejak-audit/jejak-audit.jsonl"] = b"".join(edit(lines_of(entries)))

        return changed(change, honest=True)

    def replace(number: int, before: bytes, after: bytes) -> tuple[str, ...]:
        def edit(lines: list[bytes]) -> list[bytes]:
            assert before in lines[number]
            return [*lines[:number], lines[number].replace(before, after, 1), *lines[number + 1 :]]

        return trail(edit)

    assert "Jejak audit, isi peristiwa nomor 3 telah diubah." in replace(3, b'"nama":"', b'"nama":"X')
    assert "Jejak audit, kepala peristiwa nomor 5 atau rantainya telah diubah." in replace(5, b'"task.', b'"tugas.')
    assert "Jejak audit, peristiwa nomor 4 hilang." in trail(lambda lines: lines[:4] + lines[5:])
    assert any("tetapi memuat" in one for one in trail(lambda lines: lines[:-1]))
    assert any("peristiwa selesai" in one for one in trail(lambda lines: lines[:-8]))
    assert any("nomor 2" in one for one in trail(lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]]))
    assert any("nomor 6" in one and "tidak dapat dibaca" in one for one in trail(lambda lines: [*lines[:6], b"{\n"]))
    assert any("Baris pertama" in one for one in trail(lambda lines: [b"[]\n", *lines[1:]]))
    assert any("telah diubah" in one for one in replace(0, b'"pelaksanaan":"', b'"pelaksanaan":"x'))


def test_what_was_erased_by_law_is_told_and_the_chain_still_fits(
    unpacked: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    entries = dict(unpacked[1])
    lines, index = lines_of(entries), orjson.loads(entries["data/berkas.json"])
    for number, line in enumerate(lines):
        read = orjson.loads(line)
        if read.get("jenis") in ("attachment.added", "document.paraf") or number == index["dokumen"][2]["peristiwa"]:
            del read["garam"], read["isi"]
            lines[number] = orjson.dumps({**read, "dihapus": 7, "isi": None}) + b"\n"
    index["dokumen"][2].update(peristiwa=None, oleh={})
    entries["data/jejak-audit/jejak-audit.jsonl"] = b"".join(lines)
    entries["data/berkas.json"] = orjson.dumps(index)
    remanifest(entries)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, content in entries.items():
            archive.writestr(f"a/{name}", content)
    found = check(tmp_path / "x.zip")
    assert found.findings == ()
    assert len(found.notes) == 4
    assert all("dihapus menurut hukum (peristiwa nomor 7 pada rantai sistem)" in note for note in found.notes)


def test_a_chain_that_was_made_anew_with_an_impossible_instant_is_told(changed: Callable[..., tuple[str, ...]]) -> None:
    def change(entries: dict[str, bytes]) -> None:
        head, *lines = lines_of(entries)
        previous = genesis(instance_stream(orjson.loads(head)["pelaksanaan"]))
        for number, line in enumerate(lines):
            read = orjson.loads(line)
            waktu = 2**62 if read["jenis"] == "instance.finished" else read["waktu"]
            header = orjson.dumps([{**read, "waktu": waktu}[name] for name in HEADER])
            previous = hashlib.sha256(previous + header).digest()
            lines[number] = line.replace(read["sidik"].encode(), previous.hex().encode()).replace(
                b'"waktu":%d' % read["waktu"], b'"waktu":%d' % waktu
            )
        entries["data/jejak-audit/jejak-audit.jsonl"] = head + b"".join(lines)

    assert any("tidak dapat dibaca seluruhnya" in one for one in changed(change, honest=True))


# -- hostile files --------------------------------------------------------------------------------------------------


def hostile(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes], compression: int = zipfile.ZIP_STORED) -> str:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    found = check(path)
    assert len(found.findings) == 1, found
    return found.findings[0]


def test_a_hostile_zip_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    link = zipfile.ZipInfo("a/data/pintas")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    for name in ("../lari.txt", "/etc/lari.txt", "a/../../lari.txt", "a\\lari.txt", "C:/lari.txt", "a//b", "a/./b",
                 "sendiri.txt", "a/" + "n" * 400, "a/\u202etxt.b"):  # fmt: skip
        assert "tidak aman" in hostile(path, (name, b"x")), name
    assert "bukan berkas biasa" in hostile(path, (link, b"/etc/passwd"))
    assert "satu folder" in hostile(path, ("a/x", b""), ("b/x", b""))
    assert "dua kali" in hostile(path, ("a/X", b""), ("a/x", b""))
    assert "sekaligus folder" in hostile(path, ("a/x", b""), ("a/x/y", b""))
    assert "jauh lebih besar" in hostile(path, ("a/nol", bytes(50_000_000)), compression=zipfile.ZIP_DEFLATED)
    assert "kosong" in hostile(path)
    assert "tidak dikenal" in hostile(path, ("a/x", b"x" * 100), compression=zipfile.ZIP_LZMA)
    assert list(tmp_path.iterdir()) == [path]


CUT = "Berkas ini bukan ZIP yang utuh"


def test_a_file_that_is_cut_short_or_no_zip_is_refused(kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    whole = kept.bundle.read_bytes()
    for content in (b"", b"PK", b"bukan zip", whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(content)
        told = check(path).findings
        assert told in ((f"{CUT}.",), (f"{CUT}: ujungnya terpotong atau disambung.",))
    middle = whole.index(b"%PDF")
    path.write_bytes(whole[:middle] + b"X" + whole[middle + 1 :])
    assert "rusak dalam ZIP ini" in check(path).findings[0]


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/satu", bytes(10_000))
        first = archive.infolist()[0]
        for number in range(3):
            twin = zipfile.ZipInfo(f"a/kembar{number}")
            twin.header_offset, twin.CRC = first.header_offset, first.CRC
            twin.compress_size = twin.file_size = first.file_size
            archive.filelist.append(twin)
    assert "bertumpang tindih" in check(path).findings[0]


# -- making it ------------------------------------------------------------------------------------------------------


def test_a_disk_that_fills_in_the_middle_leaves_no_file_and_says_so(kept: Kept, again: Office, tmp_path: Path) -> None:
    place = tmp_path / "keluar"
    place.mkdir()
    (place / "x.zip").write_bytes(b"yang lama")
    bundle = making.collect(again, kept.instance, AUDIT)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, before[1]))
    try:
        with pytest.raises(StorageFull, match="belum jadi sudah dihapus"):
            making.make(again, bundle, place / "x.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert [(one.name, one.read_bytes()) for one in place.iterdir()] == [("x.zip", b"yang lama")]


def test_what_a_killed_server_left_half_made_does_not_hinder_the_next_making(
    kept: Kept, again: Office, tmp_path: Path, papers_once: list[str]
) -> None:
    workshop = tmp_path / "x.kerja"
    (workshop / "alur-arsip-lama").mkdir(parents=True)
    (workshop / "berkas.zip").write_bytes(b"setengah")
    made = making.make(again, making.collect(again, kept.instance, AUDIT), tmp_path / "x.zip", workshop=workshop)
    assert made is not None
    assert (made.sha256, workshop.exists()) == (kept.made.sha256, False)
    assert papers_once == []


def test_what_is_left_for_the_database_is_not_taken(
    kept: Kept, again: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = making.collect(again, kept.instance, AUDIT)
    monkeypatch.setattr(blobs, "RESERVE_BYTES", 2**62)
    with pytest.raises(StorageFull):
        making.make(again, bundle, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_a_file_that_is_lost_or_was_changed_is_not_archived(kept: Kept, again: Office, tmp_path: Path) -> None:
    bundle = making.collect(again, kept.instance, AUDIT)
    path = again.archive.path(bundle.files[0].attachment.sha256)
    path.write_bytes(b"lain")
    with pytest.raises(FileLost, match="tidak lagi sama"):
        making.make(again, bundle, tmp_path / "x.zip")
    path.unlink()
    with pytest.raises(FileLost, match="tidak ditemukan"):
        making.make(again, bundle, tmp_path / "x.zip")
    assert [one.name for one in tmp_path.iterdir()] == ["kantor"]


# -- on the pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(again: Office, app_once: Flask, tmp_path: Path) -> Callable[[str], FlaskClient]:
    """`browser("auditor")`: a client of somebody who is logged in to the copied office."""
    serve(app_once, again, Settings("", tmp_path / "kantor", "k" * 32, demo=True, cookie_secure=False))

    def make_client(account: str) -> FlaskClient:
        opened = again.people.authenticate(account, demo.PASSWORD, "127.0.0.1")
        client = app_once.test_client()
        client.set_cookie(SESSION_COOKIE, opened.token)
        client.environ_base["HTTP_X_CSRF_TOKEN"] = opened.csrf
        return client

    return make_client


def test_a_bundle_is_asked_for_on_the_page_made_outside_the_request_and_fetched(
    kept: Kept, again: Office, browser: Callable[[str], FlaskClient], papers_once: list[str]
) -> None:
    address = f"/pelaksanaan/{kept.instance}"
    auditor, planner, head = browser("auditor"), browser("perencana.prk"), browser("kabag.hkm")
    assert f'href="{address}/berkas"' in auditor.get(address).text
    assert f'href="{address}/berkas"' not in head.get(address).text
    assert "Belum diminta" in auditor.get(f"{address}/berkas").text
    assert auditor.get(f"{address}/berkas.zip").status_code == 404
    assert auditor.post(f"{address}/berkas").status_code == 302
    waiting = auditor.get(f"{address}/berkas").text
    assert "Menunggu giliran" in waiting
    assert f'hx-get="{address}/berkas/keadaan?kini=waiting"' in waiting
    assert auditor.get(f"{address}/berkas/keadaan?kini=waiting").status_code == 204
    assert auditor.get(f"{address}/berkas.zip").status_code == 409
    first = again.exports.bundle(kept.instance)
    assert planner.post(f"{address}/berkas").status_code == 302  # the same one, whoever asks
    assert again.exports.bundle(kept.instance) == first
    again.exports.runner = lambda given, _: running.make(again, given)
    again.exports.turn(threading.Event())
    assert papers_once == []
    ready = planner.get(f"{address}/berkas/keadaan?kini=waiting").text
    assert "Siap diunduh" in ready
    assert "hx-get" not in ready
    for client in (auditor, planner):
        file = client.get(f"{address}/berkas.zip")
        assert file.headers["Content-Disposition"] == f"attachment; filename=berkas-{kept.instance}.zip"
        assert hashlib.sha256(file.data).hexdigest() == kept.made.sha256
    for path in ("berkas", "berkas/keadaan", "berkas.zip"):
        assert head.get(f"{address}/{path}").status_code == 403
    assert head.post(f"{address}/berkas").status_code == 403
    told = [one for one in again.trail.events("system") if one.type in ("archive.made", "trail.exported")]
    assert [(one.type, one.name, one.data["sha256"]) for one in told] == [("archive.made", "Auditor", kept.made.sha256)]
    auditor.post(f"{address}/berkas")
    assert again.exports.bundle(kept.instance).id == first.id  # it is there
    assert again.exports.mine(AUDIT) == ()
    again.exports.path(first.id).write_bytes(b"rusak")
    again.clock.advance(minutes=1)
    assert "Mintalah sekali lagi" in planner.get(f"{address}/berkas.zip").text
    assert "Buat berkas arsip" in planner.get(f"{address}/berkas").text
    planner.post(f"{address}/berkas")
    assert again.exports.bundle(kept.instance).open


def test_who_asked_or_a_pengelola_removes_a_bundle_to_make_room(
    kept: Kept, again: Office, browser: Callable[[str], FlaskClient], papers_once: list[str]
) -> None:
    address = f"/pelaksanaan/{kept.instance}/berkas"
    staff, planner, editor = browser("staf.prk"), browser("perencana.prk"), browser("pengelola")
    again.exports.runner = lambda given, _: running.make(again, given)
    for who in (staff, editor):
        staff.post(address)
        assert staff.post(f"{address}/hapus").status_code == 302
        assert again.exports.bundle(kept.instance).open, "what is being made is called off otherwise"
        again.exports.turn(threading.Event())
        path = again.exports.path(again.exports.bundle(kept.instance).id)
        assert "Hapus berkas arsip" not in planner.get(address).text
        assert planner.post(f"{address}/hapus").status_code == 403
        assert path.is_file()
        assert "Hapus berkas arsip" in who.get(address).text
        assert "Buat berkas arsip" in who.post(f"{address}/hapus", follow_redirects=True).text
        assert not path.exists()
        again.clock.advance(minutes=1)


def test_what_was_asked_for_can_be_called_off_and_what_fails_says_why(
    kept: Kept, again: Office, browser: Callable[[str], FlaskClient]
) -> None:
    address = f"/pelaksanaan/{kept.instance}/berkas"
    staff = browser("staf.prk")
    staff.post(address)
    assert "dibatalkan" in staff.post(f"{address}/batalkan", follow_redirects=True).text
    again.exports.runner = lambda given, _: running.make(again, given)
    again.exports.turn(threading.Event())
    assert again.exports.bundle(kept.instance).state == "cancelled"
    again.clock.advance(minutes=1)
    staff.post(address)
    bundle = again.archive.collect(kept.instance, AUDIT)
    again.archive.path(bundle.files[0].attachment.sha256).unlink()
    again.exports.turn(threading.Event())
    page = staff.get(address).text
    assert "Gagal" in page
    assert "tidak ditemukan di penyimpanan" in page
    assert list(again.exports.folder.iterdir()) == []
