"""The Merkle tree against the definition of RFC 6962, on generated trees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import merkle

LEAVES = st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=70).map(
    lambda items: [merkle.leaf_hash(item) for item in items]
)


def definition(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962 section 2.1 defines it, by recursion."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(definition(leaves[:k]), definition(leaves[k:]))


@given(LEAVES)
def test_root_equals_the_definition(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == definition(leaves)


@given(LEAVES, st.integers(1, 70))
def test_extending_by_parts_equals_building_at_once(leaves: list[bytes], cut: int) -> None:
    cut = min(cut, len(leaves))
    peaks = merkle.extend([], 0, leaves[:cut])
    assert merkle.fold(merkle.extend(peaks, cut, leaves[cut:])) == merkle.root(leaves)


@settings(max_examples=60)
@given(LEAVES, st.data())
def test_inclusion_holds_for_the_leaf_and_for_no_other(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.inclusion_proof(leaves, index)
    root = merkle.root(leaves)
    assert merkle.verify_inclusion(leaves[index], index, len(leaves), path, root)
    other = merkle.leaf_hash(leaves[index])
    assert not merkle.verify_inclusion(other, index, len(leaves), path, root)
    assert not merkle.verify_inclusion(leaves[index], index, len(leaves), [*path, other], root)


@settings(max_examples=60)
@given(LEAVES, st.data())
def test_consistency_holds_for_a_prefix_and_not_for_a_rewrite(
    leaves: list[bytes], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    proof = merkle.consistency_proof(leaves, old)
    old_root, new_root = merkle.root(leaves[:old]), merkle.root(leaves)
    assert merkle.verify_consistency(old, len(leaves), old_root, new_root, proof)
    rewritten = merkle.root([merkle.leaf_hash(leaves[0]), *leaves[1:old]])
    assert not merkle.verify_consistency(old, len(leaves), rewritten, new_root, proof)


def test_empty_tree_and_bad_indexes() -> None:
    assert merkle.root([]) == merkle.EMPTY_ROOT
    with pytest.raises(IndexError):
        merkle.inclusion_proof([b"x"], 1)
    with pytest.raises(IndexError):
        merkle.consistency_proof([b"x"], 2)
    assert not merkle.verify_inclusion(b"x", 1, 1, [], b"x")
    assert not merkle.verify_consistency(2, 1, b"", b"", [b""])
