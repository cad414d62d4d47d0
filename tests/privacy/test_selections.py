"""What a random selection is for in words: beside the ledger, for bureaus, until it is erased."""

from pathlib import Path
from typing import Any

import pytest

from tests.cast import BUREAU, FACTORY, GARAGE, PLANT, Cast, person
from tests.privacy.test_leaves import leaves_of, personal_in
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_inspections import announce, drawn, grow, recomputed
from waste_trace.compliance.retention import Basis
from waste_trace.compliance.selection import BEACONS, PURPOSES, name_beacon, name_purpose
from waste_trace.custody.bodies.inspections import BeaconText, PurposeCode
from waste_trace.custody.errors import MalformedBody
from waste_trace.custody.vocabulary import DESK
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.disclose import list_accesses
from waste_trace.services.erase_person import erase_disclosures, find_personal
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.inspections import (
    draw_selection,
    find_selection,
    list_selections,
    read_purpose,
)
from waste_trace.store.sequencer import Draft, batch

NAMED = "群众举报：吴驾驶 13800000001"
OLD_TEXT, OLD_BEACON = "2026年第四季度双随机", "双色球 2026140 期红球"


def test_its_words_stand_beside_the_ledger_and_its_code_in_it(cast: Cast, tmp_path: Path) -> None:
    announcement = announce(cast, words=NAMED)
    leaf = leaves_of(cast.deployment)[announcement]
    assert personal_in(leaf, [NAMED, "群众举报"]) == []
    before = len(list_accesses(cast.deployment))
    shown = read_purpose(cast.deployment, person(BUREAU), announcement)
    assert (shown.text, shown.kept) == (NAMED, "shown")
    assert len(list_accesses(cast.deployment)) == before + 1
    for stranger in (FACTORY, GARAGE):
        assert read_purpose(cast.deployment, person(stranger), announcement).text == ""
    found = find_selection(cast.deployment, announcement)  # what everybody sees
    assert NAMED not in str(found) + str(list_selections(cast.deployment))
    assert (found["purpose"], found["purpose_zh"]) == ("routine", "双随机日常检查")
    (digest,) = find_personal(cast.deployment, NAMED, "purpose")
    erase_disclosures(cast.deployment, [digest], Basis.COURT)
    assert read_purpose(cast.deployment, person(BUREAU), announcement).kept == "erased"
    grow(cast, 4)
    draw_selection(cast.deployment, person(BUREAU), announcement)
    found = find_selection(cast.deployment, announcement)
    assert drawn(found) == recomputed(found)
    assert proven(cast, tmp_path)


def test_a_public_number_is_one_of_a_list(cast: Cast) -> None:
    announcement = announce(cast, beacon="ssq/2026140")
    grow(cast, 4)
    draw_selection(cast.deployment, person(BUREAU), announcement, "01 05 12 22 30 33 03")
    found = find_selection(cast.deployment, announcement)
    assert found["verdict"] == "true"
    assert found["beacon_zh"] == "福利彩票双色球 第 2026140 期"
    assert drawn(found) == recomputed(found)
    assert read_purpose(cast.deployment, person(BUREAU), announcement).kept == ""


@pytest.mark.parametrize(
    "said", [{"purpose": NAMED}, {"beacon": OLD_BEACON}, {"beacon": "ssq/吴"}, {"purpose": ""}]
)
def test_words_in_the_entry_are_refused(cast: Cast, said: dict[str, Any]) -> None:
    before = len(leaves_of(cast.deployment))
    with pytest.raises(MalformedBody):
        announce(cast, **said)
    assert len(leaves_of(cast.deployment)) == before


def test_every_code_of_a_body_has_a_name() -> None:
    assert set(PURPOSES) == set(PurposeCode.__args__)  # type: ignore[attr-defined]
    (pattern,) = [one.pattern for one in BeaconText.__metadata__]  # type: ignore[attr-defined]
    assert f"({'|'.join(BEACONS)})/" in pattern
    for code in PURPOSES:
        assert code not in name_purpose(code)
    assert name_beacon("") == ("", "")


def test_an_entry_of_before_is_read_drawn_and_rebuilt(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries stay as they are: their text is public, and stands in the seed."""
    bureau, sequencer = person(BUREAU), cast.deployment.sequencer
    size = len(leaves_of(cast.deployment))
    body: dict[str, object] = {
        "purpose": OLD_TEXT, "at_size": size + 3, "candidates": [FACTORY, GARAGE, PLANT],
        "inspectors": ["usr_a", "usr_b"], "orgs": 1, "per_org": 1, "beacon": OLD_BEACON,
    }  # fmt: skip
    draft = Draft("announce_selection", body, BUREAU, "", bureau.pseudonym)
    with monkeypatch.context() as before:  # an earlier version took such a body
        before.setattr(batch, "parse_body", lambda *_: None)
        announcement = sequencer.compose(DESK, lambda _: [draft])[0].index
    grow(cast, 4)
    draw_selection(cast.deployment, bureau, announcement, "03")
    found = find_selection(cast.deployment, announcement)
    assert (found["verdict"], found["purpose_zh"]) == ("true", OLD_TEXT)
    assert (found["beacon_zh"], found["beacon_en"]) == (OLD_BEACON, OLD_BEACON)
    assert drawn(found) == recomputed(found)
    assert read_purpose(cast.deployment, bureau, announcement).kept == ""
    assert proven(cast, tmp_path)


def proven(cast: Cast, folder: Path) -> bool:
    """A rebuild gives the same tables, and a bundle of the whole ledger verifies."""
    cast.deployment.write_public_keys(folder / "keys")
    export_bundle(cast.deployment, folder / "bundle")
    report = verify_bundle(folder / "bundle", folder / "keys")
    return report.verdict is Verdict.PROVEN and the_same_after_a_rebuild(cast.deployment)
