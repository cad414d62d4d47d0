"""What each event says beyond its header: one model a shape, quantities as decimal strings.

Fields are those of HJ 1259-2022 App. B (batch codes, facility, method) and of the transfer
manifest (转移管理办法 art. 11 to 18). Unknown fields are refused: what is signed is understood.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from waste_trace.codes import batch_code, digital_id, manifest_number, uscc
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


ContainerCode = Annotated[str, _code(digital_id.parse)]
ManifestNumber = Annotated[str, _code(manifest_number.parse)]
OrgCode = Annotated[str, _code(uscc.parse)]
BatchCode = Annotated[str, _code(batch_code.parse)]
#: Decimal kilograms with at most three decimals, as a string: "182.500".
KilogramText = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?$")]
#: base64url of a SHA-256 in its one spelling.
Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
Sha256Text = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
# No control characters: nobody can type them, and PostgreSQL cannot store NUL.
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Plate = Annotated[str, StringConstraints(max_length=12, pattern=_PRINTABLE)]
Text = Annotated[str, StringConstraints(max_length=200, pattern=_PRINTABLE)]
#: A number of things; bounded, because an event that the database cannot hold never gets in.
Count = Annotated[int, Field(ge=0, le=1_000_000)]


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

    def containers_touched(self) -> tuple[str, ...]:
        """The container codes that this event is about."""
        return ()

    @property
    def kilograms(self) -> Decimal | None:
        """The weight that the event states, if it states one."""
        text: str | None = getattr(self, "weight_kg", None)
        return None if text is None else Decimal(text)


class ProduceBody(Body):
    """产生: a production batch (HJ 1259 B.1).

    ``unit`` names the producing unit where a small-waste platform files for it (HJ 1259 7.1.3).
    """

    batch: BatchCode
    unit: OrgCode | None = None
    waste_code: Text
    edition: Text
    waste_name: Text
    form: Text
    weight_kg: KilogramText
    facility: Text = ""


class ContainersBody(Body):
    """The common shape: these containers, as these labels were read."""

    containers: list[ContainerCode] = Field(min_length=1, max_length=200)
    labels: list[Text] = Field(default_factory=list, max_length=200)

    def containers_touched(self) -> tuple[str, ...]:
        return tuple(self.containers)


class IssueBody(Body):
    """赋码: the issuer gives out signed codes."""

    containers: list[ContainerCode] = Field(min_length=1, max_length=200)
    org: OrgCode
    key_id: Text
    rotation: Count

    def containers_touched(self) -> tuple[str, ...]:
        return tuple(self.containers)


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


class FillBody(ContainersBody):
    """装桶贴标: waste of a batch is in the container and the label is on it."""

    batch: BatchCode
    weight_kg: KilogramText
    volume_l: Count | None = None


class CollectBody(ContainersBody):
    """上门收集: the small-waste platform takes containers over at a producer's door."""

    from_org: OrgCode
    weight_kg: KilogramText


class StoreBody(ContainersBody):
    """入库 and 出库: in and out of the store named in the header's ``site``."""

    place: Text = ""
    weight_kg: KilogramText | None = None


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

    def containers_touched(self) -> tuple[str, ...]:
        return (*self.containers, self.into)


class ManifestLine(Strict):
    """One waste line of a manifest, with the catalogue edition that it was written under."""

    waste_code: Text
    edition: Text
    waste_name: Text
    weight_kg: KilogramText
    packages: Count


class OpenManifestBody(ContainersBody):
    """填写联单: the sender's part of the manifest."""

    manifest: ManifestNumber
    carrier: OrgCode
    receiver: OrgCode
    lines: list[ManifestLine] = Field(min_length=1, max_length=20)
    vehicle_plate: Plate = ""


class TransportBody(ContainersBody):
    """装车, 起运, 运抵: the carrier's part of the manifest."""

    manifest: ManifestNumber
    vehicle_plate: Plate = ""
    weight_kg: KilogramText | None = None
    place: Text = ""


class WeighInBody(ContainersBody):
    """过磅: the receiver weighs the containers together."""

    manifest: ManifestNumber
    weight_kg: KilogramText


class AcceptBody(ContainersBody):
    """接收: the receiver confirms the manifest for these containers."""

    manifest: ManifestNumber
    weight_kg: KilogramText | None = None


class TreatBody(ContainersBody):
    """利用/处置 with the method code (R/D) of the list of methods."""

    method: Text
    weight_kg: KilogramText


class CaptureFrameBody(Body):
    """抓拍: a storage-site camera took this picture."""

    camera: Text
    sha256: Sha256Text
    media_type: Literal["image/png", "image/jpeg"]


class VerifyFrameBody(Body):
    """核验: what the vision service says of a captured picture."""

    camera: Text
    capture: int
    sha256: Sha256Text
    verdict: Literal["verified", "suspect", "unobservable"]
    detail: dict[str, object]


class ManifestNumberBody(Body):
    """联单编号: the ledger's service gave out this number."""

    manifest: ManifestNumber
    org: OrgCode
