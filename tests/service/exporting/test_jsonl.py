"""JSON Lines: whole chains, checked by what docs/audit.md gives everybody, and by nothing of ours."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from process.office import Office
from process.selection import Selection

from .conftest import Exported

DOCS = Path(__file__).resolve().parents[3] / "docs" / "audit.md"


@pytest.fixture(scope="session")
def verifier():
    """The program in the docs, as text."""
    section = DOCS.read_text("utf-8").split("## JSON Lines export")[1]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]


@pytest.fixture(scope="session")
def check(verifier):
    found = {"__name__": "docs"}
    exec(verifier, found)
    return lambda content: list(found["check"](io.BytesIO(content)))


def lines(content):
    return [json.loads(line) for line in content.splitlines()]


def test_a_whole_record_is_found_sound_by_the_program_in_the_docs(exported, verifier, tmp_path):
    made = exported("jsonl")
    (tmp_path / "check.py").write_text(verifier)
    (tmp_path / "jejak.jsonl").write_bytes(made.content)
    command = [sys.executable, "-I", "check.py", "jejak.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Every chain fits.\n")
    assert len(lines(made.content)) == made.made.events + 1
    (tmp_path / "jejak.jsonl").write_bytes(made.content.replace(b'"task.completed"', b'"task.skipped"', 1))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the header or the chain before it was changed" in done.stdout


def test_what_is_not_selected_is_a_stub_without_contents(exported, check, instance):
    made = exported("jsonl", Selection(types=("task.completed",)))
    about, *events = lines(made.content)
    assert about["pilihan"] == {"types": ["task.completed"]}
    assert {one["rantai"] for one in events} == {f"instance:{instance}"}
    assert [one["nomor"] for one in events] == list(range(1, len(events) + 1))
    for one in events:
        assert ("isi" in one) == ("garam" in one) == (one["jenis"] == "task.completed")
    assert check(made.content) == []
    assert b"Lampiran" not in made.content


@pytest.fixture(scope="session")
def sample(run_once):
    """The file of one instance's returns and completions, for changing."""
    office = Office.open(f"sqlite:///{run_once[0] / 'alur.db'}", run_once[0])
    made = Exported(office, "jsonl", Selection(instance=run_once[1], types=("task.completed", "document.written")))
    office.close()
    return made.content


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_any_line_is_found(sample, check, data):
    found = sample.splitlines(keepends=True)
    place = data.draw(st.integers(1, len(found) - 1))
    what = data.draw(st.sampled_from(["gone", "twice", "moved", "digit"]))
    if what == "gone":
        if place == len(found) - 1 and b'"isi"' not in found[place]:
            place -= 1  # the end of a chain is what its seal is for
        changed = found[:place] + found[place + 1 :]
    elif what == "twice":
        changed = found[: place + 1] + found[place:]
    elif what == "moved":
        other = data.draw(st.integers(1, len(found) - 1).filter(lambda n: n != place))
        changed = list(found)
        changed[place], changed[other] = changed[other], changed[place]
    else:
        digits = [match.start() for match in re.finditer(rb"[0-9]", found[place])]
        at = data.draw(st.sampled_from(digits))
        line = bytearray(found[place])
        line[at] = ord("0") + (line[at] - ord("0") + 1) % 10
        changed = [*found[:place], bytes(line), *found[place + 1 :]]
    try:
        wrong = check(b"".join(changed))
    except (ValueError, KeyError):
        return  # no JSON any more, or no such key
    assert wrong


def test_an_erased_payload_appears_as_such_and_the_chain_still_fits(exported, check, finished, instance):
    with finished.store.transaction() as tx:
        stream = tx.scalar(sa.text("SELECT stream FROM instance WHERE id = :i"), {"i": instance})
        tx.execute(sa.text("INSERT INTO erasure(stream, seq, by_seq) VALUES (:s, 3, 99)"), {"s": stream})
        tx.execute(sa.text("DELETE FROM event_payload WHERE stream = :s AND seq = 3"), {"s": stream})
    made = exported("jsonl", Selection(instance=instance))
    third = lines(made.content)[3]
    assert (third["nomor"], third["isi"], third["dihapus"]) == (3, None, 99)
    assert check(made.content) == []
    row = exported("csv", Selection(instance=instance)).content.decode().split("\r\n")[3]
    assert "dihapus menurut hukum" in row
    for format in ("xlsx", "xes", "ocel"):
        assert exported(format, Selection(instance=instance)).made.events == made.made.events
    with finished.store.transaction() as tx:
        for what in ("update", "delete"):
            tx.execute(sa.text(f"DROP TRIGGER erasure_no_{what}"))
        tx.execute(sa.text("DELETE FROM erasure"))
    assert check(exported("jsonl", Selection(instance=instance)).content) == ["line 4: the payload is missing"]


def test_awkward_texts_and_numbers_are_hashed_as_they_stand(exported, check, note):
    note({"alasan": '","isi":{"\u2028\u202e\\ \x07 é 😀', "angka": 12345678901234567890, "n": [1, {"b": None}]})
    made = exported("jsonl")
    assert check(made.content) == []
    last = next(one for one in lines(made.content) if "angka" in one.get("isi", {}))
    assert last["isi"]["alasan"] == '","isi":{"\u2028\u202e\\ \x07 é 😀'
