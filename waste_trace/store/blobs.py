"""Pictures and other attachments by their SHA-256: in a folder, or in S3-compatible storage."""

import hashlib
from contextlib import suppress
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, S3Store


class Blobs:
    """Content-addressed bytes; written once, never changed.

    Args:
        url: "" for the folder, or ``s3://bucket`` (endpoint and credentials from the environment).
        folder: where files stand if there is no URL.
    """

    def __init__(self, url: str, folder: Path) -> None:
        if url:
            self._store: LocalStore | S3Store = S3Store.from_url(url)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self._store = LocalStore(folder)

    def put(self, data: bytes) -> str:
        """Keep bytes; their SHA-256 in hex."""
        name = hashlib.sha256(data).hexdigest()
        with suppress(AlreadyExistsError):  # then they are the same bytes, by their name
            obstore.put(self._store, _path(name), data, mode="create")
        return name

    def get(self, name: str) -> bytes | None:
        """The bytes of that SHA-256, or None."""
        try:
            return bytes(obstore.get(self._store, _path(name)).bytes())
        except FileNotFoundError:
            return None


def _path(name: str) -> str:
    return f"{name[:2]}/{name}"
