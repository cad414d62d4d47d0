"""Read a log over HTTP for `waste_trace.witness.mirror`."""

import httpx

from waste_trace.ledger.bundle_layout import MAX_FILE_BYTES
from waste_trace.witness.mirror_errors import MirrorUnreachable

TIMEOUT_SECONDS = 30.0


class FetchOverHttp:
    """Paths below a log's address, such as ``https://trace.example/log``."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")

    def __call__(self, path: str) -> bytes:
        """The file; never more of it than the largest file of a ledger can have."""
        try:
            with self._client.stream(
                "GET", f"{self._url}/{path}", timeout=TIMEOUT_SECONDS
            ) as answer:
                answer.raise_for_status()
                data = b""
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > MAX_FILE_BYTES:
                        raise _unreachable(path, "larger than any file of a ledger")
                return data
        except httpx.HTTPError as error:
            raise _unreachable(path, str(error) or type(error).__name__) from error


def _unreachable(path: str, why: str) -> MirrorUnreachable:
    return MirrorUnreachable(f"无法读取 {path}。", f"{path} cannot be read: {why}.", path=path)
