"""The tree: RFC 6962 known answers, and proofs that hold exactly where they should."""

import hashlib
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from waste_trace.ledger.errors import InvalidProof
from waste_trace.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    list_reader,
    node_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves that every implementation of RFC 6962 is tried on, and their roots by size.
LEAVES = [
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
HASHES = [leaf_hash(leaf) for leaf in LEAVES]
ZERO = bytes(32)


def root(size: int) -> bytes:
    return bytes.fromhex(ROOTS[size])


def definition(hashes: list[bytes]) -> bytes:
    """MTH as RFC 6962 §2.1 defines it, written down and nothing else."""
    if not hashes:
        return hashlib.sha256().digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + definition(hashes[:k]) + definition(hashes[k:])).digest()


def numbered(size: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_eight_leaves(size: int) -> None:
    assert root_of(HASHES[:size]).hex() == ROOTS[size]
    assert root_at(size, list_reader(HASHES)).hex() == ROOTS[size]


def test_hashes_step_by_step() -> None:
    assert EMPTY_ROOT.hex() == ROOTS[0]
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert node_hash(HASHES[0], HASHES[1]).hex() == ROOTS[2]
    assert node_hash(root(2), HASHES[2]).hex() == ROOTS[3]


def test_a_proof_with_every_value_written_out() -> None:
    # PATH(5, D[8]): sibling leaf 4, then the pair 6-7, then the left half.
    expected = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [h.hex() for h in inclusion_proof(5, 8, list_reader(HASHES))] == expected
    verify_inclusion(HASHES[5], 5, 8, [bytes.fromhex(h) for h in expected], root(8))
    # PROOF(6, D[8]): the pair 4-5, which ends the old tree, then the same two.
    pair = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    assert [h.hex() for h in consistency_proof(6, 8, list_reader(HASHES))] == [pair, *expected[1:]]


@given(st.integers(0, 70))
def test_roots_follow_the_definition(size: int) -> None:
    hashes = numbered(size)
    assert root_of(hashes) == definition(hashes) == root_at(size, list_reader(hashes))


@given(st.data())
def test_inclusion_holds_only_for_its_own_leaf_place_and_tree(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    hashes = numbered(size)
    read, top = list_reader(hashes), root_of(hashes)
    proof = inclusion_proof(index, size, read)
    verify_inclusion(hashes[index], index, size, proof, top)
    other = data.draw(st.integers(-1, size + 1).filter(lambda n: n != index))
    cases = [
        (hashes[index], other, size, proof, top),
        (leaf_hash(b"x"), index, size, proof, top),
        (hashes[index], index, size, proof, leaf_hash(b"x")),
        (hashes[index], index, size, [*proof, ZERO], top),
        (hashes[index], index, size, [ZERO, *proof], top),
    ]
    if proof:
        cases += [(hashes[index], index, size, proof[:-1], top)]
        cases += [(hashes[index], index, size, proof[1:], top)]
        turn = data.draw(st.integers(0, len(proof) - 1))
        bent = [*proof[:turn], bytes([proof[turn][0] ^ 8]) + proof[turn][1:], *proof[turn + 1 :]]
        cases += [(hashes[index], index, size, bent, top)]
    for case in cases:
        with pytest.raises(InvalidProof):
            verify_inclusion(*case)


@given(st.data())
def test_consistency_holds_only_for_its_own_sizes_and_roots(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(1, 70))
    size1 = data.draw(st.integers(1, size2))
    hashes = numbered(size2)
    root1, root2 = root_of(hashes[:size1]), root_of(hashes)
    proof = consistency_proof(size1, size2, list_reader(hashes))
    verify_consistency(size1, root1, size2, root2, proof)
    cases = [
        (size1, leaf_hash(b"x"), size2, root2, proof),
        (size1, root1, size2, leaf_hash(b"x"), proof),
        (size1, root1, size2, root2, [*proof, ZERO]),
        (size1, root1, size2, root2, [ZERO, *proof]),
        (size1, root1, size1 - 1, root2, proof),
    ]
    if size1 < size2:
        cases += [(size2, root2, size1, root1, proof), (size1, root2, size2, root1, proof)]
        cases += [(size1, root1, size2, root2, proof[:-1])]
        cases += [(size1, root1, size2, root2, [])]
        turn = data.draw(st.integers(0, len(proof) - 1))
        bent = [*proof[:turn], bytes([proof[turn][0] ^ 8]) + proof[turn][1:], *proof[turn + 1 :]]
        cases += [(size1, root1, size2, root2, bent)]
    for case in cases:
        with pytest.raises(InvalidProof):
            verify_consistency(*case)


@given(st.data())
def test_a_rewritten_history_has_no_consistency_proof(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(2, 40))
    size1 = data.draw(st.integers(1, size2 - 1))
    changed = data.draw(st.integers(0, size1 - 1))
    old = numbered(size1)
    new = numbered(size2)
    new[changed] = leaf_hash(b"forged")
    assume(old[changed] != new[changed])
    proof = consistency_proof(size1, size2, list_reader(new))
    with pytest.raises(InvalidProof):
        verify_consistency(size1, root_of(old), size2, root_of(new), proof)


def test_the_empty_tree_is_a_prefix_of_every_tree() -> None:
    verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    verify_consistency(0, EMPTY_ROOT, 8, root(8), [])
    verify_consistency(8, root(8), 8, root(8), [])
    for bad in (
        (0, ZERO, 8, root(8), []),
        (0, EMPTY_ROOT, 8, root(8), [ZERO]),
        (0, EMPTY_ROOT, 0, ZERO, []),
        (8, root(8), 8, root(8), [ZERO]),
        (8, root(8), 8, root(7), []),
    ):
        with pytest.raises(InvalidProof):
            verify_consistency(*bad)


@pytest.mark.parametrize("bad", [b"", bytes(31), bytes(33), "0" * 32, None])
def test_hashes_that_are_not_32_bytes(bad: object) -> None:
    good = HASHES[0]
    inclusions: list[Any] = [
        (bad, 0, 1, [], good),
        (good, 0, 1, [], bad),
        (good, 0, 2, [bad], good),
    ]
    for arguments in inclusions:
        with pytest.raises(InvalidProof):
            verify_inclusion(*arguments)
    pairs: list[Any] = [(1, bad, 1, good, []), (1, good, 1, bad, []), (1, good, 2, good, [bad])]
    for arguments in pairs:
        with pytest.raises(InvalidProof):
            verify_consistency(*arguments)


@pytest.mark.parametrize("bad", [True, 0.0, "0", None])
def test_numbers_that_are_not_integers(bad: object) -> None:
    with pytest.raises(InvalidProof):
        verify_inclusion(HASHES[0], bad, 1, [], HASHES[0])  # type: ignore[arg-type]  # on purpose
    with pytest.raises(InvalidProof):
        verify_consistency(bad, ZERO, 1, ZERO, [])  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (8, 8), (9, 8), (-1, 8)])
def test_no_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(InvalidProof):
        inclusion_proof(index, size, list_reader(HASHES))
    with pytest.raises(InvalidProof):
        verify_inclusion(HASHES[0], index, size, [], root(size))


@pytest.mark.parametrize(("size1", "size2"), [(5, 4), (-1, 4)])
def test_no_consistency_backwards(size1: int, size2: int) -> None:
    with pytest.raises(InvalidProof):
        consistency_proof(size1, size2, list_reader(HASHES))
