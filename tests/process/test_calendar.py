"""Working time: examples checked by hand against the decrees, and the laws that hold for every instant."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.model import Duration
from process.calendar import (
    ZONES,
    CalendarError,
    Hours,
    Left,
    Override,
    WorkingCalendar,
    national_holidays,
)
from process.calendar_data import STANDARD, WEEK

WIB = ZONES["Asia/Jakarta"]


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def days(number: int) -> Duration:
    return Duration(days=number)


def minutes(number: int) -> Duration:
    return Duration(minutes=number)


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        # day 1 is the next working day, due when its working hours end
        ("2026-11-23 10:00", days(1), "2026-11-24 16:00"),
        ("2026-11-23 06:00", days(1), "2026-11-24 16:00"),  # before opening: still tomorrow
        ("2026-11-26 15:59", days(1), "2026-11-27 16:30"),  # Friday closes at 16:30
        ("2026-11-27 10:00", days(1), "2026-11-30 16:00"),  # Friday to Monday
        ("2026-11-28 10:00", days(1), "2026-11-30 16:00"),  # became available on Saturday
        ("2026-11-23 10:00", days(4), "2026-11-27 16:30"),
        # across the turn of the year: 24 Dec collective leave, 25 Dec Christmas, 1 Jan New Year
        ("2026-12-23 09:00", days(1), "2026-12-28 16:00"),
        ("2026-12-31 09:00", days(1), "2027-01-04 16:00"),
        # Nyepi and Idul Fitri 2026: 18 to 24 March off, still fasting hours on the 17th
        ("2026-03-16 09:00", days(1), "2026-03-17 15:00"),
        ("2026-03-17 09:00", days(1), "2026-03-25 16:00"),
        # 29 February
        ("2028-02-28 09:00", days(1), "2028-02-29 16:00"),
        ("2027-02-26 09:00", days(1), "2027-03-01 15:00"),  # 2027 has none; Ramadan hours
        # minutes: from the moment on
        ("2026-11-23 10:00", minutes(10), "2026-11-23 10:10"),
        ("2026-11-23 11:55", minutes(10), "2026-11-23 13:05"),  # the break does not count
        ("2026-11-27 11:25", minutes(10), "2026-11-27 13:05"),  # Friday's break is longer
        ("2026-11-23 12:30", minutes(15), "2026-11-23 13:15"),
        ("2026-11-23 15:55", minutes(10), "2026-11-24 07:35"),
        ("2026-11-23 15:50", minutes(10), "2026-11-23 16:00"),  # to the very end, not to the next morning
        ("2026-11-27 16:25", minutes(10), "2026-11-30 07:35"),
        ("2026-11-23 05:00", minutes(10), "2026-11-23 07:40"),
        ("2026-02-19 14:55", minutes(10), "2026-02-20 08:05"),  # first day of fasting, a Thursday
        ("2026-02-20 11:25", minutes(10), "2026-02-20 12:35"),  # Friday in Ramadan
        ("2026-11-23 10:00", minutes(450), "2026-11-24 10:00"),  # 7.5 hours are a working day
    ],
)
def test_deadlines_checked_by_hand(start, duration, due):
    assert STANDARD.after(duration, wib(start)) == wib(due)


def test_the_joint_decree_of_2026():
    """SKB 2026: 17 national holidays and 8 days of collective leave."""
    expected = {
        "libur": "01-01 01-16 02-17 03-19 03-21 03-22 04-03 04-05 05-01 05-14 05-27 05-31 06-01 06-16 08-17 08-25 "
        "12-25",
        "cuti bersama": "02-16 03-18 03-20 03-23 03-24 05-15 05-28 12-24",
    }
    found = national_holidays(2026)
    for kind, dates in expected.items():
        assert sorted(f"{day:%m-%d}" for day, (_, is_kind) in found.items() if is_kind == kind) == dates.split()


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-11-23", "7.5"), ("2026-11-27", "7.5"), ("2026-03-02", "6.5"), ("2026-03-06", "6.5"), ("2026-11-28", "0")],
)
def test_hours_of_the_presidential_regulation(day, hours):
    begin = wib(f"{day} 00:00")
    assert STANDARD.working_time_between(begin, begin + timedelta(days=1)) == timedelta(hours=float(hours))


def test_a_week_has_37_and_a_half_hours_and_in_ramadan_32_and_a_half():
    for monday, hours in (("2026-11-23", 37.5), ("2026-03-02", 32.5)):
        begin = wib(f"{monday} 00:00")
        assert STANDARD.working_time_between(begin, begin + timedelta(days=7)) == timedelta(hours=hours)


def test_end_of_a_date_and_of_a_day_off():
    assert STANDARD.end_of(date(2026, 11, 27)) == wib("2026-11-27 16:30")
    assert STANDARD.end_of(date(2026, 11, 28)) == wib("2026-11-30 16:00")


def test_overrides_go_before_everything():
    calendar = replace(
        STANDARD,
        overrides={
            date(2026, 11, 24): Override("libur", "Pemilihan"),
            date(2026, 11, 28): Override("kerja", "Pengganti"),  # a Saturday, with the usual hours
            date(2026, 12, 24): Override("kerja", "Dicabut", ((time(9), time(11)),)),  # collective leave, but open
        },
    )
    assert calendar.after(days(1), wib("2026-11-23 10:00")) == wib("2026-11-25 16:00")
    assert calendar.after(days(1), wib("2026-11-27 10:00")) == wib("2026-11-28 16:00")
    assert calendar.after(days(1), wib("2026-12-23 10:00")) == wib("2026-12-24 11:00")


def test_a_later_period_goes_before_an_earlier_one():
    city = Hours("Jam kerja kota", (((time(7, 15), time(15, 45)),),) * 5 + ((), ()), date(2026, 12, 1))
    calendar = replace(STANDARD, periods=(*STANDARD.periods, city))
    assert calendar.end_of(date(2026, 11, 30)) == wib("2026-11-30 16:00")
    assert calendar.end_of(date(2026, 12, 1)) == wib("2026-12-01 15:45")


def test_another_zone_is_another_instant():
    papua = replace(STANDARD, zone="Asia/Jayapura")
    assert papua.end_of(date(2026, 11, 23)) == STANDARD.end_of(date(2026, 11, 23)) - timedelta(hours=2)


def test_a_calendar_without_any_working_day_is_an_error_and_not_endless():
    idle = WorkingCalendar("Kosong", (Hours("Tidak ada", ((),) * 7),))
    for ask in (
        lambda: idle.after(days(1), wib("2026-11-23 10:00")),
        lambda: idle.after(minutes(10), wib("2026-11-23 10:00")),
        lambda: idle.end_of(date(2026, 11, 23)),
        lambda: idle.near_until(wib("2026-11-23 10:00")),
    ):
        with pytest.raises(CalendarError, match="hari kerja"):
            ask()


def test_a_duration_beyond_the_calendar_of_dates_is_an_error():
    with pytest.raises(CalendarError):
        STANDARD.after(days(3_000_000), datetime(9999, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "shifts",
    [((time(16), time(8)),), ((time(8), time(8)),), ((time(8), time(12)), (time(11), time(16)))],
)
def test_impossible_hours_are_refused(shifts):
    with pytest.raises(CalendarError, match="tidak berurutan"):
        WorkingCalendar("Salah", (Hours("Salah", (shifts,) * 7),))


def test_near_means_within_one_working_day():
    now = wib("2026-11-23 10:00")
    assert STANDARD.near_until(now) == wib("2026-11-24 10:00")
    assert STANDARD.near_until(wib("2026-11-27 16:30")) == wib("2026-11-30 16:00")


@pytest.mark.parametrize(
    ("due", "left"),
    [
        ("2026-11-23 10:09", Left(0, 9, False)),
        ("2026-11-24 10:00", Left(1, 0, False)),
        ("2026-11-24 14:00", Left(1, 180, False)),  # of four hours one is the break
        ("2026-11-27 16:30", Left(4, 300, False)),
        ("2026-11-30 16:00", Left(5, 300, False)),  # the weekend does not count
        ("2026-11-20 16:30", Left(0, 150, True)),
        ("2026-11-23 10:00", Left(0, 0, True)),
        ("2031-01-02 16:00", Left(31, 0, False)),
    ],
)
def test_how_far_a_deadline_is_in_working_time(due, left):
    assert STANDARD.left(wib(due), wib("2026-11-23 10:00")) == left


def test_at_night_no_working_time_goes_by():
    due = wib("2026-11-24 16:00")
    evening = [STANDARD.left(due, wib(text)) for text in ("2026-11-23 16:00", "2026-11-23 23:00", "2026-11-24 07:30")]
    assert evening == [Left(1, 0, False)] * 3


def test_a_year_that_nobody_decreed_yet_is_warned_about():
    assert STANDARD.warnings(2026) == ()
    later = " ".join(STANDARD.warnings(2028))
    assert "cuti bersama" in later
    assert "Ramadan" in later
    assert re.search(r"perkiraan: \d+ [A-Z][a-z]+ 2028", later)
    bare = replace(STANDARD, national=False)
    assert any("belum memiliki hari libur" in text for text in bare.warnings(2026))
    decided = {day: Override(kind) for day, (_, kind) in national_holidays(2026).items()}
    assert replace(bare, overrides=decided).warnings(2026) == ()


# -- laws -------------------------------------------------------------------------------------------------------------

instants = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
small = st.integers(1, 2000)
calendars = st.builds(
    lambda off, open_, national: replace(
        STANDARD,
        national=national,
        overrides={date(2026, 1, 1) + timedelta(days=n): Override("libur") for n in off}
        | {date(2026, 1, 1) + timedelta(days=n): Override("kerja") for n in open_},
    ),
    st.sets(st.integers(0, 400), max_size=40),
    st.sets(st.integers(0, 400), max_size=40),
    st.booleans(),
)


@given(calendars, instants, small, small)
@settings(max_examples=40)
def test_minutes_add_up(calendar, start, one, two):
    assert calendar.after(minutes(one + two), start) == calendar.after(
        minutes(two), calendar.after(minutes(one), start)
    )


@given(calendars, instants, st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=40)
def test_days_add_up(calendar, start, one, two):
    assert calendar.after(days(one + two), start) == calendar.after(days(two), calendar.after(days(one), start))


@given(calendars, instants, instants, small, st.integers(1, 20))
@settings(max_examples=40)
def test_who_starts_later_is_not_due_earlier(calendar, one, two, number, count):
    first, second = sorted((one, two))
    assert calendar.after(minutes(number), first) <= calendar.after(minutes(number), second)
    assert calendar.after(days(count), first) <= calendar.after(days(count), second)


@given(calendars, instants, small)
@settings(max_examples=40)
def test_a_deadline_is_in_working_hours_and_exactly_that_much_work_away(calendar, start, number):
    due = calendar.after(minutes(number), start)
    spans = calendar.spans(calendar.local_date(due))
    assert any(opens < due <= closes for opens, closes in spans)
    assert calendar.working_minutes_between(start, due) == number
    assert calendar.working_time_between(start, due) == timedelta(minutes=number)


@given(calendars, instants, small)
@settings(max_examples=40)
def test_what_is_near_has_no_more_than_a_day_left(calendar, now, number):
    due = calendar.after(minutes(number), now)
    left = calendar.left(due, now)
    assert not left.over
    assert (due <= calendar.near_until(now)) == ((left.days, left.minutes) <= (1, 0))
    assert (left.days == 0) == (due < calendar.near_until(now))
    again = now
    for _ in range(left.days):
        again = calendar.near_until(again)
    assert calendar.working_minutes_between(again, due) == left.minutes


@given(calendars, instants, st.integers(1, 20))
@settings(max_examples=40)
def test_days_end_with_the_working_hours_of_a_working_day(calendar, start, number):
    due = calendar.after(days(number), start)
    day = calendar.local_date(due)
    assert calendar.is_working_day(day)
    assert due == calendar.end_of(day)
    between = (date.fromordinal(n) for n in range(calendar.local_date(start).toordinal() + 1, day.toordinal() + 1))
    assert sum(map(calendar.is_working_day, between)) == number


@given(calendars, instants, instants, instants)
@settings(max_examples=40)
def test_working_time_between_adds_up(calendar, one, two, three):
    a, b, c = sorted((one, two, three))
    total = calendar.working_time_between(a, b) + calendar.working_time_between(b, c)
    assert calendar.working_time_between(a, c) == total
    assert calendar.working_time_between(c, a) == timedelta(0) or a == c


@given(st.dates(date(2024, 1, 1), date(2027, 12, 31)))
@settings(max_examples=40)
def test_no_clock_is_ever_moved(day):
    """Local hours are the same instants of the day all year: the zone has no summer time."""
    for opens, closes in STANDARD.spans(day):
        assert timedelta(0) < closes - opens < timedelta(hours=9)
        assert (opens + timedelta(hours=7)).date() == day
    assert len(WEEK) == 7
