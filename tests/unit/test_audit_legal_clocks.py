"""When something is due at the soonest is guessed, and never too late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.audit.legal.clocks import guess
from handrail.engine.clock import later, stamp

YEARS = st.datetimes(datetime(2000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them so
LENGTHS = st.one_of(
    st.timedeltas(timedelta(), timedelta(days=400)),
    st.integers(0, 3_000).map(lambda minutes: timedelta(minutes=minutes)),
)


def guessed(since: str, length: timedelta) -> str:
    start, end, then = guess(length)
    return since[:start] + then[since[start:end]] + since[end:]


@given(YEARS, LENGTHS)
def test_a_guess_is_not_after_the_time_itself_nor_before_it_began(
    at: datetime, length: timedelta
) -> None:
    since = stamp(at)
    assert since <= guessed(since, length) <= later(since, length)


@given(YEARS, st.integers(0, 59), st.integers(1, 23))
def test_within_an_hour_minutes_are_right_and_within_a_day_hours(
    at: datetime, minutes: int, hours: int
) -> None:
    first, midnight = stamp(at.replace(minute=0)), stamp(at.replace(hour=0))
    for since, length in (
        (first, timedelta(minutes=minutes)),
        (midnight, timedelta(hours=hours)),
    ):
        assert guessed(since, length) == later(since, length)
