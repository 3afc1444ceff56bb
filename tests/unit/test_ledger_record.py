from __future__ import annotations

import json
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.ledger.record import (
    MOST,
    b64url,
    canonical,
    leaf_hash,
    node_hash,
    unb64url,
)

NAMES = st.text(st.characters(max_codepoint=127), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-MOST, MOST) | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=25,
)
BAD = st.sampled_from(
    [
        0.5,
        1.0,
        float("nan"),
        float("inf"),
        MOST + 1,
        -MOST - 1,
        "\ud800",
        "a\udfffb",
        "\ud83d\ude00",
        b"bytes",
        Decimal("1.5"),
        {1, 2},
        {"é": 1},
        {1: 2},
        {None: 2},
        {True: 1, "a": 2},
        object(),
    ]
)


@given(VALUES)
def test_the_bytes_are_those_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_reading_gives_back_what_was_written(value: object) -> None:
    assert json.loads(canonical(value)) == value


@given(VALUES, BAD, st.data())
def test_outside_the_profile_is_refused_however_deep(
    value: object, bad: object, data: st.DataObject
) -> None:
    for _ in range(data.draw(st.integers(0, 4))):
        bad = data.draw(st.sampled_from([[value, bad], {"a": value, "b": bad}, (bad,)]))
    with pytest.raises(ValueError, match=r"^\$"):
        canonical(bad)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"facts": {"weight": 1.5}}, "$.facts.weight: 1.5 is a float"),
        ({"to": ["a", {"n": [2**53]}]}, "$.to[1].n[0]: 9007199254740992 is not below"),
        ({"a": {"naïve": 1}}, "$.a: the member name 'naïve'"),
        ({"a": {7: 1}}, "$.a: the member name 7"),
        ({"a": ["ok", "\ud800"]}, "$.a[1]: '\\ud800' holds a lone surrogate"),
        ({"a": Decimal(1)}, "$.a: a Decimal has no JSON form"),
        (1.0, "$: 1.0 is a float"),
    ],
)
def test_the_message_begins_with_the_path(value: object, path: str) -> None:
    with pytest.raises(ValueError, match=r"^\$") as caught:
        canonical(value)
    assert str(caught.value).startswith(path)


def test_the_bounds_themselves_are_allowed() -> None:
    assert canonical([MOST, -MOST, True, False, None]) == (
        b"[9007199254740991,-9007199254740991,true,false,null]"
    )


def test_tuples_and_string_enums_are_written_as_what_they_are() -> None:
    kind = StrEnum("kind", {"PLAIN": "plain"})
    assert canonical({"k": (kind("plain"), "x")}) == b'{"k":["plain","x"]}'


def test_a_value_within_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(ValueError, match="within itself"):
        canonical(loop)


def test_leaf_and_node_hashes_are_apart_by_their_first_byte() -> None:
    assert leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert node_hash(b"l" * 32, b"r" * 32) == sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()


@given(st.binary(max_size=40))
def test_base64url_reads_back_and_carries_no_padding(data: bytes) -> None:
    text = b64url(data)
    assert unb64url(text) == data
    assert not set(text) & set("=+/")


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "a+b/", "QQ\n", "é", "QQ QQ"])
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unb64url(text)
