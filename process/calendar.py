"""Working time: when an office works, and when a duration counted in its working time is over. Pure.

A calendar is data: weekly hours by period (the ordinary weeks, each Ramadan), the national holidays and days of
collective leave, and the days that the office itself corrected. Instants go in and come out as aware datetimes (out:
UTC); dates are those of the calendar's zone. The three zones of Indonesia are fixed offsets: no clock is ever moved,
so local arithmetic is exact, and no zone database is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from bpmn.model import Duration
from forms import indonesian
from process.errors import AlurError

ZONES: Mapping[str, timezone] = {
    "Asia/Jakarta": timezone(timedelta(hours=7), "WIB"),
    "Asia/Makassar": timezone(timedelta(hours=8), "WITA"),
    "Asia/Jayapura": timezone(timedelta(hours=9), "WIT"),
}
MOST_DAYS = 30  # beyond that nobody counts: see `Left`
MAX_IDLE_DAYS = 400  # more days off in a row than any office has: the calendar is wrong, the search ends
_ONE_DAY = timedelta(days=1)

Shift = tuple[time, time]
"""Local opening and closing time of one stretch of work; a day has as many as its breaks make."""


class CalendarError(AlurError):
    """Kalender kerja tidak dapat dipakai"""


@dataclass(frozen=True)
class Hours:
    """Weekly hours from `since` to `until`, both included (None: without limit); `week`: seven days from Monday."""

    name: str
    week: tuple[tuple[Shift, ...], ...]
    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the period holds on that date."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def usual(self, weekday: int) -> tuple[Shift, ...]:
        """The shifts of that weekday (0 is Monday), or of the first working weekday where it has none."""
        return self.week[weekday] or next((shifts for shifts in self.week if shifts), ())


@dataclass(frozen=True)
class Override:
    """What the office says about one date: `libur`, `cuti bersama`, or `kerja` (with its own shifts, or the usual)."""

    kind: str
    note: str = ""
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """Working time to a deadline, or since it when `over`: whole working days, then minutes.

    More than MOST_DAYS days are not counted further: then `days` is MOST_DAYS + 1 and `minutes` 0.
    """

    days: int
    minutes: int
    over: bool


KINDS = ("libur", "cuti bersama", "kerja")


@dataclass(frozen=True)
class WorkingCalendar:
    """The working time of an office; implements the Deadlines protocol of `bpmn.model`.

    `periods`: of those that cover a date the last one counts. `national`: whether the national holidays and days of
    collective leave hold. `overrides` go before both. Raises CalendarError when made of impossible hours.
    """

    name: str
    periods: tuple[Hours, ...]
    overrides: Mapping[date, Override] = field(default_factory=dict)
    national: bool = True
    zone: str = "Asia/Jakarta"
    _days: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if self.zone not in ZONES:
            raise CalendarError(f"Zona waktu “{self.zone}” tidak dikenal. Gunakan salah satu dari {', '.join(ZONES)}.")
        for period in self.periods:
            if len(period.week) != 7:
                raise CalendarError(f"Jam kerja “{period.name}” harus memuat tujuh hari.")
            if period.since and period.until and period.since > period.until:
                raise CalendarError(f"Jam kerja “{period.name}” berakhir sebelum dimulai.")
            for shifts in period.week:
                check_shifts(shifts, period.name)
        for day, override in self.overrides.items():
            if override.kind not in KINDS:
                raise CalendarError(f"Jenis hari “{override.kind}” pada {day} tidak dikenal.")
            check_shifts(override.shifts, str(day))

    # -- days -------------------------------------------------------------------------------------------------------

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """Local working hours of a date; empty on a day off."""
        override = self.overrides.get(day)
        if override and override.kind != "kerja":
            return ()
        period = next((period for period in reversed(self.periods) if period.covers(day)), None)
        if override:
            return override.shifts or (period.usual(day.weekday()) if period else ())
        if self.national and day in national_holidays(day.year):
            return ()
        return period.week[day.weekday()] if period else ()

    def spans(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The stretches of work of a date as UTC instants, in order."""
        known = self._days.get(day)
        if known is None:
            zone = ZONES[self.zone]
            known = tuple(
                (
                    datetime.combine(day, opens, zone).astimezone(UTC),
                    datetime.combine(day, closes, zone).astimezone(UTC),
                )
                for opens, closes in self.shifts_on(day)
            )
            if len(self._days) > 4000:
                self._days.clear()
            self._days[day] = known
        return known

    def is_working_day(self, day: date) -> bool:
        """Whether anybody works on that date."""
        return bool(self.shifts_on(day))

    def working_day_from(self, day: date) -> date:
        """That date, or the next working day after it. Raises CalendarError when none follows for over a year."""
        try:
            for _ in range(MAX_IDLE_DAYS):
                if self.spans(day):
                    return day
                day += _ONE_DAY
        except OverflowError:
            pass
        raise CalendarError(
            f"Kalender kerja “{self.name}” tidak memiliki hari kerja dalam {MAX_IDLE_DAYS} hari sampai {day}."
        )

    def local_date(self, instant: datetime) -> date:
        """The date that the wall calendar of this zone shows at an instant."""
        return instant.astimezone(ZONES[self.zone]).date()

    # -- deadlines --------------------------------------------------------------------------------------------------

    def after(self, duration: Duration, start: datetime) -> datetime:
        """When a duration that begins at `start` is over.

        Days: day 1 is the first working day after the date of `start`; the last one ends with its working hours.
        Minutes: working minutes from `start` on, or from the next opening when nobody works at `start`.
        """
        if duration.days:
            day = self.local_date(start)
            for _ in range(duration.days):
                day = self.working_day_from(_next(day))
            return self.spans(day)[-1][1]
        return self.add(timedelta(minutes=duration.minutes), start)

    def add(self, work: timedelta, start: datetime) -> datetime:
        """The instant at which `work` (positive working time) has been done, beginning at `start`."""
        if work <= timedelta(0):
            raise CalendarError("Jangka waktu harus lebih dari nol.")
        for opens, closes in self._spans_from(start):
            begin = max(opens, start)
            if closes - begin >= work:
                return (begin + work).astimezone(UTC)
            work -= closes - begin
        raise AssertionError("spans go on until one of them fits, or CalendarError")  # pragma: no cover

    def end_of(self, day: date) -> datetime:
        """The end of the working hours of a date; of the next working day when it is a day off."""
        return self.spans(self.working_day_from(day))[-1][1]

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; zero when `end` is not later."""
        total = timedelta(0)
        day, last = self.local_date(start), self.local_date(end)
        while day <= last:
            for opens, closes in self.spans(day):
                total += max(timedelta(0), min(closes, end) - max(opens, start))
            if day == date.max:
                break
            day += _ONE_DAY
        return total

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """Whole working minutes from `start` to `end`; zero when `end` is not later."""
        return self.working_time_between(start, end) // timedelta(minutes=1)

    def near_until(self, now: datetime) -> datetime:
        """What is due up to this instant is due within one working day: as much work as the day at hand holds."""
        for opens, _ in self._spans_from(now):
            day = self.spans(self.local_date(opens))
            return self.add(sum((closes - begins for begins, closes in day), timedelta(0)), now)
        raise AssertionError("spans never end without CalendarError")  # pragma: no cover

    def left(self, due: datetime, now: datetime) -> Left:
        """How far a deadline is. A day is what `near_until` counts as one, so that a deadline is near exactly while no
        more than one day is left; from the deadline on it is over."""
        over = now >= due
        start, end = (due, now) if over else (now, due)
        days = 0
        while days <= MOST_DAYS and (next_day := self.near_until(start)) <= end:
            start, days = next_day, days + 1
        return Left(days, 0 if days > MOST_DAYS else self.working_minutes_between(start, end), over)

    def _spans_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = self.local_date(start)
        while True:
            day = self.working_day_from(day)
            for opens, closes in self.spans(day):
                if closes > start:
                    yield opens, closes
            day = _next(day)

    # -- doubts -----------------------------------------------------------------------------------------------------

    def warnings(self, year: int) -> tuple[str, ...]:
        """What the office should look at before it trusts this calendar for a year (Indonesian sentences)."""
        found = []
        public = national_holidays(year) if self.national else {}
        own = {day: override for day, override in self.overrides.items() if day.year == year}
        if not any(override.kind == "libur" for override in own.values()) and not public:
            found.append(f"Tahun {year} belum memiliki hari libur. Impor hari libur nasional tahun tersebut.")
        collective = [day for day, (_, kind) in public.items() if kind == "cuti bersama"]
        if not collective and not any(override.kind == "cuti bersama" for override in own.values()):
            found.append(f"Tahun {year} belum memiliki cuti bersama. Impor keputusan bersama apabila telah ditetapkan.")
        guesses = [day for day, (name, _) in public.items() if "perkiraan" in name and day not in own]
        if guesses:
            dates = ", ".join(indonesian.long_date(day) for day in sorted(guesses))
            found.append(f"Tanggal libur berikut masih perkiraan: {dates}. Cocokkan dengan keputusan resmi.")
        special = [period for period in self.periods if period.since is not None]
        if not any(_overlaps(period, year) for period in special):
            found.append(f"Jam kerja Ramadan tahun {year} belum ditetapkan.")
        if not any(self.is_working_day(date(year, 1, 1) + timedelta(days=n)) for n in range(365)):
            found.append(f"Tahun {year} tidak memiliki satu pun hari kerja.")
        return tuple(found)


def _next(day: date) -> date:
    if day == date.max:
        raise CalendarError("Jangka waktu melampaui batas penanggalan.")
    return day + _ONE_DAY


def _overlaps(period: Hours, year: int) -> bool:
    since, until = period.since or date.min, period.until or date.max
    return since <= date(year, 12, 31) and until >= date(year, 1, 1)


def check_shifts(shifts: tuple[Shift, ...], where: str) -> None:
    """Raise CalendarError unless each shift ends after it begins, and begins not before the one before it ended."""
    previous: time | None = None
    for opens, closes in shifts:
        if opens >= closes or (previous is not None and opens < previous):
            raise CalendarError(
                f"Jam kerja {opens:%H:%M}–{closes:%H:%M} ({where}) tidak berurutan. Jam tutup harus setelah jam buka."
            )
        previous = closes


@lru_cache(maxsize=64)
def national_holidays(year: int) -> Mapping[date, tuple[str, str]]:
    """The national days off of a year: date → (Indonesian name, `libur` or `cuti bersama`); empty where unknown."""
    import holidays as national  # only here: most commands and helping processes ask for no day off

    found: dict[date, tuple[str, str]] = {}
    for category, kind in (("government", "cuti bersama"), ("public", "libur")):  # a public holiday names the day
        days = national.country_holidays("ID", years=year, categories=(category,), language="id")
        found.update({day: (name, kind) for day, name in days.items() if day.year == year})
    return found
