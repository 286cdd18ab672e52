"""Two versions compared apart from their pictures."""

from importlib.resources import files

from process.comparing import compare

XML = files("bpmn").joinpath("diagrams", "pengumpulan-data-kinerja.bpmn").read_bytes()
FORMS = {
    path.name.removesuffix(".form"): path.read_bytes()
    for path in files("forms").joinpath("definitions").iterdir()
    if path.name.endswith(".form")
}


def test_the_same_is_the_same():
    assert compare(XML, FORMS, XML, FORMS).same


def test_identity_steps_flows_and_forms_are_told_with_before_and_after():
    after = (
        XML.replace(b'waktu="4 hari"', b'waktu="5 hari"')
        .replace(b"ORG.03.00/10/SETDA/2024", b"ORG.03.00/11/SETDA/2026")
        .replace(b'name="Format benar?"', b'name="Sudah benar?"')
        .replace(b'keputusan = "salah"', b'keputusan != "benar"')
    )
    gone = next(iter(sorted(FORMS)))
    forms = {key: source for key, source in FORMS.items() if key != gone} | {"baru": b'{"title":"Baru"}'}
    found = compare(XML, FORMS, after, forms)
    assert [(one.label, one.before, one.after) for one in found.identity] == [
        ("Nomor SOP", "ORG.03.00/10/SETDA/2024", "ORG.03.00/11/SETDA/2026")
    ]
    (step,) = found.steps
    assert (step.id, step.what) == ("mengkoreksi_format", "diubah")
    assert [(one.label, one.before, one.after) for one in step.changes] == [("Waktu", "4 hari", "5 hari")]
    assert ("Nama simbol", "Format benar?", "Sudah benar?") in [(o.label, o.before, o.after) for o in found.flows]
    assert ('jika keputusan = "salah"', 'jika keputusan != "benar"') in [(o.before, o.after) for o in found.flows]
    assert {one.id: one.what for one in found.forms} == {gone: "dihapus", "baru": "ditambah"}


def test_steps_that_come_and_go():
    found = compare(XML, {}, XML.replace(b"mengarsipkan", b"menyimpan"), {})
    assert [(one.id, one.what) for one in found.steps] == [("menyimpan", "ditambah"), ("mengarsipkan", "dihapus")]


def test_a_draft_that_cannot_be_read_still_compares_its_forms():
    found = compare(XML, FORMS, b"<rusak", {})
    assert not found.readable
    assert not found.same
    assert len(found.forms) == len(FORMS)
