"""Loose waste (散装) from heap to heap: books, certificate, findings, tables."""

import random
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cast import CARRIER, FACTORY, PLANT, SITES, Cast, person, transport
from tests.devices import Clock
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_mass_balance import (
    NOVEMBER,
    bundle,
    certificate,
    figures,
    in_order,
    keep_books,
)
from tests.services.test_projection import open_findings, rows
from tests.services.test_reports import rows_of
from waste_trace.compliance.mass_balance import MASS_BALANCE_GAP
from waste_trace.compliance.stock_difference import STOCK_DIFFERENCE
from waste_trace.reports.check_certificate import PROVEN, check_certificate
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_at_manifest import list_manifest_actions
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.reports.asked import Asked
from waste_trace.services.reports.make import make_report
from waste_trace.services.reports.reading import reading
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.store.tables import EventIndex, Manifest, MovementRow

SLAG, SLUDGE = "900-099-S03", "900-099-S07"


def heap(weight_kg: str, code: str = SLAG, **more: Any) -> dict[str, Any]:
    """The body of an event on a heap."""
    return {"waste_code": code, "waste_name": "炉渣", "weight_kg": weight_kg, **more}


def sheet(number: str, *weights: tuple[str, str], **more: Any) -> dict[str, Any]:
    """An ``open_manifest`` body of loose waste."""
    lines = [
        {"waste_code": code, "edition": "2024", "waste_name": "渣", "weight_kg": weight_kg,
         "packages": 0}
        for code, weight_kg in weights
    ]  # fmt: skip
    return {"manifest": number, "kind": "solid", "carrier": CARRIER, "receiver": PLANT,
            "lines": lines, "method": "R5", **more}  # fmt: skip


def tell(cast: Cast, clock: Clock, org: str, typ: str, body: dict[str, Any]) -> int:
    clock.forward(minutes=10)
    return cast.device(org).tell(typ, body).index


def send(cast: Cast, clock: Clock, *weights: tuple[str, str], loaded_kg: str = "") -> str:
    """A lorry takes the lines to the plant; the number of its manifest."""
    number = cast.manifest()
    tell(cast, clock, FACTORY, "open_manifest", sheet(number, *weights))
    on_board = transport(number, [], **({"weight_kg": loaded_kg} if loaded_kg else {}))
    tell(cast, clock, CARRIER, "load", on_board)
    for verb in ("depart", "arrive"):
        tell(cast, clock, CARRIER, verb, transport(number, []))
    return number


def month(cast: Cast, clock: Clock) -> None:
    """Produced, stored, sent off, received 50 kg short, used, and counted 20 kg short."""
    tell(cast, clock, FACTORY, "open_bulk", heap("500"))
    tell(cast, clock, FACTORY, "produce_bulk", heap("12000", facility="MF0001"))
    number = send(cast, clock, (SLAG, "9000"), loaded_kg="9100.000")
    tell(cast, clock, PLANT, "weigh_in", {"manifest": number, "weight_kg": "9050"})
    tell(cast, clock, PLANT, "accept", {"manifest": number, "method": "R5"})
    tell(cast, clock, PLANT, "treat_bulk", heap("9000", method="R5"))
    tell(cast, clock, FACTORY, "treat_bulk", heap("400", method="D1", facility="TS001"))
    tell(cast, clock, FACTORY, "take_stock", heap("2980"))


def test_a_month_of_a_heap_closes_on_every_account(
    deployment: Deployment, cast: Cast, clock: Clock, tmp_path: Path
) -> None:
    month(cast, clock)
    kilograms = {
        FACTORY: {"opening": 0, "produced": 12000, "dispatched": 9100, "treated": 400, "loss": 20,
                  "closing": 2980},
        CARRIER: {"received": 9100, "dispatched": 9050, "loss": 50, "closing": 0},
        PLANT: {"received": 9050, "treated": 9000, "closing": 50},
    }  # fmt: skip
    for org, expected in kilograms.items():
        value = certificate(deployment, org)
        found = figures(value)
        if org == FACTORY:
            assert found.pop("opening") == 500
            expected.pop("opening")
        assert found == expected, org
        stock = [{"container": "loose", "weight_kg": str(found["closing"])}]
        assert value["lines"][0]["stock"] == (stock if found["closing"] else [])
        assert value["lines"][0]["unassigned_kg"] == "0.000"
    assert not set(open_findings(deployment)) & {MASS_BALANCE_GAP.name, STOCK_DIFFERENCE.name}
    folder = bundle(deployment, tmp_path / "bundle")
    for org in kilograms:
        assert check_certificate(certificate(deployment, org), folder).exit_code == PROVEN
    the_same_after_a_rebuild(deployment)


