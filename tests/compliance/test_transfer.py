"""What must hold before waste moves: each check fires on its smallest example, and only there."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.cast import CARRIER, FACTORY, PLANT
from tests.custody.lives import CODE, MANIFEST, OTHER
from waste_trace.compliance.rules import RULES
from waste_trace.compliance.transfer.check import TRANSFER_RULES, check_transfer
from waste_trace.compliance.transfer.facts import (
    APPLICATIONS,
    CARRIERS,
    CONTRACTS,
    DRIVERS,
    ESCORTS,
    PERMITS,
    PLANS,
    VEHICLES,
    ApplicationFact,
    Carried,
    ContractFact,
    Crew,
    Period,
    PermitFact,
    QualificationFact,
    Registers,
    Sent,
    Transfer,
)
from waste_trace.compliance.transfer.province import approval_ends
from waste_trace.custody.manifest_forms import manifest_forms

OIL = "900-214-08"
PLATE = "浙F7K21挂"
YEAR = Period("2026-01-01", "2026-12-31")
TRANSFER = Transfer(
    manifest=MANIFEST,
    sender=FACTORY,
    carriers=(CARRIER,),
    receiver=PLANT,
    plates=(PLATE,),
    day=date(2026, 11, 23),
    lines=(Sent(OIL, Decimal("180"), 1),),
    listed=(CODE,),
    carried=(Carried(CODE, OIL, frozenset({FACTORY})),),
    regions=("330482", "330402"),
    crew=(Crew(DRIVERS, CARRIER, "usr_wu"), Crew(ESCORTS, CARRIER, "usr_he")),
)
PERMIT = PermitFact("3304000001", ((("HW08",), Decimal("1000")),), YEAR)
APPLICATION = ApplicationFact(
    7, FACTORY, PLANT, {OIL: Decimal("1000")}, "2026-01-01", "2026-12-31", "approved"
)
REGISTERS = Registers(
    kept=frozenset({PLANS, PERMITS, CONTRACTS, CARRIERS, VEHICLES, DRIVERS, ESCORTS, APPLICATIONS}),
    planned_kg={OIL: Decimal("1000")},
    permits=(PERMIT,),
    qualifications=(
        QualificationFact(CARRIER, CARRIERS, "运输1", YEAR),
        QualificationFact(CARRIER, VEHICLES, PLATE, YEAR),
        QualificationFact(CARRIER, DRIVERS, "usr_wu", YEAR),
        QualificationFact(CARRIER, ESCORTS, "usr_he", YEAR),
    ),
    contracts=(ContractFact(PLANT, "receiver", ("HW08",), YEAR),),
)


def names(transfer: Transfer, registers: Registers = REGISTERS) -> list[str]:
    """The rules that speak against it."""
    raised = check_transfer(transfer, registers)
    for one in raised:
        assert one.subject == MANIFEST
        assert any("一" <= sign <= "鿿" for sign in one.zh)
        assert one.key.startswith(f"{one.rule.name}:{MANIFEST}")
    return [one.rule.name for one in raised]


def test_nothing_speaks_against_a_transfer_that_has_everything() -> None:
    assert names(TRANSFER) == []


def test_a_register_that_nobody_keeps_says_nothing() -> None:
    assert names(TRANSFER, Registers()) == []
    none = Registers(kept=REGISTERS.kept)
    assert names(TRANSFER, none) == [
        "plan_not_covering", "unlicensed_receiver", "carrier_unqualified", "carrier_unqualified",
        "driver_unqualified", "escort_unqualified", "no_contract",
    ]  # fmt: skip


LAST_YEAR = Period("2025-01-01", "2025-12-31")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"planned_kg": {}}, ["plan_not_covering"]),
        ({"sent_kg": {OIL: Decimal("820")}}, []),
        ({"sent_kg": {OIL: Decimal("820.001")}}, ["quantity_over_plan"]),
        ({"permits": (replace(PERMIT, groups=((("HW06",), Decimal("9")),)),)},
         ["unlicensed_receiver"]),
        ({"permits": (replace(PERMIT, groups=(((OIL,), Decimal("180")),)),)}, []),
        ({"permits": (replace(PERMIT, valid=LAST_YEAR),)}, ["expired_permit"]),
        ({"permits": (replace(PERMIT, valid=Period("2026-11-23", "2026-11-23")),)}, []),
        ({"permits": (replace(PERMIT, suspended=Period("2026-11-01", "9999-12-31")),)},
         ["closed_receiver"]),
        ({"permits": (replace(PERMIT, suspended=Period("2026-11-24", "9999-12-31")),)}, []),
        ({"received_kg": {"900-249-08": Decimal("820")}}, []),
        ({"received_kg": {"900-249-08": Decimal("820.001")}}, ["quantity_over_permit"]),
        ({"received_kg": {"900-041-49": Decimal("9000")}}, []),
        ({"qualifications": (REGISTERS.qualifications[0], *REGISTERS.qualifications[2:])},
         ["carrier_unqualified"]),
        ({"qualifications": REGISTERS.qualifications[1:]}, ["carrier_unqualified"]),
        ({"contracts": (ContractFact(PLANT, "receiver", (), YEAR),)}, []),
        ({"contracts": (ContractFact(PLANT, "carrier", (), YEAR),)}, ["no_contract"]),
        ({"contracts": (ContractFact(PLANT, "receiver", ("HW06",), YEAR),)}, ["no_contract"]),
        ({"contracts": (ContractFact(PLANT, "receiver", (), LAST_YEAR),)}, ["no_contract"]),
    ],
)  # fmt: skip
def test_what_the_registers_lack(changed: dict[str, Any], expected: list[str]) -> None:
    assert names(TRANSFER, replace(REGISTERS, **changed)) == expected


def crewed(kind: str, *facts: QualificationFact) -> Registers:
    """The registers with these qualifications instead of the driver's or the escort's."""
    others = tuple(one for one in REGISTERS.qualifications if one.kind != kind)
    return replace(REGISTERS, qualifications=(*others, *facts))


@pytest.mark.parametrize(
    ("kind", "person", "rule"),
    [(DRIVERS, "usr_wu", "driver_unqualified"), (ESCORTS, "usr_he", "escort_unqualified")],
)
def test_who_drives_and_escorts_is_qualified_with_the_carrier_on_that_day(
    kind: str, person: str, rule: str
) -> None:
    def told(*facts: QualificationFact) -> str:
        (raised,) = check_transfer(TRANSFER, crewed(kind, *facts))
        assert (raised.rule.name, raised.org) == (rule, CARRIER)
        assert RULES[rule] is raised.rule
        return raised.zh

    assert "未登记" in told()
    assert "未登记" in told(QualificationFact(CARRIER, kind, "usr_other", YEAR))
    assert f"有效期为 {LAST_YEAR.first}/{LAST_YEAR.last}" in told(
        QualificationFact(CARRIER, kind, person, LAST_YEAR)
    )
    assert f"登记在 {PLANT}" in told(QualificationFact(PLANT, kind, person, YEAR))
    other_kind = ESCORTS if kind == DRIVERS else DRIVERS
    assert names(TRANSFER, crewed(kind, QualificationFact(CARRIER, other_kind, person, YEAR))) == [
        rule
    ]
    # One that has run out beside one that is valid, or one with a former carrier, is no matter.
    valid = QualificationFact(CARRIER, kind, person, YEAR)
    for beside in (replace(valid, valid=LAST_YEAR), replace(valid, org=PLANT)):
        assert names(TRANSFER, crewed(kind, beside, valid)) == []


def test_a_loaded_part_that_names_nobody_is_told_where_such_a_register_is_kept() -> None:
    unnamed = replace(TRANSFER, crew=(Crew(DRIVERS, CARRIER, ""), Crew(ESCORTS, CARRIER, "")))
    assert names(unnamed) == ["driver_unqualified", "escort_unqualified"]
    kept = REGISTERS.kept - {ESCORTS}
    assert names(unnamed, replace(REGISTERS, kept=kept)) == ["driver_unqualified"]
    assert names(replace(unnamed, kind="solid"), REGISTERS)[:1] == ["wrong_form"]
    assert "driver_unqualified" not in names(replace(unnamed, kind="solid"))


def carried(container: str = CODE, code: str = OIL, holder: str = FACTORY) -> Carried:
    """A container of the transfer."""
    return Carried(container, code, frozenset({holder}))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"carried": (carried(), carried(OTHER))}, ["label_differs_from_manifest"]),
        ({"carried": (carried(code="900-041-49"),)}, ["label_differs_from_manifest"]),
        ({"lines": (Sent(OIL, Decimal("180"), 2),)}, ["label_differs_from_manifest"]),
        ({"carried": (carried(holder=PLANT),)}, ["several_senders"]),
        ({"carried": (Carried(CODE, OIL, frozenset({PLANT, FACTORY})),)}, []),
    ],
)
def test_what_the_labels_say_otherwise(changed: dict[str, Any], expected: list[str]) -> None:
    assert names(replace(TRANSFER, **changed)) == expected


def test_a_row_of_the_exemption_list_stands_for_a_licence() -> None:
    """Row 8: oil drums of iron (900-249-08) whose use is freed at the stage 利用."""
    drums = Sent("900-249-08", Decimal("180"), 1)
    transfer = replace(TRANSFER, lines=(drums,), carried=(carried(code="900-249-08"),))
    registers = replace(REGISTERS, permits=(), planned_kg={"900-249-08": Decimal("180")})
    assert names(transfer, registers) == ["unlicensed_receiver"]
    freed = replace(transfer, lines=(replace(drums, exemption=8),))
    assert names(freed, registers) == []
    wrong = replace(transfer, lines=(replace(drums, exemption=9),))
    assert names(wrong, registers) == ["unlicensed_receiver"]


FAR = replace(TRANSFER, regions=("330482", "320583"), application=7)


@pytest.mark.parametrize(
    ("application", "expected"),
    [
        (APPLICATION, []),
        (None, ["no_transfer_approval"]),
        (replace(APPLICATION, status="agreed", approved_to=""), ["no_transfer_approval"]),
        (replace(APPLICATION, receiver=CARRIER), ["no_transfer_approval"]),
        (replace(APPLICATION, approved_to="2026-11-22"), ["no_transfer_approval"]),
        (replace(APPLICATION, valid_from="2026-11-24"), ["no_transfer_approval"]),
        (replace(APPLICATION, kilograms={"900-041-49": Decimal(9)}), ["no_transfer_approval"]),
        (replace(APPLICATION, kilograms={OIL: Decimal("179.999")}), ["quantity_over_approval"]),
    ],
)
def test_another_province_wants_an_approval(
    application: ApplicationFact | None, expected: list[str]
) -> None:
    assert names(FAR, replace(REGISTERS, application=application)) == expected
    assert names(TRANSFER, replace(REGISTERS, application=application)) == []


def test_an_approval_ends_with_whatever_ends_first() -> None:
    day = date(2026, 3, 1)
    assert approval_ends(day, "2028-01-01", "2028-01-01", "") == "2027-02-28"
    assert approval_ends(day, "2026-12-31", "2028-01-01", "2027-01-01") == "2026-12-31"
    assert approval_ends(day, "2028-01-01", "2026-06-30", "2027-01-01") == "2026-06-30"
    assert approval_ends(day, "2028-01-01", "2028-01-01", "2026-04-01") == "2026-04-01"
    assert approval_ends(date(2028, 2, 29), "2030-01-01", "2030-01-01", "") == "2029-02-28"


def test_a_solid_waste_manifest_asks_for_no_licence_of_hazardous_waste() -> None:
    sand = Sent("900-099-S59", Decimal("18000"), 0)
    solid = replace(TRANSFER, kind="solid", lines=(sand,), listed=(), carried=())
    assert names(solid, Registers(kept=REGISTERS.kept)) == ["no_contract"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"kind": "solid"}, ["wrong_form"]),  # hazardous waste sent as if it were none
        ({"kind": "medical"}, ["wrong_form"]),
        ({"lines": (Sent("900-099-S59", Decimal(1), 1),)},
         ["label_differs_from_manifest", "wrong_form"]),
        ({"listed": (), "carried": ()}, ["wrong_form"]),
    ],
)  # fmt: skip
def test_waste_on_the_wrong_form(changed: dict[str, Any], expected: list[str]) -> None:
    assert names(replace(TRANSFER, **changed), Registers()) == expected


def test_forms_are_data_with_a_source() -> None:
    forms = manifest_forms()
    assert forms["medical"].takes("841-001-01")
    assert not forms["medical"].takes(OIL)
    assert not forms["solid"].takes("nonsense")
    for form in forms.values():
        assert form.source
        assert form.certainty in ("P", "2", "1", "M", "?")


def test_every_check_is_a_rule_with_a_clause() -> None:
    for rule in TRANSFER_RULES:
        assert RULES[rule.name] is rule
        assert rule.clause
