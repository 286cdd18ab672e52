"""Form definitions (form-js JSON) and validated data."""

from forms.errors import FieldError, Finding, FormDefinitionError, FormError, FormInvalid
from forms.form import Form
from forms.load import load_form

__all__ = ["FieldError", "Finding", "Form", "FormDefinitionError", "FormError", "FormInvalid", "load_form"]
