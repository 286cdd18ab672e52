"""`alur audit` and `alur db grants`: sentences for an operator, exit codes for a script."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3

import pytest

from service.command import run


@pytest.fixture(scope="module")
def two_units(tmp_path_factory):
    """The data of an office with two units, made once."""
    data = tmp_path_factory.mktemp("dua") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALUR_DATA_DIR", str(data))
        patch.delenv("ALUR_DATABASE_URL", raising=False)
        assert run(["unit", "add", "SETDA", "Sekretariat Daerah"]) == 0
        assert run(["unit", "add", "HKM", "Bagian Hukum", "--induk", "SETDA"]) == 0
    return data


@pytest.fixture
def say(tmp_path, monkeypatch, capsys, two_units):
    """`say("audit", "verify")` → (exit code, stdout, stderr), in an office with two units."""
    monkeypatch.setenv("ALUR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("ALUR_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(two_units, tmp_path / "data")

    def call(*args):
        capsys.readouterr()
        code = run([str(arg) for arg in args])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return call


def database(tmp_path):
    (path,) = (tmp_path / "data").glob("*.sqlite3")
    return sqlite3.connect(path)


def test_a_seal_is_written_and_the_record_compared_with_it(say, tmp_path):
    code, out, _ = say("audit", "seal", "--output", "segel.json")
    assert code == 0
    written = json.loads((tmp_path / "segel.json").read_bytes())
    assert written["ringkasan"] in out
    assert written["rantai"][0]["rantai"] == "system"
    assert written["rantai"][0]["sidik"] in out
    code, out, _ = say("audit", "verify", "--anchor", "segel.json")
    assert (code, "Cocok dengan catatan segel" in out) == (0, True)
    for refused, message in (("segel.json", "sudah ada"), ("tidak-ada/segel.json", "tidak ada")):
        code, _, err = say("audit", "seal", "--output", refused)
        assert (code, message in err) == (1, True)
    with database(tmp_path) as there:
        told = there.execute("SELECT count(*) FROM event WHERE type = 'stream.sealed'").fetchone()
    assert told == (1,), "nothing is sealed for a file that cannot be written"
    written["rantai"][0]["sidik"] = "00" * 32
    (tmp_path / "segel.json").write_text(json.dumps(written))
    code, _, err = say("audit", "verify", "--anchor", "segel.json")
    assert (code, "rusak atau telah diubah" in err) == (1, True)


def test_what_was_changed_is_named_with_its_code(say, tmp_path):
    with database(tmp_path) as changed:
        changed.execute("UPDATE unit SET name = 'Bagian Lain' WHERE code = 'HKM'")
    code, _, err = say("audit", "verify", "--tanpa-berkas")
    assert code == 1
    assert "TIDAK utuh (1 temuan" in err
    assert "tabel unit, baris HKM: name" in err
    assert "[row_altered]" in err


def test_a_payload_is_erased_once_it_was_confirmed(say, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("t\n"))
    code, out, err = say("audit", "erase", "--event", "system:1", "--reason", "Putusan")
    assert (code, "dihentikan" in err) == (130, True)
    assert "system" in out
    assert say("audit", "erase", "--reason", "x")[0] == 2
    assert say("audit", "erase", "--event", "system:1", "--person", "x", "--reason", "x")[0] == 2
    assert say("audit", "erase", "--event", "system:99", "--reason", "x", "--yes")[0] == 1
    code, out, _ = say("audit", "erase", "--event", "system:1", "--reason", "Putusan 12/2026", "--yes")
    assert (code, "Isi 1 peristiwa dihapus" in out) == (0, True)
    code, out, _ = say("audit", "verify")
    assert code == 0
    assert "dihapus menurut hukum" in out
    assert "Putusan 12/2026" in out
    assert database(tmp_path).execute("SELECT count(*) FROM event_payload WHERE seq = 1").fetchone() == (0,)


def test_grants_are_shown_and_only_for_postgresql_applied(say):
    code, out, _ = say("db", "grants", "--role", "alur_layanan")
    assert code == 0
    assert 'GRANT INSERT ON event, event_payload, seal TO "alur_layanan";' in out
    code, _, err = say("db", "grants", "--role", "alur_layanan", "--apply")
    assert (code, "PostgreSQL" in err) == (1, True)
    assert say("db", "grants", "--role", 'x"; DROP')[0] == 1
