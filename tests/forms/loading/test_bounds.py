"""What a hostile submission costs."""

from forms import bounds


def test_no_more_errors_are_told_than_anybody_reads(forms):
    form = forms.make({"type": "textfield", "key": "nama"})
    assert len(forms.errors(form, {f"k{i}": i for i in range(1500)})) == bounds.MAX_ERRORS


def test_an_object_of_countless_keys_is_refused_before_each_is_looked_at(forms):
    form = forms.make({"type": "textfield", "key": "nama"})
    assert forms.errors(form, {f"k{i}": i for i in range(bounds.MAX_KEYS + 1)}) == {(): bounds.TOO_LARGE}
