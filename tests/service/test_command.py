"""The command `alur`: it does what it says, and says in one line what it could not do."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Event

import click
import pytest

from process import migrate
from process.store import Store
from service.command import alur, run
from service.command.common import ENGLISH

from .conftest import apart, ended

ROOT = Path(__file__).resolve().parents[2]
DIAGRAM = str(ROOT / "bpmn" / "diagrams" / "pengumpulan-data-kinerja.bpmn")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """An empty database of today's schema, made once: most commands begin with one."""
    path = tmp_path_factory.mktemp("kosong") / "alur.sqlite3"
    store = Store(f"sqlite:///{path}")
    migrate.upgrade(store)
    store.close()
    return path


@pytest.fixture
def command(tmp_path, monkeypatch, capsys, migrated):
    """`command("user", "list")` → (exit code, stdout, stderr), in a data directory of its own."""
    for name in [name for name in os.environ if name.startswith("ALUR_") and name != "ALUR_TEST_PROFILE"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ALUR_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    shutil.copy(migrated, tmp_path / "data")

    def call(*args, stdin=None):
        if stdin is not None:
            read, write = os.pipe()
            os.write(write, stdin.encode())
            os.close(write)
            monkeypatch.setattr(sys, "stdin", os.fdopen(read))
        capsys.readouterr()
        code = run([str(arg) for arg in args])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


@pytest.fixture
def good(command):
    """The same, for what must work: returns stdout."""

    def call(*args, stdin=None):
        code, out, err = command(*args, stdin=stdin)
        assert (code, err) == (0, ""), err
        return out

    return call


@pytest.fixture
def bad(command):
    """The same, for what must not: returns the one line on stderr."""

    def call(*args, stdin=None):
        code, _, err = command(*args, stdin=stdin)
        assert code != 0
        assert err.startswith("alur: ")
        assert err.count("\n") == 1, err
        return err

    return call


def every(command, path=()):
    yield path, command
    for name, sub in getattr(command, "commands", {}).items():
        yield from every(sub, (*path, name))


LEAVES = [path for path, command in every(alur) if not isinstance(command, click.Group)]


def test_the_commands_are_those_that_the_guide_names():
    guide = (Path(__file__).parents[2] / "docs" / "panduan.md").read_text("utf-8")
    groups = {path for path, command in every(alur) if isinstance(command, click.Group)}
    named = set()
    for words in re.findall(r"^alur ([a-z]+(?: [a-z]+)?)|`alur ([a-z]+(?: [a-z]+)?)", guide, re.MULTILINE):
        path = tuple("".join(words).split())
        named.add(path if path[:1] in groups else path[:1])
    assert named == set(LEAVES)


@pytest.mark.parametrize("path", [(), *LEAVES], ids=" ".join)
def test_help_is_indonesian_and_has_an_example(good, path):
    out = good(*path, "--help")
    assert "Contoh:" in out
    assert "Pemakaian:" in out
    assert not re.search(r"\b(Usage|Options|Commands|Show this|required|default|TEXT)\b", out)


def test_the_version_is_told_from_a_checkout_that_is_not_installed(good):
    assert re.fullmatch(r"alur \d+\.\d+\.\d+\n", good("--version"))


def test_every_option_has_its_indonesian_and_its_english_name_and_no_command_is_described_by_half(good):
    same = {"--nip", "--unit", "--format", "--bom", "--version"}
    for path, command in every(alur):
        for option in (one for one in command.params if isinstance(one, click.Option)):
            first, *others = option.opts
            assert others == ([] if first in same else [ENGLISH[first]])
        assert not isinstance(command, click.Group) or "..." not in good(*path, "--help")


# -- people -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def staffed(good):
    good("unit", "add", "UMUM", "Bagian Umum", "--kop", "PEMERINTAH KOTA JAMBI")
    good("user", "add", "kabag.umum", "--nama", "Kepala Bagian Umum", "--nip", "196110711985121001", "--sandi", "-",
         stdin="rahasia-sekali\n")  # fmt: skip
    return good


def test_a_role_that_no_process_in_force_knows_is_given_with_a_warning(staffed, command):
    staffed("process", "publish", DIAGRAM, "--unit", "UMUM")
    status, out, err = command("position", "add", "kabag.umum", "kepala_bagain", "UMUM")
    assert (status, "diberikan" in out) == (0, True)
    assert "Peringatan: Peran “kepala_bagain” tidak dikenal" in err
    assert "kepala_bagian, perencana_ahli_muda, sekretaris_daerah, staf" in err
    assert "Peringatan" not in command("position", "add", "kabag.umum", "kepala_bagian", "UMUM")[2]


def test_a_person_with_a_position_is_listed_with_a_masked_nip(staffed):
    staffed("position", "add", "kabag.umum", "kepala_bagian", "UMUM", "--mulai", "02/01/2026")
    out = staffed("user", "list")
    assert "Kepala Bagian Umum [kepala_bagian@UMUM]" in out
    assert "1961…1001" in out
    assert "196110711985121001" not in out
    number = re.search(r"^(\d+)", staffed("position", "list").splitlines()[2])[1]
    staffed("position", "end", number, "--alasan", "mutasi")
    assert "Tidak ada jabatan" in staffed("position", "list")
    assert "2026-01-02" in staffed("position", "list", "--semua", "--akun", "kabag.umum")


def test_an_account_can_be_closed_opened_and_given_a_new_password(staffed):
    staffed("user", "disable", "kabag.umum", "--alasan", "pindah")
    assert "Tidak ada akun" in staffed("user", "list")
    staffed("user", "disable", "kabag.umum", "--aktifkan")
    assert "diatur ulang" in staffed("user", "password", "kabag.umum", "--sandi", "-", stdin="sandi-sementara\n")


def test_units_come_from_a_file_with_errors_at_the_row(good, command, tmp_path):
    path = tmp_path / "unit.csv"
    path.write_text("kode,nama,induk\nUMUM,Bagian Umum,SETDA\nSETDA,Sekretariat Daerah,\n")
    assert "2 unit ditambahkan" in good("unit", "import", path)
    assert "Bagian Umum" in good("unit", "list")
    path.write_text("kode,nama,induk\nA,,\nB,Bagian B,TIDAK\n")
    code, _, err = command("unit", "import", path)
    assert code == 1
    assert [line.split(":")[1] for line in err.splitlines()] == [" baris 2", " baris 3"]


@pytest.mark.parametrize(
    ("args", "stdin", "message"),
    [
        (["user", "add", "x1", "--nama", "X", "--nip", "123", "--sandi", "-"], "rahasia-sekali\n", "18 angka"),
        (["user", "add", "x1", "--nama", "X", "--sandi", "-"], "pendek\n", "paling sedikit"),
        (["user", "add", "x1", "--nama", "X", "--sandi", "-"], "", "tidak diberikan"),
        (["user", "disable", "tidak.ada"], None, "tidak ada"),
        (["position", "add", "tidak.ada", "staf", "UMUM"], None, "tidak ada"),
        (["position", "end", "77"], None, "tidak ada"),
        (["unit", "add", "A B", "Nama"], None, "tidak sah"),
        (["unit", "import", "/tidak/ada.csv"], None, "/tidak/ada.csv tidak ada"),
        (["unit", "import", "/"], None, "adalah folder"),
        (["calendar", "import", DIAGRAM], None, "judul"),
        (["calendar", "list", "--kode", "tidak-ada"], None, "tidak ada"),
        (["instance", "show", "tidakada"], None, "tidak ada"),
        (["instance", "cancel", "tidakada", "--alasan", "x"], None, "tidak ada"),
        (["task", "reassign", "tidakada", "siapa", "--alasan", "x"], None, "tidak ada"),
        (["process", "publish", DIAGRAM], None, "Unit pemilik"),
        (["process", "publish", DIAGRAM, "--unit", "TIDAK"], None, "tidak ada"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(bad, args, stdin, message):
    assert message in bad(*args, stdin=stdin)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["pesta"], "perintah “pesta” tidak dikenal"),
        (["user", "list", "--versi"], "opsi --versi tidak dikenal"),
        (["user", "add", "x"], "--nama wajib diisi"),
        (["position", "add", "a", "b", "C", "--jenis", "raja"], "gunakan definitif"),
        (["position", "add", "a", "b", "C", "--mulai", "besok"], "bukan tanggal"),
        (["position", "end", "tujuh"], "bilangan bulat"),
        (["user", "disable", "a", "b"], "terlalu banyak isian"),
    ],
)
def test_what_is_typed_wrong_is_said_in_one_line_with_exit_code_2(command, args, message):
    code, _, err = command(*args)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


# -- calendars and processes ------------------------------------------------------------------------------------------


def test_a_process_is_checked_published_once_and_listed(staffed, command):
    assert "0 galat" in staffed("process", "check", DIAGRAM)
    assert "versi 1 diberlakukan" in staffed("process", "publish", DIAGRAM, "--unit", "UMUM")
    assert "sudah berlaku dengan isi yang sama" in staffed("process", "publish", DIAGRAM)
    assert "pengumpulan_data_kinerja" in staffed("process", "list")
    assert "Tidak ada pelaksanaan" in staffed("instance", "list")
    assert "Tidak ada tugas" in staffed("task", "list", "--terlambat")


def test_a_diagram_with_an_error_is_not_published(staffed, command, tmp_path):
    path = tmp_path / "sop.bpmn"
    path.write_bytes(Path(DIAGRAM).read_bytes().replace(b'sop:role="staf"', b""))
    code, out, err = command("process", "check", path)
    assert (code, err) == (1, "")
    assert re.search(r"sop\.bpmn:?\d*: galat [A-Z_]+ \[\w+\]: .+", out)
    code, out, err = command("process", "publish", path, "--unit", "UMUM")
    assert code == 1
    assert "tidak diberlakukan" in err
    assert "Tidak ada proses" in staffed("process", "list")


def test_a_form_is_checked_too(command, tmp_path):
    path = tmp_path / "formulir.form"
    path.write_text(
        '{"id": "a", "type": "default", "schemaVersion": 19, "components": [{"type": "iframe", "id": "x"}]}'
    )
    code, out, _ = command("process", "check", path)
    assert code == 1
    assert "galat unknown-type [x]" in out


def test_holidays_are_previewed_then_imported_with_a_reason(staffed, bad, tmp_path):
    staffed("process", "publish", DIAGRAM, "--unit", "UMUM")
    path = tmp_path / "libur.csv"
    path.write_text("tanggal,jenis,keterangan\n2031-12-30,cuti bersama,SKB 2031\n")
    assert "tidak ada yang diubah" in staffed("calendar", "import", path, "--pratinjau")
    assert "2031-12-30" not in staffed("calendar", "list", "--kode", "standar", "--tahun", 2031)
    assert "Alasan" in bad("calendar", "import", path)
    assert "disimpan" in staffed("calendar", "import", path, "--alasan", "SKB 2031")
    out = staffed("calendar", "list", "--kode", "standar", "--tahun", 2031)
    assert "2031-12-30  cuti bersama  SKB 2031" in out
    assert "Peringatan (standar)" in out


# -- databases, signals, pipes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ALUR_DATABASE_URL": "mysql://x"}, "ALUR_DATABASE_URL"),
        ({"ALUR_DATABASE_URL": "postgresql://x:y@127.0.0.1:1/alur"}, "basis data"),
        ({"ALUR_DATABASE_URL": "postgresql://x:y@127.0.0.1:satu/alur"}, "basis data"),
        ({"ALUR_DATA_DIR": "/proc/tidak/bisa"}, "/proc/tidak"),
        ({"ALUR_PORT": "banyak"}, "ALUR_PORT"),
        ({"ALUR_TYPO": "1"}, "ALUR_TYPO"),
    ],
)
def test_a_setting_or_database_that_cannot_be_used(bad, monkeypatch, variables, message):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    err = bad("user", "list")
    assert message in err
    assert ":y@" not in err


