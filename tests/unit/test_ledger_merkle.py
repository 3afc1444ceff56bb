"""The tree, against the published values and a naive tree written from the RFC."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.engine.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from handrail.engine.ledger.record import leaf_hash

# The leaves and roots of the certificate-transparency reference implementation
# (merkle_tree_test.cc), which RFC 6962 was published with.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The same source's proofs: (index, size) and (old, new).
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
GROWTHS = {
    (1, 1): [],
    (1, 8): PATHS[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
SIZES = st.integers(1, 130)


def some_leaves(count: int) -> list[bytes]:
    return [sha256(b"\x00" + str(index).encode()).digest() for index in range(count)]


# RFC 9162 section 2.1, word for word, over lists; k is the largest power of two
# smaller than n.


def k_of(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d: list[bytes]) -> bytes:
    if not d:
        return sha256(b"").digest()
    if len(d) == 1:
        return d[0]
    k = k_of(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: list[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = k_of(len(d))
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: list[bytes], b: bool) -> list[bytes]:  # noqa: FBT001 - as in the RFC
    if m == len(d):
        return [] if b else [mth(d)]
    k = k_of(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]  # noqa: FBT003 - as in the RFC


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    proof = inclusion_proof(LEAVES, index, size)
    assert [part.hex() for part in proof] == PATHS[index, size]
    root = bytes.fromhex(ROOTS[size])
    assert verify_inclusion(LEAVES[index], index, size, proof, root)


@pytest.mark.parametrize(("old", "new"), GROWTHS)
def test_published_consistency_proofs(old: int, new: int) -> None:
    proof = consistency_proof(LEAVES, old, new)
    assert [part.hex() for part in proof] == GROWTHS[old, new]
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    assert verify_consistency(old, new, *roots, proof)


def test_the_empty_root_is_the_hash_of_nothing() -> None:
    assert CompactRange().root() == EMPTY_ROOT == sha256(b"").digest()


@given(st.integers(0, 130))
def test_roots_agree_with_the_naive_tree(size: int) -> None:
    leaves = some_leaves(size)
    assert root_of(leaves) == mth(leaves)


@given(SIZES, st.data())
def test_inclusion_proofs_agree_with_the_naive_tree(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = some_leaves(size)
    assert inclusion_proof(iter(leaves), index, size) == path(index, leaves)


@given(SIZES, st.data())
def test_consistency_proofs_agree_with_the_naive_tree(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    leaves = some_leaves(size)
    assert consistency_proof(iter(leaves), old, size) == subproof(old, leaves, True)  # noqa: FBT003 - as in the RFC


@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_index_and_size_alone(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = some_leaves(size)
    proof, root = path(index, leaves), mth(leaves)
    assert verify_inclusion(leaves[index], index, size, proof, root)
    assert not any(
        verify_inclusion(leaves[index], other, size, proof, root)
        for other in range(-1, size + 2)
        if other != index
    )
    assert not verify_inclusion(leaf_hash(b"other"), index, size, proof, root)


@given(SIZES, st.data())
def test_a_consistency_proof_holds_for_its_roots_alone(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    leaves = some_leaves(size)
    roots, proof = (mth(leaves[:old]), mth(leaves)), subproof(old, leaves, True)  # noqa: FBT003 - as in the RFC
    assert verify_consistency(old, size, *roots, proof)
    other = leaf_hash(b"other")
    assert not verify_consistency(old, size, other, roots[1], proof)
    assert not verify_consistency(old, size, roots[0], other, proof)
    assert not verify_consistency(size + 1, size, *roots, proof)


@given(SIZES, st.data())
def test_a_proof_with_any_part_altered_dropped_or_added_fails(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = some_leaves(size)
    whole, root = path(index, leaves), mth(leaves)
    grown = subproof(index + 1, leaves, True)  # noqa: FBT003 - as in the RFC
    before = mth(leaves[: index + 1])
    for bad in spoilt(whole, data):
        assert not verify_inclusion(leaves[index], index, size, bad, root)
    for bad in spoilt(grown, data):
        assert not verify_consistency(index + 1, size, before, root, bad)


def spoilt(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    longer = [*proof, leaf_hash(b"more")]
    if not proof:
        return [longer]
    at = data.draw(st.integers(0, len(proof) - 1))
    part = bytearray(proof[at])
    part[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
    altered = [*proof[:at], bytes(part), *proof[at + 1 :]]
    return [longer, proof[:at] + proof[at + 1 :], altered]


def test_nothing_grows_from_the_empty_tree_without_a_proof() -> None:
    root = mth(some_leaves(5))
    assert consistency_proof(some_leaves(5), 0, 5) == []
    assert verify_consistency(0, 5, EMPTY_ROOT, root, [])
    assert not verify_consistency(0, 5, root, root, [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, root, [root])
    assert not verify_consistency(5, 5, EMPTY_ROOT, root, [])


def test_a_proof_from_too_few_leaves_is_an_error_not_a_proof() -> None:
    with pytest.raises(ValueError, match="the leaves end at 4"):
        inclusion_proof(some_leaves(4), 0, 8)
    with pytest.raises(ValueError, match="the leaves end at 4"):
        consistency_proof(some_leaves(4), 6, 8)
    with pytest.raises(ValueError, match="has no leaf 8"):
        inclusion_proof(some_leaves(8), 8, 8)
    with pytest.raises(ValueError, match="cannot go on"):
        consistency_proof(some_leaves(8), 9, 8)


@given(st.integers(0, 130), st.integers(0, 20))
def test_a_stored_state_goes_on_as_if_never_stored(size: int, more: int) -> None:
    leaves = some_leaves(size + more)
    tree = CompactRange()
    for leaf in leaves[:size]:
        tree.append(leaf)
    again = CompactRange(tree.size, tree.state)
    for leaf in leaves[size:]:
        again.append(leaf)
    assert again.size == size + more
    assert again.root() == mth(leaves)
    assert tree.root() == mth(leaves[:size])


@given(st.lists(st.integers(0, 40), max_size=6))
def test_leaves_added_together_make_the_same_tree(parts: list[int]) -> None:
    leaves = some_leaves(sum(parts))
    tree, at = CompactRange(), 0
    for part in parts:
        tree.extend(leaves[at : at + part])
        at += part
        one_by_one = CompactRange()
        for leaf in leaves[:at]:
            one_by_one.append(leaf)
        assert (tree.size, tree.state) == (one_by_one.size, one_by_one.state)
    assert tree.root() == mth(leaves)


@pytest.mark.parametrize(("size", "length"), [(1, 0), (0, 32), (3, 32), (4, 31), (-1, 32)])
def test_a_state_of_another_length_is_refused(size: int, length: int) -> None:
    with pytest.raises(ValueError, match="are not the state of a tree"):
        CompactRange(size, b"x" * length)
