"""The life of a finding (问题整改): what the party says and shows, what the bureau answers.

What somebody says in words may name people, so it never stands in a body: it is a disclosure named
`STATEMENT` beside the ledger, and the body has its digest in ``pii``.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from waste_trace.custody.bodies.fields import Body, Digest, Sha256Text
from waste_trace.ledger.disclosure import MAX_DIGESTS

#: The name of the disclosure that holds what was said.
STATEMENT = "statement"
#: A finding's key in the read tables: rule, subject, entry.
FindingKey = Annotated[
    str, StringConstraints(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class FindingBody(Body):
    """Which finding this is about."""

    finding: FindingKey


class StatedBody(FindingBody):
    """A step that says nothing without its statement: one digest at least."""

    pii: list[Digest] = Field(min_length=1, max_length=MAX_DIGESTS)


class ExplainFindingBody(FindingBody):
    """说明: why the record looks as it does."""

    reason: Literal[
        "recorded_late", "device_failed", "no_network", "operator_mistake", "scale_error",
        "label_damaged", "not_ours", "other",
    ]  # fmt: skip


class RectifyFindingBody(StatedBody):
    """整改: what was done about it, with pictures or documents by their SHA-256."""

    evidence: list[Sha256Text] = Field(min_length=1, max_length=20)


class AcceptExplanationBody(FindingBody):
    """采纳说明: the bureau agrees with the explanation."""


class SendBackBody(StatedBody):
    """退回: the bureau does not agree, and says why; the party has to answer again."""


class CloseFindingBody(FindingBody):
    """办结: nothing more is to be done."""
