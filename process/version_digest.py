"""What names a version of a process: its content."""

from __future__ import annotations

from collections.abc import Mapping

from forms.canonical import digest


def version_digest(xml: bytes, forms: Mapping[str, bytes]) -> str:
    """What names a version: the hash over the diagram and each of its forms."""
    return digest({"diagram": digest(xml), "formulir": {form_id: digest(source) for form_id, source in forms.items()}})
