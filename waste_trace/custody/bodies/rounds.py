"""From a producer's call to the collector at the door (收集申请, 收集线路, 上门)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from waste_trace.custody.bodies.fields import (
    Body,
    Count,
    DayText,
    EntryIndex,
    KilogramText,
    OrgCode,
    Plate,
    Pseudonym,
    Strict,
    Text,
)

#: A platform's own number of a round: SY, the day, and which of that day.
RoundNumber = Annotated[str, StringConstraints(pattern=r"^SY[0-9]{8}[0-9]{3}$")]
Outcome = Literal["collected", "absent", "nothing", "refused"]
#: Why a collector did not take what was there.
Refusal = Literal["unlabelled", "packaging", "unknown_waste", "not_contracted", "no_room", "other"]


class RequestedWaste(Strict):
    """What waits at the producer's, by their own estimate."""

    waste_code: Text
    weight_kg: KilogramText
    packages: Count = 1


class RequestCollectionBody(Body):
    """收集申请: ``unit`` asks ``platform`` to come, or the platform writes down that it called.

    ``channel``: link is the page behind the QR code at the producer's door, which nobody signs in
    to: whoever stood there asked.
    """

    unit: OrgCode
    platform: OrgCode
    wastes: list[RequestedWaste] = Field(min_length=1, max_length=20)
    before: DayText | None = None
    channel: Literal["console", "phone", "link"]


class CancelRequestBody(Body):
    """撤销申请: the entry ``request`` is not to be served."""

    request: EntryIndex
    reason: Literal["withdrawn", "duplicate", "other"]


class RoundStop(Strict):
    """One door of a round, and the requests that it serves."""

    unit: OrgCode
    requests: list[EntryIndex] = Field(default_factory=list, max_length=20)


class PlanRoundBody(Body):
    """编排线路: doors in the order of the drive. The same number again replaces the plan."""

    round: RoundNumber
    day: DayText
    vehicle_plate: Plate
    driver: Pseudonym | Literal[""] = ""
    stops: list[RoundStop] = Field(min_length=1, max_length=200)

    @field_validator("stops")
    @classmethod
    def _each_door_once(cls, stops: list[RoundStop]) -> list[RoundStop]:
        if len({stop.unit for stop in stops}) != len(stops):
            raise ValueError("a producer stands there twice")
        return stops


class VisitBody(Body):
    """上门: the collector was at the door. Of what was taken, ``collect`` tells.

    ``round``: if it was on one; else the round that the producer is planned on counts.
    """

    unit: OrgCode
    round: RoundNumber | None = None
    outcome: Outcome
    reason: Refusal | None = Field(default=None, validate_default=True)

    @field_validator("reason")
    @classmethod
    def _a_refusal_has_one(cls, reason: str | None, known: ValidationInfo) -> str | None:
        if (known.data.get("outcome") == "refused") != (reason is not None):
            raise ValueError("a refusal has a reason, and nothing else has")
        return reason
