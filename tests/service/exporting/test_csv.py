"""CSV: every event is one row that reads back exactly, and nothing in it is a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.indonesian import WIB
from process.records import Records
from process.selection import Selection
from process.tables import event_payload
from service.exporting import csv_
from service.exporting.columns import NAMES
from service.exporting.csv_ import field


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def everything(office):
    return [one for chunk in office.records.read(Selection(), upto=office.records.latest()) for one in chunk]


def test_every_event_is_a_row_in_the_order_of_time(finished, exported):
    made = exported("csv")
    found = rows(made.content)
    recorded = everything(finished)
    assert [(row["rantai"], int(row["nomor"])) for row in found] == [(one.stream, one.header.seq) for one in recorded]
    assert [row["isi"] for row in found] == [one.raw.decode() for one in recorded]
    assert [row["sidik"] for row in found] == [one.header.hash.hex() for one in recorded]
    assert made.made.events == len(found) == made.source.total
    assert made.told[-1] == len(found)
    assert made.content.count(b"\r\n") == len(found) + 1
    assert b"\n" not in made.content.replace(b"\r\n", b"")


@pytest.mark.parametrize("types", [(), ("task.completed",), ("task.late",)])
def test_the_file_is_the_same_in_however_many_parts_it_is_read_and_however_little_is_remembered(
    exported, monkeypatch, types
):  # fmt: skip
    whole = exported("csv", Selection(types=types), bom=True)
    monkeypatch.setitem(Records.read.__kwdefaults__, "chunk", 7)
    monkeypatch.setattr(csv_, "_MOST_KNOWN", 5)
    parts = exported("csv", Selection(types=types), bom=True)
    assert parts.content == whole.content
    assert len(parts.told) == -(-whole.source.total // 7)


def test_instants_are_exact(finished, exported, note):
    for step in (0, 1, 59_999_999, 60_000_000, 3_599_999_999, 3_600_000_000, 61_234_567, 17 * 3_600_000_000):
        finished.clock.advance(microseconds=step)
        note({})
    found = rows(exported("csv").content)
    at = [one.at for one in everything(finished)]
    assert len({one.microsecond for one in at}) > 3
    assert [datetime.fromisoformat(row["waktu_utc"]) for row in found] == at
    assert {len(row["waktu_utc"]) for row in found} == {len("2026-10-12T01:00:00.000000Z")}
    assert [row["waktu_wib"] for row in found] == [f"{one.astimezone(WIB):%Y-%m-%d %H:%M:%S}" for one in at]


def test_a_row_says_who_did_which_step_when(finished, exported, instance):
    found = rows(exported("csv", Selection(instance=instance, types=("task.completed", "document.written"))).content)
    row = next(one for one in found if one["elemen"] == "menandatangani")
    assert row["waktu_wib"].startswith("2026-10-")
    assert row["waktu_utc"].endswith("Z")
    assert (row["langkah"], row["jabatan"]) == ("8", "Sekretaris Daerah Kota Jambi")
    assert row["nama_unit"] == "Sekretariat Daerah Kota Jambi"
    assert row["pelaksanaan"] == instance
    changed = next(one for one in found if one["sesudah"])
    assert json.loads(changed["sebelum"]).keys() == json.loads(changed["sesudah"]).keys()
    assert changed["dokumen"]


def test_only_what_is_selected_is_in_it_and_the_head_stands_without_rows_too(finished, exported):
    made = exported("csv", Selection(types=("task.late",)))
    assert {row["jenis"] for row in rows(made.content)} == {"task.late"}
    empty = exported("csv", Selection(since=finished.clock.now() + timedelta(days=1)))
    assert empty.content.decode().splitlines() == [",".join(NAMES)]


def test_a_byte_order_mark_stands_first_when_asked_for(exported):
    assert exported("csv", bom=True).content == b"\xef\xbb\xbf" + exported("csv").content


RISKY = ["=1+1", "+62", "-5", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n+1", "'=1", "＝1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("name", RISKY)
def test_what_a_spreadsheet_takes_for_a_formula_is_made_harmless(exported, note, name):
    note({"alasan": name}, name=name, title=name)
    row = rows(exported("csv").content)[-1]
    assert row["pelaku"] == row["jabatan"] == row["alasan"] == f"'{name}"
    assert json.loads(row["isi"])["oleh"]["nama"] == name


def test_markup_and_writing_from_right_to_left_stay_and_control_characters_are_shown(exported, note):
    note({}, name="<b>Abdul</b> \u202e عبد \x07\x1b")
    row = rows(exported("csv").content)[-1]
    assert row["pelaku"] == "<b>Abdul</b> \u202e عبد \ufffd\ufffd"
    assert json.loads(row["isi"])["oleh"]["nama"].endswith("\x07\x1b")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), min_size=1))
def test_a_row_reads_back_and_taking_one_apostrophe_away_gives_each_text_back(texts):
    (row,) = csv.reader(io.StringIO(",".join(map(field, ["x", *texts])), newline=""))
    for harmless, text in zip(row[1:], texts, strict=True):
        assert not harmless.lstrip().startswith(tuple("=+-@＝＋－＠"))
        visible = "".join("\ufffd" if (c < " " and c not in "\t\r\n") or c == "\x7f" else c for c in text)
        assert (harmless[1:] if harmless.startswith("'") else harmless) == visible


def test_numbers_stay_numbers_and_nothing_is_nothing():
    assert [field(value) for value in (-5, None, 0, "")] == ["-5", "", "0", ""]


def test_an_event_that_an_older_version_wrote_and_a_payload_that_was_damaged_are_rows_too(finished, exported, note):
    note({"versi": "tiga", "oleh": "Dahulu", "perubahan": 7, "sebelum": 1, "dokumen": ["x"]})
    note({"alasan": "utuh"})
    finished.index.catch_up()
    last = everything(finished)[-1].header
    with finished.store.transaction() as tx:
        tx.connection.exec_driver_sql("DROP TRIGGER IF EXISTS event_payload_no_update")
        same = (event_payload.c.stream == last.stream) & (event_payload.c.seq == last.seq)
        tx.execute(event_payload.update().where(same).values(data=b"\x00{\xff\n"))
    old, damaged = rows(exported("csv").content)[-2:]
    assert (old["pelaku"], old["sebelum"], old["sesudah"]) == ("", "1", "")
    assert json.loads(old["isi"])["oleh"] == "Dahulu"
    assert damaged["isi"] == "{\ufffd\n"
    assert damaged["jenis"] == "setting.changed"
