"""Numbers, money and dates as Indonesian offices write them."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import indonesian


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1234567.5", "1.234.567,5"),
        ("0", "0"),
        ("-0.0", "0"),
        ("-1234.50", "-1.234,5"),
        ("1E+6", "1.000.000"),
        ("0.000001", "0,000001"),
        ("123456789012345678901234567890.12", "123.456.789.012.345.678.901.234.567.890,12"),
    ],
)
def test_numbers(value, written):
    assert indonesian.number(Decimal(value)) == written


def test_decimals_can_be_bounded_and_are_rounded_half_up():
    assert indonesian.number(Decimal("2.345"), at_most=2) == "2,35"
    assert indonesian.number(Decimal("2.3"), at_least=2) == "2,30"
    assert indonesian.number(Decimal("2.999"), at_most=2) == "3"
    assert indonesian.number(Decimal("-0.001"), at_most=2) == "0"
    assert indonesian.number(1000, at_least=1, at_most=2) == "1.000,0"
    with pytest.raises(ValueError, match="finite"):
        indonesian.number(Decimal("NaN"))


def test_money_and_percent():
    assert indonesian.rupiah(1500000) == "Rp1.500.000,00"
    assert indonesian.rupiah(Decimal("-1000.005")) == "-Rp1.000,01"
    assert indonesian.rupiah(Decimal("-0.001")) == "Rp0,00"
    assert indonesian.percent(Decimal("84.5")) == "84,5 %"
    assert indonesian.percent(Decimal(100) / 3) == "33,33 %"


def test_dates():
    day = date(2026, 11, 23)
    assert indonesian.long_date(day) == "23 November 2026"
    assert indonesian.day_and_date(day) == "Senin, 23 November 2026"
    assert indonesian.short_date(date(2026, 1, 2)) == "02/01/2026"
    assert indonesian.clock(time(9, 5)) == "09.05"


def test_instants_are_shown_in_western_indonesian_time():
    assert indonesian.moment(datetime(2026, 12, 31, 17, 30, tzinfo=UTC)) == "1 Januari 2027 pukul 00.30 WIB"
    east = timezone(timedelta(hours=9))
    assert indonesian.moment(datetime(2026, 11, 23, 11, 30, tzinfo=east)) == "23 November 2026 pukul 09.30 WIB"
    assert indonesian.today(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert indonesian.today(datetime(2026, 11, 22, 16, 59, tzinfo=UTC)) == date(2026, 11, 22)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_a_written_number_reads_back_as_the_number(value):
    assert Decimal(indonesian.number(value).replace(".", "").replace(",", ".")) == value
