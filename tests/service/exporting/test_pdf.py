"""The PDF report: everything selected is in it once, per instance with its diagram and times."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pytest

from process.errors import InvalidData
from process.model import AUDITOR, Actor, AuditEvent
from process.records import Record
from process.selection import Selection
from service import pdf, report
from service.exporting import FORMATS, pdf_
from service.exporting.source import ExportError, Source
from service.exporting.writing import write
from service.telling import Context

from .conftest import NOW

pytestmark = pytest.mark.slow

EVERYTHING = Actor(None, "Uji", system_roles=frozenset({AUDITOR}))


@pytest.fixture
def told(finished):
    """`told(selection)`: the report before it is laid out."""

    def make(selection):
        source = Source.of(finished, selection, by="Auditor", at=NOW)
        return pdf_.report_of(source, [].append)

    return make


def test_a_report_of_an_instance_tells_all_its_events_its_times_and_the_end_of_its_chain(finished, instance, told):
    trail = finished.inspection.instance(instance, EVERYTHING)
    made = told(Selection(instance=instance))
    (section,) = made.sections
    assert [one.number for one in section.lines] == [one.header.seq for one in trail.records]
    facts = dict(made.facts)
    assert facts["Banyaknya"] == f"{len(trail.records)} peristiwa"
    assert facts["Pelaksanaan"] == "1"
    assert facts["Pegawai"] == "14"
    assert (facts["Dibuat oleh"], facts["Dibuat pada"]) == ("Auditor", "3 Januari 2050 pukul 08.00 WIB")
    assert section.title == trail.instance.title
    (head,) = made.heads
    last = trail.records[-1].header
    assert (head.stream, head.number, head.digest) == (f"instance:{instance}", last.seq, last.hash.hex())
    (times,) = section.tables
    assert len(times.rows) == len(trail.times)
    assert [row[5] for row in times.rows if row[5] != "–"] == ["7 menit"]
    assert "terlambat" in str(section.picture)
    texts = [one.text for one in section.lines]
    assert any(" mengambil langkah 2 “" in one for one in texts)
    assert any(one.startswith("Batas waktu langkah 4") for one in texts)
    assert any(one.reason and "Perjanjian Kinerja" in one.reason for one in section.lines)
    changes = [change for one in section.lines for change in one.changes]
    changed = ("Draft format data kinerja, baris 5: Target triwulan", "40", "10")
    assert changed in [(one.what, one.before, one.after) for one in changes]


def test_it_is_tagged_pdf_a(finished, instance):
    source = Source.of(finished, Selection(instance=instance, types=("task.late",)), by="Auditor", at=NOW)
    out = io.BytesIO()
    assert write(out, FORMATS["pdf"], source, [].append).events == source.total
    with pikepdf.open(out) as paper, paper.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
        assert paper.Root.MarkInfo.Marked
        assert metadata["dc:title"] == "Laporan Jejak Audit"


def test_equal_input_makes_an_equal_page(instance, told):
    one, other = (told(Selection(instance=instance)) for _ in range(2))
    assert report.html_of(one) == report.html_of(other)  # and a page makes the same bytes: see the archive bundle
    assert one.identifier == other.identifier
    assert told(Selection(instance=instance, types=("task.late",))).identifier != one.identifier


def test_what_happened_in_no_instance_has_sections_of_its_own(told):
    made = told(Selection(types=("version.published", "unit.added")))
    assert sorted(one.title for one in made.sections) == [
        "Proses Mekanisme Pengumpulan Data Kinerja", "Seluruh kantor",
    ]  # fmt: skip
    assert all(one.picture is None and not one.tables for one in made.sections)
    assert any(": Unit kerja ditambahkan, PRK" in line.text for one in made.sections for line in one.lines)
    assert len(made.heads) == 2


def test_diagrams_and_times_are_left_out_when_there_are_too_many_instances(told, instance, monkeypatch):
    monkeypatch.setattr(pdf_, "WHOLE", 0)
    made = told(Selection(instance=instance))
    assert made.sections[0].picture is None
    assert not made.sections[0].tables
    assert "dimuat sampai 0 pelaksanaan" in made.note


def test_more_than_a_report_takes_is_refused_with_what_does(finished):
    source = replace(Source.of(finished, Selection(), by="Auditor", at=NOW), total=5_001)
    with pytest.raises(InvalidData, match=r"paling banyak 5\.000 peristiwa, terpilih 5\.001.*CSV atau JSON Lines"):
        write(io.BytesIO(), FORMATS["pdf"], source, [].append)


def test_a_report_that_takes_too_long_is_ended_and_says_so(finished, instance, monkeypatch):
    monkeypatch.setattr(report, "LIMITS", pdf.Limits(seconds=0.1))
    source = Source.of(finished, Selection(instance=instance), by="Auditor", at=NOW)
    with pytest.raises(ExportError, match="tidak dapat dibuat: lebih lama"):
        write(io.BytesIO(), FORMATS["pdf"], source, [].append)


def record(raw):
    return Record(1, "instance:x", AuditEvent(1, 1, 0, "setting.changed"), b"", raw, None)


def test_hostile_names_are_text_and_what_is_gone_says_so():
    raw = b'{"oleh":{"nama":"<b>A\\u202eB</b>"},"sebelum":{"x":"=1"},"sesudah":{"x":"<script>"}}'
    line = report.line_of(record(raw), Context())
    assert line.text == "<b>AB</b>: Pengaturan diubah."
    assert [(one.what, one.before, one.after) for one in line.changes] == [("X", "=1", "<script>")]
    html = report.html_of(
        report.Report(
            "t", "Judul\u2067 lain", ("Kop\u202e",), (), [report.Section("<i>A\u202eB\nC", (), [line])], (), NOW, "ab"
        )
    )
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "<h2>&lt;i&gt;AB C</h2>" in html
    assert not {"\u202e", "\u2067"} & set(html)
    assert "hilang" in report.line_of(record(None), Context()).text
