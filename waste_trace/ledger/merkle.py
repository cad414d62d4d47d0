"""The Merkle tree of RFC 6962 §2.1: hashes, roots, proofs and their verification.

Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2. Proofs are made from a `NodeReader`, which
gives the hash of a complete subtree, so that they can come from a list, from tiles or from SQL.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

from waste_trace.ledger.errors import InvalidProof

EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""(height, index) -> hash of the complete subtree of 2^height leaves from index·2^height on."""


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, recomputed from nothing else."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        pairs = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) & ~1 :]  # an odd last node rises unchanged
    return level[0]


def list_reader(leaf_hashes: Sequence[bytes]) -> NodeReader:
    """A `NodeReader` over leaf hashes in memory."""

    def read(height: int, index: int) -> bytes:
        start = index << height
        return root_of(leaf_hashes[start : start + (1 << height)])

    return read


def root_at(size: int, read: NodeReader) -> bytes:
    """The root of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else range_root(0, size, read)


def inclusion_proof(
    index: int, size: int, read: NodeReader, right: NodeReader | None = None
) -> list[bytes]:
    """PATH(index, D[size]), from the leaf's sibling up; InvalidProof if index >= size.

    Args:
        right: (start, size) -> MTH(D[start:size]); many proofs of one tree ask for few of them.
    """
    if not 0 <= index < size:
        raise InvalidProof("序号不在树内。", f"Index {index} is not in a tree of size {size}.")
    # The tree is its complete subtrees side by side, one for each bit of its size. The leaf is in
    # that of the highest bit in which index and size differ: first the siblings inside it, then
    # all that is right of it as one hash, then the subtrees left of it.
    top = (index ^ size).bit_length() - 1
    proof = [read(height, index >> height ^ 1) for height in range(top)]
    start = (index >> top) + 1 << top
    if start < size:
        proof.append(right(start, size) if right else range_root(start, size, read))
    left = (height for height in range(top + 1, size.bit_length()) if size >> height & 1)
    return proof + [read(height, (size >> height) - 1) for height in left]


def consistency_proof(size1: int, size2: int, read: NodeReader) -> list[bytes]:
    """PROOF(size1, D[size2]); empty when size1 is 0 or equals size2."""
    if not 0 <= size1 <= size2:
        raise InvalidProof("树的大小顺序不对。", f"{size1} is not a prefix of {size2}.")
    if size1 in (0, size2):
        return []
    proof: list[bytes] = []
    start, end, whole = 0, size2, True
    while end != size1:
        middle = start + split(end - start)
        if size1 <= middle:
            proof.append(range_root(middle, end, read))
            end = middle
        else:
            proof.append(range_root(start, middle, read))
            start, whole = middle, False
    if not whole:
        proof.append(range_root(start, end, read))
    return proof[::-1]


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return None if the leaf is at ``index`` of the tree (size, root); else InvalidProof."""
    _check_integers(index, size)
    _check_hashes(leaf_hash, root, *proof)
    if not 0 <= index < size:
        raise InvalidProof("序号不在树内。", f"Index {index} is not in a tree of size {size}.")
    node, last, current = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise InvalidProof("证明过长。", "The proof is longer than the path.")
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise InvalidProof("证明过短。", "The proof is shorter than the path.")
    if current != root:
        raise InvalidProof("证明与树根不符。", "The proof does not lead to the root.")


def verify_consistency(
    size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]
) -> None:
    """Return None if the tree (size1, root1) is a prefix of (size2, root2); else InvalidProof."""
    _check_integers(size1, size2)
    _check_hashes(root1, root2, *proof)
    if not 0 <= size1 <= size2:
        raise InvalidProof("树变小了。", f"A tree of size {size1} cannot grow to {size2}.")
    if (size1 == 0 and root1 != EMPTY_ROOT) or (size2 == 0 and root2 != EMPTY_ROOT):
        raise InvalidProof("空树的根不对。", "The root of an empty tree is wrong.")
    if size1 in (0, size2):
        if proof:
            raise InvalidProof("此处证明应为空。", "The proof must be empty here.")
        if size1 == size2 and root1 != root2:
            raise InvalidProof("同一大小有两个不同的根。", "Two roots for one tree size.")
        return
    _walk_consistency(size1, root1, size2, root2, list(proof))


def _walk_consistency(
    size1: int, root1: bytes, size2: int, root2: bytes, proof: list[bytes]
) -> None:
    if size1 & (size1 - 1) == 0:
        proof.insert(0, root1)  # a complete old tree is itself the first node of the path
    if not proof:
        raise InvalidProof("缺少一致性证明。", "The consistency proof is empty.")
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            raise InvalidProof("证明过长。", "The proof is longer than the path.")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise InvalidProof("证明过短。", "The proof is shorter than the path.")
    if old != root1 or new != root2:
        raise InvalidProof(
            "两个检查点互相矛盾：历史已被改写。",
            "The two checkpoints contradict each other: history was rewritten.",
        )


def split(width: int) -> int:
    """The largest power of two smaller than ``width`` (RFC 6962's k)."""
    return 1 << ((width - 1).bit_length() - 1)


def range_root(start: int, end: int, read: NodeReader) -> bytes:
    """MTH(D[start:end]) where ``start`` is a multiple of every complete subtree inside."""
    width = end - start
    if width & (width - 1) == 0:
        height = width.bit_length() - 1
        return read(height, start >> height)
    middle = start + split(width)
    return node_hash(range_root(start, middle, read), range_root(middle, end, read))


def _check_integers(*numbers: object) -> None:
    if any(type(number) is not int for number in numbers):
        raise InvalidProof("序号和大小必须是整数。", "Index and sizes must be integers.")


def _check_hashes(*hashes: object) -> None:
    for value in hashes:
        if not isinstance(value, bytes) or len(value) != 32:
            raise InvalidProof("哈希必须为 32 字节。", "Every hash and root has 32 bytes.")
