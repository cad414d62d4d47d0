"""Field types that event bodies share: codes that their schemes accept, weights, bounded texts."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from waste_trace.codes import batch_code, digital_id, manifest_number, uscc, waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.ledger.disclosure import MAX_DIGESTS


def _code(parse: Callable[[str], object]) -> AfterValidator:
    """A text that its scheme accepts; the scheme's own words say what is wrong with it."""

    def check(text: str) -> str:
        try:
            parse(text)
        except InvalidCode as error:
            raise ValueError(str(error)) from error
        return text

    return AfterValidator(check)


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("a day is written as 2026-11-25")
    return text


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError("a moment has a time zone: 2026-11-25T16:30:00+08:00")
    return text


def _waste_code(text: str) -> str:
    if str(waste_code.parse(text)) != text:
        raise ValueError("a waste code is written with its hyphens: 900-099-S59")
    return text


ContainerCode = Annotated[str, _code(digital_id.parse)]
ManifestNumber = Annotated[str, _code(manifest_number.parse)]
OrgCode = Annotated[str, _code(uscc.parse)]
BatchCode = Annotated[str, _code(batch_code.parse)]
#: A code of either catalogue in its one spelling, by which the books add up: "900-099-S59".
WasteCodeText = Annotated[str, _code(_waste_code)]
#: Decimal kilograms with at most three decimals, as a string: "182.500".
KilogramText = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?$")]
#: base64url of a SHA-256 in its one spelling.
Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
Sha256Text = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# No control characters: nobody can type them, and PostgreSQL cannot store NUL.
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Plate = Annotated[str, StringConstraints(max_length=12, pattern=_PRINTABLE)]
Text = Annotated[str, StringConstraints(max_length=200, pattern=_PRINTABLE)]
#: A person as the ledger knows one ("usr_driver01"): letters that nobody's name is written with.
Pseudonym = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
#: A number of things; bounded, because an event that the database cannot hold never gets in.
Count = Annotated[int, Field(ge=0, le=1_000_000)]
#: A Gregorian day, Asia/Shanghai: "2026-11-25".
DayText = Annotated[str, AfterValidator(_day)]
#: A moment with its time zone, ISO 8601: "2026-11-25T16:30:00+08:00".
MomentText = Annotated[str, StringConstraints(max_length=40), AfterValidator(_moment)]
#: Decimal degrees, WGS 84, at most six decimals.
DegreesText = Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]{0,2})(\.[0-9]{1,6})?$")]
#: Where an entry stands in the ledger.
EntryIndex = Annotated[int, Field(ge=0, le=2**53 - 1)]


class Strict(BaseModel):
    """Nothing unknown, nothing coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Body(Strict):
    """The root of what an event may say.

    ``pii``: salted digests of personal data (driver, handler, contact, notes), which itself never
    enters the ledger; see `waste_trace.ledger.disclosure`.
    """

    pii: list[Digest] = Field(default_factory=list, max_length=MAX_DIGESTS)

    @field_validator("pii")
    @classmethod
    def _each_once(cls, pii: list[str]) -> list[str]:
        if len(set(pii)) != len(pii):
            raise ValueError("a digest stands there twice")
        return pii

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        """The containers that an event with this body is about, each with its part in it.

        Args:
            body: one that was valid when it was logged. It is not parsed again: this is asked each
                time that a container is folded.
        """
        return {}

    @property
    def kilograms(self) -> Decimal | None:
        """The weight that the event states, if it states one."""
        text: str | None = getattr(self, "weight_kg", None)
        return None if text is None else Decimal(text)


class ContainerWeight(Strict):
    """What one of several containers weighs."""

    container: ContainerCode
    weight_kg: KilogramText


class Paper(Strict):
    """The paper manifest (纸质联单) that a part was signed on first; it is entered later (补录).

    转移管理办法 art. 20: within ten working days after the transfer. ``handed_over_at``: when the
    waste changed hands, as the paper says.
    """

    number: Text
    handed_over_at: MomentText


class ContainersBody(Body):
    """The common shape: these containers, as these labels were read.

    ``weights``: of each container alone, where several are told of together and were weighed one
    by one.
    """

    containers: list[ContainerCode] = Field(min_length=1, max_length=200)
    labels: list[Text] = Field(default_factory=list, max_length=200)
    weights: list[ContainerWeight] = Field(default_factory=list, max_length=200)

    @field_validator("weights")
    @classmethod
    def _weights_of_these(
        cls, weights: list[ContainerWeight], known: ValidationInfo
    ) -> list[ContainerWeight]:
        weighed = [one.container for one in weights]
        if len(set(weighed)) != len(weighed) or not set(weighed) <= set(
            known.data.get("containers", ())
        ):
            raise ValueError("each weight is of one of the containers, once")
        return weights

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        return dict.fromkeys(body.get("containers", ()), "subject")


class ManifestBody(ContainersBody):
    """The common shape on a manifest; no containers: loose waste (散装), where its form allows."""

    containers: list[ContainerCode] = Field(default_factory=list, max_length=200)
    manifest: ManifestNumber
