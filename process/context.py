"""What FEEL sees in `sop:initial` and `sop:distribute`: documents, item, starter, units. Only what is named is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bpmn.model import Process, TaskDefinition
from forms.canonical import CanonicalError
from forms.feel import Expression, FeelError, parse
from process.calendar import WorkingCalendar
from process.calendars import Calendars
from process.clock import instant
from process.definitions import Version
from process.errors import ProcessStuck
from process.packing import unpack
from process.rows import InstanceRow, documents_of, previous_instance
from process.store import Prepared, Tx
from process.tables import unit

_DATA = (
    "SELECT d.id, coalesce(d.data, s.data) FROM document_version d "
    "LEFT JOIN document_version s ON s.id = d.same_as WHERE d.id IN ({})"
)
UNREAD = object()
_UNITS = Prepared(sa.select(unit.c.code, unit.c.name, unit.c.parent, unit.c.active).order_by(unit.c.code))


def read_data(tx: Tx, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The data of document versions by id."""
    return {row[0]: unpack(row[1]) for row in tx.fetch_in(_DATA, sorted(set(ids)))}


def per_item(process: Process) -> frozenset[str]:
    """The keys of documents that are written per item."""
    keys = {write.document for task in process.tasks.values() if task.each for write in task.writes}
    keys.update(part.document for task in process.tasks.values() for part in task.distribute)
    return frozenset(keys)


