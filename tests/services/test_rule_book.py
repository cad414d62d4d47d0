"""A bureau's own figures and tables take the place of the packaged ones; a broken one is named."""

import json
from importlib import resources
from pathlib import Path

import pytest

from tests.conftest import settings_for
from waste_trace.compliance.checklist import Grade, assess
from waste_trace.compliance.rule_book import RuleBook
from waste_trace.services.rule_book import UnreadableTable, risk_weights, rule_book

DATA = resources.files("waste_trace.compliance") / "data"


def test_the_defaults_of_the_settings_are_those_of_the_rules(tmp_path: Path) -> None:
    assert rule_book(settings_for("", tmp_path)) == RuleBook()


def test_every_figure_comes_from_its_setting(tmp_path: Path) -> None:
    book = rule_book(settings_for("", tmp_path, storage_days_producer=30, route_width_m=500))
    assert book.limits.producer_storage.days == 30
    assert book.limits.route_width_m == 500
    assert book.limits.operator_storage.days == 365


def test_a_bureaus_own_checklist_counts(tmp_path: Path) -> None:
    document = json.loads((DATA / "checklist.json").read_text("utf-8"))
    document["cut_offs_permille"] = {"standard": 1000, "basic": 500}
    file = tmp_path / "own.json"
    file.write_text(json.dumps(document), "utf-8")
    own = rule_book(settings_for("", tmp_path, checklist_file=file)).checklist
    scores = dict.fromkeys(own.items, 2) | {"plan_filed": 1}
    assert assess(own, scores).grade is Grade.BASIC


def test_a_bureaus_own_weights_and_pairs_count(tmp_path: Path) -> None:
    weights = json.loads((DATA / "risk_weights.json").read_text("utf-8"))
    weights["levels"]["high"] = 10
    (tmp_path / "w.json").write_text(json.dumps(weights), "utf-8")
    (tmp_path / "p.csv").write_text(
        "one,other,zh,en,source,certainty\nHW08,HW49,甲,x,b,1\n", "utf-8"
    )
    settings = settings_for(
        "", tmp_path, risk_weights_file=tmp_path / "w.json", incompatible_file=tmp_path / "p.csv"
    )
    assert risk_weights(settings).high == 10
    assert [pair.one for pair in rule_book(settings).incompatible] == ["HW08"]


@pytest.mark.parametrize("text", [None, "", "[]", '{"groups": 1}'])
def test_a_table_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "own.json"
    if text is not None:
        file.write_text(text, "utf-8")
    with pytest.raises(UnreadableTable, match=r"own\.json"):
        rule_book(settings_for("", tmp_path, checklist_file=file))
