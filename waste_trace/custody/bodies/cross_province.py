"""A transfer to another province is approved first (跨省转移, 转移管理办法 art. 21-28)."""

from typing import Literal

from pydantic import Field

from waste_trace.custody.bodies.fields import (
    Body,
    DayText,
    EntryIndex,
    KilogramText,
    OrgCode,
    Sha256Text,
    Strict,
    Text,
)


class TransferLine(Strict):
    """A waste that is to be moved, how much of it in all, and what is done with it there."""

    waste_code: Text
    weight_kg: KilogramText
    method: Text


class ApplyTransferBody(Body):
    """申请跨省转移: with licence, method and contract (art. 22); ``documents`` by SHA-256."""

    receiver: OrgCode
    lines: list[TransferLine] = Field(min_length=1, max_length=20)
    valid_from: DayText
    valid_to: DayText
    permit: Text
    contract: Text
    documents: list[Sha256Text] = Field(default_factory=list, max_length=20)


class OpinionBody(Body):
    """初步意见 and 移入地复函: what a bureau says of the application at entry ``application``."""

    application: EntryIndex
    opinion: Literal["agree", "refuse"]


class DecideTransferBody(OpinionBody):
    """跨省转移审批: by the origin's bureau; valid twelve months at most (art. 26)."""

    number: Text
    valid_to: DayText
