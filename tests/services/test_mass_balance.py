"""The mass-balance certificate: every kilogram somewhere, checked with nothing but the bundle."""

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cast import (
    BUREAU,
    CARRIER,
    FACTORY,
    PLANT,
    PLATFORM,
    SITES,
    Cast,
    fill,
    person,
    treat,
    weigh_in,
)
from tests.devices import Clock
from tests.services.lives import drum, merged
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from waste_trace.compliance.mass_balance import MASS_BALANCE_GAP
from waste_trace.custody.balance import Booking
from waste_trace.custody.books import Books
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.reports.check_certificate import FALSE, INCOMPLETE, PROVEN, check_certificate
from waste_trace.reports.form import Period
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.export_partial import export_organisation, period_of
from waste_trace.services.look_up import list_findings
from waste_trace.services.reports.asked import Asked
from waste_trace.services.reports.make import certify_balance
from waste_trace.services.reports.reading import reading
from waste_trace.services.review_deadlines import review_deadlines
from waste_trace.store.tiles import all_leaves, read_head

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


def certificate(
    deployment: Deployment, org: str, site: str | None = None, period: Period = NOVEMBER
) -> dict[str, Any]:
    made = certify_balance(deployment, person(org), Asked(org, site, period))
    return dict(json.loads(json.dumps(made)))


def figures(value: dict[str, Any]) -> dict[str, Decimal]:
    """What is not nothing in the one line of a certificate."""
    (line,) = value["lines"]
    weights = {item: Decimal(figure["weight_kg"]) for item, figure in line["figures"].items()}
    return {item: weight for item, weight in weights.items() if weight} | {
        "closing": Decimal(line["closing_kg"])
    }


def bundle(deployment: Deployment, folder: Path) -> Path:
    export_bundle(deployment, folder)
    return folder


def test_what_each_account_of_a_drums_way_adds_up_to(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock, received_kg="179.500")
    assert figures(certificate(deployment, FACTORY)) == {
        "produced": Decimal(180),
        "dispatched": Decimal(180),
        "closing": Decimal(0),
    }
    carried = figures(certificate(deployment, CARRIER))
    assert (carried["received"], carried["closing"]) == (Decimal(180), Decimal(0))
    assert carried["dispatched"] + carried.get("loss", Decimal(0)) == Decimal(180)
    plant = figures(certificate(deployment, PLANT))
    assert plant["treated"] == Decimal(180)
    assert plant["closing"] == Decimal(0)


def test_every_figure_names_the_events_that_it_is_the_sum_of(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock)
    (line,) = certificate(deployment, FACTORY, SITES[FACTORY])["lines"]
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        assert head is not None
        events = {
            index: parse_event(parse_leaf(leaf).envelope.payload).typ
            for index, leaf in all_leaves(connection, head.size)
        }
    named = {item: [events[i] for i in f["entries"]] for item, f in line["figures"].items()}
    assert {item: typs for item, typs in named.items() if typs} == {
        "produced": ["fill"],
        "dispatched": ["load"],
    }


def test_stock_names_its_containers(deployment: Deployment, cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock, treated=False)
    (line,) = certificate(deployment, PLANT)["lines"]
    assert line["stock"] == [{"container": told.code, "weight_kg": "180.000"}]
    assert line["unassigned_kg"] == "0.000"


def test_waste_that_nobody_recorded_the_coming_of_is_shown(
    deployment: Deployment, cast: Cast
) -> None:
    (code,) = cast.containers()
    cast.device(PLANT).tell("weigh_in", weigh_in(cast.manifest(), [code], "75.000"))
    assert figures(certificate(deployment, PLANT)) == {
        "found": Decimal(75),
        "closing": Decimal(75),
    }


def keep_books(deployment: Deployment) -> list[Booking]:
    books = Books()
    with deployment.engine.connect() as connection:
        head = read_head(connection)
        assert head is not None
        for index, leaf in all_leaves(connection, head.size):
            books.take(index, parse_event(parse_leaf(leaf).envelope.payload))
    return list(books.bookings())


def in_order(bookings: list[Booking] | tuple[Booking, ...]) -> list[Booking]:
    return sorted(bookings, key=lambda one: (one.subject, repr(one)))


