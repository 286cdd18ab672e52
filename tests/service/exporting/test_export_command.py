"""`alur audit export`: the same files from the command line, whole or not at all, and each mistake in one line."""

from __future__ import annotations

import json
import os
import pty
import resource
import shutil
import signal
import sys

import pytest

from service.command import run
from tests.service.conftest import apart, ended

pytestmark = pytest.mark.slow


@pytest.fixture
def command(run_once, tmp_path, monkeypatch, capfdbinary):
    """`command("--format", …)` → (exit code, stdout in bytes, stderr), in a folder of its own."""
    for name in [name for name in os.environ if name.startswith("ALUR_") and name != "ALUR_TEST_PROFILE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ALUR_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    (tmp_path / "hasil").mkdir()
    monkeypatch.chdir(tmp_path / "hasil")
    shutil.copy(run_once[0] / "alur.db", tmp_path / "data" / "alur.sqlite3")

    def call(*args):
        capfdbinary.readouterr()
        code = run(["audit", "export", *args])
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in out + err
        return code, out, err.decode()

    return call


def files(tmp_path):
    return sorted(os.listdir(tmp_path / "hasil"))


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl", "xes", "ocel"])
def test_each_form_is_written_whole_and_put_on_record(command, tmp_path, format, instance):
    code, out, _ = command("--format", format, "--instance", instance, "--output", "jejak")
    assert code == 0
    assert files(tmp_path) == ["jejak"]
    assert str(os.path.getsize("jejak")).encode() in out
    code, out, _ = command("--format", "jsonl", "--type", "trail.exported", "--output", "-")
    event = json.loads(out.splitlines()[-1])["isi"]
    assert (event["format"], event["berkas"], event["pilihan"]) == (format, "jejak", {"instance": instance})
    assert event["oleh"]["nama"].endswith("(perintah)")


def test_filters_select_as_on_the_pages(command):
    filters = {
        "--since": "2026-01-01", "--until": "2099-12-31", "--process": "pengumpulan_data_kinerja", "--unit": "SETDA",
        "--person": "sekda", "--word": "sekretaris",
    }  # fmt: skip
    every = [part for pair in filters.items() for part in pair]
    every += ["--type", "document.signed", "--type", "task.completed"]
    code, out, err = command("--format", "csv", *every, "--output", "-")
    assert code == 0
    rows = out.decode().splitlines()[1:]
    assert rows
    assert all("Sekretaris Daerah" in row for row in rows)
    assert f"{len(rows)} peristiwa" in err
    assert command("--format", "csv", "--bom", *every, "--output", "-")[1].startswith(b"\xef\xbb\xbfwaktu_wib")


def test_a_file_that_is_there_stays_unless_it_is_said(command, tmp_path):
    (tmp_path / "hasil" / "jejak").write_text("lama")
    code, _, err = command("--format", "csv", "--output", "jejak")
    assert (code, "--force" in err) == (1, True)
    assert (tmp_path / "hasil" / "jejak").read_text() == "lama"
    assert command("--format", "csv", "--output", "jejak", "--force")[0] == 0
    assert (tmp_path / "hasil" / "jejak").read_text().startswith("waktu_wib")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--format", "docx"], "docx"),
        (["--format", "jsonl", "--bom"], "--bom hanya untuk CSV"),
        (["--format", "csv", "--since", "2026-02-30"], "--sejak: Tulis tanggal"),
        (["--format", "csv", "--since", "2026-02-02", "--until", "2026-02-01"], "--sampai: Akhir periode"),
        (["--format", "csv", "--instance", "tidak-ada"], "--pelaksanaan: Pelaksanaan “tidak-ada”"),
        (["--format", "csv", "--process", "x"], "--proses: Proses “x”"),
        (["--format", "csv", "--unit", "X"], "--unit: Unit kerja “X”"),
        (["--format", "csv", "--person", "hantu"], "--pegawai: "),
        (["--format", "csv", "--type", "task.eaten"], "--jenis: Jenis peristiwa “task.eaten”"),
        (["--format", "csv", "--word", "apa"], "--kata: "),
        (["--format", "csv", "--output", "tidak/ada"], "folder tidak tidak ada"),
        (["--format", "csv", "--output", "."], "adalah folder"),
        (["--format", "csv", "--output", "/dev/full"], "bukan berkas biasa"),
        (["--format", "csv", "--output", "/dev/full", "--force"], "bukan berkas biasa"),
        (["--format", "csv", "--output", "/proc/jejak"], "/proc"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(command, tmp_path, options, said):
    code, out, err = command(*options, *([] if "--output" in options else ["--output", "jejak"]))
    assert code != 0
    assert out == b""
    assert err.startswith("alur: ")
    assert err.count("\n") == 1
    assert said in err
    assert files(tmp_path) == []
    assert b"trail.exported" not in command("--format", "csv", "--output", "-")[1]


def test_a_disk_that_fills_leaves_no_file_and_no_event(command, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        code, _, err = command("--format", "csv", "--output", "jejak")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == 1
    assert "Ruang penyimpanan penuh" in err
    assert files(tmp_path) == []
    assert b"trail.exported" not in command("--format", "csv", "--output", "-")[1]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_told_to_end_in_the_middle_it_leaves_nothing_behind(command, tmp_path, name):
    def told(event, given):
        if event == "open" and str(given[0]).endswith("/berkas"):
            os.kill(os.getpid(), getattr(signal, name))

    with (tmp_path / "kata").open("w") as said:
        options = ["audit", "export", "--format", "csv", "--output", "jejak"]
        code = ended(apart(*options, first=lambda: sys.addaudithook(told), stderr=said.fileno()))
        assert (code, (tmp_path / "kata").read_text().strip()) == (130, "alur: dihentikan.")
    assert os.listdir() == []


def test_progress_is_told_to_a_terminal_and_standard_output_may_be_full(command, tmp_path):
    options = ["audit", "export", "--format", "csv", "--output"]
    leader, follower = pty.openpty()
    assert ended(apart(*options, "jejak", stderr=follower)) == 0
    os.close(follower)
    said = os.read(leader, 10_000).decode()
    os.close(leader)
    assert "dari" in said
    assert "peristiwa" in said
    with open("/dev/full", "wb") as full, (tmp_path / "kata").open("w") as told:
        assert ended(apart(*options, "-", stdout=full.fileno(), stderr=told.fileno())) == 1
    full = "alur: keluaran baku tidak dapat ditulis: ruang penyimpanan penuh.\n"
    assert (tmp_path / "kata").read_text() == full
