"""Form definitions (form-js JSON) and validated data.

What needs marshmallow is loaded when it is asked for: a process that only writes numbers and dates, or checks the
record, starts in less time without.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from forms.errors import FieldError, Finding, FormDefinitionError, FormError, FormInvalid

if TYPE_CHECKING:
    from forms.form import Form
    from forms.load import load_form

__all__ = ["FieldError", "Finding", "Form", "FormDefinitionError", "FormError", "FormInvalid", "load_form"]
_LATER = {"Form": "forms.form", "load_form": "forms.load"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(name)
    globals()[name] = found = getattr(import_module(_LATER[name]), name)
    return found
