"""The bytes of a record, and what is hashed of them.

Canonical JSON is RFC 8785 in a narrower profile: member names are ASCII strings,
numbers are whole and below 2^53 in size, strings hold no lone surrogate. In that
profile sorted ``orjson`` output *is* the RFC 8785 form (its section 3.2.3 sorts by
UTF-16 code units, which for ASCII names is the order of orjson's bytes).
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64  # base64 itself costs a millisecond at start-up
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from orjson import OPT_SORT_KEYS, JSONEncodeError, dumps, loads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "MOST",
    "b64url",
    "canonical",
    "leaf_hash",
    "leaf_hashes",
    "members",
    "node_hash",
    "node_hashes",
    "unb64url",
]

MOST = 2**53 - 1  # the largest whole number: RFC 8785 section 3.2.2.3, RFC 7493

_MOST_PARTS: Final = 10_000  # dicts and lists in a value; one within itself has no end


def canonical(value: object) -> bytes:
    """Return the canonical JSON of dicts, lists, tuples, strings, ints, bools and None.

    :raises ValueError: something in it is outside the profile; the message begins
        with the JSON path to it (``$.facts.weight``).
    """
    try:
        if not _plain(value):
            _refuse(value)
        data = dumps(value, option=OPT_SORT_KEYS)
    except JSONEncodeError:
        _refuse(value)
        raise ValueError(_TOO_DEEP) from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if not data.isascii() and not _plainly_named(value):  # else the names are ASCII too
        _refuse(value)
    return data


def members(data: bytes) -> dict[str, Any]:
    """Return the members of a record's bytes.

    :raises ValueError: they are no JSON object.
    """
    found = loads(data)
    if type(found) is not dict:
        raise ValueError("a record is a JSON object")
    return found


# Each hash is made by going on from a copy of one of these, which has the prefix in it: half
# a microsecond less than to put the prefix before a record's bytes.
_LEAF, _NODE = sha256(b"\x00"), sha256(b"\x01")


def leaf_hash(data: bytes) -> bytes:
    """Return the 32-byte leaf hash of a record's bytes (RFC 9162 section 2.1.1)."""
    begun = _LEAF.copy()
    begun.update(data)
    return begun.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash over two subtrees (RFC 9162 section 2.1.1)."""
    begun = _NODE.copy()
    begun.update(left + right)
    return begun.digest()


_TOO_DEEP: Final = "$: nested too deep, or within itself"


# These two are most of what a verification in Python does, hence their form: ``update``
# returns None, so that nothing is left out.
def leaf_hashes(records: Iterable[bytes]) -> list[bytes]:
    """Return the leaf hash of each record's bytes.

    :raises TypeError: one of them is not bytes.
    """
    begun = _LEAF.copy
    return [
        leaf.digest()
        for data in records
        if not (leaf := begun()).update(data)  # type: ignore[func-returns-value]
    ]


def node_hashes(hashes: Iterable[bytes]) -> list[bytes]:
    """Return the hash over each pair of subtrees, as they come; one without a pair has none."""
    begun, each = _NODE.copy, iter(hashes)
    pairs = zip(each, each, strict=False)
    return [
        node.digest()
        for left, right in pairs
        if not (node := begun()).update(left + right)  # type: ignore[func-returns-value]
    ]


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")


def b64url(data: bytes) -> str:
    """Encode as base64url without padding (RFC 4648 section 5)."""
    return b2a_base64(data, newline=False).rstrip(b"=\n").translate(_URL_SAFE).decode()


def unb64url(text: str) -> bytes:
    """Decode base64url without padding; each value has one spelling only.

    :raises ValueError: the text is padded, or not what :func:`b64url` would write.
    """
    padded = (text + "=" * (-len(text) % 4)).encode().translate(_STANDARD)
    data = a2b_base64(padded, strict_mode=True)
    if b64url(data) != text:
        raise ValueError("not base64url in its one form")
    return data


def _plain(value: Any) -> bool:
    """Tell fast whether a dict or list is in the profile, but for names; False: look closer.

    This runs for each record. It knows the exact types only, looks at strings and names
    not at all (encoding them does), and goes through what a part holds after the part itself.
    """
    held = [value]
    for each in held:
        parts = each
        kind = type(each)
        if kind is dict:
            parts = each.values()
        elif kind is not list and kind is not tuple:
            return False
        for part in parts:
            kind = type(part)
            if kind is str or kind is bool or part is None:
                continue
            if kind is not int:
                held.append(part)
            elif not -MOST <= part <= MOST:
                return False
        if len(held) > _MOST_PARTS:
            return False
    return True


def _plainly_named(value: Any) -> bool:
    """Tell whether all names in what is plain but for them are ASCII."""
    names: list[str] = []
    held = [value]
    for each in held:
        parts = each
        if type(each) is dict:
            names += each
            parts = each.values()
        held += [part for part in parts if type(part) in _HOLDERS]
    return "".join(names).isascii()


_HOLDERS: Final = frozenset({dict, list, tuple})


def _refuse(value: object) -> None:
    """Raise for the first thing outside the profile, with its path."""
    for path, found in _faults(value, "$"):
        raise ValueError(f"{path}: {found}")


def _faults(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            if not isinstance(name, str) or not name.isascii():
                yield path, f"the member name {name!r} is not an ASCII string"
            else:
                yield from _faults(part, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _faults(part, f"{path}[{index}]")
    elif (fault := _scalar_fault(value)) is not None:
        yield path, fault


def _scalar_fault(value: object) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _text_fault(value)
    if isinstance(value, int):
        return None if -MOST <= value <= MOST else f"{value} is not below 2^53 in size"
    if isinstance(value, float):
        return f"{value} is a float; numbers are whole, or written as strings"
    return f"a {type(value).__name__} has no JSON form"


def _text_fault(value: str) -> str | None:
    try:
        value.encode()
    except UnicodeEncodeError:
        return f"{value!a} holds a lone surrogate"
    return None
