"""Small producers (小微产废单位): what waste they have, whom to call, who collects it."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from waste_trace.custody.bodies.fields import Body, Count, DayText, KilogramText, OrgCode, Text


class RegisterStreamBody(Body):
    """废物登记: a waste that a unit has, and how much of it is expected in a year."""

    unit: OrgCode
    waste_code: Text
    edition: Text
    waste_name: Text
    form: Text
    hazards: Text = ""
    forecast_kg: KilogramText


class RegisterContactBody(Body):
    """联系方式登记: name, telephone and address are personal data; the leaf has their digests."""

    unit: OrgCode


class SignClientBody(Body):
    """收集签约: the platform that says it collects from ``unit``, from ``since`` to ``until``.

    ``waste_codes``: what is agreed on; empty: whatever the unit has registered. ``interval_days``:
    the agreed longest time between two visits.
    """

    unit: OrgCode
    contract: Text
    since: DayText
    until: DayText
    waste_codes: list[Text] = Field(default_factory=list, max_length=50)
    interval_days: Count | None = None

    @field_validator("until")
    @classmethod
    def _not_before_it_begins(cls, until: str, known: ValidationInfo) -> str:
        if until < known.data.get("since", until):
            raise ValueError("a contract does not end before it begins")
        return until


class EndClientBody(Body):
    """解除签约: the platform no longer collects from ``unit``."""

    unit: OrgCode
    reason: Literal["expired", "moved", "closed", "other"]
