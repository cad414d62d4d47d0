"""The yearly management plan (危险废物管理计划, HJ 1259-2022 App. A), filed and amended.

Names and telephones of people (法人, 技术负责人) go beside the ledger, as of every event.
"""

from typing import Literal

from pydantic import Field

from waste_trace.custody.bodies.fields import (
    Body,
    KilogramText,
    OrgCode,
    Strict,
    Text,
)


class PlanUnit(Strict):
    """A.1 单位基本信息, without people."""

    name: Text
    registered_address: Text = ""
    site_address: Text = ""
    region: Text = ""
    industry: Text = ""
    longitude: Text = ""
    latitude: Text = ""
    eia_number: Text = ""
    discharge_permit: Text = ""


class PlanProcess(Strict):
    """A.2 设施信息: one production facility."""

    process: Text
    facility: Text
    facility_code: Text = ""
    parameters: Text = ""
    capacity: Text = ""
    products: Text = ""
    materials: Text = ""


class PlanSource(Strict):
    """A.3 危险废物产生情况: one waste of one facility."""

    facility_code: Text = ""
    step: Text = ""
    waste_name: Text
    official_name: Text = ""
    waste_code: Text
    harmful: Text = ""
    form: Text = ""
    hazards: Text = ""
    weight_kg: KilogramText
    own_facility: Text = ""
    store_code: Text = ""


class PlanStore(Strict):
    """A.4 贮存情况: one storage facility."""

    store_code: Text
    kind: Text = ""
    packaging: Text = ""
    remaining_kg: KilogramText = "0"


class PlanTreatment(Strict):
    """A.5 自行利用/处置."""

    facility_kind: Text = ""
    facility_code: Text
    method: Text
    weight_kg: KilogramText


class PlanReduction(Strict):
    """A.6 减量化: what is hoped for, and how."""

    produced_kg: KilogramText
    reduced_kg: KilogramText
    measures: Text = ""


class PlanTransfer(Strict):
    """A.7 转移计划: one waste to one receiver; ``receiver`` where it has a code of ours."""

    scope: Literal["in_province", "cross_province", "abroad"]
    waste_code: Text
    weight_kg: KilogramText
    method: Text = ""
    receiver_kind: Literal["licensed", "exempt", "abroad"] = "licensed"
    receiver: OrgCode | None = None
    receiver_name: Text = ""
    permit: Text = ""


class FilePlanBody(Body):
    """备案管理计划: by 31 March of its year (HJ 1259-2022 4.2; A.1, A.3, A.7 of everybody)."""

    year: int = Field(ge=2020, le=2100)
    level: Literal["key", "simplified", "registered"]
    unit_info: PlanUnit
    processes: list[PlanProcess] = Field(default_factory=list, max_length=200)
    sources: list[PlanSource] = Field(min_length=1, max_length=200)
    stores: list[PlanStore] = Field(default_factory=list, max_length=100)
    own_treatment: list[PlanTreatment] = Field(default_factory=list, max_length=100)
    reduction: PlanReduction | None = None
    transfers: list[PlanTransfer] = Field(default_factory=list, max_length=200)


class AmendPlanBody(FilePlanBody):
    """变更管理计划: the whole plan as it is from now on, and why."""

    reason: Literal["production", "waste", "receiver", "quantity", "other"]
