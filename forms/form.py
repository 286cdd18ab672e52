"""A loaded form: what its page opens with, and what becomes of a submission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from forms import bounds, compile, indonesian, row_identity, row_rules, rules
from forms.errors import FieldError, Finding, FormInvalid, Path
from forms.live import List, Live, fill, fits, normal
from forms.schema import UNSET, Component, Rows, empty_value
from forms.scope import Scope, get_at, scope_of, set_at
from forms.settle import Evaluator, Plan, settle, stored

STALE_ROWS = "Jumlah baris tidak sama dengan yang ditetapkan; muat ulang halaman lalu isi kembali."
OTHER_ROW = "Baris ini sudah berganti sejak halaman dibuka; muat ulang halaman lalu periksa isiannya."


class Form:
    """One form definition, ready to use; made by `forms.load_form` and shared by all who use it.

    `id`, `title`; `digest` and `source` of its bytes; `schema` for form-js; `components`, typed; `outputs`: each
    top-level key of the data it yields -> string | number | boolean | list | context | date | time | datetime |
    files | any (any: computed, or chosen from options that are only known at run time); `findings`: warnings.
    """

    def __init__(
        self,
        *,
        source: bytes,
        digest: str,
        schema: dict[str, Any],
        components: tuple[Component, ...],
        outputs: Mapping[str, str],
        findings: tuple[Finding, ...],
    ) -> None:
        self.id: str = schema["id"]
        self.title: str = schema.get("title") or self.id
        self.source = source
        self.digest = digest
        self.schema = schema
        self.components = components
        self.outputs = outputs
        self.findings = findings
        self.scope = scope_of(components)
        self._plan = Plan(self.scope)
        self._shape = compile.Shape(self.scope)

    def __repr__(self) -> str:
        return f"<Form {self.id} {self.digest[:12]}>"

    def start(self, initial: Mapping[str, Any], draft: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What the page opens with: `initial` (lists of options included), then defaults.

        A list of free rows without initial data gets `defaultRepetitions` rows, one of fixed rows gets none.
        `draft`, what was saved or sent before, goes over what may be edited, its fixed rows to the rows that they were
        filled in for; values of a type that the field cannot show are passed over.
        """
        return _start(self.scope, stored(initial), draft)

    def load(
        self,
        submitted: object,
        *,
        initial: Mapping[str, Any],
        now: datetime,
        attachments: Mapping[str, rules.AttachmentLike] | None = None,
    ) -> dict[str, Any]:
        """The validated data of a submission: what is stored.

        A missing key is an empty field; a key that is neither a field nor in `initial` is refused. Read-only values
        and fixed rows come from `initial`, computed ones are computed; what is hidden or disabled is left out.
        `now` is an aware instant; `attachments` are those the person may name, by id. All errors at once (no more
        than bounds.MAX_ERRORS), in the order of the form: FormInvalid.
        """
        given = bounds.check(submitted)
        start = stored(initial)
        valid, problems = self._shape.load(given, start)
        live = fill(self.scope, valid, start)
        evaluator = Evaluator(now.astimezone(indonesian.WIB), lambda path: _at(given, path) is not UNSET)
        settle(live, self._plan, evaluator)
        around = rules.Surroundings(evaluator, start, attachments or {}, now)
        errors = [*_cell_errors(live, problems, around), *_shape_errors(live, problems, given)]
        if errors or evaluator.errors:
            raise FormInvalid(list(dict.fromkeys([*errors, *evaluator.errors]))[: bounds.MAX_ERRORS])
        result = live.root.output()
        bounds.check(result, storable=True)
        return result

    def draft(self, submitted: object) -> dict[str, Any]:
        """What may be kept as a draft: anything of bounded size and depth, right or not yet. Else FormInvalid."""
        return bounds.check(submitted, storable=True)

    def attachment_ids(self, data: object) -> set[str]:
        """The ids that the filepickers of `data` (submitted or stored) name; what is no id is passed over."""
        return set(_attachment_ids(self.scope, data))


def _cell_errors(live: Live, problems: dict[Path, list[str]], around: rules.Surroundings) -> Iterable[FieldError]:
    """Errors of the fields that a person could have filled in; problems of all fields are taken from `problems`."""
    for part in list(live.root.walk()) if problems else [one for one in live.judged if one.box.shown]:
        found = problems.pop(part.path, None) if problems else None
        if isinstance(part, List):
            if found and not part.hidden:
                yield from (FieldError(part.path, part.component.id, message) for message in found)
            elif not part.hidden:
                yield from row_rules.errors(part)
            continue
        if not part.writable:
            continue
        for message in found if found is not None else rules.messages(part, around):
            yield FieldError(part.path, part.component.id, message)


def _shape_errors(live: Live, problems: dict[Path, list[str]], given: Mapping[str, Any]) -> Iterable[FieldError]:
    """What is wrong with the submission apart from single fields: keys that nobody knows, rows that do not fit."""
    for part in live.lists:
        if part.component.fixed and not part.hidden and part.box.shown:
            rows = _at(given, part.path)
            if not isinstance(rows, list):
                continue
            if len(rows) != len(part.rows):
                yield FieldError(part.path, part.component.id, STALE_ROWS)
                continue
            for number in row_identity.others(part.item, [row.initial for row in part.rows], rows):
                yield FieldError((*part.path, number), part.component.id, OTHER_ROW)
    aside = {part.path for part in live.root.walk() if part.hidden} if problems else set()
    for path, found in problems.items():
        if any(path[:end] in aside for end in range(1, len(path) + 1)):
            continue
        if found == [compile.UNKNOWN] and _at(live.root.initial, path) is not UNSET:
            continue  # what `Shape.load` need not tell
        yield from (FieldError(path, "", message) for message in found)


def _at(data: Any, path: Path) -> Any:
    """The value at a path with row numbers, or UNSET."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return UNSET
    return data


def _start(scope: Scope, initial: Mapping[str, Any], draft: object) -> dict[str, Any]:
    data = dict(initial)
    for item in scope.items:
        component, value, kept = item.component, get_at(initial, item.path), get_at(draft, item.path)
        if isinstance(component, Rows):
            assert item.rows is not None
            rows = [row if isinstance(row, dict) else {} for row in value] if isinstance(value, list) else None
            drafts = kept if isinstance(kept, list) else []
            if component.fixed:
                rows = rows or []
                drafts = row_identity.arranged(item, rows, drafts)
            elif isinstance(kept, list):
                rows = [{} for _ in drafts]
            else:
                rows = rows if rows is not None else [{} for _ in range(component.default_rows)]
                drafts = [None] * len(rows)
            shown: Any = [_start(item.rows, row, old) for row, old in zip(rows, drafts, strict=True)]
        else:
            shown = normal(item, value)
            if kept is not UNSET and not component.given:
                if kept is None:
                    shown = empty_value(component)
                elif fits(component, kept):
                    shown = kept
        _put(data, item.path, shown)
    return data


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Like set_at, on copies of the objects on the way: `data` shares them with the initial data."""
    for key in path[:-1]:
        inner = data.get(key)
        data[key] = dict(inner) if isinstance(inner, dict) else {}
        data = data[key]
    set_at(data, path[-1:], value)


def _attachment_ids(scope: Scope, data: object) -> Iterable[str]:
    for item in scope.files:
        value = get_at(data, item.path)
        if not isinstance(value, list):
            continue
        if item.rows is not None:
            for row in value:
                yield from _attachment_ids(item.rows, row)
        else:
            yield from (v for v in value if isinstance(v, str) and v)
