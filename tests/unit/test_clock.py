"""Times as the log writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.clock import later, parse_instant, stamp

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone.min])
TIMES = st.datetimes(datetime(3, 1, 1), datetime(9990, 1, 1), timezones=ZONES)  # noqa: DTZ001 - hypothesis wants bounds without a zone
LENGTHS = st.timedeltas(timedelta(days=-400), timedelta(days=400))


@given(at=TIMES, by=LENGTHS, whole=st.booleans())
def test_later_is_what_the_calendar_says(at: datetime, by: timedelta, *, whole: bool) -> None:
    at = at.replace(microsecond=0) if whole else at
    by = timedelta(seconds=by // timedelta(seconds=1)) if whole else by
    assert later(stamp(at), by) == stamp(at + by)
    assert later(at.isoformat(), by) == stamp(at + by)


@given(st.text(alphabet="0123456789-:T. WZz+", max_size=30), LENGTHS)
def test_what_is_no_time_is_refused_as_ever(text: str, by: timedelta) -> None:
    for some in (text, f"{text:0<26}Z"[-27:]):
        try:
            expected = stamp(parse_instant(some) + by)
        except (ValueError, OverflowError) as error:
            with pytest.raises(type(error)):
                later(some, by)
        else:
            assert later(some, by) == expected


def test_a_time_with_an_offset_and_a_z_is_none() -> None:
    with pytest.raises(ValueError, match="Invalid isoformat"):
        later("2026-01-01T00:00:00.0+0100Z", timedelta(seconds=1))


def test_no_calendar_goes_further() -> None:
    with pytest.raises(OverflowError):
        later("9999-12-31T23:59:59.000000Z", timedelta(seconds=1))
