"""What is written into a diagram when it is published or copied, and reading its outline without judging."""

from importlib.resources import files

import pytest

from bpmn.compile import compile_process
from bpmn.errors import DiagramError
from bpmn.outline import outline
from bpmn.rewrite import process_of, renamed, with_identity

SOP = files("bpmn").joinpath("diagrams", "pengumpulan-data-kinerja.bpmn").read_bytes()


def test_the_identity_page_is_written_and_nothing_else_changes():
    made = with_identity(SOP, {"nomor": "A & B <1>", "tanggalEfektif": ""}, {"nip": "198001012005011001"})
    before, after = compile_process(SOP), compile_process(made)
    assert after.identity.nomor == "A & B <1>"
    assert after.identity.tanggal_efektif == ""
    assert after.identity.disahkan_oleh.nip == "198001012005011001"
    assert after.identity.disahkan_oleh.nama == before.identity.disahkan_oleh.nama
    assert (after.tasks, after.flows, after.lanes) == (before.tasks, before.flows, before.lanes)
    assert after.identity.dasar_hukum == before.identity.dasar_hukum


def test_what_says_the_same_already_stays_byte_for_byte():
    identity = compile_process(SOP).identity
    assert with_identity(SOP, {"nomor": identity.nomor}, {"nama": identity.disahkan_oleh.nama}) is SOP
    assert renamed(SOP, "pengumpulan_data_kinerja") is SOP


def test_a_diagram_without_an_identity_page_gets_one():
    head = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
    bare = head + b'<!-- tetap --><process id="a"/></definitions>'
    made = with_identity(bare, {"nomor": "1"}, {"nama": "Seseorang"})
    read = outline(made)
    assert read is not None
    assert (read.identity["nomor"], read.identity["disahkanOleh.nama"]) == ("1", "Seseorang")
    assert b"<!-- tetap -->" in made


def test_a_copy_has_its_own_id_and_name_everywhere():
    made = renamed(SOP, "salinan", "SOP Salinan")
    assert process_of(made) == ("salinan", "SOP Salinan")
    assert b'"pengumpulan_data_kinerja"' not in made
    process = compile_process(made)
    assert (process.id, process.identity.nama) == ("salinan", "SOP Salinan")


@pytest.mark.parametrize(
    "source",
    [b"", b"<a", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', b'<?xml version="1.0" encoding="utf-16"?><a/>'],
)
def test_what_cannot_be_read_safely_is_refused(source):
    with pytest.raises(DiagramError):
        renamed(source, "a")
    assert process_of(source) is None
    assert outline(source) is None


def test_the_outline_reads_what_cannot_run():
    wrong = SOP.replace(b"<sop:form ref=", b"<sop:formulir ref=").replace(b"userTask id=", b"userTask nama='' id=")
    read = outline(wrong)
    assert read is not None
    assert len(read.steps) == 9
    step = read.steps[1].says
    assert step["pelaksana"] == "Perencana Ahli Muda"
    assert (step["waktu"], step["batas"], step["formulir"]) == ("4 hari", "P4D", "")
