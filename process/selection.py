"""Which events of the record are meant: for a page, an export, a check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from process import audit
from process.errors import InvalidData
from process.model import FieldError
from process.trail_words import terms_of


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events are meant; what is left empty does not narrow. `since` is included, `until` is not; both aware.

    `words` need a period (`since`) or an instance beside them. `person` is the id of who acted, `unit` a unit's code
    (that of who acted, else of what it is about), `types` event types of `audit.TYPES`.
    """

    since: datetime | None = None
    until: datetime | None = None
    person: int | None = None
    unit: str | None = None
    process: str | None = None
    instance: str | None = None
    types: tuple[str, ...] = ()
    words: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON values, for keeping and for telling; empty ones are left out."""
        values: dict[str, Any] = {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "person": self.person,
            "unit": self.unit,
            "process": self.process,
            "instance": self.instance,
            "types": sorted(self.types),
            "words": self.words,
        }
        return {name: value for name, value in values.items() if value not in (None, "", [])}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Selection:
        """The inverse of `plain`."""
        values: dict[str, Any] = {**plain, "types": tuple(plain.get("types", ()))}
        for name in ("since", "until"):
            if name in values:
                values[name] = datetime.fromisoformat(values[name])
        return cls(**values)


def check(selection: Selection) -> None:
    """Raise InvalidData when a selection cannot be meant."""
    errors = []
    if selection.since and selection.until and selection.since >= selection.until:
        errors.append(FieldError(("sampai",), "sampai", "Akhir periode harus sesudah awalnya."))
    unknown = [one for one in selection.types if one not in audit.TYPES]
    if unknown:
        errors.append(FieldError(("jenis",), "jenis", f"Jenis peristiwa “{unknown[0][:60]}” tidak dikenal."))
    if selection.words.strip() and not terms_of(selection.words):
        errors.append(
            FieldError(("kata",), "kata", "Tulis paling sedikit satu kata yang terdiri atas huruf atau angka.")
        )
    elif selection.words.strip() and selection.since is None and selection.instance is None:
        errors.append(FieldError(("kata",), "kata", "Pencarian kata memerlukan awal periode atau satu pelaksanaan."))
    if errors:
        raise InvalidData(errors)
