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


def test_a_step_that_goes_is_told_in_the_words_of_its_sop():
    found = compare(XML, FORMS, XML.replace(b"mengarsipkan", b"menyimpan"), FORMS)
    added, removed = found.steps
    assert [(one.label, one.before, one.after) for one in removed.changes] == [
        ("Kegiatan", "Menggandakan dan mengarsipkan", ""),
        ("Pelaksana", "Staf", ""),
        ("Kelengkapan", "Print out data kinerja yang sudah diparaf", ""),
        ("Waktu", "15 menit", ""),
        ("Output", "Dokumen", ""),
        ("Formulir", "Pengarsipan data kinerja", ""),
        ("Dokumen yang dibaca", "Data kinerja", ""),
        ("Dokumen yang ditulis", "Dokumen", ""),
    ]
    assert [one.label for one in added.changes] == [one.label for one in removed.changes]
    _, signed = compare(XML, {}, XML.replace(b"menandatangani", b"meneken"), {}).steps
    assert signed.changes[-1].before == "Tanda tangan"


def test_what_a_timer_is_called_is_told_once():
    for before, after in ((b'waktu="4 hari"', b'waktu="5 hari"'), (b">P4D<", b">P5D<"), (b"", b"")):
        changed = XML.replace(before, after, 1) if before else XML
        changed = changed.replace(
            b'id="waktu_mengkoreksi_format" name="4 hari"', b'id="waktu_mengkoreksi_format" name="5 hari"'
        )
        found = compare(XML, FORMS, changed, FORMS)
        named = [(one.label, one.before, one.after) for one in found.flows]
        assert [step.id for step in found.steps] == (["mengkoreksi_format"] if before else [])
        name = "Mengkoreksi format data kinerja bila benar digandakan, bila salah dikembalikan ke staf untuk diperbaiki"
        assert named == ([] if before else [(f"Nama pengatur waktu pada {name}", "4 hari", "5 hari")])


def test_flows_are_told_by_where_they_lead_and_forms_by_their_titles():
    flow = b'<bpmn:sequenceFlow id="f_draft" '
    changed = XML.replace(flow, flow + b'name="Lanjut" ').replace(b'ref="data-kinerja-9-arsip"', b'ref="lain"')
    changed = changed.replace(b'field="uraian"', b'field="ringkasan"')
    found = compare(XML, FORMS, changed, {**FORMS, "lain": FORMS["data-kinerja-9-arsip"]})
    (named,) = found.flows
    assert named.label.startswith("Nama alur Membuat")
    assert (named.before, named.after) == ("", "Lanjut")
    (step,) = found.steps
    form, initial = step.changes
    assert (form.before, form.after) == (
        "Pengarsipan data kinerja (data-kinerja-9-arsip)",
        "Pengarsipan data kinerja (lain)",
    )
    assert initial.before.startswith("uraian = ")
    assert initial.after == initial.before.replace("uraian", "ringkasan", 1)  # and not the fields that stayed


def test_a_draft_that_cannot_be_read_still_compares_its_forms():
    found = compare(XML, FORMS, b"<rusak", {})
    assert not found.readable
    assert not found.same
    assert len(found.forms) == len(FORMS)
