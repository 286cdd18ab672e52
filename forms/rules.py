"""What a visible, writable field must be in view of the rest: required, computed limits, options, files, today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from forms import indonesian, text
from forms.feel import Expression
from forms.fields import identity, shown, to_decimal
from forms.live import Cell
from forms.read_fields import read_options
from forms.schema import CheckboxField, ChoiceField, DateTimeField, FilesField, NumberField, Options, TextField
from forms.settle import Evaluator


class AttachmentLike(Protocol):
    """What the forms need to know of an attachment; `size` in bytes."""

    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...


@dataclass(frozen=True)
class Surroundings:
    """What the checks of one load share."""

    evaluator: Evaluator
    initial: Mapping[str, Any]
    attachments: Mapping[str, AttachmentLike]
    now: datetime


def messages(cell: Cell, around: Surroundings) -> Iterator[str]:
    """Every Indonesian message about a cell whose value is right on its own."""
    c, value = cell.component, cell.value
    if (
        value in (None, "")
        or (isinstance(value, list) and not value)
        or (value is False and isinstance(c, CheckboxField))
    ):
        if c.required:
            yield _required(c)
        return
    if isinstance(c, TextField):
        size = text.length(value)
        shortest = _limit(c.min_length, cell, around)
        longest = _limit(c.max_length, cell, around)
        if shortest is not None and size < shortest:
            yield f"Paling sedikit {shown(shortest)} karakter."
        if longest is not None and size > longest:
            yield f"Paling banyak {shown(longest)} karakter."
        if c.required and not size:
            yield _required(c)
    elif isinstance(c, NumberField):
        number = to_decimal(value)
        least, most = _limit(c.min, cell, around), _limit(c.max, cell, around)
        if number is not None and least is not None and number < least:
            yield f"Paling kecil {shown(least)}."
        if number is not None and most is not None and number > most:
            yield f"Paling besar {shown(most)}."
    elif isinstance(c, ChoiceField):
        known = {identity(v) for v in _values(c.options, cell, around)}
        chosen = value if c.many else [value]
        if not all(identity(v) in known for v in chosen):
            yield "Pilihan tidak ada dalam daftar."
    elif isinstance(c, DateTimeField):
        if c.no_past and c.subtype != "time" and date.fromisoformat(value[:10]) < indonesian.today(around.now):
            yield "Tanggal tidak boleh sebelum hari ini."
    elif isinstance(c, FilesField):
        yield from _files(c, value, around)


def _required(component: Any) -> str:
    if isinstance(component, CheckboxField):
        return "Wajib dicentang."
    if isinstance(component, ChoiceField):
        return "Wajib dipilih."
    if isinstance(component, FilesField):
        return "Wajib dilampirkan."
    return "Wajib diisi."


def _files(component: FilesField, ids: list[str], around: Surroundings) -> Iterator[str]:
    for attachment_id in ids:
        attachment = around.attachments.get(attachment_id)
        if attachment is None:
            yield "Lampiran tidak ditemukan; unggah kembali."
        elif component.accept and not any(_accepts(kind, attachment.media_type) for kind in component.accept):
            yield "Jenis berkas tidak sesuai dengan yang diminta."


def _accepts(kind: str, media_type: str) -> bool:
    if kind.endswith("/*"):
        return kind == "*/*" or media_type.lower().startswith(kind[:-1])
    return media_type.lower() == kind


def _limit(limit: int | Decimal | Expression | None, cell: Cell, around: Surroundings) -> Decimal | None:
    """The limit that an expression gives; fixed ones were checked before, and a limit that is no number is none."""
    if not isinstance(limit, Expression):
        return None
    return to_decimal(around.evaluator.value(limit, cell))


def _values(options: Options, cell: Cell, around: Surroundings) -> list[Any]:
    if options.values is not None:
        return [option.value for option in options.values]
    if options.key is not None:
        source = around.initial.get(options.key)
    elif options.expression is not None:
        source = around.evaluator.value(options.expression, cell)
    else:
        source = None
    return [option.value for option in read_options(source)]
