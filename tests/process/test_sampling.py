"""What a form's designer is shown as sample data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from process.errors import Forbidden

PROCESS = "pengumpulan_data_kinerja"


def test_a_form_is_designed_on_what_the_newest_instance_opens_it_with(crew):
    office, editor = crew.office, crew.actor("pengelola")
    form = "data-kinerja-6-validasi"
    assert office.samples.initial(PROCESS, form, editor) == {}
    older = crew.brought("memvalidasi")
    crew.clock.advance(minutes=1)
    crew.start(year=2028)  # the newest, and it has not come to step 6
    opened = office.views.task(crew.task(older, "memvalidasi"), crew.doer("memvalidasi"))
    shown = office.samples.initial(PROCESS, form, editor)
    assert shown.keys() == opened.initial.keys()
    assert [row["realisasi"] for row in shown["baris"]] == [Decimal(90)] * 3
    first = office.samples.initial(PROCESS, "data-kinerja-1-draft-format", editor)
    assert (first["judul"], len(first["pilihan_bagian"])) == (opened.instance.title.replace("2027", "2028"), 11)
    assert not any(isinstance(value, date) for value in shown.values()), "JSON, dates as text"


def test_a_documents_form_is_shown_its_newest_document(crew):
    crew.brought("memvalidasi")
    shown = crew.office.samples.initial(PROCESS, "data-kinerja-format", crew.actor("pengelola"))
    assert [row["kode"] for row in shown["indikator"]] == ["1.1", "2.1", "3.1"]
    assert crew.office.samples.initial(PROCESS, "tidak-ada", crew.actor("pengelola")) == {}


def test_only_who_may_edit_is_given_other_peoples_data(crew):
    for account in ("staf", "auditor", "admin"):
        with pytest.raises(Forbidden):
            crew.office.samples.initial(PROCESS, "data-kinerja-6-validasi", crew.actor(account))
