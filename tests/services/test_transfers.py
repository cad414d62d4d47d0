"""Plans, licences, contracts and approvals in the ledger, and what they say of manifests."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import (
    BUREAU,
    CARRIER,
    FACTORY,
    PLANT,
    PLATFORM,
    WASTE,
    Cast,
    fill,
    open_manifest,
    person,
    transport,
    weigh_in,
)
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.devices import Clock
from tests.services.lives import drum
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_projection import open_findings, rows
from waste_trace.services.check_transfer import TransferRefused
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_at_manifest import list_manifest_actions, list_manifest_fields
from waste_trace.services.look_up import list_manifests
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.register_party import register_organisation
from waste_trace.services.render_manifest import UnknownManifest, layout_manifest_pages
from waste_trace.store.tables import Finding, Manifest, Permit, Plan, TransferApplication
from waste_trace.store.writing import table_of

#: A plant in another province.
FAR = "91320583MA2LJK5671"
TERM = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
PERMIT = {
    "permit": "3304000001",
    "org": PLANT,
    "kind": "comprehensive",
    "wastes": [{"codes": ["HW08"], "annual_kg": "300.000"}],
    **TERM,
}
CONTRACT = {"contract": "HT-1", "partner": PLANT, "role": "receiver", **TERM}
VEHICLE = {"kind": "vehicle", "org": CARRIER, "subject": "浙F7K21挂", **TERM}
SOURCE = {"waste_name": "废矿物油", "waste_code": WASTE, "weight_kg": "5000"}
MOVE = {"scope": "in_province", "waste_code": WASTE, "weight_kg": "300", "receiver": PLANT}
PLAN = {
    "year": 2026,
    "level": "key",
    "unit_info": {"name": "厂"},
    "sources": [SOURCE],
    "transfers": [MOVE],
}


def say(cast: Cast, org: str, typ: str, body: dict[str, Any]) -> int:
    """Something said at the desk; its index."""
    return record_at_desk(cast.deployment, person(org), typ, body).index


def register(cast: Cast) -> None:
    """Everything that the usual drum needs."""
    say(cast, BUREAU, "register_permit", PERMIT)
    say(cast, FACTORY, "file_plan", PLAN)
    say(cast, FACTORY, "sign_contract", CONTRACT)
    say(cast, BUREAU, "register_qualification", VEHICLE)


def rules(deployment: Deployment) -> set[str]:
    """The rules with open findings."""
    return set(open_findings(deployment))


def test_a_transfer_with_everything_raises_nothing(cast: Cast, clock: Clock) -> None:
    register(cast)
    drum(cast, clock)
    assert rules(cast.deployment) == set()
    (plan,) = rows(cast.deployment, Plan)
    (permit,) = rows(cast.deployment, Permit)
    assert (plan["org"], plan["year"], permit["confirmed"]) == (FACTORY, 2026, True)


def test_the_second_drum_is_over_plan_and_licence(cast: Cast, clock: Clock) -> None:
    """180 kg of 300 are used up by the first."""
    register(cast)
    drum(cast, clock)
    second = drum(cast, clock)
    found = [row for row in rows(cast.deployment, Finding) if row["cleared_idx"] is None]
    assert {(row["rule"], row["subject"], row["org"]) for row in found} == {
        ("quantity_over_plan", second.manifest, FACTORY),
        ("quantity_over_permit", second.manifest, PLANT),
    }
    # A larger plan explains it; the licence stays what it is.
    amended = {**PLAN, "transfers": [{**MOVE, "weight_kg": "500"}], "reason": "quantity"}
    say(cast, FACTORY, "amend_plan", amended)
    assert rules(cast.deployment) == {"quantity_over_permit"}
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_is_registered_later_explains_what_was_missing(cast: Cast, clock: Clock) -> None:
    say(cast, BUREAU, "register_permit", {**PERMIT, "wastes": [
        {"codes": ["HW06"], "annual_kg": "300.000"}]})  # fmt: skip
    told = drum(cast, clock, treated=False)
    assert open_findings(cast.deployment) == {"unlicensed_receiver": told.manifest}
    say(cast, BUREAU, "register_permit", PERMIT)
    assert rules(cast.deployment) == set()
    suspended = {"permit": "3304000001", "valid_from": "2026-11-01", "reason": "suspended"}
    say(cast, BUREAU, "suspend_permit", suspended)
    second = drum(cast, clock)
    assert open_findings(cast.deployment)["closed_receiver"] == second.manifest
    assert the_same_after_a_rebuild(cast.deployment)


def test_nobody_licenses_itself_over_a_bureau(cast: Cast, clock: Clock) -> None:
    say(cast, PLANT, "register_permit", PERMIT)
    (stated,) = rows(cast.deployment, Permit)
    assert not stated["confirmed"]
    say(cast, BUREAU, "register_permit", {**PERMIT, "valid_to": "2026-06-30"})
    say(cast, PLANT, "register_permit", PERMIT)
    (permit,) = rows(cast.deployment, Permit)
    assert (permit["confirmed"], permit["valid_to"]) == (True, "2026-06-30")


def test_a_check_refuses_where_the_bureau_has_set_it(
    opened_database: Database, data_dir: Any, open_deployment: OpenDeployment, clock: Clock
) -> None:
    deployment = open_deployment(
        opened_database, data_dir, transfer_refusals="unlicensed_receiver, several_senders"
    )
    say_to = person(FACTORY)
    cast = Cast(deployment, lambda *_: None)  # type: ignore[arg-type]
    code, number = cast.containers()[0], cast.manifest()
    body = open_manifest(number, [code])
    bureau = person(BUREAU)
    record_at_desk(deployment, bureau, "register_permit", {**PERMIT, "wastes": [
        {"codes": ["HW06"], "annual_kg": "300.000"}]})  # fmt: skip
    with pytest.raises(TransferRefused) as caught:
        record_at_desk(deployment, say_to, "open_manifest", body)
    assert caught.value.facts["checks"] == ["unlicensed_receiver"]
    record_at_desk(deployment, bureau, "register_permit", PERMIT)
    assert record_at_desk(deployment, say_to, "open_manifest", body).index > 0


def crew(kind: str, subject: str, **more: Any) -> dict[str, Any]:
    """A ``register_qualification`` body of a driver or an escort."""
    return {"kind": kind, "org": CARRIER, "subject": subject, **TERM, **more}


CREW_RULES = ("driver_unqualified", "escort_unqualified")


def unqualified(cast: Cast) -> dict[str, str]:
    """The open findings on who drives and escorts, with their manifests."""
    found = open_findings(cast.deployment)
    return {rule: found[rule] for rule in CREW_RULES if rule in found}


def test_who_drives_and_escorts_must_be_qualified_when_it_is_loaded(
    cast: Cast, clock: Clock
) -> None:
    code, number = cast.containers()[0], cast.manifest()
    factory, carrier = cast.device(FACTORY), cast.device(CARRIER)
    factory.tell("fill", fill(code))
    clock.forward(minutes=10)
    say(cast, BUREAU, "register_qualification", crew("driver", "usr_wu"))
    old = {"valid_from": "2025-01-01", "valid_to": "2025-12-31"}
    say(cast, BUREAU, "register_qualification", crew("escort", "usr_he", **old))
    opened = {**open_manifest(number, [code]), "driver": "usr_nobody"}
    factory.tell("open_manifest", opened)
    assert unqualified(cast) == {"driver_unqualified": number}
    clock.forward(minutes=10)
    # Somebody else drives than was planned, and an escort whose qualification has run out.
    carrier.tell("load", transport(number, [code], driver="usr_wu", escort="usr_he"))
    assert unqualified(cast) == {"escort_unqualified": number}
    (manifest,) = rows(cast.deployment, Manifest)
    (part,) = json.loads(manifest["carriers"])
    assert (part["driver"], part["escort"]) == ("usr_wu", "usr_he")
    say(cast, BUREAU, "register_qualification", crew("escort", "usr_he"))
    assert unqualified(cast) == {}
    assert the_same_after_a_rebuild(cast.deployment)


def test_another_carriers_driver_and_a_part_without_one_are_findings(
    cast: Cast, clock: Clock
) -> None:
    code, number = cast.containers()[0], cast.manifest()
    cast.device(FACTORY).tell("fill", fill(code))
    clock.forward(minutes=10)
    say(cast, BUREAU, "register_qualification", crew("driver", "usr_wu", org=PLATFORM))
    cast.device(FACTORY).tell("open_manifest", open_manifest(number, [code]))
    # Nobody is named before it is loaded; that is no finding yet.
    assert unqualified(cast) == {}
    clock.forward(minutes=10)
    cast.device(CARRIER).tell("load", transport(number, [code], driver="usr_wu"))
    (found,) = [row for row in rows(cast.deployment, Finding) if row["rule"] in CREW_RULES]
    assert (found["rule"], found["org"]) == ("driver_unqualified", CARRIER)
    assert PLATFORM in found["zh"]
    second = drum(cast, clock)
    told = [row for row in rows(cast.deployment, Finding) if row["subject"] == second.manifest]
    assert ["未填写驾驶员" in row["zh"] for row in told] == [True]
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_mistyped_driver_is_corrected_and_looked_at_again(cast: Cast, clock: Clock) -> None:
    code, number = cast.containers()[0], cast.manifest()
    cast.device(FACTORY).tell("fill", fill(code))
    clock.forward(minutes=10)
    say(cast, BUREAU, "register_qualification", crew("driver", "usr_wu"))
    cast.device(FACTORY).tell("open_manifest", open_manifest(number, [code]))
    clock.forward(minutes=10)
    load = cast.device(CARRIER).tell("load", transport(number, [code], driver="usr_wo"))
    assert unqualified(cast) == {"driver_unqualified": number}
    wrong = {"corrects": load.index, "field": "driver", "old": "usr_wo", "new": "usr_wu"}
    correction = say(cast, CARRIER, "correct", {**wrong, "reason": "typing"})
    assert unqualified(cast) == {"driver_unqualified": number}
    say(cast, FACTORY, "confirm_correction", {"correction": correction})
    assert unqualified(cast) == {}
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_driver_without_qualification_is_refused_where_the_bureau_has_set_it(
    opened_database: Database, data_dir: Any, open_deployment: OpenDeployment, clock: Clock
) -> None:
    deployment = open_deployment(opened_database, data_dir, transfer_refusals="driver_unqualified")
    cast = Cast(deployment, lambda *_: None)  # type: ignore[arg-type]
    code, number = cast.containers()[0], cast.manifest()
    record_at_desk(deployment, person(BUREAU), "register_qualification", crew("driver", "usr_wu"))
    opened = open_manifest(number, [code])
    record_at_desk(deployment, person(FACTORY), "open_manifest", opened)
    for driver in ({}, {"driver": "usr_nobody"}):
        body = transport(number, [code], **driver)
        with pytest.raises(TransferRefused) as caught:
            record_at_desk(deployment, person(CARRIER), "load", body)
        assert caught.value.facts["checks"] == ["driver_unqualified"]
    body = transport(number, [code], driver="usr_wu")
    assert record_at_desk(deployment, person(CARRIER), "load", body).index > 0


def test_across_provinces_step_by_step(cast: Cast, clock: Clock) -> None:
    register_organisation(cast.deployment, FAR, "昆山处置", ["treatment"], "320583")
    line = {"waste_code": WASTE, "weight_kg": "180.000", "method": "R9"}
    applied = {"receiver": FAR, "lines": [line], **TERM, "permit": "P", "contract": "HT-2"}
    idx = say(cast, FACTORY, "apply_transfer", applied)

    def sent(application: int | None) -> str:
        code, number = cast.containers()[0], cast.manifest()
        clock.forward(minutes=10)
        cast.device(FACTORY).tell("fill", fill(code))
        clock.forward(minutes=10)
        body = {**open_manifest(number, [code]), "receiver": FAR}
        if application is not None:
            body["transfer"] = application
        cast.device(FACTORY).tell("open_manifest", body)
        return number

    early = sent(idx)
    assert open_findings(cast.deployment) == {"no_transfer_approval": early}
    opinion = {"application": idx, "opinion": "agree"}
    decision = {**opinion, "number": "浙环函1", "valid_to": "2028-01-01"}
    say(cast, BUREAU, "decide_transfer", decision)  # out of turn: it waits for the others
    assert rows(cast.deployment, TransferApplication)[0]["status"] == "applied"
    say(cast, BUREAU, "preliminary_opinion", opinion)
    say(cast, BUREAU, "destination_reply", opinion)
    say(cast, BUREAU, "decide_transfer", decision)
    (application,) = rows(cast.deployment, TransferApplication)
    assert (application["status"], application["approved_to"]) == ("approved", "2026-12-31")
    assert rules(cast.deployment) == set()
    second = sent(idx)
    assert open_findings(cast.deployment) == {"quantity_over_approval": second}
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_part_is_refused_taken_back_and_the_rest_closes(cast: Cast, clock: Clock) -> None:
    kept, refused = cast.containers(2)
    number = cast.manifest()
    both = [kept, refused]
    steps: list[tuple[str, str, dict[str, Any]]] = [
        (FACTORY, "fill", fill(kept)),
        (FACTORY, "fill", fill(refused)),
        (FACTORY, "store_in", {"containers": both}),
        (FACTORY, "store_out", {"containers": both}),
        (FACTORY, "open_manifest", open_manifest(number, both, "360.000")),
        (CARRIER, "load", transport(number, both, place="平湖")),
        (CARRIER, "depart", transport(number, both)),
        (CARRIER, "arrive", transport(number, both, place="嘉善")),
        (PLANT, "weigh_in", weigh_in(number, [kept])),
        (PLANT, "weigh_in", weigh_in(number, [refused])),
        (PLANT, "accept_in_part", {"containers": [kept], "refused": [refused], "manifest": number,
                                   "differences": ["property"], "method": "R9"}),
        (CARRIER, "return", transport(number, [refused])),
        (FACTORY, "take_back", {"containers": [refused], "manifest": number}),
        (PLANT, "treat", {"containers": [kept], "method": "R9", "weight_kg": "180.000"}),
    ]  # fmt: skip
    states = []
    for org, typ, body in steps:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
        states += [row["state"] for row in rows(cast.deployment, Manifest)]
    assert states[-4:] == ["accepted_in_part"] * 3 + ["closed"]
    (manifest,) = list_manifests(cast.deployment, person(CARRIER))
    assert [(part["start"], part["end"], part["back"]) for part in manifest["carriers"]] == [
        ("平湖", "嘉善", False), ("", "", True),
    ]  # fmt: skip
    assert manifest["outcomes"][0]["decision"] == "part"
    assert manifest["confirmed_at"] > manifest["arrived_at"]
    assert rules(cast.deployment) == set()
    assert the_same_after_a_rebuild(cast.deployment)


def test_loose_solid_waste_goes_by_the_same_road(cast: Cast, clock: Clock) -> None:
    number = cast.manifest()
    line = {"waste_code": "900-099-S59", "edition": "2024", "waste_name": "废砂",
            "weight_kg": "18000.000", "packages": 0}  # fmt: skip
    opened = {"manifest": number, "kind": "solid", "carrier": CARRIER, "receiver": PLANT,
              "lines": [line]}  # fmt: skip
    loose = {"manifest": number, "vehicle_plate": "浙F7K21挂"}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        (FACTORY, "open_manifest", opened),
        (CARRIER, "load", loose),
        (CARRIER, "arrive", loose),
        (PLANT, "weigh_in", {"manifest": number, "weight_kg": "17000.000"}),
        (PLANT, "accept", {"manifest": number}),
    ]
    for org, typ, body in steps:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    (manifest,) = list_manifests(cast.deployment, person(PLANT))
    assert (manifest["state"], manifest["outcomes"][0]["received_kg"]) == ("accepted", "17000.000")
    assert open_findings(cast.deployment) == {"weight_difference": number}
    assert layout_manifest_pages(cast.deployment, number)[0].title.startswith("一般工业固体废物")
    assert the_same_after_a_rebuild(cast.deployment)


def test_paper_first_and_the_manifest_later(cast: Cast, clock: Clock) -> None:
    code, number = cast.containers()[0], cast.manifest()
    cast.device(FACTORY).tell("fill", fill(code))
    clock.forward(days=3)
    at = cast.deployment.now() - timedelta(days=2)
    paper = {"number": "Z-0007", "handed_over_at": at.isoformat()}
    body = {**open_manifest(number, [code]), "paper": paper}
    record_at_desk(cast.deployment, person(FACTORY), "open_manifest", body, claimed_at=at)
    loaded = {**transport(number, [code]), "paper": paper}
    record_at_desk(
        cast.deployment, person(CARRIER), "load", loaded, claimed_at=at + timedelta(minutes=5)
    )
    (manifest,) = rows(cast.deployment, Manifest)
    assert (manifest["paper_number"], manifest["paper_at"], manifest["opened_at"]) == (
        "Z-0007", at, at,
    )  # fmt: skip
    # Two days late is what paper is for: its own term is ten working days.
    assert "late_event" not in rules(cast.deployment)
    assert the_same_after_a_rebuild(cast.deployment)


def test_one_may_ask_what_to_do_with_a_manifest(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock, treated=False)
    said = list_manifest_actions(cast.deployment, person(PLANT), told.manifest)
    assert [action.typ for action in said if action.expected] == []
    fields = {one.field.name: one for one in
              list_manifest_fields(cast.deployment, person(FACTORY), told.manifest)}  # fmt: skip
    assert not fields["receiver"].open
    with pytest.raises(UnknownManifest):
        list_manifest_actions(cast.deployment, person(FACTORY), "20263304999999")
    stranger = person("91330482MA2BEF34X5")
    with pytest.raises(UnknownManifest):
        list_manifest_fields(cast.deployment, stranger, told.manifest)
    table = table_of(Manifest)
    with cast.deployment.engine.connect() as connection:
        assert connection.execute(select(table.c.state)).scalar() == "accepted"
