"""Facts: from what a person typed to the canonical value of a record."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.ledger.record import canonical
from handrail.engine.machine.facts import BadValueError, read_fixed, read_value, yes_or_no
from handrail.engine.machine.reading import read_fact
from handrail.engine.machine.site import Site, build_site

NOW = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)

SITE = build_site(
    {
        "id": "here",
        "title": "Here",
        "roles": {"guard": {}},
        "people": {"anna": {"name": "Anna", "roles": ["guard"]}},
        "assets": {"visitors": {"title": "Visitors"}, "collection": {}},
        "adversaries": {"thieves": {"title": "Thieves"}},
        "methods": {
            "reconnaissance": {"title": "R", "indicators": {"films-cameras": {"title": "F"}}}
        },
    }
)


def read(declared: dict[str, Any], raw: object, site: Site | None = SITE) -> object:
    value = read_value(read_fact("x", declared, ()), raw, site=site, now=NOW)
    canonical({"x": value})
    return value


@pytest.mark.parametrize(
    ("declared", "raw", "value"),
    [
        ({"type": "text"}, "  a word ", "a word"),
        ({"type": "text"}, "two\r\nlines\tand é", "two\nlines\tand é"),
        ({"type": "place"}, "north dock", "north dock"),
        ({"type": "yes-no"}, True, True),
        ({"type": "yes-no"}, "Yes", True),
        ({"type": "yes-no"}, " ja ", True),
        ({"type": "yes-no"}, "nej", False),
        ({"type": "yes-no"}, "n", False),
        ({"type": "choice", "of": {"a": "A", "b": "B"}}, " b ", "b"),
        ({"type": "number"}, "12", 12),
        ({"type": "number"}, 12, 12),
        ({"type": "number"}, "-0", 0),
        ({"type": "number"}, "12.00", 12),
        ({"type": "number", "digits": 2}, "1.5", "1.50"),
        ({"type": "number", "digits": 2}, Decimal("1.500"), "1.50"),
        ({"type": "number", "digits": 1}, "-0.0", "0.0"),
        ({"type": "number", "min": -1, "max": 3}, "-1", -1),
        ({"type": "number", "min": -1, "max": 3}, "3", 3),
        ({"type": "number"}, 2**53 - 1, 2**53 - 1),
        ({"type": "number"}, "+5", 5),
        ({"type": "time"}, "2026-11-21T14:05:00+01:00", "2026-11-21T13:05:00.000000Z"),
        ({"type": "time"}, "2026-11-21T14:05:00.25Z", "2026-11-21T14:05:00.250000Z"),
        ({"type": "duration"}, "90m", "1h30m"),
        ({"type": "duration"}, "0s", "0s"),
        ({"type": "asset"}, "visitors", "visitors"),
        ({"type": "adversary"}, "thieves", "thieves"),
        ({"type": "method"}, "reconnaissance", "reconnaissance"),
        ({"type": "indicator"}, "films-cameras", "films-cameras"),
        ({"type": "role"}, "guard", "guard"),
        ({"type": "person"}, "anna", "anna"),
        (
            {"type": "asset", "many": True},
            "visitors, collection ,visitors",
            ["visitors", "collection"],
        ),
        ({"type": "asset", "many": True}, ["visitors"], ["visitors"]),
        ({"type": "asset", "many": True}, "none", []),
        ({"type": "asset", "many": True}, "Geen", []),
        ({"type": "asset", "many": True}, [], []),
        ({"type": "choice", "many": True, "of": {"none": "None"}}, "none", ["none"]),
        ({"type": "number", "many": True}, 3, [3]),
    ],
)
def test_a_value_is_recorded_in_its_one_form(
    declared: dict[str, Any], raw: object, value: object
) -> None:
    assert read(declared, raw) == value
    assert type(read(declared, raw)) is type(value)
    assert read(declared, read(declared, raw)) == value


@pytest.mark.parametrize(
    ("declared", "raw", "words"),
    [
        ({"type": "text"}, "   ", "at least one word"),
        ({"type": "text"}, 5, "at least one word"),
        ({"type": "text"}, "x" * 10_001, "at most 10000 characters"),
        ({"type": "text"}, "a\x1b[2Jb", "cannot be read"),
        ({"type": "text"}, "a\x7fb", "cannot be read"),
        ({"type": "text"}, "a\x9bb", "cannot be read"),
        ({"type": "text"}, "a\ud800", "cannot be read"),
        ({"type": "yes-no"}, "maybe", "yes or no"),
        ({"type": "yes-no"}, 1, "yes or no"),
        ({"type": "choice", "of": {"plausible": "P"}}, "plausble", "did you mean plausible?"),
        ({"type": "choice", "of": {"plausible": "P"}}, "zzz", "expected one of plausible"),
        ({"type": "number"}, "1,5", "expected a number"),
        ({"type": "number"}, "1e3", "expected a number"),
        ({"type": "number"}, "٣", "expected a number"),
        ({"type": "number"}, True, "expected a number"),
        ({"type": "number"}, 1.5, "expected a number"),
        ({"type": "number"}, Decimal("NaN"), "expected a number"),
        ({"type": "number"}, "1.5", "at most 0 digits"),
        ({"type": "number", "digits": 1}, "1.55", "at most 1 digits"),
        ({"type": "number", "min": 1}, "0", "at least 1"),
        ({"type": "number", "max": 1}, "2", "at most 1"),
        ({"type": "number"}, 2**53, "at most"),
        ({"type": "number", "min": -(2**60)}, -(2**53), "at most"),
        ({"type": "time"}, "25:00", "expected a time"),
        ({"type": "time"}, "soon", "expected a time"),
        ({"type": "time"}, 5, "expected a time"),
        ({"type": "duration"}, "5 minutes", "expected a duration"),
        ({"type": "duration"}, "", "expected a duration"),
        ({"type": "asset", "many": True}, "", "at least one, or say none"),
        ({"type": "text", "many": True}, " , ", "at least one, or say none"),
        ({"type": "number"}, True, "expected a number, not “true”"),
        ({"type": "duration"}, "999999w", "expected a duration"),
        ({"type": "asset"}, "visitor", "did you mean visitors?"),
        ({"type": "indicator", "many": True}, "films-cameras,x", "expected one of films-cameras"),
        ({"type": "yes-no"}, "x" * 100, "…"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_was_expected(
    declared: dict[str, Any], raw: object, words: str
) -> None:
    with pytest.raises(BadValueError) as error:
        read(declared, raw)
    assert str(error.value).startswith("x: ")
    assert words in str(error.value)
    assert len(str(error.value)) < 200


def test_a_clock_time_is_of_today_here() -> None:
    local = NOW.astimezone().replace(hour=14, minute=5, second=0, microsecond=0)
    expected = local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    assert read({"type": "time"}, "14:05") == expected
    assert read({"type": "time"}, "14:05:00") == expected


def test_a_document_has_no_clock_and_no_site() -> None:
    with pytest.raises(BadValueError):
        read_fixed(read_fact("x", {"type": "time"}, ()), "14:05")
    assert read_fixed(read_fact("x", {"type": "asset"}, ()), "anything") == "anything"


def test_text_is_personal_unless_it_says_otherwise() -> None:
    assert read_fact("x", {"type": "text"}, ()).personal
    assert not read_fact("x", {"type": "text", "personal": False}, ()).personal
    assert not read_fact("x", {"type": "place"}, ()).personal


@pytest.mark.parametrize(("word", "value"), [("J", True), ("NEE", False), ("", None), (3, None)])
def test_yes_or_no(word: object, value: object) -> None:
    assert yes_or_no(word) is value


DECLARED = st.sampled_from(
    [
        {"type": "text"},
        {"type": "yes-no"},
        {"type": "choice", "of": {"a": "A"}},
        {"type": "number"},
        {"type": "number", "digits": 3},
        {"type": "time"},
        {"type": "duration"},
        {"type": "asset"},
        {"type": "duration", "many": True},
    ]
)
RAW = st.one_of(
    st.text(),
    st.integers(),
    st.decimals(),
    st.booleans(),
    st.none(),
    st.lists(st.text()),
    st.from_regex(r"[0-9]{1,3}[smhdw]([0-9]{1,3}[smhdw])?", fullmatch=True),
    st.datetimes().map(str),
)


@given(DECLARED, RAW)
def test_anything_at_all_is_read_or_refused_and_reading_again_changes_nothing(
    declared: dict[str, Any], raw: object
) -> None:
    try:
        value = read(declared, raw)
    except BadValueError:
        return
    assert read(declared, value) == value
