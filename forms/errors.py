"""What the forms room reports: findings about a definition, errors about a submission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """One remark about a form definition.

    `code` is stable, `element` is the id of the component (or of the form), `message` is one
    Indonesian sentence that says what to do.
    """

    code: str
    severity: Severity
    element: str
    message: str


@dataclass(frozen=True)
class FieldError:
    """One error of one field of a submission.

    `path` is where the value stands in the data, row numbers counted from 0; `field` is the id of the
    component (empty when the error belongs to no component); `message` is Indonesian.
    """

    path: Path
    field: str
    message: str


class FormError(Exception):
    """Kesalahan formulir"""


class FormDefinitionError(FormError):
    """Definisi formulir tidak dapat dipakai"""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("; ".join(f"{f.element or '-'}: {f.message} [{f.code}]" for f in self.findings))


class FormInvalid(FormError):
    """Isian belum benar"""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{'.'.join(map(str, e.path)) or '-'}: {e.message}" for e in self.errors))
