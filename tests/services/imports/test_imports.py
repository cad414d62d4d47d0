"""Bulk import: a cell that is wrong is named, and nothing of its file is written."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests.cast import BUREAU, CARRIER, FACTORY, GARAGE, PLATFORM, SITES, Cast, person
from tests.catalogue.workbooks import xlsx
from tests.services.collection.calls import sign
from tests.services.imports.files import NEW, OTHER_NEW, bring, problems, somebody
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_projection import rows
from waste_trace.catalogue.spreadsheet import UnreadableSheet
from waste_trace.services.collection.clients import list_clients, list_streams
from waste_trace.services.collection.contacts import read_contacts
from waste_trace.services.deployment import Deployment
from waste_trace.services.imports.kinds import KINDS
from waste_trace.services.imports.run import ImportRefused, kinds_for, run_import
from waste_trace.services.imports.sheet import UnusableSheet, read_sheet
from waste_trace.services.imports.template import template_xlsx
from waste_trace.services.issue_labels import CodesUsedUp, issue_labels
from waste_trace.store.tables import Batch, Container, Entry, MovementRow, Organisation, Site
from waste_trace.store.writing import table_of

ORGS = "统一社会信用代码*|单位名称*|类型*|行政区划|联系人|联系电话"
STOCK = "场所编码|废物代码|产生日期|入库日期|重量kg|件数|产生批次编码"


def size(deployment: Deployment) -> int:
    """How many leaves there are."""
    with deployment.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table_of(Entry))).scalar_one()


def test_organisations_with_whom_to_call(deployment: Deployment) -> None:
    before = size(deployment)
    lines = (
        f"{NEW}|新厂|产废单位、运输单位|330482|张三|13900000000",
        f"{OTHER_NEW}|新平台|platform|||",
        f"{GARAGE}|单位 125R|producer|330482||",  # as it is registered already
    )
    rehearsal = bring(deployment, "organisations", ORGS, *lines, dry_run=True)
    assert (rehearsal.entries, rehearsal.unchanged, rehearsal.written) == (3, 1, False)
    assert size(deployment) == before
    done = bring(deployment, "organisations", ORGS, *lines)
    assert (done.rows, done.entries, done.written, done.first) == (3, 3, True, before)
    found = {row["org"]: row for row in rows(deployment, Organisation)}
    assert found[NEW]["kinds"] == "producer,transporter"
    assert found[OTHER_NEW]["region"] == "330482"
    contacts = read_contacts(deployment, person(BUREAU), [NEW])
    assert contacts[NEW] == {"contact_name": "张三", "contact_phone": "13900000000"}
    again = bring(deployment, "organisations", ORGS, lines[1], lines[2])
    assert (again.entries, again.unchanged, again.written) == (0, 2, False)
    assert the_same_after_a_rebuild(deployment)


def test_every_wrong_cell_is_named_and_nothing_is_written(deployment: Deployment) -> None:
    before = size(deployment)
    done = bring(
        deployment, "organisations", ORGS,
        f"{NEW}|新厂|产废单位|||",
        "|没有代码|产废单位|||",
        f"{NEW}|再来一次|产废单位|||",
        f"{NEW[:-1]}X|校验错|化工厂|9999||",
        "||||| ",
    )  # fmt: skip
    assert done.rows == 4
    assert [cell for cell, _ in problems(done)] == ["A3", "A4", "A5", "C5", "D5"]
    said = dict(problems(done))
    assert said["A3"] == "第 3 行（单元格 A3）：“统一社会信用代码”未填写。"
    assert "与前面的行重复" in said["A4"]
    assert "化工厂" in said["C5"]
    assert not done.written
    assert size(deployment) == before


def test_sites_belong_to_who_is_registered(deployment: Deployment) -> None:
    head = "场所编码|统一社会信用代码|场所名称|场所类型|贮存能力kg|纬度|经度"
    done = bring(
        deployment, "sites", head,
        f"S-1|{NEW}|库|贮存库|||",
        f"{SITES[FACTORY]}|{GARAGE}|库|贮存库|||",
        f"S-2|{GARAGE}|库|贮存库|20,000|30.7|",
        f"S-3|{GARAGE}|库|贮存库|x|91|121",
    )  # fmt: skip
    assert [cell for cell, _ in problems(done)] == ["B2", "A3", "F4", "E5"]
    done = bring(deployment, "sites", head, f"S-2|{GARAGE}|库|贮存库|20,000|30.7|121.02")
    assert done.entries == 1
    site = next(row for row in rows(deployment, Site) if row["site"] == "S-2")
    assert (site["capacity_kg"], site["latitude"]) == (Decimal(20000), "30.7")


def test_a_platform_registers_its_small_producers(deployment: Deployment) -> None:
    head = "统一社会信用代码|单位名称|合同编号|合同起始|合同终止|上门间隔天|联系人|联系电话"
    good = (
        f"{NEW}|新厂|SY-1|2026/1/1|2026年12月31日|30|李四|13700000000",
        f"{GARAGE}|单位 125R|SY-2|2026-01-01|2026-12-31|||",
    )
    done = bring(deployment, "clients", head, *good, org=PLATFORM)
    assert (done.entries, done.written) == (4, True)  # one new unit, two contracts, one contact
    clients = {row["producer"]: row for row in list_clients(deployment, person(PLATFORM))}
    assert (clients[NEW]["since"], clients[NEW]["interval_days"]) == ("2026-01-01", 30)
    assert read_contacts(deployment, person(PLATFORM), [NEW])[NEW]["contact_name"] == "李四"
    wrong = bring(
        deployment, "clients", head,
        f"{FACTORY}|别的名字|SY-3|2026-01-01|2026-12-31|||",
        f"{OTHER_NEW}|新厂二|SY-4|2026-12-31|2026-01-01|||",
        org=PLATFORM,
    )  # fmt: skip
    assert [cell for cell, _ in problems(wrong)] == ["B2", "3"]
    assert OTHER_NEW not in {row["org"] for row in rows(deployment, Organisation)}


def test_wastes_of_ones_own_and_of_clients(deployment: Deployment) -> None:
    head = "产废单位代码|废物代码|废物名称|形态|危险特性|预计年产生量kg"
    line = "|900-214-08|废机油|液态|T,I|1200"
    assert bring(deployment, "streams", head, line, org=GARAGE).written
    refused = bring(deployment, "streams", head, f"{GARAGE}{line}", org=PLATFORM)
    assert problems(refused)[0][0] == "A2"
    sign(deployment)
    done = bring(deployment, "streams", head, f"{GARAGE}|90024908|废油漆桶|固态||80", org=PLATFORM)
    assert done.written
    codes = [row["waste_code"] for row in list_streams(deployment, GARAGE)]
    assert codes == ["900-214-08", "900-249-08"]


def test_opening_stock_gets_codes_and_is_on_the_books(cast: Cast) -> None:
    house, site = cast.deployment, SITES[FACTORY]
    cast.containers(2)
    done = bring(
        house, "stock", STOCK,
        f"{site}|900-214-08|2026-11-23|2026-11-23|180.5|2|",
        f"{site}|900-041-49|2026-01-15|2026-01-16|20|1|HWCS20260115001",
        org=FACTORY,
    )  # fmt: skip
    assert [(line, code[-11:]) for line, code in done.containers] == [
        (2, "20261123003"),
        (2, "20261123004"),
        (3, "20260115001"),
    ]
    assert done.entries == 5
    found = {row["container"]: row for row in rows(house, Container)}
    assert {found[code]["state"] for _, code in done.containers} == {"stored"}
    assert found[done.containers[2][1]]["batch"] == "HWCS20260115001"
    booked = [(row["kind"], row["site"], row["weight_kg"]) for row in rows(house, MovementRow)]
    assert booked == [("opening", site, Decimal("20"))] + [("opening", site, Decimal("180.5"))] * 2
    assert the_same_after_a_rebuild(house)


def test_what_fails_in_the_transaction_leaves_nothing_of_the_file(cast: Cast) -> None:
    house, site = cast.deployment, SITES[FACTORY]
    for _ in range(4):
        issue_labels(house, FACTORY, "900-214-08", date(2026, 11, 23), 200)
    before = size(house)
    with pytest.raises(CodesUsedUp):
        bring(
            house, "stock", STOCK,
            f"{site}|900-041-49|2026-11-23|2026-11-23|5|3|",
            f"{site}|900-214-08|2026-11-23|2026-11-23|5|200|",
            org=FACTORY,
        )  # fmt: skip
    assert size(house) == before
    bad = bring(
        house, "stock", STOCK,
        f"{SITES[PLATFORM]}|900-214-08|2026-11-23|2026-11-23|5||",
        f"{site}|900-214-08|2026-11-23|2026-11-22|5||",
        f"{site}|900-214-08|2026-11-23|2026-11-24|0|201|X",
        org=FACTORY,
    )  # fmt: skip
    assert [cell for cell, _ in problems(bad)] == ["A2", "D3", "E4", "F4", "G4"]


def test_past_batches_keep_their_own_time(deployment: Deployment) -> None:
    head = "产生批次编码|产生时间|废物代码|废物名称|形态|重量kg|产生设施编码"
    line = "HWCS20260115001|2026-01-15 14:30|900-214-08|废机油|液态|500|MF0001"
    assert bring(deployment, "past", head, line, org=FACTORY).entries == 1
    [batch] = rows(deployment, Batch)
    assert batch["produced_at"] == datetime.fromisoformat("2026-01-15T14:30:00+08:00")
    wrong = bring(
        deployment, "past", head, line,
        line.replace("001|2026-01", "002|2036-01"), line.replace("HWCS", "HWRX"), org=FACTORY,
    )  # fmt: skip
    assert [cell for cell, _ in problems(wrong)] == ["A2", "B3", "A4"]


def test_everybody_imports_what_is_theirs_to_import(deployment: Deployment) -> None:
    offered = {
        org: [kind.name for kind in kinds_for(somebody(org))]
        for org in (BUREAU, FACTORY, PLATFORM, CARRIER)
    }
    assert offered == {
        BUREAU: ["organisations", "sites", "streams"],
        FACTORY: ["streams", "stock", "past"],
        PLATFORM: ["clients", "streams", "stock", "past"],
        CARRIER: [],
    }
    for org, kind in ((FACTORY, "organisations"), (CARRIER, "stock"), (BUREAU, "everything")):
        with pytest.raises(ImportRefused):
            bring(deployment, kind, "a", org=org)
    assert kinds_for(person(BUREAU)) == [KINDS["streams"]]  # not an administrator


def test_a_file_that_is_no_table_is_refused_whole(deployment: Deployment) -> None:
    admin = somebody(BUREAU)
    with pytest.raises(UnreadableSheet):
        run_import(deployment, admin, "sites", b"PK\x03\x04broken", dry_run=True)
    with pytest.raises(UnusableSheet) as caught:
        bring(deployment, "sites", "场所编码|名称")
    assert "统一社会信用代码" in caught.value.zh
    many = [f"S-{number}|{GARAGE}|库|贮存库" for number in range(5001)]
    with pytest.raises(UnusableSheet):
        bring(deployment, "sites", "场所编码|统一社会信用代码|场所名称|场所类型", *many)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_template_is_read_as_it_is_and_holds_nothing(kind: object) -> None:
    chosen = KINDS[str(getattr(kind, "name", ""))]
    sheet = read_sheet(template_xlsx(chosen), chosen.columns)
    assert (sheet.rows, sheet.problems) == (0, ())
    for column in chosen.columns:
        column.read(column.example)


def test_a_workbook_with_numbers_and_days_is_read_as_people_see_it(deployment: Deployment) -> None:
    head: list[str | int] = ["产生批次编码", "产生时间", "废物代码", "废物名称", "形态", "重量kg"]
    row: list[str | int] = [
        "HWCS20260115001",
        "2026-01-15 00:00:00",
        "900-214-08",
        "废机油",
        "液态",
        500,
    ]
    done = run_import(deployment, somebody(FACTORY), "past", xlsx([head, row]), dry_run=False)
    assert done.written
    assert [batch["weight_kg"] for batch in rows(deployment, Batch)] == [Decimal(500)]
