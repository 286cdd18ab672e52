"""What form-js-viewer 2.0.0 itself showed, sent and complained about, in a browser's DOM at UTC+7.

`form-js.json` holds forms as Hypothesis draws them for test_properties.py: components, initial data, what `submit()`
gave, and the ids of the fields it found wrong. Left out were only forms with what is known to differ: `today()` (the
browser computes an instant), computed values in circles, and read-only fields that are required but empty.
"""

import json
from pathlib import Path

import pytest

from forms import FormInvalid, canonical

CASES = canonical.loads((Path(__file__).parent / "form-js.json").read_bytes())


def without_empty_lists(value):
    """form-js sends no list at all when it has no rows."""
    if isinstance(value, dict):
        return {key: without_empty_lists(inner) for key, inner in value.items() if inner != []}
    return [without_empty_lists(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_the_server_decides_as_the_browser_did(forms, case):
    form = forms.make(*json.loads(canonical.dumps(case["components"])))
    wrong, taken = [], None
    try:
        taken = forms.load(form, case["sent"], case["initial"])
    except FormInvalid as error:
        wrong = sorted({e.field for e in error.errors})
    assert wrong == case["errors"]
    if taken is not None:
        assert without_empty_lists(taken) == without_empty_lists(case["sent"])