def test_every_table_of_the_month_is_filled(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    month(cast, clock)

    def table(number: int) -> dict[str, Any]:
        asked = Asked(FACTORY, None, NOVEMBER)
        (row,) = rows_of(make_report(deployment, person(FACTORY), f"solid-{number}", asked))
        return dict(row)

    listed, flow, load = table(1), table(2), table(3)
    assert (listed["code"], listed["name"], listed["produced"]) == (SLAG, "炉渣", Decimal(12))
    assert (flow["produced"], flow["stock"]) == (Decimal(12), Decimal("2.98"))
    assert flow["others_use_quantity"] == Decimal("9.1")
    assert flow["own_disposal"] == Decimal("0.4")
    assert (load["tonnes"], load["vehicle"], load["way"]) == (Decimal("9.1"), "浙F7K21挂", "公路")
    assert (load["receiver"], load["reach"]) == (f"单位 {PLANT[-4:]}", "省内")
    assert load["carrier"] == f"单位 {CARRIER[-4:]}"
    produced, stored, disposed = table(4), table(5), table(7)
    assert (produced["facility"], produced["tonnes"]) == ("MF0001", Decimal(12))
    assert (stored["facility"], stored["tonnes"]) == (SITES[FACTORY], Decimal(12))
    assert (disposed["facility"], disposed["tonnes"]) == ("TS001", Decimal("0.4"))
    asked = Asked(PLANT, None, NOVEMBER)
    (used,) = rows_of(make_report(deployment, person(PLANT), "solid-6", asked))
    assert used["tonnes"] == Decimal(9)
    for name in ("hj1259-b1", "hj1259-b2", "hj1259-b4", "hj1259-b5"):
        form = make_report(deployment, person(FACTORY), name, Asked(FACTORY, None, NOVEMBER))
        assert not rows_of(form), name


def test_indicators_keep_solid_and_hazardous_waste_apart(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    month(cast, clock)
    tell(cast, clock, FACTORY, "produce_bulk", heap("300", "900-249-08"))
    bureau = person("11330482002512341H")
    asked = Asked(bureau.org, None, NOVEMBER)
    added = {"industrial_added_value": Decimal(1)}
    form = make_report(deployment, bureau, "indicators", asked, added)
    values = {str(row["indicator"]): row["value"] for row in rows_of(form)}
    assert values["一般工业固体废物产生强度"] == Decimal(12)
    assert values["工业危险废物产生强度"] == Decimal("0.3")


def test_lines_are_decided_one_by_one_and_what_is_refused_goes_back(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    for code in (SLAG, SLUDGE):
        tell(cast, clock, FACTORY, "produce_bulk", heap("1000", code))
    number = send(cast, clock, (SLAG, "600"), (SLUDGE, "500"))
    by_line = [
        {"line": 1, "decision": "part", "weight_kg": "400"},
        {"line": 2, "decision": "accept", "weight_kg": "490"},
    ]
    decided = {"manifest": number, "by_line": by_line, "differences": ["quantity"]}
    tell(cast, clock, PLANT, "accept_with_difference", decided)
    assert stock(deployment) == {
        (FACTORY, SLAG): 400, (FACTORY, SLUDGE): 500, (PLANT, SLAG): 600, (PLANT, SLUDGE): 490,
    }  # fmt: skip
    assert state(deployment) == "accepted_in_part"
    assert expected(deployment, CARRIER, number) == {"return"}
    tell(cast, clock, CARRIER, "return", transport(number, []))
    assert stock(deployment)[CARRIER, SLAG] == 200
    assert expected(deployment, FACTORY, number) == {"take_back"}
    tell(cast, clock, FACTORY, "take_back", {"manifest": number})
    assert stock(deployment) == {
        (FACTORY, SLAG): 600, (FACTORY, SLUDGE): 500, (PLANT, SLAG): 400, (PLANT, SLUDGE): 490,
    }  # fmt: skip
    assert not expected(deployment, FACTORY, number) | expected(deployment, CARRIER, number)
    the_same_after_a_rebuild(deployment)


def state(deployment: Deployment) -> str:
    (row,) = rows(deployment, Manifest)
    return str(row["state"])


def expected(deployment: Deployment, org: str, number: str) -> set[str]:
    """What an organisation may do with the manifest now."""
    found = list_manifest_actions(deployment, person(org), number)
    return {action.typ for action in found if action.expected}


def test_a_load_on_which_containers_turn_up_is_theirs(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    number = send(cast, clock, ("900-214-08", "180"))
    assert stock(deployment) == {(FACTORY, "900-214-08"): -180, (CARRIER, "900-214-08"): 180}
    (code,) = cast.containers()
    tell(cast, clock, CARRIER, "arrive", transport(number, [code]))
    assert stock(deployment) == {}
    the_same_after_a_rebuild(deployment)


def stock(deployment: Deployment) -> dict[tuple[str, str], Decimal]:
    """What each organisation has of each waste, where that is not nothing."""
    found: dict[tuple[str, str], Decimal] = {}
    for row in rows(deployment, MovementRow):
        key = (row["org"], row["waste_code"])
        found[key] = found.get(key, Decimal(0)) + row["weight_kg"]
    return {key: weight_kg for key, weight_kg in found.items() if weight_kg}


def test_a_late_event_and_a_correction_change_what_a_stocktake_found(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    index = tell(cast, clock, FACTORY, "produce_bulk", heap("1000"))
    clock.forward(hours=2)
    tell(cast, clock, FACTORY, "take_stock", heap("800"))
    assert STOCK_DIFFERENCE.name in open_findings(deployment)
    clock.forward(hours=2)
    second = tell(cast, clock, FACTORY, "take_stock", heap("700"))
    assert figures(certificate(deployment, FACTORY))["loss"] == 300
    late = deployment.now() - timedelta(hours=3)
    cast.device(FACTORY).tell("treat_bulk", heap("190", method="R5"), at=late)
    assert figures(certificate(deployment, FACTORY))["loss"] == 110
    body = {"corrects": index, "field": "weight_kg", "old": "1000", "new": "990", "reason": "scale"}
    tell(cast, clock, FACTORY, "correct", body)
    assert figures(certificate(deployment, FACTORY)) == {
        "produced": 990, "treated": 190, "loss": 100, "closing": 700,
    }  # fmt: skip
    body = {**body, "corrects": second, "old": "700", "new": "799"}
    tell(cast, clock, FACTORY, "correct", body)
    assert figures(certificate(deployment, FACTORY))["closing"] == 799
    assert STOCK_DIFFERENCE.name not in open_findings(deployment)
    the_same_after_a_rebuild(deployment)


def test_a_stocktake_of_another_time_and_another_heap_is_where_it_was_taken(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    made = tell(cast, clock, FACTORY, "produce_bulk", heap("1000"))
    clock.forward(hours=2)
    first = tell(cast, clock, FACTORY, "take_stock", heap("800"))
    clock.forward(hours=2)
    tell(cast, clock, FACTORY, "take_stock", heap("700"))
    device, reason = cast.device(FACTORY), {"reason": "scale"}
    told = {row["idx"]: (row["claimed_at"], row["site"]) for row in rows(deployment, EventIndex)}
    (start, site), (at, _) = told[made], told[first]
    for corrects, field, old, new in (
        (first, "claimed_at", at.isoformat(), (at + timedelta(hours=3)).isoformat()),
        (first, "waste_code", SLAG, SLUDGE),
        (made, "claimed_at", start.isoformat(), (start + timedelta(hours=1)).isoformat()),
        (made, "site", site, "TS009"),
    ):
        body = {"corrects": corrects, "field": field, "old": old, "new": new, **reason}
        device.tell("correct", body)
        with reading(deployment, Asked(FACTORY, None, NOVEMBER)) as found:
            assert in_order(keep_books(deployment)) == in_order(found.bookings())
        the_same_after_a_rebuild(deployment)
    # Slag: 700 kg that nobody recorded where they were counted, and 1,000 kg in the other store.
    assert stock(deployment) == {(FACTORY, SLAG): 1700, (FACTORY, SLUDGE): 800}


def test_a_heap_that_nobody_recorded_is_found(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    tell(cast, clock, FACTORY, "take_stock", heap("250"))
    assert figures(certificate(deployment, FACTORY)) == {"found": 250, "closing": 250}
    tell(cast, clock, FACTORY, "take_stock", heap("260"))
    assert figures(certificate(deployment, FACTORY)) == {"found": 250, "loss": -10, "closing": 260}


def test_more_out_of_a_heap_than_was_ever_in_it_is_a_finding(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    tell(cast, clock, FACTORY, "produce_bulk", heap("100"))
    tell(cast, clock, FACTORY, "treat_bulk", heap("400", method="D1"))
    clock.forward(days=1)
    review_deadlines(deployment)
    assert MASS_BALANCE_GAP.name in open_findings(deployment)
    late = deployment.now() - timedelta(days=2)
    cast.device(FACTORY).tell("produce_bulk", heap("300"), at=late)
    clock.forward(days=1)
    review_deadlines(deployment)
    assert MASS_BALANCE_GAP.name not in open_findings(deployment)


def test_waste_moves_between_two_stores_of_one_unit(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    site = SITES[FACTORY]
    at_desk = person(FACTORY)
    record_at_desk(deployment, at_desk, "produce_bulk", heap("100"))
    clock.forward(minutes=1)
    record_at_desk(deployment, at_desk, "store_bulk", heap("60"), site=site)
    assert figures(certificate(deployment, FACTORY, site)) == {"moved": 60, "closing": 60}
    assert figures(certificate(deployment, FACTORY)) == {"produced": 100, "closing": 100}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_books_without_tables(deployment: Deployment, cast: Cast, clock: Clock, seed: int) -> None:
    """Nonsense, late and out of order: books from the leaves alone are those of the tables."""
    chance = random.Random(seed)
    numbers = [cast.manifest(), cast.manifest()]
    says = {
        FACTORY: ("produce_bulk", "treat_bulk", "take_stock", "take_stock", "open_manifest",
                  "take_back", "store_bulk", "open_bulk"),
        CARRIER: ("load", "depart", "arrive", "return"),
        PLANT: ("weigh_in", "accept", "reject", "take_stock", "treat_bulk"),
    }  # fmt: skip
    told: list[tuple[int, str]] = []
    clock.forward(days=1)
    for _ in range(50):
        clock.forward(minutes=chance.randint(0, 9))
        org = chance.choice(list(says))
        typ, number = chance.choice(says[org]), chance.choice(numbers)
        kg, code = str(chance.randint(1, 900)), chance.choice((SLAG, SLUDGE))
        body: dict[str, Any] = {"manifest": number}
        if typ == "open_manifest":
            body = sheet(number, *((c, kg) for c in (SLAG, SLUDGE)[: chance.randint(1, 2)]))
        elif typ in ("weigh_in", "load", "accept"):
            body["weight_kg"] = kg
            if typ == "accept" and chance.random() < 0.5:
                decision = chance.choice(("accept", "part", "refuse"))
                body["by_line"] = [{"line": 1, "decision": decision, "weight_kg": kg}]
        elif typ == "reject":
            body["differences"] = ["name"]
        elif "manifest" in body and typ.endswith(("_bulk", "_stock")):
            body = heap(kg, code, **({"method": "R5"} if typ == "treat_bulk" else {}))
        at = deployment.now() - timedelta(minutes=chance.randint(0, 60))
        index = cast.device(org).tell(typ, body, at=at).index
        if "weight_kg" in body:
            told.append((index, kg))
        if told and chance.random() < 0.2:
            corrects, old = chance.choice(told)
            by = {"corrects": corrects, "field": "weight_kg", "old": old, "reason": "scale",
                  "new": str(chance.randint(1, 900))}  # fmt: skip
            correction = cast.device(FACTORY).tell("correct", by).index
            for other in (CARRIER, PLANT):
                cast.device(other).tell("confirm_correction", {"correction": correction})
    with reading(deployment, Asked(PLANT, None, NOVEMBER)) as found:
        kept = found.bookings()
    assert len(kept) > 10
    assert in_order(keep_books(deployment)) == in_order(kept)
    the_same_after_a_rebuild(deployment)