def test_books_kept_from_the_leaves_alone_are_those_of_the_tables(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock, received_kg="170.000")
    merged(cast, clock)
    two = cast.containers(2)
    for code in two:
        cast.device(FACTORY).tell("fill", fill(code, "100.000"))
    number = cast.manifest()
    cast.device(PLANT).tell("weigh_in", weigh_in(number, two, "195.000"))
    index = cast.device(PLANT).tell("treat", treat(two, "190.000")).index
    body = {"corrects": index, "field": "weight_kg", "old": "190.000", "new": "191.000",
            "reason": "scale"}  # fmt: skip
    correction = cast.device(PLANT).tell("correct", body).index
    cast.device(FACTORY).tell("confirm_correction", {"correction": correction})
    with reading(deployment, Asked(PLANT, None, NOVEMBER)) as found:
        kept = found.bookings()
    assert len(kept) > 20
    assert in_order(keep_books(deployment)) == in_order(kept)


@pytest.mark.parametrize("org", [FACTORY, CARRIER, PLANT, PLATFORM])
def test_a_certificate_is_proven_by_the_bundle_alone(
    deployment: Deployment, cast: Cast, clock: Clock, tmp_path: Path, org: str
) -> None:
    drum(cast, clock, received_kg="170.000")
    merged(cast, clock)
    value = certificate(deployment, org)
    clock.forward(hours=1)
    cast.device(FACTORY).tell("fill", fill(cast.containers()[0]))  # after the certificate
    checked = check_certificate(value, bundle(deployment, tmp_path / "bundle"))
    assert (checked.exit_code, checked.difference) == (PROVEN, None)


def falsified(value: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Certificates that say another weight, other events, other stock, one waste less."""

    def changed(*path: str | int, to: object) -> dict[str, Any]:
        copied: Any = copy.deepcopy(value)
        place = copied
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to
        return dict(copied)

    produced = ("lines", 0, "figures", "produced")
    return [
        ("900-214-08 produced weight_kg", changed(*produced, "weight_kg", to="170.000")),
        ("900-214-08 produced entries", changed(*produced, "entries", to=[1])),
        ("900-214-08 closing_kg", changed("lines", 0, "closing_kg", to="0.001")),
        ("900-214-08 stock", changed("lines", 0, "stock", to=[])),
        ("废物代码 waste codes", changed("lines", to=[])),
    ]


def test_a_falsified_certificate_names_the_first_figure_that_differs(
    deployment: Deployment, cast: Cast, clock: Clock, tmp_path: Path
) -> None:
    clock.forward(minutes=5)
    (code,) = cast.containers()
    cast.device(FACTORY).tell("fill", fill(code))
    value = certificate(deployment, FACTORY)
    folder = bundle(deployment, tmp_path / "bundle")
    assert check_certificate(value, folder).exit_code == PROVEN
    for where, false in falsified(value):
        checked = check_certificate(false, folder)
        assert checked.exit_code == FALSE
        assert checked.difference is not None
        assert checked.difference.where == where


def test_a_bundle_that_is_not_the_whole_ledger_proves_nothing(
    deployment: Deployment, cast: Cast, clock: Clock, tmp_path: Path
) -> None:
    older = bundle(deployment, tmp_path / "older")
    drum(cast, clock)
    value = certificate(deployment, FACTORY)
    assert check_certificate(value, older).exit_code == INCOMPLETE
    days = period_of(NOVEMBER.first, NOVEMBER.last)
    export_organisation(deployment, FACTORY, *days, tmp_path / "part")
    assert check_certificate(value, tmp_path / "part").exit_code == INCOMPLETE
    elsewhere = {**value, "ledger": {**value["ledger"], "root": value["ledger"]["root"][::-1]}}
    whole = bundle(deployment, tmp_path / "whole")
    assert check_certificate(elsewhere, whole).exit_code == FALSE
    (whole / "policy.txt").write_text("altered\n")
    assert check_certificate(value, whole).exit_code == FALSE


def gaps(deployment: Deployment) -> list[tuple[str, bool]]:
    """The unit of each gap, and whether it still stands."""
    return [
        (row["org"], row["cleared_idx"] is None)
        for row in list_findings(deployment, person(BUREAU))
        if row["rule"] == MASS_BALANCE_GAP.name
    ]


def test_a_gap_is_found_by_the_daily_review_and_settled_by_a_late_record(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    (code,) = cast.containers()
    filled_at = deployment.now()
    clock.forward(hours=1)
    cast.device(PLANT).tell("weigh_in", weigh_in(cast.manifest(), [code], "75.000"))
    review_deadlines(deployment)
    assert gaps(deployment) == []  # what happened today is looked at tomorrow
    clock.forward(days=1)
    review_deadlines(deployment)
    assert gaps(deployment) == [(PLANT, True)]
    cast.device(FACTORY).tell("fill", fill(code, "75.000"), at=filled_at)
    clock.forward(days=1)
    review_deadlines(deployment)
    assert gaps(deployment) == [(PLANT, False)]
    assert the_same_after_a_rebuild(deployment)
