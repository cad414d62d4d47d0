"""What people say of a finding in words: beside the ledger, for its parties, until it is erased."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.cast import BUREAU, CARRIER, FACTORY, GARAGE, Cast, person
from tests.privacy.test_leaves import leaves_of, personal_in
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_finding_life import PICTURE, gap
from waste_trace.compliance.finding_life import LIFE
from waste_trace.compliance.retention import Basis
from waste_trace.custody.errors import MalformedBody
from waste_trace.custody.vocabulary import VOCABULARY, parse_body
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.disclose import list_accesses, read_disclosures
from waste_trace.services.erase_person import erase_disclosures, find_personal
from waste_trace.services.evidence import keep_evidence
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.finding_life import find_finding, take_step
from waste_trace.services.prove import NotInLedger
from waste_trace.store.tables import DisclosureKey, DisclosureRow
from waste_trace.store.writing import table_of, write_transaction

NAMED = "吴驾驶 13800000001 当班"
#: Texts that a leaf holds as they were written, and of what: wastes, things, places, papers,
#: organisations. What people say in words is none of them.
OF_THINGS = {
    "box", "camera", "capacity", "code", "codes", "consignee",
    "contract", "country", "department", "discharge_permit", "edition", "eia_number",
    "exemption", "facility", "facility_code", "facility_kind", "finding", "form", "from_site",
    "harmful",
    "hazards", "industry", "key_id", "kind", "labels", "latitude", "longitude", "materials",
    "measures", "method", "methods", "name", "new", "notice", "number", "official_name", "old",
    "own_facility", "packaging", "parameters", "permit", "place", "process", "products",
    "receiver_name", "region", "registered_address", "scale", "site_address", "step",
    "store_code", "subject", "vehicle_plate", "waste_code", "waste_codes", "waste_name",
}  # fmt: skip


def told(cast: Cast) -> tuple[str, list[int]]:
    """A finding that went through every step, each with a name in its words; and the steps."""
    key, evidence = gap(cast), [keep_evidence(cast.deployment, PICTURE)]
    steps: list[tuple[str, str, dict[str, Any]]] = [
        (FACTORY, "explain_finding", {"reason": "other"}),
        (BUREAU, "accept_explanation", {}),
        (BUREAU, "send_back", {}),
        (FACTORY, "rectify_finding", {"evidence": evidence}),
        (BUREAU, "close_finding", {}),
    ]
    indices = [
        take_step(cast.deployment, person(org), typ, key, said, f"{NAMED} {typ}").index
        for org, typ, said in steps
    ]
    return key, indices


def statements(cast: Cast, org: str, key: str) -> list[tuple[str, str]]:
    """What the page of a finding has of each step's words."""
    steps = find_finding(cast.deployment, person(org), key)["steps"]
    return [(one["statement"], one["statement_kept"]) for one in steps]


def test_no_word_of_it_is_in_a_leaf(cast: Cast) -> None:
    key, _ = told(cast)
    assert [
        found for leaf in leaves_of(cast.deployment) if (found := personal_in(leaf, [NAMED]))
    ] == []
    assert all(kept == "shown" for _, kept in statements(cast, FACTORY, key))
    assert statements(cast, FACTORY, key)[2] == (f"{NAMED} send_back", "shown")
    assert the_same_after_a_rebuild(cast.deployment)


def test_the_parties_of_the_finding_read_it_and_that_is_written_down(cast: Cast) -> None:
    key, (_, _, sent_back, *_) = told(cast)
    before = len(list_accesses(cast.deployment))
    find_finding(cast.deployment, person(FACTORY), key)
    readings = list_accesses(cast.deployment)[: -before or None]
    assert [(row["org"], row["names"]) for row in readings] == [(FACTORY, "statement")] * 5
    (shown,) = read_disclosures(cast.deployment, person(FACTORY), sent_back).disclosures
    assert (shown.name, shown.value) == ("statement", f"{NAMED} send_back")
    for stranger in (GARAGE, CARRIER):
        with pytest.raises(NotInLedger):
            read_disclosures(cast.deployment, person(stranger), sent_back)


def test_what_was_erased_is_said_to_be_and_every_proof_stays(cast: Cast, tmp_path: Path) -> None:
    key, _ = told(cast)
    digests = find_personal(cast.deployment, f"{NAMED} explain_finding", "statement")
    erase_disclosures(cast.deployment, digests, Basis.COURT)
    assert statements(cast, BUREAU, key)[0] == ("", "erased")
    assert [kept for _, kept in statements(cast, BUREAU, key)] == ["erased", *["shown"] * 4]
    cast.deployment.write_public_keys(tmp_path / "keys")
    export_bundle(cast.deployment, tmp_path / "whole", disclose_to=person(FACTORY))
    report = verify_bundle(tmp_path / "whole", tmp_path / "keys")
    assert report.verdict is Verdict.PROVEN, report.problem
    assert report.to_value()["erased"] == {"count": 1, "digests": digests}
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_never_came_is_not_said_to_be_erased(cast: Cast) -> None:
    key, _ = told(cast)
    with write_transaction(cast.deployment.engine) as connection:
        for table in (DisclosureKey, DisclosureRow):
            connection.execute(table_of(table).delete())
    assert statements(cast, FACTORY, key) == [("", "absent")] * 5


@pytest.mark.parametrize("typ", LIFE)
def test_words_in_a_body_are_refused(typ: str) -> None:
    more: dict[str, dict[str, object]] = {
        "explain_finding": {"reason": "other"},
        "rectify_finding": {"evidence": ["0" * 64]},
    }
    said = {"finding": "custody_gap:x:1", "pii": ["A" * 43], **more.get(typ, {})}
    parse_body(typ, said)
    with pytest.raises(MalformedBody):
        parse_body(typ, {**said, "statement": NAMED})


@pytest.mark.parametrize(
    ("typ", "said"),
    [
        ("plan_round", {"round": "SY20261123001", "day": "2026-11-23", "vehicle_plate": "浙F12345",
                        "stops": [{"unit": GARAGE}], "driver": "吴驾驶"}),
        ("register_qualification", {"kind": "driver", "org": CARRIER, "subject": "吴驾驶",
                                    "valid_from": "2026-01-01", "valid_to": "2026-12-31"}),
        ("register_qualification", {"kind": "escort", "org": CARRIER, "subject": "usr_escort01",
                                    "number": "33048219900307123X",
                                    "valid_from": "2026-01-01", "valid_to": "2026-12-31"}),
    ],
)  # fmt: skip
def test_a_person_goes_by_a_pseudonym(typ: str, said: dict[str, Any]) -> None:
    good = {"driver": "usr_driver01", "subject": "usr_driver01", "number": ""}
    parse_body(typ, {**said, **{name: good[name] for name in said if name in good}})
    with pytest.raises(MalformedBody):
        parse_body(typ, said)


def worded(model: type[BaseModel]) -> set[str]:
    """The fields of a body, and of what stands in it, that take any printable text."""
    found: set[str] = set()
    schema = model.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        for name, field in part.get("properties", {}).items():
            options = [field, field.get("items", {}), *field.get("anyOf", [])]
            if any(r"\x00-\x1f" in one.get("pattern", "") for one in options):
                found.add(name)
    return found


@pytest.mark.parametrize("typ", VOCABULARY)
def test_a_body_has_no_place_for_what_people_say(typ: str) -> None:
    assert worded(VOCABULARY[typ].body) <= OF_THINGS
