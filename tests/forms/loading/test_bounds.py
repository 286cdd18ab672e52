"""What a hostile submission costs."""

from forms import bounds


def test_no_more_errors_are_told_than_anybody_reads(forms):
    form = forms.make({"type": "textfield", "key": "nama"})
    assert len(forms.errors(form, {f"k{i}": i for i in range(5000)})) == bounds.MAX_ERRORS
