"""The life of a finding (问题整改): what the party says and shows, what the bureau answers.

``statement`` is an organisation's own word and stays for ever: no names, no telephone numbers.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from waste_trace.custody.bodies.fields import Body, Sha256Text

#: A finding's key in the read tables: rule, subject, entry.
FindingKey = Annotated[
    str, StringConstraints(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")
]
Statement = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
NeededStatement = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class FindingBody(Body):
    """Which finding this is about."""

    finding: FindingKey


class ExplainFindingBody(FindingBody):
    """说明: why the record looks as it does."""

    reason: Literal[
        "recorded_late", "device_failed", "no_network", "operator_mistake", "scale_error",
        "label_damaged", "not_ours", "other",
    ]  # fmt: skip
    statement: Statement = ""


class RectifyFindingBody(FindingBody):
    """整改: what was done about it, with pictures or documents by their SHA-256."""

    statement: NeededStatement
    evidence: list[Sha256Text] = Field(min_length=1, max_length=20)


class AcceptExplanationBody(FindingBody):
    """采纳说明: the bureau agrees with the explanation."""

    statement: Statement = ""


class SendBackBody(FindingBody):
    """退回: the bureau does not agree; the party has to answer again."""

    statement: NeededStatement


class CloseFindingBody(FindingBody):
    """办结: nothing more is to be done."""

    statement: Statement = ""
