"""Disclosures at rest: each sealed with a key of its own, the key wrapped, both erased together.

AES-256-GCM (NIST SP 800-38D). The row and its key stand in two tables, so that a backup of the
first alone shows nothing of what has been erased since.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, delete, select, update

from waste_trace.ledger.disclosure import Disclosure, parse_disclosure
from waste_trace.store.engine import is_sqlite
from waste_trace.store.tables import DisclosureKey, DisclosureRow
from waste_trace.store.writing import insert_rows, table_of

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and unseals. ``wrapping_key``: 32 secret bytes that wrap the key of every row."""

    wrapping_key: bytes

    def keep(
        self, connection: Connection, idx: int, disclosures: Sequence[Disclosure], now: datetime
    ) -> None:
        """Keep disclosures of an event, in the transaction that holds the head of the log.

        What is kept already stays; what was erased stays erased, whoever sends it again.
        """
        table = table_of(DisclosureRow)
        known = set(connection.execute(select(table.c.digest).where(table.c.idx == idx)).scalars())
        rows, keys = [], []
        for disclosure in disclosures:
            if disclosure.digest in known:
                continue
            place = {"idx": idx, "digest": disclosure.digest}
            key = AESGCM.generate_key(256)
            bound = _bound(idx, disclosure.digest)
            sealed = _seal(key, disclosure.text.encode("ascii"), bound)
            rows.append({**place, "name": disclosure.name, "sealed": sealed, "received_at": now,
                         "erased_at": None})  # fmt: skip
            keys.append({**place, "wrapped": _seal(self.wrapping_key, key, bound)})
        insert_rows(connection, DisclosureRow, rows)
        insert_rows(connection, DisclosureKey, keys)

    def read(
        self, connection: Connection, where: ColumnElement[bool]
    ) -> Iterator[tuple[int, Disclosure]]:
        """(leaf index, disclosure) of rows that are not erased, in order.

        Raises:
            cryptography.exceptions.InvalidTag: the tables do not belong to the key in the data
                folder, or were altered.
        """
        row, key = table_of(DisclosureRow), table_of(DisclosureKey)
        query = (
            select(row.c.idx, row.c.digest, row.c.sealed, key.c.wrapped)
            .join(key, (key.c.idx == row.c.idx) & (key.c.digest == row.c.digest))
            .where(where)
            .order_by(row.c.idx, row.c.name, row.c.digest)
        )
        for idx, digest, sealed, wrapped in connection.execute(query):
            bound = _bound(idx, digest)
            own = _unseal(self.wrapping_key, bytes(wrapped), bound)
            yield idx, parse_disclosure(_unseal(own, bytes(sealed), bound).decode("ascii"))


def erase(connection: Connection, digests: Sequence[str], now: datetime) -> None:
    """Forget what these digests stand for, wherever they stand; the tombstones stay."""
    if is_sqlite(connection):
        # SQLite would leave the bytes of a deleted row in the file until something overwrites them.
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    row, key = table_of(DisclosureRow), table_of(DisclosureKey)
    connection.execute(delete(key).where(key.c.digest.in_(digests)))
    connection.execute(
        update(row)
        .where(row.c.digest.in_(digests), row.c.erased_at.is_(None))
        .values(sealed=b"", erased_at=now)
    )


def _bound(idx: int, digest: str) -> bytes:
    """What a ciphertext belongs to: it opens in its own row alone."""
    return f"waste-trace-disclosure-v1\n{idx}\n{digest}".encode("ascii")


def _seal(key: bytes, data: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, bound)


def _unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
