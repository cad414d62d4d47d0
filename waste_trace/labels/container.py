"""The container label (危险废物标签, HJ 1276-2022): what is printed on it, and its checks."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from waste_trace.catalogue.model import Hazard
from waste_trace.codes.digital_id import DigitalId
from waste_trace.codes.waste_code import WasteCode
from waste_trace.labels.errors import LabelError
from waste_trace.labels.sizes import LabelSize, size_for_volume


@dataclass(frozen=True, slots=True)
class ContainerLabel:
    """All fields of one label.

    ``category`` is printed as given (HW08); ``produced_on`` is the day filling started;
    ``weight_kg`` None and empty ``hazards`` (a code that the catalogue does not know) leave room
    for handwriting; ``far_mark_id`` is printed where the fields leave room for it
    (``Layout.far_mark_side`` tells).
    """

    digital_id: DigitalId
    token_text: str
    waste_name: str
    waste_code: WasteCode
    category: str
    form_zh: str
    hazards: tuple[Hazard, ...]
    main_components: str
    harmful_components: str
    precautions: str
    producer: str
    contact: str
    phone: str
    produced_on: date
    weight_kg: Decimal | None
    volume_l: Decimal
    remark: str = ""
    far_mark_id: int | None = None

    @property
    def size(self) -> LabelSize:
        """The size that the container's volume asks for."""
        return size_for_volume(self.volume_l)

    @property
    def weight_text(self) -> str:
        """Kilograms without idle zeros; room to write by hand when not weighed yet."""
        if self.weight_kg is None:
            return "            kg"
        return f"{self.weight_kg.normalize():f} kg"

    def check(self) -> None:
        """Refuse a label that contradicts itself; a label is read by people and by machines."""
        if str(self.digital_id) not in self.token_text:
            raise LabelError(
                "token_text",
                "二维码内容不含本标签的数字识别码。",
                "The QR text does not carry this label's digital id.",
            )
        if self.digital_id.waste != self.waste_code:
            raise LabelError(
                "waste_code",
                f"废物代码{self.waste_code}与数字识别码中的{self.digital_id.waste}不一致。",
                f"Waste code {self.waste_code} is not the {self.digital_id.waste} of the id.",
            )
        if self.digital_id.day != self.produced_on:
            raise LabelError(
                "produced_on",
                f"产生日期{self.produced_on}与数字识别码中的{self.digital_id.day}不一致。",
                f"The date {self.produced_on} is not the {self.digital_id.day} of the id.",
            )
        if self.weight_kg is not None and self.weight_kg <= 0:
            raise LabelError(
                "weight_kg", "废物重量应大于0。", "The weight must be more than nothing."
            )
