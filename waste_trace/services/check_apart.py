"""The part of checking an event that needs no ledger: form, signature, vocabulary.

It takes most of the time that an event costs, and it needs the event and a public key alone: a
process beside the server's can do it, while the interpreter here belongs to the ledger's writer.
"""

import marshal
import re
import sys
from collections.abc import Sequence
from operator import attrgetter
from typing import IO, Any

from waste_trace.custody.vocabulary import VOCABULARY, parse_body
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.disclosure import Disclosure
from waste_trace.ledger.dsse import Envelope, verify_envelope
from waste_trace.ledger.event import PAYLOAD_TYPE, Event, Seen, payload_hash
from waste_trace.services.event_request import read_request
from waste_trace.value import value

_KEY_ID = re.compile(rb'"keyid"\s*:\s*"([a-z0-9-]{3,48})/([0-9]{1,16})"')
#: An event as plain values: its fields in their order, and those of ``seen`` where that stands.
_HEADER = ("log", "typ", "id", "dev", "ep", "seq", "prev")
_PLAIN = attrgetter(*_HEADER, "seen.n", "seen.root", "t", "off", "act", "org", "site", "body")
#: What goes between the processes: plain values, which cost a third of pickled classes.
Answer = tuple[Any, ...]


@value
class Question:
    """A body, and the key that must have signed it if its text names the right one."""

    body: bytes
    algorithm: str
    public_key: bytes


@value
class Checked:
    """An event whose form is right, and whose signature is of ``public_key``."""

    envelope: Envelope
    event: Event
    payload_hash: bytes
    disclosures: Sequence[Disclosure]
    public_key: bytes


def named_key(body: bytes) -> tuple[str, int] | None:
    """The device and epoch that a body seems to name; whether it does is checked later."""
    found = _KEY_ID.search(body)
    return (found[1].decode(), int(found[2])) if found else None


def check_apart(questions: Sequence[Question]) -> list[Checked | None]:
    """All checks that need no ledger; None for what is not in order: the server finds out why.

    First all are read, then all signatures are verified: the processor does much of the same faster
    than a little of each in turn (measured a fifth).
    """
    read = [_read(question.body) for question in questions]
    return [
        None if found is None else _verified(question, found)
        for question, found in zip(questions, read, strict=True)
    ]


_Read = tuple[Envelope, Event, Sequence[Disclosure]]


def _read(body: bytes) -> _Read | None:
    try:
        envelope, event, disclosures = read_request(body)
        if event.typ in VOCABULARY:
            parse_body(event.typ, event.body)
    except WasteTraceError:
        return None
    return envelope, event, disclosures


def _verified(question: Question, read: _Read) -> Checked | None:
    envelope, event, disclosures = read
    try:
        verify_envelope(envelope, question.algorithm, question.public_key)
    except WasteTraceError:
        return None
    digest = payload_hash(envelope.payload)
    return Checked(envelope, event, digest, disclosures, question.public_key)


def _answer(checked: Checked | None) -> Answer | None:
    if checked is None:
        return None
    event = checked.event
    return (
        (checked.envelope.payload, event.key_id, checked.envelope.signature),
        _PLAIN(event),
        checked.payload_hash,
        [(told.salt, told.name, told.value) for told in checked.disclosures],
    )


def checked_from(question: Question, answer: Answer) -> Checked:
    """What another process has found good."""
    (payload, key_id, signature), told, digest, disclosures = answer
    log, typ, event_id, dev, ep, seq, prev, n, root, *rest = told
    return Checked(
        Envelope(payload, PAYLOAD_TYPE, key_id, signature),
        Event(log, typ, event_id, dev, ep, seq, prev, Seen(n, root), *rest),
        digest,
        [Disclosure(*parts) for parts in disclosures],
        question.public_key,
    )


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """The life of such a process: answer until there is nobody left who asks."""
    while (asked := read_message(questions)) is not None:
        found = check_apart([Question(*question) for question in asked])
        write_message(answers, [_answer(one) for one in found])


def write_message(stream: IO[bytes], message: list[Any]) -> None:
    """Send plain values (tuples, texts, numbers) to the process at the other end."""
    data = marshal.dumps(message)
    stream.write(len(data).to_bytes(8, "big") + data)
    stream.flush()


def read_message(stream: IO[bytes]) -> list[Any] | None:
    """What the other end sent; None if it is gone."""
    length = int.from_bytes(stream.read(8), "big")
    data = stream.read(length)
    if not length or len(data) < length:
        return None
    message: list[Any] = marshal.loads(data)  # noqa: S302 - from a child or parent of ours
    return message


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
