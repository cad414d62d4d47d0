"""The trace page: the whole life of a container, for those who had a part in it."""

import re

import pytest

from tests.console.conftest import District

NAMES = ("事件迟报", "标签签名无效", "移出量与接收量不符")


def test_a_treated_drum_shows_its_whole_way(district: District) -> None:
    page = district.page("regulator", f"/containers/{district.treated}")
    code = district.treated
    assert f"{code[:18]} {code[18:26]} {code[26:34]} {code[34:]}" in page.text
    assert "全程闭环" in page.text
    assert "未完结" not in page.text
    assert "900-214-08" in page.text
    assert "T 毒性" in page.text
    steps = re.findall(r'<div class="step">.*?<b>(.*?)</b>', page.html, re.S)
    assert steps == [
        "赋码", "装桶贴标", "入库", "出库", "填写联单", "装车", "起运", "运抵", "过磅", "接收",
        "利用处置",
    ]  # fmt: skip


def test_three_weights_are_kept_apart(district: District) -> None:
    page = district.page("regulator", f"/containers/{district.treated}")
    for text in ("产生申报 Declared1,180.500 kg", "移出装车 Dispatched1,180.500 kg"):
        assert text in page.text.replace(" 1,", "1,"), text
    assert "1,160.000 kg" in page.text
    assert "-20.500 kg" in page.text


def test_times_are_those_of_shanghai(district: District) -> None:
    page = district.page("regulator", f"/containers/{district.treated}")
    assert "2026-11-23 16:00:00" in page.text  # 08:00 UTC, when the code was issued
    assert "08:00:00" not in page.text


def test_an_offline_event_shows_when_it_was_logged(district: District) -> None:
    page = district.page("regulator", f"/containers/{district.treated}")
    late = [step for step in page.html.split("<li ") if f"#{district.offline_idx}<" in step]
    assert len(late) == 1
    assert "离线" in late[0]
    assert "2026-11-23 16:00:00" in late[0]
    assert "2026-11-23 17:00:00" in late[0]
    # Events that were logged at once say it only once.
    assert page.text.count("入账") == 1


def test_a_mixture_shows_what_went_into_it(district: District) -> None:
    page = district.page("platform", f"/containers/{district.mixture}")
    assert "未完结" in page.text
    for source in district.merged:
        assert f"/containers/{source}" in page.links
    assert "30.000 kg" in page.text
    assert page.text.count("50.0%") >= 2  # each of two equal sources
    assert "永顺汽修" in page.text


def test_the_source_of_a_mixture_shows_where_it_went(district: District) -> None:
    page = district.page("garage", f"/containers/{district.merged[0]}")
    assert "去向" in page.text
    # The mixture is the platform's: its page is not there for the garage, so no link leads to it.
    assert f"/containers/{district.mixture}" not in page.links
    assert district.page("garage", f"/containers/{district.mixture}", 404).forbidden == []


@pytest.mark.parametrize("role", ["garage", "platform"])
def test_a_foreign_container_is_not_there(district: District, role: str) -> None:
    assert "没有容器" in district.page(role, f"/containers/{district.treated}", 404).text
    assert district.treated not in district.page(role, "/containers").html
    assert district.manifest not in district.page(role, "/manifests").html
    district.page(role, f"/manifests/{district.manifest}", 404)


def test_only_own_entries_are_linked_and_shown(district: District) -> None:
    own = district.offline_idx
    page = district.page("producer", f"/containers/{district.treated}")
    assert f"/ledger/{own}" in page.links
    foreign = [int(index) for index in re.findall(r">#(\d+)", page.html) if int(index) != own]
    hidden = [index for index in foreign if f"/ledger/{index}" not in page.links]
    assert hidden
    district.page("producer", f"/ledger/{hidden[0]}", 404)
    assert district.page("regulator", f"/ledger/{hidden[0]}").text


def test_findings_name_clause_and_doubt(district: District) -> None:
    page = district.page("regulator", "/findings")
    assert "标签签名无效" in page.text
    assert "移出量与接收量不符" in page.text
    assert "危险废物转移管理办法 art. 18" in page.text
    items = re.findall(r'<li class="finding.*?</li>', page.html, re.S)
    doubted = {name: "未核实" in item for item in items for name in NAMES if name in item}
    assert doubted == {"事件迟报": True, "标签签名无效": False, "移出量与接收量不符": False}


def test_the_manifest_shows_three_parts_and_the_difference(district: District) -> None:
    page = district.page("treatment", f"/manifests/{district.manifest}")
    for part in ("一、移出", "二、运输", "三、接受", "浙F7K21挂", "安运物流", "德固环保"):
        assert part in page.text
    assert "-20.500 kg（-17.4‰）" in page.text


def test_a_camera_card_says_what_was_expected(district: District) -> None:
    page = district.page("producer", "/frames")
    assert "可疑" in page.text
    assert "应在未见 1" in page.text
    assert f"/containers/{district.stored}" in page.links
    assert f"/v1/frames/{district.frame_idx}/picture" in page.links
    assert "CAM-1" not in district.page("platform", "/frames").text


def test_the_quarantine_gives_reason_and_advice(district: District) -> None:
    page = district.page("regulator", "/quarantine")
    assert "请求体不是 JSON" in page.text
    assert "请升级手持端后重新提交" in page.text


def test_an_entry_shows_what_was_signed_and_its_receipt(district: District) -> None:
    page = district.page("producer", f"/ledger/{district.offline_idx}")
    assert "c2sp.org/tlog-proof@v1" in page.text
    assert f"index {district.offline_idx}" in page.text
    assert district.treated in page.text
    assert "usr_" in page.text
    assert "先生" not in page.text.replace("producer 先生", "")