@dataclass
class Sources:
    """Reads, once and only when asked, what contexts are made of; belongs to one transaction."""

    tx: Tx
    version: Version
    owner_unit: str
    calendars: Calendars
    now: datetime
    starter: Mapping[str, Any]  # nama, jabatan, unit
    instance_id: str | None = None  # None before the start
    pointers: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    fresh: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # written in this step
    _units: dict[str, dict[str, Any]] | None = None
    _data: dict[int, dict[str, Any]] = field(default_factory=dict)
    _calendar: WorkingCalendar | None = None
    _before: Any = UNREAD  # document pointers of the instance before, None when there is none

    @classmethod
    def of(cls, tx: Tx, version: Version, row: InstanceRow, calendars: Calendars, now: datetime) -> Sources:
        starter = {"nama": row.starter_name, "jabatan": row.starter_title, "unit": row.starter_unit}
        return cls(tx, version, row.owner_unit, calendars, now, starter, row.id, documents_of(row))

    # -- parts ------------------------------------------------------------------------------------------------------

    @property
    def calendar(self) -> WorkingCalendar:
        """The working time of the owning unit."""
        if self._calendar is None:
            self._calendar = self.calendars.for_unit(self.tx, self.owner_unit, self.version.calendar)
        return self._calendar

    def after(self, duration: Any, start: datetime, /) -> datetime:
        return self.calendar.after(duration, start)

    def end_of(self, day: Any, /) -> datetime:
        return self.calendar.end_of(day)

    def units(self) -> dict[str, dict[str, Any]]:
        """All units by code: kode, nama, induk, aktif."""
        if self._units is None:
            self._units = {
                code: {"kode": code, "nama": name, "induk": parent, "aktif": bool(active)}
                for code, name, parent, active in self.tx.fetch(_UNITS, {})
            }
        return self._units

    def unit(self, code: str | None) -> dict[str, Any] | None:
        found = self.units().get(code or "")
        return None if found is None else {key: found[key] for key in ("kode", "nama", "induk")}

    def _need(
        self, expressions: tuple[Expression, ...], names: frozenset[str], item: str | None,
        own: Iterable[tuple[str, str]],
    ) -> None:  # fmt: skip
        """Read in one statement what expressions of a task of this item name: documents, those of the period before
        too, and the documents `own` by (key, item)."""
        wanted = [(key, one) for key in names for one in self.pointers.get(key, ())]
        wanted += [(key, item or "") for key in self.version.process.documents if f"{key}_item" in names]
        found = [self.pointers[key][one][0] for key, one in (*wanted, *own) if one in self.pointers.get(key, ())]
        if "previous" in names:
            found += [version for items in self._earlier(expressions).values() for version, _ in items.values()]
        self._read(found)

    def _read(self, versions: Iterable[int]) -> None:
        wanted = [one for one in versions if one not in self._data]
        if wanted:
            self._data.update(read_data(self.tx, wanted))

    def data(self, key: str, item: str = "") -> dict[str, Any] | None:
        """The newest data of a document, what this step wrote included."""
        if (key, item) in self.fresh:
            return self.fresh[key, item]
        pointer = self.pointers.get(key, {}).get(item)
        if pointer is None:
            return None
        if pointer[0] not in self._data:
            self._read(one[0] for one in self.pointers[key].values())
        return self._data[pointer[0]]

    def items(self, key: str) -> list[str]:
        """The items that a document exists for, in order."""
        return sorted({*self.pointers.get(key, {}), *(item for name, item in self.fresh if name == key)} - {""})

    # -- contexts ---------------------------------------------------------------------------------------------------

    def task_unit(self, text: str, item: str | None) -> str:
        """The code of the unit that a lane or task names: `owner`, `item`, or FEEL over both."""
        if text == "owner":
            return self.owner_unit
        if text == "item":
            return item or self.owner_unit
        code = parse(text).evaluate({"owner": self.unit(self.owner_unit), "item": item}, now=self.now)
        if not isinstance(code, str) or code not in self.units():
            raise ProcessStuck(f"Unit kerja dari ungkapan “{text}” tidak ada: {code!r}. Periksa data unit kerja.")
        return code

    def context(
        self, expressions: Iterable[Expression], *, item: str | None = None, task: TaskDefinition | None = None,
        unit_code: str, due: int | None = None, own: Iterable[tuple[str, str]] = (),
    ) -> dict[str, Any]:  # fmt: skip
        """The context for these expressions, with what they name; see docs/architecture.md. The documents `own`, by
        (key, item), are read in the same statement, for `data` to give."""
        expressions = tuple(expressions)
        names = named_by(expressions)
        process = self.version.process
        by_item = per_item(process)
        self._need(expressions, names, item, own)
        made: dict[str, Any] = {}
        for key in process.documents:
            if key in names:
                if key in by_item:
                    made[key] = [{**(self.data(key, one) or {}), "item": one} for one in self.items(key)]
                else:
                    made[key] = self.data(key)
            if f"{key}_item" in names:
                made[f"{key}_item"] = self.data(key, item or "")
        if task is not None and task.each is not None:
            made[task.each.item] = item
        made["item"] = item
        made["starter"] = dict(self.starter)
        if "unit" in names:
            made["unit"] = self.unit(unit_code)
        if "owner" in names:
            made["owner"] = self.unit(self.owner_unit)
        if "units" in names:
            made["units"] = [
                {**(self.unit(code) or {}), "label": one["nama"], "value": code}
                for code, one in self.units().items()
                if one["aktif"]
            ]
        if "due_date" in names:
            made["due_date"] = None if due is None else self.calendar.local_date(instant(due))
        if "previous" in names:
            made["previous"] = self._previous(expressions)
        return made

    def _earlier(self, expressions: Iterable[Expression]) -> dict[str, dict[str, list[int]]]:
        """Pointers to what these expressions read of the newest earlier instance of the same process and owner."""
        if self._before is UNREAD:
            found = previous_instance(self.tx, self.version.process_id, self.owner_unit, self.instance_id)
            self._before = None if found is None else documents_of(found)
        keys = _previous_keys(expressions)
        return {key: items for key, items in (self._before or {}).items() if keys is None or key in keys}

    def _previous(self, expressions: Iterable[Expression]) -> dict[str, Any] | None:
        """The documents of the period before, as far as these expressions read them; None when there is no such."""
        kept = self._earlier(expressions)
        self._read(version for items in kept.values() for version, _ in items.values())
        by_item = per_item(self.version.process)
        made: dict[str, Any] = {}
        for key, items in kept.items():
            for item, (version, _) in sorted(items.items()):
                if item or key in by_item:
                    made.setdefault(key, []).append({**self._data[version], "item": item})
                else:
                    made[key] = self._data[version]
        return None if self._before is None else made

    def initial(
        self, expressions: Mapping[str, Expression], *, element: str, item: str | None, task: TaskDefinition | None,
        unit_code: str, due: int | None = None, own: Iterable[tuple[str, str]] = (),
    ) -> dict[str, Any]:  # fmt: skip
        """What a form starts with."""
        if not expressions:
            return {}
        context = self.context(expressions.values(), item=item, task=task, unit_code=unit_code, due=due, own=own)
        return {
            name: evaluate(expression, context, self.now, f"{element}, isian awal “{name}”")
            for name, expression in expressions.items()
        }


def evaluate(expression: Expression, context: Mapping[str, Any], now: datetime, where: str) -> Any:
    """Evaluate leniently; an error of FEEL becomes one that names the place."""
    try:
        return expression.evaluate(context, now=now, exact=True)
    except (FeelError, CanonicalError) as error:
        raise ProcessStuck(f"Ungkapan pada {where} tidak dapat dihitung: {error}") from error


@lru_cache(maxsize=1024)
def named_by(expressions: tuple[Expression, ...]) -> frozenset[str]:
    """Every variable that the expressions name."""
    return frozenset().union(*(expression.names for expression in expressions))


def _previous_keys(expressions: Iterable[Expression]) -> frozenset[str] | None:
    """The documents that expressions read of `previous`; None when one of them takes it as a whole."""
    paths = [path.split(".") for one in expressions for path in one.paths if path.split(".")[0] == "previous"]
    return None if ["previous"] in paths else frozenset(path[1] for path in paths)