def test_a_file_that_is_no_database(bad, tmp_path):
    (tmp_path / "data" / "alur.sqlite3").write_bytes(b"bukan basis data" * 1000)
    assert "Basis data" in bad("user", "list")


def test_serve_without_a_secret_key_refuses(bad):
    assert "ALUR_SECRET_KEY belum diisi" in bad("serve")


def test_sqlite_migrates_itself_and_upgrade_says_the_schema(good, tmp_path):
    (tmp_path / "data" / "alur.sqlite3").unlink()
    assert "Tidak ada akun" in good("user", "list")
    assert "mutakhir" in good("db", "upgrade")
    assert sqlite3.connect(tmp_path / "data" / "alur.sqlite3").execute("SELECT count(*) FROM person").fetchone() == (0,)


def test_the_record_of_all_this_verifies(staffed):
    assert "utuh" in staffed("audit", "verify")


def test_a_record_that_was_changed_does_not(staffed, command, tmp_path):
    database = sqlite3.connect(tmp_path / "data" / "alur.sqlite3")
    for name in [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
        database.execute(f"DROP TRIGGER {name}")
    database.execute("UPDATE event SET at = at + 1 WHERE seq = 1")
    database.commit()
    database.close()
    code, _, err = command("audit", "verify")
    assert code == 1
    assert err.startswith("alur: ")


def environment(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ALUR_")}
    return {**kept, "ALUR_DATA_DIR": str(tmp_path / "data")}


RUN = [sys.executable, "-c", "from service.command import main; main()"]


def test_a_command_loads_what_it_works_with_when_it_works():
    """Else each start takes half a second more, `alur --help` too."""
    loaded = "import sys, service.command; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "bpmn", "forms", "flask", "alembic"} & set(done.stdout.split())


def test_a_reader_who_leaves_early_gets_no_complaint(tmp_path):
    process = subprocess.Popen(
        [*RUN, "--help"], cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    err = process.stderr.read().decode()
    assert process.wait(30) == 1
    assert err == ""


def test_ctrl_c_while_a_password_is_awaited(tmp_path, monkeypatch):
    monkeypatch.setenv("ALUR_DATA_DIR", str(tmp_path / "data"))
    awaited, keyboard = os.pipe()
    with (tmp_path / "kata").open("w") as said:
        options = ["--nama", "Satu", "--sandi", "-"]
        process = apart("user", "add", "satu", *options, stdin=awaited, stderr=said.fileno())
        database = tmp_path / "data" / "alur.sqlite3"
        for _ in range(1500):  # until it has opened its database and waits for the password
            if database.exists():
                break
            Event().wait(0.02)
        os.kill(process, signal.SIGINT)
        assert (ended(process), (tmp_path / "kata").read_text().strip()) == (130, "alur: dihentikan.")
    os.close(awaited)
    os.close(keyboard)
