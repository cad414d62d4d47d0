"""A file that was flushed may still lose its name in a power cut: that stands in its folder."""

import os
from pathlib import Path


def flush_names(folder: Path) -> None:
    """The names in ``folder`` are on the disk as they are now when this returns (POSIX fsync)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
