"""Forms of a told story, cell by cell as worked out by hand, on both databases."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from tests.cast import (
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    SITES,
    Cast,
    fill,
    open_manifest,
    person,
    transport,
    weigh_in,
)
from tests.devices import Clock
from tests.services.lives import drum, merged
from tests.services.test_transfers import register
from waste_trace.reports.form import Cell, Form, Period, record
from waste_trace.services.deployment import Deployment
from waste_trace.services.reports.asked import Asked, ReportPeriodInvalid, UnknownReport
from waste_trace.services.reports.make import REPORTS, make_report, reports_for
from waste_trace.store.tiles import read_head

#: The story begins at 16:00 in Shanghai, and every step of it takes ten minutes.
DAY = date(2026, 11, 23)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
SHANGHAI = timezone(timedelta(hours=8))


def at(minutes: int) -> datetime:
    return datetime(2026, 11, 23, 16, 0, tzinfo=SHANGHAI) + timedelta(minutes=minutes)


def form_of(
    deployment: Deployment,
    name: str,
    org: str,
    period: Period = NOVEMBER,
    site: str | None = None,
) -> Form:
    return make_report(deployment, person(org), name, Asked(org, site, period))


def rows_of(form: Form, table: int = 0) -> list[Mapping[str, Cell]]:
    chosen = form.tables[table]
    return [record(chosen.headings, row.cells) for row in chosen.rows]


def totals_of(form: Form, table: int = 0) -> Mapping[str, Cell]:
    return record(form.tables[table].headings, form.tables[table].totals)


def test_the_ledgers_of_a_drum_that_went_all_the_way(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    told = drum(cast, clock, received_kg="179.500")
    (produced,) = rows_of(form_of(deployment, "hj1259-b1", FACTORY))
    assert produced["batch"] == "HWCS20261123001"
    assert produced["produced_at"] == at(10)
    assert produced["tonnes"] == Decimal("0.5")
    assert (produced["category"], produced["code"]) == ("HW08", "900-214-08")
    assert produced["common_name"] == "废矿物油"
    assert produced["container_codes"] == (told.code,)
    assert produced["destination"] == "委外利用/处置"

    (into,) = rows_of(form_of(deployment, "hj1259-b2", FACTORY))
    assert (into["batch"], into["moved_at"]) == ("HWRK20261123001", at(30))
    assert into["tonnes"] == Decimal("0.18")
    assert (into["facility"], into["facility_kind"]) == (SITES[FACTORY], "贮存库")
    assert into["produced_batch"] == ("HWCS20261123001",)

    (out,) = rows_of(form_of(deployment, "hj1259-b3", FACTORY))
    assert (out["batch"], out["moved_at"]) == ("HWCK20261123001", at(40))
    assert out["stored_batch"] == ("HWRK20261123001",)

    (gone,) = rows_of(form_of(deployment, "hj1259-b5", FACTORY))
    assert (gone["batch"], gone["left_at"]) == ("HWWWLY20261123001", at(60))
    assert gone["tonnes"] == Decimal("0.18")
    assert str(gone["method"]).startswith("R9")
    assert gone["licensed_name"] == f"单位 {PLANT[-4:]}"
    assert gone["before"] == ("HWCK20261123001",)
    assert rows_of(form_of(deployment, "hj1259-b4", FACTORY)) == []

    (treated,) = rows_of(form_of(deployment, "hj1259-b4", PLANT))
    assert treated["batch"] == "HWZXLY20261123001"
    assert treated["tonnes"] == Decimal("0.18")


def test_the_declaration_follows_the_books(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock, received_kg="179.500")
    (line,) = rows_of(form_of(deployment, "hj1259-c-month", FACTORY))
    assert (line["opening"], line["produced"], line["closing"]) == (0, Decimal("0.18"), 0)
    assert (line["province"], line["others"]) == ("浙江省", Decimal("0.18"))
    assert line["unexplained"] == 0
    december = Period(date(2026, 12, 1), date(2026, 12, 31))
    assert rows_of(form_of(deployment, "hj1259-c-month", FACTORY, december)) == []


def test_stock_at_the_end_of_a_day_opens_the_next(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock, treated=False)
    on_the_day = Period(DAY, DAY)
    next_day = Period(DAY + timedelta(days=1), DAY + timedelta(days=1))
    (line,) = rows_of(form_of(deployment, "hj1259-c-month", PLANT, on_the_day))
    assert (line["received"], line["closing"]) == (Decimal("0.18"), Decimal("0.18"))
    (line,) = rows_of(form_of(deployment, "hj1259-c-month", PLANT, next_day))
    assert (line["opening"], line["received"], line["closing"]) == (
        Decimal("0.18"), 0, Decimal("0.18"),
    )  # fmt: skip


def test_days_are_those_of_shanghai(deployment: Deployment, cast: Cast, clock: Clock) -> None:
    clock.forward(hours=8)  # midnight in Shanghai, still the 23rd in London
    drum(cast, clock)
    assert rows_of(form_of(deployment, "hj1259-b1", FACTORY, Period(DAY, DAY))) == []
    tomorrow = DAY + timedelta(days=1)
    (into,) = rows_of(form_of(deployment, "hj1259-b2", FACTORY, Period(tomorrow, tomorrow)))
    assert into["batch"] == "HWRK20261124001"


def test_a_site_has_only_its_own(deployment: Deployment, cast: Cast, clock: Clock) -> None:
    drum(cast, clock)
    for name in ("hj1259-b1", "hj1259-b2", "hj1259-b3", "hj1259-b5"):
        assert len(rows_of(form_of(deployment, name, FACTORY, site=SITES[FACTORY]))) == 1, name
        assert rows_of(form_of(deployment, name, FACTORY, site="TS-OTHER")) == [], name


def test_batches_of_a_day_are_numbered_in_the_order_of_the_ledger(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    codes = cast.containers(3)
    factory = cast.device(FACTORY)
    clock.forward(hours=1)
    for code in codes:
        factory.tell("store_in", {"containers": [code]})
    early = deployment.now() - timedelta(minutes=30)
    factory.tell("store_in", {"containers": codes[:1]}, at=early)
    rows = rows_of(form_of(deployment, "hj1259-b2", FACTORY))
    # The late event stands first by its time, and does not renumber the three before it.
    assert [row["batch"] for row in rows] == [
        "HWRK20261123004", "HWRK20261123001", "HWRK20261123002", "HWRK20261123003",
    ]  # fmt: skip


def test_a_platform_states_what_it_took_from_each_producer(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    merged(cast, clock)
    form = form_of(deployment, "platform-statement", PLATFORM)
    assert [table.title.zh for table in form.tables if table.title] == [
        f"单位 {GARAGE[-4:]}（{GARAGE}）"
    ]
    assert totals_of(form)["kilograms"] == Decimal("54.000")
    assert totals_of(form)["count"] == 3


def test_the_public_annex_and_the_indicators_are_filled(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock)
    (row,) = rows_of(form_of(deployment, "disclosure", FACTORY))
    assert row["receivers"] == (f"单位 {PLANT[-4:]}",)
    bureau = person("11330482002512341H")
    asked = Asked(bureau.org, None, NOVEMBER)
    added = {"industrial_added_value": Decimal(2)}
    form = make_report(deployment, bureau, "indicators", asked, added)
    values = {str(row["indicator"]): row["value"] for row in rows_of(form)}
    assert values["工业危险废物产生强度"] == Decimal("0.0900")


def test_a_form_names_its_checkpoint_and_the_entries_behind_it(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock)
    form = form_of(deployment, "hj1259-b2", FACTORY)
    with deployment.engine.connect() as connection:
        head = read_head(connection)
    assert head is not None
    assert form.stamp.size == head.size
    assert form.stamp.note.startswith(f"{head.origin}\n{head.size}\n{form.stamp.root}\n")
    (index,) = form.entries
    assert 0 < index < head.size


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_form_of_an_empty_ledger_is_an_empty_form(deployment: Deployment, name: str) -> None:
    bureau = person("11330482002512341H")
    form = make_report(deployment, bureau, name, Asked(FACTORY, None, NOVEMBER))
    assert form.title.name == name
    assert form.entries == ()


def test_other_units_and_other_roles_see_no_form(deployment: Deployment) -> None:
    with pytest.raises(UnknownReport):
        make_report(deployment, person(GARAGE), "hj1259-b1", Asked(FACTORY, None, NOVEMBER))
    with pytest.raises(UnknownReport):
        form_of(deployment, "indicators", FACTORY)
    with pytest.raises(UnknownReport):
        form_of(deployment, "nothing", FACTORY)
    backwards = Period(NOVEMBER.last, NOVEMBER.first)
    with pytest.raises(ReportPeriodInvalid):
        form_of(deployment, "hj1259-b1", FACTORY, backwards)
    assert {one.title.name for one in reports_for(person(FACTORY))} >= {"hj1259-b1", "mass-balance"}


def test_what_leaves_the_country_names_its_notice_and_consignee(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    (code,) = cast.containers()
    factory = cast.device(FACTORY)
    factory.tell("fill", fill(code, "250.000"))
    clock.forward(minutes=10)
    factory.tell("store_in", {"containers": [code]})
    clock.forward(minutes=10)
    factory.tell("store_out", {"containers": [code]})
    clock.forward(minutes=10)
    body = {"notice": "EX-2026-7", "country": "NO", "consignee": "Oslo Metall", "method": "R4"}
    factory.tell("export", {"containers": [code], **body})
    (row,) = rows_of(form_of(deployment, "hj1259-b5", FACTORY))
    assert row["batch"] == "HWCKLY20261123001"
    assert (row["abroad_name"], row["export_approval"]) == ("Oslo Metall", "EX-2026-7")
    assert (row["licensed_name"], row["tonnes"]) == ("", Decimal("0.25"))
    (line,) = rows_of(form_of(deployment, "hj1259-c-month", FACTORY))
    assert (line["province"], line["others"]) == ("境外", Decimal("0.25"))
    assert line["unexplained"] == 0


def test_a_load_that_came_back_is_not_declared_as_given_to_others(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    (code,), number = cast.containers(), cast.manifest()
    named = {"containers": [code], "manifest": number}
    for org, typ, body in (
        (FACTORY, "fill", fill(code)),
        (FACTORY, "store_in", {"containers": [code]}),
        (FACTORY, "store_out", {"containers": [code]}),
        (FACTORY, "open_manifest", open_manifest(number, [code])),
        (CARRIER, "load", transport(number, [code])),
        (CARRIER, "depart", transport(number, [code])),
        (CARRIER, "arrive", transport(number, [code])),
        (PLANT, "weigh_in", weigh_in(number, [code])),
        (PLANT, "reject", {**named, "differences": ["property"]}),
        (CARRIER, "return", transport(number, [code])),
        (FACTORY, "take_back", named),
    ):
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    (line,) = rows_of(form_of(deployment, "hj1259-c-month", FACTORY))
    assert (line["produced"], line["others"], line["received"]) == (Decimal("0.18"), None, 0)
    assert (line["closing"], line["unexplained"]) == (Decimal("0.18"), 0)


def test_a_plan_is_drafted_from_what_was_recorded(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    drum(cast, clock, treated=False)
    form = form_of(deployment, "hj1259-a", FACTORY)
    # Half a tonne a year and no treatment of its own: 登记管理单位, which files three tables.
    assert [table.title.zh[:4] for table in form.tables if table.title] == [
        "表A.1",
        "表A.3",
        "表A.7",
    ]
    about = {str(row["item"]): row["value"] for row in rows_of(form)}
    assert about["管理类别"] == "登记管理单位"
    (waste,) = rows_of(form, 1)
    assert (waste["code"], waste["produced"]) == ("900-214-08", Decimal("0.5"))
    (transfer,) = rows_of(form, 2)
    assert (transfer["reach"], transfer["tonnes"]) == ("省内", Decimal("0.18"))
    assert "预填稿" in form.notes[0].zh

    plant = form_of(deployment, "hj1259-a", PLANT)
    assert len(plant.tables) == 7
    (stock,) = rows_of(plant, 3)
    assert (stock["store"], stock["stock"]) == (SITES[PLANT], Decimal("0.18"))


def test_a_filed_plan_and_a_licence_are_in_the_forms(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    register(cast)
    drum(cast, clock)
    (gone,) = rows_of(form_of(deployment, "hj1259-b5", FACTORY))
    assert gone["licence"] == "3304000001"
    (line,) = rows_of(form_of(deployment, "hj1259-c-year", FACTORY))
    assert line["licence"] == "3304000001"
    plan = form_of(deployment, "hj1259-a", FACTORY)
    assert len(plan.tables) == 7
    assert plan.notes == ()
    about = {str(row["item"]): row["value"] for row in rows_of(plan)}
    assert (about["单位名称"], about["管理类别"]) == ("厂", "环境重点监管单位")
    (source,), (transfer,) = rows_of(plan, 2), rows_of(plan, 6)
    assert (source["common_name"], source["produced"]) == ("废矿物油", Decimal(5))
    assert (transfer["receiver"], transfer["tonnes"]) == (f"单位 {PLANT[-4:]}", Decimal("0.3"))


def test_the_sender_says_how_it_will_be_treated_and_whether_it_is_exempt(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    (code,), number = cast.containers(), cast.manifest()
    body = open_manifest(number, [code])
    body = {**body, "method": "R1", "lines": [{**body["lines"][0], "exemption": 8}]}
    for org, typ, said in (
        (FACTORY, "fill", fill(code)),
        (FACTORY, "open_manifest", body),
        (CARRIER, "load", transport(number, [code])),
    ):
        clock.forward(minutes=10)
        cast.device(org).tell(typ, said)
    (gone,) = rows_of(form_of(deployment, "hj1259-b5", FACTORY))
    assert str(gone["batch"]).startswith("HWWWLY")
    assert str(gone["method"]).startswith("R1 ")
    assert (gone["exempt_name"], gone["licensed_name"]) == (f"单位 {PLANT[-4:]}", "")
