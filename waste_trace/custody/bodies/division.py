"""Containers into containers (拼装, 分装, 倒装)."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from waste_trace.custody.bodies.fields import (
    ContainerCode,
    ContainersBody,
    ContainerWeight,
    KilogramText,
)


class MergeBody(ContainersBody):
    """拼装: ``containers`` go into the container ``into``."""

    into: ContainerCode
    weight_kg: KilogramText

    @field_validator("into")
    @classmethod
    def _into_another(cls, into: str, known: ValidationInfo) -> str:
        if into in known.data.get("containers", ()):
            raise ValueError("a container cannot be merged into itself")
        return into

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        return {**dict.fromkeys(body["containers"], "input"), body["into"]: "output"}


class DivideBody(ContainersBody):
    """分装 (one container into several) and 倒装 (into new containers): what is in each of them."""

    into: list[ContainerWeight] = Field(min_length=1, max_length=100)

    @field_validator("into")
    @classmethod
    def _into_others(
        cls, into: list[ContainerWeight], known: ValidationInfo
    ) -> list[ContainerWeight]:
        names = [one.container for one in into]
        if len(set(names)) != len(names) or set(names) & set(known.data.get("containers", ())):
            raise ValueError("each new container stands there once, and is none of the old ones")
        return into

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        new = {one["container"]: "output" for one in body["into"]}
        return {**dict.fromkeys(body["containers"], "input"), **new}
