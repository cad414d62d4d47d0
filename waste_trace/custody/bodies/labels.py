"""Codes and labels: given out, given out again, put on, made void."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from waste_trace.custody.bodies.fields import (
    Body,
    ContainerCode,
    ContainersBody,
    Count,
    OrgCode,
    Text,
)


class IssueBody(Body):
    """赋码: the issuer gives out signed codes."""

    containers: list[ContainerCode] = Field(min_length=1, max_length=200)
    org: OrgCode
    key_id: Text
    rotation: Count

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        return dict.fromkeys(body["containers"], "subject")


class ReissueBody(IssueBody):
    """补发: a new label, with the next rotation, for one that is lost, damaged or copied."""

    reason: Literal["lost", "damaged", "copied"]


class VoidLabelBody(ContainersBody):
    """作废: codes that were issued and will never be bound to waste."""

    reason: Literal["void", "lost"]


class BindMarkBody(ContainersBody):
    """贴远距标: an AprilTag 36h11 is this container's while it stands in the store."""

    containers: list[ContainerCode] = Field(min_length=1, max_length=1)
    mark: int = Field(ge=0, le=586)
