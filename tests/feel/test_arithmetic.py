"""Numbers are the decimal module's at 34 digits; dates and times are the datetime module's with zoneinfo."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflow_engine.feel import compile_expression, to_text
from workflow_engine.feel.values import adopt

DECIMAL128 = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)
NUMBERS = st.one_of(
    st.integers(-(10**40), 10**40).map(Decimal),
    st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**15), max_value=10**15),
    st.builds(lambda digits, shift: Decimal(digits).scaleb(shift), st.integers(-999, 999), st.integers(-400, 400)),
)
OPERATIONS = {
    "+": DECIMAL128.add,
    "-": DECIMAL128.subtract,
    "*": DECIMAL128.multiply,
    "/": DECIMAL128.divide,
}
ZONES = ("Asia/Shanghai", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC")
DAYS = st.dates(date(1950, 1, 1), date(2080, 12, 31))
MOMENTS = st.datetimes(datetime(1972, 1, 1), datetime(2036, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
SPANS = st.timedeltas(timedelta(days=-4000), timedelta(days=4000)).map(
    lambda span: timedelta(seconds=span // timedelta(seconds=1))
)


def value(source, **variables):
    return compile_expression(source).evaluate(variables)


@pytest.mark.parametrize("sign", OPERATIONS)
@given(left=NUMBERS, right=NUMBERS)
def test_arithmetic_is_that_of_the_decimal_module(sign, left, right):
    left, right = DECIMAL128.plus(left), DECIMAL128.plus(right)
    try:
        expected = OPERATIONS[sign](left, right)
    except ArithmeticError:
        expected = None
    found = value(f"a {sign} b", a=left, b=right)
    assert found == expected
    assert found is None or len(found.as_tuple().digits) <= 34


@given(NUMBERS)
def test_written_numbers_are_rounded_half_even_to_34_digits(number):
    assert value(f"({number})") == DECIMAL128.plus(number)


@given(NUMBERS, st.integers(-3, 12))
def test_power_is_that_of_the_decimal_module(number, exponent):
    number = DECIMAL128.plus(number)
    assume(number != 0)
    try:
        expected = DECIMAL128.power(number, Decimal(exponent))
    except ArithmeticError:
        expected = None
    assert value("a ** b", a=number, b=exponent) == expected


@given(NUMBERS, NUMBERS)
def test_order_is_that_of_the_decimal_module(left, right):
    left, right = DECIMAL128.plus(left), DECIMAL128.plus(right)
    assert value("[a < b, a <= b, a = b, a > b]", a=left, b=right) == [
        left < right, left <= right, left == right, left > right
    ]  # fmt: skip


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9), st.integers(0, 5)
)
def test_rounding_functions_are_those_of_the_decimal_module(number, scale):
    step = Decimal(1).scaleb(-scale)
    for function, rounding in (
        ("decimal", "ROUND_HALF_EVEN"),
        ("floor", "ROUND_FLOOR"),
        ("ceiling", "ROUND_CEILING"),
        ("round up", "ROUND_UP"),
        ("round down", "ROUND_DOWN"),
        ("round half up", "ROUND_HALF_UP"),
        ("round half down", "ROUND_HALF_DOWN"),
    ):
        assert value(f"{function}(n, s)", n=number, s=scale) == number.quantize(step, rounding=rounding), function


@given(DAYS, st.integers(-20_000, 20_000))
def test_date_and_days_agree_with_datetime(day, days):
    shifted = day + timedelta(days=days)
    assert to_text(value(f'd + duration("{"-" * (days < 0)}P{abs(days)}D")', d=day)) == shifted.isoformat()
    assert value("(e - d).days", d=day, e=shifted) == days
    assert value("day of year(d)", d=day) == day.timetuple().tm_yday
    assert value("week of year(d)", d=day) == day.isocalendar().week
    assert value("d.weekday", d=day) == day.isoweekday()
    assert value("day of week(d)", d=day) == day.strftime("%A")
    assert value("d < e", d=day, e=shifted) is (day < shifted)


@given(MOMENTS, st.sampled_from(ZONES))
def test_zoned_instant_has_the_offset_of_zoneinfo(moment, zone):
    local = moment.replace(tzinfo=ZoneInfo(zone))
    assume(local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == moment)  # not skipped by a change
    text = f'@"{moment.isoformat()}@{zone}"' if zone != "UTC" else f'@"{moment.isoformat()}Z"'
    offset = local.utcoffset() // timedelta(seconds=1)
    assert value(f"{text}.time offset = duration(s)", s=f"{'-' * (offset < 0)}PT{abs(offset)}S") is True
    utc = local.astimezone(UTC)
    assert value(f"{text} = b", b=utc) is True
    assert value(f"({text} - a).value", a=datetime(2000, 1, 1, tzinfo=UTC)) == adopt(
        (utc - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    )


@given(MOMENTS, st.sampled_from(ZONES), SPANS)
def test_adding_a_span_to_a_zoned_instant_counts_real_time(moment, zone, span):
    local = moment.replace(tzinfo=ZoneInfo(zone))
    assume(local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == moment)
    expected = local.astimezone(UTC) + span
    found = value("a + b", a=local, b=span)
    assert value("a = b", a=found, b=expected) is True
    assert value("a - b", a=found, b=span) == adopt(local) or value("(a - b) = c", a=found, b=span, c=local) is True


@given(DAYS, st.integers(-600, 600))
def test_months_keep_the_day_or_take_the_last_one(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    expected = date(year, month + 1, min(day.day, last))
    assert to_text(value(f'd + duration("{"-" * (months < 0)}P{abs(months)}M")', d=day)) == expected.isoformat()


@given(st.times().map(lambda clock: clock.replace(microsecond=0)), st.integers(-200_000, 200_000))
def test_time_of_day_goes_round_at_midnight(clock, seconds):
    whole = (clock.hour * 3600 + clock.minute * 60 + clock.second + seconds) % 86_400
    expected = time(whole // 3600, whole // 60 % 60, whole % 60)
    assert to_text(value("t + d", t=clock, d=timedelta(seconds=seconds))) == expected.isoformat()


def test_literals_beyond_34_digits_are_the_same_rounded_number_everywhere():
    long = "9" * 36
    for source in ("{0} in ({0}, 1)", "{0} = {0}", "x = {0}", "{0} in [{0}..{0}]", "{0} between {0} and x", "x >= {0}"):
        assert value(source.format(long), x=10**36) is True, source
    assert value("-1e99999") is None
    assert value("1 < 1e99999") is None
