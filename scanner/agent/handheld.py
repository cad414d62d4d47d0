"""A device that signs: it makes events, chains them and queues them, with or without a network."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from scanner.agent.device_keys import DeviceKeys
from scanner.agent.notebook import Notebook
from waste_trace.codes.errors import WithdrawnLabel
from waste_trace.codes.label_token import LabelToken, verify, withdrawal_digest
from waste_trace.codes.label_token import parse as parse_token
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.disclosure import FIELD, SALT_BYTES, make_disclosure
from waste_trace.ledger.dsse import envelope_bytes, parse_envelope, sign_envelope
from waste_trace.ledger.encoding import b64, b64url, decode_b64, decode_b64url
from waste_trace.ledger.event import (
    PAYLOAD_TYPE,
    Event,
    Seen,
    build_payload,
    new_event_id,
    parse_event,
    payload_hash,
)
from waste_trace.ledger.keys import Algorithm

ROTATE = "key.rotate"


class RotationPending(WasteTraceError):
    """The device has signed its key's last event and waits for the receipt."""

    code: ClassVar[str] = "rotation-pending"
    default_do_zh = "请联网同步一次，收到回执后即可继续登记。"
    default_do_en = "Connect and sync once; with the receipt the device goes on recording."


class Handheld:
    """One enrolled (or not yet enrolled) device.

    Args:
        folder: where its key and its notebook stand.
        passphrase: encrypts the key at rest.
        algorithm: "ed25519", or "p256" as browsers without Ed25519 use.
    """

    def __init__(self, folder: Path, passphrase: str, algorithm: Algorithm = "ed25519") -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._keys = DeviceKeys(folder, passphrase)
        self.notebook = Notebook(folder / "notebook.db")
        self.key = self._keys.load(int(self.identity.get("ep", 0)), algorithm)

    @property
    def identity(self) -> Mapping[str, Any]:
        """What enrolment answered: dev, org, act, site, origin, keys; empty before it."""
        return self.notebook.recall("identity") or {}

    def read_label(self, text: str) -> LabelToken:
        """A scanned label, if it is genuine as far as this device knows; no network needed.

        Raises:
            InvalidCode, ForgedLabel, UnknownIssuer, WithdrawnLabel
        """
        issuers = {name: decode_b64(key) for name, key in self.identity["issuers"].items()}
        token = parse_token(text)
        verify(token, issuers)
        container, rotation = str(token.digital_id), token.rotation
        if self.notebook.is_withdrawn(withdrawal_digest(container, rotation)):
            raise WithdrawnLabel(
                f"容器 {container} 的第 {rotation} 版标签已失效。",
                f"Label {rotation} of container {container} has been withdrawn.",
                container=container,
                rotation=rotation,
            )
        return token

    def record(
        self,
        typ: str,
        body: Mapping[str, Any],
        *,
        at: datetime | None = None,
        offline: bool = False,
        site: str | None = None,
        personal: Mapping[str, str] | None = None,
    ) -> int:
        """Sign an event and queue it; the number of the record on this device, from 0.

        Args:
            typ: the verb. body: its content, JSON-ready, quantities as decimal strings.
            at: claimed time, aware; the present by default.
            offline: the device had no network when this happened.
            site: where, if not at the site that the device is enrolled for.
            personal: names and values of personal data ("driver_name": ...). Their salted digests
                are signed; they themselves wait in the notebook and go beside the event.

        Raises:
            MalformedDisclosure: a name or value that cannot be disclosed; nothing is recorded.
            RotationPending: the key's last event is signed and waits for its receipt.
        """
        disclosures = [
            make_disclosure(name, value, os.urandom(SALT_BYTES))
            for name, value in (personal or {}).items()
        ]
        said = dict(body)
        if disclosures:
            # In the order of the digests, which says nothing about the names.
            said[FIELD] = sorted(disclosure.digest for disclosure in disclosures)
        identity = self.identity
        chain = self._chain()
        seen = self.notebook.recall("seen") or {"n": 0, "root": ""}
        claimed = (at or datetime.now(UTC)).astimezone(UTC)
        event = Event(
            log=identity["origin"],
            typ=typ,
            id=new_event_id(int(claimed.timestamp() * 1000), os.urandom(10)),
            dev=identity["dev"],
            ep=identity["ep"],
            seq=chain["next"],
            prev=decode_b64url(chain["prev"]),
            seen=Seen(seen["n"], decode_b64(seen["root"])),
            t=claimed.strftime("%Y-%m-%dT%H:%M:%S.") + f"{claimed.microsecond // 1000:03d}Z",
            off=offline,
            act=identity["act"],
            org=identity["org"],
            site=identity["site"] if site is None else site,
            body=said,
        )
        payload = build_payload(event)
        envelope = envelope_bytes(sign_envelope(payload, PAYLOAD_TYPE, event.key_id, self.key))
        texts = [disclosure.text for disclosure in disclosures]
        moved = {"next": event.seq + 1, "prev": b64url(payload_hash(payload))}
        if typ == ROTATE:
            moved["rotating"] = True
        return self.notebook.add(envelope, moved, texts)

    def rotate(self, algorithm: Algorithm = "ed25519", *, at: datetime | None = None) -> int:
        """Name the next key with the old one, as its last event; the record's number.

        The device signs with the new key once `sync` has the receipt, and nothing until then: an
        event after the rotation would be refused. Where the ledger refuses the rotation, the old
        key stays. Rotate where there is a network.
        """
        chain, epoch = self._chain(), int(self.identity["ep"]) + 1
        key = self._keys.load(epoch, algorithm)
        body = {
            "ep": epoch,
            "alg": key.algorithm,
            "pub": b64(key.public_key),
            "last_seq": chain["next"] - 1,
            "last_hash": chain["prev"],
        }
        return self.record(ROTATE, body, at=at)

    def consequences(self, envelope: bytes, *, received: bool) -> dict[str, Any]:
        """What the device remembers from then on if this record was received, or refused."""
        event = parse_event(parse_envelope(envelope).payload)
        if event.typ != ROTATE:
            return {}
        if received:
            chain: dict[str, Any] = {"next": 0, "prev": ""}
            return {"identity": {**self.identity, "ep": event.body["ep"]}, "chain": chain}
        known = self.notebook.recall("chain")
        return {"chain": {"next": known["next"], "prev": known["prev"]}}

    def use_current_key(self) -> None:
        """Sign with the key of the epoch that the device is in; older ones are forgotten."""
        epoch = int(self.identity["ep"])
        self.key = self._keys.load(epoch, self.key.algorithm)
        self._keys.forget_before(epoch)

    def _chain(self) -> dict[str, Any]:
        chain: dict[str, Any] = self.notebook.recall("chain") or {"next": 0, "prev": ""}
        if chain.get("rotating"):
            raise RotationPending("正在更换密钥，尚未收到回执。", "The key is being replaced.")
        return chain

    def close(self) -> None:
        """Let go of the notebook."""
        self.notebook.close()
