"""A log as it serves itself: paths below its address, and its own hash tiles among them."""

from collections.abc import Callable

from waste_trace.ledger.tiles import TILE_HEIGHT, TILE_WIDTH, tile_path

#: Reads a path below the log's address: "checkpoint", "tile/...". Raises MirrorUnreachable.
Fetch = Callable[[str], bytes]


class ServedTiles:
    """The hash tiles of a tree of ``size`` entries: a ``TileReader``."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch = fetch
        self._size = size

    def read(self, level: int, index: int, width: int) -> bytes:
        """A tile as the log serves it for the tree of this size."""
        whole = min(TILE_WIDTH, (self._size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)
        return self._fetch(tile_path(level, index, whole))
