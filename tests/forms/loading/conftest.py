"""Small forms for the tests of the forms room."""

import json
from datetime import UTC, datetime

import pytest

from forms import FormDefinitionError, FormInvalid, load_form

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Forms:
    """Makes forms out of component dicts, and tells what became of a load in short."""

    now = NOW

    def source(self, *components, **extra):
        numbered = [_with_ids(c, f"c{n}") for n, c in enumerate(components)]
        return json.dumps({"id": "uji", "type": "default", "schemaVersion": 19, "components": numbered, **extra})

    def make(self, *components, **extra):
        return load_form(self.source(*components, **extra))

    def findings(self, *components, **extra):
        """(code, element) of every finding that refuses the form."""
        with pytest.raises(FormDefinitionError) as caught:
            self.make(*components, **extra)
        return [(f.code, f.element) for f in caught.value.findings if f.severity == "error"]

    def load(self, form, submitted, initial=None, **more):
        return form.load(submitted, initial=initial or {}, now=more.pop("now", NOW), **more)

    def errors(self, form, submitted, initial=None, **more):
        """path -> message of every error (the last one at a path)."""
        with pytest.raises(FormInvalid) as caught:
            self.load(form, submitted, initial, **more)
        return {e.path: e.message for e in caught.value.errors}


def _with_ids(component, name):
    component = {"id": component.get("key") or component.get("path") or name, **component}
    if isinstance(component.get("components"), list):
        component["components"] = [
            _with_ids(c, f"{component['id']}_{n}") for n, c in enumerate(component["components"])
        ]
    return component


@pytest.fixture
def forms():
    return Forms()
