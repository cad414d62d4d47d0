"""Tiles: the coordinates of tlog-tiles, and growth that equals building from scratch."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger.sample_ledger import MemoryTiles
from waste_trace.ledger.errors import (
    IncompleteBundle,
    InvalidProof,
    MalformedBundle,
    MalformedLeaf,
)
from waste_trace.ledger.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    list_reader,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from waste_trace.ledger.tiles import (
    TileSpan,
    TreeReader,
    append,
    encode_entries,
    entries_path,
    level_tiles,
    parse_tile_path,
    split_entries,
    tile_path,
    tree_tiles,
)

HASHES = [leaf_hash(n.to_bytes(4, "big")) for n in range(70_000)]


def grow(sizes: list[int]) -> tuple[MemoryTiles, int, bytes]:
    """A tree grown in steps of these sizes."""
    tiles, size, root = MemoryTiles(), 0, EMPTY_ROOT
    for step in sizes:
        grown = append(size, tiles, HASHES[size : size + step])
        tiles.keep(grown)
        size, root = grown.size, grown.root
    return tiles, size, root


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "tile/0/000"),
        (999, "tile/0/999"),
        (1000, "tile/0/x001/000"),
        (1_234_067, "tile/0/x001/x234/067"),
    ],
)
def test_paths_of_the_specification(index: int, path: str) -> None:
    assert tile_path(0, index) == path
    assert parse_tile_path(path) == (0, index, 256)


def test_partial_and_entry_paths() -> None:
    assert tile_path(2, 0, 1) == "tile/2/000.p/1"
    assert entries_path(273, 112) == "tile/entries/273.p/112"
    assert parse_tile_path("tile/entries/x001/000.p/255") == (None, 1000, 255)


@given(st.integers(0, 63) | st.none(), st.integers(0, 10**12), st.integers(1, 256))
def test_paths_read_back(level: int | None, index: int, width: int) -> None:
    path = entries_path(index, width) if level is None else tile_path(level, index, width)
    assert parse_tile_path(path) == (level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000",
        "tile/64/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/001/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p",
        "tile/entry/000",
        "/tile/0/000",
        "tile/0/000\n",
        "checkpoint",
    ],
)
def test_other_spellings_of_paths(path: str) -> None:
    with pytest.raises(MalformedBundle):
        parse_tile_path(path)


def test_the_example_tree_of_70000() -> None:
    spans = list(tree_tiles(70_000))
    assert len([s for s in spans if s.level == 0 and s.width == 256]) == 273
    assert [s for s in spans if s.width != 256] == [
        TileSpan(0, 273, 112),
        TileSpan(1, 1, 17),
        TileSpan(2, 0, 1),
    ]
    assert list(tree_tiles(256)) == [TileSpan(0, 0, 256), TileSpan(1, 0, 1)]
    assert list(tree_tiles(0)) == []
    assert list(level_tiles(300, 0)) == [TileSpan(0, 0, 256), TileSpan(0, 1, 44)]


def test_a_tree_with_three_levels() -> None:
    tiles, size, root = grow([1, 255, 256, 65_024, 4_464])
    assert size == 70_000
    assert root == root_of(HASHES)
    assert set(tiles.data) == {(s.level, s.index) for s in tree_tiles(size)}
    assert tiles.data[1, 0][:32] == root_of(HASHES[:256])
    assert tiles.data[2, 0] == root_of(HASHES[:65_536])
    tree = TreeReader(tiles, size)
    for index in (0, 255, 256, 65_535, 65_536, 69_999):
        verify_inclusion(HASHES[index], index, size, tree.inclusion(index), root)
    for old in (1, 256, 65_535, 65_536, 65_537, 69_999):
        root_then = root_of(HASHES[:old])
        assert tree.root(old) == root_then
        verify_consistency(old, root_then, size, root, tree.consistency(old))


@settings(max_examples=60)
@given(st.lists(st.sampled_from([0, 1, 2, 7, 100, 255, 256, 257, 513]), max_size=8), st.data())
def test_growing_in_steps_equals_building_at_once(steps: list[int], data: st.DataObject) -> None:
    tiles, size, root = grow(steps)
    at_once, _, root_at_once = grow([size])
    assert root == root_at_once == root_of(HASHES[:size])
    assert tiles.data == at_once.data
    if size:
        index = data.draw(st.integers(0, size - 1))
        then = data.draw(st.integers(index + 1, size))
        tree, plain = TreeReader(tiles, size), list_reader(HASHES[:size])
        proof = tree.inclusion(index, then)
        assert proof == inclusion_proof(index, then, plain)
        verify_inclusion(HASHES[index], index, then, proof, tree.root(then))
        assert tree.consistency(then) == consistency_proof(then, size, plain)


def test_only_tiles_that_changed_are_written() -> None:
    tiles, size, _ = grow([600])
    grown = append(size, tiles, HASHES[600:601])
    assert [(t.level, t.index, t.width) for t in grown.tiles] == [(0, 2, 89)]
    grown = append(size, tiles, HASHES[600:768])
    assert [(t.level, t.index, t.width) for t in grown.tiles] == [(0, 2, 256), (1, 0, 3)]
    assert append(size, tiles, []).tiles == ()


def test_a_short_tile_is_noticed() -> None:
    tiles, size, _ = grow([600])
    tiles.data[0, 2] = tiles.data[0, 2][:-32]
    with pytest.raises(IncompleteBundle):
        append(size, tiles, HASHES[600:601])
    with pytest.raises(IncompleteBundle):
        TreeReader(tiles, size).root()


def test_no_proofs_beyond_the_tree() -> None:
    tiles, size, _ = grow([10])
    with pytest.raises(InvalidProof):
        TreeReader(tiles, size).inclusion(10)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_entry_bundles_split_into_what_was_joined(entries: list[bytes]) -> None:
    assert split_entries(encode_entries(entries), len(entries)) == entries


def test_an_entry_bundle_byte_by_byte() -> None:
    assert encode_entries([b"ab", b"", b"c" * 258]) == b"\x00\x02ab\x00\x00\x01\x02" + b"c" * 258


@pytest.mark.parametrize(
    ("data", "width"),
    [(b"", 1), (b"\x00", 1), (b"\x00\x02a", 1), (b"\x00\x01aX", 1), (b"\x00\x01a", 2)],
)
def test_entry_bundles_that_do_not_split(data: bytes, width: int) -> None:
    with pytest.raises(MalformedLeaf):
        split_entries(data, width)


def test_entries_have_a_largest_size() -> None:
    assert len(encode_entries([bytes(65_535)])) == 65_537
    with pytest.raises(MalformedLeaf):
        encode_entries([bytes(65_536)])
