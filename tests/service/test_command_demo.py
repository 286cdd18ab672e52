"""`alur demo` drives a whole quarter; `alur serve` serves, and ends when it is told to."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from service import demo, demo_data
from service.command import run
from service.command.common import opened

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
RUN = [sys.executable, "-c", "from service.command import main; main()"]


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    for name in [name for name in os.environ if name.startswith("ALUR_") and name != "ALUR_TEST_PROFILE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ALUR_DATA_DIR", str(tmp_path / "data"))

    def call(*args):
        capsys.readouterr()
        code = run(list(args))
        return (code, *capsys.readouterr())

    return call


def test_a_quarter_runs_from_start_to_archive_on_an_empty_folder_and_again(command):
    code, out, err = command("demo")
    assert (code, err) == (0, "")
    numbers = [int(n) for n in re.findall(r"^\w{3}, \d+ \w{3} \d{4} \d\d\.\d\d  (\d) ", out, re.MULTILINE)]
    assert numbers == [1, 2, 1, 2, 3, *[4] * 11, 5, 6, 7, 8, 9]
    assert "DIKEMBALIKAN" in out
    late = [line for line in out.splitlines() if "TERLAMBAT" in line]
    assert len(late) == 1
    assert "Protokol dan Komunikasi Pimpinan" in late[0]
    assert re.search(r"Pemberitahuan: kepada Sekretaris Daerah Kota Jambi: .*melewati batas waktu", out)
    assert "Selesai: 21 tugas, 1 pengembalian, 1 terlambat" in out
    assert "Jejak audit utuh" in out

    assert command("demo")[0] == 0  # a second time for the same period: with a reason, as the next ordinal
    listed = command("instance", "list", "--keadaan", "selesai")[1]
    assert len(listed.splitlines()) == 4
    instance = listed.splitlines()[2].split()[0]
    shown = command("instance", "show", instance)[1]
    assert shown.count("kepala_bagian") == 12
    assert shown.count("terlambat") == 1
    assert "Tidak ada tugas" in command("task", "list")[1]
    assert command("audit", "verify")[0] == 0


def test_what_runs_can_be_reassigned_and_cancelled_with_a_reason(command):
    with opened() as office:
        demo.set_up(office)
        person = office.people.by_username("staf.prk")
        with office.store.reading() as tx:
            staff = office.people.actor(tx, person.id, office.clock.now())
        data = office.engine.start_page("pengumpulan_data_kinerja", staff).data
        data |= demo_data.start(office.clock.now().date())
        instance = office.engine.start_instance("pengumpulan_data_kinerja", data, staff)
    task = command("task", "list")[1].splitlines()[2]
    task_id = re.search(r"\b[a-z2-7]{16}\b", task)[0]
    code, _, err = command("task", "reassign", task_id, "sekda", "--alasan", "cuti")
    assert code == 1
    assert err.startswith("alur: ")
    assert command("task", "reassign", task_id, "staf.prk", "--alasan", "kembali") == (
        0,
        f"Tugas {task_id} dialihkan kepada staf.prk.\n",
        "",
    )
    assert "diambil" in command("task", "list", "--unit", "PRK")[1]
    assert command("instance", "cancel", instance)[0] == 2  # without a reason
    assert command("instance", "cancel", instance, "--alasan", "salah periode")[0] == 0
    assert "dibatalkan" in command("instance", "list")[1]
    assert command("audit", "verify", "--pelaksanaan", instance)[0] == 0


def test_a_database_with_a_real_office_is_refused(command):
    assert command("unit", "add", "UMUM", "Bagian Umum")[0] == 0
    code, out, err = command("demo")
    assert (code, out) == (1, "")
    assert "peragaan ditolak" in err
    assert command("user", "list")[1] == "Tidak ada akun.\n"


def test_demonstration_mode_is_refused_on_a_real_office(command, monkeypatch):
    assert command("unit", "add", "UMUM", "Bagian Umum")[0] == 0
    monkeypatch.setenv("ALUR_DEMO", "1")
    monkeypatch.setenv("ALUR_PORT", str(free_port()))
    code, out, err = command("serve")
    assert (code, out) == (1, "")
    assert "modus demonstrasi ditolak" in err


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_serve_says_where_answers_and_ends_when_told(tmp_path, command, monkeypatch):
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
    process = subprocess.Popen(
        [*RUN, "serve"],
        cwd=ROOT,
        env={**kept, "ALUR_DEMO": "1", "ALUR_PORT": str(port), "ALUR_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl+C" in line:
            break
    text = "".join(said)
    assert f"http://127.0.0.1:{port}" in text, process.stderr.read()
    assert "staf.prk" in text
    assert "kata sandi: " in text
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/masuk", timeout=30) as answer:
        assert answer.status == 200
    monkeypatch.setenv("ALUR_DEMO", "1")
    monkeypatch.setenv("ALUR_PORT", str(port))
    busy = f"alur: porta {port} sudah dipakai; pilih yang lain dengan ALUR_PORT.\n"
    assert command("serve") == (1, "", busy)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert "berhenti" in out
