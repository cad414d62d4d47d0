"""A small district over two weeks: the command's contract, and that faults know no rule."""

import ast
import json
import random
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.cli.output import PROVEN, WRONG_USE
from api.simulate.district import build_district
from api.simulate.ground import Planted
from api.simulate.run import START
from api.simulate.score import MEANT, score
from api.simulate.whole import plan_district
from waste_trace.codes import digital_id, uscc
from waste_trace.compliance.rules import RULES
from waste_trace.custody.vocabulary import parse_body

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, as outsiders call it."""
    return subprocess.run(
        [sys.executable, "-m", "api.cli.main", "simulate", *arguments],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture(scope="module")
def told() -> Mapping[str, Any]:
    """The answer of twenty producers and fourteen days."""
    done = run("--producers", "20", "--days", "14", "--seed", "1", "--json")
    assert done.returncode == PROVEN, done.stderr
    answer: Mapping[str, Any] = json.loads(done.stdout)
    return answer


def test_the_answer_has_its_form(told: Mapping[str, Any]) -> None:
    assert set(told) == {"planted", "found", "false", "events", "seconds"}
    assert told["events"] > 250
    assert set(told["planted"]) == set(told["found"]) <= set(MEANT)
    assert len(told["planted"]) >= 10
    papers = {"no_contract", "over_plan", "unqualified_driver"}
    assert papers | {"off_route", "camera_off", "medical_too_long"} <= set(told["planted"])


def test_what_two_weeks_can_show_is_found(told: Mapping[str, Any]) -> None:
    assert told["found"] == told["planted"]
    assert told["false"] == {}


def test_the_planter_knows_no_rule() -> None:
    known = {"faults", "paper_faults", "ground", "plan", "district", "whole", "honest"}
    known |= {"hospital", "papers", "watched", "weight_faults"}
    for name in known:
        tree = ast.parse((ROOT / f"api/simulate/{name}.py").read_text(encoding="utf-8"))
        imported = {
            alias
            for node in ast.walk(tree)
            for alias in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }
        ours = {one for one in imported if one.startswith(("waste_trace", "api", "scanner"))}
        allowed = ("waste_trace.codes", "waste_trace.ledger.keys", "api.simulate.")
        assert [one for one in ours if not one.startswith(allowed)] == [], name
        assert {one.rpartition(".")[2] for one in ours if "simulate" in one} <= known


def test_every_fault_has_rules_that_exist() -> None:
    assert {rule for rules in MEANT.values() for rule in rules} <= RULES.keys()


def test_an_honest_plan_is_well_formed_and_the_same_for_a_seed() -> None:
    plans = []
    for _ in range(2):
        rng = random.Random(5)
        district = build_district(30, rng)
        plans.append(plan_district(district, START, 10, rng))
        for party in district.parties():
            uscc.parse(party.org)
    first, second = plans
    assert [(d.typ, d.at, d.body) for d in first.deeds] == [
        (d.typ, d.at, d.body) for d in second.deeds
    ]
    for deed in first.deeds:
        number = {"manifest": "20263304000001"} if deed.shipment else {}
        parse_body(deed.typ, {**deed.body, **number})
        assert START <= deed.at.date() < START + timedelta(days=12)
    for code in first.kg:
        digital_id.parse(code)


def test_a_finding_that_nobody_planted_is_false() -> None:
    planted = [Planted("copied_label", ["C1"], ["M1"])]
    found = {"rule": "copied_label", "subject": "C1", "cleared_idx": None, "key": "a"}
    beside = {"rule": "weight_difference", "subject": "M1", "cleared_idx": None, "key": "b"}
    overdue = {"rule": "finding_overdue", "subject": "finding:a", "cleared_idx": None, "key": "c"}
    wrong = {"rule": "custody_gap", "subject": "C2", "cleared_idx": None, "key": "d"}
    gone = {"rule": "custody_gap", "subject": "C3", "cleared_idx": 7, "key": "e"}
    value = score(planted, [found, beside, overdue, wrong, gone], {}).as_value()
    assert value == {
        "planted": {"copied_label": 1},
        "found": {"copied_label": 1},
        "false": {"custody_gap": 1},
    }
    assert score(planted, [wrong], {}).as_value()["found"] == {"copied_label": 0}
    # A fault that touches nothing else explains its own finding, and no other on the same thing.
    alone = [Planted("copied_label", ["C1"], alone=True)]
    other = {"rule": "custody_gap", "subject": "C1", "cleared_idx": None, "key": "f"}
    assert score(alone, [found, overdue], {}).as_value()["false"] == {}
    assert score(alone, [found, other], {}).as_value()["false"] == {"custody_gap": 1}


def test_a_folder_in_use_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    assert run("--data-dir", str(tmp_path), "--json").returncode == WRONG_USE
