from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.ledger.disclosure import digest_of, reveal, seal
from handrail.engine.ledger.record import b64url, unb64url

# RFC 9901 sections 4.2.1 and 4.2.3.
RFC_DISCLOSURE = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
RFC_DIGEST = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_the_example_of_the_rfc() -> None:
    assert digest_of(RFC_DISCLOSURE) == RFC_DIGEST
    assert reveal(RFC_DIGEST, RFC_DISCLOSURE) == ("family_name", "Möbius")


@given(st.text(max_size=20), st.text(max_size=40) | st.lists(st.text(max_size=9), max_size=3))
def test_what_was_sealed_is_revealed(name: str, value: object) -> None:
    digest, disclosure = seal(name, value)
    assert reveal(digest, disclosure) == (name, value)
    assert len(digest) == 43


def test_the_same_value_never_has_the_same_digest_twice() -> None:
    assert len({seal("name", "Anna")[0] for _ in range(100)}) == 100


def test_a_salt_is_128_bits() -> None:
    disclosure = seal("name", "Anna")[1]
    salt = unb64url(disclosure).split(b'"')[1].decode()
    assert len(unb64url(salt)) == 16


def test_a_given_salt_gives_a_known_digest() -> None:
    digest, disclosure = seal("name", "Anna", salt="s")
    assert unb64url(disclosure) == b'["s","name","Anna"]'
    assert digest == b64url(sha256(disclosure.encode()).digest())


def test_another_disclosure_is_refused() -> None:
    digest, _ = seal("name", "Anna")
    with pytest.raises(ValueError, match="not the one that was sealed"):
        reveal(digest, seal("name", "Anna")[1])


@pytest.mark.parametrize(
    "data",
    [
        b'["salt","value"]',
        b'{"a":1}',
        b'[1,"n","v"]',
        b'["s",2,"v"]',
        b"nonsense",
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_another_layout_is_refused_even_with_its_right_digest(data: bytes) -> None:
    disclosure = b64url(data)
    with pytest.raises(ValueError, match=r"."):
        reveal(digest_of(disclosure), disclosure)
